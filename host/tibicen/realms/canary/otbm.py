"""Maps (`.otbm`): a tree of nodes in one file. Only an index is made when a map is opened; tiles are read by sector,
when one of them is asked for."""

from __future__ import annotations

import re
import struct
from array import array
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from tibicen.errors import TibicenError
from tibicen.realms.canary.files import Files
from tibicen.realms.canary.otbm_items import AttributeReader, unescape

_MARKS = re.compile(rb"\xfd.|\xfe.|\xff", re.DOTALL)
_START, _END, _ESCAPE = 0xFE, 0xFF, 0xFD

_MAP_DATA, _TILE_AREA, _TILE, _ITEM, _TOWNS, _TOWN, _HOUSE_TILE = 2, 4, 5, 6, 12, 13, 14
_WAYPOINTS, _WAYPOINT, _TILE_ZONE = 15, 16, 19

# Attributes of the map and of tiles.
_DESCRIPTION, _TILE_FLAGS, _TILE_ITEM, _SPAWN_FILE, _HOUSE_FILE = 1, 3, 9, 11, 13
_NPC_FILE, _ZONE_FILE = 23, 24

# Flags in the file, and those of the server's tiles.
_PROTECTION, _NO_PVP, _NO_LOGOUT, _PVP = 1, 4, 8, 16
_STATE_PROTECTION, _STATE_NO_PVP, _STATE_NO_LOGOUT, _STATE_PVP = 128, 256, 512, 1024

Place = tuple[int, int, int]
Tile = list[Any]
"""x, y, z, flags, house (0 for none), then items: an id, or a dict with `id` and what is told of it."""


class OtbmMap:
    """One map file.

    Args:
        data: the file's bytes.
        dialect: canary or tfs; they know different attributes of items.
        sector: tiles along the side of a sector.
        name: for reports.
        offset: added to all places but those of towns and waypoints.

    Raises:
        TibicenError: the file is no map, or one of a version that the server does not read.
    """

    def __init__(self, data: bytes, *, dialect: str, sector: int, name: str = "map", offset: Place = (0, 0, 0)) -> None:
        self.name = name
        self.width = self.height = self.version = 0
        self.files: dict[str, str] = {}
        """Names of the files beside the map: spawn, npc, house, zone."""
        self.towns: list[dict[str, Any]] = []
        self.waypoints: list[dict[str, Any]] = []
        self.houses: dict[int, list[int]] = {}
        """Places of the tiles of each house: x, y, z in turn."""
        self.zones: dict[int, list[int]] = {}
        """Places of each zone (Canary)."""
        self.unique: dict[int, list[int]] = {}
        """Unique ids of items, and the place of the tile that each is on."""
        self._data = data
        self._offset = offset
        self._size = sector
        self._attributes = AttributeReader(dialect)
        # Of each floor of a sector, by number, the offset of each tile's node and the number of its area.
        self._sectors: dict[int, array[int]] = {}
        self._areas: list[Place] = []
        self._index()

    # Opening ------------------------------------------------------------------------------------------------------

    def _index(self) -> None:
        data = self._data
        if len(data) < 8 or data[:4] not in (b"OTBM", b"\0\0\0\0") or data[4] != _START:
            raise TibicenError(f"{self.name} is no .otbm map")
        tile: Place = (0, 0, 0)
        area: Place = (0, 0, 0)
        depth = 0
        for mark in _MARKS.finditer(data, 4):
            at = mark.start()
            byte = data[at]
            if byte == _ESCAPE:
                continue
            if byte == _END:
                depth -= 1
                continue
            depth += 1
            kind = data[at + 1]
            if depth == 4:
                if kind in (_TILE, _HOUSE_TILE):
                    tile = self._note_tile(at, kind, area)
                elif kind == _TOWN:
                    self._read_town(at)
                elif kind == _WAYPOINT:
                    self._read_waypoint(at)
            elif depth > 4:
                if kind == _ITEM:
                    self._note_item(at, tile)
                elif kind == _TILE_ZONE:
                    self._note_zones(at, tile)
            elif depth == 3 and kind == _TILE_AREA:
                x, y, z = struct.unpack_from("<HHB", self._props(at, 8))
                area = (x + self._offset[0], y + self._offset[1], z + self._offset[2])
                self._areas.append(area)
            elif depth == 2 and kind == _MAP_DATA:
                self._read_data(at)
            elif depth == 1:
                self._read_header(at)
        if depth != 0:
            raise TibicenError(f"{self.name} ends before its map does")

    def _props(self, at: int, most: int | None = None) -> bytes:
        """What is told in a node before its first child or its end."""
        data = self._data
        if most is not None:
            # Short ones at a fixed place have no need of a search, unless something in them is escaped.
            cut = data[at + 2 : at + 2 + most]
            if _ESCAPE not in cut:
                return cut
        at += 2
        for mark in _MARKS.finditer(data, at):
            if data[mark.start()] != _ESCAPE:
                return unescape(data[at : mark.start()])
        raise TibicenError(f"{self.name} ends within a node")

    def _read_header(self, at: int) -> None:
        props = self._props(at)
        if len(props) < 16:
            raise TibicenError(f"{self.name}: Could not read header.")
        self.version, self.width, self.height, major, minor = struct.unpack_from("<IHHII", props)
        tfs = self._attributes.dialect == "tfs"
        if major < 3 or (tfs and self.version == 0):
            raise TibicenError(
                f"{self.name}: This map need to be upgraded by using the latest map editor version to be able to load "
                "correctly."
            )
        if self.version > (2 if tfs else 5):
            raise TibicenError(f"{self.name}: Unknown OTBM version detected.")
        self.items_version = (major, minor)

    def _read_data(self, at: int) -> None:
        props = self._props(at)
        names = {_SPAWN_FILE: "spawn", _HOUSE_FILE: "house", _NPC_FILE: "npc", _ZONE_FILE: "zone"}
        start = 0
        while start + 3 <= len(props):
            attribute = props[start]
            (length,) = struct.unpack_from("<H", props, start + 1)
            text = props[start + 3 : start + 3 + length]
            start += 3 + length
            if attribute in names:
                self.files[names[attribute]] = text.decode("latin-1")
            elif attribute != _DESCRIPTION:
                break

    def _read_town(self, at: int) -> None:
        props = self._props(at)
        number, length = struct.unpack_from("<IH", props)
        x, y, z = struct.unpack_from("<HHB", props, 6 + length)
        self.towns.append({"id": number, "name": props[6 : 6 + length], "x": x, "y": y, "z": z})

    def _read_waypoint(self, at: int) -> None:
        props = self._props(at)
        (length,) = struct.unpack_from("<H", props)
        x, y, z = struct.unpack_from("<HHB", props, 2 + length)
        self.waypoints.append({"name": props[2 : 2 + length], "x": x, "y": y, "z": z})

    def _note_tile(self, at: int, kind: int, area: Place) -> Place:
        props = self._props(at, 6 if kind == _HOUSE_TILE else 2)
        place = (area[0] + props[0], area[1] + props[1], area[2])
        number = (place[2] << 32) + place[1] // self._size * 65536 + place[0] // self._size
        tiles = self._sectors.get(number)
        if tiles is None:
            tiles = self._sectors[number] = array("I")
        tiles.append(at)
        tiles.append(len(self._areas) - 1)
        if kind == _HOUSE_TILE:
            (house,) = struct.unpack_from("<I", props, 2)
            self.houses.setdefault(house, []).extend(place)
        return place

    def _note_item(self, at: int, tile: Place) -> None:
        # Nearly all items are told by their id alone.
        if self._data[at + 4] >= _ESCAPE:
            return
        unique = self._attributes.unique_of(self._props(at))
        if unique and unique not in self.unique:
            self.unique[unique] = list(tile)

    def _note_zones(self, at: int, tile: Place) -> None:
        props = self._props(at)
        (count,) = struct.unpack_from("<H", props)
        for zone in struct.unpack_from(f"<{count}H", props, 2):
            self.zones.setdefault(zone, []).extend(tile)

    # Reading ------------------------------------------------------------------------------------------------------

    def sectors(self) -> list[int]:
        """The numbers of all floors of sectors with tiles: floor * 2^32 + y * 65536 + x, in sectors."""
        return list(self._sectors)

    def read(self, number: int) -> list[Tile]:
        """The tiles of a floor of a sector, in the order in which the file has them."""
        index = self._sectors.get(number)
        if index is None:
            return []
        return [self._tile(index[at], self._areas[index[at + 1]]) for at in range(0, len(index), 2)]

    def _tile(self, at: int, area: Place) -> Tile:
        props, at = self._node(at)
        start, house = 2, 0
        if props[0] == _HOUSE_TILE:
            (house,) = struct.unpack_from("<I", props, 3)
            start = 6
        tile: Tile = [area[0] + props[1], area[1] + props[2], area[2], 0, house]
        start += 1
        while start < len(props):
            attribute = props[start]
            if attribute == _TILE_FLAGS:
                (flags,) = struct.unpack_from("<I", props, start + 1)
                tile[3] = _state_of(flags)
                start += 5
            elif attribute == _TILE_ITEM:
                (item,) = struct.unpack_from("<H", props, start + 1)
                tile.append(item)
                start += 3
            else:
                raise TibicenError(f"{self.name}: [x:{tile[0]}, y:{tile[1]}, z:{tile[2]}] Unknown tile attribute.")
        self._children(at, tile)
        return tile

    def _node(self, at: int) -> tuple[bytes, int]:
        """Type and properties of the node at an offset, and the offset of what comes after them."""
        data = self._data
        for mark in _MARKS.finditer(data, at + 2):
            if data[mark.start()] != _ESCAPE:
                return unescape(data[at + 1 : mark.start()]), mark.start()
        raise TibicenError(f"{self.name} ends within a node")

    def _children(self, at: int, into: list[Any]) -> int:
        """Reads the items in a node, from what comes after its properties to behind its end."""
        data = self._data
        while data[at] == _START:
            props, at = self._node(at)
            if props[0] == _ITEM:
                item = self._attributes.item(props[1:])
                inside: list[Any] = []
                at = self._children(at, inside)
                if inside:
                    item = item if isinstance(item, dict) else {"id": item}
                    item["items"] = inside
                into.append(item)
            else:
                at = self._children(at, [])
        return at + 1


def _state_of(flags: int) -> int:
    state = 0
    if flags & _PROTECTION:
        state = _STATE_PROTECTION
    elif flags & _NO_PVP:
        state = _STATE_NO_PVP
    elif flags & _PVP:
        state = _STATE_PVP
    return state | (_STATE_NO_LOGOUT if flags & _NO_LOGOUT else 0)


_shared: WeakValueDictionary[tuple[Any, ...], OtbmMap] = WeakValueDictionary()
"""Maps that servers have open."""

_SMALL = 1 << 19
_recent: deque[OtbmMap] = deque(maxlen=16)
"""Small ones are kept a while, for a server that takes the place of another opens them when that one is gone."""


class Maps:
    """The maps of one server, on top of each other in the order in which they were opened."""

    def __init__(self, files: Files, dialect: str) -> None:
        self._files = files
        self._dialect = dialect
        self._open: list[tuple[OtbmMap, set[int]]] = []
        """With each map the numbers of what it has told."""

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the server calls, by name."""
        return {"map.open": self.open, "map.read": self.read}

    def open(self, name: str, sector: int, x: int = 0, y: int = 0, z: int = 0) -> dict[str, Any] | None:
        """Opens a map; None when there is no such file.

        Raises:
            TibicenError: the file is no map that the server reads.
        """
        opened = self._opened(name, sector, (x, y, z))
        if opened is None:
            return None
        self._open.append((opened, set()))
        folder = Path(name).parent.as_posix()
        return {
            "width": opened.width,
            "height": opened.height,
            "towns": opened.towns,
            "waypoints": opened.waypoints,
            "sectors": opened.sectors(),
            "houses": opened.houses,
            "zones": opened.zones,
            "unique": opened.unique,
            "files": {kind: f"{folder}/{file}" for kind, file in opened.files.items()},
        }

    def read(self, number: int) -> list[Tile]:
        """The tiles of a floor of a sector, of all maps; each map tells them once."""
        tiles: list[Tile] = []
        for opened, told in self._open:
            if number not in told:
                told.add(number)
                tiles += opened.read(number)
        return tiles

    def _opened(self, name: str, sector: int, offset: Place) -> OtbmMap | None:
        """A map, shared with another server that has it open: its index takes long to make."""
        stamp = self._files.note(name)
        if stamp is None:
            return None
        key = (stamp, self._dialect, sector, name, offset)
        opened = _shared.get(key)
        if opened is None:
            data = self._files.read(name)
            if data is None:
                return None
            opened = OtbmMap(data, dialect=self._dialect, sector=sector, name=name, offset=offset)
            _shared[key] = opened
            if len(data) <= _SMALL:
                _recent.append(opened)
        return opened
