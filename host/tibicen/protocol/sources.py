"""Sessions that plugins read and write by messages on subjects: the bridge's, and those of servers of this host.

A message {source, session, …} names one by whose it is, as records of hooks do; without `source` it is the bridge's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol

import structlog

from tibicen.bus.subjects import SubjectBus, Subscription
from tibicen.errors import TibicenError
from tibicen.protocol.extended import BRIDGE
from tibicen.protocol.readers import Side
from tibicen.protocol.world_view import WorldView
from tibicen.vm.marshal import Plain

SEND = "wire.send"
"""Subject on which plugins send messages of their own: {source, session, to, opcode, data}, or an extended one,
{…, extended, data}, or {…, extended, value} as JSON in chunks."""

WORLD, VIEW = "wire.world", "wire.view"
"""Subjects on which plugins ask for what a session's client sees, {source, session, tiles (positions, optional)}, and
on which the answer is published, to whoever listens."""

MOST_TILES = 256
"""That are answered at once."""

_log = structlog.get_logger("tibicen.wire")


class Source(Protocol):
    """Whose sessions they are.

    Attributes:
        counts: refused_sends and refused_views are counted here.
    """

    counts: Counter[str]

    def send(self, number: int, to: Side, message: Mapping[str, Any]) -> None:
        """A message of a plugin's own (packets.messages_of), to the client or the server of a session.

        Raises:
            TibicenError: there is no such session; WireError: it is none, or doesn't fit.
        """
        ...

    def view(self, number: int) -> WorldView:
        """What the client of a session sees. Kept from now on, when it wasn't before.

        Raises:
            TibicenError: there is no such session in the game.
        """
        ...


class Sources:
    """All of a host, by name."""

    def __init__(self, subjects: SubjectBus) -> None:
        self._subjects = subjects
        self._sources: dict[str, Source] = {}
        self._subscriptions = [
            Subscription(subjects, SEND, self._send),
            Subscription(subjects, WORLD, self._world),
        ]

    def add(self, name: str, source: Source) -> None:
        """Messages for a name are this source's from now on."""
        if not self._sources:
            for each in self._subscriptions:
                each.put_back()
        self._sources[name] = source

    def remove(self, name: str, source: Source) -> None:
        """They are nobody's any more, unless another source has the name already. Idempotent."""
        if self._sources.get(name) is source:
            del self._sources[name]
            if not self._sources:
                for each in self._subscriptions:
                    each.lift()

    def _of(self, data: Plain) -> Source:
        if not isinstance(data, dict):
            raise TibicenError("a message is a record {source, session, …}")
        name = data.get("source", BRIDGE)
        found = self._sources.get(str(name))
        if found is None:
            known = ", ".join(sorted(self._sources))
            raise TibicenError(f"there are no sessions of {name!r}; source is one of {known}")
        return found

    def _send(self, subject: str, data: Plain) -> None:
        source = None
        try:
            source = self._of(data)
            source.send(data["session"], data["to"], data)
        except (TibicenError, TypeError, KeyError, ValueError, AttributeError) as error:
            self._refuse("refused_sends", source, "a message of a plugin was not sent", error)

    def _world(self, subject: str, data: Plain) -> None:
        source = None
        try:
            source = self._of(data)
            view = source.view(data["session"])
            wanted = [
                (int(each["x"]), int(each["y"]), int(each["z"])) for each in (data.get("tiles") or ())[:MOST_TILES]
            ]
            tiles: list[Plain] = [
                {"x": x, "y": y, "z": z, **(view.tile(x, y, z) or {"things": [], "exact": True})} for x, y, z in wanted
            ]
            name = str(data.get("source", BRIDGE))
            answer = {"source": name, "session": data["session"], **view.summary(), "asked": tiles}
            self._subjects.publish(VIEW, answer)
        except (TibicenError, TypeError, KeyError, ValueError, AttributeError) as error:
            self._refuse("refused_views", source, "a plugin asked for a view that there is none of", error)

    def _refuse(self, count: str, source: Source | None, what: str, error: Exception) -> None:
        source = source or self._sources.get(BRIDGE)
        if source is not None:
            source.counts[count] += 1
        missing = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        _log.warning(what, problem=missing)
