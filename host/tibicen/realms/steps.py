"""The steps of a coroutine, each measured: what a task costs between two turns of the event loop."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any

from tibicen.lifecycle.figures import Series, timed


class MeasuredSteps:
    """`await MeasuredSteps(coroutine, series)` is `await coroutine`, with every step as a call of the series."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], series: Series) -> None:
        self._coroutine = coroutine
        self._series = series

    def __await__(self) -> Generator[Any, Any, Any]:
        send, throw = self._coroutine.send, self._coroutine.throw
        step = partial(send, None)
        while True:
            self._series.calls += 1
            try:
                # Its end is a StopIteration, which is no error: what is one, is counted by who runs the task.
                waits_for = timed(self._series, step, count=False)
            except StopIteration as end:
                return end.value
            try:
                step = partial(send, (yield waits_for))
            except BaseException as error:
                step = partial(throw, error)
