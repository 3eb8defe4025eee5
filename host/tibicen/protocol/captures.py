"""Recorded sessions: one JSON object a line, the first of them `meta`, then frames and events in order of time.

OTClient's `.cam` are read, too, as far as they say the same: one connection, without the client's login.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tibicen.errors import ConfigError, WireError
from tibicen.protocol import cam
from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import VERSIONS

FRAME_KINDS = ("challenge", "login", "frame")

_ITEM_LISTS = {
    "stackable": "stackable",
    "fluid_container": "fluid",
    "splash": "splash",
    "container": "container",
    "podium": "podium",
    "classification": "classified",
    "charges": "charges",
    "expire": "duration",
    "animated": "animated",
    "deco_kit": "wrap_kit",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One line: a frame of a connection, or an event.

    Attributes:
        line: its number in the file, from 1.
        time: milliseconds since the recording began.
        connection: number of the TCP connection, -1 where the line belongs to none.
        direction: `c2s` or `s2c`, empty for events.
        kind: challenge, login or frame; others (http, prelude, status, partial, tls-attempt, event) hold no frame.
        raw: the whole frame with its length header; empty in a `.cam`, which has messages only.
        plain: what the recorder decrypted and inflated, None where it gave nothing.
        boundaries: (offset, opcode) as the recorded client split the frame, None where it didn't tell.
        said: the whole object.
    """

    line: int
    time: float
    connection: int
    direction: str
    kind: str
    raw: bytes
    plain: bytes | None
    boundaries: list[tuple[int, int]] | None
    said: dict[str, Any] = field(repr=False)


class Capture:
    """A recording; iterating gives its records.

    Args:
        version: of a `.cam`, which doesn't say it; the one in its name (`test1098.cam`) unless given.

    Attributes:
        is_cam: it is one of OTClient's.

    Raises:
        ConfigError: the file can't be read, or is no recording.
    """

    def __init__(self, path: Path, version: int = 0) -> None:
        self.path = path
        self.meta: dict[str, Any] = {}
        self.version = version
        self.kinds: dict[int, str] = {}
        self.keys: dict[int, bytes] = {}
        try:
            data = path.read_bytes()
            text = lzma.decompress(data) if path.suffix == ".xz" else data
            self._text = text.decode("utf-8")
        except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path} can't be read: {error}") from error
        self.is_cam = path.name.removesuffix(".xz").endswith(cam.SUFFIX)
        if self.is_cam:
            self.version = version or cam.version_in(path.name, VERSIONS)
            self._lines: list[str] = []
            if not self.version:
                raise ConfigError(f"{path} does not say its version, nor does its name; say --protocol 1098")
        else:
            self._lines = self._text.splitlines()
            self._read_meta()

    def _read_meta(self) -> None:
        first = self._object(1)
        meta = first.get("meta")
        if not isinstance(meta, dict) or not isinstance(meta.get("version", meta.get("protocol", 0)), int):
            raise ConfigError(f"{self.path}:1: a recording begins with a line {{'meta': ...}} that says its version")
        self.meta = meta
        self.version = int(meta.get("version", 0))
        for row in meta.get("connections", ()):
            number = int(row.get("conn", -1))
            self.kinds[number] = str(row.get("kind", "game"))
            words = row.get("xtea")
            if words:
                self.keys[number] = b"".join(int(word, 16).to_bytes(4, "little") for word in words)

    def _object(self, number: int) -> dict[str, Any]:
        text = self._lines[number - 1] if number <= len(self._lines) else ""
        try:
            value = json.loads(text)
        except ValueError as error:
            raise ConfigError(f"{self.path}:{number}: no JSON: {error}") from error
        if not isinstance(value, dict):
            raise ConfigError(f"{self.path}:{number}: an object is expected")
        return value

    def __iter__(self) -> Iterator[Record]:
        return self._of_cam() if self.is_cam else self._of_objects()

    def _of_cam(self) -> Iterator[Record]:
        try:
            for each in cam.read_cam(self._text):
                kind = "challenge" if each.is_challenge else "frame"
                yield Record(each.line, each.time, 1, each.direction, kind, b"", each.messages, None, {})
        except WireError as error:
            raise ConfigError(f"{self.path}: {error}") from error

    def _of_objects(self) -> Iterator[Record]:
        for number in range(2, len(self._lines) + 1):
            said = self._object(number)
            try:
                yield _record(number, said)
            except (TypeError, ValueError) as error:
                raise ConfigError(f"{self.path}:{number}: {error}") from error


def _record(line: int, said: dict[str, Any]) -> Record:
    plain = said.get("plain")
    boundaries = said.get("msgs")
    return Record(
        line,
        float(said.get("t", 0)),
        int(said.get("conn", -1)),
        str(said.get("dir", "")),
        "event" if "ev" in said else str(said.get("kind", "")),
        bytes.fromhex(said.get("raw") or ""),
        None if plain is None else bytes.fromhex(plain),
        None if boundaries is None else [(int(at), int(opcode, 16)) for at, opcode in boundaries],
        said,
    )


def read_items(path: Path) -> ItemTable:
    """An item table that lies beside recordings: `flags`, lists of client ids by name, and `covered`.

    Raises:
        ConfigError: it can't be read, or is no such table.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
        names = {_ITEM_LISTS[name]: ids for name, ids in value["flags"].items() if name in _ITEM_LISTS}
        return ItemTable.of_names(names, value.get("covered"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path} is no item table: {error}") from error


def items_beside(capture: Capture) -> ItemTable:
    """The table `items-VERSION.json` in the recording's folder; one that knows nothing when there is none."""
    path = capture.path.parent / f"items-{capture.version}.json"
    return read_items(path) if path.is_file() else ItemTable()
