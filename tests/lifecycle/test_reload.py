"""The first journey of the design: load beside, migrate, health, swap. Refused anywhere on the way: the old serves."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario

Start = Callable[..., AbstractAsyncContextManager[RunningHost]]
InHost = Callable[[Scenario], Any]

COUNTER = """
local seen = 0
hooks.on("player.login", function() seen = seen + 1 end)
exports.seen = function() return seen end
exports.version = function() return "{version}" end
function on_snapshot() return {{ seen = seen }} end
function on_migrate(old) seen = old and old.seen or 0 end
{more}
"""

PYTHON_COUNTER = """
from tibicen.api import hookimpl

seen = 0


def setup(plugin):
    plugin.export(lambda: seen, "seen")
    plugin.export(lambda: "{version}", "version")


@hookimpl
def player_login(player):
    global seen
    seen += 1


def on_snapshot():
    return {{"seen": seen}}


def on_migrate(old):
    global seen
    seen = old["seen"] if old else 0


{more}
"""

LOGIN = [{"id": 1, "name": "Eve"}]


def counter(version: str, more: str = "") -> str:
    return COUNTER.format(version=version, more=more)


@pytest.mark.parametrize(("file", "text"), [("count.lua", COUNTER), ("count.py", PYTHON_COUNTER)])
def test_a_save_is_live_and_state_goes_along(
    folder: PluginFolder, host: Start, in_host: InHost, file: str, text: str
) -> None:
    path = folder.write(file, text.format(version="one", more=""))

    async def scenario() -> None:
        async with host() as running:
            running.host.emit("player.login", LOGIN)
            running.host.emit("player.login", LOGIN)
            folder.write(file, text.format(version="two", more=""))
            (report,) = running.save(path)
            assert report.ok
            assert (report.action, report.generations) == ("reload", {"count": 2})
            assert running.export("count", "version") == "two"
            running.host.emit("player.login", LOGIN)
            assert running.export("count", "seen") == 3

    in_host(scenario)


BROKEN_LUA = {
    "syntax": ("function (", "near '('"),
    "run time": ("local x = nil + 1", "arithmetic on a nil value"),
    "hang": ("while true do end", "CPU budget"),
    "memory": ("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e6) .. i end", "memory"),
    "migrate": ("function on_migrate() error('no way') end", "no way"),
    "hang in migrate": ("function on_migrate() while true do end end", "CPU budget"),
    "health says no": ("function on_health() return false, 'unwell' end", "unwell"),
    "health raises": ("function on_health() error('dizzy') end", "dizzy"),
    "unknown hook": ("hooks.on('player.loggin', function() end)", "did you mean 'player.login'"),
}


@pytest.mark.parametrize("case", BROKEN_LUA)
def test_a_broken_lua_version_leaves_the_old_one_serving(
    folder: PluginFolder, host: Start, in_host: InHost, case: str
) -> None:
    path = folder.write("count.lua", counter("one"))
    code, message = BROKEN_LUA[case]

    async def scenario() -> None:
        async with host() as running:
            running.host.emit("player.login", LOGIN)
            folder.write("count.lua", counter("two", more=code))
            (report,) = running.save(path)
            assert not report.ok
            assert report.kept == ["count"]
            assert message in str(report.problems[0])
            assert str(report.problems[0]).startswith("count.lua:")
            running.host.emit("player.login", LOGIN)
            assert running.export("count", "version") == "one"
            assert running.export("count", "seen") == 2
            info = running.info("count")
            assert (info["state"], info["generation"]) == ("active", 1)
            assert message in info["errors"][0]
            folder.write("count.lua", counter("three"))
            (report,) = running.save(path)
            assert report.ok
            assert running.info("count")["errors"] == []
            running.host.emit("player.login", LOGIN)
            assert running.export("count", "seen") == 3

    in_host(scenario)


BROKEN_PYTHON = {
    "syntax": ("def (:", "invalid syntax"),
    "run time": ("None + 1", "unsupported operand"),
    "exit": ("raise SystemExit(3)", "tried to end the host (sys.exit(3))"),
    "migrate": ("def on_migrate(old):\n    raise ValueError('no way')", "no way"),
    "health says no": ("def on_health():\n    return 'unwell'", "unwell"),
    "health raises": ("def on_health():\n    raise ValueError('dizzy')", "dizzy"),
    "unknown hook": ("@hookimpl(specname='player_loggin')\ndef x(player): ...", "player_loggin"),
    "wrong argument": ("@hookimpl\ndef player_logout(playr): ...", "playr"),
}


@pytest.mark.parametrize("case", BROKEN_PYTHON)
def test_a_broken_python_version_leaves_the_old_one_serving(
    folder: PluginFolder, host: Start, in_host: InHost, case: str
) -> None:
    path = folder.write("count.py", PYTHON_COUNTER.format(version="one", more=""))
    code, message = BROKEN_PYTHON[case]

    async def scenario() -> None:
        async with host() as running:
            running.host.emit("player.login", LOGIN)
            folder.write("count.py", PYTHON_COUNTER.format(version="two", more=code))
            (report,) = running.save(path)
            assert not report.ok
            assert message in str(report.problems[0])
            running.host.emit("player.login", LOGIN)
            assert running.export("count", "version") == "one"
            assert running.export("count", "seen") == 2
            folder.write("count.py", PYTHON_COUNTER.format(version="three", more=""))
            assert running.save(path)[0].ok
            assert running.export("count", "seen") == 2

    in_host(scenario)


def test_a_snapshot_that_fails_loses_no_state(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    path = folder.write("count.lua", counter("one", more="function on_snapshot() error('stuck') end"))

    async def scenario() -> None:
        async with host() as running:
            folder.write("count.lua", counter("two"))
            (report,) = running.save(path)
            assert not report.ok
            assert "--discard-state" in str(report.problems[0])
            assert running.export("count", "version") == "one"
            assert running.host.plugins.reload("count", discard_state=True).ok
            assert running.export("count", "version") == "two"

    in_host(scenario)


def test_dependants_change_with_it_in_order_or_not_at_all(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    base = folder.plugin("base", "exports.n = function() return 1 end", "version: '1.0'")
    folder.plugin(
        "middle", "local n = imports.base.n() exports.n = function() return n + 10 end", "requires: {base: '*'}"
    )
    folder.plugin(
        "top",
        "local n = imports.middle.n() assert(n < 100, 'too much') exports.n = function() return n + 100 end",
        "requires: {middle: '*'}",
    )

    async def scenario() -> None:
        async with host() as running:
            assert running.export("top", "n") == 111
            folder.write("base/init.lua", "exports.n = function() return 2 end")
            (report,) = running.save(base / "init.lua")
            assert report.plugins == ["base", "middle", "top"]
            assert running.export("top", "n") == 112
            # The last of the three refuses what the first became: none of the three changes.
            folder.write("base/init.lua", "exports.n = function() return 200 end")
            (report,) = running.save(base / "init.lua")
            assert not report.ok
            assert report.kept == ["base", "middle", "top"]
            assert [running.export(name, "n") for name in ("base", "middle", "top")] == [2, 12, 112]
            assert {running.info(name)["generation"] for name in ("base", "middle", "top")} == {2}
            assert "held back, because top was refused" in running.info("base")["errors"][0]

    in_host(scenario)


def test_a_version_that_a_dependant_can_not_use_is_refused(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    folder.plugin("base", "", "version: '1.0'")
    folder.plugin("user", "", "requires: {base: '<2'}")

    async def scenario() -> None:
        async with host() as running:
            folder.plugin("base", "", "version: '2.0'")
            (report,) = running.save(folder.path / "base")
            assert not report.ok
            assert "user requires base <2, but 2.0 is there" in str(report.problems[0])
            assert running.info("base")["version"] == "1.0"
            assert running.info("user")["state"] == "active"

    in_host(scenario)


SELF = {
    "hook": (
        "hooks.on('player.login', function() plugin.{verb}() end)",
        lambda run: run.host.emit("player.login", LOGIN),
    ),
    "timer": ("timers.after(1, function() plugin.{verb}() end)", lambda run: None),
    "export": ("exports.go = function() plugin.{verb}() return 'done' end", lambda run: run.export("self", "go")),
}


@pytest.mark.parametrize("verb", ["reload", "unload"])
@pytest.mark.parametrize("place", SELF)
def test_a_plugin_reloads_or_unloads_itself(
    folder: PluginFolder, host: Start, in_host: InHost, place: str, verb: str
) -> None:
    code, start = SELF[place]
    # Once: the new generation must not go on doing it.
    once = "if kv.get('been') then return end kv.set('been', true)\n" if place == "timer" else ""
    folder.write("self.lua", once + code.format(verb=verb))

    async def scenario() -> None:
        async with host() as running:
            start(running)
            wanted = "unload" if verb == "unload" else "reload"
            await running.until(lambda: any(report.action == wanted for report in running.reports))
            info = running.info("self")
            assert (info["state"], info["generation"]) == (("unloaded", 0) if verb == "unload" else ("active", 2))
            assert not any(report.problems for report in running.reports)

    in_host(scenario)


def test_a_dead_generation_is_never_run(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    """Its timers, subscriptions, hooks and exports end with it, also those that are due already."""
    text = """
    timers.every(1, function() kv.set("ticked", {n}) end)
    bus.subscribe("x.*", function() kv.set("heard", {n}) end)
    hooks.on("player.login", function() kv.set("seen", {n}) end)
    """
    path = folder.write("many.lua", text.format(n=1))

    async def scenario() -> None:
        async with host() as running:
            store = running.host.kv.namespace("many")

            def values() -> set[bytes | None]:
                return {store.get(key) for key in ("ticked", "heard", "seen")}

            folder.write("many.lua", text.format(n=2))
            running.save(path)
            running.host.subjects.publish("x.y", None)
            running.host.emit("player.login", LOGIN)
            await running.until(lambda: store.get("ticked") is not None and store.get("heard") is not None)
            assert values() == {b"\x02"}
            running.host.plugins.unload("many")
            for key in ("ticked", "heard", "seen"):
                store.delete(key)
            running.host.subjects.publish("x.y", None)
            running.host.emit("player.login", LOGIN)
            running.host.plugins.load("many")
            await running.until(lambda: store.get("ticked") is not None)

    in_host(scenario)
