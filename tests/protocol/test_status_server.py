from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import run_in_host_thread

from tibicen.protocol import status_server
from tibicen.protocol.status import LARGEST_REQUEST, StatusInfo, StatusRequest, render_binary, render_xml
from tibicen.protocol.status_server import StatusLimits, StatusServer

XML_REQUEST = b"\x06\x00\xff\xffinfo"
PATIENCE = 10.0
HERE = "127.0.0.1"

Run = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]


def on_plain_asyncio(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scenario())


@pytest.fixture(params=[run_in_host_thread, on_plain_asyncio], ids=["host", "asyncio"])
def run(request: pytest.FixtureRequest) -> Run:
    """Both loops that a host may have: uvloop's where there is one, and asyncio's own."""
    runner: Run = request.param
    return runner


def answer(request: StatusRequest, ip: str) -> bytes:
    info = StatusInfo.from_plain({"motd": f"for {ip}"})
    if request.kind == "xml":
        return render_xml(info)
    return render_binary(info, request.mask, online=[("Bo", 8)], name_online=request.name == "Bo")


XML_ANSWER = answer(StatusRequest("xml"), HERE)


@asynccontextmanager
async def serving(
    make_answer: Callable[[StatusRequest, str], bytes] = answer, **limits: float
) -> AsyncIterator[StatusServer]:
    chosen: dict[str, Any] = {"timeout_seconds": PATIENCE, "connections_per_address": 256, **limits}
    server = StatusServer(make_answer, HERE, 0, StatusLimits(**chosen))
    await server.start()
    try:
        async with asyncio.timeout(PATIENCE * 3):
            yield server
    finally:
        await server.stop()
    assert server.connections == set()


class Peer:
    """A client's socket, on whichever loop runs."""

    def __init__(self) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def send(self, data: bytes) -> bool:
        """Whether it went out; the server may have closed already."""
        try:
            await asyncio.get_running_loop().sock_sendall(self.socket, data)
        except OSError:
            return False
        return True

    async def read(self) -> bytes:
        """Everything until the server closes."""
        parts = []
        try:
            while part := await asyncio.get_running_loop().sock_recv(self.socket, 65_536):
                parts.append(part)
        except ConnectionError:
            pass
        return b"".join(parts)


@asynccontextmanager
async def connected(server: StatusServer) -> AsyncIterator[Peer]:
    peer = Peer()
    with peer.socket:
        await asyncio.get_running_loop().sock_connect(peer.socket, (HERE, server.port))
        yield peer


async def ask(server: StatusServer, request: bytes = XML_REQUEST) -> bytes:
    async with connected(server) as peer:
        await peer.send(request)
        return await peer.read()


async def until(condition: Callable[[], object]) -> None:
    """Gives the loop turns until something is so."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while not condition():
        assert loop.time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.001)


async def is_well(server: StatusServer) -> None:
    """Nobody is left, and the next one is answered."""
    await until(lambda: not server.connections)
    answered = server.counts["answered"]
    assert await ask(server) == XML_ANSWER
    await until(lambda: not server.connections)
    assert server.counts["answered"] == answered + 1


# -- answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (XML_REQUEST, StatusRequest("xml")),
        (b"\x04\x00\xff\x01\x01\x00", StatusRequest("binary", 0x01)),
        (b"\x08\x00\xff\x01\xff\x00\x02\x00Bo", StatusRequest("binary", 0xFF, "Bo")),
        (b"\x04\x00\xff\x01\x00\x00", StatusRequest("binary", 0)),
    ],
)
@pytest.mark.parametrize("in_bytes", [False, True], ids=["at once", "in single bytes"])
def test_a_request_is_answered_once_and_closed(
    run: Run, request_: bytes, expected: StatusRequest, in_bytes: bool
) -> None:
    asked: list[tuple[StatusRequest, str]] = []

    def noting(request: StatusRequest, ip: str) -> bytes:
        asked.append((request, ip))
        return answer(request, ip)

    async def scenario() -> None:
        async with serving(noting) as server, connected(server) as peer:
            for part in [bytes([byte]) for byte in request_] if in_bytes else [request_]:
                assert asked == []
                await peer.send(part)
                await asyncio.sleep(0.001)
            assert await peer.read() == answer(expected, HERE)
            assert asked == [(expected, HERE)]
            await until(lambda: not server.connections)
            assert server.counts == {"accepted": 1, "answered": 1}

    run(scenario)


def test_a_second_request_on_the_line_is_not_answered(run: Run) -> None:
    async def scenario() -> None:
        async with serving() as server:
            assert await ask(server, XML_REQUEST * 3) == XML_ANSWER
            await is_well(server)
            assert server.counts["accepted"] == server.counts["answered"] == 2

    run(scenario)


def test_a_large_answer_arrives_whole_though_the_peer_has_finished_sending(run: Run) -> None:
    large = bytes(range(256)) * 16_384

    async def scenario() -> None:
        async with serving(lambda request, ip: large) as server, connected(server) as peer:
            await peer.send(XML_REQUEST)
            peer.socket.shutdown(socket.SHUT_WR)
            assert await peer.read() == large

    run(scenario)


# -- what is closed without harm ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x00",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x06\x00\xff\xffINFO",
        b"\x04\x00\xff\x01\x40\x00",
        b"\x06\x00\xff\x01\x40\x00\xff\xff",
        struct.pack("<H", LARGEST_REQUEST + 1) + b"\xff\x01" + bytes(LARGEST_REQUEST),
        b"\xff\xff" + b"\xff" * 2_000_000,
    ],
    ids=["empty", "http", "not info", "no name", "long name", "oversized", "flood"],
)
def test_the_malformed_and_oversized(run: Run, data: bytes) -> None:
    async def scenario() -> None:
        async with serving() as server:
            assert await ask(server, data) == b""
            await is_well(server)
            assert server.counts["malformed"] == 1

    run(scenario)


@pytest.mark.parametrize("begun", [b"", b"\x06", XML_REQUEST[:-1]])
def test_a_request_that_is_never_finished(run: Run, begun: bytes) -> None:
    async def scenario() -> None:
        async with serving(timeout_seconds=0.05) as server, connected(server) as peer:
            await peer.send(begun)
            assert await peer.read() == b""
            await is_well(server)
            assert server.counts["slow"] == 1

    run(scenario)


def test_dripping_gains_no_time(run: Run) -> None:
    async def drip(peer: Peer) -> None:
        # A whole request would take far longer than the limit, and an endless one is refused by its length.
        for byte in struct.pack("<HHHH", LARGEST_REQUEST, 0x01FF, 0x40, LARGEST_REQUEST - 6) + bytes(100):
            if not await peer.send(bytes([byte])):
                return
            await asyncio.sleep(0.02)

    async def scenario() -> None:
        async with serving(timeout_seconds=0.1) as server, connected(server) as peer:
            dripping = asyncio.create_task(drip(peer))
            assert await peer.read() == b""
            await dripping
            await is_well(server)
            assert server.counts["slow"] == 1
            assert server.counts["malformed"] == 0

    run(scenario)


def test_a_peer_that_does_not_read_its_answer_is_dropped(run: Run) -> None:
    def large_then_small(request: StatusRequest, ip: str) -> bytes:
        return bytes(32 << 20) if request.kind == "binary" else answer(request, ip)

    async def scenario() -> None:
        async with serving(large_then_small, timeout_seconds=0.1) as server, connected(server) as peer:
            await peer.send(b"\x04\x00\xff\x01\x01\x00")
            await until(lambda: server.counts["slow"])
            await is_well(server)
            assert len(await peer.read()) < 32 << 20

    run(scenario)


@pytest.mark.parametrize("reset", [False, True])
def test_a_peer_that_goes_before_it_has_asked(run: Run, reset: bool) -> None:
    async def scenario() -> None:
        async with serving() as server:
            async with connected(server) as peer:
                await peer.send(XML_REQUEST[:4])
                await until(lambda: server.connections)
                if reset:
                    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await is_well(server)
            assert server.counts["gone"] == (0 if reset else 1)

    run(scenario)


def test_an_answer_that_can_not_be_made(run: Run) -> None:
    broken = [5, 4, 3, 2, 1]

    def sometimes(request: StatusRequest, ip: str) -> bytes:
        if broken:
            raise RuntimeError(f"a plugin failed; {broken.pop()}")
        return answer(request, ip)

    async def scenario() -> None:
        async with serving(sometimes, connections=2) as server:
            for _ in range(5):
                assert await ask(server) == b""
                await until(lambda: not server.connections)
            assert server.counts == {"accepted": 5, "failed": 5}
            await is_well(server)

    run(scenario)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=300), max_size=5))
def test_no_bytes_harm_the_server(blobs: list[bytes]) -> None:
    async def scenario() -> None:
        async with serving() as server:
            for blob in blobs:
                async with connected(server) as peer:
                    await peer.send(blob)
                    peer.socket.shutdown(socket.SHUT_WR)
                    await peer.read()
            await is_well(server)
            outcomes = sum(server.counts[name] for name in ("answered", "malformed", "gone"))
            assert server.counts["accepted"] == outcomes == len(blobs) + 1

    asyncio.run(scenario())


# -- how many -------------------------------------------------------------------------------------------


def test_many_at_once_up_to_the_limit(run: Run) -> None:
    async def scenario() -> None:
        async with serving(connections=64) as server:
            peers = [Peer() for _ in range(64)]
            try:
                loop = asyncio.get_running_loop()
                await asyncio.gather(*(loop.sock_connect(peer.socket, (HERE, server.port)) for peer in peers))
                await until(lambda: len(server.connections) == 64)
                assert [await ask(server) for _ in range(3)] == [b""] * 3
                assert server.counts == {"accepted": 64, "full": 3}
                await asyncio.gather(*(peer.send(XML_REQUEST) for peer in peers))
                assert await asyncio.gather(*(peer.read() for peer in peers)) == [XML_ANSWER] * 64
            finally:
                for peer in peers:
                    peer.socket.close()
            await is_well(server)
            assert await asyncio.gather(*(ask(server) for _ in range(64))) == [XML_ANSWER] * 64
            await is_well(server)

    run(scenario)


def test_one_address_can_not_have_all(run: Run) -> None:
    async def scenario() -> None:
        async with serving(connections_per_address=1) as server:
            async with connected(server) as peer:
                await until(lambda: server.connections)
                assert await ask(server) == b""
                assert server.counts["full"] == 1
                await peer.send(XML_REQUEST)
                assert await peer.read() == XML_ANSWER
            await is_well(server)

    run(scenario)


def test_an_address_that_asks_too_often_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(status_server, "time", clock)
    server = StatusServer(answer, HERE, 0, StatusLimits(throttle_seconds=5.0))
    admitted = []
    for clock.now in (1000.0, 1003.0, 1004.9, 1005.0, 1009.0, 1010.0):
        admitted.append(server.admit("192.0.2.7"))
    # Refusals in between do not begin the wait anew.
    assert admitted == ["", "throttled", "throttled", "", "throttled", ""]
    assert server.admit("2001:db8::7") == ""


def test_this_machine_may_ask_as_often_as_it_likes() -> None:
    server = StatusServer(answer, HERE, 0, StatusLimits(throttle_seconds=5.0))
    assert [server.admit(address) for address in (HERE, "127.8.8.8", "::1") * 3] == [""] * 9


def test_no_throttle_and_a_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    free = StatusServer(answer, HERE, 0, StatusLimits(throttle_seconds=0))
    assert [free.admit("192.0.2.7") for _ in range(5)] == [""] * 5
    monkeypatch.setattr(status_server, "THROTTLED_ADDRESSES", 3)
    server = StatusServer(answer, HERE, 0, StatusLimits(throttle_seconds=1000.0))
    assert [server.admit(f"192.0.2.{number}") for number in range(5)] == [""] * 5
    # The longest ago are forgotten first.
    assert [server.admit(f"192.0.2.{number}") for number in (4, 3, 2, 0)] == ["throttled"] * 3 + [""]


# -- start and stop -------------------------------------------------------------------------------------


def test_stopping_closes_what_is_open_and_frees_the_port(run: Run) -> None:
    async def scenario() -> None:
        server = StatusServer(answer, HERE, 0)
        assert server.port == 0
        await server.stop()
        await server.start()
        port = server.port
        async with asyncio.timeout(PATIENCE), connected(server) as peer:
            await peer.send(XML_REQUEST[:3])
            await until(lambda: server.connections)
            await server.stop()
            assert await peer.read() == b""
            await until(lambda: not server.connections)
        await server.stop()
        assert server.port == 0
        assert server.counts == {"accepted": 1, "stopped": 1}
        again = StatusServer(answer, HERE, port)
        await again.start()
        assert again.port == port
        with pytest.raises(OSError):
            await StatusServer(answer, HERE, port).start()
        await is_well(again)
        await again.stop()

    run(scenario)
