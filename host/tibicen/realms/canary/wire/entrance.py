"""The way in: passwords are asked for, keys are given that stand for them, and who guesses too often has to wait."""

from __future__ import annotations

import base64
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

from tibicen.realms.canary.wire.accounts import Account, Accounts

SESSION_SECONDS: Final = 24 * 3600.0
"""How long a session key opens its account."""

MOST_SESSIONS: Final = 10_000

GUESSES: Final = 10
"""Wrong passwords and keys from one address within GUESS_SECONDS; more are not even looked at."""

GUESS_SECONDS: Final = 60.0
REMEMBERED_ADDRESSES: Final = 10_000

WRONG: Final = "Account name or password is not correct."
TOO_MANY: Final = "Too many wrong passwords. Please wait a minute and try again."


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
        self._open: dict[str, tuple[Account, float]] = {}
        self._guesses: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def open(self, address: str, name: bytes, password: bytes) -> Account:
        """The account that name and password open.

        Raises:
            Refused: none, or too many guesses came from the address.
        """
        self._may_guess(address)
        return self._known(address, self.accounts.open(name, password))

    def give(self, account: Account) -> str:
        """A new session key for an account: 16 random bytes as base64, as TFS gives them."""
        now = self._clock()
        if len(self._open) >= MOST_SESSIONS:
            self.forget_old()
            while len(self._open) >= MOST_SESSIONS:
                del self._open[next(iter(self._open))]
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._open[key] = account, now + SESSION_SECONDS
        return key

    def take(self, address: str, key: bytes) -> Account:
        """The account of a session key: one that was given, or `account`, line feed, `password`, as Canary takes it.

        Raises:
            Refused: it opens none, or too many guesses came from the address.
        """
        self._may_guess(address)
        # Keys are found by their hash, which takes as long for any that is wrong.
        entry = self._open.get(key.decode("latin-1"))
        if entry is not None:
            return self._known(address, entry[0] if entry[1] > self._clock() else None)
        name, feed, rest = key.partition(b"\n")
        return self._known(address, self.accounts.open(name, rest.split(b"\n")[0]) if feed else None)

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
        now, before = self._clock(), len(self._open)
        self._open = {key: entry for key, entry in self._open.items() if entry[1] > now}
        return before - len(self._open)

    def _known(self, address: str, account: Account | None) -> Account:
        if account is None:
            self._guessed(address)
            raise Refused(WRONG, guessed=True)
        self._guesses.pop(address, None)
        return account

    def _may_guess(self, address: str) -> None:
        wrong, since = self._guesses.get(address, (0, 0.0))
        if wrong >= GUESSES:
            if self._clock() - since < GUESS_SECONDS:
                raise Refused(TOO_MANY)
            del self._guesses[address]

    def _guessed(self, address: str) -> None:
        now = self._clock()
        wrong, since = self._guesses.get(address, (0, now))
        if now - since >= GUESS_SECONDS:
            wrong, since = 0, now
        self._guesses[address] = wrong + 1, since
        self._guesses.move_to_end(address)
        if len(self._guesses) > REMEMBERED_ADDRESSES:
            self._guesses.popitem(last=False)
