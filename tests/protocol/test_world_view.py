"""What a bridge knows of the world, from the server's messages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import run_in_host_thread as run
from tests.protocol.wire_ends import Plugins, bridged

from tibicen.bus.world import WorldFeed
from tibicen.errors import TibicenError
from tibicen.protocol.captures import Capture, items_beside
from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.protocol.world_view import WorldView

CAPTURES = Path(os.environ.get("TIBICEN_CAPTURES", Path(__file__).parents[3] / "shared" / "captures"))
VERSION = 860
TILES = 18 * 14
ME, RAT = 5, 6
GRASS, COIN = {"id": 100}, {"id": 3031}
OUTFIT = {"look": 128, "head": 1, "body": 2, "legs": 3, "feet": 4, "addons": 0}


def creature(number: int, name: str) -> dict[str, Any]:
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
        "skull": 0,
        "shield": 0,
        "emblem": 0,
        "blocks": 0,
    }


def gap(tiles: int) -> list[dict[str, Any]]:
    rows = []
    while tiles > 0:
        here = min(tiles, 256)
        rows.append({"things": [], "skip": here - 1})
        tiles -= here
    return rows


def place(x: int, y: int, stack: int) -> dict[str, int]:
    return {"x": x, "y": y, "z": 7, "stack": stack}


# The own tile is the ninth from the left and the seventh from the top.
WHOLE = [*gap(8 * 14 + 6), {"things": [GRASS, creature(ME, "Me")], "skip": 0}, *gap(8 * TILES - 8 * 14 - 7)]


class Server:
    """Says things in the protocol's own bytes."""

    def __init__(self) -> None:
        self.protocol = load_protocol(VERSION)
        self.writing, self.reading = (WireState(ItemTable({3031: 1})) for _ in range(2))
        self.view = WorldView()

    def says(self, message: str, /, **fields: Any) -> list[tuple[str, dict[str, Any]]]:
        data = self.protocol.encode("server", message, fields, self.writing)
        found = self.protocol.decode("server", data, self.reading)
        assert [each.name for each in found] == [message]
        return list(self.view.take(found, self.reading.width, self.reading.height))


def at(x: int, y: int, z: int = 7) -> dict[str, int]:
    return {"x": x, "y": y, "z": z}


def test_a_player_walks_and_meets_a_creature() -> None:
    server = Server()
    assert server.says("login", player=ME, beat=50, bug_reports=0) == []
    me = {"creature": ME, "name": "Me", "health": 100}
    assert server.says("full_map", position=(100, 100, 7), tiles=WHOLE) == [
        ("world.entered", {"creature": ME, "position": at(100, 100)}),
        ("world.appeared", {**me, "position": at(100, 100)}),
    ]
    view = server.view
    # A tile appears in the north with the step there, and a rat stands on the row that comes into view.
    assert server.says("update_tile", position=(100, 99, 7), tiles=[{"things": [GRASS, {"id": 101}], "skip": 0}]) == []
    assert server.says("move_creature", **{"from": place(100, 100, 1), "to": (100, 99, 7)}) == [
        ("world.moved", {**me, "position": at(100, 99), "from": at(100, 100)})
    ]
    row = [*gap(3), {"things": [GRASS, creature(RAT, "Rat")], "skip": 0}, *gap(18 * 8 - 4)]
    rat = {"creature": RAT, "name": "Rat", "health": 100}
    assert server.says("map_north", tiles=row) == [("world.appeared", {**rat, "position": at(95, 93)})]
    assert view.map.center == (100, 99, 7) and view.summary()["player"]["position"] == at(100, 99)
    assert server.says("creature_health", creature=RAT, percent=40) == [
        ("combat.health", {**rat, "health": 40, "position": at(95, 93), "before": 100})
    ]
    # It is known by now: the server doesn't say its name again.
    assert server.says("remove_thing", place=place(95, 93, 1))[0][0] == "world.vanished"
    known = {name: value for name, value in creature(RAT, "").items() if name not in ("forget", "name", "emblem")}
    back = server.says("add_thing", position=(96, 93, 7), stack=255, thing={**known, "id": 98})
    assert back == [("world.appeared", {**rat, "position": at(96, 93)})]
    # Going south, the row in the north is out of view, and the rat with it.
    server.says("move_creature", **{"from": place(100, 99, 2), "to": (100, 100, 7)})
    assert server.says("map_south", tiles=gap(18 * 8)) == [("world.vanished", {**rat, "position": at(96, 93)})]
    assert list(view.creatures) == [ME] and view.map.center == (100, 100, 7)
    assert view.tile(100, 100, 7) == {"things": [GRASS, {"creature": ME}], "exact": True}
    assert view.tile(96, 93, 7) is None


def test_the_order_on_a_tile_is_said_to_be_unsure_when_it_is() -> None:
    server = Server()
    server.says("full_map", position=(100, 100, 7), tiles=WHOLE)
    loose = [{"things": [GRASS, {**COIN, "count": 3}], "skip": 0}]
    server.says("update_tile", position=(101, 100, 7), tiles=loose)
    server.says("move_creature", **{"from": place(100, 100, 1), "to": (101, 100, 7)})
    # It stands below the coins; that is not said, but turning is: then all is known.
    server.says("change_thing", place=place(101, 100, 1), thing={"id": 99, "creature": ME, "direction": 1})
    assert server.view.tile(101, 100, 7) == {"things": [GRASS, {"creature": ME}, {**COIN, "count": 3}], "exact": True}
    server.says("move_creature", **{"from": place(101, 100, 1), "to": (100, 100, 7)})
    server.says("move_creature", **{"from": place(100, 100, 1), "to": (101, 100, 7)})
    server.says("remove_thing", place=place(101, 100, 2))
    tile = server.view.tile(101, 100, 7)
    assert tile is not None and not tile["exact"]


def test_stairs_take_the_view_along() -> None:
    server = Server()
    server.says("full_map", position=(100, 100, 7), tiles=WHOLE)
    # Down from the ground: three floors come, each shifted by one more, and those above the first two below go.
    three = [*gap(8 * 14 + 6), {"things": [GRASS], "skip": 0}, *gap(3 * TILES - 8 * 14 - 7)]
    server.says("floor_down", tiles=three)
    assert server.view.map.center == (99, 99, 8)
    assert server.view.tile(99, 99, 8) == {"things": [GRASS], "exact": True}
    assert server.view.tile(100, 100, 7) is not None
    six = [*gap(8 * 14 + 6), {"things": [GRASS], "skip": 0}, *gap(6 * TILES - 8 * 14 - 7)]
    server.says("floor_up", tiles=six)
    assert server.view.map.center == (100, 100, 7)
    assert server.view.tile(102, 102, 5) is not None and server.view.tile(99, 99, 8) is None


def test_containers_chat_trade_and_figures() -> None:
    server = Server()
    bag, coins = {"id": 2853}, {**COIN, "count": 7}
    opened = {"container": 1, "name": "bag", "item": bag, "items": [bag]}
    assert server.says("open_container", capacity=8, parent=0, **opened) == [("world.container_opened", opened)]
    assert server.says("container_add", container=1, slot=0, item=coins) == [
        ("world.container_changed", {"container": 1, "items": [coins, bag]})
    ]
    server.says("container_update", container=1, slot=0, item={**COIN, "count": 6})
    assert server.says("container_remove", container=1, slot=1, last={"id": 0})[0][1]["items"] == [{**COIN, "count": 6}]
    assert server.says("close_container", container=1) == [("world.container_closed", {"container": 1})]
    assert server.says("close_container", container=1) == []
    said = {"name": "Rat", "level": 1, "type": 1, "text": "squeak"}
    heard = ("world.said", {**said, "position": at(1, 2)})
    assert server.says("talk", statement=1, position=(1, 2, 7), **said) == [heard]
    assert server.says("text_message", type=22, text="Hi") == [("world.told", {"type": 22, "text": "Hi"})]
    assert server.says("own_trade", name="Me", items=[coins]) == [
        ("trade.offered", {"own": True, "name": "Me", "items": [coins]})
    ]
    assert server.says("close_trade") == [("trade.closed", {})] and server.says("close_trade") == []
    server.says("inventory_set", slot=3, item=bag)
    stats = dict.fromkeys(
        ("free_capacity", "level_percent", "magic_level", "magic_level_percent", "soul", "stamina"), 0
    )
    figures = {"health": 90, "max_health": 100, "mana": 5, "max_mana": 6, "level": 8, "experience": 4200}
    assert server.says("stats", **stats, **figures) == [("combat.stats", {**figures, "before": {}})]
    assert server.says("stats", **stats, **{**figures, "health": 80})[0][1]["before"] == {"health": 90}
    assert server.says("stats", **stats, **{**figures, "health": 80}) == []
    summary = server.view.summary()
    assert summary["inventory"] == {"3": bag} and summary["chat"] == [heard[1]] and summary["player"]["health"] == 80


def test_the_bridge_tells_hooks_and_gives_its_view() -> None:
    async def scenario() -> None:
        plugins = Plugins()
        said = plugins.listen("world.said")
        moved = plugins.listen("world.moved")
        plugins.answer("packet.server.talk", lambda packet: {**packet, "drop": True})
        feed = WorldFeed("bridge", plugins.bus)
        async with bridged("adler", plugins.bus, feed=feed, port={"items": ItemTable({})}) as rig:
            client, server = await rig.enter()
            protocol, state = load_protocol(1098), WireState(ItemTable({}))
            talk = {"statement": 1, "name": "Rat", "level": 1, "type": 1, "position": (1, 2, 7), "text": "squeak"}
            messages = protocol.encode("server", "talk", talk, state) + b"\x1d"
            server.send(rig.sealer().seal(messages))
            # What a plugin makes of a message is its affair; that the server said it stays true.
            assert await client.messages(rig.stack) == b"\x1d"
            number = next(iter(rig.bridge.sessions))
            event = {"source": "bridge", "session": number, "name": "Rat", "level": 1, "type": 1, "text": "squeak"}
            assert said == [{**event, "position": at(1, 2)}] and moved == []
            view = rig.bridge.view(number)
            assert view.chat[0]["text"] == "squeak" and view.unread == 0
            # A frame that contradicts itself costs the view, not the session.
            server.send(rig.sealer(2).seal(b"\x8c\x01\x00\x00\x00\x05" + b"\xff\xff"))
            assert await client.messages(rig.stack) == b"\x8c\x01\x00\x00\x00\x05" + b"\xff\xff"
            assert rig.bridge.view(number).unread == 1
            with pytest.raises(TibicenError, match="no session 99"):
                rig.bridge.view(99)
            with pytest.raises(KeyError):
                feed.tell("world.nonsense", 1, {})

    run(scenario)


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="no captures here; TIBICEN_CAPTURES names their folder")
@pytest.mark.parametrize(
    "name", ["tfs1098-dual-peer1", "canary1100-dual-peer2", "tfs1310-dual-peer1", "canary1525-dual-peer1"]
)
def test_a_real_session_leaves_a_view_without_contradictions(name: str) -> None:
    capture = Capture(CAPTURES / f"{name}.jsonl")
    protocol, items = load_protocol(capture.version), items_beside(capture)
    state, view = WireState(items), WorldView()
    seen = set()
    for record in capture:
        if record.plain is None or record.kind != "frame" or capture.kinds.get(record.connection, "game") != "game":
            continue
        side = "client" if record.direction == "c2s" else "server"
        found = protocol.decode(side, record.plain, state)
        if side == "client":
            continue
        seen |= {event for event, _ in view.take(found, state.width, state.height)}
        for number, known in view.creatures.items():
            tile = view.map.tiles[known["position"]]
            assert {"creature": number} in tile.things
        standing = {each["creature"] for tile in view.map.tiles.values() for each in tile.things if "creature" in each}
        assert standing == set(view.creatures)
    own = view.creatures.get(view.player["creature"])
    assert view.unread == 0 and (own is None or own["position"] == view.map.center)
    assert {"world.entered", "world.moved", "world.said", "combat.stats", "world.container_opened"} <= seen
