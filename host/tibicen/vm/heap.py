"""The C library's heap: what was freed in small pieces stays with the process until it is asked to give it back."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

_trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)


def trim() -> bool:
    """Gives memory that nobody uses back to the system, which takes some milliseconds after a large Lua state was
    closed, or collected for the first time. Whether there was any; never where the C library is not glibc.
    """
    return _trim is not None and bool(_trim(0))
