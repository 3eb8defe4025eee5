"""What the engine asks of texts and Lua has no means for: regular expressions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

LIMIT = 10000
"""Matches that `regexMatch` gives at most, as upstream."""


def operations() -> dict[str, Callable[..., Any]]:
    """What the engine calls, by name."""
    return {"text.regex": matches}


def matches(text: str | bytes, pattern: str | bytes) -> list[list[bytes]]:
    """All matches of a pattern one after the other, each with its groups; none for a pattern that is broken."""
    found: list[list[bytes]] = []
    rest = text.encode() if isinstance(text, str) else text
    try:
        expression = re.compile(pattern.encode() if isinstance(pattern, str) else pattern)
    except re.error:
        return found
    if not rest or not expression.pattern:
        return found
    while len(found) < LIMIT:
        match = expression.search(rest)
        if not match:
            break
        found.append([match.group(0), *(group or b"" for group in match.groups())])
        rest = rest[match.end() :]
    return found
