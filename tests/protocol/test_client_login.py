"""Login frames that clients of ours send, as servers read them; and the list of characters, as clients read it."""

from __future__ import annotations

import re

import pytest

from tibicen.errors import WireError
from tibicen.native import Stack
from tibicen.protocol.client_login import (
    Login,
    LoginRefusedError,
    first_stack,
    game_frame,
    later_stack,
    list_frame,
    with_list,
)
from tibicen.protocol.handshake import read_credentials, read_first_frame
from tibicen.protocol.rsa import open_tibia_key
from tibicen.protocol.versions import VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState

XTEA = bytes(range(16))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_reads_the_game_login(version: int) -> None:
    who = Login("ann", "h\xe4", "Ann Lee", version=version)
    frame = game_frame(who, XTEA, (0x11223344, 7))
    first = read_first_frame(frame, first_stack(version), open_tibia_key())
    assert (first.opcode, first.system, first.version, first.key, first.number) == (0x0A, 10, version, XTEA, None)
    read = read_credentials(first)
    assert (read.character, read.challenge) == (b"Ann Lee", (0x11223344, 7))
    if version >= 1100:
        assert read.session_key == b"ann\nh\xe4"
    elif version >= 1074:
        # Account, password, token, time: TFS closes the connection unless there are four.
        assert re.fullmatch(rb"ann\nh\xe4\n\n\d+", read.session_key)
    else:
        assert (read.account, read.password) == (b"ann", b"h\xe4")


def test_a_session_key_stands_for_account_and_password() -> None:
    who = Login("ann", "secret", "Ann", session_key="given")
    read = read_credentials(read_first_frame(game_frame(who, XTEA, (1, 2)), Stack.ADLER, open_tibia_key()))
    assert read.session_key == b"given"
    assert "secret" not in repr(who) and "given" not in repr(who)


@pytest.mark.parametrize("version", [860, 1098, 1100])
def test_a_server_reads_the_request_for_characters(version: int) -> None:
    frame = list_frame(Login("ann", "secret", version=version), XTEA)
    first = read_first_frame(frame, Stack.ADLER, open_tibia_key())
    assert (first.opcode, first.version, first.key) == (0x01, version, XTEA)
    read = read_credentials(first)
    assert (read.account, read.password) == (b"ann", b"secret")
    # TFS opens the last block of whoever could have sent a token.
    assert (first.second_rsa_offset, first.second_plain) == (
        (0, b"") if version < 1072 else (len(first.body) - 128, bytes(128))
    )


def test_frames_behind_the_login_are_framed_as_servers_choose() -> None:
    stacks = [later_stack(Login("", "", version=version)) for version in VERSIONS]
    assert stacks == [Stack.ADLER, Stack.ADLER, Stack.ADLER, Stack.SEQUENCE, Stack.BLOCKS]
    assert later_stack(Login("", "", version=1310, system=2)) is Stack.ADLER


def test_what_does_not_fit_into_the_block_says_so() -> None:
    with pytest.raises(WireError, match="login block"):
        game_frame(Login("a" * 200, "b", "c"), XTEA, (1, 2))


def test_what_a_login_port_answers() -> None:
    protocol, state = load_protocol(1098), WireState()
    who = Login("ann", "secret")
    characters = {
        "worlds": [{"id": 0, "name": "W", "host": "h", "port": 7172, "preview": 0}],
        "characters": [{"world": 0, "name": "Ann"}, {"world": 0, "name": "Bea"}],
        "status": 0,
        "premium": 0,
        "premium_until": 0,
    }
    key = protocol.encode("login_server", "session_key", {"key": "k"}, state)
    told = key + protocol.encode("login_server", "character_list", characters, state)
    assert (with_list(who, told).session_key, with_list(who, told).character) == ("k", "Ann")
    assert with_list(Login("ann", "x", "Bea"), told).character == "Bea"
    with pytest.raises(LoginRefusedError, match="not correct"):
        with_list(who, protocol.encode("login_server", "login_error_new", {"text": "not correct"}, state))
    nobody = protocol.encode("login_server", "character_list", {**characters, "characters": []}, state)
    with pytest.raises(LoginRefusedError, match="no character"):
        with_list(who, nobody)
    with pytest.raises(WireError, match="session_key"):
        with_list(who, key)
