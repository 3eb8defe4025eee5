"""Sessions between real clients and real servers, through the bridge."""

from __future__ import annotations

import asyncio
import json
import lzma
import os
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import run_in_host_thread
from tests.protocol.wire_ends import HERE, PATIENCE, FakeServer, Peer, Plugins, options

from tibicen.native import Stack
from tibicen.protocol.bridge import Bridge, Port
from tibicen.protocol.captures import Capture, items_beside
from tibicen.protocol.limits import BridgeLimits
from tibicen.protocol.upstream import Address, UpstreamPool

CAPTURES = Path(os.environ.get("TIBICEN_CAPTURES", Path(__file__).parents[3] / "shared" / "captures"))


def game_frames(path: Path) -> tuple[dict[str, Any], list[tuple[str, str, bytes]]]:
    """The game connection of a capture: (direction, kind, raw) in order."""
    data = path.read_bytes()
    lines = (lzma.decompress(data) if path.suffix == ".xz" else data).splitlines()
    meta = json.loads(lines[0])["meta"]
    rows = [json.loads(line) for line in lines[1:]]
    games = {each["conn"] for each in meta["connections"] if each["kind"] == "game"}
    kinds = ("prelude", "challenge", "login", "frame")
    chosen = [row for row in rows if row.get("conn") in games and row.get("kind") in kinds]
    return meta, [(row["dir"], row["kind"], bytes.fromhex(row["raw"])) for row in chosen]


def captured() -> list[Path]:
    return sorted(each for each in CAPTURES.glob("*.jsonl*") if not each.name.startswith("status"))


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="no captures here; TIBICEN_CAPTURES names their folder")
@pytest.mark.parametrize("listened", [False, True], ids=["no plugin", "a plugin that only looks"])
@pytest.mark.parametrize("path", captured() or [CAPTURES], ids=lambda path: path.name.partition(".")[0])
def test_a_real_session_passes_byte_for_byte(path: Path, listened: bool) -> None:
    meta, frames = game_frames(path)
    framing = Stack.BLOCKS if meta["framing"]["profile"] == "M" else Stack.ADLER
    to_server = b"".join(raw for way, _, raw in frames if way == "c2s")
    to_client = b"".join(raw for way, _, raw in frames if way == "s2c")
    first = b"".join(raw for way, kind, raw in frames if way == "c2s" and kind in ("prelude", "login"))
    greeting = next(raw for way, kind, raw in frames if kind == "challenge")

    async def scenario() -> None:
        plugins = Plugins()
        seen: list[tuple[str, bool]] = []
        if listened:
            plugins.answer("packet.any", lambda packet: seen.append((packet["name"], "fields" in packet)))
        server = FakeServer(framing, speaks_first=False)
        await server.start()
        pool = UpstreamPool([Address(HERE, server.port)], options())
        port = Port("game", HERE, 0, pool, framing, items=items_beside(Capture(path)))
        # One session here holds a chunk that its server closed the connection for.
        limits = BridgeLimits(packets_per_second=0, client_frame=65_541)
        bridge = Bridge([port], plugins.bus, limits=limits, options=options(), deadline_ms=10_000)
        await bridge.start()
        client = Peer(*await asyncio.open_connection(HERE, port.port), framing)
        try:
            end = await asyncio.wait_for(server.peers.get(), PATIENCE)
            end.send(greeting)
            assert await client.frame() == greeting
            client.send(first)
            assert await end.reader.readexactly(len(first)) == first
            assert to_server.startswith(first) and to_client.startswith(greeting)
            client.send(to_server[len(first) :])
            end.send(to_client[len(greeting) :])
            async with asyncio.timeout(PATIENCE * 3):
                got = await end.reader.readexactly(len(to_server) - len(first))
                back = await client.reader.readexactly(len(to_client) - len(greeting))
            assert got == to_server[len(first) :] and back == to_client[len(greeting) :]
            assert bridge.counts["opaque"] == 0 and bridge.counts["unreadable"] == 0
            assert plugins.failures == [] and bool(seen) == listened
            # With the flags of its items every message has a name and fields.
            assert all(name and fields for name, fields in seen)
        finally:
            await client.close()
            await bridge.stop()
            await server.stop()

    run_in_host_thread(scenario)
