"""The contract of whatever ties a host to something else: a server, a client, a bridge between the two.

One contract for all of them, so that one piece of code starts, watches and ends them, and one test says what they owe.
"""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from tibicen.errors import TibicenError

RETRIED = (OSError, TimeoutError, TibicenError)
"""What may be better at the next attempt. Anything else is a mistake in the code, and is raised at once."""


@dataclass(frozen=True, slots=True)
class IntegrationOptions:
    """What every integration has.

    Attributes:
        timeout: milliseconds that `connect`, `authenticate` and `disconnect` may take each.
        retry_count: attempts after the first.
        buffer_size: bytes that are kept for a peer that does not take them, before reading from the other one stops.
        backoff_ms: the wait before the first retry; it doubles, up to `longest_backoff_ms`.
    """

    timeout: int = 5000
    retry_count: int = 3
    buffer_size: int = 1024
    backoff_ms: int = 100
    longest_backoff_ms: int = 30_000

    def __post_init__(self) -> None:
        if self.timeout <= 0 or self.retry_count < 0 or self.buffer_size <= 0 or self.backoff_ms <= 0:
            raise ValueError(f"no options of an integration: {self}")

    def backoff(self, attempt: int, draw: Callable[[], float] = random.random) -> float:
        """Seconds before attempt `attempt` (1 is the first retry): half of it fixed, half drawn.

        Whoever lost the same peer at the same moment does not come back at the same moment.
        """
        most: int = min(self.backoff_ms << min(attempt - 1, 30), self.longest_backoff_ms)
        return most * (0.5 + 0.5 * draw()) / 1000


class Integration(ABC):
    """One tie to something outside.

    The order of its life is `initialize`, `connect`, `authenticate`, `communicate`, `disconnect`; `start` and `stop`
    go through it. `optimize`, `monitor`, `backup` and `recover` may be called at any time in between.

    What a class that implements it promises:
        initialize: checks what it was given and takes nothing outside; raises ConfigError for what can't work.
        connect: takes what it needs (ports, connections). Raises OSError or TibicenError, having given all back.
        authenticate: proves who it is, and finds out who the other is, as far as its protocol has that.
        communicate: begins to pass messages and returns; the work is done by callbacks.
        disconnect: gives everything back. Idempotent, and allowed in every state.
        optimize: lets go of what can be made again (idle connections, caches); returns what it did, plain data.
        monitor: figures as plain data; no waiting and no side effect.
        backup: what `recover` needs to go on elsewhere, as plain data without secrets.
        recover: takes what `backup` gave, before `connect`.

    Attributes:
        state: new, ready, connected, running or closed.
        counts: what happened, by name.
    """

    kind: ClassVar[str]

    def __init__(self, options: IntegrationOptions | None = None) -> None:
        self.options = options or IntegrationOptions()
        self.state = "new"
        self.counts: Counter[str] = Counter()

    @abstractmethod
    async def initialize(self) -> None: ...

    @abstractmethod
    async def connect(self) -> None: ...

    @abstractmethod
    async def authenticate(self) -> None: ...

    @abstractmethod
    async def communicate(self) -> None: ...

    @abstractmethod
    async def disconnect(self) -> None: ...

    def optimize(self) -> dict[str, Any]:
        return {}

    def monitor(self) -> dict[str, Any]:
        return {"kind": self.kind, "state": self.state, "counts": dict(self.counts)}

    def backup(self) -> dict[str, Any]:
        return {}

    def recover(self, saved: dict[str, Any]) -> None:
        if saved:
            raise TibicenError(f"a {self.kind} has nothing to recover, but was given {', '.join(saved)}")

    async def start(self) -> None:
        """From new to running. `connect` and `authenticate` are tried again after a back-off.

        Raises:
            TibicenError, OSError or TimeoutError: of the last attempt; everything is given back by then.
        """
        await self.initialize()
        self.state = "ready"
        await self._with_retries(self._connected)
        await self.communicate()
        self.state = "running"

    async def _connected(self) -> None:
        try:
            await self._in_time(self.connect())
            self.state = "connected"
            await self._in_time(self.authenticate())
        except BaseException:
            await self.disconnect()
            self.state = "ready"
            raise

    async def stop(self) -> None:
        """Gives everything back, whatever the state; a peer that takes too long is left behind."""
        try:
            await self._in_time(self.disconnect())
        except TimeoutError:
            self.counts["slow_disconnects"] += 1
        self.state = "closed"

    async def _in_time(self, work: Awaitable[None]) -> None:
        async with asyncio.timeout(self.options.timeout / 1000):
            await work

    async def _with_retries(self, attempt: Callable[[], Awaitable[None]]) -> None:
        for number in range(self.options.retry_count + 1):
            if number:
                self.counts["retries"] += 1
                await asyncio.sleep(self.options.backoff(number))
            try:
                await attempt()
                return
            except RETRIED:
                self.counts["failed_attempts"] += 1
                if number == self.options.retry_count:
                    raise
