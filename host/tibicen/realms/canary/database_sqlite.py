"""A server's database in SQLite."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from tibicen.errors import ConfigError
from tibicen.realms.canary import dialects
from tibicen.realms.canary.database import Database, Rows, SqlProblem
from tibicen.realms.canary.dialects_functions import add_functions, as_text
from tibicen.realms.canary.dialects_template import Template, bound, statements, template

_BUSY_SECONDS = 2.0


class SqliteDatabase(Database):
    """A database in memory, or in a file.

    Args:
        path: the file; None for memory.
        schema: statements that make the tables of a database that has none.
        time: seconds since 1970, for NOW() and the like.
        name: what DATABASE() says.

    Raises:
        ConfigError: the file can't be used, or the schema has a statement that SQLite can't run.
    """

    def __init__(
        self, path: Path | None = None, *, schema: bytes = b"", time: Callable[[], float], name: str = "tibicen"
    ) -> None:
        self.path, self.name = path, name
        self._last_id = 0
        self._counting: dict[str, bool] = {}
        """Whether a table's ids count by themselves, by its name."""
        try:
            self._connection = sqlite3.connect(
                str(path) if path else ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.text_factory = bytes
            self._connection.execute("PRAGMA foreign_keys = ON")
            if path:
                self._connection.execute("PRAGMA journal_mode = WAL")
            add_functions(self._connection, time, name)
            self._connection.create_function("LAST_INSERT_ID", 0, self.last_insert_id)
            self._connection.execute(
                "CREATE TEMP VIEW information_schema_tables AS SELECT name AS TABLE_NAME, "
                f"'{name.replace(chr(39), chr(39) * 2)}' AS TABLE_SCHEMA, 0 AS DATA_FREE"
                " FROM main.sqlite_master WHERE type = 'table'"
            )
        except sqlite3.Error as error:
            raise ConfigError(f"{path or 'memory'} can't be used as a database: {error}") from None
        if schema and not self.tables():
            self._make_tables(schema)

    def _make_tables(self, schema: bytes) -> None:
        with self.transaction():
            for statement in statements(schema):
                try:
                    self.execute(statement)
                except SqlProblem as problem:
                    shown = statement.decode("utf-8", "replace").strip()[:100]
                    raise ConfigError(f"schema.sql: {problem}, in: {shown}") from None

    def execute(self, statement: bytes) -> None:
        self.query(statement)

    def query(self, statement: bytes) -> Rows | None:
        return self._run(template(statement))

    def find(self, statement: bytes, text: bytes) -> Rows | None:
        # To take a statement apart takes longer than to run it.
        return self._run(Template(statement.decode().replace("?", ":p0"), {"p0": bound(text)}))

    def _run(self, taken: Template) -> Rows | None:
        try:
            translation = dialects.translate(taken.text)
        except SqlProblem as problem:
            raise SqlProblem(_filled(str(problem), taken), problem.number) from None
        if translation.transaction:
            self._transact(translation.transaction)
            return None
        cursor = None
        try:
            with self._whole(len(translation.statements) > 1):
                for sql in translation.statements:
                    cursor = self._connection.execute(sql, {key: taken.values[key] for key in _placeholders(sql)})
            if cursor is not None and translation.rows:
                columns = [each[0] for each in cursor.description]
                return Rows(columns, [[as_text(value) for value in row] for row in cursor.fetchall()])
        except sqlite3.Error as error:
            raise self._problem(error) from None
        except OverflowError:
            raise SqlProblem("Out of range value", 1264) from None
        if translation.changes_tables:
            self._counting.clear()
        if not translation.rows:
            self._last_id = self._id_given(translation, cursor)
        return None

    @contextlib.contextmanager
    def _whole(self, several: bool) -> Iterator[None]:
        """What is one statement to the scripts is done or not, as one."""
        if several:
            self._connection.execute("SAVEPOINT statement")
        try:
            yield
        except sqlite3.Error:
            if several:
                self._connection.execute("ROLLBACK TO statement")
            raise
        finally:
            if several:
                self._connection.execute("RELEASE statement")

    def _id_given(self, translation: dialects.Translation, cursor: sqlite3.Cursor | None) -> int:
        if not translation.inserts or cursor is None or cursor.rowcount < 1 or not self._counts(translation.inserts):
            return 0
        given = cursor.lastrowid or 0
        return given - cursor.rowcount + 1 if translation.auto_ids else given

    def _counts(self, table: str) -> bool:
        known = self._counting.get(table)
        if known is None:
            row = self._connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = ? COLLATE NOCASE AND sql LIKE '%AUTOINCREMENT%'", (table,)
            ).fetchone()
            known = self._counting[table] = row is not None
        return known

    def _transact(self, what: str) -> None:
        try:
            if what == "begin":
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")
                self._connection.execute("BEGIN")
            elif self._connection.in_transaction:
                self._connection.execute(what.upper())
        except sqlite3.Error as error:
            raise self._problem(error) from None

    def last_insert_id(self) -> int:
        return self._last_id

    def tables(self) -> list[str]:
        rows = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite#_%' ESCAPE '#'"
        )
        return [row[0].decode() for row in rows]

    def close(self) -> None:
        self._connection.close()

    def _problem(self, error: sqlite3.Error) -> SqlProblem:
        text = str(error)
        where = str(self.path) if self.path else "the database"
        for pattern, number, words in _PROBLEMS:
            match = pattern.match(text)
            if match:
                return SqlProblem(words.format(*match.groups(), database=self.name, where=where), number)
        return SqlProblem(text)


_PROBLEMS = [
    (re.compile(pattern), number, words)
    for pattern, number, words in (
        (r"no such table: (?:main\.)?(.*)", 1146, "Table '{database}.{0}' doesn't exist"),
        (r"no such column: (.*)", 1054, "Unknown column '{0}' in 'field list'"),
        (r"table (\S+) has no column named (.*)", 1054, "Unknown column '{1}' in 'field list'"),
        (r"UNIQUE constraint failed: (.*)", 1062, "Duplicate entry for key '{0}'"),
        (r"NOT NULL constraint failed: [^.]*\.(.*)", 1048, "Column '{0}' cannot be null"),
        (r"FOREIGN KEY constraint failed", 1452, "Cannot add or update a child row: a foreign key constraint fails"),
        (r"table (\S+) already exists", 1050, "Table '{0}' already exists"),
        (r"no such function: (.*)", 1305, "FUNCTION {database}.{0} does not exist"),
        (
            r"\d+ values for \d+ columns|table \S+ has \d+ columns but",
            1136,
            "Column count doesn't match value count at row 1",
        ),
        (
            r"database(?: table)?(?: \S+)? is locked",
            1205,
            "Lock wait timeout exceeded: another program is writing to {where}; try restarting transaction",
        ),
        (r"database or disk is full", 1021, "Disk full: {where} can't grow; nothing of the statement was kept"),
        (r"attempt to write a readonly database", 1290, "{where} is read-only, so it cannot execute this statement"),
        (r"disk I/O error", 1030, "The disk of {where} failed; nothing of the statement was kept"),
        (
            r'near "(.*)": syntax error',
            dialects.SYNTAX,
            "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for"
            " the right syntax to use near '{0}' at line 1",
        ),
    )
]
_PLACEHOLDER = re.compile(r":(p\d+)\b")


def _filled(text: str, taken: Template) -> str:
    """A text with the values that its placeholders stand for."""

    def value(match: re.Match[str]) -> str:
        found = taken.values.get(match[1], match[0])
        return f"'{found}'" if isinstance(found, str) else str(found)

    return _PLACEHOLDER.sub(value, text)


def _placeholders(sql: str) -> list[str]:
    return _PLACEHOLDER.findall(sql)
