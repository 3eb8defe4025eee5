"""Logins that take their time: nobody else waits for them, and what comes behind them waits its turn."""

from __future__ import annotations

import json
import logging
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.wire_client import WireClient, text
from tests.realms.canary.wire_worlds import QUICK, accounts, server_of

from tibicen.protocol.rsa import open_tibia_key
from tibicen.realms.canary.wire.accounts import Account, KnownAccounts, TokenNeeded
from tibicen.realms.canary.wire.entrance import TOKEN_NEEDED
from tibicen.realms.canary.wire.hashing import Hashing
from tibicen.realms.canary.wire.listener import WireThread

TOKEN = b"123456"
DOUBLED = b"\x0d\0"
"""What a client is told that has to ask for its authenticator's token."""


class SlowAccounts(KnownAccounts):
    """Bob's password is looked at for as long as a test says, and Ann has an authenticator."""

    def __init__(self) -> None:
        super().__init__()
        self._known = accounts()._known
        self.hashing = Hashing(threads=1)
        self.began, self.go_on = threading.Event(), threading.Event()

    def _wait(self) -> None:
        self.began.set()
        assert self.go_on.wait(20)

    async def open(self, name: bytes, password: bytes, token: bytes = b"") -> Account | None:
        account = await super().open(name, password)
        if name == b"bob":
            await self.hashing.run(self._wait)
        elif account is not None and token != TOKEN:
            raise TokenNeeded
        return account


@pytest.fixture
def slow() -> Iterator[SlowAccounts]:
    slow = SlowAccounts()
    yield slow
    slow.go_on.set()


@pytest.fixture
def world(tmp_path: Path, slow: SlowAccounts, caplog: pytest.LogCaptureFixture) -> Iterator[WireThread]:
    caplog.set_level(logging.DEBUG)
    with WireThread(server_of(tmp_path), slow, QUICK) as thread:
        yield thread
    assert "secret" not in caplog.text and TOKEN.decode() not in caplog.text


def ask(world: WireThread, **asked: Any) -> Any:
    """Logs in over HTTP; the JSON of the answer."""
    assert world.http_port
    body = json.dumps({"type": "login", "email": "ann", "password": "secret", **asked}).encode()
    with socket.create_connection(("127.0.0.1", world.http_port), timeout=5) as connection:
        connection.sendall(b"POST /login HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def list_with_token(client: WireClient, token: bytes) -> bytes:
    """Asks the login port with a token in the second block; its answer."""
    plain = b"\0" + client.key + text("ann") + text("secret")
    second = (b"\0" + text(token)).ljust(128, b"\0")
    head = struct.pack("<BHHIIIIB", 1, client.system, client.version, client.version, 0, 0, 0, 0)
    client._first(head, plain, open_tibia_key().encrypt(second))
    return client.read_frame()


def test_nobody_waits_for_a_login(world: WireThread, slow: SlowAccounts) -> None:
    with WireClient(world.game_port) as bob, WireClient(world.game_port) as ann:
        bob.log_in("bob\nsecret", "Bob")
        assert slow.began.wait(5)
        # What comes behind the login waits for it: a word that is said in the game.
        bob.send(b"\x96\x01" + text("hello"))
        ann.log_in("ann\nsecret\n" + TOKEN.decode(), "Ann")
        assert b"Ann" in ann.read_until(b"\x64")
        assert world.call(lambda server: server.control("wire_vocations"))
        slow.go_on.set()
        bob.read_until(b"\x64")
        ann.read_until(b"hello")


def test_who_goes_away_is_not_waited_for(world: WireThread, slow: SlowAccounts) -> None:
    with WireClient(world.game_port) as bob:
        bob.log_in("bob\nsecret", "Bob")
        assert slow.began.wait(5)
    wire = world.world
    assert wire is not None
    with WireClient(world.game_port) as ann:
        ann.log_in("ann\nsecret\n" + TOKEN.decode(), "Ann")
        ann.read_until(b"\x64")
    assert not wire.entrance._asking
    slow.go_on.set()
    assert wire.players <= 1 and "Bob" not in str(world.call(lambda server: wire.sessions()))


def test_much_behind_a_login_ends_it(world: WireThread, slow: SlowAccounts) -> None:
    with WireClient(world.game_port) as bob:
        bob.log_in("bob\nsecret", "Bob")
        assert slow.began.wait(5)
        bob.socket.sendall(bytes(100_000))
        assert bob.closed_within(5)


def test_the_login_port_asks_for_a_token(world: WireThread) -> None:
    for token in (b"", b"654321"):
        with WireClient(world.login_port) as client:
            assert list_with_token(client, token) == DOUBLED
            assert client.closed_within(5)
    with WireClient(world.login_port) as client:
        answer = list_with_token(client, TOKEN)
        assert b"Ann" in answer
    with WireClient(world.login_port) as client:
        assert client.list_characters("ann", "secret") == DOUBLED


def test_the_other_ports_ask_for_it_too(world: WireThread) -> None:
    for more in ({}, {"token": "654321"}, {"token": 5}):
        assert ask(world, **more) == {"errorCode": 6, "errorMessage": TOKEN_NEEDED}
    key = ask(world, token=TOKEN.decode())["session"]["sessionkey"]
    with WireClient(world.game_port) as client:
        client.log_in("ann\nsecret", "Ann")
        assert client.read_until(b"\x14") == b"\x14" + text(TOKEN_NEEDED)
    with WireClient(world.game_port) as client:
        client.log_in(key, "Ann")
        client.read_until(b"\x64")
