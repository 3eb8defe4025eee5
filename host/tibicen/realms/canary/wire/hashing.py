"""Hashes that take long, made on threads of their own: a login never holds the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from tibicen.threads import stand_back

T = TypeVar("T")

THREADS: Final = 2
"""At work at a time in the whole process: a hash of Argon2 takes 64 MiB and more."""

MOST_WAITING: Final = 64
"""Hashes at work and waiting; more logins at a time are turned away."""


class Busy(Exception):
    """Too many logins are being looked at already."""


class Hashing:
    """A bounded pool of threads for hashes.

    Args:
        threads: how many hashes are made at a time.
        most: how many may be asked for at a time.
    """

    def __init__(self, threads: int = THREADS, most: int = MOST_WAITING) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="tibicen-hash", initializer=stand_back)
        self._most = most
        self.waiting = 0
        """Hashes at work and waiting. Only the loops that ask touch it; it is a bound, not a count to rely on."""

    async def run(self, hash_of: Callable[..., T], *arguments: object) -> T:
        """What a function gives, called on one of the threads; when who asks is cancelled in time, it isn't called.

        Raises:
            Busy: too much is asked for already.
        """
        if self.waiting >= self._most:
            raise Busy
        self.waiting += 1
        work = self._pool.submit(hash_of, *arguments)
        # Also when nobody waits for it any more: a hash that has begun is made to its end.
        work.add_done_callback(self._done)
        return await asyncio.wrap_future(work)

    def _done(self, _: object) -> None:
        self.waiting -= 1


HASHING: Final = Hashing()
"""That of the process, for all its servers."""
