"""What takes a session's frames apart for the bridge: by the description of its version, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol

from tibicen.errors import WireError
from tibicen.native import packets
from tibicen.native.layouts import Opcodes
from tibicen.protocol import versions
from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import UNPARSED, VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState

Side = Literal["client", "server"]
"""Who sent a message."""


class Piece(NamedTuple):
    """A message in a frame. `fields`: a dict; MessagePack, where they go on to Lua as they are; None: there are none.
    `reason`: why it could not be read. Otherwise as versions.Message."""

    opcode: int
    name: str
    fields: dict[str, Any] | bytes | None
    start: int
    end: int
    reason: str = ""


Part = Piece | versions.Message | versions.Packed | packets.Packet
"""A message in a frame."""

ALL = Opcodes(range(256))


class Reader(Protocol):
    """Takes the frames of one session apart. One a session: what a message means depends on those before it.

    What can't be told apart is one piece, to the end of the frame.
    """

    @property
    def view(self) -> tuple[int, int]:
        """Tiles that the client sees, from west to east and from north to south."""
        ...

    def name(self, side: Side, opcode: int) -> str:
        """A message's name; empty for one that has none."""
        ...

    def read(self, side: Side, messages: bytes, wanted: Opcodes = ALL) -> Sequence[Part]:
        """The messages of a frame, in order; those that aren't wanted may be missing."""
        ...

    def pick(self, side: Side, messages: bytes, wanted: Opcodes) -> Sequence[Part]:
        """As read, with fields as MessagePack, and only those that are wanted."""
        ...

    def described(self, side: Side) -> packets.Described | None:
        """What the core reads these frames by; None: it takes each as one message."""
        ...

    def write(self, side: Side, opcode: int, fields: Any) -> bytes:
        """A message of these fields, its opcode first.

        Raises:
            WireError: they don't fit.
        """
        ...


class Unread:
    """Where the version isn't described: messages have numbers only, and a frame is taken as one message."""

    view = (0, 0)

    def name(self, side: Side, opcode: int) -> str:
        return ""

    def read(self, side: Side, messages: bytes, wanted: Opcodes = ALL) -> Sequence[Part]:
        return (Piece(messages[0], "", None, 0, len(messages)),) if messages else ()

    pick = read

    def described(self, side: Side) -> None:
        return None

    def write(self, side: Side, opcode: int, fields: Any) -> bytes:
        raise WireError("messages of this version have no fields")


class Described:
    """By the description of a version in manifests/protocols."""

    def __init__(self, version: int, items: ItemTable | None = None) -> None:
        self._protocol = load_protocol(version)
        self._state = WireState(items)

    @property
    def view(self) -> tuple[int, int]:
        return self._state.width, self._state.height

    def name(self, side: Side, opcode: int) -> str:
        name = self._protocol.name_of(side, opcode)
        return "" if name.startswith("0x") else name

    def read(self, side: Side, messages: bytes, wanted: Opcodes = ALL) -> Sequence[Part]:
        return _bare(self._protocol.split(side, messages, self._state, wanted, only=True))

    def pick(self, side: Side, messages: bytes, wanted: Opcodes) -> Sequence[Part]:
        return _bare(self._protocol.pick(side, messages, self._state, wanted))

    def described(self, side: Side) -> packets.Described:
        return self._protocol.described(side, self._state)

    def write(self, side: Side, opcode: int, fields: Any) -> bytes:
        return self._protocol.encode(side, opcode, fields, self._state)


def _bare(found: list[Any]) -> Sequence[Part]:
    """A rest that can't be read has no fields."""
    if found and found[-1].name == UNPARSED:
        rest = found[-1]
        reason = rest.fields["reason"] if isinstance(rest.fields, dict) else ""
        found[-1] = Piece(rest.opcode, UNPARSED, None, rest.start, rest.end, reason)
    return found


def login_messages(version: int, side: Side, messages: bytes) -> Sequence[Part]:
    """What is in a frame of a connection to the login port."""
    if version not in VERSIONS:
        return Unread().read(side, messages)
    return _bare(load_protocol(version).decode(f"login_{side}", messages, WireState()))


def reader_of(version: int, items: ItemTable | None = None) -> Reader:
    """The reader of a session's frames: by the version's description, if there is one."""
    return Described(version, items) if version in VERSIONS else Unread()
