"""Pictures of a client: their sizes, and what is said of those that are not there."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.realms.otclient.ui_clients import Hosted, font_picture, glyph_width, with_client

from tibicen.realms.otclient.client import Dialect
from tibicen.realms.otclient.images import glyph_widths, png_size


def picture(mode: str, size: tuple[int, int]) -> bytes:
    content = BytesIO()
    Image.new(mode, size).save(content, "PNG")
    return content.getvalue()


def test_size_is_in_the_header() -> None:
    content = picture("RGB", (33, 7))
    assert png_size(content) == (33, 7)
    assert png_size(content[:24]) == (33, 7)
    assert png_size(content[:23]) is None
    assert png_size(b"GIF89a" + bytes(40)) is None


def test_widths_are_those_of_what_is_drawn() -> None:
    widths = glyph_widths(font_picture(), 32, (8, 10), 9)
    assert widths == [glyph_width(code) for code in range(32, 256)]


def test_rows_below_the_height_do_not_count() -> None:
    # Glyphs begin in the third row.
    assert glyph_widths(font_picture(), 32, (8, 10), 2) == [8] * 224


def test_empty_cells_are_as_wide_as_cells() -> None:
    assert glyph_widths(picture("RGBA", (16, 10)), 254, (8, 10), 10) == [8, 8]
    # Without transparency all is drawn.
    assert glyph_widths(picture("RGB", (24, 10)), 254, (5, 10), 10) == [5, 5]


def test_what_is_no_picture_has_no_widths() -> None:
    assert glyph_widths(b"nothing", 32, (8, 10), 9) is None
    assert glyph_widths(picture("RGBA", (4, 4)), 32, (8, 10), 9) is None


@pytest.mark.parametrize("dialect", ["mehah", "edubart"])
def test_widget_without_size_takes_that_of_its_image(dialect: Dialect, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture("RGBA", (21, 13)))

    def body(it: Hosted) -> None:
        it.run("w = make('UIWidget'); w:setImageSource('/a')")
        assert it.run("return { w:getWidth(), w:getHeight() }") == [21, 13]
        assert it.run("return { w:getImageTextureWidth(), w:getImageTextureHeight() }") == [21, 13]
        assert not it.problems()

    with_client(tmp_path, dialect, body)


@pytest.mark.parametrize(("dialect", "told"), [("mehah", 2), ("edubart", 1)])
def test_missing_image_is_told(dialect: Dialect, told: int, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("w = make('UIWidget'); w:setImageSource('/gone'); make('UIWidget'):setImageSource('/gone')")
        assert it.run("return w:getImageTextureWidth()") == 0
        text = "Unable to load texture '/gone': unable to open file '/gone.png': not found"
        assert it.problems() == [text] * told

    with_client(tmp_path, dialect, body)


def test_cache_is_kept_until_it_is_cleared(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture("RGBA", (21, 13)))

    def body(it: Hosted) -> None:
        it.run("make('UIWidget'):setImageSource('/a')")
        (tmp_path / "a.png").write_bytes(picture("RGBA", (5, 6)))
        ask = "local w = make('UIWidget'); w:setImageSource('/a'); return { w:getWidth(), w:getHeight() }"
        assert it.run(ask) == [21, 13]
        it.run("g_textures.clearCache()")
        assert it.run(ask) == [5, 6]

    with_client(tmp_path, "mehah", body)
