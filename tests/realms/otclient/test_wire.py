"""The client role: headless clients log in to the server role over loopback, walk, talk, and speak extended opcodes."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.wire_worlds import BAG, COIN, GROUND, HOME, PING, wire_world
from tests.realms.otclient.clients import write
from tests.realms.otclient.game_clients import SEEN

from tibicen.realms.canary.wire.listener import WireThread
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.wire import ClientWire
from tibicen.realms.otclient.wire_features import setup_chunk
from tibicen.vm.stack import StackThread

X, Y, Z = HOME
BACKPACK = 2854
ITEMS = [
    {"id": GROUND, "is": ["ground"], "ground_speed": 150},
    {"id": BAG, "is": ["container", "pickupable"]},
    {"id": BACKPACK, "is": ["container", "pickupable"]},
    {"id": COIN, "is": ["stackable", "pickupable"]},
]
OUTFITS = """<outfits><outfit type="0" looktype="128" name="Citizen" premium="no" unlocked="yes" enabled="yes" />
<outfit type="1" looktype="128" name="Citizen" premium="no" unlocked="yes" enabled="yes" /></outfits>"""
EVENTS = ("onGameStart", "onTalk", "onGameEnd", "onConnectionError", "onLoginError", "onTextMessage", "onPingBack")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[WireThread]:
    with wire_world(tmp_path / "server_files") as thread:
        yield thread
        assert thread.call(lambda server: server.errors()) == []


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    (tmp_path / "server_files").mkdir()


class Player:
    """A headless client for tests, with the world's items."""

    def __init__(self, root: Path, version: int = 1098) -> None:
        self.client = Client(Files(write(root, {"init.lua": ""})))
        self.wire = ClientWire()
        self.wire.attach(self.client)
        self.client.run(setup_chunk(version))
        for category, last, kinds in ((0, 5000, ITEMS), (1, 300, []), (2, 100, []), (3, 60, [])):
            self.client.control("game_things", category, last, kinds)
        self.client.run(SEEN.encode())
        for event in EVENTS:
            self.client.run(f"note('{event}')".encode())
        self.client.run(b"heard = {} ProtocolGame.onExtendedOpcode = function(_, o, b) heard[#heard + 1] = {o, b} end")
        self.noted: list[str] = []

    def lua(self, code: str) -> Any:
        return self.client.run(code.encode("latin-1"))

    def ask_by_http(self, world: WireThread, asked: dict[str, Any]) -> dict[str, Any]:
        """Posts a login; what the client's script gets."""
        url = f"http://127.0.0.1:{world.http_port}/login"
        self.lua(
            "answer = nil g_http.onPost = function(_, _, problem, body) answer = problem ~= '' and problem or body end"
        )
        self.lua(f"g_http.post('{url}', '{json.dumps(asked)}', 5, true, true)")
        assert until([self], lambda: self.lua("return answer ~= nil"))
        answer: dict[str, Any] = json.loads(self.lua("return answer"))
        return answer

    def log_in(self, world: WireThread, name: str, password: str = "secret", key: str = "") -> None:
        account = name.lower()
        key = key or f"{account}\\n{password}"
        self.lua(
            f"g_game.loginWorld('{account}', '{password}', 'World', '127.0.0.1', "
            f"{world.game_port}, '{name}', '', '{key}')"
        )

    def frames(self) -> None:
        self.client.frame(10)
        seen = self.lua("return noted()")
        for each in seen if isinstance(seen, list) else []:
            self.noted.append(each if isinstance(each, str) else each.decode("latin-1"))

    @property
    def place(self) -> tuple[int, int, int]:
        x, y, z = self.lua("local p = g_game.getLocalPlayer():getPosition() return {p.x, p.y, p.z}")
        return x, y, z

    @property
    def problems(self) -> list[str]:
        return [text for level, text in self.client.log if level in ("error", "warning")]


def until(players: list[Player], wanted: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Runs frames until something is so; whether it came to be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for each in players:
            each.frames()
        if wanted():
            return True
        time.sleep(0.005)
    return False


@pytest.fixture
def clients(tmp_path: Path) -> Iterator[Callable[[Callable[[], None]], None]]:
    thread = StackThread("clients")
    with contextlib.closing(thread):
        yield thread.call


def test_a_session(tmp_path: Path, world: WireThread, clients: Callable[[Callable[[], None]], None]) -> None:
    def inside() -> None:
        player = Player(tmp_path / "a")
        player.log_in(world, "Ann")
        assert until([player], lambda: "onGameStart" in player.noted)
        assert player.place == HOME
        assert player.lua("local p = g_game.getLocalPlayer() return {p:getName(), p:getHealth(), p:getLevel()}") == [
            "Ann",
            185,
            8,
        ]
        assert player.lua("return #g_map.getTiles(7)") == 18 * 14
        player.lua("g_game.walk(1)")
        assert until([player], lambda: player.place == (X + 1, Y, Z))
        player.lua("g_game.talk('hello \\233')")
        assert until([player], lambda: any(each.startswith("onTalk Ann 8 1 hello") for each in player.noted))
        assert until([player], lambda: any(each.startswith("onPingBack") for each in player.noted))
        player.lua("g_game.safeLogout()")
        assert until([player], lambda: "onGameEnd" in player.noted)
        assert not any(each.startswith("onConnectionError") for each in player.noted)
        assert player.problems == []
        player.client.close()

    clients(inside)


def test_a_session_of_13_10(tmp_path: Path, world: WireThread, clients: Callable[[Callable[[], None]], None]) -> None:
    def inside() -> None:
        (tmp_path / "server_files/data/XML/outfits.xml").write_text(OUTFITS)
        player = Player(tmp_path / "a", 1310)
        wrong = player.ask_by_http(world, {"type": "login", "email": "ann", "password": "wrong"})
        assert wrong["errorCode"] == 3
        answer = player.ask_by_http(world, {"type": "login", "email": "ann", "password": "secret"})
        assert answer["playdata"]["worlds"][0]["externalportprotected"] == world.game_port
        player.log_in(world, answer["playdata"]["characters"][0]["name"], key=answer["session"]["sessionkey"])
        assert until([player], lambda: "onGameStart" in player.noted)
        assert player.place == HOME
        figures = (
            "local p = g_game.getLocalPlayer() return {p:getName(), p:getHealth(), p:getLevel(), p:getSkillLevel(0)}"
        )
        assert player.lua(figures) == ["Ann", 185, 8, 10]
        player.lua("g_game.walk(1)")
        assert until([player], lambda: player.place == (X + 1, Y, Z))
        player.lua("g_game.talk('hello \\233')")
        assert until([player], lambda: any(each.startswith("onTalk Ann 8 1 hello") for each in player.noted))
        player.lua("g_game.getProtocolGame():sendExtendedOpcode(9, 'x\\0y')")
        assert until([player], lambda: player.lua("return #heard") == 1)
        assert player.lua("return heard[1][2] == 'pong:x\\0y'") is True
        player.lua("local o = g_game.getLocalPlayer():getOutfit() o.head = 7 g_game.changeOutfit(o)")
        assert until([player], lambda: player.lua("return g_game.getLocalPlayer():getOutfit().head") == 7)
        counted = "return g_game.getLocalPlayer():getInventoryCount({}, 0)"
        assert player.lua(counted.format(COIN)) == 0
        world.call(lambda server: server.run(f"Player('Ann'):addItem({BACKPACK}):addItem({COIN}, 7)".encode()))
        assert until([player], lambda: player.lua(counted.format(COIN)) == 7)
        player.lua("g_game.safeLogout()")
        assert until([player], lambda: "onGameEnd" in player.noted)
        assert not any(each.startswith("onConnectionError") for each in player.noted)
        assert player.problems == []
        player.client.close()

    clients(inside)


def test_two_clients_in_one_process(
    tmp_path: Path, world: WireThread, clients: Callable[[Callable[[], None]], None]
) -> None:
    def inside() -> None:
        both = [Player(tmp_path / "a"), Player(tmp_path / "b")]
        for player, name in zip(both, ("Ann", "Bob"), strict=True):
            player.log_in(world, name)
        assert until(both, lambda: all("onGameStart" in each.noted for each in both))
        ann, bob = both
        names = "local n = {} for _, c in ipairs(g_map.getSpectators(g_game.getLocalPlayer():getPosition(), false)) do"
        names += " n[#n + 1] = c:getName() end table.sort(n) return n"
        assert until(both, lambda: ann.lua(names) == bob.lua(names) == ["Ann", "Bob"])
        place = "for _, c in ipairs(g_map.getSpectators(g_game.getLocalPlayer():getPosition(), false)) do"
        place += " if c:getName() == 'Ann' then local p = c:getPosition() return {p.x, p.y} end end"
        bob.lua("g_game.talk('hi')")
        assert until(both, lambda: any(each.startswith("onTalk Bob 8 1 hi") for each in ann.noted))
        ann.lua("g_game.walk(2)")
        assert until(both, lambda: ann.place == (X, Y + 1, Z))
        assert until(both, lambda: bob.lua(place) == [X, Y + 1])
        ann.lua("g_game.safeLogout()")
        assert until(both, lambda: bob.lua(names) == ["Bob"])
        assert ann.problems == bob.problems == []
        for each in both:
            each.client.close()

    clients(inside)


def test_extended_opcodes_and_scripts_on_opcodes(
    tmp_path: Path, world: WireThread, clients: Callable[[Callable[[], None]], None]
) -> None:
    def inside() -> None:
        player = Player(tmp_path / "a")
        player.lua(
            "ops = {} function ProtocolGame:onOpcode(op, msg) ops[#ops + 1] = op"
            " if op == 60 then own = msg:getString() return true end end"
        )
        player.log_in(world, "Ann")
        assert until([player], lambda: "onGameStart" in player.noted)
        player.lua("local t = {} for i = 0, 255 do t[#t + 1] = string.char(i) end every = table.concat(t)")
        player.lua("g_game.getProtocolGame():sendExtendedOpcode(9, every)")
        assert until([player], lambda: player.lua("return #heard") == 1)
        assert player.lua("return heard[1][1] == 9 and heard[1][2] == 'pong:' .. every") is True
        # A message that only scripts know, in front of one that the engine knows.
        code = "local m = NetworkMessage() m:addByte(60) m:addString('own') m:addByte(0x15) m:addString('hi')"
        world.call(lambda server: server.run(f"{code} m:sendToPlayer(Player('Ann'))".encode()))
        assert until([player], lambda: player.lua("return own") == "own")
        seen = player.lua("return ops")
        assert [op for op in seen if op in (60, 0x15)] == [60, 0x15]
        assert player.problems == []
        player.client.close()

    clients(inside)


def test_tfs_asks_the_event_extended_opcode_without_a_script_that_registers_it(
    tmp_path: Path, clients: Callable[[Callable[[], None]], None]
) -> None:
    (tmp_path / "tfs").mkdir()
    script = PING.partition("local login")[0].replace('"Ping"', '"ExtendedOpcode"')

    def inside() -> None:
        player = Player(tmp_path / "a")
        player.log_in(world, "Ann")
        assert until([player], lambda: "onGameStart" in player.noted)
        player.lua("g_game.getProtocolGame():sendExtendedOpcode(9, 'x')")
        assert until([player], lambda: player.lua("return #heard") == 1)
        player.client.close()

    with wire_world(tmp_path / "tfs", dialect="tfs", scripts={"ping.lua": script}) as world:
        clients(inside)


def test_why_extended_opcodes_are_not_enabled(
    tmp_path: Path, world: WireThread, clients: Callable[[Callable[[], None]], None]
) -> None:
    def inside() -> None:
        player = Player(tmp_path / "a")
        player.lua("g_game.setCustomOs(2)")
        player.log_in(world, "Ann")
        assert until([player], lambda: "onGameStart" in player.noted)
        player.lua("local p = g_game.getProtocolGame() p:sendExtendedOpcode(9, 'a') p:sendExtendedOpcode(9, 'b')")
        refused, why, again = player.problems
        assert refused == again == "Unable to send extended opcode 9, extended opcodes are not enabled"
        assert "system 2" in why and "systems from 10 on" in why
        player.client.close()

    clients(inside)


def test_an_extended_message_that_is_too_long_for_servers(
    tmp_path: Path, world: WireThread, clients: Callable[[Callable[[], None]], None]
) -> None:
    def inside() -> None:
        player = Player(tmp_path / "a")
        player.log_in(world, "Ann")
        assert until([player], lambda: "onGameStart" in player.noted)
        player.lua("g_game.getProtocolGame():sendExtendedOpcode(9, string.rep('x', 4000))")
        assert until([player], lambda: player.lua("return #heard") == 1) and player.problems == []
        player.lua("for i = 1, 2 do g_game.getProtocolGame():sendExtendedOpcode(9, string.rep('x', 5000)) end")
        (told,) = player.problems
        assert told.startswith("extended opcode 9: 5000 bytes in one message")
        assert until([player], lambda: player.lua("return g_game.isOnline()") is False)
        player.client.close()

    clients(inside)


def test_a_wrong_password(tmp_path: Path, world: WireThread, clients: Callable[[Callable[[], None]], None]) -> None:
    def inside() -> None:
        player = Player(tmp_path / "a")
        player.log_in(world, "Ann", "wrong")
        assert until([player], lambda: any(each.startswith("onLoginError") for each in player.noted))
        player.client.close()

    clients(inside)


def test_no_server(tmp_path: Path, clients: Callable[[Callable[[], None]], None]) -> None:
    def inside() -> None:
        player = Player(tmp_path / "a")
        player.lua("g_game.loginWorld('a', 'b', 'World', '127.0.0.1', 1, 'A', '', 'a')")
        assert until([player], lambda: any(each.startswith("onConnectionError") for each in player.noted))
        assert player.lua("return g_game.isOnline()") is False
        player.client.close()

    clients(inside)
