"""`tibicen inspect`: recorded sessions as text, and their check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tibicen.protocol.captures import Capture, items_beside, read_items
from tibicen.protocol.items import ItemTable
from tibicen.protocol.verify import Inspected, Totals, inspect, verify
from tibicen.protocol.versions import UNPARSED, Message

_SECRETS = {"password", "session_key", "key", "secret", "token_secret", "filler"}
_BYTES_A_LINE = 16
_LONGEST_VALUE = 400


def open_capture(path: Path, items: Path | None) -> tuple[Capture, ItemTable]:
    """A recording and its item table: the one named, or the one that lies beside it.

    Raises:
        ConfigError: one of them can't be read.
    """
    capture = Capture(path)
    return capture, read_items(items) if items else items_beside(capture)


def check(paths: list[Path], items: Path | None) -> Totals:
    """The figures of all recordings together.

    Raises:
        ConfigError: one of them can't be read.
    """
    totals = Totals()
    for path in paths:
        totals.add(verify(*open_capture(path, items)))
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


def rows(capture: Capture, items: ItemTable, pattern: str | None, raw: bool) -> Iterator[dict[str, Any]]:
    """One row a message: where it stands, its name and its fields, without what is secret.

    Args:
        pattern: names to show, with * and ?; the opcode in hex (0x6e) does as well.
        raw: with the message's bytes, and rows for frames.
    """
    for each in inspect(capture, items):
        if each.opened is None:
            yield {**_place(each), "opcode": None, "name": "bad_frame", "fields": {"reason": each.problem}}
            continue
        for message in each.messages:
            if pattern and not _fits(message, pattern):
                continue
            row = {**_place(each), "start": message.start, "end": message.end, "opcode": message.opcode}
            row["name"], row["fields"] = message.name, _without_secrets(plain(message.fields))
            if raw and "secret" not in message.fields:
                row["raw"] = each.opened.messages[message.start : message.end].hex()
            yield row


def _place(each: Inspected) -> dict[str, Any]:
    record = each.record
    return {"line": record.line, "time_ms": record.time, "connection": record.connection, "from": each.way}


def _fits(message: Message, pattern: str) -> bool:
    return fnmatchcase(message.name, pattern) or f"0x{message.opcode:02x}" == pattern.lower()


def _without_secrets(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: "(hidden)" if key in _SECRETS else value for key, value in fields.items()}


def text_of(row: dict[str, Any]) -> Iterator[str]:
    """A row in lines: a head, then what could not be read in hex with its position."""
    opcode = "--" if row["opcode"] is None else f"{row['opcode']:02X}"
    fields = dict(row["fields"])
    unknown = bytes.fromhex(fields.pop("data")) if row["name"] == UNPARSED else b""
    arrow = "->" if row["from"].endswith("client") else "<-"
    shown = " ".join(f"{key}={_value(value)}" for key, value in fields.items())
    yield f"{row['time_ms'] / 1000:9.3f} #{row['connection']} {arrow} {opcode} {row['name']} {shown}".rstrip()
    yield from hex_lines(unknown, row.get("start", 0))
    if "raw" in row:
        yield from hex_lines(bytes.fromhex(row["raw"]), row["start"])


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."


def hex_lines(data: bytes, start: int) -> Iterator[str]:
    """Bytes, 16 a line, each line with the position of its first in the frame's messages."""
    for at in range(0, len(data), _BYTES_A_LINE):
        part = data[at : at + _BYTES_A_LINE]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        yield f"            {start + at:5} {part.hex(' '):<47} {text}"
