"""Profiles of plugins while they serve: begun, ended, and ended by themselves when nobody asks for them."""

from __future__ import annotations

import asyncio
from typing import Protocol, runtime_checkable

from tibicen.errors import TibicenError
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.manager import Manager
from tibicen.vm.profile import INTERVAL_MS, Profile

SHORTEST_MS, LONGEST_MS = 0.1, 1000.0
LONGEST_SECONDS = 600.0
GRACE_SECONDS = 30.0
"""How much longer than it was meant to take a profile runs when nobody ends it."""


@runtime_checkable
class Profiled(Protocol):
    """A runtime whose code can be sampled."""

    def start_profile(self, interval_ms: float) -> None: ...

    def stop_profile(self) -> Profile: ...


class Profiler:
    """The profiles under way in a host: one a plugin."""

    def __init__(self, plugins: Manager, loop: asyncio.AbstractEventLoop) -> None:
        self._plugins = plugins
        self._loop = loop
        self._open: dict[str, tuple[Generation, Profiled, asyncio.TimerHandle]] = {}

    def start(self, name: str, seconds: float, interval_ms: float = INTERVAL_MS) -> None:
        """Begins a profile that is meant to take `seconds`.

        Raises:
            UnknownPluginError: no such plugin.
            TibicenError: it doesn't serve, is being profiled, can't be, or a number is out of range.
        """
        if not 0 < seconds <= LONGEST_SECONDS:
            raise TibicenError(f"a profile takes up to {LONGEST_SECONDS:g} seconds, not {seconds:g}")
        if not SHORTEST_MS <= interval_ms <= LONGEST_MS:
            raise TibicenError(f"samples are {SHORTEST_MS:g} to {LONGEST_MS:g} ms apart, not {interval_ms:g}")
        plugin = self._plugins.plugin(name)
        if name in self._open:
            raise TibicenError(f"{name} is being profiled already; wait until that profile has ended")
        if plugin.active is None:
            raise TibicenError(f"{name} is {plugin.state}; only a plugin that serves can be profiled")
        runtime = plugin.active.runtime
        if not isinstance(runtime, Profiled):
            raise TibicenError(f"{name} can't be profiled: its tier has no profiler")
        runtime.start_profile(interval_ms)
        timer = self._loop.call_later(seconds + GRACE_SECONDS, self._give_up, name)
        self._open[name] = plugin.active, runtime, timer

    def stop(self, name: str) -> Profile:
        """Ends a profile.

        Raises:
            TibicenError: none runs, or the plugin was reloaded or unloaded meanwhile.
        """
        if name not in self._open:
            raise TibicenError(f"no profile of {name} runs")
        generation, runtime, timer = self._open.pop(name)
        timer.cancel()
        if not generation.alive:
            raise TibicenError(f"{name} was reloaded or unloaded while it was profiled; profile it again")
        return runtime.stop_profile()

    def close(self) -> None:
        """Ends every profile."""
        for name in list(self._open):
            self._give_up(name)

    def _give_up(self, name: str) -> None:
        try:
            self.stop(name)
        except TibicenError:
            return
