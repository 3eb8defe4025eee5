"""Who is shut out: bans of accounts and addresses, and locked names, in the tables of the servers' schemas."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from tibicen.realms.canary.database import Database, ServerDatabase
from tibicen.realms.canary.rows import Row, rows_of

_BY = "(SELECT `name` FROM `players` WHERE `id` = `banned_by`) AS `name`"


class Bans:
    """Looks up who is shut out; a ban whose time is over is put away, as the servers do (ban.cpp).

    Args:
        database: the server's.
    """

    def __init__(self, database: ServerDatabase) -> None:
        self._server = database
        self._tables: dict[str, bool] = {}

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the server calls, by name."""
        return {"bans.account": self.account, "bans.address": self.address, "bans.is_locked": self.is_locked}

    def _database(self, table: str, now: float) -> Database | None:
        """The database, if it has that table; it is looked for until it is there."""
        if self._server.empty:
            return None
        database = self._server.at(now)
        if not self._tables.get(table):
            self._tables[table] = bool(database.columns(table))
        return database if self._tables[table] else None

    def account(self, account: float, now: float) -> Row | None:
        """The ban of an account, if it has one: `{until, by, reason}`; `until` in seconds since 1970, 0 for always."""
        database = self._database("account_bans", now)
        if database is None:
            return None
        where = f"WHERE `account_id` = {int(account)}".encode()
        columns = f"`reason`, `expires_at`, `banned_at`, `banned_by`, {_BY}".encode()
        row = next(rows_of(database, b"SELECT " + columns + b" FROM `account_bans` " + where), None)
        if row is not None and 0 < row["expires_at"] < now:
            if self._database("account_ban_history", now) is not None:
                kept = b"`account_id`, `reason`, `banned_at`, `expires_at`, `banned_by`"
                into = b"INSERT INTO `account_ban_history` (" + kept.replace(b"expires_at", b"expired_at") + b") "
                database.execute(into + b"SELECT " + kept + b" FROM `account_bans` " + where)
            database.execute(b"DELETE FROM `account_bans` " + where)
            return None
        return _told(row)

    def address(self, address: str | bytes, now: float) -> Row | None:
        """The ban of an IP address, as of `account`."""
        database = self._database("ip_bans", now)
        text = address.decode("ascii", "replace") if isinstance(address, bytes) else address
        try:
            packed = ipaddress.ip_address(text).packed
        except ValueError:
            return None
        if database is None:
            return None
        # TFS keeps the address as INET6_ATON gives it, Canary as a number whose lowest byte comes first.
        forms = [f"X'{packed.hex()}'"]
        if len(packed) == 4:
            number = int.from_bytes(packed, "little")
            forms += [str(number), str(number - (1 << 32))]
        where = f"WHERE `ip` IN ({', '.join(forms)})".encode()
        columns = f"`reason`, `expires_at`, {_BY}".encode()
        row = next(rows_of(database, b"SELECT " + columns + b" FROM `ip_bans` " + where), None)
        if row is not None and 0 < row["expires_at"] < now:
            database.execute(b"DELETE FROM `ip_bans` " + where)
            return None
        return _told(row)

    def is_locked(self, player: float, now: float) -> bool:
        """Whether a character may not play under its name."""
        database = self._database("player_namelocks", now)
        query = f"SELECT 1 AS `locked` FROM `player_namelocks` WHERE `player_id` = {int(player)}".encode()
        return database is not None and next(rows_of(database, query), None) is not None


def _told(row: Row | None) -> Row | None:
    if row is None:
        return None
    return {"until": row["expires_at"], "by": row["name"] or b"", "reason": row["reason"] or b"(none)"}
