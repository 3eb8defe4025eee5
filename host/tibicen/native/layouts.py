"""Messages by programs (see layouts.h): one native call for each frame or message, fields as MessagePack.

What is quick: `Layouts.read` with nobody wanting a message finds all their ends in a few nanoseconds a field; the
fields of those that are wanted come as MessagePack, which `msgspec` makes objects of and a VM takes as it is, without
a line of Python for a field.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

from tibicen.errors import WireError
from tibicen.native._core import ffi, lib

READ_PLAIN: int = lib.TIB_READ_PLAIN
READ_BYTES: int = lib.TIB_READ_BYTES
READ_ONLY: int = lib.TIB_READ_ONLY
READ_APART: int = lib.TIB_READ_APART
"""What `how` may say (see layouts.h)."""

EXTENSION_POSITION: int = lib.TIB_EXTENSION_POSITION
EXTENSION_DOUBLE: int = lib.TIB_EXTENSION_DOUBLE

ROWS_HEAD = 5
"""Bytes in front of the rows, which say how many there are; a frame without any is just these."""

MOST_BYTES = 1 << 24
"""What the fields of a frame may take; more is an error of what was sent."""

NO_ITEMS = "no item table is loaded"
"""Why a message with an item can't be read without a table of items; reasons end with it."""

_SENTENCES: dict[int, str] = {
    lib.TIB_TRUNCATED: "{value} bytes are needed at byte {at}, {left} are there",
    lib.TIB_FULL: "its fields are too many",
    lib.TIB_TOO_LONG: "its lists have too many entries",
    lib.TIB_NO_ITEMS: NO_ITEMS,
    lib.TIB_NO_ITEM: "item {value} is not in the item table",
    lib.TIB_NO_FLOOR: "the own player's floor is not known",
    lib.TIB_TOO_MANY_TILES: "{value} tiles too many are skipped",
    lib.TIB_NO_CASE: "no layout is known for {name} = {value}",
    lib.TIB_LONG_COUNT: "the count {value} at byte {at} could be written shorter",
    lib.TIB_TOO_DEEP: "its structures are nested too deep",
    lib.TIB_MISSING: "field {name!r} is missing",
    lib.TIB_UNFIT: "field {name!r} is of another type or out of range",
    lib.TIB_WRONG_COUNT: "{name}: there must be {value} entries",
    lib.TIB_WRONG_LENGTH: "{name}: the length must be {value}",
}


EVERY: Any = ffi.NULL
"""In place of a table of opcodes: all of them."""


class Opcodes(frozenset[int]):
    """Opcodes that somebody wants; made once, asked for each frame."""

    table: Any
    """The core's: a byte for each opcode."""

    def __new__(cls, opcodes: Iterable[int] = ()) -> Opcodes:
        made = super().__new__(cls, opcodes)
        made.table = ffi.new("uint8_t[256]", [opcode in made for opcode in range(256)])
        return made


class _Scratch(threading.local):
    """Where a thread's calls write. It grows to what was needed."""

    def __init__(self) -> None:
        self.out = ffi.new("tib_output *")
        self.resize(1 << 16)

    def resize(self, size: int) -> None:
        self._memory = ffi.new("uint8_t[]", size)
        self.out.data, self.out.capacity = self._memory, size
        self.both = self.out, memoryview(ffi.buffer(self._memory))
        """What calls write to, and the bytes of it; together, for one look-up in what belongs to the thread."""

    def grow(self) -> bool:
        """Whether there is more room now."""
        size = self.out.capacity
        if size >= MOST_BYTES:
            return False
        self.resize(size * 4)
        return True


_scratch = _Scratch()
_NO_ROWS = memoryview(b"\xdd\0\0\0\0")


class Layouts:
    """A program with its names.

    Args:
        code: words of 64 bits, as layouts.h describes them.
        names: by number.
    """

    def __init__(self, code: Sequence[int], names: Sequence[str]) -> None:
        self._names = names
        texts, ends = packed_names(names)
        self._kept = ffi.new("int64_t[]", code), ffi.new("uint8_t[]", texts), ffi.new("uint32_t[]", ends)
        self._cell = ffi.new("tib_layouts *", self._kept)

    @staticmethod
    def messages(entries: dict[int, tuple[int, int]]) -> Any:
        """A table of messages: by opcode where the function is, and the number of its name."""
        table = ffi.new("tib_messages *")
        for opcode in range(256):
            table.entry[opcode], table.name[opcode] = entries.get(opcode, (-1, -1))
        return table

    @property
    def cell(self) -> Any:
        """`tib_layouts`; lives as long as this does."""
        return self._cell

    def read(
        self, messages: Any, wire: Any, data: bytes, wanted: Any = EVERY, how: int = 0
    ) -> tuple[memoryview, Trouble | None]:
        """The rows of a frame, to be used before the thread's next call, and what stopped the reading.

        Args:
            messages: of the direction.
            wire: what the connection knows (`tib_wire`); what messages set is set.
            wanted: Opcodes.table of those whose fields are given; EVERY: all.
            how: bits of TIB_READ.
        """
        out, view = _scratch.both
        written = lib.tib_layout_read(self._cell, messages, wire, data, len(data), wanted, how, out)
        if written > 0:
            return view[:written], None
        while written == -lib.TIB_FULL and _scratch.grow():
            written = lib.tib_layout_read(self._cell, messages, wire, data, len(data), wanted, how, out)
        view = _scratch.both[1]
        if written > 0:
            return view[:written], None
        rows = _NO_ROWS if written == -lib.TIB_FULL else view[: out.trouble.written]
        return rows, Trouble(self, len(data), out.trouble)

    def read_one(self, entry: int, wire: Any, data: bytes, at: int, how: int = 0) -> tuple[memoryview, int]:
        """A structure's fields, to be used before the thread's next call, and where it ends.

        Raises:
            WireError: the bytes don't hold it.
        """
        out, _ = _scratch.both
        written = lib.tib_layout_read_one(self._cell, entry, wire, data, len(data), at, how, out)
        while written == -lib.TIB_FULL and _scratch.grow():
            written = lib.tib_layout_read_one(self._cell, entry, wire, data, len(data), at, how, out)
        if written < 0:
            raise WireError(Trouble(self, len(data), out.trouble).text)
        return _scratch.both[1][:written], out.trouble.message

    def write(self, entry: int, wire: Any, fields: bytes, first: bytes = b"") -> bytes:
        """The bytes of a message or a structure behind `first`, by its fields as MessagePack.

        Raises:
            WireError: a field is missing or doesn't fit.
        """
        out, view = _scratch.both
        written = lib.tib_layout_write(self._cell, entry, wire, fields, len(fields), out)
        while written == -lib.TIB_FULL and _scratch.grow():
            view = _scratch.both[1]
            written = lib.tib_layout_write(self._cell, entry, wire, fields, len(fields), out)
        if written < 0:
            raise WireError(Trouble(self, 0, out.trouble).text)
        return first + view[:written]

    def name(self, number: int) -> str:
        return self._names[number] if number >= 0 else "an entry"


class Trouble:
    """What stopped a call.

    Attributes:
        message: where the message begins that could not be read.
        unknown: no message has its opcode.
        no_floor: the message depends on the floor, which is not known.
        item: whose flags are not known, -1 when it is something else; `at` is behind its client id then.
        text: what is wrong.
    """

    __slots__ = ("at", "item", "message", "no_floor", "text", "unknown")

    def __init__(self, layouts: Layouts, size: int, cell: Any) -> None:
        self.message: int = cell.message
        self.unknown: bool = cell.error == lib.TIB_UNKNOWN
        self.no_floor: bool = cell.error == lib.TIB_NO_FLOOR
        self.item: int = cell.value if cell.error == lib.TIB_NO_ITEM else -1
        self.at: int = cell.at
        sentence = _SENTENCES.get(cell.error, f"error {cell.error}")
        left = max(0, size - cell.at)
        self.text = sentence.format(name=layouts.name(cell.name), value=cell.value, at=cell.at, left=left)


def packed_names(names: Sequence[str]) -> tuple[bytes, list[int]]:
    """The core's table of names: all of them, and where each begins and the last one ends."""
    packed = [_packed_name(name) for name in names]
    ends = [0]
    for each in packed:
        ends.append(ends[-1] + len(each))
    return b"".join(packed), ends


def _packed_name(name: str) -> bytes:
    """A text as MessagePack has it; what is only shown may be long, and is cut."""
    text = name.encode()[:255]
    head = bytes((0xA0 | len(text),)) if len(text) < 32 else bytes((0xD9, len(text)))
    return head + text
