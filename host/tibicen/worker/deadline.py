"""The deadline of Python code in a worker: a timer signal that raises inside the code that runs too long.

Lua has its own (`lua/prelude/budget.lua`). Code that swallows what is raised is raised in again; what sits in a C
function, where Python runs no signal handlers, is the host's to kill.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from time import monotonic_ns
from types import FrameType
from typing import TypeVar

AGAIN_SECONDS = 0.005
"""How soon it is raised again in code that went on."""

T = TypeVar("T")


class OverrunError(BaseException):
    """The call ran past its deadline. Not an Exception: a plugin's `except Exception` lets it through."""


class Deadline:
    """The one deadline of the process. Calls that nest run under the outermost one's."""

    def __init__(self) -> None:
        self._depth = 0
        self._due = 0
        # The worker's own code must not be torn out of the middle of a frame.
        self._held = True
        self._late = False
        self._armed = False
        signal.signal(signal.SIGALRM, self._ring)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._held:
            self._late = True
        elif self._armed:
            raise OverrunError

    def run(self, budget_ns: int, work: Callable[[], T]) -> T:
        """Runs plugin code; `budget_ns` 0 for no deadline.

        Raises:
            OverrunError: it ran too long. Call `disarm` then.
        """
        if self._depth:
            held, self._held = self._held, False
            self._depth += 1
            try:
                return work()
            finally:
                self._held = held
                self._depth -= 1
        self._depth = 1
        self._late = False
        try:
            if budget_ns:
                self._due = monotonic_ns() + budget_ns
                self._armed = True
                self._held = False
                signal.setitimer(signal.ITIMER_REAL, budget_ns / 1e9, AGAIN_SECONDS)
            return work()
        finally:
            self._depth = 0
            if budget_ns:
                self.disarm()

    def disarm(self) -> None:
        """No deadline from now on."""
        self._held = True
        if self._armed:
            self._armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    def outside(self, work: Callable[[], T], lent_ns: Callable[[T], int]) -> T:
        """Runs the worker's own code in the middle of the plugin's; `lent_ns` of its result extends the deadline.

        Raises:
            OverrunError: the time was up before it returned.
        """
        held, self._held = self._held, True
        try:
            result = work()
        finally:
            self._held = held
        if self._armed:
            lent = lent_ns(result)
            if lent:
                self._due += lent
                left = max(self._due - monotonic_ns(), 1000)
                self._late = False
                signal.setitimer(signal.ITIMER_REAL, left / 1e9, AGAIN_SECONDS)
            if self._late and not held:
                self._late = False
                raise OverrunError
        return result
