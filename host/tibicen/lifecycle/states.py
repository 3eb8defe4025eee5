"""The states of a plugin and the ways between them (DESIGN §5).

While a new generation loads beside one that serves, the plugin stays `active`. A lazy plugin rests in `resolved`.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import NamedTuple

from tibicen.errors import TransitionError


class State(StrEnum):
    """What a plugin is doing."""

    DISCOVERED = "discovered"
    RESOLVED = "resolved"
    LOADING = "loading"
    ACTIVE = "active"
    DRAINING = "draining"
    UNLOADED = "unloaded"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    DISABLED = "disabled"


ALLOWED: dict[State, frozenset[State]] = {
    State.DISCOVERED: frozenset({State.RESOLVED, State.FAILED, State.DISABLED}),
    State.RESOLVED: frozenset({State.LOADING, State.FAILED, State.DISABLED, State.DISCOVERED}),
    State.LOADING: frozenset({State.ACTIVE, State.FAILED}),
    State.ACTIVE: frozenset({State.DRAINING}),
    State.DRAINING: frozenset({State.UNLOADED}),
    State.UNLOADED: frozenset({State.DISCOVERED, State.DISABLED, State.QUARANTINED, State.FAILED}),
    State.FAILED: frozenset({State.DISCOVERED, State.DISABLED}),
    State.QUARANTINED: frozenset({State.DISCOVERED, State.DISABLED}),
    State.DISABLED: frozenset({State.DISCOVERED}),
}

HISTORY = 32


class Transition(NamedTuple):
    """One step, and why it was taken."""

    state: State
    reason: str


class Lifecycle:
    """Where a plugin stands and how it got there (the last `HISTORY` steps)."""

    def __init__(self) -> None:
        self.history: deque[Transition] = deque([Transition(State.DISCOVERED, "")], maxlen=HISTORY)

    @property
    def state(self) -> State:
        return self.history[-1].state

    @property
    def reason(self) -> str:
        """Why it is in this state; empty when that goes without saying."""
        return self.history[-1].reason

    def to(self, state: State, reason: str = "") -> None:
        """Takes a step.

        Raises:
            TransitionError: there is no way from here to there.
        """
        if state not in ALLOWED[self.state]:
            ways = ", ".join(sorted(ALLOWED[self.state]))
            raise TransitionError(f"a plugin that is {self.state} can't become {state}; it can become {ways}")
        self.history.append(Transition(state, reason))
