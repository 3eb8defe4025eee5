"""Rectangles, as the client counts them: whole pixels, and one without width or height is none."""

from __future__ import annotations

from typing import NamedTuple


class Rect(NamedTuple):
    """An area."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column behind it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.height

    @property
    def valid(self) -> bool:
        return self.width > 0 and self.height > 0

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom, as Pillow has them."""
        return self.x, self.y, self.right, self.bottom

    def moved(self, x: int, y: int) -> Rect:
        return Rect(self.x + x, self.y + y, self.width, self.height)

    def __and__(self, other: object) -> Rect:
        """What both have in common; not valid where that is nothing."""
        if not isinstance(other, Rect):
            return NotImplemented
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Rect(x, y, min(self.right, other.right) - x, min(self.bottom, other.bottom) - y)


def around(rects: list[Rect]) -> Rect:
    """The smallest area with all of them in it."""
    x, y = min(each.x for each in rects), min(each.y for each in rects)
    return Rect(x, y, max(each.right for each in rects) - x, max(each.bottom for each in rects) - y)
