"""What lies in a `.lua` file: text for the VM, or something else that an editor or a compiler made of it."""

from __future__ import annotations

MARK = b"\xef\xbb\xbf"
"""In front of UTF-8, by some editors."""

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def without_mark(source: bytes) -> bytes:
    """The text as it is loaded."""
    return source.removeprefix(MARK)


def problem_of(source: bytes) -> str:
    """Why this can't be Lua's text, with the way out; empty when it may be some."""
    if source.startswith(_WIDE_MARKS) or b"\0" in source[:4]:
        return "this file is in UTF-16, which Lua can't read; save it as UTF-8"
    text = without_mark(source)
    if text.startswith(b"#"):
        text = text.partition(b"\n")[2]
    if text.startswith(b"\x1b"):
        return (
            "this file is bytecode, which is refused: what it does can't be checked; put the source text in its place"
        )
    return ""
