"""One LuaJIT state with the prelude in it: the buffers, the deadline and the few entries that Python calls.

Only numbers are passed in lupa's calls; everything else lies in two buffers that the prelude reads through
LuaJIT's FFI. lupa pushes strings outside a protected call, where reaching the memory quota ends the process.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any, NamedTuple, Protocol

from lupa.luajit21 import LuaError, LuaMemoryError, LuaRuntime

from tibicen import native
from tibicen.errors import MarshalError, TibicenError, VmClosedError
from tibicen.native._core import ffi
from tibicen.vm import prelude
from tibicen.vm.contract import VmStatistics
from tibicen.vm.failure import CPU, ERROR, MEMORY, PACKED, PAUSED, VALUE
from tibicen.vm.heap import Heap
from tibicen.vm.marshal import Plain, pack, unpack
from tibicen.vm.pauses import pauses

HOOK_INTERVAL = 1_000
"""Lua instructions between two looks at the clock: not measurable in speed (nor is 500), ~10 us in precision. It bounds
what a plugin gains by instructions that are slow each, such as adding 1 to a number of a million digits."""

LENT_BUDGETS = 10
"""How many times its own budget a call may be lent for what it has others do."""

FIRST_BUFFER = 1 << 14
LARGEST_MESSAGE = 8 << 20

_HANDLER_FAILED = (b"error in error handling", "error in error handling")
_NO_ROOM = 1 << 16

Answer = tuple[int, Any]


class Resident(Protocol):
    """What lives in a room of the state: it serves the plugin's calls of the host."""

    def serve(self, operation: str, arguments: list[Plain]) -> Plain: ...


class _Door:
    """The one Python object that Lua holds. When it dies, the state is gone: `LuaState.alive` watches it."""

    __slots__ = ("__weakref__", "answer")

    def __init__(self, answer: Callable[[int, bytes, int], Any]) -> None:
        self.answer: Callable[[int, bytes, int], Any] | None = answer

    def __call__(self, room: int, operation: bytes, length: int) -> Any:
        return self.answer(room, operation, length) if self.answer else -1


class _Buffer:
    """Bytes at a fixed address that grow by being replaced."""

    __slots__ = ("address", "cdata", "size", "view")

    def __init__(self, size: int) -> None:
        self.size = size
        self.cdata = ffi.new("uint8_t[]", size)
        self.view = memoryview(ffi.buffer(self.cdata))
        self.address = int(ffi.cast("uintptr_t", self.cdata))


class _Entries(NamedTuple):
    """The functions that lua/prelude/entries.lua returns, in its order."""

    bind: Any
    open: Any
    load: Any
    call: Any
    call_global: Any
    has: Any
    build_chain: Any
    dispatch: Any
    drop_chain: Any
    close_room: Any
    collect: Any
    slice: Any
    forget: Any
    dispatch_timed: Any
    chain_times: Any
    start_profile: Any
    stop_profile: Any
    show: Any


class LuaState:
    """A LuaJIT state that serves one or more rooms.

    Args:
        memory_bytes: quota for everything in the state; 0 for none.
        budget_ns: deadline of each crossing; 0 for none. `left_ns` is set for the next one alone, when the share of
            its plugin does not allow more.
        realm: folder of `lua/` whose modules the state gets beside the prelude's; empty for none.
        timed: crossings are counted and timed in `statistics`.
    """

    def __init__(self, *, memory_bytes: int = 0, budget_ns: int = 0, realm: str = "", timed: bool = False) -> None:
        self.statistics = VmStatistics()
        self._timed = timed
        self.budget_ns = budget_ns
        self._rooms: dict[int, Resident] = {}
        self._next_room = 0
        self._next_chain = 0
        self._depth = 0
        self._lent_ns = 0
        self._pending: BaseException | None = None
        self._profiled: int | None = None
        self.ended_by = 0
        self.through = 0
        self._inbox = _Buffer(FIRST_BUFFER)
        self._inbox_view, self._inbox_size = self._inbox.view, FIRST_BUFFER
        self._outbox = _Buffer(FIRST_BUFFER)
        # Two cells: that of the call, and the end of the share, behind which no handler of a chain gets a deadline.
        self._deadline = ffi.new("tib_deadline[2]")
        self.left_ns = 0
        self._capped = False
        # The same cells as numbers: storing one is a tenth of a native call's time.
        self._cell = memoryview(ffi.buffer(self._deadline)).cast("q")
        self._door = _Door(self._answer_host)
        runtime = LuaRuntime(
            encoding=None,
            unpack_returned_tuples=True,
            register_eval=False,
            register_builtins=False,
            max_memory=0,
        )
        self._runtime: LuaRuntime | None = runtime
        self._heap = None if memory_bytes else Heap.adopt(runtime)
        self._unprofiled: _Entries | None = None
        modules = prelude.bytecode(realm)
        boot = runtime.compile(modules["boot"], name=b"=tibicen/boot", mode=b"b")
        self._entries: _Entries | None = _Entries(
            *boot(
                self._door,
                native.library_path().encode(),
                native.header().encode(),
                HOOK_INTERVAL if budget_ns else 0,
                *[part for name, code in modules.items() if name != "boot" for part in (name.encode(), code)],
            )
        )
        self._rebind()
        self._entries.slice(budget_ns)
        if memory_bytes:
            runtime.set_max_memory(memory_bytes)

    @property
    def _live(self) -> _Entries:
        if self._entries is None:
            raise VmClosedError("this VM is closed; its plugin was reloaded or unloaded")
        return self._entries

    def _rebind(self) -> None:
        deadline = int(ffi.cast("uintptr_t", self._deadline))
        self._live.bind(self._inbox.address, self._outbox.address, self._outbox.size, deadline)

    # -- rooms ------------------------------------------------------------------------------------------

    def open_room(self, resident: Resident, options: Plain) -> tuple[int, Answer | None]:
        """Makes a room; its number and what the prelude answered (None: all well)."""
        self._next_room += 1
        room = self._next_room
        self._rooms[room] = resident
        return room, self._enter(self._live.open, pack(options), room)

    def close_room(self, room: int) -> None:
        """Forgets a room and every function that its plugin handed over."""
        self._rooms.pop(room, None)
        if self._runtime is not None:
            if room == self._profiled:
                self.stop_profile()
            self._live.close_room(room)

    def load(self, room: int, source: bytes, chunk: str) -> Answer | None:
        return self._enter(self._live.load, pack([chunk, source]), room)

    def call(self, room: int, callback: int, packed: bytes) -> Answer | None:
        return self._enter(self._live.call, packed, room, callback)

    def call_global(self, room: int, packed: bytes) -> Answer | None:
        """`packed` is a list: the function's name, then its arguments."""
        return self._enter(self._live.call_global, packed, room)

    def has(self, room: int, name: str) -> bool:
        answer = self._enter(self._live.has, name.encode(), room)
        return bool(answer and answer[1] is True)

    def forget(self, room: int, callback: int) -> None:
        """Lets go of a function that the plugin handed over."""
        if self._entries is not None:
            self._entries.forget(room, callback)

    # -- chains -----------------------------------------------------------------------------------------

    def build_chain(self, kind: str, arity: int, callbacks: list[int]) -> tuple[int, Answer | None]:
        self._next_chain += 1
        return self._next_chain, self._enter(self._live.build_chain, pack([kind, arity, callbacks]), self._next_chain)

    def drop_chain(self, chain: int) -> None:
        if self._runtime is not None:
            self._live.drop_chain(chain)

    def dispatch(self, chain: int, packed: bytes) -> Answer | None:
        """Runs a chain. Where something came of it, `ended_by` is the callback that answered a query, or 0."""
        entries = self._entries or self._live
        answer = self._enter(entries.dispatch, packed, chain)
        return None if answer is None else self._ended(*answer)

    def _ended(self, status: int, value: Any, ended_by: int | None = None) -> Answer:
        self.ended_by = ended_by or 0
        return status, value

    def dispatch_timed(self, chain: int, packed: bytes) -> Answer | None:
        """`dispatch` with a clock around each handler; `chain_times` gives what it read."""
        answer = self._enter(self._live.dispatch_timed, packed, chain)
        return None if answer is None else self._ended(*answer)

    def show(self, started: int, chain: int, address: int, at: int, count: int) -> Answer | None:
        """Shows packets (`tib_packet` at an address) to a chain; `through` says how many it is through with.

        It ends early when something came of one, or when the host should have a look.

        Args:
            started: what perf_counter_ns said.
        """
        self.through = count
        answer: Any = self._cross(started, (self._entries or self._live).show, chain, address, at, count)
        if answer is None:
            return None
        status, value, *ended = answer
        # What failed as a whole outside Lua's own protected calls was the first one.
        by, self.through = ended or (None, 1)
        return None if status == PAUSED else self._ended(status, value, by)

    def chain_times(self, chain: int) -> Answer | None:
        return self._enter(self._live.chain_times, b"", chain)

    # -- profiles ---------------------------------------------------------------------------------------

    def start_profile(self, room: int, interval_ns: int) -> None:
        """From now on stacks of a room are taken.

        Raises:
            TibicenError: a room of this state is being profiled.
        """
        if self._profiled is not None:
            raise TibicenError("a plugin in this VM is being profiled already; wait until that profile has ended")
        live = self._live
        load, call, call_global, dispatch, dispatch_timed, show = live.start_profile(room, interval_ns)
        self._profiled = room
        self._entries = live._replace(
            load=load,
            call=call,
            call_global=call_global,
            dispatch=dispatch,
            dispatch_timed=dispatch_timed,
            show=show,
        )
        self._unprofiled = live

    def stop_profile(self) -> Answer | None:
        """Ends the profile; what lua/prelude/profiler.lua gives, None when none runs."""
        if self._profiled is None:
            return None
        self._profiled = None
        if self._entries is not None:
            self._entries = self._unprofiled
        return self._enter(self._live.stop_profile, b"", 0)

    # -- the border -------------------------------------------------------------------------------------

    def _put(self, data: bytes) -> int:
        length = len(data)
        if length > self._inbox_size:
            self._widen(length)
        self._inbox_view[:length] = data
        return length

    def _widen(self, length: int) -> None:
        if length > LARGEST_MESSAGE:
            self.left_ns = 0
            raise MarshalError(f"a message of {length} bytes is larger than the {LARGEST_MESSAGE} that may cross")
        self._inbox = _Buffer(1 << (length - 1).bit_length())
        self._inbox_view, self._inbox_size = self._inbox.view, self._inbox.size
        self._rebind()

    def take(self, length: int) -> Plain:
        """Reads a packed answer out of the outbox; must come before the next crossing."""
        return unpack(self._outbox.view[:length])

    def _enter(self, entry: Any, packed: bytes, *numbers: int) -> Answer | None:
        # Every event passes here: what is written out, or done only where it is needed, is so for its time.
        length = len(packed)
        if length > self._inbox_size:
            self._widen(length)
        self._inbox_view[:length] = packed
        return self._cross(perf_counter_ns() if self.budget_ns or self._timed else 0, entry, *numbers, length)

    def _cross(self, started: int, entry: Any, *numbers: int) -> Answer | None:
        """Calls an entry with a deadline, which counts from `started`."""
        depth = self._depth
        budget_ns = self.budget_ns
        if budget_ns and not depth:
            cell = self._cell
            left_ns = self.left_ns
            if left_ns:
                # Set for this call alone.
                self.left_ns, self._capped = 0, True
                cell[2] = started + left_ns
                if left_ns < budget_ns:
                    budget_ns = left_ns
            elif self._capped:
                self._capped = False
                cell[2] = 0
            cell[1] = 0
            cell[0] = started + budget_ns
            self._lent_ns = 0
        self._depth = depth + 1
        answer: Answer | None
        try:
            answer = entry(*numbers)
        except LuaMemoryError:
            answer = (MEMORY, b"not enough memory")
        except LuaError as error:
            answer = (ERROR, str(error).encode())
        finally:
            self._depth = depth
            if not depth:
                self._cell[0] = 0
            if self._timed:
                statistics = self.statistics
                spent = perf_counter_ns() - started
                statistics.calls += 1
                statistics.total_ns += spent
                if spent > statistics.longest_ns:
                    statistics.longest_ns = spent
        if answer is None and self._pending is None:
            return None
        return self._checked(answer, not depth)

    def _checked(self, answer: Answer | None, outermost: bool) -> Answer | None:
        if answer is not None and answer[0] == ERROR and answer[1] in _HANDLER_FAILED:
            answer = self._why_handling_failed(answer)
        if self._pending is not None:
            pending, self._pending = self._pending, None
            raise pending
        if answer is not None and outermost and answer[0] not in (PAUSED, VALUE, PACKED):
            self._cell[3] = (self._cell[3] + 1) & 0xFFFFFFFF
        if answer is not None and not outermost and self.budget_ns and answer[0] == CPU:
            # The inner call used up the outer call's time too; it must not go on without a deadline.
            self._arm(perf_counter_ns())
        return answer

    def _why_handling_failed(self, answer: Answer) -> Answer:
        """LuaJIT says only "error in error handling" when there was no room, or no time, for a traceback."""
        used, quota = self.memory()
        if quota and used + _NO_ROOM > quota:
            return MEMORY, b"not enough memory"
        return (CPU, b"ran past its CPU budget") if self._cell[1] & 0xFFFFFFFF else answer

    def _arm(self, deadline_ns: int) -> None:
        # perf_counter_ns and tib_clock_ns read the same clock (a test holds them together).
        self._cell[1] = 0
        self._cell[0] = deadline_ns

    def _answer_host(self, room: int, operation: bytes, length: int) -> Any:
        """A plugin's call of the host. Never raises into Lua: answers a length, -1 for nil, below for an error."""
        paused_ns = pauses.total_ns
        try:
            return self._serve(room, operation, length)
        finally:
            if pauses.total_ns != paused_ns:
                self._extend(pauses.total_ns - paused_ns)

    def _serve(self, room: int, operation: bytes, length: int) -> Any:
        try:
            if room == 0:
                return self._grow(length)
            result = self._rooms[room].serve(operation.decode(), unpack(self._outbox.view[:length]))
            return -1 if result is None else self._put(pack(result))
        except Exception as error:
            text = str(error) or type(error).__name__
        except BaseException as error:
            self._pending = error
            text = f"the host is stopping ({type(error).__name__})"
        return -2 - self._put(text.encode("utf-8", "replace")[:4096])

    def _grow(self, needed: int) -> tuple[int, int]:
        if needed > LARGEST_MESSAGE:
            return 0, LARGEST_MESSAGE
        self._outbox_before = self._outbox
        self._outbox = _Buffer(1 << (needed - 1).bit_length())
        return self._outbox.address, self._outbox.size

    def lend_time(self, nanoseconds: int) -> None:
        """Extends a running deadline: time that another plugin used on behalf of this one.

        Not without end: whoever calls others in a loop holds the event loop by their budgets, too.
        """
        nanoseconds = min(nanoseconds, LENT_BUDGETS * self.budget_ns - self._lent_ns)
        self._lent_ns += nanoseconds
        self._extend(nanoseconds)

    def _extend(self, nanoseconds: int) -> None:
        if self._cell[0]:
            self._cell[0] += nanoseconds
            if self._cell[2]:
                self._cell[2] += nanoseconds

    # -- memory and end ---------------------------------------------------------------------------------

    def memory(self) -> tuple[int, int]:
        """Bytes in use and the quota (0: none)."""
        if self._runtime is None:
            return 0, 0
        if self._heap is not None:
            return self._heap.used(), 0
        return self._runtime.get_memory_used(), self._runtime.get_max_memory() or 0

    def collect(self) -> None:
        """A full garbage collection."""
        if self._runtime is not None:
            self._live.collect()

    @property
    def busy(self) -> bool:
        """Whether a call into the state is under way."""
        return self._depth > 0

    @property
    def closed(self) -> bool:
        return self._runtime is None

    def watch(self) -> weakref.ref[Any]:
        """A reference that dies with the Lua state, for leak checks."""
        return weakref.ref(self._door)

    def close(self) -> None:
        """Drops the Lua state with everything in it. Idempotent.

        Raises:
            VmClosedError: a call into the state is under way; closing it would pull the stack from under it.
        """
        if self._runtime is None:
            return
        if self._depth:
            raise VmClosedError("a VM can't be closed from inside one of its own calls")
        self._door.answer = None
        self._rooms.clear()
        del self._door
        self._entries = self._unprofiled = self._runtime = self._heap = None
        self._inbox = self._outbox = _Buffer(0)
        self._inbox_view, self._inbox_size = self._inbox.view, 0
