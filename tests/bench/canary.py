"""A server's scripts: loading all of a pack, memory after it, and reloading one file, a thousand times.

It needs a checkout of Canary, which TIBICEN_CANARY names. The rival of a load is plain LuaJIT that compiles and runs
the same files in the same order, with do-nothing stubs in place of the server: what the scripts cost by themselves.

All times but those of a reload are the processor's: what else runs on the machine is nobody's cost.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter_ns, thread_time_ns
from typing import Any

from lupa.luajit21 import LuaRuntime

from tibicen.realms.canary import lint
from tibicen.realms.canary.checkout import Checkout
from tibicen.realms.canary.files import Files
from tibicen.realms.canary.server import Server, numbers_of
from tibicen.vm import prelude, stack

from ._measure import Row, limit_row, paired_row, percentile, plain_row

CHECKOUT_VARIABLE = "TIBICEN_CANARY"
STUBS = Path(__file__).with_name("_canary_stubs.lua")

LOAD_LIMIT = 1.5
"""Times what the scripts cost by themselves."""

MEMORY_LIMIT_MIB = 120.0
RELOAD_LIMIT_MS = 5.0
RELOADS = 1000


def run(quick: bool) -> list[Row]:
    """See the module."""
    return stack.run(lambda: _run(quick))


def _run(quick: bool) -> list[Row]:
    path = os.environ.get(CHECKOUT_VARIABLE)
    if not path:
        print(f"{CHECKOUT_VARIABLE} names no checkout of Canary: nothing is measured", file=sys.stderr)
        return []
    checkout = Checkout.open(Path(path))
    # Compiled once a process, by any number of servers.
    prelude.bytecode("canary")
    rows: list[Row] = []
    for pack in checkout.datapacks():
        rows += _loads(checkout, pack, 3 if quick else 7)
    pack = checkout.datapacks()[-1]
    rows += _reloads(checkout, pack, RELOADS // 10 if quick else RELOADS)
    return rows


@contextlib.contextmanager
def _server(checkout: Checkout, pack: str) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="tibicen-bench-") as home:
        server = checkout.server(datapack=pack, write_dir=Path(home))
        try:
            yield server
        finally:
            server.close()


def _loads(checkout: Checkout, pack: str, rounds: int) -> list[Row]:
    files, sources = _sources(checkout, pack)
    names = _names(checkout, pack)
    ours, bare, opening, memory, failed = [], [], [], 0.0, 0
    for _ in range(rounds):
        started = thread_time_ns()
        with _server(checkout, pack) as server:
            opened = thread_time_ns()
            server.control("load_all")
            ours.append((thread_time_ns() - opened) / 1e6)
            opening.append((opened - started) / 1e6)
            memory = server.memory() / (1 << 20)
        took, failed = _bare(names, files, sources)
        bare.append(took)
    middle = sorted(ours)[len(ours) // 2]
    rival = f"LuaJIT with stubs, {len(sources)} files ({failed} failed)"
    allowed = LOAD_LIMIT * sorted(bare)[len(bare) // 2]
    return [
        paired_row(f"load, {pack}", ours, bare, rival, "ms"),
        limit_row(f"load, {pack}, limit", middle, allowed, f"{LOAD_LIMIT} times the stubs", "ms"),
        plain_row(f"an empty server, {pack}", sorted(opening)[len(opening) // 2], "ms"),
        limit_row(f"memory after the load, {pack}", memory, MEMORY_LIMIT_MIB, "at most", "MiB"),
    ]


def _sources(checkout: Checkout, pack: str) -> tuple[list[bytes], dict[bytes, bytes]]:
    """The files that are loaded one after the other, and the text of these and of those that they run."""
    sources: dict[bytes, bytes] = {}
    with _server(checkout, pack) as server:
        read = server.operations["files.read"]

        def recorded(name: Any) -> Any:
            content = read(name)
            path = (name if isinstance(name, bytes) else name.encode()).removeprefix(b"./")
            if content is not None and path.endswith(b".lua"):
                sources[path] = content
            return content

        server.operations["files.read"] = recorded
        loaded = server.control("load_all")
    files = [path if isinstance(path := row["path"], bytes) else path.encode() for row in loaded]
    return files, sources


def _names(checkout: Checkout, pack: str) -> dict[str, Any]:
    """The API by name, from a server without scripts, and the settings."""
    with tempfile.TemporaryDirectory() as empty:
        server = Server(Files(Path(empty)), dialect=checkout.dialect)
        try:
            plain, classes, tables = server.run(lint.NAMES_OF_API, "=bench")
            callbacks = server.run(
                b"local t = {} for k in pairs(Game.getEventCallbacks()) do t[#t + 1] = k end return t"
            )
        finally:
            server.close()
    return {
        "functions": plain,
        "classes": dict(classes),
        "tables": dict(tables),
        "callbacks": callbacks,
        "enums": numbers_of(checkout.dialect)["enums"],
        "config": {
            **{key: row.get("default") for key, row in numbers_of(checkout.dialect)["config"].items()},
            "CORE_DIRECTORY": "data",
            "DATA_DIRECTORY": pack,
        },
    }


def _bare(names: dict[str, Any], files: list[bytes], sources: dict[bytes, bytes]) -> tuple[float, int]:
    runtime = LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
    deep = _deep(runtime, names)
    load = runtime.compile(STUBS.read_bytes(), name=b"=stubs")(deep, runtime.table_from(sources))
    load = load[0] if isinstance(load, tuple) else load
    listed = runtime.table_from(files)
    started = thread_time_ns()
    failed, first = load(listed)
    took = (thread_time_ns() - started) / 1e6
    if failed:
        print(f"with stubs {failed} files fail: {first!r}", file=sys.stderr)
    return took, failed


def _deep(runtime: Any, value: Any) -> Any:
    """Plain data as Lua's."""
    if isinstance(value, dict):
        return runtime.table_from({_deep(runtime, key): _deep(runtime, each) for key, each in value.items()})
    if isinstance(value, list | tuple):
        return runtime.table_from([_deep(runtime, each) for each in value])
    return value.encode("latin-1") if isinstance(value, str) else value


def _reloads(checkout: Checkout, pack: str, rounds: int) -> list[Row]:
    """Reloads of files of all kinds, in turn."""
    with _server(checkout, pack) as server:
        loaded = server.control("load_all")
        paths = [
            row["path"] for row in loaded if f"{pack}/" in _text(row["path"]) and "/lib/" not in _text(row["path"])
        ]
        chosen = [paths[len(paths) * index // 20] for index in range(20)]
        for path in chosen:
            server.control("reload_file", path)
        before, callbacks = _settled(server), server.control("totals")["registrations"]
        samples = []
        for index in range(rounds):
            path = chosen[index % len(chosen)]
            started = perf_counter_ns()
            server.control("reload_file", path)
            samples.append((perf_counter_ns() - started) / 1e6)
        after, left = _settled(server), server.control("totals")["registrations"]
    return [
        plain_row(f"reload of a file, {pack}, p50", percentile(samples, 50), "ms"),
        limit_row(f"reload of a file, {pack}, p99", percentile(samples, 99), RELOAD_LIMIT_MS, "at most", "ms"),
        plain_row(f"memory that {rounds} reloads leave behind", (after - before) / (1 << 20), "MiB"),
        plain_row(f"registrations that {rounds} reloads leave behind", left - callbacks, "registrations"),
    ]


def _settled(server: Server) -> int:
    """Bytes in use when all that nobody holds is gone."""
    server.run(b"collectgarbage() collectgarbage()")
    return server.memory()


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
