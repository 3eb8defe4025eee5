"""Files written here in each layout are read by that one and no other."""

from __future__ import annotations

import struct

import pytest

from tibicen.errors import WireError
from tibicen.protocol.items import FLAGS, ItemTable
from tibicen.protocol.tibia_dat import LAYOUTS, TibiaDat

SHIFTED = 16


def group(layout: tuple[bool, int, bool, bool], phases: int, size: int = 1) -> bytes:
    head = bytes([size, size]) + (bytes([32]) if size > 1 else b"") + bytes([1, 2, 1, 1, phases])
    timing = b"\0" + struct.pack("<ib", -1, 0) + struct.pack("<2I", 100, 200) * phases
    sprites = b"\7" * layout[1] * (size * size * 2 * phases)
    return head + (timing if layout[2] and phases > 1 else b"") + sprites


def attribute(layout: tuple[bool, int, bool, bool], number: int, behind: bytes = b"") -> bytes:
    return bytes([number + (layout[0] and number >= SHIFTED)]) + behind


def written(layout: tuple[bool, int, bool, bool]) -> bytes:
    market = struct.pack("<3H", 1, 2, 3) + b"\x04\x00coin" + struct.pack("<2H", 0, 8)
    items = [
        attribute(layout, 0, b"\x96\x00") + (b"\x10" if layout[0] else b"") + attribute(layout, 28, b"\x18\x00"),
        attribute(layout, 5) + attribute(layout, 33, market),
        attribute(layout, 10) + attribute(layout, 24, bytes(4)) + attribute(layout, 25, bytes(2)),
        attribute(layout, 11) + attribute(layout, 21, bytes(4)),
        attribute(layout, 4) + attribute(layout, 16) + attribute(layout, 37),
        b"",
    ]
    phases = (1, 1, 1, 1, 2, 3)
    parts = [each + b"\xff" + group(layout, many, 1 + many % 2) for each, many in zip(items, phases, strict=True)]
    outfit = b"\xff" + (b"\x02\x00" + group(layout, 1) + b"\x01" if layout[3] else b"") + group(layout, 3)
    others = [b"\xff" + group(layout, 4)] * 2
    return struct.pack("<I4H", 0x4A10, 99 + len(items), 1, 1, 1) + b"".join((*parts, outfit, *others))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_flags_of_items(layout: tuple[bool, int, bool, bool]) -> None:
    table = ItemTable.of_things(TibiaDat(written(layout)).things())
    names = ["", "stackable", "fluid", "splash", "container animated", "animated"]
    expected = [sum(FLAGS[flag] for flag in each.split()) for each in names]
    assert [table.flags(100 + index) for index in range(6)] == expected
    with pytest.raises(WireError, match="106 is not in the item table"):
        table.flags(106)


def test_what_is_none_says_so() -> None:
    whole = written(LAYOUTS[0])
    for bad in (b"", whole[:-1], whole + b"\0", b"\0" * 64, whole[:12] + b"\x64" + whole[13:]):
        with pytest.raises(WireError, match=r"Tibia\.dat"):
            TibiaDat(bad)
