"""A headless OTClient: its stock start with all modules, a frame with 5,000 widgets, and laying out one panel.

The start needs a checkout of OTClient, which TIBICEN_OTCLIENT names; without one only the rest is measured. Its rival
is plain LuaJIT that compiles and runs the same Lua files, in the same order, with stubs that take anything in place of
the engine: what the scripts cost by themselves. Whatever else the start takes is the engine's: reading 190 files of
styles, making thousands of widgets, laying them out.

A frame's rival is the time that a frame has at 60 a second. All times are those of the processor: what else runs on the
machine is nobody's cost.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import thread_time_ns
from typing import Any

from lupa.luajit21 import LuaRuntime

from tibicen.realms.otclient.checkout import Checkout
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.files import Files
from tibicen.vm import prelude, stack

from ._measure import Row, limit_row, paired_row, plain_row

CHECKOUT_VARIABLE = "TIBICEN_OTCLIENT"
WIDGETS = 5_000
CHILDREN = 100
FRAME_BUDGET_MS = 1000 / 60

# Answers every index, call and operator with itself, so that scripts get through their main chunks.
STUBS = b"""
local stub = {}
local function give() return stub end
local function zero() return 0 end
setmetatable(stub, {
    __index = give, __newindex = function() end, __call = give, __concat = function() return "" end,
    __add = zero, __sub = zero, __mul = zero, __div = zero, __mod = zero, __pow = zero, __unm = zero,
    __lt = function() return false end, __le = function() return false end,
})
local globals = _G
return function(sources)
    local env = setmetatable({}, {
        __index = function(_, name)
            local value = globals[name]
            if value == nil then value = stub end
            return value
        end,
    })
    local failed = 0
    for index = 1, #sources do
        local chunk = loadstring(sources[index])
        if chunk then
            setfenv(chunk, env)
            if not pcall(chunk) then failed = failed + 1 end
        end
    end
    return failed
end
"""

# In a state of its own each, as with the engine.
MAKE_WIDGETS = f"""
local panel = g_ui.createWidget("UIWidget", rootWidget or g_ui.getRootWidget())
panel:resize(400, 400)
for index = 1, {WIDGETS} do
    local widget = g_ui.createWidget("UIWidget", panel)
    widget:setId("w" .. index)
end
""".encode()

MAKE_PANEL = f"""
panel = g_ui.createWidget("UIWidget", g_ui.getRootWidget())
panel:setLayout(UIVerticalLayout.create(panel))
for index = 1, {CHILDREN} do
    g_ui.createWidget("UIWidget", panel):setHeight(10 + index % 7)
end
local width = 200
function relayout()
    width = width == 200 and 210 or 200
    panel:resize(width, 400)
    panel:updateLayout()
end
""".encode()


def run(quick: bool) -> list[Row]:
    """See the module."""
    return stack.run(lambda: [*_start(quick), *_widgets(quick)])


def _checkout() -> Checkout | None:
    path = os.environ.get(CHECKOUT_VARIABLE)
    if path:
        return Checkout.open(Path(path))
    print(f"{CHECKOUT_VARIABLE} names no checkout of OTClient: its start is not measured", file=sys.stderr)
    return None


@contextlib.contextmanager
def _client(checkout: Checkout) -> Iterator[Client]:
    with tempfile.TemporaryDirectory(prefix="tibicen-bench-") as home:
        client = checkout.client(home=Path(home), settings="locale: en\n")
        try:
            yield client
        finally:
            client.close()


def _start(quick: bool) -> list[Row]:
    checkout = _checkout()
    if checkout is None:
        return []
    # Compiled once a process, by any number of clients.
    prelude.bytecode("otclient")
    sources = _sources(checkout)
    ours, bare, opening, first_frame, memory = [], [], [], [], 0.0
    for _ in range(3 if quick else 9):
        started = thread_time_ns()
        with _client(checkout) as client:
            opened = thread_time_ns()
            checkout.start(client)
            ended = thread_time_ns()
            checkout.begin(client)
            client.frame()
            first_frame.append((thread_time_ns() - ended) / 1e6)
            memory = client.memory() / (1 << 20)
        opening.append((opened - started) / 1e6)
        ours.append((ended - opened) / 1e6)
        bare.append(_bare(sources))
    name = f"stock start, {checkout.dialect}"
    return [
        paired_row(name, ours, bare, f"LuaJIT alone, {len(sources)} files", "ms"),
        limit_row(f"{name}, limit", sorted(ours)[len(ours) // 2], 1000.0, "at most", "ms"),
        plain_row("an empty client", sorted(opening)[len(opening) // 2], "ms"),
        plain_row(
            f"first frames after the start, {checkout.dialect}", sorted(first_frame)[len(first_frame) // 2], "ms"
        ),
        plain_row(f"memory after the start, {checkout.dialect}", memory, "MiB"),
    ]


def _sources(checkout: Checkout) -> list[bytes]:
    """The Lua files that the start reads, in its order."""
    sources: list[bytes] = []
    with _client(checkout) as client:
        read = client.operations["files.read"]

        def recorded(path: Any) -> Any:
            answer = read(path)
            name = path.decode("latin-1") if isinstance(path, bytes) else path
            if name.endswith(".lua") and answer[0] is not None:
                sources.append(answer[0])
            return answer

        client.operations["files.read"] = recorded
        checkout.start(client)
    return sources


def _bare(sources: list[bytes]) -> float:
    runtime = LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
    execute = runtime.execute(STUBS)
    listed = runtime.table_from(sources)
    started = thread_time_ns()
    execute(listed)
    return (thread_time_ns() - started) / 1e6


def _widgets(quick: bool) -> list[Row]:
    rounds = 50 if quick else 500
    with tempfile.TemporaryDirectory(prefix="tibicen-bench-") as work:
        started = thread_time_ns()
        client = Client(Files(Path(work)))
        client.run(MAKE_WIDGETS)
        client.frame()
        making = (thread_time_ns() - started) / 1e6
        frame = _median_us(client.frame, rounds) / 1e3
        client.close()
        client = Client(Files(Path(work)))
        client.run(MAKE_PANEL)

        def relayout() -> None:
            client.run(b"relayout()")
            client.frame()

        laid_out = _median_us(relayout, rounds)
        empty = _median_us(lambda: (client.run(b"return"), client.frame()), rounds)
        client.close()
    return [
        limit_row(f"a frame, {WIDGETS:,} widgets", frame, FRAME_BUDGET_MS, "60 frames a second", "ms"),
        plain_row(f"a client with {WIDGETS:,} new widgets", making, "ms"),
        plain_row(f"laying out a panel of {CHILDREN} children", laid_out - empty, "us"),
    ]


def _median_us(work: Any, rounds: int) -> float:
    samples = []
    for _ in range(rounds):
        started = thread_time_ns()
        work()
        samples.append((thread_time_ns() - started) / 1e3)
    return sorted(samples)[len(samples) // 2]
