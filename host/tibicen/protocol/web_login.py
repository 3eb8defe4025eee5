"""Login over HTTP: a request is passed to the server, and in its answer the worlds lie where the bridge is.

One request a connection. Nothing is kept, and nothing of a request is ever logged: it holds a password.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from tibicen.protocol.characters import Worlds
from tibicen.protocol.limits import BridgeLimits
from tibicen.protocol.upstream import UpstreamPool

LONGEST_REQUEST = 64 * 1024
LONGEST_ANSWER = 4 * 1024 * 1024
TLS_HELLO = 0x16

# What is said anew on the way: the body may get another length, and each connection carries one request.
OWN_HEADERS = frozenset((b"content-length", b"transfer-encoding", b"connection", b"keep-alive", b"accept-encoding"))


class WebLogin:
    """The HTTP port. `connection` makes the protocol of one connection."""

    def __init__(self, pool: UpstreamPool, worlds: Worlds, limits: BridgeLimits, counts: Counter[str]) -> None:
        self.pool = pool
        self.worlds = worlds
        self.limits = limits
        self.counts = counts
        self.open: set[_Request] = set()

    def connection(self) -> asyncio.Protocol:
        return _Request(self)

    def close(self) -> None:
        for each in list(self.open):
            each.abort()


class _Request(asyncio.Protocol):
    """One connection of a client: its request, and the answer to it."""

    def __init__(self, login: WebLogin) -> None:
        self._login = login
        self._data = b""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = tcp = cast(asyncio.Transport, transport)
        if len(self._login.open) >= self._login.limits.connections:
            self._login.counts["full"] += 1
            tcp.abort()
            return
        self._login.open.add(self)
        self._timer = asyncio.get_running_loop().call_later(self._login.limits.idle_seconds, self.abort)

    def data_received(self, data: bytes) -> None:
        if self._task is not None:
            return
        self._data += data
        if self._data[0] == TLS_HELLO:
            # Clients try TLS first; the sooner that ends, the sooner they go on without.
            self._login.counts["http_tls_refused"] += 1
            self.abort()
            return
        if len(self._data) > LONGEST_REQUEST:
            self._login.counts["http_too_long"] += 1
            self._answer(413, b'{"errorCode":2,"errorMessage":"Request too long."}')
            return
        head, blank, body = self._data.partition(b"\r\n\r\n")
        if not blank:
            return
        first, headers = parse_head(head)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or b"transfer-encoding" in headers:
            self._answer(411, b'{"errorCode":2,"errorMessage":"Content-Length needed."}')
            return
        if len(body) >= int(length):
            request = rebuilt(first, head, body[: int(length)], drop_encoding=True)
            self._task = asyncio.get_running_loop().create_task(self._pass_on(request))

    async def _pass_on(self, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bytes] = loop.create_future()
        try:
            upstream, transport, _ = await self._login.pool.connect(lambda: _Answer(done))
        except ConnectionError:
            self._login.counts["http_no_server"] += 1
            self._answer(502, b'{"errorCode":2,"errorMessage":"The login server does not answer."}')
            return
        try:
            cast(asyncio.Transport, transport).write(request)
            answer = await done
        finally:
            upstream.sessions -= 1
            transport.close()
        head, blank, body = answer.partition(b"\r\n\r\n")
        if not blank:
            self._login.counts["http_no_answer"] += 1
            self._answer(502, b'{"errorCode":2,"errorMessage":"The login server gave no answer."}')
            return
        first, headers = parse_head(head)
        if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
            body = unchunked(body)
        self._login.counts["http_answered"] += 1
        self._write(rebuilt(first, head, rewrite_worlds(body, self._login.worlds)))

    def _answer(self, status: int, body: bytes) -> None:
        self._write(rebuilt(b"HTTP/1.1 %d Refused" % status, b"\r\nContent-Type: application/json", body))

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._login.open.discard(self)
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()


class _Answer(asyncio.Protocol):
    """The server's side: all of it, up to where it ends by its length or by closing."""

    def __init__(self, done: asyncio.Future[bytes]) -> None:
        self._done = done
        self._data = bytearray()

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, blank, body = bytes(self._data).partition(b"\r\n\r\n")
        if blank:
            length = parse_head(head)[1].get(b"content-length", b"")
            if length.isdigit() and len(body) >= int(length):
                self._finish(head + blank + body[: int(length)])
        if len(self._data) > LONGEST_ANSWER:
            self._finish(b"")

    def connection_lost(self, error: Exception | None) -> None:
        self._finish(bytes(self._data))

    def _finish(self, data: bytes) -> None:
        if not self._done.done():
            self._done.set_result(data)


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


def unchunked(body: bytes) -> bytes:
    """The chunks of a body joined; as far as they go."""
    out = []
    while body:
        size, _, body = body.partition(b"\r\n")
        try:
            length = int(size.split(b";")[0], 16)
        except ValueError:
            break
        if not length:
            break
        out.append(body[:length])
        body = body[length + 2 :]
    return b"".join(out)


def rewrite_worlds(body: bytes, worlds: Worlds) -> bytes:
    """The JSON of an answer with the bridge's addresses in `playdata.worlds`; anything else comes back as it was."""
    if not worlds:
        return body
    try:
        answer = json.loads(body)
        rows = answer["playdata"]["worlds"]
        for row in rows:
            _rewrite(row, worlds)
    except (ValueError, KeyError, TypeError, RecursionError):
        return body
    return json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode()


def _rewrite(row: dict[str, Any], worlds: Mapping[int, tuple[str, int]]) -> None:
    for kind in ("", "protected", "unprotected"):
        address, port = f"externaladdress{kind}", f"externalport{kind}"
        if port not in row:
            continue
        found = worlds.get(int(row[port])) or worlds.get(0)
        if found is not None:
            row[address], row[port] = found
