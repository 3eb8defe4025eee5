"""Tests that run on a thread with a large stack, as everything of a server does."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from tibicen.vm import stack


def on_stack(test: Callable[..., None]) -> Callable[..., None]:
    """Runs a test on such a thread."""

    @wraps(test)
    def run(*arguments: Any, **fixtures: Any) -> None:
        stack.run(lambda: test(*arguments, **fixtures))

    return run
