"""From a save to the new generation's first answer: a real host with 1,000 plugins and its real watcher.

Another process saves the files, as an editor does, and times beside it when a bare watchdog observer notices the same
save. Both times count from just before the file is closed. The host's ends when an event that is sent through it is
answered by the new code.

In the second part 10,000 events a second go through the host while files are saved: every event has to be answered by
every plugin that listens, and by its live generation.
"""

from __future__ import annotations

import asyncio
import json
import queue
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tibicen.host import Host
from tibicen.lifecycle.report import Report

from ._host import Files, in_host_thread, serving
from ._measure import Row, limit_row, percentile, plain_row

PLUGINS = 1000
RATE = 10_000
"""Events a second in the second part."""

PAUSE_SECONDS = 0.15
"""Between two saves: a save sooner after another counts as part of a burst, for which the host waits on purpose."""

PATIENCE_SECONDS = 10.0
ALLOWANCE_MS = 10.0

BYSTANDER = """\
local seen = 0
hooks.on("player.logout", function(player) seen = seen + 1 end)
exports.seen = function() return seen end
function on_snapshot() return { seen = seen } end
function on_migrate(old) seen = old and old.seen or 0 end
"""

BYSTANDER_IN_PYTHON = """\
from tibicen.api import hookimpl

seen = 0


@hookimpl
def player_logout(player):
    global seen
    seen += 1
"""

SAVED = """\
-- permissions: hooks.answer:status.players
local version = {version}
hooks.on("status.players", function()
    return {{ name = "{name}", level = version, generation = plugin.generation }}
end)
function on_snapshot() return {{ version = version }} end
function on_migrate(old) end
"""

SAVED_IN_PYTHON = """\
# permissions: hooks.answer:status.players
from tibicen.api import hookimpl

VERSION = {version}
generation = 0


def setup(plugin):
    global generation
    generation = plugin.generation


@hookimpl
def status_players():
    return {{"name": "{name}", "level": VERSION, "generation": generation}}


def on_snapshot():
    return {{"version": VERSION}}
"""

# One in five saves is of a Python plugin, one of a folder with a manifest.
TARGETS = {
    "lua_a": "lua_a.lua",
    "lua_b": "lua_b.lua",
    "lua_c": "lua_c.lua",
    "folder": "folder/init.lua",
    "python": "python.py",
}


def text_of(name: str, version: int) -> str:
    template = SAVED_IN_PYTHON if TARGETS[name].endswith(".py") else SAVED
    return template.format(name=name, version=version)


def plugins() -> Files:
    """The files of 1,000 plugins: most are single Lua files, some folders with a manifest, some Python."""
    files = {path: text_of(name, 0) for name, path in TARGETS.items()}
    files["folder/plugin.yaml"] = "name: folder\npermissions: [hooks.answer:status.players]\n"
    for index in range(PLUGINS - len(TARGETS)):
        if index % 20 == 0:
            files[f"python{index:04}.py"] = BYSTANDER_IN_PYTHON
        elif index % 10 == 0:
            files[f"folder{index:04}/init.lua"] = BYSTANDER
            files[f"folder{index:04}/plugin.yaml"] = f'name: folder{index:04}\nversion: "1.0.0"\n'
        else:
            files[f"lua{index:04}.lua"] = BYSTANDER
    return files


@dataclass
class Times:
    """Milliseconds from just before the file was closed."""

    answered: list[float] = field(default_factory=list)
    noticed: list[float] = field(default_factory=list)


@contextmanager
def saver(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The process that saves and watches beside the host."""
    script = str(Path(__file__).with_name("_saver.py"))
    process = subprocess.Popen(
        [sys.executable, script, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdout.readline()
        yield process
    finally:
        process.stdin.close()
        process.wait(PATIENCE_SECONDS)
        process.stdout.close()


class Saves:
    """Saves one file after the other from another process, on a thread of its own, and gathers the times."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._answered: queue.SimpleQueue[tuple[str, int, float]] = queue.SimpleQueue()
        self._versions = dict.fromkeys(TARGETS, 0)

    def reported(self, report: Report) -> None:
        """Listens to the host: whoever has been reloaded is asked at once, through the hook."""
        if report.action == "reload" and report.ok:
            answers = {answer["name"]: answer["level"] for answer in self._host.hooks["status.players"]()}
            at = time.monotonic()
            for name in report.plugins:
                self._answered.put((name, answers[name], at))
        elif not report.ok:
            self._answered.put((f"{report.action} refused: {report.problems}", -1, 0.0))

    async def run(self, count: int) -> Times:
        """Saves `count` times. The event loop goes on meanwhile.

        Raises:
            RuntimeError: a save was refused. queue.Empty: a save was not noticed in time.
        """
        times = Times()
        await asyncio.get_running_loop().run_in_executor(None, self._work, count, times)
        return times

    def _work(self, count: int, times: Times) -> None:
        pauses = random.Random(count)
        names = list(TARGETS)
        with saver(self._host.folder) as process:
            for number in range(count):
                # Not in step with the timers of the host.
                time.sleep(PAUSE_SECONDS * pauses.uniform(1.0, 1.4))
                name = names[number % len(names)]
                self._versions[name] += 1
                self._save(process, name, times)

    def _save(self, process: subprocess.Popen[str], name: str, times: Times) -> None:
        assert process.stdin is not None and process.stdout is not None
        version = self._versions[name]
        order = {"path": str(self._host.folder / TARGETS[name]), "text": text_of(name, version)}
        print(json.dumps(order), file=process.stdin, flush=True)
        told = json.loads(process.stdout.readline())
        while True:
            who, answered, at = self._answered.get(timeout=PATIENCE_SECONDS)
            if answered < 0:
                raise RuntimeError(who)
            if (who, answered) == (name, version):
                break
        times.answered.append((at - told["closed_at"]) * 1e3)
        times.noticed.append((told["noticed_at"] - told["closed_at"]) * 1e3)


@dataclass
class Storm:
    """Events at a steady rate, and what became of them."""

    host: Host
    emitted: int = 0
    lost: int = 0
    by_dead: int = 0
    longest_gap_ms: float = 0.0
    seconds: float = 0.0
    newest: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TARGETS, 0))

    async def blow(self, until: asyncio.Event) -> None:
        """Emits until told to end. What falls due while a plugin is swapped is made up for right after it."""
        started = last = time.monotonic()
        while not until.is_set():
            now = time.monotonic()
            self.longest_gap_ms = max(self.longest_gap_ms, (now - last) * 1e3)
            last = now
            while self.emitted < (now - started) * RATE:
                self._emit()
            await asyncio.sleep(0.001)
        self.seconds = time.monotonic() - started

    def _emit(self) -> None:
        answers = self.host.hooks["status.players"]()
        self.emitted += 1
        self.lost += len(TARGETS) - len({answer["name"] for answer in answers})
        for answer in answers:
            name, version = answer["name"], answer["level"]
            active = self.host.plugins.active(name)
            if version < self.newest[name] or active is None or answer["generation"] != active.number:
                self.by_dead += 1
            self.newest[name] = version


async def quiet_then_storm(quiet_saves: int, storm_saves: int) -> tuple[Times, Times, Storm]:
    """Both parts, in one host."""
    saves: Saves | None = None

    def reported(report: Report) -> None:
        if saves is not None:
            saves.reported(report)

    async with serving(plugins(), watch=True, on_report=reported) as host:
        saves = Saves(host)
        quiet = await saves.run(quiet_saves)
        storm, ended = Storm(host), asyncio.Event()
        storm.newest.update({answer["name"]: answer["level"] for answer in host.hooks["status.players"]()})
        blowing = asyncio.create_task(storm.blow(ended))
        try:
            stormy = await saves.run(storm_saves)
        finally:
            ended.set()
            await blowing
        return quiet, stormy, storm


def run(quick: bool) -> list[Row]:
    """Times of a save, and what became of the events."""
    quiet_saves, storm_saves = (40, 20) if quick else (500, 100)
    quiet, stormy, storm = in_host_thread(lambda: quiet_then_storm(quiet_saves, storm_saves))
    rows = _times(f"{PLUGINS} plugins, {quiet_saves} saves", quiet)
    title = f"{storm_saves} saves under {RATE} events/s"
    rows += _times(title, stormy)
    rows += [
        plain_row(f"{title}: emitted", storm.emitted, "events"),
        plain_row(f"{title}: rate", storm.emitted / storm.seconds, "events/s"),
        plain_row(f"{title}: answers lost (aim: 0)", storm.lost, "answers"),
        plain_row(f"{title}: answered by a dead generation (aim: 0)", storm.by_dead, "answers"),
        plain_row(f"{title}: longest wait of an event", storm.longest_gap_ms, "ms"),
    ]
    return rows


def _times(title: str, times: Times) -> list[Row]:
    rows: list[Row] = []
    bare = {percent: percentile(times.noticed, percent) for percent in (50, 99)}
    for percent in (50, 99):
        ours = percentile(times.answered, percent)
        rows.append(
            {
                "case": f"{title}: p{percent}",
                "ours": ours,
                "rival": bare[percent],
                "rival_name": f"bare watchdog's notice, p{percent}",
                "ratio": bare[percent] / ours,
                "unit": "ms",
            }
        )
    p99 = percentile(times.answered, 99)
    for percent in (99, 50):
        limit = 3 * bare[percent] + ALLOWANCE_MS
        what = f"3 x bare notice p{percent} + {ALLOWANCE_MS:g} ms"
        rows.append(limit_row(f"{title}: p99 within its aim", p99, limit, what, "ms"))
    return rows
