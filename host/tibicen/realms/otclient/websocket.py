"""Websockets of a client, each on a thread of its own: the handshake, frames in both directions, and the end."""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
from collections.abc import Callable
from itertools import cycle

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
_FINAL = 0x80
_MASKED = 0x80
_CONTINUED = 0x0
# The real client sends the same key each time and does not look at the answer to it.
_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
_LARGEST_HEAD = 65536
_LARGEST_FRAME = 16 << 20

Tell = Callable[[str, bytes | str], None]
"""Takes what happened, `open`, `message`, `close` or `error`, and its text."""


def frame(opcode: int, payload: bytes, mask: bytes | None = None) -> bytes:
    """One whole message, masked as clients have to."""
    mask = secrets.token_bytes(4) if mask is None else mask
    length = len(payload)
    if length < 126:
        head = bytes([_FINAL | opcode, _MASKED | length])
    elif length < 65535:
        head = bytes([_FINAL | opcode, _MASKED | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([_FINAL | opcode, _MASKED | 127]) + length.to_bytes(8, "big")
    return head + mask + unmasked(payload, mask)


def unmasked(payload: bytes, mask: bytes) -> bytes:
    """The payload with or without its mask: the same operation does both."""
    return bytes(byte ^ other for byte, other in zip(payload, cycle(mask), strict=False))


def take_frame(received: bytes) -> tuple[int, bytes, bytes] | None:
    """Opcode and payload of the first frame, and what follows it; None while it is not whole.

    Raises:
        ValueError: it is larger than anybody sends.
    """
    if len(received) < 2:
        return None
    opcode, masked, length = received[0] & 0x0F, received[1] & _MASKED, received[1] & 0x7F
    at = 2
    if length >= 126:
        size = 2 if length == 126 else 8
        if len(received) < at + size:
            return None
        length = int.from_bytes(received[at : at + size], "big")
        at += size
    if length > _LARGEST_FRAME:
        raise ValueError(f"a frame of {length} bytes is too long")
    mask = received[at : at + 4] if masked else b"\0\0\0\0"
    at += 4 if masked else 0
    if len(received) < at + length:
        return None
    return opcode, unmasked(received[at : at + length], mask), received[at + length :]


class WebSocket:
    """One connection; what happens is told from its thread.

    Args:
        connect: makes the socket; raises OSError.
        host: with the port, for the handshake.
    """

    def __init__(self, connect: Callable[[], socket.socket], host: str, query: str, tell: Tell) -> None:
        self._connect = connect
        self._host = host
        self._query = query
        self._tell = tell
        self._socket: socket.socket | None = None
        self._open = False
        self._closed = False
        self._waiting: list[bytes] = []
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begins to connect."""
        threading.Thread(target=self._run, daemon=True).start()

    def send(self, message: bytes) -> None:
        """Sends a text, or keeps it until the handshake is over."""
        self._send(frame(TEXT, message))

    def close(self) -> None:
        """Ends the connection; nothing more is told."""
        if self._closed:
            return
        if self._open:
            self._send(frame(CLOSE, b""))
        self._closed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()

    def _send(self, data: bytes) -> None:
        with self._lock:
            if not self._open:
                self._waiting.append(data)
            elif not self._closed and self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.sendall(data)

    def _run(self) -> None:
        try:
            self._socket = self._connect()
            self._serve(self._handshake())
        except (OSError, ValueError) as error:
            if not self._closed:
                self._closed = True
                reason = error.strerror if isinstance(error, OSError) else None
                self._tell("error", f"close_code::error {reason or error}")

    def _handshake(self) -> bytes:
        """Asks for a websocket; what came behind the answer."""
        assert self._socket is not None
        lines = [
            f"GET {self._query} HTTP/1.1",
            f"Host: {self._host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {_KEY}",
            "Sec-WebSocket-Version: 13",
        ]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = self._socket.recv(65536)
            if not chunk or len(received) > _LARGEST_HEAD:
                raise OSError(2, "End of file")
            received += chunk
        self._socket.settimeout(None)
        with self._lock:
            self._open = True
            self._socket.sendall(b"".join(self._waiting))
        self._tell("open", "code::websocket_open")
        return received.partition(b"\r\n\r\n")[2]

    def _serve(self, received: bytes) -> None:
        assert self._socket is not None
        while True:
            while found := take_frame(received):
                opcode, payload, received = found
                if opcode == CLOSE:
                    self.close()
                    self._tell("close", "close_code::normal")
                    return
                if opcode == PING:
                    self._send(frame(PONG, payload))
                elif opcode in (_CONTINUED, TEXT, BINARY) and payload:
                    self._tell("message", payload)
            chunk = self._socket.recv(65536)
            if not chunk:
                raise OSError(2, "End of file")
            received += chunk
