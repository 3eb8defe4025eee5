"""What the fuzzers began with and found, once over the same entry points through the core as it is built for Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.fuzz.build import CORE, TARGETS, names, programs
from tests.fuzz.inputs import CORPUS, HEAD, KEY, opened, seeds
from tests.protocol.plain_codec import outcome

from tibicen.errors import WireError
from tibicen.native import MessageReader, adler32
from tibicen.native._core import ffi, lib
from tibicen.native.framing import Flags, Sealer, Stack, open_frame, peek_frame, walk_frames
from tibicen.protocol.versions import UNPARSED


def walk(data: bytes) -> None:
    stack, limit, data = Stack(data[0] % 4), data[1] * 300 or 65542, data[2:]
    at, frames = 0, 0
    try:
        while at < len(data) and 0 < (whole := peek_frame(stack, data[at:], limit)) <= len(data) - at:
            at, frames = at + whole, frames + 1
    except WireError:
        with pytest.raises(WireError):
            walk_frames(stack, data, limit)
        return
    assert walk_frames(stack, data, limit)[::2] == (at, frames)


def open_(data: bytes) -> None:
    stack, flags, key = Stack(data[0] & 3), Flags(data[0] >> 3 & 7), KEY if data[0] & 4 else None
    buffer = bytearray(data[1:])
    frame = outcome(lambda: open_frame(stack, buffer, key, flags))
    if frame is None:
        return
    messages = bytes(buffer[frame.offset : frame.offset + frame.length])
    assert len(messages) == frame.length
    sealed = outcome(lambda: Sealer(stack, key).seal(messages, flags=flags))
    if sealed is not None and messages:
        buffer = bytearray(sealed)
        again = open_frame(stack, buffer, key, flags)
        assert buffer[again.offset : again.offset + len(messages)] == messages


def message(data: bytes) -> None:
    reads = data[1 : 1 + data[0]]
    reader = MessageReader(data[1 + len(reads) :])
    for each in reads:
        before = reader.remaining
        try:
            getattr(reader, ("u8", "u16", "u32", "u64", "double", "string", "position")[each % 7])()
        except WireError:
            assert reader.remaining == before
        assert 0 <= reader.remaining <= before


def cipher(data: bytes) -> None:
    data = data[1:]
    assert adler32(data) == zlib.adler32(data)
    buffer = bytearray(data)
    if len(data) % 8:
        with pytest.raises(WireError):
            KEY.encrypt(buffer)
        return
    KEY.encrypt(buffer)
    KEY.decrypt(buffer)
    assert buffer == data


def layout(data: bytes) -> None:
    protocol, direction, state = opened(data[:HEAD])
    quiet, frame, features = opened(data[:HEAD])[2], data[HEAD:], state.features
    found = protocol.decode(direction, frame, state)
    ends = protocol.split(direction, frame, quiet)
    assert [each[:2] + each[3:] for each in ends] == [each[:2] + each[3:] for each in found]
    assert (state.floor, state.features) == (quiet.floor, quiet.features)
    rows = msgspec.msgpack.decode(protocol.decode_packed(direction, frame, opened(data[:HEAD])[2], data[3] & 3)[1])
    assert [row[:2] + row[3:] for row in rows] == [[*each[:2], *each[3:]] for each in found]
    if features == state.features:
        for each in found:
            kind = UNPARSED if each.name == UNPARSED else each.opcode
            assert protocol.encode(direction, kind, each.fields, state) == frame[each.start : each.end]


def fields(data: bytes) -> None:
    protocol, direction, state = opened(data[:HEAD])
    written = outcome(lambda: protocol.encode_packed(direction, data[3], data[HEAD:], state))
    assert written is None or written[0] == data[3]
    if written is not None:
        protocol.decode(direction, written, state)


def pattern(data: bytes) -> None:
    text, rest = data[2 : 2 + data[0]], data[2 + data[0] :]
    how, start = data[1] % 5, data[1] // 5
    match = ffi.new("tib_match *", {"limit": 100_000})
    if start <= len(rest) and lib.tib_pattern_search(match, rest, len(rest), text, len(text), start, how) == 1:
        assert start <= match.start <= match.stop <= len(rest)


ENTRIES: dict[str, tuple[Callable[[bytes], None], int]] = {
    "cipher": (cipher, 1),
    "fields": (fields, HEAD),
    "layout": (layout, HEAD),
    "message": (message, 1),
    "open": (open_, 1),
    "pattern": (pattern, 2),
    "walk": (walk, 2),
}
"""By target: the same here, and how many bytes in front say what is asked. Shorter inputs are none."""


def test_every_target_is_replayed() -> None:
    assert sorted(ENTRIES) == names()


@pytest.mark.parametrize("name", ENTRIES)
def test_the_corpus_holds(name: str) -> None:
    entry, least = ENTRIES[name]
    kept = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]
    assert kept
    for data in kept:
        if len(data) >= least:
            entry(data)


def test_the_inputs_are_such_as_the_targets_take() -> None:
    """The first bytes mean the same on both sides: most messages that were made for an input are read whole."""
    made = [data for name, data in seeds() if name == "layout"]
    whole = 0
    for data in made:
        protocol, direction, state = opened(data[:HEAD])
        whole += protocol.decode(direction, data[HEAD:], state)[-1].name != UNPARSED
    assert whole == len(made)


def test_a_target_is_valid_c(tmp_path: Path) -> None:
    if not shutil.which("clang"):
        pytest.skip("the fuzzers are built by clang, which isn't here (`make fuzz` installs it)")
    made = tmp_path / "programs.c"
    made.write_text("\n".join(programs()) + "\n", encoding="utf-8")
    sources = [*map(str, sorted(TARGETS.glob("*.c"))), str(made)]
    command = ["clang", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{CORE}", f"-I{TARGETS}"]
    # A sanitizer that this process was started with is not the compiler's.
    done = subprocess.run([*command, *sources], capture_output=True, text=True, env={**os.environ, "LD_PRELOAD": ""})
    assert done.returncode == 0, done.stderr
