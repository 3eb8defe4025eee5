"""What is done when files of a running server change: scripts are reloaded, loaded and unloaded, each by itself."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Generator
from pathlib import Path
from typing import Any

from tibicen.errors import TibicenError
from tibicen.lifecycle.discovery import is_leftover
from tibicen.lifecycle.report import Action, Problem
from tibicen.realms.canary.blame import Blame
from tibicen.realms.canary.checkout import CORE
from tibicen.realms.canary.save_queue import Slices
from tibicen.realms.canary.server import Dialect, numbers_of
from tibicen.realms.canary.startup import SCRIPTS, Prepared
from tibicen.realms.inhabited import Outcome
from tibicen.vm.marshal import Plain

CONFIG = "config.lua"
TESTS = "_test.lua"

_KINDS: dict[Dialect, list[tuple[re.Pattern[str], str]]] = {
    "canary": [
        (re.compile(r".*/items/items\.xml"), "ITEMS"),
        (re.compile(r".*/XML/imbuements\.xml"), "IMBUEMENTS"),
    ],
    "tfs": [
        (re.compile(r"data/items/items\.xml"), "ITEMS"),
        (re.compile(r"data/monster/.*\.(xml|lua)"), "MONSTERS"),
        (re.compile(r"data/npc/.*\.(xml|lua)"), "NPCS"),
    ],
}
"""Files that the server reads anew by a kind of its own (`RELOAD_TYPE_…`)."""

_APPEARANCES = re.compile(r".*/XML/(vocations|outfits|mounts|familiars)\.xml")
"""Files that are read anew with the vocations."""

SLICE_MS = 6
"""Milliseconds of a reload of many files after which the loop is to run."""

Work = Generator[None, None, list[Outcome]]
"""Something that is done, which stops where the loop may run."""


class Saves:
    """Takes changes into one server.

    Args:
        plugin: the plugin's name, for the way out of what can't be done alone.
    """

    def __init__(self, prepared: Prepared, blame: Blame, plugin: str) -> None:
        self._server = prepared.server
        startup = prepared.startup
        root = prepared.server.files.root
        pack = startup.datapack or _text(prepared.server.control("config_text", "DATA_DIRECTORY")) or CORE
        self.folders = list(dict.fromkeys([root / CORE, root / pack]))
        """Folders of the checkout whose changes count, config.lua aside."""
        self._all_folders = [*self.folders, startup.own / SCRIPTS] if startup.seen_as else self.folders
        self._blame = blame
        self._plugin = plugin

    def take(self, paths: Collection[Path]) -> Slices:
        """Takes in what has changed on the disk, one after the other: files that are gone, config.lua, scripts in the
        order of loading, new ones, and the rest."""
        done: set[str] = set()
        gone, config, known, rest = self._sorted(paths)
        for path in gone:
            yield from self._timed(self._forget(path))
        for path in config:
            yield from self._timed(self._configure(path))
        for path in [*known, *rest]:
            if path not in done:
                yield from self._timed(self._reload(path, done))

    def changed(self) -> list[Path]:
        """What is not on the disk as it was when the server read it, or is new. Reads the disk alone."""
        files = self._server.files
        found = [files.place(path) for path in files.changed()]
        new = [
            place
            for folder in self._all_folders
            for place in folder.rglob("*.lua")
            if (seen := files.seen_as(place)) is not None and not files.was_read(seen)
        ]
        return list(dict.fromkeys([*(place for place in found if place is not None), *new]))

    # -- what is asked for ------------------------------------------------------------------------------

    def _control(self, name: str, *arguments: Any) -> Any:
        return self._server.control(name, *arguments)

    def _sorted(self, paths: Collection[Path]) -> tuple[list[str], list[str], list[str], list[str]]:
        """The changes as the server sees them: files that are gone, config.lua, scripts that are loaded in their
        order, and the rest."""
        gone: dict[str, None] = {}
        config: dict[str, None] = {}
        known: list[tuple[int, str]] = []
        rest: dict[str, None] = {}
        for path, exists in self._virtual(paths):
            if path in (CONFIG, f"{CONFIG}.dist"):
                config[path] = None
            elif not exists:
                gone[path] = None
            elif (state := self._control("file_state", path)) is not None:
                known.append((int(state["order"]), path))
            else:
                rest[path] = None
        return list(gone), list(config), [path for _, path in sorted(set(known))], list(rest)

    def _virtual(self, paths: Collection[Path]) -> list[tuple[str, bool]]:
        """Files as the server sees them, and whether they are there; of a folder that is there all that is in it."""
        found: dict[str, bool] = {}
        for path in paths:
            # A file may be a link, its folder is where it is.
            whole = path.parent.resolve() / path.name
            for file in sorted(whole.rglob("*")) if whole.is_dir() else [whole]:
                seen = None if file.is_dir() else self._server.files.seen_as(file)
                if seen is None or any(is_leftover(word) for word in seen.split("/")) or seen.endswith(TESTS):
                    continue
                found[seen] = file.exists()
        return list(found.items())

    # -- what is done -----------------------------------------------------------------------------------

    def _timed(self, work: Work) -> Slices:
        took, told = 0.0, []
        outcomes: list[Outcome] | None = None
        while outcomes is None:
            _, before = self._server.errors_since(0)
            began = time.perf_counter()
            try:
                next(work)
            except StopIteration as end:
                outcomes = end.value
            except TibicenError as error:
                outcomes = [Outcome("reload", ["its files"], ok=False, problems=[self._blame.problem(str(error))])]
            took += (time.perf_counter() - began) * 1e3
            told += self._server.errors_since(before)[0]
            if outcomes is None:
                yield None
        self._add_warnings(outcomes, told)
        for outcome in outcomes:
            yield outcome, took

    def _add_warnings(self, outcomes: list[Outcome], told: list[dict[str, Any]]) -> None:
        """What scripts were told while they loaded belongs to the report of their files."""
        first = next((outcome for outcome in outcomes if outcome.ok), None)
        if first is not None:
            failed = {problem.file for outcome in outcomes for problem in outcome.problems}
            problems = [self._blame.of_entry(entry) for entry in told]
            first.warnings += [str(problem) for problem in problems if problem.file not in failed]

    def _forget(self, path: str) -> Work:
        outcomes: list[Outcome] = []
        if self._control("unload_file", path):
            outcomes.append(Outcome("unload", [self._blame.shown(path)]))
        elif Path(path).suffix:
            # Others may have run it.
            return (yield from self._reload(path, set()))
        else:
            below = [_text(each) for each in self._control("files_below", path)]
            gone = [each for each in below if self._control("unload_file", each)]
            if gone:
                outcomes.append(Outcome("unload", [self._blame.shown(each) for each in gone]))
        return outcomes

    def _configure(self, path: str) -> Work:
        yield from ()
        files = self._server.files
        if path != CONFIG and files.exists(CONFIG):
            return []
        lines = self._server.logged
        if self._control("reload_config"):
            return [Outcome("reload", [path])]
        said = self._said(lines)
        text = said[-1].rpartition("[ConfigManager::load] - ")[2] if said else "it can't be read"
        return [self._failed(path, self._blame.problem(text, path))]

    def _said(self, before: int) -> list[str]:
        """What the server complained of after so many lines of its log."""
        count = min(self._server.logged - before, len(self._server.log))
        newest = list(self._server.log)[-count:] if count else []
        return [text for level, text in newest if level in ("error", "warning")]

    def _failed(self, path: str, problem: Problem, *, action: str = "reload") -> Outcome:
        kept = action == "reload"
        return Outcome("reload" if kept else "load", [self._blame.shown(path)], ok=False, kept=kept, problems=[problem])

    def _reload(self, path: str, done: set[str]) -> Work:
        state = self._control("file_state", path)
        was_loaded = state is not None and bool(state["loaded"])
        rows: list[dict[str, Any]] = []
        shown: dict[str, str] = {}
        more = path.endswith((".lua", ".xml", ".json"))
        while more:
            answer = self._control("reload_slice", path, SLICE_MS)
            told = [{_text(key): value for key, value in row.items()} for row in answer["rows"] or ()]
            rows += told
            # To look thousands of names up takes a while, too.
            shown.update((name, self._blame.shown(name)) for row in told for name in [_text(row["path"])])
            more = not answer["done"]
            if more:
                yield
        if not rows:
            return self._by_kind(path)
        outcomes: list[Outcome] = []
        well = [_text(row["path"]) for row in rows if row["ok"]]
        done.update(well)
        # Of a file of data the row is its own, and it has no state.
        was_loaded = was_loaded or not path.endswith(".lua")
        included = path not in [_text(row["path"]) for row in rows]
        if path in well or (included and len(well) == len(rows)):
            others = [shown[each] for each in well if each != path]
            action: Action = "reload" if was_loaded or included else "load"
            outcomes.append(Outcome(action, [self._blame.shown(path)], with_it=others))
        for row in rows:
            if row["ok"]:
                continue
            failed = _text(row["path"])
            problem = self._blame.problem(_text(row.get("problem") or "it can't be loaded"), failed)
            if failed == path:
                outcomes.append(self._failed(path, problem, action="reload" if was_loaded else "load"))
            else:
                # A file that it was run by, or that used it: that one goes on as it was.
                outcomes.append(self._failed(path if included else failed, problem))
        return outcomes

    def _by_kind(self, path: str) -> list[Outcome]:
        """What is no script: read anew by the server where it can, else told."""
        for pattern, kind in _KINDS[self._server.dialect]:
            if pattern.fullmatch(path):
                number = numbers_of(self._server.dialect)["enums"].get(f"RELOAD_TYPE_{kind}")
                return [self._read(path, "reload_kind", number)]
        if _APPEARANCES.fullmatch(path):
            return [self._read(path, "reload_vocations")]
        if not self._server.files.was_read(path):
            return []
        text = f"it is read when the server starts; `tibicen plugins reload {self._plugin}` starts it anew"
        return [self._failed(path, Problem(self._plugin, text, self._blame.shown(path)))]

    def _read(self, path: str, control: str, *arguments: Plain) -> Outcome:
        lines = self._server.logged
        try:
            if self._control(control, *arguments) is not False:
                return Outcome("reload", [self._blame.shown(path)])
            said = self._said(lines)
            problem = self._blame.problem(said[-1] if said else "it can't be read", path)
        except TibicenError as error:
            problem = self._blame.problem(str(error), path)
        return self._failed(path, problem)


def _text(value: Plain) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
