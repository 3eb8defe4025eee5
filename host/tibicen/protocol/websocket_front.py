"""WebSocket in front of the bridge, as OTClient's browser build speaks it: binary messages that are joined to a stream.

OTClient asks for the subprotocol `binary`, sends a frame a message, and puts what it gets behind what it has, so how
the stream is cut into messages means nothing either way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, cast

from websockets.exceptions import NegotiationError
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from tibicen.protocol.limits import BridgeLimits, PacketRate

BINARY = Subprotocol("binary")

# Its own lines tell of every frame; what the bridge has to say of a connection it says itself.
_SILENT = logging.Logger("websockets", logging.CRITICAL)


def _choose(protocol: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Others are refused; a client that names none gets none."""
    if not offered or BINARY in offered:
        return BINARY if offered else None
    raise NegotiationError("only binary messages are spoken here")


class WebSocketFront(asyncio.Protocol):
    """Stands between a TCP (or TLS) transport and a leg: for the one it is a protocol, for the other a transport.

    The leg is connected at once, so that every limit of a connection counts from its first moment; what is written
    before the handshake is over waits for it.

    Args:
        leg: of the client.
        limits: of the bridge; a message is as long as a frame at most, and what is no message counts as a packet, too.
    """

    def __init__(self, leg: asyncio.Protocol, limits: BridgeLimits) -> None:
        self._leg = leg
        self._socket = ServerProtocol(
            subprotocols=[BINARY], select_subprotocol=_choose, max_size=limits.client_frame, logger=_SILENT
        )
        self._transport: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        self._rate = PacketRate(limits.packets_per_second)

    # -- a protocol ---------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._leg.connection_made(cast(asyncio.Transport, self))

    def data_received(self, data: bytes) -> None:
        self._socket.receive_data(data)
        for event in self._socket.events_received():
            if isinstance(event, Request):
                self._socket.send_response(self._socket.accept(event))
                self._write_waiting()
            elif not isinstance(event, Frame):
                continue
            elif event.opcode is Opcode.TEXT:
                self._socket.fail(CloseCode.UNSUPPORTED_DATA, "binary messages only")
            elif event.opcode in (Opcode.BINARY, Opcode.CONT) and event.data:
                if not self.is_closing():
                    self._leg.data_received(bytes(event.data))
            elif not self._rate.take(1):
                self._socket.fail(CloseCode.POLICY_VIOLATION, "too many pings")
        self._flush()

    def eof_received(self) -> bool:
        self._socket.receive_eof()
        return False

    def pause_writing(self) -> None:
        self._leg.pause_writing()

    def resume_writing(self) -> None:
        self._leg.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        self._leg.connection_lost(error)

    # -- a transport --------------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        if self._socket.state is State.OPEN:
            self._socket.send_binary(data)
            self._flush()
        elif self._socket.state is State.CONNECTING:
            self._waiting.append(data)

    def close(self) -> None:
        if self._socket.state is State.OPEN:
            self._socket.send_close(CloseCode.NORMAL_CLOSURE)
            self._flush()
        self._tcp.close()

    def abort(self) -> None:
        self._tcp.abort()

    def is_closing(self) -> bool:
        return self._tcp.is_closing()

    def pause_reading(self) -> None:
        self._tcp.pause_reading()

    def resume_reading(self) -> None:
        self._tcp.resume_reading()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._tcp.set_write_buffer_limits(high, low)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._tcp.get_extra_info(name, default)

    @property
    def _tcp(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    def _write_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting and self._socket.state is State.OPEN:
            self._socket.send_binary(b"".join(waiting))

    def _flush(self) -> None:
        out = self._socket.data_to_send()
        if self._tcp.is_closing():
            return
        if data := b"".join(out):
            self._tcp.write(data)
        # An empty piece says that nothing comes behind it: a refused handshake, or the end.
        if b"" in out or self._socket.close_expected():
            self._tcp.close()
