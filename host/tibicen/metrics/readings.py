"""What was counted and measured, read at one moment; plain data, with units in the names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from tibicen.lifecycle.figures import Series
from tibicen.lifecycle.histogram import Histogram
from tibicen.lifecycle.plugin import Plugin


class HandlerReading(msgspec.Struct, frozen=True):
    """One handler, or several of one kind together; `durations` are counts by bucket of `lifecycle.histogram`."""

    kind: str
    name: str
    calls: int
    errors: int
    time_ns: int
    cpu_ns: int
    longest_ns: int
    durations: dict[int, int]


class PluginReading(msgspec.Struct, frozen=True):
    """One plugin over all its generations. `memory_shared`: others are counted in; 0 bytes: not known."""

    name: str
    state: str
    generation: int
    tier: str
    reloads: int
    refused: int
    restarts: int
    strikes: int
    memory_bytes: int
    memory_limit_bytes: int
    memory_shared: bool
    handlers: list[HandlerReading]


class HostReading(msgspec.Struct, frozen=True):
    """A host. `clock_s` is its monotonic clock, for rates between two readings."""

    version: str
    clock_s: float
    uptime_s: float
    plugins: list[PluginReading]
    lag: dict[int, int]
    lag_ns: int
    reports: list[tuple[str, str, int]]
    events: dict[str, int]
    bus_waiting: int
    bus_delivered: int
    kv_bytes: int
    status_connections: int
    status_counts: dict[str, int]


def read_series(series: Series) -> HandlerReading:
    """A series as it is now."""
    return HandlerReading(
        series.kind,
        series.name,
        series.calls,
        series.errors,
        series.total_ns,
        int(series.cpu_ns),
        series.longest_ns,
        series.durations.to_plain(),
    )


def read_plugin(plugin: Plugin) -> PluginReading:
    """A plugin as it is now; the figures of hooks must be settled."""
    described = plugin.describe()
    runtime = plugin.active.runtime if plugin.active else None
    memory = runtime.memory() if runtime else None
    return PluginReading(
        name=plugin.name,
        state=described["state"],
        generation=described["generation"],
        tier=described["tier"],
        reloads=plugin.reloads,
        refused=plugin.figures.refused,
        restarts=plugin.restarts,
        strikes=plugin.figures.strikes,
        memory_bytes=memory.used if memory else 0,
        memory_limit_bytes=memory.limit if memory else 0,
        memory_shared=memory.shared if memory else False,
        handlers=[read_series(series) for series in plugin.figures.total()],
    )


def together(readings: Iterable[HandlerReading], kind: str, name: str) -> HandlerReading:
    """Several readings as one."""
    sums = dict.fromkeys(("calls", "errors", "time_ns", "cpu_ns"), 0)
    longest, durations = 0, Histogram()
    for reading in readings:
        for field in sums:
            sums[field] += getattr(reading, field)
        longest = max(longest, reading.longest_ns)
        durations.merge(Histogram(reading.durations))
    return HandlerReading(kind, name, longest_ns=longest, durations=durations.to_plain(), **sums)


def to_plain(reading: HostReading) -> dict[str, Any]:
    """For JSON; `msgspec.convert(plain, HostReading, strict=False)` undoes it."""
    plain: dict[str, Any] = msgspec.to_builtins(reading, str_keys=True)
    return plain
