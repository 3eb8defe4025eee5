"""The wanted messages of a piece of the stream."""

from __future__ import annotations

import pytest

from tibicen.native import Sealer, Stack, Xtea, wire
from tibicen.native._core import lib
from tibicen.native.layouts import Layouts, Opcodes
from tibicen.native.packets import Described, Found, Lens, Packet

KEY = Xtea(bytes(range(16)))
STACKS = (Stack.ADLER, Stack.SEQUENCE, Stack.BLOCKS)
LONGEST = 65_541
# Message 1 has a byte; 2 has one, too, and sets the floor to it.
CODE = [
    *(1, lib.TIB_DO_INTEGER, 3, 0, lib.TIB_U8, lib.TIB_DO_END),
    *(1, lib.TIB_DO_INTEGER, 3, 0, lib.TIB_U8, lib.TIB_DO_PUSH_REGISTER, 0),
    *(lib.TIB_DO_SET, lib.TIB_SESSION_FLOOR, lib.TIB_DO_END),
]
LAYOUTS = Layouts(CODE, ["things", "effect", "skip", "value", "plain", "a name of more than thirty-two letters"])


def lens_of(stack: Stack = Stack.ADLER, wanted: tuple[int, ...] = (1, 2), *, described: bool = True) -> Lens:
    state, _ = wire.new_wire(None)
    parts = Described(LAYOUTS, Layouts.messages({1: (0, 4), 2: (6, 5)}), state)
    return Lens(stack, LONGEST, KEY, parts if described else None, Opcodes(wanted), 7, 1098, "server")


def packets(found: Found) -> list[Packet]:
    return [found.packet(index) for index in range(found.cell.count)]


@pytest.mark.parametrize("stack", STACKS)
def test_messages_of_many_frames_with_what_is_wanted(stack: Stack) -> None:
    sealer, found = Sealer(stack, KEY), Found()
    frames = [sealer.seal(each) for each in (b"\1\5\1\6", b"", b"\1\7\1", b"\xee\1\1")]
    stream = b"".join(frames)
    assert lens_of(stack, (1, 0xEE)).read(stream + frames[0][:9], 0, found) == len(stream)
    assert found.figures.tolist() == [5, 4, 0, len(stream) - len(frames[-1])]
    assert packets(found) == [
        Packet(1, "plain", b"\xde\0\1\xa5value\5", 0, 2, 0, b"\5"),
        Packet(1, "plain", b"\xde\0\1\xa5value\6", 2, 4, 0, b"\6"),
        Packet(1, "plain", b"\xde\0\1\xa5value\7", 0, 2, 2, b"\7"),
        # What can't be read is one piece, to the end of its frame.
        Packet(1, "unparsed", None, 2, 3, 2, b""),
        Packet(0xEE, "unparsed", None, 0, 3, 3, b"\1\1"),
    ]
    cell = found.packets[4]
    assert (cell.session, cell.version, cell.side) == (7, 1098, 1)


def test_a_frame_is_one_message_where_nothing_is_described() -> None:
    sealer, found = Sealer(Stack.ADLER, KEY), Found()
    stream = sealer.seal(b"\1\5\1\6") + sealer.seal(b"\2") + sealer.seal(b"\1")
    assert lens_of(wanted=(1,), described=False).read(stream, 0, found) == len(stream)
    assert packets(found) == [Packet(1, "", None, 0, 4, 0, b"\5\1\6"), Packet(1, "", None, 0, 1, 2, b"")]


def test_frames_behind_one_that_changes_what_is_known_wait() -> None:
    sealer, found, lens = Sealer(Stack.ADLER, KEY), Found(), lens_of()
    frames = [sealer.seal(each) for each in (b"\1\1", b"\1\2\2\3", b"\1\4", b"\2\3", b"\1\5")]
    stream, floors, ends, at = b"".join(frames), [], [], 0
    while at < len(stream):
        at = lens.read(stream, at, found)
        floors.append(lens._cell.wire.session[lib.TIB_SESSION_FLOOR])
        ends.append(found.cell.frames)
    # All that a call found was read, and may be written, by what is known at its end.
    assert list(zip(ends, floors, strict=True)) == [(1, -1), (1, 3), (3, 3)]
    assert packets(found)[1].name == "a name of more than thirty-two letters"


@pytest.mark.parametrize("stack", STACKS)
def test_it_stops_in_front_of_what_is_not_for_it(stack: Stack) -> None:
    found, lens = Found(), lens_of(stack)
    first = Sealer(stack, KEY).seal(b"\1\1")
    odd = [b"\0\0" + first[2:], first[:-1], b"\xff\xff" + first[2:]]
    if stack is not Stack.ADLER:
        odd.append(Sealer(stack, KEY).seal(b"\1\1", compressed=True))
    for each in odd:
        assert lens.read(first + each, 0, found) == len(first)
        assert lens.read(first + each, len(first), found) == len(first)
        assert found.cell.count == found.cell.frames == 0


def test_what_cannot_be_opened_is_counted() -> None:
    sealer, found = Sealer(Stack.ADLER, KEY), Found()
    broken = bytearray(sealer.seal(b"\1\1"))
    broken[-1] ^= 1
    stream = sealer.seal(b"\1\1") + bytes(broken) + sealer.seal(b"\1\2")
    assert lens_of().read(stream, 0, found) == len(stream)
    assert found.figures.tolist()[:3] == [2, 3, 1]
    assert [(each.frame, each.data) for each in packets(found)] == [(0, b"\1"), (2, b"\2")]


def test_more_than_there_is_room_for_is_left_for_the_next_call() -> None:
    sealer, found, lens = Sealer(Stack.ADLER, KEY), Found(), lens_of()
    stream = sealer.seal(b"\1\1" * 300) * 20
    at = total = 0
    while at < len(stream):
        at = lens.read(stream, at, found)
        assert 0 < found.cell.frames < 20
        total += found.cell.count
    assert total == 6000
    # A frame that has more by itself can't be shown in this way at all.
    assert lens.read(sealer.seal(b"\1\1" * 3000), 0, found) == 0
