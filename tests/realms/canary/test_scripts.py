"""Loading in the servers' order, and reload by file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.servers import DIALECTS, lua, with_server, write

from tibicen.realms.canary.files import Files
from tibicen.realms.canary.server import Dialect, Server
from tibicen.vm import stack

_NOTE = "order = (order or '') .. '{0} '\n"

_ACTION = """
local action = Action()
function action.onUse() return {result} end
action:aid({aid})
action:register()
"""


def _marks(*names: str) -> dict[str, str]:
    return {name: _NOTE.format(name.rpartition("/")[2].removesuffix(".lua")) for name in names}


def test_order_of_canary(tmp_path: Path) -> None:
    files = _marks(
        "data/scripts/b/two.lua",
        "data/scripts/a.lua",
        "data/scripts/lib/lib.lua",
        "data/scripts/events/never.lua",
        "data/scripts/#off.lua",
        "data/npclib/load.lua",
        "data-pack/scripts/lib/packlib.lua",
        "data-pack/scripts/pack.lua",
        "data-pack/scripts/not#off.lua",
        "data-pack/monster/monster.lua",
        "data-pack/npc/npc.lua",
    )
    assert lua(tmp_path, "return order", files) == "lib a two load packlib not#off pack monster npc "


def test_order_of_tfs(tmp_path: Path) -> None:
    files = {
        **_marks(
            "data/scripts/a.lua",
            "data/scripts/lib/lib.lua",
            "data/scripts/events/yes.lua",
            "data/scripts/no#pe.lua",
            "data/chatchannels/scripts/chat.lua",
            "data/monster/monster.lua",
        ),
        "data/chatchannels/chatchannels.xml": '<channels><channel id="9" name="Nine" script="chat.lua"/></channels>',
        "data/talkactions/talkactions.xml": """
            <talkactions><talkaction words="!a;!b" script="talk.lua"/></talkactions>""",
        "data/talkactions/scripts/talk.lua": _NOTE.format("talk") + "function onSay() return false end",
    }
    assert lua(tmp_path, "return { order, onSay }", files, dialect="tfs") == ["lib chat talk a yes monster "]


def test_errors_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    files = {
        "data/scripts/1.lua": "local function deep(name)\n\terror('no ' .. name)\nend\ndeep('one')",
        "data/scripts/2.lua": "this is no Lua",
        "data/scripts/3.lua": "fine = true",
    }

    def body(server: Server) -> Any:
        loaded = {each["path"]: each["ok"] for each in server.control("load_all")}
        assert server.run(b"return fine") is True
        assert loaded["data/scripts/3.lua"] and not loaded["data/scripts/1.lua"] and not loaded["data/scripts/2.lua"]
        return [(each["file"], each["line"], each["text"]) for each in server.errors()]

    first, second = with_server(tmp_path, body, files)
    assert first == ("data/scripts/1.lua", 2, "./data/scripts/1.lua:2: no one")
    assert second[:2] == ("data/scripts/2.lua", 1)


def test_globals_are_shared_and_known_by_file(tmp_path: Path) -> None:
    files = {
        "data/scripts/1.lua": "value = 5 function get() return value end _G.other = 6",
        "data/scripts/2.lua": "value = value + 1 seen = rawget(_G, 'value') same = getfenv(1) == _G",
    }
    assert lua(tmp_path, "return { value, get(), other, seen, same }", files) == [6, 6, 6, 6, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_reload_takes_the_old_place(tmp_path: Path, dialect: Dialect) -> None:
    first, second = "data/scripts/1.lua", "data/scripts/2.lua"
    files = {first: _ACTION.format(result="1", aid=70), second: _ACTION.format(result="2", aid=70)}

    def body(server: Server) -> None:
        server.control("load_all")
        assert [each["stands"] for each in server.control("registrations", first)] == [True]
        assert [each["stands"] for each in server.control("registrations", second)] == [False]
        totals = server.control("totals")
        for _ in range(3):
            assert [each["ok"] for each in server.control("reload_file", first)] == [True]
        assert server.control("totals")["registrations"] == totals["registrations"]
        assert [each["stands"] for each in server.control("registrations", first)] == [True]
        # The one that lost stands when the other goes.
        assert server.control("unload_file", first) is True
        assert [each["stands"] for each in server.control("registrations", second)] == [True]

    with_server(tmp_path, body, files, dialect=dialect)


def test_a_broken_file_keeps_what_it_had(tmp_path: Path) -> None:
    path = "data/scripts/1.lua"
    files = {path: _ACTION.format(result="true", aid=71) + "\nmine = 1"}

    def body(server: Server) -> None:
        server.control("load_all")
        for broken in ("mine = 2 error('half way')", "mine = = 2", _ACTION.format(result="1", aid=72) + "error('x')"):
            write(tmp_path, {path: broken})
            assert [each["ok"] for each in server.control("reload_file", path)] == [False]
            assert [each["key"] for each in server.control("registrations", path)] == ["71"]
            assert server.run(b"return mine") == 1
        write(tmp_path, {path: _ACTION.format(result="true", aid=73)})
        assert [each["ok"] for each in server.control("reload_file", path)] == [True]
        assert [each["key"] for each in server.control("registrations", path)] == ["73"]
        assert server.run(b"return mine") is None

    with_server(tmp_path, body, files)


def test_what_callbacks_set_outlives_a_reload(tmp_path: Path) -> None:
    path = "data/scripts/1.lua"
    files = {path: "made = {loads} function count() counted = (counted or 0) + 1 return counted end"}

    def body(server: Server) -> None:
        server.control("load_all")
        assert server.run(b"return count() + count()") == 3
        for text in ("function count() counted = (counted or 0) + 1 return counted end", "-- nothing"):
            write(tmp_path, {path: text})
            assert [each["ok"] for each in server.control("reload_file", path)] == [True]
            # The state stays; what the file itself set and no longer sets is gone.
            assert list(server.run(b"return { counted, tostring(made) }")) == [2, "nil"]
        server.control("unload_file", path)
        assert server.run(b"return counted") is None

    with_server(tmp_path, body, {path: files[path].replace("{loads}", "1")})


def test_users_of_a_global_are_loaded_anew(tmp_path: Path) -> None:
    files = {
        "data/scripts/lib/values.lua": "amount = 3",
        "data/scripts/user.lua": "local taken = amount function told() return taken end",
        "data/scripts/stranger.lua": "loads = (loads or 0) + 1 function later() return amount end",
    }

    def body(server: Server) -> None:
        server.control("load_all")
        write(tmp_path, {"data/scripts/lib/values.lua": "amount = 4"})
        paths = [each["path"] for each in server.control("reload_file", "data/scripts/lib/values.lua")]
        assert paths == ["data/scripts/lib/values.lua", "data/scripts/user.lua"]
        assert server.run(b"return { told(), later(), loads }") == [4, 4, 1]

    with_server(tmp_path, body, files)


def test_files_that_others_run(tmp_path: Path) -> None:
    files = {
        "data/scripts/1.lua": "dofile('data/lib/part.lua') whole = part * 2",
        "data/lib/part.lua": "part = 5",
        "data/scripts/2.lua": "local m = require('data.lib.module') got = m.value",
        "data/lib/module.lua": "return { value = 1 }",
    }

    def body(server: Server) -> None:
        server.control("load_all")
        assert server.run(b"return { whole, got }") == [10, 1]
        write(tmp_path, {"data/lib/part.lua": "part = 6", "data/lib/module.lua": "return { value = 2 }"})
        assert [each["path"] for each in server.control("reload_file", "data/lib/part.lua")] == ["data/scripts/1.lua"]
        assert [each["path"] for each in server.control("reload_file", "data/lib/module.lua")] == ["data/scripts/2.lua"]
        assert server.run(b"return { whole, got }") == [12, 2]

    with_server(tmp_path, body, files)


def test_a_lib_that_wraps_a_method_wraps_it_once(tmp_path: Path) -> None:
    wrap = """
        local before = Action.register
        function Action.register(self) depth = (depth or 0) + 1 return before(self) end
    """
    files = {"data/scripts/lib/wrap.lua": wrap}

    def body(server: Server) -> None:
        server.control("load_all")
        for _ in range(3):
            server.control("reload_file", "data/scripts/lib/wrap.lua")
        assert server.run(b"depth = 0 Action():register() return depth") == 1

    with_server(tmp_path, body, files)


def test_new_files_and_disabled_ones(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("load_all")
        write(tmp_path, {"data/scripts/new.lua": "fresh = 1", "data/scripts/#new.lua": "fresh = 2"})
        assert [each["ok"] for each in server.control("reload_file", "data/scripts/new.lua")] == [True]
        assert server.control("reload_file", "data/scripts/#new.lua") in ([], {})
        assert server.run(b"return fresh") == 1

    with_server(tmp_path, body, {"data/scripts/a.lua": "a = 1"})


def test_pending_events_go_on_with_the_old_code(tmp_path: Path) -> None:
    path = "data/scripts/1.lua"
    files = {path: "local mine = 1 addEvent(function() ran = mine end, 500)"}
    assert with_server(tmp_path / "keep", lambda server: _in(tmp_path / "keep", server, path), files) == 1
    dropped = {"pending_events": "drop"}
    assert (
        with_server(tmp_path / "drop", lambda server: _in(tmp_path / "drop", server, path), files, settings=dropped)
        is None
    )


def _in(root: Path, server: Server, path: str) -> Any:
    server.control("load_all")
    write(root, {path: "version = 2"})
    server.control("reload_file", path)
    server.advance(1000)
    return server.run(b"return ran")


def test_events_xml_takes_methods(tmp_path: Path) -> None:
    files = {
        "data/events/events.xml": """
            <events>
                <event class="Player" method="onTurn" enabled="1"/>
                <event class="Player" method="onLook" enabled="0"/>
            </events>""",
        "data/events/scripts/player.lua": """
            function Player:onTurn() return false end
            function Player:onLook() end
        """,
    }

    def body(server: Server) -> Any:
        server.control("load_all")
        kinds = [(each["kind"], each["name"]) for each in server.control("callbacks")]
        return [kinds, server.run(b"return { Player.onTurn == nil, type(Player.onLook) }")]

    assert with_server(tmp_path, body, files) == [[("EventMethod", "Player.onTurn")], [True, "function"]]


def test_nothing_accumulates(tmp_path: Path) -> None:
    path = "data/scripts/1.lua"
    files = {path: _ACTION.format(result="true", aid=74) + "local keep = {} for i = 1, 1000 do keep[i] = {} end"}

    def body(server: Server) -> None:
        server.control("load_all")
        for _ in range(20):
            server.control("reload_file", path)
        server.run(b"collectgarbage() collectgarbage()")
        before = server.memory()
        for _ in range(200):
            server.control("reload_file", path)
        server.run(b"collectgarbage() collectgarbage()")
        assert server.memory() - before < 200_000

    with_server(tmp_path, body, files)


def test_files_below_the_server(tmp_path: Path) -> None:
    code = """
        local file = io.open("data/notes.txt")
        local first, rest, none = file:read("*l"), file:read("*a"), file:read("*l")
        file:close()
        local lines = {}
        for line in io.lines("data/notes.txt") do lines[#lines + 1] = line end
        return { first, rest, none == nil, lines, io.open("../outside.txt") == nil, io.open("/etc/passwd") == nil,
            io.open("data/new.txt", "w") == nil, io.type(file) }
    """
    write(tmp_path, {"outside.txt": "no"})
    files = {"data/notes.txt": "one\ntwo\nthree"}
    expected = ["one", "two\nthree", True, ["one", "two", "three"], True, True, True, "closed file"]
    assert lua(tmp_path / "server", code, files) == expected


def test_files_that_scripts_write(tmp_path: Path) -> None:
    code = b"""
        local file = io.open("data/logs/x.log", "a") file:write("a", 1, "\\n") file:close()
        file = io.open("data/logs/x.log", "a") file:write("b") file:close()
        return { io.open("data/logs/x.log"):read("*a"), io.open("data/notes.txt"):read("*a") }
    """
    write(tmp_path, {"server/config.lua": "", "server/data/notes.txt": "kept", "written/data/other.txt": ""})

    def run() -> Any:
        server = Server(Files(tmp_path / "server", write_dir=tmp_path / "written"))
        try:
            return server.run(code)
        finally:
            server.close()

    assert stack.run(run) == ["a1\nb", "kept"]
    assert (tmp_path / "written/data/logs/x.log").read_text() == "a1\nb"
    assert not (tmp_path / "server/data/logs").exists()


def test_scripts_look_at_themselves_alone(tmp_path: Path) -> None:
    files = {
        "data/scripts/x.lua": """
            source, line = debug.getinfo(1, "S").source, debug.getinfo(1, "l").currentline
            engine = debug.getinfo(addEvent)
            hidden = { engine.what, engine.func == nil, debug.getupvalue(addEvent, 1) == nil, setfenv ~= nil }
            caught = not pcall(setfenv, addEvent, {})
        """
    }
    code = "return { source, line, hidden, caught }"
    assert lua(tmp_path, code, files) == ["@./data/scripts/x.lua", 2, ["C", True, True, True], True]


def test_require_by_path_and_preload(tmp_path: Path) -> None:
    files = {"data/lib/a.lua": "return { name = ... == nil }"}
    code = """
        package.preload.made = function(name) return { name = name } end
        package.path = package.path .. ";data/lib/?.lua"
        local ok, problem = pcall(require, "no.such")
        return { require("a") == require("a"), require("made").name, ok, problem:find("no/such.lua", 1, true) ~= nil,
            package.loaded.string == string }
    """
    assert lua(tmp_path, code, files) == [True, "made", False, True, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_reload_of_all_scripts_tells_the_truth(tmp_path: Path, dialect: Dialect) -> None:
    one, two = "data/scripts/1.lua", "data/scripts/2.lua"

    def body(server: Server) -> None:
        server.control("load_all")
        reload = b"return Game.reload(RELOAD_TYPE_SCRIPTS)"
        write(tmp_path, {one: "first = (first or 0) + 1", "data/scripts/3.lua": "third = true"})
        assert server.run(reload) is True
        assert server.run(b"return { first, second, third }") == [2, 2, True]
        write(tmp_path, {two: "second = nil error('no')"})
        assert server.run(reload) is False
        assert server.run(b"return { first, second }") == [3, 2]
        (tmp_path / two).unlink()
        assert server.run(reload) is True
        assert server.run(b"return { first, second == nil }") == [4, True]
        assert server.control("totals")["files"] == 3

    files = {one: "first = (first or 0) + 1", two: "second = (second or 0) + 1"}
    with_server(tmp_path, body, files, dialect=dialect)


def test_an_xml_file_is_read_anew(tmp_path: Path) -> None:
    path = "data/talkactions/talkactions.xml"
    files = {
        path: '<talkactions><talkaction words="!a" script="a.lua"/></talkactions>',
        "data/talkactions/scripts/a.lua": "function onSay() return false end",
        "data/scripts/a.lua": "local t = TalkAction('!a') function t.onSay() end t:register()",
    }

    def words(server: Server) -> list[tuple[str, str]]:
        return [(each["name"], each["file"]) for each in server.control("callbacks") if each["kind"] == "TalkAction"]

    def body(server: Server) -> None:
        server.control("load_all")
        assert words(server) == [("!a", "data/talkactions/scripts/a.lua")]
        write(tmp_path, {path: "<talkactions><talk"})
        assert [each["ok"] for each in server.control("reload_file", path)] == [False]
        assert words(server) == [("!a", "data/talkactions/scripts/a.lua")]
        node = '<talkaction words="{}" script="a.lua"/>'
        write(tmp_path, {path: f"<talkactions>{node.format('!a')}{node.format('!b')}</talkactions>"})
        assert [each["ok"] for each in server.control("reload_file", path)] == [True]
        assert words(server) == [(word, "data/talkactions/scripts/a.lua") for word in ("!a", "!b")]
        write(tmp_path, {path: "<talkactions/>"})
        server.control("reload_file", path)
        assert words(server) == [("!a", "data/scripts/a.lua")]

    with_server(tmp_path, body, files, dialect="tfs")


def test_xml_documents_of_tfs(tmp_path: Path) -> None:
    files = {"data/x.xml": '<top><!-- none --><one a="1" b="é"/><two><deep/></two></top>'}
    code = """
        local document = XMLDocument("data/x.xml")
        local top = document:child("top")
        local one = top:firstChild()
        local two = one:nextSibling()
        return { top:name(), one:attribute("a"), one:attribute("b"), one:attribute("c") == nil, two:firstChild():name(),
            two:nextSibling() == nil, document:child("no"):name(), XMLDocument("data/no.xml") == nil }
    """
    expected = ["top", "1", "é", True, "deep", True, "", True]
    assert lua(tmp_path, code, files, dialect="tfs") == expected


def test_globals_that_are_guarded_outlive_a_reload(tmp_path: Path) -> None:
    name = "data/scripts/lib/npcs.lua"
    guarded = "if not Handler then\n Handler = {} Node = {} end\n"

    def body(server: Server) -> Any:
        server.control("load_all")
        for _ in range(2):
            assert [row["ok"] for row in server.control("reload_file", name)] == [True]
        write(tmp_path, {name: "Other = 1"})
        before = server.run(b"return { Handler ~= nil, Node ~= nil }")
        server.control("reload_file", name)
        return before, server.run(b"return { Handler == nil, Node == nil, Other }")

    assert with_server(tmp_path, body, {name: guarded}) == ([True, True], [True, True, 1])


def test_methods_that_no_word_of_the_text_tells_are_taken_back(tmp_path: Path) -> None:
    name = "data/scripts/lib/wrap.lua"
    wrap = """
    local place = string
    local own = place.upper
    place["upper"] = function(text) return "<" .. own(text) .. ">" end
    """

    def body(server: Server) -> Any:
        server.control("load_all")
        for _ in range(3):
            server.control("reload_file", name)
        wrapped = server.run(b'return string.upper("ann")')
        write(tmp_path, {name: "nothing = true"})
        server.control("reload_file", name)
        return wrapped, server.run(b'return string.upper("ann")')

    assert with_server(tmp_path, body, {name: wrap}) == ("<ANN>", "ANN")


def test_a_folder_is_read_ahead_and_nothing_is_left_out(tmp_path: Path) -> None:
    scripts = {f"data/scripts/{number:03}.lua": f"order = (order or 0) * 1 + {number}" for number in range(120)}
    long = {"data/scripts/050.lua": f"order = order + 50 -- {'x' * 300_000}"}

    def body(server: Server) -> Any:
        rows = server.control("load_all")
        return len(rows), server.run(b"return order")

    # With core.lua.
    assert with_server(tmp_path, body, {**scripts, **long}) == (121, sum(range(120)))


def test_files_that_are_read_ahead_may_be_anything(tmp_path: Path) -> None:
    scripts = {
        "data/scripts/a_empty.lua": "",
        "data/scripts/b_mark.lua": "\ufeffmarked = true",
        "data/scripts/c_shell.lua": "#!/usr/bin/lua\nshell = debug.traceback('here')",
        "data/scripts/d_broken.lua": "x = 1\n\nx = = 2",
        "data/scripts/e_bytecode.lua": "\x1bLJ\x02",
        "data/scripts/f_long.lua": f"long = #'{'y' * 70_000}'",
        "data/scripts/g_reads.lua": "dofile('data/scripts/lib.txt') last = included",
        "data/scripts/lib.txt": "included = 7",
        "data/scripts/h_nested.lua": "after = last",
    }

    def body(server: Server) -> Any:
        rows = {row["path"]: row.get("problem") for row in server.control("load_all")}
        return rows, server.run(b"return { marked, shell:match('c_shell.lua:(%d+)'), long, last, after }")

    rows, values = with_server(tmp_path, body, scripts)
    broken = {path: problem for path, problem in rows.items() if problem}
    assert list(broken) == ["data/scripts/d_broken.lua", "data/scripts/e_bytecode.lua"]
    assert broken["data/scripts/d_broken.lua"].startswith("data/scripts/d_broken.lua:3: ")
    assert "wrong mode" in broken["data/scripts/e_bytecode.lua"]
    assert values == [True, "2", 70_000, 7, 7]


def test_what_was_written_is_read_in_place_of_the_servers_own(tmp_path: Path) -> None:
    write(tmp_path / "server", {"data/a.lua": "own", "data/b.lua": "own", "other/c.lua": "own"})
    write(tmp_path / "written", {"data/a.lua": "written"})
    files = Files(tmp_path / "server", write_dir=tmp_path / "written")
    texts = files.read_some(["data/a.lua", "data/b.lua", "other/c.lua", "./other/c.lua", "data/../../x", "none"])
    assert texts == [b"written", b"own", b"own", b"own", False, False]
    assert files.was_read("other/c.lua") and not files.was_read("none")
    text, stamp = files.read_since("data/a.lua", "") or ([], "")
    assert text == b"written" and files.read_since("data/a.lua", str(stamp)) is False
    assert files.read_since("none", "") is None


def test_a_file_that_is_run_again_is_compiled_when_it_changed(tmp_path: Path) -> None:
    part = "data/parts/one.lua"

    def body(server: Server) -> Any:
        server.control("load_all")
        seen = []
        for text in (None, None, "parts = (parts or 0) + 10 mine = mine", "parts = = 1"):
            if text is not None:
                write(tmp_path, {part: text})
            seen.append(server.run(f"return pcall(dofile, '{part}') and parts".encode()))
        return seen

    files = {part: "parts = (parts or 0) + 1", "data/scripts/a.lua": f"dofile('{part}')"}
    assert with_server(tmp_path, body, files) == [2, 3, 13, False]


def test_startup_events_come_in_turns_beside_a_server_that_goes_on(tmp_path: Path) -> None:
    event = """
    local event = GlobalEvent("{name}")
    function event.onStartup() started = (started or "") .. "{name}" addEvent(function() ran = true end, 100) {busy} end
    event:register()
    """
    # One that takes longer than all may in a step.
    busy = {"a": "local texts = {} for at = 1, 3e5 do texts[at] = tostring(at) end"}
    files = {f"data/scripts/{name}.lua": event.format(name=name, busy=busy.get(name, "")) for name in "abc"}

    def body(server: Server) -> Any:
        server.control("prepare")
        server.control("begin", True)
        seen = []
        for _ in range(2):
            seen.append(server.run(b"return started or ''"))
            server.step(50)
        # Time has passed since the last one alone.
        seen.append(server.run(b"return ran == nil and started"))
        server.step(50)
        return seen, server.run(b"return ran")

    assert with_server(tmp_path, body, files) == (["", "a", "abc"], True)


def test_programs_of_the_machine_are_not_there(tmp_path: Path) -> None:
    code = b"""
        local gone = { os.remove("none.txt") }
        local name = os.tmpname()
        local file = io.open(name, "w") file:write("x") file:close()
        return { os.execute(), os.execute('mkdir "data/reports"'), os.execute("mkdir ../out"), os.execute("ls"),
            os.execute('mkdir "a"; ls'), gone[1] == nil, gone[2], gone[3], os.tmpname() ~= name,
            io.open(name):read("*a"), select("#", os.remove(name)), io.open(name) == nil, (pcall(os.exit)) }
    """
    write(tmp_path, {"server/config.lua": "", "written/data/other.txt": ""})

    def run() -> Any:
        server = Server(Files(tmp_path / "server", write_dir=tmp_path / "written"))
        try:
            return server.run(code)
        finally:
            server.close()

    missing = "none.txt: No such file or directory"
    assert stack.run(run) == [0, 0, 256, 32512, 32512, True, missing, 2, True, "x", 1, True, False]


def test_modules_of_lua_5_1(tmp_path: Path) -> None:
    code = """
        local run = loadstring([[
            module("trees.oak", package.seeall)
            function grow() return type(print) end
            height = 5
            return _NAME .. " " .. _PACKAGE
        ]])
        local name = run()
        return { name, trees.oak.grow(), trees.oak.height, height == nil, require("trees.oak") == trees.oak,
            select(2, pcall(module, "print")) }
    """
    expected = ["trees.oak trees.", "function", 5, True, True, "name conflict for module 'print'"]
    assert lua(tmp_path, code) == expected


def test_a_lib_that_many_files_used_takes_each_of_them_along_once(tmp_path: Path) -> None:
    users = {
        f"data/scripts/{number:02}.lua": f"seen = (seen or '') .. value .. ' ' loads = (loads or 0) + {number}"
        for number in range(60)
    }
    libs = {"data/scripts/lib/a.lua": "value = 1", "data/scripts/lib/b.lua": "function Game.more() return value end"}
    users["data/scripts/00.lua"] += " Game.more()"

    def body(server: Server) -> Any:
        server.control("load_all")
        write(tmp_path, {"data/scripts/lib/a.lua": "value = 2"})
        server.run(b"seen, loads = '', 0")
        rows = server.control("reload_file", "data/scripts/lib/a.lua")
        return [row["path"] for row in rows], server.run(b"return { seen, loads }")

    paths, seen = with_server(tmp_path, body, {**libs, **users})
    assert paths == ["data/scripts/lib/a.lua", *users]
    assert seen == ["2 " * 60, sum(range(60))]
