"""Pictures stretched, repeated, in nine parts, cut and tinted, pixel by pixel."""

from __future__ import annotations

from typing import Any

from tests.render.screens import letters, picture

from tibicen.render.assets import decoded
from tibicen.render.geometry import Rect
from tibicen.render.patches import laid_out, remainder
from tibicen.render.tree import Image

FRAME = ["rwwg", "w  w", "wk w", "gwwb"]


def shown(rows: list[str], rect: tuple[int, int, int, int], **more: Any) -> tuple[Rect, list[str]]:
    file = decoded(picture(rows))
    assert file is not None
    patch = laid_out(Image("/x.png", Rect(*rect), **more), file)
    assert patch is not None
    return patch.rect, letters(patch.picture)


def test_corners_keep_their_size_and_the_rest_is_repeated() -> None:
    rect, rows = shown(FRAME, (5, 6, 7, 5), border=(1, 1, 1, 1))
    assert rect == Rect(5, 6, 7, 5)
    assert rows == ["rwwwwwg", "w     w", "wk k kw", "w     w", "gwwwwwb"]


def test_sides_differ_and_a_border_of_nothing_is_repeated_whole() -> None:
    assert shown(["rgb"], (0, 0, 5, 1), border=(0, 1, 0, 1))[1] == ["rgggb"]
    assert shown(["rgb"], (0, 0, 5, 1), border=(0, 0, 0, 2))[1] == ["rgbbb"]
    assert shown(["rgb"], (0, 0, 5, 1), border=(0, 0, 0, 0))[1] == ["rgbrg"]


def test_corners_reach_beyond_what_is_too_small_for_them() -> None:
    rect, rows = shown(["rrbb", "rrbb", "ggww", "ggww"], (10, 10, 3, 4), border=(2, 2, 2, 2))
    assert rect == Rect(10, 10, 4 - 1, 4)
    assert rows[0] == "rbb"


def test_a_part_of_the_file_is_shown() -> None:
    clip = Rect(1, 0, 2, 2)
    assert shown(["rgbw", "rwkr"], (0, 0, 2, 2), clip=clip)[1] == ["gb", "wk"]
    assert shown(["rgbw", "rwkr"], (0, 0, 5, 3), clip=clip, repeated=True)[1] == ["gbgbg", "wkwkw", "gbgbg"]


def test_stretched_without_smoothing_each_pixel_is_a_block() -> None:
    assert shown(["rg"], (0, 0, 6, 2), smooth=False)[1] == ["rrrggg", "rrrggg"]


def test_smoothing_mixes_neighbours_but_no_color_of_what_is_not_seen() -> None:
    file = decoded(picture(["r "]))
    assert file is not None
    patch = laid_out(Image("/x.png", Rect(0, 0, 8, 1)), file)
    assert patch is not None
    pixels = [patch.picture.getpixel((x, 0)) for x in range(8)]
    assert pixels[0] == (255, 0, 0, 255) and pixels[-1][3] == 0  # type: ignore[index]
    between = [pixel for pixel in pixels if 0 < pixel[3] < 255]  # type: ignore[index]
    assert between and all(pixel[0] > 250 for pixel in between)  # type: ignore[index]


def test_proportions_are_kept_by_showing_the_middle() -> None:
    assert shown(["rgbw", "rgbw"], (0, 0, 2, 2), fixed_ratio=True)[1] == ["gb", "gb"]
    assert shown(["rr", "gg", "bb", "ww"], (0, 0, 2, 2), fixed_ratio=True)[1] == ["gg", "bb"]


def test_a_color_multiplies() -> None:
    assert shown(["wrgb"], (0, 0, 4, 1), color=(255, 0, 0, 255))[1] == ["rrkk"]
    file = decoded(picture(["w"]))
    assert file is not None
    patch = laid_out(Image("/x.png", Rect(0, 0, 1, 1), color=(255, 255, 255, 100)), file)
    assert patch is not None and patch.picture.getpixel((0, 0)) == (255, 255, 255, 100)


def test_nothing_is_seen_of_an_area_without_size() -> None:
    file = decoded(picture(["w"]))
    assert file is not None
    assert laid_out(Image("/x.png", Rect(3, 3, 0, 5)), file) is None


def test_what_is_no_picture_is_none() -> None:
    assert decoded(b"") is None
    assert decoded(picture(["w"])[:30]) is None


def test_what_remains_of_a_time_is_taken_away_clockwise() -> None:
    def left(done: float) -> list[str]:
        return letters(remainder(Rect(0, 0, 9, 9), (255, 0, 0, 255), done).picture)

    assert left(0) == ["r" * 9] * 9
    assert left(100) == [" " * 9] * 9
    half = left(50)
    assert all(row[:4] == "rrrr" and row[5:] == "    " for row in half)
    # The upper right is gone first.
    quarter = left(25)
    assert quarter[1][7] == " " and quarter[7][7] == "r" and quarter[1][1] == "r"
