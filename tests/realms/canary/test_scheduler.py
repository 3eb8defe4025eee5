"""addEvent and stopEvent, and time that moves when it is told to."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.canary.servers import DIALECTS, lua, with_server

from tibicen.realms.canary.server import START, Dialect, Server


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_event_sees_its_own_time(tmp_path: Path, dialect: Dialect) -> None:
    def body(server: Server) -> object:
        server.run(
            b"""
            now = os.mtime or systemTime
            local start = now()
            seen = {}
            for _, ms in ipairs({ 350, 0, 100, 250 }) do
                addEvent(function(...) seen[#seen + 1] = { ms, now() - start, select("#", ...) } end, ms, 1, nil)
            end
            addEvent(function() addEvent(function() seen[#seen + 1] = "inner" end, 1) end, 300)
            """
        )
        server.advance(99)
        assert server.run(b"return #seen") == 0
        server.advance(901)
        return server.run(b"return seen")

    assert with_server(tmp_path, body, dialect=dialect) == [
        [0, 100, 2],
        [100, 100, 2],
        [250, 250, 2],
        [350, 350, 2],
        "inner",
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_stop_and_numbers(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local first = addEvent(function() end, 200)
        local second = addEvent(function() end, 200)
        return { second - first, stopEvent(second), stopEvent(second), stopEvent(nil), stopEvent("x") }
    """
    assert lua(tmp_path, code, dialect=dialect) == [1, True, False, False, False]


def test_what_is_no_event(tmp_path: Path) -> None:
    code = """
        local callable = setmetatable({}, { __call = print })
        return { addEvent("print", 10), addEvent(callable, 10), type(addEvent(print, "30")) }
    """
    assert lua(tmp_path / "a", code) == [False, False, "number"]
    assert lua(tmp_path / "b", code, dialect="tfs") == [False, False, "boolean"]
    assert lua(tmp_path / "c", "return { addEvent(), addEvent(print) }", dialect="tfs") == [False, False]


def test_an_error_ends_only_its_own_event(tmp_path: Path) -> None:
    def body(server: Server) -> object:
        server.run(b"addEvent(function() error('boom') end, 100)\naddEvent(function() after = true end, 100)", "x.lua")
        server.advance(100)
        report = server.errors()
        assert server.run(b"return after") is True
        return [(each["file"], each["line"], each["callback"], each["count"]) for each in report]

    assert with_server(tmp_path, body) == [("x.lua", 1, "addEvent", 1)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_clock_is_the_worlds(tmp_path: Path, dialect: Dialect) -> None:
    def body(server: Server) -> object:
        assert server.run(b"return { os.time(), os.clock(), os.date('%H:%M') }") == [START, 0, "12:00"]
        server.advance(90_500)
        assert server.run(b"return os.clock()") == 90.5
        return server.run(b"return { os.time(), os.time({ year = 2025, month = 1, day = 1, hour = 12 }) }")

    assert with_server(tmp_path, body, dialect=dialect) == [START + 90, START]


def test_the_same_seed_makes_the_same_chance(tmp_path: Path) -> None:
    def draws(seed: int) -> object:
        code = "local t = {} for i = 1, 8 do t[i] = math.random(1000000) end return t"
        return lua(tmp_path, code, seed=seed)

    assert draws(7) == draws(7)
    assert draws(7) != draws(8)
