"""`tibicen plugins top`: rates, order, and what is printed where; against a real host behind its control socket."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.conftest import PluginFolder

from tibicen.cli.control import ControlServer, request
from tibicen.cli.operations import operations_of
from tibicen.cli.top import Top, ask, handler_rows, plugin_rows
from tibicen.errors import UnknownPluginError
from tibicen.lifecycle.histogram import Histogram
from tibicen.metrics.readings import HandlerReading, HostReading, PluginReading


def handler(name: str = "x", **values: Any) -> HandlerReading:
    durations = Histogram.of(values.pop("took", ())).to_plain()
    fields = {"kind": "hook", "calls": 0, "errors": 0, "time_ns": 0, "cpu_ns": 0, "longest_ns": 0, **values}
    return HandlerReading(name=name, durations=durations, **fields)


def reading(clock_s: float, **plugins: list[HandlerReading]) -> HostReading:
    rows = [
        PluginReading(name, "active", 1, "contained", 0, 0, 0, 0, len(name), 100, False, handlers)
        for name, handlers in plugins.items()
    ]
    return HostReading("1", clock_s, clock_s, rows, {}, 0, [], {}, 0, 0, 0, 0, {})


def test_rates_are_growth_by_the_second() -> None:
    before = reading(10.0, a=[handler(calls=100, time_ns=5_000_000, took=[50_000] * 100, longest_ns=50_000)])
    now = reading(
        12.0,
        a=[
            handler(calls=140, errors=4, time_ns=45_000_000, cpu_ns=20_000_000, took=[50_000] * 100 + [1_000_000] * 40,
                    longest_ns=1_100_000),
            handler("new", calls=2, time_ns=2_000_000, took=[1_000_000] * 2, longest_ns=1_000_000),
        ],
    )  # fmt: skip
    (row,) = plugin_rows(before, now)
    assert (row["calls"], row["calls_per_s"], row["errors_per_s"]) == (142, 21.0, 2.0)
    assert (row["time_ms"], row["time_ms_per_s"], row["cpu_ms_per_s"]) == (47.0, 21.0, 10.0)
    # Of what came between the two looks, not of the hundred before.
    assert row["p50_us"] == pytest.approx(1000, rel=1 / 8)
    assert row["longest_us"] == 1100
    assert row["mean_us"] == pytest.approx(47_000 / 142, rel=1e-3)
    first, second = handler_rows(before, now, "a")
    assert (first["name"], first["calls_per_s"]) == ("x", 20.0)
    assert (second["name"], second["calls_per_s"]) == ("new", 1.0)
    with pytest.raises(UnknownPluginError, match="no plugin 'b'"):
        handler_rows(before, now, "b")


def test_order() -> None:
    before = reading(1.0, a=[handler()], bb=[handler()], ccc=[handler()])
    now = reading(
        2.0,
        a=[handler(calls=1, errors=1, time_ns=3)],
        bb=[handler(calls=9, time_ns=20_000_000)],
        ccc=[handler(calls=5, errors=0, time_ns=10_000_000)],
    )
    orders = {
        sort: "".join(row["name"][0] for row in plugin_rows(before, now, sort))
        for sort in ("time", "calls", "errors", "memory")
    }
    assert orders == {"time": "bca", "calls": "bca", "errors": "abc", "memory": "cba"}


def test_a_plugin_that_is_new_or_was_idle() -> None:
    now = reading(2.0, a=[handler(calls=3, time_ns=300, took=[100] * 3, longest_ns=100)], b=[])
    row = {row["name"]: row for row in plugin_rows(reading(1.0), now)}
    assert row["a"]["calls_per_s"] == 3.0 and row["b"]["p99_us"] == 0.0
    (idle, _) = plugin_rows(now, now)
    assert idle["calls_per_s"] == 0.0 and 0 < idle["p50_us"] <= idle["longest_us"]


async def behind_a_socket(running: Any, socket: Path, work: Any) -> Any:
    control = ControlServer(socket, operations_of(running.host))
    await control.start()
    try:
        return await asyncio.to_thread(work)
    finally:
        await control.stop()


def test_against_a_real_host(
    folder: PluginFolder, host: Any, in_host: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.plugin("busy", "timers.every(1, function() local s = 0 for i = 1, 5000 do s = s + i end end)")
    folder.plugin("idle", 'hooks.on("player.login", function() end)')
    socket = tmp_path / "c.sock"

    def look() -> None:
        console = Console(file=io.StringIO(), width=1000)
        top = Top(lambda: ask(socket), console, seconds=0.2)
        rows = top.next()
        assert [row["name"] for row in rows] == ["busy", "idle"]
        assert rows[0]["calls_per_s"] > 0 and rows[1]["calls_per_s"] == 0
        assert 0 < rows[0]["time_ms_per_s"] < 1500
        assert rows[0]["memory_bytes"] > 10_000
        Top(lambda: ask(socket), console, "busy", seconds=0.1).run(once=True, as_json=False)
        printed = console.file.getvalue()
        assert "timer" in printed and "every 1 ms" in printed and "\x1b" not in printed
        Top(lambda: ask(socket), console, "busy", "calls", seconds=0.1).run(once=True, as_json=True)
        listed = json.loads(capsys.readouterr().out)
        assert {row["kind"] for row in listed} >= {"timer", "life-cycle"}

    async def scenario() -> None:
        async with host() as running:
            await behind_a_socket(running, socket, look)

    in_host(scenario)


def test_it_goes_on_until_it_is_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    readings = iter([reading(float(second), a=[handler(calls=second)]) for second in range(4)])

    def read() -> HostReading:
        try:
            return next(readings)
        except StopIteration:
            raise KeyboardInterrupt from None

    Top(read, Console(file=io.StringIO()), seconds=0.0).run(once=False, as_json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line[0]["calls"] for line in lines] == [1, 2, 3]
    terminal = Console(file=io.StringIO(), force_terminal=True, width=120, height=10)
    readings = iter([reading(float(second), a=[handler("\x1b[2Jevil", calls=second)]) for second in range(3)])
    Top(read, terminal, "a", seconds=0.0).run(once=False, as_json=False)
    shown = terminal.file.getvalue()
    assert "\\x1b[2Jevil" in shown and "\x1b[2Jevil" not in shown


def test_the_socket_refuses_what_makes_no_sense(folder: PluginFolder, host: Any, in_host: Any, tmp_path: Path) -> None:
    folder.plugin("busy", "local a = 1")
    socket = tmp_path / "c.sock"

    def look() -> None:
        from tibicen.errors import ControlError

        with pytest.raises(ControlError, match="seconds must be a number"):
            request(socket, "profile.start", name="busy", seconds="x", interval_ms=1)
        with pytest.raises(ControlError, match="no profile of busy"):
            request(socket, "profile.stop", name="busy")
        assert "tibicen_plugin_generation" in request(socket, "host.metrics")

    async def scenario() -> None:
        async with host() as running:
            await behind_a_socket(running, socket, look)

    in_host(scenario)
