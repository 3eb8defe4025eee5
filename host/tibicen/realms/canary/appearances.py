"""`appearances.dat`: the client's items as newer clients and Canary keep them, a Protocol Buffers message.

Only what items need is read, with a small reader of the wire format: no generated code, and one item at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from tibicen.errors import TibicenError
from tibicen.realms.canary.things import Thing, Things

_FLAGS = {
    5: "container",
    6: "stackable",
    8: "force_use",
    9: "useable",
    10: "can_read_text",
    11: "can_read_text",
    12: "splash",
    13: "block_solid",
    14: "unmovable",
    15: "block_projectile",
    16: "block_path_find",
    18: "pickupable",
    19: "fluid",
    20: "hangable",
    22: "rotatable",
    27: "has_height",
    33: "look_through",
    37: "wrap",
    38: "wrap",
    42: "corpse",
    43: "corpse",
    46: "podium",
    53: "show_client_charges",
    54: "show_client_duration",
    55: "expire",
    56: "expire_stop",
    57: "wrap_kit",
    59: "dual_wielding",
}
# Flags that say something by being there, whatever is inside.
_PRESENT = {10, 11, 27}
_TOP_ORDER = {2: 1, 3: 2, 4: 3}
_BANK, _HOOK, _LIGHT, _CLOTHES, _MARKET, _CLASSIFICATION = 1, 21, 23, 34, 36, 48
_HOOK_SOUTH, _HOOK_EAST = 1, 2
_SHOWN = {2: "looks", 3: "effects", 4: "missiles"}
_DECORATION_KIT = 23398

_Fields = list[tuple[int, int | bytes]]


class Appearances(Things):
    """The items of an `appearances.dat`, each read when it is first asked for.

    Args:
        data: the whole file.

    Raises:
        TibicenError: it is no such file.
    """

    def __init__(self, data: bytes) -> None:
        self._objects: dict[int, bytes] = {}
        self.shown: dict[str, list[int]] = {"looks": [], "effects": [], "missiles": []}
        """What creatures can look like, and what can be shown for a moment, by its numbers."""
        for number, value in _fields(data):
            if number in (1, *_SHOWN) and isinstance(value, bytes) and value[:1] == b"\x08":
                thing_id, _ = _varint(value, 1)
                if number == 1:
                    self._objects[thing_id] = value
                else:
                    self.shown[_SHOWN[number]].append(thing_id)
        if not self._objects:
            raise TibicenError("appearances.dat holds no items")

    def __contains__(self, item_id: int) -> bool:
        return item_id in self._objects

    def ids(self) -> Iterator[int]:
        return iter(self._objects)

    def get(self, item_id: int) -> Thing | None:
        body = self._objects.get(item_id)
        if body is None:
            return None
        thing: Thing = {"client_id": item_id, "movable": True}
        for number, value in _fields(body):
            if number == 2 and isinstance(value, bytes):
                _read_frames(thing, value)
            elif number == 3 and isinstance(value, bytes):
                _read_flags(thing, _fields(value))
            elif number in (4, 5) and isinstance(value, bytes) and value:
                thing["name" if number == 4 else "description"] = value.decode("latin-1")
        return thing


def _read_frames(thing: Thing, group: bytes) -> None:
    """Whether the pictures of a group move; the last group that says so counts, as in Canary."""
    for number, sprites in _fields(group):
        for inner, animation in _fields(sprites) if number == 3 and isinstance(sprites, bytes) else ():
            if inner == 6 and isinstance(animation, bytes):
                at_random = bool(dict(_fields(animation)).get(3))
                thing["animation"], thing["animation_async"] = at_random, not at_random


def _read_flags(thing: Thing, flags: _Fields) -> None:
    for number, value in flags:
        name = _FLAGS.get(number)
        if name is not None and (number in _PRESENT or value):
            if name == "unmovable":
                thing["movable"] = False
            elif name == "wrap":
                thing["wrap_container"], thing["wrapable"], thing["wrapable_to"] = True, True, _DECORATION_KIT
            elif name in ("container", "fluid", "splash"):
                # The servers look for these in this order, and for ground after the first.
                if _RANK[name] < _RANK.get(str(thing.get("kind")), 9):
                    thing["kind"] = name
            else:
                thing[name] = True
        elif number in _TOP_ORDER and value:
            order = _TOP_ORDER[number]
            # clip wins over top, and top over bottom.
            before = int(thing.get("always_on_top_order", 0))
            if order == 1 or (before != 1 and order >= before):
                thing["always_on_top_order"] = order
        elif isinstance(value, bytes):
            _read_message(thing, number, dict(_fields(value)))


_RANK = {"container": 0, "ground": 1, "fluid": 2, "splash": 3}


def _read_message(thing: Thing, number: int, inner: dict[int, int | bytes]) -> None:
    def at(key: int) -> int:
        value = inner.get(key, 0)
        return value if isinstance(value, int) else 0

    if number == _BANK:
        thing["ground_speed"] = at(1)
        if thing.get("kind") != "container":
            thing["kind"] = "ground"
    elif number == _HOOK:
        thing["is_vertical"], thing["is_horizontal"] = at(1) == _HOOK_SOUTH, at(1) == _HOOK_EAST
    elif number == _LIGHT:
        thing["light_level"], thing["light_color"] = at(1) & 255, at(2) & 255
    elif number == _CLOTHES:
        thing["clothes"] = at(1)
    elif number == _MARKET:
        thing["market_category"], thing["ware_id"] = at(1), at(2)
    elif number == _CLASSIFICATION:
        thing["classification"] = at(1) & 255


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise TibicenError("appearances.dat ends in the middle of a number")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _fields(data: bytes) -> _Fields:
    fields: _Fields = []
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire = key & 7
        if wire == 0:
            number, at = _varint(data, at)
            fields.append((key >> 3, number))
            continue
        if wire == 2:
            size, at = _varint(data, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise TibicenError("appearances.dat holds a field of an unknown kind")
        if at + size > len(data):
            raise TibicenError("appearances.dat ends in the middle of a field")
        fields.append((key >> 3, data[at : at + size]))
        at += size
    return fields
