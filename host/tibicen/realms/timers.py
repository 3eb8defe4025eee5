"""Timers that a generation owns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tibicen.errors import TibicenError
from tibicen.lifecycle.ledger import Ledger

SHORTEST_MS = 1.0
LONGEST_MS = 1000.0 * 60 * 60 * 24 * 366


class Timer:
    """An entry of a ledger: in effect it fires, once or every `ms` milliseconds."""

    kind = "timer"

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        ledger: Ledger,
        ms: float,
        repeats: bool,
        fire: Callable[[], None],
    ) -> None:
        if not SHORTEST_MS <= ms <= LONGEST_MS:
            raise TibicenError(f"a timer's time must be from {SHORTEST_MS:g} ms to a year, not {ms:g}")
        self.label = f"{'every' if repeats else 'after'} {ms:g} ms"
        self._loop = loop
        self._ledger = ledger
        self.ms = ms
        self.repeats = repeats
        self.fire = fire
        self._seconds = ms / 1e3
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0

    def put_back(self) -> None:
        self._due = self._loop.time() + self._seconds
        self._handle = self._loop.call_at(self._due, self._ring)

    def lift(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def close(self) -> None:
        self.lift()

    def _ring(self) -> None:
        if self.repeats:
            # From the due time, not from now: no drift. What was missed is skipped, not made up for.
            self._due = max(self._due + self._seconds, self._loop.time())
            self._handle = self._loop.call_at(self._due, self._ring)
        else:
            self._handle = None
            self._ledger.release(self)
        self.fire()
