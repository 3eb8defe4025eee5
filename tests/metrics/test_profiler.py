"""Profiles of plugins that serve: Lua and Python alike, begun and ended over the host."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost

from tibicen.errors import TibicenError, UnknownPluginError
from tibicen.vm.profile import Profile

pytestmark = pytest.mark.alone

LUA = """
    local function burn(count)
        local sum = 0
        for index = 1, count do sum = sum + index % 7 end
        return sum
    end
    hooks.on("player.login", function(player) local sum = burn(200000) return nil, sum end)
    hooks.on("player.logout", function(player) local sum = burn(1000) return nil, sum end)
    timers.every(1, function() local sum = burn(10000) return sum end)
    exports.burn = function(count) local sum = burn(count) return sum end
"""
PYTHON = """
    from tibicen.api import hookimpl


    def burn(count):
        total = 0
        for index in range(count):
            total += index % 7
        return total


    @hookimpl
    def player_login():
        burn(80_000)


    @hookimpl
    def player_logout(player):
        burn(10)


    def setup(plugin):
        plugin.every(1, lambda: burn(10_000))
        plugin.export(burn, "burn")
"""
MARKER = {"lua": ("burn", 1), "python": ("burn", 4)}


@pytest.fixture(params=["lua", "python", "isolated lua", "isolated python"])
def language(request: pytest.FixtureRequest, folder: PluginFolder) -> str:
    place, _, language = str(request.param).rpartition(" ")
    manifest = f"tier: {place or 'contained'}\nbudget: {{cpu_ms: 5000, cpu_ms_per_second: 0}}"
    if language == "lua":
        folder.plugin("burner", LUA, manifest)
    elif place:
        folder.plugin("burner", PYTHON, manifest, "plugin.py")
    else:
        folder.write("burner.py", PYTHON)
    return language


def weights(profile: Profile) -> Counter[str]:
    found: Counter[str] = Counter()
    for stack in profile.stacks:
        found[stack.handler] += stack.ns
    return found


def timer_calls(running: RunningHost) -> int:
    return sum(each.calls for each in running.host.plugins.plugin("burner").figures.total() if each.kind == "timer")


async def busy(running: RunningHost) -> None:
    """Events until handlers of every kind have run often."""
    for events in range(1, 121):
        running.host.hooks["player.login"]({"id": 1})
        running.host.hooks["player.logout"]({"id": 1})
        running.export("burner", "burn", 10_000)
        await running.until(partial(lambda wanted: timer_calls(running) >= wanted, events))


def test_the_hot_handler_is_named(language: str, folder: PluginFolder, host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            profiler = running.host.observatory.profiler
            profiler.start("burner", 10, 0.5)
            await busy(running)
            profile = profiler.stop("burner")
            found = weights(profile)
            assert found.most_common(1)[0][0] == "hook player.login"
            assert {"hook player.login", "timer every 1 ms", "export burn"} <= found.keys()
            assert found["hook player.login"] > 10 * found["hook player.logout"]
            hottest = profile.stacks[0].frames
            name, line = MARKER[language]
            assert (hottest[-1].function, hottest[-1].defined) == (name, line)
            assert hottest[-1].file in ("burner/init.lua", "burner/plugin.py", "burner.py")
            assert len(hottest) == 2 and profile.language == language

    usual = sys.getswitchinterval()
    in_host(scenario)
    assert sys.getswitchinterval() == usual


def test_what_can_be_wrong_is_said(language: str, folder: PluginFolder, host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            profiler = running.host.observatory.profiler
            with pytest.raises(UnknownPluginError, match="burner"):
                profiler.start("burnr", 1)
            with pytest.raises(TibicenError, match="no profile of burner"):
                profiler.stop("burner")
            for seconds, interval in ((0, 1), (601, 1), (float("nan"), 1), (1, 0.01), (1, float("nan"))):
                with pytest.raises(TibicenError, match=r"seconds|ms apart"):
                    profiler.start("burner", seconds, interval)
            profiler.start("burner", 1)
            with pytest.raises(TibicenError, match="being profiled already"):
                profiler.start("burner", 1)
            assert running.host.plugins.reload("burner").ok
            with pytest.raises(TibicenError, match="was reloaded or unloaded while it was profiled"):
                profiler.stop("burner")
            # And the next one is all right.
            profiler.start("burner", 1)
            assert profiler.stop("burner").plugin == "burner"
            running.host.plugins.unload("burner")
            with pytest.raises(TibicenError, match="burner is unloaded"):
                profiler.start("burner", 1)

    in_host(scenario)


def test_a_profile_that_nobody_fetches_ends(
    language: str, folder: PluginFolder, host: Any, in_host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tibicen.metrics.profiler.GRACE_SECONDS", 0.0)

    async def scenario() -> None:
        async with host() as running:
            profiler = running.host.observatory.profiler
            profiler.start("burner", 0.01)
            await running.until(lambda: not profiler._open)
            with pytest.raises(TibicenError, match="no profile of burner"):
                profiler.stop("burner")
            profiler.start("burner", 10)

    in_host(scenario)
