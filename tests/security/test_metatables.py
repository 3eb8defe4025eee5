"""Catalogue 24-32: metatables and tables that are more than one plugin's."""

from __future__ import annotations

import pytest
from tests.conftest import PluginFolder, run_in_host_thread
from tests.security.arena import HASTY, arena, denied, stopped

DENIED = {
    "item_24_string_metatable": """
        local ok = pcall(function() getmetatable("").__index = function() return "poison" end end)
        local also = pcall(function() getmetatable("").__concat = function() return "poison" end end)
        local set = pcall(setmetatable, "", {})
        return getmetatable("") == "protected" and not ok and not also and not set and not pcall(rawset, "", "x", 1)
    """,
    "item_25_metatables_of_basic_types": """
        local values = { nil, 5, true, function() end, coroutine.create(function() end), "text" }
        for index = 1, 6 do
            local value = values[index]
            if pcall(setmetatable, value, { __index = function() return "poison" end }) then return index end
            if index ~= 6 and getmetatable(value) ~= nil then return -index end
        end
        return debug == nil
    """,
    "item_27_no_finalisers": """
        local ran = false
        local t = setmetatable({}, { __gc = function() ran = true while true do end end })
        t = nil
        for _ = 1, 5 do collectgarbage() end
        return newproxy == nil and not ran
    """,
    "item_28_no_endless_finalisers": """
        for _ = 1, 1000 do setmetatable({}, { __gc = function() while true do end end, __mode = "kv" }) end
        collectgarbage()
        collectgarbage("step")
        return true
    """,
    "item_29_metatable_of_the_globals": """
        local seen = {}
        setmetatable(_G, {
            __index = function(_, name) seen[#seen + 1] = name return nil end,
            __newindex = function(t, name, value) seen[#seen + 1] = name rawset(t, name, value) end,
        })
        log.info("the host works meanwhile")
        kv.set("a", { 1, 2 })
        local got = kv.get("a")
        local text = json.encode({ a = 1 })
        local none = exports.nothing
        setmetatable(_G, nil)
        return #seen == 0 and got[2] == 2 and text == '{"a":1}' and none == nil
    """,
    "item_31_metatable_spoofing_and_rawset": """
        for name, proxy in pairs({ exports = exports, imports = imports, settings = settings }) do
            if pcall(setmetatable, proxy, {}) then return "setmetatable " .. name end
            if type(getmetatable(proxy)) == "table" then return "getmetatable " .. name end
        end
        -- What rawset writes is in this plugin's own view only; the host's side is untouched.
        rawset(exports, "smuggled", function() end)
        rawset(settings, "greeting", "mine")
        rawset(imports, "victim", { greet = function() return "not the victim" end })
        if exports.smuggled == nil then return "rawset does not work at all" end
        local spoofed = setmetatable({}, { __metatable = "array", __index = function() error("asked") end })
        if json.encode(spoofed) ~= "[]" and json.encode(spoofed) ~= "{}" then return json.encode(spoofed) end
        rawset(imports, "victim", nil)
        return imports.evil.smuggled == nil and imports.victim.greet("Eve") == "Hello Eve"
    """,
}


@pytest.mark.parametrize("item", DENIED)
def test_denied(folder: PluginFolder, tier: str, item: str) -> None:
    denied(folder, tier, DENIED[item])


def test_item_26_overwritten_library_functions(folder: PluginFolder, tier: str) -> None:
    """Whatever a plugin does to its libraries is seen by nobody else: the arena compares what the victim finds."""
    code = """
        for _, name in ipairs({ "string", "table", "math", "os", "coroutine", "bit", "json", "log", "kv", "bus" }) do
            for key in pairs(_G[name]) do _G[name][key] = function() return "poison" end end
            _G[name].extra = "poison"
        end
        local globals = _G
        for key in pairs(globals) do globals[key] = nil end
        return true
    """
    denied(folder, tier, code, before="local collectgarbage = collectgarbage")


HOSTILE = {
    "tostring loops": ("log.info(setmetatable({}, {__tostring = function() while true do end end}))", "CpuBudgetError"),
    "tostring raises": ("log.info(setmetatable({}, {__tostring = function() error('x') end}))", "HandlerError"),
    "tostring gives no text": ("log.info(setmetatable({}, {__tostring = function() return {} end}))", "HandlerError"),
    "concat loops": (
        "log.info('x' .. setmetatable({}, {__concat = function() while true do end end}))",
        "CpuBudgetError",
    ),
    "error object": ("error(setmetatable({}, {__tostring = function() while true do end end}))", "HandlerError"),
    "error object with eq": (
        "error(setmetatable({}, {__eq = function() while true do end end, __metatable = {}}))",
        "HandlerError",
    ),
    "error object with index": (
        "error(setmetatable({}, {__index = function() while true do end end, __metatable = false}))",
        "HandlerError",
    ),
    "lt in a sort": (
        "local m = {__lt = function() while true do end end} "
        "table.sort({setmetatable({}, m), setmetatable({}, m), setmetatable({}, m)})",
        "CpuBudgetError",
    ),
    "eq": (
        "local m = {__eq = function() while true do end end} return setmetatable({}, m) == setmetatable({}, m)",
        "CpuBudgetError",
    ),
    "call": ("local c = setmetatable({}, {__call = function() while true do end end}) c()", "CpuBudgetError"),
    "index chain": (
        "local t = {} for _ = 1, 200 do t = setmetatable({}, {__index = t}) end return t.x.y",
        "HandlerError",
    ),
    "ring of indexes": (
        "local a, b = {}, {} setmetatable(a, {__index = b}) setmetatable(b, {__index = a}) return a.x",
        "HandlerError",
    ),
    "options with index": (
        "hooks.on('player.login', function() end, setmetatable({}, {__index = function() while true do end end}))",
        "CpuBudgetError",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_item_30_metamethods_that_raise_or_loop(folder: PluginFolder, tier: str, what: str) -> None:
    code, kind = HOSTILE[what]
    stopped(folder, tier, code, kind, manifest=HASTY)


CROSSING = {
    "result": "return setmetatable({1, 2, 3}, bombs)",
    "map": "return setmetatable({a = setmetatable({}, bombs)}, bombs)",
    "kv": "kv.set('k', setmetatable({1, 2}, bombs)) return kv.get('k')",
    "json": "return json.encode(setmetatable({1, 2}, bombs))",
    "bus": "bus.publish('a.b', setmetatable({1, 2}, bombs)) return true",
    "imports": "return imports.victim.greet(setmetatable({1, 2}, bombs)):sub(1, 5)",
}


@pytest.mark.parametrize("way", CROSSING)
def test_item_30_metamethods_do_not_run_while_values_cross(folder: PluginFolder, tier: str, way: str) -> None:
    before = """
        local function bomb() asked = true while true do end end
        bombs = {}
        for _, name in ipairs({ "__index", "__newindex", "__len", "__pairs", "__ipairs", "__tostring", "__eq", "__lt",
            "__call", "__concat", "__unm", "__gc" }) do
            bombs[name] = bomb
        end
        bombs.__metatable = "no metatable"
    """
    code = f"local got = (function() {CROSSING[way]} end)() return asked == nil and got ~= nil"
    denied(folder, tier, code, before=before, manifest=HASTY)


def test_item_32_an_exported_table_is_a_copy(folder: PluginFolder, tier: str) -> None:
    """What an export hands over is nobody's but the receiver's."""
    folder.plugin(
        "giver",
        "local shared = { price = 1, list = { 1, 2 } } exports.get = function() return shared end",
        f"tier: {tier}\nbudget: {{cpu_ms: 500, cpu_ms_per_second: 0, memory_mb: 16}}\n",
    )
    code = """
        local got = imports.giver.get()
        got.price = 0
        got.list[1] = "poison"
        setmetatable(got, { __index = function() return "poison" end, __newindex = function() end })
        setmetatable(got.list, { __index = function() return "poison" end })
        local again = imports.giver.get()
        return again.price == 1 and again.list[1] == 1 and getmetatable(again) == nil and again.other == nil
    """

    async def scenario() -> None:
        async with arena(folder, tier, code) as made:
            assert made.attempt().value is True
            assert made.running.export("giver", "get") == {"price": 1, "list": [1, 2]}

    run_in_host_thread(scenario)
