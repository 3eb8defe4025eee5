"""Screens and pictures that tests of the drawing are made of."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

from tibicen.render.assets import Assets
from tibicen.render.drawing import Drawn, draw
from tibicen.render.painter import paint
from tibicen.render.tree import Screen, read_screen

RED, GREEN, BLUE, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)
SIZE = (60, 40)


def png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def picture(rows: list[str]) -> bytes:
    """A PNG with a letter for each pixel: r, g, b, w, k, and a blank for none."""
    colors = {"r": RED, "g": GREEN, "b": BLUE, "w": WHITE, "k": BLACK}
    image = Image.new("RGBA", (len(rows[0]), len(rows)))
    for y, row in enumerate(rows):
        for x, letter in enumerate(row):
            if letter in colors:
                image.putpixel((x, y), (*colors[letter], 255))
    return png(image)


def letters(image: Image.Image) -> list[str]:
    """The other way round; `?` is any other color."""
    names = {RED: "r", GREEN: "g", BLUE: "b", WHITE: "w", BLACK: "k"}
    rows = []
    for y in range(image.height):
        row = ""
        for x in range(image.width):
            red, green, blue, alpha = image.getpixel((x, y))  # type: ignore[misc]
            row += " " if alpha == 0 else names.get((red, green, blue), "?") if alpha == 255 else "?"
        rows.append(row)
    return rows


def filled(color: tuple[int, int, int], rect: list[int], parent: int = 1, **more: Any) -> dict[str, Any]:
    """A widget in one color, as plain data."""
    background = {"color": [*color, 255], "rect": rect}
    return {"class_name": "UIWidget", "parent": parent, "rect": rect, "background": background, **more}


def screen_of(*widgets: dict[str, Any], **more: Any) -> Screen:
    """A small screen with these below the root, which is widget 1."""
    root = {"class_name": "UIWidget", "id": "root", "rect": [0, 0, *SIZE]}
    return read_screen({"width": SIZE[0], "height": SIZE[1], "widgets": [root, *widgets], **more})


def drawn_of(screen: Screen, files: Mapping[str, bytes] | None = None) -> Drawn:
    return draw(screen, Assets((files or {}).get))


def painted(screen: Screen, files: Mapping[str, bytes] | None = None) -> Image.Image:
    """The picture of a screen."""
    with Image.open(BytesIO(paint(drawn_of(screen, files), SIZE))) as image:
        return image.convert("RGB")
