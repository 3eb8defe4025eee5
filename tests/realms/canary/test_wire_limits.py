"""What the server role does with bad input: a clear line in the log, and the connection is closed."""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.realms.canary.wire_client import WireClient
from tests.realms.canary.wire_worlds import wire_world

from tibicen.native import Xtea, adler32
from tibicen.realms.canary.wire.listener import WireThread
from tibicen.realms.canary.wire.options import WireLimits

LIMITS = WireLimits(login_seconds=0.5, silence_seconds=1.0)


@pytest.fixture
def world(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[WireThread]:
    caplog.set_level(logging.INFO, "tibicen.wire")
    with wire_world(tmp_path, limits=LIMITS) as thread:
        yield thread


def entered(world: WireThread) -> WireClient:
    client = WireClient(world.game_port)
    client.log_in("ann\nsecret", "Ann")
    client.read_until(b"\xa7")
    return client


def body_frame(body: bytes) -> bytes:
    return struct.pack("<HI", len(body) + 4, adler32(body)) + body


def encrypted(client: WireClient, plain: bytes) -> bytes:
    """A frame around a block of plain bytes, whatever its inner length says."""
    data = bytearray(plain)
    Xtea(client.key).encrypt(data)
    return body_frame(bytes(data))


BEFORE: dict[str, tuple[Callable[[WireClient], bytes], str]] = {
    "length 0": (lambda client: b"\0\0", "frame"),
    "length 65535": (lambda client: b"\xff\xff" + bytes(10), "world's name"),
    "garbage": (lambda client: b"\x90\0" + bytes(range(144)), "first frame|RSA"),
    "too short for a block": (lambda client: body_frame(b"\x0a" + bytes(20)), "RSA block"),
    "a block of another key": (lambda client: body_frame(b"\x0a" + bytes(15) + b"\x01" * 128), "RSA"),
    "a name without an end": (lambda client: b"x" * 100, "world's name"),
}


@pytest.mark.parametrize("case", BEFORE)
def test_before_the_login(world: WireThread, caplog: pytest.LogCaptureFixture, case: str) -> None:
    make, reason = BEFORE[case]
    with WireClient(world.game_port) as client:
        client.read_challenge()
        client.socket.sendall(make(client))
        assert client.closed_within(0.4)
    assert_logged(caplog, reason)


INSIDE: dict[str, tuple[Callable[[WireClient], bytes], str]] = {
    "wrong checksum": (lambda client: b"\x0c\0\1\2\3\4" + bytes(8), "checksum"),
    "length no multiple of 8": (lambda client: body_frame(bytes(12)), "8|block"),
    "length 0": (lambda client: b"\0\0", "frame"),
    "length over the limit": (lambda client: struct.pack("<H", 4097) + bytes(10), "frame"),
    "inner length too big": (lambda client: encrypted(client, b"\xff\xff\x1d" + bytes(5)), "length|frame"),
    "no message": (lambda client: encrypted(client, bytes(8)), "without a message"),
    "a way of another length": (lambda client: client.sealer.seal(b"\x64\x05\1\1"), "0x64"),
    "a text past the end": (lambda client: client.sealer.seal(b"\x32\1\xff\xff"), "0x32"),
    "a message cut off": (lambda client: client.sealer.seal(b"\x78\1\2"), "0x78"),
}


@pytest.mark.parametrize("case", INSIDE)
def test_in_the_game(world: WireThread, caplog: pytest.LogCaptureFixture, case: str) -> None:
    make, reason = INSIDE[case]
    with entered(world) as client:
        client.socket.sendall(make(client))
        assert client.closed_within(0.8)
    assert_logged(caplog, reason)
    assert world.call(lambda server: server.control("wire_count")) == 0


def test_too_many_frames(world: WireThread, caplog: pytest.LogCaptureFixture) -> None:
    with entered(world) as client:
        client.socket.sendall(client.sealer.seal(b"\x1d") * 60)
        assert client.closed_within(0.8)
    assert_logged(caplog, "25 frames a second")


def test_a_wrong_answer_to_the_challenge(world: WireThread, caplog: pytest.LogCaptureFixture) -> None:
    with WireClient(world.game_port) as client:
        client.read_challenge()
        client.send_login("ann\nsecret", "Ann", challenge=(client.challenge[0] + 1, client.challenge[1]))
        assert client.closed_within(0.4)
    assert_logged(caplog, "challenge")


def test_another_version(world: WireThread) -> None:
    with WireClient(world.game_port, version=1076) as client:
        client.log_in("ann\nsecret", "Ann")
        assert client.read_frame()[0] == 0x14
        assert client.closed_within(0.4)


def test_silence(world: WireThread, caplog: pytest.LogCaptureFixture) -> None:
    with WireClient(world.game_port) as client:
        client.read_challenge()
        assert client.closed_within(1.5)
    assert_logged(caplog, "did not log in")
    with entered(world) as client:
        started = time.monotonic()
        assert client.closed_within(3)
        assert time.monotonic() - started > 0.8
    assert_logged(caplog, "nothing came")


def test_an_unknown_opcode_is_no_reason(world: WireThread) -> None:
    with entered(world) as client:
        client.send(b"\xf2\x01\x02")
        client.send(b"\x1d")
        client.read_until(b"\x1e", 2)


def test_the_password_is_not_logged(world: WireThread, caplog: pytest.LogCaptureFixture) -> None:
    with WireClient(world.login_port) as client:
        client.list_characters("ann", "a-wrong-secret")
    with WireClient(world.game_port) as client:
        client.log_in("ann\nanother-wrong-secret", "Ann")
        client.closed_within(0.4)
    assert caplog.records
    assert "wrong-secret" not in caplog.text


def test_a_client_that_does_not_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tibicen.wire")
    with wire_world(tmp_path, limits=WireLimits(unsent=200_000)) as world, entered(world):
        code = b"for _ = 1, 3000 do Player('Ann'):popupFYI(string.rep('x', 3000)) end"
        world.call(lambda server: server.run(code))
        end = time.monotonic() + 5
        while "does not read" not in caplog.text and time.monotonic() < end:
            time.sleep(0.05)
    assert_logged(caplog, "does not read")


def assert_logged(caplog: pytest.LogCaptureFixture, reason: str) -> None:
    """Whether the log tells why a connection was closed, in one of some words."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        if any(word in record.getMessage() for record in caplog.records for word in reason.split("|")):
            return
        time.sleep(0.02)
    raise AssertionError(f"no line with {reason!r}: {caplog.messages}")
