"""What `tibicen run` shows: a line for everything that happens and, on a terminal, the live table of plugins."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import IO, Any, Literal, TextIO, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tibicen.cli.text import printable
from tibicen.lifecycle.report import Report

_STATE_STYLE = {"active": "green", "failed": "red", "quarantined": "red", "disabled": "dim", "draining": "yellow"}
_WORD = {"load": "loaded", "reload": "reloaded", "unload": "unloaded", "config": "read"}
_COLUMNS = {
    "plugin": 0,
    "version": 8,
    "state": 0,
    "gen": 4,
    "tier": 11,
    "handlers": 9,
    "load ms": 8,
    "MB": 6,
    "strikes": 8,
}
"""Headings in order, and the room that each takes; `plugin` and `state` share what is left."""

_FIRST_OUT = ("tier", "version", "load ms", "MB", "handlers", "strikes", "gen")
"""Where it is too narrow for all."""

ROOM_FOR_NAMES = 44
"""What `plugin` and `state` get at least."""

MOST_ROWS = 40
ROWS_AROUND = 6
"""Lines of the screen that the table's rows leave free: its head and foot, and the last reports."""


def plugin_table(plugins: list[dict[str, Any]], width: int | None = None) -> Table:
    """The table of plugins from `Plugin.describe()` rows; in a narrow one, columns are left out."""
    columns = dict(_COLUMNS)
    for heading in _FIRST_OUT:
        if width is None or sum(columns.values()) + ROOM_FOR_NAMES <= width:
            break
        del columns[heading]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns:
        names = heading in ("plugin", "state")
        justify: Literal["left", "right"] = "left" if names or heading in ("version", "tier") else "right"
        table.add_column(heading, justify=justify, no_wrap=not names)
    for row in plugins:
        table.add_row(*(_cell(heading, row) for heading in columns))
    return table


def _cell(heading: str, row: dict[str, Any]) -> Text:
    if heading == "state":
        state = Text(row["state"], style=_STATE_STYLE.get(row["state"], ""), no_wrap=True, overflow="ellipsis")
        if row["errors"] and row["state"] == "active":
            state.append(" (newest refused)", style="yellow")
        return state
    texts = {
        "plugin": row["name"],
        "version": row["version"],
        "gen": str(row["generation"]),
        "tier": row["tier"],
        "handlers": str(row["handlers"]),
        "load ms": f"{row['load_ms']:.1f}",
        "MB": f"{row['memory_mb']:.2f}" if row["memory_mb"] else "-",
        "strikes": str(len(row["strikes"])),
    }
    # Cells never wrap: a row is a line, whatever a plugin is called.
    return Text(printable(texts[heading]), no_wrap=True, overflow="ellipsis")


def rest_line(left_out: dict[str, int]) -> str:
    """A line about the plugins that are not in the table; empty when all are."""
    if not left_out["plugins"]:
        return ""
    line = f"and {left_out['plugins']} more"
    if left_out["in_trouble"]:
        line += f", {left_out['in_trouble']} of them in trouble"
    return line + "; `tibicen plugins list` shows all"


def _one_line(text: str, style: str) -> Text:
    """A line that is cut at the edge: one that wraps would put the table's redrawing out of step."""
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def report_lines(report: Report) -> list[Text]:
    """A report as one line of what happened, and one for each problem."""
    names = printable(", ".join(report.plugins))
    parts = printable(", ".join(report.parts))
    if parts:
        names = f"{names}: {parts}"
    lines = []
    if report.ok:
        generations = ", ".join(f"{name}#{number}" for name, number in report.generations.items())
        if parts:
            generations = f"{generations or printable(', '.join(report.plugins))}: {parts}"
        took = "" if report.action == "config" else f" in {report.ms:.1f} ms"
        text = f"✓ {_WORD.get(report.action, report.action)} {generations or names}{took}"
        if report.since_save_ms is not None:
            text += f" ({report.since_save_ms:.1f} ms after the save)"
        lines.append(Text(text, style="green"))
    elif report.action == "strike":
        lines.append(Text(f"! {names} failed:", style="yellow"))
    elif report.action == "quarantine":
        lines.append(Text(f"✗ {names} is quarantined:", style="red"))
    elif report.action == "leak":
        lines.append(Text(f"! {names} left something behind:", style="yellow"))
    elif report.action == "drain":
        lines.append(Text(f"! {names} was slow to end:", style="yellow"))
    elif report.action == "config":
        lines.append(Text(f"✗ {names} can't be used; what was set before goes on:", style="red"))
    else:
        lines.append(Text(f"✗ {report.action} of {names} refused:", style="red"))
    lines += [Text(f"    {printable(str(problem))}") for problem in report.problems]
    lines += [Text(f"    {printable(warning)}", style="yellow") for warning in report.warnings]
    if report.kept:
        kept = ", ".join(f"{name}#{report.generations[name]}" for name in report.kept)
        goes_on = f"{parts} of {kept} goes on as before" if parts else f"{kept} goes on serving"
        lines.append(Text(f"    {goes_on}", style="cyan"))
    return lines


class _Output:
    """Standard output that fails nobody: the host goes on when its reader leaves (`tibicen run | head`), and when the
    disk behind a redirection is full."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with self._harmless():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._harmless():
            self._stream.flush()

    @contextlib.contextmanager
    def _harmless(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            # Python would complain again when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
        except OSError:
            return


Describe = Callable[[int], dict[str, Any]]
"""See `Host.describe`; the number is that of the rows there is room for."""


class Screen:
    """Prints reports; on a terminal it keeps the table below them up to date."""

    def __init__(self, console: Console | None = None) -> None:
        output = cast(IO[str], _Output(sys.stdout))
        self.console = console or Console(file=output, highlight=False, markup=False, soft_wrap=True)
        self._describe: Describe | None = None
        self._live: Live | None = None
        self._drawn_at = 0.0

    def open(self, describe: Describe) -> None:
        """Starts the table; nothing to see where output is no terminal."""
        self._describe = describe
        if self.console.is_terminal:
            self._live = Live(self._table(), console=self.console, auto_refresh=False)
            self._live.start()

    def _table(self) -> Group:
        assert self._describe is not None
        host = self._describe(max(1, min(MOST_ROWS, self.console.height - ROWS_AROUND)))
        port = host["status"]["port"]
        line = f"tibicen {host['version']}  ·  {printable(host['folder'])}  ·  " + (
            f"status on port {port}" if port else "no status"
        )
        table = plugin_table(host["plugins"], self.console.width)
        parts: list[RenderableType] = [Text(""), _one_line(line, "bold"), table]
        if rest := rest_line(host["left_out"]):
            parts.append(_one_line(rest, "dim"))
        return Group(*parts)

    def report(self, report: Report) -> None:
        """Shows what happened."""
        for line in report_lines(report):
            self.print(line)
        self.refresh()

    def print(self, line: Text | str) -> None:
        """One line above the table."""
        self.console.print(line)

    def refresh(self) -> None:
        """Draws the table again, at most five times a second."""
        now = time.monotonic()
        if self._live is not None and now - self._drawn_at > 0.2:
            self._drawn_at = now
            self._live.update(self._table(), refresh=True)

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
