"""A plugin of the realm canary: a server with a checkout's scripts and its own, which runs in the host."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from tibicen.errors import LoadError, TibicenError
from tibicen.lifecycle.discovery import MANIFEST
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.waves import Wave
from tibicen.protocol.integration import Integration
from tibicen.realms.allowance import allowance_of
from tibicen.realms.canary.blame import Blame
from tibicen.realms.canary.save_queue import SaveQueue
from tibicen.realms.canary.server import TICK_MS, Server
from tibicen.realms.canary.startup import DATAPACK, REALM, Prepared, Startup, database_of, take_ahead
from tibicen.realms.canary.watching import Saves
from tibicen.realms.canary.wire.hosted import STEP_SECONDS, HostedWire
from tibicen.realms.inhabited import Beat, Home, Outcome, Parts, Running, Watches
from tibicen.realms.services import Services
from tibicen.vm.contract import Memory, VmStatistics
from tibicen.vm.marshal import Plain

MOST_NOTES = 20
"""What went wrong at the start is told up to so many times in a report; the rest is in `tibicen plugins info`."""

AGAIN_SECONDS = 60.0
"""What a server complains of in the same words is logged again after this."""

MOST_SAID = 1000

BEGINNING_SECONDS = 0.3
"""The first steps of a server, with its startup events, take long enough by themselves."""

_LEVELS = {"trace": "debug", "debug": "debug", "info": "info", "warning": "warn", "warn": "warn", "error": "error"}
_BLOCK = "Lua Script Error"
"""Begins what a server logs of an error in a script, which is told in another way."""


_NO_MAP = "There is no map"


class ServerPlugin:
    """Runs one generation of a server; see `lifecycle.generation.Runtime` and `Inhabited`.

    Saves of scripts reload those scripts inside the running server. A reload of the plugin itself starts a new server
    beside it, with what the old one has saved; connections and their characters go over to it.
    """

    def __init__(self, generation: Generation, services: Services) -> None:
        source = generation.source
        self.generation = generation
        self.services = services
        self._may = allowance_of(generation, services)
        self._manifest_text = (source.folder / MANIFEST).read_bytes()
        self._startup = Startup.of(source, services)
        self._home: Home | None = None
        self._prepared: Prepared | None = None
        self._saves: Saves | None = None
        self._memory = Memory(0, 0, False)
        self._statistics = VmStatistics()
        self._remains: list[str] = []
        self._blame = Blame(source.name, None, [])
        self._parts = Parts()
        self._failures = 0
        self._no_map = ""
        self._said: dict[str, float] = {}
        self._told: set[tuple[Any, ...]] = set()
        self._starting = self._served = self._ended = self._closed = self._late = False
        self._watches = Watches(services, self._take_wave)
        self._wire: HostedWire | None = None
        self._wired = services.connections_of(source.name).wire
        seconds = TICK_MS / 1000 if self._wired is None else STEP_SECONDS
        self._beat = Beat(generation, services.loop, "step", seconds, None, self._step, self._step_failed)
        self._queue = SaveQueue(services.loop, self._around_slice, self._tell)
        generation.ledger.hold(Running("server", source.name, self._begin, self._end))

    @property
    def server(self) -> Server:
        """The server that runs."""
        assert self._prepared is not None
        return self._prepared.server

    def _log(self, level: Plain, text: Plain) -> None:
        said, line = _text(level), _text(text).strip()
        if line.startswith(_BLOCK) or (said in ("error", "warning") and self._was_said(line)):
            return
        known = _LEVELS.get(said, "info")
        if self._starting and known != "error":
            # What a server says of itself while it starts is long, and always the same; nobody counts it.
            self.services.log(self.generation.plugin, "debug", line, {})
        else:
            self._may.log(known, line, {})

    def _was_said(self, line: str) -> bool:
        """Whether a server complained in the same words a short while ago."""
        now = self.services.loop.time()
        if now - self._said.get(line, -AGAIN_SECONDS) < AGAIN_SECONDS:
            return True
        if len(self._said) >= MOST_SAID:
            self._said.clear()
        self._said[line] = now
        return False

    # -- Runtime ----------------------------------------------------------------------------------------

    def load(self) -> None:
        name = self.generation.plugin
        active = self.services.plugins.active(name)
        before = active.runtime if active is not None and isinstance(active.runtime, ServerPlugin) else None
        if before is not None:
            before.save()
        ahead = take_ahead(self._startup, self.services)
        try:
            if ahead is not None:
                self._prepared, self._home = ahead
                self._late = True
            else:
                self._home = Home(self.services.data, REALM, name)
                self._prepared = self._startup.prepare(self._home.path, database_of(self.services, name))
            server = self._prepared.server
            bases = [self.services.folder, server.files.root]
            self._blame = Blame(name, server.files, bases)
            self._saves = Saves(self._prepared, self._blame, name)
            self._no_map = next((text for _, text in server.log if text.startswith(_NO_MAP)), "")
            self._starting = True
            keep = server.operations["log"]

            def log(level: Plain, text: Plain) -> None:
                keep(level, text)
                self._log(level, text)

            server.operations["log"] = log
            server.control("begin", self._late)
            if before is not None and before._prepared is not None:
                server.players.take_over(before.server.players)
            if self._wired is not None:
                had = before._wire if before is not None else None
                self._wire = HostedWire(name, self._wired, self._startup.own, server, had, self.services)
        except LoadError as error:
            told = self._blame.problem(error.message) if not error.file else None
            if told is None or not told.file:
                raise
            raise LoadError(name, told.message, file=told.file, line=told.line, traceback=told.traceback) from None
        except TibicenError as error:
            told = self._blame.problem(str(error))
            raise LoadError(name, told.message, file=told.file, line=told.line, traceback=told.traceback) from None
        finally:
            self._starting = False
        self._note_start()

    def _note_start(self) -> None:
        """Gives errors so far to the files that they are of."""
        for entry in self._new_errors():
            problem = self._blame.of_entry(entry)
            part = self._parts.of(problem.file)
            if entry["kind"] == "error" and str(problem) not in part.errors:
                part.errors.append(str(problem))

    def _new_errors(self) -> list[dict[str, Any]]:
        """What went wrong in scripts since this was last asked."""
        entries, self._failures = self.server.errors_since(self._failures)
        return entries

    def load_notes(self) -> list[str]:
        notes = [self._no_map] if self._no_map else []
        notes += [error for part in self._parts.values() for error in part.errors]
        more = len(notes) - MOST_NOTES
        if more > 0:
            name = self.generation.plugin
            notes[MOST_NOTES:] = [f"and {more} more, which `tibicen plugins info {name}` tells"]
        return notes

    def save(self) -> None:
        """Writes what is to last into the database."""
        if self._prepared is not None and not self._ended:
            with contextlib.suppress(TibicenError):
                self.server.control("save")

    def snapshot(self) -> Plain:
        """A server hands over its database; see `load`."""
        return None

    def migrate(self, state: Plain) -> None:
        return

    def health(self) -> None:
        return

    def settings_changed(self, changed: dict[str, Plain]) -> None:
        """Puts new values in place of those of config.lua; another pack needs another server."""
        name = self.generation.plugin
        if DATAPACK in changed:
            self._may.log("warn", f"another {DATAPACK}: `tibicen plugins reload {name}` starts it", {})
        overrides: dict[str, Plain] = {**dict(self._startup.overrides), **changed}
        overrides.pop(DATAPACK, None)
        with contextlib.suppress(TibicenError):
            self.server.control("reload_config", overrides)

    def pending(self) -> bool:
        return self._served and not self._closed

    async def drain(self) -> None:
        """A server that served is large; it is freed bit by bit, once the one in its place has begun."""
        self._end_server()
        if self.services.plugins.active(self.generation.plugin) is not None:
            await asyncio.sleep(BEGINNING_SECONDS)
        if self._prepared is not None:
            with contextlib.suppress(TibicenError):
                await self._prepared.server.dismantle()

    def close(self) -> None:
        """Ends the server: one that served is ended as its owner would end it, unless another has its place."""
        if self._closed:
            return
        self._end_server()
        self._closed = True
        if self._wire is not None:
            self._wire.close()
        if self._prepared is not None:
            server = self._prepared.server
            self._statistics = server.statistics()
            server.drop()
            self._remains = server.remains()
        if self._home is not None:
            self._home.close()

    def _end_server(self) -> None:
        """Has the server say farewell, once. One that was replaced has been saved, and its database is another's."""
        self._end()
        if self._ended or self._prepared is None:
            return
        self._ended = True
        if self._served and self.services.plugins.active(self.generation.plugin) is None:
            try:
                self.server.control("shutdown")
                if self._wire is not None:
                    self._wire.tell()
                self.server.control("close")
            except TibicenError as error:
                self._may.log("warn", f"the server did not end well: {error}", {})
        if self._wire is not None:
            self._wire.close()

    def remains(self) -> list[str]:
        return self._remains

    def memory(self) -> Memory:
        return self._memory if self._closed or self._prepared is None else self.server.vm_memory()

    def statistics(self) -> VmStatistics:
        return self._statistics if self._closed or self._prepared is None else self.server.statistics()

    def describe_process(self) -> dict[str, Plain]:
        """See `Runtime.describe_process`."""
        return {}

    # -- time -------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._served = True
        if self._wire is not None:
            self._wire.begin()
        self._beat.begin()
        assert self._saves is not None
        self._watches.add(self.server.files.root, recursive=False)
        for folder in self._saves.folders:
            self._watches.add(folder)
        if self._late:
            self._late = False
            self._look_again()

    def _end(self) -> None:
        self._queue.end()
        self._beat.end()
        self._watches.end()

    def _step(self, ms: int) -> bool:
        failures = self.server.step(ms)
        if self._wire is not None:
            self._wire.tell()
        if failures != self._failures:
            self._tell_errors()
        return True

    def _step_failed(self, error: TibicenError) -> bool:
        self._may.log("error", str(error), {})
        return True

    def _tell_errors(self) -> None:
        """Logs what went wrong in scripts, each place once; how often it did is in `describe_parts`."""
        for entry in self._new_errors():
            # The server keeps a limited number of places.
            place = (entry["kind"], entry.get("callback"), entry.get("file"), entry.get("line"), entry["text"])
            if place not in self._told:
                self._told.add(place)
                level = "error" if entry["kind"] == "error" else "warn"
                self._may.log(level, str(self._blame.of_entry(entry)), {})

    # -- saves ------------------------------------------------------------------------------------------

    def is_inside(self, paths: Collection[Path]) -> bool:
        root = self.generation.source.root
        if root / MANIFEST in paths:
            return False
        if root in paths:
            try:
                return (root / MANIFEST).read_bytes() == self._manifest_text
            except OSError:
                return False
        return True

    def take_saves(self, paths: Collection[Path], noticed_at: float | None) -> bool:
        if not self.is_inside(paths):
            return False
        self._take(paths, noticed_at)
        return True

    def _take_wave(self, wave: Wave) -> None:
        self._take(wave.paths, wave.noticed_at)

    def _look_again(self) -> None:
        """Takes in what was saved while this server was loaded ahead; the disk is read beside the loop."""
        saves = self._saves
        assert saves is not None

        async def look() -> None:
            changed = await self.services.loop.run_in_executor(None, saves.changed)
            if changed and not self._ended:
                self._take(changed, None)

        self._looking = self.services.loop.create_task(look(), name=f"looking again at {self.generation.plugin}")

    def _take(self, paths: Collection[Path], noticed_at: float | None) -> None:
        saves = self._saves
        if self._ended or saves is None:
            return
        own = (self._startup.own, self.generation.source.root, self.server.files.root, *saves.folders)
        if any(path in own for path in paths):
            # Anything may have changed.
            paths = [*paths, *saves.changed()]
        self._queue.add(saves.take([path for path in paths if path not in own]), noticed_at)

    def _around_slice(self, run: Callable[[], None]) -> None:
        """What goes wrong while files are loaded anew is in their reports."""
        self._tell_errors()
        run()
        if not self._ended:
            self._failures = self.server.errors_since(self._failures)[1]

    def _tell(self, outcome: Outcome, took_ms: float, noticed_at: float | None) -> None:
        self._parts.note(outcome)
        self.services.report(outcome.report(self.generation, took_ms, noticed_at))

    # -- figures ----------------------------------------------------------------------------------------

    @property
    def integration(self) -> Integration | None:
        """Its ports, when the owner opened some."""
        return self._wire.integration if self._wire is not None else None

    def describe_parts(self) -> dict[str, Plain]:
        if self._ended or self._prepared is None or self._saves is None:
            return {}
        totals: Any = self.server.control("totals")
        errors, _ = self.server.errors_since(0)
        rows: list[Plain] = [
            {
                "name": name,
                "reloads": part.reloads,
                "errors": list(part.errors),
                "refused": list(part.refused),
            }
            for name, part in self._parts.items()
            if part.reloads or part.errors or part.refused
        ]
        return {
            "checkout": str(self.server.files.root),
            "dialect": self.server.dialect,
            "datapack": self._saves.folders[-1].name,
            "steps": self._beat.figures(),
            "world_seconds": int(self.server.control("advance", 0)) // 1000,
            "files": int(totals["files"]),
            "callbacks": int(totals["registrations"]),
            "pending_events": int(totals["pending"]),
            "script_errors": sum(int(entry["count"]) for entry in errors if entry["kind"] == "error"),
            "script_warnings": sum(int(entry["count"]) for entry in errors if entry["kind"] != "error"),
            "scripts": rows,
        }


def _text(value: Plain) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
