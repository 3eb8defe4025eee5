"""Threads with a stack large enough for hostile recursion.

Recursive `coroutine.wrap` and `gsub` callbacks recurse on the C stack, where LuaJIT has no check. With a large
stack the VM's memory quota is reached first, which is an error and not a crash (DESIGN §4.6).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

STACK_BYTES = 512 << 20

T = TypeVar("T")

_making = threading.Lock()


def start_thread(target: Callable[[], None], name: str, *, daemon: bool = False) -> threading.Thread:
    """Starts `target` on a thread with `STACK_BYTES` of stack (address space; pages are taken when touched)."""
    with _making:
        previous = threading.stack_size(STACK_BYTES)
        try:
            thread = threading.Thread(target=target, name=name, daemon=daemon)
            thread.start()
        finally:
            threading.stack_size(previous)
    return thread


def run(function: Callable[[], T], name: str = "tibicen-stack") -> T:
    """Runs `function` on such a thread, waits for it, and returns or raises what it did."""
    results: list[T] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)

    start_thread(body, name).join()
    if errors:
        raise errors[0]
    return results[0]


class StackThread:
    """One thread with a large stack that runs what it is given, for callers whose own stack is small."""

    def __init__(self, name: str = "tibicen-stack") -> None:
        self._jobs: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread = start_thread(self._work, name, daemon=True)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            function, future = job
            try:
                future.set_result(function())
            except BaseException as error:
                future.set_exception(error)
            # A frame that is kept keeps what the last job held.
            del job, function, future

    def call(self, function: Callable[[], T]) -> T:
        """Runs `function` there, waits for it, and returns or raises what it did."""
        if threading.current_thread() is self._thread:
            return function()
        future: Future[T] = Future()
        self._jobs.put((function, future))
        return future.result()

    def close(self) -> None:
        """Ends the thread once it has done what it was given."""
        self._jobs.put(None)
        self._thread.join()
