"""Frames between the host and a worker process, over one socket pair in both directions.

A frame is a header of 16 bytes, little-endian, and a payload (mostly MessagePack, see `marshal`):

| bytes | what                                                                                 |
|-------|--------------------------------------------------------------------------------------|
| 4     | length of the payload                                                                |
| 1     | kind: CALL, RETURN or TELL (a call that nobody answers)                              |
| 1     | code: which call it is; of a RETURN, the status (`vm.failure`; 0: nothing)           |
| 2     | which VM of the process it concerns                                                  |
| 4     | the call's number; a RETURN bears that of its call                                   |
| 4     | a callback, a chain, or how many bytes of the payload are an operation's name;       |
|       | in a RETURN of the host: microseconds that the plugin's deadline is extended by      |

Whoever waits for a RETURN serves the CALLs that come meanwhile, so calls nest in both directions.
"""

from __future__ import annotations

import select
import socket
import struct
import sys
from enum import IntEnum
from time import monotonic
from typing import NamedTuple

from tibicen.errors import WireError

CALL, RETURN, TELL = 1, 2, 3


class Code(IntEnum):
    """What a CALL or TELL asks for."""

    OPEN = 1
    LOAD = 2
    CALL = 3
    CALL_GLOBAL = 4
    HAS = 5
    FORGET = 6
    BUILD_CHAIN = 7
    DROP_CHAIN = 8
    DISPATCH = 9
    MEMORY = 10
    COLLECT = 11
    CLOSE = 12
    PING = 13
    HELLO = 14
    """The worker's first word: it is up; the payload says what contains it."""
    HOST = 15
    """The plugin asks the host: the operation's name, then its packed arguments."""
    START_PROFILE = 16
    """The number is that of microseconds between two samples."""
    STOP_PROFILE = 17
    PREPARE = 18
    """Before there is a VM: the process imports what a Python plugin's files import first (`worker.imports`)."""


LARGEST_PAYLOAD = (8 << 20) + (1 << 16)
"""A message that may cross (`lua_state.LARGEST_MESSAGE`) and a name in front of it."""

DEEPEST = 64
"""How deep calls may nest between one host and one worker."""

FIRST_BUFFER = 1 << 16

_HEADER = struct.Struct("<IBBHII")
_SIZE = _HEADER.size
_DONTWAIT = getattr(socket, "MSG_DONTWAIT", 0)
# A peer that is gone is an error to catch, not a signal that ends the process.
_SEND_FLAGS = _DONTWAIT | getattr(socket, "MSG_NOSIGNAL", 0)


class Frame(NamedTuple):
    """One frame; see the module."""

    kind: int
    code: int
    vm: int
    id: int
    number: int
    payload: bytes


class ClosedWireError(WireError):
    """The other side is gone."""


class Wire:
    """One end of the socket pair, which stays in blocking mode."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self._send = sock.send
        self._receive_into = sock.recv_into
        self._view = memoryview(bytearray(FIRST_BUFFER))
        # What was received and not yet taken lies between these two.
        self._start = self._end = 0

    def limit_waiting(self, seconds: float) -> None:
        """How long `receive` waits; 0: for ever. Costs a system call, the waiting itself none more."""
        whole = int(seconds)
        timeout = struct.pack("@ll", whole, int((seconds - whole) * 1e6))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)

    def send(self, kind: int, code: int, vm: int, id: int, number: int, payload: bytes, *, seconds: float) -> None:
        """Sends a frame; `seconds` bounds how long the other side may refuse to read.

        Raises:
            ClosedWireError: the other side is gone.
            TimeoutError: it does not read.
        """
        data = _HEADER.pack(len(payload), kind, code, vm, id, number) + payload
        try:
            sent = self._send(data, _SEND_FLAGS)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise ClosedWireError(f"the other side is gone: {error.strerror}") from None
        if sent != len(data):
            self._send_rest(memoryview(data)[sent:], seconds)

    def _send_rest(self, data: memoryview, seconds: float) -> None:
        # Both sides may be sending something large: whoever only wrote would wait for the other for ever.
        poller = select.poll()
        poller.register(self.socket, select.POLLIN | select.POLLOUT)
        until = monotonic() + seconds
        while data:
            events = poller.poll(max(0.0, until - monotonic()) * 1e3)
            # What it says meanwhile is no progress: it may go on for ever.
            if not events or monotonic() > until:
                raise TimeoutError("the other side does not read")
            if events[0][1] & select.POLLIN:
                if self._end - self._start > LARGEST_PAYLOAD * 2:
                    poller.modify(self.socket, select.POLLOUT)
                else:
                    self._fill(_DONTWAIT)
            try:
                data = data[self._send(data, _SEND_FLAGS) :]
                until = monotonic() + seconds
            except BlockingIOError:
                continue
            except OSError as error:
                raise ClosedWireError(f"the other side is gone: {error.strerror}") from None

    def receive(self) -> Frame | None:
        """The next frame; None when the time to wait is over.

        Raises:
            ClosedWireError: the other side is gone.
            WireError: what came is no frame.
        """
        while (frame := self._next()) is None:
            if not self._fill(0):
                return None
        return frame

    def poll(self) -> Frame | None:
        """The next frame that is there already; raises as `receive`."""
        while (frame := self._next()) is None:
            if not self._fill(_DONTWAIT):
                return None
        return frame

    def parse(self, data: bytes) -> Frame | None:
        """The next frame, with `data` as if it had just been received."""
        self._make_room(self._end - self._start + len(data))
        self._view[self._end : self._end + len(data)] = data
        self._end += len(data)
        return self._next()

    @property
    def waiting(self) -> bool:
        """Whether something was received that nobody has taken."""
        return self._end > self._start

    def _next(self) -> Frame | None:
        start = self._start
        have = self._end - start
        if have < _SIZE:
            return None
        length, kind, code, vm, id, number = _HEADER.unpack_from(self._view, start)
        if length > LARGEST_PAYLOAD or not CALL <= kind <= TELL:
            raise WireError(f"what came is no frame: kind {kind}, {length} bytes (at most {LARGEST_PAYLOAD})")
        if have < _SIZE + length:
            self._make_room(_SIZE + length)
            return None
        end = start + _SIZE + length
        payload = bytes(self._view[start + _SIZE : end])
        if end == self._end:
            self._start = self._end = 0
            if len(self._view) > FIRST_BUFFER:
                self._view = memoryview(bytearray(FIRST_BUFFER))
        else:
            self._start = end
        return Frame(kind, code, vm, id, number, payload)

    def _make_room(self, size: int) -> None:
        """Room for `size` bytes from where the next frame starts, and at least some behind what is there."""
        have = self._end - self._start
        needed = max(size, have + _SIZE)
        if self._start + needed <= len(self._view):
            return
        view = self._view if needed <= len(self._view) else memoryview(bytearray(max(needed, FIRST_BUFFER)))
        view[:have] = bytes(self._view[self._start : self._end])
        self._view, self._start, self._end = view, 0, have

    def _fill(self, flags: int) -> bool:
        """Receives what there is room for; False when nothing came."""
        end = self._end
        if end == len(self._view):
            self._make_room(end - self._start + FIRST_BUFFER)
            end = self._end
        try:
            count = self._receive_into(self._view[end:] if end else self._view, 0, flags)
        except BlockingIOError:
            return False
        except OSError as error:
            raise ClosedWireError(f"the other side is gone: {error.strerror}") from None
        if count == 0:
            raise ClosedWireError("the other side is gone")
        self._end = end + count
        return True

    def close(self) -> None:
        self.socket.close()


def supported() -> bool:
    """Whether this system has what worker processes need."""
    return sys.platform == "linux"
