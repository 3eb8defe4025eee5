"""`items.xml` of both servers: found by id and name at once, and each item read when it is first asked for.

A server has tens of thousands of items and a script uses few, so the file is cut into items by a search, and only the
ones that are used are parsed.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

from tibicen.realms.canary.item_attributes import Attribute, attributes_in, number_of

_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_END = re.compile(rb"</item\s*>")
_WORD = re.compile(rb"\w")
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# Heads begin with the id as a rule.
_PLAIN_ID = re.compile(rb'\s+id="(\d+)"')
_NAME = re.compile(rb"""(?:^|\s)name\s*=\s*(["'])(.*?)\1""", re.DOTALL)
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""")
# What an item says of another one, which then has to be known when that other one is asked for; in small letters.
_ELSEWHERE = re.compile(
    rb"""key\s*=\s*["'](transformequipto|(?:fe)?male(?:transformto|sleeper))["']\s*value\s*=\s*["'](\d+)"""
)

IDS = 1 << 16
COLUMNS = 6

_SLOT = re.compile(rb"""key\s*=\s*["']slottype["']\s*value\s*=\s*["']([\w-]+)""", re.IGNORECASE)
_SLOTS = {
    b"head": 1,
    b"necklace": 2,
    b"backpack": 3,
    b"body": 4,
    b"legs": 7,
    b"feet": 8,
    b"ring": 9,
    b"ammo": 10,
}


class XmlItem:
    """One element: the range of ids that it is for, and what it says."""

    __slots__ = ("_at", "_xml", "article", "body", "first", "last", "name", "plural")

    def __init__(self, xml: ItemsXml, row: int) -> None:
        self._xml = xml
        self.first, self.last, self._at, head_end, start, end = xml.rows[row * COLUMNS : (row + 1) * COLUMNS]
        given = dict(_attributes(xml.text[self._at : head_end]))
        self.name = xml.decoded(given.get(b"name", b""))
        self.article = xml.decoded(given.get(b"article", b""))
        self.plural = xml.decoded(given.get(b"plural", b""))
        self.body = xml.text[start:end]

    @property
    def line(self) -> int:
        """Where it stands in the file."""
        return self._xml.line_of(self._at)


class ItemsXml:
    """The items of one file. Only where each of them lies is kept: of the tens of thousands a server uses few.

    Attributes:
        text: the file without comments.
        rows: a row an element, in the file's order: first and last id, where its head begins and ends, and its body.
        problems: what is wrong in the file, with lines.
        mentioned: items that others mention: (key, the other's id).
    """

    def __init__(self, data: bytes = b"") -> None:
        declared = _ENCODING.match(data.lstrip(b"\xef\xbb\xbf"))
        utf8 = declared is not None and declared.group(1).lower() in (b"utf-8", b"utf8")
        self.encoding = "utf-8" if utf8 else "latin-1"
        # Comments become as many line ends as they held, so that lines stay told right.
        self.text = _COMMENT.sub(lambda match: b"\n" * match.group().count(b"\n"), data)
        self.rows = array("l")
        self.problems: list[str] = []
        self.mentioned: dict[int, list[tuple[str, int]]] = {}
        self._saying: dict[bytes, list[int]] = {}
        # An id that comes twice keeps its first element, as on the servers.
        self._row_of = array("l", [-1]) * IDS
        for place in _elements(self.text):
            self._add(*place)
        self._starts = self.rows[4::COLUMNS]
        for match in _ELSEWHERE.finditer(self.text.lower()):
            row = self._row_at(match.start())
            if row is not None:
                key, first = match.group(1).decode("ascii"), self.rows[row * COLUMNS]
                self.mentioned.setdefault(int(match.group(2)), []).append((key, first))

    def _add(self, at: int, head_end: int, start: int, end: int) -> None:
        plain = _PLAIN_ID.match(self.text, at, head_end)
        if plain is not None:
            first = last = int(plain.group(1)) & 0xFFFF
        else:
            given = dict(_attributes(self.text[at:head_end]))
            if b"id" in given:
                first = last = _id(given[b"id"])
            elif b"fromid" in given and b"toid" in given:
                first, last = _id(given[b"fromid"]), _id(given[b"toid"])
            else:
                line = self.line_of(at)
                self.problems.append(f"items.xml:{line}: an item without id, or without both fromid and toid")
                return
        row = len(self.rows) // COLUMNS
        self.rows.extend((first, last, at, head_end, start, end))
        for item_id in range(first, last + 1):
            if self._row_of[item_id] < 0:
                self._row_of[item_id] = row
            else:
                self.problems.append(f"items.xml:{self.line_of(at)}: item {item_id} comes twice")

    def __contains__(self, item_id: int) -> bool:
        return 0 <= item_id < IDS and self._row_of[item_id] >= 0

    def get(self, item_id: int) -> XmlItem | None:
        """The element of an item."""
        return XmlItem(self, self._row_of[item_id]) if item_id in self else None

    def names(self) -> Iterator[tuple[int, int, str]]:
        """First id, last id and name in small letters of all elements that have a name. Small letters as C makes them:
        only those of ASCII change.
        """
        rows, text = self.rows, self.text
        for at in range(0, len(rows), COLUMNS):
            found = _NAME.search(text, rows[at + 2], rows[at + 3])
            if found is None:
                continue
            name = found.group(2)
            small = self.decoded(name).encode().lower().decode() if b"&" in name else self.decoded(name.lower())
            if small:
                yield rows[at], rows[at + 1], small

    def decoded(self, value: bytes) -> str:
        """What a value of an attribute means."""
        text = value.decode(self.encoding, "replace")
        return unescape(text) if "&" in text else text

    def line_of(self, at: int) -> int:
        """The line of a place in the text."""
        return 1 + self.text.count(b"\n", 0, at)

    def _row_at(self, at: int) -> int | None:
        """The row in whose body a place is."""
        row = bisect_right(self._starts, at) - 1
        return row if row >= 0 and at < self.rows[row * COLUMNS + 5] else None

    def _having(self, word: bytes) -> list[int]:
        """The rows that have a word, in small letters, in their bodies, in any case."""
        text = self.text.lower()
        rows: dict[int, None] = {}
        at = text.find(word)
        while at >= 0:
            row = self._row_at(at)
            if row is not None:
                rows[row] = None
                at = self.rows[row * COLUMNS + 5] - 1
            at = text.find(word, at + 1)
        return list(rows)

    def having(self, word: bytes) -> Iterator[XmlItem]:
        """The elements that have a word, in small letters, in their bodies, in any case; in order."""
        return (XmlItem(self, row) for row in self._having(word))

    def saying(self, word: bytes) -> list[int]:
        """Ids of the items that have a word, in small letters, in their bodies, in any case. Every server asks for the
        same few words.
        """
        found = self._saying.get(word)
        if found is None:
            found = self._saying[word] = sorted(
                item_id
                for row in self._having(word)
                for item_id in range(self.rows[row * COLUMNS], self.rows[row * COLUMNS + 1] + 1)
                if self._row_of[item_id] == row
            )
        return found

    def worn_slot(self, item_id: int) -> int:
        """Where an item is worn by its `slotType`: the client's number of the slot; 0 for nowhere, or in the hands."""
        item = self.get(item_id)
        match = _SLOT.search(item.body) if item is not None else None
        return _SLOTS.get(match.group(1).lower(), 0) if match is not None else 0

    def attributes(self, item: XmlItem) -> list[Attribute]:
        """The `<attribute>` elements of an item, in order.

        Raises:
            ValueError: they are not well formed.
        """
        if not item.body.strip():
            return []
        try:
            root = ElementTree.fromstring(
                f'<?xml version="1.0" encoding="{self.encoding}"?><item>'.encode() + item.body + b"</item>"
            )
        except ElementTree.ParseError as error:
            raise ValueError(f"items.xml:{item.line}: {error}") from None
        return attributes_in(root)


def _elements(text: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Where begin and end the head and the body of each `<item>`."""
    at = 0
    while (at := text.find(b"<item", at)) >= 0:
        at += 5
        close = text.find(b">", at)
        if close < 0:
            return
        if _WORD.match(text, at):
            continue
        if text[close - 1 : close] == b"/":
            yield at, close - 1, close - 1, close - 1
            at = close
        elif end := _END.search(text, close + 1):
            yield at, close, close + 1, end.start()
            at = end.end()


def _attributes(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    return ((key, double or single) for key, double, single in _ATTRIBUTE.findall(head))


def _id(text: bytes) -> int:
    return number_of(text.decode("ascii", "replace")) & 0xFFFF
