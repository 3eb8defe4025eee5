"""The C core: messages, XTEA, Adler-32, framing, the budget clock. One header for Python and LuaJIT."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tibicen.native import _core
from tibicen.native.framing import Frame, Sealer, Stack, Walk, open_frame, peek_frame, read_frame, walk_frames
from tibicen.native.message import MessageReader, MessageWriter
from tibicen.native.xtea import Xtea, adler32

__all__ = [
    "Frame",
    "MessageReader",
    "MessageWriter",
    "Sealer",
    "Stack",
    "Walk",
    "Xtea",
    "adler32",
    "cpu_level",
    "header",
    "library_path",
    "open_frame",
    "peek_frame",
    "read_frame",
    "walk_frames",
]


def library_path() -> str:
    """The shared object that holds the core, for LuaJIT's `ffi.load`: the very one that Python uses."""
    return str(_core.__file__)


@cache
def header() -> str:
    """The text of core.h, for LuaJIT's `ffi.cdef`."""
    return (Path(__file__).parent / "core.h").read_text(encoding="utf-8")


def cpu_level() -> str:
    """The vector instructions in force: portable, avx2 or avx512."""
    return ("portable", "avx2", "avx512")[_core.lib.tib_cpu_level()]
