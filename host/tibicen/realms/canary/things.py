"""What the client's files say of items: flags that no `items.xml` has, from whichever file a server keeps them in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TypeAlias

Thing: TypeAlias = dict[str, int | bool | str]
"""Of one item: `stackable`, `pickupable`, …; `kind` is ground, container, splash, fluid, …"""


class Things(ABC):
    """Items as the client knows them, by the ids of the server."""

    @abstractmethod
    def __contains__(self, item_id: int) -> bool: ...

    @abstractmethod
    def get(self, item_id: int) -> Thing | None:
        """What is known of one item; None when there is none of that id."""

    @abstractmethod
    def ids(self) -> Iterator[int]:
        """All ids, in the file's order."""

    def by_client(self, client_id: int) -> int:
        """The server's id of a client's item; 0 for none."""
        return client_id if client_id in self else 0


class ByClient(Things):
    """Items of another file, under their ids in the client: what an `items.otb` says of a server without one.

    Args:
        things: those items.
        slot_of: where an item is worn, by its id there: the client's number of the slot, 0 for nowhere. An OTB file
            does not tell.
    """

    def __init__(self, things: Things, slot_of: Callable[[int], int] | None = None) -> None:
        self._things = things
        self._slot_of = slot_of

    def __contains__(self, item_id: int) -> bool:
        return self._things.by_client(item_id) != 0

    def get(self, item_id: int) -> Thing | None:
        other = self._things.by_client(item_id)
        thing = self._things.get(other)
        if thing is not None and self._slot_of is not None:
            slot = self._slot_of(other)
            if slot:
                thing["clothes"] = slot
        return thing

    def ids(self) -> Iterator[int]:
        for item_id in self._things.ids():
            thing = self._things.get(item_id)
            if thing is not None:
                yield int(thing.get("client_id", 0))
