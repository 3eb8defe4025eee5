"""Texts are put together of a font's glyphs, where the client says they stand."""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageFont
from tests.render.screens import letters, picture, png

from tibicen.render.assets import Assets
from tibicen.render.geometry import Rect
from tibicen.render.glyphs import Typesetter
from tibicen.render.tree import Font, Run, Text

# From code 65 on: A is two wide, B one, C three; cells are three by two.
SHEET = ["ww w  www", "w  w  w w"]
WIDTHS = tuple({65: 2, 66: 1, 67: 3}.get(code, 0) for code in range(256))
FONT = Font("bitmap", "/font.png", 2, WIDTHS, WIDTHS, spacing=1, first=65, cell=(3, 2))
FILES = {"/font.png": picture(SHEET)}


def typesetter(font: Font = FONT, files: dict[str, bytes] = FILES) -> Typesetter:
    return Typesetter({"small": font}, Assets(files.get))


def text(*runs: Run, rect: tuple[int, int, int, int] = (10, 20, 30, 10), **more: Any) -> Text:
    return Text("small", Rect(*rect), runs, **more)


def test_glyphs_stand_where_their_advances_put_them() -> None:
    patch = typesetter().set(text(Run("ABC", 1, 2), Run("B", 0, 5)))
    assert patch is not None
    assert patch.rect == Rect(10, 22, 9, 5)
    assert letters(patch.picture) == [" ww w www", " w  w w w", "         ", "w        ", "w        "]


def test_each_run_has_its_color() -> None:
    patch = typesetter().set(text(Run("B", 0, 0, (255, 0, 0, 255)), Run("B", 2, 0, (0, 0, 255, 255))))
    assert patch is not None and letters(patch.picture) == ["r b", "r b"]


def test_glyphs_end_at_the_edge_of_their_area() -> None:
    patch = typesetter().set(text(Run("ABC", -1, 1), rect=(0, 0, 5, 2)))
    assert patch is not None
    assert patch.rect == Rect(0, 1, 5, 1) and letters(patch.picture) == ["w w w"]
    assert typesetter().set(text(Run("A", 40, 0))) is None
    assert typesetter().set(text(Run("zz", 0, 0))) is None


def test_texts_are_scaled() -> None:
    patch = typesetter().set(text(Run("B", 0, 0), scale=2.0))
    assert patch is not None and patch.rect == Rect(20, 40, 2, 4)


def test_another_font_stands_in_for_one_that_is_missing() -> None:
    for setter in (typesetter(files={}), Typesetter({}, Assets(FILES.get))):
        patch = setter.set(text(Run("ABC", 0, 0, (255, 0, 0, 255)), rect=(0, 0, 100, 30)))
        assert patch is not None
        colors = {pixel[:3] for _, pixel in patch.picture.getcolors() or [] if pixel[3]}  # type: ignore[index]
        assert colors == {(255, 0, 0)}


def outline_font(**more: Any) -> tuple[Font, dict[str, bytes]]:
    """A TrueType font, with 12 pixels and the figures that a client would tell."""
    face = ImageFont.load_default(12)
    assert isinstance(face, ImageFont.FreeTypeFont)
    advances = tuple(8 if code >= 32 else 0 for code in range(256))
    zeros = (0,) * 256
    font = Font("ttf", "/f.ttf", 14, advances, advances, heights=advances, xs=zeros, ys=zeros, pixels=12, **more)
    return font, {"/f.ttf": face.font_bytes}


def test_outlines_are_drawn() -> None:
    setter = typesetter(*outline_font())
    patch = setter.set(text(Run("I", 0, 0, (0, 255, 0, 255))))
    wide = setter.set(text(Run("IM", 0, 0, (0, 255, 0, 255))))
    assert patch is not None and wide is not None
    assert 0 < patch.rect.width < 4 < 8 <= patch.rect.height
    assert wide.rect.width > 12
    assert {pixel[:3] for _, pixel in patch.picture.getcolors() or [] if pixel[3]} == {(0, 255, 0)}  # type: ignore[index]


def test_a_stroke_lies_around_the_outline() -> None:
    plain = typesetter(*outline_font()).set(text(Run("I", 0, 0)))
    stroked = typesetter(*outline_font(stroke=2, stroke_color=(255, 0, 0, 255))).set(text(Run("I", 0, 0)))
    assert plain is not None and stroked is not None
    assert stroked.rect.width >= plain.rect.width + 3
    assert stroked.picture.getpixel((0, stroked.rect.height // 2)) != (255, 255, 255, 255)
    middle = stroked.picture.getpixel((stroked.rect.width // 2, stroked.rect.height // 2))
    assert isinstance(middle, tuple) and middle[3] == 255 and middle[1] > 200


def test_a_broken_font_is_as_good_as_none() -> None:
    font, _ = outline_font()
    patch = typesetter(font, {"/f.ttf": png(Image.new("RGBA", (1, 1)))}).set(text(Run("x", 0, 0)))
    assert patch is not None and patch.rect.width > 1
