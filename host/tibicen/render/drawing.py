"""What is drawn of a screen: for each widget that is seen its layers, from the back to the front, and its children.

The rules are the client's: a widget is drawn where it lies within all of its parents, only one that clips keeps its
children inside, and of opacities the smallest counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from PIL import Image as Pictures
from PIL import ImageDraw

from tibicen.render.assets import Assets
from tibicen.render.geometry import Rect
from tibicen.render.glyphs import Typesetter, label
from tibicen.render.patches import Patch, laid_out, remainder
from tibicen.render.tree import Background, Border, Color, Image, Screen, Widget

LEAST_OPACITY = 0.003
"""Below it the client draws nothing."""

PLACEHOLDER: Color = (255, 0, 220, 255)
"""The color of boxes that stand for what is not there."""

_LARGEST_VEIL = 128


@dataclass(frozen=True)
class Layer:
    """An area in one color, or pixels."""

    rect: Rect
    clip: Rect
    """Nothing is drawn outside of it."""
    opacity: float
    color: Color | None = None
    picture: Pictures.Image | None = None

    @property
    def seen(self) -> Rect:
        return self.rect & self.clip


@dataclass
class Drawn:
    """A widget that is seen."""

    widget: Widget
    turns: tuple[Widget, ...] = ()
    """Those that turn it, from the outside in: of its parents and itself."""
    layers: list[Layer] = field(default_factory=list)
    children: list[Drawn] = field(default_factory=list)

    def walk(self) -> Iterator[Drawn]:
        waiting = [self]
        while waiting:
            drawn = waiting.pop()
            yield drawn
            waiting.extend(reversed(drawn.children))


def draw(screen: Screen, assets: Assets) -> Drawn:
    """What is drawn of a screen."""
    whole = Rect(0, 0, screen.width, screen.height)
    return _Artist(Typesetter(screen.fonts, assets), assets).draw(screen.root, screen.root.rect & whole, whole, 1.0, ())


class _Artist:
    def __init__(self, typesetter: Typesetter, assets: Assets) -> None:
        self._typesetter = typesetter
        self._assets = assets
        self._laid_out: dict[Image, Patch | None] = {}
        self._parts: dict[str, Callable[[Widget], list[Patch | Background]]] = {
            "background": self._background,
            "image": lambda widget: self._image(widget, widget.image),
            "icon": lambda widget: self._image(widget, widget.icon),
            "text": self._texts,
            "content": lambda widget: [_placeholder(widget.rect, widget.content)] if widget.content else [],
            "border": lambda widget: [*_lines(widget.rect, widget.border)] if widget.border else [],
        }

    def draw(self, widget: Widget, visible: Rect, clip: Rect, opacity: float, turns: tuple[Widget, ...]) -> Drawn:
        """Draws a widget.

        Args:
            visible: what all of its parents have in common with it.
            clip: outside of it nothing is drawn.
            opacity: of what is drawn around it.
        """
        if widget.rotation:
            turns = (*turns, widget)
        drawn = Drawn(widget, turns)
        if widget.clipping:
            clip = visible
        for part in widget.order:
            for each in self._parts.get(part, _nothing)(widget):
                self._add(drawn, each, clip, opacity)
        if widget.clipping:
            clip = visible & (widget.inner or widget.rect)
        for child in widget.children:
            seen = visible & child.rect
            if not child.visible or child.opacity < LEAST_OPACITY or not child.rect.valid:
                continue
            if not seen.valid:
                if not widget.overflows:
                    continue
                seen = visible
            drawn.children.append(self.draw(child, seen, clip, min(opacity, child.opacity), turns))
        return drawn

    def _add(self, drawn: Drawn, part: Patch | Background, clip: Rect, opacity: float) -> None:
        if isinstance(part, Patch):
            layer = Layer(part.rect, clip, opacity, picture=part.picture)
        elif part.color[3] == 0:
            return
        else:
            layer = Layer(part.rect, clip, opacity, color=part.color)
        if layer.seen.valid:
            drawn.layers.append(layer)

    def _background(self, widget: Widget) -> list[Patch | Background]:
        background = widget.background
        if background is None or not background.rect.valid:
            return []
        if background.done > 0:
            return [remainder(background.rect, background.color, background.done)]
        return [background]

    def _image(self, widget: Widget, image: Image | None) -> list[Patch | Background]:
        if image is None or not image.rect.valid:
            return []
        if image not in self._laid_out:
            file = self._assets.picture(image.source)
            name = image.source.rpartition("/")[2]
            self._laid_out[image] = laid_out(image, file) if file else _placeholder(image.rect, name)
        patch = self._laid_out[image]
        return [patch] if patch else []

    def _texts(self, widget: Widget) -> list[Patch | Background]:
        patches = [self._typesetter.set(text) for text in widget.texts]
        return [*(patch for patch in patches if patch), *widget.fills]


def _nothing(_: Widget) -> list[Patch | Background]:
    return []


def _lines(rect: Rect, border: Border) -> Iterator[Background]:
    top, right, bottom, left = border.widths
    areas = (
        Rect(rect.x, rect.y, rect.width, top),
        Rect(rect.right - right, rect.y, right, rect.height),
        Rect(rect.x, rect.bottom - bottom, rect.width, bottom),
        Rect(rect.x, rect.y, left, rect.height),
    )
    for color, area in zip(border.colors, areas, strict=True):
        if area.valid:
            yield Background(color, area)


def _placeholder(rect: Rect, name: str) -> Patch:
    """A box with a name in it."""
    # A veil over a whole screen would hide what is there.
    veil = 30 if max(rect.width, rect.height) <= _LARGEST_VEIL else 0
    picture = Pictures.new("RGBA", (rect.width, rect.height), (*PLACEHOLDER[:3], veil))
    ImageDraw.Draw(picture).rectangle((0, 0, rect.width - 1, rect.height - 1), outline=PLACEHOLDER)
    text = label(name, PLACEHOLDER)
    if rect.width > 4 and rect.height > 4:
        picture.alpha_composite(
            text.crop((0, 0, min(text.width, rect.width - 4), min(text.height, rect.height - 4))), (2, 2)
        )
    return Patch(rect, picture)
