"""A server's database in MariaDB or MySQL."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from tibicen.errors import ConfigError
from tibicen.realms.canary.database import CANT_CONNECT, Database, Rows, SqlProblem
from tibicen.realms.canary.dialects_functions import as_text


class MariaDatabase(Database):
    """A database of a MariaDB or MySQL server, by PyMySQL.

    Args:
        settings: `host`, `user`, `password`, `database`, `port` and `socket`.
        connect: makes the connection; PyMySQL's unless given.

    Raises:
        ConfigError: PyMySQL is not installed, or the server can't be reached.
    """

    def __init__(self, settings: Mapping[str, Any], connect: Callable[..., Any] | None = None) -> None:
        self._settings = dict(settings)
        self._connect = connect or driver()
        self._connection = self._open()
        self._last_id = 0

    def _open(self) -> Any:
        settings = self._settings
        where = {"unix_socket": settings["socket"]} if settings.get("socket") else {}
        try:
            return self._connect(
                host=settings["host"],
                port=int(settings["port"]),
                user=settings["user"],
                password=settings["password"],
                database=settings["database"],
                charset="utf8mb4",
                use_unicode=False,
                conv={},
                autocommit=True,
                **where,
            )
        except Exception as error:
            raise ConfigError(
                f"the database {settings['database']} at {settings['host']}:{settings['port']} can't be used: {error}"
            ) from None

    def execute(self, statement: bytes) -> None:
        self.query(statement)

    def query(self, statement: bytes) -> Rows | None:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement)
                if cursor.description is None:
                    self._last_id = int(cursor.lastrowid or 0)
                    return None
                columns = [_name(each[0]) for each in cursor.description]
                return Rows(columns, [[as_text(value) for value in row] for row in cursor.fetchall()])
        except Exception as error:
            if len(error.args) == 2 and isinstance(error.args[0], int):
                raise SqlProblem(str(error.args[1]), error.args[0]) from None
            raise SqlProblem(str(error), CANT_CONNECT) from None

    def last_insert_id(self) -> int:
        return self._last_id

    def tables(self) -> list[str]:
        found = self.query(b"SHOW TABLES")
        return [(row[0] or b"").decode() for row in found.rows] if found else []

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._connection.close()


def _name(column: Any) -> str:
    return column.decode("utf-8", "replace") if isinstance(column, bytes) else str(column)


def driver() -> Callable[..., Any]:
    """What connects to a server.

    Raises:
        ConfigError: PyMySQL is not installed.
    """
    try:
        import pymysql
    except ImportError:
        raise ConfigError(
            "a database of MariaDB needs the package PyMySQL: pip install 'tibicen[mariadb]'; without it, use SQLite"
        ) from None
    connect: Callable[..., Any] = pymysql.connect
    return connect
