"""`tibicen inspect --live`: what passes a running bridge, kept while somebody asks."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.protocol.wire_ends import PATIENCE, FakeServer, Peer, Plugins, challenge, game_login, list_login, until

from tibicen.cli import live
from tibicen.cli.app import app
from tibicen.cli.inspect import Filter, text_of
from tibicen.cli.live import LiveTap, follow
from tibicen.native import Sealer, Stack, Xtea
from tibicen.protocol.bridge import Bridge, Port
from tibicen.protocol.handshake import write_first_frame
from tibicen.protocol.rsa import open_tibia_key
from tibicen.protocol.upstream import Address, UpstreamPool

HERE = "127.0.0.1"


@asynccontextmanager
async def playing(kind: Literal["game", "login"] = "game") -> AsyncIterator[tuple[Bridge, Plugins, Peer, Peer]]:
    """A bridge with a session of 10.98: bridge, plugins, client and server."""
    plugins = Plugins()
    server = FakeServer(Stack.ADLER, speaks_first=kind == "game")
    await server.start()
    bridge = Bridge([Port(kind, HERE, 0, UpstreamPool([Address(HERE, server.port)]))], plugins.bus)
    await bridge.start()
    client = Peer(*await asyncio.open_connection(HERE, bridge.ports[0].port), Stack.ADLER)
    if kind == "game":
        assert await client.frame() == challenge(Stack.ADLER)
    first = game_login(1098, 10) if kind == "game" else list_login(1098)
    client.send(write_first_frame(first, Stack.ADLER, open_tibia_key()))
    end = await asyncio.wait_for(server.peers.get(), PATIENCE)
    await end.frame()
    try:
        yield bridge, plugins, client, end
    finally:
        await client.close()
        await bridge.stop()
        await server.stop()


def sealed(messages: bytes) -> bytes:
    return Sealer(Stack.ADLER, Xtea(bytes(range(16)))).seal(messages)


def nothing(floors: int) -> bytes:
    """Floors without a thing: FF FF skips 256 tiles, the last two bytes the rest."""
    whole, rest = divmod(floors * 18 * 14, 256)
    return b"\xff\xff" * whole + bytes((rest - 1, 0xFF))


def test_messages_of_a_bridge_are_seen_as_they_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with playing() as (bridge, _, client, end):
            tap = LiveTap(lambda: [bridge])
            assert tap.take() == {"messages": [], "missed": 0}
            end.send(sealed(b"\x1d" + b"\xfe\x01\x02"))
            assert await client.messages(Stack.ADLER) == b"\x1d\xfe\x01\x02"
            ping, unread = tap.take()["messages"]
            assert (ping["from"], ping["name"], ping["opcode"], ping["raw"]) == ("server", "ping", 0x1D, "1d")
            # What is not known is shown where it stands in the frame, with the reason, as of a recording.
            assert (unread["name"], unread["start"], unread["end"]) == ("unparsed", 1, 4)
            reason = "opcode 0xFE at byte 1 is not known to version 1098"
            assert unread["fields"] == {"data": "fe0102", "reason": reason}
            assert [line.split()[:2] for line in text_of({**unread, "raw": ""})][1] == ["1", "fe"]
            assert json.loads(json.dumps(unread)) == unread
            # What nobody asks for in time is not kept, and the bridge is left alone.
            monkeypatch.setattr(live, "PATIENCE_SECONDS", 0.01)
            tap.take()
            assert bridge.taps
            await until(lambda: not bridge.taps)
            end.send(sealed(b"\x1d"))
            assert await client.messages(Stack.ADLER) == b"\x1d"
            monkeypatch.undo()
            assert tap.take()["messages"] == []
            tap.close()
            tap.close()
            assert not bridge.taps

    asyncio.run(scenario())


def test_who_looks_on_changes_nothing() -> None:
    """With and without a tap plugins see the same: what a message says of the session counts once."""
    # Five floors of nothing, and what one up out of the caves brings: six.
    frames = [struct.pack("<BHHB", 0x64, 100, 100, 8) + nothing(5), b"\xbe" + nothing(6) + b"\x1d"]

    async def scenario(tapped: bool) -> tuple[list[str], list[str]]:
        async with playing() as (bridge, plugins, client, end):
            tap = LiveTap(lambda: [bridge])
            if tapped:
                tap.take()
            seen = plugins.listen("packet.any")
            for frame in frames:
                end.send(sealed(frame))
                assert await client.messages(Stack.ADLER) == frame
            told = [row["name"] for row in tap.take()["messages"]] if tapped else []
            tap.close()
        return [packet["name"] for packet in seen], told

    names = ["full_map", "floor_up", "ping"]
    assert asyncio.run(scenario(False)) == (names, [])
    assert asyncio.run(scenario(True)) == (names, names)


def test_the_login_port_is_seen_without_its_secrets() -> None:
    async def scenario() -> list[dict[str, Any]]:
        async with playing("login") as (bridge, _, client, end):
            tap = LiveTap(lambda: [bridge])
            tap.take()
            messages = b"\x14\x05\x001\nhey" + b"\x28\x06\x00s3cr3t"
            end.send(sealed(messages))
            assert await client.messages(Stack.ADLER) == messages
            rows = tap.take()["messages"]
            tap.close()
            return rows

    motd, key = asyncio.run(scenario())
    assert (motd["from"], motd["name"], motd["fields"]) == ("login_server", "motd", {"text": "1\nhey"})
    assert key["name"] == "session_key" and "s3cr3t" not in json.dumps(key) and b"s3cr3t".hex() not in json.dumps(key)


def test_too_many_messages_are_counted_as_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "KEPT", 2)

    async def scenario() -> dict[str, Any]:
        async with playing() as (bridge, _, client, end):
            tap = LiveTap(lambda: [bridge])
            tap.take()
            for opcode in (0x1D, 0x1E, 0x1D, 0x1E, 0x1D):
                end.send(sealed(bytes((opcode,))))
                await client.messages(Stack.ADLER)
            told = tap.take()
            tap.close()
            return told

    told = asyncio.run(scenario())
    assert told["missed"] == 3 and [row["opcode"] for row in told["messages"]] == [0x1E, 0x1D]


def test_what_passes_is_compared_with_a_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a1098.cam"
    path.write_text("> 1 96010500" + b"hello".hex() + "\n< 2 1d\n")
    said = {"time_ms": 5.0, "connection": 1, "from": "client", "start": 0, "end": 9, "opcode": 150, "name": "say"}
    said["fields"] = {"type": 1, "text": "hallo"}
    ping = {**said, "from": "server", "opcode": 0x1D, "name": "ping", "fields": {}}
    for rows_, code, words in (
        ([said, ping], 1, 'text: "hello" is now "hallo"'),
        ([{**said, "fields": {"type": 1, "text": "hello"}}, ping], 0, ""),
        ([ping], 1, "- line 1 -> say"),
        ([{**said, "fields": {"type": 1, "text": "hello"}}, ping, ping], 1, "+ 0.005 s <- ping"),
    ):
        passing = iter([[dict(row) for row in rows_]])
        monkeypatch.setattr(
            live.control, "request", lambda path, do, rows=passing: {"messages": next(rows, []), "missed": 0}
        )
        with pytest.raises(SystemExit) as ended:
            app(["inspect", "--live", "--diff", str(path), "--seconds", "0.00001"])
        assert ended.value.code == code
        assert words in capsys.readouterr().out


def test_followed_with_a_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"from": "client", "opcode": 150, "name": "say", "fields": {}, "raw": "96"}
    answers = [
        {"messages": [dict(row), {**row, "from": "server"}], "missed": 0},
        {"messages": [{**row, "name": "ping"}], "missed": 7},
    ]
    monkeypatch.setattr(live.control, "request", lambda path, do: answers.pop(0))
    monkeypatch.setattr(live.time, "sleep", lambda seconds: None)
    rows = follow(Path("socket"), Filter("say", 150, "client"), raw=True)
    assert [next(rows), next(rows)] == [row, {"missed": 7}]


def test_it_goes_with_no_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["inspect", "--live", "a.jsonl"], ["inspect"], ["inspect", "a.jsonl", "--opcode", "zz"]):
        with pytest.raises(Exception, match=r"a recording only|at least one|no opcode"):
            app(words)
    for words in (["inspect", "--live", "--diff"], ["inspect", "--live", "--verify"]):
        with pytest.raises(Exception, match="only for --diff"):
            app(words)
