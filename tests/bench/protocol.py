"""Messages read and written by the core's programs: whole frames, single messages, and on the way into a VM.

Beside reading stands the same message read by Python that was written by hand for just that message, with a `struct`
for each run of integers: as quick as Python gets, without a description. Beside the way into a VM (`pick`,
`encode_packed`) stands what it saves: objects made of the fields, packed for the VM, and the other way. All frames are
made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from struct import Struct
from typing import Any

import msgspec

from tibicen.native.layouts import Opcodes
from tibicen.native.message import Position
from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import Message, Protocol, load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.vm.marshal import pack, unpack

from ._measure import Row, by_turns, paired_row, plain_row

VERSION = 1310
ITEMS = ItemTable.of_names({"stackable": [3031], "container": [2853]})
GROUND, COIN, BAG = 106, 3031, 2853

Fields = dict[str, Any]


def place(x: int) -> Fields:
    return {"x": x, "y": 100, "z": 7, "stack": 1}


def creature(number: int) -> Fields:
    outfit = {"look": 128, "head": 1, "body": 2, "legs": 3, "feet": 4, "addons": 0, "mount": 0}
    return {
        "id": 98, "creature": 0x10000000 + number, "health": 100, "direction": 2, "outfit": outfit, "light": 7,
        "light_color": 215, "speed": 220, "icons": [], "skull": 0, "shield": 0, "type": 1, "bubble": 0, "mark": 255,
        "inspection": 0, "blocks": 1,
    }  # fmt: skip


def tile(number: int) -> Fields:
    things: list[Fields] = [{"id": GROUND}]
    if number % 9 == 0:
        things.append({"id": COIN, "count": 5})
    if number % 60 == 0:
        things.append(creature(number))
    return {"things": things, "skip": 0}


MESSAGES: dict[str, dict[str, Fields]] = {
    "client": {
        "walk_north": {},
        "say": {"type": 1, "text": "hello there"},
        "move": {"position": (100, 100, 7), "id": COIN, "stack": 1, "to": (101, 100, 7), "count": 5},
        "use": {"position": (65535, 64, 0), "id": BAG, "stack": 0, "container": 1},
    },
    "server": {
        "move_creature": {"from": place(100), "to": (101, 100, 7)},
        "creature_health": {"creature": 0x10000001, "percent": 80},
        "talk": {
            "statement": 1, "name": "Ann", "traded": 0, "level": 8, "type": 1, "position": (100, 100, 7), "text": "hi",
        },
        "container_add": {"container": 0, "slot": 0, "item": {"id": COIN, "count": 5}},
        "full_map": {"position": (100, 100, 7), "tiles": [tile(number) for number in range(8 * 18 * 14)]},
    },
}  # fmt: skip

_HEALTH = Struct("<IB")
_PLACE = Struct("<HHBB")
_POSITION = Struct("<HHB")
_TALK = Struct("<BHB")


def by_hand_health(data: bytes) -> list[Message]:
    number, percent = _HEALTH.unpack_from(data, 1)
    return [Message(0x8C, "creature_health", {"creature": number, "percent": percent}, 0, 6)]


def by_hand_move(data: bytes) -> list[Message]:
    x, y, z, stack = _PLACE.unpack_from(data, 1)
    to = Position(*_POSITION.unpack_from(data, 7))
    return [Message(0x6D, "move_creature", {"from": {"x": x, "y": y, "z": z, "stack": stack}, "to": to}, 0, 12)]


def by_hand_talk(data: bytes) -> list[Message]:
    fields: Fields = {"statement": int.from_bytes(data[1:5], "little")}
    end = 7 + int.from_bytes(data[5:7], "little")
    fields["name"] = data[7:end].decode("latin-1")
    fields["traded"], fields["level"], fields["type"] = _TALK.unpack_from(data, end)
    end += 4
    if fields["type"] in (1, 2, 3, 9, 10, 12, 36, 37, 52):
        fields["position"] = Position(*_POSITION.unpack_from(data, end))
        end += 5
    size = int.from_bytes(data[end : end + 2], "little")
    fields["text"] = data[end + 2 : end + 2 + size].decode("latin-1")
    return [Message(0xAA, "talk", fields, 0, end + 2 + size)]


BY_HAND: dict[str, Callable[[bytes], list[Message]]] = {
    "creature_health": by_hand_health,
    "move_creature": by_hand_move,
    "talk": by_hand_talk,
}


class Bench:
    """Messages made once, and how long each work is measured."""

    def __init__(self, quick: bool) -> None:
        self.protocol: Protocol = load_protocol(VERSION)
        self.state = WireState(ITEMS)
        self.state.floor = 7
        self.rounds, self.sample_ms = (5, 1.0) if quick else (41, 4.0)
        self.wire = {
            direction: {
                name: self.protocol.encode(direction, name, fields, self.state) for name, fields in kinds.items()
            }
            for direction, kinds in MESSAGES.items()
        }

    def _written(self, direction: str, kinds: dict[str, Fields]) -> dict[str, bytes]:
        return {name: self.protocol.encode(direction, name, fields, self.state) for name, fields in kinds.items()}

    def rows_of(self, direction: str, name: str) -> Iterator[Row]:
        protocol, state, data = self.protocol, self.state, self.wire[direction][name]
        (message,) = protocol.decode(direction, data, state)
        if protocol.encode(direction, name, message.fields, state) != data:
            raise RuntimeError(f"{name} does not come out as the same bytes")
        wanted, nobody = Opcodes({message.opcode}), Opcodes()
        (packed,) = protocol.pick(direction, data, state, wanted)

        def objects() -> bytes:
            return pack(protocol.decode(direction, data, state)[0].fields)

        def from_objects() -> bytes:
            return protocol.encode(direction, name, unpack(packed.fields), state)

        def raw() -> bytes:
            return pack(msgspec.Raw(protocol.pick(direction, data, state, wanted)[0].fields))

        works: dict[str, Callable[[], object]] = {
            "passed": partial(protocol.pick, direction, data, state, nobody),
            "ends": partial(protocol.split, direction, data, state),
            "read": partial(protocol.decode, direction, data, state),
            "objects": objects,
            "raw": raw,
            "write": partial(protocol.encode, direction, name, message.fields, state),
            "packed": partial(protocol.encode_packed, direction, name, packed.fields, state),
            "from objects": from_objects,
        }
        if name in BY_HAND:
            if BY_HAND[name](data) != [message]:
                raise RuntimeError(f"{name} by hand comes to something else")
            works["by hand"] = partial(BY_HAND[name], data)
        found = by_turns(works, rounds=self.rounds, sample_ms=self.sample_ms)
        case = f"{direction} {name}, {len(data)} B"
        if name in BY_HAND:
            yield paired_row(f"{case}: read", found["read"], found["by hand"], "Python by hand", "ns")
        yield paired_row(f"{case}: only its end", found["ends"], found["read"], "all of it", "ns")
        yield paired_row(f"{case}: passed over", found["passed"], found["ends"], "its end", "ns")
        yield paired_row(f"{case}: into a VM", found["raw"], found["objects"], "by objects", "ns")
        yield paired_row(f"{case}: out of a VM", found["packed"], found["from objects"], "by objects", "ns")
        yield paired_row(f"{case}: written", found["write"], found["packed"], "from MessagePack", "ns")

    def frame(self, direction: str) -> Iterator[Row]:
        """All the small messages of a side in one frame."""
        small = [data for data in self.wire[direction].values() if len(data) < 100]
        data = b"".join(small) * 4
        count = len(small) * 4
        nobody = Opcodes({0x32})
        works: dict[str, Callable[[], object]] = {
            "read": partial(self.protocol.decode, direction, data, self.state),
            "ends": partial(self.protocol.split, direction, data, self.state),
            "passed": partial(self.protocol.pick, direction, data, self.state, nobody),
        }
        found = by_turns(works, rounds=self.rounds, sample_ms=self.sample_ms)
        for what, text in (("read", "read"), ("ends", "only their ends"), ("passed", "passed over")):
            each = sorted(found[what])[len(found[what]) // 2] / count
            yield plain_row(f"{direction}, a frame of {count} messages: {text}", 1e9 / each, "messages/s")


def run(quick: bool) -> list[Row]:
    """Every message of both sides, then frames of many."""
    bench = Bench(quick)
    rows: list[Row] = []
    for direction, kinds in MESSAGES.items():
        for name in kinds:
            rows += bench.rows_of(direction, name)
        rows += bench.frame(direction)
    return rows
