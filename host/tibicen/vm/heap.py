"""Memory below Lua: a heap of its own for a state without a quota, and giving back what the C library keeps."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from lupa import luajit21

from tibicen.native._core import ffi, lib

_trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)

_RESIZE = int(ffi.cast("uintptr_t", ffi.addressof(lib, "tib_heap_resize")))


def _find_setallocf() -> Callable[..., None] | None:
    """LuaJIT's own function, out of the library that lupa has loaded; None where that hides it."""
    try:
        found = ctypes.CDLL(luajit21.__file__).lua_setallocf
    except (OSError, AttributeError):
        return None
    found.argtypes, found.restype = [ctypes.c_void_p] * 3, None
    return found


_setallocf = _find_setallocf()


def trim() -> bool:
    """Gives memory that nobody uses back to the system, which takes some milliseconds after a large Lua state was
    closed, or collected for the first time. Whether there was any; never where the C library is not glibc.
    """
    return _trim is not None and bool(_trim(0))


class Heap:
    """The heap of one Lua state (native/heap.c). It ends with the state, whoever holds this."""

    def __init__(self, handle: Any, below: int) -> None:
        self._handle = handle
        self._below = below

    @classmethod
    def adopt(cls, runtime: luajit21.LuaRuntime) -> Heap | None:
        """Has a state take its memory from a heap from now on; None where that is not to be had.

        Args:
            runtime: counts its memory (`max_memory=0`), and will have no quota, which lupa's own allocator would keep.
        """
        if _setallocf is None:
            return None
        # A thread of Lua's is told by its address, and any thread of the state will do.
        told = runtime.eval(b"tostring(coroutine.create(function() end))")
        total = runtime.get_memory_used(total=True)
        handle = lib.tib_heap_open(total)
        if handle == ffi.NULL:
            return None
        _setallocf(int(told.split()[1], 16), _RESIZE, int(ffi.cast("uintptr_t", handle)))
        return cls(handle, total - runtime.get_memory_used())

    def used(self) -> int:
        """Bytes that the state holds; as lupa counts them, without those of an empty state."""
        return int(lib.tib_heap_used(self._handle)) - self._below

    def held(self) -> int:
        """Bytes that the system has given for small blocks."""
        return int(lib.tib_heap_held(self._handle))


def heaps() -> int:
    """How many heaps there are."""
    return int(lib.tib_heap_count())
