"""What hook handlers cost: every event is counted, some are measured, and each measured one stands for several.

A handler may take 30 ns, and looking at the clock twice takes longer. So how often a chain is measured goes by what
measuring it costs: at most about `SHARE` of the time that its handlers take. A handler that runs for some 90 µs or
more is measured at every event.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from time import perf_counter_ns, thread_time_ns
from typing import Any, Protocol

from tibicen.lifecycle.figures import Series, running, timed
from tibicen.vm.contract import VM, HookOutcome

SHARE = 0.025
"""Of the handlers' time, what measuring may add."""

MEASURING_NS = 750
"""What measuring one handler takes, about; `EVENT_NS` once an event, `CROSSING_NS` to fetch several times from a VM."""

EVENT_NS = 1_500

CROSSING_NS = 3_500

CHEAPEST_NS = 20
"""What the cheapest handler takes without being measured, about."""

FEWEST_NS = 250
"""What an event costs beside its handlers, about."""

LONGEST_PERIOD = 2_048
"""A chain is measured at one event of so many at least."""


class Metered(Protocol):
    """A handler with its figures."""

    @property
    def series(self) -> Series: ...

    def __hash__(self) -> int: ...


class Meter:
    """Of one chain: which event is measured next, and how many calls the others stand for.

    Attributes:
        left: events until the measured one; whoever calls the chain counts it down.
        weight: how many calls each duration of the measured event under way stands for.
        events: how many there were, up to the last `settle`.
        ended: how many events since `settle` ended at a handler, which kept those behind it from being called.
    """

    # Slots, because a copied object without them is slower to use for ever.
    __slots__ = (
        "_cost_ns",
        "_floor_ns",
        "_handlers",
        "_measured",
        "_settled",
        "_wrappers",
        "ended",
        "events",
        "left",
        "weight",
    )

    def __init__(self, handlers: Sequence[Metered], wrappers: Sequence[Metered], crossings: int) -> None:
        self._handlers = handlers
        self._wrappers = wrappers
        count = len(handlers) + len(wrappers)
        self._cost_ns = EVENT_NS + MEASURING_NS * count + CROSSING_NS * crossings
        self._floor_ns = CHEAPEST_NS * count + FEWEST_NS
        self.left = 1
        self.weight = 1
        self.events = 0
        self.ended: dict[Metered, int] = {}
        # What `left` was when the calls were last credited, and when an event was last measured.
        self._settled = 1
        self._measured = 1

    def begin(self) -> None:
        """The event that begins is measured."""
        self.weight = self._measured - self.left
        self._measured = self.left
        # An event of the same hook may come in the midst of this one, and is not measured.
        self._wait(LONGEST_PERIOD)

    def end(self, spent_ns: int) -> None:
        """The measured event took so long."""
        self.settle()
        handlers_ns = max(spent_ns - self._cost_ns, self._floor_ns)
        period = min(int(self._cost_ns / (SHARE * handlers_ns)), LONGEST_PERIOD)
        self._wait(max(period - (self._measured - self.left), 1))

    def measure_next(self) -> None:
        """The next event is measured, whatever that costs."""
        self._wait(1)

    def settle(self) -> None:
        """Credits every handler with the calls that it got since the last time."""
        events = self._settled - self.left
        self._settled = self.left
        self.events += events
        for handler in self._wrappers:
            handler.series.calls += events
        for handler in self._handlers:
            handler.series.calls += events
            if self.ended:
                events -= self.ended.pop(handler, 0)

    def _wait(self, events: int) -> None:
        shift = events - self.left
        self.left = events
        self._settled += shift
        self._measured += shift


def stopwatch(function: Callable[..., Any], series: Series, meter: Meter) -> Callable[..., Any]:
    """A Python handler that is measured at every call."""

    def measured(*arguments: Any) -> Any:
        return timed(series, partial(function, *arguments), meter.weight, count=False)

    return measured


def stopwatch_around(function: Callable[..., Any], series: Series, meter: Meter) -> Callable[..., Any]:
    """A wrapper, which is a generator function, whose two halves are measured together."""
    return lambda *arguments: _Halves(function(*arguments), series, meter)


class _Halves:
    """A wrapper's generator: what comes before the `yield` and what comes after it are one duration."""

    def __init__(self, generator: Generator[None, Any, Any], series: Series, meter: Meter) -> None:
        self._generator = generator
        self._series = series
        self._meter = meter
        self._first_ns = 0

    def __next__(self) -> None:
        started = perf_counter_ns()
        try:
            next(self._generator)
        finally:
            self._first_ns = perf_counter_ns() - started

    def send(self, value: Any) -> None:
        started = perf_counter_ns()
        try:
            self._generator.send(value)
        finally:
            self._series.time(self._first_ns + perf_counter_ns() - started, self._meter.weight)

    def close(self) -> None:
        self._generator.close()


class StopwatchVM:
    """In the place of a VM in a step: measures its handlers at every crossing."""

    def __init__(self, vm: VM, series: Sequence[Series], meter: Meter) -> None:
        self._vm = vm
        self._series = series
        self._meter = meter

    def dispatch(self, chain: int, packed: bytes) -> HookOutcome | None:
        """See `VM.dispatch`."""
        weight = self._meter.weight
        if len(self._series) == 1:
            return timed(self._series[0], partial(self._vm.dispatch, chain, packed), weight, count=False)
        reads_cpu = any(series.wants_cpu for series in self._series)
        inner, cpu = running.inner_ns, thread_time_ns() if reads_cpu else 0
        started = perf_counter_ns()
        outcome, times = self._vm.dispatch_timed(chain, packed)
        spent = perf_counter_ns() - started
        cpu = thread_time_ns() - cpu if reads_cpu else 0
        if reads_cpu:
            for series in self._series:
                series.spend(cpu, spent)
        # Of a VM that can't tell its handlers apart, each gets the same share.
        for series, ns in zip(self._series, times or [spent // len(self._series)] * len(self._series), strict=True):
            if ns is not None:
                series.time(ns, weight)
        running.inner_ns = inner + spent
        return outcome
