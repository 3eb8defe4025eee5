"""Loads the scripts of a server once, and tells of each file how that went; then looks them over (`lint`)."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tibicen.realms.canary import lint
from tibicen.realms.canary.checkout import CORE, Checkout
from tibicen.realms.canary.lint import Baseline, Finding
from tibicen.realms.canary.server import Server

REALM = "canary"
_SHOWN_ARGUMENTS = 4


@dataclass
class _File:
    """A script, and how it loaded."""

    name: str
    pack: str
    state: str = "active"
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    ms: float = 0.0

    def row(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "realm": REALM,
            "pack": self.pack,
            "state": self.state,
            "errors": self.errors,
            "warnings": self.warnings,
            "ms": round(self.ms, 3),
        }


def check(path: Path, *, datapack: str | None = None, baseline: Path | None = None) -> dict[str, Any]:
    """Loads a checkout: `{"plugins": [rows], "totals": {...}, "lint": [...]}`, rows in the order of loading.

    Args:
        datapack: which of Canary's packs to load with `data`; each of them, one after the other, unless given.
        baseline: findings of the lint that are known; the file is made where there is none.

    For a thread with a large stack.

    Raises:
        ConfigError: the folder holds no server, or not that pack.
    """
    checkout = Checkout.open(path)
    name = checkout.datapack(datapack)
    packs: list[str | None] = [name] if name else [*checkout.datapacks()] or [None]
    files: list[_File] = []
    loads: list[_Load] = []
    duplicates: set[Finding] = set()
    for pack in packs:
        loaded, load, lost = _load(checkout, pack)
        files += loaded
        loads.append(load)
        duplicates |= lost
    looked = _lint(checkout, packs, baseline, duplicates)
    files += _not_loaded(looked, files)
    totals = [_total([file for file in files if file.pack == load.pack], load) for load in loads]
    return {
        "plugins": [file.row() for file in files],
        "lint": [finding.row() for finding in looked.found],
        "totals": {
            **_sum(totals),
            "dialect": checkout.dialect,
            "lint": len(looked.found),
            "lint_known": looked.known,
            "lint_ms": round(looked.ms, 1),
            "packs": totals,
        },
    }


class _Load(NamedTuple):
    """A load of one pack."""

    pack: str
    scripts: int
    """Files that the server itself loads, without those that they run."""
    ms: float
    memory: int


def _load(checkout: Checkout, pack: str | None) -> tuple[list[_File], _Load, set[Finding]]:
    """Loads one pack in a server of its own: the files, the figures, and what was registered in vain."""
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="tibicen-check-")))
        server = checkout.server(datapack=pack, write_dir=home, name="check")
        stack.enter_context(contextlib.closing(server))
        shown = pack or CORE
        read = _watch_reads(server)
        started = time.perf_counter()
        loaded = server.control("load_all") or ()
        load_ms = (time.perf_counter() - started) * 1e3
        files = {name: _File(name, shown) for name in read}
        for row in loaded:
            file = files.setdefault(_text(row["path"]), _File(_text(row["path"]), shown))
            file.ms = float(row["ms"])
            if not row["ok"]:
                file.state = "failed"
        _blame(files, server, shown)
        server.run(b"collectgarbage()", "=check")
        memory = server.memory()
        duplicates = _duplicates(server)
    return list(files.values()), _Load(shown, len(loaded), load_ms, memory), duplicates


def _watch_reads(server: Server) -> dict[str, None]:
    """Notes the scripts that are read from now on, in order: those that others run are among them."""
    read: dict[str, None] = {}
    original, since = server.operations["files.read"], server.operations["files.read_since"]

    def note(name: Any) -> None:
        path = _text(name).removeprefix("./")
        if path.endswith(".lua") and "config.lua" not in path:
            read.setdefault(path)

    def watched(name: Any) -> Any:
        content = original(name)
        if content is not None:
            note(name)
        return content

    def watched_since(name: Any, stamp: Any) -> Any:
        answer = since(name, stamp)
        if answer is not None:
            note(name)
        return answer

    def one_by_one(names: Any) -> Any:
        # What would be read ahead would come before what the first of them runs.
        content = watched(names[0])
        return [False if content is None else content]

    server.operations.update({"files.read": watched, "files.read_since": watched_since, "files.read_some": one_by_one})
    return read


def _blame(files: dict[str, _File], server: Server, pack: str) -> None:
    """Gives errors to the files that they name."""
    for error in server.control("errors")["errors"] or ():
        entry = {_text(key): _plain(value) for key, value in error.items()}
        name = str(entry.get("file") or "(none)").removeprefix("./")
        file = files.setdefault(name, _File(name, pack))
        if entry["kind"] == "error":
            file.state = "failed"
            file.errors.append(describe_error(entry))
        else:
            file.warnings.append(describe_error(entry))


def describe_error(entry: dict[str, Any]) -> str:
    """`file:line: callback: what is wrong (arguments)`, and how often, if more than once."""
    place = f"{entry.get('file') or '(none)'}:{int(entry['line'])}" if entry.get("line") else entry.get("file") or ""
    text = str(entry["text"]).split("\n")[0]
    # The text begins with the place where Lua's own messages do.
    for known in (f"./{place}: ", f"{place}: "):
        text = text.removeprefix(known)
    callback = entry.get("callback") or ""
    arguments = ", ".join(map(str, (entry.get("arguments") or ())[:_SHOWN_ARGUMENTS]))
    shown = f"{place}: {callback}: {text}" if callback else f"{place}: {text}"
    if arguments:
        shown += f" ({arguments})"
    count = int(entry.get("count") or 1)
    return f"{shown} [{count} times]" if count > 1 else shown


def _not_loaded(looked: _Looked, loaded: list[_File]) -> list[_File]:
    """The other files of the packs: disabled by a `#` in their names, or not loaded when a server starts.

    They have been compiled, at least.
    """
    known = {file.name for file in loaded}
    rest = []
    for name, problem in looked.files.items():
        if name not in known:
            state = "disabled" if "#" in name else "unloaded"
            pack = name.partition("/")[0]
            if pack == CORE:
                pack = looked.packs[0]
            rest.append(_File(name, pack, state=state, errors=[problem] if problem and state != "disabled" else []))
    return rest


def _total(files: list[_File], load: _Load) -> dict[str, Any]:
    states = Counter(file.state for file in files)
    return {
        "pack": load.pack,
        "scripts": load.scripts,
        "plugins": len(files) - states["disabled"],
        "active": states["active"],
        "failed": sum(bool(file.errors) or file.state == "failed" for file in files),
        "unloaded": states["unloaded"],
        "disabled": states["disabled"],
        "errors": sum(len(file.errors) for file in files),
        "warnings": sum(len(file.warnings) for file in files),
        "load_ms": round(load.ms, 1),
        "memory_bytes": load.memory,
    }


def _sum(totals: list[dict[str, Any]]) -> dict[str, Any]:
    counted = ("scripts", "plugins", "active", "failed", "unloaded", "disabled", "errors", "warnings")
    summed: dict[str, Any] = {key: sum(total[key] for total in totals) for key in counted}
    summed["load_ms"] = round(sum(total["load_ms"] for total in totals), 1)
    summed["memory_bytes"] = max(total["memory_bytes"] for total in totals)
    return summed


def _duplicates(server: Server) -> set[Finding]:
    """Registrations that are never called, as another of the same key stands."""
    server.control("mount", "duplicates")
    rows = [{_text(key): _plain(value) for key, value in row.items()} for row in server.control("duplicates") or ()]
    return {Finding("duplicate", f"{row['kind']} {row['key']}", row["file"], int(row["line"])) for row in rows}


class _Looked(NamedTuple):
    """What came of looking over the files."""

    found: list[Finding]
    """Those that no baseline holds."""
    known: int
    ms: float
    files: dict[str, str]
    """Every file to why it does not compile; an empty text when it does."""
    packs: list[str]


def _lint(checkout: Checkout, packs: list[str | None], baseline: Path | None, duplicates: set[Finding]) -> _Looked:
    started = time.perf_counter()
    names = [pack or CORE for pack in packs]
    paths = sorted(path for folder in dict.fromkeys([CORE, *names]) for path in (checkout.path / folder).rglob("*.lua"))
    sources = [(path.relative_to(checkout.path).as_posix(), path.read_bytes()) for path in paths]
    broken: dict[str, str] = {}
    found = sorted([*lint.lint(sources, lint.api_of(checkout.dialect), broken), *duplicates])
    known = 0
    if baseline is not None:
        kept = Baseline(baseline)
        if not kept.exists:
            kept.keep(found)
            kept = Baseline(baseline)
        new = kept.new(found)
        known, found = len(found) - len(new), new
    ms = (time.perf_counter() - started) * 1e3
    return _Looked(found, known, ms, {name: broken.get(name, "") for name, _ in sources}, names)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
