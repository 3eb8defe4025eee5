"""Players and accounts in a server's database, in the tables of its schema; in memory when it has none.

A player is `{"row": columns, "account": columns, "guild": …, LIST: rows}`, with the lists below; those whose table is
not there are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from tibicen.errors import TibicenError
from tibicen.realms.canary.database import Database, ServerDatabase, SqlProblem, escaped
from tibicen.realms.canary.rows import Row, rows_of


class _Table(NamedTuple):
    name: str
    columns: tuple[str, ...]
    order: str = ""


_ITEM = ("pid", "sid", "itemtype", "count", "attributes")
LISTS = {
    "items": _Table("player_items", _ITEM, "sid"),
    "depot": _Table("player_depotitems", _ITEM, "sid"),
    "inbox": _Table("player_inboxitems", _ITEM, "sid"),
    "store_inbox": _Table("player_storeinboxitems", _ITEM, "sid"),
    "storage": _Table("player_storage", ("key", "value"), "key"),
    "spells": _Table("player_spells", ("name",)),
    "outfits": _Table("player_outfits", ("outfit_id", "addons"), "outfit_id"),
    "mounts": _Table("player_mounts", ("mount_id",), "mount_id"),
    "kills": _Table("player_kills", ("time", "target", "unavenged"), "time"),
    "preys": _Table(
        "player_prey",
        (
            "slot",
            "state",
            "raceid",
            "option",
            "bonus_type",
            "bonus_rarity",
            "bonus_percentage",
            "bonus_time",
            "free_reroll",
            "monster_list",
        ),
        "slot",
    ),
    "tasks": _Table(
        "player_taskhunt",
        (
            "slot",
            "state",
            "raceid",
            "upgrade",
            "rarity",
            "kills",
            "disabled_time",
            "free_reroll",
            "monster_list",
        ),
        "slot",
    ),
    "bosses": _Table("player_bosstiary", ("bossIdSlotOne", "bossIdSlotTwo", "removeTimes", "tracker")),
    "wheel": _Table("player_wheeldata", ("slot",)),
    "charms": _Table(
        "player_charms",
        (
            "charm_points",
            "minor_charm_echoes",
            "max_charm_points",
            "max_minor_charm_echoes",
            "charm_expansion",
            "UsedRunesBit",
            "UnlockedRunesBit",
            "charms",
            "tracker list",
        ),
    ),
}
"""What a player has many of: where it is kept."""

_AT_ONCE = 200
"""Rows that one statement inserts."""


class PlayersStore:
    """Loads and saves players.

    Args:
        database: the server's.
    """

    def __init__(self, database: ServerDatabase) -> None:
        self._server = database
        self._columns: dict[str, list[str]] = {}
        self._memory: dict[int, Row] = {}

    def take_over(self, other: PlayersStore) -> None:
        """Knows the players that another server has saved in memory; those in a database it knows anyway."""
        self._memory.update(other._memory)

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the server calls, by name."""
        return {
            "players.load": self.load,
            "players.save": self.save,
            "players.create": self.create,
            "players.find": self.find,
            "players.account": self.account,
        }

    def _database(self, now: float) -> Database | None:
        """The database, if it has players."""
        if self._server.empty:
            return None
        database = self._server.at(now)
        return database if self._known(database, "players") else None

    def _known(self, database: Database, table: str) -> list[str]:
        """Columns of a table; those that were there when it was first asked for."""
        if not self._columns.get(table):
            self._columns[table] = database.columns(table)
        return self._columns[table]

    def find(self, who: str | bytes | float, now: float) -> Row | None:
        """Id, name, account and group of a player, by name or id; None for none."""
        database = self._database(now)
        if database is None:
            found = self._in_memory(who)
            return found and found["row"]
        columns = b"`id`, `name`, `account_id`, `group_id`"
        return next(rows_of(database, b"SELECT " + columns + b" FROM `players` WHERE " + _is(who)), None)

    def load(self, who: str | bytes | float, now: float) -> Row | None:
        """All of a player, by name or id; None when there is none, or it is to be deleted."""
        database = self._database(now)
        if database is None:
            return self._in_memory(who)
        rows = list(rows_of(database, b"SELECT * FROM `players` WHERE " + _is(who)))
        if not rows or rows[0].get("deletion"):
            return None
        row = rows[0]
        guid = int(row["id"])
        found: Row = {"row": row, "account": self.account(row.get("account_id", 0), now)}
        for name, table in LISTS.items():
            if self._known(database, table.name):
                columns = ", ".join(f"`{column}`" for column in table.columns)
                order = f" ORDER BY `{table.order}`" if table.order else ""
                query = f"SELECT {columns} FROM `{table.name}` WHERE `player_id` = {guid}{order}"
                found[name] = [[each[column] for column in table.columns] for each in rows_of(database, query.encode())]
        if self._known(database, "guild_membership"):
            found["guild"] = self._guild(database, guid)
        return found

    def _in_memory(self, who: str | bytes | float) -> Row | None:
        if isinstance(who, float | int):
            return self._memory.get(int(who))
        name = _bytes(who).lower()
        return next((each for each in self._memory.values() if _bytes(each["row"]["name"]).lower() == name), None)

    def _guild(self, database: Database, guid: int) -> Row | None:
        query = f"SELECT `guild_id`, `rank_id`, `nick` FROM `guild_membership` WHERE `player_id` = {guid}"
        for membership in rows_of(database, query.encode()):
            guild_id = int(membership["guild_id"])
            guilds = list(rows_of(database, f"SELECT * FROM `guilds` WHERE `id` = {guild_id}".encode()))
            ranks = f"SELECT `id`, `name`, `level` FROM `guild_ranks` WHERE `guild_id` = {guild_id} ORDER BY `id`"
            if guilds:
                return {
                    **membership,
                    **guilds[0],
                    "ranks": [[each["id"], each["name"], each["level"]] for each in rows_of(database, ranks.encode())],
                }
        return None

    def account(self, account_id: float, now: float) -> Row | None:
        """An account by its id."""
        database = self._database(now)
        if database is None or not self._known(database, "accounts"):
            return None
        return next(rows_of(database, f"SELECT * FROM `accounts` WHERE `id` = {int(account_id)}".encode()), None)

    def create(self, name: str | bytes, row: Mapping[Any, Any], now: float) -> int | None:
        """Adds a player who is new, with an account of its own unless the row names one that is there.

        Returns:
            its id; None when there is no table of players.

        Raises:
            TibicenError: the database doesn't take it.
        """
        database = self._database(now)
        if database is None:
            return None
        columns = {_text(key): value for key, value in row.items()}
        try:
            with database.transaction():
                account = self._account_for(database, name, columns)
                values: Row = {"conditions": b"", **columns, "name": name, "account_id": account}
                database.execute(self._insert(database, "players", values))
                return int(columns.get("id") or database.last_insert_id())
        except SqlProblem as problem:
            shown = _text(name)
            raise TibicenError(f"the player {shown} can't be kept in the database: {problem}") from None

    def _account_for(self, database: Database, name: str | bytes, columns: Row) -> int:
        wanted = int(columns.get("account_id") or 0)
        if wanted and next(rows_of(database, b"SELECT `id` FROM `accounts` WHERE `id` = %d" % wanted), None):
            return wanted
        account: Row = {
            "name": self._free_account_name(database, name),
            "password": b"",
            "type": columns.get("account_type", 1),
        }
        if wanted:
            account["id"] = wanted
        database.execute(self._insert(database, "accounts", account))
        return wanted or database.last_insert_id()

    def _free_account_name(self, database: Database, name: str | bytes) -> bytes:
        wanted, tried = _bytes(name), 1
        while True:
            free = wanted if tried == 1 else b"%s %d" % (wanted, tried)
            if next(rows_of(database, b"SELECT `id` FROM `accounts` WHERE `name` = " + escaped(free)), None) is None:
                return free
            tried += 1

    def _insert(self, database: Database, table: str, values: Row) -> bytes:
        known = [column for column in self._known(database, table) if column in values]
        names = ", ".join(f"`{column}`" for column in known).encode()
        content = b", ".join(_value(values[column]) for column in known)
        return b"INSERT INTO `%s` (%s) VALUES (%s)" % (table.encode(), names, content)

    def save(self, player: Mapping[Any, Any], now: float) -> str | None:
        """Writes a player, all or nothing. What went wrong, else None."""
        parts = {_text(key): value for key, value in player.items()}
        row = {_text(key): value for key, value in parts["row"].items()}
        try:
            database = self._database(now)
            if database is None:
                account = {_text(key): value for key, value in (parts.get("account") or {}).items()}
                self._memory[int(row["id"])] = {**parts, "row": row, "account": account}
                return None
            guid = int(row["id"])
            current = next(rows_of(database, f"SELECT `id`, `save` FROM `players` WHERE `id` = {guid}".encode()), None)
            if current is None:
                return f"there is no player {guid} in the database"
            with database.transaction():
                if not current.get("save", 1):
                    row = {key: row[key] for key in ("lastlogin", "lastip") if key in row}
                    parts = {}
                self._update(database, "players", guid, row)
                account = {_text(key): value for key, value in (parts.get("account") or {}).items()}
                if account:
                    # Its name and id are its own, whoever plays on it.
                    changes = {key: value for key, value in account.items() if key != "name"}
                    self._update(database, "accounts", int(account["id"]), changes)
                for name, table in LISTS.items():
                    if name in parts and self._known(database, table.name):
                        _replace(database, table, guid, parts[name] or ())
        except (SqlProblem, TibicenError) as problem:
            return str(problem)
        return None

    def _update(self, database: Database, table: str, number: int, row: Row) -> None:
        known = [column for column in self._known(database, table) if column in row and column != "id"]
        content = b", ".join(b"`%s` = %s" % (column.encode(), _value(row[column])) for column in known)
        if content:
            database.execute(b"UPDATE `%s` SET %s WHERE `id` = %d" % (table.encode(), content, number))


def _replace(database: Database, table: _Table, guid: int, rows: Iterable[Any]) -> None:
    name = table.name.encode()
    database.execute(b"DELETE FROM `%s` WHERE `player_id` = %d" % (name, guid))
    columns = ", ".join(f"`{column}`" for column in ("player_id", *table.columns)).encode()
    values = [b"(%d, %s)" % (guid, b", ".join(map(_value, row))) for row in rows]
    for start in range(0, len(values), _AT_ONCE):
        some = b", ".join(values[start : start + _AT_ONCE])
        database.execute(b"INSERT INTO `%s` (%s) VALUES %s" % (name, columns, some))


def _is(who: str | bytes | float) -> bytes:
    if isinstance(who, float | int):
        return b"`id` = %d" % int(who)
    return b"`name` = " + escaped(_bytes(who))


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"%d" % value
    if isinstance(value, int | float):
        return b"%d" % int(value)
    return escaped(_bytes(value))


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
