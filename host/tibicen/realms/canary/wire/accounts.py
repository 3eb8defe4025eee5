"""Who may log in, with which characters."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Attributes:
        name: what a player types in to log in.
        characters: names, and for each the columns of the table `players` that differ from those of a new character.
        premium_until: seconds since 1970; 0 for never.
        shown: columns of characters that are kept elsewhere, for lists of characters.
    """

    name: str
    characters: Mapping[str, Mapping[str, Any]]
    premium_until: int = 0
    shown: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


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
