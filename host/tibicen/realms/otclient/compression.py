"""Deflated data: the blocks of a minimap's file."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

__all__ = ["operations"]


def _compress(data: str | bytes, level: int) -> bytes:
    return zlib.compress(_bytes(data), level)


def _decompress(data: str | bytes, limit: int) -> bytes | None:
    """Returns nothing for data that is damaged, or is larger than `limit` bytes."""
    inflater = zlib.decompressobj()
    try:
        whole = inflater.decompress(_bytes(data), limit + 1)
    except zlib.error:
        return None
    return whole if len(whole) <= limit and inflater.eof else None


def _bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode("utf-8")


def operations() -> dict[str, Callable[..., Any]]:
    """What the engine calls, by name."""
    return {"zlib.compress": _compress, "zlib.decompress": _decompress}
