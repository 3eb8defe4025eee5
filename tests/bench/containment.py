"""How soon a runaway is stopped, what the others notice of it, and what containment costs a hook call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter, perf_counter_ns
from typing import Any

from tibicen.errors import TibicenError
from tibicen.host import Host

from ._echo import echo_process
from ._host import ask, in_host_thread, serving
from ._measure import Row, limit_row, nanoseconds, paired_row, percentile

BUDGET_MS = 50.0
GRACE_MS = {"contained": 5.0, "isolated": 20.0}
EVENT_SECONDS = 0.002

RUNAWAYS = {
    "plain loop": "while true do end",
    "inside pcall": "while true do pcall(function() while true do end end) end",
    "xpcall handler": "while true do xpcall(error, function() while true do end end) end",
    "coroutine": "while true do coroutine.wrap(function() while true do end end)() end",
    "metamethod": "local t = setmetatable({}, { __index = function() while true do end end }) return t.x",
    "sort comparator": "local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function() while true do end end)",
    "gsub callback": "('x'):rep(10):gsub('x', function() while true do end end)",
    # newproxy is out of reach, so the loop that a finalizer would be is tried where one could be had.
    "finalizer": (
        "local p = newproxy and newproxy(true) if p then getmetatable(p).__gc = function() while true do end end "
        "p = nil collectgarbage() else while true do collectgarbage() end end"
    ),
    "recursion": "local function f() return 1 + f() end while true do pcall(f) end",
    "exponential pattern": "return (('a'):rep(32)):find(('a?'):rep(32) .. ('a'):rep(32) .. 'b')",
}


def _runaway_plugin(tier: str) -> dict[str, str]:
    exports = "\n".join(f"exports['{name}'] = function() {code} end" for name, code in RUNAWAYS.items())
    manifest = f"name: wild-{tier}\ntier: {tier}\nbudget: {{cpu_ms: {BUDGET_MS:g}, cpu_ms_per_second: 0}}\n"
    return {f"wild-{tier}/init.lua": exports, f"wild-{tier}/plugin.yaml": manifest}


OBSERVER = "hooks.on('player.login', function(player) end)\n"


def run(quick: bool) -> list[Row]:
    rounds = 3 if quick else 15
    return in_host_thread(lambda: _stops(rounds)) + in_host_thread(lambda: _overhead(7 if quick else 21))


# -- how soon -------------------------------------------------------------------------------------------


async def _stops(rounds: int) -> list[Row]:
    files = {"observer.lua": OBSERVER} | _runaway_plugin("contained") | _runaway_plugin("isolated")
    rows: list[Row] = []
    async with serving(files, strikes_limit=0) as host:
        for tier, grace in GRACE_MS.items():
            for name in RUNAWAYS:
                overruns = [_overrun(host, f"wild-{tier}", name) for _ in range(rounds)]
                case = f"{tier}: {name} is stopped after its {BUDGET_MS:g} ms, worst of {rounds}"
                rows.append(limit_row(case, max(overruns), grace, "most that it may be over", "ms over"))
        quiet = await _latencies(host, lambda: None)
        for tier in GRACE_MS:
            shapes = iter([name for _ in range(1000) for name in RUNAWAYS])
            during = await _latencies(host, lambda t=tier, s=shapes: _overrun(host, f"wild-{t}", next(s)))
            rows.append(
                {
                    "case": f"another plugin's hook while a {tier} one runs away five times a second, p99",
                    "ours": percentile(during, 99),
                    "rival": percentile(quiet, 99),
                    "rival_name": "nobody runs away",
                    "ratio": percentile(quiet, 99) / percentile(during, 99),
                    "unit": "ms",
                }
            )
    return rows


def _overrun(host: Host, plugin: str, export: str) -> float:
    """Milliseconds from the end of the budget until the host has its thread back."""
    started = perf_counter_ns()
    try:
        ask(host, plugin, export)
    except TibicenError:
        pass
    else:
        raise RuntimeError(f"{plugin} was not stopped: {export}")
    return (perf_counter_ns() - started) / 1e6 - BUDGET_MS


async def _latencies(host: Host, disturb: Callable[[], Any], seconds: float = 4.0) -> list[float]:
    """Milliseconds from when an event was due until its handlers had run, an event every 2 ms."""
    found: list[float] = []
    hook = host.hooks["player.login"]
    due = perf_counter()
    end, next_disturbance = due + seconds, due
    while due < end:
        if perf_counter() >= next_disturbance:
            next_disturbance = perf_counter() + 0.2
            disturb()
        await asyncio.sleep(max(0.0, due - perf_counter()))
        hook({"id": 1, "name": "Eve"})
        found.append((perf_counter() - due) * 1e3)
        due += EVENT_SECONDS
    return found


# -- what it costs --------------------------------------------------------------------------------------


async def _overhead(rounds: int) -> list[Row]:
    hooks = {"shared": "player.login", "contained": "player.logout", "isolated": "status.request"}
    files = {}
    for tier, hook in hooks.items():
        files[f"{tier}/init.lua"] = f"hooks.on('{hook}', function(it) end)"
        files[f"{tier}/plugin.yaml"] = f"name: {tier}\ntier: {tier}\nbudget: {{cpu_ms_per_second: 0}}\n"
    async with serving(files, strikes_limit=0) as host:
        record = {"id": 1, "name": "Eve"}

        def call(tier: str) -> Callable[[], object]:
            hook = host.hooks[hooks[tier]]
            return lambda: hook(record)

        shared, contained, isolated, trips = [], [], [], []
        with echo_process() as end:

            def round_trip() -> None:
                end.sendall(b"x" * 40)
                end.recv(65536)

            for _ in range(rounds):
                shared.append(nanoseconds(call("shared"), 2000) / 1e3)
                contained.append(nanoseconds(call("contained"), 2000) / 1e3)
                trips.append(nanoseconds(round_trip, 1000) / 1e3)
                isolated.append(nanoseconds(call("isolated"), 1000) / 1e3)
    return [
        paired_row("a hook call into contained", contained, shared, "into shared (aim: at most 1.3 times)", "us"),
        paired_row("a hook call into isolated", isolated, trips, "bare socket pair (aim: at most 3 times)", "us"),
    ]
