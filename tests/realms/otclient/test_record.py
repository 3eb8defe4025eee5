"""`g_game.playRecord`: a recorded session in place of a connection."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import write
from tests.realms.otclient.test_wire_versions import COIN, GROUND, LOGIN, SEEN, SETUP, whole_map

from tibicen.protocol.cam import CamFrame, write_cam
from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.wire import ClientWire
from tibicen.realms.otclient.wire_features import setup_chunk
from tibicen.vm.stack import StackThread


def recording(version: int) -> str:
    """Somebody comes into the game, hears a word 300 ms later, and says one."""
    protocol, state = load_protocol(version), WireState(ItemTable.of_names({"stackable": [COIN]}))

    def frame(at: int, way: str, *messages: tuple[str, dict[str, Any]]) -> CamFrame:
        side = "server" if way == "s2c" else "client"
        data = b"".join(protocol.encode(side, name, fields, state) for name, fields in messages)
        return CamFrame(0, at, way, data)

    entering = [("enter_world", {})] if version > 860 else []
    login = "login" if version == 860 else "login_success"
    heard = {"type": 23 if version == 860 else 17, "text": "Welcome"}
    frames = [
        frame(3, "s2c", ("challenge", {"timestamp": 5, "random": 6})),
        frame(60, "s2c", (login, LOGIN), *entering, ("full_map", whole_map())),
        frame(70, "c2s", ("ping_back", {})),
        frame(360, "s2c", ("text_message", heard)),
    ]
    return "\n".join(write_cam(frames, version)) + "\n"


def client_of(root: Path, version: int, text: str | None) -> Client:
    files = {"init.lua": "", "data/setup.otml": SETUP}
    if text is not None:
        files["records/there.cam"] = text
    client = Client(Files(write(root, files)))
    ClientWire().attach(client)
    client.run(setup_chunk(version))
    kinds = [{"id": GROUND, "is": ["ground"]}, {"id": COIN, "is": ["stackable"]}]
    for category, last, listed in ((0, 1000, kinds), (1, 300, []), (2, 100, []), (3, 60, [])):
        client.control("game_things", category, last, listed)
    client.run(SEEN.encode())
    client.run(b"g_game.onGameEnd = function() seen[#seen + 1] = 'onGameEnd' end")
    client.run(b"g_game.playRecord('there.cam')")
    return client


def seen(client: Client) -> list[str]:
    found: Any = client.run(b"local list = seen seen = {} return list")
    return [each if isinstance(each, str) else each.decode("latin-1") for each in found or ()]


def plays(version: int, root: Path) -> None:
    with contextlib.closing(client_of(root, version, recording(version))) as client:
        assert client.run(b"return { g_game.isOnline(), g_game.getCharacterName() }") == [False, "Player"]
        for _ in range(12):
            client.frame(10)
        assert seen(client) == ["onLogin", "onGameStart"]
        things = b"return #g_map.getTile(g_game.getLocalPlayer():getPosition()):getThings()"
        assert client.run(things) == 3
        # What the player does goes nowhere.
        client.run(b"g_game.talk('hello') g_game.walk(0)")
        for _ in range(15):
            client.frame(10)
        assert seen(client) == [] and client.run(b"return g_game.isOnline()") is True
        for _ in range(15):
            client.frame(10)
        assert seen(client) == ["onTextMessage 16 Welcome", "onGameEnd"]
        assert client.run(b"return g_game.isOnline()") is False
        # And again, up to a logout.
        client.run(b"g_game.playRecord('there.cam')")
        for _ in range(12):
            client.frame(10)
        client.run(b"g_game.safeLogout()")
        client.frame(10)
        assert seen(client) == ["onLogin", "onGameStart", "onGameEnd"]
        for _ in range(60):
            client.frame(10)
        assert seen(client) == []
        assert [said for level, said in client.log if level in ("error", "warning")] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_is_played(version: int, tmp_path: Path) -> None:
    with contextlib.closing(StackThread("client")) as thread:
        thread.call(lambda: plays(version, tmp_path))


def test_a_recording_that_is_none(tmp_path: Path) -> None:
    def body() -> None:
        for name, text in (("a", None), ("b", "no recording"), ("c", "< 3 zz\n")):
            with contextlib.closing(client_of(tmp_path / name, 1098, text)) as client:
                for _ in range(10):
                    client.frame(10)
                assert client.run(b"return g_game.isLogging() or g_game.isOnline()") is False
                problems = [said for level, said in client.log if level == "error"]
                assert len(problems) == (text is None) and all("there.cam" in each for each in problems)

    with contextlib.closing(StackThread("client")) as thread:
        thread.call(body)
