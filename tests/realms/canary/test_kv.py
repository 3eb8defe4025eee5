"""Keys and values of Canary: types, scopes, and what of them is in the database."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.schemas import CANARY
from tests.realms.canary.servers import with_server

from tibicen.realms.canary.kv_store import decode, encode
from tibicen.realms.canary.server import Server

# A value with all that a value may be, as the server's own messages have it.
MESSAGE = bytes.fromhex(
    "2a3e"  # map_value, with five items
    "0a070a016112020801".replace("0801", "3001")  # a = true
    + "0a090a01621204"
    + "0a02c3a9"[0:8]  # b = "é"
    + "0a0e0a016312"
    + "09"
    + "19"
    + "000000000000f83f"  # c = 1.5
    + "0a0f0a016412"
    + "0a"
    + "2208"
    + "0a021007"
    + "0a023000"  # d = {7, false}
    + "0a070a01651202"
    + "2a00"  # e = {}
)


def run(root: Path, code: str, **options: Any) -> Any:
    return with_server(root, lambda server: server.run(code.encode()), **options)


# -- messages -------------------------------------------------------------------------------------------------


def test_a_message_of_the_server_is_read() -> None:
    assert decode(MESSAGE) == [
        "m",
        [b"a", b"b", b"c", b"d", b"e"],
        [True, "é".encode(), 1.5, ["a", [7, False]], ["m", [], []]],
    ]


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        0.0,
        -12.5,
        2.0**53,
        b"",
        b"\0\xff",
        ["a", [1.0, b"x", ["a", [True]]]],
        ["m", [b"k", b"l"], [b"v", ["m", [], []]]],
    ],
)
def test_what_is_written_is_read(value: Any) -> None:
    assert decode(encode(value)) == value


def test_numbers_are_written_as_the_server_does() -> None:
    assert encode(7) == bytes.fromhex("19" + "0000000000001c40")


@pytest.mark.parametrize("message", [b"\x0a\x05ab", b"\x19\x00", b"\x0f", b"\x80"])
def test_a_broken_message_is_none(message: bytes) -> None:
    assert decode(message) is None


# -- scripts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("7", "7"),
        ("-0.5", "-0.5"),
        ('"text"', "text"),
        ("false", "false"),
        ("{1, {2, 3}}", "{1=1 2={1=2 2=3}}"),
        ("{a = 1, b = {c = true}}", "{a=1 b={c=true}}"),
        ("{}", "{}"),
        ("{1, 2, x = 3}", "{1=1 2=2}"),
        ("{[true] = 1}", "{=1}"),
    ],
)
def test_what_is_set_is_got(tmp_path: Path, value: str, shown: str) -> None:
    code = f"""
        local function show(value)
            if type(value) ~= "table" then return tostring(value) end
            local keys = {{}}
            for key in pairs(value) do keys[#keys + 1] = tostring(key) end
            table.sort(keys)
            for at, key in ipairs(keys) do
                local found = value[key]
                if found == nil then found = value[tonumber(key)] end
                keys[at] = key .. "=" .. show(found)
            end
            return "{{" .. table.concat(keys, " ") .. "}}"
        end
        local value = {value}
        local set = kv.set("key", value)
        if type(value) == "table" then value[1] = "changed" end
        return tostring(set) .. " " .. show(kv.get("key"))
    """
    assert run(tmp_path, code) == f"true {shown}"


def test_what_can_not_be_set(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        found = server.run(
            b"""
            local scope = kv.scoped("s")
            local ok, problem = pcall(scope.set, scope, "k", {[5] = 1})
            return { scope:set("k", nil), scope:set("k", print), scope:set("k", {1, print}), ok, problem,
                scope:get("k") == nil, select("#", scope:get("k")) }
            """
        )
        assert found == [False, False, False, False, "invalid key to 'next'", True, 1]
        warnings = [text for level, text in server.log if level == "warning"]
        assert warnings.count("[luaKVSet] invalid param type") == 3
        assert warnings.count("[getValueWrapper] invalid param type") == 3

    with_server(tmp_path, body)


def test_scopes(tmp_path: Path) -> None:
    code = """
        local a = kv.scoped("a")
        a:set("x", 1)
        a:scoped("b"):set("y", 2)
        kv.set("z", 3)
        return { kv.get("a.x"), kv.get("a.b.y"), kv.scoped("a"):scoped("b"):get("y"), a:get("y") == nil, a.get("z"),
            table.concat(a:keys(), ","), table.concat(kv.keys(), ","), table.concat(kv.keys("a."), ","),
            table.concat(a:scoped("b"):keys("ignored"), ","), a:remove("x") == nil, a:get("x") == nil,
            table.concat(kv.keys("a"), ","), a:set(5, "five"), a:get("5"), a:get(nil) == nil }
    """
    assert run(tmp_path, code) == [
        *(1, 2, 2, True, 3),
        *("b.y,x", "a.b.y,a.x,z", "b.y,x"),
        *("y", True, True),
        *(".b.y", True, "five", True),
    ]


# -- the database ---------------------------------------------------------------------------------------------

SCHEMA = {"schema.sql": CANARY}


def test_values_are_kept_when_all_is_saved_and_when_the_server_goes(tmp_path: Path) -> None:
    place = str(tmp_path / "world.db")
    root = tmp_path / "server"

    def first(server: Server) -> None:
        server.run(b'kv.set("n", 7.5) kv.set("gone", 1) kv.scoped("s"):set("t", {a = {true}})')
        rows = b'return (Result.getNumber(db.storeQuery("SELECT COUNT(*) AS c FROM kv_store"), "c"))'
        assert server.run(rows) == 0, "written when all is saved, as on the server"
        assert server.control("save") is True
        assert server.run(rows) == 3
        server.run(b'kv.set("later", 1) saveServer()')
        assert server.run(rows) == 4
        server.run(b'kv.remove("gone") kv.remove("later") kv.set("n", "newer")')

    def second(server: Server) -> None:
        code = (
            b'return { kv.get("n"), kv.get("gone") == nil, kv.scoped("s"):get("t").a[1], table.concat(kv.keys(), ",") }'
        )
        assert server.run(code) == ["newer", True, True, "n,s.t"]

    with_server(root, first, SCHEMA, database=place)
    with_server(root, second, SCHEMA, database=place)


def test_the_database_is_asked_again(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.run(b'kv.set("k", 1)')
        assert server.run(b'return { kv.get("k"), kv.get("k", true) == nil }') == [1, True]
        server.control("save")
        server.run(b'kv.set("k", 2)')
        assert server.run(b'return { kv.get("k"), kv.get("k", true), kv.get("k", false) }') == [2, 1, 1]

    with_server(tmp_path, body, SCHEMA)


FILLED = "\nINSERT IGNORE INTO `kv_store` (`key_name`, `timestamp`, `value`) VALUES ('k', 5, x'1007');\n"


@pytest.mark.parametrize(("schema", "shown"), [(CANARY, None), (CANARY + FILLED, 7)])
def test_no_table_is_made_to_find_nothing(tmp_path: Path, schema: str, shown: int | None) -> None:
    def body(server: Server) -> None:
        made = []
        at = server.database.at
        server.database.at = lambda now: made.append(now) or at(now)  # type: ignore[method-assign, func-returns-value]
        assert server.run(b'return kv.get("k")') == shown
        assert bool(made) == (shown is not None)
        server.run(b'kv.set("k", 8)')
        server.control("save")
        assert server.run(b'return kv.get("k", true)') == 8

    with_server(tmp_path, body, {"schema.sql": schema})


def test_what_can_not_be_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tibicen.realms.canary.database_sqlite._BUSY_SECONDS", 0.05)
    place = tmp_path / "world.db"

    def body(server: Server) -> None:
        server.run(b'kv.set("k", 1) db.query("SELECT 1")')
        other = sqlite3.connect(place, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert server.control("save") is False
        assert any("another program is writing" in text for _, text in server.log)
        other.execute("ROLLBACK")
        assert server.control("save") is True
        assert other.execute("SELECT COUNT(*) FROM kv_store").fetchone() == (1,)
        other.close()

    with_server(tmp_path / "server", body, SCHEMA, database=str(place))


# -- logger, metrics, webhooks --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "level", "text"),
    [
        ('logger.info("a {} b {} {{}}", 1, "x")', "info", "a 1 b x {}"),
        ('logger.warn("{1}-{0}", "a", true)', "warning", "true-a"),
        ('logger.error("[{:>4}|{:<4}|{:*^5}|{:.2}]", 7, "x", "y", "long")', "error", "[   7|x   |**y**|lo]"),
        ('logger.debug("{} {} {}", nil, {}, print)', "debug", "nil table function"),
        ('Spdlog.info("as {} it is")', "info", "as {} it is"),
        ('logger.trace("{} {}", Action(), kv.scoped("x"))', "trace", "Action Unknown"),
    ],
)
def test_the_log_has_places_for_values(tmp_path: Path, call: str, level: str, text: str) -> None:
    def body(server: Server) -> None:
        server.run(call.encode())
        assert server.log[-1] == (level, text)

    with_server(tmp_path, body, settings={"overrides": {"logLevel": "trace"}})


def test_the_log_leaves_out_what_is_below_its_level(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.run(b'logger.debug("no") logger.info("no") Spdlog.info("no") logger.warn("yes") Spdlog.error("too")')
        assert list(server.log) == [("warning", "yes"), ("error", "too")]

    with_server(tmp_path, body, settings={"overrides": {"logLevel": "warning"}})


@pytest.mark.parametrize(
    ("format_", "problem"),
    [
        ("{} {}", "argument not found"),
        ("{", "missing '}' in format string"),
        ("}", "unmatched '}' in format string"),
        ("{:d}", "invalid format specifier"),
        ("{0} {}", "cannot switch from manual to automatic argument indexing"),
        ("{x}", "invalid format string"),
    ],
)
def test_formats_that_are_none_are_told(tmp_path: Path, format_: str, problem: str) -> None:
    def body(server: Server) -> None:
        server.run(f'logger.info("{format_}", "value")'.encode())
        assert any(f"Format error, {problem}" in text for _, text in server.log), list(server.log)

    with_server(tmp_path, body)


def test_what_scripts_count_and_send_is_there_to_look_at(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.run(
            b"""
            metrics.addCounter("kills", 1, { race = "rat", by = "Ann" })
            metrics.addCounter("kills", 2, { race = "rat", by = "Ann" })
            metrics.addCounter("starts", 1)
            Webhook.sendMessage("title", "text", 255, "https://example.org/x")
            Webhook.sendMessage("alone")
            """
        )
        assert server.control("metrics") == {"kills{by=Ann,race=rat}": 3, "starts": 1}
        sent = server.control("webhooks")
        assert sent[0] == {"title": "title", "message": "text", "color": 255, "url": "https://example.org/x"}
        assert sent[1]["message"] == "alone"

    with_server(tmp_path, body)


def test_tfs_has_none_of_it(tmp_path: Path) -> None:
    names = "kv KV logger Spdlog metrics Webhook Bank".split()  # noqa: SIM905
    code = "return {" + ", ".join(f"{name} == nil" for name in names) + "}"
    assert run(tmp_path, code, dialect="tfs") == [True] * len(names)
