"""What plugins have in common that run a client or a server with parts of its own: steps of time, folders that are
watched besides the plugin's, and what became of each part."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from tibicen.errors import ConfigError, TibicenError
from tibicen.lifecycle.discovery import MANIFEST, Source
from tibicen.lifecycle.figures import timed
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.report import Action, Problem, Report
from tibicen.realms.services import OnWave, Services
from tibicen.vm.marshal import Plain

SHORTEST_PAUSE = 0.004
"""Seconds between two steps that the host's loop has for others, however long steps take."""

MOST_NAMED = 20
"""A report names so many of the parts that were reloaded because of others."""

_log = structlog.get_logger("tibicen.plugin")


@dataclass
class Outcome:
    """One thing that was done when files changed: what a report will say.

    Attributes:
        parts: modules or files.
        kept: whether what was there before goes on.
        with_it: parts that were reloaded because of it.
    """

    action: Action
    parts: list[str]
    ok: bool = True
    kept: bool = False
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    with_it: list[str] = field(default_factory=list)

    def report(self, generation: Generation, took_ms: float, noticed_at: float | None) -> Report:
        """The same for those who want to know.

        Args:
            noticed_at: monotonic time of the first event.
        """
        name = generation.plugin
        warnings = list(self.warnings)
        if self.with_it:
            more = len(self.with_it) - MOST_NAMED
            named = [*self.with_it[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])]
            warnings.insert(0, f"with it: {', '.join(named)}")
        return Report(
            self.action,
            [name],
            ok=self.ok,
            generations={name: generation.number},
            problems=self.problems,
            kept=[name] if self.kept else [],
            warnings=warnings,
            parts=self.parts,
            ms=took_ms,
            since_save_ms=None if noticed_at is None else (time.monotonic() - noticed_at) * 1e3,
        )


@dataclass
class Part:
    """What became of one part since it all began."""

    reloads: int = 0
    refused: list[str] = field(default_factory=list)
    """Why its newest version is not the one that runs."""
    errors: list[str] = field(default_factory=list)
    """What went wrong when it was loaded."""


class Parts(dict[str, Part]):
    """Parts of which there is something to tell, by name."""

    def of(self, name: str) -> Part:
        """What is known of a part."""
        return self.setdefault(name, Part())

    def note(self, outcome: Outcome) -> None:
        """Takes down what was done."""
        for name in outcome.parts:
            if outcome.action == "unload":
                self.pop(name, None)
                continue
            part = self.of(name)
            problems = [str(problem) for problem in outcome.problems]
            part.refused = problems if outcome.kept else []
            part.errors = list(outcome.warnings) if outcome.ok else [] if outcome.kept else problems
            part.reloads += outcome.ok and outcome.action == "reload"
        for name in outcome.with_it:
            self.of(name).reloads += 1


class Running:
    """What goes on while a client or server serves, as the ledger has it."""

    def __init__(self, kind: str, label: str, begin: Callable[[], None], end: Callable[[], None]) -> None:
        self.kind = kind
        self.label = label
        self.put_back = begin
        self.lift = end
        self.close = end


class Beat:
    """Has time pass for a client or server as it passes for the host, in steps that are never queued up.

    Args:
        what: a step's name in the figures.
        seconds: from one step to the next.
        longest_ms: what passes in a step at most: when the host was held up for longer, so was what it runs. None for
            all of it.
        step: lets milliseconds pass; False when it has ended. TibicenErrors are for `failed`.
        failed: is told what a step raised; False ends it.
    """

    def __init__(
        self,
        generation: Generation,
        loop: asyncio.AbstractEventLoop,
        what: str,
        seconds: float,
        longest_ms: float | None,
        step: Callable[[int], bool],
        failed: Callable[[TibicenError], bool],
    ) -> None:
        self._generation = generation
        self._loop = loop
        self._what = what
        self._seconds = seconds
        self._longest_ms = longest_ms
        self._do = step
        self._failed = failed
        self._next: asyncio.TimerHandle | None = None
        self._at = 0.0
        self._carried_ms = 0.0
        self._run = self._slow = 0
        self._longest_took_ms = 0.0

    def begin(self) -> None:
        """Time passes from now on."""
        self._at = self._loop.time()
        self._next = self._loop.call_later(self._seconds, self._step)

    def end(self) -> None:
        """Time stands still. Idempotent."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _step(self) -> None:
        self._next = None
        now = self._loop.time()
        passed = (now - self._at) * 1e3
        ms = (passed if self._longest_ms is None else min(passed, self._longest_ms)) + self._carried_ms
        self._at, self._carried_ms = now, ms % 1
        series = self._generation.figures.series("timer", self._what)
        began = time.perf_counter()
        try:
            if not timed(series, lambda: self._do(int(ms))):
                return
        except TibicenError as error:
            if not self._failed(error):
                return
        took = time.perf_counter() - began
        self._run += 1
        self._slow += took > self._seconds
        self._longest_took_ms = max(self._longest_took_ms, took * 1e3)
        self._next = self._loop.call_later(max(self._seconds - took, SHORTEST_PAUSE), self._step)

    def figures(self) -> dict[str, Plain]:
        """Steps so far: `run`, `slow` (longer than a step has), `longest_ms`."""
        return {"run": self._run, "slow": self._slow, "longest_ms": round(self._longest_took_ms, 3)}


class Watches:
    """Folders outside of the plugins folder that are watched as long as something serves."""

    def __init__(self, services: Services, on_wave: OnWave) -> None:
        self._services = services
        self._on_wave = on_wave
        self._ends: list[Callable[[], None]] = []

    def add(self, folder: Path, *, recursive: bool = True) -> None:
        """Watches a folder, unless it is not there, or the host watches it anyway."""
        folder = folder.resolve()
        if not folder.is_dir() or folder.is_relative_to(self._services.folder):
            return
        try:
            self._ends.append(self._services.watch(folder, self._on_wave, recursive=recursive))
        except OSError as error:
            _log.warning("a folder can't be watched", folder=str(folder), problem=str(error))

    def end(self) -> None:
        """Idempotent."""
        while self._ends:
            self._ends.pop()()


class Home:
    """The folder that a client or server may write to.

    Args:
        data: the host's data folder; without one the folder goes with its owner.
        realm: names a folder there.
        plugin: whose it is. The next version of it finds what this one has written.
    """

    def __init__(self, data: Path | None, realm: str, plugin: str) -> None:
        self._scratch = None if data is not None else TemporaryDirectory(prefix=f"tibicen-{realm}-")
        self.path = Path(self._scratch.name) if self._scratch else data / realm / plugin  # type: ignore[operator]
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"{plugin}: its folder {self.path} can't be made: {error.strerror}") from None

    def close(self) -> None:
        """Idempotent."""
        if self._scratch is not None:
            self._scratch.cleanup()


def checkout_folder(source: Source) -> Path:
    """The folder whose scripts a plugin runs: that which its manifest names, or its own."""
    chosen = source.manifest.checkout
    return (source.folder / chosen).resolve() if chosen else source.folder.resolve()


def no_checkout(source: Source, error: ConfigError) -> ConfigError:
    """Says that the folder is no checkout, and how to name another."""
    hint = "" if source.manifest.checkout else f"; name one in {source.root.name}/{MANIFEST} by `checkout:`"
    return ConfigError(f"{source.name}: {error}{hint}")
