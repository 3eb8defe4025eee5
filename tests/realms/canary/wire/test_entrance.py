"""The way in: keys that open accounts for a while, and guesses that are counted by address."""

from __future__ import annotations

import pytest

from tibicen.realms.canary.wire.accounts import Account, KnownAccounts
from tibicen.realms.canary.wire.entrance import GUESS_SECONDS, GUESSES, SESSION_SECONDS, TOO_MANY, Entrance, Refused


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def entrance(clock: Clock) -> Entrance:
    accounts = KnownAccounts()
    accounts.add(Account("ann", {"Ann": {}}), "secret")
    return Entrance(accounts, clock)


def refusal(entrance: Entrance, address: str, password: bytes) -> str:
    with pytest.raises(Refused) as refused:
        entrance.open(address, b"ann", password)
    return refused.value.text


def test_a_key_opens_its_account_for_a_while(entrance: Entrance, clock: Clock) -> None:
    key = entrance.give(entrance.open("a", b"ann", b"secret"))
    assert entrance.take("b", key.encode()).name == "ann"
    assert entrance.take("b", b"ann\nsecret\ntoken").name == "ann"
    clock.now = SESSION_SECONDS
    for wrong in (key.encode(), b"", b"ann", b"ann\nwrong", b"\xff\n"):
        with pytest.raises(Refused):
            entrance.take("b", wrong)


def test_who_guesses_waits(entrance: Entrance, clock: Clock) -> None:
    for _ in range(GUESSES):
        assert refusal(entrance, "a", b"wrong") != TOO_MANY
    assert refusal(entrance, "a", b"secret") == TOO_MANY
    assert entrance.open("b", b"ann", b"secret").name == "ann"
    clock.now = GUESS_SECONDS
    assert entrance.open("a", b"ann", b"secret").name == "ann"


def test_a_right_password_forgets_guesses(entrance: Entrance) -> None:
    for _ in range(3):
        for _ in range(GUESSES - 1):
            refusal(entrance, "a", b"wrong")
        entrance.open("a", b"ann", b"secret")
