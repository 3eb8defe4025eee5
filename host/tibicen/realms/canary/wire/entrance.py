"""The way in: passwords are asked for, keys are given that stand for them, and who guesses too often has to wait."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

from tibicen.realms.canary.wire.accounts import Account, Accounts, Held, TokenNeeded
from tibicen.realms.canary.wire.hashing import Busy

SESSION_SECONDS: Final = 24 * 3600.0
"""How long a session key opens its account."""

MOST_SESSIONS: Final = 10_000

GUESSES: Final = 10
"""Wrong passwords and keys from one address within GUESS_SECONDS; more are not even looked at."""

GUESS_SECONDS: Final = 60.0
REMEMBERED_ADDRESSES: Final = 10_000

WRONG: Final = "Account name or password is not correct."
TOO_MANY: Final = "Too many wrong passwords. Please wait a minute and try again."
BUSY: Final = "Too many players are logging in. Please try again in a few seconds."
ELSEWHERE: Final = "Your game session is already locked to a different IP. Please log in again."
TOKEN_NEEDED: Final = "Two-factor token required for authentication."


class Refused(Exception):
    """Somebody is not let in; the text is for the client.

    Args:
        text: what the client shows.
        guessed: a name, password or key was wrong.
        seconds: after which it may come again; 0 for one who is on no waiting list.
    """

    def __init__(self, text: str, *, guessed: bool = False, seconds: int = 0) -> None:
        super().__init__(text)
        self.text = text
        self.guessed = guessed
        self.seconds = seconds


class Entrance:
    """One for all ports of a server, so that guesses on one count on the others.

    Args:
        accounts: who may log in.
        clock: seconds that only grow.
    """

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        self.accounts = accounts
        self._clock = clock
        self._given: dict[bytes, tuple[Held, float]] = {}
        """By the hash of the key: how long a look-up takes says nothing of the key then, nor does a dump of it."""
        self._guesses: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._asking: Counter[str] = Counter()

    async def open(self, address: str, name: bytes, password: bytes, token: bytes = b"") -> Account:
        """The account that name and password open, and a token where the account asks for one.

        Raises:
            Refused: none, or too many guesses came from the address.
            TokenNeeded: the token is missing or wrong; such a guess counts, too.
        """
        self._may_guess(address)
        # Guesses that come together count before any of them is answered.
        self._asking[address] += 1
        try:
            account = await self.accounts.open(name, password, token)
        except TokenNeeded:
            self._guessed(address)
            raise
        except Busy:
            raise Refused(BUSY) from None
        finally:
            self._asking[address] -= 1
            if not self._asking[address]:
                del self._asking[address]
        return self._known(address, account)

    def give(self, account: Account, address: str) -> str:
        """A new session key for an account: 16 random bytes as base64, as TFS gives them. It opens the account for
        SESSION_SECONDS, as often as it is used, and only from that address."""
        now = self._clock()
        key = base64.b64encode(secrets.token_bytes(16))
        if self.accounts.keep_key(key, account, address, SESSION_SECONDS):
            return key.decode()
        if len(self._given) >= MOST_SESSIONS:
            self.forget_old()
            while len(self._given) >= MOST_SESSIONS:
                del self._given[next(iter(self._given))]
        self._given[_digest(key)] = Held(account, address), now + SESSION_SECONDS
        return key.decode()

    async def take(self, address: str, key: bytes) -> Account:
        """The account of a session key: one that was given, or `account`, line feed, `password`, as Canary takes it,
        and with a token behind another line feed, as TFS 1.4 does.

        Raises:
            Refused: it opens none, or not for this address, or too many guesses came from there.
            TokenNeeded: as of `open`.
        """
        self._may_guess(address)
        held = self._held(key)
        if held is not None:
            if held.address not in (None, address) and not _is_here(held.address):
                raise Refused(ELSEWHERE)
            return self._known(address, held.account)
        name, feed, rest = key.partition(b"\n")
        if not feed or self.accounts.keys_only:
            return self._known(address, None)
        password, _, rest = rest.partition(b"\n")
        return await self.open(address, name, password, rest.partition(b"\n")[0])

    def _held(self, key: bytes) -> Held | None:
        held = self.accounts.holder(key, SESSION_SECONDS)
        if held is not None:
            return held
        held, until = self._given.get(_digest(key), (None, 0.0))
        if held is None or until <= self._clock():
            return None
        # Characters come and go while a key is good.
        account = self.accounts.again(held.account)
        return held._replace(account=account) if account is not None else None

    def guesses(self) -> dict[str, int]:
        """Wrong passwords and keys of the last minute, by address."""
        now = self._clock()
        return {address: wrong for address, (wrong, since) in self._guesses.items() if now - since < GUESS_SECONDS}

    def remember(self, guesses: Mapping[str, int]) -> None:
        """Takes over what another one has counted."""
        now = self._clock()
        for address, wrong in guesses.items():
            self._guesses[address] = int(wrong), now

    def forget_old(self) -> int:
        """Lets go of session keys whose time is over; how many those are."""
        now, before = self._clock(), len(self._given)
        self._given = {key: entry for key, entry in self._given.items() if entry[1] > now}
        return before - len(self._given)

    def _known(self, address: str, account: Account | None) -> Account:
        if account is None:
            self._guessed(address)
            raise Refused(WRONG, guessed=True)
        self._guesses.pop(address, None)
        return account

    def _may_guess(self, address: str) -> None:
        wrong, since = self._guesses.get(address, (0, 0.0))
        if wrong and self._clock() - since >= GUESS_SECONDS:
            del self._guesses[address]
            wrong = 0
        if wrong >= GUESSES:
            raise Refused(TOO_MANY)
        if wrong + self._asking[address] >= GUESSES:
            # Those that are being looked at may all be right.
            raise Refused(BUSY)

    def _guessed(self, address: str) -> None:
        now = self._clock()
        wrong, since = self._guesses.get(address, (0, now))
        if now - since >= GUESS_SECONDS:
            wrong, since = 0, now
        self._guesses[address] = wrong + 1, since
        self._guesses.move_to_end(address)
        if len(self._guesses) > REMEMBERED_ADDRESSES:
            self._guesses.popitem(last=False)


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()


def _is_here(address: str | None) -> bool:
    """Whether an address is of this machine: whoever logs in there does so for somebody else, such as a website."""
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
