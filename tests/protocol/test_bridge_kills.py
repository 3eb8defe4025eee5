"""Somebody is killed: nobody else notices, and the report says what happened."""

from __future__ import annotations

import os
import signal
from collections.abc import MutableMapping
from typing import Any

from structlog.testing import capture_logs
from tests.conftest import PluginFolder
from tests.conftest import run_in_host_thread as run
from tests.hosting import hosting
from tests.protocol.wire_ends import HERE, FakeServer, Peer, Plugins, Rig, bridged, challenge, until

from tibicen.native import Stack
from tibicen.protocol.upstream import Address

PING = b"\x1d"


def ends(logs: list[MutableMapping[str, Any]]) -> list[tuple[Any, ...]]:
    """The log's lines of sessions that ended, in the order of their numbers."""
    rows = sorted((row for row in logs if row["event"] == "a session ended"), key=lambda row: row["session"])
    return [(row["by"], row["reason"], row["character"], row["upstream"]) for row in rows]


async def still_plays(rig: Rig, client: Peer, server: Peer, first: int = 1) -> None:
    """Both ways."""
    client.send(frame := rig.sealer(first).seal(PING))
    assert await server.frame() == frame
    server.send(frame)
    assert await client.frame() == frame


def test_a_killed_server_costs_its_own_players_only() -> None:
    async def scenario() -> None:
        plugins = Plugins()
        told = plugins.listen("bridge.closed")
        doomed = FakeServer(Stack.ADLER)
        await doomed.start()
        address = f"{HERE}:{doomed.port}"
        async with bridged("adler", plugins.bus, others=[Address(HERE, doomed.port)]) as rig:
            with capture_logs() as logs:
                one, spared = await rig.enter()
                two = await rig.client()
                assert await two.frame() == challenge(Stack.ADLER)
                two.send(rig.login())
                killed = await doomed.peers.get()
                await killed.frame()
                killed.writer.transport.abort()
                await doomed.stop()
                assert await two.ended() in (b"", b"reset")
                await until(lambda: len(rig.bridge.sessions) == 1)
                await still_plays(rig, one, spared)
                # Who comes now goes to the server that is left, and the report says why.
                three, end = await rig.enter()
                four, other = await rig.enter()
                await still_plays(rig, three, end)
                await still_plays(rig, four, other)
            assert [row[0::3] for row in ends(logs)] == [("server", address)]
            assert [(each["by"], each["upstream"]) for each in told] == [("server", address)]
            report = rig.bridge.monitor()
            assert [each["sessions"] for each in report["ports"][0]["servers"]] == [3, 0]
            (down,) = [each for each in report["ports"][0]["servers"] if each["failures"]]
            assert down["address"] == address and "refused" in str(down["error"]).lower()

    run(scenario)


def test_a_killed_client_costs_its_own_session_only() -> None:
    async def scenario() -> None:
        async with bridged("sequence") as rig:
            with capture_logs() as logs:
                one, end = await rig.enter()
                two, other = await rig.enter()
                one.writer.transport.abort()
                assert await end.ended() in (b"", b"reset")
                await until(lambda: len(rig.bridge.sessions) == 1)
                await still_plays(rig, two, other)
            address = f"{HERE}:{rig.server.port}"
            ((by, reason, character, upstream),) = ends(logs)
            assert (by, character, upstream) == ("client", "Peer One", address) and reason in ("closed", "reset")
            report = rig.bridge.monitor()
            assert report["counts"][f"ended_{reason}"] == 1 and len(report["sessions"]) == 1

    run(scenario)


def test_a_killed_plugin_costs_nobody_a_session(folder: PluginFolder) -> None:
    folder.plugin(
        "doomed",
        """
        hooks.on("packet.client.op_1d", function(packet)
            packet.data = "doomed"
            return packet
        end)
        """,
        "tier: isolated\n",
    )
    folder.plugin(
        "spared",
        """
        hooks.on("packet.client.op_1e", function(packet)
            packet.data = "spared"
            return packet
        end)
        """,
    )

    async def scenario() -> None:
        async with hosting(folder) as running, bridged("blocks", running.host.hooks) as rig:
            client, server = await rig.enter()
            sealer = rig.sealer()
            client.send(sealer.seal(PING))
            assert await server.messages(rig.stack) == PING + b"doomed"
            os.kill(running.info("doomed")["pid"], signal.SIGKILL)
            # The message that it dies at goes on as it was, and so do those behind.
            client.send(sealer.seal(PING))
            assert await server.messages(rig.stack) == PING
            client.send(sealer.seal(b"\x1e"))
            assert await server.messages(rig.stack) == b"\x1espared"
            assert len(rig.bridge.sessions) == 1 and rig.bridge.counts["changed"] == 2
            # It is started again by itself, and the session that it died in has it back.
            await running.until(lambda: running.info("doomed")["restarts"] == 1)
            assert [strike["kind"] for strike in running.info("doomed")["strikes"]] == ["crash"]
            assert not running.info("spared")["strikes"]
            client.send(sealer.seal(PING))
            assert await server.messages(rig.stack) == PING + b"doomed"

    run(scenario)
