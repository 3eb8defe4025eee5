"""A screen as one HTML page that needs nothing else: a box for each widget, in each other as the widgets are."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from io import BytesIO

from PIL import Image as Pictures

from tibicen.render.drawing import Drawn, Layer
from tibicen.render.geometry import Rect
from tibicen.render.tree import Widget

_STYLE = """\
body { margin: 0; background: #1c1c1f; color: #ccc; font: 13px/1.5 system-ui, sans-serif }
main { position: relative; overflow: hidden; background: #000 }
main div, main i { position: absolute; display: block }
main i { pointer-events: none }
main div:hover:not(:has(div:hover)) { outline: 1px solid #ff00dc }
footer { padding: 8px 12px }
output { display: block; min-height: 1.5em; white-space: pre-wrap; font-family: ui-monospace, monospace }
"""

# Tells which widget the pointer is on, with those around it.
_SCRIPT = """\
const line = document.querySelector("output");
document.querySelector("main").addEventListener("mouseover", event => {
  const names = [];
  for (let box = event.target; box.title; box = box.parentElement) names.unshift(box.title.split("\\n")[0]);
  line.textContent = names.join(" > ");
});
"""


def write_page(drawn: Drawn, size: tuple[int, int], *, title: str = "", notes: Sequence[str] = ()) -> str:
    """The page. The screen is at its upper left; under it stand what the pointer is on, and the notes.

    Args:
        notes: lines to print under the screen.
    """
    writer = _Writer()
    body = "".join(writer.widget(drawn, 0, 0))
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<style>\n{_STYLE}{writer.pictures()}</style></head><body>\n"
        f'<main style="width:{size[0]}px;height:{size[1]}px">{body}</main>\n'
        f"<footer><output></output><ul>{listed}</ul></footer>\n<script>\n{_SCRIPT}</script></body></html>\n"
    )


class _Writer:
    def __init__(self) -> None:
        self._classes: dict[bytes, str] = {}
        self._names: dict[int, tuple[Pictures.Image, str]] = {}
        self._rules: list[str] = []

    def pictures(self) -> str:
        """The rules of the style sheet that hold the pictures."""
        return "".join(self._rules)

    def widget(self, drawn: Drawn, left: int, top: int) -> Iterator[str]:
        """A widget's box and all within; `left` and `top` are those of the box that it is in."""
        widget = drawn.widget
        rect = widget.rect
        turn = f";transform:rotate({widget.rotation:g}deg)" if widget.rotation else ""
        yield f'<div title="{escape(described(widget))}" style="{_place(rect.moved(-left, -top))}{turn}">'
        for layer in drawn.layers:
            yield self._layer(layer, rect)
        for child in drawn.children:
            yield from self.widget(child, rect.x, rect.y)
        yield "</div>"

    def _layer(self, layer: Layer, box: Rect) -> str:
        style = _place(layer.rect.moved(-box.x, -box.y))
        seen, rect = layer.seen, layer.rect
        if seen != rect:
            top, left = seen.y - rect.y, seen.x - rect.x
            style += f";clip-path:inset({top}px {rect.right - seen.right}px {rect.bottom - seen.bottom}px {left}px)"
        if layer.opacity < 1.0:
            style += f";opacity:{layer.opacity:.3g}"
        if layer.picture is None:
            assert layer.color is not None
            red, green, blue, alpha = layer.color
            return f'<i style="{style};background:rgba({red},{green},{blue},{alpha / 255:.3g})"></i>'
        return f'<i class="{self._class_of(layer.picture)}" style="{style}"></i>'

    def _class_of(self, picture: Pictures.Image) -> str:
        """The class that shows a picture; those that look the same share one."""
        known = self._names.get(id(picture))
        if known:
            return known[1]
        digest = sha256(repr(picture.size).encode() + picture.tobytes()).digest()
        name = self._classes.get(digest)
        if name is None:
            name = f"p{len(self._classes)}"
            self._classes[digest] = name
            self._rules.append(f".{name} {{ background: url(data:image/png;base64,{_encoded(picture)}) }}\n")
        # The picture is kept, so that no other one can get its number.
        self._names[id(picture)] = picture, name
        return name


def _encoded(picture: Pictures.Image) -> str:
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _place(rect: Rect) -> str:
    return f"left:{rect.x}px;top:{rect.y}px;width:{rect.width}px;height:{rect.height}px"


def described(widget: Widget) -> str:
    """What the page tells of a widget: class, style and id, where it is, where it was made."""
    style = f" ({widget.style})" if widget.style and widget.style != widget.class_name else ""
    rect = widget.rect
    lines = [f"{widget.class_name}{style} #{widget.id}", f"{rect.width}x{rect.height} at {rect.x},{rect.y}"]
    if not widget.enabled:
        lines[1] += ", disabled"
    if widget.style_source:
        lines.append(f"style: {widget.style_source}")
    if widget.source:
        lines.append(f"made: {widget.source}")
    return "\n".join(lines)
