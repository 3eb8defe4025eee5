"""The ports of a server that a running host has as a plugin; a new server takes them over with all connections."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec

from tibicen.errors import LoadError, TibicenError
from tibicen.protocol.integration import Integration
from tibicen.protocol.rsa import load_key, open_tibia_key
from tibicen.realms.canary.server import Server
from tibicen.realms.canary.wire.accounts import Account, Accounts, KnownAccounts
from tibicen.realms.canary.wire.audience import Audience
from tibicen.realms.canary.wire.listener import WireListener, addresses, bind
from tibicen.realms.canary.wire.options import WireLimits, WireOptions
from tibicen.realms.canary.wire.peer import log
from tibicen.realms.canary.wire.stored_accounts import StoredAccounts
from tibicen.realms.canary.wire.world import WireWorld
from tibicen.realms.connections import WireConfig
from tibicen.realms.services import Services

STEP_SECONDS = 0.01
"""How often a world with connections moves, and what changed is sent: as often as Canary and TFS send
(OUTPUTMESSAGE_AUTOSEND_DELAY)."""


class HostedWire:
    """The wire of one generation of a server.

    Args:
        plugin: whose server it is.
        config: what the owner says.
        folder: that of the plugin.
        server: loaded, and not serving yet.
        before: the wire of the generation that serves.
        services: the host, whose plugins hear of connections.

    Raises:
        LoadError: a port or a key can't be had.
    """

    def __init__(
        self,
        plugin: str,
        config: WireConfig,
        folder: Path,
        server: Server,
        before: HostedWire | None,
        services: Services,
    ) -> None:
        self._plugin = plugin
        self._services = services
        self._server = server
        self._before = before
        self._after: HostedWire | None = None
        self._listener: WireListener | None = None
        self._listening: asyncio.Task[None] | None = None
        try:
            self.options = _options(config, folder)
            self.accounts = _accounts(config, server)
            self._sockets: dict[str, socket.socket] = bind(self.options, addresses(before.options) if before else {})
        except OSError as error:
            raise LoadError(
                plugin,
                f"the {error.filename} can't be had: {error.strerror}; name another by plugins.{plugin}.wire in "
                "host.yaml, or stop what uses it",
            ) from None
        except TibicenError as error:
            raise LoadError(plugin, str(error)) from None

    @property
    def world(self) -> WireWorld | None:
        """What connections come into; None before it serves, and when another wire has taken over."""
        return self._listener.world if self._listener else None

    def begin(self) -> None:
        """The server serves: takes connections, and those of the one before. May come again after `end`."""
        giver, self._before = self._after or self._before, None
        self._after = None
        listener = giver.give(self) if giver is not None else None
        if listener is not None:
            listener.world.move(self._server, self.accounts, self.options)
            for kind in ("game", "login", "http"):
                if kind not in addresses(self.options):
                    listener.end(kind)
        elif self._listener is None:
            audience = Audience(self._plugin, self._services.hooks, self._services.subjects)
            world = WireWorld(self._server, self.accounts, self.options, audience)
            listener = WireListener(world, sockets=self._sockets, timed=False)
            self._sockets = {}
            self._listening = self._run(listener.start())
        else:
            return
        self._listener = listener
        if self._services.sources is not None:
            self._services.sources.add(self._plugin, listener.world.exchange)
        sockets, self._sockets = self._sockets, {}
        if sockets:
            self._listening = self._run(listener.listen(sockets))

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=f"ports of {self._plugin}")
        task.add_done_callback(self._listens)
        return task

    def _listens(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            log.error("the ports of %s can't be opened: %s", self._plugin, task.exception())

    def give(self, to: HostedWire) -> WireListener | None:
        """Another server takes over the ports and connections; None when there are none any more."""
        listener, self._listener = self._listener, None
        self._after = to
        return listener

    def tell(self) -> None:
        """Time has passed in the world: what clients are to know of it is sent."""
        if self._listener is not None:
            self._listener.world.tell(asyncio.get_running_loop().time())

    def close(self) -> None:
        """Closes ports and connections, unless another server has them. Idempotent."""
        for each in self._sockets.values():
            each.close()
        self._sockets = {}
        self._before = self._after = None
        listener, self._listener = self._listener, None
        if listener is not None:
            if self._services.sources is not None:
                self._services.sources.remove(self._plugin, listener.world.exchange)
            if self._listening is not None:
                self._listening.cancel()
            listener.shut()
            listener.state = "closed"

    @property
    def integration(self) -> Integration | None:
        """The ports and their connections; None before it serves, and when another wire has taken over."""
        return self._listener


def _options(config: WireConfig, folder: Path) -> WireOptions:
    return WireOptions(
        host=config.host,
        game_port=config.game_port,
        login_port=config.login_port,
        http_port=config.http_port,
        address=config.address or config.host,
        name=config.name,
        motd=config.motd,
        limits=WireLimits(**{**msgspec.structs.asdict(config.limits), "frame": config.limits.frame or 0}),
        key=load_key(folder / config.key) if config.key else open_tibia_key(),
    )


def _accounts(config: WireConfig, server: Server) -> Accounts:
    if not config.accounts and not config.anyone:
        return StoredAccounts(server)
    known = KnownAccounts(anyone=config.anyone)
    for each in config.accounts:
        known.add(Account(each.name, each.characters, each.premium_until), each.password)
    return known
