"""Catalogue 33-40: the debug library, coroutines, and pretending to be another caller."""

from __future__ import annotations

import pytest
from tests.conftest import PluginFolder, run_in_host_thread
from tests.security.arena import HASTY, arena, denied, stopped

REACHED = """
    -- Every table and function that can be reached from the globals, through metatables and environments too.
    local seen, waiting = {}, { _G }
    local function note(value)
        local kind = type(value)
        if (kind == "table" or kind == "function" or kind == "userdata" or kind == "thread") and not seen[value] then
            seen[value] = true
            waiting[#waiting + 1] = value
        end
    end
    while #waiting > 0 do
        local value = table.remove(waiting)
        note(getmetatable(value))
        if type(value) == "table" then
            for key, item in next, value do
                note(key)
                note(item)
            end
        elseif type(value) == "function" then
            note(getfenv(value))
        elseif type(value) == "userdata" then
            return "a userdata"
        end
    end
"""

DENIED = {
    "item_33_the_registry": REACHED
    + """
        for value in pairs(seen) do
            -- lupa's registry holds light userdata and Python objects; the real globals hold themselves and no API.
            if type(value) == "table" and (rawget(value, "_LOADED") or rawget(value, "_PRELOAD")) then
                return "registry"
            elseif type(value) == "table" and rawget(value, "_G") == value and value ~= _G then
                return "other globals"
            end
        end
        return debug == nil and not pcall(function() return debug.getregistry() end)
    """,
    "item_34_upvalues_and_locals": """
        return debug == nil and not pcall(require, "debug") and getmetatable(print) == nil
            and not pcall(function() return debug.getupvalue(pcall, 1) end)
            and not pcall(function() return debug.upvaluejoin(pcall, 1, load, 1) end)
    """,
    "item_35_getinfo": "return debug == nil and not pcall(function() return debug.getinfo(1, 'f').func end)",
    "item_38_a_global_that_others_call": """
        -- The prelude and the others call what they kept, not what a plugin writes into its globals.
        local stolen
        local function thief(...) stolen = { ... } return ... end
        for _, name in ipairs({ "pcall", "error", "type", "tostring", "pairs", "next", "setmetatable", "rawget",
            "require", "print", "select", "unpack" }) do
            _G["kept_" .. name] = _G[name]
            _G[name] = thief
        end
        on_health, on_snapshot, on_migrate, on_settings = thief, thief, thief, thief
        kv.set("a", { x = 1 })
        local got = kv.get("a")
        log.info("x")
        imports.victim.greet("Eve")
        local handle = timers.after(1000, function() end)
        handle:cancel()
        return stolen == nil and got.x == 1
    """,
    "item_40_the_compiler": """
        return jit == nil and not pcall(function() jit.on() end) and not pcall(require, "jit.util")
            and not pcall(require, "jit.opt")
    """,
}


@pytest.mark.parametrize("item", DENIED)
def test_denied(folder: PluginFolder, tier: str, item: str) -> None:
    denied(folder, tier, DENIED[item])


CALLERS = {
    "coroutine": "coroutine.wrap(function() {call} end)()",
    "coroutine in a coroutine": "coroutine.wrap(function() coroutine.wrap(function() {call} end)() end)()",
    "resumed later": "local c = coroutine.create(function() coroutine.yield() {call} end) "
    "coroutine.resume(c) coroutine.resume(c)",
    "inside a metamethod": "local _ = setmetatable({{}}, {{__index = function() {call} end}}).x",
    "inside a sort": "table.sort({{2, 1}}, function(a, b) {call} return a < b end)",
    "inside gsub": "(('x'):gsub('x', function() {call} end))",
    "by a loaded chunk": "load([[{call}]], '@victim/init.lua')()",
    "by a chunk that says it is the prelude": "load([[{call}]], '=tibicen/entries')()",
    "tail call": "(function() return (function() {call} end)() end)()",
    "pcall": "pcall(pcall, pcall, function() {call} end)",
    "xpcall handler": "xpcall(error, function() {call} end)",
    "emptied environment": "setfenv(function() {call} end, setmetatable({{}}, {{__index = _G}}))()",
}


@pytest.mark.parametrize("way", CALLERS)
def test_item_36_and_37_who_calls_is_the_room_not_the_stack(folder: PluginFolder, tier: str, way: str) -> None:
    """The host knows a caller by the closure that was given to its plugin; no stack trick changes that."""
    folder.plugin("victim2", "kv.set('who', 'victim2') exports.f = function(g) return 1 end", f"tier: {tier}\n")
    call = "kv.set('who', 'evil') exports.mark = function() return 'evil' end"
    code = CALLERS[way].format(call=call)
    code = (
        code
        if code.startswith(("local", "coroutine", "table", "pcall", "xpcall", "load", "setf"))
        else f"local _ = {code}"
    )

    async def scenario() -> None:
        async with arena(folder, tier, code + " return true") as made:
            assert made.attempt().value is True
            store = made.running.host.kv
            assert (store.namespace("evil").get("who"), store.namespace("victim2").get("who")) == (
                b"\xa4evil",
                b"\xa7victim2",
            )
            assert made.running.export("evil", "mark") == "evil"
            owns = made.running.info("victim")["owns"]
            assert owns["export"] == 4, "nothing was registered in another's name"

    run_in_host_thread(scenario)


@pytest.mark.parametrize("item", ["item_36_coroutine_fakes_the_caller", "item_37_tail_call_fakes_the_caller"])
def test_environment_of_the_caller(folder: PluginFolder, tier: str, item: str) -> None:
    """getfenv and setfenv by level reach no frame of the prelude or the host, whatever lies between."""
    wrap = (
        "coroutine.wrap(function() {0} end)()"
        if "coroutine" in item
        else "(function() return (function() {0} end)() end)()"
    )
    probe = """
        for level = 1, 30 do
            local ok, env = pcall(getfenv, level)
            if ok and env ~= _G then found = "getfenv " .. level end
            local done, fn = pcall(setfenv, level, _G)
            if done and getfenv(fn) ~= _G then found = "setfenv " .. level end
        end
    """
    denied(folder, tier, f"found = nil local _ = {wrap.format(probe)} return found == nil or found")


def test_item_39_the_watchdog_can_not_be_cleared(folder: PluginFolder, tier: str) -> None:
    code = """
        pcall(function() debug.sethook() end)
        coroutine.wrap(function() pcall(function() debug.sethook() end) end)()
        pcall(function() jit.on(true, true) end)
        while true do end
    """
    stopped(folder, tier, code, "CpuBudgetError", manifest=HASTY)
