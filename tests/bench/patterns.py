"""find, match, gmatch and gsub as a contained plugin has them, beside LuaJIT's own.

The rival is a plain state with the same count hook, whose loop is kept off the JIT as a plugin's is: only the
functions differ. Both must give the same answer. Costs are nanoseconds a turn of the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from lupa.luajit21 import LuaRuntime

from tibicen.vm import stack
from tibicen.vm.contained import ContainedVM
from tibicen.vm.contract import VM, VmOptions
from tibicen.vm.lua_state import HOOK_INTERVAL
from tibicen.vm.marshal import Plain

from ._measure import Row, Work, by_turns, paired_row

TURNS = 1000
"""Of the loop in one crossing of the border; fewer where the subject is long."""


class Case(NamedTuple):
    """`call` is Lua; `s` is the subject. What it gives last is compared."""

    what: str
    subject: str
    call: str


CASES = (
    Case("trim, 15 bytes", "  hello world  ", "a = s:match('^%s*(.-)%s*$')"),
    Case("trim by gsub, 15 bytes", "  hello world  ", "a = s:gsub('^%s+', ''):gsub('%s+$', '')"),
    Case("key = value, 17 bytes", "name = some value", "a, b = s:match('^(%w+)%s*=%s*(.-)$')"),
    Case("talkaction parameters, 24 bytes", "teleport Eve, 100, 200,7", "for x in s:gmatch('[^,]+') do a = x end"),
    Case("talkaction words", '/goto "Rookgaard temple"', "a, b = s:match('^/(%S+)%s+\"(.-)\"$')"),
    Case("split by comma, 20 fields", ",".join(["field"] * 20), "for x in s:gmatch('([^,]+)') do a = x end"),
    Case("find a word, plain, 45 bytes", "the quick brown fox jumps over the lazy dog", "a = s:find('lazy', 1, true)"),
    Case("find a word, 45 bytes", "the quick brown fox jumps over the lazy dog", "a = s:find('lazy')"),
    Case("one character class", "abc", "a = s:find('^%a')"),
    Case("no match, 45 bytes", "the quick brown fox jumps over the lazy dog", "a = s:match('%d+')"),
    Case("position", "{x = 100, y = 200, z = 7}", "a, b = s:match('x = (%d+), y = (%d+), z = (%d+)')"),
    Case(
        "replace by a table, 5 of 45 bytes",
        "hi $name, $hp hp and $mana mana, on $day at $time",
        "a = s:gsub('%$(%w+)', t)",
    ),
    Case("replace by a function", "hello world of words", "a = s:gsub('%a+', f)"),
    Case("replace by a template", "hello world of words", "a = s:gsub('(%a+)', '<%1>')"),
    Case("words of 4 KiB", "some words and more " * 205, "for x in s:gmatch('%a+') do a = x end"),
    Case("lines of 64 KiB", ("key = value " * 8 + "\n") * 672, "for x in s:gmatch('[^\\n]+') do a = x end"),
)


def loop(case: Case) -> bytes:
    return f"""
        local t = {{name = "Eve", hp = "100", mana = "50"}}
        local function f(word) return word:upper() end
        function run(s, turns)
            local a, b
            for _ = 1, turns do
                {case.call}
            end
            return tostring(a) .. "|" .. tostring(b)
        end
    """.encode()


def no_host(operation: str, arguments: list[Plain]) -> Plain:
    raise LookupError(operation)


def contained() -> VM:
    """A room as an untrusted plugin has it, with a deadline that is armed but far away."""
    return ContainedVM(VmOptions("ours", no_host, cpu_ms=60_000, memory_mb=64))


HOOKED = b"""
    local source, interval = ...
    local chunk = assert(loadstring(source))
    jit.off(chunk, true)
    chunk()
    debug.sethook(function() end, "", interval)
    return run
"""


def plain(source: bytes) -> Callable[[bytes, int], bytes]:
    """`run` of the source in a state of its own, with LuaJIT's own functions."""
    state = LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
    run: Callable[[bytes, int], bytes] = state.compile(HOOKED)(source, HOOK_INTERVAL)
    return run


def measure(case: Case, quick: bool) -> Row:
    """One case; raises RuntimeError when the two sides don't agree."""
    source, subject = loop(case), case.subject.encode()
    ours, rival = contained(), plain(source)
    try:
        ours.load(source, "bench/init.lua")
        if ours.call("run", case.subject, 1) != rival(subject, 1).decode():
            raise RuntimeError(f"{case.what}: the two sides don't agree")
        turns = max(1, TURNS // (1 + len(subject) // 64))
        works: dict[str, Work] = {
            "ours": partial(ours.call, "run", case.subject, turns),
            "rival": partial(rival, subject, turns),
        }
        for work in works.values():
            work()
        samples = by_turns(works, rounds=7 if quick else 31, sample_ms=4 if quick else 10)
        ns = {name: [sample / turns for sample in series] for name, series in samples.items()}
        return paired_row(case.what, ns["ours"], ns["rival"], "LuaJIT's own", "ns a turn")
    finally:
        ours.close()


def run(quick: bool) -> list[Row]:
    """Every case, on a thread with the host's stack."""
    return stack.run(lambda: [measure(case, quick) for case in CASES])
