"""How much of each second a plugin's code may run."""

from __future__ import annotations

SECOND_NS = 1_000_000_000


class Share:
    """A plugin's part of each second of wall clock, used up call by call. Times in nanoseconds.

    A new second begins with the first call after the last one has ended.
    """

    __slots__ = ("_since", "_used", "per_second")

    def __init__(self, per_second: int) -> None:
        self.per_second = per_second
        self._since = 0
        self._used = 0

    def left(self, now: int) -> int:
        """What is left of this second; 0 or less when it is used up."""
        if now - self._since >= SECOND_NS:
            self._since = now
            # What a call ran over is taken from the next second: handlers of a chain each have a deadline of their own.
            self._used = min(max(0, self._used - self.per_second), self.per_second)
        return self.per_second - self._used

    def use(self, spent: int) -> None:
        """Notes what a call took."""
        self._used += spent
