"""Containers: room, order, stacks, what may come in, and what is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.item_files import BAG, COIN, GRASS, ROPE, SIGN, SWORD
from tests.realms.canary.servers import DIALECTS
from tests.realms.canary.test_items import run

from tibicen.realms.canary.server import Dialect
from tibicen.testing.server_kit import ServerKit
from tibicen.testing.small_server import Item

LIST = f"""
    local bag = Game.createItem({BAG}, 1, place())
    local function held(container)
        local list = {{}}
        for at = 0, container:getSize() - 1 do
            list[#list + 1] = container:getItem(at):getId() .. "x" .. container:getItem(at):getCount()
        end
        return table.concat(list, " ")
    end
"""


def held(root: Path, code: str, dialect: Dialect) -> Any:
    return run(root, LIST + code, dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_new_items_come_first(tmp_path: Path, dialect: Dialect) -> None:
    code = f"bag:addItem({SWORD}) bag:addItem({ROPE}) return {{held(bag), bag:getCapacity(), bag:getEmptySlots()}}"
    assert held(tmp_path, code, dialect) == [f"{ROPE}x1 {SWORD}x1", 4, 2]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_full_container_takes_no_more(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        for _ = 1, 4 do bag:addItem({SWORD}) end
        local rope = Game.createItem({ROPE})
        local ret = bag:addItemEx(rope)
        return {{bag:addItem({ROPE}) or false, ret == RETURNVALUE_CONTAINERNOTENOUGHROOM, bag:getEmptySlots(),
            bag:addItemEx(rope, -1, FLAG_NOLIMIT), bag:getSize()}}
    """
    assert held(tmp_path, code, dialect) == [False, True, 0, 0, 5]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_stacks_in_containers(tmp_path: Path, dialect: Dialect) -> None:
    code = f"bag:addItem({COIN}, 70) bag:addItem({COIN}, 50) return {{held(bag), bag:getItemCountById({COIN})}}"
    assert held(tmp_path, code, dialect) == [f"{COIN}x20 {COIN}x100", 120]


def test_many_at_once(tmp_path: Path) -> None:
    # TFS puts in as many stacks as it takes, Canary one stack at most.
    code = f"local r = bag:addItem({COIN}, 250) return {{held(bag), type(r)}}"
    assert held(tmp_path / "tfs", code, "tfs") == [f"{COIN}x50 {COIN}x100 {COIN}x100", "table"]
    assert held(tmp_path / "canary", code, "canary") == [f"{COIN}x100", "userdata"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_may_not_come_in(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local inner = bag:addItem({BAG})
        local sign = Game.createItem({SIGN})
        local placed = Game.createItem({SWORD}, 1, place(1))
        return {{bag:addItemEx(sign) == RETURNVALUE_CANNOTPICKUP, bag:addItemEx(placed) == nil, bag:moveTo(inner),
            bag:addItem(60000) or false, bag:addItem("no such") == nil, bag:addItemEx(nil) == nil}}
    """
    assert held(tmp_path, code, dialect) == [True, True, False, False, True, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_counts_through_containers(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local inner = bag:addItem({BAG})
        local coins = inner:addItem({COIN}, 5)
        inner:addItem({SWORD})
        return {{bag:getItemHoldingCount(), bag:getItemCountById({COIN}), inner:getItemCountById({COIN}, 4),
            bag:getEmptySlots(true), #bag:getItems(), #bag:getItems(true), bag:hasItem(coins), bag:getWeight()}}
    """
    assert held(tmp_path, code, dialect) == [3, 0, 0, 5, 1, 3, True, 800 + 800 + 50 + 3500]


def test_taking_items_out_in_canary(tmp_path: Path) -> None:
    code = f"""
        bag:addItem({COIN}, 100) bag:addItem({COIN}, 50) bag:addItem({SWORD})
        local few, many = bag:removeItemById({COIN}, 120), bag:removeItemById({COIN}, 31)
        local left = held(bag)
        return {{few, many, left, bag:removeAllItems(), bag:getSize(), bag:getContentDescription()}}
    """
    assert held(tmp_path, code, "canary") == [True, False, f"{SWORD}x1 {COIN}x30", 2, 0, "nothing"]


def test_how_many_items_canary_allows_below_one_container(tmp_path: Path) -> None:
    code = f"""
        local most, added = bag:getMaxCapacity(), 0
        local inner = bag:addItem({BAG})
        while bag:addItemEx(Game.createItem({COIN}, 1), -1, FLAG_NOLIMIT + 128) == 0 do added = added + 1 end
        return {{most, added, inner:addItem({SWORD}) or false}}
    """
    most, added, more = held(tmp_path, code, "canary")
    assert added == most - 1
    assert more is False


@pytest.mark.parametrize("dialect", DIALECTS)
def test_places_out_of_range(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        bag:addItem({SWORD})
        return {{bag:getItem(7) == nil, bag:getItem(nil) ~= nil, Container(12345678) == nil, {GRASS}}}
    """
    assert held(tmp_path, code, dialect)[:3] == [True, True, True]


def test_what_is_made_a_container(tmp_path: Path) -> None:
    # Canary lets nothing come into it.
    code = f"""
        local sign = Game.createContainer({SIGN}, 5)
        return {{ sign:getCapacity(), sign:getMaxCapacity(), sign:addItemEx(Game.createItem({ROPE})) }}
    """
    assert held(tmp_path, code, "canary") == [5, 0, 29]
    code = f"local sign = Game.createContainer({SIGN}, 5) return sign and sign:getSize()"
    assert held(tmp_path / "tfs", code, "tfs") == 0


def test_lockers_and_reward_chests_of_canary() -> None:
    items: dict[int, Item] = {
        2000: {"name": "locker", "type": "depot", "movable": False},
        2001: {"name": "chest", "type": "rewardchest", "movable": False},
        2002: {"name": "rope"},
    }
    with ServerKit(dialect="canary", items=items) as kit:
        kit.world("g", {"g": 4526}, (1000, 1000, 7))
        code = """
            local place = Position(1000, 1000, 7)
            local locker, chest = Game.createItem(2000, 1, place), Game.createItem(2001, 1, place)
            local rope = Game.createItem(2002)
            return { locker:addItemEx(rope) == RETURNVALUE_NOTENOUGHROOM, chest:addItemEx(rope), chest:getSize() }
        """
        assert kit.run(code) == [True, 0, 1]
