"""A Python plugin: its modules, its `Plugin` object, and whether it is really gone."""

from __future__ import annotations

import asyncio
import sys
import threading
import weakref
from types import FrameType, ModuleType
from typing import Any

from tibicen.errors import HandoverError, HealthError, LoadError
from tibicen.lifecycle.generation import Generation
from tibicen.realms import faults
from tibicen.realms.holders import holders
from tibicen.realms.python_api import Plugin, TaskEntry
from tibicen.realms.python_loader import MARK, Mark, PluginModules
from tibicen.realms.services import Services
from tibicen.realms.settings import effective
from tibicen.vm.contract import Memory, VmStatistics
from tibicen.vm.marshal import Plain, pack, unpack


class PythonPlugin:
    """Runs one generation of a Python plugin inside the host; see `lifecycle.generation.Runtime`."""

    def __init__(self, generation: Generation, services: Services) -> None:
        source = generation.source
        self.generation = generation
        self.services = services
        self._modules: PluginModules | None = PluginModules(generation)
        self._mark: weakref.ref[Mark] = weakref.ref(self._modules.mark)
        self._settings = effective(source.name, source.manifest, services.settings_of(source.name))
        self._module: ModuleType | None = None
        self._tasks: list[asyncio.Task[Any]] = []

    def load(self) -> None:
        try:
            self._run()
        except Exception as error:
            raise faults.locate_python(self.generation, error, LoadError) from None
        except SystemExit as error:
            located = faults.locate_python(self.generation, error, LoadError)
            raise LoadError(
                self.generation.plugin,
                f"it tried to end the host (sys.exit({error.code!r}))",
                file=located.file,
                line=located.line,
            ) from None

    def _run(self) -> None:
        assert self._modules is not None
        self._module = self._modules.load()
        self.services.hooks.add_module(self.generation, self._module)
        setup = self._function("setup")
        if setup is not None:
            setup(Plugin(self.generation, self.services, self._settings))

    def _function(self, name: str) -> Any:
        function = getattr(self._module, name, None)
        return function if callable(function) else None

    def snapshot(self) -> Plain:
        function = self._function("on_snapshot")
        if function is None:
            return None
        try:
            # Packed and unpacked: no object of the old generation reaches the new one.
            return unpack(pack(function()))
        except Exception as error:
            raise faults.locate_python(self.generation, error, HandoverError) from None

    def migrate(self, state: Plain) -> None:
        function = self._function("on_migrate")
        if function is not None:
            try:
                function(state)
            except Exception as error:
                located = faults.locate_python(self.generation, error, HandoverError)
                raise HandoverError(
                    self.generation.plugin,
                    f"on_migrate failed: {located.message}",
                    file=located.file,
                    line=located.line,
                    traceback=located.traceback,
                ) from None

    def health(self) -> None:
        function = self._function("on_health")
        if function is None:
            return
        try:
            answer = function()
        except Exception as error:
            located = faults.locate_python(self.generation, error, HealthError)
            raise HealthError(
                self.generation.plugin,
                f"on_health failed: {located.message}",
                file=located.file,
                line=located.line,
                traceback=located.traceback,
            ) from None
        if answer is False or isinstance(answer, str):
            reason = f"on_health said no: {answer}" if answer else "on_health said no"
            source = self.generation.source
            raise HealthError(self.generation.plugin, reason, file=faults.shown(source, source.entry))

    def settings_changed(self, changed: dict[str, Plain]) -> None:
        """Hands new values of settings to the running plugin."""
        self._settings.update(changed)
        function = self._function("on_settings")
        if function is None:
            return

        def tell() -> None:
            try:
                function(changed)
            except Exception as error:
                raise faults.locate_python(self.generation, error) from None

        faults.run(self.services.plugins, self.generation, tell)

    def pending(self) -> bool:
        entries = self.generation.ledger.entries("task")
        self._tasks = [entry.task for entry in entries if isinstance(entry, TaskEntry) and entry.task is not None]
        return any(not task.done() for task in self._tasks)

    async def drain(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        if self._modules is not None:
            self._modules.forget()
        self._modules = self._module = None
        self._tasks = []
        self._settings = {}

    def remains(self) -> list[str]:
        mark = self._mark()
        if mark is None:
            return []
        found = _running(mark) or holders(mark)
        return found or ["its module is held by what the garbage collector can't look into: atexit, or an extension"]

    def memory(self) -> Memory:
        return Memory(0, 0, shared=True)

    def statistics(self) -> VmStatistics:
        return VmStatistics()


def _running(mark: Mark) -> list[str]:
    """Threads and tasks that still run code of the generation."""
    found = []
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, top in sys._current_frames().items():
        frame: FrameType | None = top
        while frame is not None:
            if frame.f_globals.get(MARK) is mark:
                place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                found.append(f"its thread {names.get(ident, ident)!r} still runs, in {frame.f_code.co_name} at {place}")
                break
            frame = frame.f_back
    return found
