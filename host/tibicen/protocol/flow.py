"""One direction of a session: bytes of one peer in, bytes for the other out.

A frame that nobody touches leaves as the very bytes that it came as, because both legs use the client's key; when
frames were added or dropped before it, its number is changed and nothing else. Only what a plugin changed is sealed
anew. With another key on the other leg every frame is.
"""

from __future__ import annotations

import zlib
from collections import Counter, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tibicen.errors import WireError
from tibicen.native import Sealer, Stack, Xtea, read_frame, walk_frames

if TYPE_CHECKING:
    from tibicen.protocol.batch import Batch, Verdicts

TOP = 0x7FFFFFFF
COMPRESSED = 1 << 31

# Inflated messages of one frame; what OTClient has room for.
LARGEST_INFLATED = 65_536

# Below it a server itself does not compress, and above it it only pays when the result is shorter.
LEAST_DEFLATED = 1024


class Changed(NamedTuple):
    """What is to be sent in place of a frame's messages: those, and frames of their own behind them. Nothing at all
    drops the frame."""

    messages: bytes
    behind: tuple[bytes, ...] = ()


Look = Callable[[bytes], Changed | None]
"""Reads a frame's messages; None leaves them as they are."""


class Flow:
    """One direction. `take` what came; what is to be sent to the other peer comes out of it.

    Until it is `keyed`, frames pass as they are (the challenge does). `look` is asked for every frame while it is set;
    without it no frame is opened unless the keys differ.

    Args:
        stack: the framing of both legs.
        limit: bytes of the longest frame.
        counts: what happened, shared by the whole bridge.

    Attributes:
        frames: that passed so far.
    """

    __slots__ = (
        "_batch",
        "_batching",
        "_buffer",
        "_drift",
        "_extra",
        "_last",
        "_look",
        "_numbered",
        "_opening",
        "_quick",
        "_tail",
        "_unit",
        "_waiting",
        "counts",
        "frames",
        "limit",
        "sealer",
        "stack",
        "xtea",
    )

    def __init__(self, stack: Stack, limit: int, counts: Counter[str]) -> None:
        self._speak(stack)
        self.limit = limit
        self.counts = counts
        self.frames = 0
        self.xtea: Xtea | None = None
        self.sealer: Sealer | None = None
        self._buffer = b""
        self._drift = 0
        self._last: int | None = None
        self._waiting: deque[bytes] = deque()
        self._look: Look | None = None
        self._batch: Batch | None = None
        self._batching = False
        self._quick = False
        self._opening = False
        self._tail = b""
        self._unit, self._extra = (8, 6) if stack is Stack.BLOCKS else (1, 2)

    def _speak(self, stack: Stack) -> None:
        self.stack = stack
        self._numbered = stack is Stack.SEQUENCE or stack is Stack.BLOCKS

    def key(self, stack: Stack, incoming: bytes, outgoing: bytes | None = None) -> None:
        """From now on frames are encrypted with `incoming`; they leave with `outgoing`, or as they came."""
        self._speak(stack)
        self.xtea = Xtea(incoming)
        other = outgoing is not None and outgoing != incoming
        self.sealer = Sealer(stack, Xtea(outgoing) if other and outgoing is not None else self.xtea)
        self._settle()

    @property
    def keyed(self) -> bool:
        return self.xtea is not None

    @property
    def open(self) -> bool:
        """Whether every frame is opened."""
        return self._look is not None or (self.sealer is not None and self.sealer.xtea is not self.xtea)

    def take(self, data: bytes) -> bytes:
        """What becomes of a received chunk; incomplete frames wait for the rest.

        Raises:
            WireError: a frame that is too long, empty or too short: nothing behind it can be read.
        """
        if self._buffer:
            data, self._buffer = self._buffer + data, b""
        if self._batching:
            return self._together(data)
        size = len(data)
        alone = 7 <= size <= self.limit and (data[0] | data[1] << 8) * self._unit + self._extra == size
        if not self._quick:
            if not alone or not self._opening or self._batch is not None:
                return self._one_by_one(data, self._opening)
            out = self._frame(data, True)
            self.frames += 1
            return out
        # Nothing is looked at and nothing is out of step: all whole frames leave as they are, in one piece.
        if alone:
            self.frames += 1
            self._tail = data[2:6]
            return data
        end, last, count = walk_frames(self.stack, data, self.limit)
        self.frames += count
        if count:
            self._tail = data[last + 2 : last + 6]
        if end == size:
            return data
        self._buffer = data[end:]
        return data[:end]

    @property
    def look(self) -> Look | None:
        """Asked for every frame while it is set."""
        return self._look

    @look.setter
    def look(self, look: Look | None) -> None:
        self._look = look
        self._settle()

    @property
    def batch(self) -> Batch | None:
        """Asked instead of `look`, for as many frames at once as it takes."""
        return self._batch

    @batch.setter
    def batch(self, batch: Batch | None) -> None:
        self._batch = batch
        self._settle()

    @property
    def same_key(self) -> bool:
        """Whether frames leave with the key that they came with."""
        return self.sealer is not None and self.sealer.xtea is self.xtea

    def _settle(self) -> None:
        """Whether frames may pass in one piece, from now on."""
        if self._quick and self._numbered and self._tail:
            self._last = int.from_bytes(self._tail, "little") & TOP
        self._opening = self.keyed and self.open
        begun = self.keyed and self._last is not None
        self._batching = begun and self._batch is not None and not self._waiting
        self._quick = begun and not self.open and not self._drift and not self._waiting

    def _one_by_one(self, data: bytes, opened: bool) -> bytes:
        out: list[bytes] = []
        at = 0
        while length := self._whole(data, at):
            out.append(self._frame(data[at : at + length], opened))
            at += length
            self.frames += 1
            if self._batch is not None:
                self._settle()
                if self._batching:
                    return b"".join((*out, self._together(data[at:])))
        self._buffer = data[at:]
        self._settle()
        return b"".join(out)

    def _whole(self, data: bytes, at: int) -> int:
        """Bytes of the frame at a place; 0 when it is not whole."""
        left = len(data) - at
        if left < 2:
            return 0
        length = (data[at] | data[at + 1] << 8) * self._unit + self._extra
        least = 3 if self.stack is Stack.BARE else 7
        if not least <= length <= self.limit:
            raise WireError(f"a frame of {length} bytes; {least} to {self.limit} are allowed")
        return length if length <= left else 0

    def _together(self, data: bytes) -> bytes:
        """As one by one, but many frames are looked at in one go."""
        out: list[bytes] = []
        at, size, batch = 0, len(data), self._batch
        while at < size:
            shown = batch.show(data, at) if batch is not None else None
            if shown is not None:
                end, last, frames, opaque, verdicts = shown
                self.frames += frames
                if opaque:
                    self.counts["opaque"] += opaque
                if verdicts is None and not self._drift:
                    self._last = int.from_bytes(data[last + 2 : last + 6], "little") & TOP if self._numbered else 0
                    passed = data if not at and end == size else data[at:end]
                else:
                    passed = self._shown(data[at:end], frames, verdicts or {})
                if not at and end == size:
                    # By far the most common, and nothing is to be joined or kept.
                    return passed
                out.append(passed)
                at = end
                continue
            length = self._whole(data, at)
            if not length:
                break
            out.append(self._frame(data[at : at + length], True))
            self.frames += 1
            at += length
        self._buffer = data[at:]
        self._settle()
        return b"".join(out)

    def _shown(self, data: bytes, frames: int, verdicts: Verdicts) -> bytes:
        """What becomes of frames when plugins made something of some, or some were added or dropped before them."""
        out: list[bytes] = []
        at = 0
        for number in range(frames):
            length = self._whole(data, at)
            frame = data[at : at + length]
            made, changed = verdicts.get(number), None
            if made is not None and self._batch is not None and (messages := self._opened(frame)) is not None:
                changed = self._batch.made(messages, made)
            out.append(self._passed(frame, None, changed))
            at += length
        return b"".join(out)

    def _frame(self, frame: bytes, opened: bool) -> bytes:
        if not self.keyed:
            return frame
        messages = self._opened(frame) if opened else None
        changed = self._look(messages) if messages is not None and self._look is not None else None
        return self._passed(frame, messages, changed)

    def _passed(self, frame: bytes, messages: bytes | None, changed: Changed | None) -> bytes:
        """What leaves for a frame. `messages`: what is in it, where that is known."""
        numbered = self._numbered
        number = int.from_bytes(frame[2:6], "little") if numbered else 0
        if changed is None:
            if messages is not None and self.sealer is not None and self.sealer.xtea is not self.xtea:
                out = self._sealed(messages, self._step(number), bool(number & COMPRESSED))
            else:
                out = self._renumbered(frame, number) if numbered else frame
                self._step(number)
            behind: tuple[bytes, ...] = ()
        else:
            behind = changed.behind
            if changed.messages:
                out = self._sealed(changed.messages, self._step(number), bool(number & COMPRESSED))
            else:
                self._skip(number)
                out = b""
        if self._waiting:
            behind = (*self._waiting, *behind)
            self._waiting.clear()
        return out + b"".join(map(self.inject, behind)) if behind else out

    def _opened(self, frame: bytes) -> bytes | None:
        """A frame's messages; None when it can't be read, and then it passes as it is."""
        try:
            messages, compressed = read_frame(self.stack, frame, self.xtea)
            return inflated(messages) if compressed else messages
        except WireError:
            self.counts["opaque"] += 1
            return None

    def _sealed(self, messages: bytes, number: int, was_compressed: bool) -> bytes:
        assert self.sealer is not None
        packed, compressed = messages, False
        if was_compressed and len(messages) >= LEAST_DEFLATED:
            shorter = deflated(messages)
            if len(shorter) < len(messages):
                packed, compressed = shorter, True
        # The sealer counts up before it seals.
        self.sealer.sequence = number - 1 if number else TOP
        return self.sealer.seal(packed, compressed=compressed)

    # -- numbers ------------------------------------------------------------------------------------------

    def _step(self, number: int) -> int:
        """The number that a forwarded frame leaves with."""
        self._last = (number + self._drift) & TOP
        return self._last

    def _skip(self, number: int) -> None:
        """A frame is dropped: those behind it move up. A first frame that is numbered 0 counts for no server."""
        if not self._numbered or (self._last is None and not number & TOP):
            return
        self._drift -= 1
        if self._last is None:
            self._last = (number + self._drift) & TOP

    def _renumbered(self, frame: bytes, number: int) -> bytes:
        if not self._drift:
            return frame
        moved = ((number + self._drift) & TOP) | (number & COMPRESSED)
        return frame[:2] + moved.to_bytes(4, "little") + frame[6:]

    def inject(self, messages: bytes) -> bytes:
        """A frame of one's own, numbered next; empty when it has to wait for the peer's first frame: which number
        that has is up to the peer.

        Raises:
            WireError: too long for a frame.
        """
        self._settle()
        self._quick = False
        if self.sealer is None or self._last is None:
            self._waiting.append(messages)
            return b""
        if self._numbered:
            self._drift += 1
            self._last = (self._last + 1) & TOP
        return self._sealed(messages, self._last, False)


def inflated(data: bytes) -> bytes:
    """Raw deflate, one stream for each frame.

    Raises:
        WireError: no whole stream, something behind it, or more than a client has room for.
    """
    inflater = zlib.decompressobj(-15)
    try:
        out = inflater.decompress(data, LARGEST_INFLATED + 1)
    except zlib.error as error:
        raise WireError(f"compressed messages can't be read: {error}") from None
    if len(out) > LARGEST_INFLATED:
        raise WireError(f"compressed messages are longer than {LARGEST_INFLATED} bytes")
    if not inflater.eof or inflater.unused_data:
        raise WireError("compressed messages do not end with their stream")
    return out


def deflated(data: bytes) -> bytes:
    """Raw deflate at the fast level: the thorough one is the dearest thing on the wire, and saves a tenth more."""
    deflater = zlib.compressobj(1, zlib.DEFLATED, -15)
    return deflater.compress(data) + deflater.flush()
