"""One TCP connection from a client: frames in, frames out, limits. What is in the frames, its ports know."""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Coroutine
from typing import Any, Final, cast

from tibicen.errors import WireError
from tibicen.native import Sealer, Stack, Xtea, open_frame, peek_frame
from tibicen.native.framing import Flags
from tibicen.protocol.frames import deflate
from tibicen.protocol.handshake import SEQUENCE_SINCE, FirstFrame, prelude_length, read_first_frame, stack_of
from tibicen.protocol.limits import PacketRate
from tibicen.realms.canary.wire.options import WireOptions

log = logging.getLogger("tibicen.wire")

HEADER: Final = 2
DEFLATED_FROM: Final = 128
"""Bytes of messages: shorter frames are not deflated."""

TOO_LONG: Final = (
    "a frame of {} bytes, and {} are taken (wire.limits.frame). If a module sends JSON by extended opcodes: OTClient "
    "cuts it into chunks of 65000 bytes, and servers take 3900 (Canary) or 8000 (TFS)"
)

FIRST_FRAME: Final = 1024
"""Of a first frame, in bytes: login frames of all versions have less than 500."""


class Peer(asyncio.Protocol):
    """A connection until it is closed; every reason is logged, once.

    Args:
        options: of the server.
        port: login or game, for the log.
    """

    def __init__(self, options: WireOptions, port: str) -> None:
        self.options = options
        self.port = port
        self.address = "?"
        self.closed = False
        self.stack = Stack.ADLER
        self.xtea: Xtea | None = None
        self.sealer = Sealer(Stack.ADLER)
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._rate = PacketRate(options.limits.packets)
        self._next_number: int | None = None
        self._prelude = port == "game"
        self._timer: asyncio.TimerHandle | None = None
        self._work: asyncio.Task[None] | None = None

    # -- of asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are none by their class.
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else "?"
        self.wait(self.options.limits.login_seconds, "did not log in")
        refusal = self.admit()
        if refusal:
            self.close(refusal)
        else:
            self.opened()

    def data_received(self, data: bytes) -> None:
        if self.closed:
            return
        self._buffer += data
        self._go_on()

    def _go_on(self) -> None:
        try:
            self._take_frames()
        except WireError as error:
            self.close(str(error))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.closed:
            left = f" in the middle of a frame, {len(self._buffer)} bytes of it" if self._buffer else ""
            self._closing(f"the client went away{left}", expected=not self._buffer and error is None)
        if self._work is not None:
            self._work.cancel()
        self.lost()

    # -- for the ports

    @abstractmethod
    def admit(self) -> str:
        """Why the connection is not wanted; empty when it is."""

    @abstractmethod
    def lost(self) -> None:
        """The connection is gone."""

    @abstractmethod
    def first(self, first: FirstFrame) -> None:
        """The first frame came, and the key with it."""

    def opened(self) -> None:
        """The connection stands; the server may speak first."""

    def message(self, data: bytes) -> None:
        """A message came: nothing is expected unless a port says so."""
        raise WireError(f"a message of {len(data)} bytes, where none was expected")

    # -- what ports do

    def work(self, work: Coroutine[Any, Any, None]) -> None:
        """Has something done that has to wait for others. Frames wait for its end; it ends with the connection."""
        self._work = asyncio.get_running_loop().create_task(work, name=f"{self.port} login")
        self._work.add_done_callback(self._worked)

    def _worked(self, task: asyncio.Task[None]) -> None:
        self._work = None
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            # Its text stays out of the log: what fails here had a password in its hands.
            self.close(str(failure) if isinstance(failure, WireError) else f"a login failed: {type(failure).__name__}")
        elif not self.closed:
            self._go_on()

    def send(self, messages: bytes) -> None:
        """Sends messages in one frame; long ones deflated to clients that number their frames, as TFS does."""
        if self.stack is Stack.SEQUENCE and len(messages) >= DEFLATED_FROM:
            self.write(self.sealer.seal(deflate(messages), compressed=True))
        else:
            self.write(self.sealer.seal(messages))

    def write(self, data: bytes) -> None:
        """Sends bytes as they are."""
        if self.closed or self._transport is None:
            return
        self._transport.write(data)
        waiting = self._transport.get_write_buffer_size()
        if waiting > self.options.limits.unsent:
            self._closing(f"the client does not read: {waiting} bytes wait for it")
            self._transport.abort()

    def wait(self, seconds: float, reason: str) -> None:
        """Closes the connection unless something comes in time; replaces what was waited for before."""
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, lambda: self.close(f"{reason} within {seconds:g} s"))

    def close(self, reason: str, *, expected: bool = False) -> None:
        """Closes the connection, once what was sent is out.

        Args:
            expected: nothing is wrong: the end of a session.
        """
        if self.closed:
            return
        self._closing(reason, expected=expected)
        if self._transport is not None:
            self._transport.close()

    def _closing(self, reason: str, *, expected: bool = False) -> None:
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        level = logging.INFO if expected else logging.WARNING
        log.log(level, "%s port: connection of %s closed: %s", self.port, self.address, reason)

    # -- frames

    def _take_frames(self) -> None:
        while self._buffer and not self.closed:
            if self._work is not None:
                if len(self._buffer) > self.options.limits.frame + HEADER:
                    raise WireError("more came behind a login than waits for its answer")
                return
            if self._prelude:
                if self._buffer.startswith(b"\xff\xff"):
                    # No world is called so: don't wait for the end of its name.
                    raise WireError("a first frame of 65535 bytes")
                length = prelude_length(self._buffer)
                if length < 0:
                    if 0 in self._buffer:
                        raise WireError("neither a login frame nor a world's name came first")
                    return
                del self._buffer[:length]
                self._prelude = False
                continue
            limit = FIRST_FRAME if self.xtea is None else self.options.limits.frame + HEADER
            said = int.from_bytes(self._buffer[:2], "little") if self.stack is not Stack.BLOCKS else 0
            if self.xtea is not None and said + HEADER > limit:
                raise WireError(TOO_LONG.format(said, self.options.limits.frame))
            length = peek_frame(self.stack, self._buffer, limit)
            if not length or len(self._buffer) < length:
                return
            frame = self._buffer[:length]
            del self._buffer[:length]
            if not self._rate.take(1):
                raise WireError(f"more than {self.options.limits.packets} frames a second")
            if self.xtea is None:
                self._take_first(bytes(frame))
            else:
                self._take(frame)

    def _take_first(self, frame: bytes) -> None:
        first = read_first_frame(frame, self.stack, self.options.key)
        # Clients that number their frames may number this one, with 0.
        if first.number is not None and (first.version < SEQUENCE_SINCE or first.number != 0):
            raise WireError("the login frame has a wrong checksum")
        self.xtea = Xtea(first.key)
        self.stack = stack_of(first, self.stack)
        self.sealer = Sealer(self.stack, self.xtea)
        self.first(first)

    def _take(self, frame: bytearray) -> None:
        opened = open_frame(self.stack, frame, self.xtea, Flags.NONE)
        if opened.compressed:
            raise WireError("a compressed frame from a client")
        if self.stack is not Stack.ADLER:
            # Some clients count from 0, some from 1.
            wanted = self._next_number
            if wanted is None and opened.sequence in (0, 1):
                wanted = opened.sequence
            if opened.sequence != wanted:
                raise WireError(f"frame number {opened.sequence} came where {wanted or 0} was due")
            self._next_number = (opened.sequence + 1) & 0x7FFFFFFF
        if not opened.length:
            raise WireError("a frame without a message")
        self.message(bytes(frame[opened.offset : opened.offset + opened.length]))
