"""What the host knows of one plugin, over all its generations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.figures import PluginFigures
from tibicen.lifecycle.generation import Generation, Runtime
from tibicen.lifecycle.report import Problem, Report
from tibicen.lifecycle.states import Lifecycle, State
from tibicen.lifecycle.strikes import Strikes


class Plugin:
    """One plugin: its state, the generation that serves, and why a newer one was refused.

    Attributes:
        source: what was found on disk last, valid or not yet loaded; None when only problems were found.
        unreadable: why what lies on disk now can't even be read; `source` is older then.
        active: the generation that serves.
        errors: why the newest version on disk was refused; empty when it was not.
        waits_on: plugins whose change may make the refused version fit; it is tried again then.
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
        self.waits_on: frozenset[str] = frozenset()
        self.unreadable: list[Problem] = []
        self.strikes = strikes
        self.generations = 0
        self.reloads = 0
        self.restarts = 0
        self.leaks: list[str] = []
        self.figures = PluginFigures()

    @property
    def state(self) -> State:
        return self.lifecycle.state

    @property
    def in_trouble(self) -> bool:
        """Whether its newest version was refused, or it does not serve because of what it did."""
        return bool(self.errors) or self.state in (State.FAILED, State.QUARANTINED)

    def next_generation(self) -> int:
        self.generations += 1
        return self.generations

    def refuse(self, problems: Sequence[Problem], waits_on: Iterable[str] = ()) -> None:
        """Its newest version was tried, and is refused."""
        self.errors = [*self.unreadable, *problems]
        # What can't be read is not helped by others.
        self.waits_on = frozenset() if self.unreadable else frozenset(waits_on)

    def accept(self) -> None:
        """Its newest version is not refused any more, or has not been tried; unless it can't even be read."""
        self.refuse(())

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
        owns = self.active.ledger.counts() if self.active else {}
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
            "restarts": self.restarts,
            **_process_of(runtime),
            "path": str(self.root),
            "requires": dict(manifest.requires) if manifest else {},
            "errors": [str(problem) for problem in self.errors],
            "tracebacks": [problem.traceback for problem in self.errors if problem.traceback],
            "handlers": owns.get("hook", 0),
            "permissions": list(manifest.permissions) if manifest else [],
            "over_budget": dict(self.active.over) if self.active else {},
            "owns": owns,
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
    """The tier that is in force: a Python plugin runs inside the host or isolated, whatever else its manifest says."""
    if source is None:
        return ""
    tier = source.manifest.tier
    return "in-process" if source.language == "python" and tier != "isolated" else tier


def _process_of(runtime: Runtime | None) -> dict[str, Any]:
    """Of a plugin in a worker process: its id (0: dead), and what contains it."""
    described: dict[str, Any] = runtime.describe_process() if runtime is not None else {}
    return {"pid": described.get("pid", 0), "sandbox": described.get("sandbox", [])}
