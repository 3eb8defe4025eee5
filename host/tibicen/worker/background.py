"""The event loop of Python plugins in a worker: made at the start, run from the moment that something waits in it.

As long as nothing does, the worker waits for the host alone, which is quicker to wake from.
"""

from __future__ import annotations

import asyncio
import os
from asyncio import events
from typing import TYPE_CHECKING, Any

from tibicen.errors import WireError
from tibicen.vm.wire import ClosedWireError

if TYPE_CHECKING:
    from tibicen.worker.server import Worker


class BackgroundLoop(asyncio.SelectorEventLoop):
    """`wanted` says that a plugin has put something into it."""

    def __init__(self) -> None:
        self.wanted = False
        self._worker: Worker | None = None
        super().__init__()
        # Making the loop has put its own pipe into it.
        self.wanted = False
        asyncio.set_event_loop(self)
        # Plugin code finds it as the running one, as it would in the host.
        events._set_running_loop(self)

    def call_soon(  # type: ignore[override]
        self, *arguments: Any, **options: Any
    ) -> asyncio.Handle:
        self.wanted = True
        return super().call_soon(*arguments, **options)

    def call_at(  # type: ignore[override]
        self, *arguments: Any, **options: Any
    ) -> asyncio.TimerHandle:
        self.wanted = True
        return super().call_at(*arguments, **options)

    def call_soon_threadsafe(  # type: ignore[override]
        self, *arguments: Any, **options: Any
    ) -> asyncio.Handle:
        self.wanted = True
        return super().call_soon_threadsafe(*arguments, **options)

    def run_in_executor(  # type: ignore[override]
        self, *arguments: Any, **options: Any
    ) -> Any:
        self.wanted = True
        return super().run_in_executor(*arguments, **options)

    def run(self, worker: Worker) -> None:
        """Serves the host and everything in the loop, until the host is gone."""
        self._worker = worker
        events._set_running_loop(None)
        self.add_reader(worker.wire.socket.fileno(), self._readable)
        # What the worker had received already, the system does not report again.
        self.call_soon(self._readable)
        self.run_forever()

    def asked(self) -> None:
        """A task has called the host; frames of the host may have come with the answer."""
        if self._worker is not None and self._worker.wire.waiting:
            self.call_soon(self._readable)

    def _readable(self) -> None:
        assert self._worker is not None
        try:
            # One frame a turn: tasks get theirs in between.
            frame = self._worker.wire.poll()
            if frame is not None:
                self._worker.handle(frame)
                if self._worker.wire.waiting:
                    self.call_soon(self._readable)
        except ClosedWireError:
            os._exit(0)
        except WireError:
            os._exit(1)
