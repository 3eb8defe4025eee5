"""What a worker process writes to its standard error, line by line, and not more of it than a log can bear."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable

BURST = 200
"""Lines that may come at once."""

PER_SECOND = 20.0
LONGEST_LINE = 2000
READ_BYTES = 1 << 16
LAST_WORDS_SECONDS = 0.5


class WorkerLog:
    """Reads the pipe; `write` gets each line, and now and then how many were dropped."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._fd = -1
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rest = b""
        self._credit = float(BURST)
        self._credited_at = time.monotonic()
        self._dropped = 0
        self._last = ""
        self._last_at = 0.0

    @property
    def last_words(self) -> str:
        """The last line, for reports of the process's end; empty when it was long before."""
        return self._last if time.monotonic() - self._last_at < LAST_WORDS_SECONDS else ""

    def watch(self, fd: int) -> None:
        """Takes the read end of the pipe, which must not block."""
        self._fd = fd

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        loop.add_reader(self._fd, self.drain)

    def drain(self) -> None:
        """Takes what is there now."""
        if self._fd < 0:
            return
        for _ in range(16):
            try:
                data = os.read(self._fd, READ_BYTES)
            except BlockingIOError:
                return
            if not data:
                self.close()
                return
            lines = (self._rest + data).split(b"\n")
            self._rest = lines.pop()[:LONGEST_LINE]
            for line in lines:
                self._line(line)

    def _line(self, line: bytes) -> None:
        text = line[:LONGEST_LINE].decode("utf-8", "backslashreplace").rstrip()
        if not text:
            return
        now = time.monotonic()
        self._last, self._last_at = text, now
        self._credit = min(BURST, self._credit + (now - self._credited_at) * PER_SECOND)
        self._credited_at = now
        if self._credit < 1:
            self._dropped += 1
            return
        self._credit -= 1
        if self._dropped:
            self._write(f"({self._dropped} lines were dropped: it writes more than {PER_SECOND:g} lines a second)")
            self._dropped = 0
        self._write(text)

    def close(self) -> None:
        """Ends it with what was not yet a whole line. Idempotent."""
        if self._fd < 0:
            return
        if self._loop is not None:
            self._loop.remove_reader(self._fd)
        os.close(self._fd)
        self._fd = -1
        self._line(self._rest)
        self._rest = b""
        if self._dropped:
            self._write(f"({self._dropped} lines were dropped)")
            self._dropped = 0
