"""What scripts register: results, duplicates, and when it fires."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.servers import DIALECTS, lua, with_server

from tibicen.realms.canary.server import Dialect, Server


def _loading(tmp_path: Path, code: str, dialect: Dialect = "canary") -> Any:
    """What code in a script returns while it loads."""
    return lua(
        tmp_path, "return result", {"data/scripts/x.lua": f"result = (function() {code} end)()"}, dialect=dialect
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_results_of_register(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local function action(...)
            local a = Action() function a.onUse() end
            if select("#", ...) > 0 then a:aid(...) end
            return a:register()
        end
        local function creature(name) local e = CreatureEvent(name) function e.onDeath() end return e:register() end
        local function think(name, ms)
            local e = GlobalEvent(name) function e.onThink() return true end
            if ms then e:interval(ms) end
            return e:register()
        end
        return {
            Action():register(), action(), action(5), action(5), action(6, 7),
            creature("one"), creature("one"), CreatureEvent("two"):register(),
            think("t"), think("t", 1000), think("t", 1000),
            GlobalEvent("x"):time("23:59:59"), GlobalEvent("x"):time("99:99"),
        }
    """
    own = dialect == "canary"
    assert _loading(tmp_path, code, dialect) == [
        False, own, True, True, True,
        True, False, False,
        False, True, False,
        True, False,
    ]  # fmt: skip


def test_move_events_lose_to_the_first_in_canary(tmp_path: Path) -> None:
    code = """
        local function step(aid) local m = MoveEvent() function m.onStepIn() return true end m:aid(aid)
            return m:register() end
        return { step(9), step(9) }
    """
    assert _loading(tmp_path / "a", code) == [True, False]
    assert _loading(tmp_path / "b", code, "tfs") == [True, True]


def test_tfs_registers_only_in_scripts(tmp_path: Path) -> None:
    files = {"data/scripts/x.lua": "addEvent(function() later = Action() == nil end, 100) now = Action() ~= nil"}

    def body(server: Server) -> Any:
        server.control("load_all")
        server.advance(100)
        return server.run(b"return { now, later }")

    assert with_server(tmp_path, body, files, dialect="tfs") == [True, True]


def test_global_events_keep_time(tmp_path: Path) -> None:
    files = {
        "data/scripts/x.lua": """
            thinks, times, starts = 0, 0, 0
            local e = GlobalEvent("think") function e.onThink(interval) thinks = thinks + interval return true end
            e:interval(1000) e:register()
            local t = GlobalEvent("time") function t.onTime() times = times + 1 return true end
            t:time("12:00:30") t:register()
            local once = GlobalEvent("once") function once.onTime() times = times + 10 return false end
            once:time("12:01:00") once:register()
            local s = GlobalEvent("start") function s.onStartup() starts = starts + 1 end
            s:register()
        """
    }

    def body(server: Server) -> None:
        server.control("load_all")
        server.advance(29_000)
        assert server.run(b"return { thinks, times, starts }") == [29_000, 0, 0]
        server.advance(41_000)
        assert server.run(b"return times") == 11
        server.advance(86_400_000)
        assert server.run(b"return times") == 12

    with_server(tmp_path, body, files)


def test_names_of_callbacks_and_errors(tmp_path: Path) -> None:
    files = {
        "data/scripts/use.lua": "local a = Action()\nfunction a.onUse(player, item)\n\terror('no use')\nend\n"
        "a:id(2000)\na:register()\n"
    }

    def body(server: Server) -> None:
        server.control("load_all")
        (callback,) = [each for each in server.control("callbacks") if each["kind"] == "Action"]
        assert (callback["file"], callback["line"], callback["name"]) == ("data/scripts/use.lua", 2, "2000")
        assert callback["takes"][0] == "player"
        for _ in range(3):
            assert server.control("fire", callback["number"], "return nil, 'thing'") == {"ok": False}
        (error,) = server.errors()
        assert (error["file"], error["line"], error["count"]) == ("data/scripts/use.lua", 3, 3)
        assert error["callback"] == "Action onUse"
        assert error["arguments"] == ["player = nil", 'item = "thing"']

    with_server(tmp_path, body, files)


def test_event_callbacks_of_canary(tmp_path: Path) -> None:
    files = {
        "data/scripts/x.lua": """
            local load = Game.getEventCallbacks()
            local function callback(name, kind, fn, skips)
                local e = EventCallback(name, skips)
                load[kind](e, fn)
                e:type(kind)
                return e:register()
            end
            result = {
                callback("a", "playerOnLook", function() end), callback("a", "playerOnLook", function() end) == nil,
                callback("a", "playerOnTurn", function() end), callback("b", "playerOnLook", function() end),
                callback("a", "playerOnLook", function() end, true), EventCallback("z"):type("nothing"),
            }
        """
    }

    def body(server: Server) -> Any:
        server.control("load_all")
        return [server.run(b"return result"), server.control("totals")["by_kind"]["callback playerOnLook"]]

    assert with_server(tmp_path, body, files) == [[True, True, True, True, True, False], 3]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_calls_nest_sixteen_deep(tmp_path: Path, dialect: Dialect) -> None:
    """More than that is refused, and says so."""

    def body(server: Server) -> Any:
        server.run(b"addEvent(function() ok = true end, 100)")
        server.advance(100)
        return server.run(b"return ok")

    assert with_server(tmp_path, body, dialect=dialect) is True
