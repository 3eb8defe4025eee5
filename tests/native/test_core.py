"""The core against independent references, at every level of vector instructions, and under fuzz."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tibicen import native
from tibicen.errors import WireError
from tibicen.native import MessageReader, MessageWriter, Xtea, adler32
from tibicen.native._core import ffi, lib
from tibicen.native.framing import Flags, Sealer, Stack, open_frame, peek_frame

LEVELS = range(lib.tib_cpu_best() + 1)


@pytest.fixture(params=LEVELS, ids=lambda level: ("portable", "avx2", "avx512")[level])
def level(request: pytest.FixtureRequest) -> Iterator[int]:
    assert lib.tib_cpu_set_level(request.param) == request.param
    yield request.param
    lib.tib_cpu_set_level(lib.tib_cpu_best())


def reference_xtea(key: bytes, data: bytes, *, decrypt: bool = False) -> bytes:
    """XTEA as in its paper, block by block."""
    words = struct.unpack("<4I", key)
    out = bytearray()
    for v0, v1 in struct.iter_unpack("<2I", data):
        total = 0x9E3779B9 * 32 & 0xFFFFFFFF if decrypt else 0
        for _ in range(32):
            if decrypt:
                v1 = v1 - (((v0 << 4 ^ v0 >> 5) + v0) ^ (total + words[total >> 11 & 3])) & 0xFFFFFFFF
                total = total - 0x9E3779B9 & 0xFFFFFFFF
                v0 = v0 - (((v1 << 4 ^ v1 >> 5) + v1) ^ (total + words[total & 3])) & 0xFFFFFFFF
            else:
                v0 = v0 + (((v1 << 4 ^ v1 >> 5) + v1) ^ (total + words[total & 3])) & 0xFFFFFFFF
                total = total + 0x9E3779B9 & 0xFFFFFFFF
                v1 = v1 + (((v0 << 4 ^ v0 >> 5) + v0) ^ (total + words[total >> 11 & 3])) & 0xFFFFFFFF
        out += struct.pack("<2I", v0, v1)
    return bytes(out)


def pattern(length: int) -> bytes:
    return bytes((index * 167 + 13) & 255 for index in range(length))


def test_xtea_at_every_length_and_level(level: int) -> None:
    key = pattern(16)
    xtea = Xtea(key)
    longest = 100
    expected = reference_xtea(key, pattern(longest * 8))
    for blocks in range(longest + 1):
        for offset in (0, 1, 3):
            buffer = bytearray(offset) + pattern(blocks * 8) + b"guard"
            view = memoryview(buffer)[offset : offset + blocks * 8]
            xtea.encrypt(view)
            assert view == expected[: blocks * 8]
            xtea.decrypt(view)
            assert view == pattern(blocks * 8)
            assert buffer.endswith(b"guard")


@given(st.binary(min_size=16, max_size=16), st.integers(0, 20))
@settings(max_examples=30)
def test_xtea_decrypts_what_the_reference_encrypted(key: bytes, blocks: int) -> None:
    data = pattern(blocks * 8)
    buffer = bytearray(reference_xtea(key, data))
    Xtea(key).decrypt(buffer)
    assert buffer == data
    assert reference_xtea(key, reference_xtea(key, data), decrypt=True) == data


def test_adler32_at_every_length_and_level(level: int) -> None:
    for length in [*range(300), 5551, 5552, 5553, 11104, 70_000]:
        for data in (pattern(length), b"\xff" * length):
            assert adler32(data) == zlib.adler32(data)
    assert adler32(b"b" * 1000, adler32(b"a" * 1000)) == zlib.adler32(b"a" * 1000 + b"b" * 1000)


@given(st.binary(max_size=200))
def test_utf8_is_judged_as_python_does(data: bytes) -> None:
    try:
        data.decode("utf-8")
        valid = True
    except UnicodeDecodeError:
        valid = False
    assert lib.tib_utf8_valid(data, len(data)) is valid


@pytest.mark.parametrize("data", [b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"12345678\xff"])
def test_utf8_traps(data: bytes) -> None:
    assert not lib.tib_utf8_valid(data, len(data))


FIELDS = {
    "u8": st.integers(0, 2**8 - 1),
    "u16": st.integers(0, 2**16 - 1),
    "u32": st.integers(0, 2**32 - 1),
    "u64": st.integers(0, 2**64 - 1),
    "string": st.binary(max_size=300),
}


@given(st.lists(st.sampled_from(sorted(FIELDS)).flatmap(lambda kind: st.tuples(st.just(kind), FIELDS[kind]))))
def test_messages_round_trip(fields: list[tuple[str, int | bytes]]) -> None:
    writer = MessageWriter(1 << 16)
    for kind, value in fields:
        getattr(writer, kind)(value)
    reader = MessageReader(writer.getvalue())
    for kind, value in fields:
        assert getattr(reader, kind)() == value
    assert reader.remaining == 0


@given(st.binary(max_size=64), st.lists(st.sampled_from([*sorted(FIELDS), "double", "position"]), max_size=30))
def test_reading_anything_never_goes_past_the_end(data: bytes, kinds: list[str]) -> None:
    reader = MessageReader(data)
    failed = False
    for kind in kinds:
        before = reader.remaining
        try:
            getattr(reader, kind)()
            assert not failed, "an error is sticky"
        except WireError:
            failed = True
            assert reader.remaining == before, "a failed read doesn't move"


def test_a_writer_never_goes_past_its_capacity() -> None:
    writer = MessageWriter(3)
    writer.u16(1)
    with pytest.raises(WireError, match="full"):
        writer.u16(2)
    with pytest.raises(WireError):
        writer.u8(1)
    assert writer.getvalue() == b"\x01\x00"


def test_what_does_not_fit_a_field_is_refused() -> None:
    writer = MessageWriter(100_000)
    for call, value in [(writer.u8, 256), (writer.u16, -1), (writer.u32, 2**32), (writer.u64, 2**64)]:
        with pytest.raises(WireError, match="does not fit"):
            call(value)
    with pytest.raises(WireError, match="longer"):
        MessageWriter(100_000).string(b"x" * 65536)
    for value in (float("nan"), float("inf"), 1e300):
        with pytest.raises(WireError, match="double"):
            MessageWriter(100).double(value)


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_doubles_round_trip_to_their_precision(value: float, precision: int) -> None:
    writer = MessageWriter(16)
    writer.double(value, precision)
    assert MessageReader(writer.getvalue()).double() == pytest.approx(value, abs=0.5 / 10**precision + 1e-9)


STACKS = st.sampled_from(list(Stack))


@given(STACKS, st.binary(max_size=2000), st.booleans(), st.integers(0, 0x7FFFFFFF), st.booleans())
def test_frames_round_trip(stack: Stack, messages: bytes, encrypted: bool, before: int, compressed: bool) -> None:
    xtea = Xtea(pattern(16)) if encrypted else None
    sealer = Sealer(stack, xtea)
    sealer.sequence = before
    frame = sealer.seal(messages, compressed=compressed)
    assert peek_frame(stack, frame) == len(frame)
    assert peek_frame(stack, frame[:1]) == 0
    buffer = bytearray(frame)
    opened = open_frame(stack, buffer, xtea)
    assert buffer[opened.offset : opened.offset + opened.length] == messages
    if stack in (Stack.SEQUENCE, Stack.BLOCKS):
        assert opened.sequence == (0 if before == 0x7FFFFFFF else before + 1)
        assert opened.compressed is compressed


@given(STACKS, st.binary(max_size=80), st.booleans(), st.sampled_from(range(8)))
@settings(max_examples=300)
def test_any_bytes_are_opened_or_refused(stack: Stack, data: bytes, encrypted: bool, flags: int) -> None:
    buffer = bytearray(data)
    try:
        opened = open_frame(stack, buffer, Xtea(pattern(16)) if encrypted else None, Flags(flags))
    except WireError:
        return
    assert 0 <= opened.offset <= opened.offset + opened.length <= len(data)


@given(st.integers(0, 0xFFFF))
def test_block_counts_do_not_wrap(blocks: int) -> None:
    header = struct.pack("<H", blocks) + bytes(4)
    if blocks == 0:
        with pytest.raises(WireError, match="empty"):
            peek_frame(Stack.BLOCKS, header)
    elif blocks * 8 + 6 > 65542:
        with pytest.raises(WireError, match="longer"):
            peek_frame(Stack.BLOCKS, header)
    else:
        assert peek_frame(Stack.BLOCKS, header) == blocks * 8 + 6


def test_too_long_messages_are_refused() -> None:
    for stack in (Stack.ADLER, Stack.SEQUENCE, Stack.BARE):
        with pytest.raises(WireError, match="longer"):
            Sealer(stack).seal(bytes(65536))


def test_login_frames_are_raw_and_carry_adler() -> None:
    login = b"\x0a" + pattern(40)
    frame = Sealer(Stack.SEQUENCE).seal(login, flags=Flags.RAW_BODY | Flags.ADLER)
    assert frame == struct.pack("<HI", len(login) + 4, zlib.adler32(login)) + login
    opened = open_frame(Stack.SEQUENCE, bytearray(frame), flags=Flags.RAW_BODY | Flags.ADLER)
    assert (opened.offset, opened.length) == (6, len(login))
    broken = bytearray(frame)
    broken[2] ^= 1
    with pytest.raises(WireError, match="checksum"):
        open_frame(Stack.SEQUENCE, bytearray(broken), flags=Flags.RAW_BODY | Flags.ADLER)
    open_frame(Stack.SEQUENCE, broken, flags=Flags.RAW_BODY | Flags.ADLER | Flags.IGNORE_CHECKSUM)


def test_the_clock_is_pythons_own() -> None:
    before = time.perf_counter_ns()
    now = lib.tib_clock_ns()
    assert before <= now <= time.perf_counter_ns()


def test_a_deadline_trips_once_and_stays() -> None:
    cell = ffi.new("tib_deadline *")
    assert not lib.tib_deadline_passed(cell)
    lib.tib_deadline_extend(cell, 1)
    assert not lib.tib_deadline_passed(cell), "extending what is not armed does nothing"
    lib.tib_deadline_arm(cell, 60 * 10**9)
    assert not lib.tib_deadline_passed(cell)
    lib.tib_deadline_arm(cell, 0)
    assert lib.tib_deadline_passed(cell)
    lib.tib_deadline_extend(cell, 60 * 10**9)
    assert lib.tib_deadline_passed(cell), "what has tripped stays tripped"
    lib.tib_deadline_disarm(cell)
    assert not lib.tib_deadline_passed(cell)


def test_the_header_has_no_preprocessor_lines() -> None:
    assert not [line for line in native.header().splitlines() if line.lstrip().startswith("#")]


@pytest.mark.skipif(not hasattr(time, "CLOCK_THREAD_CPUTIME_ID"), reason="this system does not tell what a thread ran")
def test_time_that_others_had_the_processor_is_given_back() -> None:
    cell = ffi.new("tib_deadline[2]")
    lib.tib_deadline_arm(cell, 20_000_000)
    assert not lib.tib_deadline_passed(cell)
    # A thread that sleeps does not run, as one does not that waits for a processor.
    time.sleep(0.1)
    assert not lib.tib_deadline_passed(cell)
    end = time.thread_time() + 0.03
    while time.thread_time() < end:
        pass
    assert lib.tib_deadline_passed(cell)
    assert lib.tib_deadline_passed(cell)
    lib.tib_deadline_disarm(cell)
    assert not lib.tib_deadline_passed(cell)
