"""The tree that is drawn: what a client tells of its widgets, as plain data, read into types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from tibicen.errors import TibicenError
from tibicen.render.geometry import Rect

Color = tuple[int, int, int, int]
"""Red, green, blue and opacity, each 0 to 255."""

Sides = tuple[int, int, int, int]
"""Top, right, bottom, left."""

WHITE: Color = (255, 255, 255, 255)

DEEPEST = 300
"""Widgets in each other; a real screen has about twenty."""


class TreeError(TibicenError):
    """Plain data that is no tree of widgets."""


class Background(msgspec.Struct, frozen=True):
    """A filled area."""

    color: Color
    rect: Rect
    done: float = 0.0
    """Percent of it that are left out, clockwise from the top: what is left of a time that passes."""


class Image(msgspec.Struct, frozen=True):
    """A picture stretched, repeated, or stretched between its borders over an area."""

    source: str
    rect: Rect
    clip: Rect | None = None
    """The part of the file that is shown; all of it unless given."""
    border: Sides | None = None
    color: Color = WHITE
    """What each pixel is multiplied with."""
    repeated: bool = False
    fixed_ratio: bool = False
    smooth: bool = True


class Border(msgspec.Struct, frozen=True):
    """Lines at the inner side of the widget's edges."""

    widths: Sides
    colors: tuple[Color, Color, Color, Color]


class Run(msgspec.Struct, frozen=True):
    """Glyphs of one line and color; where the first stands is told relative to the text's area."""

    text: str
    """A character for each glyph, whose code is the glyph's: 0 to 255."""
    x: int
    y: int
    color: Color = WHITE

    @property
    def codes(self) -> bytes:
        return self.text.encode("latin-1", "replace")


class Text(msgspec.Struct, frozen=True):
    """A text as the client has wrapped and aligned it."""

    font: str
    rect: Rect
    """Glyphs end at its edges."""
    runs: tuple[Run, ...]
    scale: float = 1.0
    """The area and the runs are in units of so many pixels."""


class Font(msgspec.Struct, frozen=True):
    """What the client knows of a font; lists are by code, 0 to 255."""

    kind: str
    """bitmap or ttf."""
    source: str
    height: int
    widths: tuple[int, ...]
    advances: tuple[int, ...]
    spacing: int = 0
    first: int = 32
    cell: tuple[int, int] = (0, 0)
    heights: tuple[int, ...] = ()
    xs: tuple[int, ...] = ()
    ys: tuple[int, ...] = ()
    pixels: int = 0
    stroke: int = 0
    stroke_color: Color = (0, 0, 0, 255)


class Widget(msgspec.Struct):
    """One widget, with all that is drawn of it and its children."""

    class_name: str
    rect: Rect
    parent: int = 0
    """Place of the parent in the list, from 1 on; 0 for the root."""
    id: str = ""
    style: str = ""
    source: str = ""
    """The line of a script that made it, where the client knows it."""
    style_source: str = ""
    """The line of the file that its style is from."""
    visible: bool = True
    enabled: bool = True
    clipping: bool = False
    overflows: bool = False
    """Whether what lies outside of its parents is drawn none the less."""
    inner: Rect | None = None
    """What a clipping widget leaves to its children; its whole area unless given."""
    opacity: float = 1.0
    rotation: float = 0.0
    """Degrees, clockwise, around the middle; the children turn along."""
    order: tuple[str, ...] = ("background", "image", "icon", "text", "border", "content")
    background: Background | None = None
    image: Image | None = None
    icon: Image | None = None
    border: Border | None = None
    texts: tuple[Text, ...] = ()
    fills: tuple[Background, ...] = ()
    """Areas in front of the texts: a cursor, underlines."""
    content: str = ""
    """What a widget shows that only the game's own files could draw: `item 3031`."""
    children: list[Widget] = msgspec.field(default_factory=list)

    def walk(self) -> Iterator[Widget]:
        """It and all below it, in the order in which they are drawn."""
        waiting = [self]
        while waiting:
            widget = waiting.pop()
            yield widget
            waiting.extend(reversed(widget.children))


class Screen(msgspec.Struct):
    """All widgets of a client."""

    width: int
    height: int
    root: Widget
    fonts: dict[str, Font] = {}


class _Plain(msgspec.Struct):
    """A screen as it crosses the border to Lua, which bounds how deep data may be nested."""

    width: int
    height: int
    widgets: list[Widget]
    fonts: dict[str, Font] = {}


def read_screen(plain: Any) -> Screen:
    """Reads what a client tells: `{width, height, fonts, widgets}`, with parents before their children.

    Raises:
        TreeError: it is not that.
    """
    try:
        read = msgspec.convert(plain, _Plain)
    except msgspec.ValidationError:
        try:
            read = msgspec.convert(_decoded(plain), _Plain)
        except msgspec.ValidationError as error:
            raise TreeError(f"this is no tree of widgets: {error}") from None
    if not read.widgets:
        raise TreeError("this is no tree of widgets: there is no root")
    depths = [0]
    for index, widget in enumerate(read.widgets):
        if (index == 0) != (widget.parent == 0) or not 0 <= widget.parent <= index:
            raise TreeError(f"widget {index + 1} has {widget.parent} for its parent")
        depths.append(depths[widget.parent] + 1)
        if depths[-1] > DEEPEST:
            raise TreeError(f"widget {index + 1} is in more than {DEEPEST} others")
        if widget.parent:
            read.widgets[widget.parent - 1].children.append(widget)
    return Screen(read.width, read.height, read.widgets[0], read.fonts)


def _decoded(plain: Any) -> Any:
    """Names that are no UTF-8 come as bytes."""
    if isinstance(plain, bytes):
        return plain.decode("latin-1")
    if isinstance(plain, dict):
        return {_decoded(key): _decoded(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_decoded(value) for value in plain]
    return plain
