"""What is done when files of a running client change: modules are reloaded, loaded and unloaded, widgets restyled."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tibicen.lifecycle.discovery import is_leftover
from tibicen.lifecycle.report import Problem
from tibicen.realms.inhabited import Outcome
from tibicen.realms.otclient.blame import Blame
from tibicen.realms.otclient.client import Client

SERVER_SIDE = "serverside"
"""Folders of modules with that name, in any case, hold scripts for a server."""

CODE = frozenset({".lua", ".otui", ".html", ".css"})
"""New files of a module that make it worth loading it again."""

SEEN = frozenset({".png", ".otfont", ".ttf", ".otf"})
TESTS = "_test.lua"
OTMOD = ".otmod"


@dataclass
class _Plan:
    """What a wave of changes asks for."""

    targets: dict[str, None] = field(default_factory=dict)
    """Modules to reload."""
    broken: dict[str, list[Problem]] = field(default_factory=dict)
    """Modules of which a file can't even be read."""
    new: dict[str, None] = field(default_factory=dict)
    """Files of modules that are not loaded."""
    gone: dict[str, None] = field(default_factory=dict)
    styles: dict[str, None] = field(default_factory=dict)
    seen: dict[str, None] = field(default_factory=dict)
    at_start: dict[str, None] = field(default_factory=dict)


class Saves:
    """Takes changes into one client.

    Args:
        own: the plugin's own folder, whose modules are loaded whether they ask for it or not.
        name: the plugin's, for the way out of what can't be done alone.
    """

    def __init__(self, client: Client, own: Path, name: str, blame: Blame) -> None:
        self._client = client
        self._own = own
        self._name = name
        self._blame = blame
        self._modules: dict[str, dict[str, Any]] = {}

    def take(self, paths: Collection[Path]) -> list[Outcome]:
        """Takes in what has changed on the disk, in the order: styles, pictures and fonts, modules that are gone, new
        ones, and those that changed."""
        self._look()
        plan = self._plan(self._virtual(paths))
        outcomes = [outcome for path in plan.styles if (outcome := self._restyle(path, plan))]
        outcomes += [outcome for path in plan.seen if (outcome := self._refresh(path))]
        outcomes += [outcome for name in plan.gone if (outcome := self._vanish(name, plan))]
        outcomes += self.load(plan.new) if plan.new else []
        outcomes += self._reload(plan)
        outcomes += [self._too_late(path) for path in plan.at_start]
        return outcomes

    def look_again(self) -> list[Outcome]:
        """Takes in whatever has changed, when nobody knows what."""
        self._look()
        stale: list[str] = self._control("stale")
        known = {module["file"] for module in self._modules.values()}
        files = self._client.files
        there = [
            f"/{folder!s}/{file!s}"
            for folder in files.names("/")
            for file in files.names(f"/{folder!s}")
            if str(file).endswith(OTMOD)
        ]
        wanted = [path for path in there if path not in known and self._is_wanted(path)]
        missing = [module["file"] for module in self._modules.values() if files.kind(module["file"]) != "file"]
        return self.take([self._real(path) for path in dict.fromkeys([*stale, *wanted, *missing])])

    # -- what is asked for ------------------------------------------------------------------------------

    def _control(self, name: str, *arguments: Any) -> Any:
        return self._client.control(name, *arguments)

    def _look(self) -> None:
        self._modules = {module["name"]: module for module in self._control("live_modules")}

    def _real(self, path: str) -> Path:
        return Path(self._client.files.real_dir(path) or self._own) / path.lstrip("/")

    def _virtual(self, paths: Iterable[Path]) -> list[str]:
        """Files as the client sees them; of a folder that is there all that is in it."""
        found: dict[str, None] = {}
        for path in paths:
            # A file may be a link, its folder is where it is.
            whole = path.parent.resolve() / path.name
            for file in sorted(whole.rglob("*")) if whole.is_dir() else [whole]:
                seen = None if file.is_dir() else self._client.files.seen_as(file)
                if seen is not None and not any(
                    is_leftover(word) or word.lower() == SERVER_SIDE for word in seen.split("/")[1:]
                ):
                    found[seen] = None
        return list(found)

    def _is_wanted(self, path: str) -> bool:
        """Whether a module's file is in a folder of the plugin itself, not in one of the checkout's."""
        words = path.split("/")
        return len(words) == 3 and self._is_own(path)

    def _is_own(self, path: str) -> bool:
        real = self._client.files.real_dir(path)
        return real is not None and Path(real).resolve() == self._own

    def _owners(self, path: str) -> list[dict[str, Any]]:
        """The modules whose folder a file is in; of folders inside of each other, the innermost."""
        longest = 0
        owners: list[dict[str, Any]] = []
        for module in self._modules.values():
            folder = module["file"].rpartition("/")[0]
            if path == folder or path.startswith(folder + "/"):
                if len(folder) > longest:
                    longest, owners = len(folder), []
                if len(folder) == longest:
                    owners.append(module)
        return owners

    def _plan(self, paths: list[str]) -> _Plan:
        plan = _Plan()
        for module in self._modules.values():
            if self._client.files.kind(module["file"]) != "file":
                plan.gone[module["name"]] = None
        for path in paths:
            self._plan_file(path, plan)
        for name in plan.gone:
            plan.targets.pop(name, None)
            plan.broken.pop(name, None)
        return plan

    def _plan_file(self, path: str, plan: _Plan) -> None:
        exists = self._client.files.kind(path) == "file"
        suffix = Path(path).suffix
        if suffix == OTMOD:
            if exists:
                self._plan_module(path, plan)
            return
        read = self._control("readers", path)
        owners = self._owners(path)
        if suffix == ".otui" and read["use"] == "styles" and exists:
            plan.styles[path] = None
        elif suffix in SEEN and exists:
            plan.seen[path] = None
        elif read["modules"]:
            self._want(path, exists, list(read["modules"]), plan)
        elif owners and ((suffix in CODE and not path.endswith(TESTS)) or not (suffix or exists)):
            # What is gone and has no suffix was a folder.
            self._want(path, exists, [module["name"] for module in owners], plan)
        elif read["at_start"]:
            plan.at_start[path] = None

    def _plan_module(self, path: str, plan: _Plan) -> None:
        known = [module for module in self._modules.values() if module["file"] == path]
        name = self._control("examine", path).get("name")
        for module in known:
            if name and name != module["name"]:
                plan.gone[module["name"]] = None
            else:
                self._want(path, True, [module["name"]], plan)
        if len(path.split("/")) == 3 and (not known or any(module["name"] in plan.gone for module in known)):
            plan.new[path] = None

    def _want(self, path: str, exists: bool, names: list[str], plan: _Plan) -> None:
        problem = self._control("examine", path).get("problem") if exists else None
        for name in names:
            module = self._modules[name]
            if problem is not None:
                plan.broken.setdefault(name, []).append(self._blame.problem(_text(problem)))
            elif module["loaded"]:
                plan.targets[name] = None
            elif module["failed"] or self._is_wanted(module["file"]):
                plan.new[module["file"]] = None

    # -- what is done -----------------------------------------------------------------------------------

    def _restyle(self, path: str, plan: _Plan) -> Outcome | None:
        report = self._control("restyle", path)
        parts = [self._blame.shown(path)]
        if not report["ok"]:
            problem = self._blame.problem(_text(report["problem"]))
            return Outcome("reload", parts, ok=False, kept=True, problems=[problem])
        for name in report["reload"]:
            if name in self._modules and self._modules[name]["loaded"]:
                plan.targets[name] = None
        if not report["styles"] and not report["notes"]:
            return None
        return Outcome("reload", parts, warnings=[_text(note) for note in report["notes"]])

    def _refresh(self, path: str) -> Outcome | None:
        report = self._control("refresh", path)
        parts = [self._blame.shown(path)]
        if not report["ok"]:
            problem = Problem(self._name, _text(report["problem"]), parts[0])
            return Outcome("reload", parts, ok=False, kept=True, problems=[problem])
        return Outcome("reload", parts) if report["widgets"] else None

    def _vanish(self, name: str, plan: _Plan) -> Outcome | None:
        report = self._control("vanish", name)
        outcome = Outcome("unload", [name], with_it=list(report["reloaded"]))
        failed = list(report["failed"])
        if failed:
            outcome.warnings.append(f"without it {', '.join(failed)} can't be loaded")
            outcome.warnings += [str(problem) for problem in self._problems(report["errors"])]
        for other in (*report["reloaded"], *failed):
            plan.targets.pop(other, None)
        return outcome if self._modules[name]["loaded"] else None

    def take_in(self, files: list[str]) -> None:
        """Loads modules of the plugin's own folder, when the client starts."""
        self._control("appear", [{"file": path, "always": True} for path in files])

    def load(self, files: Iterable[str]) -> list[Outcome]:
        """Takes in modules that are new, or were not loaded so far."""
        paths = list(files)
        wanted = [{"file": path, "always": self._is_wanted(path) or self._has_failed(path)} for path in paths]
        outcomes = []
        for path, report in zip(paths, self._control("appear", wanted), strict=True):
            name = report.get("name") or self._blame.shown(path)
            problems = self._problems(report["errors"])
            if not report["ok"]:
                outcomes.append(Outcome("load", [name], ok=False, problems=problems))
            elif report.get("loaded"):
                outcomes.append(Outcome("load", [name], warnings=[str(problem) for problem in problems]))
        return outcomes

    def _has_failed(self, path: str) -> bool:
        return any(module["file"] == path and module["failed"] for module in self._modules.values())

    def _reload(self, plan: _Plan) -> list[Outcome]:
        outcomes = []
        for name, problems in plan.broken.items():
            plan.targets.pop(name, None)
            kept = bool(self._modules[name]["loaded"])
            outcomes.append(Outcome("reload" if kept else "load", [name], ok=False, kept=kept, problems=problems))
        for name in [name for name in plan.targets if self._modules[name]["library"]]:
            del plan.targets[name]
            text = (
                "the modules were built on it, so it is not reloaded alone; "
                f"`tibicen plugins reload {self._name}` starts the client anew with it"
            )
            outcomes.append(
                Outcome("reload", [name], ok=False, kept=True, problems=[Problem(self._name, text, f"library {name}")])
            )
        if plan.targets:
            outcomes += self._reload_modules(list(plan.targets))
        return outcomes

    def _reload_modules(self, names: list[str]) -> list[Outcome]:
        report = self._control("reload_all", names)
        failed = list(report["failed"])
        well = [name for name in names if name not in failed]
        outcomes = []
        if well:
            others = [name for name in report["reloaded"] if name not in names]
            done = Outcome("reload", well, with_it=others)
            for name in well:
                done.warnings += self._notes(name, report)
            outcomes.append(done)
        for name in failed:
            problems = self._problems(report["problems"][name])
            kept = name in report["reloaded"]
            outcomes.append(Outcome("reload", [name], ok=False, kept=kept, problems=problems))
        return outcomes

    def _notes(self, name: str, report: dict[str, Any]) -> list[str]:
        notes = [f"{name}: {problem}" for problem in self._problems(_of(report["notes"], name))]
        if self._is_wanted(self._modules[name]["file"]):
            # Stock modules leave a lot, and who works on another wants to hear of that one.
            notes += [f"{name} left behind, and it was closed: {_text(text)}" for text in _of(report["closed"], name)]
        return notes

    def _problems(self, texts: Iterable[Any]) -> list[Problem]:
        """Each once: what a module raises is logged, and once more that the module can't be loaded for that."""
        found: dict[str, Problem] = {}
        for text in texts:
            problem = self._blame.problem(_text(text))
            found.setdefault(str(problem), problem)
        return list(found.values())

    def _too_late(self, path: str) -> Outcome:
        text = f"it is read when the client starts; `tibicen plugins reload {self._name}` starts it anew"
        shown = self._blame.shown(path)
        return Outcome("reload", [shown], ok=False, kept=True, problems=[Problem(self._name, text, shown)])


def _of(table: Any, name: str) -> list[Any]:
    """An entry of what may be an empty table, which is a list."""
    return list(table.get(name) or ()) if isinstance(table, dict) else []


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
