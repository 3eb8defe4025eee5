"""Frames of the three stacks, in place: one native call for each frame (stacks and flags: see core.h)."""

from __future__ import annotations

import threading
from enum import IntEnum, IntFlag
from typing import NamedTuple

from tibicen.native._core import ffi, lib
from tibicen.native.failure import check
from tibicen.native.xtea import Writable, Xtea


class Stack(IntEnum):
    """Which framing a connection uses; chosen by role, port and version, never by looking at payload."""

    ADLER = lib.TIB_STACK_ADLER
    SEQUENCE = lib.TIB_STACK_SEQUENCE
    BLOCKS = lib.TIB_STACK_BLOCKS
    BARE = lib.TIB_STACK_BARE


class Flags(IntFlag):
    """What is different about frames before the key exists."""

    NONE = 0
    RAW_BODY = lib.TIB_FRAME_RAW_BODY
    ADLER = lib.TIB_FRAME_ADLER
    IGNORE_CHECKSUM = lib.TIB_FRAME_IGNORE_CHECKSUM


class Frame(NamedTuple):
    """An opened frame: where its messages lie in the buffer, and what its header said."""

    offset: int
    length: int
    sequence: int
    compressed: bool


def peek_frame(stack: Stack, data: bytes | bytearray | memoryview, limit: int = 65536 + 6) -> int:
    """The whole length of the frame that starts at `data`; 0 when more bytes are needed to tell.

    Raises:
        WireError: length 0, over `limit`, or too short for its header.
    """
    pointer = ffi.from_buffer("uint8_t[]", data)
    length: int = lib.tib_frame_peek(stack, pointer, len(pointer), limit)
    if length < 0:
        check(-length, "frame")
    return length


class Walk(NamedTuple):
    """What is whole of a piece of a stream: where the last whole frame ends and begins, and how many there are."""

    end: int
    last: int
    frames: int


_LAST, _COUNT = ffi.new("size_t *"), ffi.new("size_t *")
_new_walk = tuple.__new__


def walk_frames(stack: Stack, data: bytes, limit: int = 65536 + 6) -> Walk:
    """All whole frames at the beginning of a piece, in one call.

    Raises:
        WireError: a frame of length 0, over `limit`, or too short for its header.
    """
    end: int = lib.tib_frames_walk(stack, data, len(data), limit, _LAST, _COUNT)
    if end < 0:
        check(-end, "frame")
    return _new_walk(Walk, (end, _LAST[0], _COUNT[0]))


def open_frame(stack: Stack, data: Writable, xtea: Xtea | None = None, flags: Flags = Flags.NONE) -> Frame:
    """Checks, decrypts and opens one whole frame in place.

    Raises:
        WireError: not whole, wrong checksum, bad block, or lengths that contradict each other.
    """
    pointer = ffi.from_buffer("uint8_t[]", data, require_writable=True)
    frame = ffi.new("tib_frame *")
    schedule = xtea.schedule if xtea else ffi.NULL
    check(lib.tib_frame_open(stack, schedule, flags, pointer, len(pointer), frame), "frame")
    return Frame(frame.offset, frame.length, frame.sequence, bool(frame.compressed))


class _Opening(threading.local):
    """Where a thread opens frames that have to stay as they are."""

    def __init__(self) -> None:
        self.frame = ffi.new("tib_frame *")
        self.resize(1 << 16)

    def resize(self, size: int) -> None:
        self.data = ffi.new("uint8_t[]", size)
        self.view = ffi.buffer(self.data)
        self.size = size


_opening = _Opening()


def read_frame(stack: Stack, data: bytes, xtea: Xtea | None = None) -> tuple[bytes, bool]:
    """The messages of one whole frame, and whether they are compressed; the frame stays as it is.

    Raises:
        WireError: as open_frame.
    """
    opening, length = _opening, len(data)
    if length > opening.size:
        opening.resize(length)
    ffi.memmove(opening.data, data, length)
    frame = opening.frame
    error = lib.tib_frame_open(stack, ffi.NULL if xtea is None else xtea.schedule, 0, opening.data, length, frame)
    if error:
        check(error, "frame")
    offset = frame.offset
    return opening.view[offset : offset + frame.length], bool(frame.compressed)


class _Sealing(threading.local):
    """Where a thread puts frames together."""

    def __init__(self) -> None:
        self.offset, self.length = ffi.new("size_t *"), ffi.new("size_t *")
        self.resize(1 << 16)

    def resize(self, size: int) -> None:
        self.data = ffi.new("uint8_t[]", lib.TIB_HEADROOM + size + lib.TIB_TAILROOM)
        self.messages = self.data + lib.TIB_HEADROOM
        self.view = ffi.buffer(self.data)
        self.size = size


_sealing = _Sealing()


class Sealer:
    """One direction of a connection: seals messages into frames and counts their sequence numbers."""

    def __init__(self, stack: Stack, xtea: Xtea | None = None) -> None:
        self.stack = stack
        self.xtea = xtea
        self._stack = int(stack)
        self._counts = stack in (Stack.SEQUENCE, Stack.BLOCKS)
        self._counter = ffi.new("uint32_t *")

    @property
    def sequence(self) -> int:
        """The number of the last frame; 0 before the first."""
        value: int = self._counter[0]
        return value

    @sequence.setter
    def sequence(self, value: int) -> None:
        self._counter[0] = value

    def seal(self, messages: bytes, *, flags: Flags = Flags.NONE, compressed: bool = False) -> bytes:
        """A whole frame around `messages`; WireError when they are too long for one."""
        sealing, size = _sealing, len(messages)
        if size > sealing.size:
            sealing.resize(size)
        ffi.memmove(sealing.messages, messages, size)
        number = 0
        if self._counts and not flags & Flags.ADLER:
            number = lib.tib_sequence_next(self._counter) | (compressed << 31)
        schedule = ffi.NULL if self.xtea is None else self.xtea.schedule
        place, length = sealing.offset, sealing.length
        error = lib.tib_frame_seal(self._stack, schedule, flags, number, sealing.data, size, place, length)
        if error:
            check(error, "frame")
        at = place[0]
        sealed: bytes = sealing.view[at : at + length[0]]
        return sealed
