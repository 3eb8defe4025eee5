"""Fields between Python and the core: MessagePack, with positions and doubles as values of their own."""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from typing import Any, NamedTuple

import msgspec

from tibicen.errors import WireError
from tibicen.native.layouts import EXTENSION_DOUBLE, EXTENSION_POSITION
from tibicen.native.message import Position

_new, _unpack_position = tuple.__new__, Struct("<HHB").unpack
_DOUBLE = Struct("<BI")
_OFFSET = 0x7FFFFFFF
pack_values = msgspec.msgpack.Encoder().encode


class Double(NamedTuple):
    """A number with its decimals: the wire has u8 precision and u32 round(value * 10^precision) + 0x7fffffff."""

    value: float
    precision: int


def value_of(code: int, data: memoryview) -> Any:
    """What an extension of the core stands for."""
    if code == EXTENSION_POSITION:
        return _new(Position, _unpack_position(data))
    if code == EXTENSION_DOUBLE:
        precision, raw = _DOUBLE.unpack(data)
        return Double((raw - _OFFSET) / 10**precision, precision)
    raise ValueError(f"extension {code} is unknown")


def pack_fields(fields: Mapping[str, Any]) -> bytes:
    """Fields as MessagePack.

    Raises:
        WireError: one is of a type that no message has.
    """
    try:
        return pack_values(fields if type(fields) is dict else dict(fields))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise WireError(str(error)) from error
