"""Paints a screen into a picture, without a browser."""

from __future__ import annotations

from io import BytesIO

from PIL import Image as Pictures

from tibicen.render.drawing import Drawn, Layer
from tibicen.render.tree import Widget

BACKDROP = (0, 0, 0, 255)
"""What the client draws on."""


def paint(drawn: Drawn, size: tuple[int, int]) -> bytes:
    """A screen as PNG."""
    canvas = Pictures.new("RGBA", size, BACKDROP)
    for each in drawn.walk():
        for layer in each.layers:
            if each.turns:
                _put_turned(canvas, layer, each.turns)
            else:
                seen = layer.seen
                canvas.alpha_composite(_pixels(layer), (seen.x, seen.y))
    buffer = BytesIO()
    canvas.convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def _pixels(layer: Layer) -> Pictures.Image:
    """What is seen of a layer."""
    seen = layer.seen
    if layer.picture is None:
        assert layer.color is not None
        return _faded(Pictures.new("RGBA", (seen.width, seen.height), layer.color), layer.opacity)
    picture = layer.picture.crop(seen.moved(-layer.rect.x, -layer.rect.y).box)
    return _faded(picture, layer.opacity)


def _faded(picture: Pictures.Image, opacity: float) -> Pictures.Image:
    if opacity < 1.0:
        alpha = picture.getchannel("A").point([round(level * opacity) for level in range(256)])
        picture.putalpha(alpha)
    return picture


def _put_turned(canvas: Pictures.Image, layer: Layer, turns: tuple[Widget, ...]) -> None:
    """Turns a layer around the middles of those that turn it; it is clipped before."""
    plane = Pictures.new("RGBA", canvas.size)
    plane.alpha_composite(_pixels(layer), (layer.seen.x, layer.seen.y))
    for widget in reversed(turns):
        rect = widget.rect
        middle = rect.x + rect.width / 2, rect.y + rect.height / 2
        plane = plane.rotate(-widget.rotation, Pictures.Resampling.BILINEAR, center=middle)
    canvas.alpha_composite(plane)
