"""SQL statements as text: where one ends, and what in it is a value."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

Value: TypeAlias = "bytes | str | int | float | None"


class Template(NamedTuple):
    """A statement with placeholders, and what they stand for."""

    text: str
    values: dict[str, Value]


TOKEN = re.compile(
    rb"""(?P<hex>\b[xX]'[0-9a-fA-F]*'|\b0x[0-9a-fA-F]+\b)
    |(?P<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    |(?P<name>`[^`]*`)
    |(?P<comment>--(?:[ \t][^\n]*|(?=\n|$))|\#[^\n]*|/\*.*?\*/)
    |(?P<word>[A-Za-z_$\x80-\xff][\w$\x80-\xff]*)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
    |(?P<open>[(\[])|(?P<close>[)\]])
    |(?P<other>\s+|.)""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPE = re.compile(rb"\\(.)|(''|\"\")", re.DOTALL)
_ESCAPES = {b"0": b"\0", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"Z": b"\x1a", b"%": b"\\%", b"_": b"\\_"}
_CHANGES = frozenset((b"INSERT", b"REPLACE", b"UPDATE", b"DELETE"))
_LITERAL = re.compile(rb"\b(?:INTERVAL|CAST|CONVERT|(?:ORDER|GROUP)\s+BY\s+\d)\b", re.IGNORECASE)
"""What has numbers in it that are no values."""


def unquoted(text: bytes) -> bytes:
    """What a text in quotes says."""

    def plain(match: re.Match[bytes]) -> bytes:
        escaped = match[1]
        if escaped is None:
            return match[2][:1]
        return _ESCAPES.get(escaped, escaped)

    return _ESCAPE.sub(plain, text[1:-1])


def bound(text: bytes) -> Value:
    """How SQLite keeps it: as text when it is one, so that it is found as one."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        return text
    return text if "\0" in decoded else decoded


def _number(text: bytes) -> Value:
    if text.isdigit():
        number = int(text)
        return number if number < 1 << 63 else float(number)
    return float(text)


def template(statement: bytes) -> Template:
    """Takes a statement apart. Of a SELECT, what stands before its FROM stays as it is: columns are named by it."""
    values: dict[str, Value] = {}
    parts: list[str] = []
    first, depth, open_to_values, previous = b"", 0, False, b""
    numbers = not _LITERAL.search(statement)
    for match in TOKEN.finditer(statement):
        kind, token = match.lastgroup, match[0]
        if kind == "comment":
            parts.append(" ")
            continue
        if kind == "word":
            upper = token.upper()
            if not first:
                first = upper
                open_to_values = first in _CHANGES
            elif first == b"SELECT" and upper == b"FROM" and depth == 0:
                open_to_values = True
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        value = kind in ("text", "hex") or (kind == "number" and numbers)
        if value and open_to_values and previous.upper() != b"AS":
            name = f"p{len(values)}"
            if kind == "number":
                values[name] = _number(token)
            else:
                values[name] = bound(unquoted(token)) if kind == "text" else _of_hex(token)
            parts.append(f":{name}")
        else:
            parts.append(token.decode("utf-8", "replace"))
        if not token.isspace():
            previous = token
    return Template("".join(parts).strip().rstrip(";").rstrip(), values)


def _of_hex(token: bytes) -> bytes:
    digits = token[2:].rstrip(b"'").decode()
    return bytes.fromhex(digits.rjust(len(digits) + len(digits) % 2, "0"))


_DELIMITER = re.compile(rb"^DELIMITER[ \t]+(\S+)[^\n]*", re.IGNORECASE | re.MULTILINE)


def statements(script: bytes) -> list[bytes]:
    """The statements of a file, such as a `schema.sql`; it may say DELIMITER."""
    found: list[bytes] = []
    delimiter, start = b";", 0
    position = 0
    while position < len(script):
        line = _DELIMITER.match(script, position)
        if line:
            delimiter = line[1]
            position = start = line.end()
        elif script.startswith(delimiter, position):
            found.append(script[start:position])
            position = start = position + len(delimiter)
        else:
            match = TOKEN.match(script, position)
            # Of blanks, only the first: a delimiter or a line may begin behind it.
            position = position + 1 if match is None or match.lastgroup == "other" else match.end()
    found.append(script[start:])
    return [each for each in found if template(each).text]
