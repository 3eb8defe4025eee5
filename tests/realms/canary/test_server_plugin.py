"""A server in a running host: dropped in, saved, broken, mended, reloaded, and gone again."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario
from tests.hosting import Owner, hosting
from tests.realms.canary.checkouts import write, write_canary, write_tfs

from tibicen.lifecycle.report import Report
from tibicen.realms.canary.server_plugin import ServerPlugin

InHost = Callable[[Scenario], Any]

TALK = (
    'local t = TalkAction("!{0}") t:onSay(function() {1} end) '
    'if t.groupType then t:groupType("normal") end t:register()\n'
)
COUNTING = "loads = (loads or 0) + 1\n"
SCHEMA = """
CREATE TABLE `server_config` (`config` VARCHAR(50) NOT NULL, `value` VARCHAR(256), PRIMARY KEY (`config`));
CREATE TABLE `kv_store` (`key_name` VARCHAR(191) NOT NULL, `timestamp` BIGINT NOT NULL, `value` LONGBLOB NOT NULL,
    PRIMARY KEY (`key_name`));
"""


class Site:
    """A server's checkout beside the plugins folder, and a plugin that runs it."""

    def __init__(
        self, folder: PluginFolder, files: dict[str, str] | None = None, manifest: str = "", *, tfs: bool = False
    ) -> None:
        self.checkout = folder.path.parent / "server"
        (write_tfs if tfs else write_canary)(self.checkout, **(files or {}))
        self.plugin = folder.path / "myserver"
        folder.write("myserver/plugin.yaml", f"name: myserver\nrealm: canary\ncheckout: ../../server\n{manifest}")

    def save(self, name: str, text: str) -> Path:
        write(self.checkout, {name: text})
        return self.checkout / name


def runtime_of(running: RunningHost) -> ServerPlugin:
    generation = running.host.plugins.active("myserver")
    assert generation is not None and isinstance(generation.runtime, ServerPlugin)
    return generation.runtime


def lua(running: RunningHost, code: str) -> Any:
    return runtime_of(running).server.run(code.encode())


def says(running: RunningHost, *words: str) -> list[bool]:
    """Which talkactions there are."""
    known = {row["name"] for row in callbacks(running) if row["kind"] == "TalkAction"}
    return [word in known for word in words]


def callbacks(running: RunningHost) -> list[dict[str, Any]]:
    rows: Any = runtime_of(running).server.control("callbacks") or ()
    return [{str(key): value for key, value in row.items()} for row in rows]


def parts_of(reports: list[Report]) -> list[tuple[str, list[str], bool]]:
    return [(report.action, report.parts, report.ok) for report in reports if report.parts]


def test_a_server_runs_in_the_host(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    site = Site(folder, {"data-canary/scripts/a.lua": "addEvent(function() later = true end, 150) packs = 1"})
    folder.write("myserver/scripts/mine.lua", "after_the_pack = packs")
    folder.write("myserver/scripts/#off.lua", "disabled = true")
    folder.write("myserver/scripts/lib/help.lua", "helped = packs")

    async def scenario() -> None:
        async with hosting(folder, data=tmp_path / "data") as running:
            assert running.info("myserver")["state"] == "active"
            assert running.reports[0].ok
            assert lua(running, "return { after_the_pack, helped, disabled == nil }") == [1, 1, True]
            await running.until(lambda: lua(running, "return later"))
            info = running.host.plugin_info("myserver")
            assert info["steps"]["run"] > 0 and (info["dialect"], info["datapack"]) == ("canary", "data-canary")
            assert info["checkout"] == str(site.checkout) and info["files"] > 4
            assert running.info("myserver")["memory_mb"] > 0
            assert running.info("myserver")["owns"] == {"server": 1}
            # The world's clock is the host's.
            assert abs(lua(running, "return os.time()") - time.time()) < 30

    in_host(scenario)
    assert (tmp_path / "data" / "canary" / "myserver").is_dir()


@pytest.mark.parametrize("tfs", [False, True])
def test_a_script_is_saved_broken_and_mended(folder: PluginFolder, in_host: InHost, tfs: bool) -> None:
    name = "data/scripts/talk.lua"
    site = Site(folder, {name: COUNTING + TALK.format("one", "")}, tfs=tfs)

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            before = runtime_of(running).server

            async def save(text: str) -> Report:
                count = len(running.reports)
                site.save(name, text)
                await running.until(lambda: len(running.reports) > count)
                return running.reports[-1]

            report = await save(COUNTING + TALK.format("two", ""))
            assert (report.action, report.plugins, report.parts, report.ok) == ("reload", ["myserver"], [name], True)
            assert report.since_save_ms is not None and report.ms > 0
            assert says(running, "!one", "!two") == [False, True]
            # What can't be read changes nothing, and what fails half-way neither.
            report = await save("\nvalue = = 3")
            assert (report.ok, report.kept, report.problems[0].file, report.problems[0].line) == (
                False,
                ["myserver"],
                name,
                2,
            )
            report = await save(TALK.format("three", "") + "error('no way')")
            assert (report.ok, report.problems[0].line, report.problems[0].message) == (False, 2, "no way")
            assert says(running, "!two", "!three") == [True, False]
            (row,) = [row for row in running.host.plugin_info("myserver")["scripts"] if row["name"] == name]
            assert row["refused"] == [f"{name}:2: no way"]
            report = await save(TALK.format("three", ""))
            assert report.ok and says(running, "!two", "!three") == [False, True]
            assert runtime_of(running).server is before and running.info("myserver")["generation"] == 1

    in_host(scenario)


def test_scripts_come_and_go(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"data-canary/scripts/quests/a.lua": TALK.format("a", "")})
    folder.write("myserver/scripts/mine.lua", "")

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            folder.write("myserver/scripts/new.lua", TALK.format("new", ""))
            await running.until(lambda: ("load", ["myserver/scripts/new.lua"], True) in parts_of(running.reports))
            assert says(running, "!new") == [True]
            # One that never loaded has nothing to keep.
            site.save("data-canary/scripts/bad.lua", "oops(")
            await running.until(lambda: ("load", ["data-canary/scripts/bad.lua"], False) in parts_of(running.reports))
            assert running.reports[-1].kept == []
            site.save("data-canary/scripts/bad.lua", TALK.format("good", ""))
            await running.until(lambda: ("load", ["data-canary/scripts/bad.lua"], True) in parts_of(running.reports))
            new = site.plugin / "scripts" / "new.lua"
            new.rename(new.with_name("#new.lua"))
            await running.until(lambda: ("unload", ["myserver/scripts/new.lua"], True) in parts_of(running.reports))
            assert says(running, "!new", "!good") == [False, True]
            shutil.rmtree(site.checkout / "data-canary" / "scripts" / "quests")
            quest = "data-canary/scripts/quests/a.lua"
            await running.until(lambda: ("unload", [quest], True) in parts_of(running.reports))
            assert says(running, "!a") == [False]

    in_host(scenario)


def test_a_lib_takes_along_those_who_used_it(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(
        folder,
        {
            "data/scripts/lib/words.lua": "WORDS = { 'first' }",
            "data/scripts/talk.lua": COUNTING + TALK.format("' .. WORDS[1] .. '", "").replace('"', "'"),
        },
    )

    async def scenario() -> None:
        async with hosting(folder) as running:
            lib = site.save("data/scripts/lib/words.lua", "WORDS = { 'second' }")
            # Saved together, each is loaded once.
            runtime_of(running).take_saves([site.checkout / "data/scripts/talk.lua", lib], None)
            assert lua(running, "return loads") == 2 and says(running, "!first", "!second") == [False, True]
            report = running.reports[-1]
            assert report.parts == ["data/scripts/lib/words.lua"]
            assert report.warnings == ["with it: data/scripts/talk.lua"]
            # The lib is new, who can't do with it stays as it was, and is told of.
            runtime_of(running).take_saves([site.save("data/scripts/lib/words.lua", "WORDS = {}")], None)
            assert parts_of(running.reports)[-2:] == [
                ("reload", ["data/scripts/lib/words.lua"], True),
                ("reload", ["data/scripts/talk.lua"], False),
            ]
            assert says(running, "!second") == [True]

    in_host(scenario)


def test_config_and_data_files(folder: PluginFolder, in_host: InHost) -> None:
    config = "rateExp = {0}\nserverName = 'x'\ndataPackDirectory = 'data-canary'\n"
    site = Site(folder)
    site.save("config.lua", config.format(2))
    site.save("data-canary/scripts/read.lua", "local f = io.open('data/table.csv') if f then f:close() end")
    site.save("data/table.csv", "1")
    calendar = "data/json/eventscheduler/events.json"
    site.save(calendar, '{"events": []}')
    get = "return configManager.getNumber(configKeys.RATE_EXPERIENCE)"

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            assert lua(running, get) == 2
            site.save("config.lua", config.format(7))
            await running.until(lambda: ("reload", ["config.lua"], True) in parts_of(running.reports))
            assert lua(running, get) == 7
            site.save("config.lua", "rateExp = = 8")
            await running.until(lambda: ("reload", ["config.lua"], False) in parts_of(running.reports))
            problem = running.reports[-1].problems[0]
            assert (problem.file, problem.line, lua(running, get)) == ("config.lua", 1, 7)
            site.save("data/items/items.xml", (site.checkout / "data/items/items.xml").read_text() + "\n")
            await running.until(lambda: ("reload", ["data/items/items.xml"], True) in parts_of(running.reports))

            event = '{"startdate": "1/1/2020", "enddate": "1/1/2090", "ingame": {"exprate": 130}}'
            site.save(calendar, f'{{"events": [{event}]}}')
            await running.until(lambda: ("reload", [calendar], True) in parts_of(running.reports))
            site.save(calendar, '{"events": [')
            await running.until(lambda: ("reload", [calendar], False) in parts_of(running.reports))
            assert lua(running, "return EventsScheduler.getEventSExp()") == 130
            count = len(running.reports)
            site.save("data/README.md", "nobody has read it")
            runtime_of(running).take_saves([site.checkout / "data/README.md"], None)
            assert len(running.reports) == count

    in_host(scenario)


def test_what_only_the_start_reads_is_told(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"data/XML/groups.xml": "<groups />"})

    async def scenario() -> None:
        async with hosting(folder) as running:
            runtime_of(running).server.operations["files.xml"]("data/XML/groups.xml")
            runtime_of(running).take_saves([site.checkout / "data/XML/groups.xml"], None)
            report = running.reports[-1]
            assert not report.ok and "`tibicen plugins reload myserver` starts it anew" in report.problems[0].message

    in_host(scenario)


def test_errors_at_the_start_are_told_and_refuse_nothing(folder: PluginFolder, in_host: InHost) -> None:
    Site(
        folder,
        {
            "data-canary/scripts/a.lua": "\nnobody()",
            "data-canary/scripts/b.lua": "x = = 1",
            "data-canary/scripts/c.lua": "c = 1",
        },
    )

    async def scenario() -> None:
        async with hosting(folder) as running:
            report = running.reports[0]
            assert report.ok and lua(running, "return c") == 1
            told = [note for note in report.warnings if note.startswith("data-canary/")]
            assert told[0] == "data-canary/scripts/a.lua:2: attempt to call global 'nobody' (a nil value)"
            assert told[1].startswith("data-canary/scripts/b.lua:1: ") and len(told) == 2

    in_host(scenario)


def test_a_server_that_can_not_start_is_refused(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder)
    core = (site.checkout / "data/core.lua").read_text()

    async def scenario() -> None:
        async with hosting(folder) as running:
            served = runtime_of(running).server
            site.save("data/core.lua", "\n\nerror('not this server')")
            report = running.host.plugins.reload("myserver")
            assert not report.ok and report.kept == ["myserver"]
            assert str(report.problems[0]) == "data/core.lua:3: not this server"
            site.save("data/core.lua", core)
            site.save("config.lua", "oops = = 1")
            report = running.host.plugins.reload("myserver")
            assert not report.ok and report.problems[0].file == "config.lua"
            assert runtime_of(running).server is served and lua(running, "return 1") == 1
            (site.checkout / "config.lua").unlink()
            assert running.host.plugins.reload("myserver").ok
            assert runtime_of(running).server is not served

    in_host(scenario)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("checkout: ../nowhere\n", "is no checkout of a server"),
        ("", "name one in myserver/plugin.yaml by `checkout:`"),
        (
            "checkout: ../../server\nsettings:\n  datapack: {type: string, default: other}\n",
            "no datapack 'other'; there are data-canary",
        ),
    ],
)
def test_what_is_no_server_is_refused(folder: PluginFolder, in_host: InHost, manifest: str, said: str) -> None:
    Site(folder)
    folder.write("myserver/plugin.yaml", f"name: myserver\nrealm: canary\n{manifest}")

    async def scenario() -> None:
        async with hosting(folder) as running:
            assert running.info("myserver")["state"] == "failed"
            assert said in running.info("myserver")["errors"][0]

    in_host(scenario)


def test_settings_stand_in_place_of_the_config(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    Site(folder, manifest="settings:\n  rateExp: {type: integer, default: 5}\n")
    owner = Owner(tmp_path / "host.yaml")
    get = "return configManager.getNumber(configKeys.RATE_EXPERIENCE)"

    async def scenario() -> None:
        async with hosting(folder, config_file=owner.path) as running:
            assert lua(running, get) == 5
            owner.says(plugins={"myserver": {"settings": {"rateExp": 9}}})
            running.host.reload_config()
            assert lua(running, get) == 9 and running.info("myserver")["generation"] == 1

    in_host(scenario)


def test_a_new_server_is_loaded_beside_the_old_one(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    shutdown = (
        "local e = GlobalEvent('down') e:type('shutdown') e:onShutdown(function()"
        " db.query(\"INSERT INTO server_config VALUES ('down', '1')\") return true end) e:register()"
    )
    files = {f"data-canary/scripts/{index:03}.lua": f"v{index} = {{}}" for index in range(300)}
    site = Site(folder, {"data-canary/scripts/down.lua": shutdown, "schema.sql": SCHEMA, **files})

    async def scenario() -> None:
        async with hosting(folder, data=tmp_path / "data") as running:
            lua(running, "kv.set('kept', 42)")
            old_runtime = runtime_of(running)
            old = old_runtime.server
            wait = running.host.plugins.preparation([site.plugin])
            assert wait is not None
            preparing = asyncio.ensure_future(wait)
            turns = 0
            while not preparing.done():
                await asyncio.sleep(0)
                turns += 1
            assert turns > 10 and runtime_of(running).server is old
            # What happens between is not lost, in files and in the database.
            lua(running, "kv.set('kept', 43)")
            site.save("data-canary/scripts/000.lua", "between = true")
            assert running.host.plugins.reload("myserver").ok
            assert runtime_of(running).server is not old
            assert lua(running, "return kv.get('kept')") == 43
            await running.until(lambda: lua(running, "return between"))
            assert parts_of(running.reports) == [("reload", ["data-canary/scripts/000.lua"], True)]
            assert not down(tmp_path)
            # The old one is freed bit by bit, and nothing of it is left.
            await running.until(lambda: old_runtime.memory().used == 0)
            assert old_runtime.remains() == [] and not [each for each in running.reports if each.action == "leak"]

    in_host(scenario)
    # It shut down when the host did, not when it was replaced.
    assert down(tmp_path)


def down(tmp_path: Path) -> bool:
    with sqlite3.connect(tmp_path / "data" / "canary" / "myserver.sqlite") as connection:
        rows = connection.execute("SELECT value FROM server_config WHERE config = 'down'").fetchall()
    connection.close()
    return bool(rows)


def test_the_manifest_reloads_the_whole_server(folder: PluginFolder, in_host: InHost) -> None:
    Site(folder)

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            folder.write(
                "myserver/plugin.yaml", "name: myserver\nversion: '2.0.0'\nrealm: canary\ncheckout: ../../server\n"
            )
            await running.until(lambda: running.info("myserver")["generation"] == 2)
            assert running.info("myserver")["version"] == "2.0.0" and lua(running, "return 1") == 1

    in_host(scenario)


def test_errors_of_scripts_are_logged_once(folder: PluginFolder, in_host: InHost) -> None:
    Site(
        folder,
        {
            "data-canary/scripts/a.lua": "local e = GlobalEvent('tick') e:interval(50)\n"
            "e:onThink(function() nobody() return true end) e:register()"
        },
    )

    async def scenario() -> None:
        async with hosting(folder) as running:
            lines: list[str] = []
            running.host.services.log = lambda plugin, level, text, more: lines.append(f"{level} {text}")
            await running.until(lambda: running.host.plugin_info("myserver")["script_errors"] > 2)
            (line,) = [line for line in lines if "nobody" in line]
            assert "data-canary/scripts/a.lua:2: " in line and "attempt to call global 'nobody'" in line
            assert running.info("myserver")["state"] == "active"

    in_host(scenario)


def test_events_that_were_lost(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"data-canary/scripts/a.lua": "a = 1", "data-canary/scripts/b.lua": "b = 1"})

    async def scenario() -> None:
        async with hosting(folder) as running:
            site.save("data-canary/scripts/a.lua", "a = 2 -- longer")
            site.save("data-canary/scripts/new.lua", "new = 2")
            (site.checkout / "data-canary/scripts/b.lua").unlink()
            running.save(folder.path)
            assert sorted(parts_of(running.reports)) == [
                ("load", ["data-canary/scripts/new.lua"], True),
                ("reload", ["data-canary/scripts/a.lua"], True),
                ("unload", ["data-canary/scripts/b.lua"], True),
            ]
            assert lua(running, "return { a, b == nil, new }") == [2, True, 2]

    in_host(scenario)


def test_reloads_leave_nothing_behind(folder: PluginFolder, in_host: InHost) -> None:
    # A combat whose callback uses the combat: each keeps the other.
    code = """
        HELD = HELD or setmetatable({}, { __mode = "k" })
        local combat = Combat()
        HELD[combat] = true
        function onGetFormulaValues()
            return combat ~= nil and 1 or 2, 3
        end
        combat:setCallback(CALLBACK_PARAM_LEVELMAGICVALUE, "onGetFormulaValues")
    """
    site = Site(folder, {"data/scripts/spell.lua": code})

    async def scenario() -> None:
        async with hosting(folder) as running:
            for _ in range(20):
                assert runtime_of(running).take_saves([site.checkout / "data/scripts/spell.lua"], None)
            for _ in range(4):
                lua(running, "collectgarbage()")
            left = lua(running, "local count = 0 for _ in pairs(HELD) do count = count + 1 end return count")
            assert 1 <= left <= 3

    in_host(scenario)
