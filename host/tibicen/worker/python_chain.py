"""How handlers of one hook in one Python plugin run: what `lua/prelude/chains.lua` is for Lua."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from tibicen.bus.markers import Stop
from tibicen.vm.failure import PACKED, REPORT, VALUE
from tibicen.vm.lua_state import Answer
from tibicen.vm.marshal import Plain, pack, unpack

Failure = list[Any]
"""Callback id, status (`vm.failure`), text."""

Attempt = Callable[[Callable[[], Any]], tuple[Any, tuple[int, bytes] | None]]
"""Runs a handler under its deadline: its result, or status and text of its failure."""


class PythonChain(NamedTuple):
    """Handlers in calling order, by callback id."""

    kind: str
    handlers: Sequence[tuple[int, Callable[..., Any]]]

    def run(self, arguments: list[Plain], attempt: Attempt) -> tuple[int, Answer | None]:
        """The callback that answered a query (0: none did), and the chain's answer."""
        if self.kind == "filter":
            return 0, self._filter(arguments, attempt)
        ended_by = 0
        failures: list[Failure] = []
        answers: list[Plain] = []
        for callback, function in self.handlers:

            def work(function: Callable[..., Any] = function) -> Plain:
                answer = function(*arguments)
                # What is not plain data is the handler's failure; nobody reads the answer of a notify.
                return answer if self.kind == "notify" or answer is None else unpack(pack(answer))

            answer, failure = attempt(work)
            if failure is not None:
                failures.append([callback, *failure])
            elif answer is not None and self.kind != "notify":
                answers.append(answer)
                if self.kind == "query":
                    ended_by = callback
                    break
        value = (answers or None) if self.kind == "gather" else answers[0] if answers else None
        return ended_by, _outcome(value, ended_by, failures)

    def _filter(self, arguments: list[Plain], attempt: Attempt) -> Answer | None:
        value, rest = arguments[0], arguments[1:]
        first = before = pack(value)
        failures: list[Failure] = []
        stopped_by = 0
        for callback, function in self.handlers:
            answer, failure = attempt(partial(_replace, function, value, rest))
            # Anew from bytes each time: what a handler keeps of the value, it can't change later.
            if failure is not None:
                failures.append([callback, *failure])
                value = unpack(before)
                continue
            before, stops = answer
            value = unpack(before)
            if stops:
                stopped_by = callback
                break
        return _outcome(value if before != first else None, stopped_by, failures, stops=stopped_by > 0)


def _replace(function: Callable[..., Any], value: Plain, rest: list[Plain]) -> tuple[bytes, bool]:
    """What a handler of a filter makes of the value, packed, and whether the chain ends there."""
    answer = function(value, *rest)
    replaced = answer.value if isinstance(answer, Stop) else answer
    return pack(value if replaced is None else replaced), isinstance(answer, Stop)


def _outcome(value: Plain, ended_by: int, failures: list[Failure], *, stops: bool = False) -> Answer | None:
    if failures or stops:
        return REPORT, pack([value, ended_by, failures])
    if value is None:
        return None
    return (VALUE, value) if isinstance(value, bool) else (PACKED, pack(value))
