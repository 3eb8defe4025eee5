"""The map as a client holds it: tiles in view, by position, from what the server says of them.

A map message is a list of tiles with gaps, floor by floor, columns from west to east; each floor lies shifted against
the player's. Facts: TFS and Canary, ProtocolGame::GetMapDescription; edubart's protocolgameparse.cpp.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tibicen.native.message import Position

SEA, DEEPEST, BELOW = 7, 15, 2
CREATURES = (97, 98)
TURNED = 99

MOST_THINGS = 10
"""What lies on a tile as clients know it; what is pushed further down is forgotten."""

MOST_TILES = 1 << 16
"""More than the largest view has; a server that says more has them not kept."""

DIRECTIONS = {"map_north": (0, -1), "map_east": (1, 0), "map_south": (0, 1), "map_west": (-1, 0)}

Thing = dict[str, Any]


class Tile:
    """What is on a tile, from the bottom up.

    Attributes:
        exact: whether the order is surely the server's. A creature that walks onto a tile stands above what belongs to
            the ground and below what lies loose; which is which no message tells, so it is put on top.
        guessed: a creature stands where it was put by that guess.
    """

    __slots__ = ("exact", "guessed", "things")

    def __init__(self, things: list[Thing]) -> None:
        self.things = things
        self.exact = True
        self.guessed = False


class Placed(NamedTuple):
    """A creature that is on the map now; `said` is what the message had of it."""

    creature: int
    position: Position
    said: Thing


class MapView:
    """The tiles that one client sees.

    Attributes:
        center: where the view is; None until the first whole map.
        tiles: by position.
    """

    def __init__(self) -> None:
        self.center: Position | None = None
        self.tiles: dict[tuple[int, int, int], Tile] = {}

    # -- whole maps and their edges -----------------------------------------------------------------------

    def full(self, center: Position, tiles: Sequence[Thing], width: int, height: int) -> Iterator[Placed]:
        self.center = center
        self.tiles.clear()
        left, top = _corner(center, width, height)
        return self._fill(tiles, _box(left, top, width, height, center.z, _floors(center.z)))

    def row(self, direction: str, tiles: Sequence[Thing], width: int, height: int) -> tuple[list[int], list[Placed]]:
        """The view moves on by a tile: the creatures that are out of it now, and those on the new edge."""
        if self.center is None:
            return [], []
        dx, dy = DIRECTIONS[direction]
        floors = _floors(self.center.z)
        gone = self._drop(self._edge(-dx, -dy, width, height, floors))
        self.center = Position(self.center.x + dx, self.center.y + dy, self.center.z)
        return gone, list(self._fill(tiles, self._edge(dx, dy, width, height, floors)))

    def floor(self, down: bool, tiles: Sequence[Thing], width: int, height: int) -> tuple[list[int], list[Placed]]:
        """The player went up or down; the view moves across with it, and the rows that it then lacks come behind."""
        if self.center is None:
            return [], []
        x, y, z = self.center
        z += 1 if down else -1
        left, top = _corner(self.center, width, height)
        before = set(_floors(self.center.z))
        # What was in view stays so, as long as its floor is.
        new = [each for each in _floors(z) if each not in before]
        kept = set(_floors(z))
        gone = self._drop([each for each in self.tiles if each[2] not in kept])
        placed = list(self._fill(tiles, _box(left, top, width, height, self.center.z, new)))
        self.center = Position(x - 1, y - 1, z) if down else Position(x + 1, y + 1, z)
        return gone, placed

    def one(self, position: Position, tiles: Sequence[Thing]) -> tuple[list[int], list[Placed]]:
        """A tile anew."""
        gone = self._drop([position])
        return gone, list(self._fill(tiles, iter([(position.x, position.y, position.z)])))

    def _edge(self, dx: int, dy: int, width: int, height: int, floors: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        assert self.center is not None
        left, top = _corner(self.center, width, height)
        if dx:
            return _box(left if dx < 0 else left + width - 1, top, 1, height, self.center.z, floors)
        return _box(left, top if dy < 0 else top + height - 1, width, 1, self.center.z, floors)

    def _fill(self, tiles: Sequence[Thing], cells: Iterator[tuple[int, int, int]]) -> Iterator[Placed]:
        for said in tiles:
            cell = next(cells, None)
            if cell is None:
                return
            things = [_kept(each) for each in said["things"]]
            if things and len(self.tiles) < MOST_TILES:
                self.tiles[cell] = Tile(things)
            for each in said["things"]:
                if each["id"] in CREATURES:
                    yield Placed(each["creature"], Position(*cell), each)
            for _ in range(said["skip"]):
                next(cells, None)

    def _drop(self, cells: Iterator[tuple[int, int, int]] | Sequence[tuple[int, int, int]]) -> list[int]:
        gone = []
        for cell in cells:
            tile = self.tiles.pop(cell, None)
            if tile is not None:
                gone += [each["creature"] for each in tile.things if "creature" in each]
        return gone

    # -- one thing ----------------------------------------------------------------------------------------

    def add(self, position: Position, stack: int, thing: Thing) -> None:
        cell = position.x, position.y, position.z
        tile = self.tiles.get(cell)
        if tile is None:
            if len(self.tiles) >= MOST_TILES:
                return
            tile = self.tiles[cell] = Tile([])
        if stack > len(tile.things):
            tile.things.append(_kept(thing))
            tile.exact = tile.exact and stack == 255
        else:
            self._by_place(tile)
            tile.things.insert(stack, _kept(thing))
        del tile.things[MOST_THINGS:]

    def change(self, position: tuple[int, int, int], stack: int, thing: Thing) -> int:
        """The creature that was there before; 0 for none."""
        tile = self.tiles.get(position)
        if tile is None or stack >= len(tile.things):
            return 0
        self._by_place(tile)
        before, tile.things[stack] = tile.things[stack], _kept(thing)
        return int(before.get("creature", 0))

    def remove(self, position: tuple[int, int, int], stack: int) -> int:
        """The creature that is gone with it; 0 for none."""
        tile = self.tiles.get(position)
        if tile is None or stack >= len(tile.things):
            return 0
        self._by_place(tile)
        return int(tile.things.pop(stack).get("creature", 0))

    def creature_at(self, position: tuple[int, int, int], stack: int) -> int:
        """The creature that a message means by a place; 0 for none."""
        tile = self.tiles.get(position)
        places = [] if tile is None else [at for at, each in enumerate(tile.things) if "creature" in each]
        if tile is None or not places:
            return 0
        # Where it stands may have been a guess; the message says that there is one.
        return int(tile.things[min(places, key=lambda at: abs(at - stack))]["creature"])

    def settle(self, position: tuple[int, int, int], stack: int, creature: int) -> None:
        """The server said where a creature stands."""
        tile = self.tiles.get(position)
        if tile is None or not any(each.get("creature") == creature for each in tile.things):
            return
        others = [each for each in tile.things if each.get("creature") != creature]
        tile.things = [*others[:stack], {"creature": creature}, *others[stack:]]
        tile.guessed = tile.guessed and any("creature" in each for each in others)

    def take(self, position: tuple[int, int, int], creature: int) -> None:
        """A creature leaves a tile."""
        tile = self.tiles.get(position)
        if tile is None:
            return
        tile.things = [each for each in tile.things if each.get("creature") != creature]
        tile.guessed = tile.guessed and any("creature" in each for each in tile.things)

    def put(self, position: Position, creature: int) -> None:
        """A creature walks onto a tile."""
        tile = self.tiles.get(position)
        if tile is None:
            return
        tile.guessed = tile.guessed or len(tile.things) > 1
        tile.things.append({"creature": creature})
        del tile.things[MOST_THINGS:]

    @staticmethod
    def _by_place(tile: Tile) -> None:
        tile.exact = tile.exact and not tile.guessed


def _kept(thing: Thing) -> Thing:
    """Of a creature only who it is: what is known of it is elsewhere."""
    return {"creature": thing["creature"]} if "creature" in thing else thing


def _corner(center: Position, width: int, height: int) -> tuple[int, int]:
    return center.x - (width // 2 - 1), center.y - (height // 2 - 1)


def _floors(z: int) -> Sequence[int]:
    """Those in view from a floor, in the order of messages."""
    if z > SEA:
        return range(z - BELOW, min(z + BELOW, DEEPEST) + 1)
    return range(SEA, -1, -1)


def _box(left: int, top: int, width: int, height: int, z: int, floors: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Positions in the order of messages; seen from floor `z`, others lie shifted."""
    for floor in floors:
        shift = z - floor
        for x in range(left + shift, left + shift + width):
            for y in range(top + shift, top + shift + height):
                yield x, y, floor
