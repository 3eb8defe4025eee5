"""`tibicen protocol`: what the messages of a version are made of; and docs/protocol.md, made of the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tibicen.errors import ConfigError
from tibicen.protocol.describe import lines, rows, structures_of
from tibicen.protocol.layout import DIRECTIONS
from tibicen.protocol.versions import VERSIONS, Protocol, load_protocol

PAGE = Path("docs") / "protocol.md"
_BEGIN = "<!-- messages: made by `tibicen reference` from manifests/protocols; a change below is lost -->"


def listed(version: int) -> list[dict[str, Any]]:
    """Every message of a version: direction, opcode, name, and its fields in one line.

    Raises:
        ConfigError: the version is not known.
    """
    return [row._asdict() for row in rows(load_protocol(version))]


def shown(version: int, message: str, direction: str | None) -> Iterator[str]:
    """Lines that say what a message is made of, for each side that sends one.

    Args:
        message: its opcode (0x6E, 110) or its name.

    Raises:
        ConfigError: the version or the message is not known.
    """
    protocol = load_protocol(version)
    found = False
    for way in DIRECTIONS:
        if direction is not None and way.rpartition("_")[2] != direction:
            continue
        for opcode, layout in protocol.layouts[way].items():
            if layout.name == message or _number(message) == opcode:
                yield from [""] if found else []
                found = True
                yield f"{version}, from the {way.rpartition('_')[2]}{_port(way)}:"
                yield from lines(layout, protocol.manifest)
                for name in structures_of(layout, protocol.manifest):
                    yield ""
                    yield from lines(protocol.manifest.structures[name], protocol.manifest)
    if not found:
        sides = f" from the {direction}" if direction else ""
        raise ConfigError(f"{version} has no message {message}{sides}; `tibicen protocol list {version}` shows them")


def _port(way: str) -> str:
    return " on the login port" if way.startswith("login_") else ""


def _number(text: str) -> int | None:
    try:
        return int(text, 0)
    except ValueError:
        return None


def page(root: Path) -> str:
    """docs/protocol.md as it should be: what stands there, with the tables made anew.

    Raises:
        ConfigError: the page is missing, or the place for the tables in it.
    """
    path = root / PAGE
    text = path.read_text("utf-8") if path.is_file() else ""
    head, mark, _ = text.partition(_BEGIN)
    if not mark:
        raise ConfigError(f"{PAGE.as_posix()} has no line {_BEGIN}")
    return head + mark + "\n" + "\n".join(_tables())


def _tables() -> Iterator[str]:
    for version in VERSIONS:
        protocol = load_protocol(version)
        framing = ", ".join(f"{key} {value}" for key, value in protocol.manifest.framing.items())
        yield from ("", f"## {version}", "", f"Framing: {framing}.")
        yield from _version_tables(protocol)


def _version_tables(protocol: Protocol) -> Iterator[str]:
    titles = {
        "client": "From the client",
        "server": "From the server",
        "login_client": "From the client, on the login port",
        "login_server": "From the server, on the login port",
    }
    for direction, title in titles.items():
        yield from ("", f"### {protocol.version}: {title}", "", "| opcode | name | fields |", "|---|---|---|")
        for row in rows(protocol):
            if row.direction == direction:
                fields = row.fields.replace("|", "\\|")
                yield f"| {row.opcode:02X} | {row.name} | {f'`{fields}`' if fields else '-'} |"
    yield ""
