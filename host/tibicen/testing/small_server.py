"""The files of a small server, for tests that need no checkout: vocations, a group, a lib, and items of the test."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from tibicen.realms.canary.server import Dialect

Item = str | Mapping[str, Any]
"""A name, or `name`, `article`, `plural`, `kind`, flags, and attributes as in items.xml."""

LIBRARY = "data/scripts/lib/events.lua"
"""The only lib: what lets scripts write `function action.onUse(…)`."""

ITEMS_FILE = "data/items/items.otb"
"""What the client knows of the items, by the ids of the server; Canary's are the same as the client's."""

GROUND = 4526
_BACKPACK: dict[str, Any] = {
    "name": "backpack",
    "article": "a",
    "kind": "container",
    "weight": 1800,
    "slotType": "backpack",
    "containerSize": 20,
}
_ITEMS: dict[int, Item] = {
    GROUND: {"name": "grass", "kind": "ground"},
    # That of TFS, and that of Canary.
    1988: _BACKPACK,
    2854: _BACKPACK,
}

_VOCATIONS = (
    ("None", "none", 5, 5, 10, 4.0),
    ("Sorcerer", "a sorcerer", 5, 30, 10, 1.1),
    ("Druid", "a druid", 5, 30, 10, 1.1),
    ("Paladin", "a paladin", 10, 15, 20, 1.4),
    ("Knight", "a knight", 15, 5, 25, 3.0),
)
"""Name, description, and what a level gives of health, mana and capacity; the multiplier of mana."""

_EVENTS = """\
local with_types = { CreatureEvent = true, GlobalEvent = true, MoveEvent = true }
for _, name in ipairs({ "Action", "CreatureEvent", "GlobalEvent", "MoveEvent", "Spell", "TalkAction", "Weapon" }) do
    local metatable = _G[name] and rawgetmetatable(name)
    if metatable then
        metatable.__newindex = function(self, key, value)
            if with_types[name] and not (name == "GlobalEvent" and (key == "onThink" or key == "onTime")) then
                self:type(key:sub(3):lower())
            end
            self[key](self, value)
        end
    end
end
"""

_GROUPS_XML = """<?xml version="1.0" encoding="UTF-8"?>
<groups>
    <group id="1" name="player" access="0" maxdepotitems="2000" maxvipentries="20" flags="" />
</groups>
"""

_KINDS = {"ground": 1, "container": 2, "splash": 11, "fluid": 12, "podium": 15}
_FLAGS = {
    "block_solid": 1 << 0,
    "block_projectile": 1 << 1,
    "useable": 1 << 4,
    "pickupable": 1 << 5,
    "movable": 1 << 6,
    "stackable": 1 << 7,
    "client_duration": 1 << 21,
    "client_charges": 1 << 22,
    "animation": 1 << 24,
}
_OF_KIND = {"ground": (), "splash": ()}
"""Flags of items of a kind that say nothing else; others can be picked up."""

_SHOWN = ("client_duration", "client_charges", "animation")
"""What clients are told says nothing of what can be done with an item."""

_TAKEN = ("pickupable", "movable")
_START, _END, _ESCAPE = 0xFE, 0xFF, 0xFD
_SERVER_ID, _CLIENT_ID, _CLASSIFICATION = 0x10, 0x11, 0x2E


def write_small_server(root: Path, dialect: Dialect, items: Mapping[int, Item]) -> Path:
    """Writes the files below a folder, which may be there."""
    known = {**_ITEMS, **items}
    files = {
        LIBRARY: _EVENTS,
        "config.lua": 'worldType = "pvp"\n',
        "data/XML/vocations.xml": _vocations(),
        "data/XML/groups.xml": _GROUPS_XML,
        "data/items/items.xml": _items_xml(known),
    }
    if dialect == "canary":
        files["config.lua"] += 'dataPackDirectory = "data-canary"\n'
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (root / ITEMS_FILE).write_bytes(_items_otb(known))
    return root


def _vocations() -> str:
    rows = [
        f'<vocation id="{number}" clientid="{number}" baseid="{number}" name="{name}" description="{description}"'
        f' gaincap="{capacity}" gainhp="{health}" gainmana="{mana}" gainhpticks="6" gainhpamount="5"'
        f' gainmanaticks="3" gainmanaamount="5" manamultiplier="{multiplier}" attackspeed="2000" basespeed="110"'
        f' soulmax="100" gainsoulticks="120" fromvoc="{number}" />'
        for number, (name, description, health, mana, capacity, multiplier) in enumerate(_VOCATIONS)
    ]
    return "<vocations>\n" + "\n".join(rows) + "\n</vocations>\n"


def _fields(item: Item) -> dict[str, Any]:
    return {"name": item} if isinstance(item, str) else dict(item)


def _items_xml(items: Mapping[int, Item]) -> str:
    rows = []
    for number, item in sorted(items.items()):
        fields = {key: value for key, value in _fields(item).items() if key not in ("kind", "classification", *_FLAGS)}
        own = ("name", "article", "plural")
        head = "".join(f" {key}={quoteattr(str(fields[key]))}" for key in own if key in fields)
        attributes = "".join(
            f"<attribute key={quoteattr(key)} value={quoteattr(_value(value))} />"
            for key, value in fields.items()
            if key not in own
        )
        rows.append(f'<item id="{number}"{head}>{attributes}</item>')
    return '<?xml version="1.0" encoding="UTF-8"?>\n<items>\n' + "\n".join(rows) + "\n</items>\n"


def _value(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _items_otb(items: Mapping[int, Item]) -> bytes:
    nodes = b"".join(_node(*_otb_item(number, _fields(item))) for number, item in sorted(items.items()))
    return bytes(4) + bytes((_START, 0)) + bytes(4) + nodes + bytes((_END,))


def _otb_item(number: int, fields: Mapping[str, Any]) -> tuple[int, bytes]:
    kind = str(fields.get("kind", ""))
    told = [name for name in _FLAGS if fields.get(name)]
    if not any(name in fields for name in _FLAGS if name not in _SHOWN) or fields.get("stackable"):
        told += [name for name in _OF_KIND.get(kind, _TAKEN) if name not in told]
    flags = sum(_FLAGS[name] for name in told)
    ids = struct.pack("<BHHBHH", _SERVER_ID, 2, number, _CLIENT_ID, 2, number)
    if "classification" in fields:
        ids += struct.pack("<BHB", _CLASSIFICATION, 1, fields["classification"])
    return _KINDS.get(kind, 0), struct.pack("<I", flags) + ids


def _node(kind: int, content: bytes) -> bytes:
    escaped = b"".join(bytes((_ESCAPE, byte)) if byte >= _ESCAPE else bytes((byte,)) for byte in content)
    return bytes((_START, kind)) + escaped + bytes((_END,))
