"""The C library's heap."""

from __future__ import annotations

import ctypes
import platform
from pathlib import Path

import pytest

from tibicen.vm import heap

PIECES = 20_000
PIECE = 1_000

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps, and gives back")


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
