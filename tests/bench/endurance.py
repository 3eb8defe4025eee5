"""Twenty minutes of reloads, crashes, runaways and floods: memory, descriptors, threads and processes stay flat."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tibicen.errors import TibicenError
from tibicen.host import Host
from tibicen.lifecycle.report import Report

from ._host import ask, in_host_thread, serving
from ._measure import Row, limit_row, plain_row

SECONDS = 20 * 60
QUICK_SECONDS = 60
SETTLED = 0.25
"""Share of the time after which the first reading is taken: by then every path has been taken many times."""

BASE = "local n = 0 exports.n = function() n = n + 1 return n end function on_snapshot() return { n = n } end\n"
MIGRATE = "function on_migrate(old) n = old and old.n or 0 end -- {stamp}\n"
USER = "hooks.on('player.login', function() kv.set('n', imports.base.n()) end) -- {stamp}\n"
WILD = """
exports.spin = function() while true do end end
exports.bomb = function() local t = {{}} for i = 1, 1e9 do t[i] = ('x'):rep(1e6) .. i end end
exports.flood = function()
    for i = 1, 2000 do pcall(bus.publish, "wild.x", i) pcall(log.info, "line " .. i) end
    for i = 1, 2000 do pcall(timers.after, 60000, print) end
end
-- {stamp}
"""
SNAKE = """
import os
from tibicen.api import hookimpl

def setup(plugin):
    plugin.export(lambda: os._exit(3), "die")
    plugin.every(50, lambda: None)

@hookimpl
def player_login(player):
    return None
# {stamp}
"""


class Reading(NamedTuple):
    """What the host's process holds: bytes of memory, descriptors, threads, child processes."""

    memory: int
    descriptors: int
    threads: int
    processes: int


def run(quick: bool) -> list[Row]:
    return in_host_thread(lambda: _endure(QUICK_SECONDS if quick else SECONDS))


def _files(stamp: int) -> dict[str, str]:
    limits = "budget: {cpu_ms: 20, cpu_ms_per_second: 0, memory_mb: 16}\n"
    return {
        "base/init.lua": BASE + MIGRATE.format(stamp=stamp),
        "base/plugin.yaml": "name: base\n",
        "user/init.lua": USER.format(stamp=stamp),
        "user/plugin.yaml": "name: user\nrequires: {base: '*'}\n",
        "wild/init.lua": WILD.format(stamp=stamp),
        "wild/plugin.yaml": f"name: wild\n{limits}",
        "caged/init.lua": WILD.format(stamp=stamp),
        "caged/plugin.yaml": f"name: caged\ntier: isolated\n{limits}",
        "snake/plugin.py": SNAKE.format(stamp=stamp),
        "snake/plugin.yaml": f"name: snake\ntier: isolated\nentry: plugin.py\n{limits}",
        "tame.py": f"from tibicen.api import hookimpl\n\n@hookimpl\ndef player_login(player): ...\n# {stamp}\n",
    }


class _Mischief:
    """One thing after the other that owners fear, each counted."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.done: Counter[str] = Counter()
        self._random = random.Random(1)
        self._deeds = [self._reload, self._reload, self._break, self._runaway, self._kill, self._die, self._flood]

    async def one(self) -> None:
        deed = self._random.choice(self._deeds)
        deed()
        self.host.hooks["player.login"]({"id": 1, "name": "Eve"})
        self.done["events"] += 1
        await asyncio.sleep(0.002)

    def _write(self, name: str, text: str) -> list[Report]:
        path = self.host.folder / name
        path.write_text(text, encoding="utf-8")
        return list(self.host.intake.changed([path]))

    def _reload(self) -> None:
        files = {name: text for name, text in _files(self.done["reloads"]).items() if not name.endswith(".yaml")}
        name = self._random.choice(sorted(files))
        self._write(name, files[name])
        self.done["reloads"] += 1

    def _break(self) -> None:
        self._write("base/init.lua", self._random.choice(["local = 1", "error('no')", "while true do end"]))
        self._write("base/init.lua", _files(self.done["broken saves"])["base/init.lua"])
        self.done["broken saves"] += 1

    def _ask(self, plugin: str, export: str) -> None:
        try:
            ask(self.host, plugin, export)
        except (TibicenError, RuntimeError):
            # Stopped, as it should be; or its process is being started anew.
            pass

    def _runaway(self) -> None:
        plugin, export = self._random.choice(["wild", "caged"]), self._random.choice(["spin", "bomb"])
        self._ask(plugin, export)
        self.done["runaways"] += 1

    def _kill(self) -> None:
        pid = self.host.plugins.plugin("caged").describe().get("pid") or 0
        if pid:
            os.kill(pid, signal.SIGKILL)
            self.done["kills"] += 1

    def _die(self) -> None:
        self._ask("snake", "die")
        self.done["crashes from inside"] += 1

    def _flood(self) -> None:
        self._ask(self._random.choice(["wild", "caged"]), "flood")
        self.done["floods"] += 1


def _reading() -> Reading:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    found = children.read_text(encoding="ascii").split() if children.exists() else []
    return Reading(
        pages * os.sysconf("SC_PAGE_SIZE"),
        len(list(Path("/proc/self/fd").iterdir())),
        threading.active_count(),
        len(found),
    )


async def _settle(host: Host) -> Reading:
    """A reading when what was crashed is up again and what was unloaded is gone."""
    for _ in range(400):
        await asyncio.sleep(0.1)
        described = [host.plugins.plugin(name).describe() for name in ("caged", "snake")]
        if all(row.get("pid") for row in described):
            break
    for name in ("wild", "caged"):
        host.plugins.reload(name)
    await asyncio.sleep(1.5)
    host.plugins.check_leaks()
    return _reading()


async def _endure(seconds: float) -> list[Row]:
    leaks: list[str] = []

    def note(report: Report) -> None:
        if report.action == "leak":
            leaks.extend(map(str, report.problems))

    async with serving(_files(0), on_report=note, strikes_limit=0) as host:
        mischief = _Mischief(host)
        started = time.monotonic()
        settled: Reading | None = None
        while (passed := time.monotonic() - started) < seconds:
            if settled is None and passed > seconds * SETTLED:
                settled = await _settle(host)
            await mischief.one()
        assert settled is not None
        end = await _settle(host)
    rows = [plain_row(name, count, "times") for name, count in sorted(mischief.done.items())]
    rows.append(plain_row("memory at the end", end.memory / 1e6, "MB"))
    rows.append(limit_row("memory grown", (end.memory - settled.memory) / 1e6, 5.0, "most that it may grow", "MB"))
    for name in ("descriptors", "threads", "processes"):
        rows.append(plain_row(f"{name} at the end", getattr(end, name), "open"))
        rows.append(plain_row(f"{name} grown", getattr(end, name) - getattr(settled, name), "open"))
    for text, count in Counter(leaks).most_common(5):
        print(count, text, file=sys.stderr)
    rows.append(plain_row("leaks reported", len(leaks), "times"))
    return rows
