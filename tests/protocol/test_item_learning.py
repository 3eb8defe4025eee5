"""Flags of items learnt from frames: never wrong, used when they are sure, dropped when something contradicts them."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.protocol.made_sessions import made_session

from tibicen.native.wire import IN_BODY, UNKNOWN
from tibicen.protocol.captures import Capture, read_items
from tibicen.protocol.item_learning import NEEDED, ItemLearner
from tibicen.protocol.item_shapes import shapes_of
from tibicen.protocol.items import FLAGS, ItemTable
from tibicen.protocol.verify import inspect
from tibicen.protocol.versions import UNPARSED, VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState

CAPTURES = Path(os.environ.get("TIBICEN_CAPTURES", Path(__file__).parents[3] / "shared" / "captures"))
COUNT = FLAGS["stackable"] | FLAGS["fluid"] | FLAGS["splash"]
THING = {
    "mark": 255, "quick_loot": 0, "quiver": 0, "container_kind": 0, "duration": 60, "charges": 5, "brand_new": 1,
    "brand_new_too": 1, "phase": 254, "wrapped": 7, "podium": {
        "look": 0, "look_item": 0, "mount": 0, "direction": 2, "visible": 1, "head": 0, "body": 0, "legs": 0, "feet": 0,
        "addons": 0,
    },
}  # fmt: skip


def body_of(version: int, flags: int) -> int:
    """What of an item's flags its body shows, as shapes have it."""
    known = load_protocol(version).manifest.known
    count = FLAGS["stackable"] if flags & COUNT else 0
    if not known["appearances"]:
        moving = FLAGS["animated"] if known["animation_phase"] and flags & FLAGS["animated"] else 0
        return FLAGS["stackable"] if count ^ moving in (FLAGS["stackable"], FLAGS["animated"]) else count | moving
    if count:
        return FLAGS["stackable"] | IN_BODY
    kept = FLAGS["container"] | FLAGS["podium"] | FLAGS["classified"] | FLAGS["duration"]
    both = flags & FLAGS["duration"] and flags & FLAGS["charges"]
    if known["canary"]:
        kept |= FLAGS["wrap_kit"]
        both_bit = FLAGS["charges"] if both else 0
    else:
        both_bit = 0
    found = flags & kept | (FLAGS["duration"] if flags & FLAGS["charges"] else 0) | both_bit
    return FLAGS["stackable"] | IN_BODY if found == FLAGS["classified"] else found


class Shop:
    """A server with items of random flags, and what it says of them."""

    def __init__(self, version: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.version = version
        self.protocol = load_protocol(version)
        real = [0, 0, FLAGS["stackable"], FLAGS["fluid"], FLAGS["animated"], FLAGS["stackable"] | FLAGS["animated"]]
        if self.protocol.manifest.known["appearances"]:
            real = [each & ~IN_BODY for each in (shape.flags for shape in shapes_of(self.protocol.manifest))]
            real += [FLAGS["classified"], FLAGS["fluid"], FLAGS["charges"]]
        ids = self.random.sample(range(100, 30_000), 12)
        self.truth = {item: self.random.choice(real) if place else 0 for place, item in enumerate(ids)}
        self.state = WireState(ItemTable(self.truth, self.truth))

    def thing(self) -> dict[str, Any]:
        return {
            "id": self.random.choice(list(self.truth)),
            **THING,
            "count": self.random.randint(1, 100),
            "tier": self.random.randint(0, 10),
        }

    def message(self) -> bytes:
        kind = self.random.randrange(4)
        if kind == 0:
            made = made_session(self.version)
            content = [self.thing() for _ in range(self.random.randrange(4))]
            fields = made._container(self.thing(), content)
            return self.protocol.encode("server", "open_container", fields, self.state)
        if kind == 1:
            heard = {"statement": 1, "name": "Ann", "level": 8, "type": 1, "traded": 0, "position": (1, 2, 7)}
            return self.protocol.encode("server", "talk", {**heard, "text": "x" * self.random.randrange(9)}, self.state)
        slot = self.random.randint(1, 10)
        return self.protocol.encode("server", "inventory_set", {"slot": slot, "item": self.thing()}, self.state)

    def frames(self, count: int) -> Iterator[bytes]:
        for _ in range(count):
            yield b"".join(self.message() for _ in range(self.random.choice((1, 1, 2, 3))))


def learnt(learner: ItemLearner, frames: Iterable[bytes]) -> ItemLearner:
    lesson = learner.lesson()
    for frame in frames:
        learner.take(lesson, frame)
    return learner


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1 << 30))
def test_what_is_learnt_is_true(version: int, seed: int) -> None:
    shop = Shop(version, seed)
    learner = learnt(ItemLearner(version), shop.frames(40))
    assert learner.known.keys() <= shop.truth.keys()
    for item, flags in learner.known.items():
        assert flags == body_of(version, shop.truth[item])
    assert learner.count == len(learner.known)
    # What readers make of it is what the server said.
    states = WireState(ItemTable(shop.truth, shop.truth)), WireState(learner.table)
    for frame in shop.frames(10):
        right, ours = (shop.protocol.decode("server", frame, state) for state in states)
        read = [each for each in ours if each.name != UNPARSED]
        assert [(each.name, each.start, each.end) for each in read] == [
            (each.name, each.start, each.end) for each in right[: len(read)]
        ]


@pytest.mark.parametrize("version", VERSIONS)
def test_most_is_learnt_where_items_come_alone(version: int) -> None:
    shop = Shop(version, version)
    learner = learnt(ItemLearner(version), shop.frames(400))
    assert learner.counts["dropped"] == 0
    plain = {item for item, flags in shop.truth.items() if body_of(version, flags) == 0}
    assert plain and plain <= learner.known.keys()
    if not load_protocol(version).manifest.known["appearances"]:
        assert learner.known.keys() == shop.truth.keys()


def set_item(item: int, behind: bytes = b"") -> bytes:
    """A frame of 10.98 that puts an item into the first slot."""
    return b"\x78\x01" + item.to_bytes(2, "little") + b"\xff" + behind


def test_only_several_different_frames_are_enough() -> None:
    learner = ItemLearner(1098)
    same = [set_item(2400)] * 10
    assert learnt(learner, same).known == {}
    assert learner.table.table is not None and learner.table.table[2400] == UNKNOWN
    different = [set_item(2400) + b"\x1d" * n for n in range(1, NEEDED)]
    assert learnt(learner, different).known == {2400: 0}
    assert learner.table.table[2400] == 0 and learner.counts["learnt"] == 1


def test_a_frame_that_can_be_read_in_two_ways_says_nothing() -> None:
    # 1D behind it is its count, or a ping of its own.
    learner = learnt(ItemLearner(1098), [set_item(2400, b"\x1d"), set_item(2400, b"\x1d\x1d"), set_item(2400, b"\x1e")])
    assert learner.known == {}
    # With counts that are no messages it is clear.
    assert learnt(learner, [set_item(2400, bytes((n,))) for n in (3, 4, 5)]).known == {2400: FLAGS["stackable"]}


def test_a_frame_that_nobody_can_read_says_nothing() -> None:
    frames = [set_item(2400, b"\xfe\xfe\xfe" + bytes((n,))) for n in range(20)]
    assert learnt(ItemLearner(1098), frames).state()["items"] == {}
    # Nor what has no mark, or an id that no item has.
    assert learnt(ItemLearner(1098), [b"\x78\x01\x60\x09\x01", set_item(97)]).known == {}


def test_what_is_contradicted_is_dropped_for_good() -> None:
    learner = learnt(ItemLearner(1098), [set_item(2400) + b"\x1d" * n for n in range(NEEDED)])
    assert learner.known == {2400: 0}
    # The server has changed: now there is a count that is no message.
    learnt(learner, [set_item(2400, b"\x03")])
    assert learner.known == {} and learner.counts["dropped"] == 1 and learner.count == 0
    assert learner.table.table is not None and learner.table.table[2400] == UNKNOWN
    learnt(learner, [set_item(2400, bytes((n,))) for n in range(3, 10)])
    again = ItemLearner(1098, learner.state())
    assert learnt(again, [set_item(2400) + b"\x1d" * n for n in range(NEEDED)]).known == {}


def test_what_is_known_is_kept() -> None:
    shop = Shop(1310, 7)
    frames = list(shop.frames(60))
    whole = learnt(ItemLearner(1310), frames)
    half = learnt(ItemLearner(1310), frames[:30])
    assert half.known != whole.known
    rest = learnt(ItemLearner(1310, half.state()), frames[30:])
    assert rest.known == whole.known and rest.state() == whole.state() and rest.count == len(rest.known)
    # Under other shapes nothing of it is taken over.
    assert ItemLearner(1310, {**whole.state(), "shapes": [0, 1]}).known == {}


def test_where_the_market_tells_of_an_item_a_byte_is_not_enough() -> None:
    """A count and a tier look alike in an item's body; the market has a tier only."""
    learner, protocol = ItemLearner(1310), load_protocol(1310)
    shop = Shop(1310, 1)
    shop.truth, shop.state = {3031: FLAGS["stackable"]}, WireState(ItemTable({3031: FLAGS["stackable"]}, {3031}))
    learnt(learner, shop.frames(60))
    assert learner.known == {3031: FLAGS["stackable"] | IN_BODY}
    market = protocol.encode("server", "market_enter", {"offers": 0, "depot": [{"id": 3031, "count": 7}]}, shop.state)
    (unread,) = protocol.decode("server", market, WireState(learner.table))
    assert unread.name == UNPARSED and "item 3031 is not in the item table" in unread.fields["reason"]


def test_behind_what_was_not_read_the_floor_is_not_taken_for_known() -> None:
    learner, lesson = ItemLearner(1098), ItemLearner(1098).lesson()
    row = b"\x65" + b"\x60\x09\xff" + b"\x8e\xff"
    lesson.state.floor = 7
    learner.take(lesson, b"\x1d")
    assert lesson.state.floor == 7
    learner.take(lesson, b"\xfe")
    assert lesson.state.floor == -1
    # Neither is an item of a row learnt then, nor one in front of it, nor is that a contradiction.
    for frame in (row, set_item(2400) + row, set_item(2401, b"\x03") + row):
        learner.take(lesson, frame)
    assert learner.state()["items"] == {} and learner.counts["dropped"] == 0
    # A whole map says which floor it is, also when it can't be read to its end.
    whole = b"\x64" + bytes((100, 0, 100, 0, 7)) + b"\xff\xff" * 7 + b"\xdf\xff"
    for behind, floor in ((b"", 7), (b"\xfe", 7), (b"\xbf\xfe", 8)):
        lesson.state.floor = -1
        learner.take(lesson, whole + behind)
        assert lesson.state.floor == floor
    # A step of which the frame does not say where it began does not.
    learner.take(lesson, b"\xbf\xfe")
    assert lesson.state.floor == -1


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="no captures here; TIBICEN_CAPTURES names their folder")
@pytest.mark.parametrize(
    ("version", "before", "after"), [(860, 89, 95), (1098, 719, 830), (1100, 389, 560), (1310, 1480, 1650)]
)
def test_real_servers(version: int, before: int, after: int) -> None:
    """What recordings teach agrees with the servers' own files, and makes more of them readable."""
    truth = read_items(CAPTURES / f"items-{version}.json")
    protocol, learner = load_protocol(version), ItemLearner(version)
    frames = []
    for path in sorted(CAPTURES.glob("*.jsonl*")):
        if path.name.startswith("status") or Capture(path).version != version:
            continue
        lesson = learner.lesson()
        for each in inspect(Capture(path), ItemTable()):
            if each.opened is not None and each.way == "server":
                frames.append((path, each.record.connection, each.opened.messages))
                learner.take(lesson, each.opened.messages)
    assert learner.counts["dropped"] == 0
    for item, flags in learner.known.items():
        assert flags == body_of(version, truth.flags(item)), item

    def read(items: ItemTable) -> int:
        states: dict[Any, WireState] = {}
        count = 0
        for path, connection, messages in frames:
            state = states.setdefault((path, connection), WireState(items))
            count += sum(each.name != UNPARSED for each in protocol.decode("server", messages, state))
        return count

    assert read(ItemTable()) == before and read(learner.table) >= after
