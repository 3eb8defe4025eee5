"""Pictures of a client: only how large they are, and how wide the glyphs in a font's picture."""

from __future__ import annotations

import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_SIZE = 24

Read = Callable[[str], bytes | None]
"""Content of a file of the client by its virtual path; None when there is no such file."""

ReadHead = Callable[[str, int], bytes | None]
"""Its first bytes, so many."""


def png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height that a PNG's header says; None for anything else."""
    if len(content) < HEADER_SIZE or not content.startswith(PNG_SIGNATURE) or content[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", content[16:HEADER_SIZE])
    return int(width), int(height)


def glyph_widths(content: bytes, first: int, cell: tuple[int, int], height: int) -> list[int] | None:
    """Of each cell of a font's picture the last column with a pixel that is not transparent, counted from 1.

    Cells stand in rows, from code `first` to 255. An empty cell is as wide as a cell is, and so is one that lies
    outside of the picture. None when it is no picture, or one that is narrower than a cell.
    """
    try:
        with Image.open(BytesIO(content)) as image:
            alpha = image.convert("RGBA").getchannel("A")
    except (OSError, SyntaxError, ValueError):
        return None
    width, rows = cell
    columns = alpha.width // width if width > 0 else 0
    if columns == 0:
        return None
    widths: list[int] = []
    for line in range(-(-(256 - first) // columns)):
        strip = alpha.crop((0, line * rows, columns * width, line * rows + height))
        drawn = bytes(strip.getprojection()[0])
        for column in range(columns):
            widths.append(drawn.rfind(1, column * width, (column + 1) * width) - column * width + 1)
    # What `rfind` has not found is an empty cell.
    return [found if found > 0 else width for found in widths[: 256 - first]]


class Images:
    """The operations on pictures that the engine calls.

    Args:
        read: reads a file of the client.
        head: reads its first bytes.
    """

    def __init__(self, read: Read, head: ReadHead) -> None:
        self._read = read
        self._head = head

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the engine calls, by name."""
        return {"images.size": self.size, "images.glyph_widths": self.glyph_widths}

    def size(self, path: str) -> list[int] | None:
        """Width and height of a picture; None when it is none."""
        content = self._head(path, HEADER_SIZE)
        size = png_size(content) if content is not None else None
        return list(size) if size else None

    def glyph_widths(self, path: str, first: int, cell_width: int, cell_height: int, height: int) -> list[int] | None:
        """Widths of the glyphs of a font's picture, from code `first` to 255."""
        content = self._read(path)
        if content is None or not 0 <= first < 256:
            return None
        return glyph_widths(content, first, (cell_width, cell_height), height)
