"""Files of things made on the spot: enough of Tibia.dat, Tibia.spr and the newer appearances for a client to play with,
where the game's own files are not at hand."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from pathlib import Path

__all__ = ["PROTOBUF_SINCE", "write_assets"]

PROTOBUF_SINCE = 1281
"""The first version whose catalogue is made of protobuf."""

ITEMS, OUTFITS, EFFECTS, MISSILES = 4000, 1700, 200, 60
"""The highest numbers of each category."""

SIGNATURE = 0x54494249

GROUND, CONTAINER, STACKABLE = 0, 4, 5
"""Attributes of items, as Tibia.dat numbers them."""

SPECIAL = {
    100: GROUND,
    101: GROUND,
    2853: CONTAINER,
    2854: CONTAINER,
    3031: STACKABLE,
    3035: STACKABLE,
    3043: STACKABLE,
}
"""Items that are more than things that lie about: grounds, bags and coins."""

MONSTERS = {10: "Troll", 20: "Dragon", 35: "Demon", 45: "Ghoul", 56: "Rat"}
BOSSES = {900: "Orshabaal", 901: "Ferumbras"}


def write_assets(folder: Path, version: int) -> None:
    """Writes the files of a version as a client looks for them: below `things` and below `data/things`."""
    files = _protobuf_files() if version >= PROTOBUF_SINCE else _dat_files(version)
    for place in (folder / "things" / str(version), folder / "data" / "things" / str(version)):
        place.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (place / name).write_bytes(content)


# Tibia.dat ----------------------------------------------------------------------------------------------------


def _dat_files(version: int) -> dict[str, bytes]:
    parts = [struct.pack("<IHHHH", SIGNATURE, ITEMS, OUTFITS, EFFECTS, MISSILES)]
    parts += [_dat_item(number, version) for number in range(100, ITEMS + 1)]
    parts += [_dat_outfit(version)] * OUTFITS
    parts += [_dat_thing(version, phases=1)] * (EFFECTS + MISSILES)
    count = struct.pack("<I" if version >= 960 else "<H", 1)
    return {
        "Tibia.dat": b"".join(parts),
        "Tibia.spr": struct.pack("<I", SIGNATURE) + count + struct.pack("<I", 0),
    }


def _dat_item(number: int, version: int) -> bytes:
    special = SPECIAL.get(number)
    if special is None:
        return _dat_thing(version, phases=1)
    if special == GROUND:
        return bytes([GROUND]) + struct.pack("<H", 150) + _dat_thing(version, phases=1)
    return bytes([special]) + _dat_thing(version, phases=1)


def _dat_thing(version: int, phases: int) -> bytes:
    return b"\xff" + _dat_group(version, phases)


def _dat_outfit(version: int) -> bytes:
    if version < 1057:
        return _dat_thing(version, phases=1)
    return b"\xff\x01\x00" + _dat_group(version, 1)


def _dat_group(version: int, phases: int) -> bytes:
    sprites = struct.pack("<I" if version >= 960 else "<H", 1) * phases
    return bytes([1, 1, 1, 1, 1, 1, phases]) + sprites


# Appearances --------------------------------------------------------------------------------------------------


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _appearance(number: int, name: str = "") -> bytes:
    sprites = b"".join(_number(field, 1) for field in (1, 2, 3, 4, 5))
    message = _number(1, number) + _bytes(2, _bytes(3, sprites))
    special = SPECIAL.get(number) if name else None
    if special == GROUND:
        message += _bytes(3, _bytes(1, _number(1, 150)))
    elif special is not None:
        message += _bytes(3, _number(5 if special == CONTAINER else 6, 1))
    return message + (_bytes(4, name.encode()) if name else b"")


def _category(field: int, numbers: Iterable[int], name: str = "") -> bytes:
    return b"".join(_bytes(field, _appearance(number, f"{name} {number}" if name else "")) for number in numbers)


def _races(field: int, races: dict[int, str]) -> bytes:
    def outfit(number: int) -> bytes:
        return _bytes(3, _number(1, number % 300 + 1))

    return b"".join(
        _bytes(field, _number(1, number) + _bytes(2, name.encode()) + outfit(number)) for number, name in races.items()
    )


def _protobuf_files() -> dict[str, bytes]:
    catalogue = [
        {"type": "appearances", "file": "appearances.dat"},
        {"type": "staticdata", "file": "staticdata.dat"},
        {"type": "sprite", "file": "sprites.bmp.lzma", "firstspriteid": 1, "lastspriteid": 144, "spritetype": 0},
    ]
    appearances = (
        _category(1, range(100, ITEMS + 1), "item")
        + _category(2, range(1, OUTFITS + 1))
        + _category(3, range(1, EFFECTS + 1))
        + _category(4, range(1, MISSILES + 1))
    )
    return {
        "catalog-content.json": json.dumps(catalogue).encode(),
        "appearances.dat": appearances,
        "staticdata.dat": _races(1, MONSTERS) + _races(4, BOSSES),
    }
