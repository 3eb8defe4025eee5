"""The client role in each version: its framing, its login, and the events that come of the same messages."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import write
from tests.realms.otclient.saying_server import SayingServer

from tibicen.protocol.handshake import read_credentials
from tibicen.protocol.items import ItemTable
from tibicen.protocol.values import Double
from tibicen.protocol.versions import VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.wire import ClientWire
from tibicen.realms.otclient.wire_features import features_of, setup_chunk
from tibicen.vm.stack import StackThread

OWN, OTHER, GROUND, COIN = 0x10000001, 0x10000002, 400, 401
X, Y, Z = 100, 200, 7
WIDTH, HEIGHT, FLOORS = 18, 14, 8
SETUP = "game\n  last-supported-version: 1525\n"
OUTFIT = {"look": 128, "head": 1, "body": 2, "legs": 3, "feet": 4, "addons": 0, "mount": 0}
LOGIN = {
    "player": OWN,
    "beat": 50,
    "speed_a": Double(857.36, 3),
    "speed_b": Double(261.29, 3),
    "speed_c": Double(-4795.01, 3),
    "store_url": "",
    "coin_package": 25,
    **dict.fromkeys(("bug_reports", "pvp_framing", "expert_mode", "exiva", "tournament"), 0),
}
SEEN = """
seen = {}
for _, event in ipairs({ "onTalk", "onTextMessage", "onGameStart", "onLogin" }) do
    g_game[event] = function(...)
        seen[#seen + 1] = table.concat({ event, ... }, " ", 1, math.min(5, 1 + select("#", ...)))
    end
end
"""
PLAYER = """
local player = g_game.getLocalPlayer()
local at, tile = player:getPosition(), g_map.getTile(player:getPosition())
local things = tile:getThings()
return { at.x, at.y, at.z, player:getSkillLevel(2), #things, things[1]:getId() }
"""


def creature(number: int, name: str) -> dict[str, Any]:
    """One that the client doesn't know yet; what its version doesn't tell is left out by the encoder."""
    return {
        "id": 97,
        "forget": 0,
        "creature": number,
        "name": name,
        "health": 100,
        "direction": 2,
        "outfit": OUTFIT,
        "light": 0,
        "light_color": 0,
        "speed": 220,
        "icons": [],
        "mark": 255,
        "vocation": 1,
        "blocks": 1,
        **dict.fromkeys(("kind", "skull", "shield", "emblem", "type", "bubble", "helpers", "inspection"), 0),
    }


def whole_map() -> dict[str, Any]:
    """Ground below the player on its floor, nothing else."""
    tiles: list[dict[str, Any]] = [{"effect": 0, "things": [], "skip": 0} for _ in range(WIDTH * HEIGHT * FLOORS)]
    for column in (8, 9):
        tiles[column * HEIGHT + 6]["things"] = [{"id": GROUND, "mark": 255}]
    tiles[8 * HEIGHT + 6]["things"] += [creature(OWN, "Ann"), {"id": COIN, "mark": 255, "count": 9}]
    return {"position": (X, Y, Z), "tiles": tiles}


def skills(version: int) -> dict[str, Any]:
    """Sword fighting is 12, and a quarter of each level is done."""
    part = 2500 if version >= 1281 else 25
    levels = [{"level": 10 + at, "base": 10 + at, "loyal": 10 + at, "percent": part} for at in range(7)]
    fields: dict[str, Any] = {"magic": 3, "base_magic": 3, "loyal_magic": 3, "magic_percent": part, "skills": levels}
    fields["special"] = [{"level": 0, "base": 0}] * 6
    fields |= {"elements": [], "forge": [{"level": 0, "base": 0}] * 3, "capacity": 1000, "base_capacity": 1000}
    return fields


class Session:
    """A client with a server that says what a test gives it."""

    def __init__(self, root: Path, version: int) -> None:
        self.protocol = load_protocol(version)
        self.state = WireState(ItemTable.of_names({"stackable": [COIN]}))
        self.client = Client(Files(write(root, {"init.lua": "", "data/setup.otml": SETUP})))
        self.wire = ClientWire()
        self.wire.attach(self.client)
        self.client.run(setup_chunk(version))
        kinds = [{"id": GROUND, "is": ["ground"]}, {"id": COIN, "is": ["stackable"]}]
        for category, last, listed in ((0, 1000, kinds), (1, 300, []), (2, 100, []), (3, 60, [])):
            self.client.control("game_things", category, last, listed)
        self.client.run(SEEN.encode())
        self.server = SayingServer(version)
        login = f"'ann', 'secret', 'World', '127.0.0.1', {self.server.port}, 'Ann', '', 'the key'"
        self.client.run(f"g_game.loginWorld({login})".encode())
        self.server.log_in(lambda: self.client.frame(10))

    def say(self, *messages: tuple[str, dict[str, Any]]) -> None:
        """One frame of messages, until the client has read it."""
        before = self.wire.messages
        self.server.send(
            b"".join(self.protocol.encode("server", name, fields, self.state) for name, fields in messages)
        )
        for _ in range(5000):
            if self.wire.messages >= before + len(messages):
                return
            self.client.frame(10)
        raise TimeoutError(messages)

    def seen(self) -> list[str]:
        found: Any = self.client.run(b"local list = seen seen = {} return list")
        return [each if isinstance(each, str) else each.decode("latin-1") for each in found or ()]

    def close(self) -> None:
        self.server.close()
        self.client.close()


def session(version: int, root: Path) -> None:
    with contextlib.closing(Session(root, version)) as there:
        first = there.server.first
        assert first is not None and first.version == version
        credentials = read_credentials(first)
        assert credentials.character == b"Ann" and credentials.challenge == (1_700_000_000, 77)
        if version >= 1074:
            assert credentials.session_key == b"the key"
        else:
            assert (credentials.account, credentials.password) == (b"ann", b"secret")
        entering = [("enter_world", {})] if version > 860 else []
        there.say(("login" if version == 860 else "login_success", LOGIN), *entering, ("full_map", whole_map()))
        assert there.seen()[:2] == ["onLogin", "onGameStart"]
        login, mode = (23, 16) if version == 860 else (17, 16)
        said = {
            "statement": 0,
            "name": "Bob",
            "level": 8,
            "type": 1,
            "position": (X, Y, Z),
            "text": "h\xe9",
            "traded": 0,
        }
        effect: dict[str, Any] = {"position": (X, Y, Z), "effect": 3}
        if version >= 1203:
            last = {"kind": 4, "missile": 4, "dx": 1, "dy": 0, "source": 0}
            effect["entries"] = [{"kind": 3, "effect": 3, "source": 0}, last, {"kind": 0}]
        there.say(("text_message", {"type": login, "text": "Welcome"}), ("talk", said), ("effect", effect))
        assert there.seen() == [f"onTextMessage {mode} Welcome", "onTalk Bob 8 1 h\xe9"]
        there.say(("move_creature", {"from": {"x": X, "y": Y, "z": Z, "stack": 1}, "to": (X + 1, Y, Z)}))
        if version != 1525:
            there.say(("skills", skills(version)))
        place: Any = there.client.run(PLAYER.encode())
        assert place[:3] == [X + 1, Y, Z] and place[4:] == [2, GROUND]
        assert version == 1525 or place[3] == 12
        shield = "local p = g_game.getLocalPlayer() return { p:getTotalCapacity(), p:getSkillLevelPercent(2) }"
        assert version == 1525 or there.client.run(shield.encode()) == [1000 if version == 1310 else 0, 25]
        assert [said for level, said in there.client.log if level in ("error", "warning")] == []
        assert there.client.control("game_wire_unhandled") in ({}, [], None)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_session(version: int, tmp_path: Path) -> None:
    with contextlib.closing(StackThread("client")) as thread:
        thread.call(lambda: session(version, tmp_path))


def test_features_come_and_go() -> None:
    assert 13 in features_of(1100) and 13 not in features_of(1310)
    assert 90 in features_of(1310) and 90 not in features_of(1281)
    assert 92 in features_of(1310) and 92 not in features_of(1525)
