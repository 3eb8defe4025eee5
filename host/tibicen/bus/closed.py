"""Hooks that fail closed: when a handler could not answer, the hook's declared answer counts, not its silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tibicen.bus.chain import Chain, FilterChain, Filtered, GatherChain, QueryChain, compile_chain
from tibicen.bus.markers import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tibicen.bus.hooks import Failed, Handler


class Recorder:
    """Passes failures on, and remembers that there were some."""

    def __init__(self, failed: Failed, answer: Any) -> None:
        self._failed = failed
        self.answer = answer
        self.count = 0
        self.last: Handler | None = None

    def __call__(self, handler: Handler, error: BaseException) -> None:
        self.count += 1
        self.last = handler
        self._failed(handler, error)


class ClosedChain(Chain):
    """Runs the chain, and puts the declared answer in place of those that failed."""

    def inner(self, arguments: tuple[Any, ...]) -> Any:
        recorder = cast(Recorder, self.failed)
        before = recorder.count
        result = super().inner(arguments)
        failures = recorder.count - before
        return self.close_up(result, recorder, failures) if failures else result

    def close_up(self, result: Any, recorder: Recorder, failures: int) -> Any:
        # A query ends at its first answer, so whoever failed came before it.
        return recorder.answer


class ClosedQueryChain(ClosedChain, QueryChain):
    pass


class ClosedFilterChain(ClosedChain, FilterChain):
    def close_up(self, result: Filtered, recorder: Recorder, failures: int) -> Filtered:
        stopped_by = recorder.last.generation.plugin if recorder.last is not None else None
        return Filtered(recorder.answer, stopped_by)


class ClosedGatherChain(ClosedChain, GatherChain):
    def close_up(self, result: list[Any], recorder: Recorder, failures: int) -> list[Any]:
        return result + [recorder.answer] * failures


CLOSED: dict[Kind, type[Chain]] = {
    "query": ClosedQueryChain,
    "filter": ClosedFilterChain,
    "gather": ClosedGatherChain,
}


def compile_closed(kind: Kind, arity: int, handlers: Sequence[Handler], failed: Failed, answer: Any) -> Chain:
    """Makes the chain of a hook that fails closed."""
    return compile_chain(kind, arity, handlers, Recorder(failed, answer), CLOSED)
