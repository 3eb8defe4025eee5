"""The ledger: everything that one generation of a plugin owns, by four verbs.

hold       something new is the generation's; it takes effect when the ledger is live
lift       everything is taken out of effect, but kept (a newer generation takes over, or the old is suspended)
put back   everything takes effect (the generation goes live, or is resumed)
close      everything is dropped for good

Unload walks the ledger. Nothing depends on what the author remembered to undo.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import Protocol

from tibicen.errors import TransitionError


class Entry(Protocol):
    """One thing that a generation owns. None of the three may run plugin code, and none should fail."""

    kind: str
    """What it is, in one word: hook, timer, subscription, export, task."""

    @property
    def label(self) -> str:
        """What its author would call it, for reports."""
        ...

    def put_back(self) -> None: ...

    def lift(self) -> None: ...

    def close(self) -> None: ...


class Mode(Enum):
    """Whether what a ledger holds is in effect."""

    COLLECTING = "collecting"
    LIVE = "live"
    LIFTED = "lifted"
    CLOSED = "closed"


class Ledger:
    """What one generation owns. Not thread-safe: the host's thread only."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.mode = Mode.COLLECTING
        # A dict keeps the order of registration and forgets an entry in constant time.
        self._entries: dict[Entry, None] = {}
        self._counts: Counter[str] = Counter()

    def hold(self, entry: Entry) -> None:
        """Takes `entry` in; it takes effect at once when the ledger is live.

        Raises:
            TransitionError: the generation is gone; a dead generation registers nothing.
        """
        if self.mode is Mode.CLOSED:
            raise TransitionError(
                f"{self.owner} was unloaded or reloaded; a {entry.kind} can't be registered for it any more"
            )
        if entry not in self._entries:
            self._counts[entry.kind] += 1
        self._entries[entry] = None
        if self.mode is Mode.LIVE:
            entry.put_back()

    def release(self, entry: Entry) -> bool:
        """Closes one entry before its time; False when it was not (or no longer) held."""
        if entry not in self._entries:
            return False
        del self._entries[entry]
        self._counts[entry.kind] -= 1
        entry.close()
        return True

    def put_back(self) -> None:
        """Everything takes effect. When one entry fails, those before it are lifted again and its error is raised."""
        done: list[Entry] = []
        try:
            for entry in list(self._entries):
                entry.put_back()
                done.append(entry)
        except Exception:
            for entry in reversed(done):
                entry.lift()
            raise
        self.mode = Mode.LIVE

    def lift(self) -> None:
        """Everything is taken out of effect, newest first, and kept."""
        if self.mode is Mode.LIVE:
            for entry in reversed(list(self._entries)):
                entry.lift()
            self.mode = Mode.LIFTED

    def close(self) -> list[str]:
        """Drops everything, newest first.

        Returns:
            One sentence for each entry that could not be closed. The others are closed all the same.
        """
        problems: list[str] = []
        while self._entries:
            entry, _ = self._entries.popitem()
            self._counts[entry.kind] -= 1
            try:
                if self.mode is Mode.LIVE:
                    entry.lift()
                entry.close()
            except Exception as error:
                problems.append(f"{entry.kind} {entry.label} could not be closed: {error}")
        self.mode = Mode.CLOSED
        return problems

    def counts(self) -> dict[str, int]:
        """How many entries of each kind it holds."""
        return {kind: count for kind, count in self._counts.items() if count}

    def count(self, kind: str) -> int:
        """How many entries of one kind it holds."""
        return self._counts[kind]

    def entries(self, kind: str) -> list[Entry]:
        """The entries of one kind, oldest first."""
        return [entry for entry in self._entries if entry.kind == kind]

    def __len__(self) -> int:
        return len(self._entries)
