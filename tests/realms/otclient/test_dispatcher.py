"""Events: in which order each engine calls them, and what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS, errors, run, with_client

from tibicen.realms.otclient.client import Client, Dialect

SETUP = """
    seen = {}
    function note(name) return function() seen[#seen + 1] = name end end
    d = g_dispatcher
"""


def after(tmp_path: Path, code: str, ms: int, dialect: Dialect = "mehah") -> Any:
    """What was noted after some time."""

    def body(client: Client) -> Any:
        run(client, SETUP)
        run(client, code)
        client.advance(ms)
        return run(client, "return seen")

    return with_client(tmp_path, {}, body, dialect=dialect)


def test_order_of_mehah(tmp_path: Path) -> None:
    code = """
        d.deferEvent(function() note('defer')() d.deferEvent(note('defer again')) end)
        d.scheduleEvent(note('s2'), 2)
        d.scheduleEvent(note('s0'), 0)
        d.scheduleEvent(note('s0b'), 0)
        d.addEvent(function() note('add')() d.addEvent(note('inner')) d.scheduleEvent(note('inner s'), 0) end)
        d.addEvent(note('add b'))
    """
    assert after(tmp_path, code, 16) == [
        "add",
        "add b",
        "s0",
        "s0b",
        "s2",
        "defer",
        "defer again",
        "inner",
        "inner s",
    ]


def test_order_of_edubart(tmp_path: Path) -> None:
    code = """
        d.scheduleEvent(note('s0'), 0)
        d.addEvent(function()
            note('add')()
            d.addEvent(note('inner'))
            d.addEvent(note('front'), true)
            d.scheduleEvent(note('inner s'), 0)
        end)
        d.addEvent(note('add b'))
    """
    assert after(tmp_path, code, 16, "edubart") == ["s0", "add", "front", "add b", "inner", "inner s"]


def test_events_of_one_time_come_out_of_a_heap_in_edubart(tmp_path: Path) -> None:
    code = "for i = 1, 12 do d.scheduleEvent(note(i), 8) end"
    # What a std::priority_queue gives back.
    assert after(tmp_path, code, 16, "edubart") == [1, 3, 7, 12, 11, 10, 9, 6, 8, 5, 2, 4]
    assert after(tmp_path, code, 16) == list(range(1, 13))


def test_edubart_gives_up_on_events_without_end(tmp_path: Path) -> None:
    code = "local function again() note('x')() if #seen < 1000 then d.addEvent(again) end end d.addEvent(again)"
    assert len(after(tmp_path, code, 4, "edubart")) == 51


@pytest.mark.parametrize("dialect", DIALECTS)
def test_cycles(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        cycle = d.cycleEvent(function() note('c')() if #seen == 3 then cycle:cancel() end end, 20)
        state = { cycle:delay(), cycle:maxCycles(), cycle:cyclesExecuted(), cycle:remainingTicks() }
        note(state)()
    """
    seen = after(tmp_path, code, 200, dialect)
    assert seen == [[20, 0, 0, 20], "c", "c"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_cancelled_events_do_not_run(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local a, b = d.addEvent(note('a')), d.scheduleEvent(note('b'), 5)
        a:cancel() b:cancel()
        d.addEvent(note({ a:isCanceled(), a:isExecuted(), b:isCanceled() }))
        local c = d.addEvent(note('c'))
        c:execute()
    """
    assert after(tmp_path, code, 50, dialect) == ["c", [True, False, True]]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_error_stops_no_other_event(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        run(client, SETUP + "event = d.addEvent(function() error('boom') end) d.addEvent(note('next'))")
        client.frame()
        return run(client, "return { seen, event:isExecuted() }"), errors(client)

    values, logged = with_client(tmp_path, {}, body, dialect=dialect)
    assert values == [["next"], True]
    first = ["Lua exception: console:5: boom"] if dialect == "mehah" else []
    assert logged == [*first, "lua function callback failed: LUA ERROR:"]


def test_time_is_the_clients_own(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        before = run(client, "return g_clock.millis()")
        client.advance(1234)
        return run(client, f"return {{ g_clock.millis() - {before}, g_clock.seconds(), g_clock.micros() }}")

    assert with_client(tmp_path, {}, body) == [1234, 1.234, 1234000]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_log_is_heard_in_an_event_of_its_own(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        run(client, SETUP + "g_logger.setOnLog(function(level, text) seen[#seen + 1] = { level, text } end)")
        run(client, "g_logger.warning('w') g_logger.debug('d') g_logger.log(level, 'x')".replace("level", "2"))
        at_once = run(client, "return #seen")
        client.frame()
        return at_once, run(client, "return seen"), client.log

    at_once, seen, log = with_client(tmp_path, {}, body, dialect=dialect)
    assert at_once == 0
    if dialect == "mehah":
        assert seen == [[3, "WARNING: w"], [2, "x"]]
        assert log == [("warning", "w"), ("info", "x")]
    else:
        assert seen == [[2, "WARNING: w"], [0, "d"], [2, "WARNING: x"]]
        assert log == [("warning", "w"), ("debug", "d"), ("warning", "x")]
