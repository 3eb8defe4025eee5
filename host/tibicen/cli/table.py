"""What `tibicen run` shows: a line for everything that happens and, on a terminal, the live table of plugins."""

from __future__ import annotations

import sys
import time
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tibicen.lifecycle.report import Report

_STATE_STYLE = {"active": "green", "failed": "red", "quarantined": "red", "disabled": "dim", "draining": "yellow"}
_WORD = {"load": "loaded", "reload": "reloaded", "unload": "unloaded"}


def plugin_table(plugins: list[dict[str, Any]]) -> Table:
    """The table of plugins from `Plugin.describe()` rows."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("plugin", "version", "state", "gen", "tier", "handlers", "load ms", "MB", "strikes"):
        table.add_column(
            heading, justify="right" if heading in ("gen", "handlers", "load ms", "MB", "strikes") else "left"
        )
    for row in plugins:
        state = Text(row["state"], style=_STATE_STYLE.get(row["state"], ""))
        if row["errors"] and row["state"] == "active":
            state.append(" (newest refused)", style="yellow")
        table.add_row(
            row["name"],
            row["version"],
            state,
            str(row["generation"]),
            row["tier"],
            str(row["handlers"]),
            f"{row['load_ms']:.1f}",
            f"{row['memory_mb']:.2f}" if row["memory_mb"] else "-",
            str(len(row["strikes"])),
        )
    return table


def report_lines(report: Report) -> list[Text]:
    """A report as one line of what happened, and one for each problem."""
    names = ", ".join(report.plugins)
    lines = []
    if report.ok:
        generations = ", ".join(f"{name}#{number}" for name, number in report.generations.items())
        text = f"✓ {_WORD.get(report.action, report.action)} {generations or names} in {report.ms:.1f} ms"
        if report.since_save_ms is not None:
            text += f" ({report.since_save_ms:.1f} ms after the save)"
        lines.append(Text(text, style="green"))
    elif report.action == "strike":
        lines.append(Text(f"! {names} failed:", style="yellow"))
    elif report.action == "quarantine":
        lines.append(Text(f"✗ {names} is quarantined:", style="red"))
    elif report.action == "leak":
        lines.append(Text(f"! {names} left something behind:", style="yellow"))
    else:
        lines.append(Text(f"✗ {report.action} of {names} refused:", style="red"))
    lines += [Text(f"    {problem}") for problem in report.problems]
    lines += [Text(f"    {warning}", style="yellow") for warning in report.warnings]
    if report.kept:
        kept = ", ".join(f"{name}#{report.generations[name]}" for name in report.kept)
        lines.append(Text(f"    {kept} goes on serving", style="cyan"))
    return lines


class Screen:
    """Prints reports; on a terminal it keeps the table below them up to date."""

    def __init__(self, describe: Any = None) -> None:
        self.console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self._describe = describe
        self._live: Live | None = None
        self._drawn_at = 0.0

    def open(self, describe: Any) -> None:
        """Starts the table; nothing to see where output is no terminal."""
        self._describe = describe
        if self.console.is_terminal:
            self._live = Live(self._table(), console=self.console, auto_refresh=False)
            self._live.start()

    def _table(self) -> Group:
        host = self._describe()
        port = host["status"]["port"]
        line = f"tibicen {host['version']}  ·  {host['folder']}  ·  " + (
            f"status on port {port}" if port else "no status"
        )
        return Group(Text(""), Text(line, style="bold"), plugin_table(host["plugins"][:40]))

    def report(self, report: Report) -> None:
        """Shows what happened."""
        for line in report_lines(report):
            self.console.print(line)
        self.refresh()

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
