"""The world behind the ports: its clock runs with real time, and what it tells clients goes out."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from tibicen.errors import TibicenError
from tibicen.realms.canary.server import Server
from tibicen.realms.canary.wire.accounts import Accounts, Sessions
from tibicen.realms.canary.wire.options import WireOptions

if TYPE_CHECKING:
    from tibicen.realms.canary.wire.game_port import GamePeer

log = logging.getLogger("tibicen.wire")

BEHIND_MS = 1000
"""What the world catches up with at most after a pause of the machine; the rest of the time is left out."""

PING_SECONDS = 1.0


class WireWorld:
    """A server's world, shared by all connections. Everything here is for the thread of its event loop.

    Args:
        server: the world, its scripts loaded.
        accounts: who may log in.
        options: ports, limits, names.
    """

    def __init__(self, server: Server, accounts: Accounts, options: WireOptions) -> None:
        self.server = server
        self.accounts = accounts
        self.options = options
        self.sessions = Sessions(accounts)
        self.game_port = options.game_port
        self._peers: dict[int, GamePeer] = {}
        self._by_address: dict[str, int] = {}
        self._connections = 0
        self._ticker: asyncio.Task[None] | None = None
        self.slowest_ms = 0.0
        """The longest that one tick of the world took."""
        server.control("mount", "wire")

    # -- connections

    def admit(self, address: str) -> str:
        """Counts a new connection; why it is not wanted, or nothing. `leave` has to follow in both cases."""
        self._connections += 1
        count = self._by_address[address] = self._by_address.get(address, 0) + 1
        limits = self.options.limits
        if self._connections > limits.connections:
            return f"more than {limits.connections} connections"
        if count > limits.per_address:
            return f"more than {limits.per_address} connections from this address"
        return ""

    def leave(self, address: str) -> None:
        """A connection that was counted is gone."""
        self._connections -= 1
        left = self._by_address.get(address, 1) - 1
        if left:
            self._by_address[address] = left
        else:
            self._by_address.pop(address, None)

    @property
    def players(self) -> int:
        """Connections with a character in the game."""
        return len(self._peers)

    # -- what connections bring

    def enter(self, peer: GamePeer, name: str, fields: dict[str, Any], client: dict[str, Any]) -> str:
        """A character comes into the game; why it can't, or nothing."""
        answer = self.server.control("wire_enter", peer.number, name, fields, client)
        if answer.get("problem"):
            return str(answer["problem"])
        self._peers[peer.number] = peer
        self.flush()
        return ""

    def message(self, peer: GamePeer, data: bytes) -> str:
        """A client's message is done; why its connection has to be closed, or nothing."""
        if peer.number not in self._peers:
            return ""
        try:
            problem = self.server.control("wire_message", peer.number, data)
        except TibicenError as error:
            # One message that the world can't bear costs its sender the connection, and nobody else anything.
            return f"message 0x{data[0]:02X} failed in the world: {error}"
        return str(problem or "")

    def lost(self, peer: GamePeer) -> None:
        """A connection is gone."""
        if self._peers.pop(peer.number, None) is not None and self.server.control("wire_lost", peer.number):
            log.info("%s stays in the game without a connection", peer.character)

    # -- time

    def flush(self) -> None:
        """Sends what the world has to tell."""
        for number, frames, over in self.server.control("wire_flush") or ():
            peer = self._peers.get(number)
            if peer is None:
                continue
            for frame in frames or ():
                peer.send(frame if isinstance(frame, bytes) else frame.encode())
            if over:
                self._peers.pop(number, None)
                peer.close("the character left the game", expected=True)

    def start(self) -> None:
        """Lets time run."""
        self._ticker = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stops time; connections are closed."""
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
        for peer in list(self._peers.values()):
            peer.close("the server shuts down", expected=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        step = self.options.tick_ms / 1000
        last = due = loop.time()
        next_ping = due + PING_SECONDS
        while True:
            due = max(due + step, loop.time())
            await asyncio.sleep(due - loop.time())
            now = loop.time()
            passed = int((now - last) * 1000)
            last += passed / 1000
            started = time.perf_counter()
            try:
                self.server.advance(min(BEHIND_MS, passed))
                if now >= next_ping:
                    next_ping = now + PING_SECONDS
                    self._ping()
                self.flush()
            except TibicenError as error:
                log.error("the world: %s", error)
            self.slowest_ms = max(self.slowest_ms, (time.perf_counter() - started) * 1000)

    def _ping(self) -> None:
        for number in self.server.control("wire_pings") or ():
            peer = self._peers.get(number)
            if peer is not None:
                peer.close("no sign of life for 60 s")
