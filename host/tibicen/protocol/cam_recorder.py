"""Sessions written down as OTClient's `.cam`, as they pass: a file for each game session, its login left out."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from tibicen.errors import ConfigError, WireError
from tibicen.native import open_frame
from tibicen.native.framing import Flags
from tibicen.protocol.cam import CamFrame, write_cam
from tibicen.protocol.handshake import FirstFrame
from tibicen.protocol.recorder import DIRECTIONS

if TYPE_CHECKING:
    from tibicen.protocol.readers import Side
    from tibicen.protocol.session import Session


class _Open(NamedTuple):
    """A file that is being written: since when, in seconds, and of which version."""

    file: IO[str]
    began: float
    version: int


class CamRecorder:
    """Writes game sessions to files: the first to `path`, the next to NAME-2.cam, and so on.

    Args:
        path: is made anew; nobody but its owner may read it. Neither it nor those behind it say their version.

    Attributes:
        counts: frames, sessions, and failed writes.

    Raises:
        ConfigError: the file can't be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self._open: dict[int, _Open] = {}
        try:
            # Now, so that a place that can't be written to is told of before anybody plays.
            self._first: IO[str] | None = _made(path)
        except OSError as error:
            raise ConfigError(f"the recording {path} can't be made: {error.strerror}") from None

    def first_frame(self, session: Session, first: FirstFrame, prelude: bytes) -> None:
        """A session begins. What the client says first opens an account, and isn't written down."""
        if session.port.kind != "game":
            return
        self.counts["sessions"] += 1
        file, self._first = self._first, None
        if file is None:
            try:
                file = _made(self.path.with_stem(f"{self.path.stem}-{self.counts['sessions']}"))
            except OSError:
                self.counts["failed_writes"] += 1
                return
        number = session.info["id"]
        self._open[number] = _Open(file, time.monotonic(), first.version)
        if session.challenge:
            try:
                found = open_frame(session.port.framing, bytearray(session.challenge), None, Flags.ADLER)
            except WireError:
                return
            self._write(number, "s2c", session.challenge[found.offset : found.offset + found.length])

    def frame(self, session: Session, side: Side, messages: bytes) -> None:
        """A frame's messages as they came."""
        self._write(session.info["id"], DIRECTIONS[side], messages)

    def closed(self, session: Session, by: str, reason: str) -> None:
        opened = self._open.pop(session.info["id"], None)
        if opened is not None:
            self._end(opened.file)

    def close(self) -> None:
        """Ends the recordings. Idempotent."""
        files: Iterable[IO[str]] = [each.file for each in self._open.values()]
        first, self._first = self._first, None
        self._open = {}
        for each in (*files, *([first] if first is not None else [])):
            self._end(each)

    def _write(self, number: int, direction: str, messages: bytes) -> None:
        opened = self._open.get(number)
        if opened is None:
            return
        at = round((time.monotonic() - opened.began) * 1000)
        try:
            for line in write_cam([CamFrame(0, at, direction, messages)], opened.version):
                opened.file.write(line + "\n")
                self.counts["frames"] += 1
        except OSError:
            # A full disk ends the recording, not the session.
            self.counts["failed_writes"] += 1
            self._end(self._open.pop(number).file)

    def _end(self, file: IO[str]) -> None:
        try:
            file.close()
        except OSError:
            self.counts["failed_writes"] += 1


def _made(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii")
