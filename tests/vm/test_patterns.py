"""find, match, gmatch and gsub of a contained plugin, beside LuaJIT's own in a plain state."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lupa.luajit21 import LuaRuntime
from tests.vm.tier import TIERS, Tier

from tibicen.errors import CpuBudgetError, HandlerError
from tibicen.vm.contract import VM

# Every case is a line of Lua that both sides run; what it gives, or raises, comes back as one string.
DRIVER = b"""
    local function show(ok, ...)
        local out = {tostring(ok)}
        for index = 1, select("#", ...) do
            local value = select(index, ...)
            out[#out + 1] = type(value) .. " " .. tostring(value)
        end
        return table.concat(out, "|")
    end

    local calls = {
        find = function(...) return string.find(...) end,
        match = function(...) return string.match(...) end,
        find4 = function(s, p, init, plain) local a, b, c, d = string.find(s, p, init, plain) return a, b, c, d end,
        method = function(s, p, init) local a, b, c = s:match(p, init) return a, b, c end,
        gsub = function(...) return string.gsub(...) end,
        gmatch = function(s, p)
            local out = {}
            for a, b, c in string.gmatch(s, p) do
                out[#out + 1] = tostring(a) .. ";" .. tostring(b) .. ";" .. tostring(c)
                if #out > 60 then break end
            end
            return table.concat(out, ",")
        end,
        gsub_calls = function(s, p, max)
            local seen = {}
            local function by(...)
                seen[#seen + 1] = show(...)
                local n = #seen % 5
                if n == 0 then return nil elseif n == 1 then return false elseif n == 2 then return n / 3 end
                return "<" .. tostring((...)) .. ">"
            end
            local result, count = string.gsub(s, p, by, max)
            return result, count, table.concat(seen, ",")
        end,
        gsub_table = function(s, p)
            local t = setmetatable({a = "A", [1] = "one", [2] = 2.5, b = false},
                {__index = function(_, key) return key == "c" and "C" or nil end})
            return string.gsub(s, p, t)
        end,
    }

    function run(name, ...)
        return show(pcall(calls[name], ...))
    end
"""


class Rivals:
    """The two sides of every comparison."""

    def __init__(self, vm: VM) -> None:
        self.vm = vm
        vm.load(DRIVER, "p/init.lua")
        self.state = LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
        self.state.compile(DRIVER, name=b"@p/init.lua")()
        self.oracle = self.state.globals().run

    def both(self, name: str, *arguments: object) -> tuple[bytes, bytes]:
        """What ours gives and what LuaJIT gives."""
        encoded = [each.encode() if isinstance(each, str) else each for each in arguments]
        ours = self.vm.call("run", name, *arguments)
        return ours if isinstance(ours, bytes) else str(ours).encode(), self.oracle(name.encode(), *encoded)


@pytest.fixture(params=TIERS, scope="module")
def rivals(request: pytest.FixtureRequest) -> Iterator[Rivals]:
    tier = Tier(request.param)
    yield Rivals(tier.make(cpu_ms=5000, memory_mb=64))
    tier.close()


# -- random cases ---------------------------------------------------------------------------------------------

SINGLE = [
    *(f"%{letter}" for letter in "acdglpsuwxzACDGLPSUWXZqb.%-]["),
    *"aabbc.12 -]^$",
    "\0",
    "\xe9",
]
SETS = [
    "[abc]",
    "[^a]",
    "[a-c]",
    "[%a_]",
    "[]]",
    "[^]]",
    "[a-]",
    "[-a]",
    "[%]a]",
    "[%w-%d]",
    "[^%s%z]",
    "[b-a]",
    "[.%-]",
]
ITEMS = [*SINGLE, *SETS]
SPECIAL = ["%b()", "%bab", "%baa", "%f[%w]", "%f[^a]", "%f[%z]", "()", "$", "^", "%1", "%2"]
BROKEN = ["%", "[", "[a", "[^", "[%", "(", ")", "%f", "%fa", "%b", "%bx", "%0", "%9", "[a-%", "\0"]
ALPHABET = "aaabbbcc()12. -]^$%\0\xe9\n"


def random_pattern(dice: random.Random) -> str:
    pieces = ["^"] if dice.random() < 0.2 else []
    opened = 0
    for _ in range(dice.randrange(1, 5)):
        chance = dice.random()
        if chance < 0.62:
            pieces.append(dice.choice(ITEMS) + dice.choice(["", "", "*", "+", "-", "?"]))
        elif chance < 0.75:
            pieces.append("(")
            opened += 1
        elif chance < 0.9:
            pieces.append(dice.choice(SPECIAL))
        elif opened:
            pieces.append(")")
            opened -= 1
    pieces.append(")" * opened)
    if dice.random() < 0.1:
        pieces.insert(dice.randrange(len(pieces) + 1), dice.choice(BROKEN))
    if dice.random() < 0.15:
        pieces.append("$")
    return "".join(pieces)


def random_text(dice: random.Random, longest: int = 24) -> str:
    return "".join(dice.choice(ALPHABET) for _ in range(dice.randrange(longest)))


NUMBERS = [None, None, None, 1, 2, 3, 0, -1, -3, 30, 1.5, -1.5, -0.5, 0.5, "2", " 0x3 ", 2.0**31, 2.0**32, 1e10, -1e10]
NUMBERS += [1e30, -1e30, 2.0**31 - 1, -(2.0**31), 2.0**32 + 2, 2.0**63, "x", [], True, float("inf"), float("nan")]
REPLACEMENTS = ["", "x", "%0", "%1", "<%1%2>", "%%", "%", "%a", "%0%0", "%9", 5, -1.5, "a\0b", [], True, None]


def random_case(dice: random.Random) -> tuple[object, ...]:
    name = dice.choice(["find", "match", "find4", "method", "gmatch", "gsub", "gsub", "gsub_calls", "gsub_table"])
    subject: object = random_text(dice)
    pattern: object = random_pattern(dice) if dice.random() < 0.9 else random_text(dice, 4)
    if dice.random() < 0.03:
        subject = dice.choice([None, 12, 1.5, [], True])
    if dice.random() < 0.03:
        pattern = dice.choice([None, 1, 2.5, [], False])
    if name == "gsub":
        return name, subject, pattern, dice.choice(REPLACEMENTS), dice.choice(NUMBERS)
    if name == "gsub_table" or name == "gmatch":
        return name, subject, pattern
    if name == "find4":
        return name, subject, pattern, dice.choice(NUMBERS), dice.choice([None, True, False, 0])
    arguments = (name, subject, pattern, dice.choice(NUMBERS))
    return arguments[: dice.randrange(1, 5)] if dice.random() < 0.1 else arguments


def latin(case: tuple[object, ...]) -> list[object]:
    return [each.encode("latin-1") if isinstance(each, str) else each for each in case[1:]]


@pytest.mark.parametrize("seed", range(4))
def test_random_cases_give_what_luajit_gives(rivals: Rivals, seed: int) -> None:
    dice = random.Random(seed)
    matched = failed = 0
    for _ in range(5000):
        case = random_case(dice)
        # An empty table has no way back out of the driver's arguments on the oracle's side.
        arguments = [rivals.state.table() if isinstance(each, list) else each for each in latin(case)]
        ours, theirs = rivals.both(str(case[0]), *latin(case)), rivals.oracle(str(case[0]).encode(), *arguments)
        assert ours[0] == theirs, case
        failed += theirs.startswith(b"false")
        matched += theirs.startswith(b"true") and not theirs.endswith((b"nil nil", b"|number 0", b"string "))
    # Otherwise the cases would be worth little.
    assert matched > 800
    assert failed > 400


@given(subject=st.binary(max_size=20), pattern=st.binary(max_size=8))
@settings(max_examples=300, deadline=None)
def test_random_bytes_give_what_luajit_gives(subject: bytes, pattern: bytes) -> None:
    rivals = _shared_rivals()
    for name in ("find", "match", "gmatch", "gsub_calls"):
        ours, theirs = rivals.both(name, subject, pattern)
        assert ours == theirs


@cache
def _shared_rivals() -> Rivals:
    return Rivals(Tier("contained").make(cpu_ms=5000, memory_mb=64))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("%", "malformed pattern (ends with '%')"),
        ("[a", "malformed pattern (missing ']')"),
        ("%f", "missing '[' after '%f' in pattern"),
        ("%b", "unbalanced pattern"),
        ("(a", "unfinished capture"),
        ("a)", "invalid pattern capture"),
        ("%1", "invalid capture index"),
        ("()" * 33, "too many captures"),
        ("a?" * 250, "pattern too complex"),
    ],
)
def test_malformed_patterns(rivals: Rivals, pattern: str, message: str) -> None:
    ours, theirs = rivals.both("match", "a" * 300, pattern)
    assert ours == theirs
    assert message.encode() in ours


def test_the_depth_is_limited_where_luajit_limits_it(rivals: Rivals) -> None:
    for count in range(190, 205):
        for item in ("a?", "a*", "a-"):
            ours, theirs = rivals.both("find", "a" * 250, item * count)
            assert ours == theirs, (item, count)


ARGUMENTS = [
    "string.find()",
    "string.find('x')",
    "string.find(nil, 'x')",
    "('x'):find()",
    "('x'):find(nil)",
    "('x'):find({})",
    "('x'):find('x', {})",
    "('x'):find('x', 'y')",
    "string.find({}, 'x')",
    "('x'):match()",
    "('x'):match('x', true)",
    "('x'):gmatch()",
    "string.gmatch(nil, 'x')",
    "('x'):gsub()",
    "('x'):gsub('x')",
    "('x'):gsub('x', nil)",
    "('x'):gsub('x', true)",
    "('x'):gsub('x', 'y', 'z')",
    "('x'):gsub('x', true, 'z')",
    "('x'):gsub('x', function() return {} end)",
    "('x'):gsub('x', function() error('no') end)",
    "('x'):gsub('x', '%2')",
    "('x'):gsub('(x', '%1')",
    "('x'):gsub('(x', {})",
    "('x'):gsub('(x', 'y')",
    "('x'):gsub('%', 'y')",
    "string.find(1LL, 'x')",
    "next((('x'):gmatch('%')))",
    "(function() for _ in ('x'):gmatch('%') do end end)()",
]


@pytest.mark.parametrize("expression", ARGUMENTS)
def test_errors_have_luajits_words_and_the_plugins_line(rivals: Rivals, expression: str) -> None:
    # Behind a line break, in a call that is no tail call, and in one that is.
    for call in (
        f"local function f()\nlocal a = {expression} return a end",
        f"local function f()\nreturn {expression} end",
    ):
        source = f"{call} return tostring(select(2, pcall(f)))"
        ours = rivals.vm.load(source.encode(), "p/more.lua")
        theirs = rivals.state.compile(source.encode(), name=b"@p/more.lua")()
        assert ours.encode() == theirs


def test_a_callback_may_search_and_replace(rivals: Rivals) -> None:
    source = b"""
        local inner = ""
        local outer = ("one two three"):gsub("(%w)(%w*)", function(first, rest)
            inner = inner .. rest:gsub("%w", {o = "0", e = "3"}) .. tostring(rest:find("(e)"))
            return first:upper() .. rest
        end)
        return outer .. "/" .. inner
    """
    assert rivals.vm.load(source, "p/more.lua").encode() == rivals.state.execute(source)


def test_a_callback_may_yield() -> None:
    tier = Tier("contained")
    source = b"""
        local run = coroutine.wrap(function() return (("abc"):gsub("%w", coroutine.yield)) end)
        return {run(), run("x"), run("y"), run("z")}
    """
    assert tier.make().load(source, "p") == ["a", "b", "c", "xyz"]
    tier.close()


def test_an_error_in_a_callback_leaves_the_rest_usable() -> None:
    tier = Tier("contained")
    source = b"""
        for _ = 1, 200 do pcall(string.gsub, ("x"):rep(50), "x", function() error("no") end) end
        return (("aXb"):gsub("X", function() return ("-"):gsub("-", "+") end))
    """
    assert tier.make().load(source, "p") == "a+b"
    tier.close()


# -- work without end -----------------------------------------------------------------------------------------

EXPENSIVE = {
    "optional items": 'return ("a"):rep(32):find(("a?"):rep(32) .. ("a"):rep(32))',
    "lazy items": 'return ("a"):rep(30000):find((".-"):rep(20) .. "b")',
    "greedy items": 'return ("a"):rep(30000):match((".*"):rep(10) .. "b")',
    "captures again": 'return ("a"):rep(20000):match("(.*)(.*)%2%1b")',
    "balanced": 'return ("("):rep(1e6):match("%b()")',
    "frontiers": 'return ("a b "):rep(3000):find((".-%f[%w]"):rep(8) .. "z")',
    "plain text": 'return ("a"):rep(2e6):find(("a"):rep(1e6) .. "b", 1, true)',
    "gmatch": 'for _ in ("a"):rep(30000):gmatch(".-.-.-b") do end',
    "gsub": 'return ("a"):rep(30000):gsub(".-.-.-b", "")',
    "a wide set": 'return ("a"):rep(1e6):find("[" .. ("b"):rep(60000) .. "]*c")',
    "small searches": 'while true do ("key = value"):match("^(%w+)%s*=%s*(.-)$") end',
    "small replacements": 'while true do ("a b c"):gsub("%w", {a = "b"}) end',
    "in a protected call": 'while true do pcall(string.find, ("a"):rep(30000), (".-"):rep(20) .. "b") end',
    "in a callback": 'return ("x"):gsub("x", function() return ("a"):rep(30000):find((".-"):rep(20) .. "b") end)',
}


@pytest.mark.alone
@pytest.mark.parametrize("what", EXPENSIVE)
def test_is_stopped_by_the_budget(tier: Tier, what: str) -> None:
    vm = tier.make(cpu_ms=50)
    vm.load(f"function go() {EXPENSIVE[what]} end function ping() return 1 end".encode(), "p/init.lua")
    started = time.perf_counter()
    with pytest.raises(CpuBudgetError):
        vm.call("go")
    # Measured at 50 to 55 ms; a machine may be busy.
    assert time.perf_counter() - started < 2
    assert vm.call("ping") == 1


def test_without_a_deadline_the_steps_are_limited() -> None:
    tier = Tier("contained")
    vm = tier.make(cpu_ms=0)
    vm.load(b"function go()\nlocal at = ('a'):rep(30000):find(('.-'):rep(20) .. 'b') end", "p/init.lua")
    with pytest.raises(
        HandlerError, match="pattern too expensive: one search took more than 100000000 steps"
    ) as caught:
        vm.call("go")
    assert (caught.value.file, caught.value.line) == ("p/init.lua", 2)
    long = b"local p = ('%a'):rep(40000) return select(2, pcall(string.find, 'x', p))"
    assert vm.load(long, "p/more.lua") == "pattern too expensive: it is longer than 65536 bytes"
    tier.close()


def test_recursion_through_gsub_ends_in_an_error(tier: Tier) -> None:
    vm = tier.make(cpu_ms=10_000)
    vm.load(b"function f() return (('x'):gsub('x', f)) end function ping() return 1 end", "p/init.lua")
    with pytest.raises(HandlerError, match=r"stack overflow|error in error handling"):
        vm.call("f")
    assert vm.call("ping") == 1


def test_trusted_rooms_keep_luajits_own() -> None:
    tier = Tier("contained")
    source = b"return tostring(string.find):match('builtin') .. tostring(('').gsub):match('builtin')"
    assert tier.make(trusted=True).load(source, "p") == "builtinbuiltin"
    tier.close()
