"""Hundreds of reloads leave nothing behind; `tibicen bench soak` does the same ten thousand times."""

from __future__ import annotations

import asyncio
import gc
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario

pytestmark = pytest.mark.alone

Start = Callable[..., AbstractAsyncContextManager[RunningHost]]
InHost = Callable[[Scenario], Any]

WARM_UP = 100
RELOADS = 400
NAMES = ["base", "own", "python", "shared"]

PERMISSIONS = 'permissions: ["hooks.answer:status.players"]\n'
DEPENDANT = 'requires: {base: "*"}\n' + PERMISSIONS

LUA = """
local version = VERSION
local seen = 0
hooks.on("status.players", function()
    return { name = plugin.name, level = version, generation = plugin.generation }
end)
bus.subscribe("many.tick", function() seen = seen + 1 end)
timers.every(1, function() seen = seen + 1 end)
exports.version = function() return version end
exports.memory = function() collectgarbage() collectgarbage() return collectgarbage("count") end
function on_snapshot() return { seen = seen } end
function on_migrate(old) seen = old and old.seen or 0 end
"""

PYTHON = """
import asyncio

from tibicen.api import hookimpl

me = {}


class Thing:
    def __init__(self):
        self.itself = self


async def work():
    await asyncio.Event().wait()


@hookimpl
def status_players():
    return me


def setup(plugin):
    me.update(name=plugin.name, level=plugin.imports.base.version(), generation=plugin.generation)
    plugin.subscribe("many.tick", lambda subject, data: Thing())
    plugin.every(1, Thing)
    plugin.spawn(work)
"""


@pytest.fixture
def four(folder: PluginFolder) -> PluginFolder:
    """A plugin, and dependants of every sort there is inside the host."""
    folder.plugin("base", LUA.replace("VERSION", "0"), PERMISSIONS)
    folder.plugin("own", LUA.replace("VERSION", "imports.base.version()"), DEPENDANT)
    folder.plugin("shared", LUA.replace("VERSION", "imports.base.version()"), "tier: shared\n" + DEPENDANT)
    folder.plugin("python", PYTHON, DEPENDANT, entry="plugin.py")
    return folder


def held(running: RunningHost) -> tuple[int, int, float]:
    """Python's objects and memory blocks, and kilobytes in all VMs, garbage collected."""
    running.host.plugins.check_leaks()
    gc.collect()
    lua_kb = sum(running.export(name, "memory") for name in ("base", "own", "shared"))
    return len(gc.get_objects()), sys.getallocatedblocks(), lua_kb


def test_many_reloads_leave_nothing_behind(four: PluginFolder, host: Start, in_host: InHost) -> None:
    async def scenario() -> None:
        async with host() as running:
            entry = four.path / "base" / "init.lua"
            settled = None
            for number in range(1, WARM_UP + RELOADS + 1):
                entry.write_text(LUA.replace("VERSION", str(number)), encoding="utf-8")
                (report,) = running.save(entry)
                assert report.ok and report.generations == dict.fromkeys(NAMES, number + 1)
                answers = sorted(running.host.hooks["status.players"](), key=lambda answer: str(answer["name"]))
                assert answers == [{"name": name, "level": number, "generation": number + 1} for name in NAMES]
                running.host.subjects.publish("many.tick", None)
                # One turn: the message is delivered, timers that are due fire.
                await asyncio.sleep(0)
                assert [each for each in running.reports if not each.ok] == []
                running.reports.clear()
                if number == WARM_UP:
                    settled = held(running)
            assert settled is not None
            objects, blocks, lua_kb = (end - before for end, before in zip(held(running), settled, strict=True))
            # One object for each of the 1,600 generations would be far beyond this.
            assert objects < 400
            assert blocks < 1600
            assert lua_kb < 100
            assert running.reports == []
            assert [running.info(name)["leaks"] for name in NAMES] == [[], [], [], []]
            assert len(running.host.hooks["status.players"]) == len(NAMES)

    in_host(scenario)


KEEPER = types.ModuleType("many_reloads_keeper")


@pytest.fixture
def keeper() -> Iterator[types.ModuleType]:
    """A module that outlives plugins; emptied afterwards."""
    vars(KEEPER)["kept"] = []
    sys.modules[KEEPER.__name__] = KEEPER
    yield KEEPER
    vars(KEEPER)["kept"] = []
    del sys.modules[KEEPER.__name__]
    gc.collect()


def test_the_plugin_that_leaks_is_named_and_nobody_else(
    four: PluginFolder, host: Start, in_host: InHost, keeper: types.ModuleType
) -> None:
    four.write(
        "hoarder.py", "import many_reloads_keeper, sys\n\nmany_reloads_keeper.kept.append(sys.modules[__name__])\n"
    )

    async def scenario() -> None:
        async with host() as running:
            for _ in range(5):
                assert running.host.plugins.reload("base").ok
                assert running.host.plugins.reload("hoarder").ok
            running.host.plugins.check_leaks()
            leaks = [report for report in running.reports if report.action == "leak"]
            assert [report.plugins for report in leaks] == [["hoarder"]] * 5
            for number, report in enumerate(leaks, 1):
                text = "\n".join(problem.message for problem in report.problems)
                assert f"generation {number} was unloaded" in text
                assert "many_reloads_keeper.kept" in text
            assert running.info("hoarder")["leaks"] != []
            assert [running.info(name)["leaks"] for name in NAMES] == [[], [], [], []]

    in_host(scenario)
