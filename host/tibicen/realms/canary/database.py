"""The database of a server: its scripts' statements, in the SQL of MySQL, over SQLite or over MariaDB."""

from __future__ import annotations

import contextlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tibicen.errors import ConfigError, TibicenError

MARIADB = "mariadb"
"""As the place of a database: the server that the config names (mysqlHost, mysqlUser, …)."""

CANT_CONNECT = 2002
"""MySQL's number for a server that can't be reached."""


OTHER = 1105
"""MySQL's number for what has none of its own."""


class SqlProblem(Exception):
    """A statement can't be run.

    Args:
        text: as MySQL says it.
        number: MySQL's number of it.
    """

    def __init__(self, text: str, number: int = OTHER) -> None:
        super().__init__(text)
        self.number = number


class Rows(NamedTuple):
    """What a statement answers: each value as text, or None."""

    columns: list[str]
    rows: list[list[bytes | None]]


class Database(ABC):
    """Runs statements; what can't be run raises SqlProblem, with MySQL's number and words."""

    @abstractmethod
    def execute(self, statement: bytes) -> None:
        """Runs a statement; what it answers is dropped."""

    @abstractmethod
    def query(self, statement: bytes) -> Rows | None:
        """Runs a statement; None when it is of a kind that answers nothing."""

    def find(self, statement: bytes, text: bytes) -> Rows | None:
        """Runs a query with a text for the `?` in it."""
        return self.query(statement.replace(b"?", escaped(text)))

    @abstractmethod
    def last_insert_id(self) -> int:
        """The id that the last statement gave a row by itself, the first of several; 0 when it gave none."""

    @abstractmethod
    def tables(self) -> list[str]:
        """Names of the tables."""

    @abstractmethod
    def close(self) -> None:
        """Ends the connection; what was not committed is gone. Idempotent."""

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns; none when there is no such table."""
        try:
            found = self.query(b"SHOW COLUMNS FROM `%s`" % table.encode())
        except SqlProblem:
            return []
        return [(row[0] or b"").decode() for row in found.rows] if found else []

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is run inside, or nothing of it."""
        self.execute(b"START TRANSACTION")
        try:
            yield
        except BaseException:
            self.execute(b"ROLLBACK")
            raise
        self.execute(b"COMMIT")


def escaped(text: bytes) -> bytes:
    """A text in quotes, as it stands in a statement."""
    return b"'" + _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text) + b"'"


_ESCAPES = {
    b"\0": b"\\0",
    b"\n": b"\\n",
    b"\r": b"\\r",
    b"\\": b"\\\\",
    b"'": b"\\'",
    b'"': b'\\"',
    b"\x1a": b"\\Z",
}
_SPECIAL = re.compile(rb"[\0\n\r\\'\"\x1a]")


# -- that of a server ----------------------------------------------------------------------------------------


def require(place: str) -> None:
    """Says at once that a database of that place can't be used.

    Raises:
        ConfigError: what it needs is not there.
    """
    if place == MARIADB:
        from tibicen.realms.canary import database_mariadb

        database_mariadb.driver()
    elif place and not Path(place).absolute().parent.is_dir():
        raise ConfigError(f"the folder of the database {place} is not there")


class ServerDatabase:
    """A server's database, opened when it is first used.

    Args:
        place: a file of SQLite, `mariadb`, or empty for memory.
        schema: reads the server's schema.sql; None when it has none.
    """

    def __init__(self, place: str, schema: Callable[[], bytes | None]) -> None:
        require(place)
        self.place = place
        self._schema = schema
        self._database: Database | None = None
        self._settings: dict[str, Any] = {}
        self._now = 0.0

    def configure(self, settings: Mapping[Any, Any]) -> None:
        """Takes what the config says of the database."""
        self._settings = {_key(key): _key(value) for key, value in settings.items()}

    def at(self, now: float) -> Database:
        """The database, at a moment of the world.

        Raises:
            ConfigError: it can't be opened.
        """
        self._now = now
        if self._database is None:
            if self.place == MARIADB:
                from tibicen.realms.canary.database_mariadb import MariaDatabase

                self._database = MariaDatabase(self._settings)
            else:
                from tibicen.realms.canary.database_sqlite import SqliteDatabase

                self._database = SqliteDatabase(
                    Path(self.place) if self.place else None,
                    schema=self._schema() or b"",
                    time=lambda: self._now,
                    name=str(self._settings.get("database") or "tibicen"),
                )
        return self._database

    @property
    def empty(self) -> bool:
        """It would have no tables: there is neither a file, nor a server, nor a schema."""
        return self._database is None and not self.place and self._schema() is None

    def untouched(self, table: str) -> bool:
        """Nothing can be in a table yet: the database is in memory, nobody has used it, and its schema puts nothing
        there. Making the tables takes a while, and most checks never look into them.
        """
        if self._database is not None or self.place:
            return False
        filled = re.compile(rb"\b(?:INSERT|REPLACE)\s+(?:\w+\s+)*?`?%s\b" % table.encode(), re.IGNORECASE)
        return filled.search(self._schema() or b"") is None

    def close(self) -> None:
        """Closes it. Idempotent."""
        if self._database is not None:
            self._database.close()

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the server calls, by name. Each answers what came of it and, when it failed, MySQL's number and text."""
        return {
            "db.configure": self.configure,
            "db.execute": self._execute,
            "db.query": self._query,
            "db.last_insert_id": lambda: self._database.last_insert_id() if self._database else 0,
            "db.table_exists": self._table_exists,
        }

    def _execute(self, statement: str | bytes, now: float) -> list[Any]:
        return self._answered(lambda database: database.execute(_bytes(statement)), now)

    def _query(self, statement: str | bytes, now: float) -> list[Any]:
        def rows(database: Database) -> Any:
            found = database.query(_bytes(statement))
            if found is None:
                return False
            return [found.columns, [[False if value is None else value for value in row] for row in found.rows]]

        return self._answered(rows, now)

    def _table_exists(self, name: str | bytes, now: float) -> bool:
        wanted = _bytes(name).decode("utf-8", "replace").lower()
        return wanted in (table.lower() for table in self.at(now).tables())

    def _answered(self, run: Callable[[Database], Any], now: float) -> list[Any]:
        try:
            return [run(self.at(now))]
        except SqlProblem as problem:
            return [False, problem.number, str(problem)]
        except TibicenError as problem:
            return [False, CANT_CONNECT, str(problem)]


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _key(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
