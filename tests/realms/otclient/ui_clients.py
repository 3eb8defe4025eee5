"""Clients with a font of their own, for tests of what widgets and texts come to."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from tibicen.realms.otclient.client import Client, Dialect
from tibicen.realms.otclient.files import Files
from tibicen.vm import stack

CELL_WIDTH, CELL_HEIGHT = 8, 10

OTFONT = """\
Font
  name: {name}
  texture: plain
  glyph-size: 8 10
  height: 9
  spacing: 1 2
  y-offset: 1
  space-width: 4
"""


def glyph_width(code: int) -> int:
    """Pixels that a glyph of the test font has, from 1 to 6."""
    return code % 6 + 1


def font_picture() -> bytes:
    """A PNG with 16 cells in a row, from code 32 on, each filled as far as the glyph is wide."""
    image = Image.new("RGBA", (16 * CELL_WIDTH, 14 * CELL_HEIGHT))
    for code in range(32, 256):
        left, top = (code - 32) % 16 * CELL_WIDTH, (code - 32) // 16 * CELL_HEIGHT
        image.paste((255, 255, 255, 255), (left, top + 2, left + glyph_width(code), top + 5))
    content = BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def box_font(advance: int = 600, ascent: int = 800, descent: int = -200) -> bytes:
    """A TrueType font of 1000 units; its letters, codes 33 to 126, are all one box, 500 wide and 700 high."""
    box = struct.pack(">hhhhhHH", 1, 0, 0, 500, 700, 3, 0) + bytes([1] * 4)
    box += struct.pack(">4h4h", 0, 500, 0, -500, 0, 0, 700, 0) + b"\0\0"
    blank, letters = 2, 94
    glyphs = blank + letters
    codes = struct.pack(">HHHH", 4, 4, 1, 0) + struct.pack(">HHHHH", 126, 0xFFFF, 0, 32, 0xFFFF)
    codes += struct.pack(">hhHH", -31, 1, 0, 0)
    tables = {
        b"cmap": struct.pack(">HHHHL", 0, 1, 3, 1, 12) + struct.pack(">HHH", 4, len(codes) + 6, 0) + codes,
        b"glyf": box * letters,
        b"head": struct.pack(">LLLLHH", 0x10000, 0, 0, 0x5F0F3CF5, 0, 1000)
        + bytes(16)
        + struct.pack(">hhhhHHhhh", 0, 0, 500, 700, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">LhhhH", 0x10000, ascent, descent, 0, advance) + bytes(22) + struct.pack(">H", 1),
        b"hmtx": struct.pack(">Hh", advance, 0) + bytes(2 * (glyphs - 1)),
        # What is missing and the space take nothing.
        b"loca": b"".join(struct.pack(">L", len(box) * max(0, index - blank)) for index in range(glyphs + 1)),
        b"maxp": struct.pack(">LH", 0x10000, glyphs) + bytes(26),
    }
    offset, directory, body = 12 + 16 * len(tables), b"", b""
    for tag, table in sorted(tables.items()):
        directory += tag + struct.pack(">LLL", 0, offset + len(body), len(table))
        body += table + b"\0" * (-len(table) % 4)
    return struct.pack(">LHHHH", 0x10000, len(tables), 64, 2, 48) + directory + body


class Hosted:
    """A client, and its folder."""

    def __init__(self, client: Client, folder: Path) -> None:
        self.client = client
        self.folder = folder

    def run(self, code: str) -> Any:
        """Runs Lua, and returns what it returns."""
        return self.client.run(code.encode("latin-1"))

    def frame(self, count: int = 1) -> None:
        for _ in range(count):
            self.client.frame()

    def rect(self, name: str) -> list[int]:
        """The rect of a widget in a global."""
        rect = self.run(f"return {name}:getRect()")
        return [rect["x"], rect["y"], rect["width"], rect["height"]]

    def problems(self) -> list[str]:
        """First lines of the errors that were logged."""
        return [text.split("\n")[0] for level, text in self.client.log if level in ("error", "fatal")]


def with_client(folder: Path, dialect: Dialect, body: Callable[[Hosted], None]) -> None:
    """Runs a test with a client whose root widget is 600 by 400, and whose texts are in the font `plain`."""
    (folder / "plain.png").write_bytes(font_picture())
    (folder / "plain.otfont").write_text(OTFONT.format(name="plain"))
    (folder / "second.otfont").write_text(OTFONT.format(name="second"))

    def inside() -> None:
        client = Client(Files(folder), dialect=dialect)
        with contextlib.closing(client):
            it = Hosted(client, folder)
            # The second one that is not the default is that of mehah's widgets.
            it.run("g_fonts.importFont('/plain'); g_fonts.importFont('/second')")
            if dialect == "edubart":
                it.run("g_fonts.setDefaultFont('second')")
            client.control("run")
            it.frame()
            it.run("root = g_ui.getRootWidget(); root:setRect({ x = 0, y = 0, width = 600, height = 400 })")
            it.run(
                "function make(style, parent, rect) local w = g_ui.createWidget(style, parent or root)"
                " if rect then w:setRect({ x = rect[1], y = rect[2], width = rect[3], height = rect[4] }) end"
                " return w end"
            )
            # What it had to say of an empty folder is no matter here.
            client.log.clear()
            body(it)

    stack.run(inside)
