"""What a packet costs in the bridge: processor time of the relay's process per packet, and packets a second.

A client and a server in C, the relay between them in a process of its own: the bridge without plugins, with a plugin in
Lua and in Python on the client's message, beside a bare uvloop relay and a bare epoll relay in C, by turns in the same
run. Frames are 62 bytes (a chat line), encrypted, with Adler-32. Each round trip is two packets; the plugins see one of
the two. Clients keep 1 or 64 frames under way, on 1, 64 or 8 connections.

Beside that, a crowd: 1,000 clients that say nothing and 200 that speak twice a second, through a bridge that has one
core and by turns without it; the figure is what the bridge adds to the 99th percentile of a round trip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tibicen.cli.run import new_event_loop
from tibicen.errors import ConfigError
from tibicen.native import Sealer, Stack, Xtea
from tibicen.native.framing import Flags
from tibicen.protocol.handshake import FirstFrame, write_first_frame
from tibicen.protocol.rsa import open_tibia_key

from ._bridge_crowd import SPACING, round_trips
from ._measure import Row, limit_row, paired_row, percentile, plain_row

HERE = Path(__file__).parent
KEY = bytes(range(16))
CROWDED = ("bridge", "bridge, Lua hook")
IDLE, ACTIVE = 1000, 200
LATENCY_MS = 5.0
CASES = {"1 connection": (1, 1), "64 connections": (64, 1), "8 connections, 64 frames under way": (8, 64)}
RELAYS = {
    "C epoll relay": "c",
    "uvloop relay": "uvloop",
    "bridge": "none",
    "bridge, Lua hook": "lua",
    "bridge, Python hook": "python",
}


class Sample(NamedTuple):
    """One run: nanoseconds of the relay's processor time per packet, and packets a second."""

    cost: float
    rate: float


def run(quick: bool) -> list[Row]:
    compiler = shutil.which("cc")
    if compiler is None or not Path("/proc/self/schedstat").exists():
        raise ConfigError("the bridge's benchmark needs Linux and a C compiler (cc)")
    milliseconds, rounds = (150, 2) if quick else (700, 5)
    words = _bytes()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="tibicen-bench-") as scratch, ExitStack() as ending:
        ends = str(Path(scratch, "relay"))
        subprocess.run([compiler, "-O2", "-o", ends, str(HERE / "_relay.c")], check=True)
        server = ending.enter_context(_process([ends, "ends", "0", "0", "0", "1", *words]))[1]
        relays = {}
        for name, kind in RELAYS.items():
            bare = [ends, "relay", str(server)]
            command = bare if kind == "c" else [sys.executable, str(HERE / "_bridge_relay.py"), kind, str(server)]
            relays[name] = ending.enter_context(_process(command))
        for case, (connections, window) in CASES.items():
            samples: dict[str, list[Sample]] = {name: [] for name in RELAYS}
            order = list(RELAYS)
            for _ in range(rounds):
                for name in order:
                    process, port = relays[name]
                    samples[name].append(_sample(ends, process.pid, port, milliseconds, connections, window, words))
                order.reverse()
            rows += _rows(case, samples)
        for name in CROWDED:
            process, port = relays[name]
            rows += _crowd(name, process.pid, [server, port], words, quick)
    return rows


def _crowd(name: str, pid: int, ports: list[int], words: list[str], quick: bool) -> list[Row]:
    os.sched_setaffinity(pid, {min(os.sched_getaffinity(0))})
    seconds, rounds = (1.0, 2) if quick else (4.0, 5)
    said = [bytes.fromhex(word) for word in words]
    loop = new_event_loop()
    try:
        times = loop.run_until_complete(
            round_trips(ports, said, idle=IDLE, active=ACTIVE, seconds=seconds, rounds=rounds)
        )
    finally:
        loop.close()
    case = f"{IDLE} idle and {ACTIVE} active connections: {name}"
    added = [percentile(through, 99) - percentile(direct, 99) for direct, through in zip(*times, strict=True)]
    trips = sum(map(len, times[1]))
    wanted = int(seconds / SPACING * ACTIVE) * rounds
    if trips < 0.98 * wanted:
        raise RuntimeError(f"{trips} of {wanted} round trips came to an end")
    return [
        limit_row(f"{case}, added to p99", median(added) / 1e6, LATENCY_MS, "the limit", "ms"),
        plain_row(f"{case}, p99 without it", median(percentile(each, 99) for each in times[0]) / 1e6, "ms"),
    ]


def _rows(case: str, samples: dict[str, list[Sample]]) -> list[Row]:
    rows = []
    rival = [each.cost for each in samples["uvloop relay"]]
    for name, found in samples.items():
        costs = [each.cost for each in found]
        if name == "uvloop relay":
            rows.append(plain_row(f"{case}: {name}", median(costs), "ns CPU/packet"))
        else:
            rows.append(paired_row(f"{case}: {name}", costs, rival, "uvloop relay", "ns CPU/packet"))
        rows.append(plain_row(f"{case}: {name}", median(each.rate for each in found), "packets/s"))
    return rows


def _bytes() -> list[str]:
    """Greeting, login and frame, in hex."""
    stack = Stack.ADLER
    greeting = Sealer(stack).seal(b"\x1f\x11\x22\x33\x44\x55", flags=Flags.ADLER)
    head = b"\x0a\x0a\x00\x4a\x04" + (1098).to_bytes(4, "little") + b"\x4a\x04\x00"
    plain = (b"\0" + KEY + b"\0" + b"\x01\x00a" + b"\x01\x00b" + bytes(5)).ljust(128, b"\0")
    first = FirstFrame(0x0A, 10, 1098, head + bytes(128), len(head), plain)
    login = write_first_frame(first, stack, open_tibia_key())
    words = b"x" * 50
    frame = Sealer(stack, Xtea(KEY)).seal(b"\x96\x01" + len(words).to_bytes(2, "little") + words)
    return [each.hex() for each in (greeting, login, frame)]


@contextmanager
def _process(command: list[str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that prints its port."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _sample(ends: str, pid: int, port: int, milliseconds: int, conns: int, window: int, words: list[str]) -> Sample:
    command = [ends, "ends", str(port), str(milliseconds), str(conns), str(window), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as generator:
        assert generator.stdout is not None
        # Everybody is logged in, and packets flow.
        generator.stdout.readline()
        before = _processor_ns(pid)
        last = generator.stdout.readline()
        used = _processor_ns(pid) - before
    trips = int(last or 0)
    if not trips:
        raise RuntimeError("nothing came back through the relay")
    return Sample(used / (2 * trips), 2 * trips / milliseconds * 1000)


def _processor_ns(pid: int) -> int:
    """Of all threads of a process."""
    return sum(int(each.read_text().split()[0]) for each in Path(f"/proc/{pid}/task").glob("*/schedstat"))
