"""Texts out of glyphs: cells of a font's picture, or outlines that FreeType draws."""

from __future__ import annotations

from ctypes import byref
from io import BytesIO

import freetype
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from tibicen.render.assets import Assets
from tibicen.render.geometry import Rect, around
from tibicen.render.patches import Patch, tinted
from tibicen.render.tree import WHITE, Color, Font, Run, Text

_LABEL_PIXELS = 10


class Typesetter:
    """Sets the texts of one screen.

    Args:
        fonts: by name.
    """

    def __init__(self, fonts: dict[str, Font], assets: Assets) -> None:
        self._fonts = fonts
        self._assets = assets
        self._glyphs: dict[tuple[str, int, Color], Pictures.Image | None] = {}
        self._faces: dict[str, freetype.Face | None] = {}

    def set(self, text: Text) -> Patch | None:
        """What a text looks like, in pixels of the screen; None where nothing of it is seen."""
        patches = [patch for run in text.runs for patch in self._placed(text, run)]
        if not patches:
            return None
        area = around([patch.rect for patch in patches]) & text.rect
        if not area.valid:
            return None
        canvas = Pictures.new("RGBA", (area.width, area.height))
        for patch in patches:
            _paste(canvas, patch.picture, patch.rect.x - area.x, patch.rect.y - area.y)
        if text.scale == 1.0:
            return Patch(area, canvas)
        scaled = Rect(*(round(each * text.scale) for each in area))
        size = max(scaled.width, 1), max(scaled.height, 1)
        return Patch(Rect(scaled.x, scaled.y, *size), canvas.resize(size, Pictures.Resampling.BILINEAR))

    def _placed(self, text: Text, run: Run) -> list[Patch]:
        font = self._fonts.get(text.font)
        x, y = text.rect.x + run.x, text.rect.y + run.y
        if font is None or not self._is_there(font):
            return [_fallback(run, x, y, font.height if font else 0)]
        placed = []
        for code in run.codes:
            glyph = self._glyph(text.font, font, code, run.color)
            if glyph is not None:
                left, top = (font.xs[code], font.ys[code]) if font.xs else (0, 0)
                placed.append(Patch(Rect(x + left, y + top, glyph.width, glyph.height), glyph))
            x += font.advances[code] + font.spacing
        return placed

    def _is_there(self, font: Font) -> bool:
        if font.kind == "ttf":
            return self._face(font) is not None
        return self._assets.picture(font.source) is not None

    def _glyph(self, name: str, font: Font, code: int, color: Color) -> Pictures.Image | None:
        if code < 32:
            return None
        key = name, code, color
        if key not in self._glyphs:
            plain = self._outlined(font, code) if font.kind == "ttf" else self._cut_out(font, code)
            self._glyphs[key] = plain and tinted(plain, color)
        return self._glyphs[key]

    def _cut_out(self, font: Font, code: int) -> Pictures.Image | None:
        sheet = self._assets.picture(font.source)
        width, index = font.widths[code], code - font.first
        columns = sheet.width // font.cell[0] if sheet and font.cell[0] > 0 else 0
        if sheet is None or columns == 0 or index < 0 or width <= 0 or font.height <= 0:
            return None
        left, top = index % columns * font.cell[0], index // columns * font.cell[1]
        return sheet.crop((left, top, left + width, top + font.height))

    def _face(self, font: Font) -> freetype.Face | None:
        if font.source not in self._faces:
            content = self._assets.file(font.source)
            try:
                self._faces[font.source] = freetype.Face(BytesIO(content)) if content else None
            except freetype.FT_Exception:
                self._faces[font.source] = None
        return self._faces[font.source]

    def _outlined(self, font: Font, code: int) -> Pictures.Image | None:
        face = self._face(font)
        if face is None or font.widths[code] <= 0:
            return None
        try:
            face.set_pixel_sizes(0, font.pixels)
            face.load_char(chr(code), freetype.FT_LOAD_DEFAULT)
            if font.stroke <= 0:
                face.glyph.render(freetype.FT_RENDER_MODE_NORMAL)
                return _in_color(face.glyph.bitmap, WHITE)
            return _stroked(face, font)
        except freetype.FT_Exception:
            return None


def _stroked(face: freetype.Face, font: Font) -> Pictures.Image | None:
    stroker = freetype.Stroker()
    stroker.set(font.stroke * 64, freetype.FT_STROKER_LINECAP_ROUND, freetype.FT_STROKER_LINEJOIN_ROUND, 0)
    outer = face.glyph.get_glyph()
    # The package wraps only the function that strokes both sides of an outline.
    error = freetype.FT_Glyph_StrokeBorder(byref(outer._FT_Glyph), stroker._FT_Stroker, False, True)
    if error:
        raise freetype.FT_Exception(error)
    around_it = outer.to_bitmap(freetype.FT_RENDER_MODE_NORMAL, freetype.Vector(0, 0), True)
    picture = _in_color(around_it.bitmap, font.stroke_color)
    face.glyph.render(freetype.FT_RENDER_MODE_NORMAL)
    fill = _in_color(face.glyph.bitmap, WHITE)
    if picture is not None and fill is not None:
        _paste(picture, fill, face.glyph.bitmap_left - around_it.left, around_it.top - face.glyph.bitmap_top)
    return picture


def _in_color(bitmap: freetype.Bitmap, color: Color) -> Pictures.Image | None:
    """What FreeType drew, in one color."""
    width, rows, pitch = bitmap.width, bitmap.rows, abs(bitmap.pitch)
    if not width or not rows:
        return None
    mask = Pictures.frombytes("L", (width, rows), bytes(bitmap.buffer), "raw", "L", pitch)
    picture = Pictures.new("RGBA", mask.size, (*color[:3], 0))
    picture.putalpha(mask.point([level * color[3] // 255 for level in range(256)]))
    return picture


def _paste(canvas: Pictures.Image, picture: Pictures.Image, x: int, y: int) -> None:
    """Lays a picture over another one; what reaches beyond it is left out."""
    seen = Rect(x, y, picture.width, picture.height) & Rect(0, 0, canvas.width, canvas.height)
    if seen.valid:
        canvas.alpha_composite(picture.crop(seen.moved(-x, -y).box), (seen.x, seen.y))


def _fallback(run: Run, x: int, y: int, height: int) -> Patch:
    """A run in a font of ours, because the client's is not there."""
    picture = label(run.codes.decode("latin-1"), run.color, height * 3 // 4 if height > 0 else _LABEL_PIXELS)
    return Patch(Rect(x, y, picture.width, picture.height), picture)


def label(text: str, color: Color, pixels: int = _LABEL_PIXELS) -> Pictures.Image:
    """One line of text that is not the client's."""
    font = ImageFont.load_default(max(pixels, 6))
    _, _, right, bottom = font.getbbox(text or " ")
    picture = Pictures.new("RGBA", (max(int(right), 1), max(int(bottom), 1)), (*color[:3], 0))
    ImageDraw.Draw(picture).text((0, 0), text, fill=color, font=font)
    return picture
