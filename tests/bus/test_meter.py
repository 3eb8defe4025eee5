"""Every event is counted, whichever of them are measured, and however it ends."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario

from tibicen.bus.markers import Stop
from tibicen.bus.meter import LONGEST_PERIOD
from tibicen.config import StrikesConfig

HostFixture = Callable[..., Any]


def calls_of(running: RunningHost, hook: str) -> dict[str, int]:
    running.host.hooks[hook].settle()
    return {
        name: series.calls
        for name, plugin in running.host.plugins.plugins.items()
        for series in plugin.figures.total()
        if (series.kind, series.name) == ("hook", hook)
    }


LUA_SAY = """
    local seen = 0
    hooks.on("player.say", function(text)
        seen = seen + 1
        if text == plugin.name then return hooks.stop("stopped") end
    end)
    exports.seen = function() return seen end
"""
PYTHON_SAY = """
    from tibicen.api import Stop

    seen = 0


    def setup(plugin):
        def heard(text, player):
            global seen
            seen += 1
            if text == plugin.name:
                return Stop("stopped")

        plugin.on("player.say", heard)
        plugin.export(lambda: seen, "seen")
"""


def test_a_filter_counts_who_was_really_called(
    folder: PluginFolder, host: HostFixture, in_host: Callable[[Scenario], Any]
) -> None:
    names = [f"p{index}" for index in range(6)]
    for index, name in enumerate(names):
        if index in (2, 5):
            folder.write(f"{name}.py", PYTHON_SAY)
        else:
            folder.plugin(name, LUA_SAY, "tier: shared")

    async def scenario() -> None:
        dice = random.Random(7)
        async with host() as running:
            for event in range(700):
                if event % 97 == 0:
                    running.host.hooks["player.say"].settle(measure_next=dice.random() < 0.5)
                text = dice.choice([*names, "nobody"])
                assert running.host.hooks["player.say"](text, {"id": 1}).stopped_by == (text if text in names else None)
                if event % 100 == 50:
                    assert running.host.plugins.reload(dice.choice(names)).ok
                    # What the plugins counted themselves begins anew with a generation, so it is compared below.
            before, base = calls_of(running, "player.say"), {name: running.export(name, "seen") for name in names}
            for _ in range(500):
                running.host.hooks["player.say"](dice.choice([*names, "nobody"]), {"id": 1})
            after, seen = calls_of(running, "player.say"), {name: running.export(name, "seen") for name in names}
            assert {name: after[name] - before[name] for name in names} == {n: seen[n] - base[n] for n in names}
            assert running.host.hooks["player.say"].events == 1200

    in_host(scenario)


@pytest.mark.parametrize("tier", ["shared", "contained", "isolated"])
def test_a_query_counts_those_before_the_answer(
    tier: str, folder: PluginFolder, host: HostFixture, in_host: Callable[[Scenario], Any]
) -> None:
    for name in ("a", "b", "c"):
        code = f"""
            hooks.on("status.player_online", function(name) if name == "{name}" then return true end end)
            hooks.on("status.player_online", function(name) if name == "{name}2" then return true end end)
        """
        folder.plugin(name, code, f"tier: {tier}")

    async def scenario() -> None:
        async with host() as running:
            ask = running.host.hooks["status.player_online"]
            order = [handler.generation.plugin for handler in ask.handlers()][::2]
            for _ in range(50):
                assert ask(order[0]) is True
                assert ask(f"{order[1]}2") is True
                assert ask("nobody") is None
            # Two handlers each: of the first the second is not asked when the first answers.
            expected = {order[0]: 50 * 5, order[1]: 50 * 4, order[2]: 50 * 2}
            assert calls_of(running, "status.player_online") == expected

    in_host(scenario)


def test_wrappers_and_failures_are_counted(
    folder: PluginFolder, host: HostFixture, in_host: Callable[[Scenario], Any]
) -> None:
    folder.write(
        "around.py",
        """
        from tibicen.api import hookimpl


        @hookimpl(wrapper=True)
        def player_login(player):
            yield
            if player["id"] == 2:
                raise ValueError("after")
        """,
    )
    folder.plugin("inside", 'hooks.on("player.login", function(player) if player.id == 1 then error("no") end end)')

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            for event in range(300):
                running.host.hooks["player.login"]({"id": event % 3})
            running.host.hooks["player.login"].settle()
            found = {
                name: [(each.calls, each.errors) for each in plugin.figures.total() if each.kind == "hook"]
                for name, plugin in running.host.plugins.plugins.items()
            }
            assert found == {"around": [(300, 100)], "inside": [(300, 100)]}
            (around,) = (s for s in running.host.plugins.plugin("around").figures.total() if s.kind == "hook")
            assert around.total_ns > 0

    in_host(scenario)


def test_slow_handlers_are_measured_at_every_event(
    folder: PluginFolder, host: HostFixture, in_host: Callable[[Scenario], Any]
) -> None:
    folder.write(
        "slow.py", "import time\n\n\ndef setup(plugin):\n    plugin.on('player.login', lambda p: time.sleep(p))\n"
    )

    async def scenario() -> None:
        async with host() as running:
            spent = 0.0
            for seconds in (0.002, 0.003, 0.02, 0.002):
                began = time.perf_counter()
                running.host.hooks["player.login"](seconds)
                spent += time.perf_counter() - began
            running.host.hooks["player.login"].settle()
            (hook,) = (s for s in running.host.plugins.plugin("slow").figures.total() if s.kind == "hook")
            assert hook.durations.count == hook.calls == 4
            assert 0.027 <= hook.total_ns / 1e9 <= spent
            assert hook.longest_ns >= 20_000_000

    in_host(scenario)


def test_each_handler_of_one_crossing_gets_its_own_time(
    folder: PluginFolder, host: HostFixture, in_host: Callable[[Scenario], Any]
) -> None:
    work = 'hooks.on("player.login", function() local s = 0 for i = 1, {} do s = s + i end end)'
    folder.plugin("heavy", work.replace("{}", "20000"), "tier: shared")
    folder.plugin("light", work.replace("{}", "1"), "tier: shared")

    async def scenario() -> None:
        async with host() as running:
            for _ in range(40):
                running.host.hooks["player.login"]({"id": 1})
            assert len(running.host.hooks["player.login"]._chain.steps) == 1
            running.host.hooks["player.login"].settle()
            times = {
                name: next(s.total_ns for s in plugin.figures.total() if s.kind == "hook")
                for name, plugin in running.host.plugins.plugins.items()
            }
            assert times["heavy"] > 5 * times["light"] > 0

    in_host(scenario)


def test_a_measured_event_gives_what_another_gives(
    folder: PluginFolder, host: HostFixture, in_host: Callable[[Scenario], Any]
) -> None:
    folder.plugin(
        "a",
        """
        hooks.on("status.players", function() return {{name = "A"}} end)
        hooks.on("status.players", function() error("broken") end)
        hooks.on("status.info", function(info) info.half = true error("broken") end)
        hooks.on("status.info", function(info) info.a = (info.a or 0) + 1 return info end)
        """,
        "tier: shared",
    )
    folder.plugin("b", 'hooks.on("status.players", function() return {{name = "B"}} end)', "tier: shared")

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            players, info = running.host.hooks["status.players"], running.host.hooks["status.info"]
            for measured in (True, False, True):
                for hook in (players, info):
                    hook.settle(measure_next=measured)
                    if not measured:
                        hook._chain._wait(LONGEST_PERIOD)
                answers = players()
                assert sorted(each[0]["name"] for each in answers) == ["A", "B"]
                assert info({"x": 1}).value == {"x": 1, "a": 1}

    in_host(scenario)


def test_a_stop_in_python_still_stops(
    folder: PluginFolder, host: HostFixture, in_host: Callable[[Scenario], Any]
) -> None:
    assert Stop("x").value == "x"
    folder.write("p.py", PYTHON_SAY)

    async def scenario() -> None:
        async with host() as running:
            for _ in range(5):
                assert running.host.hooks["player.say"]("p", {"id": 1}) == ("stopped", "p")

    in_host(scenario)
