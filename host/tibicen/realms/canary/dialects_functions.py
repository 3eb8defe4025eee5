"""Functions of MySQL that SQLite lacks, and the text of values."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any


def as_text(value: Any) -> bytes | None:
    """A value as MySQL tells it."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, float):
        return (
            str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value).replace("e+", "e")
        ).encode()
    return str(value).encode()


_PARTS = {"YEAR": "%Y", "MONTH": "%m", "DAY": "%d", "HOUR": "%H", "MINUTE": "%M", "SECOND": "%S"}


def add_functions(connection: sqlite3.Connection, time: Callable[[], float], name: str) -> None:
    """Functions of MySQL that SQLite lacks, or has by the clock of the machine."""
    chance = random.Random(0)

    def stamp(form: str, seconds: Any = None) -> str:
        return datetime.fromtimestamp(float(time() if seconds is None else seconds), UTC).strftime(form)

    def unix(*moment: Any) -> int | None:
        if not moment:
            return int(time())
        text = moment[0].decode() if isinstance(moment[0], bytes) else str(moment[0])
        try:
            return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
        except ValueError:
            return None

    def joined(separator: Any, *values: Any) -> bytes | None:
        if separator is None:
            return None
        return (as_text(separator) or b"").join(text for each in values if (text := as_text(each)) is not None)

    def digest(kind: str) -> Callable[[Any], str | None]:
        return lambda value: None if value is None else hashlib.new(kind, as_text(value) or b"").hexdigest()

    def part(form: str) -> Callable[[Any], int | None]:
        def found(value: Any) -> int | None:
            seconds = unix(value) if value is not None else None
            return None if seconds is None else int(stamp(form, seconds))

        return found

    moment = "%Y-%m-%d %H:%M:%S"
    functions: dict[str, tuple[int, Callable[..., Any]]] = {
        "NOW": (-1, lambda *_: stamp(moment)),
        "CURDATE": (0, lambda: stamp("%Y-%m-%d")),
        "CURTIME": (-1, lambda *_: stamp("%H:%M:%S")),
        "UNIX_TIMESTAMP": (-1, unix),
        "FROM_UNIXTIME": (1, lambda seconds: None if seconds is None else stamp(moment, seconds)),
        "RAND": (-1, lambda *_: chance.random()),
        "CONCAT_WS": (-1, joined),
        "MD5": (1, digest("md5")),
        "SHA1": (1, digest("sha1")),
        "DATABASE": (0, lambda: name),
        **{name: (1, part(form)) for name, form in _PARTS.items()},
    }
    for called, (count, function) in functions.items():
        connection.create_function(called, count, function)
