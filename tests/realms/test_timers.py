"""timers.every, timers.after, timers.cancel, and `plugin.every` and `plugin.after` of Python."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost

from tibicen.lifecycle.states import State
from tibicen.vm.marshal import unpack

pytestmark = pytest.mark.alone

LUA = """
    local count, handle = 0, nil
    function exports.count() return count end
    function exports.start(ms) handle = timers.every(ms, function() count = count + 1 end) end
    function exports.once(ms) handle = timers.after(ms, function() count = count + 1 end) end
    function exports.cancel() timers.cancel(handle) end
    function exports.until_three()
        handle = timers.every(1, function()
            count = count + 1
            if count == 3 then timers.cancel(handle) end
        end)
    end
    function exports.cancel_in_after()
        handle = timers.after(1, function() count = count + 1 timers.cancel(handle) end)
    end
"""

PYTHON = """
    count = 0
    handle = None

    def setup(plugin):
        def tick():
            global count
            count += 1

        def start(ms):
            global handle
            handle = plugin.every(ms, tick)

        def once(ms):
            global handle
            handle = plugin.after(ms, tick)

        def cancel():
            handle.cancel()

        def until_three():
            def three():
                tick()
                if count == 3:
                    handle.cancel()

            global handle
            handle = plugin.every(1, three)

        def cancel_in_after():
            def last():
                tick()
                handle.cancel()

            global handle
            handle = plugin.after(1, last)

        for function in (start, once, cancel, until_three, cancel_in_after):
            plugin.export(function)
        plugin.export(lambda: count, "count")
"""


@pytest.fixture(params=["lua", "python"])
def clock(request: pytest.FixtureRequest, folder: PluginFolder) -> str:
    """A plugin `clock` in each language, with the same exports."""
    if request.param == "lua":
        folder.write("clock.lua", LUA)
    else:
        folder.write("clock.py", PYTHON)
    return str(request.param)


def timers_of(running: RunningHost, name: str = "clock") -> int:
    owned: int = running.info(name)["owns"].get("timer", 0)
    return owned


@pytest.mark.usefixtures("clock")
def test_every_repeats_until_it_is_cancelled(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            running.export("clock", "start", 1)
            await running.until(lambda: running.export("clock", "count") >= 3)
            assert timers_of(running) == 1
            running.export("clock", "cancel")
            counted = running.export("clock", "count")
            assert timers_of(running) == 0
            # While a longer one ran out, the cancelled one would have fired many times.
            running.export("clock", "once", 20)
            await running.until(lambda: timers_of(running) == 0)
            assert running.export("clock", "count") == counted + 1

    in_host(scenario)


@pytest.mark.usefixtures("clock")
def test_after_fires_once_and_is_forgotten(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            running.export("clock", "once", 1)
            assert running.export("clock", "count") == 0
            assert timers_of(running) == 1
            await running.until(lambda: running.export("clock", "count"))
            assert timers_of(running) == 0
            running.export("clock", "cancel")
            assert running.export("clock", "count") == 1

    in_host(scenario)


@pytest.mark.usefixtures("clock")
def test_after_that_is_cancelled_never_fires(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            running.export("clock", "once", 1)
            running.export("clock", "cancel")
            assert timers_of(running) == 0
            running.export("clock", "once", 10)
            await running.until(lambda: running.export("clock", "count"))
            assert running.export("clock", "count") == 1

    in_host(scenario)


@pytest.mark.usefixtures("clock")
def test_a_timer_may_cancel_itself(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            running.export("clock", "until_three")
            await running.until(lambda: timers_of(running) == 0)
            assert running.export("clock", "count") == 3
            running.export("clock", "cancel_in_after")
            await running.until(lambda: timers_of(running) == 0)
            assert running.export("clock", "count") == 4
            assert running.info("clock")["strikes"] == []

    in_host(scenario)


@pytest.mark.usefixtures("clock")
def test_unload_takes_timers_out(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            running.export("clock", "start", 1)
            ledger = running.host.plugins.active("clock").ledger
            (timer,) = ledger.entries("timer")
            await running.until(lambda: running.export("clock", "count"))
            running.host.plugins.unload("clock")
            assert len(ledger) == 0
            assert timer._handle is None
            assert running.info("clock")["strikes"] == []

    in_host(scenario)


def test_a_reload_ends_the_old_timers_and_starts_the_new(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin("ticker", 'timers.every(1, function() bus.publish("ticker.tick", plugin.generation) end)')

    async def scenario() -> None:
        async with host() as running:
            seen: list[int] = []
            enqueue = running.host.subjects.enqueue
            running.host.subjects.enqueue = lambda subject, packed: (
                seen.append(unpack(packed)),
                enqueue(subject, packed),
            )
            await running.until(lambda: 1 in seen)
            assert running.host.plugins.reload("ticker").ok
            seen.clear()
            await running.until(lambda: len(seen) >= 3)
            assert set(seen) == {2}

    in_host(scenario)


def test_timers_of_a_refused_generation_never_fire(folder: PluginFolder, host: Any, in_host: Any) -> None:
    path = folder.write("shaky.lua", 'hooks.on("player.say", function() return "old" end)')
    folder.write("clock.lua", LUA)

    async def scenario() -> None:
        async with host() as running:
            folder.write("shaky.lua", 'timers.every(1, function() kv.set("fired", true) end)\nerror("no")')
            (report,) = running.save(path)
            assert not report.ok
            running.export("clock", "once", 20)
            await running.until(lambda: running.export("clock", "count"))
            assert running.host.kv.namespace("shaky").get("fired") is None
            assert running.host.hooks["player.say"]("", {}).value == "old"

    in_host(scenario)


@pytest.mark.parametrize("name", ["bad.lua", "bad.py"])
def test_an_error_in_a_timer_is_a_strike_and_three_are_quarantine(
    folder: PluginFolder, host: Any, in_host: Any, name: str
) -> None:
    if name == "bad.lua":
        folder.write(name, 'timers.every(1, function()\n    error("ouch")\nend)')
        where = "bad.lua:2: ouch"
    else:
        folder.write(
            name, 'def tick():\n    raise ValueError("ouch")\n\n\ndef setup(plugin):\n    plugin.every(1, tick)\n'
        )
        where = "bad.py:2: ValueError: ouch"

    async def scenario() -> None:
        async with host() as running:
            await running.until(lambda: running.host.plugins.plugin("bad").state is State.QUARANTINED)
            strikes = [report for report in running.reports if report.action == "strike"]
            # An overdue timer may ring once more before the quarantine, which comes when the code has returned.
            assert len(strikes) >= 3
            assert {str(report.problems[0]) for report in strikes} == {where}
            assert running.info("bad")["owns"] == {}
            assert running.info("bad")["errors"] == [where] * 3

    in_host(scenario)


def test_a_coroutine_function_is_run_and_its_error_is_a_strike(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "slow.py",
        """
        import asyncio

        async def tick():
            await asyncio.sleep(0)
            raise ValueError("in a task")

        def setup(plugin):
            plugin.after(1, tick)
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            await running.until(lambda: running.info("slow")["strikes"])
            (strike,) = running.info("slow")["strikes"]
            assert strike["reason"] == "slow.py:5: ValueError: in a task"
            assert running.info("slow")["owns"] == {}

    in_host(scenario)


REFUSED = {
    "timers.every(0, print)": "a timer's time must be from 1 ms to a year, not 0",
    "timers.after(-5, print)": "a timer's time must be from 1 ms to a year, not -5",
    "timers.after(0/0, print)": "a timer's time must be from 1 ms to a year, not nan",
    "timers.every(math.huge, print)": "a timer's time must be from 1 ms to a year, not inf",
    'timers.every("5", print)': "timers.every: argument 1 must be a number, not string",
    "timers.after(5)": "timers.after: argument 2 must be a function, not nil",
    "timers.cancel(7)": "timers.cancel: argument 1 must be a table, not number",
    "timers.cancel({})": "timers.cancel: argument 1 must be what timers.every or timers.after gave",
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_wrong_is_told_at_its_line(folder: PluginFolder, host: Any, in_host: Any, code: str) -> None:
    folder.write("wrong.lua", f"-- one\n{code}\n")

    async def scenario() -> None:
        async with host() as running:
            assert running.info("wrong")["errors"] == [f"wrong.lua:2: {REFUSED[code]}"]

    in_host(scenario)


def test_python_is_refused_the_same_times(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write("wrong.py", "def setup(plugin):\n    plugin.every(0, print)\n")

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("wrong")["errors"]
            assert error.startswith("wrong.py:2: ")
            assert "a timer's time must be from 1 ms to a year, not 0" in error

    in_host(scenario)
