"""Session keys in a server's own database: `sessions` of TFS, and `account_sessions` of Canary.

Websites and login servers write them there, too: their keys open the game here as they do on the real servers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import time
from typing import Final, NamedTuple

from tibicen.realms.canary.database import Database
from tibicen.realms.canary.rows import rows_of

TFS: Final = "sessions"
CANARY: Final = "account_sessions"
NEEDED: Final = {TFS: {"token", "account_id", "ip"}, CANARY: {"id", "account_id", "expires"}}
"""Tables that hold keys, by the columns that tell it is they."""


class StoredKey(NamedTuple):
    """The id of an account, and the address that the key was given to; None for any."""

    account: int
    address: str | None


def keep(database: Database, table: str, key: bytes, account: int, address: str, seconds: float) -> None:
    """Writes a key as the server does whose table it is."""
    if table == TFS:
        values = b"X'%s', %d, X'%s'" % (_raw(key).hex().encode(), account, _packed(address).hex().encode())
        database.execute(b"INSERT INTO `sessions` (`token`, `account_id`, `ip`) VALUES (%s)" % values)
        return
    until = int(time.time() + seconds)
    values = b"'%s', %d, %d" % (hashlib.sha256(key).hexdigest().encode(), account, until)
    database.execute(b"INSERT INTO `account_sessions` (`id`, `account_id`, `expires`) VALUES (%s)" % values)


def find(database: Database, table: str, key: bytes, seconds: float) -> StoredKey | None:
    """Who a key was given to; None when it is none, or none any more.

    Keys are looked up by what they are (TFS) or by their hash (Canary). They are random, so that how long the look-up
    takes helps nobody to the next one.

    Args:
        seconds: keys of TFS, which don't say how long they are good for, are so for that long.
    """
    if table == TFS:
        token = _raw(key)
        query = (
            b"SELECT `account_id`, `ip`, UNIX_TIMESTAMP() - UNIX_TIMESTAMP(`created_at`) AS `age` FROM `sessions` "
            b"WHERE `token` = X'%s' AND `expired_at` IS NULL" % token.hex().encode()
        )
        found = database.query(query) if token else None
        if found is None or not found.rows:
            return None
        account, address, age = found.rows[0]
        return StoredKey(int(account or 0), _address(address or b"")) if float(age or 0) < seconds else None
    hashes = b", ".join(b"'%s'" % made(key).hexdigest().encode() for made in (hashlib.sha256, hashlib.sha1))
    query = b"SELECT `account_id`, `expires` FROM `account_sessions` WHERE `id` IN (%s)" % hashes
    good = [int(row["account_id"]) for row in rows_of(database, query) if int(row["expires"]) >= time.time()]
    return StoredKey(good[0], None) if good else None


def _raw(key: bytes) -> bytes:
    """The bytes that a key stands for; none when it is no base64."""
    try:
        return base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _packed(address: str) -> bytes:
    try:
        return ipaddress.ip_address(address).packed
    except ValueError:
        return b"\0\0\0\0"


def _address(packed: bytes) -> str | None:
    """An address as a connection has it; `packed` is what INET6_ATON gives."""
    try:
        return str(ipaddress.ip_address(packed))
    except ValueError:
        return None
