"""Pictures cut and laid over an area: stretched, repeated, or in nine parts, of which the corners keep their size."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from PIL import Image as Pictures
from PIL import ImageChops, ImageDraw

from tibicen.render.geometry import Rect, around
from tibicen.render.tree import WHITE, Color, Image, Sides


class Patch(NamedTuple):
    """Pixels and where they go."""

    rect: Rect
    picture: Pictures.Image


class _Piece(NamedTuple):
    """One part: where it goes, and what of the file it shows."""

    target: Rect
    source: Rect


def tinted(picture: Pictures.Image, color: Color) -> Pictures.Image:
    """A picture with every pixel multiplied by a color."""
    if color == WHITE:
        return picture
    return ImageChops.multiply(picture, Pictures.new("RGBA", picture.size, color))


def laid_out(image: Image, file: Pictures.Image) -> Patch | None:
    """What an image looks like; None where nothing of it is seen."""
    clip = image.clip if image.clip and image.clip.valid else Rect(0, 0, file.width, file.height)
    if image.border:
        pieces = _nine(image.rect, clip, image.border)
    else:
        if image.fixed_ratio:
            clip = _middle(image.rect, file.size)
        pieces = [_Piece(image.rect, clip)]
    pieces = [each for each in pieces if each.target.valid and each.source.valid]
    if not pieces:
        return None
    area = around([each.target for each in pieces])
    canvas = Pictures.new("RGBA", (area.width, area.height))
    repeats = image.repeated or image.border is not None
    for piece in pieces:
        size = piece.target.width, piece.target.height
        part = _repeated(file, piece.source, size) if repeats else _stretched(file, piece.source, size, image.smooth)
        canvas.alpha_composite(part, (piece.target.x - area.x, piece.target.y - area.y))
    return Patch(area, tinted(canvas, image.color))


def _middle(rect: Rect, size: tuple[int, int]) -> Rect:
    """The largest part of a file with the proportions of an area."""
    width, height = size
    fitting = height * rect.width // rect.height if rect.height else 0
    if fitting <= width:
        part = fitting, height
    else:
        part = width, width * rect.height // rect.width
    if height > part[1]:
        return Rect(0, (height - part[1]) // 2, *part)
    return Rect((width - part[0]) // 2, 0, *part)


def _nine(rect: Rect, clip: Rect, border: Sides) -> list[_Piece]:
    top, right, bottom, left = border
    inner_width, inner_height = clip.width - left - right, clip.height - top - bottom
    width, height = rect.width - left - right, rect.height - top - bottom
    # Of each column and row: where it begins in the area and in the file, and how large it is in both.
    columns = [
        (rect.x, clip.x, left, left),
        (rect.x + left, clip.x + left, width, inner_width),
        (rect.x + left + width, clip.right - right, right, right),
    ]
    rows = [
        (rect.y, clip.y, top, top),
        (rect.y + top, clip.y + top, height, inner_height),
        (rect.y + top + height, clip.bottom - bottom, bottom, bottom),
    ]
    return [
        _Piece(Rect(x, y, to_width, to_height), Rect(from_x, from_y, from_width, from_height))
        for y, from_y, to_height, from_height in rows
        for x, from_x, to_width, from_width in columns
    ]


def _repeated(file: Pictures.Image, source: Rect, size: tuple[int, int]) -> Pictures.Image:
    tile = file.crop(source.box)
    if tile.size == size:
        return tile
    canvas = Pictures.new("RGBA", size)
    for y in range(0, size[1], source.height):
        for x in range(0, size[0], source.width):
            canvas.paste(tile, (x, y))
    return canvas


def _stretched(file: Pictures.Image, source: Rect, size: tuple[int, int], smooth: bool) -> Pictures.Image:
    part = file.crop(source.box)
    if part.size == size:
        return part
    if not smooth:
        return part.resize(size, Pictures.Resampling.NEAREST)
    # As a graphics card does it: of each pixel the four nearest, however much the picture shrinks.
    premultiplied = part.convert("RGBa")
    extent = (0, 0, part.width, part.height)
    stretched = premultiplied.transform(size, Pictures.Transform.EXTENT, extent, Pictures.Resampling.BILINEAR)
    return stretched.convert("RGBA")


def remainder(rect: Rect, color: Color, done: float) -> Patch:
    """What is left of an area when its beginning is taken away, clockwise from the middle of the top."""
    right, bottom, middle = rect.width - 1, rect.height - 1, ((rect.width - 1) / 2, (rect.height - 1) / 2)
    # Percent at which each corner is passed, and where it is; between them the edge moves evenly.
    way = [
        (0.0, middle[0], 0.0),
        (12.5, right, 0.0),
        (37.5, right, bottom),
        (62.5, 0.0, bottom),
        (87.5, 0.0, 0.0),
        (100.0, middle[0], 0.0),
    ]
    points = [middle]
    for (before, from_x, from_y), (after, to_x, to_y) in pairwise(way):
        if done >= after:
            continue
        if len(points) == 1:
            passed = max(done - before, 0.0) / (after - before)
            points.append((from_x + (to_x - from_x) * passed, from_y + (to_y - from_y) * passed))
        points.append((to_x, to_y))
    picture = Pictures.new("RGBA", (rect.width, rect.height), (*color[:3], 0))
    if len(points) > 2:
        ImageDraw.Draw(picture).polygon(points, fill=color)
    return Patch(rect, picture)
