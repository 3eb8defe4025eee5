"""Text from plugins, players and file names, made fit to be printed."""

from __future__ import annotations

import re

# What a terminal obeys instead of showing it; tabs and line ends excepted.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """`text` with its control characters in a form that harms no terminal; lines stay lines."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
