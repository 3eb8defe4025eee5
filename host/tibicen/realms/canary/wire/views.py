"""What the clients of a server see of its world, told as a bridge tells it, while anybody wants to know.

Nothing is kept or read otherwise. Who begins to listen in the middle of a session is no worse off: the server tells
once more what the client knows already.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from tibicen.bus.world import WorldFeed
from tibicen.native.layouts import Opcodes
from tibicen.native.wire import ITEM_IDS
from tibicen.protocol.items import ItemTable
from tibicen.protocol.readers import Described
from tibicen.protocol.versions import load_protocol
from tibicen.protocol.world_view import EVERYTHING, NEEDS, STATELESS, Event, WorldView

log = logging.getLogger("tibicen.wire")

Names = frozenset[str]

MOST_LOST = 3
"""A connection whose view was lost so often is not read any more, until somebody wants to know something else."""


class Watched:
    """One connection that is read.

    Attributes:
        needs: the messages that are taken apart.
    """

    __slots__ = ("_opcodes", "_reader", "needs", "view")

    def __init__(self, version: int, needs: Names, items: ItemTable, view: WorldView) -> None:
        self.needs = needs
        self.view = view
        self._opcodes = _opcodes(version, needs)
        self._reader = Described(version, items)

    def take(self, messages: bytes) -> list[Event]:
        found = self._reader.read("server", messages, self._opcodes)
        return list(self.view.take(found, *self._reader.view)) if found else []

    def narrow(self, version: int, needs: Names) -> None:
        """Fewer messages are needed, or such of which nothing has to be known."""
        self.needs = needs
        self._opcodes = _opcodes(version, needs)


class Views:
    """The views of all connections of a server.

    Args:
        feed: who is told of what happens in them.
        counts: views_lost, and events_lost (too many messages wait), are counted here.
    """

    def __init__(self, feed: WorldFeed, counts: Counter[str]) -> None:
        self._feed = feed
        self._counts = counts
        self._items = _no_items()
        self._versions: dict[int, int] = {}
        self._watched: dict[int, Watched] = {}
        self._asked: set[int] = set()
        # Connections of which may be lacking something that is needed.
        self._open: set[int] = set()
        self._lost: Counter[int] = Counter()
        self._heard: tuple[str, ...] = ()
        self._needs: Names = frozenset()
        self._events: list[tuple[int, Event]] = []

    def listens(self) -> bool:
        """Whether connections are to be read; notes what of them."""
        heard = self._feed.heard
        if heard != self._heard:
            self._heard = heard
            self._needs = frozenset().union(*(NEEDS[name] for name in heard))
            self._open = set(self._versions)
            self._lost.clear()
            if not heard:
                self._watched = {number: self._watched[number] for number in self._asked if number in self._watched}
        return bool(heard or self._asked)

    # -- connections

    def begin(self, number: int, version: int) -> None:
        """A connection has a character in the game; nothing was told to its client yet."""
        self._versions[number] = version
        if self.listens():
            self._watch(number, WorldView())

    def moved(self) -> None:
        """Another server tells all clients everything anew."""
        self._items = _no_items()
        for number, known in self._watched.items():
            self._watched[number] = Watched(self._versions[number], known.needs, self._items, known.view)

    def end(self, number: int) -> None:
        """A connection has no character any more. Idempotent."""
        self._versions.pop(number, None)
        self._watched.pop(number, None)
        self._asked.discard(number)
        self._open.discard(number)
        del self._lost[number]

    def ask(self, number: int) -> None:
        """All that a client sees is kept from now on."""
        if number not in self._asked:
            self._asked.add(number)
            self._open.add(number)

    def view(self, number: int) -> WorldView | None:
        """What a client sees; None while that is not known."""
        known = self._watched.get(number)
        return known.view if known is not None and known.needs == EVERYTHING else None

    def _needs_of(self, number: int) -> Names:
        return EVERYTHING if number in self._asked else self._needs

    def _watch(self, number: int, view: WorldView) -> None:
        self._open.discard(number)
        needs = self._needs_of(number)
        if needs:
            self._watched[number] = Watched(self._versions[number], needs, self._items, view)

    # -- what clients are told

    def missing(self) -> list[int]:
        """Connections of which has to be told what their clients know already; those that can do without begin now."""
        lacking = []
        for number in list(self._open):
            known, needs = self._watched.get(number), self._needs_of(number)
            if not needs <= (STATELESS if known is None else known.needs | STATELESS):
                lacking.append(number)
            elif known is None:
                self._watch(number, WorldView())
            else:
                known.narrow(self._versions[number], needs)
                self._open.discard(number)
        return lacking

    def note_kinds(self, kinds: Iterable[Sequence[int]]) -> None:
        """Kinds of items that clients were told of: the id that clients know, and flags (protocol/items.py)."""
        table = self._items.table
        assert table is not None
        for client_id, flags in kinds:
            if 0 <= client_id < ITEM_IDS:
                table[client_id] = flags

    def take(self, number: int, frame: bytes) -> None:
        """A client was told something."""
        known = self._watched.get(number)
        if known is not None:
            self._events += [(number, event) for event in self._read(number, known, frame)]

    def take_all(self, number: int, messages: Iterable[bytes | str], names: Iterable[Sequence[Any]]) -> None:
        """All that a client knows: whom nothing was told of it before."""
        if number not in self._versions:
            return
        before, view = self._watched.get(number), WorldView()
        view.knows((int(creature), raw(name).decode("latin-1")) for creature, name in names)
        if before is not None:
            view.chat = before.view.chat
        self._watch(number, view)
        begun = self._watched.get(number)
        if begun is not None:
            for each in messages:
                self._read(number, begun, raw(each))

    def _read(self, number: int, known: Watched, messages: bytes) -> list[Event]:
        try:
            return known.take(messages)
        except (LookupError, TypeError, ValueError, AttributeError):
            self._counts["views_lost"] += 1
            log.exception("a view of the world is lost, and begins anew: connection %d", number)
            self._watched.pop(number, None)
            self._lost[number] += 1
            if self._lost[number] < MOST_LOST:
                self._open.add(number)
            return []

    def tell(self) -> None:
        """Tells those who listen what happened since the last time."""
        events, self._events = self._events, []
        for number, (name, event) in events:
            self._feed.tell(name, number, event)
        if self._feed.lost:
            self._counts["events_lost"] = self._feed.lost


def _no_items() -> ItemTable:
    """What the core reads items by; kinds come in as clients are told of them."""
    return ItemTable({})


@cache
def _opcodes(version: int, needs: Names) -> Opcodes:
    layouts = load_protocol(version).layouts["server"]
    return Opcodes(opcode for opcode, layout in layouts.items() if layout.name in needs)


def raw(value: bytes | str) -> bytes:
    """Bytes that a VM gave: a string of Lua that happens to be UTF-8 comes as text."""
    return value if isinstance(value, bytes) else value.encode()
