"""Frames of a recorded connection: opened, and built again to the same bytes."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

from tibicen.errors import WireError
from tibicen.native.framing import Flags, Stack, open_frame
from tibicen.native.xtea import Xtea, adler32

LARGEST = 65536
"""Bytes that a frame may inflate to, as the client's buffer has it."""


class Opened(NamedTuple):
    """A frame that was opened.

    Attributes:
        messages: decrypted and inflated.
        sent: the same as it was sent, that is deflated where `compressed`.
        filler: the padding behind them; its value means nothing, but is needed to build the same bytes.
        number: the header's u32 where it is a sequence number (bit 31: deflated), None where it is an Adler-32.
    """

    messages: bytes
    sent: bytes
    filler: bytes
    number: int | None
    compressed: bool


def inflate(data: bytes) -> bytes:
    """Raw deflate, one stream a frame.

    Raises:
        WireError: it is none, it ends early, bytes follow it, or it is larger than a frame may be.
    """
    inflater = zlib.decompressobj(-15)
    try:
        plain = inflater.decompress(data, LARGEST)
    except zlib.error as error:
        raise WireError(f"can't be inflated: {error}") from error
    if inflater.unconsumed_tail or (not inflater.eof and len(plain) >= LARGEST):
        raise WireError(f"inflates to more than {LARGEST} bytes")
    if not inflater.eof:
        raise WireError("the deflated messages end early")
    if inflater.unused_data:
        raise WireError("bytes follow the deflated messages")
    return plain


def deflate(data: bytes, level: int = 1) -> bytes:
    """Raw deflate with a state of its own."""
    deflater = zlib.compressobj(level, zlib.DEFLATED, -15)
    return deflater.compress(data) + deflater.flush()


class FrameCodec:
    """Opens and builds the frames of one connection.

    Args:
        stack: of the connection once it has its key.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.xtea: Xtea | None = None

    def open(self, raw: bytes, *, login: bool = False) -> Opened:
        """One whole frame. `login`: the client's first, whose body is neither encrypted nor has an inner length.

        Raises:
            WireError: wrong checksum, bad lengths, or what can't be inflated.
        """
        if len(raw) < 6:
            raise WireError("the frame is too short for its header")
        (head,) = struct.unpack_from("<I", raw, 2)
        xtea = None if login else self.xtea
        numbered = self.stack in (Stack.SEQUENCE, Stack.BLOCKS)
        # Before the key there is an Adler-32, though newer clients number their login frame (with 0) already.
        summed = not numbered or (xtea is None and head == adler32(raw[6:]))
        flags = self._flags(login, summed)
        buffer = bytearray(raw)
        frame = open_frame(self.stack, buffer, xtea, flags)
        end = frame.offset + frame.length
        sent = bytes(buffer[frame.offset : end])
        messages = inflate(sent) if frame.compressed else sent
        return Opened(messages, sent, bytes(buffer[end:]), None if summed else head, frame.compressed)

    def _flags(self, login: bool, summed: bool) -> Flags:
        flags = Flags.NONE
        if login and self.stack != Stack.BLOCKS:
            flags |= Flags.RAW_BODY
        if summed and self.stack != Stack.ADLER:
            flags |= Flags.ADLER
        return flags

    def build(self, sent: bytes, filler: bytes, number: int | None, *, login: bool = False) -> bytes:
        """A whole frame around `sent`, with the padding given; `number` None: with an Adler-32.

        Raises:
            WireError: it is too long.
        """
        blocks = self.stack == Stack.BLOCKS
        if blocks:
            body = bytearray((len(filler),))
        elif login:
            body = bytearray()
        else:
            if len(sent) > 0xFFFF:
                raise WireError(f"{len(sent)} bytes of messages are too long for a frame")
            body = bytearray(struct.pack("<H", len(sent)))
        body += sent
        body += filler
        if self.xtea is not None and not login:
            self.xtea.encrypt(body)
        count = len(body) // 8 if blocks else len(body) + 4
        if count > 0xFFFF:
            raise WireError(f"{len(body)} bytes of body are too long for a frame")
        return struct.pack("<HI", count, adler32(body) if number is None else number) + body
