"""A session's share in learning what items are: its frames, for as long as they teach something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from tibicen.protocol.item_school import ItemSchool

DULL_FRAMES: Final = 200
"""After so many that say nothing new the session is left alone: frames that are looked at one by one cost more than
those that pass together."""

PAUSE_SECONDS: Final = 60.0
"""Then it is looked at again."""


class Pupil:
    """Takes the frames of one session to school.

    Args:
        session: its number.
        servers, version: whose items these are.
        changed: called when it begins or ceases to learn.

    Attributes:
        learns: it wants frames.
    """

    def __init__(
        self, school: ItemSchool, session: int, servers: str, version: int, changed: Callable[[], None]
    ) -> None:
        self.learns = True
        self._school = school
        self._session = session
        self._servers = servers
        self._version = version
        self._changed = changed
        self._learner = school.learner(servers, version)
        self._seen = self._learner.changes
        self._dull = 0
        self._pause: asyncio.TimerHandle | None = None

    def frame(self, messages: bytes) -> None:
        """A frame that the server sent; also those that it does not want may be shown."""
        if not self.learns:
            return
        self._school.frame(self._session, self._servers, self._version, messages)
        self._dull += 1
        if self._dull < DULL_FRAMES:
            return
        if self._learner.changes != self._seen:
            self._seen, self._dull = self._learner.changes, 0
            return
        self.learns = False
        self._school.miss(self._session)
        loop = asyncio.get_running_loop()
        # Not within the frame.
        loop.call_soon(self._changed)
        self._pause = loop.call_later(PAUSE_SECONDS, self._again)

    def _again(self) -> None:
        self.learns, self._dull = True, 0
        self._changed()

    def close(self) -> None:
        """The session is over. Idempotent."""
        if self._pause is not None:
            self._pause.cancel()
        self.learns = False
        self._school.forget(self._session)
