"""A server's scripts: loading all of a pack, memory after it, and reloading one file, a thousand times.

It needs a checkout of Canary, which TIBICEN_CANARY names. The rival of a load is plain LuaJIT that reads, compiles and
runs the same files in the same order, with do-nothing stubs in place of the server: what scripts cost by themselves.

All times but those of reloads are the processor's: what else runs on the machine is nobody's cost.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter_ns, sleep, thread_time_ns
from typing import Any, NamedTuple

from lupa.luajit21 import LuaRuntime

from tibicen.realms.canary import lint
from tibicen.realms.canary.checkout import Checkout
from tibicen.realms.canary.server import TICK_MS, Server, numbers_of
from tibicen.vm import prelude, stack

from ._measure import Row, limit_row, paired_row, percentile, plain_row

CHECKOUT_VARIABLE = "TIBICEN_CANARY"
STUBS = Path(__file__).with_name("_canary_stubs.lua")

LOAD_LIMIT = 1.5
"""Times what the scripts cost by themselves."""

MEMORY_LIMIT_MIB = 120.0
RELOAD_LIMIT_MS = 5.0
STALL_LIMIT_MS = 20.0
PAUSE_MS = 1
"""Between two looks at a server that goes on."""

TURNS = 100
RELOADS = 1000
FILES = 200
"""How many files are reloaded in turn."""

SETTINGS = b"""
local found, get = {}, configManager
for name, key in pairs(configKeys) do
    found[name] = { get.getString(key) or "", get.getNumber(key) or 0, get.getBoolean(key) or false }
end
return found
"""
"""Each setting as text, as number and as truth."""


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
    rows += _whole_reloads(checkout, pack, 3 if quick else 5)
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
    files, count = _files(checkout, pack)
    names = _names(checkout, pack)
    ours, bare, opening, memory, rival = [], [], [], 0, Bare(0.0, 0, "", 0)
    for _ in range(rounds):
        started = thread_time_ns()
        with _server(checkout, pack) as server:
            opened = thread_time_ns()
            server.control("load_all")
            ours.append((thread_time_ns() - opened) / 1e6)
            opening.append((opened - started) / 1e6)
            memory = server.memory()
        rival = _bare(names, files, checkout.path)
        bare.append(rival.ms)
    if rival.failed:
        print(f"with stubs {rival.failed} files fail: {rival.first}", file=sys.stderr)
    middle = sorted(ours)[len(ours) // 2]
    called = f"LuaJIT with stubs, {rival.files} of {count} files, {rival.failed} failed"
    allowed = LOAD_LIMIT * sorted(bare)[len(bare) // 2]
    return [
        paired_row(f"load, {pack}", ours, bare, called, "ms"),
        limit_row(f"load, {pack}, limit", middle, allowed, f"{LOAD_LIMIT} times the stubs", "ms"),
        plain_row(f"an empty server, {pack}", sorted(opening)[len(opening) // 2], "ms"),
        limit_row(f"memory after the load, {pack}", memory / (1 << 20), MEMORY_LIMIT_MIB, "at most", "MiB"),
    ]


def _files(checkout: Checkout, pack: str) -> tuple[list[bytes], int]:
    """The files that the server runs one after the other, as often as it does, and how many there are with those that
    these run."""
    read: Counter[bytes] = Counter()
    with _server(checkout, pack) as server:
        plain, since = server.operations["files.read"], server.operations["files.read_since"]

        def noted(name: Any) -> Any:
            read[_bytes(name).removeprefix(b"./")] += 1
            return plain(name)

        def noted_since(name: Any, stamp: Any) -> Any:
            read[_bytes(name).removeprefix(b"./")] += 1
            return since(name, stamp)

        server.operations.update({"files.read": noted, "files.read_since": noted_since})
        loaded = [_bytes(row["path"]) for row in server.control("load_all")]
    # What XML files mention more than once is read once a mention.
    files = [path for path in loaded for _ in range(max(1, read[path]))]
    return files, len({*loaded, *(path for path in read if path.endswith(b".lua") and path != b"config.lua")})


def _names(checkout: Checkout, pack: str) -> dict[str, Any]:
    """The API by name, from a server without scripts, and the settings."""
    with _server(checkout, pack) as server:
        plain, classes, tables = server.run(lint.NAMES_OF_API, "=bench")
        callbacks = server.run(b"local t = {} for k in pairs(Game.getEventCallbacks()) do t[#t + 1] = k end return t")
        settings = server.run(SETTINGS, "=bench")
    return {
        "functions": plain,
        "classes": dict(classes),
        "tables": dict(tables),
        "callbacks": callbacks,
        "enums": numbers_of(checkout.dialect)["enums"],
        "config": dict(settings),
    }


class Bare(NamedTuple):
    """A load with the stubs."""

    ms: float
    failed: int
    first: str
    """What went wrong first."""
    files: int
    """How many files were run."""


def _bare(names: dict[str, Any], files: list[bytes], root: Path) -> Bare:
    runtime = LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
    load = runtime.compile(STUBS.read_bytes(), name=b"=stubs")(_deep(runtime, names), str(root).encode())
    load = load[0] if isinstance(load, tuple) else load
    listed = runtime.table_from(files)
    started = thread_time_ns()
    failed, first, count, _ = load(listed)
    return Bare((thread_time_ns() - started) / 1e6, failed, _text(first), count)


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
        chosen = [paths[len(paths) * index // FILES] for index in range(FILES)]
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


def _whole_reloads(checkout: Checkout, pack: str, rounds: int) -> list[Row]:
    """Another server is loaded on a thread of its own, while the first goes on, and takes its place."""
    took, loading, swap, after = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="tibicen-bench-") as home, ThreadPoolExecutor(1) as pool:

        def make() -> Server:
            server = checkout.server(datapack=pack, write_dir=Path(home), database=f"{home}/world.sqlite")
            server.control("prepare")
            return server

        serving = make()
        serving.control("begin")
        for _ in range(rounds):
            thread = stack.StackThread("tibicen-bench")
            started = last = perf_counter_ns()
            coming, longest = pool.submit(thread.call, make), 0
            while not coming.done():
                sleep(PAUSE_MS / 1e3)
                serving.step(PAUSE_MS)
                now = perf_counter_ns()
                longest, last = max(longest, now - last), now
            thread.close()
            took.append((last - started) / 1e6)
            loading.append(longest / 1e6 - PAUSE_MS)
            before, serving = serving, coming.result()
            started = perf_counter_ns()
            before.control("save")
            serving.control("begin", True)
            swap.append((perf_counter_ns() - started) / 1e6)
            after.append(_longest_turn(before, serving))
            before.drop()
        serving.drop()
    stalls = [max(each) for each in zip(loading, swap, after, strict=True)]
    return [
        plain_row(f"reload of all, {pack}", percentile(took, 50), "ms"),
        plain_row("longest stall while it loads", percentile(loading, 50), "ms"),
        plain_row("the swap", percentile(swap, 50), "ms"),
        plain_row("longest turn after it", percentile(after, 50), "ms"),
        limit_row("longest stall of a reload of all", percentile(stalls, 50), STALL_LIMIT_MS, "at most", "ms"),
    ]


def _longest_turn(before: Server, serving: Server) -> float:
    """Milliseconds of the longest time without a turn of the loop, and of the longest turn of the new server, until the
    old one is free, and the new one has begun."""

    async def turns() -> float:
        freeing = asyncio.ensure_future(before.dismantle())
        longest, turn, last = 0, 0, perf_counter_ns()
        while not freeing.done() or turn < TURNS:
            await asyncio.sleep(PAUSE_MS / 1e3)
            now = perf_counter_ns()
            serving.step(TICK_MS)
            longest, last = max(longest, now - last - int(PAUSE_MS * 1e6), perf_counter_ns() - now), perf_counter_ns()
            turn += 1
        await freeing
        return longest / 1e6

    return asyncio.run(turns())


def _settled(server: Server) -> int:
    """Bytes in use when all that nobody holds is gone."""
    server.run(b"collectgarbage() collectgarbage()")
    return server.memory()


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
