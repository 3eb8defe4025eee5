"""A Python generation that is unloaded is gone; one that something holds is reported, with who holds it."""

from __future__ import annotations

import atexit
import gc
import sys
import threading
import types
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost

REGISTRY = types.ModuleType("leak_registry")


@pytest.fixture(autouse=True)
def registry() -> Iterator[list[Any]]:
    """A module that outlives plugins, with a list that they may put things into; emptied afterwards."""
    names = vars(REGISTRY)
    names["things"], names["stop"] = [], threading.Event()
    sys.modules["leak_registry"] = REGISTRY
    yield names["things"]
    names["stop"].set()
    names["things"].clear()
    del sys.modules["leak_registry"]
    gc.collect()


def leaks_of(running: RunningHost) -> list[str]:
    """What the leak report says of plugin p, after looking now."""
    running.host.plugins.check_leaks()
    reports = [report for report in running.reports if report.action == "leak"]
    assert all(report.plugins == ["p"] and not report.ok for report in reports)
    texts = [problem.message for report in reports for problem in report.problems]
    running.reports.clear()
    assert running.info("p")["leaks"] == [text.partition("but ")[2] for text in texts] or not texts
    return texts


CLEAN = {
    "a plugin with a bit of all": """
        import asyncio
        from tibicen.api import hookimpl

        class Thing:
            def method(self):
                return self

        thing = Thing()
        cycle = [thing]
        cycle.append(cycle)

        @hookimpl
        def player_login(player):
            return None

        async def work():
            await asyncio.Event().wait()

        def setup(plugin):
            global kept
            kept = plugin
            plugin.every(1000, thing.method)
            plugin.on("player.login", lambda player: thing)
            plugin.subscribe("a", lambda subject, data: None)
            plugin.export(lambda: 1, "one")
            plugin.spawn(work)
    """,
    "a plugin that failed when it was called": """
        def setup(plugin):
            def fail():
                raise ValueError("here")
            plugin.on("player.login", lambda player: fail())
    """,
}


@pytest.mark.parametrize("what", CLEAN)
def test_a_clean_plugin_is_gone(folder: PluginFolder, host: Any, in_host: Any, what: str) -> None:
    folder.write("p.py", CLEAN[what])

    async def scenario() -> None:
        async with host() as running:
            running.host.hooks["player.login"]({"name": "Eve"})
            mark = running.host.plugins.active("p").runtime._mark
            first = running.host.plugins.active("p").ledger
            assert running.host.plugins.reload("p").ok
            await running.until(lambda: first.mode.name == "CLOSED")
            assert leaks_of(running) == []
            gc.collect()
            assert mark() is None

    in_host(scenario)


LEAKS = {
    "a list of another module": (
        """
        import leak_registry

        def forgotten():
            return 1

        leak_registry.things.append(forgotten)
        """,
        "its function forgotten is held by leak_registry.things",
    ),
    "a name in another module": (
        """
        import leak_registry

        def forgotten():
            return 1

        leak_registry.handler = forgotten
        """,
        "its function forgotten is held by the module leak_registry",
    ),
    "atexit": (
        """
        import atexit

        def forgotten():
            return 1

        atexit.register(forgotten)
        """,
        "its module is held by what the garbage collector can't look into: atexit, or an extension",
    ),
    "a list in a list of another module": (
        """
        import leak_registry

        def forgotten():
            return 1

        leak_registry.things.append({"deep": [forgotten]})
        """,
        "its function forgotten is held by leak_registry.things",
    ),
    "its own module": (
        """
        import sys

        import leak_registry

        leak_registry.things.append(sys.modules[__name__])
        """,
        "its module is held by leak_registry.things",
    ),
    "an object of its class": (
        """
        import leak_registry

        class Thing:
            def method(self):
                return 1

        leak_registry.things.append(Thing())
        """,
        "its Thing object is held by leak_registry.things",
    ),
    "a bound method": (
        """
        import leak_registry

        class Thing:
            def method(self):
                return 1

        leak_registry.things.append(Thing().method)
        """,
        "its function Thing.method is held by leak_registry.things",
    ),
    "a thread": (
        """
        import threading

        import leak_registry

        def loop_for_ever():
            leak_registry.stop.wait()

        threading.Thread(target=loop_for_ever, name="forgotten thread", daemon=True).start()
        """,
        "its thread 'forgotten thread' still runs, in loop_for_ever at ",
    ),
}


def test_what_the_host_has_frozen_is_found_to_hold(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write("p.py", LEAKS["a list of another module"][0])

    async def scenario() -> None:
        gc.collect()
        gc.freeze()
        try:
            async with host() as running:
                assert running.host.plugins.reload("p").ok
                assert leaks_of(running) == ["generation 1 was unloaded, but " + LEAKS["a list of another module"][1]]
        finally:
            gc.unfreeze()

    in_host(scenario)


@pytest.mark.parametrize("what", LEAKS)
@pytest.mark.parametrize("shape", ["p.py", "p/plugin.py", "p/sub.py"])
def test_who_holds_a_generation_is_named(
    folder: PluginFolder, host: Any, in_host: Any, monkeypatch: pytest.MonkeyPatch, what: str, shape: str
) -> None:
    code, sentence = LEAKS[what]
    folder.write(shape, code)
    if shape == "p/sub.py":
        folder.write("p/plugin.py", "from . import sub\n")
    # Only to take it back at the end: by its number, so that it is not held here.
    registered: list[int] = []
    register = atexit.register
    monkeypatch.setattr(atexit, "register", lambda function: (registered.append(id(function)), register(function))[1])

    async def scenario() -> None:
        async with host() as running:
            assert running.info("p")["errors"] == []
            running.host.plugins.unload("p")
            texts = leaks_of(running)
            assert texts
            assert [text for text in texts if text.startswith("generation 1 was unloaded, but ") and sentence in text]
            # Said once.
            assert leaks_of(running) == []

    try:
        in_host(scenario)
    finally:
        vars(REGISTRY).pop("handler", None)
        for function in [each for each in gc.get_objects() if id(each) in registered]:
            atexit.unregister(function)


def test_a_lua_plugin_is_gone_whatever_it_holds(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write("p.lua", 'local cycle = {} cycle.cycle = cycle\nhooks.on("player.login", function() return cycle end)')

    async def scenario() -> None:
        async with host() as running:
            running.host.hooks["player.login"]({"name": "Eve"})
            state = running.host.plugins.active("p").runtime.vm._watch
            assert state() is not None
            running.host.plugins.unload("p")
            assert state() is None
            assert leaks_of(running) == []

    in_host(scenario)
