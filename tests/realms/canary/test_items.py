"""Items: counts and attributes, changing and moving them, decay, what one sees of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.fights import ARROW, field
from tests.realms.canary.item_files import (
    BAG,
    COIN,
    GRASS,
    HELMET,
    ROPE,
    SCROLL,
    SIGN,
    STUB,
    SWORD,
    TORCH,
    VIAL,
    write_items,
)
from tests.realms.canary.servers import DIALECTS, with_server

from tibicen.realms.canary.server import Dialect, Server
from tibicen.testing.server_kit import ServerKit
from tibicen.testing.small_server import Item

# Tiles at (100, 100, 7) and east of it.
FIELD = f"""
    local function place(x)
        local position = Position(100 + (x or 0), 100, 7)
        if not Tile(position) then
            Game.createTile(position)
            Game.createItem({GRASS}, 1, position)
        end
        return position
    end
    local function lying(x)
        local list = {{}}
        for _, item in ipairs(Tile(place(x)):getItems() or {{}}) do
            list[#list + 1] = item:getId() .. "x" .. item:getCount()
        end
        return table.concat(list, " ")
    end
"""


def run(root: Path, code: str, dialect: Dialect = "canary", *, then: str | None = None, advance: int = 0) -> Any:
    """What code returns; with `then`, what that returns after some time."""

    def body(server: Server) -> Any:
        found = server.run((FIELD + code).encode())
        if then is None:
            return found
        server.advance(advance)
        return server.run((FIELD + then).encode())

    things = write_items(root, otb=dialect == "tfs")
    return with_server(root, body, dialect=dialect, things=things)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_counts_fluids_and_charges(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local coins, vial, scroll, more = Game.createItem({COIN}, 30), Game.createItem({VIAL}, 2),
            Game.createItem({SCROLL}), Game.createItem({SCROLL}, 2)
        return {{coins:getCount(), coins:getSubType(), coins:getWeight(), vial:getFluidType(), vial:getSubType(),
            vial:getCount(), scroll:getCharges(), more:getSubType()}}
    """
    # Without a count both servers make one of what is charged: one charge.
    assert run(tmp_path, code, dialect) == [30, 30, 300, 2, 2, 1, 1, 2]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_stacks_fill_up(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local first = Game.createItem({COIN}, 70, place())
        Game.createItem({COIN}, 60, place())
        return {{first:getCount(), lying()}}
    """
    assert run(tmp_path, code, dialect) == [100, f"{COIN}x30 {COIN}x100"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_splitting(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local stack = Game.createItem({COIN}, 30, place())
        local part = stack:split(12)
        local left = stack:getCount()
        local all = stack:split(50)
        return {{part:getCount(), left, all:getCount(), stack:getCount() == nil, lying()}}
    """
    assert run(tmp_path, code, dialect) == [12, 18, 18, True, ""]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_transforming_keeps_what_a_script_holds(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local item = Game.createItem({SWORD}, 1, place())
        item:setActionId(1234)
        item:transform({ROPE})
        local as_rope = item:getId() .. " " .. item:getActionId()
        item:transform({BAG})
        return {{as_rope, item:getId(), item:getActionId(), lying(), item:transform("no such thing") == nil}}
    """
    # A bag is of another type: a new item takes the place.
    assert run(tmp_path, code, dialect) == [f"{ROPE} 1234", BAG, 0, f"{BAG}x1", True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_removing(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local coins = Game.createItem({COIN}, 30, place())
        local results = {{coins:remove(10), coins:remove(100), coins:getCount(), coins:remove(), lying()}}
        results[#results + 1] = Game.createItem({SWORD}):remove()
        return results
    """
    assert run(tmp_path, code, dialect) == [True, False, 20, True, "", False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_moving(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local coins = Game.createItem({COIN}, 80, place(0))
        Game.createItem({COIN}, 50, place(1))
        local moved = coins:moveTo(place(1))
        local bag = Game.createItem({BAG}, 1, place(2))
        local sword = Game.createItem({SWORD}, 1, place(0))
        return {{moved, lying(0), lying(1), sword:moveTo(bag), bag:getSize(), sword:getParent() == bag,
            bag:moveTo(bag), sword:moveTo(Position(1, 1, 1)) == nil}}
    """
    assert run(tmp_path, code, dialect) == [
        True,
        f"{SWORD}x1",
        f"{COIN}x30 {COIN}x100",
        True,
        1,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_attributes(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local item = Game.createItem({SWORD})
        return {{
            item:setAttribute("attack", -3), item:getAttribute("attack"), item:setAttribute("text", "hi"),
            item:getAttribute("text"), item:setAttribute("text", ""), item:getAttribute("text"),
            item:hasAttribute("armor"), item:removeAttribute("text"), item:getAttribute(ITEM_ATTRIBUTE_TEXT),
            item:removeAttribute("uid"), item:setCustomAttribute("Key", 1.5), item:getCustomAttribute("kEY"),
            item:setCustomAttribute(7, "x"), item:getCustomAttribute("7"), item:removeCustomAttribute("key"),
            item:removeCustomAttribute("key"),
        }}
    """
    assert run(tmp_path, code, dialect) == [
        *[True, -3, True, "hi", True, "hi", False, True, "", False, True, 1.5, True, "x", True, False]
    ]


def test_action_ids_below_100_are_kept_by_tfs(tmp_path: Path) -> None:
    code = f"local i = Game.createItem({SWORD}) i:setActionId(7) return i:getActionId()"
    assert run(tmp_path / "tfs", code, "tfs") == 100
    assert run(tmp_path / "canary", code) == 7


@pytest.mark.parametrize("dialect", DIALECTS)
def test_clones_go_their_own_way(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local bag = Game.createItem({BAG}, 1, place())
        bag:addItem({COIN}, 5)
        bag:setAttribute("text", "one")
        local copy = bag:clone()
        copy:setAttribute("text", "two")
        copy:getItem(0):setAttribute("text", "in it")
        return {{bag:getAttribute("text"), copy:getSize(), bag:getItem(0):getAttribute("text"), copy == bag}}
    """
    assert run(tmp_path, code, dialect) == ["one", 1, "", False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_decay_goes_on_until_nothing_is_left(tmp_path: Path, dialect: Dialect) -> None:
    code = f"Game.createItem({TORCH}, 1, place()):decay()"
    then = "return lying()"
    assert run(tmp_path / "a", code, dialect, then=then, advance=3000) == f"{TORCH}x1"
    assert run(tmp_path / "b", code, dialect, then=then, advance=5000) == f"{STUB}x1"
    assert run(tmp_path / "c", code, dialect, then=then, advance=8000) == ""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_duration_of_its_own(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local torch = Game.createItem({TORCH}, 1, place())
        torch:setAttribute("duration", 60000)
        torch:decay()
        left = torch
    """
    then = 'return {lying(), left:getAttribute("duration")}'
    assert run(tmp_path, code, dialect, then=then, advance=20000) == [f"{TORCH}x1", 40000]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_where_an_item_is(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local bag = Game.createItem({BAG}, 1, place(3))
        local inner = bag:addItem({BAG}, 1)
        local coins = inner:addItem({COIN}, 5)
        local loose = Game.createItem({SWORD})
        local at, nowhere = coins:getPosition(), loose:getPosition()
        return {{coins:getParent() == inner, coins:getTopParent() == bag, coins:getTile() == Tile(place(3)),
            at.x, at.z, nowhere.x, nowhere.z, loose:getTile() == nil, bag:getParent() == Tile(place(3)),
            loose:getParent()}}
    """
    found = run(tmp_path, code, dialect)
    assert found[:9] == [True, True, True, 103, 7, 65535, 255, True, True]
    # Canary says so of what is nowhere: VIRTUAL_PARENT.
    assert found[9:] == ([True] if dialect == "canary" else [])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_numbers_for_scripts(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local item = Game.createItem({SWORD}, 1, place())
        local uid = item:getUniqueId()
        return {{uid > 65535, Item(uid) == item, item:getUniqueId() == uid, Item(uid + 5) == nil}}
    """
    assert run(tmp_path, code, dialect) == [True, True, True, True]


def test_what_one_sees_of_an_item(tmp_path: Path) -> None:
    code = f"""
        local sword, coins = Game.createItem({SWORD}), Game.createItem({COIN}, 5)
        sword:setAttribute("name", "Blade")
        sword:setAttribute("attack", 20)
        sword:setAttribute("description", "Sharp.")
        local sign = Game.createItem({SIGN})
        sign:setAttribute("text", "Go away")
        sign:setAttribute("writer", "Ann")
        local torch = Game.createItem({TORCH})
        return {{sword:getDescription(1), coins:getDescription(1), coins:getDescription(5), sign:getDescription(1),
            sign:getDescription(5), Game.createItem({VIAL}, 5):getDescription(1),
            Game.createItem({VIAL}, 0):getDescription(2), Game.createItem({HELMET}):getDescription(1)}}
    """
    assert run(tmp_path, code) == [
        "a Blade (Atk:20 physical + 7 ice, Def:12 +2, sword fighting +3, protection fire -5%)."
        "\nIt weighs 35.00 oz.\nSharp.",
        "5 gold coins.\nThey weigh 0.50 oz.",
        "5 gold coins.",
        "a sign.\nAnn wrote: Go away",
        "a sign.\nYou are too far away to read it",
        "a vial of blood.\nIt weighs 1.80 oz.",
        "a vial. It is empty.",
        "a helmet (Arm:6).\nIt weighs 20.00 oz.\nIt shines.",
    ]


def test_attributes_are_written_and_read(tmp_path: Path) -> None:
    def body(server: Server) -> Any:
        server.run(
            f"""
            item = Game.createItem({COIN}, 7)
            item:setActionId(2000)
            item:setAttribute("text", "hello")
            item:setAttribute("date", 1700000000)
            item:setCustomAttribute("double", -0.375)
            item:setCustomAttribute("number", -5)
            item:setCustomAttribute("flag", true)
            item:setCustomAttribute("name", "é")
            """.encode()
        )
        return server.run(b"return item:serializeAttributes()")

    data = with_server(tmp_path, body, things=write_items(tmp_path, otb=False))
    data = data.encode("latin-1") if isinstance(data, str) else data
    head = b"\x0f\x07\x04\xd0\x07\x06\x05\x00hello\x12" + (1700000000).to_bytes(8, "little")
    assert data.startswith(head)
    custom = data[len(head) :]
    assert custom.startswith(b"\x29\x04" + bytes(7) + b"\x06\x00double\x03\x00\x00\x00\x00\x00\x00\xd8\xbf")
    assert b"\x06\x00number\x02" + (-5).to_bytes(8, "little", signed=True) in custom


def test_fewer_than_none_are_made(tmp_path: Path) -> None:
    # Canary pushes nothing, so that what was passed last is the answer.
    code = f"""
        local function made(count) return Game.createItem({COIN}, count) end
        return {{ made(-250), made(-1) == nil, made(0) == nil }}
    """
    assert run(tmp_path, code) == [-250, True, True]


def test_a_container_of_an_item_of_canary_has_no_metatable(tmp_path: Path) -> None:
    code = f"""
        local bag, rope = Game.createItem({BAG}), Game.createItem({ROPE})
        return {{ type(bag:getContainer()), getmetatable(bag:getContainer()) == nil, rope:getContainer() }}
    """
    assert run(tmp_path, code) == ["userdata", True, False]


def test_what_cleaves_is_told_in_capitals_but_of_bows() -> None:
    items: dict[int, Item] = {
        2000: {"name": "axe", "weaponType": "axe", "attack": 5, "cleavepercent": 90, "weight": 0},
        2001: {
            "name": "bow",
            "weaponType": "distance",
            "ammoType": "arrow",
            "range": 4,
            "cleavepercent": 90,
            "weight": 0,
        },
    }
    with ServerKit(dialect="canary", items=items) as kit:
        told = kit.run("return { ItemType(2000):getDescription(), ItemType(2001):getDescription() }")
    assert told == ["axe (Atk:5, Cleave +90%).", "bow (Range: 4, cleave +90%)."]


def test_a_container_takes_many_stacks_by_its_number(tmp_path: Path) -> None:
    code = f"""
        local bag = Game.createItem({BAG}, 1, place())
        local uid = bag:getUniqueId()
        local counts = {{ type(doAddContainerItem(uid, {COIN}, 250)), type(doAddContainerItem(uid, {COIN}, -1)) }}
        for at = 0, bag:getSize() - 1 do
            counts[#counts + 1] = bag:getItem(at):getCount()
        end
        return counts
    """
    assert run(tmp_path, code) == ["number", "boolean", 50, 100, 100]


def test_as_many_as_a_whole_number_below_nothing_are_few(tmp_path: Path) -> None:
    """TFS takes the count without a sign, and then for a number with one."""
    code = f"""
        local bag = Game.createItem({BAG}, 1)
        local swords = {{ type(bag:addItem({SWORD}, -1)), bag:getSize(), type(Tile(place()):addItem({SWORD}, -2)) }}
        local vial = Game.createItem({BAG}, 1):addItem({VIAL}, -1)
        return {{ swords, vial:getSubType() }}
    """
    assert run(tmp_path, code, "tfs") == [["userdata", 1, "userdata"], 65535]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_who_gives_less_than_nothing_is_answered_what_was_passed_last(dialect: Dialect) -> None:
    with field(dialect) as kit:
        assert kit.run(f"return ann:addItem({ARROW}, -250)") == -250
