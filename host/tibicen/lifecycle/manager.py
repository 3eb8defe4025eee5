"""The plugins of a host: which there are, which serve, and every way from one to the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tibicen.errors import ManifestError, ResolveError, TibicenError, UnknownPluginError
from tibicen.lifecycle.discovery import Source, examine
from tibicen.lifecycle.generation import Generation, RuntimeFactory
from tibicen.lifecycle.plugin import Plugin
from tibicen.lifecycle.reload import Outcome, Step, perform
from tibicen.lifecycle.report import Problem, Report
from tibicen.lifecycle.retire import Retirement
from tibicen.lifecycle.roster import Roster
from tibicen.lifecycle.states import State


class LazyTriggers(Protocol):
    """Where a lazy plugin waits for its first event."""

    def arm(self, plugin: str, hooks: Sequence[str], load: Callable[[], None]) -> None: ...

    def disarm(self, plugin: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ManagerOptions:
    """How the manager behaves.

    Attributes:
        strike_limit: failures within `strike_decay_seconds` that quarantine a plugin; 0 for never.
        drain_seconds: how long an old generation may finish what it has under way.
        disabled: plugins that are not loaded whatever their manifest says.
    """

    strike_limit: int = 3
    strike_decay_seconds: float = 60.0
    drain_seconds: float = 5.0
    disabled: frozenset[str] = field(default_factory=frozenset)


class Manager:
    """Loads, reloads and unloads plugins. For the event loop's thread, and never from inside plugin code:
    what a plugin asks for itself comes through `later`."""

    def __init__(
        self,
        folder: Path,
        make_runtime: RuntimeFactory,
        loop: asyncio.AbstractEventLoop,
        on_report: Callable[[Report], None],
        lazy: LazyTriggers,
        options: ManagerOptions | None = None,
    ) -> None:
        self.options = options or ManagerOptions()
        self.roster = Roster(folder, self.options.strike_limit, self.options.strike_decay_seconds)
        self._make_runtime = make_runtime
        self._loop = loop
        self._on_report = on_report
        self._lazy = lazy
        self._graph = self.roster.graph
        self._disabled = set(self.options.disabled)
        self._retirement = Retirement(loop, on_report, self.options.drain_seconds, self._note_leak)

    @property
    def plugins(self) -> Mapping[str, Plugin]:
        """Every plugin that is known, by name."""
        return self.roster.plugins

    def plugin(self, name: str) -> Plugin:
        """See `Roster.plugin`."""
        return self.roster.plugin(name)

    def active(self, name: str) -> Generation | None:
        """The generation of a plugin that serves now."""
        return self.roster.active(name)

    # -- loading ----------------------------------------------------------------------------------------

    def bring_up(self, names: Iterable[str], noticed_at: float | None = None) -> Iterator[Report]:
        """Loads or reloads `names` with whatever has to come along, in steps of plugins that depend on each other.

        A report after each step; the caller may give the event loop a turn there.
        """
        wanted = [name for name in names if self._may_load(name)]
        along = [name for name in self._graph.dependants(wanted) if name in wanted or self.active(name) is not None]
        any_ok = False
        for group in self._graph.steps(along, lambda name: self.active(name) is not None):
            members = [name for name in group if name in self.plugins]
            if members:
                report = self._step(members, noticed_at)
                any_ok = any_ok or report.ok
                yield report
        if any_ok:
            yield from self._retry_waiting()

    def _may_load(self, name: str) -> bool:
        plugin = self.plugins[name]
        source = plugin.source
        assert source is not None
        if name in self._disabled or not source.manifest.enabled:
            if plugin.active is not None:
                self.unload(name)
            if plugin.state is not State.DISABLED:
                plugin.lifecycle.to(State.DISABLED, "disabled by its owner")
            return False
        if source.manifest.lazy and plugin.active is None and not self._needed(name):
            self._rest(plugin, source)
            return False
        return True

    def _needed(self, name: str) -> bool:
        """Whether a plugin that is not lazy depends on this one."""
        for dependant in self._graph.dependants([name]):
            source = self.plugins[dependant].source if dependant in self.plugins else None
            if (
                dependant != name
                and source is not None
                and not source.manifest.lazy
                and dependant not in self._disabled
            ):
                return True
        return False

    def _rest(self, plugin: Plugin, source: Source) -> None:
        """A lazy plugin rests in `resolved` until its first event."""
        assert source.manifest.lazy is not None
        plugin.errors = []
        if plugin.state is not State.RESOLVED:
            self._to_discovered(plugin)
            plugin.lifecycle.to(State.RESOLVED, "lazy: waits for " + ", ".join(source.manifest.lazy.on))
        self._lazy.arm(plugin.name, source.manifest.lazy.on, lambda: self.load_now(plugin.name))

    def _step(self, group: list[str], noticed_at: float | None = None, *, discard_state: bool = False) -> Report:
        """One all-or-none step for a group; reports it and returns the report."""
        started = time.perf_counter()
        plugins = [self.plugins[name] for name in group]
        report = Report("reload" if any(plugin.active for plugin in plugins) else "load", group)
        problems = self._graph.check(group, self._unavailable(group))
        if problems:
            error = ResolveError(problems)
            report.problems = [Problem(name, text) for name, texts in error.problems.items() for text in texts]
            for plugin in plugins:
                plugin.errors = [Problem(plugin.name, text) for text in problems.get(plugin.name, ())]
            self._stay(plugins, report)
        else:
            for plugin in plugins:
                self._to_loading(plugin)
            steps = [Step(plugin, plugin.source) for plugin in plugins if plugin.source is not None]
            outcome = perform(steps, self._make_runtime, discard_state=discard_state)
            if outcome.failed is None:
                self._went_live(plugins, outcome, report)
            else:
                assert outcome.error is not None
                self._blame(plugins, outcome.failed, outcome.error, report)
        report.ms = (time.perf_counter() - started) * 1e3
        if noticed_at is not None:
            report.since_save_ms = (time.monotonic() - noticed_at) * 1e3
        self._send(report)
        return report

    def _unavailable(self, group: Sequence[str]) -> set[str]:
        """What the group requires, but neither serves nor comes with it."""
        sources = [source for member in group if (source := self.plugins[member].source) is not None]
        required = {name for source in sources for name in source.manifest.requires}
        return {name for name in required if name not in group and self.active(name) is None}

    def _blame(self, plugins: list[Plugin], failed: Plugin, error: Exception, report: Report) -> None:
        problem = Problem.of(failed.name, error)
        report.problems.append(problem)
        for plugin in plugins:
            plugin.errors = [
                problem
                if plugin is failed
                else Problem(plugin.name, f"held back, because {failed.name} was refused: {problem}")
            ]
        self._stay(plugins, report)

    def _stay(self, plugins: list[Plugin], report: Report) -> None:
        """After a refusal: what served goes on serving, the rest has failed."""
        report.ok = False
        for plugin in plugins:
            if plugin.active is not None:
                report.kept.append(plugin.name)
                report.generations[plugin.name] = plugin.active.number
                self._graph.put(plugin.active.source)
            elif plugin.state is not State.FAILED:
                reason = str(plugin.errors[0]) if plugin.errors else "a plugin that it stands with was refused"
                plugin.lifecycle.to(State.FAILED, reason)

    def _went_live(self, plugins: list[Plugin], outcome: Outcome, report: Report) -> None:
        for plugin in plugins:
            self._lazy.disarm(plugin.name)
            plugin.errors = []
            plugin.strikes.clear()
            if plugin.state is not State.ACTIVE:
                plugin.lifecycle.to(State.ACTIVE, "loaded")
            assert plugin.active is not None
            report.generations[plugin.name] = plugin.active.number
        for generation in outcome.retired:
            self._retirement.retire(generation)

    def _retry_waiting(self) -> Iterator[Report]:
        """Plugins that failed only because a plugin they need was not there get another chance."""
        for plugin in self.roster.in_order():
            if plugin.state is not State.FAILED or plugin.source is None or not plugin.source.manifest.requires:
                continue
            requires = plugin.source.manifest.requires
            if all(self.active(name) for name in requires) and not self._own_fault(plugin):
                yield self._step([plugin.name])

    @staticmethod
    def _own_fault(plugin: Plugin) -> bool:
        """Whether its last failure came out of its own code (then only a new version can help)."""
        return any(problem.line for problem in plugin.errors if problem.plugin == plugin.name)

    def _to_discovered(self, plugin: Plugin) -> None:
        if plugin.state not in (State.DISCOVERED, State.RESOLVED):
            plugin.lifecycle.to(State.DISCOVERED, "found again")

    def _to_loading(self, plugin: Plugin) -> None:
        if plugin.active is not None:
            return
        self._to_discovered(plugin)
        if plugin.state is State.DISCOVERED:
            plugin.lifecycle.to(State.RESOLVED, "")
        plugin.lifecycle.to(State.LOADING, "")

    # -- what is asked for ------------------------------------------------------------------------------

    def load(self, name: str) -> Report:
        """Loads a plugin that does not serve (also one that failed, was quarantined or is lazy)."""
        plugin = self.plugin(name)
        if plugin.active is not None:
            return Report("load", [name], generations={name: plugin.active.number})
        return self._reload([name])

    def load_now(self, name: str) -> None:
        """Loads a lazy plugin because its event is here."""
        if self.plugins[name].active is None:
            self._reload([name])

    def reload(self, name: str, *, discard_state: bool = False) -> Report:
        """Reloads a plugin and its dependants from disk."""
        self.plugin(name)
        return self._reload([name], discard_state=discard_state)

    def _reload(self, names: list[str], *, discard_state: bool = False) -> Report:
        for name in names:
            plugin = self.plugins[name]
            try:
                source = examine(plugin.root)
            except (ManifestError, OSError) as error:
                problems = error.problems if isinstance(error, ManifestError) else [str(error)]
                report = self.roster.refuse(plugin.root, problems).refusal()
                self._send(report)
                return report
            if source is None or source.name != name:
                raise UnknownPluginError(f"{plugin.root} does not hold the plugin {name!r} any more")
            if name in self._disabled:
                raise TibicenError(f"{name} is disabled; `tibicen plugins enable {name}` first")
            self.roster.take(source)
        group = [name for name in self._graph.dependants(names) if name in names or self.active(name) is not None]
        report = self._step(group, discard_state=discard_state)
        if report.ok:
            for _ in self._retry_waiting():
                pass
        return report

    def unload(self, name: str, *, forget: bool = False) -> Report:
        """Unloads a plugin; its dependants, which can't be without it, go first.

        `forget` is for a plugin whose files are gone.
        """
        plugin = self.plugin(name)
        started = time.perf_counter()
        report = Report("unload", [])
        for member in reversed(self._graph.dependants([name])):
            other = self.plugins.get(member)
            if other is None or other.active is None:
                continue
            report.plugins.append(member)
            self._take_down(other)
            if member != name:
                other.errors = [Problem(member, f"it requires {name}, which was unloaded")]
                other.lifecycle.to(State.FAILED, f"{name} was unloaded")
        self._lazy.disarm(name)
        if forget:
            self.roster.forget(plugin)
        if not report.plugins:
            report.plugins.append(name)
        report.ms = (time.perf_counter() - started) * 1e3
        self._send(report)
        return report

    def _take_down(self, plugin: Plugin) -> None:
        generation = plugin.active
        assert generation is not None
        plugin.lifecycle.to(State.DRAINING, "")
        generation.ledger.lift()
        plugin.active = None
        self._retirement.retire(generation)
        plugin.lifecycle.to(State.UNLOADED, "unloaded")

    def disable(self, name: str) -> Report:
        """Unloads a plugin and keeps it from loading until it is enabled."""
        plugin = self.plugin(name)
        report = self.unload(name)
        self._disabled.add(name)
        if plugin.state is not State.DISABLED:
            plugin.lifecycle.to(State.DISABLED, "disabled by its owner")
        return report

    def enable(self, name: str) -> Report:
        """Lets a plugin load again, and loads it."""
        self.plugin(name)
        self._disabled.discard(name)
        return self.load(name)

    @property
    def disabled(self) -> frozenset[str]:
        """Plugins that their owner disabled."""
        return frozenset(self._disabled)

    def later(self, action: str, name: str) -> None:
        """What a plugin asks for from inside its own code: done when that code has returned."""
        self.plugin(name)
        work: Callable[[str], Report] = self.reload if action == "reload" else self.unload
        self._loop.call_soon(self._quietly, work, name)

    def _quietly(self, work: Callable[[str], Report], name: str) -> None:
        try:
            work(name)
        except TibicenError as error:
            self._send(Report("reload", [name], ok=False, problems=[Problem(name, str(error))]))

    # -- failures at run time ---------------------------------------------------------------------------

    def strike(self, generation: Generation, kind: str, error: Exception) -> None:
        """Counts a failure against a plugin; the last strike quarantines it once its code has returned."""
        plugin = self.plugins.get(generation.plugin)
        if plugin is None or not generation.alive:
            return
        problem = Problem.of(plugin.name, error)
        out = plugin.strikes.add(kind, str(problem))
        self._send(Report("strike", [plugin.name], ok=False, problems=[problem]))
        if out:
            self._loop.call_soon(self._quarantine, plugin.name, generation)

    def _quarantine(self, name: str, generation: Generation) -> None:
        plugin = self.plugins.get(name)
        if plugin is None or plugin.active is not generation:
            return
        strikes = plugin.strikes.current()
        self.unload(name)
        plugin.errors = [Problem(name, strike.reason) for strike in strikes]
        reason = f"{len(strikes)} strikes within {self.options.strike_decay_seconds:g} s"
        plugin.lifecycle.to(State.QUARANTINED, reason)
        report = Report("quarantine", [name], ok=False, problems=plugin.errors)
        report.warnings.append(f"{reason}; save it mended, or `tibicen plugins load {name}`, to give it another chance")
        self._send(report)

    # -- end --------------------------------------------------------------------------------------------

    async def stop(self) -> None:
        """Unloads everything, dependants first, and waits until all is drained."""
        for plugin in reversed(self.roster.in_order()):
            if plugin.active is not None:
                for member in reversed(self._graph.dependants([plugin.name])):
                    other = self.plugins.get(member)
                    if other is not None and other.active is not None:
                        self._take_down(other)
        await self._retirement.finish()

    def _note_leak(self, plugin: str, remains: list[str]) -> None:
        if plugin in self.plugins:
            self.plugins[plugin].leaks = remains

    def check_leaks(self) -> None:
        """Looks now, not soon, whether the generations that were closed are gone."""
        self._retirement.leaks.check()

    def _send(self, report: Report) -> None:
        self._on_report(report)
