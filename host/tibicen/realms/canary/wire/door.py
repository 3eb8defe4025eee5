"""Connections that come in by a port, taken as many at a time as there are."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

log = logging.getLogger("tibicen.wire")

BACKLOG = 512
"""Connections that wait to be taken; the system may allow less."""

AT_ONCE = 64
"""Connections that are taken in one turn of the loop: the others have their turn, too."""

PAUSE_SECONDS = 0.5
"""For which none is taken when the system has no room for more."""


class Door:
    """Takes connections on a socket that is bound. A server of uvloop's takes one in each turn of its loop, which in a
    busy world are a few a second.

    Args:
        bound: its socket, which is closed with it.
        make: the protocol of a new connection.

    Raises:
        NotImplementedError: the loop can't watch sockets (Windows' can't).
    """

    def __init__(self, bound: socket.socket, make: Callable[[], asyncio.BaseProtocol]) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = bound
        self._make = make
        self._tasks: set[asyncio.Task[object]] = set()
        self._pause: asyncio.TimerHandle | None = None
        bound.setblocking(False)
        self._loop.add_reader(bound, self._take)
        bound.listen(BACKLOG)

    def close(self) -> None:
        """Closes the socket; connections that were taken stay. Idempotent."""
        if self._pause is not None:
            self._pause.cancel()
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _take(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, _ = self._socket.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionAbortedError:
                continue
            except OSError as error:
                log.error("no connection can be taken for %g s: %s", PAUSE_SECONDS, error)
                self._loop.remove_reader(self._socket)
                self._pause = self._loop.call_later(PAUSE_SECONDS, self._go_on)
                return
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = self._loop.create_task(self._loop.connect_accepted_socket(self._make, connection))
            self._tasks.add(task)
            task.add_done_callback(self._taken)

    def _go_on(self) -> None:
        self._pause = None
        self._loop.add_reader(self._socket, self._take)

    def _taken(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("a connection was lost as it was taken: %s", task.exception())
