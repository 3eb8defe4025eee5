"""Who may log in, with which characters."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from tibicen.realms.canary.wire.hashing import HASHING


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Attributes:
        name: what a player types in to log in.
        characters: names, and for each the columns of the table `players` that differ from those of a new character.
        premium_until: seconds since 1970; 0 for never.
        shown: columns of characters that are kept elsewhere, for lists of characters.
        number: its id in a database; 0 for one that is in none.
    """

    name: str
    characters: Mapping[str, Mapping[str, Any]]
    premium_until: int = 0
    shown: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    number: int = 0


class Held(NamedTuple):
    """What a session key opens: an account, for the address that it was given to; None for any address."""

    account: Account
    address: str | None


class TokenNeeded(Exception):
    """The password is right, and the account asks for an authenticator's token that did not come, or is wrong."""


class Accounts(Protocol):
    """Where accounts come from."""

    async def open(self, name: bytes, password: bytes, token: bytes = b"") -> Account | None:
        """The account that these open, or None; takes as long for an unknown name as for a wrong password.

        Raises:
            TokenNeeded: the account has a second factor, and `token` is not it.
            Busy: too many logins are being looked at already.
        """

    def again(self, account: Account) -> Account | None:
        """An account that was opened before, as it is now; None when it is gone."""

    def keep_key(self, key: bytes, account: Account, address: str, seconds: float) -> bool:
        """Keeps a session key where it outlives the process; False when there is no such place."""

    def holder(self, key: bytes, seconds: float) -> Held | None:
        """What a session key opens that is kept so, by whomever, and is not older than that."""

    @property
    def keys_only(self) -> bool:
        """The game is opened by session keys alone, not by a name and a password in their place."""


@dataclass(slots=True)
class KnownAccounts:
    """Accounts kept in memory, their passwords as salted hashes.

    Args:
        anyone: makes an account of any name with one character of that name, whatever the password: for demos and load
            tests on one's own machine.
    """

    anyone: bool = False
    _known: dict[bytes, tuple[Account, bytes, bytes]] = field(default_factory=dict, repr=False)

    def add(self, account: Account, password: str) -> None:
        salt = secrets.token_bytes(16)
        self._known[account.name.encode()] = account, salt, _digest(password.encode(), salt)

    async def open(self, name: bytes, password: bytes, token: bytes = b"") -> Account | None:
        if self.anyone and name not in self._known:
            text = name.decode("latin-1")
            return Account(text, {text: {}}) if text else None
        account, salt, expected = self._known.get(name, (None, b"", b""))
        fits = hmac.compare_digest(await HASHING.run(_digest, password, salt), expected)
        return account if fits else None

    def again(self, account: Account) -> Account | None:
        known = self._known.get(account.name.encode())
        return known[0] if known else account if self.anyone else None

    def keep_key(self, key: bytes, account: Account, address: str, seconds: float) -> bool:
        return False

    def holder(self, key: bytes, seconds: float) -> Held | None:
        return None

    @property
    def keys_only(self) -> bool:
        return False


def _digest(password: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt or b"no such account", n=1024, r=8, p=1)
