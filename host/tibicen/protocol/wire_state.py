"""What a connection's bytes can't be read without: items, the player's floor, features that were switched on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tibicen.errors import WireError
from tibicen.protocol.items import ItemTable

_NO_ITEMS = ItemTable()

# Numbers of opcode 0x43 (Canary): what they add to items, creatures and outfits.
_ITEM_SHADER, _CREATURE_SHADER, _CREATURE_EFFECTS, _OUTFIT_EXTRAS = 101, 102, 103, 118


class WireState:
    """One connection, as far as its bytes depend on it.

    Attributes:
        items: flags by client id.
        floor: the z of the own player; -1 until the first map came.
        width, height: tiles in view (18 by 14 unless the server changed it).
    """

    __slots__ = (
        "_features",
        "creature_effects",
        "creature_shader",
        "floor",
        "height",
        "item_flags",
        "item_shader",
        "items",
        "outfit_extras",
        "width",
    )

    def __init__(self, items: ItemTable | None = None) -> None:
        self.items = items if items is not None else _NO_ITEMS
        self.item_flags = self.items.flags
        self.floor = -1
        self.width = 18
        self.height = 14
        self.item_shader = False
        self.creature_shader = False
        self.creature_effects = False
        self.outfit_extras = False
        self._features: dict[int, bool] = {}

    @property
    def features(self) -> Mapping[int, bool]:
        """What 0x43 switched, by number."""
        return self._features

    @features.setter
    def features(self, rows: Sequence[Mapping[str, int]]) -> None:
        for row in rows:
            self._features[row["id"]] = bool(row["enabled"])
        self.item_shader = self._features.get(_ITEM_SHADER, False)
        self.creature_shader = self._features.get(_CREATURE_SHADER, False)
        self.creature_effects = self._features.get(_CREATURE_EFFECTS, False)
        self.outfit_extras = self._features.get(_OUTFIT_EXTRAS, False)

    def tiles(self, kind: str) -> int:
        """How many tiles the stream of a map message covers (kinds: layout.MAPS).

        Raises:
            WireError: the floor is not known, because no whole map was seen yet.
        """
        z = self.floor
        if kind == "tile":
            return 1
        if not 0 <= z <= 15:
            raise WireError("the own player's floor is not known")
        if kind == "up":
            # Onto the surface six floors come into view at once, below it one.
            return self.width * self.height * (6 if z == 7 else 1 if z > 7 else 0)
        if kind == "down":
            return self.width * self.height * (3 if z == 8 else 1 if 8 < z < 14 else 0)
        floors = 8 if z <= 7 else min(z + 2, 15) - (z - 2) + 1
        return floors * {"full": self.width * self.height, "row": self.width, "column": self.height}[kind]
