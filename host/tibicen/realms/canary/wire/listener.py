"""The ports of a server on the wire, and a thread that runs them with their world."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, TypeVar

from tibicen.errors import ConfigError
from tibicen.protocol.integration import Integration, IntegrationOptions
from tibicen.realms.canary.server import Server
from tibicen.realms.canary.wire.accounts import Accounts
from tibicen.realms.canary.wire.door import Door
from tibicen.realms.canary.wire.game_port import GamePeer
from tibicen.realms.canary.wire.http_port import HttpPeer
from tibicen.realms.canary.wire.login_port import LoginPeer
from tibicen.realms.canary.wire.options import WireOptions
from tibicen.realms.canary.wire.peer import log
from tibicen.realms.canary.wire.world import WireWorld
from tibicen.vm.stack import start_thread

T = TypeVar("T")


class WireListener(Integration):
    """The server's role on the wire: its ports, and the connections that come in by them.

    Args:
        world: what connections come into.
        sockets: ports that are bound already, by kind (see `bind`); None: `connect` binds all.
        timed: whether the world's time is let run; not when somebody else does that.

    Everything here is for the event loop's thread, which needs a large stack (`tibicen.vm.stack`).
    """

    kind = "server"

    def __init__(
        self,
        world: WireWorld,
        options: IntegrationOptions | None = None,
        *,
        sockets: Mapping[str, socket.socket] | None = None,
        timed: bool = True,
    ) -> None:
        # A port that is taken stays taken: to try again is for the owner to say.
        super().__init__(options or IntegrationOptions(retry_count=0))
        self.world = world
        self._bound = sockets
        self._timed = timed
        self._servers: dict[str, Door | asyncio.Server] = {}
        self._numbers = count(1)
        self.login_port = world.options.login_port
        self.http_port: int | None = None
        self._note_numbers(sockets or {})

    async def initialize(self) -> None:
        """Raises ConfigError: two ports are the same one."""
        wanted = [each for each in addresses(self.world.options).values() if each[1]]
        twice = next((each for each in wanted if wanted.count(each) > 1), None)
        if twice is not None:
            raise ConfigError(f"two ports of a server can't both be {twice[0]}:{twice[1]}")

    async def connect(self) -> None:
        """Takes its ports. Raises OSError: one can't be had; which, stands in its `filename`."""
        bound, self._bound = self._bound, None
        await self.listen(bind(self.world.options) if bound is None else bound)

    async def authenticate(self) -> None:
        """Clients do that, each by itself; the server has to be able to read a login block."""
        self.world.options.key.check()

    async def communicate(self) -> None:
        if self._timed:
            self.world.start()

    async def disconnect(self) -> None:
        """Closes the ports and the connections."""
        await self.world.stop()
        self.shut()
        await asyncio.sleep(0)

    def shut(self) -> None:
        """The same at once, without waiting for those who take leave. Idempotent."""
        for kind in list(self._servers):
            self.end(kind)
        for each in (self._bound or {}).values():
            each.close()
        self._bound = None
        self.world.close()

    def monitor(self) -> dict[str, Any]:
        host = self.world.options.host
        numbers = {"game": self.world.game_port, "login": self.login_port, "http": self.http_port}
        return {
            **super().monitor(),
            "counts": {**self.counts, **self.world.counts},
            "ports": [{"kind": kind, "host": host, "port": numbers[kind]} for kind in addresses(self.world.options)],
            "sessions": self.world.sessions(),
            "extended": self.world.exchange.owners(),
        }

    def backup(self) -> dict[str, Any]:
        """Who has to wait for having guessed too often, so that a restart is no way around it."""
        return {"guesses": self.world.entrance.guesses()}

    def recover(self, saved: dict[str, Any]) -> None:
        self.world.entrance.remember(saved.get("guesses", {}))

    def optimize(self) -> dict[str, Any]:
        """Forgets session keys that open nothing any more."""
        return {"keys": self.world.entrance.forget_old()}

    def told(self, level: str, text: str) -> None:
        log.log(logging.ERROR if level == "error" else logging.WARNING, "the ports: %s", text)

    async def listen(self, sockets: Mapping[str, socket.socket]) -> None:
        """Takes connections on sockets that are bound (see `bind`); one of a kind takes the place of the one before."""
        loop = asyncio.get_running_loop()
        kinds: dict[str, Callable[[], asyncio.BaseProtocol]] = {
            "game": lambda: GamePeer(self.world, next(self._numbers)),
            "login": lambda: LoginPeer(self.world),
            "http": lambda: HttpPeer(self.world),
        }
        # Before the first connection, which is told the number.
        self._note_numbers(sockets)
        for kind, bound in sockets.items():
            self.end(kind)
            try:
                self._servers[kind] = Door(bound, kinds[kind])
            except NotImplementedError:
                self._servers[kind] = await loop.create_server(kinds[kind], sock=bound)

    def _note_numbers(self, sockets: Mapping[str, socket.socket]) -> None:
        numbers = {kind: each.getsockname()[1] for kind, each in sockets.items()}
        self.world.game_port = numbers.get("game", self.world.game_port)
        self.login_port = numbers.get("login", self.login_port)
        self.http_port = numbers.get("http", self.http_port)

    def end(self, kind: str) -> None:
        """Closes the port of a kind; its connections stay. Idempotent."""
        server = self._servers.pop(kind, None)
        if server is not None:
            server.close()


def addresses(options: WireOptions) -> dict[str, tuple[str, int]]:
    """Where the ports of a server are, by kind: game, login, http."""
    ports = {"game": options.game_port, "login": options.login_port, "http": options.http_port}
    return {kind: (options.host, port) for kind, port in ports.items() if port is not None}


def bind(options: WireOptions, has: Mapping[str, tuple[str, int]] | None = None) -> dict[str, socket.socket]:
    """Takes the ports of a server, all or none, by kind; not those that it has already.

    Raises:
        OSError: one can't be had; which, stands in its `filename`.
    """
    taken: dict[str, socket.socket] = {}
    for kind, (host, port) in addresses(options).items():
        if (has or {}).get(kind) == (host, port):
            continue
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            taken[kind] = socket.create_server((host, port), family=family)
        except OSError as error:
            for each in taken.values():
                each.close()
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise OSError(error.errno, reason, f"{kind} port {host}:{port}") from None
    return taken


class WireThread:
    """A world and its ports on a thread of their own.

    Args:
        make: makes the server, on that thread; the thread closes it.
        accounts: who may log in, or what makes them of the server, on that thread (StoredAccounts).
        options: ports, limits, names.

    Use it as a context manager; inside, `game_port`, `login_port` and `http_port` are those that were opened.
    """

    def __init__(
        self, make: Callable[[], Server], accounts: Accounts | Callable[[Server], Accounts], options: WireOptions
    ) -> None:
        self._make = make
        self._accounts = accounts
        self._options = options
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._problem: BaseException | None = None
        self._thread: threading.Thread | None = None
        self.world: WireWorld | None = None
        self.game_port = self.login_port = 0
        self.http_port: int | None = None

    def __enter__(self) -> WireThread:
        self._thread = start_thread(self._work, "tibicen-wire", daemon=True)
        self._ready.wait()
        if self._problem is not None:
            self._thread.join()
            raise self._problem
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stopping is not None and self._thread is not None:
            if self._thread.is_alive():
                self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def call(self, function: Callable[[Server], T]) -> T:
        """Runs a function of the server on its thread, between two messages; returns or raises what it did."""
        assert self._loop is not None and self.world is not None
        server = self.world.server

        async def inside() -> T:
            return function(server)

        return asyncio.run_coroutine_threadsafe(inside(), self._loop).result()

    def control(self, name: str, *arguments: Any) -> Any:
        """Calls one of the server's controls."""
        return self.call(lambda server: server.control(name, *arguments))

    def _work(self) -> None:
        try:
            server = self._make()
        except BaseException as error:
            self._problem = error
            self._ready.set()
            return
        try:
            asyncio.run(self._serve(server))
        except BaseException as error:
            self._problem = error
        finally:
            self._ready.set()
            server.close()

    async def _serve(self, server: Server) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        accounts = self._accounts(server) if callable(self._accounts) else self._accounts
        self.world = WireWorld(server, accounts, self._options)
        listener = WireListener(self.world)
        try:
            await listener.start()
            self.game_port, self.login_port = self.world.game_port, listener.login_port
            self.http_port = listener.http_port
            self._ready.set()
            await self._stopping.wait()
        finally:
            await listener.stop()
