"""All items of a server: `items.xml` with what the client's files add, handed to Lua as it asks for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from tibicen.errors import TibicenError
from tibicen.realms.canary.appearances import Appearances
from tibicen.realms.canary.item_attributes import Fields, number_of
from tibicen.realms.canary.item_reader import Reader
from tibicen.realms.canary.item_scripts import apply_scripts
from tibicen.realms.canary.items_xml import ItemsXml, XmlItem
from tibicen.realms.canary.otb import OtbThings
from tibicen.realms.canary.things import ByClient, Thing, Things

_FOLDERS = ("data/items", "items")
_FLUIDS = 100
"""Ids below are names of fluids, whatever the client's files say."""

_GROUPS = {
    "canary": {"ground": 1, "container": 2, "splash": 3, "fluid": 4},
    "tfs": {},
}
_TFS_TYPES = {
    "container": "CONTAINER",
    "door": "DOOR",
    "magicfield": "MAGICFIELD",
    "teleport": "TELEPORT",
    "podium": "PODIUM",
}


class ItemCatalogue:
    """The items of one server.

    Args:
        dialect: canary or tfs.
        enums: the server's constants.
        xml: its `items.xml`.
        things: what its client knows; None when no such file is there.
    """

    def __init__(self, dialect: str, enums: dict[str, int], xml: ItemsXml, things: Things | None) -> None:
        self.dialect = dialect
        self.xml = xml
        self.things = things
        self._enums = enums
        self._reader = Reader(dialect, enums)
        self._known: dict[int, Fields | None] = {}
        self.problems = list(xml.problems)
        """What is wrong in the file, as far as it was read."""

    def names(self) -> str:
        """Names and ids of all items, `name\\nid\\n…`, in the order in which the server learns them."""
        return _names(self.dialect, self.xml, self.things)

    def currency(self) -> list[list[int]]:
        """Kinds of coins of TFS, what is worth most first: id and worth. Of two of one worth the first counts."""
        coins: dict[int, int] = {}
        for element in self.xml.having(b"worth"):
            for attribute in self.xml.attributes(element):
                if attribute.key == "worth":
                    coins.setdefault(number_of(attribute.value), element.first)
        return [[coins[worth], worth] for worth in sorted(coins, reverse=True) if worth > 0]

    def shown(self, kind: str) -> list[int]:
        """Numbers of the `looks`, `effects` or `missiles` of the client; empty when none of its files says."""
        return self.things.shown[kind] if isinstance(self.things, Appearances) else []

    def saying(self, word: str) -> list[int]:
        """Ids of the items whose entry in items.xml has a word among its attributes, in any case."""
        return self.xml.saying(word.lower().encode())

    def get(self, item_id: int) -> Fields | None:
        """The fields of one item type; None when there is none of that id."""
        if item_id not in self._known:
            self._known[item_id] = self._read(item_id)
        return self._known[item_id]

    def _read(self, item_id: int) -> Fields | None:
        element = self.xml.get(item_id)
        if self.things is None:
            if element is None:
                return None
            fields = self._guessed(element) if item_id >= _FLUIDS else {}
        else:
            thing = self.things.get(item_id)
            if thing is None and element is not None and isinstance(self.things, ByClient) and item_id >= _FLUIDS:
                # The other file is of an older client, which knew less.
                fields = self._guessed(element)
                fields.pop("slot_position", None)
                fields.pop("stackable", None)
            elif thing is None and (item_id >= _FLUIDS or element is None):
                return None
            else:
                fields = self._flags(thing or {})
        fields["id"] = item_id
        if element is not None:
            self._describe(fields, element)
        self._mentioned(fields, item_id)
        apply_scripts(fields, self._enums)
        return fields

    def _describe(self, fields: Fields, element: XmlItem) -> None:
        if element.name or self.dialect == "tfs":
            fields["name"] = element.name
        if element.article:
            fields["article"] = element.article
        if element.plural:
            fields["plural"] = element.plural
        if self.dialect == "tfs":
            fields["abilities"] = {}
        try:
            attributes = self.xml.attributes(element)
        except ValueError as error:
            self.problems.append(str(error))
            return
        for attribute in attributes:
            if not self._reader.read(fields, attribute):
                self.problems.append(f"items.xml:{element.line}: unknown key {attribute.key!r}")

    def _mentioned(self, fields: Fields, item_id: int) -> None:
        """What other items say of this one: beds of their sleepers, equipped forms of what they are unequipped."""
        for key, other in self.xml.mentioned.get(item_id, ()):
            if key != "transformequipto":
                fields.setdefault("transform_to_free", other)
            elif self.dialect == "canary" and not fields.get("type"):
                kind = (self.get(other) or {}).get("type") if other != item_id else None
                if kind:
                    fields["type"] = kind

    def _flags(self, thing: Thing) -> Fields:
        fields: Fields = dict(thing)
        kind = str(fields.pop("kind", ""))
        fields.pop("otb_group", None)
        if self.dialect == "tfs":
            fields["group"] = thing.get("otb_group", 0)
            if kind in _TFS_TYPES:
                fields["type"] = self._enums.get(f"ITEM_TYPE_{_TFS_TYPES[kind]}", 0)
            return fields
        group = _GROUPS["canary"].get(kind)
        if group:
            fields["group"] = group
        if kind == "container":
            fields["type"] = self._enums.get("ITEM_TYPE_CONTAINER", 4)
        category = fields.pop("market_category", None)
        if category is not None:
            fields["type"] = category if int(category) <= 26 else self._enums.get("ITEM_TYPE_OTHER", 9)
        clothes = int(fields.pop("clothes", 0))
        if clothes:
            fields["slot_position"] = 48 | 1 << clothes - 1
        # An OTB file has these; no client says them.
        fields.pop("allow_dist_read", None)
        return fields

    def _guessed(self, element: XmlItem) -> Fields:
        """Flags of an item that no client file tells about: what its attributes make likely."""
        fields: Fields = {"client_id": element.first}
        body = element.body.lower()
        if b'"weight"' in body or b'"pickupable"' in body:
            fields["movable"] = fields["pickupable"] = True
        if b'"containersize"' in body:
            fields["group"], fields["type"] = 2, self._enums.get("ITEM_TYPE_CONTAINER", 4)
        elif b'value="fluid containers"' in body:
            fields["group"] = 4 if self.dialect == "canary" else 12
        if b'"slot" value="' in body and self.dialect == "canary":
            slot = body.partition(b'"slot" value="')[2].partition(b'"')[0].decode("ascii", "replace")
            fields["slot_position"] = 48 | _GUESSED_SLOTS.get(slot, 0)
        if element.plural or any(mark in body for mark in _STACKED):
            fields["stackable"] = True
        if b'value="tools"' in body or b'value="runes"' in body or b'"rune"' in body:
            fields["useable"] = True
        return fields

    def by_client(self, client_id: int) -> int:
        """The server's id of a client's item; 0 for none."""
        return client_id if self.things is None else self.things.by_client(client_id)


_GUESSED_SLOTS = {
    "head": 1,
    "necklace": 2,
    "backpack": 4,
    "armor": 8,
    "body": 8,
    "legs": 64,
    "feet": 128,
    "ring": 256,
    "ammo": 512,
}
_STACKED = (
    b'value="creature products"',
    b'value="valuables"',
    b'value="food"',
    b'value="runes"',
    b'value="ammunition"',
    b'value="potions"',
    b'value="ammunition"',
)


def item_operations(
    root: Path, dialect: str, enums: dict[str, int], *, things: Path | None = None
) -> dict[str, Callable[..., Any]]:
    """What a server calls for its items, by name. Nothing is read before the first call; see `load_items`."""
    loaded: list[ItemCatalogue] = []

    def catalogue() -> ItemCatalogue:
        if not loaded:
            loaded.append(load_items(root, dialect, enums, things=things))
        return loaded[0]

    return {
        "items.names": lambda: catalogue().names(),
        "items.get": lambda item_id: catalogue().get(int(item_id)),
        "items.by_client": lambda client_id: catalogue().by_client(int(client_id)),
        "items.shown": lambda kind: catalogue().shown(str(kind)),
        "items.saying": lambda word: catalogue().saying(str(word)),
        "items.currency": lambda: catalogue().currency(),
        "items.problems": lambda: catalogue().problems,
        "items.reload": loaded.clear,
    }


def load_items(root: Path, dialect: str, enums: dict[str, int], *, things: Path | None = None) -> ItemCatalogue:
    """The items of a server's folder.

    Args:
        root: the checkout.
        dialect: canary or tfs.
        enums: the server's constants.
        things: a client's file to use where the folder has none: `appearances.dat`, or `items.otb` read by client ids.

    Raises:
        TibicenError: a file can't be read.
    """
    xml = _read_xml(*_stamp(_find(root, "items.xml")))
    otb, appearances = _find(root, "items.otb"), _find(root, "appearances.dat")
    known: Things | None = None
    if dialect == "tfs" and otb is not None:
        known = _read_things(*_stamp(otb))
    elif dialect == "canary" and appearances is not None:
        known = _read_things(*_stamp(appearances))
    elif things is not None:
        known = _read_things(*_stamp(things))
        if dialect == "canary" and isinstance(known, OtbThings):
            beside = things.with_name("items.xml")
            known = ByClient(known, _read_xml(*_stamp(beside)).worn_slot if beside.is_file() else None)
    return ItemCatalogue(dialect, enums, xml, known)


@lru_cache(maxsize=4)
def _names(dialect: str, xml: ItemsXml, things: Things | None) -> str:
    lines: list[str] = []
    named: set[int] = set()
    if dialect == "canary" and isinstance(things, Appearances):
        for item_id in things.ids():
            thing = things.get(item_id)
            if thing is not None and thing.get("name") and item_id not in xml:
                lines.append(f"{_small(str(thing['name']))}\n{item_id}\n")
    known = None if things is None or isinstance(things, ByClient) else things
    for first, last, name in xml.names():
        for item_id in range(first, last + 1):
            if item_id not in named and (known is None or item_id < _FLUIDS or item_id in known):
                named.add(item_id)
                lines.append(f"{name}\n{item_id}\n")
    return "".join(lines)


def _small(name: str) -> str:
    """In small letters as C makes them: only those of ASCII change."""
    return name.encode().lower().decode()


def _find(root: Path, name: str) -> Path | None:
    return next((found for folder in _FOLDERS if (found := root / folder / name).is_file()), None)


def _stamp(path: Path | None) -> tuple[Path | None, int, int]:
    if path is None:
        return None, 0, 0
    status = path.stat()
    return path, status.st_mtime_ns, status.st_size


@lru_cache(maxsize=4)
def _read_xml(path: Path | None, modified: int, size: int) -> ItemsXml:
    del modified, size
    if path is None:
        return ItemsXml()
    try:
        return ItemsXml(path.read_bytes())
    except OSError as error:
        raise TibicenError(f"{path}: {error.strerror}") from None


@lru_cache(maxsize=4)
def _read_things(path: Path | None, modified: int, size: int) -> Things | None:
    del modified, size
    if path is None:
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TibicenError(f"{path}: {error.strerror}") from None
    return OtbThings(data) if path.suffix == ".otb" else Appearances(data)
