"""Saves of a running server's files, taken in one after the other. A long one goes on in slices, and the loop runs
between them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

from tibicen.realms.inhabited import Outcome

PAUSE_SECONDS = 0.002
"""Between two slices."""

Slices = Iterator[tuple[Outcome, float] | None]
"""What was done, each with the milliseconds that it took; None where the loop should run."""


class SaveQueue:
    """Takes saves in, in their order.

    Args:
        loop: the host's.
        around: what each slice is run by.
        tell: gets what was done, its milliseconds and the `noticed_at` of its save.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        around: Callable[[Callable[[], None]], None],
        tell: Callable[[Outcome, float, float | None], None],
    ) -> None:
        self._loop = loop
        self._around = around
        self._tell = tell
        self._coming: deque[tuple[Slices, float | None]] = deque()
        self._next: asyncio.TimerHandle | None = None

    def add(self, slices: Slices, noticed_at: float | None) -> None:
        """Takes a save in: its first slice at once, unless another one is under way."""
        self._coming.append((slices, noticed_at))
        if self._next is None:
            self._go_on()

    def end(self) -> None:
        """Drops what is still to come. Idempotent."""
        self._coming.clear()
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _go_on(self) -> None:
        self._next = None
        self._around(self._run)
        if self._coming:
            self._next = self._loop.call_later(PAUSE_SECONDS, self._go_on)

    def _run(self) -> None:
        while self._coming:
            slices, noticed_at = self._coming[0]
            for found in slices:
                if found is None:
                    return
                self._tell(*found, noticed_at)
            if self._coming and self._coming[0][0] is slices:
                self._coming.popleft()
