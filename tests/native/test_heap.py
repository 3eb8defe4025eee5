"""The heap of a Lua state, used as Lua uses it: what is in a block stays, and all of it ends."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tibicen.native._core import ffi, lib

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there the C library's heap is used")

OLD = 40
"""Bytes that the state holds from before."""

SPAN = 1 << 16


class Blocks:
    """What a Lua state does with its heap; each block has a pattern in it."""

    def __init__(self) -> None:
        self.handle = lib.tib_heap_open(OLD)
        self.blocks: list[tuple[Any, int, int]] = []
        self.made = 0

    def fill(self, block: Any, size: int, mark: int) -> None:
        ffi.memmove(block, bytes([mark]) * size, size)

    def check(self, block: Any, size: int, mark: int) -> None:
        assert bytes(ffi.buffer(block, size)) == bytes([mark]) * size

    def new(self, size: int) -> None:
        self.made = (self.made + 1) % 251
        block = lib.tib_heap_resize(self.handle, ffi.NULL, 0, size)
        assert int(ffi.cast("uintptr_t", block)) % 16 == 0
        self.fill(block, size, self.made)
        self.blocks.append((block, size, self.made))

    def resize(self, at: int, size: int) -> None:
        block, old, mark = self.blocks[at]
        fresh = lib.tib_heap_resize(self.handle, block, old, size)
        self.check(fresh, min(old, size), mark)
        self.fill(fresh, size, mark)
        self.blocks[at] = fresh, size, mark

    def drop(self, at: int) -> None:
        block, size, mark = self.blocks.pop(at)
        self.check(block, size, mark)
        assert lib.tib_heap_resize(self.handle, block, size, 0) == ffi.NULL

    def used(self) -> int:
        return int(lib.tib_heap_used(self.handle))

    def end(self) -> None:
        """Gives all back, as a state that closes does."""
        while self.blocks:
            self.drop(len(self.blocks) - 1)
        old = ffi.cast("void *", 0)
        # What is older came from the C library; a resize of nothing to OLD bytes and back stands for it.
        old = lib.tib_heap_resize(self.handle, ffi.NULL, 0, OLD)
        lib.tib_heap_resize(self.handle, old, 2 * OLD, 0)


SIZES = st.one_of(st.integers(1, 1100), st.integers(1000, 1100), st.integers(1, 70_000))
STEPS = st.lists(
    st.tuples(st.sampled_from(["new", "new", "resize", "drop"]), st.integers(0, 1 << 20), SIZES), max_size=300
)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_blocks_keep_what_is_in_them(steps: list[tuple[str, int, int]]) -> None:
    heaps = lib.tib_heap_count()
    blocks = Blocks()
    for step, at, size in steps:
        if step == "new" or not blocks.blocks:
            blocks.new(size)
        elif step == "resize":
            blocks.resize(at % len(blocks.blocks), size)
        else:
            blocks.drop(at % len(blocks.blocks))
    assert blocks.used() == OLD + sum(size for _, size, _ in blocks.blocks)
    for block in blocks.blocks:
        blocks.check(*block)
    blocks.end()
    assert lib.tib_heap_count() == heaps


def test_blocks_lie_side_by_side_and_come_again() -> None:
    blocks = Blocks()
    for _ in range(100_000):
        blocks.new(64)
    held = lib.tib_heap_held(blocks.handle)
    assert 6_400_000 <= held < 6_400_000 * 1.02
    for _ in range(50_000):
        blocks.drop(len(blocks.blocks) - 1)
    for _ in range(50_000):
        blocks.new(60)
    assert lib.tib_heap_held(blocks.handle) == held
    blocks.end()


def test_empty_spans_go_back_to_the_system_and_come_again() -> None:
    blocks = Blocks()
    for _ in range(20_000):
        blocks.new(1000)
    most = lib.tib_heap_held(blocks.handle)
    while blocks.blocks:
        blocks.drop(len(blocks.blocks) - 1)
    kept = lib.tib_heap_held(blocks.handle)
    assert 0 < kept <= 64 * SPAN < most
    for _ in range(20_000):
        blocks.new(48)
    for block in blocks.blocks[::997]:
        blocks.check(*block)
    assert kept <= lib.tib_heap_held(blocks.handle) < most
    blocks.end()
