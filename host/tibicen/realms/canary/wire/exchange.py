"""What plugins make of extended messages between a server and its clients, and what they send by themselves.

The hooks are those that the bridge has. Scripts of the server get and send extended messages as on a real one; plugins
stand in between.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tibicen.errors import TibicenError, WireError
from tibicen.protocol.extended import EXTENDED, ExtendedHooks, diagnosis, owners
from tibicen.protocol.packets import PacketHooks, Subject, Verdict, messages_of, record_of
from tibicen.protocol.readers import Piece, Side, Unread
from tibicen.protocol.world_view import WorldView
from tibicen.realms.canary.wire.audience import Audience

if TYPE_CHECKING:
    from tibicen.realms.canary.wire.session import Session
    from tibicen.realms.canary.wire.world import WireWorld

log = logging.getLogger("tibicen.wire")

LONGEST = 65_000
"""Bytes of one message to a client."""

_OPCODE = bytes((EXTENDED,))
_NAME = "extended_opcode"
_UNREAD = Unread()


class Exchange:
    """That of one server; a `protocol.sources.Source`.

    Attributes:
        counts: those of the world.
    """

    def __init__(self, world: WireWorld, audience: Audience) -> None:
        self._world = world
        self.counts: Counter[str] = world.counts
        self._source = audience.source
        self._bus = audience.hooks
        self._hooks = PacketHooks(self._bus, lambda side, opcode: "", source=self._source, counts=world.counts)
        self._asked: dict[Side, tuple[ExtendedHooks]] = {
            "client": (ExtendedHooks(self._bus, "client", self._source),),
            "server": (ExtendedHooks(self._bus, "server", self._source),),
        }
        self._changes = -1
        self._wanted = False
        self._diagnosed: set[int] = set()

    @property
    def wanted(self) -> bool:
        """Whether any plugin wants extended messages."""
        if self._changes != self._bus.family_changes:
            self._changes = self._bus.family_changes
            self._wanted = self._hooks.extended
        return self._wanted

    def begin(self, session: Session) -> None:
        """A client came into the game."""
        self._hooks.channels[session.peer.number].enabled = session.client["extended"]

    def end(self, number: int) -> None:
        """Idempotent."""
        self._hooks.channels.forget(number)
        self._diagnosed.discard(number)

    # -- messages that pass

    def from_client(self, session: Session, data: bytes) -> str:
        """A client's message is shown and done; why its connection has to be closed, or nothing."""
        number = session.peer.number
        verdict = self._ask("client", session, data)
        if verdict is None:
            return self._world.do(number, data)
        problem = "" if verdict.data is None else self._world.do(number, _OPCODE + verdict.data)
        for each in verdict.inject:
            problem = problem or self._world.do(number, each.wire())
        for each in verdict.answer:
            self._tell(session, each.wire())
        return problem

    def from_server(self, session: Session, frame: bytes) -> None:
        """What a client is told is shown and sent. Extended messages are in frames of their own."""
        verdict = self._ask("server", session, frame)
        if verdict is None:
            session.peer.send(frame)
            return
        if verdict.data is not None:
            self._tell(session, _OPCODE + verdict.data)
        for each in verdict.inject:
            self._tell(session, each.wire())
        for each in verdict.answer:
            if problem := self._world.do(session.peer.number, each.wire()):
                log.warning("a plugin answered the server with what is no message of %s: %s", session.name, problem)

    def _tell(self, session: Session, message: bytes) -> None:
        if len(message) <= LONGEST:
            session.peer.send(message)
        else:
            self.counts["too_long"] += 1

    def _ask(self, side: Side, session: Session, data: bytes) -> Verdict | None:
        """What plugins make of a message; None: nothing, or it is none of theirs."""
        if data[:1] != _OPCODE:
            return None
        piece = Piece(EXTENDED, _NAME, None, 0, len(data))
        subject = Subject(_UNREAD, session.peer.number, side, piece, data[1:], None)
        return self._hooks.ask_on(self._asked[side], subject, record_of(session.client["version"], subject))

    # -- what plugins ask

    def send(self, number: int, to: Side, message: Mapping[str, Any]) -> None:
        """A message of a plugin's own: to a client, or to the server as if its client had sent it.

        Raises:
            TibicenError: there is no such session; WireError: it is no message, or doesn't fit.
        """
        session = self._world.in_game.get(number)
        if session is None or to not in ("client", "server"):
            raise TibicenError(f"there is no {to} of a session {number}")
        for each in messages_of(message):
            if to == "server":
                if problem := self._world.do(number, each.wire()):
                    raise WireError(problem)
            elif len(each.data) > LONGEST:
                raise WireError(f"a message of {len(each.data)} bytes is too long for a client")
            else:
                session.peer.send(each.wire())
        self.counts["sent"] += 1

    def view(self, number: int) -> WorldView:
        """What the client of a session sees. Kept from now on, when it wasn't before.

        Raises:
            TibicenError: there is no such session in the game.
        """
        if number not in self._world.in_game:
            raise TibicenError(f"there is no session {number} in the game")
        views = self._world.views
        views.ask(number)
        if views.view(number) is None:
            self._world.flush()
        view = views.view(number)
        if view is None:
            raise TibicenError(f"what session {number} sees is not known yet: its client is behind; ask again")
        return view

    # -- who answers, and why nobody does

    def used(self) -> bool:
        """Whether anybody wants extended messages: a plugin, or a script of the server."""
        return self.wanted or bool(self._scripts())

    def diagnose(self, session: Session) -> str:
        """Why extended opcodes don't work in a session; empty: nothing known."""
        return diagnosis(session.client["system"], self._hooks.channels[session.peer.number], 0)

    def tell_diagnoses(self) -> None:
        """Says in the log why extended opcodes don't work, once a session, when a plugin wants them."""
        if not self.wanted:
            return
        for number, session in self._world.in_game.items():
            if number not in self._diagnosed and (problem := self.diagnose(session)):
                self._diagnosed.add(number)
                log.warning("extended opcodes do not work with %s: %s", session.name, problem)

    def owners(self) -> list[dict[str, Any]]:
        """Who answers which extended opcode: rows of side, opcode, json, plugins and note. Those of plugins, and for
        each script of the server one without an opcode, for it gets all of clients."""
        row = {"side": "client", "opcode": None, "json": False, "plugins": [self._source]}
        return [*owners(self._bus), *({**row, "note": f"script {each}"} for each in self._scripts())]

    def _scripts(self) -> list[str]:
        return [str(each) for each in self._world.server.control("wire_extended") or ()]
