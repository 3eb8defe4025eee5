from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.protocol.wire_ends import DRAWN, KEY, STAMP, game_login, is_adler, list_login

from tibicen.errors import WireError
from tibicen.native import Stack
from tibicen.protocol.handshake import (
    FirstFrame,
    prelude_length,
    read_credentials,
    read_first_frame,
    stack_of,
    without_secrets,
    write_first_frame,
)
from tibicen.protocol.rsa import open_tibia_key

RSA = open_tibia_key()
GAMES = [(860, Stack.ADLER), (1098, Stack.ADLER), (1100, Stack.ADLER), (1310, Stack.ADLER), (1525, Stack.BLOCKS)]


@pytest.mark.parametrize(("version", "framing"), GAMES)
def test_a_game_login_is_read_and_written_back(version: int, framing: Stack) -> None:
    made = game_login(version, 10)
    frame = write_first_frame(made, framing, RSA)
    assert is_adler(frame)
    first = read_first_frame(frame, framing, RSA)
    assert (first.opcode, first.system, first.version, first.key) == (0x0A, 10, version, KEY)
    assert (first.rsa_offset, first.plain, first.number) == (made.rsa_offset, made.plain, None)
    assert write_first_frame(first, framing, RSA) == frame
    said = read_credentials(first)
    assert (said.character, said.challenge) == (b"Peer One", (STAMP, DRAWN))
    if version >= 1074:
        assert (said.session_key, said.account, said.password) == (b"acc\npass", b"", b"")
    else:
        assert (said.session_key, said.account, said.password) == (b"", b"acc", b"pass")


@pytest.mark.parametrize("version", [860, 1098, 1100])
def test_a_list_login_is_read_and_written_back(version: int) -> None:
    frame = write_first_frame(list_login(version), Stack.ADLER, RSA)
    first = read_first_frame(frame, Stack.ADLER, RSA)
    assert write_first_frame(first, Stack.ADLER, RSA) == frame
    assert (read_credentials(first).account, read_credentials(first).password) == (b"acc", b"pass")
    assert bool(first.second_rsa_offset) == (version >= 1072)


def test_a_login_that_is_numbered_0_stays_so() -> None:
    frame = bytearray(write_first_frame(game_login(1310, 10), Stack.ADLER, RSA))
    frame[2:6] = bytes(4)
    first = read_first_frame(bytes(frame), Stack.ADLER, RSA)
    assert first.number == 0
    assert write_first_frame(first, Stack.ADLER, RSA) == bytes(frame)
    other = write_first_frame(first.with_key(bytes(16)), Stack.ADLER, RSA)
    assert other[2:6] == bytes(4) and other != bytes(frame)


@pytest.mark.parametrize(("version", "framing"), GAMES)
def test_nothing_secret_is_left(version: int, framing: Stack) -> None:
    first = game_login(version, 10)
    clean = without_secrets(first)
    for secret in (b"acc", b"pass"):
        assert secret in first.plain and secret not in clean.plain
    assert b"Peer One" in clean.plain and clean.key == first.key and len(clean.plain) == 128
    again = read_first_frame(write_first_frame(clean, framing, RSA), framing, RSA)
    assert read_credentials(again).challenge == (STAMP, DRAWN)
    listed = without_secrets(list_login(1100))
    assert b"acc" not in listed.plain and b"pass" not in listed.plain and b"123456" not in listed.second_plain


def test_a_preludes_end_is_found() -> None:
    assert prelude_length(b"") == prelude_length(b"F") == prelude_length(b"Forgotten") == -1
    assert prelude_length(b"Forgotten\n\x92\0") == 10
    assert prelude_length(b"\x92\0more") == 0
    with pytest.raises(WireError, match="no world's name"):
        prelude_length(b"x" * 64)


@pytest.mark.parametrize(
    ("version", "system", "framing", "stack"),
    [
        (860, 10, Stack.ADLER, Stack.ADLER),
        (1098, 10, Stack.ADLER, Stack.ADLER),
        (1100, 10, Stack.ADLER, Stack.ADLER),
        (1310, 10, Stack.ADLER, Stack.SEQUENCE),
        (1310, 5, Stack.ADLER, Stack.SEQUENCE),
        (1310, 2, Stack.ADLER, Stack.ADLER),
        (1310, 20, Stack.ADLER, Stack.ADLER),
        (1525, 10, Stack.BLOCKS, Stack.BLOCKS),
    ],
)
def test_the_stack_is_what_servers_choose(version: int, system: int, framing: Stack, stack: Stack) -> None:
    assert stack_of(game_login(version, system), framing) is stack


def test_bad_first_frames_are_refused() -> None:
    good = game_login(1098, 10)
    cases: list[tuple[bytes, Stack]] = [
        (b"", Stack.ADLER),
        (bytes(20), Stack.ADLER),
        (write_first_frame(replace(good, body=b"\x0b" + good.body[1:]), Stack.ADLER, RSA), Stack.ADLER),
        (write_first_frame(good, Stack.ADLER, RSA)[:-1], Stack.ADLER),
        (write_first_frame(good, Stack.BLOCKS, RSA)[:6] + b"\xff" + bytes(159), Stack.BLOCKS),
    ]
    for frame, framing in cases:
        with pytest.raises(WireError):
            read_first_frame(frame, framing, RSA)
    endless = FirstFrame(0x0A, 10, 1098, good.body, good.rsa_offset, good.plain[:18] + b"\xff\xff" + bytes(108))
    with pytest.raises(WireError):
        read_credentials(endless)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=400), st.sampled_from([Stack.ADLER, Stack.BLOCKS]))
def test_noise_raises_nothing_else(noise: bytes, framing: Stack) -> None:
    for opcode in (b"\x0a", b"\x01"):
        try:
            read_first_frame(noise[:6] + opcode + noise[6:], framing, RSA)
        except WireError:
            pass
