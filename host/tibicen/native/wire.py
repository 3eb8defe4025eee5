"""The core's cell of what a connection's bytes depend on, and its table of items."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Any

from tibicen.native._core import ffi, lib

ITEM_IDS = 1 << 16
UNKNOWN: int = lib.TIB_ITEM_UNKNOWN
IN_BODY: int = lib.TIB_ITEM_IN_BODY
FLOOR: int = lib.TIB_SESSION_FLOOR
WIDTH: int = lib.TIB_SESSION_WIDTH
HEIGHT: int = lib.TIB_SESSION_HEIGHT
ON = 2
"""In `features`: it was switched on."""


def item_flags(flags: Mapping[int, int], covered: Iterable[int] | None) -> array[int]:
    """Flags by client id; UNKNOWN for those that neither have flags nor are in `covered` (None: it has all)."""
    table = array("H", [0 if covered is None else UNKNOWN]) * ITEM_IDS
    for item_id in covered or ():
        if 0 <= item_id < ITEM_IDS:
            table[item_id] = 0
    for item_id, bits in flags.items():
        if bits and 0 <= item_id < ITEM_IDS:
            table[item_id] = bits
    return table


def new_wire(items: array[int] | None) -> tuple[Any, Any]:
    """A `tib_wire` in which nothing is known, and what must live as long as it does."""
    pointer = ffi.NULL if items is None else ffi.from_buffer("uint16_t[]", items)
    return ffi.new("tib_wire *", {"session": [-1, 18, 14], "items": pointer}), pointer
