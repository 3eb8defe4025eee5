"""What changes on disk, brought to the manager: new, changed, broken, renamed and deleted plugins."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from tibicen.errors import ManifestError, TibicenError
from tibicen.lifecycle.discovery import Source, discover, examine, owner_of
from tibicen.lifecycle.generation import Inhabited
from tibicen.lifecycle.manager import Manager
from tibicen.lifecycle.report import Problem, Report
from tibicen.lifecycle.roster import Roster
from tibicen.lifecycle.waves import Wave


class Intake:
    """Reads what lies in the plugins folder and has the manager load, reload or unload it."""

    def __init__(self, manager: Manager, loop: asyncio.AbstractEventLoop, on_report: Callable[[Report], None]) -> None:
        self._manager = manager
        self._roster: Roster = manager.roster
        self._folder = manager.roster.folder
        self._loop = loop
        self._on_report = on_report
        # Roots that would be plugins, were their name not another's; looked at again with every wave.
        self._doubles: set[Path] = set()
        self._waves: deque[Wave] = deque()
        self._worker: asyncio.Task[None] | None = None

    def load_all(self) -> list[Report]:
        """Finds and loads everything in the folder; each plugin that fails is reported, the others load."""
        found = discover(self._folder)
        # First what can be read: what can't is then named so that it takes nobody's name.
        for source in found.sources.values():
            self._roster.take(source)
        reports = [self._manager.refuse(root, problems) for root, problems in found.problems.items()]
        self._doubles = self._find_doubles({source.root for source in found.sources.values()})
        return reports + list(self._manager.bring_up(found.sources))

    def _find_doubles(self, taken: set[Path]) -> set[Path]:
        doubles: set[Path] = set()
        for root in self._folder.iterdir() if self._folder.is_dir() else ():
            try:
                if root not in taken and examine(root) is not None:
                    doubles.add(root)
            except (ManifestError, OSError):
                continue
        return doubles

    def take(self, wave: Wave) -> None:
        """Takes a wave when those before it are done; the event loop gets its turn between two plugins."""
        self._waves.append(wave)
        if self._worker is None:
            self._worker = self._loop.create_task(self._work(), name="intake")

    def cancel(self) -> None:
        """Forgets waves that have not been taken yet."""
        self._waves.clear()
        if self._worker is not None:
            self._worker.cancel()

    async def _work(self) -> None:
        try:
            while self._waves:
                wave = self._waves.popleft()
                try:
                    roots = self._roots(wave.paths)
                    wait = self._manager.preparation(
                        [root for root in roots if self._inside(root, wave.paths)[0] is None]
                    )
                    if wait is not None:
                        await wait
                    for _ in self.changed(wave.paths, wave.noticed_at):
                        await asyncio.sleep(0)
                except (TibicenError, OSError) as error:
                    self._on_report(Report("reload", [], ok=False, problems=[Problem("host", str(error))]))
        finally:
            self._worker = None

    def changed(self, paths: Iterable[Path], noticed_at: float | None = None) -> Iterator[Report]:
        """Takes one wave of changes, step by step; a report after each.

        Plugins that depend on each other change together or not at all; independent ones do not wait for
        each other. `noticed_at` is the monotonic time of the first event, for the report.
        """
        paths = list(paths)
        roots = {root for root in self._roots(paths) if not self._taken_inside(root, paths, noticed_at)}
        looked_at = sorted(roots | self._doubles)
        before = {name for root in looked_at if (name := self._roster.names_by_root.get(root)) is not None}
        sources: dict[Path, Source | None] = {}
        for root in looked_at:
            try:
                sources[root] = examine(root) if root.exists() else None
            except (ManifestError, OSError) as error:
                self._doubles.discard(root)
                yield self._manager.refuse(root, error.problems if isinstance(error, ManifestError) else [str(error)])
        touched = []
        for root, source in sources.items():
            if source is None:
                self._doubles.discard(root)
                self._roster.names_by_root.pop(root, None)
            elif (holder := self._holder(source, sources)) is not None:
                self._doubles.add(root)
                if root in roots:
                    text = f"the name {source.name!r} is taken by {holder.name}; rename one of the two"
                    yield self._manager.refuse(root, [text])
            else:
                self._doubles.discard(root)
                self._roster.take(source)
                touched.append(source.name)
        for name in sorted(before):
            if self._is_gone(name):
                yield self._manager.unload(name, forget=True)
        yield from self._manager.bring_up(touched, noticed_at)

    def _inside(self, root: Path, paths: Iterable[Path]) -> tuple[Inhabited | None, list[Path]]:
        """What serves at `root` and will take the changes in by itself, if it does; and those that are its own."""
        own = [path for path in paths if path == root or root in path.parents] or [root]
        generation = self._roster.active(self._roster.names_by_root.get(root, ""))
        runtime = generation.runtime if generation is not None else None
        if isinstance(runtime, Inhabited) and root.exists() and runtime.is_inside(own):
            return runtime, own
        return None, own

    def _taken_inside(self, root: Path, paths: Iterable[Path], noticed_at: float | None) -> bool:
        """Whether the plugin at `root` serves and takes the changes in by itself."""
        runtime, own = self._inside(root, paths)
        return runtime is not None and runtime.take_saves(own, noticed_at)

    def _is_gone(self, name: str) -> bool:
        """Whether nothing on disk has that name any more: its files are gone, or say another name now.

        A plugin whose folder was renamed is not gone: it was found again at its new place.
        """
        plugin = self._roster.plugins.get(name)
        return plugin is not None and self._roster.names_by_root.get(plugin.root) != name

    def _roots(self, paths: Iterable[Path]) -> set[Path]:
        roots: set[Path] = set()
        for path in paths:
            root = owner_of(path, self._folder)
            if root is not None:
                roots.add(root)
            elif path in self._roster.names_by_root:
                # A folder with a dot in its name that is gone.
                roots.add(path)
            elif path == self._folder or path in self._folder.parents:
                # The watcher lost count, or the whole folder came or went: look at everything again.
                roots.update(self._roster.names_by_root)
                if self._folder.is_dir():
                    roots.update(root for entry in self._folder.iterdir() if (root := owner_of(entry, self._folder)))
        return roots

    def _holder(self, source: Source, sources: Mapping[Path, Source | None]) -> Path | None:
        """The other root that has the name of `source` already; None when the name is its own, or free."""
        plugin = self._roster.plugins.get(source.name)
        if plugin is not None and plugin.root == source.root:
            return None
        if plugin is not None and plugin.root not in sources and plugin.root.exists():
            return plugin.root
        # The one that had the name may give it up in this wave, and several may want it.
        same = [root for root, each in sources.items() if each is not None and each.name == source.name]
        if plugin is not None and plugin.root in same:
            return plugin.root
        return next((root for root in same if root != source.root), None)
