"""How hooks are declared (`hookspecs.py`) and answered (`@hookimpl` in a Python plugin)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar, overload

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
CLOSED_ATTRIBUTE = "tibicen_closed"
BYTES_ATTRIBUTE = "tibicen_bytes"

OPEN = object()
"""In place of a default answer: the hook fails open."""


class Declares:
    """Declares a hook of one kind: `@query`, or `@query(closed=False)`.

    Without `closed` a hook fails open: a handler that could not answer (it raised, ran over its budget, or its process
    is dead) is passed over. With it the hook fails closed: `closed` counts as that handler's answer. That is for hooks
    whose answer is a permission. A filter ends there with that value, a query with that answer.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    @overload
    def __call__(self, function: F) -> F: ...

    @overload
    def __call__(self, *, closed: object) -> Callable[[F], F]: ...

    def __call__(self, function: F | None = None, *, closed: object = OPEN) -> F | Callable[[F], F]:
        if closed is not OPEN and self._kind == "notify":
            raise TypeError("a notify hook has no answers, so it can't fail closed")

        def mark(function: F) -> F:
            setattr(function, KIND_ATTRIBUTE, self._kind)
            setattr(function, CLOSED_ATTRIBUTE, closed)
            return hookspec(function)

        return mark if function is None else mark(function)


notify = Declares("notify")
filters = Declares("filter")


def bytes_in(key: str) -> Callable[[F], F]:
    """Says which key of the record that a filter shapes holds bytes: what comes back from Lua as text is made bytes."""

    def mark(function: F) -> F:
        setattr(function, BYTES_ATTRIBUTE, key)
        return function

    return mark


query = Declares("query")
gather = Declares("gather")


class Stop:
    """What a filter handler returns to end the chain: `return Stop(value)`; without a value nothing changes."""

    __slots__ = ("value",)

    def __init__(self, value: object = None) -> None:
        self.value = value
