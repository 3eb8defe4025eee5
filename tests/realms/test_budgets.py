"""Budgets of what a plugin registers, writes and sends: what is over is refused at its own line, and counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import PluginFolder, Scenario

from tibicen.config import StrikesConfig
from tibicen.errors import TibicenError

pytestmark = pytest.mark.alone

InHost = Callable[[Scenario], Any]

LIMITS = "budget: {timers: 3, handlers: 3, subscriptions: 3, exports: 3, message_kb: 1, cpu_ms: 2000}\n"

OVER = {
    "timers": ("timers.after(60000, function() end)", "plugin.after(60000, print)"),
    "handlers": ("hooks.on('player.login', function() end)", "plugin.on('player.login', lambda player: None)"),
    "subscriptions": ("bus.subscribe('p.x', function() end)", "plugin.subscribe('p.x', print)"),
    "exports": ("exports['f' .. i] = function() end", "plugin.export(print, f'f{i}')"),
}


@pytest.mark.parametrize("tier", ["shared", "contained", "isolated", "python"])
@pytest.mark.parametrize("budget", OVER)
def test_the_fourth_of_three_is_refused(
    folder: PluginFolder, host: Any, in_host: InHost, budget: str, tier: str
) -> None:
    lua, python = OVER[budget]
    if tier == "python":
        code = f"def setup(plugin):\n    for i in range(4):\n        {python}\n"
        folder.plugin("p", code, "entry: plugin.py\n" + LIMITS, entry="plugin.py")
    else:
        folder.plugin("p", f"for i = 1, 4 do\n    {lua}\nend\n", f"tier: {tier}\n" + LIMITS)

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("p")["errors"]
            assert f"budget.{budget}" in error
            assert error.startswith("p/plugin.py:3: " if tier == "python" else "p/init.lua:2: "), error
            assert running.info("p")["owns"] == {}

    in_host(scenario)


@pytest.mark.parametrize("tier", ["contained", "isolated"])
def test_who_cancels_may_have_others(folder: PluginFolder, host: Any, in_host: InHost, tier: str) -> None:
    code = "for i = 1, 50 do local t = timers.after(60000, function() end) timers.cancel(t) end"
    folder.plugin("p", code, f"tier: {tier}\n" + LIMITS)

    async def scenario() -> None:
        async with host() as running:
            assert running.info("p")["state"] == "active", running.info("p")["errors"]

    in_host(scenario)


@pytest.mark.parametrize("tier", ["contained", "isolated", "python"])
def test_a_message_that_is_too_large_is_not_sent(folder: PluginFolder, host: Any, in_host: InHost, tier: str) -> None:
    if tier == "python":
        code = "def setup(plugin):\n    plugin.publish('p.x', 'y' * 2000)\n"
        folder.plugin("p", code, "entry: plugin.py\n" + LIMITS, entry="plugin.py")
    else:
        folder.plugin("p", "bus.publish('p.x', ('y'):rep(2000))", f"tier: {tier}\n" + LIMITS)

    async def scenario() -> None:
        async with host() as running:
            assert "budget.message_kb" in running.info("p")["errors"][0]

    in_host(scenario)


@pytest.mark.parametrize("tier", ["contained", "isolated"])
def test_a_storm_is_one_strike_and_not_a_thousand(folder: PluginFolder, host: Any, in_host: InHost, tier: str) -> None:
    """Also when the plugin catches each refusal; the host and the others notice nothing."""
    code = """
        exports.storm = function()
            local refused = 0
            for i = 1, 3000 do
                if not pcall(timers.after, 60000, print) then refused = refused + 1 end
            end
            return refused
        end
    """
    folder.plugin("p", code, f"tier: {tier}\nbudget: {{timers: 100, cpu_ms: 5000, cpu_ms_per_second: 0}}\n")

    async def scenario() -> None:
        async with host() as running:
            assert running.export("p", "storm") == 2900
            await running.until(lambda: running.info("p")["strikes"])
            info = running.info("p")
            assert [strike["kind"] for strike in info["strikes"]] == ["quota"]
            assert info["state"] == "active"
            assert info["owns"]["timer"] == 100

    in_host(scenario)


def test_a_log_flood_is_dropped_and_told(
    folder: PluginFolder, host: Any, in_host: InHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.plugin("p", "for i = 1, 2000 do log.info(i) end", "budget: {log_lines_per_second: 5, cpu_ms: 5000}\n")
    lines: list[str] = []

    async def scenario() -> None:
        async with host() as running:
            write = running.host.services.log
            running.host.services.log = lambda plugin, level, text, fields: (
                lines.append(text),
                write(plugin, level, text, fields),
            )
            assert running.host.plugins.reload("p").ok
            await running.until(lambda: any("dropped" in line for line in lines))
            assert len([line for line in lines if line.isdigit()]) <= 40

    in_host(scenario)


@pytest.mark.parametrize("tier", ["contained", "isolated"])
def test_the_share_of_a_second(folder: PluginFolder, host: Any, in_host: InHost, tier: str) -> None:
    """Many short calls are as bad as one that is long."""
    code = "exports.spin = function() local t = os.clock() while os.clock() - t < 0.03 do end end"
    folder.plugin("p", code, f"tier: {tier}\nbudget: {{cpu_ms: 1000, cpu_ms_per_second: 100}}\n")

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            with pytest.raises(Exception, match=r"budget\.cpu_ms_per_second"):
                for _ in range(200):
                    running.export("p", "spin")
            assert running.info("p")["state"] == "active"
            # The next second is another one.
            await running.until(lambda: _works(running), seconds=20)

    in_host(scenario)


def _works(running: Any) -> bool:
    try:
        running.export("p", "spin")
    except TibicenError:
        return False
    return True
