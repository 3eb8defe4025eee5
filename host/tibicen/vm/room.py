"""A plugin generation inside a Lua state: what the tiers `shared` and `contained` have in common."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from tibicen.errors import BudgetError, VmClosedError
from tibicen.vm.contract import VM, HookFailure, HookOutcome, Memory, VmOptions, VmStatistics
from tibicen.vm.failure import PACKED, REPORT, VALUE, to_exception
from tibicen.vm.lua_state import Answer, LuaState
from tibicen.vm.marshal import Plain, pack


class RoomVM(VM):
    """A VM that is a room of a `LuaState`."""

    def __init__(self, options: VmOptions, state: LuaState, *, own_vm: bool) -> None:
        self._options = options
        self._state: LuaState | None = state
        self._statistics = VmStatistics()
        self._posted: deque[tuple[str | int, bytes]] = deque()
        self._chunks: dict[str, None] = {}
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
        return self._value(self._open_state().load(self._room, source, chunk), loading=True)

    def know_chunk(self, chunk: str) -> None:
        """Notes a file that the plugin itself loads, so that reports can give its whole name."""
        self._chunks[chunk] = None

    def call(self, function: str | int, *args: Plain) -> Plain:
        return self._call_packed(function, pack([function, *args] if isinstance(function, str) else args))

    def _call_packed(self, function: str | int, packed: bytes) -> Plain:
        state = self._open_state()
        if isinstance(function, str):
            return self._value(state.call_global(self._room, packed))
        return self._value(state.call(self._room, function, packed))

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
        answer = self._open_state().dispatch(chain, packed)
        if answer is None:
            return None
        status, value = answer
        if status == VALUE:
            return HookOutcome(value, True, 0, ())
        if status == PACKED:
            return HookOutcome(self._open_state().take(value), True, 0, ())
        if status == REPORT:
            value, stopped_by, errors = self._open_state().take(value)
            failures = tuple(
                HookFailure(callback, self._exception(kind, text)) for callback, kind, text in errors or ()
            )
            return HookOutcome(value, value is not None, stopped_by or 0, failures)
        raise self._exception(status, value)

    # -- answers ----------------------------------------------------------------------------------------

    def _open_state(self) -> LuaState:
        if self._state is None:
            raise VmClosedError(f"{self._options.plugin}: this VM is closed; the plugin was reloaded or unloaded")
        return self._state

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
        return to_exception(
            status,
            text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text,
            self._options.plugin,
            self._chunks,
            loading=loading,
            cpu_ms=self._options.cpu_ms,
            memory_mb=self._options.memory_mb,
        )

    def forget(self, callback: int) -> None:
        if self._state is not None:
            self._state.forget(self._room, callback)

    # -- the plugin's calls of the host -----------------------------------------------------------------

    def serve(self, operation: str, arguments: list[Plain]) -> Plain:
        """Called by the state; see `HostCall`."""
        return self._options.host(operation, arguments)

    def lend_time(self, nanoseconds: int) -> None:
        """Extends a running call's deadline by time that others used."""
        if self._state is not None:
            self._state.lend_time(nanoseconds)

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
