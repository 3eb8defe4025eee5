"""`tibicen plugins top`: what plugins cost just now, from two readings a moment apart."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tibicen.cli import control
from tibicen.cli.text import printable
from tibicen.errors import UnknownPluginError
from tibicen.lifecycle.histogram import Histogram
from tibicen.metrics.readings import HandlerReading, HostReading, PluginReading, together

Sort = Literal["time", "calls", "errors", "memory"]
Row = dict[str, Any]

SORTED_BY = {
    "time": ("time_ms_per_s", "time_ms"),
    "calls": ("calls_per_s", "calls"),
    "errors": ("errors_per_s", "errors"),
    "memory": ("memory_bytes",),
}


def ask(socket: Path) -> HostReading:
    """A reading of the running host.

    Raises:
        ControlError: none runs.
    """
    return msgspec.convert(control.request(socket, "host.figures"), HostReading, strict=False)


def plugin_rows(before: HostReading, now: HostReading, sort: Sort = "time") -> list[Row]:
    """A row for each plugin, the heaviest first."""
    earlier = {plugin.name: plugin for plugin in before.plugins}
    seconds = now.clock_s - before.clock_s
    rows = []
    for plugin in now.plugins:
        old = earlier.get(plugin.name)
        rows.append(
            {
                "name": plugin.name,
                "state": plugin.state,
                "generation": plugin.generation,
                "tier": plugin.tier,
                **_figures(together(old.handlers, "", "") if old else None, together(plugin.handlers, "", ""), seconds),
                "memory_bytes": plugin.memory_bytes,
                "memory_limit_bytes": plugin.memory_limit_bytes,
                "memory_shared": plugin.memory_shared,
                "strikes": plugin.strikes,
                "reloads": plugin.reloads,
                "refused": plugin.refused,
                "restarts": plugin.restarts,
            }
        )
    return _sorted(rows, sort)


def handler_rows(before: HostReading, now: HostReading, name: str, sort: Sort = "time") -> list[Row]:
    """A row for each handler of one plugin, the heaviest first.

    Raises:
        UnknownPluginError: there is no such plugin.
    """
    plugin = _find(now, name)
    if plugin is None:
        raise UnknownPluginError(f"no plugin {name!r}; `tibicen plugins list` names them all")
    old = _find(before, name)
    earlier = {(each.kind, each.name): each for each in old.handlers} if old else {}
    seconds = now.clock_s - before.clock_s
    rows = [
        {
            "kind": handler.kind,
            "name": handler.name,
            **_figures(earlier.get((handler.kind, handler.name)), handler, seconds),
        }
        for handler in plugin.handlers
    ]
    return _sorted(rows, "time" if sort == "memory" else sort)


def _find(reading: HostReading, name: str) -> PluginReading | None:
    return next((plugin for plugin in reading.plugins if plugin.name == name), None)


def _figures(old: HandlerReading | None, new: HandlerReading, seconds: float) -> Row:
    durations = Histogram(new.durations)
    # What was measured between the readings; when nothing was, everything since the start.
    recent = durations.since(Histogram(old.durations)) if old else durations
    shown = recent if recent.count else durations
    calls = Histogram(new.durations).count

    def rate(field: str, divisor: float = 1) -> float:
        grown = getattr(new, field) - (getattr(old, field) if old else 0)
        return round(max(grown, 0) / seconds / divisor, 3) if seconds > 0 else 0.0

    return {
        "calls": new.calls,
        "errors": new.errors,
        "time_ms": round(new.time_ns / 1e6, 3),
        "cpu_ms": round(new.cpu_ns / 1e6, 3),
        "calls_per_s": rate("calls"),
        "errors_per_s": rate("errors"),
        "time_ms_per_s": rate("time_ns", 1e6),
        "cpu_ms_per_s": rate("cpu_ns", 1e6),
        "mean_us": round(new.time_ns / calls / 1e3, 3) if calls else 0.0,
        "p50_us": round(min(shown.quantile(0.5), new.longest_ns) / 1e3, 3),
        "p99_us": round(min(shown.quantile(0.99), new.longest_ns) / 1e3, 3),
        "longest_us": round(new.longest_ns / 1e3, 3),
    }


def _sorted(rows: list[Row], sort: Sort) -> list[Row]:
    return sorted(rows, key=lambda row: [-row[key] for key in SORTED_BY[sort]])


COLUMNS = (
    ("calls/s", "calls_per_s", 1),
    ("ms/s", "time_ms_per_s", 2),
    ("cpu ms/s", "cpu_ms_per_s", 2),
    ("p50 µs", "p50_us", 1),
    ("p99 µs", "p99_us", 1),
    ("max µs", "longest_us", 0),
    ("err/s", "errors_per_s", 1),
    ("calls", "calls", 0),
    ("errors", "errors", 0),
)


def table(rows: Sequence[Row]) -> Table:
    """Rows for people: of plugins, or of the handlers of one."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    of_plugins = bool(rows) and "kind" not in rows[0]
    for heading in ("plugin", "state") if of_plugins else ("kind", "handler"):
        made.add_column(heading, no_wrap=True)
    for heading, _, _ in COLUMNS:
        made.add_column(heading, justify="right", no_wrap=True)
    if of_plugins:
        for heading in ("MB", "strikes"):
            made.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        first = (row["name"], row["state"]) if of_plugins else (row["kind"], row["name"])
        cells = [Text(printable(cell)) for cell in first]
        cells += [Text(f"{row[key]:.{digits}f}") for _, key, digits in COLUMNS]
        if of_plugins:
            memory = f"{row['memory_bytes'] / (1 << 20):.2f}" if row["memory_bytes"] else "-"
            cells += [
                Text(memory + ("*" if row["memory_shared"] and row["memory_bytes"] else "")),
                Text(str(row["strikes"])),
            ]
        made.add_row(*cells)
    return made


class Top:
    """The live view.

    Args:
        read: gives a reading.
        name: the plugin whose handlers are shown; empty for all plugins.
        seconds: between two readings.
    """

    def __init__(
        self,
        read: Callable[[], HostReading],
        console: Console,
        name: str = "",
        sort: Sort = "time",
        seconds: float = 1.0,
    ) -> None:
        self._read = read
        self._console = console
        self._name = name
        self._sort = sort
        self._seconds = seconds
        self._before = read()
        self._now = self._before

    def next(self) -> list[Row]:
        """Waits a moment, reads, and gives the rows."""
        time.sleep(self._seconds)
        self._before, self._now = self._now, self._read()
        if self._name:
            return handler_rows(self._before, self._now, self._name, self._sort)
        return plugin_rows(self._before, self._now, self._sort)

    def view(self, rows: Sequence[Row]) -> Group:
        """The rows, under a line about the host."""
        now, before = self._now, self._before
        lag = Histogram(now.lag).since(Histogram(before.lag)) if now is not before else Histogram(now.lag)
        head = f"up {now.uptime_s:.0f} s, {len(now.plugins)} plugins, loop lag p99 {lag.quantile(0.99) / 1e6:.1f} ms"
        if now.bus_waiting:
            head += f", {now.bus_waiting} messages wait"
        shared = any(row.get("memory_shared") and row.get("memory_bytes") for row in rows)
        return Group(Text(head), table(rows), *([Text("* the VM's, with the others in it")] if shared else []))

    def run(self, *, once: bool, as_json: bool) -> None:
        """Shows until Ctrl-C, or once."""
        try:
            if as_json:
                self._print_json(once)
            elif once or not self._console.is_terminal:
                self._print(once)
            else:
                self._live()
        except KeyboardInterrupt:
            pass

    def _print_json(self, once: bool) -> None:
        while True:
            print(json.dumps(self.next(), indent=2 if once else None))
            sys.stdout.flush()
            if once:
                return

    def _print(self, once: bool) -> None:
        while True:
            self._console.print(self.view(self.next()))
            if once:
                return
            self._console.print()

    def _live(self) -> None:
        with Live(self.view([]), console=self._console, auto_refresh=False, screen=True) as live:
            while True:
                rows = self.next()
                live.update(self.view(rows[: max(self._console.height - 4, 1)]), refresh=True)
