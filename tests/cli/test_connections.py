"""`tibicen status`: servers, clients and the bridge, told alike."""

from __future__ import annotations

import asyncio

from tests.cli.conftest import Command, Served
from tests.conftest import PluginFolder
from tests.conftest import run_in_host_thread as run
from tests.hosting import hosting

from tibicen.cli.bridge import bridge_of, start_bridge
from tibicen.cli.connections import lines_of, port_text, table_of
from tibicen.cli.operations import operations_of
from tibicen.config import HostConfig

HERE = "127.0.0.1"


def test_a_bridge_of_a_host_is_told(folder: PluginFolder) -> None:
    async def scenario() -> None:
        async with hosting(folder) as running:
            made = bridge_of([f"{HERE}:9"], [], [], listen=HERE, first_port=None, framing="bytes", advertise="")
            bridge = await start_bridge(HostConfig(bridge=made), running.host, None, None)
            told = operations_of(running.host)["host.connections"]()
            assert not asyncio.iscoroutine(told) and list(told) == ["host:bridge"]
            row = told["host:bridge"]
            port = bridge.ports[0].port
            assert port_text(row["ports"][0]) == f"game {HERE}:{port} to {HERE}:9"
            assert table_of(told).row_count == 1
            row = {**row, "problem": "down", "sessions": [{"id": 1, "character": "Ann", "server": ""}]}
            lines = list(lines_of(row))
            assert lines[0] == "bridge: running (down)" and lines[-1] == "session: id 1, character Ann"
            await bridge.stop()

    run(scenario)


def test_what_clients_connect_to_is_told() -> None:
    assert port_text({"kind": "game", "to": "a:1"}) == "game to a:1"
    assert port_text({"kind": "http", "host": HERE, "port": 8}) == f"http {HERE}:8"


def test_a_host_without_any(tibicen: Command, served: Served) -> None:
    assert tibicen("status", "--json", cwd=served.folder).json == {}
    assert tibicen("status", cwd=served.folder).out.split()[:3] == ["name", "role", "state"]
    said = tibicen("status", "nobody", cwd=served.folder)
    assert said.code == 1 and "nobody has no connection; there is nothing at all" in said.err
