"""A client and a server of our own, both made of the native framing, to put a bridge between."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tibicen.bus.hooks import Handler, HookBus
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.manifest import Manifest
from tibicen.native import MessageWriter, Sealer, Stack, Xtea, adler32, open_frame
from tibicen.native.framing import Flags
from tibicen.protocol.bridge import Bridge, Port
from tibicen.protocol.handshake import FirstFrame, write_first_frame
from tibicen.protocol.integration import IntegrationOptions
from tibicen.protocol.limits import BridgeLimits
from tibicen.protocol.rsa import PublicKey, open_tibia_key
from tibicen.protocol.upstream import Address, UpstreamPool

HERE = "127.0.0.1"
PATIENCE = 10.0
KEY = bytes(range(16))
STAMP, DRAWN = 0x44332211, 0x55

# One client of each stack: version, system, whether the port counts in blocks, and the stack behind the login.
STACKS = {
    "adler": (1098, 10, Stack.ADLER, Stack.ADLER),
    "sequence": (1310, 10, Stack.ADLER, Stack.SEQUENCE),
    "blocks": (1525, 10, Stack.BLOCKS, Stack.BLOCKS),
}


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def options() -> IntegrationOptions:
    return IntegrationOptions(timeout=5000, retry_count=0, backoff_ms=20)


def text(value: bytes) -> bytes:
    return struct.pack("<H", len(value)) + value


def game_login(
    version: int, system: int, *, character: bytes = b"Peer One", session: bytes = b"acc\npass"
) -> FirstFrame:
    """A client's first frame on a game port, in the layout of its version."""
    head = struct.pack("<BHH", 0x0A, system, version)
    if version >= 980:
        head += struct.pack("<I", version)
    if version >= 1281:
        head += text(str(version).encode())
    if version >= 1334:
        head += text(b"hash")
    elif version >= 1071:
        head += struct.pack("<H", 7)
    if version >= 980:
        head += b"\0"
    plain = b"\0" + KEY + b"\0"
    if version >= 1074:
        plain += text(session) + text(character)
    else:
        account, _, password = session.partition(b"\n")
        plain += text(account) + text(character) + text(password)
    plain = (plain + struct.pack("<IB", STAMP, DRAWN)).ljust(128, b"\0")
    return FirstFrame(0x0A, system, version, head + bytes(128), len(head), plain)


def list_login(version: int, system: int = 2) -> FirstFrame:
    """A client's first frame on a login port."""
    head = struct.pack("<BHH", 1, system, version)
    head += (struct.pack("<I", version) if version >= 980 else b"") + bytes(12) + (b"\0" if version >= 980 else b"")
    plain = (b"\0" + KEY + text(b"acc") + text(b"pass")).ljust(128, b"\7")
    body = head + bytes(128)
    if version < 1072:
        return FirstFrame(1, system, version, body, len(head), plain)
    body += b"\1\1" + text(b"gpu") + text(b"gl")
    second = (b"\0" + text(b"123456") + b"\1").ljust(128, b"\0")
    return FirstFrame(1, system, version, body + bytes(128), len(head), plain, len(body), second)


def challenge(framing: Stack) -> bytes:
    message = struct.pack("<BIB", 0x1F, STAMP, DRAWN)
    return Sealer(framing).seal(message, flags=Flags.ADLER)


class Peer:
    """One end of a connection, by streams; frames are opened only when a test asks for messages."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, framing: Stack) -> None:
        self.reader, self.writer, self.framing = reader, writer, framing
        self.numbers: list[int] = []

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def frame(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readexactly(2)
            count = int.from_bytes(head, "little")
            rest = count * 8 + 4 if self.framing is Stack.BLOCKS else count
            return head + await self.reader.readexactly(rest)

    async def messages(self, stack: Stack, key: bytes = KEY) -> bytes:
        frame = bytearray(await self.frame())
        found = open_frame(stack, frame, Xtea(key))
        self.numbers.append(found.sequence)
        opened = bytes(frame[found.offset : found.offset + found.length])
        return zlib.decompress(opened, -15) if found.compressed else opened

    async def ended(self) -> bytes:
        """What comes until the other end closes."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self.reader.read(-1)
            except ConnectionResetError:
                return b"reset"

    async def close(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except OSError:
            pass


class FakeServer:
    """Takes connections; a test takes them out of `peers`."""

    def __init__(self, framing: Stack, speaks_first: bool = True) -> None:
        self.framing = framing
        self.speaks_first = speaks_first
        self.peers: asyncio.Queue[Peer] = asyncio.Queue()
        self.all: list[Peer] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._taken, HERE, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer, self.framing)
        self.all.append(peer)
        if self.speaks_first:
            peer.send(challenge(self.framing))
        await self.peers.put(peer)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for peer in self.all:
            await peer.close()
        await self._server.wait_closed()


class Rig:
    """A server, a bridge in front of it, and clients.

    Attributes:
        stack: of the frames behind the login.
    """

    def __init__(self, bridge: Bridge, server: FakeServer, framing: Stack, stack: Stack, version: int, system: int):
        self.bridge, self.server = bridge, server
        self.framing, self.stack, self.version, self.system = framing, stack, version, system
        self.clients: list[Peer] = []

    async def client(self, port: int | None = None) -> Peer:
        peer = Peer(*await asyncio.open_connection(HERE, port or self.bridge.ports[0].port), self.framing)
        self.clients.append(peer)
        return peer

    async def enter(self, prelude: bytes = b"") -> tuple[Peer, Peer]:
        """A client in the game, and the server's end of it."""
        client = await self.client()
        assert await client.frame() == challenge(self.framing)
        login = self.login()
        client.send(prelude + login)
        server = await asyncio.wait_for(self.server.peers.get(), PATIENCE)
        if prelude:
            assert await server.reader.readexactly(len(prelude)) == prelude
        assert len(await server.frame()) == len(login)
        return client, server

    def login(self, key: PublicKey | None = None) -> bytes:
        return write_first_frame(game_login(self.version, self.system), self.framing, key or open_tibia_key())

    def sealer(self, first: int = 1, key: bytes = KEY) -> Sealer:
        sealer = Sealer(self.stack, Xtea(key))
        sealer.sequence = first - 1 if first else 0x7FFFFFFF
        return sealer


@asynccontextmanager
async def bridged(stack_name: str, hooks: HookBus | None = None, **more: Any) -> AsyncIterator[Rig]:
    """A bridge of one game port. `limits` are BridgeLimits' fields; the rest is Bridge's."""
    version, system, framing, stack = STACKS[stack_name]
    server = FakeServer(framing)
    await server.start()
    limits = BridgeLimits(**{"packets_per_second": 0, **more.pop("limits", {})})
    port_options = more.pop("port", {})
    pool = UpstreamPool([Address(HERE, server.port), *more.pop("others", [])], options())
    port = Port("game", HERE, 0, pool, framing, **port_options)
    bridge = Bridge([port], hooks, limits=limits, options=options(), **more)
    await bridge.start()
    rig = Rig(bridge, server, framing, stack, version, system)
    try:
        yield rig
    finally:
        await bridge.stop()
        for client in rig.clients:
            await client.close()
        await server.stop()
    assert bridge.sessions == {} and bridge.door.inside == 0


def character_list(version: int, port: int, host: bytes = b"10.0.0.9") -> bytes:
    """A login port's answer: message of the day, session key, characters."""
    writer = MessageWriter()
    writer.u8(0x14)
    writer.string(b"1\nhello")
    if version < 1011:
        writer.put(b"\x64\x01")
        writer.string(b"Peer One")
        writer.string(b"World")
        writer.put(bytes(map(int, host.split(b"."))))
        writer.u16(port)
        writer.put(b"\x05\x00")
        return writer.getvalue()
    writer.u8(0x28)
    writer.string(b"acc\npass")
    writer.put(b"\x64\x01\x00")
    writer.string(b"World")
    writer.string(host)
    writer.u16(port)
    writer.put(b"\x00\x01\x00")
    writer.string(b"Peer One")
    writer.put(b"\x00\x01" + bytes(4))
    return writer.getvalue()


def is_adler(frame: bytes) -> bool:
    return int.from_bytes(frame[2:6], "little") == adler32(frame[6:])


class Plugins:
    """A hook bus, and handlers in Python that stand for plugins."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.bus = HookBus(lambda handler, error: self.failures.append(str(error)))
        self._ranks = count(1)

    def answer(self, name: str, function: Callable[[Any], Any]) -> Handler:
        entry = Path("plugins") / "p.py"
        source = Source("p", entry, entry.parent, entry, Manifest(name="p"), "file", "python")
        generation = Generation(source, 1, next(self._ranks), {})
        made = self.bus.add_python(generation, name, function)
        generation.ledger.put_back()
        return made

    def listen(self, name: str) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = []
        self.answer(name, lambda packet: seen.append(dict(packet)))
        return seen
