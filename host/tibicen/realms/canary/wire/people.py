"""Players of a server as plugins know them: the hooks `player.*`.

Who is in the game is known by name, whatever connections and servers come and go meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable

from tibicen.errors import WireError
from tibicen.protocol.versions import load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.realms.canary.wire.audience import Audience
from tibicen.realms.canary.wire.session import Session

SAY = 0x96
NOT_WELCOME = "You may not log in."


class People:
    """Those of one server."""

    def __init__(self, audience: Audience) -> None:
        self._hooks = audience.hooks
        self._there: dict[str, int] = {}

    def refusal(self, name: str, address: str) -> str:
        """Why plugins let a character not in; empty when they do."""
        hook = self._hooks["player.may_login"]
        answer = hook({"name": name, "ip": address}) if hook else None
        return answer if isinstance(answer, str) else NOT_WELCOME if answer is False else ""

    def came(self, name: str, creature: int, level: int) -> None:
        """A character is in the game. Nothing is told of one that was before: by another connection, or server."""
        known, self._there[name] = name in self._there, creature
        if not known and (hook := self._hooks["player.login"]):
            hook({"id": creature, "name": name, "level": level})

    def left(self, name: str) -> None:
        """A character is in the game no more. Idempotent."""
        creature = self._there.pop(name, None)
        if creature is not None and (hook := self._hooks["player.logout"]):
            hook({"id": creature, "name": name})

    def only(self, names: Iterable[str]) -> None:
        """No others are in the game."""
        for name in set(self._there).difference(names):
            self.left(name)

    def said(self, session: Session, data: bytes) -> bytes:
        """A client's message after plugins had their say, if it is speech; empty when they swallowed it."""
        hook = self._hooks["player.say"]
        if not hook or data[:1] != bytes((SAY,)):
            return data
        protocol, state = load_protocol(session.client["version"]), WireState()
        found = protocol.decode("client", data, state)
        if len(found) != 1 or found[0].name != "say":
            # The world says why it can't be.
            return data
        player = {"id": self._there.get(session.name, 0), "name": session.name}
        text = hook(found[0].fields["text"], player).value
        if not isinstance(text, str):
            text = text.decode("utf-8", "replace") if isinstance(text, bytes) else found[0].fields["text"]
        if not text:
            return b""
        if text == found[0].fields["text"]:
            return data
        # Clients read Latin-1.
        shown = text.encode("latin-1", "replace").decode("latin-1")
        try:
            return protocol.encode("client", "say", {**found[0].fields, "text": shown}, state)
        except WireError:
            return data
