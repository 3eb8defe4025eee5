"""What a module hands over when it is reloaded, and what happens when it can't."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.files import Files
from tibicen.vm import stack

COUNTER = """
count = 0
function add() count = count + 1 end
function on_snapshot() return { version = 1, count = count, list = { 'a', 'b' } } end
function on_migrate(old) count = old and old.count or -1 end
"""

# As stock modules do it: saved in terminate, read in init.
SETTINGS = """
local settings = g_configs.getSettings()
width = tonumber(settings:getValue('width')) or 5
function terminate() settings:setValue('width', width) end
"""


class Modules:
    """A client with modules that a test writes."""

    def __init__(self, folder: Path, dialect: Any) -> None:
        self.folder = folder
        self.write("lib", "modules = package.loaded; rootWidget = g_ui.getRootWidget()", sandboxed=False)
        self.client = Client(Files(folder), dialect=dialect)

    def write(self, name: str, code: str, *, sandboxed: bool = True) -> None:
        target = self.folder / "modules" / name
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{name}.lua").write_text(dedent(code))
        end = "  @onUnload: if terminate then terminate() end\n"
        (target / f"{name}.otmod").write_text(
            f"Module\n  name: {name}\n  sandboxed: {str(sandboxed).lower()}\n  scripts: [ {name} ]\n{end}"
        )

    def start(self, *names: str) -> None:
        self.run("g_resources.addSearchPath(g_resources.getWorkDir() .. 'modules', true); g_modules.discoverModules()")
        for name in ("lib", *names):
            self.run(f"assert(g_modules.getModule('{name}'):load())")

    def run(self, code: str) -> Any:
        return self.client.run(code.encode())

    def reload(self, *names: str) -> Any:
        return self.client.control("reload_all", list(names))


In = Callable[[Callable[[Modules], None]], None]


@pytest.fixture(params=["mehah", "edubart"])
def modules(request: pytest.FixtureRequest, tmp_path: Path) -> In:
    def run(body: Callable[[Modules], None]) -> None:
        def inside() -> None:
            it = Modules(tmp_path, request.param)
            with contextlib.closing(it.client):
                body(it)

        stack.run(inside)

    return run


def test_a_state_is_handed_over(modules: In) -> None:
    def body(it: Modules) -> None:
        it.write("counter", COUNTER)
        it.start("counter")
        it.run("modules.counter.add(); modules.counter.add()")
        assert it.reload("counter")["ok"] is True
        assert it.run("return modules.counter.count") == 2
        it.write("counter", COUNTER.replace("old.count or", "old.count + #old.list * 10 or"))
        assert it.reload("counter")["ok"] is True
        assert it.run("return modules.counter.count") == 22

    modules(body)


def test_what_modules_save_by_themselves_is_enough(modules: In) -> None:
    def body(it: Modules) -> None:
        it.write("window", SETTINGS)
        it.start("window")
        it.run("modules.window.width = 17")
        assert it.reload("window")["ok"] is True
        assert it.run("return modules.window.width") == 17
        # Also when the new one can't be had.
        it.run("modules.window.width = 18")
        it.write("window", "error('no')")
        assert it.reload("window")["restored"] is True
        assert it.run("return modules.window.width") == 18

    modules(body)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("function on_migrate(old) error('not like this') end", "on_migrate failed: "),
        ("function on_migrate(old) local x = old.nothing.at_all end", "on_migrate failed: "),
    ],
)
def test_an_error_in_on_migrate_brings_the_old_one_back(modules: In, broken: str, said: str) -> None:
    def body(it: Modules) -> None:
        it.write("counter", COUNTER)
        it.start("counter")
        it.run("modules.counter.add()")
        it.write("counter", COUNTER + broken)
        report = it.reload("counter")
        assert (report["ok"], report["restored"]) == (False, True)
        assert said in report["problems"]["counter"][0] and "/counter/counter.lua:6" in report["problem"]
        assert it.run("return modules.counter.count") == 1
        it.write("counter", COUNTER)
        assert it.reload("counter")["ok"] is True and it.run("return modules.counter.count") == 1

    modules(body)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("{ window = rootWidget }", "on_snapshot's state.window is a userdata"),
        ("{ a = { b = print } }", "on_snapshot's state.a.b is a function"),
        ("{ [true] = 1 }", "has a boolean for a key"),
        ("(function() local t = {} t.t = t return t end)()", "holds itself"),
        ("error('no state')", "no state"),
    ],
)
def test_a_state_that_can_not_be_handed_over_reloads_nothing(modules: In, state: str, said: str) -> None:
    def body(it: Modules) -> None:
        it.write("odd", f"value = 1\nfunction on_snapshot() return {state} end")
        it.start("odd")
        it.write("odd", "value = 2")
        report = it.reload("odd")
        assert (report["ok"], report["restored"]) == (False, False)
        assert said in report["problem"] and "on_snapshot of the running version failed" in report["problem"]
        assert it.run("return modules.odd.value") == 1

    modules(body)


def test_a_state_that_nobody_takes_is_told(modules: In) -> None:
    def body(it: Modules) -> None:
        it.write("counter", COUNTER)
        it.start("counter")
        it.write("counter", "value = 1")
        report = it.reload("counter")
        assert report["ok"] is True and "it was dropped" not in report["notes"]["counter"][0]
        assert "no on_migrate" in report["notes"]["counter"][0]

    modules(body)


def test_states_of_those_that_come_along(modules: In) -> None:
    def body(it: Modules) -> None:
        it.write("hub", "value = 1")
        it.write("counter", COUNTER + "hub = modules.hub.value")
        it.start("hub", "counter")
        it.run("modules.counter.add()")
        it.write("hub", "value = 2")
        assert it.reload("hub")["reloaded"] == ["hub", "counter"]
        assert it.run("return { modules.counter.count, modules.counter.hub }") == [1, 2]
        it.write("hub", "error('no')")
        assert it.reload("hub")["ok"] is False
        assert it.run("return { modules.counter.count, modules.counter.hub }") == [1, 2]

    modules(body)


def test_several_modules_stand_and_fall_by_themselves(modules: In) -> None:
    def body(it: Modules) -> None:
        for name in ("one", "two", "three"):
            it.write(name, "value = 1")
        it.start("one", "two", "three")
        it.write("one", "value = 2")
        it.write("two", "error('no')")
        it.write("three", "value = 2")
        report = it.reload("one", "two", "three")
        assert (report["ok"], report["failed"], sorted(report["reloaded"])) == (False, ["two"], ["one", "three", "two"])
        assert it.run("return { modules.one.value, modules.two.value, modules.three.value }") == [2, 1, 2]

    modules(body)


def test_the_same_failure_twice_still_leaves_the_old_one(modules: In) -> None:
    def body(it: Modules) -> None:
        it.write("m", "value = 1")
        it.start("m")
        for _ in range(3):
            it.write("m", "error('no')")
            assert it.reload("m")["restored"] is True
            assert it.run("return modules.m.value") == 1

    modules(body)


def test_a_module_that_can_not_stand_with_the_new_one(modules: In) -> None:
    def body(it: Modules) -> None:
        it.write("hub", "function give() return 1 end")
        it.write("user", "got = modules.hub.give()")
        it.write("alone", "value = 1")
        it.start("hub", "user", "alone")
        it.write("hub", "function other() end")
        it.write("alone", "value = 2")
        report = it.reload("hub", "alone")
        assert report["failed"] == ["hub"]
        assert "user failed with it" in report["problem"]
        assert it.run("return { modules.hub.give(), modules.user.got, modules.alone.value }") == [1, 1, 2]

    modules(body)


def test_a_file_outside_of_modules_belongs_to_who_reads_it(modules: In) -> None:
    def body(it: Modules) -> None:
        (it.folder / "shared.lua").write_text("shared_value = 1")
        it.write("reader", "dofile('/shared.lua')\nvalue = shared_value")
        it.start("reader")
        assert it.client.control("readers", "/shared.lua")["modules"] == ["reader"]
        (it.folder / "shared.lua").write_text("shared_value = 2")
        assert it.client.control("stale") == ["/shared.lua"]
        assert it.reload("reader")["ok"] is True
        assert it.run("return modules.reader.value") == 2
        # It is part of what is put back.
        (it.folder / "shared.lua").write_text("error('no')")
        assert it.reload("reader")["restored"] is True
        assert it.run("return modules.reader.value") == 2

    modules(body)
