"""`tibicen inspect --live`: what passes a running bridge, kept while somebody asks."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.protocol.wire_ends import PATIENCE, FakeServer, Peer, challenge, game_login

from tibicen.bus.hooks import HookBus
from tibicen.cli import live
from tibicen.cli.app import app
from tibicen.cli.inspect import Filter, text_of
from tibicen.cli.live import Tap, follow
from tibicen.native import Sealer, Stack, Xtea
from tibicen.protocol.bridge import Bridge, Port
from tibicen.protocol.handshake import write_first_frame
from tibicen.protocol.rsa import open_tibia_key
from tibicen.protocol.upstream import Address, UpstreamPool

HERE = "127.0.0.1"


def raised(handler: object, error: BaseException) -> None:
    raise error


def test_messages_of_a_bridge_are_seen_as_they_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        hooks = HookBus(raised)
        server = FakeServer(Stack.ADLER)
        await server.start()
        bridge = Bridge([Port("game", HERE, 0, UpstreamPool([Address(HERE, server.port)]))], hooks)
        await bridge.start()
        tap = Tap(hooks)
        assert tap.take() == {"messages": [], "missed": 0}
        client = Peer(*await asyncio.open_connection(HERE, bridge.ports[0].port), Stack.ADLER)
        assert await client.frame() == challenge(Stack.ADLER)
        client.send(write_first_frame(game_login(1098, 10), Stack.ADLER, open_tibia_key()))
        end = await asyncio.wait_for(server.peers.get(), PATIENCE)
        await end.frame()
        sealer = Sealer(Stack.ADLER, Xtea(bytes(range(16))))
        end.send(sealer.seal(b"\x1d" + b"\xfe\x01\x02"))
        assert await client.messages(Stack.ADLER) == b"\x1d\xfe\x01\x02"
        ping, unread = tap.take()["messages"]
        assert (ping["from"], ping["name"], ping["opcode"], ping["raw"]) == ("server", "ping", 0x1D, "1d")
        assert unread["name"] == "unparsed" and unread["fields"] == {"data": "fe0102"}
        assert [line.split()[:2] for line in text_of({**unread, "raw": ""})][1] == ["0", "fe"]
        assert json.loads(json.dumps(unread)) == unread
        # What nobody asks for in time is not kept, and the bridge is left alone.
        monkeypatch.setattr(live, "PATIENCE_SECONDS", 0.01)
        tap.take()
        assert hooks["packet.any"]
        for _ in range(200):
            await asyncio.sleep(0.01)
            if not hooks["packet.any"]:
                break
        assert not hooks["packet.any"]
        tap.close()
        await client.close()
        await bridge.stop()
        await server.stop()

    asyncio.run(scenario())


def test_too_many_messages_are_counted_as_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "KEPT", 2)

    async def scenario() -> dict[str, Any]:
        hooks = HookBus(raised)
        tap = Tap(hooks)
        tap.take()
        for opcode in range(5):
            record = {"session": 1, "version": 1098, "side": "client", "opcode": opcode, "name": "say", "data": b""}
            hooks["packet.any"]({**record, "fields": {"text": "h\xe4", "password": "secret"}})
        told = tap.take()
        tap.close()
        return told

    told = asyncio.run(scenario())
    assert told["missed"] == 3 and [row["opcode"] for row in told["messages"]] == [3, 4]
    assert told["messages"][0]["fields"] == {"text": "h\xe4", "password": "(hidden)"}


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
        with pytest.raises(Exception, match=r"no recording|at least one|no opcode"):
            app(words)
