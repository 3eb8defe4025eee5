"""What `tibicen run` shows: a line for everything that happens, and a table that fits its terminal."""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from tibicen.cli.table import MOST_ROWS, Screen, plugin_table, report_lines, rest_line
from tibicen.cli.text import printable
from tibicen.lifecycle.report import Problem, Report


def row(name: str, **other: Any) -> dict[str, Any]:
    """What the table needs of `Plugin.describe()`."""
    return {
        "name": name,
        "version": "1.0.0",
        "state": "active",
        "generation": 1,
        "tier": "contained",
        "handlers": 3,
        "load_ms": 1.25,
        "memory_mb": 0.5,
        "strikes": [],
        "errors": [],
        **other,
    }


def drawn(plugins: list[dict[str, Any]], width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(plugin_table(plugins, width))
    return out.getvalue().splitlines()


# -- the table ------------------------------------------------------------------------------------------


def test_a_row_tells_all(monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = [
        row("greeter"),
        row("broken", errors=["no"], state="failed", generation=0, memory_mb=0.0),
        row("old", errors=["no"], strikes=[{}, {}]),
    ]
    heading, *rows = (line.split() for line in drawn(plugins, 120))
    assert heading == ["plugin", "version", "state", "gen", "tier", "handlers", "load", "ms", "MB", "strikes"]
    assert rows == [
        ["greeter", "1.0.0", "active", "1", "contained", "3", "1.2", "0.50", "0"],
        ["broken", "1.0.0", "failed", "0", "contained", "3", "1.2", "-", "0"],
        ["old", "1.0.0", "active", "(newest", "refused)", "1", "contained", "3", "1.2", "0.50", "2"],
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 200])
def test_it_is_no_wider_than_its_terminal_and_a_row_is_a_line(width: int) -> None:
    plugins = [row("a"), row("n" * 64, errors=["no"]), row("wide-\N{CJK UNIFIED IDEOGRAPH-4E00}" * 9)]
    lines = drawn(plugins, width)
    assert len(lines) == 1 + len(plugins)
    assert all(cell_len(line) <= width for line in lines)
    assert lines[1].startswith("a ")
    assert all("active" in line or "acti…" in line for line in lines[1:]), "how it is comes before all figures"


@pytest.mark.parametrize("name", ["[/bold]", "[red]x", "a\x1b[2Jb", "new\nline", "bell\a"])
def test_a_name_is_shown_and_not_obeyed(name: str) -> None:
    """A folder that can't be read is listed by its own name, whatever that is."""
    lines = drawn([row(name, version=name)], 120)
    assert "\x1b" not in "".join(lines) and "\a" not in "".join(lines)
    assert "".join(lines).count(printable(name).partition("\n")[0]) == 2


def test_control_characters_become_visible() -> None:
    assert printable("é [x]\ttab\nline") == "é [x]\ttab\nline"
    assert printable("\x1b[2J\r\x07\x9b\x7f\0") == r"\x1b[2J\r\x07\x9b\x7f\x00"
    assert printable("a\u202eb\u2028\udcff") == r"a\u202eb\u2028\udcff"


# -- many plugins ---------------------------------------------------------------------------------------


def test_those_that_are_left_out_are_counted() -> None:
    assert rest_line({"plugins": 960, "in_trouble": 0}) == "and 960 more; `tibicen plugins list` shows all"
    assert rest_line({"plugins": 0, "in_trouble": 0}) == ""
    counted = "and 90 more, 7 of them in trouble; `tibicen plugins list` shows all"
    assert rest_line({"plugins": 90, "in_trouble": 7}) == counted


# -- the screen -----------------------------------------------------------------------------------------


def host_of(count: int) -> Callable[[int], dict[str, Any]]:
    plugins = [row(f"plugin-{number}") for number in range(count)]
    return lambda most: {
        "version": "0.1",
        "folder": "/srv/" + "deep/" * 30,
        "status": {"port": 7171},
        "plugins": plugins[:most],
        "left_out": {"plugins": max(0, count - most), "in_trouble": 0},
    }


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 10), (200, 100)])
def test_the_live_table_fits_the_screen(width: int, height: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, force_terminal=True, color_system=None, soft_wrap=True)
    screen = Screen(console)
    screen.open(host_of(1000))
    screen.close()
    screen.close()
    # Control sequences aside.
    lines = [line for line in out.getvalue().replace("\x1b[?25l", "").replace("\x1b[?25h", "").splitlines() if line]
    assert len(lines) <= height
    assert all(cell_len(line) <= width for line in lines)
    shown = sum("plugin-" in line for line in lines)
    assert 1 <= shown <= MOST_ROWS
    assert f"and {1000 - shown} more" in lines[-1]


def test_without_a_terminal_there_are_only_lines() -> None:
    out = io.StringIO()
    screen = Screen(Console(file=out, color_system=None, markup=False, soft_wrap=True))
    screen.open(host_of(3))
    screen.report(Report("load", ["a"], generations={"a": 1}, ms=1.5))
    screen.print("[/x] is no markup")
    screen.refresh()
    screen.close()
    assert out.getvalue() == "✓ loaded a#1 in 1.5 ms\n[/x] is no markup\n"


class Failing(io.StringIO):
    """A file on a disk that is full for a while."""

    full = True

    def flush(self) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_behind_a_redirection_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Failing()
    monkeypatch.setattr(sys, "stdout", out)
    screen = Screen()
    screen.print("one")
    screen.report(Report("load", ["a"], generations={"a": 1}))
    out.full = False
    screen.print("two")
    assert out.getvalue().splitlines() == ["one", "✓ loaded a#1 in 0.0 ms", "two"], "nothing is said again"


# -- what happened --------------------------------------------------------------------------------------

PROBLEM = Problem("a", "it is broken\x1b[2J", "a/init.lua", 3)

REPORTS = {
    "a load": (
        Report("load", ["a", "b"], generations={"a": 1, "b": 4}, ms=2.25),
        ["✓ loaded a#1, b#4 in 2.2 ms"],
    ),
    "a save": (
        Report("reload", ["a"], generations={"a": 2}, ms=2.25, since_save_ms=9.75),
        ["✓ reloaded a#2 in 2.2 ms (9.8 ms after the save)"],
    ),
    "an unload": (Report("unload", ["a"], generations={"a": 2}, ms=0.5), ["✓ unloaded a#2 in 0.5 ms"]),
    "an unload of nothing": (Report("unload", ["a"], ms=0.5), ["✓ unloaded a in 0.5 ms"]),
    "a refusal": (
        Report("reload", ["a"], ok=False, generations={"a": 2}, problems=[PROBLEM], kept=["a"]),
        ["✗ reload of a refused:", r"    a/init.lua:3: it is broken\x1b[2J", "    a#2 goes on serving"],
    ),
    "a module of a client": (
        Report("reload", ["a"], generations={"a": 1}, parts=["game_x"], ms=2.25),
        ["✓ reloaded a#1: game_x in 2.2 ms"],
    ),
    "a module that is refused": (
        Report("reload", ["a"], ok=False, generations={"a": 1}, parts=["game_x"], problems=[PROBLEM], kept=["a"]),
        [
            "✗ reload of a: game_x refused:",
            r"    a/init.lua:3: it is broken\x1b[2J",
            "    game_x of a#1 goes on as before",
        ],
    ),
    "a strike": (
        Report("strike", ["a"], ok=False, problems=[PROBLEM]),
        ["! a failed:", r"    a/init.lua:3: it is broken\x1b[2J"],
    ),
    "a quarantine": (
        Report("quarantine", ["a"], ok=False, warnings=["3 strikes"]),
        ["✗ a is quarantined:", "    3 strikes"],
    ),
    "a leak": (
        Report("leak", ["a"], ok=False, warnings=["something lives"]),
        ["! a left something behind:", "    something lives"],
    ),
    "a drain": (
        Report("drain", ["a"], ok=False, warnings=["it was busy"]),
        ["! a was slow to end:", "    it was busy"],
    ),
    "host.yaml": (
        Report("config", ["host.yaml"], warnings=["status.port: later"]),
        ["✓ read host.yaml", "    status.port: later"],
    ),
    "host.yaml broken": (
        Report("config", ["host.yaml"], ok=False, problems=[Problem("host", "host.yaml:1: no")]),
        ["✗ host.yaml can't be used; what was set before goes on:", "    host.yaml:1: no"],
    ),
}


@pytest.mark.parametrize("case", REPORTS)
def test_a_report_in_words(case: str) -> None:
    report, lines = REPORTS[case]
    assert [line.plain for line in report_lines(report)] == lines
