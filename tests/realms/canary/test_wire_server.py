"""The server role: clients log in over TCP, act, and see what the world does."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.realms.canary.wire_client import WireClient, text
from tests.realms.canary.wire_worlds import BAG, COIN, HOME, wire_world

from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import UNPARSED, Message, load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.realms.canary.wire.listener import WireThread

X, Y, Z = HOME


@pytest.fixture
def world(tmp_path: Path) -> Iterator[WireThread]:
    with wire_world(tmp_path) as thread:
        yield thread
        assert thread.call(lambda server: server.errors()) == []


class Reader:
    """Messages of one client, by the decoders of the protocol's manifest: another hand than the server's writers."""

    def __init__(self, client: WireClient) -> None:
        self.client = client
        self.protocol = load_protocol(1098)
        self.state = WireState(ItemTable.of_names({"stackable": [COIN], "container": [BAG]}))
        self.seen: list[Message] = []

    def read(self, data: bytes) -> list[Message]:
        found = self.protocol.decode("server", data, self.state)
        assert UNPARSED not in [each.name for each in found], found[-1].fields
        for each in found:
            again = self.protocol.encode("server", each.name, each.fields, self.state)
            assert again == data[each.start : each.end]
        self.seen += found
        return found

    def until(self, name: str, seconds: float = 5.0) -> dict[str, object]:
        """Fields of the next message of a name."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for each in self.read(self.client.read_frame(end - time.monotonic())):
                if each.name == name:
                    return each.fields
        raise TimeoutError(f"no {name}; there were {[each.name for each in self.seen]}")

    def during(self, seconds: float) -> list[Message]:
        return self.read(self.client.read_for(seconds))


def enter(world: WireThread, name: str) -> tuple[WireClient, Reader]:
    client = WireClient(world.game_port)
    client.log_in(f"{name.lower()}\nsecret", name)
    reader = Reader(client)
    reader.until("fight_modes")
    return client, reader


def lua(world: WireThread, code: str) -> object:
    return world.call(lambda server: server.run(code.encode()))


def test_the_list_of_characters_opens_the_game(world: WireThread) -> None:
    with WireClient(world.login_port) as client:
        data = client.list_characters("ann", "secret")
        assert client.closed_within(2)
    protocol = load_protocol(1098)
    by_name = {each.name: each.fields for each in protocol.decode("login_server", data, WireState())}
    assert by_name["character_list"]["characters"] == [{"world": 0, "name": "Ann"}]
    assert by_name["character_list"]["worlds"][0]["port"] == world.game_port
    with WireClient(world.game_port) as client:
        client.log_in(by_name["session_key"]["key"], "Ann")
        Reader(client).until("enter_world")


def test_a_wrong_password_is_refused(world: WireThread) -> None:
    with WireClient(world.login_port) as client:
        assert client.list_characters("ann", "wrong")[0] == 0x0B
        assert client.closed_within(2)
    with WireClient(world.game_port) as client:
        client.log_in("ann\nwrong", "Ann")
        assert client.read_frame()[0] == 0x14
        assert client.closed_within(2)


def test_what_comes_first(world: WireThread) -> None:
    client, reader = enter(world, "Ann")
    with client:
        names = [each.name for each in reader.seen]
        assert names[:5] == ["extended_opcode", "login_success", "pending_state", "enter_world", "full_map"]
        fields = {each.name: each.fields for each in reader.seen}
        assert fields["full_map"]["position"] == HOME
        assert fields["stats"]["health"] == 185
        assert fields["stats"]["level"] == 8
        assert {"skills", "icons", "world_light", "basic_data", "inventory_clear"} <= set(names)
        creatures = [
            thing["name"] for tile in fields["full_map"]["tiles"] for thing in tile["things"] if thing["id"] == 0x61
        ]
        assert creatures == ["Ann"]


def test_steps_move_the_map(world: WireThread) -> None:
    client, reader = enter(world, "Ann")
    with client:
        client.send(b"\x66")
        assert reader.until("move_creature")["to"] == (X + 1, Y, Z)
        client.send(b"\x64\x02\x07\x07")
        assert reader.until("move_creature")["to"] == (X + 1, Y + 1, Z)
        assert reader.until("move_creature")["to"] == (X + 1, Y + 2, Z)
        names = [each.name for each in reader.seen]
        assert names.count("map_east") == 1
        assert names.count("map_south") == 2


def test_two_players_see_each_other(world: WireThread) -> None:
    ann, sees = enter(world, "Ann")
    with ann:
        bob, _ = enter(world, "Bob")
        with bob:
            thing = sees.until("add_thing")["thing"]
            assert isinstance(thing, dict) and thing["name"] == "Bob"
            bob.send(b"\x96\x01" + text("hello \xe9"))
            talk = sees.until("talk")
            assert (talk["name"], talk["text"], talk["type"]) == ("Bob", "hello \xe9", 1)
            bob.send(b"\x66")
            sees.until("move_creature")
            bob.send(b"\x6f")
            sees.until("change_thing")
            bob.send(b"\x14")
            assert bob.closed_within(3)
        sees.until("remove_thing")


def test_figures_slots_and_the_floor(world: WireThread) -> None:
    client, reader = enter(world, "Ann")
    with client:
        lua(world, f"Game.createItem({COIN}, 5, Position({X + 1}, {Y}, {Z}))")
        added = reader.until("add_thing")
        assert (added["position"], added["thing"]) == ((X + 1, Y, Z), {"id": COIN, "mark": 255, "count": 5})
        client.send(b"\x78" + struct.pack("<HHBHBHHBB", X + 1, Y, Z, COIN, 1, X, Y + 1, Z, 2))
        changed = [reader.until("add_thing")["thing"]]
        assert changed == [{"id": COIN, "mark": 255, "count": 2}]
        lua(world, "Player('Ann'):addHealth(-10)")
        assert reader.until("stats")["health"] == 175


def test_extended_opcodes_are_binary(world: WireThread) -> None:
    client, reader = enter(world, "Ann")
    every = bytes(range(256))
    with client:
        client.send(b"\x32\x07" + text(every))
        assert reader.until("extended_opcode") == {"opcode": 7, "data": b"pong:" + every}


def test_only_clients_that_know_them_are_told_of_extended_opcodes(world: WireThread) -> None:
    with WireClient(world.game_port, system=2) as client:
        client.log_in("ann\nsecret", "Ann")
        reader = Reader(client)
        reader.until("fight_modes")
        assert "extended_opcode" not in [each.name for each in reader.seen]


def test_far_away_is_another_map(world: WireThread) -> None:
    client, reader = enter(world, "Ann")
    with client:
        lua(world, f"Player('Ann'):teleportTo(Position({X + 30}, {Y}, {Z}))")
        assert reader.until("full_map")["position"] == (X + 30, Y, Z)


def test_a_second_login_takes_the_place_of_the_first(world: WireThread) -> None:
    client, reader = enter(world, "Ann")
    with client:
        second, sees = enter(world, "Ann")
        with second:
            assert "only one client" in str(reader.until("error", 2)["text"])
            assert client.closed_within(2)
            second.send(b"\x1d")
            sees.until("ping_back", 2)


def test_who_breaks_off_is_met_again(world: WireThread) -> None:
    client, _ = enter(world, "Ann")
    number = lua(world, "return Player('Ann'):getId()")
    client.socket.close()
    end = time.monotonic() + 3
    while world.control("wire_count") and time.monotonic() < end:
        time.sleep(0.01)
    assert world.control("wire_count") == 0
    assert lua(world, "return Player('Ann'):getId()") == number
    again, _ = enter(world, "Ann")
    with again:
        assert lua(world, "return Player('Ann'):getId()") == number
