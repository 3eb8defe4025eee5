"""Three strikes: how many failures a plugin may have in a while before it is quarantined."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

STORMS = frozenset({"quota", "rate"})
"""Kinds of which one strike a second counts: a loop that runs into a limit does so a thousand times at once."""

STORM_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Strike:
    """One failure: when (monotonic seconds), what kind, and the report's text.

    Kinds: `error`, `cpu`, `memory`, `quota`, `rate`, `crash`.
    """

    at: float
    kind: str
    reason: str


class Strikes:
    """The strikes of one plugin. Each decays: it counts for `decay_seconds` and is then forgotten."""

    def __init__(self, limit: int, decay_seconds: float, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._decay = decay_seconds
        self._clock = clock
        self._strikes: deque[Strike] = deque(maxlen=max(limit, 1))

    def add(self, kind: str, reason: str) -> bool:
        """Counts a failure; True when the plugin is struck out by it. A limit of 0 never strikes out."""
        self._forget()
        self._strikes.append(Strike(self._clock(), kind, reason))
        return self._limit > 0 and len(self._strikes) >= self._limit

    def is_storm(self, kind: str) -> bool:
        """Whether one more of this kind is the same trouble as the last, and not to be counted nor told."""
        if kind not in STORMS:
            return False
        since = self._clock() - STORM_SECONDS
        return any(strike.kind == kind and strike.at > since for strike in self._strikes)

    def current(self) -> list[Strike]:
        """The strikes that still count, oldest first."""
        self._forget()
        return list(self._strikes)

    def clear(self) -> None:
        self._strikes.clear()

    def _forget(self) -> None:
        horizon = self._clock() - self._decay
        while self._strikes and self._strikes[0].at <= horizon:
            self._strikes.popleft()
