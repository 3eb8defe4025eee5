"""10,000 reloads of a plugin that others require, in one real host: does anything stay behind?

Every reload takes four plugins along: a Lua plugin with a VM of its own, and dependants in Lua with a VM of their own,
in Lua in a shared VM, and in Python. After each, an event and a message are sent; whoever answers for a generation
that is not the live one is stale. Memory is compared between a point after warming up and the end; garbage is
collected at both.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tibicen.bus.subjects import Subscription
from tibicen.host import Host
from tibicen.lifecycle.report import Report

from ._host import Files, ask, in_host_thread, serving
from ._measure import Row, limit_row, plain_row

LIMIT_KB = 1024.0

NAMES = ("base", "own", "python", "shared")

PERMISSIONS = 'permissions: ["hooks.answer:status.players", "bus.publish:soak.answer", "bus.subscribe:soak.ask"]\n'

LUA = """\
local version = VERSION
local seen = 0
local function me() return { name = plugin.name, level = version, generation = plugin.generation } end
hooks.on("status.players", function() seen = seen + 1 return me() end)
bus.subscribe("soak.ask", function() bus.publish("soak.answer", me()) end)
timers.every(1, function() seen = seen + 1 end)
timers.after(60000, function() seen = 0 end)
exports.version = function() return version end
exports.memory_kb = function() collectgarbage() collectgarbage() return collectgarbage("count") end
function on_snapshot() return { seen = seen, text = ("x"):rep(1000) } end
function on_migrate(old) seen = old and old.seen or 0 end
"""

PYTHON = """\
import asyncio

from tibicen.api import hookimpl

seen = 0
me = {}


class Thing:
    def __init__(self):
        self.itself = self


async def work():
    await asyncio.Event().wait()


@hookimpl
def status_players():
    global seen
    seen += 1
    return me


def setup(plugin):
    me.update(name=plugin.name, level=plugin.imports.base.version(), generation=plugin.generation)
    plugin.subscribe("soak.ask", lambda subject, data: plugin.publish("soak.answer", me))
    plugin.every(1, Thing)
    plugin.spawn(work)


def on_snapshot():
    return {"seen": seen}


def on_migrate(old):
    global seen
    seen = old["seen"] if old else 0
"""


def base(version: int) -> str:
    return LUA.replace("VERSION", str(version))


def plugins() -> Files:
    dependant = LUA.replace("VERSION", "imports.base.version()")
    requires = 'requires: {base: "*"}\n' + PERMISSIONS
    return {
        "base/init.lua": base(0),
        "base/plugin.yaml": "name: base\n" + PERMISSIONS,
        "own/init.lua": dependant,
        "own/plugin.yaml": "name: own\n" + requires,
        "shared/init.lua": dependant,
        "shared/plugin.yaml": "name: shared\ntier: shared\n" + requires,
        "python/plugin.py": PYTHON,
        "python/plugin.yaml": "name: python\n" + requires,
    }


@dataclass(frozen=True)
class Memory:
    """What is held at one moment, after collecting garbage. `resident_kb` is None where the system doesn't tell."""

    resident_kb: float | None
    lua_kb: float
    shared_lua_kb: float
    objects: int
    blocks: int

    @classmethod
    def now(cls, host: Host) -> Memory:
        host.plugins.check_leaks()
        gc.collect()
        own = sum(ask(host, name, "memory_kb") for name in ("base", "own"))
        shared = ask(host, "shared", "memory_kb")
        return cls(resident_kb(), own, shared, len(gc.get_objects()), sys.getallocatedblocks())


def _settle_interned_names() -> None:
    """Lets Python's table of interned strings take the size that it keeps.

    Each generation's modules have a name of their own. After some ten thousand names have come and gone the table is
    made anew, once, with a megabyte more than its contents need; that is the interpreter's and not a plugin's.
    """
    for number in range(50_000):
        sys.intern(f"tibicen_bench_{number}")


def resident_kb() -> float | None:
    """Kilobytes of memory that this process really has."""
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        return None
    return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024


class Soak:
    """The reloads, and what answered after each."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.reloads = 0
        self.wrong = 0
        self.seconds = 0.0
        self._answers: list[Any] = []
        Subscription(host.subjects, "soak.answer", lambda _, data: self._answers.append(data)).put_back()

    async def go_on(self, count: int) -> None:
        """Reloads `count` times, as saves of the file would.

        Raises:
            RuntimeError: one was refused.
        """
        path = self.host.folder / "base" / "init.lua"
        for _ in range(count):
            self.reloads += 1
            path.write_text(base(self.reloads), encoding="utf-8")
            started = time.perf_counter()
            reports = list(self.host.intake.changed([path]))
            self.seconds += time.perf_counter() - started
            if [report.ok for report in reports] != [True]:
                raise RuntimeError(f"reload {self.reloads} was refused: {reports}")
            await self._ask()

    async def _ask(self) -> None:
        live = []
        for name in NAMES:
            generation = self.host.plugins.active(name)
            live.append({"name": name, "level": self.reloads, "generation": generation.number if generation else 0})
        answers = self.host.hooks["status.players"]()
        self._answers.clear()
        self.host.subjects.publish("soak.ask", None)
        while len(self._answers) < len(live):
            before = self.host.subjects.delivered
            await asyncio.sleep(0)
            if self.host.subjects.delivered == before:
                break
        for found in (answers, self._answers):
            self.wrong += sorted(found, key=lambda each: str(each["name"])) != live


async def soak(warm_up: int, count: int) -> list[Row]:
    """Warms up, then reloads `count` times and compares."""
    leaks: list[str] = []

    def reported(report: Report) -> None:
        if report.action == "leak":
            leaks.extend(map(str, [*report.problems, *report.warnings]))

    async with serving(plugins(), on_report=reported) as host:
        run = Soak(host)
        _settle_interned_names()
        await run.go_on(warm_up)
        settled = Memory.now(host)
        run.seconds = 0.0
        await run.go_on(count)
        end = Memory.now(host)
        generations = [generation.number if (generation := host.plugins.active(name)) else 0 for name in NAMES]
        held = sum(len(host.plugins.plugin(name).leaks) for name in NAMES)
        entries = sum(len(generation.ledger) for name in NAMES if (generation := host.plugins.active(name)))
        return _rows(run, count, settled, end, generations, len(leaks) + held, entries)


def _rows(
    run: Soak, count: int, settled: Memory, end: Memory, generations: list[int], leaks: int, entries: int
) -> list[Row]:
    title = f"{count} reloads of 4 plugins"
    unit = "KB"
    rows = [plain_row(f"{title}: time of one, all four", run.seconds / count * 1e3, "ms")]
    if settled.resident_kb is not None and end.resident_kb is not None:
        grown = end.resident_kb - settled.resident_kb
        rows.append(limit_row(f"{title}: process grew", grown, LIMIT_KB, "most that is allowed", unit))
        rows.append(plain_row(f"{title}: process at the end", end.resident_kb, unit))
    for what, before, after in (
        ("VMs of their own grew", settled.lua_kb, end.lua_kb),
        ("shared VM grew", settled.shared_lua_kb, end.shared_lua_kb),
    ):
        rows.append(limit_row(f"{title}: {what}", after - before, LIMIT_KB, "most that is allowed", unit))
    expected = run.reloads + 1
    return [
        *rows,
        plain_row(f"{title}: Python objects more", end.objects - settled.objects, "objects"),
        plain_row(f"{title}: Python memory blocks more", end.blocks - settled.blocks, "blocks"),
        plain_row(f"{title}: events or messages answered wrongly (aim: 0)", run.wrong, "events"),
        plain_row(f"{title}: leaks reported (aim: 0)", leaks, "leaks"),
        plain_row(f"{title}: generations wrongly counted (aim: 0)", sum(n != expected for n in generations), "plugins"),
        plain_row(f"{title}: entries in the four ledgers", entries, "entries"),
    ]


def run(quick: bool) -> list[Row]:
    """Rows of growth, in kilobytes, and of what must be none."""
    return in_host_thread(lambda: soak(1000, 1000 if quick else 10_000))
