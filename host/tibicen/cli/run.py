"""`tibicen run`: a host on a thread with a large stack, until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from structlog.types import EventDict

from tibicen.cli.bridge import described, start_bridge
from tibicen.cli.control import ControlServer
from tibicen.cli.operations import operations_of
from tibicen.cli.table import Screen
from tibicen.cli.text import printable
from tibicen.config import HostConfig
from tibicen.host import Host
from tibicen.vm import stack


def new_event_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where there is one; asyncio's own otherwise, which is slower and nothing else."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def set_up_logging(screen: Screen) -> None:
    """Log lines go above the table, like everything else that is printed."""

    class _Writer:
        def msg(self, message: str) -> None:
            screen.console.out(message, highlight=False)

        debug = info = warning = error = exception = critical = log = msg

    structlog.configure(
        processors=[
            _harmless,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=screen.console.is_terminal, pad_event_to=0),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=lambda *_: _Writer(),
        cache_logger_on_first_use=False,
    )
    wire = logging.getLogger("tibicen.wire")
    wire.handlers, wire.propagate = [_Passing()], False
    wire.setLevel(logging.INFO)


class _Passing(logging.Handler):
    """Lines of parts that know nothing of screens go the same way as all others."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(record.levelno, record.getMessage())


def _harmless(_: Any, __: str, event: EventDict) -> EventDict:
    """Chat ends up in logs: no line of it may steer the terminal, or pass for a line of its own."""
    return {key: _flat(value) if isinstance(value, str) else value for key, value in event.items()}


def _flat(text: str) -> str:
    return printable(text).replace("\n", "\\n")


class Runner:
    """One run of a host: its thread, its signals and its end."""

    def __init__(
        self,
        config: HostConfig,
        folder: Path,
        data: Path,
        socket: Path,
        config_file: Path | None,
        record: Path | None = None,
    ) -> None:
        self._record = record
        self._config = config
        self._folder = folder
        self._data = data
        self._socket = socket
        self._config_file = config_file
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._error: BaseException | None = None
        self._done = threading.Event()
        self._told_to_stop = False

    def run(self) -> int:
        """Runs until SIGINT or SIGTERM; the exit code. A second signal ends it at once."""
        previous = {number: signal.signal(number, self._signalled) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            thread = stack.start_thread(self._thread, "tibicen-host", daemon=True)
            # In slices, so that signals are handled between them on every system.
            while not self._done.wait(0.5):
                pass
            thread.join()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
        if self._error is not None:
            raise self._error
        return 0

    def _signalled(self, number: int, _: FrameType | None) -> None:
        loop, stop = self._loop, self._stop
        if loop is None or stop is None or self._told_to_stop:
            # Without asking anybody: the host's thread may hang in a plugin, and would never hear of it.
            os._exit(128 + number)
        self._told_to_stop = True
        # The loop may be closed already: the host has ended by itself.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(stop.set)

    def _thread(self) -> None:
        # What is imported by now stays as long as the host: no collection of garbage need look at it again.
        gc.collect()
        gc.freeze()
        loop = new_event_loop()
        try:
            asyncio.set_event_loop(loop)
            loop.run_until_complete(self._main())
        except BaseException as error:
            # Raised again on the main thread: nothing that ends a host is a good end but a signal.
            self._error = error
        finally:
            loop.close()
            self._done.set()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        screen = Screen()
        set_up_logging(screen)
        host = Host(self._config, self._folder, data=self._data, config_file=self._config_file, on_report=screen.report)
        control = ControlServer(self._socket, operations_of(host))
        async with contextlib.AsyncExitStack() as ending:
            ending.callback(screen.close)
            ending.push_async_callback(host.stop)
            ending.push_async_callback(control.stop)
            await control.start()
            await host.start()
            port = host.status.port if host.status else 0
            where = printable(str(host.folder))
            if self._config.bridge.ports:
                bridge = await start_bridge(self._config, host, self._config_file, self._record, self._data)
                ending.push_async_callback(bridge.stop)
                screen.print(f"bridge: {described(bridge)}")
            screen.print(f"tibicen serves {where}" + (f"; status on port {port}" if port else "") + "; Ctrl-C ends it")
            screen.open(host.describe)
            while not self._stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), 1.0)
                screen.refresh()
