"""The bridge at its edges: where clients are sent, who is refused, and what happens when somebody dies."""

from __future__ import annotations

import asyncio
import json
import ssl
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import run_in_host_thread as run
from tests.protocol.certificates import certificate
from tests.protocol.wire_ends import (
    HERE,
    PATIENCE,
    FakeServer,
    Peer,
    Plugins,
    bridged,
    challenge,
    character_list,
    game_login,
    list_login,
    options,
    until,
)

from tibicen.errors import ConfigError, TibicenError, WireError
from tibicen.native import Sealer, Stack, Xtea
from tibicen.protocol.bridge import Bridge, Port
from tibicen.protocol.characters import rewrite_list
from tibicen.protocol.handshake import write_first_frame
from tibicen.protocol.http_request import rebuilt
from tibicen.protocol.integration import Integration, IntegrationOptions
from tibicen.protocol.limits import BridgeLimits, Doorkeeper, PacketRate
from tibicen.protocol.rsa import open_tibia_key
from tibicen.protocol.upstream import Address, UpstreamPool
from tibicen.protocol.web_login import rewrite_worlds, unchunked

PING = b"\x1d"


# -- where clients are sent -----------------------------------------------------------------------------------


@asynccontextmanager
async def with_login(kind: Any) -> Any:
    """A bridge of a game port and a login port; gives it and the login server."""
    server = FakeServer(Stack.ADLER, speaks_first=False)
    await server.start()
    game = Port("game", HERE, 0, UpstreamPool([Address(HERE, 7172)], options()), advertised=("203.0.113.7", 0))
    login = Port(kind, HERE, 0, UpstreamPool([Address(HERE, server.port)], options()))
    bridge = Bridge([login, game], options=options(), limits=BridgeLimits())
    await bridge.start()
    try:
        yield bridge, server
    finally:
        await bridge.stop()
        await server.stop()


@pytest.mark.parametrize("version", [860, 1098, 1100])
def test_the_list_of_characters_sends_clients_to_the_bridge(version: int) -> None:
    async def scenario() -> None:
        async with with_login("login") as (bridge, server):
            client = Peer(*await asyncio.open_connection(HERE, bridge.ports[0].port), Stack.ADLER)
            first = list_login(version)
            client.send(write_first_frame(first, Stack.ADLER, open_tibia_key()))
            end = await asyncio.wait_for(server.peers.get(), PATIENCE)
            assert await end.frame() == write_first_frame(first, Stack.ADLER, open_tibia_key())
            end.send(Sealer(Stack.ADLER, Xtea(first.key)).seal(character_list(version, 7172)))
            got = await client.messages(Stack.ADLER, first.key)
            assert got == character_list(version, bridge.ports[1].port, b"203.0.113.7")
            await client.close()

    run(scenario)


def test_a_status_request_on_the_login_port_passes() -> None:
    async def scenario() -> None:
        async with with_login("login") as (bridge, server):
            client = Peer(*await asyncio.open_connection(HERE, bridge.ports[0].port), Stack.ADLER)
            client.send(b"\x06\x00\xff\xffinfo")
            end = await asyncio.wait_for(server.peers.get(), PATIENCE)
            assert await end.reader.readexactly(8) == b"\x06\x00\xff\xffinfo"
            end.send(b"<?xml?>")
            await end.close()
            assert await client.ended() == b"<?xml?>"
            await client.close()

    run(scenario)


def test_a_list_that_cannot_be_read_is_left_alone() -> None:
    whole = character_list(1098, 7172)
    worlds = {7172: ("h", 1)}
    assert rewrite_list(b"\x0b\x02\x00no", 1098, worlds) == b"\x0b\x02\x00no"
    assert rewrite_list(b"\x99" + whole, 1098, worlds) == b"\x99" + whole
    assert rewrite_list(character_list(1098, 7), 1098, worlds) == character_list(1098, 7)
    for cut in range(12, len(whole) - 20):
        with pytest.raises(WireError):
            rewrite_list(whole[:cut], 1098, worlds)
            raise WireError("cut where a message ends")
    with pytest.raises(WireError, match="IPv4"):
        rewrite_list(character_list(860, 7172), 860, {0: ("a name", 1)})


def answer_json(address: str, port: int) -> dict[str, Any]:
    world = {"id": 0, "name": "World"}
    for each in ("protected", "unprotected"):
        world |= {f"externaladdress{each}": address, f"externalport{each}": port}
    return {"session": {"sessionkey": "abc"}, "playdata": {"worlds": [world], "characters": [{"name": "Ä"}]}}


@pytest.mark.parametrize("chunked", [False, True])
def test_the_web_login_sends_clients_to_the_bridge(chunked: bool) -> None:
    async def scenario() -> None:
        async with with_login("http") as (bridge, server):
            asked = json.dumps({"type": "login", "email": "a", "password": "b"}).encode()
            client = Peer(*await asyncio.open_connection(HERE, bridge.ports[0].port), Stack.ADLER)
            client.send(b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(asked) + asked[:5])
            await asyncio.sleep(0.01)
            client.send(asked[5:])
            end = await asyncio.wait_for(server.peers.get(), PATIENCE)
            head = await end.reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"POST /login HTTP/1.1\r\nHost: x\r\n") and b"identity" in head
            assert await end.reader.readexactly(len(asked)) == asked
            body = json.dumps(answer_json("10.0.0.9", 7172), ensure_ascii=False).encode()
            if chunked:
                parts = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (body[:9], body[9:])) + b"0\r\n\r\n"
                end.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + parts)
                await end.close()
            else:
                end.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            got = await client.ended()
            head, _, body = got.partition(b"\r\n\r\n")
            assert b"Content-Length: %d\r\n" % len(body) in head and b"chunked" not in head
            assert json.loads(body) == answer_json("203.0.113.7", bridge.ports[1].port)
            await client.close()

    run(scenario)


def test_what_is_no_web_login_is_answered_or_closed() -> None:
    async def scenario() -> None:
        async with with_login("http") as (bridge, server):

            async def ask(data: bytes) -> bytes:
                client = Peer(*await asyncio.open_connection(HERE, bridge.ports[0].port), Stack.ADLER)
                client.send(data)
                got = await client.ended()
                await client.close()
                return got

            assert await ask(b"\x16\x03\x01") in (b"", b"reset")
            assert b" 411 " in await ask(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
            assert b" 413 " in await ask(b"x" * 70_000)
            await server.stop()
            assert b" 502 " in await ask(b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
            await server.start(0)

    run(scenario)


def test_json_that_is_no_login_comes_back_as_it_was() -> None:
    worlds = {0: ("h", 1)}
    for body in (b"", b"{", b"[1]", b'{"errorCode": 3}', b'{"playdata":{"worlds":[{"externalport":"x"}]}}', b"\xff"):
        assert rewrite_worlds(body, worlds) == body
    assert unchunked(b"zz\r\n") == b"" and unchunked(b"2\r\nab\r\n") == b"ab"
    assert rebuilt(b"A", b"A\r\ncontent-length: 5\r\nX: y", b"z").startswith(b"A\r\nX: y\r\nContent-Length: 1")


# -- who is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [b"\x00\x00\x00\x00", b"x" * 70, b"\x05\x00\x01\x02\x03\x04\x05", b"\x92\x00" + bytes(146)],
    ids=["empty", "a name without an end", "too short", "no key"],
)
def test_a_bad_first_frame_ends_the_session(bad: bytes) -> None:
    async def scenario() -> None:
        async with bridged("adler") as rig:
            client = await rig.client()
            assert await client.frame() == challenge(rig.framing)
            client.send(bad)
            assert await client.ended() in (b"", b"reset")
            server = await rig.server.peers.get()
            assert await server.ended() in (b"", b"reset")
            assert rig.bridge.counts["ended_malformed"] == 1

    run(scenario)


def test_frames_too_long_or_too_many_end_the_session() -> None:
    async def scenario() -> None:
        async with bridged("sequence", limits={"client_frame": 4096, "packets_per_second": 25}) as rig:
            client, _ = await rig.enter()
            client.send(rig.sealer().seal(bytes(4100)))
            await client.ended()
            client, _ = await rig.enter()
            sealer = rig.sealer()
            client.send(b"".join(sealer.seal(PING) for _ in range(25)))
            await asyncio.sleep(0.05)
            assert len(rig.bridge.sessions) == 1
            client.send(sealer.seal(PING))
            await client.ended()
            assert rig.bridge.counts["ended_malformed"] == rig.bridge.counts["ended_too_fast"] == 1

    run(scenario)


def test_who_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tibicen.protocol.bridge.LOOK_AFTER_SECONDS", 0.02)

    async def scenario() -> None:
        async with bridged("adler", limits={"first_frame_seconds": 0.1, "idle_seconds": 0.2}) as rig:
            mute = await rig.client()
            await mute.frame()
            assert await mute.ended() == b""
            assert rig.bridge.counts["ended_no_login"] == 1
            await rig.server.peers.get()
            client, _ = await rig.enter()
            assert await client.ended() == b""
            assert rig.bridge.counts["ended_idle"] == 1

    run(scenario)


def test_a_slow_reader_stops_the_other_side_and_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tibicen.protocol.bridge.LOOK_AFTER_SECONDS", 0.02)

    async def scenario() -> None:
        async with bridged("adler", limits={"waiting_bytes": 4096, "stuck_seconds": 0.3}) as rig:
            client, server = await rig.enter()
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            frame = rig.sealer().seal(b"\xb4" + bytes(60_000))
            for _ in range(400):
                server.send(frame)
            await until(lambda: any(each.client.stuck_since for each in rig.bridge.sessions.values()))
            (session,) = rig.bridge.sessions.values()
            taken = session.flows["server"].frames
            assert taken < 400
            await until(lambda: rig.bridge.counts["ended_aborted"])
            server.writer.transport.abort()

    run(scenario)


def test_the_doorkeeper_counts_and_throttles() -> None:
    now = 100.0
    door = Doorkeeper(BridgeLimits(connections=9, connections_per_address=2), lambda: now)
    assert [door.admit("::1") for _ in range(3)] == ["", "", "crowded"]
    door.leave("::1")
    assert door.admit("::1") == "" and door.inside == 2
    for _ in range(5):
        assert door.admit("203.0.113.1") == ""
        door.leave("203.0.113.1")
        now += 0.1
    assert door.admit("203.0.113.1") == "throttled"
    now += 3.01
    assert door.admit("203.0.113.1") == ""
    for each in range(6):
        assert door.admit(f"203.0.113.{each + 2}") == ""
    assert door.admit("203.0.113.99") == "full"
    assert dict(door.counts) == {"crowded": 1, "throttled": 1, "full": 1}


def test_the_packet_rate_is_the_servers() -> None:
    now = 0.0
    rate = PacketRate(25, lambda: now)
    assert rate.take(25) and not rate.take(1)
    rate = PacketRate(25, lambda: now)
    now = 1.0
    assert rate.take(51) and not rate.take(1)
    assert PacketRate(0, lambda: now).take(10_000)


# -- who dies ---------------------------------------------------------------------------------------------------


def test_a_dead_server_is_passed_over_and_tried_again() -> None:
    async def scenario() -> None:
        dead = FakeServer(Stack.ADLER)
        await dead.start()
        port = dead.port
        await dead.stop()
        async with bridged("adler", others=[Address(HERE, port)]) as rig:
            pool = rig.bridge.ports[0].pool
            pool.upstreams.reverse()
            client, _ = await rig.enter()
            assert pool.upstreams[0].failures >= 1 and pool.upstreams[1].sessions == 1
            assert rig.bridge.backup() == {"down": [f"{HERE}:{port}"]}
            await dead.start(port)
            pool.upstreams[0].retry_at = 0.0
            await pool.check()
            assert pool.upstreams[0].failures == 0 and rig.bridge.backup() == {"down": []}
            # The one without sessions is next.
            other = await rig.client()
            await asyncio.wait_for(dead.peers.get(), PATIENCE)
            await dead.peers.get() if not dead.peers.empty() else None
            await other.close()
            await client.close()
            await until(lambda: not rig.bridge.sessions)
            await dead.stop()

    run(scenario)


def test_without_any_server_the_client_is_closed_and_the_bridge_lives() -> None:
    async def scenario() -> None:
        async with bridged("blocks") as rig:
            one, server = await rig.enter()
            port = rig.server.port
            await server.close()
            assert await one.ended() == b""
            await rig.server.stop()
            client = await rig.client()
            assert await client.ended() == b""
            assert rig.bridge.counts["ended_no_server"] == 1
            await rig.server.start(port)
            rig.bridge.ports[0].pool.upstreams[0].retry_at = 0.0
            await rig.enter()
            assert rig.bridge.monitor()["sessions"][0]["character"] == "Peer One"

    run(scenario)


def test_a_killed_client_ends_its_session_and_no_other() -> None:
    async def scenario() -> None:
        plugins = Plugins()
        told: list[Any] = []
        plugins.answer("bridge.closed", told.append)
        async with bridged("sequence", plugins.bus) as rig:
            one, end = await rig.enter()
            two, other = await rig.enter()
            one.writer.transport.abort()
            assert await end.ended() in (b"", b"reset")
            two.send(frame := rig.sealer().seal(PING))
            assert await other.frame() == frame
            await until(lambda: len(rig.bridge.sessions) == 1)
            assert [(each["by"], each["character"]) for each in told] == [("client", "Peer One")]

    run(scenario)


# -- what plugins send by themselves, and the contract ----------------------------------------------------------


def test_messages_of_a_plugins_own_wait_for_the_first_frame() -> None:
    async def scenario() -> None:
        async with bridged("blocks") as rig:
            client, server = await rig.enter()
            (number,) = rig.bridge.sessions
            rig.bridge.send(number, "server", {"opcode": 0x1E})
            rig.bridge.send(number, "client", {"opcode": 0xB4, "data": b"hi"})
            client.send(rig.sealer().seal(PING))
            server.send(rig.sealer().seal(PING))
            assert [await server.messages(rig.stack), await server.messages(rig.stack)] == [PING, b"\x1e"]
            assert [await client.messages(rig.stack), await client.messages(rig.stack)] == [PING, b"\xb4hi"]
            assert server.numbers == client.numbers == [1, 2]
            for bad in ({"opcode": 300}, {}, {"opcode": 1, "data": 5}, {"opcode": 1, "data": bytes(70_000)}):
                with pytest.raises(WireError):
                    rig.bridge.send(number, "server", bad)
            with pytest.raises(TibicenError, match="no client of a session 99"):
                rig.bridge.send(99, "client", {"opcode": 1})

    run(scenario)


class Fickle(Integration):
    """Fails to connect a number of times."""

    kind = "fickle"

    def __init__(self, failures: int, **more: Any) -> None:
        super().__init__(IntegrationOptions(timeout=200, backoff_ms=1, **more))
        self.failures = failures
        self.calls: list[str] = []

    async def initialize(self) -> None:
        self.calls.append("initialize")

    async def connect(self) -> None:
        self.calls.append("connect")
        self.failures -= 1
        if self.failures == 1:
            await asyncio.sleep(30)
        if self.failures >= 0:
            raise OSError("refused")

    async def authenticate(self) -> None:
        self.calls.append("authenticate")

    async def communicate(self) -> None:
        self.calls.append("communicate")

    async def disconnect(self) -> None:
        self.calls.append("disconnect")


def test_an_integration_tries_again_and_gives_back_what_it_took() -> None:
    async def scenario() -> None:
        made = Fickle(2)
        await made.start()
        assert made.calls == ["initialize", *["connect", "disconnect"] * 2, "connect", "authenticate", "communicate"]
        assert made.state == "running" and made.monitor()["counts"] == {"failed_attempts": 2, "retries": 2}
        await made.stop()
        assert made.state == "closed"
        hopeless = Fickle(9, retry_count=2)
        with pytest.raises(OSError, match="refused"):
            await hopeless.start()
        assert hopeless.calls.count("connect") == hopeless.calls.count("disconnect") == 3
        with pytest.raises(TibicenError, match="nothing to recover"):
            made.recover({"x": 1})

    run(scenario)
    waits = [IntegrationOptions().backoff(attempt, lambda: 1.0) for attempt in (1, 2, 3, 50)]
    assert waits == [0.1, 0.2, 0.4, 30.0] and IntegrationOptions().backoff(1, lambda: 0.0) == 0.05
    with pytest.raises(ValueError, match="no options"):
        IntegrationOptions(timeout=0)


def test_a_bridge_keeps_the_contract() -> None:
    async def scenario() -> None:
        with pytest.raises(ConfigError, match="at least one port"):
            await Bridge([]).start()
        with pytest.raises(ConfigError, match="no server behind"):
            await Bridge([Port("game", HERE, 0, UpstreamPool([]))]).start()
        pool = UpstreamPool([Address(HERE, 9)], options())
        one = Bridge([Port("game", HERE, 0, pool)], options=options())
        await one.start()
        taken = Bridge([Port("game", HERE, one.ports[0].port, pool)], options=options())
        with pytest.raises(OSError):
            await taken.start()
        assert taken.state == "failed" and taken.problem
        one.recover({"down": [f"{HERE}:9"]})
        assert one.backup() == {"down": [f"{HERE}:9"]} and one.optimize() == {"tables": 0}
        for _ in range(2):
            await one.stop()
        assert one.state == "closed"

    run(scenario)


def test_tls_on_both_legs(tmp_path: Path) -> None:
    files = certificate(tmp_path)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(*files)
    trusting = ssl.create_default_context(cafile=str(files[0]))

    async def scenario() -> None:
        peers: asyncio.Queue[Peer] = asyncio.Queue()

        async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(challenge(Stack.ADLER))
            await peers.put(Peer(reader, writer, Stack.ADLER))

        server = await asyncio.start_server(taken, HERE, 0, ssl=serving)
        pool = UpstreamPool([Address("localhost", server.sockets[0].getsockname()[1], trusting)], options())
        port = Port("game", HERE, 0, pool, tls=serving)
        bridge = Bridge([port], options=options())
        await bridge.start()
        try:
            ends = await asyncio.open_connection(HERE, port.port, ssl=trusting, server_hostname="localhost")
            client = Peer(*ends, Stack.ADLER)
            assert await client.frame() == challenge(Stack.ADLER)
            login = write_first_frame(game_login(1098, 10), Stack.ADLER, open_tibia_key())
            client.send(login)
            end = await asyncio.wait_for(peers.get(), PATIENCE)
            assert await end.frame() == login
            await client.close()
            await until(lambda: not bridge.sessions)
            await end.close()
        finally:
            await bridge.stop()
            server.close()
            await server.wait_closed()

    run(scenario)
