"""Figures of real plugins: what is counted, for whom, and over which generations."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost

from tibicen.config import PermissionsConfig, StrikesConfig
from tibicen.errors import VmClosedError
from tibicen.lifecycle.figures import MOST_SERIES, OTHER, Figures, PluginFigures, Series, running, timed

LUA = """
    local calls = 0
    hooks.on("player.login", function(player) calls = calls + 1 end)
    timers.every(1, function() calls = calls + 1 end)
    bus.subscribe("demo.*", function(subject, data) if data == "bad" then error("bad news") end end)
    exports.ask = function(question) if question == "why" then error("no idea") end return calls end
"""
PYTHON = """
    # permissions: bus.subscribe:demo.*
    import asyncio

    calls = 0


    def setup(plugin):
        def count(*arguments):
            global calls
            calls += 1

        def heard(subject, data):
            if data == "bad":
                raise ValueError("bad news")

        def ask(question):
            if question == "why":
                raise ValueError("no idea")
            return calls

        plugin.on("player.login", count)
        plugin.every(1, count)
        plugin.subscribe("demo.*", heard)
        plugin.export(ask)
"""


def series_of(running: RunningHost, plugin: str) -> dict[tuple[str, str], Series]:
    running.host.observatory.read()
    return {(each.kind, each.name): each for each in running.host.plugins.plugin(plugin).figures.total()}


@pytest.fixture(params=["lua", "python"])
def counter(request: pytest.FixtureRequest, folder: PluginFolder) -> str:
    if request.param == "lua":
        folder.plugin("counter", LUA, "permissions: [bus.subscribe:demo.*]")
    else:
        folder.write("counter.py", PYTHON)
    return "counter"


def test_calls_and_errors_are_exact(counter: str, host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0), permissions=PermissionsConfig(everyone=["*"])) as running:
            for _ in range(1000):
                running.host.hooks["player.login"]({"id": 1})
            for data in ("good", "bad", "good"):
                running.host.subjects.publish("demo.news", data)
            for question in ("what", "why", "who"):
                try:
                    running.export(counter, "ask", question)
                except Exception as error:
                    assert question == "why" and "no idea" in str(error)
            await running.until(lambda: running.host.subjects.delivered == 3)
            await running.until(lambda: series_of(running, counter)["timer", "every 1 ms"].calls >= 5)
            found = series_of(running, counter)
            assert (found["hook", "player.login"].calls, found["hook", "player.login"].errors) == (1000, 0)
            assert (found["subscription", "demo.*"].calls, found["subscription", "demo.*"].errors) == (3, 1)
            assert (found["export", "ask"].calls, found["export", "ask"].errors) == (3, 1)
            assert found["life-cycle", "load"].calls == 1
            for series in found.values():
                assert series.total_ns > 0 and 0 < series.longest_ns <= series.total_ns
                assert 0 <= series.cpu_ns <= series.total_ns
            # Measured calls stand for the others.
            assert 1000 >= found["hook", "player.login"].durations.count > 1

    in_host(scenario)


def test_figures_go_on_over_reloads_and_refused_versions(folder: PluginFolder, host: Any, in_host: Any) -> None:
    plugin = folder.plugin("counter", 'hooks.on("player.login", function() end)')

    async def scenario() -> None:
        async with host() as running:
            for _ in range(3):
                running.host.hooks["player.login"]({"id": 1})
                assert running.host.plugins.reload("counter").ok
            folder.write("counter/init.lua", "error('not this one')")
            (report,) = running.save(plugin / "init.lua")
            assert not report.ok
            for _ in range(2):
                running.host.hooks["player.login"]({"id": 1})
            found = series_of(running, "counter")
            assert found["hook", "player.login"].calls == 5
            assert (found["life-cycle", "load"].calls, found["life-cycle", "load"].errors) == (5, 1)
            assert found["life-cycle", "snapshot"].calls == 3
            figures = running.host.plugins.plugin("counter").figures
            assert (figures.refused, figures.strikes) == (1, 0)
            assert running.host.plugins.unload("counter").ok
            assert series_of(running, "counter")["hook", "player.login"].calls == 5

    in_host(scenario)


def test_steps_of_a_task_are_calls(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "worker.py",
        """
        import asyncio


        def setup(plugin):
            async def work():
                for _ in range(3):
                    await asyncio.sleep(0)
                raise ValueError("enough")

            plugin.spawn(work)
        """,
    )

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            await running.until(lambda: series_of(running, "worker").get(("task", "work"), Series("", "")).errors)
            task = series_of(running, "worker")["task", "work"]
            assert (task.calls, task.errors) == (4, 1)
            assert running.host.plugins.plugin("worker").figures.strikes == 1

    in_host(scenario)


def test_a_cancelled_task_sees_its_cancellation(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "worker.py",
        """
        import asyncio

        seen = []


        def setup(plugin):
            async def work():
                try:
                    seen.append(await asyncio.wait_for(asyncio.sleep(0, "woken"), 5))
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    seen.append("cancelled")
                    raise

            task = plugin.spawn(work)
            plugin.export(task.cancel, "cancel")
            plugin.export(lambda: seen, "seen")
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            await running.until(lambda: running.export("worker", "seen") == ["woken"])
            running.export("worker", "cancel")
            await running.until(lambda: running.export("worker", "seen") == ["woken", "cancelled"])

    in_host(scenario)


def test_time_in_another_plugins_export_is_that_plugins(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "busy.py", "import time\n\n\ndef setup(plugin):\n    plugin.export(lambda: time.sleep(0.05), 'sleep')\n"
    )
    folder.plugin("caller", "exports.go = function() imports.busy.sleep() end", 'requires: {busy: "*"}')

    async def scenario() -> None:
        async with host(permissions=PermissionsConfig(everyone=["*"])) as running:
            running.export("caller", "go")
            sleeping = series_of(running, "busy")["export", "sleep"]
            going = series_of(running, "caller")["export", "go"]
            assert sleeping.total_ns >= 50_000_000
            assert going.total_ns < 50_000_000
            # Who sleeps uses no processor.
            assert sleeping.cpu_ns < sleeping.total_ns / 2

    in_host(scenario)


def test_names_are_bounded() -> None:
    figures = Figures()
    for index in range(100_000):
        figures.series("timer", f"after {index} ms").calls += 1
        figures.series("export", "x" * 1000 + str(index)).calls += 1
    assert len(figures) <= MOST_SERIES + 2
    assert sum(series.calls for series in figures) == 200_000
    assert figures.series("timer", "one more").name == OTHER
    assert all(len(series.name) <= 120 for series in figures)


def test_sums_of_ended_generations_stay_bounded_and_never_shrink() -> None:
    plugin, before = PluginFigures(), 0
    for generation in range(5):
        figures = Figures()
        figures.open(plugin)
        for index in range(150):
            figures.series("hook", f"{generation}.{index}").calls += 1
        for _ in range(2):
            total = plugin.total()
            assert sum(series.calls for series in total) == before + 150
            assert len(total) <= MOST_SERIES + 1
            figures.close()
        before += 150


def test_errors_of_a_closed_vm_are_nobodys() -> None:
    series = Series("timer", "x")

    def gone() -> None:
        raise VmClosedError("gone")

    with pytest.raises(VmClosedError):
        timed(series, gone)
    with pytest.raises(ZeroDivisionError):
        timed(series, lambda: 1 // 0)
    assert (series.calls, series.errors) == (2, 1)
    assert running.series is None
