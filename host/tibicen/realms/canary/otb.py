"""`items.otb`: what the client knows of each item, by the ids of the server (TFS)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from tibicen.errors import TibicenError
from tibicen.realms.canary.things import Thing, Things

# Nodes begin with 0xFE and a kind and end with 0xFF; 0xFD stands before a byte that would mean one of these three.
_NODE = re.compile(rb"\xfe((?:[^\xfd\xfe\xff]|\xfd.)*)\xff", re.DOTALL)
_ESCAPED = re.compile(rb"\xfd(.)", re.DOTALL)

_SERVER_ID, _CLIENT_ID, _SPEED, _LIGHT, _TOP_ORDER, _WARE_ID, _CLASSIFICATION = 0x10, 0x11, 0x14, 0x2A, 0x2B, 0x2D, 0x2E

_FLAGS = {
    0: "block_solid",
    1: "block_projectile",
    2: "block_path_find",
    3: "has_height",
    4: "useable",
    5: "pickupable",
    6: "movable",
    7: "stackable",
    13: "always_on_top",
    14: "can_read_text",
    15: "rotatable",
    16: "hangable",
    17: "is_vertical",
    18: "is_horizontal",
    20: "allow_dist_read",
    21: "show_client_duration",
    22: "show_client_charges",
    23: "look_through",
    24: "animation",
    26: "force_use",
}

_GROUPS = {
    1: "ground",
    2: "container",
    11: "splash",
    12: "fluid",
    13: "door",
    8: "magicfield",
    7: "teleport",
    15: "podium",
}


class OtbThings(Things):
    """The items of an `items.otb`, each read when it is first asked for.

    Args:
        data: the whole file.

    Raises:
        TibicenError: it is no such file.
    """

    def __init__(self, data: bytes) -> None:
        if data[:4] not in (b"OTBI", b"\0\0\0\0"):
            raise TibicenError("items.otb does not begin as an OTB file does")
        self._nodes: dict[int, bytes] = {}
        self._by_client: dict[int, int] | None = None
        for match in _NODE.finditer(data, 4):
            body = match.group(1)
            if b"\xfd" in body:
                body = _ESCAPED.sub(rb"\1", body)
            server_id = _id_of(body)
            if server_id is not None:
                self._nodes[server_id] = body

    def __contains__(self, item_id: int) -> bool:
        return item_id in self._nodes

    def ids(self) -> Iterator[int]:
        return iter(self._nodes)

    def get(self, item_id: int) -> Thing | None:
        body = self._nodes.get(item_id)
        return None if body is None else _thing(body)

    def by_client(self, client_id: int) -> int:
        """The server's id of a client's item; 0 for none. The first wins, as on the server."""
        if self._by_client is None:
            self._by_client = {}
            for server_id, body in self._nodes.items():
                thing = _thing(body)
                self._by_client.setdefault(int(thing.get("client_id", 0)), server_id)
        return self._by_client.get(client_id, 0)


def _id_of(body: bytes) -> int | None:
    if body[5:8] == b"\x10\x02\x00":
        return body[8] | body[9] << 8
    for kind, value in _attributes(body):
        if kind == _SERVER_ID and len(value) == 2:
            return value[0] | value[1] << 8
    return None


def _attributes(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 5
    while at + 3 <= len(body):
        size = body[at + 1] | body[at + 2] << 8
        yield body[at], body[at + 3 : at + 3 + size]
        at += 3 + size


def _thing(body: bytes) -> Thing:
    thing: Thing = {"otb_group": body[0]}
    (flags,) = struct.unpack_from("<I", body, 1)
    for bit, name in _FLAGS.items():
        if flags >> bit & 1:
            thing[name] = True
    group = _GROUPS.get(body[0])
    if group is not None:
        thing["kind"] = group
    for kind, value in _attributes(body):
        number = int.from_bytes(value[:2], "little")
        if kind == _CLIENT_ID:
            thing["client_id"] = number
        elif kind == _SPEED:
            thing["ground_speed"] = number
        elif kind == _LIGHT:
            thing["light_level"], thing["light_color"] = number & 255, int.from_bytes(value[2:4], "little") & 255
        elif kind == _TOP_ORDER:
            thing["always_on_top_order"] = value[0]
        elif kind == _WARE_ID:
            thing["ware_id"] = number
        elif kind == _CLASSIFICATION:
            thing["classification"] = value[0]
    return thing
