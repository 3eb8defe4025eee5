"""What changes on disk, brought to the manager: new, changed, broken, renamed and deleted plugins."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tibicen.errors import ManifestError, TibicenError
from tibicen.lifecycle.discovery import Source, discover, examine, owner_of
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
        self._waves: deque[Wave] = deque()
        self._worker: asyncio.Task[None] | None = None

    def load_all(self) -> list[Report]:
        """Finds and loads everything in the folder; each plugin that fails is reported, the others load."""
        found = discover(self._folder)
        reports = [self._refuse(root, problems) for root, problems in found.problems.items()]
        for source in found.sources.values():
            self._roster.take(source)
        return reports + list(self._manager.bring_up(found.sources))

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
                    for _ in self.changed(wave.paths, wave.noticed_at):
                        await asyncio.sleep(0)
                except TibicenError as error:
                    self._on_report(Report("reload", [], ok=False, problems=[Problem("host", str(error))]))
        finally:
            self._worker = None

    def changed(self, paths: Iterable[Path], noticed_at: float | None = None) -> Iterator[Report]:
        """Takes one wave of changes, step by step; a report after each.

        Plugins that depend on each other change together or not at all; independent ones do not wait for
        each other. `noticed_at` is the monotonic time of the first event, for the report.
        """
        touched, before = [], set()
        for root in sorted(self._roots(paths)):
            known = self._roster.names_by_root.get(root)
            if known is not None:
                before.add(known)
            if not root.exists():
                continue
            try:
                source = examine(root)
            except (ManifestError, OSError) as error:
                yield self._refuse(root, error.problems if isinstance(error, ManifestError) else [str(error)])
                continue
            if source is None:
                continue
            clash = self._clash(source)
            if clash is not None:
                yield clash
                continue
            self._roster.take(source)
            touched.append(source.name)
        for name in sorted(before):
            if self._is_gone(name):
                yield self._manager.unload(name, forget=True)
        yield from self._manager.bring_up(touched, noticed_at)

    def _is_gone(self, name: str) -> bool:
        """Whether nothing on disk has that name any more: its files are gone, or say another name now.

        A plugin whose folder was renamed is not gone: it was found again at its new place.
        """
        plugin = self._roster.plugins.get(name)
        if plugin is None:
            return False
        return not plugin.root.exists() or self._roster.names_by_root.get(plugin.root) != name

    def _roots(self, paths: Iterable[Path]) -> set[Path]:
        roots: set[Path] = set()
        for path in paths:
            root = owner_of(path, self._folder)
            if root is not None:
                roots.add(root)
            elif path == self._folder or path in self._folder.parents:
                # The watcher lost count, or the whole folder came or went: look at everything again.
                roots.update(self._roster.names_by_root)
                if self._folder.is_dir():
                    roots.update(root for entry in self._folder.iterdir() if (root := owner_of(entry, self._folder)))
        return roots

    def _clash(self, source: Source) -> Report | None:
        """Whether another root that still exists has the name already; then neither is touched."""
        holder = self._roster.plugins.get(source.name)
        if holder is None or holder.root == source.root or not holder.root.exists():
            return None
        message = (
            f"the name {source.name!r} is taken by {holder.root.name}; rename one of the two "
            f"(the other is {source.root.name})"
        )
        report = Report("load", [source.name], ok=False, problems=[Problem(source.name, message)])
        self._on_report(report)
        return report

    def _refuse(self, root: Path, problems: list[str]) -> Report:
        report = self._roster.refuse(root, problems).refusal()
        self._on_report(report)
        return report
