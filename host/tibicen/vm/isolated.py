"""Tier `isolated`: a process of its own, killed and started anew from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from tibicen.errors import CrashError, LoadError, TibicenError
from tibicen.vm import stack
from tibicen.vm.contract import HookOutcome, Memory, VmOptions
from tibicen.vm.marshal import Plain, pack
from tibicen.vm.profile import Profile
from tibicen.vm.remote_state import RemoteState
from tibicen.vm.room import RoomVM
from tibicen.vm.spawn import Language, Spawner, SpawnError
from tibicen.vm.wire import Code
from tibicen.vm.worker_log import WorkerLog
from tibicen.vm.worker_process import WorkerProcess

HEARTBEAT_SECONDS = 2.0
CHECKPOINT_SECONDS = 5.0
PROCESSOR_SECONDS = 10
"""What a worker may use between two heartbeats; see `worker.containment`."""

PREPARING_SECONDS = 5.0
"""How long a process may import ahead."""

UNUSED_SECONDS = 10.0
"""How long one that is prepared waits for its VM."""

BUFFERS = 64 << 20
"""Address space beside a plugin's own memory: messages under way, the allocator's arenas."""

GROUP_BYTES = 2 << 30
"""Address space of a process that serves a group, whose plugins are not known when it is started."""


@dataclass(frozen=True, slots=True)
class Quarters:
    """Where an isolated plugin lives.

    Attributes:
        group: plugins of one group and language share a process; empty for one of its own.
        shown: folders that the process can read.
        source: of a Python plugin: what the worker needs to load it.
        log: gets lines of the process's standard error.
        on_crash: told when the process died other than by `close`.
    """

    language: Language = "lua"
    group: str = ""
    shown: tuple[Path, ...] = ()
    source: dict[str, Plain] | None = None
    log: Callable[[str], None] | None = None
    on_crash: Callable[[CrashError], None] | None = None


class IsolatedVM(RoomVM):
    """A room of a state in a worker process. Make it through `Workers`.

    Beside what the contract says, every call raises CrashError when the process is dead, or dies in it.
    """

    tier = "isolated"

    def __init__(self, options: VmOptions, state: RemoteState) -> None:
        self._remote = state
        self._callbacks: dict[int, frozenset[int]] = {}
        super().__init__(options, state, own_vm=True)
        if not isinstance(self.control, int):
            self.close()
            raise CrashError(options.plugin, "its process answered nonsense when its realm was mounted")

    @property
    def process(self) -> WorkerProcess:
        return self._remote.process

    @property
    def crashed(self) -> bool:
        """Whether the process is dead although nobody closed the VM."""
        return self._state is not None and self.process.gone is not None

    def load(self, source: bytes, chunk: str) -> Plain:
        share = self._share
        if self._remote.imports:
            # What importing takes is the disk's and the standard library's doing; calls would be refused for it.
            self._share = None
        try:
            return super().load(source, chunk)
        finally:
            self._share = share

    def chain(self, kind: str, arity: int, callbacks: list[int]) -> int:  # type: ignore[override]
        try:
            chain = super().chain(kind, arity, callbacks)
        except CrashError:
            # A chain of nothing: each event is told that the process is dead, as it would be by one built in time.
            return 0
        self._callbacks[chain] = frozenset(callbacks)
        return chain

    def drop_chain(self, chain: int) -> None:
        self._callbacks.pop(chain, None)
        super().drop_chain(chain)

    def dispatch(self, chain: int, packed: bytes) -> HookOutcome | None:
        try:
            outcome = super().dispatch(chain, packed)
            if outcome is None:
                return None
            known = self._callbacks.get(chain, frozenset())
            if outcome.stopped_by not in known and outcome.stopped_by != 0:
                raise ValueError("a handler that is none ended the chain")
            if any(failure.callback not in known for failure in outcome.failures):
                raise ValueError("a handler that is none failed")
        except (ValueError, TypeError) as error:
            # Only a process that has been taken over says such a thing.
            gone = self.process.betray(f"it broke the protocol ({error})")
            raise CrashError(self._options.plugin, str(gone)) from None
        return outcome

    def stop_profile(self) -> Profile:
        try:
            if not self._remote.imports:
                return super().stop_profile()
            told = self._value(self._remote.stop_profile())
            if told is None:
                raise TibicenError("no profile runs")
            return msgspec.structs.replace(msgspec.convert(told, Profile), plugin=self._options.plugin)
        except (ValueError, TypeError) as error:
            gone = self.process.betray(f"it broke the protocol ({error})")
            raise CrashError(self._options.plugin, str(gone)) from None

    def _ended_by(self) -> int:
        return self._remote.ended_by

    def memory(self) -> Memory:
        return Memory(*self._remote.memory(), shared=False)

    def remains(self) -> list[str]:
        if self.closed and not self.process.residents and self.process.runs():
            return [f"its worker process {self.process.pid} still runs"]
        return []


class _Prepared(NamedTuple):
    """A process that waits for its VM."""

    process: WorkerProcess
    limits: dict[str, int]
    shown: tuple[Path, ...]
    expiry: asyncio.TimerHandle


class Workers:
    """The worker processes of a host.

    Args:
        loop: notices deaths and serves what plugins do on their own; without one, only calls do.
        heartbeat_seconds: how often each process must answer.
        checkpoint_seconds: how often, at most, plugins are asked for the state that a restart begins with.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop | None = None,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
    ) -> None:
        self.checkpoint_seconds = checkpoint_seconds
        self._loop = loop
        self._heartbeat_seconds = heartbeat_seconds
        self._spawner = Spawner()
        self._groups: dict[tuple[str, Language], WorkerProcess] = {}
        self._prepared: dict[str, _Prepared] = {}
        self._slow: set[str] = set()

    async def prepare(self, plugin: str, memory_mb: float, quarters: Quarters) -> None:
        """Starts the process that the next VM of a Python plugin will live in, and has it import ahead, from a disk
        that may be cold, what the plugin imports first. The loop is served meanwhile.

        What goes wrong is told by the `open` that comes after.
        """
        if self._loop is None or quarters.group or quarters.source is None:
            return
        self.abandon(plugin)
        self._slow.discard(plugin)
        limits = _limits(memory_mb, quarters)
        try:
            process = self._start(limits, quarters)
        except SpawnError:
            return
        expiry = self._loop.call_later(PREPARING_SECONDS + UNUSED_SECONDS, self.abandon, plugin)
        prepared = self._prepared[plugin] = _Prepared(process, limits, quarters.shown, expiry)
        try:
            await asyncio.wait_for(process.ask(Code.PREPARE, pack(quarters.source)), PREPARING_SECONDS)
        except TimeoutError:
            if self._prepared.get(plugin) is prepared:
                self.abandon(plugin)
                self._slow.add(plugin)

    def abandon(self, plugin: str) -> None:
        """Ends a process that was prepared for a VM that did not come."""
        prepared = self._prepared.pop(plugin, None)
        if prepared is not None:
            prepared.expiry.cancel()
            prepared.process.kill()

    def open(self, options: VmOptions, quarters: Quarters | None = None) -> IsolatedVM:
        """A VM in a process of its own, or in its group's.

        Raises:
            LoadError: no process could be started.
            CrashError: it died at once.
        """
        quarters = quarters or Quarters()
        if options.plugin in self._slow:
            self._slow.discard(options.plugin)
            raise LoadError(
                options.plugin,
                f"what it imports first took longer than {PREPARING_SECONDS:g} s; import it where it is needed",
            )
        process = self._take_prepared(options, quarters)
        prepared = process is not None
        try:
            process = process or self._process(options, quarters)
        except SpawnError as error:
            raise LoadError(options.plugin, f"it can't be isolated: {error}") from None
        state = RemoteState(process, options, quarters.language, quarters.source, quarters.on_crash, prepared=prepared)
        try:
            return IsolatedVM(options, state)
        except BaseException:
            state.close()
            raise

    def _process(self, options: VmOptions, quarters: Quarters) -> WorkerProcess:
        key = (quarters.group, quarters.language)
        if quarters.group:
            process = self._groups.get(key)
            if process is not None and process.gone is None:
                return process
        process = self._start(_limits(options.memory_mb, quarters), quarters)
        if quarters.group:
            self._groups[key] = process
        return process

    def _start(self, limits: dict[str, int], quarters: Quarters) -> WorkerProcess:
        nursery, born, walls = self._spawner.spawn(quarters.language, quarters.shown, limits)
        process = WorkerProcess(nursery, born, walls, WorkerLog(quarters.log or (lambda line: None)))
        if self._loop is not None:
            process.attach(self._loop, self._heartbeat_seconds)
        return process

    def _take_prepared(self, options: VmOptions, quarters: Quarters) -> WorkerProcess | None:
        """The process that was prepared for this VM, if it is what it needs and ready."""
        prepared = self._prepared.get(options.plugin)
        if prepared is None:
            return None
        fits = (prepared.limits, prepared.shown) == (_limits(options.memory_mb, quarters), quarters.shown)
        if not fits or prepared.process.gone is not None or prepared.process.asked:
            self.abandon(options.plugin)
            return None
        del self._prepared[options.plugin]
        prepared.expiry.cancel()
        return prepared.process

    def close(self) -> None:
        """Ends every process."""
        for plugin in list(self._prepared):
            self.abandon(plugin)
        self._groups.clear()
        self._spawner.close()


def _limits(memory_mb: float, quarters: Quarters) -> dict[str, int]:
    """Resource limits of a worker. RLIMIT_AS counts what it maps from now on."""
    # Lua's recursion is stopped by its memory quota, for which the stack must have room (`vm.stack`).
    own = int(memory_mb * (1 << 20)) + (stack.STACK_BYTES if quarters.language == "lua" else 0)
    return {
        "RLIMIT_AS": (GROUP_BYTES if quarters.group else own) + BUFFERS,
        "RLIMIT_CPU": PROCESSOR_SECONDS,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_NPROC": 0 if quarters.language == "lua" else 64,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
    }
