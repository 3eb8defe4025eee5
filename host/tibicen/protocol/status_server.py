"""Listens for status requests: one request, one answer, closed. Whatever else comes is closed without harm."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import structlog

from tibicen.errors import WireError
from tibicen.protocol.status import LARGEST_REQUEST, StatusRequest, parse_request

Answer = Callable[[StatusRequest, str], bytes]
"""Makes the answer: request, address of the peer."""

THROTTLED_ADDRESSES = 10_000

_log = structlog.get_logger("tibicen.status")


@dataclass(frozen=True, slots=True)
class StatusLimits:
    """Seconds, and how many connections at once."""

    timeout_seconds: float = 5.0
    throttle_seconds: float = 5.0
    connections: int = 256
    connections_per_address: int = 16


class StatusServer:
    """The listener.

    Attributes:
        counts: what became of connections: accepted, answered, malformed, slow, throttled, full, failed, gone.
    """

    def __init__(self, answer: Answer, host: str, port: int, limits: StatusLimits | None = None) -> None:
        self.answer = answer
        self.limits = limits or StatusLimits()
        self.counts: Counter[str] = Counter()
        self.connections: set[_Connection] = set()
        self._address = (host, port)
        self._server: asyncio.Server | None = None
        self._last_seen: OrderedDict[str, float] = OrderedDict()

    async def start(self) -> None:
        """Starts listening.

        Raises:
            OSError: the port is taken or may not be used.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), *self._address)

    @property
    def port(self) -> int:
        """The port that it listens on; 0 when it doesn't."""
        if self._server is None or not self._server.sockets:
            return 0
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stops listening and closes what is open; answers under way are flushed."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self.connections):
            connection.close("stopped")
        await self._server.wait_closed()
        self._server = None

    def admit(self, ip: str) -> str:
        """Why a new connection is not let in; empty when it is."""
        if len(self.connections) >= self.limits.connections:
            return "full"
        if sum(connection.ip == ip for connection in self.connections) >= self.limits.connections_per_address:
            return "full"
        if _is_loopback(ip) or self.limits.throttle_seconds == 0:
            return ""
        now = time.monotonic()
        last = self._last_seen.get(ip)
        if last is not None and now - last < self.limits.throttle_seconds:
            # The wait is not renewed, as in the peers: who asks a little too often is answered now and then.
            return "throttled"
        self._last_seen[ip] = now
        self._last_seen.move_to_end(ip)
        if len(self._last_seen) > THROTTLED_ADDRESSES:
            self._last_seen.popitem(last=False)
        return ""


def _is_loopback(ip: str) -> bool:
    try:
        return ipaddress.ip_address(ip.partition("%")[0]).is_loopback
    except ValueError:
        return False


class _Connection(asyncio.Protocol):
    """One peer: reads until the request is whole or the time is up."""

    def __init__(self, server: StatusServer) -> None:
        self._server = server
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.ip = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, only alike.
        self._transport = tcp = cast(asyncio.Transport, transport)
        peer = tcp.get_extra_info("peername")
        self.ip = peer[0] if peer else ""
        refusal = self._server.admit(self.ip)
        if refusal:
            self._server.counts[refusal] += 1
            tcp.abort()
            return
        self._server.counts["accepted"] += 1
        self._server.connections.add(self)
        # From here to the last byte of the answer: a peer that sends or reads drop by drop gains nothing.
        self._timer = asyncio.get_running_loop().call_later(self._server.limits.timeout_seconds, self._time_is_up)

    def data_received(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._buffer += data[: LARGEST_REQUEST + 2]
        try:
            request = parse_request(bytes(self._buffer))
        except WireError as error:
            _log.debug("malformed request", ip=self.ip, problem=str(error))
            self.close("malformed")
            return
        if request is not None:
            self._reply(request)

    def _reply(self, request: StatusRequest) -> None:
        assert self._transport is not None
        try:
            answer = self._server.answer(request, self.ip)
        except Exception:
            _log.exception("no answer could be made", ip=self.ip)
            self.close("failed")
            return
        self._transport.write(answer)
        self._server.counts["answered"] += 1
        self._transport.close()

    def eof_received(self) -> bool:
        self.close("gone")
        return False

    def _time_is_up(self) -> None:
        self._server.counts["slow"] += 1
        if self._transport is not None:
            self._transport.abort()

    def close(self, reason: str) -> None:
        """Closes for a reason that is counted; what was written is flushed."""
        if self._transport is not None and not self._transport.is_closing():
            self._server.counts[reason] += 1
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._server.connections.discard(self)
        self._transport = None
