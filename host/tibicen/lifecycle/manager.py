"""The plugins of a host: which there are, which serve, and every way from one to the other."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tibicen.errors import CrashError, ManifestError, TibicenError, UnknownPluginError
from tibicen.lifecycle.discovery import MANIFEST, Source, examine
from tibicen.lifecycle.fit import Fit
from tibicen.lifecycle.gate import Gate, NoGate, barred, refusal
from tibicen.lifecycle.generation import Generation, Inhabited, RuntimeFactory
from tibicen.lifecycle.plugin import Plugin
from tibicen.lifecycle.reload import Outcome, Step, perform
from tibicen.lifecycle.report import Action, Problem, Report
from tibicen.lifecycle.restart import Restarts
from tibicen.lifecycle.retire import Retirement
from tibicen.lifecycle.roster import Roster
from tibicen.lifecycle.states import State

Prepare = Callable[[Source], Coroutine[Any, Any, None] | None]
"""What to wait for before a version is loaded, so that loading it doesn't hold the loop for long; None for nothing."""


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
        gate: Gate | None = None,
        prepare: Prepare | None = None,
    ) -> None:
        self.options = options or ManagerOptions()
        self.roster = Roster(folder, self.options.strike_limit, self.options.strike_decay_seconds)
        self._make_runtime = make_runtime
        self._loop = loop
        self._on_report = on_report
        self._lazy = lazy
        self._gate: Gate = gate or NoGate()
        self._prepare: Prepare = prepare or (lambda source: None)
        self._preparing: dict[str, asyncio.Task[None]] = {}
        self._fit = Fit(self.roster)
        self._disabled = set(self.options.disabled)
        self._asked: set[tuple[str, Generation]] = set()
        self._stopped = False
        self._restarts = Restarts(loop, self._restart_when_ready)
        self._restarting: set[str] = set()
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

    # -- before loading ---------------------------------------------------------------------------------

    def preparation(self, roots: Collection[Path]) -> Coroutine[Any, Any, None] | None:
        """What to wait for before what lies at these places is loaded, with whoever comes along; None for nothing."""
        sources: dict[str, Source] = {}
        for root in roots:
            try:
                source = examine(root) if self._may_wait(root) else None
            except (ManifestError, OSError):
                continue
            if source is not None:
                sources[source.name] = source
        names = [self.roster.names_by_root[root] for root in roots if root in self.roster.names_by_root]
        for member in self.roster.serving.dependants([name for name in names if self.active(name) is not None]):
            source = self.plugins[member].source
            if source is not None:
                sources.setdefault(member, source)
        will_load = [source for source in sources.values() if self._is_wanted(source)]
        waits = [wait for source in will_load if (wait := self._prepare(source)) is not None]

        async def all_of_them() -> None:
            # What goes wrong here goes wrong when the plugin is loaded, and is told then.
            await asyncio.gather(*waits, return_exceptions=True)

        return all_of_them() if waits else None

    def _may_wait(self, root: Path) -> bool:
        """Whether what lies there is worth a look: nearly every save is of something that has nothing to wait for."""
        if root.suffix == ".py" or any(root.glob("*.py")):
            return True
        try:
            return b"realm" in (root / MANIFEST).read_bytes()
        except OSError:
            return False

    def _is_wanted(self, source: Source) -> bool:
        """Whether a version is going to be loaded, as far as can be said before it is looked at in earnest."""
        manifest = source.manifest
        try:
            if source.name in self._disabled or not manifest.enabled or self._gate.missing(source):
                return False
        except TibicenError:
            return False
        return not manifest.lazy or self.active(source.name) is not None

    def when_ready(self, name: str, work: Callable[[str], object]) -> None:
        """Does something that loads a plugin, when what it has to wait for is there: once, however often it is asked
        for until then."""
        if name in self._preparing:
            return
        wait = self.preparation([self.plugins[name].root]) if name in self.plugins else None
        if wait is None:
            work(name)
            return

        async def first_wait() -> None:
            await wait
            work(name)

        task = self._preparing[name] = self._loop.create_task(first_wait(), name=f"preparing {name}")
        task.add_done_callback(lambda _: self._preparing.pop(name, None))

    # -- loading ----------------------------------------------------------------------------------------

    def bring_up(self, names: Iterable[str], noticed_at: float | None = None) -> Iterator[Report]:
        """Loads or reloads `names` with whatever has to come along, in steps of plugins that depend on each other.

        A report after each step; the caller may give the event loop a turn there.
        """
        wanted = [name for name in names if self._may_load(name)]
        wanted += self._fit.asleep(wanted)
        changed: set[str] = set()
        for group in self._fit.steps(wanted):
            # The loop may have had its turn since: what was deleted, disabled or unloaded then stays so.
            members = [
                name
                for name in group
                if name in self.plugins
                and name not in self._disabled
                and (name in wanted or self.active(name) is not None)
            ]
            if members:
                report = self._step(members, noticed_at)
                changed.update(report.generations if report.ok else ())
                yield report
        yield from self._retry(changed)

    def _may_load(self, name: str) -> bool:
        plugin = self.plugins[name]
        source = plugin.source
        assert source is not None
        if name in self._disabled or not source.manifest.enabled:
            if plugin.active is not None:
                self.unload(name)
            self._lazy.disarm(name)
            plugin.accept()
            if plugin.state is not State.DISABLED:
                plugin.lifecycle.to(State.DISABLED, "disabled by its owner")
            return False
        if source.manifest.lazy and plugin.active is None and not self._needed(name):
            self._rest(plugin, source)
            return False
        return True

    def _needed(self, name: str) -> bool:
        """Whether a plugin that is not lazy depends on this one."""
        for dependant in self.roster.graph.dependants([name]):
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
        events = source.manifest.lazy.on
        self._lazy.disarm(plugin.name)
        try:
            self._lazy.arm(plugin.name, events, lambda: self.load_now(plugin.name))
        except TibicenError as error:
            self._lazy.disarm(plugin.name)
            plugin.refuse([Problem(plugin.name, f"lazy.on: {error}", f"{plugin.root.name}/{MANIFEST}")])
            self.roster.fail(plugin, str(error))
            self._send(plugin.refusal())
            return
        plugin.accept()
        if plugin.state is not State.RESOLVED:
            self._to_discovered(plugin)
            plugin.lifecycle.to(State.RESOLVED, "lazy: waits for " + ", ".join(events))

    def _step(self, group: list[str], noticed_at: float | None = None, *, discard_state: bool = False) -> Report:
        """One all-or-none step for a group; reports it and returns the report."""
        started = time.perf_counter()
        group, problems = self._fit.look_over(group)
        plugins = [self.plugins[name] for name in group]
        report = Report("reload" if any(plugin.active for plugin in plugins) else "load", group)
        if problems:
            report.problems = self._fit.misfit(plugins, problems)
            self._stay(plugins, report)
        elif (turned_away := barred(self._gate, plugins)) is not None:
            report.problems = self._fit.blame(plugins, *turned_away)
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
                report.problems = self._fit.blame(plugins, outcome.failed, outcome.error)
                self._stay(plugins, report)
        report.ms = (time.perf_counter() - started) * 1e3
        if noticed_at is not None:
            report.since_save_ms = (time.monotonic() - noticed_at) * 1e3
        self._send(report)
        return report

    def _stay(self, plugins: list[Plugin], report: Report) -> None:
        """After a refusal: what served goes on serving, the rest has failed."""
        report.ok = False
        for plugin in plugins:
            if plugin.active is not None:
                report.kept.append(plugin.name)
                report.generations[plugin.name] = plugin.active.number
            else:
                self._lazy.disarm(plugin.name)
                self.roster.fail(plugin, str(plugin.errors[0]))
        self._fit.put_serving(report.kept)

    def _went_live(self, plugins: list[Plugin], outcome: Outcome, report: Report) -> None:
        for plugin in plugins:
            self._lazy.disarm(plugin.name)
            plugin.accept()
            if plugin.name not in self._restarting:
                plugin.strikes.clear()
                self._restarts.forget(plugin.name)
            if plugin.state is not State.ACTIVE:
                plugin.lifecycle.to(State.ACTIVE, "loaded")
            assert plugin.active is not None
            self.roster.serving.put(plugin.active.source)
            report.generations[plugin.name] = plugin.active.number
            if isinstance(plugin.active.runtime, Inhabited):
                report.warnings += plugin.active.runtime.load_notes()
            try:
                self._gate.admitted(plugin.active.source)
            except TibicenError as error:
                report.warnings.append(f"what {plugin.name} asked for could not be noted as granted: {error}")
        for generation in outcome.retired:
            self._retirement.retire(generation)

    def _retry(self, changed: Collection[str]) -> Iterator[Report]:
        """Versions that were refused because of plugins that have changed since get another chance."""
        while changed:
            waiting, changed = self._fit.waiting_on(changed), set()
            for name in waiting:
                # The loop may have had its turn since.
                plugin = self.plugins.get(name)
                if plugin is None or not plugin.waits_on or not self._may_load(name):
                    continue
                group, problems = self._fit.look_over(self._fit.with_dependants([name]))
                if problems:
                    self._fit.put_serving(group)
                    continue
                report = self._step(group)
                changed.update(report.generations if report.ok else ())
                yield report

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
        return self._reload(name)

    def load_now(self, name: str) -> None:
        """Loads a lazy plugin because its event is here."""
        plugin = self.plugins.get(name)
        if plugin is not None and plugin.active is None:
            # Whatever becomes of it: the event goes on to everybody else.
            self._quietly("load", self.load, name)

    def reload(self, name: str, *, discard_state: bool = False) -> Report:
        """Reloads a plugin and its dependants from disk."""
        self.plugin(name)
        return self._reload(name, discard_state=discard_state)

    def _reload(self, name: str, *, discard_state: bool = False) -> Report:
        root = self.plugins[name].root
        if name in self._disabled:
            raise TibicenError(f"{name} is disabled; `tibicen plugins enable {name}` first")
        try:
            source = examine(root)
        except (ManifestError, OSError) as error:
            return self.refuse(root, error.problems if isinstance(error, ManifestError) else [str(error)])
        if source is None or source.name != name:
            raise UnknownPluginError(f"{root} does not hold the plugin {name!r} any more")
        self.roster.take(source)
        reports = [self._step([required]) for required in self._fit.asleep([name])]
        report = self._step(self._fit.with_dependants([name]), discard_state=discard_state)
        changed = {changed for each in (*reports, report) if each.ok for changed in each.generations}
        # Their reports are sent; whoever asked wants to know of this plugin.
        deque(self._retry(changed), maxlen=0)
        return report

    def refuse(self, root: Path, problems: Sequence[str]) -> Report:
        """What lies at `root` can't even be read. One that serves goes on serving."""
        plugin = self.roster.refuse(root, problems)
        if plugin.active is None:
            self._lazy.disarm(plugin.name)
        report = plugin.refusal()
        self._send(report)
        return report

    def look_again(self, name: str) -> Report:
        """What was granted to a plugin has changed: it is loaded if it was refused, and unloaded if it may not
        have any more what it asks for."""
        plugin = self.plugin(name)
        if plugin.active is not None:
            source = plugin.active.source
            missing = self._gate.missing(source)
            if missing:
                problem = Problem.of(name, refusal(source, missing))
                report = self.unload(name)
                plugin.refuse([problem])
                self.roster.fail(plugin, str(problem))
                report.warnings.append(f"{name} was unloaded: {problem}")
                return report
        if plugin.errors and plugin.state in (State.ACTIVE, State.FAILED):
            return self._reload(name)
        return Report("load", [name], generations={name: plugin.active.number} if plugin.active else {})

    def unload(self, name: str, *, forget: bool = False) -> Report:
        """Unloads a plugin; its dependants, which can't be without it, go first.

        `forget` is for a plugin whose files are gone.
        """
        plugin = self.plugin(name)
        started = time.perf_counter()
        report = Report("unload", [])
        for member in reversed(self.roster.serving.dependants([name])):
            other = self.plugins[member]
            report.plugins.append(member)
            report.generations[member] = self._take_down(other).number
            if member != name:
                self._fit.cut_off(other, name)
                self.roster.fail(other, f"{name} was unloaded")
        self._lazy.disarm(name)
        plugin.waits_on = frozenset()
        if plugin.state is State.RESOLVED:
            plugin.lifecycle.to(State.DISCOVERED, "unloaded before its first event")
        if forget:
            self.roster.forget(plugin)
        if not report.plugins:
            report.plugins.append(name)
        report.ms = (time.perf_counter() - started) * 1e3
        self._send(report)
        deque(self._retry(report.plugins), maxlen=0)
        return report

    def _take_down(self, plugin: Plugin) -> Generation:
        generation = plugin.active
        assert generation is not None
        plugin.lifecycle.to(State.DRAINING, "")
        generation.ledger.lift()
        plugin.active = None
        self.roster.serving.remove(plugin.name)
        self._restarts.forget(plugin.name)
        self._retirement.retire(generation)
        plugin.lifecycle.to(State.UNLOADED, "unloaded")
        return generation

    def disable(self, name: str) -> Report:
        """Unloads a plugin and keeps it from loading until it is enabled."""
        plugin = self.plugin(name)
        self.forbid(name)
        report = self.unload(name)
        plugin.accept()
        if plugin.state is not State.DISABLED:
            plugin.lifecycle.to(State.DISABLED, "disabled by its owner")
        return report

    def enable(self, name: str) -> Report:
        """Lets a plugin load again, and loads it."""
        self.plugin(name)
        self.allow(name)
        return self.load(name)

    def forbid(self, name: str) -> None:
        """Keeps a plugin, known or not yet, from being loaded from now on."""
        self._disabled.add(name)

    def allow(self, name: str) -> None:
        """Takes `forbid` back; loads nothing."""
        self._disabled.discard(name)

    def later(self, action: str, generation: Generation) -> None:
        """What a plugin asks for from inside its own code: done when that code has returned, if this generation
        serves then. What a version asked for that was refused, or that another took the place of, is nobody's wish."""
        # Asking for it a thousand times in one call is asking for it once.
        if (action, generation) not in self._asked:
            self._asked.add((action, generation))
            self._loop.call_soon(self._as_asked, action, generation)

    def _as_asked(self, action: str, generation: Generation) -> None:
        self._asked.discard((action, generation))
        if self.active(generation.plugin) is not generation:
            return
        if action == "reload":
            self.when_ready(generation.plugin, lambda name: self._reload_for(generation))
        else:
            self._quietly("unload", self.unload, generation.plugin)

    def _reload_for(self, generation: Generation) -> None:
        if self.active(generation.plugin) is generation:
            self._quietly("reload", self.reload, generation.plugin)

    def _quietly(self, action: Action, work: Callable[[str], object], name: str) -> None:
        if self._stopped:
            return
        try:
            work(name)
        except TibicenError as error:
            self._send(Report(action, [name], ok=False, problems=[Problem(name, str(error))]))

    # -- failures at run time ---------------------------------------------------------------------------

    def strike(self, generation: Generation, kind: str, error: Exception) -> None:
        """Counts a failure against a plugin; the last strike quarantines it once its code has returned."""
        plugin = self.plugins.get(generation.plugin)
        # The end of a process is told to `crashed` once, not by every call that finds it dead.
        if plugin is None or not generation.alive or isinstance(error, CrashError):
            return
        problem = Problem.of(plugin.name, error)
        refusal = generation.refusal
        if refusal is not None and refusal.text in problem.message:
            kind, generation.refusal = refusal.kind, None
        if plugin.strikes.is_storm(kind):
            return
        # One that is still being loaded may be called by its peers; that is no fault of the one that serves.
        out = plugin.active is generation and plugin.strikes.add(kind, str(problem))
        self._send(Report("strike", [plugin.name], ok=False, problems=[problem]))
        if out:
            self._loop.call_soon(self._quarantine, plugin.name, generation)

    def crashed(self, generation: Generation, error: Exception) -> None:
        """The process of an isolated plugin is dead: a strike, and unless it was the last one a restart."""
        plugin = self.plugins.get(generation.plugin)
        if self._stopped or plugin is None or plugin.active is not generation:
            # One that was being loaded is reported as a load that failed.
            return
        self._crash_strike(plugin, generation, Problem.of(plugin.name, error))

    def _crash_strike(self, plugin: Plugin, generation: Generation, problem: Problem) -> None:
        report = Report("strike", [plugin.name], ok=False, problems=[problem])
        if plugin.strikes.add("crash", str(problem)):
            self._loop.call_soon(self._quarantine, plugin.name, generation)
        else:
            report.warnings.append(f"it is started anew in {self._restarts.schedule(plugin.name):g} s")
        self._send(report)

    def _restart_when_ready(self, name: str) -> None:
        dead = self.active(name)
        # It may be reloaded by hand in the meantime.
        self.when_ready(name, lambda name: self._restart(name) if self.active(name) is dead else None)

    def _restart(self, name: str) -> None:
        plugin = self.plugins.get(name)
        if self._stopped or plugin is None or plugin.active is None or name in self._disabled:
            return
        dead = plugin.active
        self._restarting.add(name)
        try:
            report = self._step([name])
        finally:
            self._restarting.discard(name)
        if report.ok:
            plugin.restarts += 1
        elif plugin.active is dead:
            self._crash_strike(plugin, dead, report.problems[0] if report.problems else Problem(name, "no restart"))

    def _quarantine(self, name: str, generation: Generation) -> None:
        plugin = self.plugins.get(name)
        if self._stopped or plugin is None or plugin.active is not generation:
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
        """Unloads everything, dependants first, and waits until all is drained. Nothing is loaded any more."""
        self._stopped = True
        self._restarts.cancel()
        for task in self._preparing.values():
            task.cancel()
        for plugin in reversed(self.roster.in_order()):
            if plugin.active is not None:
                for member in reversed(self.roster.serving.dependants([plugin.name])):
                    self._take_down(self.plugins[member])
        await self._retirement.finish()

    def _note_leak(self, plugin: str, remains: list[str]) -> None:
        if plugin in self.plugins:
            self.plugins[plugin].leaks = remains

    def check_leaks(self) -> None:
        """Looks now, not soon, whether the generations that were closed are gone."""
        self._retirement.leaks.check()

    def _send(self, report: Report) -> None:
        self._on_report(report)
