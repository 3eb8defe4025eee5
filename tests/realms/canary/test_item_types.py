"""Kinds of items: what the files say of them, and the class ItemType."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.item_files import (
    BAG,
    BLOOD,
    BOW,
    COIN,
    CRYSTAL,
    GRASS,
    HELMET,
    ITEMS_XML,
    KEG,
    PLATINUM,
    ROPE,
    SCROLL,
    SWORD,
    VIAL,
    appearance,
    items_otb,
    message,
    write_items,
)
from tests.realms.canary.servers import DIALECTS, with_server

from tibicen.errors import TibicenError
from tibicen.protocol.items import FLAGS, ItemTable
from tibicen.realms.canary.appearances import Appearances
from tibicen.realms.canary.item_catalogue import ItemCatalogue, load_items
from tibicen.realms.canary.items_xml import ItemsXml
from tibicen.realms.canary.otb import OtbThings
from tibicen.realms.canary.server import Dialect, Server, numbers_of
from tibicen.realms.canary.things import ByClient


def catalogue(dialect: Dialect, xml: str = ITEMS_XML, things: Any = None) -> ItemCatalogue:
    return ItemCatalogue(dialect, numbers_of(dialect)["enums"], ItemsXml(xml.encode("latin-1")), things)


def run(root: Path, code: str, dialect: Dialect = "canary") -> Any:
    def body(server: Server) -> Any:
        return server.run(code.encode())

    things = write_items(root, otb=dialect == "tfs")
    return with_server(root, body, dialect=dialect, things=things)


def test_items_that_say_a_word() -> None:
    xml = """<items><item fromid="200" toid="202" name="a"><attribute key="Charges" value="5" /></item>
        <item id="201" name="second of its id"><attribute key="charges" value="1" /></item>
        <item id="199" name="charges"><attribute key="weight" value="1" /></item>
        <item id="150" name="b"><attribute key="charges" value="2" /></item></items>"""
    items = catalogue("canary", xml)
    assert items.saying("charges") == items.saying("CHARGES") == [150, 200, 201, 202]
    assert items.saying("weight") == [199]


def test_items_are_cut_out_of_the_file() -> None:
    xml = ItemsXml(ITEMS_XML.encode("latin-1"))
    rope, scroll, keg, helmet = xml.get(ROPE), xml.get(SCROLL), xml.get(KEG), xml.get(HELMET)
    assert rope is not None and scroll is not None and keg is not None and helmet is not None
    assert (rope.name, rope.plural) == ("Rope & Hook", "ropes and hooks")
    assert (scroll.first, scroll.last, scroll.line) == (keg.first, keg.last, keg.line)
    assert xml.problems == []
    assert xml.get(65_536) is None and 65_536 not in xml and -1 not in xml
    assert [attribute.key for attribute in xml.attributes(helmet)] == [
        "weight",
        "armor",
        "slottype",
        "description",
    ]


def test_what_is_wrong_is_told_with_its_line() -> None:
    text = (
        '<items>\n<item name="x"/>\n<item id="7" name="a"/>\n<item id="7" name="b"/>\n<item id="8"><a></item>\n</items>'
    )
    items = catalogue("canary", text)
    assert items.problems[0].startswith("items.xml:2:")
    assert items.problems[1] == "items.xml:4: item 7 comes twice"
    seven = items.xml.get(7)
    assert seven is not None and seven.name == "a"
    items.get(8)
    assert any(problem.startswith("items.xml:5:") for problem in items.problems)


def test_an_unknown_key_is_told() -> None:
    items = catalogue("tfs", '<items><item id="200" name="a"><attribute key="nonsense" value="1"/></item></items>')
    items.get(200)
    assert items.problems == ["items.xml:1: unknown key 'nonsense'"]


def test_attributes_become_fields_by_the_numbers_of_the_server() -> None:
    for dialect, ice, fire, ice_combat in (("canary", 9, 1, 9), ("tfs", 9, 3, 512)):
        fields = catalogue(dialect).get(SWORD)  # type: ignore[arg-type]
        assert fields is not None
        assert (fields["attack"], fields["defense"], fields["extra_defense"]) == (14, 12, 2)
        abilities = fields["abilities"]
        assert abilities["skills"] == {2: 3}
        assert abilities["absorb"] == {fire: -5}
        assert (abilities["element_type"], abilities["element_damage"]) == (ice_combat, 7)
        assert ice == 9


def test_slots_add_up_in_tfs_and_replace_in_canary() -> None:
    xml = (
        '<items><item id="200" name="a"><attribute key="slottype" value="head"/>'
        '<attribute key="slottype" value="two-handed"/></item></items>'
    )
    assert catalogue("tfs", xml).get(200)["slot_position"] == 1 | 48 | 2048  # type: ignore[index]
    assert catalogue("canary", xml).get(200)["slot_position"] == 48 | 2048  # type: ignore[index]


def test_scripts_tell_who_can_wield() -> None:
    xml = (
        '<items><item id="200" name="a"><attribute key="script" value="moveevent;weapon">'
        '<attribute key="weaponType" value="wand"/><attribute key="level" value="30"/>'
        '<attribute key="vocation" value="Sorcerer;true, Master Sorcerer, Druid;true, Paladin;true"/>'
        '<attribute key="fromDamage" value="10"/><attribute key="toDamage" value="20"/>'
        "</attribute></item></items>"
    )
    fields = catalogue("canary", xml).get(200)
    assert fields is not None
    assert fields["wield_info"] == 1
    assert fields["min_level"] == 30
    assert fields["vocation_string"] == "sorcerers, druids and paladins"
    assert fields["equip"]["vocations"] == ["Sorcerer", "Master Sorcerer", "Druid", "Paladin"]
    assert (fields["weapon"]["from_damage"], fields["weapon"]["to_damage"]) == (10, 20)


def test_otb_tells_flags_and_client_ids() -> None:
    things = OtbThings(items_otb(shift=700))
    assert things.get(COIN) == {
        "otb_group": 0,
        "pickupable": True,
        "movable": True,
        "stackable": True,
        "client_id": COIN + 700,
    }
    assert things.by_client(COIN + 700) == COIN
    assert things.by_client(COIN) == 0
    assert things.get(GRASS)["ground_speed"] == 150  # type: ignore[index]
    assert things.get(9999) is None
    with pytest.raises(TibicenError, match="OTB"):
        OtbThings(b"nothing")


def test_otb_bytes_that_are_escaped() -> None:
    things = OtbThings(items_otb(shift=0xFEFD - COIN))
    assert things.by_client(0xFEFD) == COIN


def test_appearances_tell_flags() -> None:
    data = appearance(100, (1, b"\x08\x96\x01")) + appearance(
        101, (6, 1), (18, 1), (9, 1), (34, b"\x08\x01"), (48, b"\x08\x02"), (14, 1), (3, 1)
    )
    things = Appearances(data)
    assert things.get(100) == {"client_id": 100, "movable": True, "kind": "ground", "ground_speed": 150}
    assert things.get(101) == {
        "client_id": 101,
        "movable": False,
        "stackable": True,
        "pickupable": True,
        "useable": True,
        "clothes": 1,
        "classification": 2,
        "always_on_top_order": 2,
    }
    fields = catalogue("canary", '<items><item id="101" name="cap"/></items>', things).get(101)
    assert fields is not None and fields["slot_position"] == 48 | 1


def test_appearances_tell_how_pictures_move() -> None:
    def frames(*animation: tuple[int, int | bytes]) -> bytes:
        """A group of pictures: in its sprites, an animation, unless nothing is said of one."""
        return message((1, 0), (3, message((1, 1), *((6, message(*animation)),) if animation else ())))

    def moving(item_id: int, *groups: bytes) -> bytes:
        return message((1, message((1, item_id), *((2, group) for group in groups))))

    things = Appearances(
        moving(100, frames())
        + moving(101, frames((1, 0), (3, 1)))
        + moving(102, frames((1, 0), (3, 0)))
        + moving(103, frames((1, 1)))
        + moving(104, frames((3, 1)), frames((3, 0)))
    )
    told = {item_id: things.get(item_id) or {} for item_id in things.ids()}
    shown = {item_id: (thing.get("animation"), thing.get("animation_async")) for item_id, thing in told.items()}
    # Those that begin anywhere, and those that all show the same at a time; of two groups the last one counts.
    assert shown == {
        100: (None, None),
        101: (True, False),
        102: (False, True),
        103: (False, True),
        104: (False, True),
    }
    flags = ItemTable.of_things(told.values())
    assert [flags.flags(item_id) == FLAGS["animated"] for item_id in told] == [False, True, True, True, True]


def test_appearances_tell_what_can_be_shown() -> None:
    def thing(kind: int, number: int) -> bytes:
        return message((kind, message((1, number))))

    data = appearance(100, (6, 1)) + thing(2, 128) + thing(3, 300) + thing(3, 4) + thing(4, 7)
    items = catalogue("canary", "<items/>", Appearances(data))
    assert [items.shown(kind) for kind in ("looks", "effects", "missiles")] == [[128], [300, 4], [7]]
    assert catalogue("canary", "<items/>", None).shown("effects") == []


def test_appearances_that_are_cut_short() -> None:
    with pytest.raises(TibicenError, match="ends"):
        Appearances(appearance(100, (6, 1))[:-1])
    with pytest.raises(TibicenError, match="no items"):
        Appearances(b"")


def test_items_that_no_client_file_knows_are_none() -> None:
    known = OtbThings(items_otb())
    xml = '<items><item id="7777" name="unknown"/><item id="3" name="beer"/></items>'
    items = catalogue("tfs", xml, known)
    assert items.get(7777) is None
    assert items.get(3) is not None
    assert "unknown" not in items.names()


def test_an_otb_of_another_server_is_read_by_client_ids() -> None:
    things = ByClient(OtbThings(items_otb(shift=100)), {SWORD: 3}.get)  # type: ignore[arg-type]
    assert things.get(COIN) is None or things.get(COIN)["client_id"] == COIN  # type: ignore[index]
    assert things.get(SWORD + 100)["clothes"] == 3  # type: ignore[index]


def test_a_folder_without_files_has_no_items(tmp_path: Path) -> None:
    items = load_items(tmp_path, "canary", numbers_of("canary")["enums"])
    assert items.names() == ""
    assert items.get(100) is None


@pytest.mark.parametrize("dialect", DIALECTS)
def test_item_types_for_scripts(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local t, none = ItemType({SWORD}), ItemType(60000)
        return {{
            t:getId(), t:getName(), t:getPluralName(), t:getArticle(), t:getAttack(), t:getWeight(3), none:getId(),
            ItemType("ROPE & HOOK"):getId(), ItemType("no such"):getId(), ItemType({COIN}):isStackable(),
            ItemType({BAG}):isContainer(), ItemType({BAG}):getCapacity(), ItemType({GRASS}):isGroundTile(),
            ItemType({VIAL}):isFluidContainer(), t == ItemType("sword"), t == none, ItemType({BOW}):getAmmoType(),
            ItemType({ROPE}):getPluralName(), ItemType({BLOOD}):getName(), ItemType({SCROLL}):hasSubType(),
        }}
    """
    assert run(tmp_path, code, dialect) == [
        SWORD,
        "sword",
        "swords",
        "a",
        14,
        10500,
        0,
        ROPE,
        0,
        True,
        True,
        4,
        True,
        True,
        True,
        False,
        2,
        "ropes and hooks",
        "blood",
        True,
    ]


def test_which_of_two_items_a_name_means(tmp_path: Path) -> None:
    # TFS keeps the first of a name, Canary finds the last.
    code = 'return ItemType("scroll"):getId()'
    assert run(tmp_path / "tfs", code, "tfs") == SCROLL
    assert run(tmp_path / "canary", code) == KEG


def test_abilities_in_tfs(tmp_path: Path) -> None:
    code = f"local a = ItemType({SWORD}):getAbilities() return {{a.skills, a.absorbPercent, a.elementDamage}}"
    skills, absorb, damage = run(tmp_path, code, "tfs")
    assert skills == [0, 0, 3, 0, 0, 0, 0]
    assert absorb == [0, 0, 0, -5, 0, 0, 0, 0, 0, 0, 0, 0]
    assert damage == 7


def test_descriptions_of_kinds_in_canary(tmp_path: Path) -> None:
    code = f"return {{ItemType({SWORD}):getDescription(), ItemType({HELMET}):getDescription(1)}}"
    assert run(tmp_path, code) == [
        "a sword (Atk:14 physical + 7 ice, Def:12 +2, sword fighting +3, protection fire -5%).\nIt weighs 35.00 oz.",
        "a helmet (Arm:6).\nIt weighs 20.00 oz.\nIt shines.",
    ]


def test_coins_are_known_by_their_worth(tmp_path: Path) -> None:
    items = catalogue("tfs", things=OtbThings(items_otb()))
    assert items.currency() == [[CRYSTAL, 10000], [PLATINUM, 100], [COIN, 1]]
