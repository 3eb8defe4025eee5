"""Files that a screen is drawn with: read through whoever asks for the drawing, decoded once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image

Resolver = Callable[[str], bytes | None]
"""Content of a file by its path as the tree has it; None when there is no such file."""

LARGEST_PIXELS = 64 << 20
"""A picture that claims to be larger is none: it would take gigabytes."""


class Assets:
    """Pictures and font files by their paths.

    Args:
        resolve: reads a file.
    """

    def __init__(self, resolve: Resolver) -> None:
        self._resolve = resolve
        self._pictures: dict[str, Image.Image | None] = {}
        self._files: dict[str, bytes | None] = {}

    @property
    def missing(self) -> list[str]:
        """Files that were asked for and are not there, or no pictures; sorted."""
        missing = {path for path, picture in self._pictures.items() if picture is None}
        return sorted(missing | {path for path, content in self._files.items() if content is None})

    def picture(self, path: str) -> Image.Image | None:
        """A picture as RGBA, of an animation the first frame; None when there is none."""
        if path not in self._pictures:
            content = self._resolve(path)
            self._pictures[path] = decoded(content) if content is not None else None
        return self._pictures[path]

    def file(self, path: str) -> bytes | None:
        """The bytes of a file."""
        if path not in self._files:
            self._files[path] = self._resolve(path)
        return self._files[path]


def decoded(content: bytes) -> Image.Image | None:
    """A picture as RGBA; None when it is none, or one that is larger than any client's."""
    try:
        with Image.open(BytesIO(content)) as image:
            if image.width * image.height > LARGEST_PIXELS:
                return None
            return image.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
