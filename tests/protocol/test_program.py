"""The core's programs against the field language walked in plain Python: the same fields, bytes and ends."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.protocol.plain_codec import Maker, Reader, outcome

from tibicen.errors import WireError
from tibicen.native.layouts import READ_BYTES, READ_PLAIN, Opcodes
from tibicen.protocol.items import FLAGS, ItemTable
from tibicen.protocol.layout import DIRECTIONS, Layout
from tibicen.protocol.versions import UNPARSED, VERSIONS, Protocol, load_protocol
from tibicen.protocol.wire_state import WireState

ITEMS = ItemTable({item: random.Random(item).getrandbits(len(FLAGS)) for item in range(1, 200)})


def state_at(floor: int, features: dict[int, bool]) -> WireState:
    state = WireState(ITEMS)
    state.floor = floor
    if features:
        rows = b"".join(bytes((number, on)) for number, on in features.items())
        load_protocol(1310).decode("server", b"\x43" + len(features).to_bytes(2, "little") + rows, state)
    return state


def plainly(protocol: Protocol, layout: Layout, data: bytes, state: WireState) -> tuple[int, dict[str, Any]] | None:
    """The end and the fields of the message at the front of `data`."""
    reader = Reader(protocol.manifest, state, data, 1)
    reader.features.update(state.features)
    record: dict[str, Any] = {}
    reader.record(layout.parts, record, {})
    return reader.at, record


def check(protocol: Protocol, direction: str, layout: Layout, draw: random.Random) -> None:
    floor = draw.randrange(1, 15)
    features = {number: draw.random() < 0.5 for number in (101, 102, 103, 118)} if draw.random() < 0.5 else {}

    def state() -> WireState:
        return state_at(floor, features)

    made = Maker(protocol.manifest, state(), layout, draw)
    made.features.update(features)
    fields: dict[str, Any] = {}
    try:
        made.record(layout.parts, fields, {})
    except WireError:
        return
    data = bytes((layout.opcode,)) + made.out
    (message,) = protocol.decode(direction, data, state())
    assert (message.name, message.fields, message.end) == (layout.name, fields, len(data)), data.hex()
    assert protocol.encode(direction, layout.opcode, fields, state()) == data
    shuffled = list(fields.items())
    draw.shuffle(shuffled)
    assert protocol.encode(direction, layout.name, dict(shuffled), state()) == data

    broken = bytearray(data)
    if len(broken) > 1:
        broken[draw.randrange(1, len(broken))] = draw.choice((0, 1, 255, draw.randrange(256)))
    for other in (data[: draw.randrange(1, len(data) + 1)], bytes(broken)):
        expected = outcome(lambda other=other: plainly(protocol, layout, other, state()))
        first = protocol.decode(direction, other, state())[0]
        ends = protocol.split(direction, other, state())[0]
        assert (ends.name, ends.start, ends.end) == (first.name, first.start, first.end)
        if expected is None:
            assert first.name == UNPARSED, other.hex()
        else:
            assert (first.end, first.fields) == expected, other.hex()


@pytest.mark.parametrize("version", VERSIONS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_the_core_reads_and_writes_what_the_language_says(version: int, seed: int) -> None:
    protocol, draw = load_protocol(version), random.Random(seed)
    for direction in DIRECTIONS:
        for layout in protocol.layouts[direction].values():
            check(protocol, direction, layout, draw)


MOVE = bytes.fromhex("6d 0100 0200 07 01 0100 0300 07")
TALK = bytes.fromhex("aa 01000000 0300 416ee9 00 0500 01 0100 0200 07 0200 6869")


def test_a_frame_for_a_vm_makes_no_objects() -> None:
    protocol, wanted = load_protocol(1310), Opcodes({0xAA})
    assert protocol.pick("server", MOVE + MOVE, WireState(), wanted) == []
    (packed,) = protocol.pick("server", MOVE + TALK, WireState(), wanted)
    assert (packed.opcode, packed.name, packed.start, packed.end) == (0xAA, "talk", len(MOVE), len(MOVE + TALK))
    assert protocol.encode_packed("server", 0xAA, packed.fields, WireState()) == TALK
    fields = msgspec.msgpack.decode(protocol.decode_packed("server", TALK, WireState(), READ_PLAIN | READ_BYTES)[1])
    assert fields == [[0xAA, "talk", {"statement": 1, "name": b"An\xe9", "traded": 0, "level": 5, "type": 1,
                                      "position": [1, 2, 7], "text": b"hi"}, 0, len(TALK)]]  # fmt: skip
    assert protocol.encode("server", "talk", fields[0][2], WireState()) == TALK


def test_what_cannot_be_read_ends_every_way_of_reading() -> None:
    protocol, data = load_protocol(1310), MOVE + TALK[:-1]
    reason = "talk (0xAA) at byte 12: 2 bytes are needed at byte 33, 1 are there"
    rest = [0xAA, UNPARSED, {"data": data[len(MOVE) :], "reason": reason}, len(MOVE), len(data)]
    assert list(protocol.decode("server", data, WireState())[-1]) == rest
    assert list(protocol.split("server", data, WireState())[-1]) == rest
    (picked,) = protocol.pick("server", data, WireState(), {0x32})
    assert [*picked[:2], msgspec.msgpack.decode(picked.fields), *picked[3:]] == rest
    count, rows = protocol.decode_packed("server", data, WireState())
    assert (count, msgspec.msgpack.decode(rows)[-1]) == (2, rest)


def test_fields_as_a_vm_gives_them_are_taken() -> None:
    protocol = load_protocol(1310)
    written = protocol.encode("server", "extended_opcode", {"opcode": 2.0, "data": "text"}, WireState())
    assert written == bytes.fromhex("32 02 0400 74657874")
    assert protocol.encode("server", "channels", {"channels": {}}, WireState()) == bytes.fromhex("ab 00")
    for value in (1.5, -1, 256, "x", None, [1], float("nan")):
        with pytest.raises(WireError, match="extended_opcode: field 'opcode' is of another type or out of range"):
            protocol.encode("server", "extended_opcode", {"opcode": value, "data": b""}, WireState())


def test_a_frame_larger_than_the_buffer_is_read_whole() -> None:
    protocol = load_protocol(1310)
    fields = {"quests": [{"quest": number, "name": "a quest" * 9, "completed": 1} for number in range(3000)]}
    data = protocol.encode("server", "quest_log", fields, WireState())
    assert protocol.decode("server", data, WireState())[0].fields == fields


def test_lists_without_end_are_refused() -> None:
    protocol = load_protocol(1310)
    with pytest.raises(WireError, match="out of range"):
        protocol.encode("client", "auto_walk", {"directions": [1] * 256}, WireState())
    with pytest.raises(WireError, match="channels"):
        protocol.encode_packed("server", "channels", bytes.fromhex("81a86368616e6e656c73ddffffffff"), WireState())
