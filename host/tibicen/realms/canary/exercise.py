"""Calls every callback that a server's scripts registered, and tells which fail, where, and whose fault that is."""

from __future__ import annotations

import contextlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from lupa.luajit21 import LuaRuntime

from tibicen.realms.canary import lint
from tibicen.realms.canary.checkout import CORE, Checkout
from tibicen.realms.canary.server import Server

BATCH = 50
"""Callbacks that are called in one go."""

_CALLED_NIL = re.compile(r"attempt to call (?:method|field|global|local|upvalue) '([\w.]+)' \(a nil value\)")


class Failure(NamedTuple):
    """A callback that failed."""

    number: int
    kind: str
    """Class of what registered it: Action, MoveEvent, NpcType, …"""
    event: str
    name: str
    file: str
    line: int
    """Where the error was."""
    error: str
    fault: str
    """`host`: a function of the API is missing, or failed by itself; `script`: all else."""
    reason: str
    trace: str

    def row(self) -> dict[str, Any]:
        return self._asdict()


class Exercise:
    """The callbacks of one pack, in a server of their own.

    Args:
        checkout: of Canary or TFS.
        pack: Canary's pack, None for what is in `data` alone.

    For a thread with a large stack.
    """

    def __init__(self, checkout: Checkout, pack: str | None, *, seed: int = 1) -> None:
        self.pack = pack or CORE
        with contextlib.ExitStack() as stack:
            home = Path(stack.enter_context(TemporaryDirectory(prefix="tibicen-exercise-")))
            things = checkout.appearances(siblings=True)
            self._server = checkout.server(datapack=pack, write_dir=home, things=things, seed=seed, name="exercise")
            stack.enter_context(contextlib.closing(self._server))
            self._missing = lint.missing(checkout.dialect)
            checkout.start(self._server)
            self._server.control("mount", "exercise")
            self.callbacks: list[dict[str, Any]] = [_plain(row) for row in self._server.control("exercise_open") or ()]
            self._stack = stack.pop_all()

    def run(self, first: int, last: int) -> list[Failure]:
        """Calls the callbacks of these numbers, from 1; those that failed."""
        failed = self._server.control("exercise_run", first, last) or ()
        return [self._failure(_plain(row)) for row in failed]

    def _failure(self, row: dict[str, Any]) -> Failure:
        callback = self.callbacks[int(row["number"]) - 1]
        fault, reason = blame(row, self._is_api)
        return Failure(
            int(row["number"]),
            callback["kind"],
            callback["event"],
            callback["name"],
            str(row.get("file") or callback["file"]).removeprefix("./"),
            int(row.get("line") or callback["line"]),
            row["text"],
            fault,
            reason,
            str(row.get("trace", "")),
        )

    def _is_api(self, name: str) -> bool:
        """Whether a name is one that the real server has, though it is not here."""
        methods, members = self._missing
        return name in methods or name in _of_lua() or any(member.endswith(f".{name}") for member in members)

    @property
    def server(self) -> Server:
        """What the callbacks run in."""
        return self._server

    def close(self) -> None:
        self._stack.close()


@cache
def _of_lua() -> frozenset[str]:
    """Names of the functions in Lua's own libraries, which scripts may rely on."""
    runtime = LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
    names = runtime.execute(
        b"local names = {} for _, library in pairs({io, os, string, table, math, debug, coroutine}) do"
        b" for name in pairs(library) do names[#names + 1] = name end end return table.concat(names, ' ')"
    )
    return frozenset(names.decode().split())


def blame(row: dict[str, Any], is_api: Callable[[str], bool]) -> tuple[str, str]:
    """Whose fault a failure is, and why."""
    if row.get("engine"):
        return "host", "a function of the API failed by itself"
    called = _CALLED_NIL.search(row["text"])
    if called and is_api(called[1].rpartition(".")[2]):
        return "host", f"{called[1]} is a function that the server has and that is missing here"
    if called:
        return "script", f"it calls {called[1]}, which no server has or which was not given"
    if "attempt to " in row["text"]:
        return (
            "script",
            "it uses what it was not given: there is no such thing in the world, or the script has a mistake",
        )
    return "script", "it raised an error itself"


def exercise(
    path: Path,
    *,
    datapack: str | None = None,
    seed: int = 1,
    each: Callable[[Failure], None] = lambda _: None,
) -> dict[str, Any]:
    """Calls all callbacks of a checkout: `{"totals", "kinds", "failures"}`; of each pack unless one is named.

    For a thread with a large stack.

    Raises:
        ConfigError: the folder holds no server, or not that pack.
    """
    checkout = Checkout.open(path)
    name = checkout.datapack(datapack)
    packs: list[str | None] = [name] if name else [*checkout.datapacks()] or [None]
    started = time.perf_counter()
    failures: list[tuple[str, Failure]] = []
    kinds: Counter[str] = Counter()
    for pack in packs:
        run = Exercise(checkout, pack, seed=seed)
        with contextlib.closing(run):
            kinds.update(f"{row['kind']} {row['event']}".strip() for row in run.callbacks)
            for failure in _all(run):
                failures.append((run.pack, failure))
                each(failure)
    return report(failures, kinds, time.perf_counter() - started)


def _all(run: Exercise) -> Iterator[Failure]:
    for first in range(1, len(run.callbacks) + 1, BATCH):
        yield from run.run(first, first + BATCH - 1)


def report(failures: list[tuple[str, Failure]], kinds: Counter[str], seconds: float) -> dict[str, Any]:
    """Figures and rows of all that failed."""
    total = kinds.total()
    host = sum(failure.fault == "host" for _, failure in failures)
    return {
        "totals": {
            "callbacks": total,
            "ran": total - len(failures),
            "script": len(failures) - host,
            "host": host,
            "percent": round(100 * (total - host) / total, 2) if total else 0.0,
            "seconds": round(seconds, 2),
        },
        "kinds": [{"kind": kind, "callbacks": count} for kind, count in kinds.most_common()],
        "failures": [{"pack": pack, **failure.row()} for pack, failure in failures],
    }


def _plain(row: Any) -> dict[str, Any]:
    return {
        key.decode() if isinstance(key, bytes) else key: value.decode("latin-1") if isinstance(value, bytes) else value
        for key, value in row.items()
    }
