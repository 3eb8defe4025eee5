"""Chunks: where paths begin, whose globals they get, and what scripts see of the stack behind the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS, lua, run, with_client

from tibicen.errors import TibicenError
from tibicen.realms.otclient.client import Client, Dialect


@pytest.mark.parametrize("dialect", DIALECTS)
def test_relative_paths_begin_beside_the_script(tmp_path: Path, dialect: Dialect) -> None:
    files = {
        "mod/outer.lua": "local a = dofile('inner/one') local b = g_resources.resolvePath('x.png') return a, b",
        "mod/inner/one.lua": "local there = dofile('two') return there",
        "mod/inner/two.lua": "return 'two'",
    }
    assert lua(tmp_path, "return { dofile('/mod/outer') }", files, dialect=dialect) == ["two", "/mod/x.png"]


def test_a_tail_call_leaves_no_folder_behind(tmp_path: Path) -> None:
    files = {"mod/outer.lua": "return dofile('inner')", "mod/inner.lua": "return 1", "inner.lua": "return 'of root'"}
    assert lua(tmp_path, "local f = loadfile('/mod/outer.lua') return f()", files) == "of root"


def test_dofiles(tmp_path: Path) -> None:
    files = {
        "many/b.lua": "seen = (seen or '') .. 'b'",
        "many/a.lua": "seen = (seen or '') .. 'a'",
        "many/notes.txt": "no Lua",
        "many/sub/c.lua": "seen = (seen or '') .. 'c'",
    }
    code = """
        dofiles('/many') local flat = seen seen = ''
        dofiles('/many', true) local deep = seen seen = ''
        dofiles('/many', true, 'c') return { flat, deep, seen }
    """
    assert lua(tmp_path, code, files) == ["ab", "abc", "c"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("dofile('/no')", "unable to open file '/no.lua': not found"),
        ("dofile('/syntax')", "LUA ERROR: /syntax.lua:1: unexpected symbol near '='"),
        ("dofile('/fails')", "/fails.lua:2: on purpose"),
        ("dofile('../x')", "unable to open file '/../x.lua': filename is illegal or insecure"),
    ],
)
def test_errors_of_files(tmp_path: Path, code: str, message: str) -> None:
    files = {"syntax.lua": "= 1", "fails.lua": "-- first\nerror('on purpose')"}
    caught = lua(tmp_path, f"local ok, err = pcall(function() {code} end) return err:match('^[^\\n]*')", files)
    assert caught == message


def test_chunks_get_the_globals_of_the_thread(tmp_path: Path) -> None:
    code = """
        local sandbox = setmetatable({}, { __index = _G })
        setfenv(0, sandbox)
        local same = getfenv(0) == sandbox
        loadstring('a = 1')()
        load('b = 2')()
        dofile('/c.lua')
        local own = {}
        load('d = 4', 'chunk', 't', own)()
        setfenv(0, _G)
        return { same, sandbox.a, sandbox.b, rawget(sandbox, 'c'), own.d, rawget(_G, 'a') == nil, getfenv(1) == _G }
    """
    assert lua(tmp_path, code, {"c.lua": "c = 3"}) == [True, 1, 2, 3, 4, True, True]


def test_environments_of_functions(tmp_path: Path) -> None:
    code = """
        local function f() return x end
        local function caller() return getfenv(2) end
        local function import() local env = getfenv(2) env.imported = true end
        local box = setmetatable({ x = 5 }, { __index = _G })
        local inside = setfenv(function() import() return x, imported end, box)
        local results = { inside() }
        results[3] = setfenv(f, box) == f and f()
        results[4] = pcall(setfenv, g_logger.info, {})
        results[5] = pcall(setfenv, print, {})
        results[6] = getfenv(g_logger.info) == _G
        results[7] = pcall(getfenv, 100)
        return results
    """
    assert lua(tmp_path, code) == [5, True, 5, False, False, True, False]


def test_the_engine_is_one_c_function_on_the_stack(tmp_path: Path) -> None:
    code = """
        local seen = {}
        local function note(level) local i = debug.getinfo(level, 'Sl') return i and i.what .. ':' .. i.currentline end
        function g_app.onExit()
            for level = 1, 6 do seen[level] = note(level + 1) or 'none' end
        end
        local function leave()
            g_app.exit()
        end
        leave()
        return seen
    """
    assert lua(tmp_path, code) == ["Lua:5", "C:-1", "Lua:8", "main:10", "none", "none"]


def test_nothing_of_the_engine_is_told(tmp_path: Path) -> None:
    code = """
        local info = debug.getinfo(g_logger.info)
        local trace
        function g_app.onExit() trace = debug.traceback('here') end
        g_app.exit()
        return { info.what, info.short_src, trace, getmetatable(g_configs.getSettings()).__name,
            debug.sethook == nil, debug.getupvalue == nil, string.dump == nil, newproxy == nil }
    """
    what, source, trace, name, *absent = lua(tmp_path, code)
    assert (what, source, name) == ("C", "[C]", "Config")
    assert absent == [True] * 4
    assert "tibicen" not in trace
    assert trace.split("\n")[::2] == ["here", "\tconsole:4: in function <console:4>", "\tconsole:5: in function 'fn'"]


def test_a_chunk_does_not_pass_for_the_engine(tmp_path: Path) -> None:
    code = "local f = load('return debug.getinfo(1).source', '=tibicen/otclient/fake') return f()"
    assert lua(tmp_path, code) == "=(tibicen/otclient/fake)"


def test_require_looks_where_scripts_say(tmp_path: Path) -> None:
    files = {"lib/thing.lua": "return { name = ... }"}
    code = """
        package.loaded.made = 'made'
        package.preload.pre = function(name) return name .. '!' end
        local loader = package.loaders[5]
        local out = { require('made'), require('pre'), require('/lib/thing') == require('/lib/thing') }
        out[4] = select(2, pcall(require, '/no/where')):match("unable to open file '/no/where.lua': not found")
        return out
    """
    assert lua(tmp_path, code, files) == ["made", "pre!", True, "unable to open file '/no/where.lua': not found"]


def test_only_the_given_environment_is_seen(tmp_path: Path) -> None:
    code = "return { os.getenv('HOME'), os.getenv('PATH') == nil, io.open == nil, os.execute == nil }"
    assert lua(tmp_path, code) == ["/nowhere", True, True, True]


def test_output_goes_to_the_host(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        run(client, "print('a', 1, nil) io.stderr:write('b', 2, '\\n')")
        return client.log

    assert with_client(tmp_path, {}, body) == [("output", "a\t1\tnil"), ("output", "b2\n")]


def test_bit32_is_one_engines(tmp_path: Path) -> None:
    code = "return { bit32.band(-1, 0xff), bit32.bnot(0), bit32.extract(0xabcd, 4, 8), bit32.lshift(1, 31) }"
    assert lua(tmp_path, code, dialect="edubart") == [255, 0xFFFFFFFF, 0xBC, 0x80000000]
    assert lua(tmp_path, "return bit32 == nil") is True


def test_start_runs_the_first_file_then_on_run(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        client.start()
        return run(client, "return order")

    init = """
        order = { 'init' }
        g_dispatcher.addEvent(function() order[#order + 1] = 'event' end)
        g_app.onRun = function() order[#order + 1] = 'run:' .. tostring(g_app.isRunning()) end
    """
    assert with_client(tmp_path, {"init.lua": init}, body) == ["init", "event", "run:false"]
    with pytest.raises(TibicenError, match=r"init\.lua failed: LUA ERROR"):
        with_client(tmp_path, {"init.lua": "error('broken')"}, lambda client: client.start())


def test_a_fatal_error_stops_the_client(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        with pytest.raises(TibicenError, match="FATAL ERROR: Unable to load 'nothing' module"):
            client.start()
        client.advance(100)
        return client.stopped, client.log[-1], run(client, "return ran")

    init = "g_dispatcher.addEvent(function() ran = true end) g_modules.ensureModuleLoaded('nothing')"
    stopped, last, ran = with_client(tmp_path, {"init.lua": init}, body)
    assert (stopped, last, ran) == (True, ("fatal", "Unable to load 'nothing' module"), None)


def test_slots_answer_one_value(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        run(client, "g_app.onClose = function() return false, true end")
        client.control("close")
        kept = client.stopped
        run(client, "g_app.onClose = { function() return 1, 2 end }")
        client.control("close")
        return kept, client.stopped, client.log

    # Of a function the last of several counts; of a table of slots none may give more than one.
    kept, stopped, log = with_client(tmp_path, {}, body)
    assert (kept, stopped) == (False, True)
    assert log == [
        ("error", "protected lua call failed: LUA ERROR: function call didn't return the expected number of results")
    ]


def test_a_fatal_error_in_an_event_ends_what_called(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        run(client, "g_dispatcher.addEvent(function() g_logger.fatal('over') after = true end)")
        with pytest.raises(TibicenError, match="FATAL ERROR: over"):
            client.frame()
        return client.stopped, client.log, run(client, "return after")

    assert with_client(tmp_path, {}, body) == (True, [("fatal", "over")], None)
