"""Houses: what belongs to them, whom they let in, who owns them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.schemas import COMMON, GUILDS
from tests.realms.canary.servers import DIALECTS
from tests.realms.canary.worlds import BED, COIN, DOOR, area, item, otbm, text, tile, with_world

from tibicen.realms.canary.server import Dialect, Server

HOUSES = """<houses>
    <house houseid="7" name="Little House" entryx="1000" entryy="1003" entryz="7" rent="250" townid="1" size="6" />
</houses>"""


def world() -> bytes:
    """A house of 3 by 2 tiles north of a street, with a door in the middle and a bed beside it."""
    door = item(DOOR, b"\x0e\x03")
    house = [tile(9 + x, 10 + y, *([door] if (x, y) == (1, 1) else []), house=7) for x in range(3) for y in range(2)]
    beds = [tile(9, 9, item(BED), item(BED), house=7)]
    street = [tile(x, 13) for x in range(21)] + [tile(10, 12)]
    files = b"\x0d" + text("houses.xml")
    return otbm([area(990, 990, 7, house + beds + street)], towns=[(1, "Home", 1000, 1003, 7)], files=files)


def run(root: Path, dialect: Dialect, code: str, *players: dict[str, Any]) -> Any:
    def body(server: Server) -> Any:
        for player in players:
            server.control("client_enter", player["name"], {"town_id": 1, **player})
        return server.run(("local house = House(7)\n" + code).encode())

    return with_world(root, world(), body, dialect=dialect, files={"houses.xml": HOUSES})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_the_map_and_its_file_tell(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local exit = house:getExitPosition()
        local door = house:getDoors()[1]
        return { house:getName(), house:getRent(), exit.x, exit.y, house:getTileCount(), #house:getTiles(),
                 house:getDoorCount(), house:getDoorIdByPosition(door:getPosition()), house:getBedCount(),
                 house:getOwnerGuid(), House(8) == nil, Tile(999, 1000, 7):getHouse() == house,
                 Tile(999, 1000, 7):hasFlag(TILESTATE_PROTECTIONZONE), Tile(1000, 1003, 7):getHouse() == nil }
    """
    # In Canary the map does not bring beds.
    beds = 1 if dialect == "tfs" else 0
    assert run(tmp_path, dialect, code) == [
        "Little House", 250, 1000, 1003, 7, 7, 1, 3, beds, 0, True, True, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nobody_comes_in_uninvited(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local ann = Player("Ann")
        ann:teleportTo(Position(1000, 1002, 7))
        local refused = ann:move(Tile(1000, 1001, 7))
        house:setAccessList(GUEST_LIST, "Somebody\\nann\\n# a note\\n")
        local welcome = ann:move(Tile(1000, 1001, 7))
        local inside = Tile(ann:getPosition()):getHouse() == house
        house:setAccessList(GUEST_LIST, "")
        local at = ann:getPosition()
        return { refused, welcome, inside, at.x, at.y, house:getAccessList(GUEST_LIST), house:getAccessList(99) }
    """
    refused = 7 if dialect == "canary" else 4
    got = run(tmp_path, dialect, code, {"name": "Ann"})
    assert got == [refused, 0, True, 1000, 1003, "", False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_everyone_and_comments(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local ann = Player("Ann")
        ann:teleportTo(Position(1000, 1002, 7))
        local out = {}
        for _, text in ipairs({ "#*", "*", "Bo*", "  Ann  ", "Anne" }) do
            house:setAccessList(SUBOWNER_LIST, text)
            out[#out + 1] = Tile(1000, 1001, 7):queryAdd(ann) == 0
        end
        return out
    """
    assert run(tmp_path, dialect, code, {"name": "Ann"}) == [False, True, False, True, False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_guilds_are_invited_while_nobody_of_them_is_there(tmp_path: Path, dialect: Dialect) -> None:
    """Of one rank, TFS wants the guild first; Canary makes all letters small, and no rank is written so."""
    lists = ["@red rose", "@Bears", "Red Rose@leader", "leader @red rose", "@Nobody"]

    def body(server: Server) -> list[Any]:
        got = []
        for at, line in enumerate(lists):
            server.run(f"House(7):setAccessList(GUEST_LIST, '{line}')".encode())
            if at == 0:
                server.control("login", {"name": "Old Ann"})
            got.append(server.run(b"return Tile(1000, 1001, 7):queryAdd(Player('Old Ann')) == 0"))
        return got

    files = {"houses.xml": HOUSES, "schema.sql": COMMON + GUILDS}
    got = with_world(tmp_path, world(), body, dialect=dialect, files=files)
    assert got == [True, False, dialect == "tfs", False, False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_owner_edits_and_kicks(tmp_path: Path, dialect: Dialect) -> None:
    owner = "setOwnerGuid" if dialect == "tfs" else "setHouseOwner"
    code = f"""
        local ann, bob = Player("Ann"), Player("Bob")
        house:{owner}(ann:getGuid())
        house:setAccessList(SUBOWNER_LIST, "Bob")
        bob:teleportTo(Position(999, 1000, 7))
        ann:teleportTo(Position(1001, 1000, 7))
        local out = {{ house:getOwnerGuid() == ann:getGuid(), house:canEditAccessList(SUBOWNER_LIST, ann),
                      house:canEditAccessList(SUBOWNER_LIST, bob), house:canEditAccessList(GUEST_LIST, bob),
                      house:kickPlayer(bob, ann), house:kickPlayer(ann, bob) }}
        out[7] = Tile(bob:getPosition()):getHouse() == nil
        house:{owner}(0)
        out[8], out[9] = house:getOwnerGuid(), house:getAccessList(SUBOWNER_LIST)
        return out
    """
    got = run(tmp_path, dialect, code, {"name": "Ann"}, {"name": "Bob"})
    assert got == [True, True, False, True, False, True, True, 0, ""]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_maps_do_not_furnish_houses(tmp_path: Path, dialect: Dialect) -> None:
    data = otbm([area(990, 990, 7, [tile(10, 10, item(COIN), house=7), tile(10, 11, item(COIN))])])

    def body(server: Server) -> None:
        assert len(server.control("tile", 1000, 1000, 7)["items"]) == 1
        assert len(server.control("tile", 1000, 1001, 7)["items"]) == 2
        assert any("3002, in house: 7" in line for _, line in server.log)

    with_world(tmp_path, data, body, dialect=dialect)


def test_canary_tells_the_price_on_the_door(tmp_path: Path) -> None:
    code = "return { house:getPrice(), house:getDoors()[1]:getAttribute(ITEM_ATTRIBUTE_DESCRIPTION) }"
    price, description = run(tmp_path, "canary", code)
    assert price == 6 * 1000 + 250
    assert description.startswith("It belongs to house 'Little House'. Nobody owns this house.")


def test_door_numbers_take_one_byte() -> None:
    assert struct.unpack_from("<B", item(DOOR, b"\x0e\x03"), 5) == (3,)


SCHEMA = """
CREATE TABLE IF NOT EXISTS `accounts` (`id` int(11) NOT NULL AUTO_INCREMENT, `name` varchar(32) NOT NULL,
    PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE IF NOT EXISTS `players` (`id` int(11) NOT NULL AUTO_INCREMENT, `name` varchar(255) NOT NULL,
    `account_id` int(11) NOT NULL DEFAULT 0, `group_id` int(11) NOT NULL DEFAULT 1, PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE IF NOT EXISTS `houses` (`id` int(11) NOT NULL AUTO_INCREMENT, `owner` int(11) NOT NULL,
    `new_owner` int(11) NOT NULL DEFAULT -1, `paid` int(10) unsigned NOT NULL DEFAULT 0,
    `warnings` int(11) NOT NULL DEFAULT 0, `name` varchar(255) NOT NULL, `rent` int(11) NOT NULL DEFAULT 0,
    `town_id` int(11) NOT NULL DEFAULT 0, `size` int(11) NOT NULL DEFAULT 0, PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE IF NOT EXISTS `house_lists` (`house_id` int(11) NOT NULL, `listid` int(11) NOT NULL,
    `list` text NOT NULL) ENGINE=InnoDB;
INSERT INTO `players` (`id`, `name`, `account_id`) VALUES (77, 'Cid', 5);
"""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_owners_and_lists_outlast_the_server(tmp_path: Path, dialect: Dialect) -> None:
    owner = "setOwnerGuid" if dialect == "tfs" else "setHouseOwner"
    settings: dict[str, Any] = {
        "files": {"houses.xml": HOUSES, "schema.sql": SCHEMA},
        "database": str(tmp_path / "db.sqlite"),
    }

    def first(server: Server) -> None:
        server.run(
            f"""
            local house = House(7)
            house:{owner}(77, false)
            house:setAccessList(SUBOWNER_LIST, "Cid")
            house:setAccessList(3, "Cid\\nNobody")
            """.encode()
        )
        server.control("save")

    def second(server: Server) -> None:
        got = server.run(
            b"""
            local house = House(7)
            return { house:getOwnerGuid(), house:getAccessList(SUBOWNER_LIST), house:getAccessList(3) }
            """
        )
        end = "\n" if dialect == "canary" else ""
        assert got == [77, "Cid" + end, "Cid\nNobody" + end]

    with_world(tmp_path, world(), first, dialect=dialect, **settings)
    with_world(tmp_path, world(), second, dialect=dialect, **settings)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_lies_in_a_house_goes_with_its_owner(tmp_path: Path, dialect: Dialect) -> None:
    owner = "setOwnerGuid" if dialect == "tfs" else "setHouseOwner"
    code = f"""
        local player = Player("Ann")
        house:{owner}(player:getGuid())
        Tile(999, 1000, 7):addItem({COIN}, 8)
        house:{owner}(0)
        return {{ Tile(999, 1000, 7):getItemCount(), player:getInbox():getItemCountById({COIN}) }}
    """
    assert run(tmp_path, dialect, code, {"name": "Ann"}) == [0, 8]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_rent_is_collected_at_the_start(tmp_path: Path, dialect: Dialect) -> None:
    owner = "setOwnerGuid" if dialect == "tfs" else "setHouseOwner"

    def body(server: Server) -> Any:
        server.control("client_enter", "Ann", {"town_id": 1, "balance": 300})
        code = f"local ann, house = Player('Ann'), House(7) house:{owner}(ann:getGuid()) return ann:getBankBalance()"
        assert server.run(code.encode()) == 300
        server.advance(25 * 3_600_000)
        return [server.control("collect_rents"), server.run(b"return Player('Ann'):getBankBalance()")]

    files = {"houses.xml": HOUSES, "config.lua": 'houseRentPeriod = "daily"\nkickIdlePlayerAfterMinutes = 9999\n'}
    assert with_world(tmp_path, world(), body, dialect=dialect, files=files) == [None, 50]
