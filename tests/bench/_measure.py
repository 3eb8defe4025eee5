"""Paired measuring: what is compared runs by turns in the same loop, so a noisy machine treats both alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from statistics import median
from time import get_clock_info, perf_counter_ns, thread_time_ns
from typing import TypedDict

Work = Callable[[], object]
Clock = Callable[[], int]


class Row(TypedDict):
    """One line of a benchmark. `ratio` is above 1 where ours is better; None where there is nothing beside it."""

    case: str
    ours: float
    rival: float | None
    rival_name: str
    ratio: float | None
    unit: str


def plain_row(case: str, value: float, unit: str) -> Row:
    """A figure that has no rival."""
    return {"case": case, "ours": value, "rival": None, "rival_name": "", "ratio": None, "unit": unit}


def limit_row(case: str, value: float, limit: float, what: str, unit: str) -> Row:
    """A figure beside the most that it may be: the ratio is above 1 when it is within it, None when it is 0 or less."""
    ratio = limit / value if value > 0 else None
    return {"case": case, "ours": value, "rival": limit, "rival_name": what, "ratio": ratio, "unit": unit}


def paired_row(case: str, ours: Sequence[float], rival: Sequence[float], rival_name: str, unit: str) -> Row:
    """Medians of two series of costs (less is better) that were measured in pairs; the ratio is that of the pairs."""
    ratio = median(theirs / mine for mine, theirs in zip(ours, rival, strict=True))
    return {
        "case": case,
        "ours": median(ours),
        "rival": median(rival),
        "rival_name": rival_name,
        "ratio": ratio,
        "unit": unit,
    }


def percentile(values: Iterable[float], percent: float) -> float:
    """The value that `percent` of the values don't exceed (nearest rank, nothing interpolated)."""
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * percent // 100) - 1)]


def _thread_clock() -> Clock:
    # On Windows it moves in steps of a sixty-fourth of a second.
    precise = get_clock_info("thread_time").resolution < 1e-6
    return thread_time_ns if precise else perf_counter_ns


def nanoseconds(work: Work, number: int, clock: Clock = perf_counter_ns) -> float:
    """What one call took, over `number` calls in a row with the garbage collector off."""
    calls = repeat(None, number)
    enabled = gc.isenabled()
    gc.disable()
    try:
        started = clock()
        for _ in calls:
            work()
        return (clock() - started) / number
    finally:
        if enabled:
            gc.enable()


def by_turns(works: Mapping[str, Work], *, rounds: int, sample_ms: float) -> dict[str, list[float]]:
    """Nanoseconds a call of each work in each round. A sample of each takes about `sample_ms` milliseconds.

    For works that neither wait nor have others work for them: what counts is the thread's processor time, so that
    what else runs on the machine is nobody's cost.
    """
    clock = _thread_clock()
    numbers = {name: _calls_in(work, sample_ms, clock) for name, work in works.items()}
    samples: dict[str, list[float]] = {name: [] for name in works}
    order = list(works)
    for _ in range(rounds):
        for name in order:
            samples[name].append(nanoseconds(works[name], numbers[name], clock))
        # Whoever was first is last in the next round: what drifts meets all of them alike.
        order.reverse()
    return samples


def _calls_in(work: Work, sample_ms: float, clock: Clock) -> int:
    number = 1
    while (took := nanoseconds(work, number, clock) * number) < sample_ms * 1e6 / 4:
        number *= 2
    return max(1, int(number * sample_ms * 1e6 / took))
