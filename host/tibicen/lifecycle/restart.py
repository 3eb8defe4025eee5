"""When a plugin whose process died is started anew: soon, and later each time it dies again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 30.0

HEALTHY_SECONDS = 60.0
"""A process that lived that long has made good; its next end counts as the first."""


class Restarts:
    """Waits before each restart of a plugin, twice as long as before the one before."""

    def __init__(self, loop: asyncio.AbstractEventLoop, restart: Callable[[str], None]) -> None:
        self._loop = loop
        self._restart = restart
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._delays: dict[str, tuple[float, float]] = {}

    def schedule(self, plugin: str) -> float:
        """Has the plugin restarted; returns in how many seconds."""
        now = self._loop.time()
        delay, started_at = self._delays.get(plugin, (0.0, now))
        delay = FIRST_SECONDS if not delay or now - started_at > HEALTHY_SECONDS else min(delay * 2, LONGEST_SECONDS)
        self._delays[plugin] = delay, now + delay
        self.forget(plugin)
        self._waiting[plugin] = self._loop.call_later(delay, self._due, plugin)
        return delay

    def forget(self, plugin: str) -> None:
        """Lets a restart that is waited for be: the plugin was unloaded, or reloaded meanwhile."""
        handle = self._waiting.pop(plugin, None)
        if handle is not None:
            handle.cancel()

    def cancel(self) -> None:
        """Forgets all of them; the host stops."""
        for plugin in list(self._waiting):
            self.forget(plugin)

    def _due(self, plugin: str) -> None:
        del self._waiting[plugin]
        self._restart(plugin)
