"""What an author goes through with a host that runs: every save, as the system tells of it, to the generation that
serves."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario
from tests.hosting import PATIENCE, XML_REQUEST, ask_xml, connect, hosting

from tibicen.config import StrikesConfig
from tibicen.lifecycle import waves
from tibicen.paths import checkout_root

pytestmark = pytest.mark.alone

InHost = Callable[[Scenario], Any]

EVE = {"id": 1, "name": "Eve", "level": 12}
BOB = {"id": 2, "name": "Bob", "level": 7}

COUNTER = """
local count = 0
hooks.on("player.login", function() count = count + 1 end)
function exports.count() return count end
function exports.version() return {version} end
function on_snapshot() return {{ count = count }} end
function on_migrate(old) count = old and old.count or 0 end
"""


def serves(running: RunningHost, name: str, generation: int) -> Callable[[], bool]:
    """Whether a generation of a plugin is the one that serves."""

    def check() -> bool:
        active = running.host.plugins.active(name)
        return active is not None and active.number == generation

    return check


async def refused(running: RunningHost, name: str) -> str:
    """Waits until the newest version of a plugin is refused; why."""
    await running.until(lambda: running.info(name)["errors"], PATIENCE)
    return str(running.info(name)["errors"][0])


def test_from_the_first_save_to_the_last(folder: PluginFolder, in_host: InHost) -> None:
    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            host = running.host
            # It is dropped in.
            folder.plugin("count", COUNTER.format(version=1))
            await running.until(lambda: "count" in host.plugins.plugins, PATIENCE)
            await running.until(serves(running, "count", 1), PATIENCE)
            host.emit("player.login", [EVE])
            # It is edited.
            folder.write("count/init.lua", COUNTER.format(version=2))
            await running.until(serves(running, "count", 2), PATIENCE)
            assert running.export("count", "version") == 2
            # It is broken: the old one goes on, and the errors are told.
            folder.write("count/init.lua", COUNTER.format(version=3) + "\nfunction (")
            assert (await refused(running, "count")).startswith("count/init.lua:")
            host.emit("player.login", [EVE])
            info = running.info("count")
            assert (info["state"], info["generation"]) == ("active", 2)
            report = running.reports[-1]
            assert (report.ok, report.kept, report.generations) == (False, ["count"], {"count": 2})
            assert report.since_save_ms is not None
            folder.write("count/plugin.yaml", "name: count\nverion: '2'\n")
            await running.until(lambda: "plugin.yaml:2" in running.info("count")["errors"][0], PATIENCE)
            # It is mended.
            folder.write("count/init.lua", COUNTER.format(version=4))
            folder.write("count/plugin.yaml", "name: count\nversion: '2.0'\n")
            await running.until(lambda: not running.info("count")["errors"], PATIENCE)
            assert running.info("count")["version"] == "2.0"
            assert (running.export("count", "version"), running.export("count", "count")) == (4, 2)
            # Its folder gets another name: the same plugin, with its state.
            generation = running.info("count")["generation"]
            (folder.path / "count").rename(folder.path / "counting")
            await running.until(lambda: running.info("count")["generation"] > generation, PATIENCE)
            assert running.info("count")["path"].endswith("counting")
            assert running.export("count", "count") == 2
            folder.write("counting/init.lua", COUNTER.format(version=5))
            await running.until(lambda: running.export("count", "version") == 5, PATIENCE)
            # It is deleted.
            last = host.plugins.active("count")
            assert last is not None
            shutil.rmtree(folder.path / "counting")
            await running.until(lambda: "count" not in host.plugins.plugins, PATIENCE)
            assert not last.alive
            assert len(host.hooks["player.login"]) == 0
            assert running.reports[-1].action == "unload"
            host.emit("player.login", [EVE])

    in_host(scenario)


def test_nobody_notices_that_the_status_page_is_edited(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    """A connection, what is stored and what is handed over: all three survive a save."""
    root = checkout_root()
    assert root is not None
    shutil.copytree(root / "plugins" / "statuspage", folder.path / "statuspage")
    code = (folder.path / "statuspage" / "init.lua").read_text()

    async def scenario() -> None:
        async with hosting(folder, watch=True, listen=True, data=tmp_path / "data") as running:
            for player in (EVE, BOB):
                running.host.emit("player.login", [player])
            running.host.emit("player.logout", [BOB])
            reader, writer = await connect(running)
            writer.write(XML_REQUEST[:5])
            await running.until(lambda: running.host.describe()["status"]["connections"] == 1, PATIENCE)
            edited = code.replace("online = count, max = settings.max_players", "online = count, max = 7")
            assert edited != code
            folder.write("statuspage/init.lua", edited)
            await running.until(serves(running, "statuspage", 2), PATIENCE)
            assert running.host.describe()["status"]["connections"] == 1
            writer.write(XML_REQUEST[5:])
            answer = await asyncio.wait_for(reader.read(), PATIENCE)
            assert b'<players online="1" max="7" peak="2"/>' in answer
            writer.close()
            folder.write("statuspage/init.lua", code)
            await running.until(serves(running, "statuspage", 3), PATIENCE)
            assert (await ask_xml(running))["players"] == {"online": "1", "max": "100", "peak": "2"}
        async with hosting(folder, listen=True, data=tmp_path / "data") as running:
            assert (await ask_xml(running))["players"] == {"online": "0", "max": "100", "peak": "2"}

    in_host(scenario)


def test_no_event_is_lost_while_a_plugin_is_saved(folder: PluginFolder, in_host: InHost) -> None:
    folder.write("count.lua", COUNTER.format(version=0))

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            sent = 0
            done = False

            async def events() -> None:
                nonlocal sent
                while not done:
                    running.host.emit("player.login", [EVE])
                    sent += 1
                    await asyncio.sleep(0)

            traffic = asyncio.create_task(events())
            for version in range(1, 11):
                # Every third save is broken; the old one goes on counting.
                broken = "\nerror('broken')" if version % 3 == 0 else ""
                folder.write("count.lua", COUNTER.format(version=version) + broken)
                if broken:
                    await refused(running, "count")
                else:
                    await running.until(lambda: running.export("count", "version") == version, PATIENCE)  # noqa: B023
            done = True
            await traffic
            assert running.export("count", "count") == sent > 10

    in_host(scenario)


def test_five_hundred_files_are_one_wave(
    folder: PluginFolder, in_host: InHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A machine that is busy with something else may take its time between two files.
    monkeypatch.setattr(waves, "BURST", 1.0)
    aside = PluginFolder(tmp_path / "aside")
    for number in range(499):
        aside.write(f"p{number:03}.lua", f"exports.n = function() return {number} end")
    aside.write("broken.lua", "function (")

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            seen: list[waves.Wave] = []
            take = running.host.intake.take
            watcher = running.host._watcher
            assert watcher is not None
            monkeypatch.setattr(watcher._gatherer, "_on_wave", lambda wave: (seen.append(wave), take(wave)))
            turns = reported = 0

            async def others() -> None:
                nonlocal turns, reported
                reported = len(running.reports)
                while True:
                    turns += 1
                    await asyncio.sleep(0)

            shutil.copytree(aside.path, folder.path, dirs_exist_ok=True)
            await running.until(lambda: seen, PATIENCE)
            other = asyncio.create_task(others())
            await running.until(lambda: len(running.reports) == 500, PATIENCE)
            other.cancel()
            assert len(seen) == 1
            # The loop has its turn between any two of those that were still to come.
            assert turns >= 499 - reported > 400
            states = [plugin.state for plugin in running.host.plugins.plugins.values()]
            assert (states.count("active"), states.count("failed")) == (499, 1)
            assert running.export("p123", "n") == 123

    in_host(scenario)


def test_a_lazy_plugin_is_loaded_by_its_first_event_and_gets_it(folder: PluginFolder, in_host: InHost) -> None:
    lazy = "lazy: {on: [player.login]}"
    folder.plugin("base", "exports.ready = function() return true end", lazy)
    folder.plugin(
        "count", "assert(imports.base.ready())" + COUNTER.format(version=1), f"{lazy}\nrequires: {{base: '*'}}"
    )
    folder.plugin("other", COUNTER.format(version=1))

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            resting = running.info("count")
            assert (resting["state"], resting["reason"]) == ("resolved", "lazy: waits for player.login")
            running.host.emit("player.logout", [EVE])
            assert running.info("count")["state"] == "resolved"
            running.host.emit("player.login", [EVE])
            assert running.export("count", "count") == 1
            assert running.info("base")["state"] == "active", "it is needed"
            # A save of one that is awake is a reload; one that sleeps is not woken by it.
            folder.write("count/init.lua", COUNTER.format(version=2))
            await running.until(serves(running, "count", 2), PATIENCE)
            assert running.export("count", "count") == 1
            running.host.plugins.unload("count")
            folder.write("count/init.lua", "function (")
            await running.until(lambda: running.info("count")["state"] == "resolved", PATIENCE)
            # One that can't be loaded costs nobody else the event.
            running.host.emit("player.login", [EVE])
            assert running.info("count")["state"] == "failed"
            assert running.export("other", "count") == 2
            running.host.emit("player.login", [EVE])
            assert running.export("other", "count") == 3

    in_host(scenario)


def test_a_plugin_that_requires_a_lazy_one_wakes_it(folder: PluginFolder, in_host: InHost) -> None:
    folder.plugin("base", "exports.n = function() return 1 end", "lazy: {on: [player.login]}")

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            assert running.info("base")["state"] == "resolved"
            folder.plugin("user", "assert(imports.base.n() == 1)", "requires: {base: '*'}")
            await running.until(lambda: "user" in running.host.plugins.plugins, PATIENCE)
            await running.until(serves(running, "user", 1), PATIENCE)
            assert running.info("base")["state"] == "active"

    in_host(scenario)


def test_struck_out_and_brought_back_by_a_save(folder: PluginFolder, in_host: InHost) -> None:
    folder.write("bad.lua", "hooks.on('player.login', function() error('oh dear') end)")
    folder.plugin("user", "", "requires: {bad: '*'}")
    folder.write("good.lua", COUNTER.format(version=1))

    async def scenario() -> None:
        async with hosting(folder, watch=True, strikes=StrikesConfig(limit=3)) as running:
            for _ in range(3):
                assert running.info("bad")["state"] == "active"
                running.host.emit("player.login", [EVE])
            await running.until(lambda: running.info("bad")["state"] == "quarantined", PATIENCE)
            info = running.info("bad")
            assert info["reason"].startswith("3 strikes within ")
            assert all("bad.lua:1: " in error and "oh dear" in error for error in info["errors"])
            assert running.info("user")["errors"] == ["it requires bad, which was unloaded"]
            assert [report.action for report in running.reports if not report.ok] == ["strike"] * 3 + ["quarantine"]
            running.host.emit("player.login", [EVE])
            assert running.export("good", "count") == 4
            # Saved with a syntax error it is a failed plugin, and mended it is back, and so is who waits for it.
            folder.write("bad.lua", "function (")
            await running.until(lambda: running.info("bad")["state"] == "failed", PATIENCE)
            folder.write("bad.lua", COUNTER.format(version=2))
            await running.until(lambda: running.info("bad")["state"] == "active", PATIENCE)
            await running.until(lambda: running.info("user")["state"] == "active", PATIENCE)
            assert running.info("bad")["strikes"] == []

    in_host(scenario)


def test_one_that_unloads_itself_comes_back_by_a_save(folder: PluginFolder, in_host: InHost) -> None:
    folder.write("once.lua", "hooks.on('player.login', function() plugin.unload() end)")

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            running.host.emit("player.login", [EVE])
            await running.until(lambda: running.info("once")["state"] == "unloaded", PATIENCE)
            assert len(running.host.hooks["player.login"]) == 0
            folder.write("once.lua", COUNTER.format(version=2))
            await running.until(serves(running, "once", 2), PATIENCE)

    in_host(scenario)


def test_a_name_that_two_want(folder: PluginFolder, in_host: InHost) -> None:
    folder.plugin("one", COUNTER.format(version=1))

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            running.host.emit("player.login", [EVE])
            shutil.copytree(folder.path / "one", folder.path / "two")
            await running.until(lambda: "two" in running.host.plugins.plugins, PATIENCE)
            assert "the name 'one' is taken by one" in await refused(running, "two")
            assert running.info("one")["state"] == "active"
            # The first goes: the second has the name now, and the state.
            shutil.rmtree(folder.path / "one")
            await running.until(lambda: running.info("one")["path"].endswith("two"), PATIENCE)
            await running.until(lambda: "two" not in running.host.plugins.plugins, PATIENCE)
            assert running.export("one", "count") == 1

    in_host(scenario)


@pytest.mark.parametrize("renamed", ["a", "b"])
def test_two_of_one_name_at_the_start(folder: PluginFolder, in_host: InHost, renamed: str) -> None:
    """None is loaded; whichever gets a name of its own, both are."""
    for name in ("a", "b"):
        folder.write(f"{name}/init.lua", "")
        folder.write(f"{name}/plugin.yaml", "name: same\n")

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            assert "a and b both have the name 'same'" in running.info("a")["errors"][0]
            # What else is saved meanwhile settles nothing.
            folder.write("c.lua", "")
            await running.until(lambda: "c" in running.host.plugins.plugins, PATIENCE)
            assert set(running.host.plugins.plugins) == {"a", "c"}
            folder.write(f"{renamed}/plugin.yaml", "name: own\n")
            await running.until(lambda: set(running.host.plugins.plugins) == {"same", "own", "c"}, PATIENCE)
            await running.until(lambda: all(each.active for each in running.host.plugins.plugins.values()), PATIENCE)

    in_host(scenario)
