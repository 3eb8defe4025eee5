"""Which plugin needs which: order, versions, cycles. Every problem is found at once, not one at a time."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tibicen.lifecycle.discovery import Source


@lru_cache(maxsize=4096)
def _fits(version: str, wanted: str) -> bool:
    return SpecifierSet("" if wanted == "*" else wanted).contains(Version(version), prereleases=True)


class Graph:
    """Plugins and what they require, kept up to date change by change."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}
        self._dependants: dict[str, set[str]] = {}

    def put(self, source: Source) -> None:
        """Takes a plugin in, or its newest version."""
        self.remove(source.name)
        self._sources[source.name] = source
        for name in source.manifest.requires:
            self._dependants.setdefault(name, set()).add(source.name)

    def remove(self, name: str) -> None:
        """Forgets a plugin; those that require it then miss it."""
        source = self._sources.pop(name, None)
        if source is not None:
            for required in source.manifest.requires:
                self._dependants.get(required, set()).discard(name)

    def dependants(self, names: Iterable[str]) -> list[str]:
        """`names` and everything that requires them, directly or not; dependencies first, ties by name."""
        wanted: set[str] = set()
        waiting = [name for name in names if name in self._sources]
        while waiting:
            name = waiting.pop()
            if name not in wanted:
                wanted.add(name)
                waiting.extend(self._dependants.get(name, ()))
        return self._ordered(wanted)[0]

    def steps(
        self,
        order: Sequence[str],
        serves: Callable[[str], bool],
        also_requires: Callable[[str], Iterable[str]] = lambda name: (),
    ) -> list[list[str]]:
        """Splits `order` (dependencies first) into steps that change all or none.

        A plugin that serves changes together with what it requires and serves. One that does not serve yet stands
        alone: if it fails, nothing that serves is held back by it, and the other way round.

        `also_requires` tells what the version that serves requires, where the newest one does not.
        """
        step_of = {name: [name] for name in order}
        for name in order:
            step = step_of[name]
            if name not in self._sources or not serves(name):
                continue
            for required in (*self._sources[name].manifest.requires, *also_requires(name)):
                other = step_of.get(required, step)
                if other is not step and serves(required):
                    other.extend(step)
                    step_of.update(dict.fromkeys(step, other))
                    step = other
        position = {name: index for index, name in enumerate(order)}
        distinct = {id(step): step for step in step_of.values()}
        return [sorted(step, key=position.__getitem__) for step in distinct.values()]

    def _ordered(self, names: set[str]) -> tuple[list[str], set[str]]:
        """Topological order of `names`, and what is left over because it stands in a cycle or behind one."""
        missing = {
            name: sum(1 for required in self._sources[name].manifest.requires if required in names and required != name)
            for name in names
        }
        # Sorted once; a heap would order ties better globally, but dependencies come first either way.
        ready = sorted((name for name, count in missing.items() if count == 0), reverse=True)
        order: list[str] = []
        while ready:
            name = ready.pop()
            order.append(name)
            freed = []
            for dependant in self._dependants.get(name, ()):
                if dependant in missing and dependant != name:
                    missing[dependant] -= 1
                    if missing[dependant] == 0:
                        freed.append(dependant)
            ready.extend(sorted(freed, reverse=True))
        left = names.difference(order)
        return order + sorted(left), left

    def check(self, names: Iterable[str], unavailable: Collection[str] = ()) -> dict[str, list[str]]:
        """Every reason why one of `names` can't be loaded; empty when all can.

        `unavailable` are plugins that are known but won't serve (disabled, failed).
        """
        names = list(names)
        problems: dict[str, list[str]] = {}
        for name in names:
            found = self._missing(name, unavailable)
            if found:
                problems[name] = found
        for cycle in self._cycles(names):
            text = "these require each other in a circle: " + " -> ".join([*cycle, cycle[0]])
            for name in cycle:
                problems.setdefault(name, []).append(text)
        return problems

    def _missing(self, name: str, unavailable: Collection[str]) -> list[str]:
        problems = []
        for required, wanted in self._sources[name].manifest.requires.items():
            there = self._sources.get(required)
            if there is None:
                near = difflib.get_close_matches(required, self._sources, n=1)
                way = f"did you mean {near[0]!r}?" if near else "put it into the plugins folder"
                problems.append(f"{name} requires {required} ({wanted}), which is not there; {way}")
            elif required in unavailable:
                problems.append(f"{name} requires {required}, which is not active")
            elif not _fits(there.manifest.version, wanted):
                problems.append(f"{name} requires {required} {wanted}, but {there.manifest.version} is there")
        return problems

    def _cycles(self, names: Iterable[str]) -> list[list[str]]:
        """One whole cycle for each knot of plugins that can be reached from `names`."""
        reached: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self._sources and name not in reached:
                reached.add(name)
                waiting.extend(self._sources[name].manifest.requires)
        _, left = self._ordered(reached)
        cycles: list[list[str]] = []
        seen: set[str] = set()
        for start in sorted(left):
            path: list[str] = []
            place: dict[str, int] = {}
            current: str | None = start
            while current is not None and current not in seen and current not in place:
                place[current] = len(path)
                path.append(current)
                current = next((each for each in self._sources[current].manifest.requires if each in left), None)
            if current is not None and current in place:
                cycles.append(path[place[current] :])
            seen.update(path)
        return cycles
