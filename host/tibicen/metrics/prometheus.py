"""Figures for Prometheus: read when they are asked for, so nothing is kept twice and no call pays for it.

Labels are bounded: plugins are those that are installed, and of each at most `MOST_HANDLERS` handlers are told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from tibicen.lifecycle.figures import OTHER
from tibicen.lifecycle.histogram import Histogram
from tibicen.metrics.readings import HandlerReading, HostReading, PluginReading, together

MOST_HANDLERS = 200

BOUNDS = tuple(range(10, 36, 2))
"""Powers of two in nanoseconds at which histograms are cut: 1 µs to 17 s, each four times the one before."""

HANDLER_LABELS = ["plugin", "kind", "handler"]


class HostCollector(Collector):
    """Turns a reading into metric families.

    Args:
        read: gives the reading.
    """

    def __init__(self, read: Callable[[], HostReading]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        reading = self._read()
        yield from _host(reading)
        yield from _plugins(reading.plugins)
        yield from _handlers(reading.plugins)

    def describe(self) -> list[Metric]:
        # Otherwise registering would read everything once, to learn the names.
        return []


def exposition(read: Callable[[], HostReading]) -> str:
    """Everything in Prometheus's text format."""
    return generate_latest(registry(read)).decode()


def registry(read: Callable[[], HostReading]) -> CollectorRegistry:
    """A registry of its own: nothing of prometheus_client's process-wide one."""
    made = CollectorRegistry()
    made.register(HostCollector(read))
    return made


def _host(reading: HostReading) -> Iterator[Metric]:
    yield InfoMetricFamily("tibicen", "The host", value={"version": reading.version})
    yield GaugeMetricFamily("tibicen_uptime_seconds", "Since the host started", value=reading.uptime_s)
    lag = HistogramMetricFamily("tibicen_loop_lag_seconds", "How much later than asked the event loop came back")
    lag.add_metric([], *_cut(Histogram(reading.lag), reading.lag_ns))
    yield lag
    reports = CounterMetricFamily(
        "tibicen_reports", "What happened to plugins: loads, reloads, strikes, ...", labels=["action", "outcome"]
    )
    for action, outcome, count in reading.reports:
        reports.add_metric([action, outcome], count)
    yield reports
    events = CounterMetricFamily("tibicen_hook_events", "Events of a hook that somebody listened to", labels=["hook"])
    for hook, count in reading.events.items():
        events.add_metric([hook], count)
    yield events
    yield GaugeMetricFamily("tibicen_bus_waiting", "Messages that wait on the bus", value=reading.bus_waiting)
    yield CounterMetricFamily("tibicen_bus_delivered", "Messages that the bus has delivered", reading.bus_delivered)
    yield GaugeMetricFamily("tibicen_kv_bytes", "Size of the plugins' store", value=reading.kv_bytes)
    yield GaugeMetricFamily(
        "tibicen_status_connections", "Open connections of the status protocol", value=reading.status_connections
    )
    status = CounterMetricFamily(
        "tibicen_status", "What became of connections of the status protocol", labels=["outcome"]
    )
    for outcome, count in reading.status_counts.items():
        status.add_metric([outcome], count)
    yield status


def _plugins(plugins: list[PluginReading]) -> Iterator[Metric]:
    state = GaugeMetricFamily(
        "tibicen_plugin_state", "1 for the state that the plugin is in", labels=["plugin", "state"]
    )
    for plugin in plugins:
        state.add_metric([plugin.name, plugin.state], 1)
    yield state
    gauges = {
        "generation": "The generation that serves; 0 for none",
        "memory_bytes": "What its VM holds; of tier shared, with the others in it",
        "memory_limit_bytes": "What its VM may hold; 0 for no limit",
    }
    for field, text in gauges.items():
        gauge = GaugeMetricFamily(f"tibicen_plugin_{field}", text, labels=["plugin"])
        for plugin in plugins:
            gauge.add_metric([plugin.name], getattr(plugin, field))
        yield gauge
    counters = {
        "reloads": "New generations that took over",
        "refused": "New versions that were not taken",
        "restarts": "How often its process ended and was started again",
        "strikes": "Failures that counted against it",
    }
    for field, text in counters.items():
        counter = CounterMetricFamily(f"tibicen_plugin_{field}", text, labels=["plugin"])
        for plugin in plugins:
            counter.add_metric([plugin.name], getattr(plugin, field))
        yield counter


def _handlers(plugins: list[PluginReading]) -> Iterator[Metric]:
    counters = {
        "calls": ("calls", 1, "Calls"),
        "errors": ("errors", 1, "Calls that failed"),
        "time_seconds": ("time_ns", 1e9, "Time in the handler, without other plugins' code; sampled where it is short"),
        "cpu_seconds": ("cpu_ns", 1e9, "Processor time of that; sampled"),
    }
    shown = {plugin.name: _bounded(plugin.handlers) for plugin in plugins}
    for name, (field, divisor, text) in counters.items():
        counter = CounterMetricFamily(f"tibicen_plugin_{name}", text, labels=HANDLER_LABELS)
        for plugin, handlers in shown.items():
            for handler in handlers:
                value = getattr(handler, field)
                counter.add_metric([plugin, handler.kind, handler.name], value if divisor == 1 else value / divisor)
        yield counter
    longest = GaugeMetricFamily("tibicen_plugin_longest_seconds", "The longest measured call", labels=HANDLER_LABELS)
    durations = HistogramMetricFamily(
        "tibicen_plugin_call_seconds", "How long calls took, by kind", labels=["plugin", "kind"]
    )
    for plugin, handlers in shown.items():
        kinds: dict[str, list[HandlerReading]] = defaultdict(list)
        for handler in handlers:
            longest.add_metric([plugin, handler.kind, handler.name], handler.longest_ns / 1e9)
            kinds[handler.kind].append(handler)
        for kind, group in kinds.items():
            whole = together(group, kind, "")
            durations.add_metric([plugin, kind], *_cut(Histogram(whole.durations), whole.time_ns))
    yield longest
    yield durations


def _bounded(handlers: list[HandlerReading]) -> list[HandlerReading]:
    """`lifecycle.figures` bounds them already; this holds whatever is read, however it came about."""
    kept = handlers[:MOST_HANDLERS]
    rest: dict[str, list[HandlerReading]] = defaultdict(list)
    for handler in handlers[MOST_HANDLERS:]:
        rest[handler.kind].append(handler)
    for handler in [handler for handler in kept if handler.name == OTHER and handler.kind in rest]:
        kept.remove(handler)
        rest[handler.kind].append(handler)
    return kept + [together(group, kind, OTHER) for kind, group in rest.items()]


def _cut(histogram: Histogram, total_ns: int) -> tuple[list[tuple[str, float]], float]:
    """Cumulative buckets and the sum in seconds, as prometheus_client takes them."""
    buckets: list[tuple[str, float]] = [(repr((1 << bits) / 1e9), histogram.below(bits)) for bits in BOUNDS]
    return [*buckets, ("+Inf", histogram.count)], total_ns / 1e9
