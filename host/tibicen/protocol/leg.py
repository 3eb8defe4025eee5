"""One of the two connections of a session of the bridge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from tibicen.protocol.readers import Side

if TYPE_CHECKING:
    from tibicen.protocol.session import Session


class Leg(asyncio.Protocol):
    """One of the two connections: hands on what it gets, and stops the other one when its peer is slow."""

    def __init__(self, session: Session, side: Side, taken: Callable[[bytes], None]) -> None:
        self._session = session
        self._side = side
        self._taken = taken
        self.transport: asyncio.Transport | None = None
        self.heard = False
        self.heard_at = asyncio.get_running_loop().time()
        self.stuck_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, only alike.
        self.transport = tcp = cast(asyncio.Transport, transport)
        tcp.set_write_buffer_limits(high=self._session.limits.waiting_bytes)
        self._session.connected(self._side)

    def data_received(self, data: bytes) -> None:
        self.heard = True
        self._taken(data)

    def write(self, data: bytes) -> None:
        if data and self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def pause_writing(self) -> None:
        self.stuck_since = asyncio.get_running_loop().time()
        self._session.other(self._side).pause()

    def resume_writing(self) -> None:
        self.stuck_since = None
        self._session.other(self._side).resume()

    def pause(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()

    def resume(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self._session.lost(self._side, error)
        self.transport = None
