"""What edubart's map editor has: houses, towns, kinds of creatures and their spawns, types of items, zones."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from tests.realms.otclient.clients import errors, with_client
from tests.realms.otclient.game_clients import GROUND, in_game, run

from tibicen.realms.otclient.client import Client

ITEMS_XML = """
<?xml version="1.0"?>
<!-- <item id="9"/> -->
<items>
    <item id="100" article="a" name="floor" />
    <item fromid="101" toid="102" name="sword &amp; axe"><attribute key="weaponType" value="sword" /></item>
</items>
"""


def node(category: int, attributes: list[tuple[int, bytes]]) -> bytes:
    """A node of an OTB file."""
    content = bytes([category]) + struct.pack("<I", 0)
    content += b"".join(bytes([number]) + struct.pack("<H", len(value)) + value for number, value in attributes)
    escaped = b"".join(b"\xfd" + bytes([each]) if each >= 0xFD else bytes([each]) for each in content)
    return b"\xfe" + escaped + b"\xff"


def otb(numbers: dict[int, int]) -> bytes:
    """An OTB file of items: the server's number to the client's."""
    head = struct.pack("<BIBHIII", 0, 0, 1, 140, 3, 20, 1) + bytes(128)
    items = (node(0, [(16, struct.pack("<H", server)), (17, struct.pack("<H", of))]) for server, of in numbers.items())
    return bytes(4) + b"\xfe" + head + b"".join(items) + b"\xff"


def edubart(tmp_path: Path, code: str, files: dict[str, str | bytes] | None = None) -> Any:
    return with_client(tmp_path, files or {}, lambda client: run(client, code), dialect="edubart")


def test_houses_survive_in_their_file(tmp_path: Path) -> None:
    answer = edubart(
        tmp_path,
        """
        for id, name in ipairs({"Villa", "Barn & Stable"}) do
            local house = House.create()
            house:setId(id) house:setName(name) house:setTownId(id % 2) house:setRent(id * 100)
            house:setEntry({x = 10 + id, y = 20, z = 7})
            g_houses.addHouse(house) g_houses.addHouse(house)
        end
        g_houses.save("/houses.xml")
        g_houses.clear()
        local none = g_houses.getHouse(1)
        g_houses.load("/houses.xml")
        local list = g_houses.getHouseList()
        return none, #list, list[1]:getName(), list[1]:getRent(), g_houses.getHouse(1):getEntry().x,
            #g_houses.filterHouses(1)
        """,
    )

    assert answer == [None, 2, "Barn & Stable", 200, 11, 1]


def test_a_tile_of_a_house_belongs_to_it(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        return run(
            client,
            """
            local house, pos = House.create(), {x = 100, y = 100, z = 7}
            house:setId(5)
            house:setTile(g_map.getTile(pos))
            return house:getTile(pos) == g_map.getTile(pos), g_map.getTile(pos):isHouseTile(),
                house:getTile({x = 1, y = 1, z = 7})
            """,
        )

    assert in_game(tmp_path, body, dialect="edubart") == [True, True, None]


def test_a_town_that_is_not_there_has_no_name(tmp_path: Path) -> None:
    answer = edubart(
        tmp_path,
        """
        local town = Town.create()
        town:setId(2) town:setName("Thais") town:setPos({x = 5, y = 6, z = 7})
        g_towns.addTown(town)
        local known = g_towns.getTownByName("Thais"):getTemplePos().y
        g_towns.removeTown(2)
        return known, g_towns.getTown(2):getName(), #g_towns.getTowns()
        """,
    )

    assert answer == [6, "", 0]


def test_monsters_and_their_spawns_are_read_from_files(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "monsters/monsters.xml": '<monsters><monster name="Cave Rat" file="cave rat"/></monsters>',
        "monsters/cave rat.xml": '<monster name="cave rat"><flags/><look type="56" head="4"/></monster>',
        "spawns.xml": """
        <spawns>
            <spawn centerx="100" centery="100" centerz="7" radius="2">
                <monster name="CAVE rat" x="1" y="-1" z="7" spawntime="60" direction="2"/>
                <monster name="cave rat" x="5" y="0" z="7" spawntime="60"/>
            </spawn>
        </spawns>
        """,
    }

    def body(client: Client) -> Any:
        answer = run(
            client,
            """
            g_creatures.loadSpawns("/spawns.xml")
            g_creatures.loadMonsters("/monsters/monsters.xml")
            g_creatures.loadSpawns("/spawns.xml")
            local kind = g_creatures.getCreatureByLook(56)
            local spawn = g_creatures.getSpawn({x = 100, y = 100, z = 7})
            local placed = g_map.getTile({x = 101, y = 99, z = 7}):getThings()[1]
            return kind:getName(), kind:getOutfit().head, spawn:getRadius(), #spawn:getCreatures(), placed:getName(),
                g_creatures.getSpawnForPlacePos({x = 102, y = 102, z = 7}) == spawn
            """,
        )
        return answer, [text for level, text in client.log if level == "warning"]

    answer, warnings = with_client(tmp_path, files, body, dialect="edubart")
    assert answer == ["Cave Rat", 4, 2, 1, "Cave Rat", True]
    assert warnings[0] == "creatures aren't loaded yet to load spawns."
    assert warnings[-1].startswith("cannot place creature at 105,100,7 (spawn's center position: 100,100,7")


def test_types_of_items_are_read_from_otb_and_xml(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"items.otb": otb({100: 100, 101: 3031, 102: 253}), "items.xml": ITEMS_XML}
    answer = edubart(
        tmp_path,
        """
        g_things.loadOtb("/items.otb")
        g_things.loadXml("/items.xml")
        return g_things.isOtbLoaded(), g_things.getItemType(101):getClientId(),
            g_things.findItemTypeByClientId(253):getServerId(),
            g_things.findItemTypeByName("floor"):getServerId(), #g_things.findItemTypesByString("sword & axe"),
            #g_things.findItemTypeByCategory(3), g_things.findItemTypeByClientId(7):getServerId()
        """,
        files,
    )

    assert answer == [True, 3031, 102, 100, 2, 2, 0]


def test_files_that_are_wrong_are_errors_in_the_log(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"items.otb": b"\x01\x02\x03\x04", "houses.xml": "<villages/>"}

    def body(client: Client) -> Any:
        run(client, "g_things.loadXml('/items.xml') g_things.loadOtb('/items.otb') g_houses.load('/houses.xml')")
        return errors(client)

    assert with_client(tmp_path, files, body, dialect="edubart") == [
        "Failed to load '/items.xml' (XML file): OTB must be loaded before XML",
        "Failed to load '/items.otb' (OTB file): invalid otb file",
        "Failed to load '/houses.xml': invalid root tag name",
    ]


def test_items_have_what_the_editor_gives_them(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        return run(
            client,
            f"""
            local chest, floor = Item.create({GROUND}), Item.create({GROUND})
            chest:setText("read me") chest:setTeleportDestination({{x = 1, y = 2, z = 3}})
            chest:setActionId(7)
            chest:addContainerItem(floor)
            local copy = chest:clone()
            return copy:getText(), copy:getTeleportDestination().z, copy:getContainerItem(0) == floor,
                chest:getUniqueId(), chest:getActionId(), floor:getTeleportDestination()
            """,
        )

    # The engine answers one of the two numbers where the other was set.
    assert in_game(tmp_path, body, dialect="edubart") == ["read me", 3, True, 7, 0, None]


def test_zones_have_colors_while_they_are_shown(tmp_path: Path) -> None:
    answer = edubart(
        tmp_path,
        """
        g_map.setZoneColor(1, "#00ff00")
        local hidden = g_map.getZoneColor(1).g
        g_map.setShowZones(true)
        g_map.setZoneColor(1, "#00ff00")
        g_map.setDescription("one\\ntwo")
        return hidden, g_map.getZoneColor(1).g, g_map.showZone(64), g_map.showZone(2), #g_map.getDescriptions()
        """,
    )

    assert answer == [0, 255, True, False, 2]
