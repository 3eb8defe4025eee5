"""`items.xml` of both servers: found by id and name at once, and each item read when it is first asked for.

A server has tens of thousands of items and a script uses few, so the file is cut into items by a search, and only the
ones that are used are parsed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from xml.etree import ElementTree

from tibicen.realms.canary.item_attributes import Attribute, attributes_in, number_of

_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_ITEM = re.compile(rb"<item\b([^>]*?)(?:/>|>(.*?)</item\s*>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""")
# What an item says of another one, which then has to be known when that other one is asked for.
_ELSEWHERE = re.compile(
    rb"""key\s*=\s*["'](transformequipto|(?:fe)?male(?:transformto|sleeper))["']\s*value\s*=\s*["'](\d+)""",
    re.IGNORECASE,
)

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


@dataclass(slots=True)
class XmlItem:
    """One element: the range of ids that it is for, and where it stands."""

    first: int
    last: int
    name: str
    article: str
    plural: str
    body: bytes
    line: int


@dataclass(slots=True)
class ItemsXml:
    """The items of one file.

    Attributes:
        items: by id. An id that comes twice keeps its first element, as on the servers.
        elements: in the file's order.
        problems: what is wrong in the file, with lines.
    """

    items: dict[int, XmlItem] = field(default_factory=dict)
    elements: list[XmlItem] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    encoding: str = "latin-1"
    mentioned: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    """Items that others mention: (key, the other's id)."""
    _saying: dict[bytes, list[int]] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes) -> ItemsXml:
        """Cuts a file into its items."""
        found = cls()
        declared = _ENCODING.match(data.lstrip(b"\xef\xbb\xbf"))
        if declared is not None and declared.group(1).lower() in (b"utf-8", b"utf8"):
            found.encoding = "utf-8"
        # Comments become as many line ends as they held, so that lines stay told right.
        text = _COMMENT.sub(lambda match: b"\n" * match.group().count(b"\n"), data)
        line, counted = 1, 0
        for match in _ITEM.finditer(text):
            line, counted = line + text.count(b"\n", counted, match.start()), match.start()
            found._add(match.group(1), match.group(2) or b"", line)
        return found

    def _add(self, head: bytes, body: bytes, line: int) -> None:
        given = {key: double or single for key, double, single in _ATTRIBUTE.findall(head)}
        if b"id" in given:
            first = last = number_of(given[b"id"].decode("ascii", "replace")) & 0xFFFF
        elif b"fromid" in given and b"toid" in given:
            first = number_of(given[b"fromid"].decode("ascii", "replace")) & 0xFFFF
            last = number_of(given[b"toid"].decode("ascii", "replace")) & 0xFFFF
        else:
            self.problems.append(f"items.xml:{line}: an item without id, or without both fromid and toid")
            return
        item = XmlItem(
            first,
            last,
            self._text(given.get(b"name", b"")),
            self._text(given.get(b"article", b"")),
            self._text(given.get(b"plural", b"")),
            body,
            line,
        )
        self.elements.append(item)
        for item_id in range(first, last + 1):
            if self.items.setdefault(item_id, item) is not item:
                self.problems.append(f"items.xml:{line}: item {item_id} comes twice")
        for key, value in _ELSEWHERE.findall(body):
            self.mentioned.setdefault(int(value), []).append((key.decode("ascii").lower(), first))

    def _text(self, value: bytes) -> str:
        text = value.decode(self.encoding, "replace")
        return unescape(text) if "&" in text else text

    def saying(self, word: bytes) -> list[int]:
        """Ids of the items that have a word, in small letters, in their bodies, in any case. Every server asks for the
        same few words.
        """
        found = self._saying.get(word)
        if found is None:
            said = [element for element in self.elements if word in element.body.lower()]
            found = self._saying[word] = sorted(
                item_id
                for element in said
                for item_id in range(element.first, element.last + 1)
                if self.items[item_id] is element
            )
        return found

    def worn_slot(self, item_id: int) -> int:
        """Where an item is worn by its `slotType`: the client's number of the slot; 0 for nowhere, or in the hands."""
        item = self.items.get(item_id)
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
