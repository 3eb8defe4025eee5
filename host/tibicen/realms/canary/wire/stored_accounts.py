"""Accounts of a server's own database: the tables `accounts` and `players` of its schema."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from tibicen.errors import TibicenError
from tibicen.realms.canary.database import Database, SqlProblem, escaped
from tibicen.realms.canary.server import Server
from tibicen.realms.canary.wire import passwords, stored_keys
from tibicen.realms.canary.wire.accounts import Account, Held, TokenNeeded
from tibicen.realms.canary.wire.two_factor import token_fits

log = logging.getLogger("tibicen.wire")

SHOWN: Final = (
    "level vocation lastlogin sex looktype lookhead lookbody looklegs lookfeet lookaddons".split()  # noqa: SIM905
)
"""Columns of `players` that lists of characters show."""

PREMIUM: Final = ("premium_ends_at", "lastday")
"""Until when an account is paid for, seconds since 1970: TFS's column, and Canary's."""

_Row = Mapping[str, bytes | None]
T = TypeVar("T")


class _Settings(NamedTuple):
    """What config.lua says of logins.

    Attributes:
        keys_only: Canary's authType is `session`.
        slow: Canary's passwordType is `argon2`.
        cost: of hashes of Argon2 that don't say theirs.
    """

    keys_only: bool
    slow: bool
    cost: passwords.ArgonCost


class StoredAccounts:
    """Accounts with passwords of SHA-1 or Argon2, and session keys where the schema has a table for them.

    A player logs in by the account's name or its e-mail address: TFS's HTTP login and Canary ask for the address, older
    clients for the name.

    Args:
        server: whose database it is; everything here is for the server's thread.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._columns: dict[str, frozenset[str]] = {}

    async def open(self, name: bytes, password: bytes, token: bytes = b"") -> Account | None:
        """The account that these open, or None; also when the database can't be read, which is logged.

        Raises:
            TokenNeeded: the account has a secret (TFS), and `token` is none of its tokens.
            Busy: too many logins are being looked at already.
        """
        # All is read before the password is looked at: meanwhile another server may have taken over.
        candidates = self._reading(lambda database: self._candidates(database, name)) or [(None, None)]
        settings = self._settings()
        opened = None
        for row, account in candidates:
            try:
                fits = await passwords.fits(
                    password, row["password"] if row else None, settings.cost, slow=settings.slow
                )
            except passwords.UnknownHash as problem:
                log.error("account %d: its password %s; set it anew", account.number if account else 0, problem)
                continue
            if fits and opened is None and row is not None:
                opened = row, account
        if opened is None:
            return None
        secret = opened[0].get("secret")
        if secret and not token_fits(secret, token, time.time()):
            raise TokenNeeded
        return opened[1]

    def again(self, account: Account) -> Account | None:
        return self._by_number(account.number)

    def keep_key(self, key: bytes, account: Account, address: str, seconds: float) -> bool:
        def keep(database: Database) -> bool:
            table = self._keys_in(database)
            if table:
                stored_keys.keep(database, table, key, account.number, address, seconds)
            return bool(table)

        return bool(self._reading(keep))

    def holder(self, key: bytes, seconds: float) -> Held | None:
        def find(database: Database) -> stored_keys.StoredKey | None:
            table = self._keys_in(database)
            return stored_keys.find(database, table, key, seconds) if table else None

        found = self._reading(find)
        account = self._by_number(found.account) if found is not None else None
        return Held(account, found.address) if found is not None and account is not None else None

    @property
    def keys_only(self) -> bool:
        """As Canary with authType = "session"."""
        return self._settings().keys_only

    def _reading(self, read: Callable[[Database], T]) -> T | None:
        """What a function gives of the database; None when it can't be read, which is logged."""
        try:
            return read(self._server.database.at(time.time()))
        except (SqlProblem, TibicenError) as problem:
            log.error("the accounts can't be read: %s", problem)
            return None

    def _settings(self) -> _Settings:
        said = self._server.control("login_settings")
        text = {key: value.decode("latin-1") if isinstance(value, bytes) else value for key, value in said.items()}
        cost = passwords.ArgonCost(passwords.memory_of(str(text["memory"])), int(text["passes"]), int(text["lanes"]))
        return _Settings(text["auth"] == "session", text["passwords"] == "argon2", cost)

    def _keys_in(self, database: Database) -> str:
        """The table that keeps session keys; empty for none."""
        tables = (table for table, needed in stored_keys.NEEDED.items() if needed <= self._known(database, table))
        return next(tables, "")

    def _candidates(self, database: Database, name: bytes) -> list[tuple[_Row | None, Account | None]]:
        """Accounts of that name, and of that address: somebody may have taken another's address for a name. Which one
        is meant, the password says."""
        known = self._known(database, "accounts")
        found: dict[bytes | None, _Row] = {}
        for column in ("name", "email"):
            if name and {"id", "password", column} <= known:
                rows = _read(database, "accounts", self._wanted(known), b"`%s` = %s" % (column.encode(), escaped(name)))
                if len(rows) == 1:
                    found[rows[0]["id"]] = rows[0]
        if not found:
            # An unknown name is as much work as one that is known.
            self._characters(database, 0)
        return [(row, self._made(database, row)) for row in found.values()]

    def _by_number(self, number: int) -> Account | None:
        def made(database: Database) -> Account | None:
            wanted = self._wanted(self._known(database, "accounts"))
            rows = _read(database, "accounts", wanted, b"`id` = %d" % number)
            return self._made(database, rows[0]) if rows else None

        return self._reading(made)

    @staticmethod
    def _wanted(known: frozenset[str]) -> list[str]:
        return [column for column in ("id", "name", "password", "email", "secret", *PREMIUM) if column in known]

    def _made(self, database: Database, row: _Row) -> Account:
        number = int(row["id"] or 0)
        shown = self._characters(database, number)
        until = next((int(row[column] or 0) for column in PREMIUM if column in row), 0)
        return Account(_text(row.get("name") or row.get("email")), {each: {} for each in shown}, until, shown, number)

    def _characters(self, database: Database, account: int) -> dict[str, dict[str, int]]:
        known = self._known(database, "players")
        if not {"name", "account_id"} <= known:
            return {}
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
