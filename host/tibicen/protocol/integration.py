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
from typing import Any, ClassVar, Protocol, runtime_checkable

from tibicen.errors import ConfigError, LaterError, RefusedError, TibicenError

FINAL = (ConfigError, RefusedError)
"""What would be no better at the next attempt: there is none."""

RETRIED = (OSError, TimeoutError, TibicenError)
"""What may be better at the next attempt, but for FINAL. Anything else is a mistake in the code, and is raised at once.
"""


@dataclass(frozen=True, slots=True)
class IntegrationOptions:
    """What every integration has.

    Attributes:
        timeout: milliseconds that `connect`, `authenticate` and `disconnect` may take each.
        retry_count: attempts after the first.
        buffer_size: bytes that are kept for a peer that does not take them, before reading from the other one stops.
        backoff_ms: the wait before the first retry; it doubles, up to `longest_backoff_ms`.
        settled_ms: what lasted so long was good: its loss counts as the first failure.
    """

    timeout: int = 5000
    retry_count: int = 3
    buffer_size: int = 1024
    backoff_ms: int = 100
    longest_backoff_ms: int = 30_000
    settled_ms: int = 30_000

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
    """One tie to something outside: a server with its ports, a client with its connection, a bridge with both.

    The order of its life is `initialize`, `connect`, `authenticate`, `communicate`, `disconnect`; `start` and `stop`
    go through it, and `keep` does again and again. `optimize`, `monitor`, `backup` and `recover` may be called at any
    time in between.

    What a class that implements it promises:
        initialize: checks what it was given and takes nothing outside; raises ConfigError for what can't work.
        connect: takes what it needs (ports, connections). Raises OSError or TibicenError, having given all back.
        authenticate: proves who it is, and finds out who the other is, as far as its protocol has that. Raises
            RefusedError for what is no use to try again, and LaterError when it was told when to: that is no failure.
        communicate: begins to pass messages and returns; the work is done by callbacks.
        lost: waits until what it is tied to is gone, and returns why. Of what can't be lost, it never returns.
        disconnect: gives everything back. Idempotent, and allowed in every state.
        optimize: lets go of what can be made again (idle connections, caches); returns what it did, plain data.
        monitor: figures as plain data; no waiting and no side effect. `ports` and `sessions` are lists of records.
        backup: what `recover` needs to go on elsewhere, as plain data without secrets.
        recover: takes what `backup` gave, before `connect`.
        told: hears what its owner should, as a level and a line of a log.

    Attributes:
        state: new, ready, connected, running, retrying, failed (it has given up) or closed.
        problem: why the last attempt failed, or the tie was lost; empty once there is another one.
        counts: what happened, by name.
    """

    kind: ClassVar[str]

    def __init__(self, options: IntegrationOptions | None = None) -> None:
        self.options = options or IntegrationOptions()
        self.state = "new"
        self.problem = ""
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

    async def lost(self) -> Exception:
        never: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        return await never

    def optimize(self) -> dict[str, Any]:
        return {}

    def monitor(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "state": self.state,
            "problem": self.problem,
            "counts": dict(self.counts),
            "ports": [],
            "sessions": [],
        }

    def backup(self) -> dict[str, Any]:
        return {}

    def recover(self, saved: dict[str, Any]) -> None:
        if saved:
            raise TibicenError(f"a {self.kind} has nothing to recover, but was given {', '.join(saved)}")

    def told(self, level: str, text: str) -> None:
        """Nobody hears it unless a class says so."""
        return

    async def start(self) -> None:
        """From new to running. `connect` and `authenticate` are tried again after a back-off.

        Raises:
            TibicenError, OSError or TimeoutError: of the last attempt; everything is given back by then.
        """
        await self._begin()
        await self._attempts(0)

    async def keep(self) -> None:
        """As `start`, and over again whenever it is lost, until it is cancelled.

        Raises:
            TibicenError, OSError or TimeoutError: it has given up; everything is given back by then.
        """
        await self._begin()
        failed = await self._attempts(0)
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            error = await self.lost()
            await self.disconnect()
            lasted = (clock() - began) * 1000 >= self.options.settled_ms
            failed = await self._attempts(await self._failed(error, 0 if lasted else failed))

    async def stop(self) -> None:
        """Gives everything back, whatever the state; a peer that takes too long is left behind."""
        try:
            await self._in_time(self.disconnect())
        except TimeoutError:
            self.counts["slow_disconnects"] += 1
        self.state = "closed"

    async def _begin(self) -> None:
        try:
            await self.initialize()
        except RETRIED as error:
            self.state, self.problem = "failed", str(error)
            raise
        self.state = "ready"

    async def _attempts(self, failed: int) -> int:
        """Connects, after how many failures in a row so far; how many there are by then."""
        while True:
            try:
                await self._connected()
            except RETRIED as error:
                failed = await self._failed(error, failed)
            else:
                self.problem = ""
                await self.communicate()
                self.state = "running"
                return failed

    async def _connected(self) -> None:
        try:
            await self._in_time(self.connect())
            self.state = "connected"
            await self._in_time(self.authenticate())
        except BaseException:
            await self.disconnect()
            self.state = "ready"
            raise

    async def _failed(self, error: Exception, failed: int) -> int:
        """Waits for the next attempt; how many failures there were in a row.

        Raises:
            Exception: the error, when there is no next attempt.
        """
        self.problem = str(error)
        if isinstance(error, LaterError):
            self.counts["put_off"] += 1
            await self._wait(error.seconds)
            return failed
        failed += 1
        self.counts["failed_attempts"] += 1
        if isinstance(error, FINAL) or failed > self.options.retry_count:
            self.state = "failed"
            why = "gives up" if isinstance(error, FINAL) else f"has tried {failed} times and gives up"
            self.told("error", f"{error}; it {why} until it is started anew")
            raise error
        await self._wait(self.options.backoff(failed))
        return failed

    async def _wait(self, seconds: float) -> None:
        self.state = "retrying"
        self.told("warn", f"{self.problem}; tries again in {seconds:.1f} s")
        await asyncio.sleep(seconds)
        self.counts["retries"] += 1
        self.state = "ready"

    async def _in_time(self, work: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(self.options.timeout / 1000):
                await work
        except TimeoutError as error:
            if str(error):
                raise
            raise TimeoutError(self.late()) from None

    def late(self) -> str:
        """What is said when the time is over."""
        return f"no answer within {self.options.timeout} ms"


@runtime_checkable
class Tied(Protocol):
    """A plugin's runtime that may be tied to others: a server with its ports, a client with its login."""

    @property
    def integration(self) -> Integration | None:
        """The tie; None while it has none."""
        ...
