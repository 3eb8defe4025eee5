"""`tibicen convert`: a recorded session as OTClient's `.cam`, and the other way round."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from pathlib import Path
from typing import Any

from tibicen.errors import ConfigError
from tibicen.protocol.cam import SUFFIX, CamFrame, write_cam
from tibicen.protocol.captures import Capture
from tibicen.protocol.items import ItemTable
from tibicen.protocol.verify import inspect


def to_cam(capture: Capture, connection: int | None) -> list[str]:
    """The lines of a `.cam` with one game connection of a recording, the first unless it is named.

    Raises:
        ConfigError: there is no such connection, or a frame can't be opened.
    """
    frames: list[CamFrame] = []
    began = 0.0
    for each in inspect(capture, ItemTable()):
        record = each.record
        if each.way.startswith("login_") or connection not in (None, record.connection):
            continue
        if connection is None:
            connection = record.connection
        if not frames:
            began = record.time
        if each.opened is None:
            raise ConfigError(f"{capture.path}:{record.line}: the frame can't be opened: {each.problem}")
        if record.kind != "login":
            at = round(record.time - began)
            frames.append(CamFrame(record.line, at, record.direction, each.opened.messages))
    if not frames:
        which = "game connection" if connection is None else f"game connection {connection}"
        raise ConfigError(f"{capture.path} has no {which}")
    return list(write_cam(frames, capture.version))


def to_lines(capture: Capture) -> list[str]:
    """The lines of a recording with what a `.cam` has: messages, without frames and login."""
    counted: Counter[str] = Counter()
    lines: list[dict[str, Any]] = [{"meta": {"version": capture.version, "connections": [{"conn": 1, "kind": "game"}]}}]
    for record in capture:
        assert record.plain is not None
        counted[record.direction] += 1
        frame = {"t": record.time, "conn": 1, "dir": record.direction, "kind": record.kind}
        messages = {"n": counted[record.direction], "plain": record.plain.hex(), "op": record.plain[:1].hex()}
        lines.append({**frame, **messages})
    return [json.dumps(line, separators=(",", ":")) for line in lines]


def convert(source: Path, target: Path, connection: int | None, version: int = 0) -> int:
    """Writes a `.cam` of a recording, or a recording of a `.cam`; the number of its frames.

    Args:
        version: of a `.cam` whose name doesn't say it.

    Raises:
        ConfigError: the recording can't be read, or the file can't be written.
    """
    capture = Capture(source, version)
    lines_wanted = target.name.endswith((".jsonl", ".jsonl.xz"))
    if target.suffix != SUFFIX and not lines_wanted:
        raise ConfigError(f"{target}: recordings are .cam, .jsonl or .jsonl.xz files")
    if capture.is_cam != lines_wanted:
        raise ConfigError(f"{source} is of that form already; copy it")
    lines = to_lines(capture) if lines_wanted else to_cam(capture, connection)
    data = ("\n".join(lines) + "\n").encode()
    try:
        target.write_bytes(lzma.compress(data) if target.suffix == ".xz" else data)
    except OSError as error:
        raise ConfigError(f"{target} can't be written: {error.strerror}") from None
    return len(lines) - lines_wanted
