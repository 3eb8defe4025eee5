"""The ledger of each module: unloading one leaves nothing of it, and reloading takes along who needs it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tibicen.realms.otclient.client import Client, Dialect
from tibicen.realms.otclient.files import Files
from tibicen.vm import stack

LIBRARY = """
modules = package.loaded
rootWidget = g_ui.getRootWidget()

function signalcall(slots, ...)
    for _, slot in ipairs(type(slots) == 'table' and slots or { slots }) do
        slot(...)
    end
end

function connect(object, signal, slot)
    local slots = object[signal]
    if not slots then
        object[signal] = slot
    elseif type(slots) == 'function' then
        object[signal] = { slots, slot }
    else
        table.insert(slots, slot)
    end
end

function scheduleEvent(callback, delay)
    local event = g_dispatcher.scheduleEvent(function() callback() end, delay)
    event._callback = callback
    return event
end

local callbacks = {}
ProtocolGame = ProtocolGame or {}
function ProtocolGame.registerOpcode(opcode, callback)
    callbacks[opcode] = callback
end

Controller = {}
Controller.__index = Controller
function Controller:new()
    return setmetatable({}, Controller)
end
function Controller:init()
    connect(g_app, 'onRun', function() self:onStart() end)
end
"""

LEAKY = """
connect(g_app, 'onLeak', function() end)
connect(rootWidget, 'onLeak', function() end)
window = g_ui.createWidget('LeakyWindow', rootWidget)
loose = g_ui.createWidget('UIWidget')
rootWidget.boundKeyDownCombos = rootWidget.boundKeyDownCombos or {}
rootWidget.boundKeyDownCombos['Ctrl+L'] = function() end
scheduleEvent(function() end, 100000)
ProtocolGame.registerOpcode(50, function() end)
_G.leaked = 5
g_window.helper = function() end
window:grabMouse()
function init() end
"""


class Modules:
    """A client with modules that a test writes."""

    def __init__(self, folder: Path, dialect: Dialect, *, ownership: bool = True) -> None:
        self.folder = folder / "modules"
        self.write("lib", LIBRARY, sandboxed=False)
        self.client = Client(Files(folder), dialect=dialect, ownership=ownership)

    def write(self, name: str, code: str, *, sandboxed: bool = True, more: str = "", unload: str = "") -> None:
        target = self.folder / name
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{name}.lua").write_text(dedent(code))
        text = f"Module\n  name: {name}\n  sandboxed: {str(sandboxed).lower()}\n  scripts: [ {name} ]\n{more}"
        (target / f"{name}.otmod").write_text(text + (f"  @onUnload: {unload}\n" if unload else ""))

    def start(self, *names: str) -> None:
        self.run("g_resources.addSearchPath(g_resources.getWorkDir() .. 'modules', true); g_modules.discoverModules()")
        for name in ("lib", *names):
            self.run(f"assert(g_modules.getModule('{name}'):load())")

    def run(self, code: str) -> Any:
        return self.client.run(code.encode())

    def errors(self) -> list[str]:
        # There is no data folder.
        return [text for level, text in self.client.log if level == "error" and "'/data/" not in text]


@pytest.fixture(params=["mehah", "edubart"])
def modules(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., None]:
    """Runs a test with the modules of a client of each dialect."""

    def run(body: Callable[[Modules], None], **options: Any) -> None:
        def inside() -> None:
            it = Modules(tmp_path, request.param, **options)
            with contextlib.closing(it.client):
                body(it)

        stack.run(inside)

    return run


def write_leaky(it: Modules) -> None:
    it.write("leaky", "g_ui.importStyle('leaky.otui')\n" + LEAKY)
    (it.folder / "leaky" / "leaky.otui").write_text("LeakyWindow < UIWidget\n  size: 10 10\n")


def test_census_finds_what_a_module_registered(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        write_leaky(it)
        it.start("leaky")
        census = it.client.control("census", "leaky")
        counts = {kind: len(names) for kind, names in census.items() if names}
        assert counts == {
            "events": 1,
            "opcodes": 1,
            "keybinds": 1,
            "slots": 2,
            "grabs": 1,
            "widgets": 2,
            "globals": 1,
            "functions": 1,
            # mehah finds styles in lower case, too.
            "styles": 2 if it.client.dialect == "mehah" else 1,
        }
        assert census["slots"][0] == "g_app.onLeak, connected to /leaky/leaky.lua:3"
        assert census["globals"] == ["leaked"]

    modules(body)


def test_unloading_leaves_nothing(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.start()
        before = it.run("return { #rootWidget:getChildren(), g_app.onLeak == nil }")
        write_leaky(it)
        it.run("g_modules.discoverModules(); assert(g_modules.getModule('leaky'):load())")
        sentences = it.client.control("unload", "leaky")
        assert "g_app.onLeak, connected to /leaky/leaky.lua:3, was left" in sentences
        assert "widget root/" in "".join(sentences)
        assert it.run("return { #rootWidget:getChildren(), g_app.onLeak == nil }") == before
        assert it.run("return { leaked == nil, g_window.helper == nil, rootWidget.onLeak == nil }") == [True] * 3
        assert it.run("return g_ui.isMouseGrabbed()") is False
        assert it.run("return g_ui.getStyle('LeakyWindow') == nil") is True
        assert all(not names for names in it.client.control("census", "leaky").values())
        assert it.errors() == []

    modules(body)


def test_without_ownership_all_of_it_stays(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        write_leaky(it)
        it.start("leaky")
        it.run("g_modules.getModule('leaky'):unload()")
        assert it.run("return { leaked, type(g_app.onLeak), g_ui.isMouseGrabbed() }") == [5, "function", True]

    modules(body, ownership=False)


def test_only_its_own_slots_are_taken(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        for name in ("one", "two"):
            it.write(name, f"connect(g_app, 'onPing', function() table.insert(_G.pings, '{name}') end)")
        it.run("pings = {}")
        it.start("one", "two")
        it.client.control("unload", "one")
        it.run("signalcall(g_app.onPing)")
        assert it.run("return pings") == ["two"]

    modules(body)


def test_a_librarys_closure_belongs_to_whom_it_works_for(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("user", "local c = Controller:new(); function c:onStart() end; c:init()")
        it.start("user")
        assert len(it.client.control("census", "user")["slots"]) == 1
        assert not it.client.control("census", "lib")["slots"]

    modules(body)


def test_code_made_of_text_is_known_by_its_globals(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("user", "local f = loadstring('return function() end'); setfenv(f, getfenv(1)); g_app.onRun = f()")
        it.start("user")
        assert len(it.client.control("census", "user")["slots"]) == 1
        it.client.control("unload", "user")
        assert it.run("return g_app.onRun == nil") is True

    modules(body)


def test_what_a_function_replaced_is_put_back(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("patch", "_G.greet = function() return 'patched' end")
        it.run("function greet() return 'plain' end")
        it.start("patch")
        assert it.run("return greet()") == "patched"
        assert it.client.control("unload", "patch") == ["global greet was left"]
        assert it.run("return greet()") == "plain"

    modules(body)


def test_who_wrote_over_it_brings_nothing_back(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("one", "_G.shared = function() return 1 end")
        it.write("two", "_G.shared = function() return 2 end")
        it.start("one", "two")
        assert not it.client.control("unload", "one")
        assert it.run("return shared()") == 2
        it.client.control("unload", "two")
        assert it.run("return shared == nil") is True

    modules(body)


def test_what_is_written_later_is_the_writers(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("late", "function go() _G.made = function() end end")
        it.write("other", "")
        it.start("late")
        it.run("modules.late.go()")
        it.run("g_modules.getModule('other'):load()")
        assert it.client.control("census", "late")["globals"] == ["made"]
        it.client.control("unload", "late")
        assert it.run("return made == nil") is True

    modules(body)


def test_a_failed_load_leaves_nothing(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("broken", "connect(g_app, 'onRun', function() end); _G.half = 1; error('no')")
        it.start()
        assert it.run("g_modules.discoverModules(); return g_modules.getModule('broken'):load()") is False
        assert it.run("return { g_app.onRun == nil, half == nil, modules.broken == nil }") == [True] * 3
        assert len(it.client.control("closed", "broken")) == 2

    modules(body)


def test_later_widgets_belong_to_the_code_that_made_them(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write(
            "bar",
            "bar = g_ui.createWidget('UIWidget', rootWidget)\nfunction add() return make() end\n"
            "function make() local w = g_ui.createWidget('UIWidget', bar) return w end",
        )
        it.write("user", "button = modules.bar.add()\nfunction open() local w = modules.bar.make() return w end")
        it.start("bar", "user")
        it.run("modules.user.open()")
        # What was added while it loaded is the user's, what the bar made later is the bar's.
        assert len(it.client.control("census", "user")["widgets"]) == 1
        it.client.control("unload", "user")
        assert it.run("return #modules.bar.bar:getChildren()") == 1

    modules(body)


def test_reload_takes_dependants_along(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.run("order = {}")
        it.write(
            "hub",
            "table.insert(_G.order, '+hub'); panel = g_ui.createWidget('UIWidget', rootWidget)",
            unload="table.insert(_G.order, '-hub')",
        )
        it.write("far", "table.insert(_G.order, '+far'); function later() return modules.hub.panel end")
        it.write(
            "user",
            "table.insert(_G.order, '+user'); button = g_ui.createWidget('UIWidget', modules.hub.panel)",
            unload="table.insert(_G.order, '-user')",
        )
        it.write(
            "users_user",
            "table.insert(_G.order, '+uu'); here = modules.user ~= nil",
            unload="table.insert(_G.order, '-uu')",
        )
        it.start("hub", "far", "user", "users_user")
        it.run("modules.far.later()")
        assert it.client.control("dependants", "hub") == ["user", "users_user"]
        it.run("order = {}")
        report = it.client.control("reload", "hub")
        assert report["ok"] is True
        assert it.run("return order") == ["-uu", "-user", "-hub", "+hub", "+user", "+uu"]
        assert it.run("return #modules.hub.panel:getChildren()") == 1
        assert it.errors() == []

    modules(body)


def test_reload_reads_files_and_the_module_again(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("m", "value = 1")
        it.start("m")
        it.write("m", "value = 2", more="  description: new\n")
        assert it.client.control("reload", "m")["ok"] is True
        assert it.run("return { modules.m.value, g_modules.getModule('m'):getDescription() }") == [2, "new"]

    modules(body)


def test_when_the_new_one_fails_the_old_one_is_back(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("m", "value = 1; connect(g_app, 'onRun', function() end)")
        it.write("user", "seen = modules.m.value")
        it.start("m", "user")
        it.write("m", "_G.half = 1; error('no')")
        report = it.client.control("reload", "m")
        assert (report["ok"], report["restored"], report["failed"]) == (False, True, ["m"])
        assert it.run("return { modules.m.value, modules.user.seen, half == nil, type(g_app.onRun) }") == [
            1,
            1,
            True,
            "function",
        ]
        it.write("m", "value = 3")
        assert it.client.control("reload", "m")["ok"] is True
        assert it.run("return modules.user.seen") == 3

    modules(body)


def test_what_was_not_there_at_first_is_not_there_again(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("early", "late_was_there = modules.late ~= nil")
        it.write("late", "x = 1")
        it.start("early", "late")
        assert it.client.control("reload", "early")["ok"] is True
        assert it.run("return { modules.early.late_was_there, modules.late.x }") == [False, 1]

    modules(body)


def test_keys_that_anothers_function_binds_go_with_who_was_loaded(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write(
            "walk",
            "rootWidget.boundKeyPressCombos = {}\n"
            "function bind(key) connect(rootWidget.boundKeyPressCombos, key, function() end) end\n"
            "bind('W')",
        )
        it.write("user", "modules.walk.bind('A'); connect(rootWidget.boundKeyPressCombos, 'B', function() end)")
        it.start("walk", "user")
        it.run("modules.walk.bind('D')")
        assert len(it.client.control("census", "user")["keybinds"]) == 2
        assert len(it.client.control("census", "walk")["keybinds"]) == 2
        it.client.control("unload", "user")
        assert it.run("local n = 0; for _ in pairs(rootWidget.boundKeyPressCombos) do n = n + 1 end; return n") == 2
        it.run("g_modules.getModule('user'):load()")
        it.client.control("unload", "walk")
        # What calls code that is gone goes, too, whoever bound it.
        assert it.run("return { next(rootWidget.boundKeyPressCombos) ~= nil, rootWidget.boundKeyPressCombos.A == nil }")

    modules(body)


def test_the_start_comes_again_for_what_is_loaded_later(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.run("ran = {}")
        for name in ("one", "two"):
            it.write(name, f"connect(g_app, 'onRun', function() table.insert(_G.ran, '{name}') end)")
        it.start("one")
        it.client.control("run")
        assert it.run("return ran") == ["one"]
        it.run("g_modules.getModule('two'):load()")
        assert it.run("return ran") == ["one", "two"]
        it.client.control("reload", "one")
        assert it.run("return ran") == ["one", "two", "one"]

    modules(body)


def test_what_others_wrote_over_stays_theirs(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("one", "_G.shared = 1")
        it.write("two", "_G.shared = 2")
        it.start("one", "two")
        it.write("one", "_G.shared = 3")
        assert it.client.control("reload", "one")["ok"] is True
        assert it.run("return shared") == 2
        it.client.control("unload", "two")
        assert it.run("return shared") == 3
        it.client.control("unload", "one")
        assert it.run("return shared == nil") is True

    modules(body)


def test_a_list_that_shrank_to_one_slot_is_nobodys_writing(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("one", "connect(g_app, 'onPing', function() table.insert(_G.pings, 1) end)")
        it.write(
            "two",
            "function slot() end; connect(g_app, 'onPing', slot)",
            unload="table.remove(g_app.onPing); g_app.onPing = g_app.onPing[1]",
        )
        it.run("pings = {}")
        it.start("one", "two")
        it.client.control("unload", "two")
        it.client.control("reload", "two")
        assert not it.client.control("census", "one")["functions"]
        it.client.control("unload", "one")
        assert it.run("signalcall(g_app.onPing); return { #pings, g_app.onPing == nil }") == [0, True]

    modules(body)


def test_what_is_filled_anew_stays_its_owners(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write(
            "bar",
            "bar = g_ui.createWidget('UIWidget', rootWidget); names = {}\n"
            "function fill()\n"
            "  bar:destroyChildren()\n"
            "  for _ in pairs(names) do local w = g_ui.createWidget('UIWidget', bar)\n"
            "  g_ui.createWidget('UIWidget', w) end\n"
            "end\n"
            "function add(name) names[name] = true; fill() end\n"
            "function remove(name) names[name] = nil; fill() end\n"
            "add('own')",
        )
        it.write("user", "modules.bar.add('user')", unload="modules.bar.remove('user')")
        it.start("bar", "user")
        assert it.run("return #modules.bar.bar:getChildren()") == 2
        assert not it.client.control("census", "user")["widgets"]
        it.client.control("unload", "user")
        assert it.run("return #modules.bar.bar:getChildren()") == 1

    modules(body)


def test_who_holds_anothers_widget_is_reloaded_with_it(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("bar", "bar = g_ui.createWidget('UIWidget', rootWidget)\nfunction panel() return bar end")
        it.write(
            "user", "local held = {}\nfunction go() held.panel = modules.bar.panel() end\nfunction n() return held end"
        )
        it.write("guest", "function go(bar) _G.made = g_ui.createWidget('UIWidget', bar) end")
        it.start("bar", "user", "guest")
        assert not it.client.control("dependants", "bar")
        it.run("modules.user.go(); modules.guest.go(modules.bar.bar); modules.bar.registered = made")
        assert it.client.control("dependants", "bar") == ["user", "guest"]
        # What a guest puts into its host's is no reason to reload the host.
        assert not it.client.control("dependants", "guest")

    modules(body)


def test_styles_that_come_later_belong_to_the_module_of_their_file(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("late", "function go() g_ui.importStyle('late.otui') end")
        (it.folder / "late" / "late.otui").write_text("LateWindow < UIWidget\n  size: 10 10\n")
        it.write("other", "")
        it.start("late")
        it.run("modules.late.go()")
        it.run("g_modules.getModule('other'):load()")
        assert "LateWindow" in it.client.control("census", "late")["styles"]
        it.client.control("unload", "late")
        assert it.run("return g_ui.getStyle('LateWindow') == nil") is True

    modules(body)


def test_census_of_all(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.start()
        before = it.client.control("census_of_all")
        write_leaky(it)
        it.run("g_modules.discoverModules(); g_modules.getModule('leaky'):load()")
        after = it.client.control("census_of_all")
        more = {kind: count - before["total"][kind] for kind, count in after["total"].items()}
        styles = 2 if it.client.dialect == "mehah" else 1
        assert more == {
            "once": 1,
            "events": 0,
            "requests": 0,
            "opcodes": 1,
            "keybinds": 1,
            "slots": 2,
            "grabs": 1,
            "cursors": 0,
            "widgets": 2,
            "globals": 1,
            "functions": 1,
            "styles": styles,
        }
        assert after["modules"]["leaky"] == {kind: count for kind, count in more.items() if count}
        it.client.control("unload", "leaky")
        assert it.client.control("census_of_all") == before

    modules(body)


def test_modules_can_be_gone_through(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("m", "value = 1")
        it.start("m")
        assert it.run("for name, env in pairs(modules) do if name == 'm' then return env.value end end") == 1
        assert it.run("modules.new = 5; return package.loaded.new") == 5
        assert it.run("local ok, problem = pcall(pairs); return problem") == (
            "bad argument #1 to 'pairs' (table expected, got nil)"
        )

    modules(body)


def test_reload_of_nothing(modules: Callable[..., None]) -> None:
    def body(it: Modules) -> None:
        it.write("m", "")
        it.start()
        assert it.client.control("reload", "absent")["problem"] == "there is no module 'absent'"
        assert it.client.control("reload", "m")["problem"] == "module 'm' is not loaded"

    modules(body)
