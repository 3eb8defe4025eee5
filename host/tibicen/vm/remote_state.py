"""A Lua state (or a Python plugin's room) in a worker process, with the face that `lua_state.LuaState` has."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Any

from tibicen.errors import CrashError, MarshalError, TibicenError, VmClosedError
from tibicen.vm.contract import VmOptions, VmStatistics
from tibicen.vm.failure import ERROR, PACKED, VALUE
from tibicen.vm.lua_state import LARGEST_MESSAGE, Answer, Resident
from tibicen.vm.marshal import Plain, pack, unpack
from tibicen.vm.wire import Code
from tibicen.vm.worker_process import WorkerGoneError, WorkerProcess

UNLIMITED_NS = 60_000_000_000
"""What a call may take when its plugin has no budget: the host must not hang for ever."""

OPENING_NS = 10_000_000_000

PROFILE_NS = 5_000_000_000
"""What a worker may take to begin a profile, or to put its stacks together: not the plugin's doing."""

IMPORTING_NS = 5_000_000_000
"""What Python code may take beside its budget while it is loaded: it imports modules, from a disk that may be cold."""

PREPARED_NS = 1_000_000_000
"""The same where most of these were imported ahead, without the host having to wait."""


class RemoteState:
    """One plugin's share of a worker process.

    Args:
        source: of a Python plugin: what the worker needs to load it.
        prepared: the process has imported ahead what the plugin imports first.
    """

    def __init__(
        self,
        process: WorkerProcess,
        options: VmOptions,
        language: str = "lua",
        source: dict[str, Plain] | None = None,
        on_crash: Callable[[CrashError], None] | None = None,
        *,
        prepared: bool = False,
    ) -> None:
        self.statistics = VmStatistics()
        self.process = process
        self._options = options
        self._on_crash = on_crash
        limited = options.cpu_ms > 0 and not options.trusted
        self.budget_ns = int(options.cpu_ms * 1e6) if limited else 0
        self._allowance_ns = self.budget_ns or UNLIMITED_NS
        self._chains: dict[int, int] = {}
        self._lent_ns = 0
        self._depth = 0
        self.ended_by = 0
        self._closed = False
        self._memory = (0, 0)
        self._resident: Resident | None = None
        self._opening: dict[str, Plain] = {
            "language": language,
            "memory_bytes": int(options.memory_mb * (1 << 20)),
            "budget_ns": self.budget_ns,
            "realm": options.realm_folder,
            "source": source,
        }
        self.imports = source is not None
        """Whether loading imports Python modules."""
        self._importing_ns = 0 if source is None else PREPARED_NS if prepared else IMPORTING_NS
        self._opening["importing_ns"] = self._importing_ns
        self._vm = process.move_in(self)

    # -- rooms ------------------------------------------------------------------------------------------

    def open_room(self, resident: Resident, options: Plain) -> tuple[int, Answer | None]:
        self._resident = resident
        packed = pack({**self._opening, "room": options})
        return 1, self._ask(Code.OPEN, 0, packed, self._allowance_ns + OPENING_NS)[0]

    def close_room(self, room: int) -> None:
        self.close()

    def load(self, room: int, source: bytes, chunk: str) -> Answer | None:
        name = chunk.encode()
        return self._ask(Code.LOAD, len(name), name + source, self._allowance_ns + self._importing_ns)[0]

    def call(self, room: int, callback: int, packed: bytes) -> Answer | None:
        return self._ask(Code.CALL, callback, packed, self._allowance_ns)[0]

    def call_global(self, room: int, packed: bytes) -> Answer | None:
        return self._ask(Code.CALL_GLOBAL, 0, packed, self._allowance_ns)[0]

    def has(self, room: int, name: str) -> bool:
        answer, _ = self._ask(Code.HAS, 0, name.encode(), self._allowance_ns)
        return answer == (VALUE, True)

    def forget(self, room: int, callback: int) -> None:
        if not self._closed:
            self.process.tell(Code.FORGET, self._vm, callback)

    # -- chains -----------------------------------------------------------------------------------------

    def build_chain(self, kind: str, arity: int, callbacks: Sequence[int]) -> tuple[int, Answer | None]:
        answer, chain = self._ask(Code.BUILD_CHAIN, 0, pack([kind, arity, list(callbacks)]), self._allowance_ns)
        # Each handler has a deadline of its own.
        self._chains[chain] = self._allowance_ns * max(1, len(callbacks))
        return chain, answer

    def drop_chain(self, chain: int) -> None:
        if self._chains.pop(chain, None) is not None and not self._closed:
            self.process.tell(Code.DROP_CHAIN, self._vm, chain)

    def dispatch(self, chain: int, packed: bytes) -> Answer | None:
        answer, self.ended_by = self._ask(Code.DISPATCH, chain, packed, self._chains.get(chain, self._allowance_ns))
        return answer

    # -- profiles ---------------------------------------------------------------------------------------

    def start_profile(self, room: int, interval_ns: int) -> None:
        """See `LuaState.start_profile`."""
        allowance_ns = self._allowance_ns + PROFILE_NS
        answer, _ = self._ask(Code.START_PROFILE, max(1, interval_ns // 1000), b"", allowance_ns)
        if answer is not None:
            raise TibicenError(answer[1].decode("utf-8", "replace") if answer[0] == ERROR else "no profile could start")

    def stop_profile(self) -> Answer | None:
        """What the room in the worker gives: of Lua as `LuaState.stop_profile`, of Python a `Profile` as plain data."""
        return self._ask(Code.STOP_PROFILE, 0, b"", self._allowance_ns + PROFILE_NS)[0]

    # -- the border -------------------------------------------------------------------------------------

    def _ask(self, code: int, number: int, payload: bytes, allowance_ns: int) -> tuple[Answer | None, int]:
        if self._closed:
            raise VmClosedError("this VM is closed; its plugin was reloaded or unloaded")
        if len(payload) > LARGEST_MESSAGE:
            length = len(payload)
            raise MarshalError(f"a message of {length} bytes is larger than the {LARGEST_MESSAGE} that may cross")
        started = perf_counter_ns()
        self._depth += 1
        try:
            frame = self.process.call(code, self._vm, number, payload, allowance_ns)
        except WorkerGoneError as error:
            raise self._crash(error) from None
        finally:
            self._depth -= 1
            spent = perf_counter_ns() - started
            statistics = self.statistics
            statistics.calls += 1
            statistics.total_ns += spent
            if spent > statistics.longest_ns:
                statistics.longest_ns = spent
        status = frame.code
        if status == 0:
            return None, frame.number
        if status == VALUE:
            return (VALUE, frame.payload == b"\1"), frame.number
        return (status, frame.payload), frame.number

    def take(self, packed: bytes) -> Plain:
        """Reads a packed answer."""
        return unpack(packed)

    def take_lent_ns(self) -> int:
        lent, self._lent_ns = self._lent_ns, 0
        return lent

    def lend_time(self, nanoseconds: int) -> None:
        self._lent_ns += nanoseconds

    def serve(self, operation: str, arguments: list[Plain]) -> Plain:
        """A call of the host by the plugin, asked by the process."""
        assert self._resident is not None
        return self._resident.serve(operation, arguments)

    def _crash(self, error: WorkerGoneError) -> CrashError:
        return CrashError(self._options.plugin, str(error))

    def process_died(self, error: WorkerGoneError) -> None:
        if self._on_crash is not None and not self._closed:
            self._on_crash(self._crash(error))

    # -- memory and end ---------------------------------------------------------------------------------

    def memory(self) -> tuple[int, int]:
        """Bytes in use and the quota; the last known ones when the process can't be asked."""
        if not self._closed and self.process.gone is None:
            calls = self.statistics.calls
            try:
                answer, _ = self._ask(Code.MEMORY, 0, b"", self._allowance_ns)
                used, limit = self.take(answer[1]) if answer is not None and answer[0] == PACKED else self._memory
                self._memory = int(used), int(limit)
            except (CrashError, MarshalError, ValueError, TypeError):
                return self._memory
            finally:
                self.statistics.calls = calls
        return self._memory

    def collect(self) -> None:
        if not self._closed and self.process.gone is None:
            self._ask(Code.COLLECT, 0, b"", self._allowance_ns)

    @property
    def busy(self) -> bool:
        return self._depth > 0

    @property
    def closed(self) -> bool:
        return self._closed

    def watch(self) -> weakref.ref[Any]:
        return weakref.ref(self)

    def close(self) -> None:
        """Ends the plugin's part of the process, and the process with its last. Idempotent.

        Raises:
            VmClosedError: a call into it is under way.
        """
        if self._closed:
            return
        if self._depth:
            raise VmClosedError("a VM can't be closed from inside one of its own calls")
        self._closed = True
        self._resident = self._on_crash = None
        self.process.move_out(self._vm)
