"""What `tibicen status` shows of a server, a client or the bridge: the same of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.table import Table
from rich.text import Text

from tibicen.cli.text import printable

HEADINGS = ("name", "role", "state", "ports", "sessions", "problem")


def table_of(rows: dict[str, dict[str, Any]]) -> Table:
    """A line each; rows are those of `Integration.monitor` by name."""
    table = Table(*HEADINGS, box=None, pad_edge=False, header_style="bold")
    for name, row in rows.items():
        ports = ", ".join(map(port_text, row["ports"]))
        cells = (name, row["kind"], row["state"], ports, str(len(row["sessions"])), row["problem"])
        table.add_row(*(Text(printable(each)) for each in cells))
    return table


def port_text(port: dict[str, Any]) -> str:
    """A port that it listens on, or that it connects to."""
    servers = [each["address"] for each in port.get("servers", ())]
    to = port.get("to") or ", ".join(servers)
    here = f"{port['host']}:{port['port']}" if "port" in port else ""
    return f"{port['kind']} {here}{' ' if here and to else ''}{f'to {to}' if to else ''}"


def lines_of(row: dict[str, Any]) -> Iterator[str]:
    """All of one."""
    yield f"{row['kind']}: {row['state']}" + (f" ({row['problem']})" if row["problem"] else "")
    for port in row["ports"]:
        yield f"port: {port_text(port)}"
    for name, count in sorted(row["counts"].items()):
        yield f"{name}: {count}"
    for session in row["sessions"]:
        yield "session: " + ", ".join(f"{key} {value}" for key, value in session.items() if value not in ("", None))
