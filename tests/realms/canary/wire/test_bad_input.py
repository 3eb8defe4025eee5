"""What the ports do with bad input, a row a case: whether the connection is closed, and the line in the log. The cases
are those of the recorded tests of real servers; docs/threat-model.md has the table of reactions."""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from tests.realms.canary.wire_client import WireClient
from tests.realms.canary.wire_worlds import wire_world

from tibicen.native import Xtea, adler32
from tibicen.protocol.rsa import open_tibia_key
from tibicen.realms.canary.wire.listener import WireThread
from tibicen.realms.canary.wire.options import WireLimits

LIMITS = WireLimits(login_seconds=0.4, silence_seconds=1.6)
Bytes = Callable[[WireClient], bytes]
Reaction = Literal["closed", "told and closed", "goes on"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WireThread]:
    with pytest.MonkeyPatch.context() as patch:
        # What is told once a second has to be told before a client counts as silent.
        patch.setattr("tibicen.realms.canary.wire.world.PING_SECONDS", 0.1)
        with wire_world(tmp_path_factory.mktemp("wire"), limits=LIMITS) as thread:
            yield thread


@pytest.fixture(autouse=True)
def seen(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "tibicen.wire")
    return caplog


def framed(body: bytes, checksum: int | None = None) -> bytes:
    return struct.pack("<HI", len(body) + 4, adler32(body) if checksum is None else checksum) + body


def block(client: WireClient, plain: bytes) -> bytes:
    """A frame around encrypted bytes, whatever its inner length says."""
    data = bytearray(plain)
    Xtea(client.key).encrypt(data)
    return framed(bytes(data))


def login(
    client: WireClient,
    *,
    version: int = 1098,
    key: str = "ann\nsecret",
    name: str = "Ann",
    first: int = 0,
    checksum: int | None = None,
    challenge: int = 0,
) -> bytes:
    """A game login with something wrong."""
    moment, number = client.challenge
    secret = bytes((first,)) + client.key + b"\0"
    for each in (key, name):
        secret += struct.pack("<H", len(each)) + each.encode("latin-1")
    secret += struct.pack("<IB", moment + challenge, number)
    client.xtea = Xtea(client.key)
    head = struct.pack("<BHHIHB", 0x0A, 10, version, version, 0, 0)
    return framed(head + open_tibia_key().encrypt(secret + bytes(128 - len(secret))), checksum)


@dataclass(frozen=True)
class Case:
    """Bytes, what becomes of the connection, and words of the line in the log."""

    make: Bytes
    reaction: Reaction
    line: str


BEFORE: dict[str, Case] = {
    "wrong_adler_login_frame": Case(lambda c: login(c, checksum=0x12345678), "closed", "wrong checksum"),
    "wrong_rsa_first_byte": Case(lambda c: login(c, first=1), "closed", "RSA"),
    "wrong_challenge": Case(lambda c: login(c, challenge=1), "closed", "challenge"),
    "wrong_protocol_version_740": Case(lambda c: login(c, version=740), "closed", ""),
    "wrong_protocol_version_9999": Case(lambda c: login(c, version=9999), "closed", ""),
    "wrong_protocol_version_1076": Case(lambda c: login(c, version=1076), "told and closed", "version 1076"),
    "wrong_password": Case(lambda c: login(c, key="ann\nwrong"), "told and closed", "session key"),
    "unknown_account": Case(lambda c: login(c, key="nobody\nsecret"), "told and closed", "session key"),
    "session_token_of_nobody": Case(lambda c: login(c, key="AAAA"), "told and closed", "session key"),
    "unknown_character": Case(lambda c: login(c, name="Nobody"), "told and closed", "no character"),
    "character_of_other_account": Case(lambda c: login(c, name="Bob"), "told and closed", "no character"),
    "first_frame_length_0": Case(lambda c: b"\0\0", "closed", "frame"),
    "first_frame_length_ffff_only_header": Case(lambda c: b"\xff\xff", "closed", "65535 bytes"),
    "first_frame_of_257_bytes": Case(lambda c: b"\x01\x01" + bytes(10), "closed", "world's name"),
    "first_frame_3_byte_body": Case(lambda c: framed(b"\x0a\0\0"), "closed", "RSA block"),
    "first_frame_without_a_block": Case(lambda c: framed(b"\x0a" + bytes(20)), "closed", "RSA block"),
    "garbage_first_frame": Case(lambda c: b"\x90\0" + bytes(range(144)), "closed", ""),
    "world_name_without_an_end": Case(lambda c: b"x" * 100, "closed", "world's name"),
    "request_for_characters": Case(lambda c: b"\x95\0" + login_list(c)[2:151], "closed", ""),
}


def login_list(
    client: WireClient,
    *,
    version: int = 1098,
    account: str = "ann",
    password: str = "secret",
    first: int = 0,
    checksum: int | None = None,
) -> bytes:
    """A request for the list of characters with something wrong."""
    secret = bytes((first,)) + client.key
    for each in (account, password):
        secret += struct.pack("<H", len(each)) + each.encode("latin-1")
    client.xtea = Xtea(client.key)
    head = struct.pack("<BHHIIIIB", 1, 10, version, version, 0, 0, 0, 0)
    return framed(head + open_tibia_key().encrypt(secret + bytes(128 - len(secret))), checksum)


ON_LOGIN_PORT: dict[str, Case] = {
    "loginserver_wrong_password": Case(lambda c: login_list(c, password="no"), "told and closed", "wrong account"),
    "loginserver_unknown_account": Case(lambda c: login_list(c, account="no"), "told and closed", "wrong account"),
    "loginserver_empty_account": Case(lambda c: login_list(c, account=""), "told and closed", "wrong account"),
    "loginserver_empty_password": Case(lambda c: login_list(c, password=""), "told and closed", "wrong account"),
    "loginserver_wrong_version_740": Case(lambda c: login_list(c, version=740), "closed", ""),
    "loginserver_wrong_rsa_first_byte": Case(lambda c: login_list(c, first=1), "closed", "RSA"),
    "loginserver_wrong_adler": Case(lambda c: login_list(c, checksum=1), "closed", "wrong checksum"),
    "status_bad_word": Case(lambda c: b"\x06\0\xff\xffinfx", "closed", "RSA block"),
    "status_unknown_kind": Case(lambda c: b"\x03\0\xff\x07\0", "closed", ""),
    "status_length_0": Case(lambda c: b"\0\0", "closed", "frame"),
}

INSIDE: dict[str, Case] = {
    "ingame_wrong_checksum": Case(lambda c: b"\x0c\0\1\2\3\4" + bytes(8), "closed", "checksum"),
    "ingame_xtea_length_not_multiple_of_8": Case(lambda c: framed(bytes(12)), "closed", "8"),
    "ingame_length_0": Case(lambda c: b"\0\0", "closed", "frame"),
    "ingame_length_over_limit": Case(lambda c: b"\xff\xff" + bytes(10), "closed", "frame"),
    "ingame_4100_byte_frame": Case(lambda c: framed(bytes(4104)), "closed", "4096 are taken"),
    "ingame_inner_length_too_big": Case(lambda c: block(c, b"\xff\xff\x1d" + bytes(5)), "closed", ""),
    "ingame_no_message": Case(lambda c: block(c, bytes(8)), "closed", "without a message"),
    "ingame_way_of_another_length": Case(lambda c: c.sealer.seal(b"\x64\x05\1\1"), "closed", "0x64"),
    "ingame_way_too_long": Case(lambda c: c.sealer.seal(b"\x64\x81" + b"\1" * 129), "closed", "0x64"),
    "ingame_text_past_the_end": Case(lambda c: c.sealer.seal(b"\x32\1\xff\xff"), "closed", "0x32"),
    "ingame_talk_past_the_end": Case(lambda c: c.sealer.seal(b"\x96\1\x05\0hi"), "closed", "0x96"),
    "ingame_private_past_the_end": Case(lambda c: c.sealer.seal(b"\x96\5\xff\xffhi"), "closed", "0x96"),
    "ingame_message_cut_off": Case(lambda c: c.sealer.seal(b"\x78\1\2"), "closed", "0x78"),
    "ingame_friend_cut_off": Case(lambda c: c.sealer.seal(b"\xde\1\2\3\4\1\0x"), "closed", "0xDE"),
    "ingame_60_packets_at_once": Case(lambda c: c.sealer.seal(b"\x1d") * 60, "closed", "25 frames a second"),
    "ingame_unknown_opcode": Case(
        lambda c: c.sealer.seal(b"\xee\1\2"), "goes on", "0xEE of 3 bytes is known to nobody"
    ),
}


def entered(world: WireThread, name: str = "Ann") -> WireClient:
    client = WireClient(world.game_port)
    client.log_in(f"{name.lower()}\nsecret", name)
    client.read_until(b"\xa7")
    return client


def logged(
    caplog: pytest.LogCaptureFixture, words: str, seconds: float = 2.0, alive: Sequence[WireClient] = ()
) -> bool:
    """Waits for words in the log; meanwhile some clients give signs of life."""
    end = time.monotonic() + seconds
    due = 0.0
    while time.monotonic() < end:
        if any(words in record.getMessage() for record in caplog.records):
            return True
        if time.monotonic() >= due:
            due = time.monotonic() + LIMITS.silence_seconds / 4
            for client in alive:
                client.send(b"\x1d")
        time.sleep(0.005)
    return False


def told(client: WireClient, error: int) -> bool:
    return client.read_frame()[0] == error


@pytest.mark.parametrize("name", BEFORE)
def test_before_the_login(world: WireThread, caplog: pytest.LogCaptureFixture, name: str) -> None:
    case = BEFORE[name]
    with WireClient(world.game_port) as client:
        client.read_challenge()
        client.socket.sendall(case.make(client))
        if case.reaction == "told and closed":
            assert told(client, 0x14)
        assert client.closed_within(0.3)
    assert logged(caplog, case.line or "closed"), caplog.messages
    assert "secret" not in caplog.text


@pytest.mark.parametrize("name", ON_LOGIN_PORT)
def test_on_the_login_port(world: WireThread, caplog: pytest.LogCaptureFixture, name: str) -> None:
    case = ON_LOGIN_PORT[name]
    with WireClient(world.login_port) as client:
        client.socket.sendall(case.make(client))
        if case.reaction == "told and closed":
            assert told(client, 0x0B)
        assert client.closed_within(0.3)
    assert logged(caplog, case.line or "closed"), caplog.messages
    # Guesses are forgotten with the first that was right.
    with WireClient(world.login_port) as client:
        assert client.list_characters("ann", "secret")[0] == 0x14


@pytest.mark.parametrize("name", INSIDE)
def test_in_the_game(world: WireThread, caplog: pytest.LogCaptureFixture, name: str) -> None:
    case = INSIDE[name]
    with entered(world) as client, entered(world, "Bob") as other:
        client.socket.sendall(case.make(client))
        if case.reaction == "goes on":
            assert logged(caplog, case.line, alive=(client, other)), caplog.messages
            client.send(b"\x1d")
            client.read_until(b"\x1e", 2)
        else:
            assert client.closed_within(0.5)
            assert logged(caplog, case.line or "closed"), caplog.messages
        # Nobody else is touched.
        other.send(b"\x1d")
        other.read_until(b"\x1e", 2)
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("inside", [False, True])
def test_half_a_frame_and_gone(world: WireThread, caplog: pytest.LogCaptureFixture, inside: bool) -> None:
    client = entered(world) if inside else WireClient(world.game_port)
    client.socket.sendall(b"\x90\0\1\2\3" if not inside else b"\x10\0\1")
    client.socket.close()
    assert logged(caplog, "in the middle of a frame"), caplog.messages


def test_who_says_nothing(world: WireThread, caplog: pytest.LogCaptureFixture) -> None:
    with WireClient(world.game_port) as silent, entered(world) as client:
        silent.read_challenge()
        started = time.monotonic()
        assert silent.closed_within(2)
        assert client.closed_within(3)
        assert time.monotonic() - started > LIMITS.silence_seconds / 2
    assert logged(caplog, "did not log in within 0.4 s")
    assert logged(caplog, "nothing came within 1.6 s")


def test_a_second_login(world: WireThread, caplog: pytest.LogCaptureFixture) -> None:
    with entered(world) as client, entered(world) as second:
        client.read_until(b"You are already connected through another client.", 2)
        assert client.closed_within(1)
        second.send(b"\x1d")
        second.read_until(b"\x1e", 2)
    assert logged(caplog, "Ann logged in again, from 127.0.0.1")


def test_who_does_not_read(tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture) -> None:
    root = tmp_path_factory.mktemp("slow")
    with wire_world(root, limits=WireLimits(unsent=200_000)) as world, entered(world):
        code = b"for _ = 1, 3000 do Player('Ann'):popupFYI(string.rep('x', 3000)) end"
        world.call(lambda server: server.run(code))
        assert logged(caplog, "does not read", 5)


def test_long_frames_are_those_of_the_server(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    said = b"\x32\xc8" + struct.pack("<H", 8100) + b"y" * 8100
    heard = "got = 0 local e = CreatureEvent('Got') e:type('extendedopcode') "
    heard += "function e.onExtendedOpcode(player, opcode, buffer) got = #buffer return true end e:register()"
    with wire_world(tmp_path / "tfs", dialect="tfs", scripts={"heard.lua": heard}) as world, entered(world) as client:
        world.call(lambda server: server.run(b"Player('Ann'):registerEvent('Got')"))
        client.send(said)
        client.send(b"\x1d")
        client.read_until(b"\x1e", 2)
        assert world.call(lambda server: server.run(b"return got")) == 8100
        client.socket.sendall(framed(bytes(24576)))
        assert client.closed_within(0.5)
    with wire_world(tmp_path / "canary") as world, entered(world) as client:
        client.send(said)
        assert client.closed_within(0.5)
    assert logged(caplog, "frame"), caplog.messages


def test_too_many_connections(tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture) -> None:
    root = tmp_path_factory.mktemp("many")
    with wire_world(root, limits=WireLimits(per_address=2)) as world:
        clients = [WireClient(world.game_port) for _ in range(3)]
        assert clients[2].closed_within(1)
        for client in clients[:2]:
            client.read_challenge()
        for client in clients:
            client.socket.close()
    assert logged(caplog, "more than 2 connections from this address")
