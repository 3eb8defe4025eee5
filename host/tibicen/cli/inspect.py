"""`tibicen inspect`: recorded sessions as text, and their check."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from tibicen.cli.item_files import item_table
from tibicen.errors import ConfigError
from tibicen.protocol.captures import Capture, items_beside
from tibicen.protocol.items import ItemTable
from tibicen.protocol.verify import Inspected, Totals, inspect, verify
from tibicen.protocol.versions import UNPARSED

_SECRETS = {"password", "session_key", "key", "secret", "token_secret", "filler"}
_BYTES_A_LINE = 16
_LONGEST_VALUE = 400


class Filter(NamedTuple):
    """Which messages are shown: each of these that isn't empty has to fit.

    Attributes:
        name: with * and ?.
        opcode: None for all.
        side: `client` or `server`.
    """

    name: str = ""
    opcode: int | None = None
    side: str = ""

    def fits(self, way: str, opcode: int, name: str) -> bool:
        return (
            (not self.name or fnmatchcase(name, self.name))
            and self.opcode in (None, opcode)
            and way.endswith(self.side)
        )


EVERYTHING = Filter()


def filter_of(name: str | None, opcode: str | None, side: str | None) -> Filter:
    """A filter as a command line has it; the opcode is hexadecimal, with or without 0x.

    Raises:
        ConfigError: that is no opcode.
    """
    try:
        number = None if opcode is None else int(opcode, 16)
    except ValueError:
        number = -1
    if number is not None and not 0 <= number <= 255:
        raise ConfigError(f"{opcode!r} is no opcode; write it in hexadecimal, such as 6E")
    return Filter(name or "", number, side or "")


def open_capture(path: Path, items: Path | None, version: int = 0) -> tuple[Capture, ItemTable]:
    """A recording and its item table: the one named, or the one that lies beside it. `version`: of a `.cam`.

    Raises:
        ConfigError: one of them can't be read.
    """
    capture = Capture(path, version)
    return capture, item_table(items) if items else items_beside(capture)


def check(paths: list[Path], items: Path | None, version: int = 0) -> Totals:
    """The figures of all recordings together.

    Raises:
        ConfigError: one of them can't be read.
    """
    totals = Totals()
    for path in paths:
        totals.add(verify(*open_capture(path, items, version)))
    return totals


def plain(value: Any) -> Any:
    """A field as JSON has it: bytes in hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, tuple):
        return dict(zip(value._fields, value, strict=True)) if hasattr(value, "_fields") else list(value)
    return value


def rows(
    capture: Capture, items: ItemTable, wanted: Filter = EVERYTHING, *, raw: bool = False
) -> Iterator[dict[str, Any]]:
    """One row a message: where it stands, its name and its fields, without what is secret.

    Args:
        raw: with the message's bytes.
    """
    for each in inspect(capture, items):
        if each.opened is None:
            yield {**_place(each), "opcode": None, "name": "bad_frame", "fields": {"reason": each.problem}}
            continue
        for message in each.messages:
            if not wanted.fits(each.way, message.opcode, message.name):
                continue
            row = {**_place(each), "start": message.start, "end": message.end, "opcode": message.opcode}
            row["name"], row["fields"] = message.name, without_secrets(plain(message.fields))
            if raw and not has_secrets(message.fields):
                row["raw"] = each.opened.messages[message.start : message.end].hex()
            yield row


def _place(each: Inspected) -> dict[str, Any]:
    record = each.record
    return {"line": record.line, "time_ms": record.time, "connection": record.connection, "from": each.way}


def has_secrets(fields: Mapping[str, Any]) -> bool:
    """Whether a message's bytes are not to be shown, either."""
    return not _SECRETS.isdisjoint(fields)


def without_secrets(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields to be shown."""
    return {key: "(hidden)" if key in _SECRETS else value for key, value in fields.items()}


def text_of(row: dict[str, Any]) -> Iterator[str]:
    """A row in lines: a head, then what could not be read in hex with its position."""
    opcode = "--" if row["opcode"] is None else f"{row['opcode']:02X}"
    fields = dict(row["fields"])
    unknown = bytes.fromhex(fields.pop("data")) if row["name"] == UNPARSED else b""
    arrow = "->" if row["from"].endswith("client") else "<-"
    shown = " ".join(f"{key}={shown_value(value)}" for key, value in fields.items())
    yield f"{row['time_ms'] / 1000:9.3f} #{row['connection']} {arrow} {opcode} {row['name']} {shown}".rstrip()
    yield from hex_lines(unknown, row.get("start", 0))
    if "raw" in row:
        yield from hex_lines(bytes.fromhex(row["raw"]), row["start"])


def shown_value(value: Any) -> str:
    """A field's value in a line, cut where it is very long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."


def hex_lines(data: bytes, start: int) -> Iterator[str]:
    """Bytes, 16 a line, each line with the position of its first in the frame's messages."""
    for at in range(0, len(data), _BYTES_A_LINE):
        part = data[at : at + _BYTES_A_LINE]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        yield f"            {start + at:5} {part.hex(' '):<47} {text}"
