"""A server on this machine for clients under test: it keeps what it receives and answers what it is asked to.

It has no thread of its own: it serves when it is told to, between two frames of the client.
"""

from __future__ import annotations

import contextlib
import socket

_ASKED = b"reply "


class LoopbackServer:
    """Listens on a free port of 127.0.0.1.

    A chunk that holds the text `reply HEX`, as a message's string, is answered with those bytes; `reply close` ends
    the connection.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._connections: list[socket.socket | None] = []
        self._chunks: list[list[str]] = []
        self.port: int = self._listener.getsockname()[1]

    def poll(self) -> None:
        """Takes new connections, and answers what has come."""
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, _ = self._listener.accept()
                connection.setblocking(False)
                self._connections.append(connection)
                self._chunks.append([])
        for index, each in enumerate(self._connections):
            if each is not None and not self._serve(each, self._chunks[index]):
                each.close()
                self._connections[index] = None

    def _serve(self, connection: socket.socket, chunks: list[str]) -> bool:
        """Whether the connection stays open."""
        try:
            while chunk := connection.recv(65536):
                chunks.append(chunk.hex())
                answer = _answer_to(chunk)
                if answer is None:
                    return False
                connection.sendall(answer)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def received(self) -> dict[int, list[str]]:
        """Chunks in hex, by the number of their connection, which count from 1."""
        return dict(enumerate(self._chunks, 1))

    def close(self) -> None:
        """Ends all connections."""
        for each in self._connections:
            if each is not None:
                each.close()
        self._listener.close()


def _answer_to(chunk: bytes) -> bytes | None:
    """What is to be sent back; None to end the connection."""
    at = chunk.find(_ASKED)
    if at < 2:
        return b""
    length = int.from_bytes(chunk[at - 2 : at], "little")
    asked = chunk[at + len(_ASKED) : at + length].decode("latin-1").replace(" ", "")
    return None if asked == "close" else bytes.fromhex(asked)
