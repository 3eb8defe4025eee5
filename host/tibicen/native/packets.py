"""The wanted messages of a piece of the stream, found by one call of the core and left where it put them."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from tibicen.native._core import ffi, lib
from tibicen.native.framing import Stack
from tibicen.native.layouts import Layouts, Opcodes
from tibicen.native.xtea import Xtea

SIDES = ("client", "server")
"""By the number that a packet has."""

_ROOM = 1 << 18
_FIELDS = 1 << 20
_MOST = 2048


class Packet(NamedTuple):
    """A message: `fields` is MessagePack, None where it has none; `data` is behind its opcode, which is at `start`."""

    opcode: int
    name: str
    fields: bytes | None
    start: int
    end: int
    frame: int
    data: bytes


class Found:
    """What the last call found.

    Attributes:
        cell: `tib_packets`.
        address: of the packets, as a number.
        taken: somebody is going through them, so there must be no other call.
    """

    def __init__(self) -> None:
        self._kept = ffi.new("uint8_t[]", _ROOM), ffi.new("uint8_t[]", _FIELDS), ffi.new("tib_packet[]", _MOST)
        plain, fields, self.packets = self._kept
        self.cell = ffi.new("tib_packets *", {"plain": plain, "room": _ROOM, "packets": self.packets, "most": _MOST})
        self.cell.fields.data, self.cell.fields.capacity = fields, _FIELDS
        self.address = int(ffi.cast("uintptr_t", self.packets))
        self.taken = False
        # The cell's own numbers: `count`, `frames`, `opaque`, `last`. By their names they cost five times as much.
        begin = ffi.offsetof("tib_packets", "count")
        self.figures = memoryview(ffi.buffer(self.cell)).cast("B")[begin : begin + 32].cast("Q")

    def packet(self, index: int) -> Packet:
        """One of them as an object of its own."""
        cell = self.packets[index]
        return Packet(
            cell.opcode,
            _bytes(cell.name, cell.name_length).decode(),
            _bytes(cell.fields, cell.fields_length) if cell.fields else None,
            cell.start,
            cell.stop,
            cell.frame,
            _bytes(cell.data, cell.data_length),
        )


def _bytes(pointer: Any, length: int) -> bytes:
    return bytes(ffi.buffer(pointer, length)) if length else b""


class _Here(threading.local):
    """A thread's own."""

    def __init__(self) -> None:
        self.found = Found()


here = _Here()


class Described(NamedTuple):
    """What the core reads a direction's messages by: programs, table of messages, and what the connection knows."""

    layouts: Layouts
    messages: Any
    wire: Any


class Lens:
    """How one direction of a connection is looked at.

    Args:
        described: None where the version isn't: a frame is then taken as one message.
    """

    def __init__(
        self,
        stack: Stack,
        limit: int,
        xtea: Xtea,
        described: Described | None,
        wanted: Opcodes,
        session: int,
        version: int,
        side: str,
    ) -> None:
        cell = self._cell = ffi.new("tib_lens *")
        self._kept: list[Any] = [xtea, described, wanted]
        cell.stack, cell.limit, cell.schedule = stack, limit, xtea.schedule
        if described is None:
            # Nobody writes to it.
            cell.wire = wire = ffi.new("tib_wire *")
            self._kept.append(wire)
        else:
            cell.layouts, cell.messages, cell.wire = described.layouts.cell, described.messages, described.wire
        cell.wanted = wanted.table
        cell.session, cell.version, cell.side = session & 0xFFFFFFFF, version, SIDES.index(side)

    def read(self, data: bytes, at: int, found: Found) -> int:
        """Finds what is wanted of the frames at `at` and behind it; where the last of these ends (see layouts.h)."""
        end: int = lib.tib_packets_read(self._cell, data, at, len(data), found.cell)
        return end
