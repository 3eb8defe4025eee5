"""One client and its server, with the bridge between: two connections, two directions.

No task and no await for a packet: a chunk comes, is taken apart, and what becomes of it is written at once.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from tibicen.errors import WireError
from tibicen.native import Stack
from tibicen.protocol import handshake
from tibicen.protocol.batch import Batch
from tibicen.protocol.flow import Changed, Flow
from tibicen.protocol.handshake import GAME_LOGIN, FirstFrame
from tibicen.protocol.item_pupil import Pupil
from tibicen.protocol.leg import Leg
from tibicen.protocol.limits import PacketRate
from tibicen.protocol.packets import Made, Message, PacketHooks
from tibicen.protocol.readers import Part, Reader, Side, login_messages
from tibicen.protocol.upstream import Upstream
from tibicen.protocol.world_view import Event, WorldView

if TYPE_CHECKING:
    from tibicen.protocol.bridge import Bridge, Port

STATUS = 0xFF
"""Where a first frame has its checksum, a status request has this."""

LONGEST_CHALLENGE = 64

_log = structlog.get_logger("tibicen.bridge")

Rewrite = Callable[[bytes], bytes]


class Session:
    """A client's connection, from being accepted to both ends being closed.

    Attributes:
        info: what plugins and figures see of it.
        key: XTEA key of the client's leg, once it is known.
        view: the world as the client sees it, while somebody wants to know.
    """

    def __init__(self, bridge: Bridge, port: Port, number: int) -> None:
        self.bridge = bridge
        self.port = port
        self.limits = bridge.limits
        self.info: dict[str, Any] = {"id": number, "version": 0, "system": 0, "ip": "", "character": "", "upstream": ""}
        self.key = b""
        self.address = ""
        self.upstream: Upstream | None = None
        self.client = Leg(self, "client", self._from_client_first)
        self.server = Leg(self, "server", self._from_server)
        counts = bridge.counts
        self.flows: dict[Side, Flow] = {
            "client": Flow(port.framing, self.limits.client_frame, counts),
            "server": Flow(port.framing, self.limits.server_frame, counts),
        }
        # On the way of every chunk: looked up once.
        self._from, self._back = self.flows["client"], self.flows["server"]
        self._bus = bridge.bus
        self._rated = self.limits.packets_per_second > 0
        self.reader: Reader | None = None
        self.hooks: PacketHooks | None = None
        self.rewrite: Rewrite | None = None
        self.view: WorldView | None = None
        self.pupil: Pupil | None = None
        self.challenge = b""
        self._first = b""
        self._raw = False
        self._changes = -1
        self._rate = PacketRate(self.limits.packets_per_second)
        self._admitted = False
        self._ended = ""
        self._task: asyncio.Task[None] | None = None
        self._born = asyncio.get_running_loop().time()

    def other(self, side: Side) -> Leg:
        return self.server if side == "client" else self.client

    # -- both connections ---------------------------------------------------------------------------------

    def connected(self, side: Side) -> None:
        if side == "server":
            return
        assert self.client.transport is not None
        peer = self.client.transport.get_extra_info("peername")
        self.address = peer[0] if peer else ""
        self.info["ip"] = self.address
        refusal = self.bridge.door.admit(self.address)
        if refusal:
            self.bridge.counts[refusal] += 1
            self._ended = refusal
            self.client.transport.abort()
            return
        self._admitted = True
        self.bridge.sessions[self.info["id"]] = self
        self.bridge.counts["accepted"] += 1
        # The server speaks first, and which one it is doesn't depend on what the client says.
        self._task = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        try:
            upstream, _, _ = await self.port.pool.connect(lambda: self.server)
        except ConnectionError as error:
            _log.warning("no server for a client", ip=self.address, problem=str(error))
            self.end("bridge", "no_server")
            return
        self.upstream = upstream
        self.info["upstream"] = str(upstream.address)
        if self._ended:
            self._close_legs()
            return
        if self._first:
            waiting, self._first = self._first, b""
            self._safely(self._from_client_first, waiting)

    def lost(self, side: Side, error: Exception | None) -> None:
        if error is not None and not self._ended:
            self.bridge.counts["resets"] += 1
        self.end(side, "reset" if error is not None else "closed")
        if side == "client" and self._admitted:
            self._admitted = False
            self.bridge.door.leave(self.address)
            self.bridge.forget(self)
        if side == "server" and self.upstream is not None:
            self.upstream.sessions -= 1
            self.upstream = None

    def end(self, by: str, reason: str) -> None:
        """Closes both connections; what was written is flushed. The first reason counts."""
        if not self._ended:
            self._ended = reason
            self.bridge.counts[f"ended_{reason}"] += 1
            if self.info["version"]:
                said = {name: self.info[name] for name in ("character", "ip", "upstream")}
                _log.info("a session ended", session=self.info["id"], by=by, reason=reason, **said)
            if self.info["version"] and self.hooks is not None:
                self.bridge.closed(self, by, reason)
        self._close_legs()

    def _close_legs(self) -> None:
        for leg in (self.client, self.server):
            if leg.transport is not None:
                leg.transport.close()

    def abort(self) -> None:
        """Ends what does not end by itself."""
        self.end("bridge", "aborted")
        for leg in (self.client, self.server):
            if leg.transport is not None:
                leg.transport.abort()

    def look_after(self, now: float) -> None:
        """Called every now and then: closes who says nothing, or takes nothing."""
        if not self.info["version"] and not self._raw:
            if now - self._born > self.limits.first_frame_seconds:
                self._refuse("no_login", "no login frame in time")
            return
        if self.view is None and self.port.kind == "game" and self.bridge.feed is not None and self.bridge.feed.wanted:
            self.watch()
        for side, leg in (("client", self.client), ("server", self.server)):
            if leg.heard:
                leg.heard, leg.heard_at = False, now
            elif now - leg.heard_at > self.limits.idle_seconds:
                self._refuse("idle", f"not a byte from the {side} in {self.limits.idle_seconds:g} s")
                return
            if leg.stuck_since is not None and now - leg.stuck_since > self.limits.stuck_seconds:
                _log.info("a peer takes nothing", session=self.info["id"], side=side)
                self.abort()
                return

    # -- from the client ----------------------------------------------------------------------------------

    def _safely(self, take: Callable[[bytes], None], data: bytes) -> None:
        try:
            take(data)
        except WireError as error:
            self._refuse("malformed", str(error))

    def _refuse(self, reason: str, problem: str) -> None:
        _log.warning("a session is closed", ip=self.address, reason=reason, problem=problem)
        self.end("bridge", reason)

    def _from_client_first(self, data: bytes) -> None:
        """Bytes before the whole first frame is there."""
        data = self._first + data
        if len(data) > self.limits.client_frame + handshake.LONGEST_PRELUDE:
            self._refuse("malformed", "too much before the first frame")
            return
        if self.server.transport is None:
            self._first = data
            return
        try:
            self._first = self._begin(data)
        except WireError as error:
            self._refuse("malformed", str(error))

    def _begin(self, data: bytes) -> bytes:
        """What is left over while the first frame isn't whole."""
        prelude = handshake.prelude_length(data) if self.port.kind == "game" else 0
        if prelude < 0:
            return data
        if self.port.kind == "login" and len(data) >= 3 and data[2] == STATUS:
            self._pass_on(data)
            return b""
        rest = data[prelude:]
        if len(rest) < 2:
            return data
        unit, extra = (8, 6) if self.port.framing is Stack.BLOCKS else (1, 2)
        length = int.from_bytes(rest[:2], "little") * unit + extra
        if length > self.limits.client_frame:
            raise WireError(f"a first frame of {length} bytes")
        if len(rest) < length:
            return data
        first = handshake.read_first_frame(rest[:length], self.port.framing, self.bridge.key)
        if (first.opcode == GAME_LOGIN) != (self.port.kind == "game"):
            raise WireError(f"opcode {first.opcode:#04x} on a {self.port.kind} port")
        self._open(first, data[:prelude], rest[length:])
        return b""

    def _pass_on(self, data: bytes) -> None:
        """A status request: nothing in it is the bridge's business."""
        self._raw = True
        self.client._taken = self.server.write
        self.server._taken = self.client.write
        self.server.write(data)

    def _open(self, first: FirstFrame, prelude: bytes, rest: bytes) -> None:
        stack = handshake.stack_of(first, self.port.framing) if self.port.stack is None else self.port.stack
        self.key = first.key
        other = first.key if self.bridge.reuse_key else secrets.token_bytes(16)
        self.info["version"], self.info["system"] = first.version, first.system
        login = self.port.kind == "login"
        if login:
            # Lists of characters are Adler-32 whatever the version.
            stack = Stack.ADLER
            self.rewrite = self.bridge.character_list(self.port, first.version)
        else:
            try:
                name = handshake.read_credentials(first).character
            except WireError as error:
                raise WireError(f"the login block can't be read: {error}") from None
            self.info["character"] = name.decode("latin-1")
        self.flows["client"].key(stack, first.key, other)
        self.flows["server"].key(stack, other, first.key)
        self.reader, self.hooks = self.bridge.reading(self.port, first.version)
        self.pupil = self.bridge.pupil(self)
        self.client._taken = self._from_client
        if self.bridge.recorder is not None:
            self.bridge.recorder.first_frame(self, first, prelude)
        frame = handshake.write_first_frame(first.with_key(other), self.port.framing, self.port.server_key)
        self.server.write(prelude + frame)
        if not login:
            if self.bridge.feed is not None and self.bridge.feed.wanted:
                self.watch()
            self.bridge.opened(self)
        if rest:
            self._from_client(rest)

    def _from_client(self, data: bytes) -> None:
        flow = self._from
        if self._bus.family_changes != self._changes:
            self._aim()
        before = flow.frames
        try:
            out = flow.take(data)
        except WireError as error:
            self._refuse("malformed", str(error))
            return
        if self._rated and not self._rate.take(flow.frames - before):
            self._refuse("too_fast", f"more than {self.limits.packets_per_second} packets a second")
            return
        if out and self.server.transport is not None:
            self.server.transport.write(out)

    def _from_server(self, data: bytes) -> None:
        if not self.key and not self._raw and len(self.challenge) + len(data) <= LONGEST_CHALLENGE:
            self.challenge += data
        if self._bus.family_changes != self._changes:
            self._aim()
        try:
            out = self._back.take(data)
        except WireError as error:
            self._refuse("server_malformed", str(error))
            return
        if out and self.client.transport is not None:
            self.client.transport.write(out)

    # -- messages -----------------------------------------------------------------------------------------

    def _aim(self) -> None:
        """Has frames opened in the directions in which somebody wants messages, and only there."""
        if self.hooks is None:
            return
        self._changes = self._bus.family_changes
        recorded = self.bridge.recorder is not None
        for side, flow in self.flows.items():
            viewed = side == "server" and (self.rewrite is not None or self.view is not None)
            whole = recorded or viewed or bool(self.bridge.taps)
            if side == "server" and self.pupil is not None and self.pupil.learns:
                # Nobody's frames are opened for that alone.
                whole = whole or self.hooks.wanted(side)
            wanted = whole or self.hooks.wanted(side)
            flow.look = self._look(side) if wanted else None
            flow.batch = None if whole else self._batch(side, flow)

    def _batch(self, side: Side, flow: Flow) -> Batch | None:
        """Where all who want messages of a side are in VMs of this process, and nobody else looks at them."""
        hooks, reader = self.hooks, self.reader
        assert hooks is not None and reader is not None
        if not flow.same_key or flow.xtea is None or not hooks.wish(side).opcodes or not hooks.wish(side).in_reach:
            return None

        def finish(made: Made) -> Changed | None:
            return self._finished(side, made)

        return Batch(hooks, reader, self.info, side, flow.stack, flow.limit, flow.xtea, finish)

    def watch(self) -> WorldView:
        """The view of this session, which begins now unless it has one: then it lacks what was said before."""
        if self.view is None:
            self.view = WorldView()
            self._aim()
        return self.view

    def _look(self, side: Side) -> Callable[[bytes], Changed | None]:
        def look(messages: bytes) -> Changed | None:
            return self._through(side, messages)

        return look

    def _through(self, side: Side, messages: bytes) -> Changed | None:
        if self.bridge.recorder is not None:
            self.bridge.recorder.frame(self, side, messages)
        if side == "server" and self.pupil is not None:
            self.pupil.frame(messages)
        taps = self.bridge.taps
        if taps and self.port.kind == "login":
            self._tap(f"login_{side}", messages, login_messages(self.info["version"], side, messages))
        if side == "server" and self.rewrite is not None:
            rewritten = self.rewrite(messages)
            return Changed(rewritten) if rewritten != messages else None
        hooks, reader = self.hooks, self.reader
        assert hooks is not None and reader is not None
        pieces = None
        viewed = side == "server" and self.view is not None
        if viewed or (taps and self.port.kind == "game"):
            # Once for all: what a message says of the session must not be said twice.
            pieces = hooks.pieces(reader.read, side, messages)
            if taps:
                self._tap(side, messages, pieces)
        if side == "server" and self.view is not None and pieces is not None:
            self._see(self.view, pieces, reader)
        if not hooks.wanted(side):
            return None
        return self._finished(side, hooks.frame(reader, self.info, side, messages, pieces))

    def aim(self) -> None:
        """Somebody else wants to see its frames, or nobody does any more."""
        self._aim()

    def _tap(self, way: str, messages: bytes, pieces: Sequence[Part]) -> None:
        for tap in self.bridge.taps:
            tap(self.info, way, messages, pieces)

    def _finished(self, side: Side, made: Made) -> Changed | None:
        for each in made.answers:
            self.send("server" if side == "client" else "client", each)
        if not made.touched:
            return None
        return self._within(side, Changed(made.messages, made.behind))

    def _see(self, view: WorldView, pieces: Sequence[Part], reader: Reader) -> None:
        try:
            events = list(view.take(pieces, *reader.view))
        except (LookupError, TypeError, ValueError, AttributeError):
            # A server that contradicts itself costs the view what it knew, not the player the session.
            self.bridge.counts["views_lost"] += 1
            _log.exception("a view of the world is lost, and begins anew", session=self.info["id"])
            self.view = WorldView()
            return
        if events and self.bridge.feed is not None:
            # The frame goes first: who hears of it can't hold it.
            asyncio.get_running_loop().call_soon(self._tell, events)

    def _tell(self, events: list[Event]) -> None:
        assert self.bridge.feed is not None
        for name, event in events:
            self.bridge.feed.tell(name, self.info["id"], event)
        if self.bridge.feed.lost:
            self.bridge.counts["events_lost"] = self.bridge.feed.lost

    def _within(self, side: Side, changed: Changed) -> Changed | None:
        """None when plugins made more of a frame than the other side takes: then it goes on as it was."""
        room = self.flows[side].limit - 24
        if max(map(len, (changed.messages, *changed.behind))) <= min(room, 65_000):
            return changed
        self.bridge.counts["too_long"] += 1
        return None

    def send(self, side: Side, message: Message) -> None:
        """A message as if `side` had sent it: `server` for one that the client gets.

        Raises:
            WireError: too long for a frame, or the session has no key yet.
        """
        flow = self.flows[side]
        if not flow.keyed:
            raise WireError("the session has not begun")
        if len(message.data) + 24 > flow.limit:
            raise WireError(f"a message of {len(message.data)} bytes is too long for the other side")
        self.other(side).write(flow.inject(message.wire()))
