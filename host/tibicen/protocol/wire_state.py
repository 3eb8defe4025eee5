"""What a connection's bytes can't be read without: items, the player's floor, features that were switched on."""

from __future__ import annotations

from tibicen.native import wire
from tibicen.protocol.items import ItemTable

_NO_ITEMS = ItemTable()

_WIDEST = 255
"""Tiles: a server says the view's width and height in a byte each."""


class WireState:
    """One connection, as far as its bytes depend on it. The core reads and writes it, in `cell`.

    Attributes:
        items: flags by client id.
    """

    __slots__ = ("_kept", "cell", "items")

    def __init__(self, items: ItemTable | None = None) -> None:
        self.items = items if items is not None else _NO_ITEMS
        self.cell, self._kept = wire.new_wire(self.items.table)

    def set_to(self, other: WireState) -> None:
        """The same moment of the connection as another one; items stay."""
        self.cell.session, self.cell.features = other.cell.session, other.cell.features

    @property
    def floor(self) -> int:
        """The z of the own player; -1 until the first map came."""
        return int(self.cell.session[wire.FLOOR])

    @floor.setter
    def floor(self, z: int) -> None:
        self.cell.session[wire.FLOOR] = z

    @property
    def width(self) -> int:
        """Tiles in view, from west to east (18 unless the server changed it)."""
        return int(self.cell.session[wire.WIDTH])

    @width.setter
    def width(self, tiles: int) -> None:
        self.cell.session[wire.WIDTH] = min(max(tiles, 0), _WIDEST)

    @property
    def height(self) -> int:
        """Tiles in view, from north to south (14 unless the server changed it)."""
        return int(self.cell.session[wire.HEIGHT])

    @height.setter
    def height(self, tiles: int) -> None:
        self.cell.session[wire.HEIGHT] = min(max(tiles, 0), _WIDEST)

    @property
    def features(self) -> dict[int, bool]:
        """What 0x43 switched on or off, by number."""
        return {number: said == wire.ON for number, said in enumerate(self.cell.features) if said}
