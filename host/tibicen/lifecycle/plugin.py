"""What the host knows of one plugin, over all its generations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.report import Problem, Report
from tibicen.lifecycle.states import Lifecycle, State
from tibicen.lifecycle.strikes import Strikes


class Plugin:
    """One plugin: its state, the generation that serves, and why a newer one was refused.

    Attributes:
        source: what was found on disk last, valid or not yet loaded; None when only problems were found.
        active: the generation that serves.
        errors: why the newest version on disk does not serve; empty when it does.
        rank: place in the load order, given at the first load and kept.
    """

    def __init__(self, name: str, root: Path, rank: int, strikes: Strikes) -> None:
        self.name = name
        self.root = root
        self.rank = rank
        self.source: Source | None = None
        self.active: Generation | None = None
        self.lifecycle = Lifecycle()
        self.errors: list[Problem] = []
        self.strikes = strikes
        self.generations = 0
        self.reloads = 0
        self.leaks: list[str] = []

    @property
    def state(self) -> State:
        return self.lifecycle.state

    def next_generation(self) -> int:
        self.generations += 1
        return self.generations

    def refusal(self) -> Report:
        """What to tell when its newest version could not be taken, by its `errors`."""
        report = Report("reload" if self.active else "load", [self.name], ok=False, problems=list(self.errors))
        if self.active is not None:
            report.kept.append(self.name)
            report.generations[self.name] = self.active.number
        return report

    def describe(self) -> dict[str, Any]:
        """Plain data for `tibicen plugins info` and the table."""
        source = self.active.source if self.active else self.source
        manifest = source.manifest if source else None
        runtime = self.active.runtime if self.active else None
        memory = runtime.memory() if runtime else None
        statistics = runtime.statistics() if runtime else None
        return {
            "name": self.name,
            "version": manifest.version if manifest else "",
            "description": manifest.description if manifest else "",
            "realm": manifest.realm if manifest else "native",
            "language": source.language if source else "",
            "tier": _tier_of(source),
            "trusted": bool(manifest.trusted) if manifest else False,
            "state": str(self.state),
            "generation": self.active.number if self.active else 0,
            "reloads": self.reloads,
            "path": str(self.root),
            "requires": dict(manifest.requires) if manifest else {},
            "errors": [str(problem) for problem in self.errors],
            "tracebacks": [problem.traceback for problem in self.errors if problem.traceback],
            "handlers": self.active.ledger.counts().get("hook", 0) if self.active else 0,
            "owns": self.active.ledger.counts() if self.active else {},
            "load_ms": round(self.active.load_ms, 3) if self.active else 0.0,
            "calls": statistics.calls if statistics else 0,
            "call_errors": statistics.errors if statistics else 0,
            "total_ms": round(statistics.total_ns / 1e6, 3) if statistics else 0.0,
            "memory_mb": round(memory.used / (1 << 20), 3) if memory else 0.0,
            "strikes": [{"kind": strike.kind, "reason": strike.reason} for strike in self.strikes.current()],
            "leaks": list(self.leaks),
            "reason": self.lifecycle.reason,
        }


def _tier_of(source: Source | None) -> str:
    """The tier that is in force: Python plugins run inside the host, whatever tier a Lua one would get."""
    if source is None:
        return ""
    return "in-process" if source.language == "python" else source.manifest.tier
