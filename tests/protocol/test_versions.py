"""The five versions: single messages against bytes written by hand, and that no bytes whatever break a decoder."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.protocol.made_sessions import items_of

from tibicen.errors import ConfigError, WireError
from tibicen.protocol import versions
from tibicen.protocol.items import FLAGS, ItemTable
from tibicen.protocol.layout import DIRECTIONS
from tibicen.protocol.versions import UNPARSED, VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState

Case = tuple[int, str, str, str, dict[str, Any]]

BOUGHT = {"id": 3031, "count": 0, "amount": 5, "ignore_capacity": 0, "in_backpacks": 1}

BY_HAND: list[Case] = [
    (860, "client", "96 06 0300426f62 02006869", "say", {"type": 6, "receiver": "Bob", "text": "hi"}),
    (1310, "client", "96 05 0300426f62 02006869", "say", {"type": 5, "receiver": "Bob", "text": "hi"}),
    (1098, "client", "96 07 0500 02006869", "say", {"type": 7, "channel": 5, "text": "hi"}),
    (860, "client", "a0 01 00 01", "fight_modes", {"fight": 1, "chase": 0, "secure": 1}),
    (1310, "client", "a0 01 00 01 00", "fight_modes", {"fight": 1, "chase": 0, "secure": 1, "pvp": 0}),
    (1525, "client", "a0 00 01 00", "fight_modes", {"chase": 0, "secure": 1, "pvp": 0}),
    (1098, "client", "7a d70b 00 05 00 01", "buy", BOUGHT),
    (1310, "client", "7a d70b 00 0500 00 01", "buy", BOUGHT),
    (1525, "server", "1f 11223344 55", "challenge", {"timestamp": 0x44332211, "random": 0x55}),
    (1310, "server", "32 cb 0300 00ff41", "extended_opcode", {"opcode": 203, "data": b"\x00\xffA"}),
    (860, "server", "a2 0100", "icons", {"icons": 1}),
    (1310, "server", "a2 01000000", "icons", {"icons": 1}),
    (1525, "server", "a2 0100000000000000 02", "icons", {"icons": 1, "bakragore": 2}),
    (1098, "server", "83 6400 c800 07 0b", "effect", {"position": (100, 200, 7), "effect": 11}),
    (1310, "server", "83 6400 c800 07 03 0b 04 05 ff 02 00", "effect", {"position": (100, 200, 7), "entries": [
        {"kind": 3, "effect": 11}, {"kind": 4, "missile": 5, "dx": -1, "dy": 2}, {"kind": 0}]}),
    (1525, "server", "83 6400 c800 07 03 0b01 09 00", "effect", {"position": (100, 200, 7), "entries": [
        {"kind": 3, "effect": 267, "source": 9}, {"kind": 0}]}),
    (1310, "server", "6c ffff 01000010", "remove_thing", {"place": {"x": 65535, "creature": 0x10000001}}),
    (1310, "server", "6c 6400 c800 07 02", "remove_thing", {"place": {"x": 100, "y": 200, "z": 7, "stack": 2}}),
    (1310, "server", "6b 6400 c800 07 01 6300 01000010 02 01", "change_thing", {
        "place": {"x": 100, "y": 200, "z": 7, "stack": 1},
        "thing": {"id": 99, "creature": 0x10000001, "direction": 2, "blocks": 1}}),
    (860, "server", "78 03 3228", "inventory_set", {"slot": 3, "item": {"id": 0x2832}}),
    (1098, "server", "78 06 d70b ff 05", "inventory_set", {"slot": 6, "item": {"id": 3031, "mark": 255, "count": 5}}),
    (1310, "server", "78 06 d70b 05", "inventory_set", {"slot": 6, "item": {"id": 3031, "count": 5}}),
    (1310, "server", "78 03 250b 00 01 07000000", "inventory_set", {
        "slot": 3, "item": {"id": 2853, "quick_loot": 0, "quiver": 1, "ammunition": 7}}),
    (1310, "server", "78 09 045b 3c000000 01", "inventory_set", {
        "slot": 9, "item": {"id": 23300, "duration": 60, "brand_new": 1}}),
    (1525, "server", "78 03 250b 09 01000000 02000000", "inventory_set", {
        "slot": 3, "item": {"id": 2853, "container_kind": 9, "loot_flags": 1, "obtain_flags": 2}}),
    (1525, "server", "78 06 c00c 02", "inventory_set", {"slot": 6, "item": {"id": 3264, "tier": 2}}),
    (1525, "server", "f5 0200 d70b 00 05 250b 00 4100", "inventory", {
        "items": [{"id": 3031, "tier": 0, "count": 5}, {"id": 2853, "tier": 0, "count": 256}]}),
    (1525, "server", "ee 1e 05000000", "resource_balance", {"kind": 0x1E, "amount": 5}),
    (1525, "server", "ee 00 0500000000000000", "resource_balance", {"kind": 0, "amount": 5}),
    (1310, "login_server", "28 0300 6b6579", "session_key", {"key": "key"}),
]  # fmt: skip


@pytest.mark.parametrize(("version", "direction", "wire", "name", "fields"), BY_HAND)
def test_messages_are_those_written_by_hand(
    version: int, direction: str, wire: str, name: str, fields: dict[str, Any]
) -> None:
    protocol, data = load_protocol(version), bytes.fromhex(wire)
    items = items_of(version) if version != 860 else ItemTable({})
    (message,) = protocol.decode(direction, data, WireState(items))
    assert (message.opcode, message.name, message.fields, message.end) == (data[0], name, fields, len(data))
    assert protocol.encode(direction, name, fields, WireState(items)) == data


def test_creatures_are_new_or_known() -> None:
    protocol, state = load_protocol(1310), WireState(items_of(1310))
    body = "64 02 8000 01020304 00 0000 07 d7 dc00 01 0b 00 0500 00 03"
    new = bytes.fromhex(f"6a 6400c80007 01 6100 00000000 01000010 00 0300416e6e {body} 00 00 04 00 ff 00 01")
    known = bytes.fromhex(f"6a 6400c80007 01 6200 01000010 {body} 00 04 00 ff 00 01")
    first, second = protocol.decode("server", new + known, state)
    assert first.fields["thing"]["name"] == "Ann"
    assert first.fields["thing"]["icons"] == [{"icon": 11, "category": 0, "count": 5}]
    assert {key: first.fields["thing"][key] for key in ("emblem", "type", "vocation", "blocks")} == {
        "emblem": 0, "type": 0, "vocation": 4, "blocks": 1,
    }  # fmt: skip
    assert "name" not in second.fields["thing"] and "emblem" not in second.fields["thing"]
    again = [protocol.encode("server", each.name, each.fields, state) for each in (first, second)]
    assert again == [new, known]


def test_features_change_what_follows() -> None:
    protocol, state = load_protocol(1100), WireState(items_of(1100))
    plain = bytes.fromhex("78 03 6400 ff")
    shaded = bytes.fromhex("78 03 6400 ff 0100 41")
    features = bytes.fromhex("43 0100 65 01")
    found = protocol.decode("server", plain + features + shaded, state)
    assert [message.end for message in found] == [5, 10, 18]
    assert found[2].fields["item"]["shader"] == "A"


def test_floors_are_counted_from_the_player() -> None:
    protocol = load_protocol(1310)

    def tiles(count: int) -> str:
        return "ffff" * (count // 256) + (f"{count % 256 - 1:02x}ff" if count % 256 else "")

    view = 18 * 14
    state = WireState()
    data = bytes.fromhex(f"64 6400 c800 07 {tiles(8 * view)} bf {tiles(3 * view)} bf {tiles(view)} 65 {tiles(5 * 18)}")
    data += bytes.fromhex(
        f"be {tiles(view)} be {tiles(6 * view)} be 68 {tiles(8 * 14)} 64 6400 c800 0f {tiles(3 * view)}"
    )
    found = protocol.decode("server", data, state)
    names = [
        "full_map",
        "floor_down",
        "floor_down",
        "map_north",
        "floor_up",
        "floor_up",
        "floor_up",
        "map_west",
        "full_map",
    ]
    assert [message.name for message in found] == names
    assert state.floor == 15
    again = b"".join(protocol.encode("server", each.name, each.fields, state) for each in found)
    assert again == data


def test_a_map_before_the_floor_is_known_is_unparsed() -> None:
    (piece,) = load_protocol(1310).decode("server", bytes.fromhex("65 11ff"), WireState())
    assert piece.fields["reason"] == "map_north (0x65) at byte 0: the own player's floor is not known"


@pytest.mark.parametrize("version", VERSIONS)
def test_any_bytes_give_pieces_that_make_the_same_bytes(version: int) -> None:
    protocol, draw = load_protocol(version), random.Random(version)
    for direction in DIRECTIONS:
        opcodes = list(protocol.layouts[direction])
        for _ in range(4000):
            data = bytes([draw.choice(opcodes)]) + draw.randbytes(draw.randrange(60))
            if draw.random() < 0.5:
                data = data.replace(data[-1:], b"\0")
            state = WireState(ItemTable({3: FLAGS["stackable"], 0: FLAGS["container"]}))
            state.floor = floor = draw.randrange(16)
            found = protocol.decode(direction, data, state)
            split_state = WireState(state.items)
            split_state.floor = floor
            split = protocol.split(direction, data, split_state)
            assert [each[:2] + each[3:] for each in split] == [each[:2] + each[3:] for each in found]
            assert (split_state.floor, split_state.features) == (state.floor, state.features)
            assert [message.start for message in found[1:]] == [message.end for message in found[:-1]]
            assert found[-1].end == len(data)
            for message in found:
                kind = UNPARSED if message.name == UNPARSED else message.opcode
                assert protocol.encode(direction, kind, message.fields, state) == data[message.start : message.end]


def test_one_shot_functions() -> None:
    data = versions.encode(1310, "client", "walk_north", {})
    assert data == b"\x65"
    assert versions.decode(1310, "client", data)[0].name == "walk_north"
    with pytest.raises(WireError, match="version 1310 has no message dance from client"):
        versions.encode(1310, "client", "dance", {})
    with pytest.raises(WireError, match="has no message 0xC2 from client"):
        versions.encode(1310, "client", 0xC2, {})
    with pytest.raises(ConfigError, match="there is no protocol 741"):
        load_protocol(741)


def test_item_tables() -> None:
    table = ItemTable.of_things(
        [
            {"client_id": 5, "stackable": True},
            {"client_id": 5, "kind": "fluid"},
            {"client_id": 6, "kind": "container", "classification": 2},
            {"client_id": 7, "expire_stop": True, "show_client_charges": True},
            {"client_id": 8, "classification": 0},
        ]
    )
    assert [table.flags(each) for each in (5, 6, 7, 8)] == [
        FLAGS["stackable"],
        FLAGS["container"] | FLAGS["classified"],
        FLAGS["duration"] | FLAGS["charges"],
        0,
    ]
    with pytest.raises(WireError, match="item 9 is not in the item table"):
        table.flags(9)
    assert ItemTable({}).flags(9) == 0
    with pytest.raises(WireError, match="no item table is loaded"):
        ItemTable().flags(9)
    assert ItemTable().empty and not ItemTable({}).empty
