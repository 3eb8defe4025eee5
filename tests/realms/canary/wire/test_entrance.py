"""The way in: keys that open accounts for a while, and guesses that are counted by address."""

from __future__ import annotations

import asyncio

import pytest

from tibicen.realms.canary.wire import entrance as way_in
from tibicen.realms.canary.wire.accounts import Account, KnownAccounts, TokenNeeded
from tibicen.realms.canary.wire.entrance import (
    BUSY,
    ELSEWHERE,
    GUESS_SECONDS,
    GUESSES,
    SESSION_SECONDS,
    TOO_MANY,
    Entrance,
    Refused,
)
from tibicen.realms.canary.wire.hashing import Busy


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts() -> KnownAccounts:
    accounts = KnownAccounts()
    accounts.add(Account("ann", {"Ann": {}}), "secret")
    return accounts


@pytest.fixture
def entrance(clock: Clock, accounts: KnownAccounts) -> Entrance:
    return Entrance(accounts, clock)


def opened(entrance: Entrance, address: str, password: bytes = b"secret") -> Account:
    return asyncio.run(entrance.open(address, b"ann", password))


def taken(entrance: Entrance, address: str, key: bytes) -> Account:
    return asyncio.run(entrance.take(address, key))


def refusal(entrance: Entrance, address: str, password: bytes) -> str:
    with pytest.raises(Refused) as refused:
        opened(entrance, address, password)
    return refused.value.text


def test_a_key_opens_its_account_for_a_while(entrance: Entrance, clock: Clock) -> None:
    key = entrance.give(opened(entrance, "::1"), "::1").encode()
    # As often as it is used; given on this machine, it is good from everywhere.
    for address in ("::1", "10.0.0.7", "::1"):
        assert taken(entrance, address, key).name == "ann"
    assert taken(entrance, "b", b"ann\nsecret\ntoken").name == "ann"
    clock.now = SESSION_SECONDS
    for wrong in (key, b"", b"ann", b"ann\nwrong", b"\xff\n"):
        with pytest.raises(Refused):
            taken(entrance, "b", wrong)


def test_a_key_is_good_from_its_own_address_only(entrance: Entrance) -> None:
    key = entrance.give(opened(entrance, "10.0.0.7"), "10.0.0.7").encode()
    with pytest.raises(Refused, match=ELSEWHERE.replace(".", r"\.")):
        taken(entrance, "10.0.0.8", key)
    assert taken(entrance, "10.0.0.7", key).name == "ann"


def test_a_key_opens_what_the_account_has_become(entrance: Entrance, accounts: KnownAccounts) -> None:
    key = entrance.give(opened(entrance, "::1"), "::1").encode()
    accounts.add(Account("ann", {"Bee": {}}), "another")
    assert list(taken(entrance, "::1", key).characters) == ["Bee"]
    accounts._known.clear()
    with pytest.raises(Refused):
        taken(entrance, "::1", key)


def test_keys_are_kept_as_hashes(entrance: Entrance) -> None:
    key = entrance.give(opened(entrance, "a"), "a")
    assert key not in repr(vars(entrance)) and key.encode() not in list(entrance._given)


def test_who_guesses_waits(entrance: Entrance, clock: Clock) -> None:
    for _ in range(GUESSES):
        assert refusal(entrance, "a", b"wrong") != TOO_MANY
    assert refusal(entrance, "a", b"secret") == TOO_MANY
    assert opened(entrance, "b").name == "ann"
    clock.now = GUESS_SECONDS
    assert opened(entrance, "a").name == "ann"


def test_guesses_that_come_together_are_no_more(entrance: Entrance) -> None:
    async def body() -> list[str]:
        guesses = [entrance.open("a", b"ann", b"wrong") for _ in range(3 * GUESSES)]
        return [str(each) for each in await asyncio.gather(*guesses, return_exceptions=True)]

    texts = asyncio.run(body())
    assert texts.count(BUSY) == 2 * GUESSES
    assert not entrance._asking


def test_a_right_password_forgets_guesses(entrance: Entrance) -> None:
    for _ in range(3):
        for _ in range(GUESSES - 1):
            refusal(entrance, "a", b"wrong")
        opened(entrance, "a")


def test_a_wrong_token_is_a_guess(entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
    async def needed(*_: bytes) -> Account:
        raise TokenNeeded

    monkeypatch.setattr(KnownAccounts, "open", lambda _, *all_: needed(*all_))
    for _ in range(GUESSES):
        with pytest.raises(TokenNeeded):
            opened(entrance, "a")
    assert refusal(entrance, "a", b"secret") == TOO_MANY


def test_too_many_at_once_come_again(entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: bytes) -> Account:
        raise Busy

    monkeypatch.setattr(KnownAccounts, "open", lambda _, *all_: busy(*all_))
    for _ in range(2 * GUESSES):
        assert refusal(entrance, "a", b"secret") == BUSY


def test_the_oldest_keys_make_room(entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way_in, "MOST_SESSIONS", 2)
    account = opened(entrance, "a")
    keys = [entrance.give(account, "a").encode() for _ in range(3)]
    with pytest.raises(Refused):
        taken(entrance, "a", keys[0])
    assert [taken(entrance, "a", key) for key in keys[1:]] == [account, account]
