"""What of an item's flags decides how it is written on the wire."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Any

from tibicen.errors import WireError
from tibicen.native.wire import IN_BODY, UNKNOWN, item_flags

FLAGS = {
    name: 1 << bit
    for bit, name in enumerate(
        (
            "stackable",
            "fluid",
            "splash",
            "container",
            "podium",
            "classified",
            "duration",
            "charges",
            "wrap_kit",
            "animated",
        )
    )
}
"""Flag names, as manifests ask for them (`flag.stackable`), and their bits."""


class ItemTable:
    """Flags by client id.

    Args:
        flags: bits of FLAGS by client id; an id that is missing has none of them.
        covered: ids that the table speaks of; None when it speaks of all. The flags of others are an error, for to
            guess would be to lose the rest of a frame.
    """

    __slots__ = ("table",)

    def __init__(self, flags: Mapping[int, int] | None = None, covered: Iterable[int] | None = None) -> None:
        self.table: array[int] | None = None if flags is None else item_flags(flags, covered)
        """What the core looks up: flags by client id, wire.UNKNOWN for those that aren't covered."""

    @classmethod
    def of_names(cls, names: Mapping[str, Iterable[int]], covered: Iterable[int] | None = None) -> ItemTable:
        """From lists of client ids by flag name; names that are no FLAGS are left out."""
        flags: dict[int, int] = {}
        for name, ids in names.items():
            bit = FLAGS.get(name, 0)
            if bit:
                for item_id in ids:
                    flags[item_id] = flags.get(item_id, 0) | bit
        return cls(flags, covered)

    @classmethod
    def of_things(cls, things: Iterable[Mapping[str, Any]]) -> ItemTable:
        """From what readers of `items.otb` and `appearances.dat` give of each item: `client_id`, `kind` and flags.

        The first of several items with one client id counts, as it does on servers.
        """
        flags: dict[int, int] = {}
        for thing in things:
            client_id = int(thing.get("client_id", 0))
            if client_id and client_id not in flags:
                flags[client_id] = _bits_of(thing)
        return cls(flags, flags)

    @property
    def empty(self) -> bool:
        """Nothing is known of any item."""
        return self.table is None

    def flags(self, item_id: int) -> int:
        """The bits of an item.

        Raises:
            WireError: nothing is known of it.
        """
        if self.table is None:
            raise WireError("no item table is loaded")
        bits = self.table[item_id] if 0 <= item_id < len(self.table) else UNKNOWN
        if bits & (UNKNOWN | IN_BODY):
            raise WireError(f"item {item_id} is not in the item table")
        return bits


_THING_FLAGS = {
    "stackable": "stackable",
    "fluid": "fluid",
    "splash": "splash",
    "container": "container",
    "podium": "podium",
    "classification": "classified",
    "show_client_charges": "charges",
    "show_client_duration": "duration",
    "expire": "duration",
    "expire_stop": "duration",
    "wrap_kit": "wrap_kit",
    "animation": "animated",
    "animation_async": "animated",
}


def _bits_of(thing: Mapping[str, Any]) -> int:
    bits = 0
    for name, flag in _THING_FLAGS.items():
        if thing.get(name) or thing.get("kind") == name:
            bits |= FLAGS[flag]
    return bits
