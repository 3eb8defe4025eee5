"""Every fault at every occasion on every tier: what served goes on serving, and nothing is half-registered.

The rows are the faults, the columns a first load, a reload, a reload with a dependant, and an unload. A cell that
can't exist on a tier stands in `LEFT_OUT` with its reason, so that none is forgotten.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario

from tibicen.config import StrikesConfig
from tibicen.errors import StorageError
from tibicen.lifecycle.report import Report

Start = Callable[..., AbstractAsyncContextManager[RunningHost]]
InHost = Callable[[Scenario], Any]

TIERS = ("shared", "contained", "isolated", "python", "python isolated")
OCCASIONS = ("first load", "reload", "reload with a dependant", "unload")

LUA = """
local version = "{version}"
{before}
hooks.on("player.login", function(player) bus.publish("p.seen", version) end)
timers.every(3600000, function() end)
bus.subscribe("p.seen", function() end)
exports.version = function() return version end
function on_snapshot() {snapshot} return {{ version = version }} end
function on_migrate(old) {migrate} end
function on_health() {health} end
"""

PYTHON = """
import os
from tibicen.api import hookimpl

VERSION = "{version}"
plugin = None


def setup(this):
    global plugin
    plugin = this
    this.subscribe("p.seen", print)
    this.every(3600000, print)
    this.export(lambda: VERSION, "version")
    {before}


@hookimpl
def player_login(player):
    plugin.publish("p.seen", VERSION)


def on_snapshot():
    {snapshot}
    return {{"version": VERSION}}


def on_migrate(old):
    {migrate}


def on_health():
    {health}
"""

OWNS = {"hook": 1, "timer": 1, "subscription": 1, "export": 1}

FAULTS: dict[str, tuple[str, str, str, str]] = {
    # fault: slot that it goes into, in Lua, in Python, what the report says
    "syntax error": ("before", "local = 3", "x = = 3", "near '='|invalid syntax"),
    "run-time error at load": ("before", "error('no start')", "raise ValueError('no start')", "no start"),
    "hang at load": ("before", "while true do end", "while True: pass", "CPU budget|deadline|killed|answer"),
    "hang in migrate": ("migrate", "while true do end", "while True: pass", "CPU budget|deadline|killed|answer"),
    "failing health check": ("health", "return false, 'unwell'", "return 'unwell'", "unwell"),
    "memory bomb": (
        "before",
        "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e6) .. i end",
        "x = [bytes(10_000_000) for _ in range(10_000)]",
        "memory|MemoryError",
    ),
    "process crash": ("before", "", "os._exit(7)", "died|crash|exit|ended"),
    "disk full while snapshotting": ("snapshot", "kv.set('s', 1)", "plugin.kv.set('s', 1)", "disk|full"),
    "file vanishing": ("", "", "", "not there|no such file|does not hold|is not in"),
    "dependency failing": ("", "", "", "base"),
}

LEFT_OUT = {
    ("hang at load", "python"): "Python code in the host's process can't be stopped from outside; it is trusted",
    ("hang in migrate", "python"): "the same",
    ("memory bomb", "python"): "the same: its memory is the host's",
    ("process crash", "python"): "its process is the host's",
    ("process crash", "shared"): "it has no process of its own",
    ("process crash", "contained"): "the same",
}


def entry(tier: str) -> str:
    return "plugin.py" if tier.startswith("python") else "init.lua"


def code(tier: str, version: str, fault: str = "") -> str:
    slots = dict.fromkeys(("before", "snapshot", "migrate", "health"), "pass" if tier.startswith("python") else "")
    if fault and FAULTS[fault][0]:
        slot, lua, python, _ = FAULTS[fault]
        slots[slot] = python if tier.startswith("python") else lua
    return (PYTHON if tier.startswith("python") else LUA).format(version=version, **slots)


def manifest(tier: str, *, requires: str = "", patient: bool = False) -> str:
    tiers = {"python": "contained", "python isolated": "isolated"}
    # Time enough to come to the end of the memory first, or to hang without wasting the suite's.
    budget = f"{{cpu_ms: {1500 if patient else 100}, cpu_ms_per_second: 0, memory_mb: 16}}"
    lines = [f"tier: {tiers.get(tier, tier)}", f"entry: {entry(tier)}", f"budget: {budget}"]
    return "\n".join([*lines, f"requires: {requires}" if requires else "", "version: '1.0'"]) + "\n"


def write(folder: PluginFolder, tier: str, version: str, fault: str = "") -> None:
    requires = "{base: '*'}" if fault == "dependency failing" else ""
    folder.plugin(
        "p", code(tier, version, fault), manifest(tier, requires=requires, patient=fault == "memory bomb"), entry(tier)
    )


def served(running: RunningHost, name: str = "p") -> str | None:
    """What the plugin's export says, None when it does not serve."""
    if running.host.plugins.active(name) is None:
        return None
    version: str = running.export(name, "version")
    return version


def nothing_left(running: RunningHost, hooks_before: int) -> bool:
    """No handler, subscription or export of `p` is in effect."""
    return len(running.host.hooks["player.login"]) == hooks_before and running.host.subjects.listeners("p.seen") == ()


def cells() -> list[Any]:
    found = []
    for tier in TIERS:
        for fault in FAULTS:
            if (fault, tier) in LEFT_OUT:
                continue
            found += [pytest.param(tier, fault, occasion, id=f"{tier}-{fault}-{occasion}") for occasion in OCCASIONS]
    return found


def break_it(folder: PluginFolder, running: RunningHost, tier: str, fault: str) -> list[Report]:
    """Brings the fault about in the plugin on disk, and says so to the host as the watcher would."""
    path = folder.path / "p"
    if fault == "file vanishing":
        (path / entry(tier)).unlink()
    elif fault == "process crash" and tier == "isolated":
        # A Lua plugin has no way to end its process; somebody else does it in the middle of the night.
        os.kill(running.info("p")["pid"], signal.SIGKILL)
        write(folder, tier, "two", "syntax error")
    else:
        write(folder, tier, "two", fault)
    return running.save(path)


@pytest.mark.parametrize(("tier", "fault", "occasion"), cells())
def test_a_fault_costs_nobody_more_than_its_own_plugin(
    folder: PluginFolder,
    host: Start,
    in_host: InHost,
    monkeypatch: pytest.MonkeyPatch,
    tier: str,
    fault: str,
    occasion: str,
) -> None:
    folder.write("other.lua", "hooks.on('player.login', function() end) exports.version = function() return 'o' end")
    needs_process = fault == "process crash" and tier == "isolated"
    if occasion == "first load" and (needs_process or fault in ("disk full while snapshotting", "file vanishing")):
        # What is not there yet can't be killed, asked for its state or vanish: the load without it stands for it.
        fault = "syntax error" if needs_process else fault
    if occasion != "first load":
        write(folder, tier, "one")
    if occasion == "reload with a dependant":
        above = "exports.version = function() return imports.p.version() end"
        folder.plugin("above", above, "requires: {p: '*'}\n")

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            original = running.host.kv.execute

            def full(statement: str, *values: object) -> Any:
                if statement.startswith("INSERT"):
                    raise StorageError("kv.sqlite: database or disk is full; free some disk space")
                return original(statement, *values)

            if fault == "disk full while snapshotting":
                # The running generation is the one that is asked for its state.
                if occasion != "first load":
                    write(folder, tier, "one", fault)
                    assert all(report.ok for report in running.save(folder.path / "p"))
                monkeypatch.setattr(running.host.kv, "execute", full)
            if occasion == "first load":
                first_load(running)
            elif occasion == "unload":
                unload(running)
            else:
                reload(running)
            assert served(running, "other") == "o"
            running.host.emit("player.login", [{"id": 1, "name": "Eve"}])
            monkeypatch.undo()

    def first_load(running: RunningHost) -> None:
        if fault == "file vanishing":
            folder.plugin("p", "", manifest(tier), entry(tier))
            (folder.path / "p" / entry(tier)).unlink()
            reports = running.save(folder.path / "p")
        else:
            write(folder, tier, "two", fault)
            reports = running.save(folder.path / "p")
        if fault == "disk full while snapshotting":
            # A first load has no old state to ask for.
            assert served(running) == "two"
            return
        one_clear_report(reports)
        assert served(running) is None
        assert running.info("p")["state"] == "failed"
        assert running.info("p")["owns"] == {}
        assert nothing_left(running, 1)

    def reload(running: RunningHost) -> None:
        killed = needs_process
        before = {name: running.info(name)["generation"] for name in running.host.plugins.plugins}
        reports = break_it(folder, running, tier, fault)
        if not killed:
            one_clear_report(reports)
        for name in before:
            info = running.info(name)
            assert (info["state"], info["generation"]) == ("active", before[name]), name
        if killed:
            return
        assert served(running) == "one"
        assert {kind: running.info("p")["owns"].get(kind) for kind in OWNS} == OWNS
        assert running.info("p")["errors"]
        if occasion == "reload with a dependant":
            assert served(running, "above") == "one"
        # Mended, it is live at once, with its dependant.
        monkeypatch.undo()
        write(folder, tier, "three")
        assert all(report.ok for report in running.save(folder.path / "p"))
        assert served(running) == "three"
        assert running.info("p")["errors"] == []

    def unload(running: RunningHost) -> None:
        if fault not in ("syntax error", "disk full while snapshotting"):
            break_it(folder, running, tier, fault)
        running.host.plugins.unload("p")
        assert running.info("p")["state"] == "unloaded"
        assert running.info("p")["owns"] == {}
        assert nothing_left(running, 1)

    def one_clear_report(reports: list[Report]) -> None:
        refused = [report for report in reports if not report.ok]
        assert len(refused) == 1, reports
        text = "\n".join(str(problem) for problem in refused[0].problems)
        assert any(word in text for word in FAULTS[fault][3].split("|")), text
        assert "p" in refused[0].plugins

    in_host(scenario)


def test_every_cell_that_is_left_out_is_one() -> None:
    assert all(fault in FAULTS and tier in TIERS for fault, tier in LEFT_OUT)
