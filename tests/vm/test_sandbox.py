"""What is out of a plugin's reach (the full catalogue of escapes is the containment suite's)."""

from __future__ import annotations

import pytest
from tests.vm.tier import Tier

from tibicen.errors import LoadError
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
