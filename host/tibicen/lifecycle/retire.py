"""The end of a generation: drained, closed, and looked at whether it is really gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.leaks import LeakAudit
from tibicen.lifecycle.report import Problem, Report


class Retirement:
    """Takes generations whose ledger is lifted, and sees them off."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_report: Callable[[Report], None],
        drain_seconds: float,
        on_leak: Callable[[str, list[str]], None],
    ) -> None:
        self._loop = loop
        self._on_report = on_report
        self._drain_seconds = drain_seconds
        self._on_leak = on_leak
        self._draining: set[asyncio.Task[None]] = set()
        self.leaks = LeakAudit(loop, self._leaked)

    def retire(self, generation: Generation) -> None:
        """Closes a generation, at once when nothing of it is under way, else when that has ended."""
        generation.alive = False
        runtime = generation.runtime
        if runtime is not None and runtime.pending():
            task = self._loop.create_task(self._drain(generation), name=f"drain {generation.label}")
            self._draining.add(task)
            task.add_done_callback(self._draining.discard)
        else:
            self._close(generation)

    async def finish(self) -> None:
        """Waits until everything is drained, then looks for leaks a last time."""
        while self._draining:
            await asyncio.gather(*self._draining, return_exceptions=True)
        self.leaks.check()

    async def _drain(self, generation: Generation) -> None:
        assert generation.runtime is not None
        try:
            await asyncio.wait_for(generation.runtime.drain(), self._drain_seconds)
        except TimeoutError:
            text = f"generation {generation.number} was still busy after {self._drain_seconds:g} s and was closed"
            self._on_report(Report("drain", [generation.plugin], ok=False, warnings=[text]))
        finally:
            self._close(generation)

    def _close(self, generation: Generation) -> None:
        problems = generation.ledger.close()
        if generation.runtime is not None:
            generation.runtime.close()
            self.leaks.watch(generation)
        generation.figures.close()
        if problems:
            self._on_report(Report("leak", [generation.plugin], ok=False, warnings=problems))

    def _leaked(self, plugin: str, number: int, remains: list[str]) -> None:
        self._on_leak(plugin, remains)
        problems = [Problem(plugin, f"generation {number} was unloaded, but {text}") for text in remains]
        self._on_report(Report("leak", [plugin], ok=False, problems=problems))
