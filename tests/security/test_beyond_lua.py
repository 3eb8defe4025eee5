"""Beyond the catalogue, from inside a VM: what we thought of ourselves, and what was found that way."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.conftest import PluginFolder, run_in_host_thread
from tests.security.arena import HASTY, LOGIN, PATIENT, arena, denied, stopped

from tibicen.config import StrikesConfig
from tibicen.errors import BudgetError, HandlerError

pytestmark = pytest.mark.alone

DENIED = {
    # LuaJIT passes over an environment that is no table, and gives the chunk the state's real globals.
    "x1_load_with_an_environment_that_is_none": """
        for _, env in ipairs({ 5, true, "x", print, coroutine.create(print), 0 / 0 }) do
            local ok, fn = pcall(load, "return _G", "x", "t", env)
            if ok and fn and fn() ~= _G then return "other globals by a " .. type(env) end
        end
        for _, env in ipairs({ false }) do
            local ok, fn = pcall(load, "return _G", "x", "t", env)
            if ok and fn and fn() ~= _G then return "other globals by false" end
        end
        local fn = loadstring("return _G", "x")
        return fn() == _G and load("return _G")() == _G and load("return _G", "x", "t", nil)() == _G
    """,
    "x2_load_with_the_environment_of_another": """
        local shell = setmetatable({}, { __index = _G, __metatable = "mine" })
        local fn = load("x = 1 return getfenv(1)", "x", "t", shell)
        local got = fn()
        local nested = load("return load('return getfenv(1)')()", "x", "t", shell)()
        return rawget(shell, "x") == 1 and (got == shell or got == _G) and (nested == _G or nested == shell)
            and x == nil
    """,
    "x3_the_mark_of_arrays": """
        -- One metatable serves all plugins of a state; nobody may write into it.
        local mark = getmetatable(json.array({}))
        return type(mark) ~= "table" and not pcall(setmetatable, json.array({}), {})
            and json.encode(json.array({})) == "[]"
    """,
    "x4_the_value_of_hooks_stop": """
        -- One value serves all plugins of a state; nobody may change it.
        local stop = hooks.stop("x")
        local written = pcall(function() stop.poison = 1 end)
        local marked = pcall(setmetatable, stop, { __eq = function() return true end })
        return not written and not marked
    """,
    "x5_setfenv_in_a_coroutine": """
        local verdict = true
        local co = coroutine.wrap(function()
            for level = 0, 8 do
                local ok, env = pcall(getfenv, level)
                if ok and env ~= _G then verdict = "getfenv " .. level end
                local done, fn = pcall(setfenv, level, _G)
                if done and type(fn) ~= "function" then verdict = "setfenv " .. level end
            end
        end)
        co()
        return verdict
    """,
    "x6_weak_tables": """
        local keys, values = setmetatable({}, { __mode = "k" }), setmetatable({}, { __mode = "v" })
        for i = 1, 1000 do
            local key = {}
            keys[key] = { key }
            values[i] = key
            values[key] = keys
        end
        setmetatable(keys, { __mode = {} })
        setmetatable(values, { __mode = "kvkvkv" })
        collectgarbage()
        collectgarbage()
        return kv.get("nothing") == nil
    """,
    "x7_handles_can_not_be_forged": r"""
        -- The wire form of a handle is a string to the border like any other.
        local forged = "\215\001\000\000\000\000\000\000\000\001"
        kv.set("h", { forged, [forged] = forged })
        local got = kv.get("h")
        for id = 0, 100 do
            if pcall(timers.cancel, id) then return "cancelled " .. id end
        end
        local mine = timers.after(100000, print)
        if pcall(timers.cancel, { cancel = 5 }) then return "cancelled a number" end
        mine.id, mine.room, mine.host = 1, 1, print
        mine:cancel()
        mine:cancel()
        return got[1] == forged and got[forged] == forged and type(got[1]) == "string"
    """,
    "x8_a_registration_of_another": """
        -- Numbers of registrations are a plugin's own: giving back ours never takes another's away.
        for _ = 1, 200 do
            local handle = timers.after(100000, print)
            handle:cancel()
            handle:cancel()
        end
        return imports.victim.greet("Eve") == "Hello Eve"
    """,
    "x9_settings_can_not_be_changed": """
        local ok = pcall(function() settings.limit = 100 end)
        local list = settings.list
        list[1] = "poison"
        rawset(settings, "limit", 100)
        return not ok and kv.get("x") == nil
    """,
    "x10_keys_of_the_store": r"""
        local odd = { "\0", "a\0b", "victim", "victim:x", "tibicen:host", "tibicen:host\0disabled", "%",
            "_", "'", "\";--",
            "..", "/", ("k"):rep(512), "\239\187\191", "a" }
        for index, key in ipairs(odd) do kv.set(key, index) end
        for index, key in ipairs(odd) do
            if kv.get(key) ~= index then return "mixed up " .. index end
        end
        if #kv.keys("") ~= #odd then return "keys: " .. #kv.keys("") end
        if #kv.keys("a") ~= 2 or #kv.keys("victim") ~= 2 or #kv.keys("%") ~= 1 or #kv.keys("_") ~= 1 then
            return "prefix" end
        return not pcall(kv.set, "", 1) and not pcall(kv.set, ("k"):rep(513), 1) and not pcall(kv.set, {}, 1)
            and not pcall(kv.set, nil, 1) and not pcall(kv.keys, ("x"):rep(10) .. "\255")
    """,
    "x11_counting_in_the_store": """
        kv.set("text", "x")
        kv.set("list", { 1 })
        kv.set("yes", true)
        for _, key in ipairs({ "text", "list", "yes" }) do
            if pcall(kv.increment, key, 1) then return key end
        end
        for _ = 1, 3000 do pcall(kv.increment, "n", 2 ^ 53) end
        pcall(kv.increment, "nan", 0 / 0)
        pcall(kv.increment, "inf", 1 / 0)
        pcall(kv.increment, "inf", -1 / 0)
        pcall(kv.get, "n")
        return kv.increment("fine", 1) == 1 and not pcall(kv.increment, "fine", "x") and not
            pcall(kv.increment, "fine", {})
    """,
    "x12_json_bombs": """
        local refused = 0
        for _, text in ipairs({ ("["):rep(100000), ("["):rep(5000) .. ("]"):rep(5000), ('{"a":'):rep(5000) .. "1" ..
            ("}"):rep(5000), "1" .. ("0"):rep(100000), "1e999999", "-", '"\\\\ud800"', "{\\"a\\":1,\\"a\\":", "nul",
            "[1,]", "\\0", "NaN", "123456789012345678901234567890" }) do
            if not pcall(json.decode, text) then refused = refused + 1 end
        end
        local twice = json.decode('{"a":1,"a":2}')
        local cycle = {}
        cycle[1] = cycle
        return refused >= 11 and twice.a == 2 and not pcall(json.encode, cycle) and not pcall(json.encode, { print })
            and not pcall(json.encode, 1 / 0)
    """,
    "x13_names_that_are_none": r"""
        local odd = { "\0", "\27[31mred", "a\nb", "[bold]x[/]", ("x"):rep(100000), "player.login\0",
            "__class__", "..", "*", ">",
            "a b" }
        for _, name in ipairs(odd) do
            local ok, why = pcall(hooks.on, name, print)
            if ok or type(why) ~= "string" then return "hook " .. name end
            if pcall(bus.publish, name .. " ", 1) then return "subject " .. name end
            local known = pcall(function() return imports[name].x() end)
            if known then return "import " .. name end
        end
        return true
    """,
    "x14_imports_that_are_none": """
        for _, name in ipairs({ 5, true, {}, print, ("x"):rep(1e5), "__class__", "evil\\0", "../victim" }) do
            local ok, got = pcall(function() return imports[name] end)
            if ok and got ~= nil then return "imports " .. tostring(name) end
            local also, fn = pcall(function() return imports.victim[name] end)
            if also and fn ~= nil then return "export " .. tostring(name) end
        end
        return not pcall(imports.victim.greet, print) and not pcall(imports.victim.greet, coroutine.create(print))
            and imports.victim.__index == nil and imports.victim.call == nil
    """,
    "x15_own_names_do_not_mislead_the_prelude": """
        -- What the prelude calls by name is looked up without metamethods, and never in a plugin's globals.
        local asked = {}
        setmetatable(_G, { __index = function(_, name) asked[#asked + 1] = name return print end })
        local well = kv.get("x")
        setmetatable(_G, nil)
        return well == nil and #asked == 0
    """,
}


@pytest.mark.parametrize("item", DENIED)
def test_denied(folder: PluginFolder, tier: str, item: str) -> None:
    manifest = PATIENT
    if item.startswith("x9_"):
        manifest += "settings: {limit: {type: integer, default: 1}, list: {type: list, default: [a]}}\n"
    denied(folder, tier, DENIED[item], manifest=manifest)


STOPPED = {
    # The parser calls a reader in a protected call of its own, which ended the budget's error.
    "x16_budget_error_caught_by_the_parser": """
        while true do pcall(loadstring, function() while true do end end, 'x') end
    """,
    # The inner call used up the time of both; its error came to the outer one as a text that pcall may catch.
    "x17_budget_error_caught_across_a_call_of_itself": "while true do pcall(imports.evil.spin) end",
    "x17_the_same_in_a_coroutine": """
        local c = coroutine.wrap(function() while true do pcall(imports.evil.spin) end end) while true do
        c() end
    """,
    "x17_the_same_with_a_handler": "while true do xpcall(imports.evil.spin, function() return 1 end) end",
    # What another plugin needs is lent to the caller; what it needs itself is not.
    "x18_time_lent_for_calling_itself": "while true do imports.evil.work() end",
    "x18_time_lent_for_being_called_back": "while true do imports.friend.call_back() end",
    # In C, without one look at the clock.
    "x19_quadratic_sort": """
        local t = {} for i = 1, 60000 do t[i] = i % 2 == 0 and i or 60000 - i end while true do
        table.sort(t) end
    """,
    "x20_plain_find": "local s, p = ('a'):rep(2e6), ('a'):rep(1e6) .. 'b' return s:find(p, 1, true)",
    "x20_plain_find_in_a_loop": """
        local s, p = ('a'):rep(2e5), ('a'):rep(1e5) .. 'b' while true do s:find(p, 1, true) end
    """,
    "x21_table_move": "return table.move and table.move({}, 1, 1e15, 2) or error('there is none')",
    "x21_empty_repetition": "while true do local _ = ('').rep('', 1e9) end",
    "x21_shifting_a_large_table": """
        local t = {} for i = 1, 2e5 do t[i] = i end while true do table.remove(t, 1) table.insert(t, 1, 1)
        end
    """,
    "x22_packing_one_table_many_times": """
        local t, row, all = {}, {}, {}
        for i = 1, 1000 do row[i] = t end
        for i = 1, 7000 do all[i] = row end
        while true do pcall(kv.set, "x", all) end
    """,
    "x22_packing_doublings": """
        local t = { 1 } for _ = 1, 60 do t = { t, t } end while true do pcall(kv.set, 'x', t) end
    """,
    "x23_mutual_imports": "return imports.friend.ping(1)",
}


@pytest.mark.parametrize("item", STOPPED)
def test_stopped(folder: PluginFolder, tier: str, item: str) -> None:
    before = """
        exports.spin = function() while true do end end
        exports.work = function() for _ = 1, 20000 do end end
        exports.pong = function(n) return imports.friend.ping(n + 1) end
    """
    friend = """
        exports.call_back = function() return imports.evil.work() end
        exports.ping = function(n) return imports.evil.pong(n + 1) end
    """
    folder.plugin("friend", friend, f"tier: {tier}\n" + HASTY)
    started = time.monotonic()
    kinds = ("CpuBudgetError", "HandlerError", "MemoryBudgetError")
    stopped(folder, tier, STOPPED[item], *kinds, before=before)
    assert time.monotonic() - started < 15


def test_x24_stealing_time_by_calling_another(folder: PluginFolder, tier: str) -> None:
    """Each call of the other is within its own budget; all of them together are still bounded for the caller."""
    if tier == "isolated":
        pytest.skip("the process that is called may be ended for its processor time; see NOT_HELD")
    folder.plugin(
        "worker",
        "exports.work = function() local t = os.clock() while os.clock() - t < 0.02 do end end",
        f"tier: {tier}\n" + PATIENT,
    )

    async def scenario() -> None:
        async with arena(folder, tier, "while true do imports.worker.work() end", manifest=HASTY) as made:
            started = time.monotonic()
            outcome = made.attempt()
            assert outcome.kind == "CpuBudgetError" or (tier == "isolated" and outcome.kind == "CrashError"), outcome
            assert time.monotonic() - started < 20
            assert made.running.info("worker")["state"] == "active"

    run_in_host_thread(scenario)


LINES = {
    "many digits": 'error("evil/init.lua:" .. ("1"):rep(5000) .. ": boom", 0)',
    "no file": 'error("x:" .. ("9"):rep(9999) .. ": boom", 0)',
    "digits of another script": 'error("x:\\217\\163: boom", 0)',
    "negative": 'error("x:-1: boom", 0)',
    "traceback": 'error("boom\\n\\nstack traceback:\\n\\tvictim/init.lua:" .. ("1"):rep(5000) .. ": in main chunk", 0)',
    "zero bytes": 'error("\\0\\0:1: \\0", 0)',
    "not utf-8": 'error("\\255\\254:1: \\233", 0)',
    "surrogates": 'error("\\237\\160\\128:1: \\237\\160\\128", 0)',
    "one colon": 'error(":", 0)',
    "huge": "error(('x'):rep(3e6))",
    "huge without a place": "error(('x:'):rep(2e6), 0)",
    "percent": "error('%s %d %n {0} {}', 0)",
}


@pytest.mark.parametrize("place", ["call", "load", "hook", "timer"])
@pytest.mark.parametrize("what", LINES)
def test_x25_messages_that_confuse_the_report(folder: PluginFolder, tier: str, what: str, place: str) -> None:
    """An error's text is the plugin's own; where it stands in the report, how long it is and who did it are not."""

    async def scenario() -> None:
        async with arena(folder, tier, LINES[what], strikes=StrikesConfig(limit=0)) as made:
            if place == "call":
                outcome = made.attempt()
                assert isinstance(outcome.error, HandlerError), outcome
                assert outcome.error.plugin == "evil"
                assert len(str(outcome.error)) < 20_000
                return
            code = {
                "load": LINES[what],
                "hook": f"hooks.on('player.logout', function() {LINES[what]} end)",
                "timer": f"timers.after(1, function() {LINES[what]} end)",
            }[place]
            folder.write("other/init.lua", code)
            folder.write("other/plugin.yaml", f"name: other\ntier: {tier}\n" + PATIENT)
            made.running.reports.clear()
            made.running.save(folder.path / "other")
            made.running.host.emit("player.logout", LOGIN)
            await made.running.until(lambda: any(not report.ok for report in made.running.reports))
            report = next(report for report in made.running.reports if not report.ok)
            assert report.plugins == ["other"]
            assert [problem.plugin for problem in report.problems] == ["other"]
            assert len(str(report.problems[0])) < 20_000

    run_in_host_thread(scenario)


BLAMES = {
    "tail calls": "local function f() return kv.set() end local function g() return f() end return g()",
    "by pcall": "return select(2, pcall(kv.set))",
    "by a coroutine": "return coroutine.wrap(kv.set)()",
    "by a chunk of another name": "return load('kv.set()', '@victim/init.lua')()",
    "by a chunk that says it is the prelude": "return load('kv.set()', '=tibicen/failure')()",
    "by a chunk without a name": "return load('kv.set()', '')()",
    "as a metamethod": "return setmetatable({}, { __index = kv.set }).x",
    "as a comparator": "table.sort({ 3, 2, 1 }, kv.set)",
    "as a callback": "return (('x'):gsub('x', kv.set))",
    "deep": "local function f(n) if n == 0 then kv.set() end f(n - 1) end f(150)",
}


@pytest.mark.parametrize("way", BLAMES)
def test_x26_who_is_blamed(folder: PluginFolder, tier: str, way: str) -> None:
    """However the call came about, the error is the plugin's own: another's name in it is never the report's."""

    async def scenario() -> None:
        async with arena(folder, tier, BLAMES[way]) as made:
            outcome = made.attempt()
            assert outcome.error is None or getattr(outcome.error, "plugin", "evil") == "evil"
            if outcome.error is not None:
                assert "argument 1 must be a string" in str(outcome.error) or "number expected" in str(outcome.error)
            assert made.running.info("victim")["strikes"] == []

    run_in_host_thread(scenario)


def test_x27_getting_another_struck(folder: PluginFolder, tier: str) -> None:
    """Calling an export with nonsense is the caller's failure: it does not get the other quarantined."""
    folder.plugin(
        "shop",
        "exports.buy = function(order) return order.count * 2 end exports.well = function() return true end",
        f"tier: {tier}\n" + PATIENT,
    )
    code = """
        for _ = 1, 10 do
            for _, order in ipairs({ false, {}, "x", 5 }) do pcall(imports.shop.buy, order) end
        end
        return true
    """

    async def scenario() -> None:
        async with arena(folder, tier, code) as made:
            assert made.attempt().value is True
            ticks = made._victim("ticks")
            await made.running.until(lambda: made._victim("ticks") > ticks + 2)
            assert made.running.info("shop")["state"] == "active"
            assert made.running.export("shop", "well") is True

    run_in_host_thread(scenario)


ANSWERS = {
    "function": "return print",
    "table with a function": "return { { name = 'x', fn = print } }",
    "cycle": "local t = {} t.t = t return t",
    "too large": "return { { name = ('x'):rep(9e6) } }",
    "error": "error('x')",
    "loop": "while true do end",
    "yield": "coroutine.yield(1)",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_x28_an_answer_that_spoils_the_others(folder: PluginFolder, tier: str, answer: str) -> None:
    """One plugin's answer to a hook costs only its own, and only it is struck."""
    before = f"hooks.on('status.players', function() {ANSWERS[answer]} end)"
    good = "hooks.on('status.players', function() return {{ name = '{0}', level = 1 }} end)"
    place = f"tier: {tier}\nbudget: {{cpu_ms: 50, cpu_ms_per_second: 0, memory_mb: 32}}\n"
    for name in ("before", "zafter"):
        folder.plugin(name, good.format(name), place)

    async def scenario() -> None:
        budget = "budget: {cpu_ms: 50, cpu_ms_per_second: 0, memory_mb: 32}\n"
        async with arena(folder, tier, before=before, manifest=budget) as made:
            found = made.running.host.hooks["status.players"]()
            text = repr(found)
            assert "before" in text and "zafter" in text, text[:300]
            assert made.running.info("before")["strikes"] == made.running.info("zafter")["strikes"] == []
            assert len(made.running.info("evil")["strikes"]) == 1

    run_in_host_thread(scenario)


def test_x29_a_filtered_table_with_a_trap(folder: PluginFolder) -> None:
    """What a filter hands on reaches the next plugin as plain data (in a VM of its own; see the threat model)."""
    before = """
        hooks.on("status.info", function(info)
            return setmetatable(info, { __index = function() while true do end end, __newindex = function()
                error("x") end })
        end, { first = true })
    """
    reader = "hooks.on('status.info', function(info) info.mine = info.nothing == nil return info end, { last = true })"
    folder.plugin("reader", reader, "tier: contained\n" + HASTY)

    async def scenario() -> None:
        async with arena(folder, "contained", before=before, manifest=HASTY) as made:
            value = made.running.host.emit("status.info", [{"server": {"name": "x"}}])["value"]
            assert value == {"server": {"name": "x"}, "mine": True}
            assert made.running.info("reader")["strikes"] == []

    run_in_host_thread(scenario)


PATTERNS = {
    "long": "('a.'):rep(200000) .. 'a'",
    "many stars": "('*.'):rep(100000) .. '*'",
    "very long word": "('x'):rep(4000000)",
    "regular expression": "'(a+)+$'",
    "nested groups": "('('):rep(1000) .. 'a' .. (')*'):rep(1000)",
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_x30_patterns_of_subjects(folder: PluginFolder, tier: str, pattern: str) -> None:
    """A pattern is refused or cheap: neither compiling nor matching it takes seconds."""
    code = (
        f"pcall(bus.subscribe, {PATTERNS[pattern]}, function() end) bus.publish('a.' .. ('a'):rep(100), 1) return true"
    )

    async def scenario() -> None:
        async with arena(
            folder, tier, code, manifest="budget: {cpu_ms: 3000, cpu_ms_per_second: 0, memory_mb: 32}\n"
        ) as made:
            started = time.monotonic()
            outcome = made.attempt()
            assert outcome.value is True or isinstance(outcome.error, BudgetError)
            assert time.monotonic() - started < 3

    run_in_host_thread(scenario)


def test_x31_long_subjects_are_not_kept(folder: PluginFolder, tier: str) -> None:
    """Subjects that were published once, however long, are not remembered by the host."""
    code = "for i = 1, 200 do pcall(bus.publish, ('x'):rep(1000000) .. i, 1) end return true"

    async def scenario() -> None:
        async with arena(
            folder, tier, code, manifest="budget: {cpu_ms: 5000, cpu_ms_per_second: 0, memory_mb: 32}\n"
        ) as made:
            made.attempt()
            subjects = made.running.host.subjects
            ticks = made._victim("ticks")
            await made.running.until(lambda: made._victim("ticks") > ticks + 5)
            await made.running.until(lambda: not subjects._queue)
            kept = sum(len(subject) for subject in subjects._matches)
            assert kept < 16 << 20, f"{kept >> 20} MB of subjects are kept"

    run_in_host_thread(scenario)


def test_x32_messages_that_breed(folder: PluginFolder, tier: str) -> None:
    """Two messages for each that is heard: the queue is bounded, and the loop gets its turns."""
    before = "bus.subscribe('breed', function() bus.publish('breed') bus.publish('breed') end)"

    async def scenario() -> None:
        code = "bus.publish('breed') return true"
        async with arena(folder, tier, code, before=before, manifest=PATIENT, strikes=StrikesConfig(limit=0)) as made:
            assert made.attempt().value is True
            ticks = made._victim("ticks")
            await made.running.until(lambda: made._victim("ticks") > ticks + 20)
            assert made.running.host.plugins.unload("evil").ok
            await made.running.until(lambda: not made.running.host.subjects._queue)

    run_in_host_thread(scenario)


def test_x33_reload_storms(folder: PluginFolder, tier: str) -> None:
    """However often a plugin asks for its own reload within a call, it is reloaded once or a few times."""

    async def scenario() -> None:
        code = "for _ = 1, 20000 do pcall(plugin.reload) end return true"
        async with arena(folder, tier, code, manifest=PATIENT) as made:
            made.attempt()
            started = time.monotonic()
            ticks = made._victim("ticks")
            await made.running.until(lambda: made._victim("ticks") > ticks + 3)
            assert time.monotonic() - started < 5
            assert made.running.info("evil")["generation"] < 50

    run_in_host_thread(scenario)


def test_x34_a_plugin_that_reloads_itself_while_it_loads(folder: PluginFolder, tier: str) -> None:
    """It goes on for as long as it is there, and the loop with it; unloading it ends it."""

    async def scenario() -> None:
        async with arena(folder, tier, before="plugin.reload()") as made:
            ticks = made._victim("ticks")
            await made.running.until(lambda: made._victim("ticks") > ticks + 20)
            made.running.host.plugins.unload("evil")
            made.running.host.plugins.disable("evil")
            ticks = made._victim("ticks")
            await made.running.until(lambda: made._victim("ticks") > ticks + 5)
            assert made.running.info("evil")["generation"] == 0

    run_in_host_thread(scenario)


def test_x35_a_coroutine_that_outlives_a_reload(folder: PluginFolder, tier: str) -> None:
    """Nothing of the old generation is resumed by the new one, and what is left of it may do nothing."""
    before = """
        local co = coroutine.wrap(function() while true do kv.set("gen", plugin.generation) coroutine.yield() end end)
        hooks.on("player.logout", function() co() end)
        timers.every(1, function() co() end)
    """

    async def scenario() -> None:
        async with arena(folder, tier, before=before) as made:
            host = made.running.host
            assert host.plugins.reload("evil").ok
            host.emit("player.logout", LOGIN)
            store = host.kv.namespace("evil")
            assert store.get("gen") == b"\x02"
            for _ in range(5):
                host.emit("player.logout", LOGIN)
                assert store.get("gen") == b"\x02"

    run_in_host_thread(scenario)


def test_x36_the_shared_random_numbers(folder: PluginFolder) -> None:
    """In a VM of its own a plugin's seed is nobody else's (in `shared` it is; see the threat model)."""
    folder.plugin("dice", "exports.roll = function() return math.random(1e9) end", "tier: contained\n" + PATIENT)

    async def scenario() -> None:
        async with arena(folder, "contained", "math.randomseed(1) return math.random(1e9)") as made:
            rolls: list[Any] = []
            for _ in range(3):
                made.attempt()
                rolls.append(made.running.export("dice", "roll"))
            assert len(set(rolls)) > 1

    run_in_host_thread(scenario)


def test_x37_log_lines_can_not_be_forged(capfd: pytest.CaptureFixture[str], folder: PluginFolder, tier: str) -> None:
    """One call makes one line, which steers no terminal and carries the plugin's own name."""
    from tibicen.cli.run import set_up_logging
    from tibicen.cli.table import Screen

    code = r"""
        log.info("one\n12:00:00 [error    ] the host is on fire    plugin=victim")
        log.info("\27[2J\27]52;c;ZXZpbA==\7 \27[1A\r overwritten")
        log.info("\226\128\174 right to left", "\0", "\8\8\8", "\194\155")
        print("\27[31m[red]markup[/red]")
        return true
    """

    async def scenario() -> None:
        set_up_logging(Screen())
        try:
            async with arena(folder, tier, code) as made:
                assert made.attempt().value is True
        finally:
            import structlog

            structlog.reset_defaults()

    run_in_host_thread(scenario)
    lines = [line for line in capfd.readouterr().out.split("\n") if line]
    mine = [line for line in lines if "plugin=evil" in line]
    assert len(mine) == 4, lines
    assert not any(line.endswith("plugin=victim") for line in lines)
    assert not any(sign in line for line in mine for sign in "\x1b\x07\x08\x00\r\x9b")
    assert any("[red]markup[/red]" in line for line in mine)


def test_x38_reports_steer_no_terminal(folder: PluginFolder, tier: str) -> None:
    """An error's text in a report is shown as text: no escape sequences, no markup."""
    import io

    from rich.console import Console

    from tibicen.cli.table import Screen

    written = io.StringIO()

    async def scenario() -> None:
        code = r'error("\27[2J\27]0;owned\7 [bold red]x[/] \194\155 31m")'
        async with arena(folder, tier, before=f"hooks.on('player.logout', function() {code} end)") as made:
            screen = Screen()
            screen.console = Console(file=written, force_terminal=True, highlight=False, soft_wrap=True, no_color=True)
            made.running.host.listeners.append(screen.report)
            made.running.host.emit("player.logout", LOGIN)

    run_in_host_thread(scenario)
    text = written.getvalue()
    assert "[bold red]x[/]" in text
    assert "\x1b]0;" not in text and "\x1b[2J" not in text and "\x07" not in text and "\x9b" not in text
