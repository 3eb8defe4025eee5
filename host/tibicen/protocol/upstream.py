"""The servers behind a bridge: which one gets the next session, and which are dead."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tibicen.protocol.integration import IntegrationOptions


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens; `tls` when it wants TLS."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(slots=True)
class Upstream:
    """A server and how it does.

    Attributes:
        sessions: that it has now.
        failures: connections that failed in a row.
        retry_at: (monotonic seconds) when one that failed is tried again.
    """

    address: Address
    sessions: int = 0
    failures: int = 0
    retry_at: float = 0.0
    last_error: str = ""


@dataclass(slots=True)
class UpstreamPool:
    """Servers of one kind. The one with the fewest sessions gets the next, those that failed rest for a while.

    A failed server is tried again by itself every now and then (the back-off of `options`), so nobody has to log in
    to find out that it is back.
    """

    addresses: list[Address]
    options: IntegrationOptions = field(default_factory=IntegrationOptions)
    clock: Callable[[], float] = time.monotonic
    upstreams: list[Upstream] = field(init=False)

    def __post_init__(self) -> None:
        self.upstreams = [Upstream(address) for address in self.addresses]

    def candidates(self) -> list[Upstream]:
        """In the order in which they are to be tried: well ones by sessions, then those whose rest is over soonest."""
        now = self.clock()
        well = [each for each in self.upstreams if each.retry_at <= now]
        resting = [each for each in self.upstreams if each.retry_at > now]
        well.sort(key=lambda each: (each.failures > 0, each.sessions))
        resting.sort(key=lambda each: each.retry_at)
        return well + resting

    async def connect(
        self, factory: Callable[[], asyncio.BaseProtocol]
    ) -> tuple[Upstream, asyncio.BaseTransport, asyncio.BaseProtocol]:
        """A connection to the best server that answers. The caller counts its session down at the end.

        Raises:
            ConnectionError: none of them answers; the message has each with its reason.
        """
        problems = []
        for upstream in self.candidates():
            try:
                transport, protocol = await self._open(upstream.address, factory)
            except (OSError, TimeoutError) as error:
                self.failed(upstream, error)
                problems.append(f"{upstream.address}: {upstream.last_error}")
                continue
            self.answered(upstream)
            upstream.sessions += 1
            return upstream, transport, protocol
        raise ConnectionError("no server answers: " + ("; ".join(problems) or "there is none"))

    async def _open(
        self, address: Address, factory: Callable[[], asyncio.BaseProtocol]
    ) -> tuple[asyncio.BaseTransport, asyncio.BaseProtocol]:
        loop = asyncio.get_running_loop()
        name = address.host if address.tls else None
        async with asyncio.timeout(self.options.timeout / 1000):
            return await loop.create_connection(
                factory, address.host, address.port, ssl=address.tls, server_hostname=name
            )

    def failed(self, upstream: Upstream, error: Exception) -> None:
        upstream.failures += 1
        upstream.last_error = str(error) or type(error).__name__
        upstream.retry_at = self.clock() + self.options.backoff(upstream.failures)

    def answered(self, upstream: Upstream) -> None:
        upstream.failures = 0
        upstream.retry_at = 0.0
        upstream.last_error = ""

    async def check(self) -> None:
        """Tries those that failed and whose rest is over. Servers throttle an address, so well ones are left alone."""
        now = self.clock()
        for upstream in self.upstreams:
            if not upstream.failures or upstream.retry_at > now:
                continue
            try:
                transport, _ = await self._open(upstream.address, asyncio.Protocol)
            except (OSError, TimeoutError) as error:
                self.failed(upstream, error)
            else:
                transport.close()
                self.answered(upstream)

    def describe(self) -> list[dict[str, object]]:
        """Plain data for figures."""
        return [
            {
                "address": str(each.address),
                "sessions": each.sessions,
                "failures": each.failures,
                "error": each.last_error,
            }
            for each in self.upstreams
        ]
