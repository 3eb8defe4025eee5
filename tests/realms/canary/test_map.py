"""Positions, tiles and what lies on them, zones and steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.servers import DIALECTS, with_server
from tests.realms.canary.worlds import (
    BORDER,
    BOX,
    COIN,
    DOOR,
    FIRE,
    GRASS,
    HOLE,
    SPLASH,
    STAIRS,
    TABLE,
    TELEPORT,
    TRASH,
    WALL,
    area,
    field,
    item,
    otbm,
    tile,
    with_world,
)

from tibicen.realms.canary.server import Dialect, Server

BLOCKSOLID, IMMOVABLE, FLOORCHANGE, BLOCKPATH = 131072, 524288, 127, 262144

TILE = "local function at(x, y, z) return Tile(1000 + (x or 0), 1000 + (y or 0), z or 7) end\n"


def run(root: Path, code: str, dialect: Dialect, data: bytes | None = None) -> Any:
    source = (TILE + code).encode()
    return with_world(root, data or otbm([field()]), lambda server: server.run(source), dialect=dialect)


# Positions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_positions_keep_so_many_bits(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local out = {}
        for _, p in ipairs({ Position(), Position(1.9, "2", 3), Position(65536 + 5, 6, 256 + 7, 8),
                             Position(-1, -2, -3), Position({ x = 9, z = 1 }), Position(true) }) do
            out[#out + 1] = { p.x, p.y, p.z, p.stackpos }
        end
        return out
    """
    got = with_server(tmp_path, lambda server: server.run(code.encode()), dialect=dialect)
    negative = [0, 0, 0, 0] if dialect == "canary" else [65535, 65534, 253, 0]
    assert got == [[0, 0, 0, 0], [1, 2, 3, 0], [5, 6, 7, 8], negative, [9, 0, 1, 0], [0, 0, 0, 0]]


def test_canary_adds_and_compares_positions(tmp_path: Path) -> None:
    code = """
        local a, b = Position(3, 4, 5), Position(10, 1, 7)
        local sum, less = a + b, a - { x = 4, y = 0 }
        return { sum.x, sum.y, sum.z, less.x, less.y, less.z, a == Position(3, 4, 5), a == b, a:getDistance(b),
                 a:toString(), (pcall(function() return a + 1 end)) }
    """
    got = with_server(tmp_path, lambda server: server.run(code.encode()))
    assert got == [13, 5, 12, 65535, 4, 5, True, False, 7, "( 3, 4, 5 )", False]


def test_tfs_leaves_arithmetic_to_its_library(tmp_path: Path) -> None:
    code = (
        "local mt = rawgetmetatable('Position') return { mt.__add == nil, mt.__eq == nil, Position.getDistance == nil }"
    )
    assert with_server(tmp_path, lambda server: server.run(code.encode()), dialect="tfs") == [True, True, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_effect_is_no_effect(tmp_path: Path, dialect: Dialect) -> None:
    code = b"local p = Position(1, 1, 1) return { p:sendMagicEffect(3), p:sendMagicEffect(0), p:sendMagicEffect() }"
    assert with_server(tmp_path, lambda server: server.run(code), dialect=dialect) == [True, False, False]


# Tiles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_things_lie_in_order(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local tile = at()
        tile:addItem({COIN}, 5) tile:addItem({SPLASH}, 1) tile:addItem({DOOR}) tile:addItem({BORDER})
        tile:addItem({TABLE})
        local ids = {{}}
        for i = 0, tile:getThingCount() - 1 do ids[#ids + 1] = tile:getThing(i):getId() end
        local items = {{}}
        for _, item in ipairs(tile:getItems()) do items[#items + 1] = item:getId() end
        return {{ ids, items, tile:getTopTopItem():getId(), tile:getTopDownItem():getId(), tile:getTopItemCount(),
                 tile:getDownItemCount(), tile:getThingIndex(tile:getTopDownItem()), tile:getThing(9) == nil,
                 tile:getThing(-1) == nil, tile:getItemCountById({COIN}), tile:getItemByTopOrder(2):getId() }}
    """
    ids = [GRASS, BORDER, SPLASH, DOOR, TABLE, COIN]
    items = [TABLE, COIN, BORDER, SPLASH, DOOR]
    assert run(tmp_path, code, dialect) == [ids, items, DOOR, TABLE, 3, 2, 4, True, True, 5, SPLASH]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_new_splash_takes_the_place_of_the_old(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local tile = at()
        tile:addItem({SPLASH}, 1) tile:addItem({BORDER}) tile:addItem({SPLASH}, 2)
        return {{ tile:getTopItemCount(), tile:getItemById({SPLASH}):getFluidType() }}
    """
    assert run(tmp_path, code, dialect) == [2, 2]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_flags_follow_what_lies_there(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local tile = at()
        local function flags()
            return {{ tile:hasFlag({BLOCKSOLID}), tile:hasFlag({IMMOVABLE}), tile:hasFlag({BLOCKPATH}),
                     tile:hasProperty(0), tile:hasProperty(2) }}
        end
        local out = {{ flags() }}
        tile:addItem({TABLE}) out[2] = flags()
        local wall = Tile(1001, 1000, 7):addItem({WALL})
        tile = at(1) out[3] = flags()
        wall:remove() out[4] = flags()
        tile = at() tile:getItemById({TABLE}):remove() out[5] = flags()
        return out
    """
    nothing = [False] * 5
    assert run(tmp_path, code, dialect) == [
        nothing,
        [True, False, False, True, False],
        [True, True, True, True, True],
        nothing,
        nothing,
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_solid_takes_no_more(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local coin = at(5, 5):addItem({COIN})
        at(1):addItem({WALL})
        return {{ at(1):queryAdd(coin), at(2):queryAdd(coin), at(1):addItem({COIN}) == nil,
                 at(1):queryAdd(coin, 1), at(2):queryAdd(nil) == nil }}
    """
    full = 5 if dialect == "canary" else 2
    assert run(tmp_path, code, dialect) == [full, 0, True, 0, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_ground_takes_the_place_of_the_ground(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local tile = at()
        tile:addItem({COIN})
        tile:addItem({STAIRS}, 1, 1)
        local was = {{ tile:getGround():getId(), tile:hasFlag({FLOORCHANGE}), tile:getThingCount() }}
        tile:getGround():transform({GRASS})
        return {{ was, tile:getGround():getId(), tile:hasFlag({FLOORCHANGE}) }}
    """
    assert run(tmp_path, code, dialect) == [[STAIRS, True, 2], GRASS, False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tfs_makes_stacks_of_a_hundred(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local made = at():addItem({COIN}, 250)
        if type(made) == "userdata" then made = {{ made }} end
        local counts = {{}}
        for i, item in ipairs(made) do counts[i] = item:getCount() end
        return counts
    """
    assert run(tmp_path, code, dialect) == ([100] if dialect == "canary" else [100, 100, 50])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_cleaning_takes_what_was_dropped(tmp_path: Path, dialect: Dialect) -> None:
    data = otbm([field(things={(2, 2): [item(COIN)]})])

    def body(server: Server) -> None:
        server.run(
            (TILE + f"at():addItem({COIN}) at(1):addItem({TABLE}) at(3):addItem({COIN}):setActionId(9)").encode()
        )
        assert server.control("clean_map") == 1
        assert server.control("tile", 1000, 1000, 7)["items"] == [GRASS]
        # What came with the map stays.
        assert server.control("tile", 1002, 1002, 7)["items"] == [GRASS, COIN]
        assert server.control("clean_map") == 0

    with_world(tmp_path, data, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_bins_take_what_is_thrown_in(tmp_path: Path, dialect: Dialect) -> None:
    data = otbm([field(things={(1, 0): [item(TRASH)]})])
    code = f"at(1):addItem({COIN}, 5, 1) return at(1):getItemCountById({COIN})"
    assert run(tmp_path, code, dialect, data) == 0


# Zones ----------------------------------------------------------------------------------------------------------------


def test_zones_are_boxes_with_holes(tmp_path: Path) -> None:
    code = f"""
        local zone = Zone("yard")
        zone:addArea(Position(999, 999, 7), Position(1001, 1001, 7))
        zone:subtractArea(Position(1000, 1000, 7), Position(1000, 1000, 7))
        at(1):addItem({COIN})
        local names = {{}}
        for _, found in ipairs(Position(1001, 1000, 7):getZones()) do names[#names + 1] = found:getName() end
        return {{ #zone:getPositions(), names, #Position(1000, 1000, 7):getZones(), #zone:getItems(),
                 Zone("yard") == zone, Zone.getByName("none") == nil, #Zone.getAll() }}
    """
    assert run(tmp_path, code, "canary") == [8, ["yard"], 0, 1, True, True, 1]


# Steps ----------------------------------------------------------------------------------------------------------------


def walked(root: Path, data: bytes, dialect: Dialect, code: str, **options: Any) -> Any:
    """What Lua code says of a player that came in at the temple."""

    def body(server: Server) -> Any:
        server.control("client_enter", "Ann", {"town_id": 1, **options})
        return server.run((TILE + "local ann = Player('Ann')\n" + code).encode())

    return with_world(root, data, body, dialect=dialect)


PLACE = "local function place() local p = ann:getPosition() return { p.x - 1000, p.y - 1000, p.z } end\n"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_stairs_lead_up_and_holes_down(tmp_path: Path, dialect: Dialect) -> None:
    above = area(990, 990, 6, [tile(10, 8), tile(9, 10)])
    below = area(990, 990, 8, [tile(11, 10)])
    data = otbm(
        [
            area(
                990,
                990,
                7,
                [tile(10, 10), tile(10, 9, ground=STAIRS), tile(11, 10, ground=HOLE), tile(9, 10, item(WALL))],
            ),
            above,
            below,
        ]
    )
    code = (
        PLACE
        + """
        local out = { ann:move(0), place() }
        ann:teleportTo(Position(1000, 1000, 7))
        out[3], out[4] = ann:move(1), place()
        ann:teleportTo(Position(1000, 1000, 7))
        out[5], out[6] = ann:move(2), place()
        return out
    """
    )
    nowhere = 4 if dialect == "canary" else 1
    assert walked(tmp_path, data, dialect, code) == [0, [0, -2, 6], 0, [1, 0, 8], nowhere, [0, 0, 7]]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_three_boxes_are_a_step_up(tmp_path: Path, dialect: Dialect) -> None:
    boxes = [item(BOX), item(BOX), item(BOX)]
    data = otbm([field(things={(0, 0): boxes}), area(990, 990, 6, [tile(11, 10)])])
    code = PLACE + "return { ann:move(1), place(), ann:getDirection() }"
    assert walked(tmp_path, data, dialect, code) == [0, [1, 0, 6], 1]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_teleports_take_along(tmp_path: Path, dialect: Dialect) -> None:
    there = item(TELEPORT, b"\x08" + (1005).to_bytes(2, "little") + (1003).to_bytes(2, "little") + b"\x07")
    data = otbm([field(things={(1, 0): [there]})])
    code = (
        PLACE
        + f"""
        ann:move(1)
        local coin = at(1):addItem({COIN}, 3, 1)
        return {{ place(), at(5, 3):getItemCountById({COIN}), at(1):getItemByType(ITEM_TYPE_TELEPORT) ~= nil }}
    """
    )
    assert walked(tmp_path, data, dialect, code) == [[5, 3, 7], 3, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_step_is_seen_by_scripts(tmp_path: Path, dialect: Dialect) -> None:
    script = """
        seen = {}
        for _, kind in ipairs({ "stepin", "stepout" }) do
            local event = MoveEvent()
            event:type(kind)
            event[kind == "stepin" and "onStepIn" or "onStepOut"](event, function(creature, item, to, from)
                seen[#seen + 1] = kind .. " " .. item:getId() .. " " .. to.x - 1000 .. " " .. from.x - 1000
                return true
            end)
            event:id(BORDER)
            event:register()
        end
    """.replace("BORDER", str(BORDER))
    data = otbm([field(things={(1, 0): [item(BORDER)]})])

    def body(server: Server) -> Any:
        server.control("load_all")
        server.control("client_enter", "Ann", {"town_id": 1})
        return server.run(b"local ann = Player('Ann') ann:move(1) ann:move(1) return seen")

    files = {"data/scripts/steps.lua": script}
    got = with_world(tmp_path, data, body, dialect=dialect, files=files)
    assert got == [f"stepin {BORDER} 1 0", f"stepout {BORDER} 1 1"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_fields_burn_who_steps_in(tmp_path: Path, dialect: Dialect) -> None:
    script = f"local e = MoveEvent() e:type('stepin') e:id({FIRE}) e:register()"
    data = otbm([field(things={(1, 0): [item(FIRE)]})])

    def body(server: Server) -> Any:
        server.control("load_all")
        server.control("client_enter", "Ann", {"town_id": 1})
        return server.run(b"""
            local ann = Player("Ann")
            local before = ann:getHealth()
            ann:move(1)
            return { before - ann:getHealth() > 0 or ann:getCondition(CONDITION_FIRE) ~= nil,
                     Tile(1001, 1000, 7):getFieldItem():getId() }
        """)

    got = with_world(tmp_path, data, body, dialect=dialect, files={"data/scripts/fields.lua": script})
    assert got == [True, FIRE]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_whoever_comes_where_it_is_full_stands_beside(tmp_path: Path, dialect: Dialect) -> None:
    def body(server: Server) -> Any:
        server.control("client_enter", "Ann", {"town_id": 1})
        server.run(b"Tile(1000, 1000, 7)")
        server.control("client_enter", "Bob", {"town_id": 1})
        return server.run(b"""
            local a, b = Player("Ann"):getPosition(), Player("Bob"):getPosition()
            return math.max(math.abs(a.x - b.x), math.abs(a.y - b.y))
        """)

    assert with_world(tmp_path, otbm([field()]), body, dialect=dialect) <= 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_who_sees_a_place(tmp_path: Path, dialect: Dialect) -> None:
    def body(server: Server) -> Any:
        for name in ("Ann", "Bob", "Cid"):
            server.control("client_enter", name, {"town_id": 1})
        code = """
            Player("Bob"):teleportTo(Position(1009, 1000, 7))
            Player("Cid"):teleportTo(Position(1005, 1005, 6))
            local here = Position(1000, 1000, 7)
            local function seen(...)
                local names = {}
                for _, creature in ipairs(Game.getSpectators(...)) do names[#names + 1] = creature:getName() end
                table.sort(names)
                return table.concat(names, " ")
            end
            local near = seen(here, false, true, 2, 2, 2, 2)
            return { near, seen(here, false, true), seen(here, true, true), seen(Position(1040, 1000, 7), true, true),
                     seen(here, false, false, 2, 2, 2, 2) }
        """
        return server.run(code.encode())

    roof = area(990, 990, 6, [tile(15, 15)])
    got = with_world(tmp_path, otbm([field(), roof]), body, dialect=dialect)
    assert got == ["Ann", "Ann Bob", "Ann Bob Cid", "", "Ann"]


def test_scripts_forbid_zones(tmp_path: Path) -> None:
    script = """
        local before = EventCallback("NoEntry")
        function before.zoneBeforeCreatureEnter(zone, creature)
            return zone:getName() ~= "forbidden"
        end
        before:register()
        seen = {}
        local after = EventCallback("Entered")
        function after.zoneAfterCreatureEnter(zone, creature)
            seen[#seen + 1] = zone:getName() .. " " .. #zone:getPlayers()
        end
        after:register()
    """
    sugar = """
        local callbacks = Game.getEventCallbacks()
        rawgetmetatable("EventCallback").__newindex = function(self, key, value)
            callbacks[key](self, value)
            self:type(key)
        end
    """

    def body(server: Server) -> Any:
        server.control("load_all")
        server.control("client_enter", "Ann", {"town_id": 1})
        code = (
            PLACE
            + """
            Zone("forbidden"):addArea(Position(1001, 1000, 7), Position(1001, 1000, 7))
            Zone("garden"):addArea(Position(1000, 1001, 7), Position(1002, 1002, 7))
            ann:move(1)
            local first = place()
            ann:move(2)
            return { first, place(), seen }
        """
        )
        return server.run(("local ann = Player('Ann')\n" + code).encode())

    files = {"data/scripts/lib/sugar.lua": sugar, "data/scripts/zones.lua": script}
    got = with_world(tmp_path, otbm([field()]), body, dialect="canary", files=files)
    assert got == [[0, 0, 7], [0, 1, 7], ["garden 1"]]


def test_zones_go_with_the_script_that_made_them(tmp_path: Path) -> None:
    yard = """
        local zone = Zone("yard")
        zone:addArea(Position({x}, 1000, 7), Position({x}, 1000, 7))
    """
    path = "data/scripts/yard.lua"

    def body(server: Server) -> Any:
        server.control("load_all")
        code = """
            local zones = {}
            for x = 1000, 1002 do zones[#zones + 1] = #Position(x, 1000, 7):getZones() end
            return { zones, #Zone.getAll(), #Zone("shed"):getPositions() }
        """
        server.run(b'Zone("shed"):addArea(Position(1002, 1000, 7), Position(1002, 1000, 7))')
        seen = [server.run(code.encode())]
        for text in (yard.format(x=1001), yard.format(x=1002) + "error('broken')"):
            (tmp_path / path).write_text(text)
            server.control("load_file", path)
            seen.append(server.run(code.encode()))
        server.control("unload_file", path)
        return [*seen, server.run(code.encode())]

    got = with_world(tmp_path, otbm([field()]), body, dialect="canary", files={path: yard.format(x=1000)})
    moved = [[0, 1, 1], 2, 1]
    # A broken version changes nothing; the zone that nobody names any more is gone.
    assert got == [[[1, 0, 1], 2, 1], moved, moved, [[0, 0, 1], 1, 1]]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_a_thing(tmp_path: Path, dialect: Dialect) -> None:
    code = (
        PLACE
        + """
        local tile = Tile(Position(1000, 1000, 7))
        local ground = tile:getGround()
        local loose = Game.createItem(ground:getId())
        loose:remove()
        local variant = Variant(tile)
        return { tile:getThingIndex(ground:getUniqueId()), tile:getThingIndex(tostring(ground:getUniqueId())) == nil,
            tile:getThingIndex(ItemType(ground:getId())) == nil,
            variant:getPosition().x, Variant(ground):getPosition().x,
            select("#", tile:addItemEx(Game.createItem(ground:getId()))) }
    """
    )
    got = with_world(tmp_path, otbm([field()]), lambda server: server.run(code.encode()), dialect=dialect)
    # A text is no thing, nor is a tile; TFS's ground has no other number than the one it was asked for.
    assert got == [0, True, True, 0, 1000, 1]


def test_a_truth_value_that_is_nil(tmp_path: Path) -> None:
    # To Canary a nil that was passed is false, to TFS it is left out: whether both have to be on one floor.
    code = b"return Position(1000, 1000, 7):isSightClear(Position(1000, 1000, 6), nil)"
    for dialect, clear in (("canary", True), ("tfs", False)):
        got = with_world(tmp_path / dialect, otbm([field()]), lambda server: server.run(code), dialect=dialect)
        assert got is clear
