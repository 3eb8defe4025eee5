"""Memory below Lua."""

from __future__ import annotations

import ctypes
import gc
import platform
import sys
from pathlib import Path

import pytest

from tibicen.vm import heap
from tibicen.vm.failure import MEMORY
from tibicen.vm.lua_state import LuaState
from tibicen.vm.marshal import Plain

PIECES = 20_000
PIECE = 1_000


class Nobody:
    """Lives in a room and is never called."""

    def serve(self, operation: str, arguments: list[Plain]) -> Plain:
        raise AssertionError(operation, arguments)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps, and gives back")
def test_what_was_freed_in_pieces_goes_back_to_the_system() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.free.argtypes = [ctypes.c_void_p]
    pieces = [libc.malloc(PIECE) for _ in range(PIECES)]
    for piece in pieces:
        ctypes.memset(piece, 1, PIECE)
    # What lies last is held, so that the rest does not go by itself.
    for piece in pieces[:-1]:
        libc.free(piece)
    before = _resident()
    assert heap.trim()
    assert before - _resident() > PIECES * PIECE // 2
    libc.free(pieces[-1])


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such heap")
def test_a_state_without_a_quota_has_a_heap_that_ends_with_it() -> None:
    before = heap.heaps()
    state = LuaState()
    assert heap.heaps() == before + 1
    source = b"local kept = {} for i = 1, 20000 do kept[i] = { i, ('x'):rep(i % 3000) } end return #kept"
    room, _ = state.open_room(Nobody(), {"name": "t", "trusted": True, "own_vm": True})
    empty, _ = state.memory()
    assert 0 < empty < 4 << 20
    assert state.load(room, source, "t") is not None
    used, quota = state.memory()
    assert used > empty and quota == 0
    state.collect()
    assert state.memory()[0] < empty + (1 << 20)
    state.close()
    del state
    gc.collect()
    assert heap.heaps() == before


def test_a_state_with_a_quota_keeps_it() -> None:
    before = heap.heaps()
    state = LuaState(memory_bytes=8 << 20)
    assert heap.heaps() == before
    room, _ = state.open_room(Nobody(), {"name": "t", "trusted": True, "own_vm": True})
    answer = state.load(room, b"local kept = {} for i = 1, 1e7 do kept[i] = { i } end", "t")
    assert answer is not None and answer[0] == MEMORY
    state.close()
