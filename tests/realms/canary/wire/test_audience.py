"""Native plugins of a host hear of a server of the same host, and speak with its clients."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost
from tests.conftest import run_in_host_thread as run
from tests.hosting import hosting
from tests.protocol.wire_ends import HERE, until
from tests.realms.canary.wire.heard import Heard, Player, listen
from tests.test_readme import free_port

from tibicen.bus import subjects
from tibicen.config import PluginConfig
from tibicen.protocol.extended import chunks
from tibicen.protocol.world_view import NEEDS
from tibicen.realms.canary.server_plugin import ServerPlugin
from tibicen.realms.connections import WireConfig

ARENA = Path(__file__).parents[4] / "plugins" / "arena"
PING, CHAT, DATA = 210, 200, 201
SAY = 1

LUA = f"""
local heard = {{}}
local function note(what, value) heard[#heard + 1] = {{what, value}} end
hooks.on("server.opened", function(session) note("opened", session) end)
hooks.on("server.closed", function(session) note("closed", session) end)
hooks.on("player.login", function(player) note("login", player) end)
hooks.on("player.logout", function(player) note("logout", player) end)
hooks.on("player.may_login", function(player)
    note("asked", player)
    return player.name ~= "Eve" or "Not you, Eve."
end)
hooks.on("player.say", function(text, player)
    if text == "hush" then return hooks.stop("") end
    return text == "caf\u00e9" and player.name .. " likes " .. text or nil
end)
hooks.on("world.said", function(event) note("said", event) end)
bus.subscribe("world.said", function(_, event) note("subject", event) end)
bus.subscribe("wire.view", function(_, view) note("view", view) end)
hooks.on("extended.client.op_{CHAT}", function(message)
    note("extended", message)
    message.answer = {{{{opcode = {CHAT}, data = "back \\255"}}}}
    message.drop = true
    return message
end)
hooks.on("extended.client.json_{DATA}", function(message)
    return {{answer = {{{{opcode = {DATA}, value = {{n = message.value.n + 1}}}}}}}}
end)
exports.heard = function() return heard end
exports.send = function(subject, message) bus.publish(subject, message) end
"""

PYTHON = f"""
from tibicen.api import hookimpl

heard = []


def told():
    return heard


def swell(size):
    more.append(size)


more = [0]


def setup(plugin):
    plugin.export(told)
    plugin.export(swell)


@hookimpl
def world_said(event):
    heard.append(event)


@hookimpl
def extended_server_op_{PING}(message):
    message["data"] = message["data"].upper() + bytes(more[-1])
    return message
"""


class Stage:
    def __init__(self, running: RunningHost, port: int) -> None:
        self.running = running
        self.port = port

    async def enter(self, name: str, system: int = 10) -> Player:
        player = Player(name, 1098, system, account=name)
        await asyncio.get_running_loop().create_connection(lambda: player.client, HERE, self.port)
        await until(lambda: player.client.place or player.over)
        return player

    def heard(self, what: str) -> list[Any]:
        return [value for kind, value in self.running.export("lualistens", "heard") or () if kind == what]

    def send(self, subject: str, **message: Any) -> None:
        self.running.export("lualistens", "send", subject, message)

    @property
    def server(self) -> ServerPlugin:
        generation = self.running.host.plugins.active("arena")
        assert generation is not None and isinstance(generation.runtime, ServerPlugin)
        return generation.runtime

    @property
    def ties(self) -> dict[str, Any]:
        tie = self.server.integration
        assert tie is not None
        return tie.monitor()


@asynccontextmanager
async def staged(folder: PluginFolder) -> AsyncIterator[Stage]:
    shutil.copytree(ARENA, folder.path / "arena")
    folder.plugin("lualistens", LUA)
    folder.write("pylistens.py", PYTHON)
    port = free_port()
    wire = WireConfig(game_port=port, login_port=0, anyone=True)
    async with hosting(folder, plugins={"arena": PluginConfig(wire=wire)}) as running:
        assert all(report.ok for report in running.reports), running.reports
        yield Stage(running, port)


def test_both_languages_hear_of_a_session_that_outlives_its_server(folder: PluginFolder) -> None:
    async def scenario() -> None:
        async with staged(folder) as stage:
            ann = await stage.enter("Ann")
            (opened,) = stage.heard("opened")
            session = {"source": "arena", "id": opened["id"], "version": 1098, "system": 10, "ip": HERE}
            assert opened == {**session, "character": "Ann"}
            ann.client.send("say", type=SAY, text="one")
            await until(lambda: stage.heard("subject"))
            (said,) = stage.heard("said")
            place = {"x": 100, "y": 100, "z": 7}
            line = {"name": "Ann", "level": 1, "type": SAY, "text": "one"}
            assert said == {"source": "arena", "session": opened["id"], **line, "position": place}
            assert stage.heard("subject") == [said] == stage.running.export("pylistens", "told")
            assert stage.running.host.plugins.reload("arena").ok
            ann.client.send("say", type=SAY, text="two")
            await until(lambda: len(stage.heard("said")) == 2)
            assert stage.heard("said")[1] == {**said, "text": "two"} and not ann.over
            stage.send("wire.world", source="arena", session=opened["id"], tiles=[said["position"]])
            await until(lambda: stage.heard("view"))
            (view,) = stage.heard("view")
            assert view["source"] == "arena" and view["session"] == opened["id"] and view["unread"] == 0
            assert view["player"]["creature"] == ann.client.player and view["player"]["position"] == said["position"]
            assert {"creature": ann.client.player} in view["asked"][0]["things"]
            assert [line["text"] for line in view["chat"]] == ["one", "two"]
            ann.client.send("leave_game")
            await until(lambda: stage.heard("closed"))
            assert stage.heard("closed") == [{**opened, "reason": "left"}] and len(stage.heard("opened")) == 1

    run(scenario)


def test_players_come_speak_and_go(folder: PluginFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tibicen.realms.canary.wire.world.PING_SECONDS", 0.01)

    async def scenario() -> None:
        async with staged(folder) as stage:
            ann = await stage.enter("Ann")
            eve = await stage.enter("Eve")
            assert eve.failures == ["refused: Not you, Eve."] and len(stage.heard("asked")) == 2
            player = {"id": ann.client.player, "name": "Ann"}
            assert stage.heard("login") == [{**player, "level": 1}]
            assert stage.heard("asked")[0] == {"name": "Ann", "ip": HERE}
            for text in ("hush", "caf\xe9", "plain"):
                ann.client.send("say", type=SAY, text=text)
            await asyncio.sleep(1)
            print(stage.heard("said"), stage.heard("login"), stage.running.info("lualistens"))
            await until(lambda: len(stage.heard("said")) == 2)
            assert [each["text"] for each in stage.heard("said")] == ["Ann likes caf\xe9", "plain"]
            # Neither another server nor another connection is a new login, and a lost connection no logout.
            assert stage.running.host.plugins.reload("arena").ok
            await stage.enter("Ann")
            await until(lambda: ann.over)
            again = await stage.enter("Ann")
            again.client.end("gone")
            await until(lambda: [each["reason"] for each in stage.heard("closed")] == ["replaced", "replaced", "lost"])
            assert len(stage.heard("login")) == 1 and stage.heard("logout") == []
            # The character without a connection leaves after a minute of the world.
            stage.server.server.advance(61_000)
            await until(lambda: stage.heard("logout"))
            assert stage.heard("logout") == [player]
            bob = await stage.enter("Bob")
            bob.client.send("leave_game")
            await until(lambda: len(stage.heard("logout")) == 2)
            assert stage.heard("logout")[1] == {"id": bob.client.player, "name": "Bob"}

    run(scenario)


def test_plugins_speak_with_clients_beside_the_scripts(folder: PluginFolder) -> None:
    async def scenario() -> None:
        async with staged(folder) as stage:
            ann = await stage.enter("Ann")
            number = stage.heard("opened")[0]["id"]
            assert ann.extended.pop(0) == (0, b"")
            # A plugin that drops it: no script of the server gets it.
            ann.client.send("extended_opcode", opcode=CHAT, data=b"hi \xfe")
            await until(lambda: ann.extended)
            assert ann.extended.pop() == (CHAT, b"back \xff")
            (message,) = stage.heard("extended")
            expected = {"source": "arena", "session": number, "version": 1098, "side": "client", "opcode": CHAT}
            assert message == {**message, **expected, "data": b"hi \xfe", "enabled": True}
            # What the server's script answers, a plugin changes.
            ann.client.send("extended_opcode", opcode=PING, data=b"ping")
            await until(lambda: ann.extended)
            assert ann.extended.pop() == (PING, b"PONG TO ANN")
            # More than a client takes is nothing at all.
            stage.running.export("pylistens", "swell", 65_500)
            ann.client.send("extended_opcode", opcode=PING, data=b"ping")
            await until(lambda: stage.ties["counts"].get("too_long"))
            stage.running.export("pylistens", "swell", 0)
            # Values in chunks, there and back.
            for part in chunks(json.dumps({"n": 41, "pad": "x" * 5000}).encode(), 3900):
                ann.client.send("extended_opcode", opcode=DATA, data=part)
            await until(lambda: ann.extended)
            assert ann.extended.pop() == (DATA, b'{"n":42}')
            stage.send("wire.send", source="arena", session=number, to="client", extended=9, value={"a": "xy"}, chunk=6)
            await until(lambda: len(ann.extended) == 2)
            assert ann.extended == [(9, b'S{"a":"'), (9, b'Exy"}')]
            ann.extended.clear()
            # As if the client had said it.
            stage.send("wire.send", source="arena", session=number, to="server", extended=PING, data="ping")
            await until(lambda: ann.extended)
            counts = stage.ties["counts"]
            for wrong in (
                {"session": 99, "to": "client", "opcode": 1},
                {"session": number, "to": "client", "extended": 300, "data": ""},
                {"session": number, "to": "server", "opcode": 0x96, "data": "\1"},
                {"session": number, "to": "nobody", "opcode": 1},
                {"session": number, "to": "client", "opcode": 1, "data": "x" * 65_001},
            ):
                stage.send("wire.send", source="arena", **wrong)
            stage.send("wire.world", source="arena", session=99)
            stage.send("wire.send", source="nowhere", session=1, to="client", opcode=1)
            await until(lambda: stage.ties["counts"].get("refused_views"))
            assert stage.ties["counts"]["refused_sends"] == 5 and counts["sent"] == 2
            assert stage.running.info("lualistens")["state"] == "active" and not ann.over

    run(scenario)


def test_it_is_told_who_answers_and_why_nobody_does(
    folder: PluginFolder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tibicen.realms.canary.wire.world.PING_SECONDS", 0.01)

    async def scenario() -> None:
        async with staged(folder) as stage:
            await stage.enter("Ann")
            bob = await stage.enter("Bob", system=2)
            with caplog.at_level(logging.WARNING, "tibicen.wire"):
                await until(lambda: "extended opcodes do not work with Bob" in caplog.text)
                await asyncio.sleep(0.1)
            assert caplog.text.count("do not work") == 1 and "OTClient only" in caplog.text
            told = stage.ties
            assert [bool(each["extended"]) for each in told["sessions"]] == [False, True]
            rows = [(row["side"], row["opcode"], row["plugins"], row["note"]) for row in told["extended"]]
            assert rows == [
                ("client", CHAT, ["lualistens"], ""),
                ("client", DATA, ["lualistens"], ""),
                ("server", PING, ["pylistens"], ""),
                ("client", None, ["arena"], "script data-arena/scripts/pong.lua"),
            ]
            assert bob.extended == []

    run(scenario)


def test_what_nobody_could_be_told_is_counted(folder: PluginFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with staged(folder) as stage:
            ann = await stage.enter("Ann")
            monkeypatch.setattr(subjects, "QUEUE_LIMIT", 0)
            ann.client.send("say", type=SAY, text="one")
            await until(lambda: stage.heard("said"))
            assert stage.ties["counts"]["events_lost"] == 1 and stage.heard("subject") == []

    run(scenario)


def test_nothing_is_read_while_nobody_listens(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Heard(tmp_path) as stage:
            asked: list[str] = []
            keep = stage.world.server.control

            def control(name: str, *arguments: Any) -> Any:
                asked.append(name)
                return keep(name, *arguments)

            stage.world.server.control = control  # type: ignore[method-assign]
            ann = await stage.enter("Ann", bridged=False)
            ann.client.send("walk_east")
            await stage.settle()
            assert "wire_watch" not in asked and stage.world.views._watched == {}
            heard = listen(stage.plugins, *NEEDS)
            await stage.settle()
            # One crossing for all that is read, in place of the one that there would be.
            asked.clear()
            ann.client.send("walk_west")
            await until(lambda: heard)
            assert "wire_flush" not in asked and asked.count("wire_watch") == asked.count("advance")
            for name in NEEDS:
                for handler in stage.plugins.bus[name].handlers():
                    handler.close()
            await stage.settle()
            asked.clear()
            await stage.settle()
            assert "wire_watch" not in asked and stage.world.views._watched == {}

    run(scenario)


def test_a_view_that_contradicts_itself_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with Heard(tmp_path) as stage:
            heard = listen(stage.plugins, "world.moved")
            ann = await stage.enter("Ann", bridged=False)
            (watched,) = stage.world.views._watched.values()
            del watched.view.creatures, watched.view._names
            ann.client.send("walk_east")
            await until(lambda: stage.world.counts["views_lost"])
            await stage.settle()
            ann.client.send("walk_east")
            await until(lambda: heard)
            assert stage.world.counts["views_lost"] == 1 and not ann.over

    run(scenario)
