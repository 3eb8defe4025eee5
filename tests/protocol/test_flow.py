"""One direction of a session, whatever the cuts of the stream and whatever plugins do."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tibicen.errors import WireError
from tibicen.native import Sealer, Stack, Xtea, open_frame, walk_frames
from tibicen.protocol.flow import Changed, Flow

KEY = bytes(range(16))
STACKS = [Stack.ADLER, Stack.SEQUENCE, Stack.BLOCKS]

# What is made of a frame: nothing, another text, dropped, or one more behind it.
DEEDS = {b"k": None, b"c": Changed(b"changed"), b"d": Changed(b""), b"i": Changed(b"i", (b"behind",))}


def flow_of(stack: Stack, *, other: bytes = KEY) -> Flow:
    flow = Flow(stack, 65_541, Counter())
    flow.key(stack, KEY, other)
    return flow


def opened(stack: Stack, data: bytes, key: bytes = KEY) -> list[tuple[int, bytes]]:
    found = []
    while data:
        walk = walk_frames(stack, data)
        assert walk.frames, "bytes are left over"
        size = 2 + (data[0] | data[1] << 8) if stack is not Stack.BLOCKS else 6 + 8 * (data[0] | data[1] << 8)
        frame = bytearray(data[:size])
        each = open_frame(stack, frame, Xtea(key))
        found.append((each.sequence, bytes(frame[each.offset : each.offset + each.length])))
        data = data[size:]
    return found


@settings(deadline=None)
@given(
    stack=st.sampled_from(STACKS),
    deeds=st.lists(st.sampled_from(sorted(DEEDS)), max_size=12),
    cuts=st.lists(st.integers(1, 40), max_size=30),
    looking=st.lists(st.booleans(), min_size=1, max_size=5),
    first=st.sampled_from([1, 5, 0x7FFFFFFD]),
)
def test_numbers_have_no_gap_whatever_is_done(
    stack: Stack, deeds: list[bytes], cuts: list[int], looking: list[bool], first: int
) -> None:
    flow, sealer = flow_of(stack), Sealer(stack, Xtea(KEY))
    sealer.sequence = first - 1
    stream = b"".join(sealer.seal(deed) for deed in deeds)
    out, at, turn, done = b"", 0, 0, 0
    looked: list[bytes] = []

    def look(messages: bytes) -> Changed | None:
        looked.append(messages)
        return DEEDS[messages]

    while at < len(stream):
        flow.look = look if looking[turn % len(looking)] else None
        step = cuts[turn % len(cuts)] if cuts else len(stream)
        before = len(out)
        out += flow.take(stream[at : at + step])
        done += len(out) - before
        at, turn = at + step, turn + 1
    got = opened(stack, out)
    assert flow.frames == len(deeds)
    if all(looking):
        expected = [
            each
            for deed in deeds
            for each in ([deed] if DEEDS[deed] is None else [DEEDS[deed].messages, *DEEDS[deed].behind])  # type: ignore[union-attr]
            if each
        ]
        assert [messages for _, messages in got] == expected and looked == deeds
    if stack is not Stack.ADLER:
        numbers = [number for number, _ in got]
        assert all((now - then) & 0x7FFFFFFF == 1 for then, now in pairwise(numbers))
        if numbers and got[0][1] == deeds[0]:
            assert numbers[0] == first


@settings(deadline=None)
@given(
    stack=st.sampled_from(STACKS),
    sizes=st.lists(st.integers(0, 200), max_size=10),
    cuts=st.lists(st.integers(1, 300), min_size=1, max_size=30),
    rekeyed=st.booleans(),
)
def test_every_byte_leaves_as_it_came_or_with_the_other_key(
    stack: Stack, sizes: list[int], cuts: list[int], rekeyed: bool
) -> None:
    other = bytes(16) if rekeyed else KEY
    flow, sealer = flow_of(stack, other=other), Sealer(stack, Xtea(KEY))
    stream = b"".join(sealer.seal(b"m" * size) for size in sizes)
    out, at, turn = b"", 0, 0
    while at < len(stream):
        step = cuts[turn % len(cuts)]
        out += flow.take(stream[at : at + step])
        at, turn = at + step, turn + 1
    if rekeyed:
        sealer = Sealer(stack, Xtea(other))
        stream = b"".join(sealer.seal(b"m" * size) for size in sizes)
    assert out == stream and flow.frames == len(sizes)


@settings(deadline=None)
@given(st.sampled_from(STACKS), st.binary(max_size=300), st.booleans())
def test_noise_passes_or_is_refused(stack: Stack, noise: bytes, looking: bool) -> None:
    flow = flow_of(stack)
    flow.look = (lambda messages: None) if looking else None
    try:
        out = flow.take(noise)
    except WireError:
        return
    assert noise.startswith(out)


def test_frames_over_the_limit_are_refused() -> None:
    for looking in (False, True):
        flow = Flow(Stack.ADLER, 100, Counter())
        flow.key(Stack.ADLER, KEY)
        sealer = Sealer(Stack.ADLER, Xtea(KEY))
        good, bad = sealer.seal(b"x"), sealer.seal(bytes(100))
        flow.look = (lambda messages: None) if looking else None
        assert flow.take(good) == good
        with pytest.raises(WireError):
            flow.take(bad[:2])
            flow.take(bad[2:])
