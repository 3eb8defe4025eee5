"""Which versions fit together: the newest of a group, against each other and against what serves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from tibicen.lifecycle.plugin import Plugin
from tibicen.lifecycle.report import Problem
from tibicen.lifecycle.roster import Roster
from tibicen.lifecycle.states import State

Problems = dict[str, list[str]]
"""Every reason why a plugin can't serve, by its name."""


class Fit:
    """Looks over groups of plugins before they change together, and notes who waits on whom.

    The roster's graph holds the versions that serve, except while a group is looked over.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._graph = roster.graph

    def with_dependants(self, names: Collection[str]) -> list[str]:
        """`names`, and what serves and requires them; dependencies first."""
        active = self._roster.active
        wanted = {*names, *self._roster.serving.dependants(names)}
        return [name for name in self._graph.dependants(wanted) if name in names or active(name) is not None]

    def steps(self, names: Collection[str]) -> list[list[str]]:
        """`names` and their dependants, in groups that change all or none."""
        return self._graph.steps(
            self.with_dependants(names), lambda name: self._roster.active(name) is not None, self._requires_now
        )

    def _requires_now(self, name: str) -> Collection[str]:
        generation = self._roster.active(name)
        return generation.source.manifest.requires if generation is not None else ()

    def look_over(self, group: list[str]) -> tuple[list[str], Problems]:
        """Whether the newest versions of a group fit together and to what serves.

        Returns:
            The group, and with it versions that were refused only because the group's old ones did not fit them.
        """
        problems = self._check(group)
        if problems:
            held = {name for member in group for name in self.requires(member) if self._is_held(name)}
            wider = self.with_dependants({*group, *held})
            if held and not self._check(wider):
                return wider, {}
            self.put_serving(wider)
            problems = self._check(group)
        return group, problems

    def put_serving(self, names: Iterable[str]) -> None:
        """Has the graph hold the versions that serve."""
        for name in names:
            generation = self._roster.active(name)
            if generation is not None:
                self._graph.put(generation.source)

    def requires(self, name: str) -> Collection[str]:
        """What the newest version of a plugin requires."""
        source = self._roster.plugins[name].source
        return source.manifest.requires if source is not None else ()

    def _check(self, group: Sequence[str]) -> Problems:
        for name in group:
            source = self._roster.plugins[name].source
            if source is not None:
                self._graph.put(source)
        required = {name for member in group for name in self.requires(member)}
        missing = {name for name in required if name not in group and self._roster.active(name) is None}
        return self._graph.check(group, missing)

    def _is_held(self, name: str) -> bool:
        """Whether a newer version of a plugin that serves waits for others to fit it."""
        plugin = self._roster.plugins.get(name)
        return plugin is not None and plugin.active is not None and bool(plugin.waits_on)

    # -- refused ----------------------------------------------------------------------------------------

    def misfit(self, plugins: Sequence[Plugin], problems: Problems) -> list[Problem]:
        """Notes with every plugin of a group why it is refused; returns all the problems."""
        for plugin in plugins:
            others = [name for name in problems if name != plugin.name]
            texts = problems.get(plugin.name)
            if texts is None:
                texts = [f"held back, because {others[0]} was refused: {problems[others[0]][0]}"]
            self._refuse(plugin, [Problem(plugin.name, text) for text in texts], others)
        return [Problem(name, text) for name, texts in problems.items() for text in texts]

    def blame(self, plugins: Sequence[Plugin], failed: Plugin, error: Exception) -> list[Problem]:
        """Notes with every plugin of a group that `failed` was refused, or that it is held back by that."""
        problem = Problem.of(failed.name, error)
        for plugin in plugins:
            if plugin is failed:
                self._refuse(plugin, [problem], ())
            else:
                text = f"held back, because {failed.name} was refused: {problem}"
                self._refuse(plugin, [Problem(plugin.name, text)], [failed.name])
        return [problem]

    def cut_off(self, plugin: Plugin, name: str) -> None:
        """Notes with a dependant that what it requires was unloaded."""
        self._refuse(plugin, [Problem(plugin.name, f"it requires {name}, which was unloaded")], [name])

    def _refuse(self, plugin: Plugin, problems: list[Problem], others: Collection[str]) -> None:
        plugin.refuse(problems, {*self.requires(plugin.name), *others})

    # -- another chance ---------------------------------------------------------------------------------

    def waiting_on(self, changed: Collection[str]) -> list[str]:
        """Plugins whose newest version was refused because of one of these; by rank."""
        waiting = [
            plugin
            for plugin in self._roster.plugins.values()
            if plugin.waits_on and not plugin.waits_on.isdisjoint(changed)
        ]
        return [plugin.name for plugin in sorted(waiting, key=lambda plugin: plugin.rank)]

    def asleep(self, names: Iterable[str]) -> list[str]:
        """Lazy plugins that rest, but are required by `names`; dependencies first."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            for name in self.requires(waiting.pop()):
                plugin = self._roster.plugins.get(name)
                if plugin is not None and plugin.state is State.RESOLVED and name not in found:
                    found.add(name)
                    waiting.append(name)
        return [name for name in self._graph.dependants(found) if name in found]
