"""A Python plugin in a worker process: `tibicen.worker.python_rooms` runs its code, this is the host's side of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from pathlib import Path
from typing import Any

import msgspec

from tibicen.errors import (
    CpuBudgetError,
    CrashError,
    HandlerError,
    LoadError,
    MemoryBudgetError,
    PluginError,
    TibicenError,
)
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.realms import faults
from tibicen.realms.isolated import open_isolated
from tibicen.realms.lua_plugin import LuaPlugin
from tibicen.realms.operations import HostOperations
from tibicen.realms.services import Services
from tibicen.vm.contract import VM, VmOptions
from tibicen.vm.isolated import Quarters
from tibicen.vm.marshal import Plain

DRAIN_LOOK_SECONDS = 0.01
STRIKES: dict[str, type[PluginError]] = {"error": HandlerError, "cpu": CpuBudgetError, "memory": MemoryBudgetError}


class PythonOperations(HostOperations):
    """What Python plugins may ask beside what all may."""

    def serve(self, operation: str, arguments: list[Plain]) -> Plain:
        if operation == "plugin.strike":
            return self._strike(*arguments)
        if operation == "log":
            return self._log_fields(*arguments)
        if operation == "hooks.wrap":
            return self._hooks_wrap(*arguments)
        return super().serve(operation, arguments)

    def _strike(self, kind: str, message: str, file: str, line: int, traceback: str) -> None:
        """The plugin's side tells of a failure that no call of the host ended with, such as a task's."""
        if kind not in STRIKES or not isinstance(line, int):
            raise TibicenError(f"plugin.strike: {kind!r} is no kind of strike")
        error = STRIKES[kind](self.generation.plugin, str(message), file=str(file), line=line, traceback=str(traceback))
        self.services.plugins.strike(self.generation, kind, error)

    def _hooks_wrap(self, name: str, callback: int) -> int:
        """A wrapper of a hook, whose two halves `worker.python_host.Halves` runs."""

        def wrapper(*arguments: Plain) -> Generator[None, Plain, Plain]:
            number = self.vm.call(callback, 0, *arguments)
            result = yield
            return self.vm.call(callback, number, result)

        self._may.answer(name)
        return self._number(self.services.hooks.add_wrapper(self.generation, name, wrapper), callback)

    def _log_fields(self, level: str, text: str, fields: dict[str, Plain]) -> None:
        shown = {str(name): value for name, value in fields.items() if name not in ("plugin", "event", "level")}
        self._may.log(level, str(text), shown)


class Tasks:
    """An entry of the host's ledger: the plugin's own tasks run while it is in effect."""

    kind = "process"

    def __init__(self, plugin: IsolatedPythonPlugin) -> None:
        self._plugin = plugin
        self.label = "its worker's tasks"

    def put_back(self) -> None:
        self._plugin.vm.call(self._plugin.vm.control, "live")

    def lift(self) -> None:
        try:
            self._plugin.vm.call(self._plugin.vm.control, "lift")
        except CrashError:
            # What ran there runs no more.
            return

    def close(self) -> None:
        pass


def told_of(source: Source, text: bytes | None) -> dict[str, Plain]:
    """What a worker has to know of a plugin to load it; `text` is that of a single file."""
    told: dict[str, Plain] = {
        "name": source.name,
        "root": str(source.root),
        "folder": str(source.folder),
        "entry": str(source.entry),
        "kind": source.kind,
        "manifest": msgspec.to_builtins(source.manifest),
    }
    if text is not None:
        told["text"] = text
    return told


def shown_to(source: Source) -> tuple[Path, ...]:
    """The folders that its worker can read."""
    if source.manifest.group:
        # Whose other members are not known yet.
        return (source.root.parent,)
    return (source.folder,) if source.kind == "folder" else ()


def preparation(source: Source, services: Services) -> Coroutine[Any, Any, None] | None:
    """What to wait for before a plugin is loaded, so that its imports don't hold the loop; None for nothing."""
    manifest = source.manifest
    if source.language != "python" or manifest.tier != "isolated" or manifest.group:
        return None
    try:
        text = source.entry.read_bytes() if source.kind == "file" else None
    except OSError:
        return None

    def log(line: str) -> None:
        services.log(source.name, "warn", line, {"stream": "stderr"})

    quarters = Quarters("python", "", shown_to(source), told_of(source, text), log)
    return services.workers.prepare(source.name, manifest.budget.memory_mb, quarters)


class IsolatedPythonPlugin(LuaPlugin):
    """Runs one generation of a Python plugin in a worker; see `lifecycle.generation.Runtime`."""

    def __init__(self, generation: Generation, services: Services) -> None:
        super().__init__(generation, services, PythonOperations(generation, services))

    def _open_vm(self, options: VmOptions) -> VM:
        source = self.generation.source
        told = told_of(source, self._read_entry() if source.kind == "file" else None)
        return self._isolate(
            open_isolated(self.generation, self.services, options, "python", shown=shown_to(source), source=told)
        )

    def load(self) -> None:
        source = self.generation.source
        if not source.entry.is_file():
            raise LoadError(source.name, f"there is no {source.entry.name}", file=faults.shown(source, source.entry))
        self.vm.load(b"", faults.shown(source, source.entry))
        self.generation.ledger.hold(Tasks(self))

    def pending(self) -> bool:
        try:
            return bool(self.vm.call(self.vm.control, "pending"))
        except TibicenError:
            return False

    async def drain(self) -> None:
        # Nothing in this process knows when a task in another has ended; it has to be asked.
        while self.pending():  # noqa: ASYNC110
            await asyncio.sleep(DRAIN_LOOK_SECONDS)
