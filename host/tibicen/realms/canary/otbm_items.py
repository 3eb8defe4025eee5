"""Items in map files: an id, and attributes that each of the two servers knows its own of."""

from __future__ import annotations

import struct
from typing import Any

from tibicen.errors import TibicenError

_ACTION_ID, _UNIQUE_ID, _TEXT, _DESCRIPTION, _DESTINATION = 4, 5, 6, 7, 8
_DEPOT_ID, _RUNE_CHARGES, _DOOR_ID, _COUNT = 10, 12, 14, 15

Kinds = dict[int, tuple[str, str]]

_BOTH: Kinds = {
    _ACTION_ID: ("actionid", "H"),
    _UNIQUE_ID: ("uniqueid", "H"),
    _TEXT: ("text", "text"),
    _DESTINATION: ("destination", "HHB"),
    _DEPOT_ID: ("depot_id", "H"),
    _DOOR_ID: ("doorid", "B"),
    _COUNT: ("count", "B"),
    22: ("count", "H"),
}
_TFS: Kinds = {
    **_BOTH,
    _DESCRIPTION: ("description", "text"),
    _RUNE_CHARGES: ("count", "B"),
    16: ("duration", "i"),
    17: ("decaying", "B"),
    18: ("date", "I"),
    19: ("writer", "text"),
    20: ("", "I"),
    21: ("", "I"),
    24: ("name", "text"),
    25: ("article", "text"),
    26: ("pluralname", "text"),
    27: ("weight", "I"),
    28: ("attack", "i"),
    29: ("defense", "i"),
    30: ("extradefense", "i"),
    31: ("armor", "i"),
    32: ("hitchance", "b"),
    33: ("shootrange", "B"),
    35: ("decayto", "i"),
    36: ("wrapid", "H"),
    37: ("storeitem", "B"),
    38: ("attack_speed", "I"),
    39: ("", "B"),
    40: ("", "15s"),
}
_CANARY: Kinds = {**_BOTH, _DESCRIPTION: ("", "text")}


class AttributeReader:
    """Reads what is told of an item.

    Args:
        dialect: canary or tfs.
    """

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self._kinds = _TFS if dialect == "tfs" else _CANARY

    def item(self, props: bytes) -> int | dict[str, Any]:
        """An item of its node's properties: its id when nothing else is told."""
        (number,) = struct.unpack_from("<H", props)
        if len(props) == 2:
            return int(number)
        return {"id": number, **self._attributes(props)}

    def unique_of(self, props: bytes) -> int:
        """The unique id of an item; 0 for none."""
        if len(props) < 5:
            return 0
        return int(self._attributes(props).get("uniqueid", 0))

    def _attributes(self, props: bytes) -> dict[str, Any]:
        found: dict[str, Any] = {}
        at = 2
        while at < len(props):
            known = self._kinds.get(props[at])
            if known is None:
                if self.dialect == "tfs" and props[at] != 0:
                    raise TibicenError(f"Failed to load item {struct.unpack_from('<H', props)[0]}.")
                # Canary stops at what it does not know.
                break
            at += 1
            name, form = known
            try:
                if form == "text":
                    (length,) = struct.unpack_from("<H", props, at)
                    value: Any = props[at + 2 : at + 2 + length]
                    at += 2 + length
                else:
                    numbers = struct.unpack_from("<" + form, props, at)
                    at += struct.calcsize("<" + form)
                    value = list(numbers) if len(numbers) > 1 else numbers[0]
            except struct.error:
                raise TibicenError(f"Failed to load item {struct.unpack_from('<H', props)[0]}.") from None
            if name:
                found[name] = value
        return found


def unescape(data: bytes) -> bytes:
    """What a node tells, without the marks before bytes that would end it."""
    if b"\xfd" not in data:
        return data
    out = bytearray()
    at = 0
    while True:
        mark = data.find(b"\xfd", at)
        if mark < 0:
            out += data[at:]
            return bytes(out)
        out += data[at:mark]
        out += data[mark + 1 : mark + 2]
        at = mark + 2
