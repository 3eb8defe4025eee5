"""What compiled decoders and encoders call: strings, doubles, packed counts, streams of tiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import Struct
from typing import Any, NamedTuple

from tibicen.errors import WireError
from tibicen.native.message import Position
from tibicen.protocol.wire_state import WireState

Record = dict[str, Any]
Decoder = Callable[[bytes, int, WireState], tuple[int, Record]]
"""(data, where, state) to (behind, fields)."""
Encoder = Callable[[bytearray, Mapping[str, Any], WireState], None]
Skipper = Callable[[bytes, int, WireState], int]
"""(data, where, state) to where it ends."""

_U32 = Struct("<I")
_OFFSET = 0x7FFFFFFF


class Double(NamedTuple):
    """A number with its decimals: the wire has u8 precision and u32 round(value * 10^precision) + 0x7fffffff."""

    value: float
    precision: int


def short(data: bytes, at: int, size: int) -> WireError:
    return WireError(f"{size} bytes are needed at byte {at}, {max(0, len(data) - at)} are there")


def read_double(data: bytes, at: int) -> tuple[int, Double]:
    if at + 5 > len(data):
        raise short(data, at, 5)
    precision = data[at]
    (raw,) = _U32.unpack_from(data, at + 1)
    return at + 5, Double((raw - _OFFSET) / 10**precision, precision)


def write_double(out: bytearray, value: tuple[float, int]) -> None:
    number, precision = value
    out.append(precision)
    out += _U32.pack(round(number * 10**precision) + _OFFSET)


def read_packed(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    if first < 0x40:
        return at + 1, first
    size, least = (2, 0x40) if first < 0x80 else (4, 0x4000)
    if at + size > len(data):
        raise short(data, at, size)
    value = int.from_bytes(data[at : at + size], "big") & (0x3FFF if size == 2 else 0x7FFFFFFF)
    if value < least:
        # Written again it would be shorter: not what was sent.
        raise WireError(f"the count {value} at byte {at} takes {size} bytes")
    return at + size, value


def write_packed(out: bytearray, value: int) -> None:
    if value < 0x40:
        out.append(value)
    elif value < 0x4000:
        out += (value | 0x4000).to_bytes(2, "big")
    else:
        out += (value | 1 << 31).to_bytes(4, "big")


def read_tiles(
    data: bytes, at: int, state: WireState, kind: str, thing: Decoder, environment: bool
) -> tuple[int, list[Record]]:
    """Tiles up to the last that `kind` covers: `things`, then `skip`, the empty tiles behind them.

    With `environment` a tile that holds anything has an `effect` first (9.10 to 12.80).
    """
    left = state.tiles(kind)
    # A single tile says by its skip whether it is empty; there is nothing behind it to skip.
    single = kind == "tile"
    tiles: list[Record] = []
    while left > 0:
        things: list[Record] = []
        tile: Record = {"things": things}
        mark = data[at] | data[at + 1] << 8
        if environment and mark < 0xFF00:
            tile["effect"] = mark
            at += 2
            mark = data[at] | data[at + 1] << 8
        while mark < 0xFF00:
            at, each = thing(data, at, state)
            things.append(each)
            mark = data[at] | data[at + 1] << 8
        skip = mark & 0xFF
        tile["skip"] = skip
        tiles.append(tile)
        at += 2
        left -= 1 + skip
    if left < 0 and not single:
        raise WireError(f"{-left} tiles too many are skipped")
    return at, tiles


def skip_tiles(data: bytes, at: int, state: WireState, kind: str, thing: Skipper, environment: bool) -> int:
    """Where the tiles end that read_tiles would read."""
    left = state.tiles(kind)
    while left > 0:
        mark = data[at] | data[at + 1] << 8
        if environment and mark < 0xFF00:
            at += 2
            mark = data[at] | data[at + 1] << 8
        while mark < 0xFF00:
            at = thing(data, at, state)
            mark = data[at] | data[at + 1] << 8
        at += 2
        left -= 1 + (mark & 0xFF)
    if left < 0 and kind != "tile":
        raise WireError(f"{-left} tiles too many are skipped")
    return at


def write_tiles(out: bytearray, tiles: list[Record], state: WireState, thing: Encoder, environment: bool) -> None:
    for tile in tiles:
        things = tile["things"]
        if environment and (things or "effect" in tile):
            out += tile.get("effect", 0).to_bytes(2, "little")
        for each in things:
            thing(out, each, state)
        out += (0xFF00 | tile["skip"]).to_bytes(2, "little")


RUNTIME: dict[str, Any] = {
    "Position": Position,
    "WireError": WireError,
    "read_double": read_double,
    "read_packed": read_packed,
    "read_tiles": read_tiles,
    "short": short,
    "skip_tiles": skip_tiles,
    "write_double": write_double,
    "write_packed": write_packed,
    "write_tiles": write_tiles,
}
"""Names that generated source may use."""
