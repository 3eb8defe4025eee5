"""TrueType fonts of a client: what FreeType says of the glyphs that the engine has, codes 32 to 255."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import byref
from io import BytesIO
from typing import Any

import freetype

from tibicen.realms.otclient.images import Read

CODES = range(32, 256)
FIELDS = 5
"""Figures of a glyph: advance, width, height, left, top."""


def opens(content: bytes) -> bool:
    """Whether FreeType takes it for a font."""
    try:
        freetype.Face(BytesIO(content))
    except freetype.FT_Exception:
        return False
    return True


def face_figures(content: bytes, size: int, stroke: int) -> list[Any] | str:
    """Ascender, line height, and the figures of all glyphs in one list, in pixels; or what can't be done.

    With a stroke each glyph is as large as what is drawn around it.
    """
    try:
        face = freetype.Face(BytesIO(content))
    except freetype.FT_Exception:
        return "Failed to load TTF font"
    try:
        face.set_pixel_sizes(0, size)
    except freetype.FT_Exception:
        return "Failed to set font size"
    stroker = _stroker(stroke) if stroke > 0 else None
    figures: list[int] = []
    for code in CODES:
        figures += _glyph(face, code, stroke, stroker)
    metrics = face.size
    return [metrics.ascender >> 6, metrics.height >> 6, figures]


def _stroker(width: int) -> freetype.Stroker:
    stroker = freetype.Stroker()
    stroker.set(width * 64, freetype.FT_STROKER_LINECAP_ROUND, freetype.FT_STROKER_LINEJOIN_ROUND, 0)
    return stroker


def _glyph(face: freetype.Face, code: int, stroke: int, stroker: freetype.Stroker | None) -> list[int]:
    try:
        face.load_char(chr(code), freetype.FT_LOAD_DEFAULT)
    except freetype.FT_Exception:
        return [0] * FIELDS
    slot = face.glyph
    advance = ((slot.advance.x + 32) >> 6) + stroke
    try:
        if stroker is not None:
            glyph = slot.get_glyph()
            _stroke_border(glyph, stroker)
            drawn = glyph.to_bitmap(freetype.FT_RENDER_MODE_NORMAL, freetype.Vector(0, 0), True)
            return [advance, drawn.bitmap.width, drawn.bitmap.rows, drawn.left, drawn.top]
        slot.render(freetype.FT_RENDER_MODE_NORMAL)
    except freetype.FT_Exception:
        return [advance, 0, 0, 0, 0] if stroker is None else [0] * FIELDS
    return [advance, slot.bitmap.width, slot.bitmap.rows, slot.bitmap_left, slot.bitmap_top]


def _stroke_border(glyph: freetype.Glyph, stroker: freetype.Stroker) -> None:
    # The package wraps only the function that strokes both sides of an outline; the engine takes the outer one.
    error = freetype.FT_Glyph_StrokeBorder(byref(glyph._FT_Glyph), stroker._FT_Stroker, False, True)
    if error:
        raise freetype.FT_Exception(error)


class Fonts:
    """The operations on fonts that the engine calls.

    Args:
        read: reads a file of the client.
    """

    def __init__(self, read: Read) -> None:
        self._read = read

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the engine calls, by name."""
        return {"fonts.opens": self.opens, "fonts.figures": self.figures}

    def opens(self, path: str) -> bool:
        """Whether there is a font that FreeType takes."""
        content = self._read(path)
        return bool(content) and opens(content or b"")

    def figures(self, path: str, size: int, stroke: int) -> list[Any] | str:
        """What FreeType says of a font in a size, with a stroke of so many pixels around its glyphs."""
        return face_figures(self._read(path) or b"", size, stroke)
