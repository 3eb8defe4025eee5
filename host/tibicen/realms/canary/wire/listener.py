"""The ports of a server on the wire, and a thread that runs them with their world."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from tibicen.realms.canary.server import Server
from tibicen.realms.canary.wire.accounts import Accounts
from tibicen.realms.canary.wire.game_port import GamePeer
from tibicen.realms.canary.wire.login_port import LoginPeer
from tibicen.realms.canary.wire.options import WireOptions
from tibicen.realms.canary.wire.world import WireWorld
from tibicen.vm.stack import start_thread

T = TypeVar("T")


class WireListener:
    """The ports. Use `start` and `stop` in the event loop's thread, which needs a large stack (`tibicen.vm.stack`)."""

    def __init__(self, world: WireWorld) -> None:
        self.world = world
        self._servers: list[asyncio.Server] = []
        self._numbers = count(1)
        self.login_port = world.options.login_port

    async def start(self) -> None:
        """Opens the ports and lets the world's time run.

        Raises:
            OSError: a port is taken.
        """
        loop = asyncio.get_running_loop()
        options = self.world.options
        game = await loop.create_server(
            lambda: GamePeer(self.world, next(self._numbers)), options.host, options.game_port
        )
        self._servers.append(game)
        self.world.game_port = game.sockets[0].getsockname()[1]
        login = await loop.create_server(lambda: LoginPeer(self.world), options.host, options.login_port)
        self._servers.append(login)
        self.login_port = login.sockets[0].getsockname()[1]
        self.world.start()

    async def stop(self) -> None:
        """Closes the ports and the connections."""
        for server in self._servers:
            server.close()
        await self.world.stop()
        await asyncio.sleep(0)


class WireThread:
    """A world and its ports on a thread of their own.

    Args:
        make: makes the server, on that thread; the thread closes it.
        accounts: who may log in.
        options: ports, limits, names.

    Use it as a context manager; inside, `game_port` and `login_port` are those that were opened.
    """

    def __init__(self, make: Callable[[], Server], accounts: Accounts, options: WireOptions) -> None:
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
        self.world = WireWorld(server, self._accounts, self._options)
        listener = WireListener(self.world)
        try:
            await listener.start()
            self.game_port, self.login_port = self.world.game_port, listener.login_port
            self._ready.set()
            await self._stopping.wait()
        finally:
            await listener.stop()
