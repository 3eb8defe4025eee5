"""Isolated plugins, in Lua and Python, in a real host: the same API, and a life after the death of their process."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost

from tibicen.cli.operations import operations_of
from tibicen.config import IsolatedConfig, StrikesConfig
from tibicen.errors import CrashError, HandlerError, TibicenError
from tibicen.lifecycle.restart import Restarts
from tibicen.lifecycle.waves import Wave
from tibicen.vm.isolated import Workers

pytestmark = pytest.mark.alone

LUA = """
local seen, ticks, heard = 0, 0, {}
function on_migrate(old) seen = old and old.seen or 0 end
function on_snapshot() return { seen = seen } end
function on_settings(changed) heard.setting = changed.word end
hooks.on("player.login", function() seen = seen + 1 end)
hooks.on("player.say", function(text) return text .. settings.word end)
hooks.on("player.may_login", function(player) if player.name == "Eve" then return "no Eves" end end)
timers.every(2, function() ticks = ticks + 1 end)
timers.after(2, function() heard.once = (heard.once or 0) + 1 end)
bus.subscribe("chat.*", function(subject, data) heard[subject] = data end)
exports.seen = function() return seen end
exports.ticks = function() return ticks end
exports.heard = function() return heard end
exports.greet = function(name) return "Hello " .. name end
exports.fail = function() error("on purpose") end
hooks.on("player.logout", function() error("on purpose") end)
exports.publish = function(subject, data) bus.publish(subject, data) end
exports.count = function() return kv.increment("n") end
exports.ask = function(plugin, name, ...) return imports[plugin][name](...) end
exports.has = function(plugin) return imports[plugin] ~= nil end
exports.say = function(text) log.warn(text) end
exports.reload = function() plugin.reload() end
exports.info = function() return { plugin.name, plugin.version, plugin.generation } end
"""

PYTHON = """
from tibicen.api import Plugin, hookimpl

seen = ticks = 0
heard = {}


def setup(it: Plugin) -> None:
    global plugin
    plugin = it
    plugin.every(2, tick)
    plugin.after(2, once)
    plugin.subscribe("chat.*", listen)
    for function in (greet, fail, publish, count, ask, has, say):
        plugin.export(function)
    plugin.export(lambda: seen, "seen")
    plugin.export(lambda: ticks, "ticks")
    plugin.export(lambda: heard, "heard")
    plugin.export(lambda: plugin.reload(), "reload")
    plugin.export(lambda: [plugin.name, plugin.version, plugin.generation], "info")


def on_migrate(old):
    global seen
    seen = old["seen"] if old else 0


def on_snapshot():
    return {"seen": seen}


def on_settings(changed):
    heard["setting"] = changed["word"]


@hookimpl
def player_login(player):
    global seen
    seen += 1


@hookimpl
def player_say(text):
    return text + plugin.settings["word"]


@hookimpl
def player_may_login(player):
    return "no Eves" if player["name"] == "Eve" else None


async def tick():
    global ticks
    ticks += 1


def once():
    heard["once"] = heard.get("once", 0) + 1


def listen(subject, data):
    heard[subject] = data


def greet(name):
    return "Hello " + name


def fail():
    raise ValueError("on purpose")


@hookimpl
def player_logout(player):
    fail()


def publish(subject, data):
    plugin.publish(subject, data)


def count():
    return plugin.kv.increment("n")


def ask(other, name, *arguments):
    return getattr(plugin.imports[other], name)(*arguments)


def has(other):
    return other in plugin.imports


def say(text):
    plugin.log.warn(text, extra=1)
"""

MANIFEST = """
version: "1.2"
tier: isolated
budget: {{cpu_ms: 1000, memory_mb: 64}}
permissions: {permissions}
settings: {{word: {{type: string, default: "!"}}}}
"""
PERMISSIONS = "[hooks.answer:*, bus.publish:chat.*, bus.subscribe:chat.*, imports.call:*]"

EVE = {"id": 1, "name": "Eve"}
BOB = {"id": 2, "name": "Bob"}

LANGUAGES = ["lua", "python"]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def write(folder: PluginFolder, language: str, name: str = "p", extra: str = "", code: str = "") -> None:
    code = code or {"lua": LUA, "python": PYTHON}[language]
    entry = {"lua": "init.lua", "python": "plugin.py"}[language]
    folder.plugin(name, code, MANIFEST.format(permissions=PERMISSIONS) + extra, entry)


def kill(running: RunningHost, name: str = "p") -> None:
    os.kill(running.info(name)["pid"], signal.SIGKILL)


async def restarted(running: RunningHost, name: str = "p", times: int = 1) -> None:
    await running.until(lambda: running.info(name)["restarts"] >= times, seconds=30)


def test_the_api_is_that_of_the_other_tiers(folder: PluginFolder, host: Any, in_host: Any, language: str) -> None:
    write(folder, language)
    folder.write(
        "other.lua", "exports.twice = function(n) return n * 2 end exports.bad = function() error('other') end\n"
    )

    async def scenario() -> None:
        async with host() as running:
            row = running.info("p")
            assert row["errors"] == []
            assert (row["tier"], row["language"], row["restarts"]) == ("isolated", language, 0)
            assert row["pid"] > 0
            assert any(each.startswith("rlimits: ") for each in row["sandbox"])
            assert running.export("p", "info") == ["p", "1.2", 1]
            running.host.hooks["player.login"](EVE)
            assert running.export("p", "seen") == 1
            assert running.host.hooks["player.say"]("hi", EVE).value == "hi!"
            assert running.export("p", "greet", "Bob") == "Hello Bob"
            assert [running.export("p", "count") for _ in range(3)] == [1, 2, 3]
            assert running.export("p", "ask", "other", "twice", 21) == 42
            assert running.export("p", "has", "other") is True
            assert running.export("p", "has", "nobody") is False
            with pytest.raises(TibicenError, match="other"):
                running.export("p", "ask", "other", "bad")
            running.export("p", "publish", "chat.say", {"text": "x"})
            await running.until(lambda: running.export("p", "heard").get("chat.say") == {"text": "x"})
            await running.until(lambda: running.export("p", "ticks") > 3)
            assert running.export("p", "heard")["once"] == 1
            assert row["owns"]["hook"] == 4 and row["owns"]["timer"] == 2
            assert running.info("p")["memory_mb"] > 0

    in_host(scenario)


def test_errors_name_file_and_line_and_are_one_strike(
    folder: PluginFolder, host: Any, in_host: Any, language: str
) -> None:
    write(folder, language)

    async def scenario() -> None:
        async with host() as running:
            with pytest.raises(HandlerError, match="on purpose") as caught:
                running.export("p", "fail")
            assert (caught.value.file, caught.value.line) == {
                "lua": ("p/init.lua", 15),
                "python": ("p/plugin.py", 69),
            }[language]
            running.host.hooks["player.logout"](EVE)
            (strike,) = running.info("p")["strikes"]
            assert strike["kind"] == "error"
            assert strike["reason"].startswith({"lua": "p/init.lua:16: on", "python": "p/plugin.py:69: V"}[language])

    in_host(scenario)


def test_reload_hands_state_over_and_ends_the_old_process(
    folder: PluginFolder, host: Any, in_host: Any, language: str
) -> None:
    write(folder, language)

    async def scenario() -> None:
        async with host() as running:
            for _ in range(3):
                running.host.hooks["player.login"](EVE)
            before = running.info("p")["pid"]
            assert running.host.plugins.reload("p").ok
            assert running.export("p", "seen") == 3
            assert running.info("p")["pid"] != before
            running.export("p", "reload")
            await running.until(lambda: running.info("p")["generation"] == 3)
            assert running.export("p", "seen") == 3
            running.host.plugins.unload("p")
            running.host.plugins.check_leaks()
            assert running.info("p")["leaks"] == []
            assert running.info("p")["pid"] == 0

    in_host(scenario)


def test_a_version_that_does_not_load_leaves_the_old_one(
    folder: PluginFolder, host: Any, in_host: Any, language: str
) -> None:
    write(folder, language)

    async def scenario() -> None:
        async with host() as running:
            running.host.hooks["player.login"](EVE)
            broken = {
                "lua": ("p/init.lua", "x = 1\nerror('broken')\n"),
                "python": ("p/plugin.py", "x = 1\nraise ValueError('broken')\n"),
            }[language]
            running.save(folder.write(*broken))
            (error,) = running.info("p")["errors"]
            assert error.startswith(f"{broken[0]}:2: ") and "broken" in error
            assert running.export("p", "seen") == 1
            ends = {
                "lua": ("p/init.lua", "while true do end\n"),
                "python": ("p/plugin.py", "import os\nos._exit(9)\n"),
            }[language]
            running.save(folder.write(*ends))
            assert running.info("p")["errors"] != []
            assert running.export("p", "seen") == 1
            assert running.info("p")["strikes"] == []

    in_host(scenario)


def test_after_a_crash_it_is_started_with_its_last_checkpoint(
    folder: PluginFolder, host: Any, in_host: Any, language: str
) -> None:
    write(folder, language)

    async def scenario() -> None:
        async with host(isolated=IsolatedConfig(checkpoint_seconds=0.1)) as running:
            assert running.host.plugins.reload("p").ok
            for _ in range(5):
                running.host.hooks["player.login"](EVE)
            checkpoints = running.host.plugins.active("p").runtime._checkpoints
            await running.until(lambda: checkpoints.last == {"seen": 5})
            kill(running)
            # Before it is back: the hook goes on without it, as it would without the plugin.
            assert running.host.hooks["player.say"]("hi", EVE).value == "hi"
            with pytest.raises(CrashError, match="SIGKILL"):
                running.export("p", "seen")
            await restarted(running)
            assert running.export("p", "seen") == 5
            assert running.host.hooks["player.say"]("hi", EVE).value == "hi!"
            row = running.info("p")
            assert [strike["kind"] for strike in row["strikes"]] == ["crash"]
            assert row["state"] == "active"
            ticks = running.export("p", "ticks")
            await running.until(lambda: running.export("p", "ticks") > ticks)

    in_host(scenario)


def test_a_reload_of_one_that_is_dead_begins_with_the_checkpoint(
    folder: PluginFolder, host: Any, in_host: Any, language: str
) -> None:
    write(folder, language)

    async def scenario() -> None:
        async with host() as running:
            running.host.hooks["player.login"](EVE)
            running.host.plugins.reload("p")
            running.host.hooks["player.login"](EVE)
            kill(running)
            report = running.host.plugins.reload("p")
            assert report.ok
            assert running.export("p", "seen") == 1, "what came after the checkpoint is lost"
            assert running.info("p")["restarts"] == 0

    in_host(scenario)


def test_one_that_dies_again_and_again_is_quarantined(
    folder: PluginFolder, host: Any, in_host: Any, language: str
) -> None:
    write(folder, language)

    async def scenario() -> None:
        async with host() as running:
            for times in (1, 2):
                kill(running)
                await restarted(running, times=times)
            kill(running)
            await running.until(lambda: running.info("p")["state"] == "quarantined")
            assert "SIGKILL" in running.info("p")["errors"][0]
            assert running.host.plugins.load("p").ok
            assert running.export("p", "greet", "Bob") == "Hello Bob"

    in_host(scenario)


def test_a_hook_that_fails_closed_refuses_while_the_process_is_dead(
    folder: PluginFolder, host: Any, in_host: Any, language: str
) -> None:
    write(folder, language)

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            may_login = running.host.hooks["player.may_login"]
            assert may_login(BOB) is None
            assert may_login(EVE) == "no Eves"
            kill(running)
            assert "try again later" in may_login(BOB)
            await restarted(running)
            assert may_login(BOB) is None

    in_host(scenario)


def test_a_restart_that_fails_is_tried_again(folder: PluginFolder, host: Any, in_host: Any) -> None:
    write(folder, "lua")

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            mended = folder.write("p/init.lua", "error('not yet')")
            kill(running)
            await running.until(lambda: running.info("p")["errors"])
            assert running.info("p")["restarts"] == 0
            mended.write_text(LUA)
            await restarted(running)
            assert running.info("p")["errors"] == []
            assert running.export("p", "greet", "Bob") == "Hello Bob"

    in_host(scenario)


def test_a_group_dies_together_and_comes_back_together(
    folder: PluginFolder, host: Any, in_host: Any, language: str
) -> None:
    for name in ("one", "two"):
        write(folder, language, name, "group: pair\n")

    async def scenario() -> None:
        async with host() as running:
            pid = running.info("one")["pid"]
            assert running.info("two")["pid"] == pid
            running.host.hooks["player.login"](EVE)
            assert running.export("one", "ask", "two", "seen") == 1
            kill(running, "one")
            await restarted(running, "one")
            await restarted(running, "two")
            assert running.info("one")["pid"] == running.info("two")["pid"] != pid
            assert running.export("two", "ask", "one", "greet", "Bob") == "Hello Bob"

    in_host(scenario)


def test_settings_reach_it_while_it_runs(folder: PluginFolder, host: Any, in_host: Any, language: str) -> None:
    write(folder, language)

    async def scenario() -> None:
        async with host(plugins={}) as running:
            generation = running.host.plugins.active("p")
            generation.runtime.settings_changed({"word": "?"})
            assert running.host.hooks["player.say"]("hi", EVE).value == "hi?"
            assert running.export("p", "heard")["setting"] == "?"

    in_host(scenario)


def test_health_and_hand_over_refuse_as_elsewhere(folder: PluginFolder, host: Any, in_host: Any, language: str) -> None:
    texts = {
        "lua": [
            "function on_health() return 'not today' end",
            "function on_health() return false end",
            "x = 1\nfunction on_health() error('ill') end",
            "x = 1\nfunction on_migrate(old) error('lost') end",
        ],
        "python": [
            "def on_health(): return 'not today'",
            "def on_health(): return False",
            "x = 1\ndef on_health(): raise ValueError('ill')",
            "x = 1\ndef on_migrate(old): raise ValueError('lost')",
        ],
    }[language]

    async def scenario() -> None:
        async with host() as running:
            for text, expected in zip(texts, ("no: not today", "said no", "ill", "on_migrate failed: "), strict=True):
                write(folder, language, code=text)
                running.save(folder.path / "p")
                (error,) = running.info("p")["errors"]
                assert expected in error
                if text.startswith("x = 1"):
                    assert ":2: " in error

    in_host(scenario)


def test_neighbours_are_imported_and_required(folder: PluginFolder, host: Any, in_host: Any, language: str) -> None:
    if language == "lua":
        folder.write("p/lib/util.lua", "return {name = 'util'}\n")
        write(folder, language, code="exports.get = function() return require('lib.util').name end\n")
    else:
        folder.write("p/lib/__init__.py", "")
        folder.write("p/lib/util.py", "NAME = 'util'\n")
        write(folder, language, code="from .lib.util import NAME\ndef setup(p): p.export(lambda: NAME, 'get')\n")

    async def scenario() -> None:
        async with host() as running:
            assert running.export("p", "get") == "util"

    in_host(scenario)


# -- Python alone ---------------------------------------------------------------------------------------------


def test_tasks_begin_when_it_is_live_and_end_with_it(folder: PluginFolder, host: Any, in_host: Any) -> None:
    code = """
    import asyncio

    def setup(plugin):
        async def work():
            try:
                while True:
                    plugin.kv.increment("steps")
                    await asyncio.sleep(0.001)
            finally:
                plugin.kv.set("ended", plugin.generation)
        plugin.spawn(work)
        async def fails():
            raise ValueError("in a task")
        plugin.spawn(fails)
        plugin.export(lambda: [plugin.kv.get("steps"), plugin.kv.get("ended")], "look")
    """
    write(folder, "python", code=code)

    async def scenario() -> None:
        async with host() as running:
            await running.until(lambda: (running.export("p", "look")[0] or 0) > 5)
            await running.until(lambda: running.info("p")["strikes"])
            (strike,) = running.info("p")["strikes"]
            assert "in a task" in strike["reason"] and strike["reason"].startswith("p/plugin.py:13: ")
            assert running.host.plugins.reload("p").ok
            await running.until(lambda: running.export("p", "look")[1] == 1)

    in_host(scenario)


def test_wrappers_run_around_handlers_of_others(folder: PluginFolder, host: Any, in_host: Any) -> None:
    code = """
    from tibicen.api import Plugin, hookimpl

    told = []

    def setup(plugin: Plugin) -> None:
        plugin.export(lambda: told, "told")

    @hookimpl(wrapper=True)
    def player_say(text):
        told.append(["before", text])
        result = yield
        told.append(["after", result])
        return result.upper() if text != "nothing" else None

    @hookimpl(wrapper=True)
    def player_login(player):
        if player["name"] == "early":
            raise ValueError("before")
        yield
        if player["name"] == "late":
            raise ValueError("after")
        if player["name"] == "twice":
            yield

    @hookimpl(wrapper=True)
    def status_players():
        players = yield
        return [*players, {"name": "added", "level": 1}]
    """
    write(folder, "python", code=code)
    folder.write(
        "other.lua",
        """
        hooks.on("player.say", function(text) return text .. "!" end)
        hooks.on("status.players", function() return { name = "Eve", level = 8 } end)
    """,
    )

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            assert running.info("p")["errors"] == []
            assert running.host.hooks["player.say"]("hi", {}).value == "HI!"
            assert running.host.hooks["player.say"]("nothing", {}).value == "nothing!"
            assert running.export("p", "told")[:2] == [["before", "hi"], ["after", "hi!"]]
            assert running.host.hooks["status.players"]() == [
                {"name": "Eve", "level": 8},
                {"name": "added", "level": 1},
            ]
            for name, wanted in (("early", "before"), ("late", "after"), ("twice", "has to yield only once")):
                before = len(running.reports)
                running.host.hooks["player.login"]({"name": name})
                (report,) = running.reports[before:]
                assert report.action == "strike" and wanted in str(report.problems[0])
            assert "p/plugin.py:18" in str(running.reports[-3].problems[0])
            kill(running)
            # It is out, and its event goes on without it.
            assert running.host.hooks["player.say"]("hi", {}).value == "hi!"
            await restarted(running)
            assert running.host.hooks["player.say"]("hi", {}).value == "HI!"

    in_host(scenario)


def test_what_ends_the_interpreter_ends_only_the_load(folder: PluginFolder, host: Any, in_host: Any) -> None:
    write(folder, "python", code="import sys\nsys.exit(4)\n")

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("p")["errors"]
            assert error.startswith("p/plugin.py:2: ") and "tried to end the host" in error

    in_host(scenario)


def test_a_registration_is_taken_back(folder: PluginFolder, host: Any, in_host: Any) -> None:
    code = """
    def setup(plugin):
        said = plugin.on("player.say", lambda text, player: text + "!")
        timer = plugin.every(1, lambda: plugin.kv.increment("n"))
        plugin.export(lambda: [said.cancel(), timer.cancel()], "cancel")
        plugin.export(lambda: plugin.kv.get("n"), "n")
    """
    write(folder, "python", code=code)

    async def scenario() -> None:
        async with host() as running:
            assert running.host.hooks["player.say"]("hi", EVE).value == "hi!"
            await running.until(lambda: running.export("p", "n"))
            running.export("p", "cancel")
            assert running.host.hooks["player.say"]("hi", EVE).value == "hi"
            assert running.info("p")["owns"].get("timer", 0) == 0

    in_host(scenario)


def test_restarts_wait_twice_as_long_each_time() -> None:
    class Loop:
        now = 0.0

        def time(self) -> float:
            return self.now

        def call_later(self, delay: float, *call: Any) -> Any:
            return self

        def cancel(self) -> None:
            pass

    loop = Loop()
    restarts = Restarts(loop, lambda name: None)  # type: ignore[arg-type]
    waits = []
    for _ in range(11):
        waits.append(restarts.schedule("p"))
        loop.now += waits[-1] + 1
    assert waits == [pytest.approx(min(0.1 * 2**index, 30.0)) for index in range(11)]
    assert restarts.schedule("other") == 0.1
    loop.now += 100
    assert restarts.schedule("p") == 0.1


def test_a_dead_process_holds_nothing_of_other_plugins(
    folder: PluginFolder, host: Any, in_host: Any, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tibicen.lifecycle.restart.FIRST_SECONDS", 3600.0)
    write(folder, language)
    tame = folder.write("tame.py", "from tibicen.api import hookimpl\n\n\n@hookimpl\ndef player_login(player): ...\n")

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            kill(running)
            for _ in range(3):
                running.host.hooks["player.login"](EVE)
            assert running.info("p")["pid"] == 0
            running.save(tame)
            gc.collect()
            running.host.plugins.check_leaks()
            assert running.info("tame")["generation"] == 2
            assert [report for report in running.reports if report.action == "leak"] == []

    in_host(scenario)


# -- imports that take long -----------------------------------------------------------------------------

SLOW = """
import os
import time

while not os.path.exists(os.path.join(os.path.dirname(__file__), "go")):
    time.sleep(0.01)
"""
NEEDS_SLOW = """
\"\"\"A plugin.\"\"\"

from __future__ import annotations

import json
from .more import value
"""
MORE = """
from slowly import time

value = 1


def setup(plugin):
    plugin.export(lambda: plugin.generation, "generation")
"""


@pytest.fixture
def slowly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module whose import waits until there is a file."""
    packages = tmp_path / "site-packages"
    packages.mkdir()
    (packages / "slowly.py").write_text(SLOW, encoding="utf-8")
    monkeypatch.syspath_prepend(str(packages))
    return packages / "go"


def needs_slow(folder: PluginFolder, extra: str = "") -> Path:
    folder.write("p/more.py", MORE)
    code = NEEDS_SLOW + "from .more import setup\n"
    return folder.plugin("p", code, "tier: isolated\nbudget: {memory_mb: 64}\n" + extra, "plugin.py")


def test_the_loop_is_served_while_modules_are_imported(
    folder: PluginFolder, host: Any, in_host: Any, slowly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tibicen.vm.isolated.PREPARING_SECONDS", 60.0)

    async def scenario() -> None:
        async with host() as running:
            do = operations_of(running.host)

            async def comes_live(generation: int) -> None:
                # With the loop held, nobody would ever make the file.
                await running.until(lambda: running.host.workers._prepared)
                for _ in range(20):
                    await asyncio.sleep(0.002)
                slowly.touch()
                active = running.host.plugins.active
                await running.until(lambda: (it := active("p")) is not None and it.number == generation, seconds=30)
                assert running.export("p", "generation") == generation
                assert running.host.workers._prepared == {}
                slowly.unlink()

            running.host.intake.take(Wave(frozenset({needs_slow(folder)}), time.monotonic()))
            await comes_live(1)
            asked = asyncio.ensure_future(do["plugins.reload"]("p"))
            await comes_live(2)
            assert (await asked)["ok"]
            kill(running)
            await comes_live(3)
            assert running.info("p")["errors"] == []

    in_host(scenario)


def test_imports_that_take_too_long_are_refused(
    folder: PluginFolder, host: Any, in_host: Any, slowly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tibicen.vm.isolated.PREPARING_SECONDS", 0.2)

    async def scenario() -> None:
        async with host() as running:
            root = needs_slow(folder)
            running.host.intake.take(Wave(frozenset({root}), time.monotonic()))
            await running.until(lambda: running.reports)
            (error,) = running.info("p")["errors"]
            assert "what it imports first took longer than 0.2 s" in error
            monkeypatch.setattr("tibicen.vm.isolated.PREPARING_SECONDS", 60.0)
            slowly.touch()
            running.host.intake.take(Wave(frozenset({root}), time.monotonic()))
            await running.until(lambda: running.host.plugins.active("p"), seconds=30)

    in_host(scenario)


def test_what_was_prepared_in_vain_is_ended(
    folder: PluginFolder, host: Any, in_host: Any, slowly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tibicen.vm.isolated.PREPARING_SECONDS", 0.1)
    monkeypatch.setattr("tibicen.vm.isolated.UNUSED_SECONDS", 0.0)
    slowly.touch()
    begun: list[Any] = []
    start = Workers._start

    def noted(self: Workers, *arguments: Any) -> Any:
        begun.append(start(self, *arguments))
        return begun[-1]

    monkeypatch.setattr(Workers, "_start", noted)

    async def scenario() -> None:
        async with host() as running:
            root = needs_slow(folder, "requires: {nobody: '*'}\n")
            await running.host.plugins.preparation([root])
            await running.until(lambda: not running.host.workers._prepared)
            (process,) = begun
            await running.until(lambda: not process.runs())
            # What asks for more than it was granted, sleeps or is switched off is not even begun.
            folder.write("p/plugin.yaml", "name: p\ntier: isolated\nenabled: false\n")
            assert running.host.plugins.preparation([root]) is None

    in_host(scenario)
