"""A server that says to a client what it is given, a recorded one's words for example, in frames of its version."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import Any

from tibicen.native import Sealer, Stack, Xtea, peek_frame
from tibicen.protocol.frames import FrameCodec, deflate
from tibicen.protocol.handshake import CHALLENGE, FirstFrame, read_first_frame
from tibicen.protocol.rsa import open_tibia_key
from tibicen.protocol.verify import STACKS
from tibicen.protocol.versions import load_protocol

DEFLATED_FROM = 128


class SayingServer:
    """One connection; the server works between two frames of the client.

    Attributes:
        first: the client's login, once it came.
    """

    def __init__(self, version: int) -> None:
        self.stack = STACKS[load_protocol(version).manifest.framing["stack"]]
        self.first: FirstFrame | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._connection: socket.socket | None = None
        self._sealer = Sealer(self.stack)

    def log_in(self, pump: Callable[[], Any]) -> None:
        """Sends the challenge, and reads the client's login; `pump` runs a frame of the client."""
        self._listener.settimeout(5)
        pump()
        self._connection, _ = self._listener.accept()
        self._connection.settimeout(0.001)
        challenge = struct.pack("<BIB", CHALLENGE, 1_700_000_000, 77)
        # In blocks there is room for one byte behind it.
        filler = b"\0" if self.stack is Stack.BLOCKS else b""
        self._connection.sendall(FrameCodec(self.stack).build(challenge, filler, None))
        data = b""
        for _ in range(5000):
            pump()
            try:
                data += self._connection.recv(65536)
            except TimeoutError:
                continue
            length = peek_frame(self.stack if self.stack is Stack.BLOCKS else Stack.ADLER, data)
            if length and len(data) >= length:
                break
        self.first = read_first_frame(data, self.stack, open_tibia_key())
        self._sealer = Sealer(self.stack, Xtea(self.first.key))

    def send(self, messages: bytes) -> None:
        """Sends messages in one frame, and drops what the client has said so far."""
        assert self._connection is not None
        compressed = self.stack is not Stack.ADLER and len(messages) >= DEFLATED_FROM
        self._connection.settimeout(5)
        self._connection.sendall(
            self._sealer.seal(deflate(messages) if compressed else messages, compressed=compressed)
        )
        self._connection.setblocking(False)
        try:
            while self._connection.recv(65536):
                pass
        except OSError:
            pass

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._listener.close()
