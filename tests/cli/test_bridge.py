from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from tests.conftest import PluginFolder
from tests.conftest import run_in_host_thread as run
from tests.hosting import hosting
from tests.protocol.wire_ends import PATIENCE, FakeServer, Peer, challenge, game_login

from tibicen.cli.bridge import address, bridge_of, described, start_bridge
from tibicen.config import BridgeConfig, BridgeLimitsConfig, BridgePortConfig, BridgeTlsConfig, HostConfig
from tibicen.errors import ConfigError
from tibicen.native import Sealer, Stack, Xtea
from tibicen.protocol.handshake import write_first_frame
from tibicen.protocol.rsa import open_tibia_key
from tibicen.realms.otclient.assets import write_assets

HERE = "127.0.0.1"
LOGIN = write_first_frame(game_login(1098, 10), Stack.ADLER, open_tibia_key())


def test_a_command_line_becomes_ports() -> None:
    made = bridge_of(
        ["a:1", "[::1]:2"],
        ["c:3"],
        ["d:4"],
        listen=HERE,
        first_port=70,
        framing="blocks",
        advertise="",
        websocket=True,
        items=Path("/x/items.otb"),
    ).ports
    assert [(each.websocket, each.items) for each in made] == [(True, "/x/items.otb"), (True, ""), (True, "")]
    assert [(each.kind, each.port, each.framing, each.advertise) for each in made] == [
        ("game", 70, "blocks", HERE),
        ("login", 71, "bytes", HERE),
        ("http", 72, "bytes", HERE),
    ]
    assert made[0].servers == ["a:1", "[::1]:2"] and address("[::1]:2") == ("::1", 2)
    with pytest.raises(ConfigError, match="name a server"):
        bridge_of([], [], [], listen=HERE, first_port=None, framing="bytes", advertise="")
    for bad in ("", "host", "host:", ":1", "host:0", "host:70000", "host:x"):
        with pytest.raises(ConfigError, match=r"no host:port"):
            bridge_of([bad], [], [], listen=HERE, first_port=None, framing="bytes", advertise="")


def test_what_cannot_be_used_says_so(folder: PluginFolder, tmp_path: Path) -> None:
    def port(**more: object) -> BridgeConfig:
        return BridgeConfig(ports=[BridgePortConfig(kind="game", servers=["a:1"], **more)])  # type: ignore[arg-type]

    wrong = {
        "can't be read": BridgeConfig(ports=port().ports, key="none.pem"),
        "certificate": port(tls=BridgeTlsConfig(certificate="none", key="none")),
        "no host:port": port(advertise="host:x"),
        "no file of items": port(items="none.otb"),
        "can't be had": port(host="203.0.113.1"),
    }

    async def scenario() -> None:
        async with hosting(folder) as running:
            for message, settings in wrong.items():
                with pytest.raises(ConfigError, match=message):
                    await start_bridge(HostConfig(bridge=settings), running.host, tmp_path / "host.yaml", None)

    run(scenario)


def test_plugins_send_by_a_subject(folder: PluginFolder, tmp_path: Path) -> None:
    folder.plugin(
        "greets",
        """
        hooks.on("bridge.opened", function(session)
            bus.publish("wire.send", {session = session.id, to = "client", opcode = 0xb4, data = "hi\\255"})
            local id, value = session.id, {a = "xy"}
            bus.publish("wire.send", {session = id, to = "client", extended = 200, data = "\\0"})
            bus.publish("wire.send", {session = id, to = "client", extended = 9, value = value, chunk = 6})
            bus.publish("wire.send", {session = id, to = "client", extended = 300, data = ""})
            bus.publish("wire.send", {session = 999, to = "client", opcode = 0xb4})
            bus.publish("wire.send", "nonsense")
        end)
        """,
    )

    async def scenario() -> None:
        server = FakeServer(Stack.ADLER)
        await server.start()
        port = BridgePortConfig(kind="game", servers=[f"{HERE}:{server.port}"])
        config = HostConfig(bridge=BridgeConfig(ports=[port], limits=BridgeLimitsConfig(client_frame=4096)))
        async with hosting(folder) as running:
            record = tmp_path / "session.jsonl"
            bridge = await start_bridge(config, running.host, None, record)
            assert bridge.limits.client_frame == 4096
            number = bridge.ports[0].port
            assert described(bridge) == f"game {HERE}:{number} to {HERE}:{server.port}"
            client = Peer(*await asyncio.open_connection(HERE, number), Stack.ADLER)
            assert await client.frame() == challenge(Stack.ADLER)
            client.send(LOGIN)
            end = await asyncio.wait_for(server.peers.get(), PATIENCE)
            await end.frame()
            end.send(Sealer(Stack.ADLER, Xtea(bytes(range(16)))).seal(b"\x1d"))
            assert [await client.messages(Stack.ADLER) for _ in range(5)] == [
                b"\x1d",
                b"\xb4hi\xff",
                b"\x32\xc8\1\0\0",
                b'\x32\x09\7\0S{"a":"',
                b'\x32\x09\5\0Exy"}',
            ]
            assert bridge.counts["refused_sends"] == 3
            await client.close()
            await bridge.stop()
            assert len(record.read_text().splitlines()) >= 4
        await server.stop()

    run(scenario)


def test_items_of_a_file_and_what_is_seen_by_a_subject(folder: PluginFolder, tmp_path: Path) -> None:
    write_assets(tmp_path, 1098)
    folder.plugin(
        "asks",
        """
        local heard = {}
        hooks.on("packet.server.open_container", function(packet) heard.items = packet.fields.items end)
        hooks.on("world.container_opened", function(event)
            bus.publish("wire.world", {session = event.session, tiles = {{x = 1, y = 2, z = 7}}})
            bus.publish("wire.world", {session = 999})
        end)
        bus.subscribe("world.container_opened", function(subject, event) heard.subject = event.name end)
        bus.subscribe("wire.view", function(subject, view) heard.view = view end)
        exports.heard = function() return heard end
        """,
    )

    async def scenario() -> None:
        server = FakeServer(Stack.ADLER)
        await server.start()
        port = BridgePortConfig(kind="game", servers=[f"{HERE}:{server.port}"], items="things/1098/Tibia.dat")
        config = HostConfig(bridge=BridgeConfig(ports=[port]))
        async with hosting(folder) as running:
            bridge = await start_bridge(config, running.host, tmp_path / "host.yaml", None)
            client = Peer(*await asyncio.open_connection(HERE, bridge.ports[0].port), Stack.ADLER)
            await client.frame()
            client.send(LOGIN)
            end = await asyncio.wait_for(server.peers.get(), PATIENCE)
            await end.frame()
            # A bag with seven coins: without their flags nothing behind the coins' id could be told apart.
            coins = b"\xd7\x0b\xff\x07"
            bag = b"\x26\x0b\xff"
            opened = b"\x6e\x00" + bag + b"\x03\x00bag\x08\x00\x01\x00\x01\x00\x00\x00\x01" + coins
            end.send(Sealer(Stack.ADLER, Xtea(bytes(range(16)))).seal(opened + b"\x1d"))
            assert await client.messages(Stack.ADLER) == opened + b"\x1d"
            await running.until(lambda: "view" in running.export("asks", "heard"))
            heard = running.export("asks", "heard")
            assert heard["items"] == [{"id": 3031, "mark": 255, "count": 7}] and heard["subject"] == "bag"
            assert heard["view"]["containers"]["0"]["items"] == heard["items"] and heard["view"]["unread"] == 0
            assert heard["view"]["asked"][0]["exact"] is True
            assert bridge.counts["refused_views"] == 1
            await client.close()
            await bridge.stop()
        await server.stop()

    run(scenario)


def test_the_command_serves_and_ends_by_a_signal(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "host.yaml").write_text(json.dumps({"status": {"port": 0}}))

    async def scenario() -> None:
        server = FakeServer(Stack.ADLER)
        await server.start()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tibicen", "record", "out.jsonl", "--game", f"{HERE}:{server.port}"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        async with asyncio.timeout(30):
            while b"bridge: game" not in (line := await process.stdout.readline()):
                assert line
            number = int(line.split(b" to ")[0].rpartition(b":")[2])
            client = Peer(*await asyncio.open_connection(HERE, number), Stack.ADLER)
            assert await client.frame() == challenge(Stack.ADLER)
            client.send(LOGIN)
            end = await server.peers.get()
            assert await end.frame() == LOGIN
            process.send_signal(signal.SIGTERM)
            await process.stdout.read()
            assert await process.wait() == 0
        await client.close()
        await server.stop()
        rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
        assert rows[0]["meta"]["version"] == 1098 and rows[-1]["ev"] == "close"

    run(scenario)
