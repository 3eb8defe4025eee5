"""The world behind the ports: its clock runs with real time, and what it tells clients goes out."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from tibicen.errors import TibicenError
from tibicen.realms.canary.server import Server
from tibicen.realms.canary.wire.accounts import Accounts
from tibicen.realms.canary.wire.audience import Audience
from tibicen.realms.canary.wire.entrance import Entrance, Refused
from tibicen.realms.canary.wire.exchange import Exchange
from tibicen.realms.canary.wire.options import WireOptions
from tibicen.realms.canary.wire.people import People
from tibicen.realms.canary.wire.session import Session
from tibicen.realms.canary.wire.turns import Turns
from tibicen.realms.canary.wire.views import Views, raw

if TYPE_CHECKING:
    from tibicen.realms.canary.wire.game_port import GamePeer

log = logging.getLogger("tibicen.wire")

BEHIND_MS = 1000
"""What the world catches up with at most after a pause of the machine; the rest of the time is left out."""

PING_SECONDS = 1.0

STARTING = "Gameworld is starting up. Please wait."
"""What a client is told whose character can't come in yet."""

BROKEN = "Your character could not be loaded."

CLOSED = "The game is just going down.\nPlease try again later."
"""What a client is told whose server ends while it logs in."""

REPLACED = "You are already connected through another client. Please use only one client at a time!"
"""What a client is told whose character has gone over to another one."""


class WireWorld:
    """A server's world, shared by all connections. Everything here is for the thread of its event loop.

    Args:
        server: the world, its scripts loaded.
        accounts: who may log in.
        options: ports, limits, names.
        audience: who hears of what goes over connections.
    """

    def __init__(
        self, server: Server, accounts: Accounts, options: WireOptions, audience: Audience | None = None
    ) -> None:
        self.server = server
        self.options = options.of(server.dialect)
        self.entrance = Entrance(accounts)
        self.game_port = options.game_port
        self.in_game: dict[int, Session] = {}
        """Connections with a character in the game, by their numbers."""
        self._by_address: dict[str, int] = {}
        self.turns = Turns()
        self._connections = 0
        self._ticker: asyncio.Task[None] | None = None
        self._next_ping = 0.0
        self.counts: Counter[str] = Counter()
        """What happened, by name: connections, entered, refused, ended."""
        self._audience = audience or Audience()
        self.views = Views(self._audience.feed(), self.counts)
        self.exchange = Exchange(self, self._audience)
        self.people = People(self._audience)
        self._moving = self._closed = False
        self.slowest_ms = 0.0
        """The longest that one tick of the world took."""
        server.control("mount", "wire")

    # -- connections

    def admit(self, address: str) -> str:
        """Counts a new connection; why it is not wanted, or nothing. `leave` has to follow in both cases."""
        self._connections += 1
        self.counts["connections"] += 1
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
        return len(self.in_game)

    def sessions(self) -> list[dict[str, Any]]:
        """Who is in the game by a connection."""
        diagnose = self.exchange.diagnose if self.in_game and self.exchange.used() else lambda session: ""
        return [{**each.info, "extended": diagnose(each)} for each in self.in_game.values()]

    def vocations(self) -> dict[int, str]:
        """Names of the server's vocations by number."""
        return {int(number): str(name) for number, name in self.server.control("wire_vocations")}

    # -- what connections bring

    async def arrive(self, peer: GamePeer, name: str, fields: dict[str, Any], client: dict[str, Any]) -> None:
        """A character comes into the game as with `enter`: at once, or in its turn when many do."""
        await self.turns.wait()
        began = time.perf_counter()
        try:
            self.enter(peer, name, fields, client)
        finally:
            self.turns.used(time.perf_counter() - began)

    def enter(self, peer: GamePeer, name: str, fields: dict[str, Any], client: dict[str, Any]) -> None:
        """A character comes into the game; what it sees is sent with the next tick.

        Raises:
            Refused: it may not.
        """
        if self._closed:
            raise Refused(CLOSED)
        if self.server.control("starting"):
            raise Refused(STARTING)
        if problem := self.people.refusal(name, client["address"]):
            self.counts["refused"] += 1
            raise Refused(problem)
        answer = self._enter(peer.number, name, fields, client)
        if answer.get("problem"):
            self.counts["refused"] += 1
            raise Refused(str(answer["problem"]), seconds=int(answer.get("wait") or 0))
        self.counts["entered"] += 1
        replaced = self._taken_out(int(answer.get("replaced") or 0), "replaced")
        if replaced is not None:
            replaced.peer.refuse(REPLACED, f"{name} logged in again, from {peer.address}")
        session = self.in_game[peer.number] = Session(peer, name, fields, client)
        self.exchange.begin(session)
        self.views.begin(peer.number, client["version"])
        self._audience.tell("server.opened", session.info)
        self.people.came(name, int(answer["id"]), int(answer["level"]))

    def ban(self, address: str) -> str:
        """What somebody at a banned address is told; empty for an address that is not."""
        return str(self.server.control("wire_ban", address) or "")

    def _enter(
        self, number: int, name: str, fields: dict[str, Any], client: dict[str, Any], *, moved: bool = False
    ) -> dict[str, Any]:
        # What an account says of a character is of a new one: one that has been saved is what it has become.
        known = self.server.players.find(name.encode("latin-1", "replace"), time.time())
        answer: dict[str, Any] = self.server.control("wire_enter", number, name, {} if known else fields, client, moved)
        return answer

    def _taken_out(self, number: int, reason: str) -> Session | None:
        session = self.in_game.pop(number, None)
        if session is None:
            return None
        self.counts["ended"] += 1
        self.views.end(number)
        self.exchange.end(number)
        self._audience.tell("server.closed", {**session.info, "reason": reason})
        return session

    def move(self, server: Server, accounts: Accounts, options: WireOptions) -> None:
        """Another server takes over, with what the one before has saved: characters come into its game as if they had
        logged in again, by the connections that they have; when it has started, if it is not done with that."""
        server.control("mount", "wire")
        self.server, self.options = server, options.of(server.dialect)
        self.entrance.accounts = accounts
        self._moving = True
        self.views.moved()
        self._move_in()

    def _move_in(self) -> None:
        server = self.server
        if not self._moving or server.control("starting"):
            return
        self._moving = False
        for number, session in list(self.in_game.items()):
            try:
                answer = self._enter(number, session.name, session.fields, session.client, moved=True)
                problem = str(answer.get("problem") or "")
            except TibicenError as error:
                log.error("%s could not come into the new server's game: %s", session.name, error)
                problem = BROKEN
            if not problem:
                self.people.came(session.name, int(answer["id"]), int(answer["level"]))
            else:
                self._taken_out(number, "refused")
                session.peer.refuse(problem, f"the server was reloaded; {problem}")
        self.people.only(session.name for session in self.in_game.values())
        self.flush()

    def message(self, peer: GamePeer, data: bytes) -> str:
        """A client's message is done; why its connection has to be closed, or nothing."""
        session = self.in_game.get(peer.number)
        if session is None:
            return ""
        if data and not (data := self.people.said(session, data)):
            return ""
        if self.exchange.wanted:
            return self.exchange.from_client(session, data)
        return self.do(peer.number, data)

    def do(self, number: int, data: bytes) -> str:
        """Has the world do what a client's message asks for; why it can't be, or nothing."""
        try:
            problem = self.server.control("wire_message", number, data)
        except TibicenError as error:
            # One message that the world can't bear costs its sender the connection, and nobody else anything.
            return f"message 0x{data[0]:02X} failed in the world: {error}"
        return str(problem or "")

    def lost(self, peer: GamePeer) -> None:
        """A connection is gone."""
        session = self._taken_out(peer.number, "lost")
        if session is None:
            return
        if self.server.control("wire_lost", peer.number):
            log.info("%s stays in the game without a connection", session.name)
        else:
            self.people.left(session.name)

    # -- time

    def flush(self) -> None:
        """Sends what the world has to tell."""
        views, shown = self.views, self.exchange.wanted
        if listens := views.listens():
            frames, over, known, kinds = self.server.control("wire_watch", views.missing())
            views.note_kinds(kinds)
        else:
            frames, over = self.server.control("wire_flush")
            known = ()
        sessions, told = self.in_game, iter(frames)
        for number, each in zip(told, told, strict=True):
            session = sessions.get(number)
            if session is None:
                continue
            frame = raw(each)
            if shown:
                self.exchange.from_server(session, frame)
            else:
                session.peer.send(frame)
            if listens:
                views.take(number, frame)
        for number, (messages, names) in known:
            views.take_all(number, messages, names)
        # Frames go first: who hears of them can't hold them.
        views.tell()
        for number in over:
            gone = self._taken_out(number, "left")
            if gone is not None:
                self.people.left(gone.name)
                gone.peer.close("the character left the game", expected=True)

    def tell(self, now: float) -> None:
        """Time has passed in the world: asks clients for signs of life when that is due, and sends what there is.

        Args:
            now: the loop's time.
        """
        self._move_in()
        self.turns.renew(now)
        if now >= self._next_ping:
            self._next_ping = now + PING_SECONDS
            self._ping()
        self.flush()

    def start(self) -> None:
        """Lets time run, for a world whose clock nobody else moves."""
        self._ticker = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stops time; connections are closed. Idempotent."""
        ticker, self._ticker = self._ticker, None
        if ticker is not None:
            ticker.cancel()
            await asyncio.gather(ticker, return_exceptions=True)
        self.close()

    def close(self) -> None:
        """Closes the connections; nothing is asked of the server any more."""
        self._closed = True
        self.turns.end()
        for number, session in list(self.in_game.items()):
            self._taken_out(number, "stopped")
            session.peer.close("the server shuts down", expected=True)
        self.people.only(())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        step = self.options.tick_ms / 1000
        last = due = loop.time()
        self._next_ping = due + PING_SECONDS
        while True:
            due = max(due + step, loop.time())
            await asyncio.sleep(due - loop.time())
            now = loop.time()
            passed = int((now - last) * 1000)
            last += passed / 1000
            started = time.perf_counter()
            try:
                self.server.advance(min(BEHIND_MS, passed))
                self.tell(now)
            except TibicenError as error:
                log.error("the world: %s", error)
            self.slowest_ms = max(self.slowest_ms, (time.perf_counter() - started) * 1000)

    def _ping(self) -> None:
        self.exchange.tell_diagnoses()
        for number in self.server.control("wire_pings") or ():
            session = self.in_game.get(number)
            if session is not None:
                session.peer.close("no sign of life for 60 s")
        playing = {session.name for session in self.in_game.values()}
        for each in self.server.control("wire_gone") or ():
            if (name := raw(each).decode("latin-1")) not in playing:
                self.people.left(name)
        for number, opcode, size in self.server.control("wire_unknown") or ():
            session = self.in_game.get(number)
            who = f"{session.name} from {session.peer.address}" if session is not None else "somebody who is gone"
            log.info("message 0x%02X of %d bytes is known to nobody: %s sent it", opcode, size, who)
