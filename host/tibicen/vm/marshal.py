"""What crosses between Python and Lua: plain data, as MessagePack.

| Python                              | Lua                                          |
|-------------------------------------|----------------------------------------------|
| None                                | nil (inside a list: a hole; in a dict: no key) |
| bool, int, float                    | boolean, number; an int must be exact as a double |
| str, bytes                          | string (str as UTF-8)                        |
| list, tuple, set                    | table with keys 1..n                         |
| dict with str or number keys        | table                                        |
| Handle                              | opaque userdata                              |

| Lua                                 | Python                                       |
|-------------------------------------|----------------------------------------------|
| nil, boolean                        | None, bool                                   |
| number                              | int when integral within 2^53 (-0 is 0), else float; NaN and inf stay |
| string                              | str when valid UTF-8, else bytes             |
| table with keys exactly 1..n        | list                                         |
| any other table (empty, holes, mixed) | dict; `json.array(t)` marks an empty list  |
| function, thread, userdata, nesting past 64, cycles | MarshalError                 |
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from tibicen.errors import MarshalError

Plain: TypeAlias = Any
"""None, bool, int, float, str, bytes, Handle, and lists and dicts of these."""

_HANDLE = 1


class Handle:
    """An opaque number that Lua can hold and hand back, but neither make nor look into."""

    __slots__ = ("id",)

    def __init__(self, id: int) -> None:
        self.id = id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handle) and other.id == self.id

    def __hash__(self) -> int:
        return hash((Handle, self.id))

    def __repr__(self) -> str:
        return f"Handle({self.id})"


def _encode_other(value: object) -> Any:
    if isinstance(value, Handle):
        return msgspec.msgpack.Ext(_HANDLE, value.id.to_bytes(8, "big"))
    raise TypeError(f"a value of type {type(value).__name__} can't cross into Lua; use plain data")


def _decode_extension(code: int, data: memoryview) -> Any:
    if code != _HANDLE:
        raise ValueError(f"extension type {code} is unknown")
    return Handle(int.from_bytes(data, "big"))


_encoder = msgspec.msgpack.Encoder(enc_hook=_encode_other)
_decoder = msgspec.msgpack.Decoder(ext_hook=_decode_extension)


def pack(value: Plain) -> bytes:
    """`value` as MessagePack.

    Raises:
        MarshalError: it holds something that is not plain data, or a cycle.
    """
    try:
        return _encoder.encode(value)
    except RecursionError:
        raise MarshalError("the value holds a cycle or is nested too deep to cross into Lua") from None
    except (TypeError, OverflowError, ValueError) as error:
        raise MarshalError(str(error)) from None


def unpack(data: bytes | memoryview) -> Plain:
    """The value behind what `pack` or the prelude's border wrote.

    Raises:
        MarshalError: the bytes are not one whole value.
    """
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        raise MarshalError(f"what came from Lua can't be read: {error}") from None
