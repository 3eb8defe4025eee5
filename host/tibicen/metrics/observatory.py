"""Where a host is looked at: one reading of everything, the port for Prometheus, and profiles."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import tibicen
from tibicen.bus.hooks import HookBus
from tibicen.bus.subjects import SubjectBus
from tibicen.lifecycle.manager import Manager
from tibicen.lifecycle.report import Report
from tibicen.metrics.profiler import Profiler
from tibicen.metrics.prometheus import exposition
from tibicen.metrics.readings import HostReading, read_plugin
from tibicen.metrics.server import MetricsServer
from tibicen.metrics.vitals import Vitals
from tibicen.protocol.status_server import StatusServer
from tibicen.state.kv import KeyValueStore


class Observatory:
    """Figures and profiles of one host. For the event loop's thread.

    Args:
        status: the status listener, when there is one.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        plugins: Manager,
        hooks: HookBus,
        subjects: SubjectBus,
        kv: KeyValueStore,
        status: Callable[[], StatusServer | None],
    ) -> None:
        self.vitals = Vitals(loop)
        self.profiler = Profiler(plugins, loop)
        self.server: MetricsServer | None = None
        self._plugins = plugins
        self._hooks = hooks
        self._subjects = subjects
        self._kv = kv
        self._status = status
        self._started_at = time.monotonic()

    def note(self, report: Report) -> None:
        """Counts what the host reports."""
        self.vitals.note(report, self._plugins.plugins)

    def read(self) -> HostReading:
        """Everything as it is now. The next event of every hook is measured, so that readings are fresh."""
        for hook in self._hooks.hooks.values():
            hook.settle(measure_next=True)
        now, status = time.monotonic(), self._status()
        return HostReading(
            version=tibicen.__version__,
            clock_s=now,
            uptime_s=now - self._started_at,
            plugins=[read_plugin(plugin) for plugin in self._plugins.roster.in_order()],
            lag=self.vitals.lag.to_plain(),
            lag_ns=self.vitals.lag_ns,
            reports=[(action, outcome, count) for (action, outcome), count in self.vitals.reports.items()],
            events={name: hook.events for name, hook in self._hooks.hooks.items() if hook.events},
            bus_waiting=self._subjects.waiting,
            bus_delivered=self._subjects.delivered,
            kv_bytes=self._kv.size,
            status_connections=len(status.connections) if status else 0,
            status_counts=dict(status.counts) if status else {},
        )

    def exposition(self) -> str:
        """Everything in Prometheus's text format."""
        return exposition(self.read)

    def start(self) -> None:
        """Begins to watch the loop."""
        self.vitals.start()

    def listen(self, host: str, port: int) -> None:
        """Opens the port for Prometheus.

        Raises:
            ConfigError: it can't be had.
        """
        server = MetricsServer(self.read, host, port)
        server.start()
        self.server = server

    async def stop(self) -> None:
        """Ends profiles, closes the port. Idempotent."""
        self.profiler.close()
        self.vitals.stop()
        if self.server is not None:
            await self.server.stop()
            self.server = None
