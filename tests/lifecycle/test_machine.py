"""Whatever happens to plugins, in whatever order: what serves is whole, and what is told is so.

A real manager, roster and intake over a real folder; only the code in the plugins is played: its first line says how
it behaves.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from packaging.specifiers import SpecifierSet

from tibicen.errors import (
    HandoverError,
    HealthError,
    LoadError,
    PluginError,
    TibicenError,
    TransitionError,
    UnknownPluginError,
)
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.intake import Intake
from tibicen.lifecycle.ledger import Mode
from tibicen.lifecycle.manager import Manager, ManagerOptions
from tibicen.lifecycle.plugin import Plugin
from tibicen.lifecycle.report import Report
from tibicen.lifecycle.states import ALLOWED, State
from tibicen.vm.contract import Memory, VmStatistics
from tibicen.vm.marshal import Plain

NAMES = ("ape", "bee", "cat", "dog")
STRIKES = 2

names = st.sampled_from(NAMES)
behaviours = st.sampled_from(["good", "good", "good", "syntax", "migrate", "health", "snapshot", "busy"])
versions = st.sampled_from(["1.0", "2.0"])
ranges = st.sampled_from(["*", "*", "<2", ">=2"])
requirements = st.dictionaries(names, ranges, max_size=2)


class Answer:
    """The one hook handler that every generation has; an entry of its ledger."""

    kind = "hook"
    label = "any"

    def __init__(self, answering: list[str], label: str) -> None:
        self._answering = answering
        self._label = label

    def put_back(self) -> None:
        self._answering.append(self._label)

    def lift(self) -> None:
        self._answering.remove(self._label)

    def close(self) -> None:
        pass


class PlayedCode:
    """Runs a generation as the first word of its entry file says."""

    def __init__(self, generation: Generation, answering: list[str]) -> None:
        self.generation = generation
        self.answering = answering
        self.behaviour = ""
        self.text = ""
        self.closed = False
        self.drained = False

    def load(self) -> None:
        self.text = self.generation.source.entry.read_text()
        self.behaviour = self.text.split()[0]
        self.generation.ledger.hold(Answer(self.answering, self.generation.label))
        self._fail("syntax", LoadError)

    def snapshot(self) -> Plain:
        self._fail("snapshot", PluginError)
        return {"number": self.generation.number}

    def migrate(self, state: Plain) -> None:
        self._fail("migrate", HandoverError)

    def health(self) -> None:
        self._fail("health", HealthError)

    def pending(self) -> bool:
        return self.behaviour == "busy" and not self.drained

    async def drain(self) -> None:
        await asyncio.sleep(0)
        self.drained = True

    def close(self) -> None:
        assert not self.closed
        self.closed = True

    def remains(self) -> list[str]:
        return []

    def memory(self) -> Memory:
        return Memory(0, 0)

    def statistics(self) -> VmStatistics:
        return VmStatistics()

    def describe_process(self) -> dict[str, Plain]:
        return {}

    def _fail(self, where: str, kind: type[PluginError]) -> None:
        if self.behaviour == where:
            raise kind(self.generation.plugin, f"fails at {where}", file="init.lua", line=1)


class Triggers:
    """Where lazy plugins wait."""

    def __init__(self) -> None:
        self.waiting: dict[str, Callable[[], None]] = {}

    def arm(self, plugin: str, hooks: Sequence[str], load: Callable[[], None]) -> None:
        if "no.such" in hooks:
            raise TibicenError("there is no hook 'no.such'")
        self.waiting[plugin] = load

    def disarm(self, plugin: str) -> None:
        self.waiting.pop(plugin, None)

    def fire(self) -> None:
        waiting, self.waiting = self.waiting, {}
        for load in waiting.values():
            load()


class Plugins(RuleBasedStateMachine):
    """Saves, commands, failures and events in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory(prefix="tibicen-machine-")
        self.folder = Path(self.scratch.name).resolve()
        self.loop = asyncio.new_event_loop()
        self.generations: list[Generation] = []
        self.answering: list[str] = []
        self.reports: list[Report] = []
        self.triggers = Triggers()
        self.manager = Manager(
            self.folder,
            self.make_runtime,
            self.loop,
            self.on_report,
            self.triggers,
            ManagerOptions(strike_limit=STRIKES, drain_seconds=10),
        )
        self.intake = Intake(self.manager, self.loop, self.on_report)
        self.roots: dict[str, Path] = {}
        """Where the files of a plugin are."""
        self.let_go: set[str] = set()
        """Whom its owner unloaded: it comes back by a save or a command, not by itself."""
        self.refused: set[str] = set()
        """Whose last load or reload was refused."""
        self.unreadable: set[str] = set()
        self.saves = 0

    def make_runtime(self, generation: Generation) -> PlayedCode:
        self.generations.append(generation)
        return PlayedCode(generation, self.answering)

    def on_report(self, report: Report) -> None:
        self.reports.append(report)
        assert report.ok == (not report.problems) or report.action in ("drain", "quarantine")
        if report.action in ("load", "reload"):
            (self.refused.difference_update if report.ok else self.refused.update)(report.plugins)
        for name in report.kept:
            # What goes on serving is what served, and it is told as that.
            active = self.manager.active(name)
            assert active is not None and active.number == report.generations[name]

    def teardown(self) -> None:
        self.loop.run_until_complete(self.manager.stop())
        assert self.answering == []
        assert all(self.is_gone(generation) for generation in self.generations)
        self.loop.close()
        self.scratch.cleanup()

    def settle(self) -> None:
        async def all_turns() -> None:
            await asyncio.sleep(0)
            while others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.gather(*others)
            await asyncio.sleep(0)

        self.loop.run_until_complete(all_turns())

    # -- what is on disk --------------------------------------------------------------------------------

    def write(self, name: str, behaviour: str, version: str, requires: dict[str, str], *more: str) -> Path:
        if name not in self.roots:
            free = (self.folder / stem for stem in (name, f"{name}-anew", *(f"{name}-{n}" for n in range(len(NAMES)))))
            self.roots[name] = next(root for root in free if not root.exists())
            self.roots[name].mkdir()
        root = self.roots[name]
        self.unreadable.discard(name)
        self.saves += 1
        (root / "init.lua").write_text(f"{behaviour} {self.saves}")
        others = ", ".join(f'{other}: "{wanted}"' for other, wanted in requires.items() if other != name)
        lines = [f"name: {name}", f'version: "{version}"', f"requires: {{{others}}}", *more]
        (root / "plugin.yaml").write_text("\n".join(lines))
        return root

    def save(self, *roots: Path) -> None:
        for _ in self.intake.changed(roots):
            self.settle()
        self.settle()

    @initialize(requires=requirements)
    def begin(self, requires: dict[str, str]) -> None:
        self.write("ape", "good", "1.0", {})
        self.write("bee", "good", "1.0", requires)
        self.intake.load_all()
        self.settle()

    @rule(name=names, behaviour=behaviours, version=versions, requires=requirements)
    def save_one(self, name: str, behaviour: str, version: str, requires: dict[str, str]) -> None:
        self.let_go.discard(name)
        self.save(self.write(name, behaviour, version, requires))

    @rule(one=names, other=names, behaviour=behaviours, version=versions, wanted=ranges)
    def save_two_at_once(self, one: str, other: str, behaviour: str, version: str, wanted: str) -> None:
        self.let_go -= {one, other}
        self.save(
            self.write(one, "good", version, {}),
            self.write(other, behaviour, "1.0", {one: wanted}),
        )

    @rule(name=names, more=st.sampled_from(["enabled: false", "lazy: {on: [some.event]}", "lazy: {on: [no.such]}"]))
    def save_one_that_does_not_load_at_once(self, name: str, more: str) -> None:
        self.let_go.discard(name)
        self.save(self.write(name, "good", "1.0", {}, more))

    @rule(name=names)
    def break_the_manifest(self, name: str) -> None:
        self.let_go.discard(name)
        root = self.write(name, "good", "1.0", {}, "verion: 1")
        self.unreadable.add(name)
        self.save(root)

    @precondition(lambda self: self.roots)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        root = self.roots.pop(data.draw(st.sampled_from(sorted(self.roots))))
        shutil.rmtree(root)
        self.save(root)

    @precondition(lambda self: self.roots)
    @rule(data=st.data(), to=st.sampled_from(["here", "there", "elsewhere.d"]))
    def move_the_folder(self, data: st.DataObject, to: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.roots)))
        old, new = self.roots[name], self.folder / f"{name}-{to}"
        if not new.exists():
            self.let_go.discard(name)
            old.rename(new)
            self.roots[name] = new
            self.save(old, new)

    @precondition(lambda self: len(self.roots.keys() - self.unreadable) > 1)
    @rule(data=st.data())
    def swap_folders(self, data: st.DataObject) -> None:
        one, other = data.draw(st.permutations(sorted(self.roots.keys() - self.unreadable)))[:2]
        self.let_go -= {one, other}
        first, second, aside = self.roots[one], self.roots[other], self.folder / "_aside"
        first.rename(aside)
        second.rename(first)
        aside.rename(second)
        self.roots[one], self.roots[other] = second, first
        self.save(first, second)

    # -- what the owner and the plugins do --------------------------------------------------------------

    def ask(self, work: Callable[[str], Any], name: str) -> None:
        before = self.manager.active(name)
        try:
            report = work(name)
        except TransitionError:
            raise
        except TibicenError as error:
            # Refused outright: nobody of that name, its files gone, or disabled.
            assert isinstance(error, UnknownPluginError) or "is disabled" in str(error)
            assert self.manager.active(name) is before
        else:
            assert isinstance(report, Report)
            assert report.ok or self.manager.active(name) is before
        self.settle()

    @rule(name=names)
    def load(self, name: str) -> None:
        self.let_go.discard(name)
        self.ask(self.manager.load, name)

    @rule(name=names, discard_state=st.booleans())
    def reload(self, name: str, discard_state: bool) -> None:
        self.let_go.discard(name)
        self.ask(lambda each: self.manager.reload(each, discard_state=discard_state), name)

    @rule(name=names)
    def unload(self, name: str) -> None:
        self.let_go.add(name)
        self.ask(self.manager.unload, name)

    @rule(name=names)
    def enable(self, name: str) -> None:
        self.let_go.discard(name)
        self.ask(self.manager.enable, name)

    @rule(name=names)
    def disable(self, name: str) -> None:
        self.ask(self.manager.disable, name)

    @rule(name=names, action=st.sampled_from(["reload", "unload"]))
    def a_plugin_asks_for_itself(self, name: str, action: str) -> None:
        if name in self.manager.plugins:
            (self.let_go.add if action == "unload" else self.let_go.discard)(name)
            self.manager.later(action, name)
            self.settle()

    @rule(name=names)
    def strike(self, name: str) -> None:
        generation = self.manager.active(name)
        if generation is not None:
            self.manager.strike(generation, "error", PluginError(name, "it fails"))
            self.settle()

    @rule(data=st.data())
    def a_dead_generation_fails(self, data: st.DataObject) -> None:
        dead = [each for each in self.generations if not each.alive]
        if dead:
            before = len(self.reports)
            self.manager.strike(data.draw(st.sampled_from(dead)), "error", PluginError("dead", "it fails"))
            self.settle()
            assert len(self.reports) == before

    @rule()
    def an_event(self) -> None:
        self.triggers.fire()
        self.settle()

    # -- what is always so ------------------------------------------------------------------------------

    def active(self) -> dict[str, Generation]:
        return {name: plugin.active for name, plugin in self.manager.plugins.items() if plugin.active is not None}

    def is_gone(self, generation: Generation) -> bool:
        runtime = generation.runtime
        assert isinstance(runtime, PlayedCode)
        return (
            not generation.alive
            and runtime.closed
            and generation.ledger.mode is Mode.CLOSED
            and len(generation.ledger) == 0
        )

    @invariant()
    def every_plugin_on_disk_is_known_and_no_other(self) -> None:
        assert {plugin.root for plugin in self.manager.plugins.values()} == set(self.roots.values())
        assert self.manager.roster.names_by_root == {plugin.root: name for name, plugin in self.manager.plugins.items()}

    @invariant()
    def states_are_legal(self) -> None:
        for plugin in self.manager.plugins.values():
            history = [each.state for each in plugin.lifecycle.history]
            assert all(after in ALLOWED[before] for before, after in pairwise(history))
            assert plugin.state not in (State.LOADING, State.DRAINING)
            assert (plugin.state is State.ACTIVE) == (plugin.active is not None)
            assert (plugin.state is State.RESOLVED) == (plugin.name in self.triggers.waiting)

    @invariant()
    def one_generation_of_each_serves_and_the_dead_own_nothing(self) -> None:
        serving = self.active()
        for generation in self.generations:
            if serving.get(generation.plugin) is generation:
                assert generation.alive and generation.ledger.mode is Mode.LIVE
            else:
                assert self.is_gone(generation)
        assert sorted(self.answering) == sorted(generation.label for generation in serving.values())

    @invariant()
    def what_serves_has_what_it_requires(self) -> None:
        serving = self.active()
        for generation in serving.values():
            assert self.is_satisfied(generation.source, serving)

    def is_satisfied(self, source: Source, serving: dict[str, Generation]) -> bool:
        return all(
            required in serving
            and SpecifierSet("" if wanted == "*" else wanted).contains(serving[required].source.manifest.version)
            for required, wanted in source.manifest.requires.items()
        )

    @invariant()
    def errors_tell_what_was_refused(self) -> None:
        for name, plugin in self.manager.plugins.items():
            errors = [str(problem) for problem in plugin.errors]
            if plugin.state in (State.FAILED, State.QUARANTINED):
                assert errors
            elif plugin.state in (State.RESOLVED, State.DISABLED):
                assert errors == [] or plugin.unreadable
            elif plugin.state is State.ACTIVE:
                # Also one that is on disk as it serves may have been refused, with others that it came along with.
                assert bool(errors) == (name in self.refused or bool(plugin.unreadable)), (name, errors)
                assert errors or self.serves_what_is_on_disk(plugin)

    def serves_what_is_on_disk(self, plugin: Plugin) -> bool:
        generation = plugin.active
        assert generation is not None and isinstance(generation.runtime, PlayedCode)
        return (
            not plugin.unreadable
            and generation.source == plugin.source
            and generation.runtime.text == generation.source.entry.read_text()
        )

    @invariant()
    def nothing_waits_that_could_serve(self) -> None:
        serving = self.active()
        for name, plugin in self.manager.plugins.items():
            source = plugin.source
            if plugin.state is not State.FAILED or plugin.unreadable or source is None or name in self.let_go:
                continue
            well = source.entry.read_text().split()[0] in ("good", "busy", "snapshot")
            lazy_on = source.manifest.lazy.on if source.manifest.lazy else []
            assert not (well and self.is_satisfied(source, serving) and "no.such" not in lazy_on), plugin.errors


TestPlugins = Plugins.TestCase
TestPlugins.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestPlugins.pytestmark = [pytest.mark.timeout(120)]
