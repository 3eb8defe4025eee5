"""What each handler of a plugin costs: calls, time, processor time, errors. Constant memory, whatever plugins do.

Times are a handler's own: what another plugin's code used on its behalf (an export that it called) is that plugin's.
What is not cheap to measure is sampled; see docs/figures.md for which figure is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter_ns, thread_time_ns
from typing import TypeVar

from tibicen.errors import VmClosedError
from tibicen.lifecycle.histogram import LAST, OFFSET, SHORTEST, Histogram

MOST_SERIES = 200
"""Handlers of a plugin that are told apart; the rest are counted together, by kind, as `OTHER`."""

OTHER = "other"

LONGEST_NAME = 120
"""Characters of a handler's name; plugins choose the names of exports and subjects."""

CPU_EVERY_MASK = 31
"""Processor time is read at one measured call of 32, because it costs a system call."""

SLOW_NS = 100_000
"""After a call that took longer, the next one's processor time is read too: there it is not noticed."""

T = TypeVar("T")


class Series:
    """What one handler of a plugin did; handlers of one kind and name are one series.

    Attributes:
        kind: hook, timer, subscription, export, task or life-cycle.
        name: the hook, the timer's time, the pattern, the export, the task's function or the life-cycle call.
        calls, errors: exact.
        total_ns, longest_ns: of the calls that were timed, each counted for those that it stands for.
        cpu_ns: the share of `total_ns` that the host's thread was really running, from samples.
        durations: how the timed calls are distributed.
    """

    __slots__ = (
        "_buckets",
        "_last_ns",
        "_share",
        "_times",
        "calls",
        "cpu_ns",
        "durations",
        "errors",
        "kind",
        "longest_ns",
        "name",
        "total_ns",
    )

    def __init__(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name
        self.calls = 0
        self.errors = 0
        self.total_ns = 0
        self.longest_ns = 0
        self.cpu_ns = 0.0
        self.durations = Histogram()
        self._buckets = self.durations.buckets
        self._share = 1.0
        self._last_ns = 0
        self._times = 0

    def time(self, ns: int, weight: int = 1) -> None:
        """Takes in a duration that stands for `weight` calls. Counts no call."""
        self._times += 1
        self.total_ns += ns * weight
        self.cpu_ns += ns * weight * self._share
        self._last_ns = ns
        if ns > self.longest_ns:
            self.longest_ns = ns
        # `bucket_of`, without the call.
        index = ((ns.bit_length() - 3) << 2) + (ns >> (ns.bit_length() - 3)) - OFFSET if ns >= SHORTEST else 0
        self._buckets[index if index < LAST else LAST] += weight

    @property
    def wants_cpu(self) -> bool:
        """Whether the next call's processor time should be read."""
        return not self._times & CPU_EVERY_MASK or self._last_ns > SLOW_NS

    def spend(self, cpu_ns: int, wall_ns: int) -> None:
        """Notes the processor time of a call that took `wall_ns`: what is timed from now on has the same share."""
        self._share = min(cpu_ns / wall_ns, 1.0) if wall_ns > 0 else 1.0

    def merge(self, other: Series) -> None:
        self.calls += other.calls
        self.errors += other.errors
        self.total_ns += other.total_ns
        self.longest_ns = max(self.longest_ns, other.longest_ns)
        self.cpu_ns += other.cpu_ns
        self.durations.merge(other.durations)


class Figures:
    """The series of one generation, or of several together."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str], Series] = {}
        self._plugin: PluginFigures | None = None

    def series(self, kind: str, name: str) -> Series:
        """The series of that name; the one of all further names when there are too many already."""
        key = kind, name[:LONGEST_NAME]
        found = self._series.get(key)
        if found is None:
            if len(self._series) >= MOST_SERIES:
                key = kind, OTHER
            found = self._series.setdefault(key, Series(*key))
        return found

    def merge(self, other: Figures) -> None:
        for series in other:
            self.series(series.kind, series.name).merge(series)

    def open(self, plugin: PluginFigures) -> None:
        """A generation begins: its figures count among its plugin's, live."""
        self._plugin = plugin
        plugin.add(self)

    def close(self) -> None:
        """The generation has ended; its plugin keeps the sums. Idempotent."""
        if self._plugin is not None:
            self._plugin.keep(self)
            self._plugin = None

    def __iter__(self) -> Iterator[Series]:
        return iter(self._series.values())

    def __len__(self) -> int:
        return len(self._series)


class PluginFigures:
    """A plugin's figures over all its generations, also those that were refused.

    Attributes:
        strikes: failures that counted as strikes.
        refused: new versions that were not taken.
    """

    def __init__(self) -> None:
        self._past = Figures()
        self._open: dict[Figures, None] = {}
        self.strikes = 0
        self.refused = 0

    def add(self, figures: Figures) -> None:
        """See `Figures.open`."""
        self._open[figures] = None

    def keep(self, figures: Figures) -> None:
        """See `Figures.close`."""
        if self._open.pop(figures, 0) is None:
            self._past.merge(figures)

    def total(self) -> Figures:
        """Everything together, as a copy."""
        total = Figures()
        for figures in (self._past, *self._open):
            total.merge(figures)
        return total


class Running:
    """What the host's thread measures just now.

    Attributes:
        series: whose call is under way; None outside, and in hooks that are not timed at this event.
        inner_ns: nanoseconds that measured calls have taken up to now; a call that finds it grown at its end has had
            others inside.
    """

    __slots__ = ("inner_ns", "series")

    def __init__(self) -> None:
        self.series: Series | None = None
        self.inner_ns = 0


running = Running()


def timed(series: Series, work: Callable[[], T], weight: int = 1, *, count: bool = True) -> T:
    """Runs `work` as a call of `series`; what it raises comes through and is an error of the series.

    With `count=False` only the time is taken in: for callers that count calls and errors themselves.
    """
    outer, inner = running.series, running.inner_ns
    running.series = series
    reads_cpu = not series._times & CPU_EVERY_MASK or series._last_ns > SLOW_NS
    cpu = thread_time_ns() if reads_cpu else 0
    started = perf_counter_ns()
    try:
        return work()
    except VmClosedError:
        raise
    except Exception:
        series.errors += count
        raise
    finally:
        spent = perf_counter_ns() - started
        own = spent - running.inner_ns + inner
        running.series = outer
        running.inner_ns = inner + spent
        series.calls += count
        if reads_cpu:
            series.spend(thread_time_ns() - cpu, spent)
        series.time(own if own > 0 else 0, weight)
