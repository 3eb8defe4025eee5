"""`tibicen convert`: a recorded session as OTClient's `.cam`."""

from __future__ import annotations

from pathlib import Path

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


def convert(source: Path, target: Path, connection: int | None) -> int:
    """Writes a `.cam`; the number of its frames.

    Raises:
        ConfigError: the recording can't be read, or the file can't be written.
    """
    if target.suffix != SUFFIX:
        raise ConfigError(f"{target}: recordings are converted to .cam files only")
    lines = to_cam(Capture(source), connection)
    try:
        target.write_text("\n".join(lines) + "\n", encoding="ascii")
    except OSError as error:
        raise ConfigError(f"{target} can't be written: {error.strerror}") from None
    return len(lines)
