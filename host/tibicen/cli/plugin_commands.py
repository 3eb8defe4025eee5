"""The commands of `tibicen plugins`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter, validators
from rich.table import Table
from rich.text import Text

from tibicen.cli import control
from tibicen.cli.grants import grant_arguments
from tibicen.cli.options import AllFlag, JsonFlag, SocketOption, print_json, socket_of
from tibicen.cli.text import printable, wide_console

plugins = App(name="plugins", help="Look at and steer the plugins of a running host.")


@plugins.command(name="list")
def list_plugins(*, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """All plugins of the running host."""
    host = control.request(socket_of(socket), "host.describe")
    if json:
        print_json(host)
        return
    from tibicen.cli.table import plugin_table

    console = wide_console()
    console.print(plugin_table(host["plugins"], console.width))


def _shown(row: Any) -> str:
    """An entry of a list; of a part of a plugin its name, its state, and what is wrong with it."""
    if not isinstance(row, dict) or "name" not in row:
        return str(row)
    reloads = f", reloaded {row['reloads']} times" if row.get("reloads") else ""
    told = [*row.get("errors", ()), *(f"refused: {text}" for text in row.get("refused", ()))]
    return "\n    ".join([f"{row['name']}: {row.get('state', '')}{reloads}", *told])


@plugins.command
def info(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Everything about one plugin; `errors` tells why a newer version was refused."""
    row = control.request(socket_of(socket), "plugins.info", name=name)
    if json:
        print_json(row)
        return
    table = Table(show_header=False, box=None)
    for key, value in row.items():
        shown = "\n".join(map(_shown, value)) if isinstance(value, list) else str(value)
        table.add_row(key, Text(printable(shown)))
    wide_console().print(table)


@plugins.command
def top(
    name: str = "",
    *,
    sort: Literal["time", "calls", "errors", "memory"] = "time",
    once: Annotated[bool, Parameter(negative="")] = False,
    seconds: Annotated[float, Parameter(validator=validators.Number(gte=0.05))] = 1.0,
    socket: SocketOption = None,
    json: JsonFlag = False,
) -> None:
    """What plugins cost just now, live; docs/figures.md says what each figure means. Ctrl-C ends it.

    Parameters
    ----------
    name
        Shows the handlers of this plugin, instead of all plugins.
    sort
        What the heaviest, which comes first, is heaviest by.
    once
        Shows it once and ends; with `--json` it is a list of rows then, otherwise a list on each line.
    seconds
        Between two looks.
    """
    from tibicen.cli.top import Top, ask

    path = socket_of(socket)
    Top(lambda: ask(path), wide_console(), name, sort, seconds).run(once=once, as_json=json)


def _steer(operation: str, socket: Path | None, as_json: bool, **arguments: Any) -> None:
    report = control.request(socket_of(socket), operation, **arguments)
    if as_json:
        print_json(report)
    else:
        names = ", ".join(report["plugins"])
        print(f"{report['action']} of {names}: {'done' if report['ok'] else 'refused'} in {report['ms']:.1f} ms")
        for problem in [*report["problems"], *report["warnings"]]:
            print(f"  {printable(problem)}")
        if report["kept"]:
            print(f"  {', '.join(report['kept'])}: the old generation goes on serving")
    sys.exit(0 if report["ok"] else 1)


@plugins.command
def load(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Loads a plugin that is unloaded, failed, quarantined or lazy."""
    _steer("plugins.load", socket, json, name=name)


@plugins.command
def unload(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Unloads a plugin and, before it, those that require it."""
    _steer("plugins.unload", socket, json, name=name)


@plugins.command
def reload(name: str, *, discard_state: bool = False, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Reloads a plugin and those that require it, all or none.

    Parameters
    ----------
    discard_state
        Do not ask the old generation for its state (for one whose on_snapshot fails).
    """
    _steer("plugins.reload", socket, json, name=name, discard_state=discard_state)


@plugins.command
def enable(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Lets a disabled plugin load again, and loads it."""
    _steer("plugins.enable", socket, json, name=name)


@plugins.command
def disable(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Unloads a plugin and keeps it from loading, also after a restart."""
    _steer("plugins.disable", socket, json, name=name)


@plugins.command
def grant(
    name: str, *permissions: str, all: AllFlag = False, socket: SocketOption = None, json: JsonFlag = False
) -> None:
    """Grants permissions to a plugin; it is loaded if it was refused for want of them.

    Parameters
    ----------
    permissions
        Those to grant, such as bus.publish:chat.say; everything that its newest version asks for when none are named.
    """
    _steer("plugins.grant", socket, json, **grant_arguments(name, permissions, all))


@plugins.command
def revoke(name: str, permission: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Takes a permission back; a plugin that asks for it is unloaded.

    Parameters
    ----------
    permission
        In the words in which it was granted; `tibicen plugins info NAME` shows them.
    """
    _steer("plugins.revoke", socket, json, name=name, permission=permission)
