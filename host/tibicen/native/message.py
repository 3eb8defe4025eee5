"""Message fields: u8 to u64, strings, positions, doubles. Layouts: little-endian, strings with a u16 length."""

from __future__ import annotations

from typing import NamedTuple

from tibicen.errors import WireError
from tibicen.native._core import ffi, lib
from tibicen.native.failure import check


class Position(NamedTuple):
    """A place on the map: u16, u16, u8."""

    x: int
    y: int
    z: int


class MessageReader:
    """Reads fields one after the other; WireError at the first that is not there, and at every one after it."""

    __slots__ = ("_data", "_reader")

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self._data = ffi.from_buffer(data)
        self._reader = ffi.new("tib_reader *")
        lib.tib_reader_init(self._reader, ffi.cast("const uint8_t *", self._data), len(self._data))

    def _checked(self, what: str) -> None:
        if self._reader.error:
            check(self._reader.error, f"{what} at byte {self._reader.position} of {self._reader.length}")

    def u8(self) -> int:
        value: int = lib.tib_read_u8(self._reader)
        self._checked("u8")
        return value

    def u16(self) -> int:
        value: int = lib.tib_read_u16(self._reader)
        self._checked("u16")
        return value

    def u32(self) -> int:
        value: int = lib.tib_read_u32(self._reader)
        self._checked("u32")
        return value

    def u64(self) -> int:
        value: int = lib.tib_read_u64(self._reader)
        self._checked("u64")
        return value

    def double(self) -> float:
        """u8 precision p, u32 round(v * 10^p) + 0x7fffffff."""
        value: float = lib.tib_read_double(self._reader)
        self._checked("double")
        return value

    def take(self, length: int) -> bytes:
        span = lib.tib_read_bytes(self._reader, length)
        self._checked(f"{length} bytes")
        return bytes(ffi.buffer(span.data, span.length))

    def string(self) -> bytes:
        """The bytes of a string; which encoding they are in is the caller's knowledge."""
        span = lib.tib_read_string(self._reader)
        self._checked("string")
        return bytes(ffi.buffer(span.data, span.length)) if span.length else b""

    def position(self) -> Position:
        place = lib.tib_read_position(self._reader)
        self._checked("position")
        return Position(place.x, place.y, place.z)

    def skip(self, length: int) -> None:
        lib.tib_skip(self._reader, length)
        self._checked(f"skip of {length} bytes")

    @property
    def remaining(self) -> int:
        """Bytes not read yet."""
        left: int = lib.tib_reader_remaining(self._reader)
        return left


class MessageWriter:
    """Writes fields one after the other into a buffer of fixed capacity; WireError when one doesn't fit."""

    __slots__ = ("_data", "_writer")

    def __init__(self, capacity: int = 65536) -> None:
        self._data = ffi.new("uint8_t[]", capacity)
        self._writer = ffi.new("tib_writer *")
        lib.tib_writer_init(self._writer, self._data, capacity)

    def _checked(self, what: str) -> None:
        if self._writer.error:
            check(self._writer.error, f"{what} at byte {self._writer.position} of {self._writer.capacity}")

    def u8(self, value: int) -> None:
        self._fits(value, 8)
        lib.tib_write_u8(self._writer, value)
        self._checked("u8")

    def u16(self, value: int) -> None:
        self._fits(value, 16)
        lib.tib_write_u16(self._writer, value)
        self._checked("u16")

    def u32(self, value: int) -> None:
        self._fits(value, 32)
        lib.tib_write_u32(self._writer, value)
        self._checked("u32")

    def u64(self, value: int) -> None:
        self._fits(value, 64)
        lib.tib_write_u64(self._writer, value)
        self._checked("u64")

    @staticmethod
    def _fits(value: int, bits: int) -> None:
        if not 0 <= value < 1 << bits:
            raise WireError(f"{value} does not fit a u{bits}")

    def double(self, value: float, precision: int = 3) -> None:
        lib.tib_write_double(self._writer, value, precision)
        self._checked("double")

    def put(self, data: bytes) -> None:
        lib.tib_write_bytes(self._writer, data, len(data))
        self._checked(f"{len(data)} bytes")

    def string(self, data: bytes) -> None:
        lib.tib_write_string(self._writer, data, len(data))
        self._checked(f"string of {len(data)} bytes")

    def position(self, x: int, y: int, z: int) -> None:
        self._fits(x, 16)
        self._fits(y, 16)
        self._fits(z, 8)
        lib.tib_write_position(self._writer, x, y, z)
        self._checked("position")

    def getvalue(self) -> bytes:
        """What was written so far."""
        return bytes(ffi.buffer(self._data, self._writer.position))
