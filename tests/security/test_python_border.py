"""Catalogue 41-62: between Python and Lua. No Python object ever reaches a plugin's Lua: most has no handle."""

from __future__ import annotations

import math
import threading
from typing import Any

import pytest
from tests.conftest import PluginFolder, run_in_host_thread
from tests.security.arena import LOGIN, arena, denied
from tests.security.test_debug_and_coroutines import REACHED
from tests.vm.tier import Tier

from tibicen.config import StrikesConfig
from tibicen.errors import HandlerError, MarshalError, TibicenError
from tibicen.vm import stack

pytestmark = pytest.mark.alone

NO_PYTHON = (
    REACHED
    + """
    for value in pairs(seen) do
        if type(value) == "userdata" then return "a userdata: " .. tostring(value) end
    end
    return python == nil and not pcall(require, "python")
"""
)

DENIED = {
    "item_41_dunder_attributes": NO_PYTHON,
    "item_44_itemgetter": "return python == nil and not pcall(function() return python.as_itemgetter end)",
    "item_48_bound_methods": """
        -- `x:m` passes what stands left of the colon: plain tables here, and what comes first is checked.
        return not pcall(function() return hooks:on("player.login", function() end) end)
            and not pcall(function() return kv:get("x") end) and not pcall(function() return bus:publish("a.b") end)
    """,
    "item_49_format_traversal": """
        local bait = "{0.__class__.__mro__} %(x)s {evil.__globals__} ${HOME} %s %d"
        log.info(bait)
        kv.set(bait, bait)
        bus.publish("a.b", bait)
        local ok, why = pcall(hooks.on, bait, function() end)
        return kv.get(bait) == bait and not ok and why:find(bait, 1, true) ~= nil and not why:find("class '", 1, true)
    """,
    "item_50_the_metatable_of_python_objects": """
        for _, value in pairs({ print, kv.get, hooks.on, log.info, imports.victim, coroutine.create(print) }) do
            local meta = getmetatable(value)
            if type(meta) == "table" then return "a metatable" end
        end
        return true
    """,
    "item_51_finaliser_of_a_python_object": "return not pcall(function() return getmetatable(print).__gc(print) end)",
    "item_52_forged_userdata": """
        return newproxy == nil and debug == nil and not pcall(setmetatable, print, getmetatable(kv) or {})
    """,
    "item_53_forged_userdata_is_collected": "collectgarbage() collectgarbage() return newproxy == nil",
    "item_54_overflow_handler": "return python == nil and not pcall(function() python.set_overflow_handler(print) end)",
    "item_55_strings_that_are_not_utf8": r"""
        local odd = "caf\233 \0 \255\254 \237\160\128"
        local messages = {}
        local function try(fn, ...)
            local ok, why = pcall(fn, ...)
            if not ok then messages[#messages + 1] = why end
            return ok
        end
        local named = try(kv.set, odd, 1) or try(bus.publish, odd, 1) or try(hooks.on, odd, print)
            or try(bus.subscribe, odd, print) or try(require, odd) or try(json.decode, '"' .. odd .. '"')
            or try(json.encode, odd)
        log.info(odd)
        kv.set("odd", odd)
        for _, why in ipairs(messages) do
            if type(why) ~= "string" or why:find("Traceback", 1, true) then return why end
        end
        return not named and #messages == 7 and kv.get("odd") == odd
    """,
    "item_56_numbers_at_the_edges": """
        local big = 2 ^ 53
        for _, value in ipairs({ big, -big, big + 2, -big - 2, 2 ^ 63, 2 ^ 64, 1e308, -1e308, 5e-324, 0.1, -0.0,
            1 / 0, -1 / 0 }) do
            kv.set("n", value)
            if kv.get("n") ~= value then return tostring(value) end
        end
        kv.set("n", 0 / 0)
        local nan = kv.get("n")
        kv.set("n", { [1.5] = 1, [big] = 2 })
        return nan ~= nan and kv.get("n")[big] == 2 and not pcall(json.encode, 0 / 0)
            and not pcall(timers.after, 0 / 0, print) and not pcall(timers.after, -1 / 0, print)
            and not pcall(timers.every, 1 / 0, print) and not pcall(timers.every, 0, print)
    """,
    "item_57_holes_cycles_depth": """
        kv.set("holes", { 1, nil, 3, [10] = 4 })
        local got = kv.get("holes")
        local ring = {}
        ring.ring = ring
        local deep = {}
        for _ = 1, 100000 do deep = { deep } end
        local wide = {}
        for index = 1, 20000 do wide[index] = index end
        kv.set("wide", wide)
        return got[1] == 1 and got[2] == nil and got[3] == 3 and got[10] == 4 and not pcall(kv.set, "ring", ring)
            and not pcall(kv.set, "deep", deep) and #kv.get("wide") == 20000
            and not pcall(kv.set, "fn", { print }) and not pcall(kv.set, "co", coroutine.create(print))
            and not pcall(kv.set, "key", { [{}] = 1 })
    """,
    "item_59_yield_across_the_border": """
        hooks.on("player.login", function() coroutine.yield() end)
        local first = not pcall(coroutine.yield, 1)
        local co = coroutine.wrap(function()
            local got = imports.evil.yielder()
            return got
        end)
        return first and not pcall(co)
    """,
}


@pytest.mark.parametrize("item", DENIED)
def test_denied(folder: PluginFolder, tier: str, item: str) -> None:
    before = "exports.yielder = function() coroutine.yield('out') return 1 end"
    code = DENIED[item]
    if item.startswith("item_59"):
        # A handler that yields is struck, which is asserted elsewhere; here only that it is an error.
        code = code.replace('hooks.on("player.login", function() coroutine.yield() end)', "")
    denied(folder, tier, code, before=before)


@pytest.mark.parametrize(
    "item",
    ["item_42_generator_frames", "item_43_frames_of_coroutines_and_tracebacks", "item_47_exceptions_are_not_objects"],
)
def test_what_python_raises_is_a_text(folder: PluginFolder, tier: str, item: str) -> None:
    """A Python plugin's exceptions, generators and coroutines come to Lua as a text or not at all."""
    folder.plugin(
        "pyplug",
        """
        def setup(plugin):
            plugin.export(fails, "fails")
            plugin.export(lambda: (x for x in range(3)), "generator")
            plugin.export(closed, "coroutine")
            plugin.export(lambda: plugin, "object")
            plugin.export(lambda: {"fn": print}, "function")
            plugin.export(lambda: ValueError("x"), "exception")


        def fails():
            raise ValueError("a secret", object())


        async def coroutine():
            return 1


        def closed():
            made = coroutine()
            made.close()
            return made
        """.replace("\n        ", "\n"),
        entry="plugin.py",
    )
    code = """
        local frames = { "gi_frame", "gi_code", "cr_frame", "ag_frame", "tb_frame", "tb_next", "f_back", "f_globals",
            "f_builtins", "__traceback__", "__class__", "args", "with_traceback" }
        for _, name in ipairs({ "fails", "generator", "coroutine", "object", "function", "exception" }) do
            local ok, got = pcall(imports.pyplug[name])
            if ok then return name .. " gave " .. type(got) end
            if type(got) ~= "string" then return name .. " raised a " .. type(got) end
            for _, frame in ipairs(frames) do
                local reached, value = pcall(function() return got[frame] end)
                if reached and value ~= nil then return name .. "." .. frame end
            end
        end
        return true
    """

    async def scenario() -> None:
        async with arena(folder, tier, code, strikes=StrikesConfig(limit=0)) as made:
            outcome = made.attempt()
            assert outcome.value is True, outcome

    run_in_host_thread(scenario)


def test_item_45_and_item_46_host_data_can_not_be_changed(folder: PluginFolder, tier: str) -> None:
    """What a handler gets is a copy: the host's own record and the next handler's are untouched."""
    before = """
        hooks.on("player.login", function(player)
            player.name = "poison"
            player.extra = { 1 }
            setmetatable(player, { __index = function() return "poison" end })
        end, { first = true })
    """
    folder.plugin("after", "hooks.on('player.login', function(p) kv.set('seen', p) end, { last = true })", "")

    async def scenario() -> None:
        async with arena(folder, tier, "return settings.x == nil", before=before) as made:
            record = {"id": 1, "name": "Eve", "list": [1]}
            made.running.host.emit("player.login", [record])
            made._logins += 1
            assert record == {"id": 1, "name": "Eve", "list": [1]}
            seen = made.running.host.kv.namespace("after").get("seen")
            assert seen is not None and b"poison" not in seen
            described = made.running.info("evil")
            assert made.attempt().value is True
            assert made.running.info("evil")["name"] == described["name"] == "evil"

    run_in_host_thread(scenario)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("nil", "(error object is a nil value)"),
        ("{}", "(error object is a table value)"),
        ("5", "5"),
        ("true", "(error object is a boolean value)"),
        ("print", "(error object is a function value)"),
        ("coroutine.create(print)", "(error object is a thread value)"),
        ("setmetatable({}, {__tostring = function() return 'poison' end})", "(error object is a table value)"),
    ],
)
def test_item_58_error_objects(folder: PluginFolder, tier: str, value: str, text: str) -> None:
    async def scenario() -> None:
        async with arena(folder, tier, f"error({value})") as made:
            outcome = made.attempt()
            assert isinstance(outcome.error, HandlerError)
            assert text in outcome.error.message

    run_in_host_thread(scenario)


def test_item_60_functions_of_an_unloaded_plugin(folder: PluginFolder, tier: str) -> None:
    """Timers, subscriptions, handlers and exports that the host still holds are never run once the plugin is gone."""
    before = """
        timers.every(1, function() kv.set("ran", true) end)
        timers.after(20, function() kv.set("ran", true) end)
        bus.subscribe(">", function() kv.set("ran", true) end)
        hooks.on("player.logout", function() kv.set("ran", true) end)
    """

    async def scenario() -> None:
        async with arena(folder, tier, "return true", before=before) as made:
            host = made.running.host
            generation = host.plugins.active("evil")
            assert generation is not None
            (export, *_) = generation.ledger.entries("export")
            timer = generation.ledger.entries("timer")[0]
            handler = next(entry for entry in generation.ledger.entries("hook"))
            host.subjects.publish("a.b", None)
            host.plugins.unload("evil")
            store = host.kv.namespace("evil")
            store.delete("ran")
            for held in (export, timer, handler):
                call: Any = getattr(held, "call", None) or getattr(held, "_ring", None)
                if call is not None:
                    with pytest.raises((TibicenError, AssertionError)) if held is export else _nothing():
                        call()
            host.emit("player.logout", LOGIN)
            ticks = made._victim("ticks")
            await made.running.until(lambda: made._victim("ticks") > ticks + 15)
            assert store.get("ran") is None

    run_in_host_thread(scenario)


class _nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


WITHIN = {
    "hook": (
        "hooks.on('player.logout', function() {act} end)",
        lambda made: made.running.host.emit("player.logout", LOGIN),
    ),
    "timer": ("timers.after(1, function() {act} end)", lambda made: None),
    "subscription": (
        "bus.subscribe('go.on', function() {act} end)",
        lambda made: made.running.host.subjects.publish("go.on", 1),
    ),
    "export": ("exports.go = function() {act} end", lambda made: made.running.export("evil", "go")),
    "import of itself": (
        "exports.go = function() imports.evil.act() end exports.act = function() {act} end",
        lambda made: made.running.export("evil", "go"),
    ),
}


@pytest.mark.parametrize("verb", ["reload", "unload"])
@pytest.mark.parametrize("place", WITHIN)
def test_item_61_a_plugin_ends_itself_from_within(folder: PluginFolder, tier: str, place: str, verb: str) -> None:
    code, start = WITHIN[place]
    act = f"if kv.get('been') then return end kv.set('been', true) plugin.{verb}() kv.set('after', true)"

    async def scenario() -> None:
        async with arena(folder, tier, before=code.format(act=act)) as made:
            start(made)
            await made.running.until(lambda: any(report.action == verb for report in made.running.reports))
            # The code that asked for it ran to its end first.
            assert made.running.host.kv.namespace("evil").get("after") is not None
            assert made.running.info("evil")["state"] == ("active" if verb == "reload" else "unloaded")

    run_in_host_thread(scenario)


def test_item_62_lua_is_freed_on_the_hosts_thread(tier: str) -> None:
    """Closing a VM from another thread than the one that made it ends neither in a crash nor in a deadlock."""
    made = Tier(tier)
    freed: list[bool] = []

    def make() -> Any:
        vm = made.make()
        vm.load(
            b"t = {} for i = 1, 1000 do t[i] = coroutine.wrap(function() coroutine.yield(i) end) t[i]() end", "p/i.lua"
        )
        return vm

    for _ in range(20):
        vm = stack.run(make)

        def close(vm: Any = vm) -> None:
            vm.close()
            freed.append(vm.closed)

        thread = threading.Thread(target=close)
        thread.start()
        thread.join(20)
    made.close()
    assert freed == [True] * 20


@pytest.mark.parametrize(
    "value", [2**53 + 1, -(2**53) - 1, 2**64, 10**400, {math.nan: 1}, {None: 1}, {(1, 2): 3}, object(), print, "\ud800"]
)
def test_item_56_and_item_57_what_the_host_may_not_send(tier: str, value: Any) -> None:
    made = Tier(tier)

    def body() -> None:
        vm = made.make()
        vm.load(b"function echo(...) return ... end", "p/i.lua")
        with pytest.raises(MarshalError):
            vm.call("echo", value)
        assert vm.call("echo", 1) == 1

    stack.run(body)
    made.close()
