"""How the host itself is: whether its event loop keeps up, and what became of loads, reloads and strikes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping

from tibicen.lifecycle.histogram import Histogram
from tibicen.lifecycle.plugin import Plugin
from tibicen.lifecycle.report import Report

EVERY_SECONDS = 0.25
"""How often the loop is asked to be on time."""


class Vitals:
    """Counters of one host, from its start.

    Attributes:
        lag: how much later than asked the loop came back, in nanoseconds; uvloop's timers are a millisecond coarse.
        lag_ns: all of it together.
        reports: by action and outcome (`ok`, `failed`).
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0
        self.lag = Histogram()
        self.lag_ns = 0
        self.reports: Counter[tuple[str, str]] = Counter()

    def start(self) -> None:
        """Begins to watch the loop."""
        self._due = self._loop.time() + EVERY_SECONDS
        self._handle = self._loop.call_at(self._due, self._woken)

    def stop(self) -> None:
        """Idempotent."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _woken(self) -> None:
        late = max(int((self._loop.time() - self._due) * 1e9), 0)
        self.lag.add(late)
        self.lag_ns += late
        self.start()

    def note(self, report: Report, plugins: Mapping[str, Plugin]) -> None:
        """Counts what was reported, for the host and for the plugins that it is about."""
        self.reports[report.action, "ok" if report.ok else "failed"] += 1
        for name in report.plugins:
            if name in plugins:
                figures = plugins[name].figures
                figures.strikes += report.action == "strike"
                figures.refused += report.action in ("load", "reload") and not report.ok
