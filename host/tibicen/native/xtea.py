"""XTEA in place, and Adler-32."""

from __future__ import annotations

import struct

from tibicen.native._core import ffi, lib
from tibicen.native.failure import check

Writable = bytearray | memoryview


class Xtea:
    """A key's schedule. `key`: 16 bytes, the four u32 little-endian in the order of the RSA block."""

    __slots__ = ("schedule",)

    def __init__(self, key: bytes) -> None:
        self.schedule = ffi.new("tib_xtea *")
        lib.tib_xtea_init(self.schedule, struct.unpack("<4I", key))

    def encrypt(self, data: Writable) -> None:
        """Encrypts in place; WireError when the length is not a multiple of 8."""
        pointer = ffi.from_buffer("uint8_t[]", data, require_writable=True)
        check(lib.tib_xtea_encrypt(self.schedule, pointer, len(pointer)), "XTEA")

    def decrypt(self, data: Writable) -> None:
        """Decrypts in place; WireError when the length is not a multiple of 8."""
        pointer = ffi.from_buffer("uint8_t[]", data, require_writable=True)
        check(lib.tib_xtea_decrypt(self.schedule, pointer, len(pointer)), "XTEA")


def adler32(data: bytes | bytearray | memoryview, adler: int = 1) -> int:
    """zlib's Adler-32."""
    pointer = ffi.from_buffer("uint8_t[]", data)
    value: int = lib.tib_adler32(adler, pointer, len(pointer))
    return value
