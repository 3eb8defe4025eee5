"""A server, a bridge before it and clients that play through both, in one loop; and plugins that hear of both."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.protocol.wire_ends import HERE, Plugins, until
from tests.realms.canary.wire_worlds import BAG, COIN, QUICK, accounts, server_of

from tibicen.bus.world import WorldFeed
from tibicen.protocol.bridge import Bridge, Port
from tibicen.protocol.client_login import Login
from tibicen.protocol.items import ItemTable
from tibicen.protocol.light_client import LightClient, Traffic
from tibicen.protocol.upstream import Address, UpstreamPool
from tibicen.realms.canary.server import Dialect
from tibicen.realms.canary.wire.audience import Audience
from tibicen.realms.canary.wire.listener import WireListener
from tibicen.realms.canary.wire.world import WireWorld

SOURCE = "arena"
FLAGS = {"stackable": [COIN], "container": [BAG, 1988, 2854]}


class Player:
    """A client that plays; what is told of it is kept."""

    def __init__(self, name: str, version: int, system: int, account: str = "") -> None:
        login = Login(account or name.lower(), "secret", name, version=version, system=system)
        self.client = LightClient(0, login, self, ItemTable.of_names(FLAGS), Traffic())
        self.name = name
        self.extended: list[tuple[Any, ...]] = []
        self.failures: list[str] = []
        self.over = ""

    def measured(self, client: LightClient, what: str, seconds: float) -> None: ...

    def told(self, client: LightClient, what: str, *said: Any) -> None:
        if what == "extended":
            self.extended.append(said)

    def failed(self, client: LightClient, kind: str, example: str) -> None:
        self.failures.append(f"{kind}: {example}")

    def ended(self, client: LightClient, reason: str) -> None:
        self.over = reason


class Heard(contextlib.AsyncExitStack):
    """The stage.

    Attributes:
        plugins: their hooks, which the server tells.
        others: those that the bridge tells: the same, unless `apart`.
    """

    def __init__(
        self, root: Path, dialect: Dialect = "canary", scripts: dict[str, str] | None = None, *, apart: bool = False
    ) -> None:
        super().__init__()
        self.plugins = Plugins()
        self.others = Plugins() if apart else self.plugins
        self.tfs = dialect == "tfs"
        self._make = server_of(root, dialect, scripts)

    async def __aenter__(self) -> Heard:
        server = self._make()
        self.callback(server.close)
        self.world = WireWorld(server, accounts(), replace(QUICK, http_port=None), Audience(SOURCE, self.plugins.bus))
        self.listener = WireListener(self.world)
        await self.listener.start()
        self.push_async_callback(self.listener.stop)
        pool = UpstreamPool([Address(HERE, self.world.game_port)])
        port = Port("game", HERE, 0, pool, items=ItemTable.of_names(FLAGS))
        self.bridge = Bridge([port], self.others.bus, feed=WorldFeed("bridge", self.others.bus))
        await self.bridge.start()
        self.push_async_callback(self.bridge.stop)
        return self

    async def enter(self, name: str, version: int = 1098, *, bridged: bool = True, system: int = 10) -> Player:
        player = Player(name, version, system)
        port = self.bridge.ports[0].port if bridged else self.world.game_port
        await asyncio.get_running_loop().create_connection(lambda: player.client, HERE, port)
        await until(lambda: player.client.place or player.over)
        assert not player.over, player.over
        return player

    def lua(self, code: str) -> Any:
        return self.world.server.run(code.encode())

    async def settle(self, seconds: float = 0.2) -> None:
        """Until figures and windows have been compared, and all has arrived."""
        await asyncio.sleep(seconds)


Told = dict[str, dict[int, list[tuple[str, dict[str, Any]]]]]


def listen(plugins: Plugins, *names: str) -> Told:
    """What is told from now on, by source and session, in order."""
    heard: Told = {}

    def listener(name: str) -> Callable[[Any], None]:
        def hear(event: Any) -> None:
            event = dict(event)
            told = heard.setdefault(event.pop("source"), {}).setdefault(event.pop("session"), [])
            told.append((name, event))

        return hear

    for name in names:
        plugins.answer(name, listener(name))
    return heard
