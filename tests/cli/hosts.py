"""`tibicen run` as a process, and the other commands in this one."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 40.0
SERVES = "Ctrl-C ends it"
QUIET_CONFIG = 'permissions: {everyone: ["*"]}\nstatus: {enabled: false}\n'
"""A host.yaml that takes no port and lets everything be done."""


class Said(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class RunProcess:
    """`tibicen run` in a folder of its own. Its socket is in the folder's `.tibicen`, as the other commands expect."""

    def __init__(self, folder: Path, *options: str, environment: Mapping[str, str] = {}) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        command = [sys.executable, "-m", "tibicen", "run", *options]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def until_line(self, part: str) -> str:
        """Waits for a line of output that holds `part`."""
        deadline = time.monotonic() + PATIENCE
        while True:
            line = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            assert line is not None, f"it ended without saying {part!r}: {self.lines} {self.end()}"
            self.lines.append(line)
            if part in line:
                return line

    def until_serving(self) -> RunProcess:
        self.until_line(SERVES)
        return self

    def end(self, number: signal.Signals | None = None) -> Said:
        """Sends a signal, if one is given, and waits for the end."""
        if number is not None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        self._reader.join()
        assert self.process.stdout is not None and self.process.stderr is not None
        while not self._queue.empty():
            line = self._queue.get()
            if line is not None:
                self.lines.append(line)
        error = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return Said(code, "\n".join(self.lines), error)
