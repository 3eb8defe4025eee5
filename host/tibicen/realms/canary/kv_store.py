"""Canary's keys and values in its database: the table `kv_store`, with values as the server's messages (kv.proto).

A value is a text, a number, a boolean, `["a", values]` for an array or `["m", keys, values]` for a map.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

from tibicen.errors import TibicenError
from tibicen.realms.canary.database import Database, ServerDatabase, SqlProblem, escaped

_TEXT, _INTEGER, _DOUBLE, _ARRAY, _MAP, _BOOLEAN = 1, 2, 3, 4, 5, 6
_VARINT, _FIXED64, _BYTES = 0, 1, 2
_TABLE = "kv_store"


class KvStore:
    """What of the keys and values is in the database; one without the table keeps nothing.

    Args:
        database: the server's.
    """

    def __init__(self, database: ServerDatabase) -> None:
        self._server = database
        self._there: bool | None = None

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the server calls, by name."""
        return {"kv.load": self.load, "kv.keys": self.keys, "kv.save": self.save}

    def _database(self, now: float) -> Database | None:
        if self._there is None:
            self._there = not self._server.empty and _TABLE in self._server.at(now).tables()
        return self._server.at(now) if self._there else None

    def load(self, key: str | bytes, now: float) -> list[Any] | None:
        """The value of a key and when it was set; None for none."""
        if self._server.untouched(_TABLE):
            return None
        database = self._database(now)
        if database is None:
            return None
        found = database.find(b"SELECT `timestamp`, `value` FROM `kv_store` WHERE `key_name` = ?", _bytes(key))
        if not found or not found.rows:
            return None
        moment, value = found.rows[0]
        decoded = decode(value or b"")
        return None if decoded is None else [decoded, int(moment or 0)]

    def keys(self, prefix: str | bytes, now: float) -> list[bytes]:
        """The keys that begin so, without that beginning."""
        database = self._database(now)
        if database is None:
            return []
        start = _bytes(prefix)
        like = _quoted(start + b"%")
        found = database.query(b"SELECT `key_name` FROM `kv_store` WHERE `key_name` LIKE " + like)
        # As on the server, the beginning is taken out wherever it stands.
        return [(row[0] or b"").replace(start, b"") if start else row[0] or b"" for row in found.rows] if found else []

    def save(self, rows: list[Any], now: float) -> str | None:
        """Writes rows of key, time, whether it has a value, and that; all or none. What went wrong, else None."""
        try:
            database = self._database(now)
            if database is None:
                return None
            with database.transaction():
                for key, moment, there, value in rows:
                    if there:
                        database.execute(
                            b"INSERT INTO `kv_store` (`key_name`, `timestamp`, `value`) VALUES (%s, %d, %s)"
                            b" ON DUPLICATE KEY UPDATE `timestamp` = VALUES(`timestamp`), `value` = VALUES(`value`)"
                            % (_quoted(key), int(moment), _quoted(encode(value)))
                        )
                    else:
                        database.execute(b"DELETE FROM `kv_store` WHERE `key_name` = " + _quoted(key))
        except (SqlProblem, TibicenError) as problem:
            return str(problem)
        return None


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _quoted(text: str | bytes) -> bytes:
    return escaped(_bytes(text))


# -- the server's messages ------------------------------------------------------------------------------------


def encode(value: Any) -> bytes:
    """A value as a message."""
    if isinstance(value, bool):
        return _number(_BOOLEAN << 3 | _VARINT) + _number(int(value))
    if isinstance(value, int | float):
        return _number(_DOUBLE << 3 | _FIXED64) + struct.pack("<d", value)
    if isinstance(value, str | bytes):
        return _field(_TEXT, _bytes(value))
    if _bytes(value[0]) == b"a":
        return _field(_ARRAY, b"".join(_field(1, encode(each)) for each in value[1] or ()))
    pairs = zip(value[1] or (), value[2] or (), strict=True)
    return _field(_MAP, b"".join(_field(1, _field(1, _bytes(key)) + _field(2, encode(each))) for key, each in pairs))


def decode(message: bytes) -> Any:
    """The value of a message; None for one that is broken."""
    try:
        return _decode(message)
    except (IndexError, struct.error, ValueError):
        return None


def _decode(message: bytes) -> Any:
    value: Any = b""  # As the server has it for a message without a value.
    for number, content in _fields(message):
        if number == _TEXT:
            value = content
        elif number == _INTEGER:
            value = content - (1 << 64) if content >= 1 << 63 else content
        elif number == _BOOLEAN:
            value = bool(content)
        elif number == _DOUBLE:
            value = struct.unpack("<d", content)[0]
        elif number == _ARRAY:
            value = ["a", [_decode(each) for _, each in _fields(content)]]
        elif number == _MAP:
            pairs = [dict(_fields(each)) for _, each in _fields(content)]
            value = ["m", [pair.get(1, b"") for pair in pairs], [_decode(pair.get(2, b"")) for pair in pairs]]
    return value


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, content: bytes) -> bytes:
    return _number(number << 3 | _BYTES) + _number(len(content)) + content


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _read_number(data, at)
        kind = key & 7
        if kind == _VARINT:
            value: Any
            value, at = _read_number(data, at)
        elif kind == _FIXED64:
            value, at = data[at : at + 8], at + 8
        elif kind == _BYTES:
            length, at = _read_number(data, at)
            value, at = data[at : at + length], at + length
        else:
            raise ValueError("no field of these messages")
        if at > len(data):
            raise ValueError("the message ends early")
        yield key >> 3, value
