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
from tibicen.protocol.http_request import LONGEST_NUMBER, OneRequest, Request, parse_head, rebuilt
from tibicen.protocol.limits import BridgeLimits
from tibicen.protocol.upstream import UpstreamPool

LONGEST_REQUEST = 64 * 1024
LONGEST_ANSWER = 4 * 1024 * 1024


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


class _Request(OneRequest):
    """One connection of a client: its request, and the answer to it."""

    def __init__(self, login: WebLogin) -> None:
        super().__init__(login.limits.idle_seconds, LONGEST_REQUEST)
        self._login = login
        self._task: asyncio.Task[None] | None = None

    def admit(self) -> bool:
        if len(self._login.open) >= self._login.limits.connections:
            self._login.counts["full"] += 1
            return False
        self._login.open.add(self)
        return True

    def refused(self, what: str) -> None:
        self._login.counts[f"http_{what}"] += 1

    def asked(self, request: Request) -> None:
        data = rebuilt(request.first, request.head, request.body, drop_encoding=True)
        self._task = asyncio.get_running_loop().create_task(self._pass_on(data))

    def lost(self) -> None:
        self._login.open.discard(self)
        if self._task is not None:
            self._task.cancel()

    async def _pass_on(self, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bytes] = loop.create_future()
        try:
            upstream, transport, _ = await self._login.pool.connect(lambda: _Answer(done))
        except ConnectionError:
            self._login.counts["http_no_server"] += 1
            self.answer(b"502 Refused", b'{"errorCode":2,"errorMessage":"The login server does not answer."}')
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
            self.answer(b"502 Refused", b'{"errorCode":2,"errorMessage":"The login server gave no answer."}')
            return
        first, headers = parse_head(head)
        if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
            body = unchunked(body)
        self._login.counts["http_answered"] += 1
        self.write(rebuilt(first, head, rewrite_worlds(body, self._login.worlds)))


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
            if length.isdigit() and len(length) <= LONGEST_NUMBER and len(body) >= int(length):
                self._finish(head + blank + body[: int(length)])
        if len(self._data) > LONGEST_ANSWER:
            self._finish(b"")

    def connection_lost(self, error: Exception | None) -> None:
        self._finish(bytes(self._data))

    def _finish(self, data: bytes) -> None:
        if not self._done.done():
            self._done.set_result(data)


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
