"""Who may log in, with which characters, and the session keys that stand for it between two connections."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

SESSION_SECONDS: Final = 24 * 3600.0
"""How long a session key opens its account."""

MOST_SESSIONS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Attributes:
        name: what a player types in to log in.
        characters: names, and for each the columns of the table `players` that differ from those of a new character.
        premium_until: seconds since 1970; 0 for never.
    """

    name: str
    characters: Mapping[str, Mapping[str, Any]]
    premium_until: int = 0


class Accounts(Protocol):
    """Where accounts come from."""

    def open(self, name: bytes, password: bytes) -> Account | None:
        """The account that these open, or None; takes as long for an unknown name as for a wrong password."""


@dataclass(slots=True)
class KnownAccounts:
    """Accounts kept in memory, their passwords as salted hashes.

    Args:
        anyone: makes an account of any name with one character of that name, whatever the password: for demos and load
            tests on one's own machine.
    """

    anyone: bool = False
    _known: dict[bytes, tuple[Account, bytes, bytes]] = field(default_factory=dict)

    def add(self, account: Account, password: str) -> None:
        salt = secrets.token_bytes(16)
        self._known[account.name.encode()] = account, salt, _digest(password.encode(), salt)

    def open(self, name: bytes, password: bytes) -> Account | None:
        if self.anyone and name not in self._known:
            text = name.decode("latin-1")
            return Account(text, {text: {}}) if text else None
        account, salt, expected = self._known.get(name, (None, b"", b""))
        fits = hmac.compare_digest(_digest(password, salt), expected)
        return account if fits else None


def _digest(password: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt or b"no such account", n=1024, r=8, p=1)


class Sessions:
    """Session keys: what the login port gives out and the game port takes."""

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts = accounts
        self._clock = clock
        self._open: dict[str, tuple[Account, float]] = {}

    def give(self, account: Account) -> str:
        """A new key for an account."""
        now = self._clock()
        if len(self._open) >= MOST_SESSIONS:
            self._open = {key: entry for key, entry in self._open.items() if entry[1] > now}
            while len(self._open) >= MOST_SESSIONS:
                del self._open[next(iter(self._open))]
        key = secrets.token_urlsafe(24)
        self._open[key] = account, now + SESSION_SECONDS
        return key

    def take(self, key: bytes) -> Account | None:
        """The account of a key: one that was given out, or `account`, line feed, `password`, as Canary takes it."""
        entry = self._open.get(key.decode("latin-1"))
        if entry is not None:
            return entry[0] if entry[1] > self._clock() else None
        name, feed, rest = key.partition(b"\n")
        return self._accounts.open(name, rest.split(b"\n")[0]) if feed else None
