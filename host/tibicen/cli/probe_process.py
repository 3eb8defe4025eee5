"""A process of its own for probes: one that hangs or crashes takes only that along."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from tibicen.vm import stack

Serve = Callable[..., Iterator[Any]]
"""Answers what was asked, once or more often. A function of a module, which the process imports."""


class ProbeProcessError(Exception):
    """The process is of no use any more; says why."""


class ProbeProcess:
    """A process that answers with what `serve` gives; in UTC, as the programs ran that values were recorded from."""

    def __init__(self, serve: Serve) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, serve), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, *arguments: Any) -> None:
        """Has it serve the arguments; `answer` gives what comes of it."""
        try:
            self._pipe.send(arguments)
        except OSError as error:
            raise ProbeProcessError("the process crashed") from error

    def answer(self, patience: float) -> Any:
        """The next answer.

        Raises:
            ProbeProcessError: it crashed, or none came within `patience` seconds.
        """
        try:
            if self._pipe.poll(patience):
                return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise ProbeProcessError("the process crashed") from error
        raise ProbeProcessError(f"did not end within {patience:.0f} s of real time")

    def close(self) -> None:
        """Ends it, whatever it does."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _work(pipe: Connection, serve: Serve) -> None:
    with _in_utc(), contextlib.redirect_stdout(sys.stderr), contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            arguments = pipe.recv()

            def served(given: Any = arguments) -> None:
                for answer in serve(*given):
                    pipe.send(answer)

            stack.run(served)


@contextlib.contextmanager
def _in_utc() -> Iterator[None]:
    """As the clients ran that values were recorded from."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    _adopt_timezone()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        _adopt_timezone()


def _adopt_timezone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()
