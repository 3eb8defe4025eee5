"""Writes a small map (`.otbm`), for servers without their own: a field of grass with towns, temples protected."""

from __future__ import annotations

import struct

GROUND = 4526
TOWNS = 8
FIRST_X, FIRST_Y, FLOOR = 68, 68, 7
SIZE = 128
"""Tiles to a side of the field."""

TEMPLE_X, TEMPLE_Y = 100, 100
"""That of the first town; those of the others lie in a row with it."""

SPACING = 8

PROTECTED = 2
"""How far from a temple nobody can be attacked."""

_START, _END, _ESCAPE = 0xFE, 0xFF, 0xFD
_ROOT, _MAP_DATA, _TILE_AREA, _TILE, _TOWNS, _TOWN = 0, 2, 4, 5, 12, 13
_TILE_FLAGS, _ITEM = 3, 9
_PROTECTION_ZONE = 1


def field_map(*, version: int = 2) -> bytes:
    """The file's content."""
    temples = [(TEMPLE_X + SPACING * index, TEMPLE_Y) for index in range(TOWNS)]
    tiles = b"".join(_tile(dx, dy, temples) for dx in range(SIZE) for dy in range(SIZE))
    area = _node(_TILE_AREA, struct.pack("<HHB", FIRST_X, FIRST_Y, FLOOR), tiles)
    towns = b"".join(
        _node(_TOWN, struct.pack("<I", number) + _text(f"Town{number}") + struct.pack("<HHB", x, y, FLOOR))
        for number, (x, y) in enumerate(temples, 1)
    )
    data = _node(_MAP_DATA, b"", area + _node(_TOWNS, b"", towns))
    root = struct.pack("<IHHII", version, 4096, 4096, 3, 57)
    return bytes(4) + _node(_ROOT, root, data)


def _tile(dx: int, dy: int, temples: list[tuple[int, int]]) -> bytes:
    content = bytes((dx, dy))
    x, y = FIRST_X + dx, FIRST_Y + dy
    if any(max(abs(x - tx), abs(y - ty)) <= PROTECTED for tx, ty in temples):
        content += bytes((_TILE_FLAGS,)) + struct.pack("<I", _PROTECTION_ZONE)
    return _node(_TILE, content + bytes((_ITEM,)) + struct.pack("<H", GROUND))


def _node(kind: int, content: bytes, children: bytes = b"") -> bytes:
    escaped = bytearray()
    for byte in content:
        if byte >= _ESCAPE:
            escaped.append(_ESCAPE)
        escaped.append(byte)
    return bytes((_START, kind)) + bytes(escaped) + children + bytes((_END,))


def _text(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode()
