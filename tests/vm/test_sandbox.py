"""What is out of a plugin's reach (the full catalogue of escapes is the containment suite's)."""

from __future__ import annotations

import time

import pytest
from lupa.luajit21 import LuaRuntime
from tests.vm.tier import Tier

from tibicen.errors import CpuBudgetError, LoadError
from tibicen.vm.marshal import Plain, pack

MISSING = [
    "python",
    "package",
    "module",
    "io",
    "debug",
    "jit",
    "ffi",
    "newproxy",
    "dofile",
    "loadfile",
    "gcinfo",
    "require",
    "os.execute",
    "os.exit",
    "os.getenv",
    "os.remove",
    "os.rename",
    "os.tmpname",
    "os.setlocale",
    "string.dump",
]


@pytest.mark.parametrize("name", MISSING)
def test_is_not_there(tier: Tier, name: str) -> None:
    assert tier.make().load(f"return {name} == nil and _G.{name} == nil".encode(), "p/init.lua") is True


ATTEMPTS = {
    "bytecode by loadstring": "return loadstring('\\27LJ\\2\\0') == nil",
    "bytecode by load": "return load('\\27LJ\\2\\0', 'x', 'b') == nil",
    "bytecode by a reader": (
        "local parts = {'\\27', 'L', 'J', '\\2'} local i = 0 "
        "return load(function() i = i + 1 return parts[i] end) == nil"
    ),
    "the real globals by getfenv(0)": "return getfenv(0) == _G and getfenv(1) == _G",
    "the real globals by getfenv of a host function": "return getfenv(pcall) == _G and getfenv(load) == _G",
    "setfenv of a host function": "return not pcall(setfenv, pcall, {})",
    "setfenv of a C function": "return not pcall(setfenv, print or tostring, {})",
    "setfenv of the thread": "return not pcall(setfenv, 0, {})",
    "the string metatable": "return getmetatable('') == 'protected'",
    "writing to the string metatable": "return not pcall(function() getmetatable('').__index = {} end)",
    "stopping the collector": "return not pcall(collectgarbage, 'stop')",
}


@pytest.mark.parametrize("what", ATTEMPTS)
def test_can_not_be_reached(tier: Tier, what: str) -> None:
    assert tier.make().load(ATTEMPTS[what].encode(), "p/init.lua") is True


ALLOWED = {
    "own globals by getfenv": "return getfenv() == _G and getfenv(function() end) == _G",
    "setfenv of an own function": (
        "local f = function() return x end setfenv(f, {x = 1}) return f() == 1 and getfenv(f).x == 1"
    ),
    "load with an environment": "return load('x = 1 return x', 'n', 't', {})() == 1 and x == nil",
    "load from a reader": (
        "local once = 'return 7' return load(function() local s = once once = nil return s end)() == 7"
    ),
    "methods of strings": "return ('abc'):upper() == 'ABC' and ('x'):rep(3) == 'xxx'",
    "counting memory": "return collectgarbage('count') > 0 and collectgarbage() == 0",
    "coroutines": (
        "local c = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b end) "
        "return c(1) == 2 and c(5) == 5"
    ),
    "pcall gives what the function gives": (
        "local a, b, c = pcall(function() return 1, nil end) return a and b == 1 and c == nil"
    ),
    "xpcall calls its handler": (
        "local ok, e = xpcall(error, function(e) return 'h' .. e end, 'x') return not ok and e == 'hx'"
    ),
    "bit": "return bit.bor(1, 2) == 3",
    "time": "return os.time() > 0 and type(os.clock()) == 'number' and #os.date() > 0",
}


@pytest.mark.parametrize("what", ALLOWED)
def test_works(tier: Tier, what: str) -> None:
    assert tier.make().load(ALLOWED[what].encode(), "p/init.lua") is True


def test_own_vm_may_extend_string_methods() -> None:
    tier = Tier("contained")
    assert tier.make().load(b"function string:shout() return self:upper() .. '!' end return ('a'):shout()", "p") == "A!"
    tier.close()


def test_source_that_is_bytecode_is_refused(tier: Tier) -> None:
    with pytest.raises(LoadError):
        tier.make().load(b"\x1bLJ\x02\x00", "p/init.lua")


def test_the_prelude_does_not_look_up_what_a_plugin_wrote(tier: Tier) -> None:
    vm = tier.make()
    vm.load(
        b"""
        local function bad() error("the prelude called a plugin's function") end
        type, pairs, next, pcall, tostring, error = bad, bad, bad, bad, bad, bad
        string.byte, string.sub, string.format, table.concat = bad, bad, bad, bad
        function echo(v) return v end
        """,
        "p/init.lua",
    )
    assert vm.call("echo", {"a": [1, "b"]}) == {"a": [1, "b"]}
    ids = []

    def host(operation: str, arguments: list[Plain]) -> Plain:
        ids.append(arguments[1])
        return 1

    options = {"name": "tester", "version": "1", "generation": 1, "settings": {}}
    vm = tier.make(host, realm="realm_native", settings=options)
    vm.load(b"string.format = nil string.rep = nil hooks.on('x', function() return 5 end)", "p/init.lua")
    outcome = vm.dispatch(vm.chain("query", 0, ids), pack([]))
    assert outcome is not None and outcome.value == 5


# -- what is bounded ------------------------------------------------------------------------------------------

# Each gives one string, the same as in a plain state; `list(n)` is a table of n numbers.
SAME = [
    "table.concat(list(5000), ',')",
    "table.concat(list(5000), 7, '3', 4990.5)",
    "table.concat(list(5000), nil, 4000)",
    "#table.concat(list(10000), 'ab', 1, 9999)",
    "pcall(table.concat, list(5000), ',', 1, 5001)",
    "pcall(table.concat, list(5000), ',', -5000, 10)",
    "pcall(table.concat, list(5000), {}, 1, 5001)",
    "pcall(table.concat)",
    "pcall(table.concat, nil, ',')",
    "pcall(table.concat, list(3), ',', 'x')",
    "changed(3000, function(t) table.insert(t, 2, 'new') end)",
    "changed(3000, function(t) table.insert(t, '2', 'new') end)",
    "changed(3, function(t) table.insert(t, 7) end)",
    "changed(3, function(t) table.insert(t, 1, 7) table.insert(t, 9, 8) end)",
    "pcall(table.insert, {}, 1, 2, 3)",
    "pcall(table.insert, {}, 'x', 2)",
    "pcall(table.insert)",
    "changed(3000, function(t) return table.remove(t, 1) end)",
    "changed(3000, function(t) return table.remove(t) end)",
    "changed(3000, function(t) table.move(t, 1, 3000, 2) end)",
    "changed(3000, function(t) table.move(t, 2, 3000, 1) end)",
    "#table.move(list(3000), 1, 3000, 11, {})",
    "changed(3, function(t) table.move(t, 1, 3, 2) end)",
    "pcall(table.move, {}, 'x', 1, 2)",
    "pcall(table.move)",
    "select('#', unpack(list(3000)))",
    "select('#', unpack({}, 1, 300))",
    "pcall(unpack, {}, 1, 1e7)",
    "pcall(unpack)",
    "table.maxn({[3000] = 1})",
    "#('ab'):rep(3, ', ')",
    "('ab'):rep(3, ', ')",
    "pcall(string.rep, 'x')",
    "('x'):rep(-1) .. (''):rep(1e9)",
    "#('aB'):rep(3000):upper():lower():reverse():sub(2, -2)",
    "pcall(string.upper)",
    "pcall(string.sub, 'x')",
    "tonumber('10', 2) + tonumber(' 0x10 ') + tonumber(5)",
    "tostring(tonumber('x')) .. tostring(tonumber(nil))",
    "pcall(tonumber)",
    "pcall(tostring)",
    "tostring(nil) .. tostring(1.5) .. tostring('s') .. tostring(true) .. tostring(1LL)",
    "tostring(setmetatable({}, {__tostring = function() return 'mine' end}))",
    "('%s'):format(setmetatable({}, {__tostring = function() return 'mine' end}))",
    "('%5.1f|%-4s|%%|%q|%x|%c'):format(1.25, 'a', 'b', 255, 65)",
    "('%s %s %s %s %s %s'):format(1, 2, 3, nil, true, 'x')",
    "('100%%p'):format()",
    "pcall(string.format, '%d', {})",
    "pcall(string.format, '%d')",
    "pcall(string.format, '%y', 1)",
    "pcall(string.format)",
    "#os.date('!%Y', 0)",
    "pcall(os.date, {})",
]

SHOW = """
    local function list(n) local t = {} for i = 1, n do t[i] = i end return t end
    local function show(...)
        local out = {}
        for i = 1, select("#", ...) do out[i] = tostring((select(i, ...))) end
        return table.concat(out, "|")
    end
    local function changed(n, change)
        local t = list(n)
        return show(change(t)) .. "/" .. #t .. "/" .. table.concat(t, ",", 1, 3) .. "/" .. table.concat(t, ",", #t - 2)
    end
"""


@pytest.mark.parametrize("expression", SAME)
def test_bounded_functions_give_what_luajit_gives(tier: Tier, expression: str) -> None:
    source = f"{SHOW} local function f()\nreturn show({expression}) end return f()".encode()
    plain = LuaRuntime(register_eval=False, register_builtins=False)
    assert tier.make(cpu_ms=5000).load(source, "p/init.lua") == plain.compile(source.decode(), name="@p/init.lua")()


@pytest.mark.parametrize(
    "expression", ["('%d'):format({})", "table.concat({}, ',', 1, 9000)", "table.insert({}, 'x', 1)", "('x'):rep()"]
)
def test_errors_of_bounded_functions_are_at_the_plugins_line(tier: Tier, expression: str) -> None:
    source = f"local function f()\nlocal a = {expression}\nreturn a end return select(2, pcall(f))".encode()
    plain = LuaRuntime(register_eval=False, register_builtins=False)
    assert tier.make().load(source, "p/init.lua") == plain.compile(source.decode(), name="@p/init.lua")()


# One call that would take seconds, or a loop of calls that take a millisecond each.
LONG = {
    "moving nothing": "table.move({}, -2^31, 2^31, 2)",
    "moving nothing by strings": "table.move({}, '1', '2e9', '2')",
    "a loop of moves": "local t = {} while true do table.move(t, 1, 2000, 2) end",
    "sorting": "local t, r = {}, 7 for i = 1, 4e5 do r = (r * 16807) % 2147483647 t[i] = r end table.sort(t)",
    "concatenating": "local t = {} for i = 1, 1e5 do t[i] = 1.5 end while true do table.concat(t) end",
    "inserting": "local t = {} for i = 1, 1e5 do t[i] = 1 end while true do table.insert(t, 1, table.remove(t, 1)) end",
    "repeating": "while true do ('x'):rep(1e6) end",
    "reversing": "local s = ('x'):rep(1e6) while true do s:reverse() end",
    "cutting": "local s, i = ('x'):rep(1e6), 0 while true do i = (i + 1) % 9 s:sub(i, -2) end",
    "formatting": "local s, i = ('x'):rep(1e6), 0 while true do i = (i + 1) % 9 ('%s%d'):format(s, i) end",
    "reading numbers": "local s = ('1'):rep(1e6) while true do tonumber(s) end",
    "the last index": "local t = {} for i = 1, 1e5 do t[i] = 1 end while true do table.maxn(t) end",
    "collecting": "local t = {} for i = 1, 5e4 do t[i] = {} end while true do collectgarbage() end",
    "loading": "local s = ('x=x+y '):rep(4e4) while true do loadstring(s) end",
}


@pytest.mark.parametrize("what", LONG)
def test_long_work_is_stopped(tier: Tier, what: str) -> None:
    vm = tier.make(cpu_ms=100)
    vm.load(f"function go() {LONG[what]} end".encode(), "p/init.lua")
    started = time.perf_counter()
    with pytest.raises(CpuBudgetError):
        vm.call("go")
    assert time.perf_counter() - started < 3


def test_a_position_far_outside_is_refused(tier: Tier) -> None:
    for position in ("-2e9", "'-2e9'", "1e10", "0/0"):
        source = f"return select(2, pcall(table.insert, {{}}, {position}, 1))"
        assert "outside of the table" in str(tier.make().load(source.encode(), "p/init.lua"))


def test_source_is_loaded_up_to_a_length(tier: Tier) -> None:
    source = b"""
        local long = "return '" .. ("x"):rep(262144) .. "'"
        local fn, why = loadstring(long)
        local again, reason = load(function() local s = long long = nil return s end)
        return {fn == nil and why, again == nil and reason, #loadstring("return '" .. ("x"):rep(262000) .. "'")()}
    """
    why, reason, length = tier.make(cpu_ms=5000).load(source, "p/init.lua")
    assert why == reason == "source of 262153 bytes is too long to be loaded at once; load at most 262144"
    assert length == 262000


ADDRESSES = """
    local t, f, c = {}, function() end, coroutine.create(function() end)
    local same = tostring(t) == tostring(t) and ("%s"):format(t) == tostring(t) and tostring(t) ~= tostring({})
    local texts = {tostring(t), tostring(f), tostring(c), tostring(print or pcall), ("%s"):format(f), ("%p"):format(t)}
    texts[#texts + 1] = ("%d%s"):format(1, c):sub(2)
    texts[#texts + 1] = ("%s%s%s%s%s"):format("", "", "", "", t)
    for _, text in ipairs(texts) do
        local number = text:match("^%a+: 0x(%x+)$") or text:match("^0x(%x+)$")
        same = same and number ~= nil and tonumber(number, 16) < 65536
    end
    return same and ("%p"):format(t) == tostring(t):match("0x%x+") and ("%p %5p"):format("text", 1) == "NULL NULL"
"""


def test_no_address_is_told(tier: Tier) -> None:
    assert tier.make().load(ADDRESSES.encode(), "p/init.lua") is True


def test_the_clock_is_coarse(tier: Tier) -> None:
    source = b"""
        for _ = 1, 2000 do
            local ms = os.clock() * 1000
            if math.abs(ms - math.floor(ms + 0.5)) > 1e-6 then return ms end
        end
        return os.clock() > 0
    """
    assert tier.make(cpu_ms=5000).load(source, "p/init.lua") is True
