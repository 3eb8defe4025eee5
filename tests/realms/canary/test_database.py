"""The database of a server: statements of MySQL over SQLite and over MariaDB, and what scripts see of it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.schemas import COMMON
from tests.realms.canary.servers import DIALECTS, with_server

from tibicen.errors import ConfigError
from tibicen.realms.canary import dialects
from tibicen.realms.canary.database import ServerDatabase, SqlProblem, escaped
from tibicen.realms.canary.database_mariadb import MariaDatabase
from tibicen.realms.canary.database_sqlite import SqliteDatabase
from tibicen.realms.canary.dialects_template import statements, template
from tibicen.realms.canary.server import Dialect, Server


@pytest.fixture
def database() -> Iterator[SqliteDatabase]:
    made = SqliteDatabase(schema=COMMON.encode(), time=lambda: 86_400.0)
    yield made
    made.close()


def rows(database: SqliteDatabase, statement: str | bytes) -> list[list[bytes | None]]:
    found = database.query(statement.encode() if isinstance(statement, str) else statement)
    assert found is not None
    return found.rows


def value(database: SqliteDatabase, statement: str | bytes) -> bytes | None:
    return rows(database, statement)[0][0]


# -- taking apart and translating -----------------------------------------------------------------------------


def test_statements_of_one_form_are_translated_once() -> None:
    before = dialects.translate.cache_info().misses
    for number in range(50):
        taken = template(b"UPDATE `t_once` SET `a` = %d, `b` = 'x%d' WHERE `id` IN (%d, 2)" % ((number,) * 3))
        dialects.translate(taken.text)
        assert list(taken.values.values()) == [number, f"x{number}", number, 2]
    assert dialects.translate.cache_info().misses == before + 1


def test_statements_of_a_file() -> None:
    found = statements(b"-- a; b\nSELECT ';' ;\n/* ; */\nDELIMITER //\nA; B; //\nDELIMITER ;\nSELECT 2")
    assert [each.strip() for each in found][1:] == [b"A; B;", b"SELECT 2"]


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("SELECT UNIX_TIMESTAMP()", b"86400"),
        ("SELECT NOW()", b"1970-01-02 00:00:00"),
        ("SELECT CURRENT_TIMESTAMP", b"1970-01-02 00:00:00"),
        ("SELECT DATE_ADD(NOW(), INTERVAL 2 DAY)", b"1970-01-04 00:00:00"),
        ("SELECT FROM_UNIXTIME(60)", b"1970-01-01 00:01:00"),
        ("SELECT UNIX_TIMESTAMP('1970-01-01 00:01:00')", b"60"),
        ("SELECT CONCAT('a', 1, 'b')", b"a1b"),
        ("SELECT CONCAT_WS('-', 'a', NULL, 'b')", b"a-b"),
        ("SELECT IF(1 > 2, 'yes', 'no')", b"no"),
        ("SELECT GREATEST(3, 7)", b"7"),
        ("SELECT 5 DIV 2", b"2"),
        ("SELECT SHA1('a')", b"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        ("SELECT LEFT('abc', 2)", b"ab"),
        ("SELECT RIGHT('abc', 2)", b"bc"),
        ("SELECT `name` FROM `accounts` WHERE `name` = 'GOD'", b"god"),
        ("SELECT `name` FROM `accounts` WHERE `name` LIKE 'o\\'%'", b'o\'neil; "x"'),
        ("SELECT `password` FROM accounts WHERE id = '2' # why", b"a\\b"),
        ("SELECT COUNT(*) FROM accounts LIMIT 0, 5", b"2"),
        ("SELECT DATABASE()", b"tibicen"),
        ("SELECT YEAR('2024-03-05') * 100 + MONTH('2024-03-05')", b"202403"),
        ("SELECT HOUR(FROM_UNIXTIME(7200))", b"2"),
        ("SELECT `TABLE_NAME` FROM `information_schema`.`tables` WHERE `TABLE_NAME` = 'players'", b"players"),
        ("SHOW TABLES LIKE 'pl%rs'", b"players"),
        ("SHOW COLUMNS FROM `players` LIKE 'comment'", b"comment"),
        ("SELECT 2.5 * 2", b"5"),
        ("SELECT 1e20", b"1e20"),
        ("SELECT 0.1 + 0.2", b"0.30000000000000004"),
    ],
)
def test_what_statements_answer(database: SqliteDatabase, statement: str, answer: bytes) -> None:
    assert value(database, statement) == answer


@pytest.mark.parametrize(
    ("statement", "left"),
    [
        ("INSERT INTO log (number) VALUES (4)", [1, 2, 3, 4]),
        ("INSERT INTO log SET number = 5", [1, 2, 3, 5]),
        ("DELETE FROM log WHERE number > 0 ORDER BY number DESC LIMIT 2", [1]),
        ("UPDATE log SET number = 9 WHERE number > 1 ORDER BY number LIMIT 1", [1, 3, 9]),
        ("TRUNCATE TABLE log", []),
        ("DELETE l FROM log l JOIN accounts a ON a.id = l.number", [3]),
        ("UPDATE log l JOIN accounts a ON a.id = l.number SET l.number = a.id + 10", [3, 11, 12]),
        ("OPTIMIZE TABLE log", [1, 2, 3]),
    ],
)
def test_what_statements_change(database: SqliteDatabase, statement: str, left: list[int]) -> None:
    database.execute(b"DELETE FROM log")
    database.execute(b"INSERT INTO log (number) VALUES (1), (2), (3)")
    database.execute(statement.encode())
    assert [int(row[0] or 0) for row in rows(database, "SELECT number FROM log ORDER BY number")] == left


def test_of_duplicates_one_is_kept(database: SqliteDatabase) -> None:
    with pytest.raises(SqlProblem, match="Duplicate entry") as caught:
        database.execute(b"INSERT INTO accounts (id, name, password) VALUES (1, 'other', '')")
    assert caught.value.number == 1062
    database.execute(b"INSERT IGNORE INTO accounts (id, name, password) VALUES (1, 'other', '')")
    assert value(database, "SELECT name FROM accounts WHERE id = 1") == b"god"
    database.execute(
        b"INSERT INTO accounts (id, name, password) VALUES (1, 'other', '')"
        b" ON DUPLICATE KEY UPDATE name = VALUES(`name`), type = accounts.type + 1"
    )
    assert rows(database, "SELECT name, type FROM accounts WHERE id = 1") == [[b"other", b"2"]]
    database.execute(b"REPLACE INTO accounts (id, name, password) VALUES (2, 'third', '')")
    assert rows(database, "SELECT name, type FROM accounts WHERE id = 2") == [[b"third", b"1"]]


def test_ids_that_count_by_themselves(database: SqliteDatabase) -> None:
    database.execute(b"INSERT INTO accounts (name, password) VALUES ('a', ''), ('b', ''), ('c', '')")
    assert database.last_insert_id() == 3
    assert value(database, "SELECT LAST_INSERT_ID()") == b"3"
    database.execute(b"DELETE FROM accounts WHERE name = 'c'")
    assert database.last_insert_id() == 0
    database.execute(b"INSERT INTO accounts (name, password) VALUES ('d', '')")
    assert database.last_insert_id() == 6, "an id is never given twice"
    database.execute(b"INSERT INTO log (number) VALUES (9)")
    assert database.last_insert_id() == 0, "this table has no id"


def test_bytes_of_any_kind_pass_unharmed(database: SqliteDatabase) -> None:
    every = bytes(range(256))
    quoted = b"".join(b"\\" + bytes([each]) if each in b"\\'\"" else bytes([each]) for each in every)
    database.execute(b"UPDATE players SET comment = 'S\xe3o', conditions = '" + quoted.replace(b"\0", b"\\0") + b"'")
    assert rows(database, "SELECT comment, conditions FROM players") == [[b"S\xe3o", every]]
    assert value(database, b"SELECT COUNT(*) FROM players WHERE comment = 'S\xe3o'") == b"1"
    assert value(database, "SELECT HEX(comment) FROM players") == b"53E36F"


@pytest.mark.parametrize("text", [b"plain", b"it's ? :p0 \\", b"S\xe3o", "São".encode(), b"a\0b", b"12"])
def test_what_is_found_by_a_text_is_what_a_statement_finds(database: SqliteDatabase, text: bytes) -> None:
    database.execute(b"CREATE TABLE words (word VARCHAR(40), other INT)")
    database.execute(b"INSERT INTO words VALUES (%s, 7), ('another', 8)" % escaped(text))
    found = database.find(b"SELECT `other` FROM `words` WHERE `word` = ?", text)
    assert found == (["other"], [[b"7"]])
    assert found == database.query(b"SELECT `other` FROM `words` WHERE `word` = " + escaped(text))


def test_columns_are_named_by_what_was_written(database: SqliteDatabase) -> None:
    found = database.query(b"SELECT max(`id`), COUNT( * ), name AS n, `group_id`, 1 FROM players")
    assert found is not None
    assert found.columns == ["max(`id`)", "COUNT( * )", "n", "group_id", "1"]


def test_tables_change(database: SqliteDatabase) -> None:
    database.execute(
        b"ALTER TABLE `log` ADD `more` INT(11) NOT NULL AFTER `number`, ADD COLUMN `text` varchar(9) DEFAULT 'x',"
        b" ADD INDEX `i` (`more`), CHANGE `number` `count` bigint, MODIFY `more` bigint"
    )
    assert rows(database, "SELECT `count`, `more`, `text` FROM `log`") == [[b"7", b"0", b"x"]]
    database.execute(b"DROP INDEX `i` ON `log`")
    database.execute(b"RENAME TABLE `log` TO `said`")
    database.execute(b"DROP TABLE IF EXISTS `said`, `nothing`")
    assert "said" not in database.tables()


def test_a_statement_is_done_as_a_whole_or_not_at_all(database: SqliteDatabase) -> None:
    with pytest.raises(SqlProblem):
        database.execute(b"ALTER TABLE `log` ADD `more` INT, ADD `number` INT")
    assert "more" not in database.columns("log")


@pytest.mark.parametrize(
    ("statement", "number", "text"),
    [
        ("", 1065, "Query was empty"),
        ("SELEKT nonsense", 1064, "near 'SELEKT nonsense'"),
        ("SELECT 'a', 1; SELECT 2", 1064, "near 'SELECT 'a', 1; SELECT 2'"),
        ("SELECT nothing FROM nowhere", 1146, "Table 'tibicen.nowhere' doesn't exist"),
        ("SELECT nope FROM players", 1054, "Unknown column 'nope'"),
        ("SELECT `nope` FROM players", 1054, "Unknown column 'nope'"),
        ("INSERT INTO players (name) VALUES (NULL)", 1048, "Column 'name' cannot be null"),
        ("INSERT INTO players (name, account_id, conditions) VALUES ('x', 99, '')", 1452, "foreign key"),
        ("INSERT INTO log VALUES (1)", 1136, "Column count"),
        ("UPDATE log SET number = 'it''s' WHERE x = 1", 1054, "Unknown column 'x'"),
        ("CALL something(1)", 1064, "near"),
    ],
)
def test_what_goes_wrong_is_told_as_mysql_does(
    database: SqliteDatabase, statement: str, number: int, text: str
) -> None:
    with pytest.raises(SqlProblem) as caught:
        database.execute(statement.encode())
    assert (caught.value.number, text in str(caught.value)) == (number, True), str(caught.value)


# -- files ----------------------------------------------------------------------------------------------------


def test_a_file_keeps_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    for count in (1, 2):
        database = SqliteDatabase(path, schema=COMMON.encode(), time=lambda: 0.0)
        database.execute(b"INSERT INTO log (number) VALUES (%d)" % count)
        assert value(database, "SELECT COUNT(*) FROM log") == str(count + 1).encode(), "the schema is made once"
        database.close()


def test_a_locked_file_is_told_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tibicen.realms.canary.database_sqlite._BUSY_SECONDS", 0.05)
    path = tmp_path / "world.db"
    database = SqliteDatabase(path, schema=COMMON.encode(), time=lambda: 0.0)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(SqlProblem, match=r"another program is writing to .*world\.db") as caught:
        database.execute(b"INSERT INTO log (number) VALUES (1)")
    assert caught.value.number == 1205
    other.execute("ROLLBACK")
    database.execute(b"INSERT INTO log (number) VALUES (1)")
    assert value(database, "SELECT COUNT(*) FROM log") == b"2"
    other.close()
    database.close()


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "world.db", schema=COMMON.encode(), time=lambda: 0.0)
    (pages,) = database._connection.execute("PRAGMA page_count").fetchone()
    database._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(SqlProblem, match=r"Disk full: .*world\.db") as caught:
        database.execute(b"UPDATE players SET comment = '" + b"x" * 100_000 + b"'")
    assert caught.value.number == 1021
    assert value(database, "SELECT comment FROM players") == b""
    database.close()


def test_what_can_not_be_opened(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database, but long enough to be read as the head of one" * 20)
    with pytest.raises(ConfigError, match=r"text\.db can't be used as a database"):
        SqliteDatabase(tmp_path / "text.db", time=lambda: 0.0)
    with pytest.raises(ConfigError, match=r"schema\.sql: .*syntax.*in: CREATE NONSENSE"):
        SqliteDatabase(schema=b"CREATE NONSENSE", time=lambda: 0.0)
    with pytest.raises(ConfigError, match=r"the folder of the database .* is not there"):
        ServerDatabase(str(tmp_path / "none" / "world.db"), lambda: None)


# -- MariaDB --------------------------------------------------------------------------------------------------


class Refused(Exception):
    """As PyMySQL's errors: a number and a text."""


class Wire:
    """Stands in for a connection of PyMySQL: one cursor, which answers what it is told to."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.asked: list[bytes] = []
        self.description: list[tuple[str]] | None = None
        self.lastrowid = 0
        self.answer: list[tuple[Any, ...]] = []
        self.closed = False

    def cursor(self) -> Wire:
        return self

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, statement: bytes) -> None:
        self.asked.append(statement)
        if statement == b"BAD":
            raise Refused(1064, "You have an error")
        if statement == b"GONE":
            raise OSError("the wire broke")
        self.description = [("a",), ("b",)] if statement.startswith((b"SELECT", b"SHOW")) else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.answer

    def close(self) -> None:
        self.closed = True


SETTINGS = {"host": "db", "port": 3306, "user": "u", "password": "p", "database": "world", "socket": ""}


def test_mariadb_gets_statements_as_they_are() -> None:
    made: list[Wire] = []

    def connect(**options: Any) -> Wire:
        made.append(Wire(**options))
        return made[0]

    database = MariaDatabase(SETTINGS, connect)
    wire = made[0]
    assert {**wire.options, "password": "p"}.items() >= {"host": "db", "port": 3306, "database": "world"}.items()
    wire.answer = [("12", b"\xff"), (None, b"")]
    found = database.query(b"SELECT 'S\xe3o'")
    assert found is not None
    assert found == (["a", "b"], [[b"12", b"\xff"], [None, b""]])
    database.find(b"SELECT 1 WHERE x = ?", b"it's")
    assert wire.asked[-1] == b"SELECT 1 WHERE x = 'it\\'s'"
    wire.lastrowid = 9
    assert database.query(b"INSERT x") is None
    assert database.last_insert_id() == 9
    with pytest.raises(SqlProblem, match="You have an error") as caught:
        database.execute(b"BAD")
    assert caught.value.number == 1064
    with pytest.raises(SqlProblem, match="the wire broke"):
        database.execute(b"GONE")
    database.close()
    assert wire.closed
    assert wire.asked[0] == b"SELECT 'S\xe3o'"


def test_mariadb_that_is_not_there() -> None:
    def connect(**_: Any) -> Wire:
        raise Refused(2003, "Can't connect to MySQL server on 'db'")

    with pytest.raises(ConfigError, match=r"the database world at db:3306 can't be used: .*Can't connect"):
        MariaDatabase(SETTINGS, connect)


def test_mariadb_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(ConfigError, match=r"pip install 'tibicen\[mariadb\]'"):
        ServerDatabase("mariadb", lambda: None)


# -- what scripts see -----------------------------------------------------------------------------------------

_R = "local R = Result or result\n"


def run(root: Path, dialect: Dialect, code: str) -> Any:
    def body(server: Server) -> Any:
        return server.run((_R + code).encode("latin-1"))

    return with_server(root, body, {"schema.sql": COMMON}, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_scripts_read_rows(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local id = db.storeQuery("SELECT `id`, `name`, `level` / 2 AS h, NULL AS n FROM `players`")
        local inner = db.storeQuery("SELECT COUNT(*) AS c FROM `accounts`")
        local found = {
            R.getNumber(id, "id"), R.getString(id, "name"), R.getNumber(id, "h"), R.getNumber(id, "n"),
            R.getString(id, "n"), R.getNumber(inner, "c"), R.getNumber(id, "name"), R.getNumber(id, "none"),
            select("#", R.getStream(id, "name")), R.next(id), R.free(id), R.free(id), R.getString(id, "name"),
        }
        local ok, problem = pcall(function()
            local again = db.storeQuery("SELECT 1 AS x")
            R.next(again)
            return R.getNumber(again, "x")
        end)
        found[#found + 1] = ok
        found[#found + 1] = problem:match("no more rows") ~= nil
        return found
    """
    found = run(tmp_path, dialect, code)
    assert found == [7, "Old Ann", 0, 0, "", 2, 0, 0, 2, False, True, False, False, False, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_texts_are_read_as_numbers_as_each_server_does(tmp_path: Path, dialect: Dialect) -> None:
    """TFS reads numbers as C++ source writes them, in sixteens and eights too; Canary only in tens."""
    code = """
        local found = {}
        for _, text in ipairs({ "12", " -7x", "+3", "0x1F", "-0x10", "010", "08", "x", "", "9999999999999999999" }) do
            local id = db.storeQuery("SELECT " .. db.escapeString(text) .. " AS x")
            found[#found + 1] = R.getNumber(id, "x")
        end
        return found
    """
    most = float(2**63)
    tens = [12, -7, 3, 0, 0, 10, 8, 0, 0, 0]
    assert run(tmp_path, dialect, code) == ([12, -7, 3, 31, -16, 8, 0, 0, 0, most] if dialect == "tfs" else tens)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_scripts_are_told_that_a_statement_failed(tmp_path: Path, dialect: Dialect) -> None:
    def body(server: Server) -> None:
        answer = server.run(
            b'return {db.query("SELEKT"), db.query("TRUNCATE log"), db.storeQuery("SELECT x FROM y"),'
            b' db.storeQuery("SELECT * FROM log"), db.storeQuery("DELETE FROM log"), db.query(nil)}'
        )
        assert answer == [False, True, False, False, False, False]
        text = "\n".join(line for _, line in server.log)
        assert "SELEKT" in text
        assert ".y' doesn't exist" in text
        assert ("MySQL error [1064]" in text) == (dialect == "canary")

    with_server(tmp_path, body, {"schema.sql": COMMON}, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_scripts_escape(tmp_path: Path, dialect: Dialect) -> None:
    code = r"""return { db.escapeString("a'b\"c\\d\n\r\0\26"), db.escapeString(""), db.escapeString(7),
        db.escapeBlob("a\0bc", 3), db.tableExists("PLAYERS"), db.tableExists("nothing") }"""
    assert run(tmp_path, dialect, code) == [
        r"""'a\'b\"c\\d\n\r\0\Z'""",
        "''",
        "'7'",
        r"'a\0b'",
        True,
        False,
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_results_last_as_long_as_the_call_that_began_it_all(tmp_path: Path, dialect: Dialect) -> None:
    def body(server: Server) -> None:
        server.run(
            _R.encode()
            + b"""
            seen = {}
            addEvent(function()
                local id = db.storeQuery("SELECT 5 AS x")
                kept = id
                db.asyncStoreQuery("SELECT 6 AS x", function(inner) seen[#seen + 1] = R.getNumber(inner, "x") end)
                seen[#seen + 1] = R.getNumber(id, "x")
            end, 100)
            addEvent(function() seen[#seen + 1] = R.getNumber(kept, "x") end, 300)
            """
        )
        server.advance(1000)
        assert server.run(b"return seen") == [5, 6, False]

    with_server(tmp_path, body, {"schema.sql": COMMON}, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_was_asked_for_asynchronously_comes_in_order(tmp_path: Path, dialect: Dialect) -> None:
    def body(server: Server) -> None:
        server.run(
            b"""
            seen = {}
            db.asyncQuery("INSERT INTO log (number) VALUES (1)", function(ok) seen[#seen + 1] = ok end)
            db.asyncQuery("INSERT INTO nothing VALUES (1)", function(ok) seen[#seen + 1] = ok end)
            db.asyncStoreQuery("SELECT * FROM log WHERE number = 99", function(id) seen[#seen + 1] = id end)
            db.asyncQuery("INSERT INTO log (number) VALUES (2)")
            db.asyncQuery("SELECT 1", function() error("a callback that fails") end)
            seen[#seen + 1] = "first"
            """
        )
        server.advance(50)
        assert server.run(b"return seen") == ["first", True, False, False]
        assert (
            server.run(b'return (Result or result).getNumber(db.storeQuery("SELECT COUNT(*) AS c FROM log"), "c")') == 3
        )
        assert any("a callback that fails" in text for _, text in server.log)

    with_server(tmp_path, body, {"schema.sql": COMMON}, dialect=dialect)


def test_what_was_asked_for_is_done_before_the_server_goes(tmp_path: Path) -> None:
    place = tmp_path / "world.db"
    code = b'db.asyncQuery("INSERT INTO log (number) VALUES (77)")'
    root = tmp_path / "server"
    with_server(root, lambda server: server.run(code), {"schema.sql": COMMON}, database=str(place))
    connection = sqlite3.connect(place)
    assert connection.execute("SELECT COUNT(*) FROM log WHERE number = 77").fetchone() == (1,)
    connection.close()


def test_inserts_and_transactions_of_tfs(tmp_path: Path) -> None:
    code = """
        local insert = DBInsert("INSERT INTO `log` (`number`) VALUES ")
        local done = { insert:addRow("1"), insert:addRow(2), insert:execute(), insert:execute(), DBInsert() == nil }
        local function count()
            return R.getNumber(db.storeQuery("SELECT COUNT(*) AS c FROM `log`"), "c")
        end
        done[#done + 1] = count()
        local transaction = DBTransaction()
        done[#done + 1] = transaction:commit()
        done[#done + 1] = transaction:begin()
        db.query("DELETE FROM `log`")
        transaction:rollback()
        done[#done + 1] = count()
        done[#done + 1] = transaction:begin() == nil
        local second = DBTransaction()
        second:begin()
        db.query("DELETE FROM `log`")
        done[#done + 1] = second:commit()
        done[#done + 1] = count()
        return done
    """
    assert run(tmp_path, "tfs", code) == [True, True, True, True, True, 3, False, True, 3, True, True, 0]
    assert run(tmp_path, "canary", "return { DBInsert == nil, DBTransaction == nil }") == [True, True]


def test_scripts_of_tfs_are_told_what_the_market_paid(tmp_path: Path) -> None:
    history = COMMON + (
        "CREATE TABLE `market_history` (`sale` tinyint, `itemtype` smallint, `price` bigint, `state` tinyint);\n"
        "INSERT INTO `market_history` VALUES (0, 3000, 10, 3), (0, 3000, 30, 3), (0, 3000, 5, 1), (1, 3000, 7, 3);\n"
    )
    items = '<items><item id="3000" name="bell" /><item id="3001" name="horn" /></items>'
    code = b"""
        local bell, horn = ItemType(3000), ItemType(3001)
        bell:getMarketBuyStatistics().lowestPrice = 0
        local bought, sold = bell:getMarketBuyStatistics(), bell:getMarketSellStatistics()
        return { bought.numTransactions, bought.totalPrice, bought.highestPrice, bought.lowestPrice,
                 sold.numTransactions, sold.totalPrice, horn:getMarketBuyStatistics() == nil }
    """
    files = {"schema.sql": history, "data/items/items.xml": items}
    found = with_server(tmp_path / "with", lambda server: server.run(code), files, dialect="tfs")
    assert found == [2, 40, 30, 10, 1, 7, True]
    without = b"return ItemType(3000):getMarketSellStatistics() == nil"
    assert with_server(tmp_path / "without", lambda server: server.run(without), dialect="tfs") is True
