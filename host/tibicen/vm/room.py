"""A plugin generation inside a Lua state: what the tiers `shared` and `contained` have in common."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from time import perf_counter, perf_counter_ns
from typing import TYPE_CHECKING

from tibicen.errors import BudgetError, CpuBudgetError, CpuShareError, TibicenError, VmClosedError
from tibicen.vm.contract import VM, HookFailure, HookOutcome, Memory, Showing, VmOptions, VmStatistics
from tibicen.vm.failure import PACKED, REPORT, VALUE, to_exception
from tibicen.vm.lua_state import Answer, LuaState
from tibicen.vm.marshal import Plain, pack
from tibicen.vm.pauses import pauses
from tibicen.vm.profile import Profile, read_stack
from tibicen.vm.share import Share

if TYPE_CHECKING:
    from tibicen.vm.remote_state import RemoteState


_new_showing = tuple.__new__


class RoomVM(VM):
    """A VM that is a room of a `LuaState`, or of one in another process."""

    def __init__(self, options: VmOptions, state: LuaState | RemoteState, *, own_vm: bool) -> None:
        self._options = options
        self._state: LuaState | RemoteState | None = state
        self._statistics = VmStatistics()
        self._posted: deque[tuple[str | int, bytes]] = deque()
        self._chunks: dict[str, None] = {}
        self._profile_began = 0.0
        limited = options.cpu_ms_per_second > 0 and not options.trusted
        self._share = Share(int(options.cpu_ms_per_second * 1e6)) if limited else None
        self._lent_ns = 0
        self._paused_ns = 0
        self._watch = state.watch() if own_vm else None
        self._owns_state = own_vm
        self._room, answer = state.open_room(
            self,
            {
                "name": options.plugin,
                "trusted": options.trusted,
                "own_vm": own_vm,
                "realm": options.realm or None,
                "settings": options.settings,
            },
        )
        try:
            self.control = self._value(answer, loading=True) or 0
        except Exception:
            self.close()
            raise

    # -- calls ------------------------------------------------------------------------------------------

    def load(self, source: bytes, chunk: str) -> Plain:
        self._chunks[chunk] = None
        state = self._open_state()
        began = self._begin(state)
        try:
            answer = state.load(self._room, source, chunk)
        finally:
            self._end(began)
        return self._value(answer, loading=True)

    def know_chunk(self, chunk: str) -> None:
        """Notes a file that the plugin itself loads, so that reports can give its whole name."""
        self._chunks[chunk] = None

    def call(self, function: str | int, *args: Plain) -> Plain:
        return self._call_packed(function, pack([function, *args] if isinstance(function, str) else args))

    def _call_packed(self, function: str | int, packed: bytes) -> Plain:
        state = self._open_state()
        # Hand-overs and the realm's own function, which belongs to them, are never refused.
        began = self._begin(state, refuse=not isinstance(function, str) and function != self.control)
        try:
            if isinstance(function, str):
                answer = state.call_global(self._room, packed)
            else:
                answer = state.call(self._room, function, packed)
        finally:
            self._end(began)
        return self._value(answer)

    # -- the share of each second -----------------------------------------------------------------------

    def _begin(self, state: LuaState | RemoteState, *, refuse: bool = False) -> int:
        """Before a call: when it began, 0 where nothing is to be counted (no share, or a call inside a call).

        Raises:
            CpuShareError: nothing is left of this second's share, and the call is one that may be refused.
        """
        share = self._share
        if share is None or state.busy:
            return 0
        now = perf_counter_ns()
        left = share.left(now)
        if refuse:
            if left <= 0:
                raise self._share_error("was not called")
            if isinstance(state, LuaState):
                state.left_ns = left
        self._lent_ns, self._paused_ns = 0, pauses.total_ns
        return now

    def _end(self, began: int) -> None:
        if began and self._share is not None:
            # What was lent may hold a collection of garbage too, which is then taken off twice.
            spent = perf_counter_ns() - began - self._lent_ns - pauses.total_ns + self._paused_ns
            if spent > 0:
                self._share.use(spent)

    def _share_error(self, what: str, file: str = "", line: int = 0, traceback: str = "") -> CpuShareError:
        limit = self._options.cpu_ms_per_second
        message = (
            f"{what}, because its share of {limit:g} ms a second is used up; do less, or less often, "
            "or raise budget.cpu_ms_per_second in plugin.yaml"
        )
        return CpuShareError(self._options.plugin, message, file=file, line=line, traceback=traceback)

    def has(self, function: str) -> bool:
        return self._open_state().has(self._room, function)

    def post(self, function: str | int, *args: Plain) -> None:
        self._open_state()
        self._posted.append((function, pack([function, *args] if isinstance(function, str) else args)))

    def run_posted(self, limit: int = 1024) -> list[Exception]:
        errors: list[Exception] = []
        for _ in range(min(limit, len(self._posted))):
            function, packed = self._posted.popleft()
            try:
                self._call_packed(function, packed)
            except VmClosedError:
                self._posted.clear()
                break
            except Exception as error:
                errors.append(error)
        return errors

    # -- chains -----------------------------------------------------------------------------------------

    @property
    def crossing(self) -> object:
        return self._state if self._state is not None else self

    def chain(self, kind: str, arity: int, callbacks: Sequence[int]) -> int:
        chain, answer = self._open_state().build_chain(kind, arity, list(callbacks))
        self._value(answer)
        return chain

    def drop_chain(self, chain: int) -> None:
        if self._state is not None:
            self._state.drop_chain(chain)

    def dispatch(self, chain: int, packed: bytes) -> HookOutcome | None:
        state = self._state or self._open_state()
        if self._share is None or not self._owns_state:
            # In a shared state one crossing serves handlers of several plugins: nobody's share can be taken from.
            answer = state.dispatch(chain, packed)
        else:
            began = self._begin(state, refuse=True)
            try:
                answer = state.dispatch(chain, packed)
            finally:
                self._end(began)
        return None if answer is None else self._outcome(answer)

    def dispatch_timed(self, chain: int, packed: bytes) -> tuple[HookOutcome | None, Sequence[int | None]]:
        state = self._open_state()
        if not isinstance(state, LuaState):
            return super().dispatch_timed(chain, packed)
        began = self._begin(state, refuse=True) if self._owns_state else 0
        try:
            answer = state.dispatch_timed(chain, packed)
        finally:
            self._end(began)
        outcome = None if answer is None else self._outcome(answer)
        times = state.chain_times(chain)
        if times is None or times[0] != PACKED:
            # No room for the list: a full VM loses a sample, nothing else.
            return outcome, ()
        return outcome, [int(ns) if ns >= 0 else None for ns in state.take(times[1])]

    @property
    def shows_packets(self) -> bool:
        return isinstance(self._state, LuaState)

    def show(self, chain: int, address: int, at: int, count: int) -> Showing:
        started = perf_counter_ns()
        state, share = self._state, self._share
        if not isinstance(state, LuaState):
            return Showing(1, None, self._closed_error(), 0)
        paused_ns = 0
        # As `_begin` and `_end` have it: what is written out is so for its time, because many events pass here.
        if share is None or not self._owns_state or state.busy:
            share = None
        else:
            left = share.left(started)
            if left <= 0:
                return Showing(1, None, self._share_error("was not called"), 0)
            state.left_ns = left
            self._lent_ns, paused_ns = 0, pauses.total_ns
        try:
            answer = state.show(started, chain, address, at, count)
            error = None
        except TibicenError as problem:
            answer, error, state.through = None, problem, 1
        spent = perf_counter_ns() - started
        if share is not None:
            used = spent - self._lent_ns - pauses.total_ns + paused_ns
            if used > 0:
                share.use(used)
        if answer is None:
            return _new_showing(Showing, (state.through, None, error, spent))
        done = state.through
        try:
            return Showing(done, self._outcome(answer), None, spent)
        except TibicenError as problem:
            return Showing(done, None, problem, spent)

    def _ended_by(self) -> int:
        return self._state.ended_by if self._state is not None else 0

    def _outcome(self, answer: Answer) -> HookOutcome:
        status, value = answer
        if status == VALUE:
            return HookOutcome(value, True, self._ended_by(), ())
        if status == PACKED:
            return HookOutcome(self._open_state().take(value), True, self._ended_by(), ())
        if status == REPORT:
            value, stopped_by, errors = self._open_state().take(value)
            failures = tuple(
                HookFailure(callback, self._exception(kind, text)) for callback, kind, text in errors or ()
            )
            return HookOutcome(value, value is not None, stopped_by or 0, failures)
        raise self._exception(status, value)

    # -- answers ----------------------------------------------------------------------------------------

    def _open_state(self) -> LuaState | RemoteState:
        if self._state is None:
            raise self._closed_error()
        return self._state

    def _closed_error(self) -> VmClosedError:
        return VmClosedError(f"{self._options.plugin}: this VM is closed; the plugin was reloaded or unloaded")

    def _value(self, answer: Answer | None, *, loading: bool = False) -> Plain:
        self._statistics.calls += 1
        if answer is None:
            return None
        status, value = answer
        if status == PACKED:
            return self._open_state().take(value)
        if status == VALUE:
            return value
        self._statistics.errors += 1
        error = self._exception(status, value, loading=loading)
        if isinstance(error, BudgetError):
            # Whatever was stopped leaves garbage; LuaJIT does not collect on its own when the quota is reached.
            self._open_state().collect()
        raise error

    def _exception(self, status: int, text: bytes | str, *, loading: bool = False) -> Exception:
        error = to_exception(
            status,
            text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text,
            self._options.plugin,
            self._chunks,
            loading=loading,
            cpu_ms=self._options.cpu_ms,
            memory_mb=self._options.memory_mb,
        )
        if isinstance(error, CpuBudgetError) and self._share is not None and self._share.left(perf_counter_ns()) <= 0:
            return self._share_error("was stopped", error.file, error.line, error.traceback)
        return error

    def forget(self, callback: int) -> None:
        if self._state is not None:
            self._state.forget(self._room, callback)

    # -- the plugin's calls of the host -----------------------------------------------------------------

    def serve(self, operation: str, arguments: list[Plain]) -> Plain:
        """Called by the state; see `HostCall`."""
        return self._options.host(operation, arguments)

    def lend_time(self, nanoseconds: int) -> None:
        """Extends a running call's deadline by time that others used."""
        self._lent_ns += nanoseconds
        if self._state is not None:
            self._state.lend_time(nanoseconds)

    # -- profiles ---------------------------------------------------------------------------------------

    def start_profile(self, interval_ms: float) -> None:
        state = self._open_state()
        self._profile_began = perf_counter()
        state.start_profile(self._room, int(interval_ms * 1e6))

    def stop_profile(self) -> Profile:
        answer = self._value(self._open_state().stop_profile())
        if answer is None:
            return super().stop_profile()
        stacks, ran_ns, dropped_ns, _, failed, jit_was_on = answer
        notes = []
        if jit_was_on:
            notes.append("the JIT compiler was off while this was measured: as it runs otherwise, loops weigh far less")
        if dropped_ns:
            notes.append(f"there were too many different stacks; {dropped_ns / 1e6:.1f} ms are not in any of these")
        if failed:
            notes.append(f"{failed} stacks could not be taken, because the VM's memory is full")
        return Profile(
            plugin=self._options.plugin,
            language="lua",
            stacks=sorted((read_stack(*each) for each in stacks or ()), key=lambda stack: -stack.ns),
            seconds=perf_counter() - self._profile_began,
            ran_ns=int(ran_ns),
            notes=notes,
        )

    # -- figures and end --------------------------------------------------------------------------------

    def memory(self) -> Memory:
        used, limit = self._state.memory() if self._state is not None else (0, 0)
        return Memory(used, limit, shared=not self._owns_state)

    def statistics(self) -> VmStatistics:
        if self._owns_state and self._state is not None:
            timed = self._state.statistics
            self._statistics.calls = timed.calls
            self._statistics.total_ns, self._statistics.longest_ns = timed.total_ns, timed.longest_ns
        return self._statistics

    @property
    def busy(self) -> bool:
        """Whether a call into the VM is under way."""
        return self._state is not None and self._state.busy

    @property
    def closed(self) -> bool:
        return self._state is None

    def close(self) -> None:
        if self._state is None:
            return
        self.statistics()
        if self._owns_state:
            self._state.close()
        else:
            self._state.close_room(self._room)
        self._posted.clear()
        self._state = None

    def remains(self) -> list[str]:
        if self._watch is not None and self._watch() is not None:
            return [f"the Lua state of {self._options.plugin} is still held by Python code"]
        return []
