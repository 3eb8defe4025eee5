"""Compiled hook chains: from handlers in order to flat steps, and how each kind runs them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Sequence
from itertools import groupby
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from tibicen.bus.markers import Kind, Stop
from tibicen.bus.meter import Meter, StopwatchVM, stopwatch, stopwatch_around
from tibicen.errors import PLUGIN_FAILURES, MarshalError, TibicenError
from tibicen.vm.contract import VM, HookOutcome
from tibicen.vm.marshal import pack, unpack

if TYPE_CHECKING:
    from tibicen.bus.hooks import Failed, Handler


class Filtered(NamedTuple):
    """What became of a filter's value; `stopped_by` is the plugin that ended the chain, if one did."""

    value: Any
    stopped_by: str | None = None


class PythonStep:
    """One Python handler."""

    __slots__ = ("function", "handler")

    def __init__(self, handler: Handler) -> None:
        assert handler.function is not None
        self.handler = handler
        self.function = handler.function

    def all_handlers(self) -> list[Handler]:
        return [self.handler]

    def drop(self) -> None:
        pass


class LuaStep:
    """Handlers that stand next to each other in one VM: one crossing."""

    __slots__ = ("chain", "failed", "handlers", "vm")

    def __init__(self, kind: Kind, arity: int, handlers: Sequence[Handler], failed: Failed) -> None:
        vm = handlers[0].vm
        assert vm is not None
        self.vm: VM = vm
        self.handlers = {handler.callback: handler for handler in handlers}
        self.failed = failed
        self.chain = vm.chain(kind, arity, [handler.callback for handler in handlers])

    def run(self, packed: bytes) -> HookOutcome | None:
        """One crossing; failures are reported here."""
        try:
            outcome = self.vm.dispatch(self.chain, packed)
        except TibicenError as error:
            self.came_to_nothing(error)
            return None
        if outcome is not None and outcome.failures:
            self.report(outcome)
        return outcome

    def came_to_nothing(self, error: Exception) -> None:
        """A crossing failed as a whole: the first handler's failure."""
        self.failed(next(iter(self.handlers.values())), error)

    def report(self, outcome: HookOutcome) -> None:
        """Tells of handlers that failed."""
        for failure in outcome.failures:
            handler = self.handlers[failure.callback]
            self.failed(handler, _named_after(handler, failure.error))

    def all_handlers(self) -> list[Handler]:
        return list(self.handlers.values())

    def drop(self) -> None:
        self.vm.drop_chain(self.chain)


def _named_after(handler: Handler, error: Exception) -> Exception:
    """In a shared VM the crossing was made by one plugin's VM, but the failure is another's."""
    if getattr(error, "plugin", handler.generation.plugin) != handler.generation.plugin:
        error.plugin = handler.generation.plugin  # type: ignore[attr-defined]
    return error


Step = PythonStep | LuaStep


def _measured(step: Step, meter: Meter) -> Step:
    """A step's twin, whose handlers are measured at every event."""
    twin = copy.copy(step)
    if isinstance(twin, LuaStep):
        measuring: Any = StopwatchVM(twin.vm, [handler.series for handler in twin.handlers.values()], meter)
        twin.vm = measuring
    else:
        around = twin.handler.position == "wrapper"
        twin.function = (stopwatch_around if around else stopwatch)(twin.function, twin.handler.series, meter)
    return twin


class Chain(Meter):
    """A compiled chain; `call` it with the hook's arguments as one tuple.

    An event that is under way ends with the handlers that it began with, whatever they add or take back.
    """

    __slots__ = ("_dropped", "_twin", "_under_way", "failed", "functions", "python_only", "run", "steps", "wrappers")

    def __init__(self, steps: tuple[Step, ...], wrappers: tuple[PythonStep, ...], failed: Failed) -> None:
        super().__init__(
            [handler for step in steps for handler in step.all_handlers()],
            [wrapper.handler for wrapper in wrappers],
            sum(isinstance(step, LuaStep) and len(step.handlers) > 1 for step in steps),
        )
        self.failed = failed
        self._take(steps, wrappers)
        self._twin: Chain | None = None
        self._under_way = 0
        self._dropped = False

    def _take(self, steps: tuple[Step, ...], wrappers: tuple[PythonStep, ...]) -> None:
        self.steps = steps
        self.wrappers = wrappers
        # The most common case by far: nothing but Python handlers, which then run in the tightest loop there is.
        self.functions = tuple((step.function, step.handler) for step in steps if isinstance(step, PythonStep))
        self.python_only = len(self.functions) == len(steps)
        self.run: Callable[[tuple[Any, ...]], Any] = self.inner if not wrappers else self.wrapped

    def call(self, arguments: tuple[Any, ...]) -> Any:
        """One event. A method, because calling an object takes twice as long."""
        left = self.left = self.left - 1
        if self.python_only:
            return self.run(arguments) if left > 0 else self.measure(arguments)
        self._under_way += 1
        try:
            return self.run(arguments) if left > 0 else self.measure(arguments)
        finally:
            self.leave()

    def enter(self) -> None:
        """An event begins; `leave` has to follow."""
        self._under_way += 1

    def leave(self) -> None:
        self._under_way -= 1
        if self._dropped:
            self.drop()

    def measure(self, arguments: tuple[Any, ...]) -> Any:
        """Runs the chain with every handler measured."""
        twin = self._twin
        if twin is None:
            twin = self._twin = copy.copy(self)
            twin._take(
                tuple(_measured(step, self) for step in self.steps),
                tuple(cast(PythonStep, _measured(wrapper, self)) for wrapper in self.wrappers),
            )
        self.begin()
        started = perf_counter_ns()
        try:
            return twin.run(arguments)
        finally:
            self.end(perf_counter_ns() - started)

    def stops_at(self, handler: Handler) -> None:
        """Notes that the event ended at a handler: those behind it were not called."""
        self.ended[handler] = self.ended.get(handler, 0) + 1

    def inner(self, arguments: tuple[Any, ...]) -> Any:
        raise TypeError("a chain has a kind")

    def wrapped(self, arguments: tuple[Any, ...]) -> Any:
        """Runs the wrappers around the chain, as pluggy does; one that fails is out, the result stays."""
        opened: list[tuple[Generator[None, Any, Any], Handler]] = []
        for wrapper in self.wrappers:
            try:
                generator = wrapper.function(*arguments)
                next(generator)
                opened.append((generator, wrapper.handler))
            except StopIteration:
                self.failed(wrapper.handler, RuntimeError("a wrapper has to yield once"))
            except PLUGIN_FAILURES as error:
                self.failed(wrapper.handler, error)
        result = self.inner(arguments)
        for generator, handler in reversed(opened):
            try:
                generator.send(self.bare(result))
                generator.close()
                self.failed(handler, RuntimeError("a wrapper has to yield only once"))
            except StopIteration as end:
                result = self.rewrap(result, end.value)
            except PLUGIN_FAILURES as error:
                self.failed(handler, error)
        return result

    def bare(self, result: Any) -> Any:
        """A result as wrappers see it."""
        return result

    def rewrap(self, result: Any, replaced: Any) -> Any:
        """The result after a wrapper returned `replaced`."""
        return replaced

    def drop(self) -> None:
        """Frees what the chain holds inside VMs, once no event is under way in it."""
        self._dropped = True
        self.settle()
        self._twin = None
        if not self._under_way:
            for step in self.steps:
                step.drop()

    def _packed(self, arguments: tuple[Any, ...], only: Step | None = None) -> bytes | None:
        """Arguments for Lua; what can't cross is the caller's fault, and costs these steps' handlers the event."""
        try:
            return pack(arguments)
        except MarshalError as error:
            self._not_packed(error, self.steps if only is None else (only,))
            return None

    def _not_packed(self, error: MarshalError, steps: Sequence[Step]) -> None:
        for step in steps:
            if isinstance(step, LuaStep):
                for handler in step.handlers.values():
                    self.failed(handler, error)


class NotifyChain(Chain):
    __slots__ = ("_cross",)

    def _take(self, steps: tuple[Step, ...], wrappers: tuple[PythonStep, ...]) -> None:
        super()._take(steps, wrappers)
        if not wrappers and len(steps) == 1 and isinstance(steps[0], LuaStep):
            self._cross = steps[0].run
            self.run = self.alone

    def alone(self, arguments: tuple[Any, ...]) -> None:
        """`inner` where all handlers are in one VM: what an event costs is then nearly all in front of the VM."""
        try:
            packed = pack(arguments)
        except MarshalError as error:
            self._not_packed(error, self.steps)
        else:
            self._cross(packed)

    def inner(self, arguments: tuple[Any, ...]) -> None:
        if self.python_only:
            for function, handler in self.functions:
                try:
                    function(*arguments)
                except PLUGIN_FAILURES as error:
                    self.failed(handler, error)
            return
        packed = self._packed(arguments)
        for step in self.steps:
            if isinstance(step, LuaStep):
                if packed is not None:
                    step.run(packed)
                continue
            try:
                step.function(*arguments)
            except PLUGIN_FAILURES as error:
                self.failed(step.handler, error)

    def rewrap(self, result: Any, replaced: Any) -> None:
        return None


class QueryChain(Chain):
    def inner(self, arguments: tuple[Any, ...]) -> Any:
        packed: bytes | None = None
        for step in self.steps:
            if isinstance(step, LuaStep):
                packed = packed or self._packed(arguments, step)
                outcome = step.run(packed) if packed is not None else None
                if outcome is not None and outcome.value is not None:
                    self.stops_at(step.handlers.get(outcome.stopped_by) or step.all_handlers()[-1])
                    return outcome.value
                continue
            try:
                answer = step.function(*arguments)
            except PLUGIN_FAILURES as error:
                self.failed(step.handler, error)
                continue
            if answer is not None:
                self.stops_at(step.handler)
                return answer
        return None


class GatherChain(Chain):
    def inner(self, arguments: tuple[Any, ...]) -> list[Any]:
        answers: list[Any] = []
        packed: bytes | None = None
        for step in self.steps:
            if isinstance(step, LuaStep):
                packed = packed or self._packed(arguments, step)
                outcome = step.run(packed) if packed is not None else None
                if outcome is not None and outcome.value:
                    answers.extend(outcome.value)
                continue
            try:
                answer = step.function(*arguments)
            except PLUGIN_FAILURES as error:
                self.failed(step.handler, error)
                continue
            if answer is not None:
                answers.append(answer)
        return answers

    def rewrap(self, result: Any, replaced: Any) -> Any:
        # A wrapper that only looks on returns nothing; whoever called the hook still gets its list.
        return list(replaced) if isinstance(replaced, list | tuple) else result


class FilterChain(Chain):
    def inner(self, arguments: tuple[Any, ...]) -> Filtered:
        return self.through(self.steps, arguments[0], arguments[1:])

    def through(self, steps: Sequence[Step], value: Any, rest: tuple[Any, ...] = ()) -> Filtered:
        """What comes out of some of the chain's steps."""
        before: bytes | None = None
        for step in steps:
            if isinstance(step, LuaStep):
                packed = self._packed((value, *rest), step)
                outcome = step.run(packed) if packed is not None else None
                if outcome is not None:
                    if outcome.changed:
                        value, before = self.crossed(outcome.value), None
                    if outcome.stopped_by:
                        return self.stopped(step, outcome.stopped_by, value)
                continue
            # A handler may change a record in place; one that then fails must not leave it half-changed.
            if before is None and isinstance(value, dict | list):
                before = pack(value)
            try:
                answer = step.function(value, *rest)
                stops = isinstance(answer, Stop)
                replaced = answer.value if stops else answer
                # What is not plain data is this handler's failure, not that of whoever comes behind it.
                after = pack(value if replaced is None else replaced) if before or replaced is not None else None
            except PLUGIN_FAILURES as error:
                self.failed(step.handler, error)
                if before is not None:
                    value = unpack(before)
                continue
            before = after
            if replaced is not None:
                value = replaced
            if stops:
                self.stops_at(step.handler)
                return Filtered(value, step.handler.generation.plugin)
        return Filtered(value)

    def stopped(self, step: LuaStep, callback: int, value: Any) -> Filtered:
        """The result where a handler in Lua ended the chain."""
        handler = step.handlers[callback]
        self.stops_at(handler)
        return Filtered(value, handler.generation.plugin)

    def crossed(self, value: Any) -> Any:
        """What came out of Lua, as the handlers behind it see it."""
        return value

    def bare(self, result: Any) -> Any:
        return result.value

    def rewrap(self, result: Any, replaced: Any) -> Any:
        return result if replaced is None else Filtered(replaced, result.stopped_by)


_CHAINS: dict[Kind, type[Chain]] = {
    "notify": NotifyChain,
    "query": QueryChain,
    "gather": GatherChain,
    "filter": FilterChain,
}


def with_bytes(key: str) -> dict[Kind, type[Chain]]:
    """Chains of a filter whose record has bytes under `key`: Lua does not tell them from text, so this does."""
    known = _WITH_BYTES.get(key)
    if known is None:

        class BytesFilterChain(FilterChain):
            def crossed(self, value: Any) -> Any:
                if isinstance(value, dict) and isinstance(text := value.get(key), str):
                    value[key] = text.encode()
                return value

        known = _WITH_BYTES[key] = {**_CHAINS, "filter": BytesFilterChain}
    return known


_WITH_BYTES: dict[str, dict[Kind, type[Chain]]] = {}


def compile_chain(
    kind: Kind, arity: int, handlers: Sequence[Handler], failed: Failed, chains: dict[Kind, type[Chain]] = _CHAINS
) -> Chain:
    """Makes the chain for handlers in calling order; `chains` has its class for each kind."""
    wrappers = tuple(PythonStep(handler) for handler in handlers if handler.position == "wrapper")
    steps: list[Step] = []
    plain = [handler for handler in handlers if handler.position != "wrapper"]
    for crossing, run in groupby(plain, key=lambda handler: handler.vm.crossing if handler.vm else None):
        if crossing is None:
            steps.extend(PythonStep(handler) for handler in run)
        else:
            steps.append(LuaStep(kind, arity, list(run), failed))
    return chains[kind](tuple(steps), wrappers, failed)
