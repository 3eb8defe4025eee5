"""Login over HTTP, and what follows it: a client of 13.10 in the game, its frames numbered and deflated."""

from __future__ import annotations

import base64
import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.wire_client import WireClient, text
from tests.realms.canary.wire_worlds import BAG, COIN, GROUND, HOME, wire_world

from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import UNPARSED, Message, load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.realms.canary.wire.listener import WireThread

WRONG = {"errorCode": 3, "errorMessage": "Tibia account email address or Tibia password is not correct."}
LOGIN = {"type": "login", "email": "ann", "password": "secret", "stayloggedin": True}


@pytest.fixture
def world(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[WireThread]:
    caplog.set_level(logging.DEBUG)
    with wire_world(tmp_path) as thread:
        yield thread
        assert thread.call(lambda server: server.errors()) == []
    assert "secret" not in caplog.text and "s3cr3t" not in caplog.text


def send(world: WireThread, data: bytes) -> tuple[bytes, bytes]:
    """Sends a request as it is; head and body of the answer."""
    assert world.http_port
    with socket.create_connection(("127.0.0.1", world.http_port), timeout=5) as connection:
        connection.sendall(data)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


def ask(world: WireThread, asked: Any, first: str = "POST /login HTTP/1.1") -> Any:
    """Posts a body; the JSON of the answer."""
    body = asked if isinstance(asked, bytes) else json.dumps(asked).encode()
    head, answer = send(world, f"{first}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    assert head.startswith(b"HTTP/1.1 200 ") and b"Content-Length: %d" % len(answer) in head
    return json.loads(answer)


def decoded(data: bytes, state: WireState) -> list[Message]:
    protocol = load_protocol(1310)
    found = protocol.decode("server", data, state)
    assert found[-1].name != UNPARSED, found[-1].fields
    return found


def test_a_login_and_a_game(world: WireThread) -> None:
    answer = ask(world, LOGIN)
    session, play = answer["session"], answer["playdata"]
    assert len(base64.b64decode(session["sessionkey"])) == 16
    assert (session["ispremium"], session["premiumuntil"], session["status"]) == (False, 0, "active")
    place = {f"externaladdress{kind}": "127.0.0.1" for kind in ("protected", "unprotected")}
    place |= {f"externalport{kind}": world.game_port for kind in ("protected", "unprotected")}
    assert place.items() <= play["worlds"][0].items()
    (character,) = play["characters"]
    assert (character["name"], character["level"], character["vocation"]) == ("Ann", 8, "Sorcerer")
    assert (character["worldid"], character["outfitid"], character["ismale"]) == (play["worlds"][0]["id"], 128, True)
    with WireClient(world.game_port, version=1310) as client:
        client.log_in(session["sessionkey"], "Ann")
        state = WireState(ItemTable.of_names({"stackable": [COIN], "container": [BAG], "ground": [GROUND]}))
        found = decoded(client.read_until(b"\xa7"), state)
        by_name = {each.name: each.fields for each in found}
        assert by_name["full_map"]["position"] == HOME
        assert by_name["stats"]["health"] == 185
        assert client.deflated == 1
        client.send(b"\x66")
        names: list[str] = []
        while "map_east" not in names:
            names += [each.name for each in decoded(client.read_frame(), state)]
        assert "move_creature" in names
        client.send(b"\x32\x07" + text(bytes(range(256))))
        assert decoded(client.read_until(b"pong:"), state)[-1].fields["data"] == b"pong:" + bytes(range(256))
        client.send(b"\x14")
        assert client.closed_within(3)
        assert client.frames[-1] == b"\x18\x00"


def test_frames_out_of_order_end_the_connection(world: WireThread) -> None:
    with WireClient(world.game_port, version=1310) as client:
        client.log_in("ann\nsecret", "Ann")
        client.read_until(b"\xa7")
        client.send(b"\x1d")
        client.sealer.sequence = 7
        client.send(b"\x1d")
        assert client.closed_within(2)


def test_what_is_answered_with_errors(world: WireThread) -> None:
    assert ask(world, {**LOGIN, "password": "s3cr3t"}) == WRONG
    assert ask(world, {**LOGIN, "email": "nobody"}) == WRONG
    assert ask(world, {"type": "login", "email": "ann"}) == WRONG
    assert ask(world, {**LOGIN, "password": 5}) == WRONG
    bad_body = {"errorCode": 2, "errorMessage": "Invalid request body."}
    for body in (b"", b"{", b"[]", b"\xff", b"[" * 10_000):
        assert ask(world, body) == bad_body
    assert ask(world, b"", "GET / HTTP/1.1") == bad_body
    assert ask(world, {}) == ask(world, {"type": 1}) == {"errorCode": 2, "errorMessage": "Invalid request type."}
    assert ask(world, {"type": "news"})["errorMessage"].startswith("Internal error.")
    assert ask(world, {"type": "cacheinfo"}) == {"playersonline": 0}


def test_what_is_no_request(world: WireThread) -> None:
    head, body = send(world, b"POST / HTTP/1.1\r\n\r\n" + b"x" * 20_000)
    assert b" 413 " in head and json.loads(body)["errorCode"] == 2
    assert b" 411 " in send(world, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")[0]
    try:
        assert send(world, b"\x16\x03\x01\x02\x00")[0] == b""
    except ConnectionResetError:
        pass


def test_guesses_end_after_a_while(world: WireThread) -> None:
    for _ in range(10):
        assert ask(world, {**LOGIN, "password": "s3cr3t"}) == WRONG
    assert ask(world, LOGIN)["errorMessage"].startswith("Too many wrong passwords.")
    with WireClient(world.login_port) as client:
        assert b"Too many" in client.list_characters("ann", "secret")
    with WireClient(world.game_port, version=1310) as client:
        client.log_in("ann\nsecret", "Ann")
        assert b"Too many" in client.read_frame()
