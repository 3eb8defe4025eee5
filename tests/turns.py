"""Turns of the processes that run the suite side by side: a test that measures time has the machine to itself."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turns:
    """Tests share a lock, those marked `alone` hold it by themselves.

    Args:
        run: what the processes of one run have in common.
    """

    def __init__(self, run: str) -> None:
        base = Path(tempfile.gettempdir()) / f"tibicen-tests-{os.getuid()}-{run}"
        # Whoever waits to be alone stands in the gate, so that nobody passes ahead for ever.
        self._gate = os.open(f"{base}.gate", os.O_RDWR | os.O_CREAT, 0o600)
        self._lock = os.open(f"{base}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._files = [Path(f"{base}.gate"), Path(f"{base}.lock")]

    @contextmanager
    def turn(self, alone: bool) -> Iterator[None]:
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        finally:
            fcntl.flock(self._gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """The run is over in this process; others go on with the files that they have open."""
        os.close(self._gate)
        os.close(self._lock)
        for file in self._files:
            file.unlink(missing_ok=True)
