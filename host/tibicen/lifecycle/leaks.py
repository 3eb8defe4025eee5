"""After an unload: is the generation really gone? What is not is reported by name."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

from tibicen.lifecycle.generation import Generation, Runtime

DELAY_SECONDS = 1.0
"""Collecting all of Python's garbage takes tens of milliseconds: it waits until nothing was unloaded for so long."""

LONGEST_DELAY_SECONDS = 10.0
"""After so long it is not put off any more."""

MOST_WAITING = 64
"""Nor when so many generations wait: what is watched stays in memory."""


class LeakAudit:
    """Looks at closed generations until they are gone or found to be held."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_leak: Callable[[str, int, list[str]], None]) -> None:
        self._loop = loop
        self._on_leak = on_leak
        self._waiting: list[tuple[str, int, Runtime]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._latest = 0.0

    def watch(self, generation: Generation) -> None:
        """Takes a closed generation. Gone already: nothing is kept; otherwise it is looked at again soon."""
        runtime = generation.runtime
        if runtime is None or not runtime.remains():
            return
        self._waiting.append((generation.plugin, generation.number, runtime))
        now = self._loop.time()
        if self._timer is None:
            self._latest = now + LONGEST_DELAY_SECONDS
        else:
            self._timer.cancel()
        due = now if len(self._waiting) >= MOST_WAITING else min(now + DELAY_SECONDS, self._latest)
        self._timer = self._loop.call_at(due, self.check)

    def check(self) -> None:
        """Collects garbage and reports what is still held."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        gc.collect()
        for plugin, number, runtime in waiting:
            remains = runtime.remains()
            if remains:
                self._on_leak(plugin, number, remains)
