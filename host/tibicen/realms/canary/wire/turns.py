"""Turns of logins: in a flood of them each waits for its own, and those who play are not held up."""

from __future__ import annotations

import asyncio
from collections import deque

from tibicen.realms.canary.wire.entrance import Refused

SECONDS, SHARE = 0.01, 0.25
"""What logins may take between two ticks, or of the time from one to the next if that is more."""

MOST = 4096
"""Logins that wait; more are told to come again."""

CROWDED = "Too many players log in at this moment.\nPlease try again later."


class Turns:
    """Those of one world."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._left = SECONDS
        self._renewed_at = 0.0
        self._over = False

    async def wait(self) -> None:
        """Comes back when it is one's turn: at once while there is time and nobody waits. `used` has to follow.

        Raises:
            Refused: too many wait already.
        """
        if len(self._waiting) >= MOST:
            raise Refused(CROWDED)
        if not self._over and (self._waiting or self._left <= 0):
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    def used(self, seconds: float) -> None:
        """A login is over, and took so long."""
        self._left -= seconds
        self._next()

    def renew(self, now: float) -> None:
        """A tick is over: there is time again. `now` is the loop's."""
        passed, self._renewed_at = now - self._renewed_at, now
        self._left = max(SECONDS, SHARE * min(passed, 1.0))
        self._next()

    def end(self) -> None:
        """Nobody waits any longer, from now on."""
        self._over = True
        while self._waiting:
            self._call(self._waiting.popleft())

    def _next(self) -> None:
        # One at a time: how long it takes is only known afterwards. Who has gone is passed over.
        while self._waiting and self._left > 0:
            if self._call(self._waiting.popleft()):
                return

    @staticmethod
    def _call(turn: asyncio.Future[None]) -> bool:
        if turn.done():
            return False
        turn.set_result(None)
        return True
