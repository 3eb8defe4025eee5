"""The bridge: real clients in front, real servers behind, and plugins on every message in between."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import structlog

from tibicen.bus.hooks import HookBus
from tibicen.bus.world import WorldFeed
from tibicen.errors import ConfigError, TibicenError, WireError
from tibicen.native import Stack
from tibicen.protocol.characters import rewrite_list
from tibicen.protocol.extended import diagnosis, owners
from tibicen.protocol.integration import Integration, IntegrationOptions
from tibicen.protocol.item_pupil import Pupil
from tibicen.protocol.item_school import ItemSchool
from tibicen.protocol.items import ItemTable
from tibicen.protocol.limits import BridgeLimits, Doorkeeper
from tibicen.protocol.packets import PacketHooks, messages_of
from tibicen.protocol.readers import Part, Reader, Side, reader_of
from tibicen.protocol.recorder import SessionRecorder
from tibicen.protocol.rsa import PrivateKey, PublicKey, open_tibia_key
from tibicen.protocol.session import Session
from tibicen.protocol.upstream import UpstreamPool
from tibicen.protocol.versions import VERSIONS
from tibicen.protocol.web_login import WebLogin
from tibicen.protocol.websocket_front import WebSocketFront
from tibicen.protocol.world_view import WorldView

LOOK_AFTER_SECONDS = 1.0

Tap = Callable[[Mapping[str, Any], str, bytes, Sequence[Part]], None]
"""What looks at frames and changes nothing: called with what is known of the session, who sent it (layout.DIRECTIONS),
the frame's messages, and these taken apart. It must not raise."""

_log = structlog.get_logger("tibicen.bridge")


@dataclass(slots=True)
class Port:
    """A port in front, and what stands behind it.

    Attributes:
        kind: game; login (0x01 and status requests); http (login by JSON).
        framing: BLOCKS for clients from 14.05 on, otherwise ADLER. A server speaks first, so nothing that a client
            says can choose it.
        stack: the framing behind the first frame; None: by the client's version and system, as servers choose it.
        server_key: what a server's login blocks are closed with.
        tls: for clients that come by TLS.
        advertised: (host, port) that clients are sent to for this port; None leaves lists of characters alone.
        websocket: clients come by WebSocket. Where they log in, it says which of the game ports they are sent to.
        items: flags of the servers' items, without which most of what they say can't be taken apart.
    """

    kind: Literal["game", "login", "http"]
    host: str
    port: int
    pool: UpstreamPool
    framing: Stack = Stack.ADLER
    stack: Stack | None = None
    server_key: PublicKey = field(default_factory=open_tibia_key)
    tls: ssl.SSLContext | None = None
    advertised: tuple[str, int] | None = None
    websocket: bool = False
    items: ItemTable | None = None

    @property
    def servers(self) -> str:
        """Those behind it, as one name."""
        return " ".join(sorted(str(each.address) for each in self.pool.upstreams))


class Bridge(Integration):
    """Listens on its ports and ties every client to a server.

    Args:
        ports: at least one.
        hooks: where plugins answer; None: nobody does.
        key: what clients close their login blocks for.
        reuse_key: whether the server's leg has the client's XTEA key, so that frames pass as they came.
        deadline_ms: what plugins may take for one message.
        recorder: told of every session, and of every message.
        feed: told of what is seen of worlds, while anybody listens.
        school: learns the flags of items at game ports that have none, from frames that somebody wants anyway.

    Attributes:
        sessions: by number.
        taps: shown every frame, before plugins; see `tap`.
        counts: what happened, by name; docs/bridge.md says which there are.
    """

    kind = "bridge"

    def __init__(
        self,
        ports: list[Port],
        hooks: HookBus | None = None,
        *,
        key: PrivateKey | None = None,
        limits: BridgeLimits | None = None,
        options: IntegrationOptions | None = None,
        reuse_key: bool = True,
        deadline_ms: float = 50.0,
        recorder: SessionRecorder | None = None,
        feed: WorldFeed | None = None,
        school: ItemSchool | None = None,
    ) -> None:
        super().__init__(options)
        self.ports = ports
        self.hooks = hooks
        self.bus = hooks if hooks is not None else _NOBODY
        self.key = key or open_tibia_key()
        self.limits = limits or BridgeLimits()
        self.reuse_key = reuse_key
        self.recorder = recorder
        self.feed = feed
        self.school = school
        self.sessions: dict[int, Session] = {}
        self.taps: tuple[Tap, ...] = ()
        self.door = Doorkeeper(self.limits)
        self._deadline_ms = deadline_ms
        self._packet_hooks: dict[int, PacketHooks] = {}
        self._servers: list[asyncio.Server] = []
        self._web: list[WebLogin] = []
        self._numbers = 0
        self._diagnoses: dict[int, str] = {}
        self._care: asyncio.TimerHandle | None = None
        self._checks: asyncio.Task[None] | None = None

    # -- the life of an integration -----------------------------------------------------------------------

    async def initialize(self) -> None:
        """Raises ConfigError: no port, or one without a server."""
        if not self.ports:
            raise ConfigError("a bridge needs at least one port")
        for port in self.ports:
            if not port.pool.upstreams:
                raise ConfigError(f"the {port.kind} port {port.port} has no server behind it")

    async def connect(self) -> None:
        """Takes its ports. That a server is down is no reason not to: it may be up when the first client comes."""
        loop = asyncio.get_running_loop()
        # The web login names the game ports, which are known once they are taken.
        for port in sorted(self.ports, key=lambda each: each.kind == "http"):
            if port.kind == "http":
                web = WebLogin(port.pool, self.worlds(port.websocket), self.limits, self.counts)
                self._web.append(web)
                factory: Callable[[], asyncio.Protocol] = web.connection
            else:
                factory = self._factory(port)
            server = await loop.create_server(factory, port.host, port.port, ssl=port.tls)
            self._servers.append(server)
            port.port = server.sockets[0].getsockname()[1]

    def _factory(self, port: Port) -> Callable[[], asyncio.Protocol]:
        def make() -> asyncio.Protocol:
            self._numbers += 1
            leg = Session(self, port, self._numbers).client
            return WebSocketFront(leg, self.limits) if port.websocket else leg

        return make

    async def authenticate(self) -> None:
        """Clients and servers do that with each other; the bridge only has to be able to read a login block."""
        self.key.check()

    async def communicate(self) -> None:
        self._look_after()

    async def disconnect(self) -> None:
        if self._care is not None:
            self._care.cancel()
            self._care = None
        if self._checks is not None:
            self._checks.cancel()
            self._checks = None
        for server in self._servers:
            server.close()
        for session in list(self.sessions.values()):
            session.end("bridge", "stopped")
        for web in self._web:
            web.close()
        servers, self._servers, self._web = self._servers, [], []
        for _ in range(100):
            if not self.sessions:
                break
            await asyncio.sleep(0.01)
        for session in list(self.sessions.values()):
            session.abort()
        for server in servers:
            await server.wait_closed()

    def optimize(self) -> dict[str, Any]:
        """Lets go of the tables of versions that nobody speaks now."""
        spoken = {session.info["version"] for session in self.sessions.values()}
        unused = [version for version in self._packet_hooks if version not in spoken]
        for version in unused:
            del self._packet_hooks[version]
        return {"tables": len(unused)}

    def monitor(self) -> dict[str, Any]:
        return {
            **super().monitor(),
            "sessions": [
                {**session.info, **_frames(session), "extended": self.diagnose(session)}
                for session in self.sessions.values()
            ],
            "items": [] if self.school is None else self.school.describe(),
            "extended": [] if self.hooks is None else owners(self.hooks),
            "ports": [
                {"kind": port.kind, "host": port.host, "port": port.port, "servers": port.pool.describe()}
                for port in self.ports
            ],
        }

    def backup(self) -> dict[str, Any]:
        """Which servers were down, so that another bridge doesn't have to find out by its clients."""
        down = [str(each.address) for port in self.ports for each in port.pool.upstreams if each.failures]
        return {"down": down}

    def recover(self, saved: dict[str, Any]) -> None:
        for port in self.ports:
            for each in port.pool.upstreams:
                if str(each.address) in saved.get("down", ()):
                    port.pool.failed(each, ConnectionError("was down"))

    def _look_after(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        sessions = list(self.sessions.values())
        for session in sessions:
            session.look_after(now)
        if self.school is not None:
            self.school.flush()
        if any(hook for name, hook in self.bus.hooks.items() if name.startswith("extended.")):
            for session in sessions:
                self._tell_diagnosis(session)
        if self._checks is None or self._checks.done():
            self._checks = loop.create_task(self._check_servers())
        self._care = loop.call_later(LOOK_AFTER_SECONDS, self._look_after)

    async def _check_servers(self) -> None:
        for port in self.ports:
            await port.pool.check()

    # -- what sessions ask --------------------------------------------------------------------------------

    def reading(self, port: Port, version: int) -> tuple[Reader, PacketHooks]:
        """What a session of a version reads its frames with, and whom it asks."""
        school = self._school(port, version)
        reader = reader_of(version, school.table(port.servers, version) if school is not None else port.items)
        known = self._packet_hooks.get(version)
        if known is None:
            known = PacketHooks(self.bus, reader.name, deadline_ms=self._deadline_ms, counts=self.counts)
            self._packet_hooks[version] = known
        return reader, known

    def _school(self, port: Port, version: int) -> ItemSchool | None:
        """Where the flags of a port's items are learnt, if they are."""
        learnt = port.kind == "game" and port.items is None and version in VERSIONS
        return self.school if learnt else None

    def pupil(self, session: Session) -> Pupil | None:
        """Who takes a session's frames to where the flags of items are learnt."""
        version = session.info["version"]
        school = self._school(session.port, version)
        if school is None:
            return None
        return Pupil(school, session.info["id"], session.port.servers, version, session.aim)

    def character_list(self, port: Port, version: int) -> Callable[[bytes], bytes] | None:
        """How the server's list of characters is changed; None when clients are sent nowhere else."""
        worlds = self.worlds(port.websocket)
        if not worlds:
            return None

        def rewrite(messages: bytes) -> bytes:
            try:
                return rewrite_list(messages, version, worlds)
            except WireError as error:
                _log.warning("a list of characters can't be read; it goes on as it is", problem=str(error))
                return messages

        return rewrite

    def diagnose(self, session: Session) -> str:
        """Why extended opcodes don't work in a session, as far as somebody listens to them; empty: nothing known."""
        if session.hooks is None or not session.hooks.extended:
            return ""
        channel = session.hooks.channels[session.info["id"]]
        return diagnosis(session.info["system"], channel, session.flows["server"].frames)

    def _tell_diagnosis(self, session: Session) -> None:
        """Says in the log why extended opcodes don't work, once a session and reason."""
        if session.hooks is None:
            return
        number, system = session.info["id"], session.info["system"]
        problem = diagnosis(system, session.hooks.channels[number], session.flows["server"].frames)
        if problem and self._diagnoses.get(number) != problem:
            self._diagnoses[number] = problem
            _log.warning("extended opcodes do not work", session=number, ip=session.address, problem=problem)

    def worlds(self, websocket: bool) -> dict[int, tuple[str, int]]:
        """Where clients are sent, by the port of the server that the list names; 0: whatever it names."""
        game = [
            port
            for port in self.ports
            if port.kind == "game" and port.advertised is not None and port.websocket == websocket
        ]
        worlds: dict[int, tuple[str, int]] = {}
        for port in game:
            assert port.advertised is not None
            host, number = port.advertised
            shown = (host, number or port.port)
            for each in port.pool.upstreams:
                worlds[each.address.port] = shown
            if len(game) == 1:
                worlds[0] = shown
        return worlds

    def opened(self, session: Session) -> None:
        self.counts["opened"] += 1
        self._tell("bridge.opened", dict(session.info))

    def closed(self, session: Session, by: str, reason: str) -> None:
        if self.recorder is not None:
            self.recorder.closed(session, by, reason)
        if session.port.kind == "game":
            self._tell("bridge.closed", {**session.info, "by": by, "reason": reason})

    def _tell(self, hook: str, record: dict[str, Any]) -> None:
        if self.hooks is not None and (called := self.hooks[hook]):
            called(record)

    def forget(self, session: Session) -> None:
        self.sessions.pop(session.info["id"], None)
        self._diagnoses.pop(session.info["id"], None)
        if session.pupil is not None:
            session.pupil.close()
        if session.hooks is not None:
            session.hooks.channels.forget(session.info["id"])

    def tap(self, tap: Tap) -> None:
        """Shows somebody every frame from now on, before plugins; all frames are opened for that."""
        self._set_taps((*self.taps, tap))

    def untap(self, tap: Tap) -> None:
        """Shows it nothing any more. Idempotent."""
        self._set_taps(tuple(each for each in self.taps if each != tap))

    def _set_taps(self, taps: tuple[Tap, ...]) -> None:
        self.taps = taps
        for session in self.sessions.values():
            session.aim()

    # -- what plugins ask ---------------------------------------------------------------------------------

    def view(self, number: int) -> WorldView:
        """What the client of a session sees. Kept from now on, when it wasn't before.

        Raises:
            TibicenError: there is no such session in the game.
        """
        session = self.sessions.get(number)
        if session is None or session.port.kind != "game" or session.reader is None:
            raise TibicenError(f"there is no session {number} in the game")
        return session.watch()

    def send(self, number: int, to: Side, message: Mapping[str, Any]) -> None:
        """A message {opcode, data} of a plugin's own, to the client or the server of a session; or an extended one,
        {extended, data}, or {extended, value} as JSON in chunks.

        Raises:
            TibicenError: there is no such session; WireError: it is none, or doesn't fit.
        """
        session = self.sessions.get(number)
        if session is None or to not in ("client", "server"):
            raise TibicenError(f"there is no {to} of a session {number}")
        for each in messages_of(message):
            session.send("server" if to == "client" else "client", each)
        self.counts["sent"] += 1


def _frames(session: Session) -> dict[str, int]:
    return {f"frames_{side}": flow.frames for side, flow in session.flows.items()}


def _nobody(handler: object, error: BaseException) -> None:
    raise error


_NOBODY = HookBus(_nobody)
"""The hooks of a bridge without plugins."""
