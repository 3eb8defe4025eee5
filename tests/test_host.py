"""The composition root: start and stop, status over the real port, what is remembered, and a disk that is full."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, Scenario
from tests.hosting import ask, ask_binary, ask_xml, connect, hosting, port_of

from tibicen import __version__
from tibicen.config import HostConfig, StatusConfig
from tibicen.errors import ConfigError, StorageError, TibicenError, UnknownPluginError
from tibicen.host import KV_FILE, Host
from tibicen.paths import checkout_root
from tibicen.vm.marshal import unpack

InHost = Callable[[Scenario], Any]

EVE = {"id": 1, "name": "Eve", "level": 12}
BOB = {"id": 2, "name": "Bob", "level": 7}


@pytest.fixture
def examples(folder: PluginFolder) -> PluginFolder:
    """The plugins that come with Tibicen."""
    root = checkout_root()
    assert root is not None
    shutil.copytree(root / "plugins", folder.path, dirs_exist_ok=True)
    return folder


# -- start and stop -------------------------------------------------------------------------------------


def test_a_host_tells_its_plugins_when_it_starts_and_stops(
    folder: PluginFolder, in_host: InHost, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write(
        "ear.py",
        """
        from tibicen.api import hookimpl

        heard = []

        def setup(plugin):
            plugin.export(lambda: heard, "heard")

        @hookimpl
        def host_started(host):
            heard.append(host)

        @hookimpl
        def host_stopping():
            print("the host is stopping")
        """,
    )

    async def scenario() -> None:
        async with hosting(folder, listen=True) as running:
            generation = running.host.plugins.active("ear")
            assert generation is not None and generation.runtime is not None
            (started,) = running.export("ear", "heard")
            assert started == {"version": __version__, "plugins": 1, "status_port": port_of(running)}
            port = port_of(running)
        assert running.host.status is None
        assert not generation.alive and len(generation.ledger) == 0
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", port)
        await running.host.stop()

    before = threading.active_count()
    in_host(scenario)
    assert threading.active_count() == before
    assert capsys.readouterr().out == "the host is stopping\n"


@pytest.mark.parametrize("watch", [True, False])
def test_a_folder_that_is_not_there(folder: PluginFolder, in_host: InHost, watch: bool) -> None:
    folder.path.rmdir()

    async def scenario() -> None:
        with pytest.raises(ConfigError, match=r"no plugins folder .*make it, or name another"):
            async with hosting(folder, watch=watch):
                pass

    in_host(scenario)


def test_a_port_that_is_taken(folder: PluginFolder, in_host: InHost) -> None:
    folder.write("a.lua", "")

    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(ConfigError, match=rf"port 127.0.0.1:{port} can't be had: .*set status.port"):
                async with hosting(folder, listen=True, watch=True, status=StatusConfig(port=port)):
                    pass

    in_host(scenario)


def test_a_data_folder_that_can_not_be_made(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    async def scenario() -> None:
        with pytest.raises(ConfigError, match=r"data folder .*file/data can't be made: Not a directory"):
            Host(HostConfig(), folder.path, data=tmp_path / "file" / "data")

    in_host(scenario)


def test_one_broken_plugin_keeps_no_other_from_starting(folder: PluginFolder, in_host: InHost) -> None:
    folder.write("good.lua", "")
    folder.write("syntax.lua", "function (")
    folder.plugin("manifest", "", "verion: '1.0'")
    folder.plugin("asleep", "", "lazy: {on: [player.loggin]}")
    folder.plugin("needy", "", "requires: {nobody: '*'}")

    async def scenario() -> None:
        async with hosting(folder) as running:
            states = {name: plugin.state for name, plugin in running.host.plugins.plugins.items()}
            assert states == {
                "good": "active",
                "syntax": "failed",
                "manifest": "failed",
                "asleep": "failed",
                "needy": "failed",
            }
            told = {name: running.info(name)["errors"] for name in states if name != "good"}
            assert told["syntax"][0].startswith("syntax.lua:1: ")
            assert told["manifest"] == ["manifest/plugin.yaml:2: unknown key 'verion'; did you mean 'version'?"]
            assert told["asleep"][0].startswith("asleep/plugin.yaml: lazy.on: ")
            assert "did you mean 'player.login'?" in told["asleep"][0]
            assert "needy requires nobody" in told["needy"][0]
            assert {report.plugins[0] for report in running.reports if not report.ok} == set(told)

    in_host(scenario)


# -- hooks by hand --------------------------------------------------------------------------------------


def test_a_hook_is_run_by_hand(folder: PluginFolder, in_host: InHost) -> None:
    folder.write("shout.lua", "hooks.on('player.say', function(text) return text:upper() end)")

    async def scenario() -> None:
        async with hosting(folder) as running:
            said = running.host.emit("player.say", ["hi", EVE])
            assert said == {"value": "HI", "stopped_by": None}
            assert running.host.emit("player.login", [EVE]) is None
            assert running.host.emit("status.players", []) == []
            assert running.host.emit("status.player_online", ["Eve"]) is None
            with pytest.raises(TibicenError, match=r"player.say takes 2 argument\(s\) \(text, player\), not 1"):
                running.host.emit("player.say", ["hi"])
            with pytest.raises(TibicenError, match=r"did you mean 'player.login'"):
                running.host.emit("player.loggin", [EVE])

    in_host(scenario)


# -- status ---------------------------------------------------------------------------------------------


def test_a_lua_and_a_python_plugin_shape_one_xml_answer(examples: PluginFolder, in_host: InHost) -> None:
    info = {"server": {"servername": "Mine", "location": "Here & <there>"}, "owner": {"name": 'Ann "A"'}}

    async def scenario() -> None:
        async with hosting(examples, listen=True, status=StatusConfig(port=0, info=info)) as running:
            running.host.emit("player.login", [EVE])
            running.host.emit("player.login", [BOB])
            running.host.emit("player.logout", [BOB])
            answer = await ask_xml(running)
            assert answer["serverinfo"]["servername"] == "Tibicen", "statuspage's own"
            assert answer["serverinfo"]["version"] == __version__
            assert answer["serverinfo"]["location"] == "Here & <there>"
            assert answer["owner"]["name"] == 'Ann "A"'
            assert answer["players"] == {"online": "1", "max": "100", "peak": "2"}
            assert re.fullmatch("Good (morning|afternoon|evening), adventurer!", answer["motd"]["text"])
            assert running.info("statuspage")["language"] == "lua"
            assert running.info("motd")["language"] == "python"

    in_host(scenario)


def test_the_binary_answer_has_the_same_document(examples: PluginFolder, in_host: InHost) -> None:
    async def scenario() -> None:
        async with hosting(examples, listen=True) as running:
            running.host.emit("player.login", [EVE])
            reader = await ask_binary(running, 0x08)
            assert (reader.u8(), reader.u32(), reader.u32(), reader.u32()) == (0x20, 1, 100, 1)
            reader = await ask_binary(running, 0x20 | 0x40, "Eve")
            assert (reader.u8(), reader.u32(), reader.string(), reader.u32()) == (0x21, 1, b"Eve", 12)
            assert (reader.u8(), reader.u8()) == (0x22, 1)
            reader = await ask_binary(running, 0x40, "Bob")
            assert (reader.u8(), reader.u8()) == (0x22, 0)

    in_host(scenario)


MISSHAPEN = {
    "an unknown field": "hooks.on('status.info', function(info) info.nonsense = 1 return info end)",
    "a wrong type": "hooks.on('status.info', function(info) info.players.online = 'many' return info end)",
    "no document": "hooks.on('status.info', function() return 7 end)",
    "a level that is none": "hooks.on('status.players', function() return {{name = 'X', level = 'high'}} end)",
    "a level below zero": "hooks.on('status.players', function() return {{name = 'X', level = -1}} end)",
    "no players": "hooks.on('status.players', function() return 'everybody' end)",
    "more players than fit": """
        hooks.on('status.players', function()
            local all = {}
            for i = 1, 5000 do all[i] = {name = ('x'):rep(20) .. i, level = 1} end
            return all
        end)""",
    "an error": "hooks.on('status.info', function() error('oh') end)",
}


@pytest.mark.parametrize("case", MISSHAPEN)
def test_whatever_plugins_answer_there_is_a_status(folder: PluginFolder, in_host: InHost, case: str) -> None:
    folder.write("odd.lua", MISSHAPEN[case])

    async def scenario() -> None:
        async with hosting(folder, listen=True) as running:
            assert (await ask_xml(running))["serverinfo"]["servername"] == "Tibicen"
            reader = await ask_binary(running, 0x01 | 0x20)
            assert (reader.u8(), reader.string()) == (0x10, b"Tibicen")
            assert running.host.status is not None
            assert running.host.status.counts["answered"] == 2

    in_host(scenario)


def test_requests_are_told_and_broken_ones_closed(folder: PluginFolder, in_host: InHost) -> None:
    folder.write("ear.lua", "hooks.on('status.request', function(request) kv.set('heard', request) end)")

    async def scenario() -> None:
        async with hosting(folder, listen=True) as running:
            await ask_binary(running, 0x09)
            heard = running.host.kv.namespace("ear").get("heard")
            assert heard is not None
            assert unpack(heard) == {"ip": "127.0.0.1", "kind": "binary", "mask": 9}
            assert await ask(running, b"GET / HTTP/1.0\r\n\r\n") == b""
            described = running.host.describe()["status"]
            assert described["port"] == port_of(running)
            assert described["counts"]["answered"] == 1
            assert described["counts"]["malformed"] == 1

    in_host(scenario)


def test_a_connection_that_is_open_at_the_end_is_closed(folder: PluginFolder, in_host: InHost) -> None:
    async def scenario() -> None:
        async with hosting(folder, listen=True) as running:
            reader, writer = await connect(running)
            await running.until(lambda: running.host.describe()["status"]["connections"] == 1)
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()

    in_host(scenario)


# -- what is remembered ---------------------------------------------------------------------------------


def test_who_is_disabled_is_remembered_over_a_restart(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    folder.write("a.lua", "")
    folder.plugin("b", "", "requires: {a: '*'}")

    async def states() -> dict[str, str]:
        async with hosting(folder, data=tmp_path) as running:
            return {name: str(plugin.state) for name, plugin in running.host.plugins.plugins.items()}

    async def scenario() -> None:
        async with hosting(folder, data=tmp_path) as running:
            report = running.host.set_enabled("a", False)
            assert report.plugins == ["b", "a"]
            with pytest.raises(TibicenError, match="a is disabled; `tibicen plugins enable a` first"):
                running.host.plugins.load("a")
            with pytest.raises(UnknownPluginError, match="no plugin 'c'"):
                running.host.set_enabled("c", False)
        assert await states() == {"a": "disabled", "b": "failed"}
        async with hosting(folder, data=tmp_path) as running:
            assert running.host.set_enabled("a", True).ok
            assert running.info("b")["state"] == "active", "it waited for a"
        assert await states() == {"a": "active", "b": "active"}

    in_host(scenario)


# -- a disk that is full --------------------------------------------------------------------------------


def test_a_full_disk_is_told_and_loses_nothing(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    path = folder.write(
        "hoard.lua",
        """
        function exports.put(key, kilobytes) kv.set(key, ("x"):rep(kilobytes * 1024)) end
        function exports.size(key) return #kv.get(key, "") end
        """,
    )

    async def scenario() -> None:
        async with hosting(folder, data=tmp_path) as running:
            running.export("hoard", "put", "early", 100)
            database = running.host.kv._database
            # SQLite's own limit: the same error, at the same place, as when the disk has no block left.
            (pages,) = database.execute("PRAGMA page_count").fetchone()
            (unlimited,) = database.execute("PRAGMA max_page_count").fetchone()
            database.execute(f"PRAGMA max_page_count={pages + 4}")
            with pytest.raises(
                TibicenError, match=r"disk is full; free some disk space; what was stored before is intact"
            ):
                running.export("hoard", "put", "late", 200)
            assert running.export("hoard", "size", "early") == 100 << 10
            assert running.export("hoard", "size", "late") == 0
            # A reload stores nothing, and works.
            assert all(report.ok for report in running.save(path))
            database.execute(f"PRAGMA max_page_count={unlimited}")
            running.export("hoard", "put", "late", 200)
        async with hosting(folder, data=tmp_path) as running:
            assert running.export("hoard", "size", "early") == 100 << 10
            assert running.export("hoard", "size", "late") == 200 << 10

    in_host(scenario)


def test_what_can_not_be_remembered_is_not_done(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    folder.write("a.lua", "")

    async def scenario() -> None:
        async with hosting(folder, data=tmp_path) as running:
            running.host.kv._database.execute("PRAGMA query_only=ON")
            with pytest.raises(StorageError):
                running.host.set_enabled("a", False)
            assert running.info("a")["state"] == "active"
            running.host.kv._database.execute("PRAGMA query_only=OFF")
            assert running.host.set_enabled("a", False).ok

    in_host(scenario)


def test_a_store_that_is_none_is_refused(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    (tmp_path / KV_FILE).write_bytes(b"this is no database, but a letter " * 100)

    async def scenario() -> None:
        with pytest.raises(StorageError, match="not a database; move the file away and restore a backup"):
            Host(HostConfig(), folder.path, data=tmp_path)

    in_host(scenario)
