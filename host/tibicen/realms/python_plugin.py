"""A Python plugin: its modules, its `Plugin` object, and whether it is really gone."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
from types import FrameType, FunctionType, ModuleType
from typing import Any

from tibicen.errors import HandoverError, HealthError, LoadError
from tibicen.lifecycle.generation import Generation
from tibicen.realms import faults
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
        assert self._modules is not None
        try:
            self._module = self._modules.load()
        except Exception as error:
            raise faults.locate_python(self.generation, error, LoadError) from None
        except SystemExit as error:
            raise LoadError(self.generation.plugin, f"it tried to end the host (sys.exit({error.code!r}))") from None
        self.services.hooks.add_module(self.generation, self._module)
        setup = self._function("setup")
        if setup is not None:
            try:
                setup(Plugin(self.generation, self.services, self._settings))
            except Exception as error:
                raise faults.locate_python(self.generation, error, LoadError) from None

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
                located.args = (f"on_migrate failed: {located}",)
                raise located from None

    def health(self) -> None:
        function = self._function("on_health")
        if function is None:
            return
        try:
            answer = function()
        except Exception as error:
            raise faults.locate_python(self.generation, error, HealthError) from None
        if answer is False or isinstance(answer, str):
            reason = f"on_health said no: {answer}" if answer else "on_health said no"
            raise HealthError(self.generation.plugin, reason, file=self.generation.source.entry.name)

    def settings_changed(self, changed: dict[str, Plain]) -> None:
        """Hands new values of settings to the running plugin."""
        self._settings.update(changed)
        function = self._function("on_settings")
        if function is not None:
            faults.run(self.services.plugins, self.generation, lambda: function(changed))

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
        found = _running(mark) or _holders(mark)
        return found or ["its module is still referenced"]

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


def _holders(mark: Mark) -> list[str]:
    """What outside the generation holds a function or object of it."""
    namespaces = [each for each in gc.get_referrers(mark) if isinstance(each, dict)]
    own = {id(each) for each in namespaces}
    found = []
    for function in (each for each in gc.get_objects() if isinstance(each, FunctionType)):
        if function.__globals__.get(MARK) is not mark:
            continue
        for holder in gc.get_referrers(function):
            if id(holder) in own or isinstance(holder, FrameType | type):
                continue
            found.append(f"its function {function.__qualname__} is held by {_describe(holder)}")
            break
    return found[:5]


def _describe(holder: object) -> str:
    """A holder in words: the module that it belongs to, where one is found."""
    for module in list(sys.modules.values()):
        namespace = getattr(module, "__dict__", None)
        if namespace is holder:
            return f"the module {module.__name__}"
        if isinstance(namespace, dict):
            for name, value in list(namespace.items()):
                if value is holder:
                    return f"{module.__name__}.{name}"
    return f"a {type(holder).__name__}"
