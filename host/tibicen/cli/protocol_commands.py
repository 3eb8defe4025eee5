"""The commands of `tibicen protocol`."""

from __future__ import annotations

from typing import Literal

from cyclopts import App

from tibicen.cli.options import JsonFlag, print_json

protocol = App(name="protocol", help="What the messages of a protocol version are made of.")


@protocol.command(name="list")
def list_messages(version: int, *, json: JsonFlag = False) -> None:
    """All messages of a version, with their fields.

    Parameters
    ----------
    version
        860, 1098, 1100, 1310 or 1525.
    """
    from tibicen.cli.protocol import listed

    rows = listed(version)
    if json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['direction']:12} {row['opcode']:02X} {row['name']:28} {row['fields']}".rstrip())


@protocol.command
def show(version: int, message: str, *, direction: Literal["client", "server"] | None = None) -> None:
    """What one message is made of.

    Parameters
    ----------
    message
        Its opcode, such as 0x6E, or its name.
    direction
        Who sends it; both unless given.
    """
    from tibicen.cli.protocol import shown

    for line in shown(version, message, direction):
        print(line)
