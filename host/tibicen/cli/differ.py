"""What two recordings differ in, message for message."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

Row = dict[str, Any]


def compare(before: list[Row], after: list[Row]) -> Iterator[dict[str, Any]]:
    """Differences of rows as `inspect.rows` gives them, for each side by itself; times and connections don't count.

    Each is `{"what": "gone" | "new" | "changed", "from", "name", "before": row, "after": row, "fields": names}`.
    """
    sides = dict.fromkeys(row["from"] for row in (*before, *after))
    for side in sides:
        old = [row for row in before if row["from"] == side]
        new = [row for row in after if row["from"] == side]
        matcher = SequenceMatcher(None, [_key(row) for row in old], [_key(row) for row in new], autojunk=False)
        for what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
            if what != "equal":
                yield from _block(side, old[old_from:old_to], new[new_from:new_to])


def _key(row: Row) -> str:
    return f"{row['opcode']} {row['name']} {row['fields']}"


def _block(side: str, old: list[Row], new: list[Row]) -> Iterator[dict[str, Any]]:
    """Messages of the same name in the same order are one that changed; what is left is gone, or new."""
    matcher = SequenceMatcher(None, [row["name"] for row in old], [row["name"] for row in new], autojunk=False)
    for what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if what == "equal":
            for before, after in zip(old[old_from:old_to], new[new_from:new_to], strict=True):
                fields = [
                    name
                    for name in dict.fromkeys((*before["fields"], *after["fields"]))
                    if before["fields"].get(name) != after["fields"].get(name)
                ]
                yield _difference("changed", side, before, after, fields)
            continue
        for row in old[old_from:old_to]:
            yield _difference("gone", side, row, None, [])
        for row in new[new_from:new_to]:
            yield _difference("new", side, None, row, [])


def _difference(what: str, side: str, before: Row | None, after: Row | None, fields: list[str]) -> dict[str, Any]:
    shown = after or before or {}
    return {
        "what": what,
        "from": side,
        "name": shown["name"],
        "before": before,
        "after": after,
        "fields": fields,
    }


def lines_of(difference: dict[str, Any], value: Any) -> Iterator[str]:
    """A difference for people; `value` shows a field's value."""
    mark = {"gone": "-", "new": "+", "changed": "~"}[difference["what"]]
    row = difference["after"] or difference["before"]
    lines = [_where(each) for each in (difference["before"], difference["after"]) if each]
    arrow = "->" if difference["from"].endswith("client") else "<-"
    head = f"{mark} {' / '.join(lines)} {arrow} {difference['name']}"
    if difference["what"] == "changed":
        yield head
        for name in difference["fields"]:
            was, now = (difference[side]["fields"].get(name) for side in ("before", "after"))
            yield f"      {name}: {value(was)} is now {value(now)}"
    else:
        yield f"{head} " + " ".join(f"{name}={value(each)}" for name, each in row["fields"].items())


def _where(row: Row) -> str:
    """What passes live stands in no line."""
    return f"line {row['line']}" if "line" in row else f"{row['time_ms'] / 1000:.3f} s"
