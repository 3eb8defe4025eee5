"""Maps in files: what is known at once, and what comes when it is asked for."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from tests.realms.canary.servers import DIALECTS
from tests.realms.canary.worlds import (
    BORDER,
    CHEST,
    COIN,
    DOOR,
    GRASS,
    STAIRS,
    TELEPORT,
    WALL,
    area,
    escaped,
    field,
    item,
    node,
    otbm,
    text,
    tile,
    with_world,
)

from tibicen.errors import TibicenError
from tibicen.realms.canary.files import Files
from tibicen.realms.canary.otbm import Maps, OtbmMap
from tibicen.realms.canary.otbm_items import unescape
from tibicen.realms.canary.server import Dialect, Server
from tibicen.realms.canary.spawns import parse_spawns


def opened(data: bytes, *, dialect: str = "tfs", sector: int = 8, **options: object) -> OtbmMap:
    return OtbmMap(data, dialect=dialect, sector=sector, **options)  # type: ignore[arg-type]


def test_bytes_that_mean_something_are_told_apart_from_marks() -> None:
    props = bytes([0xFD, 0xFE, 0xFF, 1, 0xFD])
    assert unescape(escaped(props)) == props
    # A tile at 253, 254 of an area whose place is full of marks, with an item whose id is one.
    data = otbm([area(0xFDFE, 0xFFFD, 7, [tile(0xFD, 0xFE, item(0xFEFD), ground=0xFFFE)])])
    found = opened(data)
    number = (7 << 32) + (0xFFFD + 0xFE) // 8 * 65536 + (0xFDFE + 0xFD) // 8
    assert found.sectors() == [number]
    assert found.read(number) == [[0xFDFE + 0xFD, 0xFFFD + 0xFE, 7, 0, 0, 0xFFFE, 0xFEFD]]


def test_an_index_tells_of_towns_houses_and_unique_items() -> None:
    areas = [
        area(96, 96, 7, [tile(0, 0, item(COIN, b"\x05" + struct.pack("<H", 4711))), tile(1, 0, house=12)]),
        area(96, 96, 6, [tile(9, 0, house=12), tile(0, 9)]),
    ]
    found = opened(otbm(areas, towns=[(3, "Far", 1, 2, 3)], waypoints=[("gate", 7, 8, 9)]))
    assert (found.width, found.height, found.version) == (2048, 2048, 2)
    assert found.towns == [{"id": 3, "name": b"Far", "x": 1, "y": 2, "z": 3}]
    assert found.waypoints == [{"name": b"gate", "x": 7, "y": 8, "z": 9}]
    assert found.houses == {12: [97, 96, 7, 105, 96, 6]}
    assert found.unique == {4711: [96, 96, 7]}
    numbers = {(7 << 32) + 12 * 65536 + 12, (6 << 32) + 12 * 65536 + 13, (6 << 32) + 13 * 65536 + 12}
    assert set(found.sectors()) == numbers


def test_names_of_the_files_beside_it_and_an_offset() -> None:
    files = b"\x01" + text("made by a test") + b"\x0b" + text("x-spawn.xml") + b"\x0d" + text("x-house.xml")
    found = opened(otbm([area(0, 0, 5, [tile(1, 2)])], files=files), offset=(10, 20, 2))
    assert found.files == {"spawn": "x-spawn.xml", "house": "x-house.xml"}
    assert found.read((7 << 32) + 22 // 8 * 65536 + 11 // 8) == [[11, 22, 7, 0, 0, GRASS]]


def test_flags_and_what_is_told_of_items() -> None:
    told = b"\x04" + struct.pack("<H", 100) + b"\x06" + text("read me") + b"\x0f\x05"
    inside = item(COIN, b"\x0f\x03")
    areas = [
        area(
            0,
            0,
            7,
            [tile(0, 0, item(CHEST, told, inside, item(COIN)), item(TELEPORT, b"\x08\x01\x00\x02\x00\x03"), flags=9)],
        )
    ]
    [[x, y, z, flags, house, ground, chest, teleport]] = opened(otbm(areas)).read(7 << 32)
    assert (x, y, z, house, ground) == (0, 0, 7, 0, GRASS)
    assert flags == 128 | 512
    assert chest == {
        "id": CHEST,
        "actionid": 100,
        "text": b"read me",
        "count": 5,
        "items": [{"id": COIN, "count": 3}, COIN],
    }
    assert teleport == {"id": TELEPORT, "destination": [1, 2, 3]}


def test_zones_of_canary() -> None:
    zone = node(19, struct.pack("<HHH", 2, 5, 6))
    found = opened(otbm([area(0, 0, 7, [tile(3, 4, zone)])], version=3), dialect="canary")
    assert found.zones == {5: [3, 4, 7], 6: [3, 4, 7]}
    assert found.read(7 << 32) == [[3, 4, 7, 0, 0, GRASS]]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is no .otbm map"),
        (b"OTBI" + node(0, b"1234567890123456"), "is no .otbm map"),
        (otbm([])[:-1], "ends before"),
        (b"OTBM" + node(0, b"12"), "Could not read header"),
        (otbm([], version=3), "Unknown OTBM version"),
        (otbm([], version=0), "need to be upgraded"),
    ],
)
def test_what_is_no_map_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(TibicenError, match=problem):
        opened(data)


def test_spawns_of_both_servers() -> None:
    tfs = b"""<spawns><spawn centerx="10" centery="20" centerz="7" radius="3">
        <monster name="Rat" x="1" y="-2" z="7" spawntime="60" direction="2" />
        <npc name="Sam" x="0" y="0" z="7" spawntime="60" />
        <monsters x="1" y="1" spawntime="30"><monster name="A" chance="70" /><monster name="B" chance="30" /></monsters>
    </spawn></spawns>"""
    [spawn] = parse_spawns(tfs)
    assert (spawn["x"], spawn["y"], spawn["z"], spawn["radius"]) == (10, 20, 7, 3)
    assert [(c["kind"], c.get("name"), c["x"], c["y"], c["interval"]) for c in spawn["creatures"]] == [
        ("monster", "Rat", 11, 18, 60),
        ("npc", "Sam", 10, 20, 60),
        ("monster", None, 11, 21, 30),
    ]
    assert [choice["name"] for choice in spawn["creatures"][2]["choices"]] == ["A", "B"]
    canary = b"""<monsters><monster centerx="1" centery="2" centerz="3" radius="5">
        <monster name="Bat" x="4" y="5" z="3" spawntime="90" weight="7" /></monster></monsters>"""
    assert parse_spawns(canary)[0]["creatures"][0]["weight"] == 7
    with pytest.raises(TibicenError):
        parse_spawns(b"<spawns>")


# In a server --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tiles_come_when_they_are_asked_for(tmp_path: Path, dialect: Dialect) -> None:
    data = otbm([field(41, {(20, 20): [item(COIN, b"\x0f\x07")]}, origin=980)])

    def body(server: Server) -> None:
        before = server.memory()
        assert server.run(b"return Tile(1020, 1020, 7):getTopDownItem():getCount()") == 7
        some = server.memory()
        server.control("read_map")
        # One sector of the map is a small part of it.
        assert some - before < (server.memory() - before) / 2
        assert server.run(b"return Tile(5, 5, 7) == nil and Tile(1020, 1020, 6) == nil") is True

    with_world(tmp_path, data, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_order_of_a_tile_of_the_file(tmp_path: Path, dialect: Dialect) -> None:
    things = [item(COIN), item(DOOR), item(CHEST), item(BORDER)]
    data = otbm([field(3, {(0, 0): things}, origin=999)])
    ids = with_world(tmp_path, data, lambda server: server.control("tile", 1000, 1000, 7)["items"], dialect=dialect)
    # The ground, what is on top by its order, then the newest of what lies.
    assert ids == [GRASS, BORDER, DOOR, CHEST, COIN]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_last_ground_counts_until_something_lies_on_it(tmp_path: Path, dialect: Dialect) -> None:
    things = [item(STAIRS), item(WALL), item(GRASS)]
    data = otbm([field(3, {(0, 0): things}, origin=999)])
    ids = with_world(tmp_path, data, lambda server: server.control("tile", 1000, 1000, 7)["items"], dialect=dialect)
    assert ids == [STAIRS if dialect == "tfs" else GRASS, WALL]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_unique_items_are_found_in_what_is_unread(tmp_path: Path, dialect: Dialect) -> None:
    told = b"\x05" + struct.pack("<H", 5005) + b"\x04" + struct.pack("<H", 77)
    data = otbm([field(3, {(1, 1): [item(CHEST, told, item(COIN, b"\x0f\x09"))]}, origin=999)])
    code = b"""
        local chest = Container(5005)
        return { chest:getActionId(), chest:getUniqueId(), chest:getSize(), chest:getItem(0):getCount(),
                 chest:getPosition().x }
    """
    assert with_world(tmp_path, data, lambda server: server.run(code), dialect=dialect) == [77, 5005, 1, 9, 1001]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_second_map_lies_on_top(tmp_path: Path, dialect: Dialect) -> None:
    (tmp_path / "more.otbm").write_bytes(otbm([area(0, 0, 7, [tile(0, 0, item(COIN), ground=0), tile(30, 0)])]))

    def body(server: Server) -> None:
        assert server.control("tile", 1000, 1000, 7)["items"] == [GRASS, CHEST]
        assert server.control("load_map", "more.otbm", {"x": 1000, "y": 1000, "houses": False, "spawns": False}) is True
        assert server.control("tile", 1000, 1000, 7)["items"] == [GRASS, COIN, CHEST]
        assert server.control("tile", 1030, 1000, 7)["items"] == [GRASS]
        assert server.control("tile", 1001, 1000, 7)["items"] == [GRASS]
        assert server.control("load_map", "none.otbm") is False

    with_world(tmp_path, otbm([field(3, {(0, 0): [item(CHEST)]}, origin=999)]), body, dialect=dialect)


def test_a_map_that_a_server_has_open_is_shared_with_the_next(tmp_path: Path) -> None:
    place = tmp_path / "a.otbm"
    place.write_bytes(otbm([area(96, 96, 7, [tile(0, 0, item(COIN))])]))
    first, second = Maps(Files(tmp_path), "tfs"), Maps(Files(tmp_path), "tfs")
    number = (first.open("a.otbm", 8) or {})["sectors"][0]
    assert (second.open("a.otbm", 8) or {})["sectors"] == [number]
    assert first._open[0][0] is second._open[0][0]
    # Each server is told each tile once.
    assert first.read(number) == second.read(number) != []
    assert first.read(number) == second.read(number) == []
    place.write_bytes(otbm([area(96, 96, 7, [tile(0, 0, item(COIN)), tile(1, 0)])]))
    third = Maps(Files(tmp_path), "tfs")
    third.open("a.otbm", 8)
    assert len(third.read(number)) == 2
    assert third.open("none.otbm", 8) is None
