"""Rows of a server's database as the stores read them: columns by name, whole numbers as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tibicen.realms.canary.database import Database

Row = dict[str, Any]

_TEXTS = frozenset(
    "name comment conditions animus_mastery lastip password email secret attributes nick motd reason".split()  # noqa: SIM905
)
"""Columns whose values are texts even when they look like numbers."""

_WHOLE = re.compile(rb"-?\d+")


def rows_of(database: Database, query: bytes) -> Iterator[Row]:
    """The rows of a query, in order."""
    found = database.query(query)
    for row in found.rows if found else ():
        yield {
            column: int(value) if value is not None and column not in _TEXTS and _WHOLE.fullmatch(value) else value
            for column, value in zip(found.columns if found else (), row, strict=True)
        }
