"""What players carry: where things go, what they may wear, what is counted and taken, and money."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.item_files import BAG, BOW, COIN, CRYSTAL, HELMET, PLATINUM, ROPE, SHIELD, SWORD, write_items
from tests.realms.canary.servers import DIALECTS, with_server
from tests.realms.canary.test_items import FIELD
from tests.realms.canary.worlds import GROUPS, VOCATIONS

from tibicen.realms.canary.server import Dialect, Server

LIST = (
    FIELD
    + """
    local player = Player("Ann")
    local function worn()
        local list = {}
        for slot = 1, 10 do
            local item = player:getSlotItem(slot)
            if item then
                list[#list + 1] = slot .. ":" .. item:getId() .. "x" .. item:getCount()
            end
        end
        return table.concat(list, " ")
    end
"""
)

# What Canary's items.xml says of who may wear a helmet, and the container that Canary's players wear.
STORE_INBOX = 23396
LEVEL = """<attribute key="script" value="moveevent"><attribute key="level" value="20" />
    <attribute key="slot" value="head" /></attribute>"""
INBOX = f"""<item id="{STORE_INBOX}" name="store inbox"><attribute key="containerSize" value="20" /></item>"""


def carried(root: Path, code: str, dialect: Dialect, *, helmet: str = "", **columns: Any) -> Any:
    """What code returns, with Ann in the game at the first place."""

    def body(server: Server) -> Any:
        server.run((FIELD + "place()").encode())
        server.control("client_enter", "Ann", {"posx": 100, "posy": 100, "posz": 7, "cap": 400, **columns})
        return server.run((LIST + code).encode())

    things = write_items(root, otb=dialect == "tfs")
    items = root / "data" / "items" / "items.xml"
    xml = items.read_text().replace('name="helmet">', f'name="helmet">{helmet}')
    items.write_text(xml.replace("</items>", f"{INBOX}</items>"))
    files = {"data/XML/vocations.xml": VOCATIONS, "data/XML/groups.xml": GROUPS}
    return with_server(root, body, files, dialect=dialect, things=things)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_things_go_where_they_are_worn_and_then_into_containers(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        player:addItem({HELMET})
        local before = worn()
        player:addItem({BAG})
        player:addItem({ROPE})
        player:addItem({COIN}, 30)
        return {{before, player:getItemCount({ROPE}), player:getItemCount({COIN}), player:getSlotItem(1):getId(),
            player:getItemById({COIN}, true):getCount(), player:getSlotItem(1):getTopParent() == player, lying()}}
    """
    assert carried(tmp_path, code, dialect) == [f"1:{HELMET}x1", 1, 30, HELMET, 30, True, ""]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_finds_no_room_drops_if_it_may(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        for slot = 1, 10 do
            local item = player:getSlotItem(slot)
            if item then item:remove() end
        end
        player:addItem({HELMET}, 1, true, 1, CONST_SLOT_FEET)
        local dropped = lying()
        return {{dropped, player:addItem({HELMET}, 1, false, 1, CONST_SLOT_FEET) or false, lying(), worn()}}
    """
    assert carried(tmp_path, code, dialect) == [f"{HELMET}x1", False, f"{HELMET}x1", ""]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nobody_carries_more_than_it_can(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local free = player:getFreeCapacity()
        local sword = Game.createItem({SWORD})
        local ret = player:addItemEx(sword)
        return {{free, ret == RETURNVALUE_NOTENOUGHCAPACITY, player:addItemEx(Game.createItem({HELMET})),
            free - player:getFreeCapacity()}}
    """
    assert carried(tmp_path, code, dialect, cap=30) == [3000, True, 0, 2000]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_bow_takes_both_hands(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local function put(id, slot)
            return player:addItem(id, 1, false, 1, slot) ~= nil
        end
        local first = put({BOW}, CONST_SLOT_LEFT)
        local shield = put({SHIELD}, CONST_SLOT_RIGHT)
        player:getSlotItem(CONST_SLOT_LEFT):remove()
        return {{first, shield, put({SHIELD}, CONST_SLOT_RIGHT), put({BOW}, CONST_SLOT_LEFT),
            put({SWORD}, CONST_SLOT_LEFT)}}
    """
    assert carried(tmp_path, code, dialect) == [True, False, True, False, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_taken(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        player:addItem({BAG})
        player:addItem({COIN}, 100)
        player:addItem({COIN}, 20)
        return {{player:getItemCount({COIN}), player:removeItem({COIN}, 110), player:getItemCount({COIN}),
            player:removeItem({COIN}, 11), player:getItemCount({COIN})}}
    """
    assert carried(tmp_path, code, dialect) == [120, True, 10, False, 10]


def test_money_is_changed(tmp_path: Path) -> None:
    # TFS has the worth of coins from the file; Canary knows its coins by their ids.
    code = f"""
        player:addItem({BAG})
        player:addItem({CRYSTAL}, 1)
        local paid = player:removeMoney(150)
        return {{paid, player:getMoney(), player:getItemCount({CRYSTAL}), player:getItemCount({PLATINUM}),
            player:getItemCount({COIN}), player:removeMoney(9851), player:getMoney()}}
    """
    assert carried(tmp_path, code, "tfs") == [True, 9850, 0, 98, 50, False, 9850]


def test_the_file_says_who_may_wear_it(tmp_path: Path) -> None:
    code = f"return {{player:addItem({HELMET}, 1, false, 1, CONST_SLOT_HEAD) ~= nil, player:getLevel()}}"
    assert carried(tmp_path / "low", code, "canary", helmet=LEVEL, level=8) == [False, 8]
    assert carried(tmp_path / "high", code, "canary", helmet=LEVEL, level=20) == [True, 20]


def test_canary_wears_the_store_inbox(tmp_path: Path) -> None:
    code = """
        local item = player:getSlotItem(CONST_SLOT_STORE_INBOX)
        return {item:getId(), item:getParent() == player, player:getStoreInbox() == item}
    """
    assert carried(tmp_path, code, "canary") == [STORE_INBOX, True, True]


def test_a_paged_container_takes_all_or_nothing(tmp_path: Path) -> None:
    code = f"""
        local inbox = player:getStoreInbox()
        local some = player:addItemBatchToPaginedContainer(inbox, {COIN}, 250)
        local more = player:addItemBatchToPaginedContainer(inbox, {COIN}, 60)
        local many = player:addItemBatchToPaginedContainer(inbox, {ROPE}, 99999)
        return {{some, more, many, inbox:getSize(), inbox:getItemCountById({COIN}), inbox:getItemCountById({ROPE})}}
    """
    assert carried(tmp_path, code, "canary") == [250, 60, 0, 4, 310, 0]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_functions_that_know_things_by_their_numbers(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        player:addItem({BAG})
        local bag = player:getSlotItem(CONST_SLOT_BACKPACK)
        local uid = bag:getUniqueId()
        local rope = doPlayerAddItem(player, {ROPE}, 1)
        return {{isValidUID(uid), isValidUID(uid + 100), isMovable(uid), isDepot(uid), getDepotId(uid),
            Item(rope):getId(), player:getItemCount({ROPE})}}
    """
    assert carried(tmp_path, code, dialect) == [True, False, True, False, False, ROPE, 1]
