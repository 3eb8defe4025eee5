"""Small worlds for tests: kinds of items, a map of a few tiles, and a server that has them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.realms.canary.servers import with_server

from tibicen.realms.canary.server import Dialect, Server

GRASS, WALL, COIN, CHEST, BORDER, SPLASH, STAIRS, HOLE, TELEPORT, FIRE, DOOR, TABLE, BED, TRASH, BOX = range(3000, 3015)

_FLAGS = {
    "solid": 1,
    "projectile": 2,
    "path": 4,
    "height": 8,
    "pickupable": 32,
    "movable": 64,
    "stackable": 128,
    "top": 8192,
}

# Id, name, group in items.otb, flags, order on top.
_KINDS: list[tuple[int, str, int, str, int]] = [
    (GRASS, "grass", 1, "", 0),
    (WALL, "wall", 0, "solid projectile path", 0),
    (COIN, "coin", 0, "pickupable movable stackable", 0),
    (CHEST, "chest", 2, "pickupable movable", 0),
    (BORDER, "border", 0, "top", 1),
    (SPLASH, "splash", 11, "top", 2),
    (STAIRS, "stairs", 1, "", 0),
    (HOLE, "hole", 1, "", 0),
    (TELEPORT, "teleport", 0, "", 0),
    (FIRE, "fire", 0, "path", 0),
    (DOOR, "door", 0, "top", 3),
    (TABLE, "table", 0, "solid height movable", 0),
    (BED, "bed", 0, "", 0),
    (TRASH, "bin", 0, "solid", 0),
    (BOX, "box", 0, "height", 0),
    # Inboxes of the two servers.
    (12902, "inbox", 2, "", 0),
    (14404, "inbox", 2, "", 0),
]
_XML = {
    STAIRS: '<attribute key="floorchange" value="north" />',
    HOLE: '<attribute key="floorchange" value="down" />',
    TELEPORT: '<attribute key="type" value="teleport" />',
    FIRE: '<attribute key="type" value="magicfield" /><attribute key="field" value="fire">'
    '<attribute key="ticks" value="1000" /><attribute key="damage" value="20" /></attribute>',
    DOOR: '<attribute key="type" value="door" />',
    BED: '<attribute key="type" value="bed" />',
    TRASH: '<attribute key="type" value="trashholder" />',
}

VOCATIONS = """<vocations><vocation id="0" name="None" description="none" gaincap="10" gainhp="5" gainmana="5"
basespeed="220" fromvoc="0" /></vocations>"""
GROUPS = '<groups><group id="1" name="player" access="0" maxdepotitems="0" maxvipentries="0" flags="" /></groups>'


def escaped(data: bytes) -> bytes:
    """Bytes as they stand in a node."""
    return b"".join(b"\xfd" + bytes([byte]) if byte >= 0xFD else bytes([byte]) for byte in data)


def node(kind: int, props: bytes = b"", *children: bytes) -> bytes:
    """A node of an OTB or OTBM file."""
    return b"\xfe" + bytes([kind]) + escaped(props) + b"".join(children) + b"\xff"


def text(value: str) -> bytes:
    """A text with its length."""
    return struct.pack("<H", len(value)) + value.encode()


def items_otb() -> bytes:
    """An items.otb with the kinds above; ids of client and server are the same."""
    nodes = []
    for item_id, _, group, words, order in _KINDS:
        flags = sum(_FLAGS[word] for word in words.split())
        props = struct.pack("<I", flags)
        for attribute, value in ((0x10, struct.pack("<H", item_id)), (0x11, struct.pack("<H", item_id))):
            props += bytes([attribute]) + struct.pack("<H", len(value)) + value
        if order:
            props += b"\x2b" + struct.pack("<H", 1) + bytes([order])
        nodes.append(node(group, props))
    version = struct.pack("<III", 3, 65, 1) + bytes(128)
    return b"OTBI" + node(0, struct.pack("<I", 0) + b"\x01" + struct.pack("<H", len(version)) + version, *nodes)


def item(item_id: int, attributes: bytes = b"", *inside: bytes) -> bytes:
    """An item's node."""
    return node(6, struct.pack("<H", item_id) + attributes, *inside)


def tile(x: int, y: int, *items: bytes, ground: int = GRASS, house: int = 0, flags: int = 0) -> bytes:
    """A tile's node, its place counted from that of its area."""
    props = bytes([x, y]) + (struct.pack("<I", house) if house else b"")
    if flags:
        props += b"\x03" + struct.pack("<I", flags)
    if ground:
        props += b"\x09" + struct.pack("<H", ground)
    return node(14 if house else 5, props, *items)


def area(x: int, y: int, z: int, tiles: Iterable[bytes]) -> bytes:
    """An area's node."""
    return node(4, struct.pack("<HHB", x, y, z), *tiles)


def otbm(
    areas: Sequence[bytes],
    *,
    towns: Sequence[tuple[int, str, int, int, int]] = ((1, "Home", 1000, 1000, 7),),
    waypoints: Sequence[tuple[str, int, int, int]] = (),
    files: bytes = b"",
    version: int = 2,
) -> bytes:
    """A map file."""
    header = struct.pack("<IHHII", version, 2048, 2048, 3, 57)
    town_nodes = [
        node(13, struct.pack("<I", number) + text(name) + struct.pack("<HHB", x, y, z))
        for number, name, x, y, z in towns
    ]
    points = [node(16, text(name) + struct.pack("<HHB", x, y, z)) for name, x, y, z in waypoints]
    data = node(2, files, *areas, node(12, b"", *town_nodes), node(15, b"", *points))
    return b"OTBM" + node(0, header, data)


def field(
    size: int = 21, things: Mapping[tuple[int, int], Sequence[bytes]] | None = None, z: int = 7, origin: int = 990
) -> bytes:
    """An area of grass, with things on some of its tiles, by their places from its middle."""
    things = things or {}
    middle = size // 2
    return area(
        origin,
        origin,
        z,
        [tile(x, y, *things.get((x - middle, y - middle), ())) for x in range(size) for y in range(size)],
    )


def with_world(
    root: Path,
    map_data: bytes,
    body: Callable[[Server], Any],
    *,
    dialect: Dialect,
    files: Mapping[str, str] | None = None,
    **options: Any,
) -> Any:
    """Makes a server with the kinds of items above and a map, and hands it to `body`."""
    folder = root / "data" / "items"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "items.otb").write_bytes(items_otb())
    lines = [
        f'<item id="{item_id}" article="a" name="{name}">{_XML.get(item_id, "")}</item>' for item_id, name, *_ in _KINDS
    ]
    (folder / "items.xml").write_text(f"<items>{''.join(lines)}</items>")
    (root / "world.otbm").write_bytes(map_data)

    def run(server: Server) -> Any:
        assert server.control("load_map", "world.otbm") is True
        return body(server)

    own = {"data/XML/vocations.xml": VOCATIONS, "data/XML/groups.xml": GROUPS}
    return with_server(root, run, {**own, **(files or {})}, dialect=dialect, things=folder / "items.otb", **options)
