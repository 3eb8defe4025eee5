"""One relay of the bridge's benchmark in a process of its own: `python _bridge_relay.py KIND UPSTREAM_PORT`.

KIND: uvloop (bytes both ways, no frame looked at), none, lua or python (the bridge, with that plugin on the message).
Prints its port and nothing else, and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from tibicen.cli.run import new_event_loop
from tibicen.config import HostConfig, PermissionsConfig
from tibicen.host import Host
from tibicen.protocol.bridge import Bridge, Port
from tibicen.protocol.limits import BridgeLimits
from tibicen.protocol.upstream import Address, UpstreamPool
from tibicen.vm import stack

HERE = "127.0.0.1"
PLUGINS = {
    "none": {},
    "lua": {
        "looks/init.lua": 'hooks.on("packet.client.op_96", function(packet) end)\n',
        "looks/plugin.yaml": "name: looks\nbudget: {cpu_ms_per_second: 1000}\n",
    },
    "python": {
        "looks.py": "from tibicen.api import hookimpl\n\n\n@hookimpl\ndef packet_client_op_96(packet):\n    pass\n"
    },
}


class Bare(asyncio.Protocol):
    """Half of a relay that looks at nothing."""

    def __init__(self, other: Bare | None, upstream: int = 0) -> None:
        self.other = other
        self.upstream = upstream
        self.transport: Any = None
        self.waiting: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        if self.upstream:
            loop = asyncio.get_running_loop()
            self.task = loop.create_task(loop.create_connection(lambda: Bare(self), HERE, self.upstream))
        elif self.other is not None:
            self.other.other = self
            for data in self.other.waiting:
                transport.write(data)

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self.waiting.append(data)
        else:
            self.other.transport.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


async def bare(upstream: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Bare(None, upstream), HERE, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


async def bridge(kind: str, upstream: int) -> None:
    with tempfile.TemporaryDirectory(prefix="tibicen-bench-") as scratch:
        for name, text in PLUGINS[kind].items():
            path = Path(scratch, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        host = Host(HostConfig(permissions=PermissionsConfig(everyone=["*"]), log_level="error"), Path(scratch))
        reports = await host.start(watch=False, listen=False)
        if not all(report.ok for report in reports):
            raise SystemExit(f"the plugin did not load: {reports}")
        port = Port("game", HERE, 0, UpstreamPool([Address(HERE, upstream)]))
        limits = BridgeLimits(packets_per_second=0, connections_per_address=4000, idle_seconds=3600.0)
        made = Bridge([port], host.hooks, limits=limits)
        await made.start()
        print(port.port, flush=True)
        # Nobody reads on: a log of some hundred sessions would fill the pipe, and hold the bridge.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        await asyncio.Event().wait()


def main() -> None:
    kind, upstream = sys.argv[1], int(sys.argv[2])

    def body() -> None:
        new_event_loop().run_until_complete(bare(upstream) if kind == "uvloop" else bridge(kind, upstream))

    stack.run(body)


if __name__ == "__main__":
    main()
