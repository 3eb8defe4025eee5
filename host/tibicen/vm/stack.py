"""Threads with a stack large enough for hostile recursion.

Recursive `coroutine.wrap` and `gsub` callbacks recurse on the C stack, where LuaJIT has no check. With a large
stack the VM's memory quota is reached first, which is an error and not a crash (DESIGN §4.6).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

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
