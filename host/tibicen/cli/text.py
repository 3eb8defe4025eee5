"""Text from plugins, players and file names, made fit to be printed."""

from __future__ import annotations

import re

from rich.console import Console

# What a terminal obeys instead of showing it: control characters but for tabs and line ends, and what turns the order
# of writing or ends a line. And halves of a surrogate pair, as they stand for odd bytes in names of files.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` with its control characters in a form that harms no terminal; lines stay lines."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def wide_console() -> Console:
    """For tables: as wide as they need where no terminal sets an end."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 1000
    return console
