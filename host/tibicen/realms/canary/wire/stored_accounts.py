"""Accounts of a server's own database: the tables `accounts` and `players` of its schema."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tibicen.errors import TibicenError
from tibicen.realms.canary.database import Database, SqlProblem, escaped
from tibicen.realms.canary.server import Server
from tibicen.realms.canary.wire.accounts import Account

log = logging.getLogger("tibicen.wire")

SHOWN: Final = (
    "level vocation lastlogin sex looktype lookhead lookbody looklegs lookfeet lookaddons".split()  # noqa: SIM905
)
"""Columns of `players` that lists of characters show."""

PREMIUM: Final = ("premium_ends_at", "lastday")
"""Until when an account is paid for, seconds since 1970: TFS's column, and Canary's."""

_SHA1 = re.compile(rb"[0-9a-fA-F]{40}")
_NOBODY: Final = hashlib.sha1(b"no such account").hexdigest().encode()


class StoredAccounts:
    """Accounts whose passwords are SHA-1, as TFS has them, and Canary unless it is told to use Argon2.

    A player logs in by the account's name or its e-mail address: TFS's HTTP login and Canary ask for the address, older
    clients for the name.

    Args:
        server: whose database it is; everything here is for the server's thread.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._columns: dict[str, frozenset[str]] = {}

    def open(self, name: bytes, password: bytes) -> Account | None:
        """The account that these open, or None; also when the database can't be read, which is logged."""
        try:
            return self._open(self._server.database.at(time.time()), name, password)
        except (SqlProblem, TibicenError) as problem:
            log.error("the accounts can't be read: %s", problem)
            return None

    def _open(self, database: Database, name: bytes, password: bytes) -> Account | None:
        row = self._account(database, name) if name else None
        stored = _NOBODY if row is None else row["password"] or b""
        given = hashlib.sha1(password).hexdigest().encode()
        if not _SHA1.fullmatch(stored):
            log.error(
                "account %s: its password is no SHA-1 of 40 digits (Canary's passwordType argon2 is not checked here); "
                'set it anew with passwordType = "sha1" in config.lua',
                _text(row and row["id"]),
            )
            return None
        if not hmac.compare_digest(given, stored.lower()) or row is None:
            return None
        shown = self._characters(database, int(row["id"] or 0))
        until = next((int(row[column] or 0) for column in PREMIUM if column in row), 0)
        return Account(_text(row.get("name") or row.get("email")), {each: {} for each in shown}, until, shown)

    def _account(self, database: Database, name: bytes) -> Mapping[str, bytes | None] | None:
        known = self._known(database, "accounts")
        if not {"id", "password"} <= known:
            return None
        wanted = [column for column in ("id", "name", "password", "email", *PREMIUM) if column in known]
        for column in ("name", "email"):
            if column in known:
                rows = _read(database, "accounts", wanted, b"`%s` = %s" % (column.encode(), escaped(name)))
                if len(rows) == 1:
                    return rows[0]
        return None

    def _characters(self, database: Database, account: int) -> dict[str, dict[str, int]]:
        known = self._known(database, "players")
        shown = [column for column in SHOWN if column in known]
        condition = b"`account_id` = %d" % account + (b" AND `deletion` = 0" if "deletion" in known else b"")
        found = {}
        for row in _read(database, "players", ["name", *shown], condition):
            found[_text(row["name"])] = {column: int(row[column] or 0) for column in shown}
        return found

    def _known(self, database: Database, table: str) -> frozenset[str]:
        if not self._columns.get(table):
            self._columns[table] = frozenset(database.columns(table))
        return self._columns[table]


def _read(database: Database, table: str, columns: Sequence[str], condition: bytes) -> list[dict[str, bytes | None]]:
    names = ", ".join(f"`{column}`" for column in columns)
    found = database.query(f"SELECT {names} FROM `{table}` WHERE ".encode() + condition)
    return [dict(zip(columns, row, strict=True)) for row in (found.rows if found else ())]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
