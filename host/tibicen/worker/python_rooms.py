"""A Python plugin inside a worker, with the face of a Lua state: what goes over the wire is the same for both."""

from __future__ import annotations

import asyncio
import gc
import linecache
import os
import resource
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import msgspec

from tibicen.bus.hooks import HookBus
from tibicen.errors import MarshalError, TibicenError
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.manifest import Manifest
from tibicen.realms import faults, python_loader
from tibicen.realms.python_loader import PluginModules
from tibicen.realms.python_profile import SignalSampler
from tibicen.vm.failure import CPU, ERROR, MARSHAL, MEMORY, PACKED, VALUE
from tibicen.vm.lua_state import LARGEST_MESSAGE, Answer
from tibicen.vm.marshal import Plain, pack, unpack
from tibicen.worker.background import BackgroundLoop
from tibicen.worker.deadline import Deadline, OverrunError
from tibicen.worker.lua_rooms import AskHost
from tibicen.worker.python_chain import PythonChain
from tibicen.worker.python_host import Desk, RemoteLedger, RemotePlugin, RemotePlugins, services

if TYPE_CHECKING:
    from tibicen.worker.server import Worker

CONTROL = 1


class PluginSource(msgspec.Struct, frozen=True):
    """What the host says of a plugin that the worker is to load.

    Attributes:
        text: of a single file, its source; a folder's files can be read here.
    """

    name: str
    root: str
    folder: str
    entry: str
    kind: str
    manifest: dict[str, Any]
    text: bytes | None = None

    def whole(self) -> Source:
        manifest = msgspec.convert(self.manifest, Manifest)
        kind: Any = self.kind
        return Source(self.name, Path(self.root), Path(self.folder), Path(self.entry), manifest, kind, "python")


@cache
def hook_bus() -> HookBus:
    """Only validates: what answers a hook is the host's affair."""
    return HookBus(lambda handler, error: None)


def warm_up() -> None:
    """Imports what a Python plugin and its worker need."""
    hook_bus()


class PythonRoom:
    """One generation of one Python plugin; see `worker.server.Room`."""

    _deadline: Deadline | None = None

    def __init__(
        self, worker: Worker, ask: AskHost, source: dict[str, Any], *, budget_ns: int, importing_ns: int
    ) -> None:
        if PythonRoom._deadline is None:
            PythonRoom._deadline = Deadline()
        self.deadline = PythonRoom._deadline
        if worker.background is None:
            worker.background = BackgroundLoop()
        self.loop: BackgroundLoop = worker.background
        self._host = ask
        self._budget_ns = budget_ns
        self._importing_ns = importing_ns
        self._told = msgspec.convert(source, PluginSource)
        self._functions: dict[int, Callable[..., Any]] = {CONTROL: self._control}
        self._next_callback = CONTROL
        self._next_chain = 0
        self._chains: dict[int, PythonChain] = {}
        self.ended_by = 0
        self._modules: PluginModules | None = None
        self._module: ModuleType | None = None
        self._settings: dict[str, Plain] = {}
        self._sampler: SignalSampler | None = None
        self.desk = Desk(self._ask)
        self.plugins = RemotePlugins(self.desk)

    def _ask(self, operation: bytes, packed: bytes) -> tuple[int, bytes, int]:
        return self.deadline.outside(lambda: self._host(operation, packed), lambda answer: answer[2])

    def _keep(self, function: Callable[..., Any]) -> int:
        self._next_callback += 1
        self._functions[self._next_callback] = function
        return self._next_callback

    # -- life -------------------------------------------------------------------------------------------

    def open_room(self, resident: Any, options: Plain) -> tuple[int, Answer | None]:
        mounted = options["settings"]
        source = self._told.whole()
        if self._told.text is not None:
            text = self._told.text
            python_loader.GIVEN[self._told.entry] = text
            # For tracebacks, whose files can't be read from here.
            lines = text.decode("utf-8", "replace").splitlines(keepends=True)
            linecache.cache[self._told.entry] = (len(text), None, lines, self._told.entry)
        self.generation = Generation(source, mounted["generation"], 0, {})
        self.ledger = RemoteLedger(self.generation.label, self.desk, self._keep, lambda number: self.forget(1, number))
        self.generation.ledger = self.ledger
        self._settings = mounted["settings"]
        self._services = services(self.desk, source.folder.parent, self.loop, hook_bus(), self.plugins)
        return 1, (PACKED, pack(CONTROL))

    def load(self, room: int, source: bytes, chunk: str) -> Answer | None:
        def work() -> None:
            self._modules = PluginModules(self.generation)
            self._module = self._modules.load()
            self._services.hooks.add_module(self.generation, self._module)
            setup = self._function("setup")
            if setup is not None:
                setup(RemotePlugin(self.generation, self._services, self._settings, self.desk))

        return self._enter(work, self._budget_ns and self._budget_ns + self._importing_ns)

    def close(self) -> None:
        self.stop_profile()
        self._lift()
        if self._modules is not None:
            self._modules.forget()
        self._modules = self._module = None
        self._functions.clear()
        self._chains.clear()
        gc.collect()

    # -- calls ------------------------------------------------------------------------------------------

    def _function(self, name: str) -> Callable[..., Any] | None:
        function = getattr(self._module, name, None)
        return function if callable(function) else None

    def has(self, room: int, name: str) -> bool:
        return self._function(name) is not None

    def call_global(self, room: int, packed: bytes) -> Answer | None:
        name, *arguments = unpack(packed)

        def work() -> Plain:
            function = self._function(name)
            if function is None:
                raise TibicenError(f"no function {name!r}")
            return function(*arguments)

        return self._enter(work)

    def call(self, room: int, callback: int, packed: bytes) -> Answer | None:
        function = self._functions.get(callback)
        if function is None:
            return ERROR, f"callback {callback} is gone".encode()
        arguments = unpack(packed)
        return self._enter(lambda: function(*arguments))

    def forget(self, room: int, callback: int) -> None:
        if callback != CONTROL:
            self._functions.pop(callback, None)

    def _control(self, what: str, *arguments: Plain) -> Plain:
        controls: dict[str, Callable[..., Plain]] = {
            "health": self._health,
            "settings": self._settings_changed,
            "live": self._live,
            "lift": self._lift,
            "pending": self._pending,
        }
        return controls[what](*arguments)

    def _health(self) -> str | None:
        function = self._function("on_health")
        answer = function() if function is not None else None
        if answer is False:
            return ""
        return answer if isinstance(answer, str) else None

    def _settings_changed(self, changed: dict[str, Plain]) -> None:
        self._settings.update(changed)
        function = self._function("on_settings")
        if function is not None:
            function(changed)

    def _live(self) -> None:
        self.ledger.put_back()

    def _lift(self) -> None:
        self.ledger.lift()

    def _tasks(self) -> list[asyncio.Task[Any]]:
        prefix = f"{self.generation.plugin}: "
        return [task for task in asyncio.all_tasks(self.loop) if task.get_name().startswith(prefix)]

    def _pending(self) -> int:
        return len(self._tasks())

    # -- chains -----------------------------------------------------------------------------------------

    def build_chain(self, kind: str, arity: int, callbacks: list[int]) -> tuple[int, Answer | None]:
        self._next_chain += 1
        self._chains[self._next_chain] = PythonChain(kind, [(each, self._functions[each]) for each in callbacks])
        return self._next_chain, None

    def drop_chain(self, chain: int) -> None:
        self._chains.pop(chain, None)

    def dispatch(self, chain: int, packed: bytes) -> Answer | None:
        self.ended_by, answer = self._chains[chain].run(unpack(packed), self._attempt)
        return answer

    # -- running ----------------------------------------------------------------------------------------

    def _attempt(self, work: Callable[[], Any], budget_ns: int | None = None) -> tuple[Any, tuple[int, bytes] | None]:
        """Runs plugin code under its deadline: its result, or status and text of how it failed."""
        raised: BaseException | None = None
        self.plugins.begin()
        try:
            return self.deadline.run(self._budget_ns if budget_ns is None else budget_ns, work), None
        except BaseException as error:
            self.deadline.disarm()
            raised = error
            return None, self._failure(error)
        finally:
            self.plugins.end()
            self.plugins.report(raised)

    def _enter(self, work: Callable[[], Plain], budget_ns: int | None = None) -> Answer | None:
        value, failure = self._attempt(work, budget_ns)
        if failure is not None:
            return failure
        if value is None:
            return None
        if isinstance(value, bool):
            return VALUE, value
        try:
            return PACKED, pack(value)
        except MarshalError as error:
            return MARSHAL, str(error).encode()

    def _failure(self, error: BaseException) -> tuple[int, bytes]:
        located = faults.locate_python(self.generation, error)
        status, message = ERROR, located.message
        if isinstance(error, OverrunError):
            status, message = CPU, "ran past its CPU budget"
        elif isinstance(error, MemoryError):
            status = MEMORY
        elif isinstance(error, SystemExit):
            message = f"it tried to end the host (sys.exit({error.code!r}))"
        elif isinstance(error, MarshalError):
            status = MARSHAL
        place = f"{located.file}:{located.line}: " if located.file else ""
        text = f"{place}{message}\n\nstack traceback:\n{located.traceback}"
        return status, text.encode("utf-8", "replace")

    # -- profiles ---------------------------------------------------------------------------------------

    def start_profile(self, room: int, interval_ns: int) -> None:
        """See `vm.lua_state.LuaState.start_profile`."""
        if self._sampler is not None:
            raise TibicenError("a profile runs already")
        assert self._modules is not None
        self._sampler = SignalSampler(
            self.generation.source, self._modules.mark, self.ledger.registered(), interval_ns / 1e6
        )

    def stop_profile(self) -> Answer | None:
        """A `Profile` as plain data; the lightest stacks are left out where all are too much for one message."""
        sampler, self._sampler = self._sampler, None
        if sampler is None:
            return None
        profile = sampler.stop()
        stacks = profile.stacks
        while len(packed := pack(msgspec.to_builtins(profile))) > LARGEST_MESSAGE:
            stacks = stacks[: len(stacks) // 2]
            note = f"there were too many different stacks; these are the {len(stacks)} heaviest"
            profile = msgspec.structs.replace(profile, stacks=stacks, notes=[*profile.notes[:1], note])
        return PACKED, packed

    # -- figures ----------------------------------------------------------------------------------------

    def memory(self) -> tuple[int, int]:
        """What the process has for itself, and how much address space it may have in all."""
        fields = Path("/proc/self/statm").read_text().split()
        own = (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")
        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        return own, 0 if limit == resource.RLIM_INFINITY else limit

    def collect(self) -> None:
        gc.collect()

    def raw(self, value: bytes) -> bytes:
        return value
