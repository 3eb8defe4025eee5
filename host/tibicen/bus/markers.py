"""How hooks are declared (`hookspecs.py`) and answered (`@hookimpl` in a Python plugin)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

import pluggy

PROJECT = "tibicen"

Kind = Literal["notify", "filter", "query", "gather"]
"""notify: everyone hears it. filter: each may replace the first argument, or stop the chain.
query: the first answer that is not None counts. gather: every answer that is not None, in order."""

F = TypeVar("F", bound=Callable[..., object])

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a handler in a Python plugin: `@hookimpl`, `@hookimpl(tryfirst=True)`, `trylast`, `wrapper`."""

KIND_ATTRIBUTE = "tibicen_kind"


def _declares(kind: Kind) -> Callable[[F], F]:
    def mark(function: F) -> F:
        setattr(function, KIND_ATTRIBUTE, kind)
        return hookspec(function)

    return mark


notify = _declares("notify")
filters = _declares("filter")
query = _declares("query")
gather = _declares("gather")


class Stop:
    """What a filter handler returns to end the chain: `return Stop(value)`; without a value nothing changes."""

    __slots__ = ("value",)

    def __init__(self, value: object = None) -> None:
        self.value = value
