"""One HTTP request on a connection of its own, as clients send it to log in: read whole, answered, closed."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import NamedTuple, cast

TLS_HELLO = 0x16

# What is said anew on the way: the body may get another length, and each connection carries one request.
OWN_HEADERS = frozenset((b"content-length", b"transfer-encoding", b"connection", b"keep-alive", b"accept-encoding"))


LONGEST_NUMBER = 18
"""Digits of a length; int() refuses a number of thousands by an error of its own."""


class Request(NamedTuple):
    """A whole request: its first line, its head as it came (first line with it), and its body."""

    first: bytes
    head: bytes
    body: bytes


class OneRequest(asyncio.Protocol):
    """One connection of a client. Who takes requests says what becomes of one.

    Args:
        seconds: how long the request and its answer may take.
        longest: bytes of a request, head and body.
    """

    def __init__(self, seconds: float, longest: int) -> None:
        self.address = "?"
        self._seconds = seconds
        self._longest = longest
        self._data = b""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._whole = False

    # -- for who takes requests

    @abstractmethod
    def admit(self) -> bool:
        """Whether the connection is wanted."""

    @abstractmethod
    def asked(self, request: Request) -> None:
        """The request is there."""

    @abstractmethod
    def refused(self, what: str) -> None:
        """It came to no request: `tls_refused` or `too_long`."""

    def lost(self) -> None:
        """The connection is gone, whether it was wanted or not."""

    # -- what they do

    def answer(self, status: bytes, body: bytes) -> None:
        """Answers with JSON, and closes. `status` is the code with its words."""
        self.write(rebuilt(b"HTTP/1.1 " + status, b"\r\nContent-Type: application/json", body))

    def write(self, data: bytes) -> None:
        """Sends a whole answer, and closes."""
        self._whole = True
        if self._transport is not None:
            self._transport.write(data)
            self._transport.close()

    def abort(self) -> None:
        """Closes at once."""
        if self._transport is not None:
            self._transport.abort()

    # -- of asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else "?"
        if self.admit():
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self.abort)
        else:
            self.abort()

    def data_received(self, data: bytes) -> None:
        if self._whole:
            return
        self._data += data
        if self._data[0] == TLS_HELLO:
            # Clients try TLS first; the sooner that ends, the sooner they go on without.
            self.refused("tls_refused")
            self.abort()
            return
        if len(self._data) > self._longest:
            self.refused("too_long")
            self.answer(b"413 Refused", b'{"errorCode":2,"errorMessage":"Request too long."}')
            return
        head, blank, body = self._data.partition(b"\r\n\r\n")
        if not blank:
            return
        first, headers = parse_head(head)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > LONGEST_NUMBER or b"transfer-encoding" in headers:
            self.answer(b"411 Refused", b'{"errorCode":2,"errorMessage":"Content-Length needed."}')
            return
        if len(body) >= int(length):
            self._whole = True
            self.asked(Request(first, head, body[: int(length)]))

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self.lost()


def parse_head(head: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """The first line, and the headers by lower-case name."""
    first, *lines = head.split(b"\r\n")
    pairs = (line.partition(b":") for line in lines)
    return first, {name.strip().lower(): value.strip() for name, _, value in pairs}


def rebuilt(first: bytes, head: bytes, body: bytes, *, drop_encoding: bool = False) -> bytes:
    """A request or answer with the headers that it had, and the length that its body has now."""
    lines = [line for line in head.split(b"\r\n")[1:] if line.partition(b":")[0].strip().lower() not in OWN_HEADERS]
    if drop_encoding:
        # The answer has to be read on the way.
        lines.append(b"Accept-Encoding: identity")
    return b"\r\n".join((first, *lines, b"Content-Length: %d" % len(body), b"Connection: close", b"", body))
