"""Catalogue 63-80: time, memory, stack, storage and attention."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from tests.conftest import PluginFolder, run_in_host_thread
from tests.security.arena import HASTY, LOGIN, PATIENT, Arena, arena, denied, stopped

from tibicen.config import StrikesConfig
from tibicen.errors import BudgetError

pytestmark = pytest.mark.alone

SECONDS = 10.0
"""Generous: what is stopped takes 0.1 s, what is not would go on for minutes."""

LOOPS = {
    "item_63_endless_loop": "while true do end",
    "item_63_endless_repeat": "local x = 0 repeat x = x + 1 until x < 0",
    "item_63_endless_goto": "::again:: goto again",
    "item_63_endless_for": "for _ = 1, math.huge do end",
    "item_63_endless_tail_calls": "local function f() return f() end return f()",
    "item_63_many_short_functions": "local function f(x) return x end while true do f(1) f(2) f(3) end",
    "item_63_hot_loop_first": "local s = 0 for i = 1, 1e6 do s = s + i end while true do s = s + 1 end",
    "item_64_in_pcall": "while true do pcall(function() while true do end end) end",
    "item_64_in_nested_pcalls": "while true do pcall(pcall, pcall, function() while true do end end) end",
    "item_64_in_xpcall": "while true do xpcall(function() while true do end end, function() end) end",
    "item_64_in_an_xpcall_handler": "while true do xpcall(error, function() while true do end end) end",
    "item_64_in_a_handler_of_a_handler": """
        while true do xpcall(error, function() xpcall(error, function() while true do end end) end) end
    """,
    "item_64_in_a_coroutine": "while true do coroutine.wrap(function() while true do end end)() end",
    "item_64_in_resume": "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
    "item_64_in_nested_coroutines": """
        local function deep(n) if n == 0 then while true do end end coroutine.wrap(deep)(n - 1) end
        while true do pcall(deep, 20) end
    """,
    "item_64_coroutine_ping_pong": """
        local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end
    """,
    "item_64_in_metamethods": """
        local t = setmetatable({}, { __index = function() while true do end end, __newindex = function()
            while true do end end })
        while true do pcall(function() return t.x end) pcall(function() t.x = 1 end) end
    """,
    "item_64_in_arithmetic": """
        local t = setmetatable({}, { __add = function() while true do end end }) while true do
        pcall(function() return t + 1 end) end
    """,
    "item_64_in_a_sort_comparator": """
        while true do pcall(table.sort, { 3, 2, 1 }, function() while true do end end) end
    """,
    "item_64_in_a_gsub_callback": "while true do pcall(string.gsub, 'x', 'x', function() while true do end end) end",
    "item_64_in_a_gmatch_loop": "while true do for _ in ('xxx'):gmatch('x') do end end",
    "item_64_in_a_load_reader": "while true do pcall(load, function() while true do end end) end",
    "item_64_in_a_loadstring_reader": "while true do pcall(loadstring, function() while true do end end, 'x') end",
    "item_64_in_tostring": """
        local t = setmetatable({}, { __tostring = function() while true do end end }) while true do
        pcall(tostring, t) end
    """,
    "item_64_in_a_require": "while true do pcall(require, 'endless') end",
    "item_64_in_a_call_of_itself": "while true do pcall(imports.evil.spin) end",
    "item_64_in_the_reload_of_a_table": """
        local t = {} for i = 1, 100 do t[i] = i end while true do for _ in pairs(t) do end end
    """,
}


@pytest.mark.parametrize("item", LOOPS)
def test_stopped(folder: PluginFolder, tier: str, item: str) -> None:
    folder.write("evil/endless.lua", "while true do end")
    started = time.monotonic()
    stopped(folder, tier, LOOPS[item], "CpuBudgetError", before="exports.spin = function() while true do end end")
    assert time.monotonic() - started < SECONDS


@pytest.mark.parametrize(
    "place", ["load", "hook", "timer", "subscription", "snapshot", "migrate", "health", "settings"]
)
def test_item_63_wherever_the_host_calls(folder: PluginFolder, tier: str, place: str) -> None:
    """The budget is armed at every door: what loops is stopped, counted as a strike or a refusal, and reported."""
    loop = "while true do end"
    code = {
        "load": loop,
        "hook": f"hooks.on('player.logout', function() {loop} end)",
        "timer": f"timers.after(1, function() {loop} end)",
        "subscription": f"bus.subscribe('go.on', function() {loop} end)",
        "snapshot": f"function on_snapshot() {loop} end",
        "migrate": f"function on_migrate() {loop} end",
        "health": f"function on_health() {loop} end",
        "settings": f"function on_settings() {loop} end",
    }[place]

    async def scenario() -> None:
        async with arena(folder, tier, manifest=HASTY + "settings: {x: {type: integer, default: 1}}\n") as made:
            host, evil = made.running.host, folder.path / "evil"
            folder.write("evil/init.lua", code)
            reports = made.running.save(evil)
            if place in ("load", "migrate", "health"):
                assert [report.ok for report in reports] == [False]
                assert made.attempt().value is True, "the old version serves"
                return
            assert [report.ok for report in reports] == [True]
            if place == "snapshot":
                (report,) = made.running.save(evil)
                assert (report.ok, report.kept) == (False, ["evil"])
                assert "CPU budget" in str(report.problems[0])
            elif place == "settings":
                generation = host.plugins.active("evil")
                assert generation is not None
                runtime: Any = generation.runtime
                runtime.settings_changed({"x": 2})
            elif place == "hook":
                host.emit("player.logout", LOGIN)
            elif place == "subscription":
                host.subjects.publish("go.on", None)
            if place != "snapshot":
                await made.running.until(lambda: made.running.info("evil")["strikes"])
                assert [strike["kind"] for strike in made.running.info("evil")["strikes"]] == ["cpu"]
            # The arena's own check of evil's VM needs its exports back.
            folder.write("evil/init.lua", "exports.rest = function() return 1 end function on_snapshot() end")
            assert host.plugins.reload("evil", discard_state=True).ok

    run_in_host_thread(scenario)


PATTERNS = {
    "item_65_find": "return (('a'):rep(32)):find(('a?'):rep(32) .. ('a'):rep(32))",
    "item_65_match": "return (('a'):rep(40)):match(('a*'):rep(40) .. 'b')",
    "item_65_gsub": "return (('a'):rep(40)):gsub(('a*'):rep(40) .. 'b', '')",
    "item_65_gmatch": "for _ in (('a'):rep(40)):gmatch(('a*'):rep(40) .. 'b') do end",
    "item_65_by_the_library": "return string.find(('a'):rep(40), ('a*'):rep(40) .. 'b')",
    "item_66_lazy_quantifiers": "return (('x'):rep(30000)):find(('.-'):rep(20) .. 'y')",
    "item_66_greedy_quantifiers": "return (('x'):rep(30000)):find(('.*'):rep(20) .. 'y')",
    "item_66_balance": "return (('('):rep(200000)):find('%b()')",
    "item_66_frontier_and_captures": "return (('ab '):rep(20000)):find(('(%w-)%f[%W].-'):rep(9) .. '%1z')",
    "item_66_in_pcall": "while true do pcall(string.find, ('x'):rep(30000), ('.-'):rep(20) .. 'y') end",
}


@pytest.mark.parametrize("item", PATTERNS)
def test_patterns_are_stopped(folder: PluginFolder, tier: str, item: str) -> None:
    """By the budget, or refused as too costly; never minutes of silence."""
    started = time.monotonic()
    stopped(folder, tier, PATTERNS[item], "CpuBudgetError", "HandlerError")
    assert time.monotonic() - started < SECONDS


BOMBS = {
    "item_67_string_rep": "return #('x'):rep(1e9)",
    "item_67_string_doubling": "local s = 'x' while true do s = s .. s end",
    "item_68_table_bomb": "local t = {} while true do t[#t + 1] = {} end",
    "item_68_hash_bomb": "local t = {} for i = 1, math.huge do t['k' .. i] = i end",
    "item_68_closure_bomb": "local t = {} while true do t[#t + 1] = function() return t end end",
    "item_68_kept_in_a_global": "kept = {} while true do kept[#kept + 1] = ('x'):rep(1e5) .. #kept end",
    "item_69_caught_and_on": """
        local t = {}
        while true do pcall(function() while true do t[#t + 1] = ('x'):rep(1e5) .. #t end end) end
    """,
    "item_70_recursive_wrap": "local function f() return coroutine.wrap(function() return f() end)() end return f()",
    "item_70_recursive_wrap_in_pcall": """
        local function f() pcall(coroutine.wrap(f)) pcall(coroutine.wrap(f)) end while true do pcall(f) end
    """,
    "item_71_recursive_gsub": "local function f() return (('x'):gsub('x', f)) end return f()",
    "item_71_recursive_sort": "local function f() table.sort({ 2, 1 }, f) end return f()",
    "item_71_recursive_metamethods": """
        local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k .. 'x'] end
        return t.x
    """,
    "item_71_recursive_tostring": """
        local t t = setmetatable({}, { __tostring = function() return tostring(t) end }) return tostring(t)
    """,
    "item_71_recursive_pcall": "local function f() return pcall(f) end f() error('it ended')",
    "item_72_mutual_recursion": "return imports.evil.again()",
    "item_73_parser_nesting": "return assert(load('return ' .. ('('):rep(100000) .. '1' .. (')'):rep(100000)))()",
    "item_73_parser_tables": "return assert(load('return ' .. ('{'):rep(100000) .. ('}'):rep(100000)))()",
    "item_73_parser_functions": "return assert(load(('function() '):rep(100000)))()",
    "item_74_concat": "local t = {} for i = 1, 3000 do t[i] = ('x'):rep(1e5) end return #table.concat(t)",
    "item_74_unpack": "return unpack({}, 1, 1e8)",
    "item_74_unpack_far": "return select('#', unpack({}, 2147483640, 2147483647)) + #unpack({}, 1, 1e7)",
    "item_74_format": "return #string.format(('%99.99f'):rep(1e6), 1)",
    "item_74_byte": "return select('#', string.byte(('x'):rep(1e7), 1, -1))",
    "item_75_coroutines": """
        local t = {} for i = 1, 1e6 do t[i] = coroutine.create(function() end) coroutine.resume(t[i]) end
        return 1
    """,
}


@pytest.mark.parametrize("item", BOMBS)
def test_bombs_are_contained(folder: PluginFolder, tier: str, item: str) -> None:
    """An error of one kind or another, in seconds; what was asked for is given back."""
    started = time.monotonic()
    kinds = ("MemoryBudgetError", "CpuBudgetError", "HandlerError")
    before = "exports.again = function() return imports.evil.again() end"
    stopped(folder, tier, BOMBS[item], *kinds, before=before)
    assert time.monotonic() - started < 2 * SECONDS


def test_item_69_what_is_kept_after_it_is_the_plugins_own_trouble(folder: PluginFolder) -> None:
    """In a VM of its own: at its quota a plugin fails and fails, and nobody else does; letting go mends it."""
    before = """
        kept = {}
        exports.fill = function() while true do kept[#kept + 1] = ("x"):rep(1e5) .. #kept end end
        exports.drop = function() kept = {} collectgarbage() return true end
    """

    async def scenario() -> None:
        async with arena(folder, "contained", before=before, strikes=StrikesConfig(limit=0)) as made:
            for _ in range(3):
                outcome = made.attempt(name="fill")
                assert isinstance(outcome.error, BudgetError), outcome
                made.running.host.emit("player.login", LOGIN)
                made._logins += 1
            assert made.attempt(name="drop").value is True

    run_in_host_thread(scenario)


def test_item_76_the_collector_can_not_be_stopped(folder: PluginFolder, tier: str) -> None:
    code = """
        for _, option in ipairs({ "stop", "restart", "setpause", "setstepmul", "isrunning", "generational", 1, {} }) do
            if pcall(collectgarbage, option) or pcall(collectgarbage, option, 0) then return tostring(option) end
        end
        return collectgarbage("count") > 0
    """
    denied(folder, tier, code, manifest=PATIENT)


def test_item_77_hash_collisions(folder: PluginFolder, tier: str) -> None:
    """Long strings that differ only where a sparse hash does not look: done, or stopped by the budget."""
    code = """
        local t, head, tail = {}, ("x"):rep(30), ("y"):rep(30)
        for i = 1, 60000 do t[head .. string.char(i % 256, math.floor(i / 256)) .. tail] = i end
        return true
    """

    async def scenario() -> None:
        async with arena(
            folder, tier, code, manifest="budget: {cpu_ms: 2000, cpu_ms_per_second: 0, memory_mb: 64}\n"
        ) as made:
            started = time.monotonic()
            outcome = made.attempt()
            assert outcome.value is True or isinstance(outcome.error, BudgetError), outcome
            assert time.monotonic() - started < SECONDS

    run_in_host_thread(scenario)


STORMS = {
    "item_78_events": "for i = 1, 1e7 do bus.publish('storm.x', i) end",
    "item_78_events_with_large_data": "for i = 1, 1e7 do bus.publish('storm.x', ('x'):rep(1e6) .. i) end",
    "item_78_subjects": "for i = 1, 1e7 do bus.publish('storm.' .. i .. ('x'):rep(1e5), 1) end",
    "item_78_timers": "for i = 1, 1e7 do timers.every(1, function() end) end",
    "item_78_subscriptions": "for i = 1, 1e6 do bus.subscribe('storm.' .. i .. '.*', function() end) end",
    "item_78_hooks": "for i = 1, 1e6 do hooks.on('player.logout', function() end) end",
    "item_78_exports": "for i = 1, 1e6 do exports['e' .. i] = function() end end",
    "item_78_state": "for i = 1, 1e6 do kv.set('k' .. i, ('x'):rep(1e6)) end",
    "item_79_log": "for i = 1, 1e7 do log.info('line ' .. i) end",
    "item_79_long_log_lines": "for i = 1, 1e7 do log.info(('x'):rep(1e6)) end",
    "item_79_disk_quota": "for i = 1, 1e6 do kv.set('k' .. i % 10, ('x'):rep(1e6)) end",
}


@pytest.mark.parametrize("item", STORMS)
def test_storms_are_stopped(folder: PluginFolder, tier: str, item: str) -> None:
    """By the CPU budget or a quota, inside one call; and again in the next: what is registered stays bounded."""

    async def scenario() -> None:
        # With the share of each second in force, which the others do without, for not being about it.
        # A call that waits for a processor before its first look at the clock is stopped too, so it is not small.
        manifest = "budget: {cpu_ms: 250, memory_mb: 16}\n"
        async with arena(folder, tier, STORMS[item], manifest=manifest, strikes=StrikesConfig(limit=0)) as made:
            started = time.monotonic()
            for _ in range(3):
                outcome = made.attempt()
                kinds = ("CpuBudgetError", "CpuShareError", "MemoryBudgetError", "HandlerError", "CrashError")
                assert outcome.kind in kinds[: 5 if tier == "isolated" else 4], outcome
            await responsive(made)
            evil = made.running.info("evil")
            owns = sum(evil["owns"].values())
            assert owns < 30_000, f"it holds {owns} registrations"
            assert time.monotonic() - started < 2 * SECONDS
            made.running.host.plugins.unload("evil")

    run_in_host_thread(scenario)


async def responsive(made: Arena, turns: int = 20) -> None:
    """The loop gets round, and what waits on it is done."""
    ticks = made._victim("ticks")
    await made.running.until(lambda: made._victim("ticks") > ticks + turns)


def test_item_78_slow_deliveries_leave_the_loop_its_turns(folder: PluginFolder, tier: str) -> None:
    """Many messages whose listener needs most of its budget for each: others get their turn in between."""
    before = "bus.subscribe('slow', function() local t = os.clock() while os.clock() - t < 0.03 do end end)"
    code = "for _ = 1, 300 do bus.publish('slow') end return true"

    async def scenario() -> None:
        async with arena(folder, tier, code, before=before, manifest=PATIENT, strikes=StrikesConfig(limit=0)) as made:
            assert made.attempt().value is True
            started = time.monotonic()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert time.monotonic() - started < 5, "the loop was held for all the messages at once"
            made.running.host.plugins.unload("evil")

    run_in_host_thread(scenario)


def test_item_78_state_values_are_bounded(folder: PluginFolder, tier: str) -> None:
    code = """
        local ok, why = pcall(kv.set, "big", ("x"):rep(3e6) .. ("y"):rep(3e6))
        local rounds = 0
        while pcall(kv.set, "k" .. rounds, ("x"):rep(1e6)) and rounds < 100 do rounds = rounds + 1 end
        return rounds < 20
    """
    denied(folder, tier, code, manifest="budget: {cpu_ms: 5000, cpu_ms_per_second: 0, memory_mb: 64}\n")


def test_item_80_addresses_and_clocks(folder: PluginFolder, tier: str) -> None:
    """A plugin sees no address of the host's own functions, and no clock finer than a microsecond.

    Tables, functions and coroutines of its own print as addresses, as in any Lua; the threat model says so.
    """
    code = """
        local finest = 1
        for _ = 1, 1000 do
            local a = os.clock()
            local b = os.clock()
            if b > a then finest = math.min(finest, b - a) end
        end
        return finest >= 0.9e-6 and python == nil and debug == nil
    """
    denied(folder, tier, code)
