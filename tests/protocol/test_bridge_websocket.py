"""A client that comes by WebSocket, as OTClient's browser build does."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import run_in_host_thread as run
from tests.protocol.certificates import certificate
from tests.protocol.wire_ends import HERE, PATIENCE, Peer, Plugins, Rig, bridged, challenge, options
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from tibicen.native import Xtea, read_frame
from tibicen.protocol.bridge import Bridge, Port
from tibicen.protocol.upstream import Address, UpstreamPool

PING = b"\x1d"
KEY = bytes(range(16))
SAY = b"\x96\x01\x02\x00hi"


@asynccontextmanager
async def entered(rig: Rig, **more: Any) -> AsyncIterator[tuple[ClientConnection, Peer]]:
    """A client in the game, and the server's end of it."""
    scheme = "wss" if "ssl" in more else "ws"
    async with connect(f"{scheme}://{HERE}:{rig.bridge.ports[0].port}", **more) as client:
        assert await received(client) == challenge(rig.framing)
        await client.send(rig.login())
        while True:
            server = await asyncio.wait_for(rig.server.peers.get(), PATIENCE)
            # The server also saw those come and go that were no websockets.
            with suppress(OSError, EOFError):
                assert await server.frame() == rig.login()
                break
        yield client, server


async def received(client: ClientConnection) -> bytes:
    async with asyncio.timeout(PATIENCE):
        data = await client.recv()
    assert isinstance(data, bytes)
    return data


@pytest.mark.parametrize("stack", ["adler", "blocks"])
def test_messages_are_one_stream_whatever_their_cuts(stack: str) -> None:
    async def scenario() -> None:
        plugins = Plugins()
        plugins.answer(
            "packet.client.op_96",
            lambda packet: {**packet, "data": packet["data"].upper(), "answer": [{"opcode": 0xB4, "data": b"heard"}]},
        )
        async with (
            bridged(stack, plugins.bus, port={"websocket": True}) as rig,
            entered(rig, subprotocols=["binary"]) as (client, server),
        ):
            assert client.subprotocol == "binary"
            server.send(rig.sealer().seal(PING))
            assert read_frame(rig.stack, await received(client), Xtea(KEY)) == (PING, False)
            sealer = rig.sealer()
            first, second, third = sealer.seal(SAY), sealer.seal(PING), sealer.seal(PING)
            # A frame in pieces, two in a message, and a message in fragments.
            await client.send(first[:5])
            await client.send(first[5:] + second)
            await client.send([third[:3], third[3:]])
            assert await server.messages(rig.stack) == SAY[:4] + b"HI"
            assert await server.frame() == second
            assert await server.frame() == third
            assert read_frame(rig.stack, await received(client), Xtea(KEY))[0] == b"\xb4heard"
            await client.ping()
            await server.close()
            with pytest.raises(ConnectionClosed):
                await received(client)
            assert client.close_code == 1000
            assert rig.bridge.counts["ended_closed"] == 1

    run(scenario)


def test_what_is_no_websocket_is_refused_within_the_same_limits() -> None:
    async def scenario() -> None:
        limits = {"client_frame": 1024, "connections_per_address": 3, "packets_per_second": 25}
        async with bridged("adler", port={"websocket": True}, limits=limits) as rig:
            url = f"ws://{HERE}:{rig.bridge.ports[0].port}"
            with pytest.raises(InvalidStatus, match="400"):
                await connect(url, subprotocols=["chat"])  # type: ignore[list-item]
            plain = await rig.client()
            plain.send(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            assert (await plain.ended()).startswith(b"HTTP/1.1 426")
            async with entered(rig) as (client, server):
                # Too long for a frame; the server's end closes with it.
                await client.send(bytes(1025))
                with pytest.raises(ConnectionClosed):
                    await received(client)
                assert client.close_code == 1009
                assert await server.ended() == b""
            async with entered(rig) as (client, server):
                await client.send("text")
                with pytest.raises(ConnectionClosed):
                    await received(client)
                assert client.close_code == 1003
            async with entered(rig) as (client, server):
                for _ in range(26):
                    await client.ping()
                with pytest.raises(ConnectionClosed):
                    await received(client)
                assert client.close_code == 1008
            async with entered(rig), entered(rig), entered(rig):
                with pytest.raises((OSError, EOFError, InvalidMessage)):
                    await connect(url)
                assert rig.bridge.counts["crowded"] == 1

    run(scenario)


def test_over_tls(tmp_path: Path) -> None:
    files = certificate(tmp_path)
    front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    front.load_cert_chain(*files)
    trusting = ssl.create_default_context(cafile=str(files[0]))

    async def scenario() -> None:
        async with (
            bridged("blocks", port={"websocket": True, "tls": front}) as rig,
            entered(rig, ssl=trusting, server_hostname="localhost") as (client, server),
        ):
            await client.send(frame := rig.sealer().seal(PING))
            assert await server.frame() == frame

    run(scenario)


def test_logins_send_their_clients_to_ports_of_their_kind() -> None:
    def port(kind: Any, number: int, websocket: bool) -> Port:
        pool = UpstreamPool([Address(HERE, 7172)], options())
        return Port(kind, HERE, number, pool, advertised=("203.0.113.7", 0), websocket=websocket)

    bridge = Bridge([port("game", 1, False), port("game", 2, True)], options=options())
    assert bridge.worlds(websocket=False) == {0: ("203.0.113.7", 1), 7172: ("203.0.113.7", 1)}
    assert bridge.worlds(websocket=True) == {0: ("203.0.113.7", 2), 7172: ("203.0.113.7", 2)}
