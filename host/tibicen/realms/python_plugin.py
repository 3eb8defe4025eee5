"""A Python plugin: its modules, its `Plugin` object, and whether it is really gone."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
from types import FrameType, FunctionType, ModuleType
from typing import Any

from tibicen.bus.hooks import Handler
from tibicen.errors import (
    PLUGIN_FAILURES,
    DeniedError,
    HandoverError,
    HealthError,
    LoadError,
    QuotaError,
    TibicenError,
)
from tibicen.lifecycle.generation import Generation
from tibicen.realms import faults, opened
from tibicen.realms.allowance import allowance_of
from tibicen.realms.holders import holders
from tibicen.realms.python_api import Plugin, TaskEntry
from tibicen.realms.python_loader import MARK, Mark, PluginModules
from tibicen.realms.python_profile import PythonSampler
from tibicen.realms.services import Services
from tibicen.realms.settings import effective
from tibicen.vm.contract import Memory, VmStatistics
from tibicen.vm.marshal import Plain, pack, unpack
from tibicen.vm.profile import Profile


class PythonPlugin:
    """Runs one generation of a Python plugin inside the host; see `lifecycle.generation.Runtime`."""

    def __init__(self, generation: Generation, services: Services) -> None:
        source = generation.source
        self.generation = generation
        self.services = services
        self._modules: PluginModules | None = PluginModules(generation)
        opened.watch()
        self._mark: weakref.ref[Mark] = weakref.ref(self._modules.mark)
        self._opened = self._modules.mark.opened
        self._settings = effective(source.name, source.manifest, services.settings_of(source.name))
        self._module: ModuleType | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        self._sampler: PythonSampler | None = None
        self._collections = 0

    def load(self) -> None:
        try:
            self._run()
        except PLUGIN_FAILURES as error:
            raise faults.locate_python(self.generation, error, LoadError) from None

    def _run(self) -> None:
        assert self._modules is not None
        self._module = self._modules.load()
        self._check_hooks(self.services.hooks.add_module(self.generation, self._module))
        setup = self._function("setup")
        if setup is not None:
            setup(Plugin(self.generation, self.services, self._settings))

    def _check_hooks(self, handlers: list[Handler]) -> None:
        may = allowance_of(self.generation, self.services)
        for handler in handlers:
            try:
                may.answer(handler.label)
            except (DeniedError, QuotaError) as error:
                source = self.generation.source
                function = getattr(self._module, handler.label.replace(".", "_", 1), None)
                line = function.__code__.co_firstlineno if isinstance(function, FunctionType) else 0
                raise LoadError(source.name, str(error), file=faults.shown(source, source.entry), line=line) from None

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
        except PLUGIN_FAILURES as error:
            raise faults.locate_python(self.generation, error, HandoverError) from None

    def migrate(self, state: Plain) -> None:
        function = self._function("on_migrate")
        if function is not None:
            try:
                function(state)
            except PLUGIN_FAILURES as error:
                located = faults.locate_python(self.generation, error)
                raise faults.during(self.generation, "on_migrate", located, HandoverError) from None

    def health(self) -> None:
        function = self._function("on_health")
        if function is None:
            return
        try:
            answer = function()
        except PLUGIN_FAILURES as error:
            located = faults.locate_python(self.generation, error)
            raise faults.during(self.generation, "on_health", located, HealthError) from None
        if answer is False or isinstance(answer, str):
            raise faults.unwell(self.generation.source, answer or "")

    def settings_changed(self, changed: dict[str, Plain]) -> None:
        """Hands new values of settings to the running plugin."""
        self._settings.update(changed)
        function = self._function("on_settings")
        if function is None:
            return

        def tell() -> None:
            try:
                function(changed)
            except PLUGIN_FAILURES as error:
                raise faults.locate_python(self.generation, error) from None

        faults.run(
            self.services.plugins, self.generation, self.generation.figures.series("life-cycle", "settings"), tell
        )

    def pending(self) -> bool:
        entries = self.generation.ledger.entries("task")
        self._tasks = [entry.task for entry in entries if isinstance(entry, TaskEntry) and entry.task is not None]
        return any(not task.done() for task in self._tasks)

    async def drain(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        if self._sampler is not None:
            self.stop_profile()
        if self._modules is not None:
            self._modules.forget()
        self._modules = self._module = None
        self._tasks = []
        self._settings = {}
        self._collections = _full_collections()

    def remains(self) -> list[str]:
        mark = self._mark()
        if mark is None:
            return opened.still_open(self._opened)
        if _full_collections() == self._collections:
            # Looking for holders takes tens of milliseconds, and would find what is garbage already.
            return ["its module waits for the garbage collector"]
        found = _running(mark) or holders(mark)
        return found or ["its module is held by what the garbage collector can't look into: atexit, or an extension"]

    def start_profile(self, interval_ms: float) -> None:
        """See `vm.contract.VM.start_profile`."""
        mark = self._mark()
        if self._sampler is not None or mark is None:
            raise TibicenError("a profile runs already" if mark else "the plugin is closed")
        generation = self.generation
        self._sampler = PythonSampler(generation.source, mark, generation.ledger.entries("hook"), interval_ms)

    def stop_profile(self) -> Profile:
        """See `vm.contract.VM.stop_profile`."""
        sampler, self._sampler = self._sampler, None
        if sampler is None:
            raise TibicenError("no profile runs")
        return sampler.stop()

    def memory(self) -> Memory:
        return Memory(0, 0, shared=True)

    def statistics(self) -> VmStatistics:
        return VmStatistics()

    def describe_process(self) -> dict[str, Plain]:
        """See `Runtime.describe_process`."""
        return {}


def _full_collections() -> int:
    """How often all of Python's garbage has been collected."""
    count: int = gc.get_stats()[-1]["collections"]
    return count


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
