"""The map: the order of what lies on a tile, who is near, paths, sight and what is remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS
from tests.realms.otclient.game_clients import (
    BAG,
    BOTTOM,
    COIN,
    GROUND,
    HERE,
    MONSTER,
    PLAYER,
    SLOW,
    TOP,
    WALL,
    in_game,
    run,
    sent,
    tell,
)

from tibicen.realms.otclient.client import Client, Dialect

SPOT = {"x": 104, "y": 102, "z": 7}
TILE = "g_map.getTile({x = 104, y = 102, z = 7})"


def wall(client: Client, *places: tuple[int, int]) -> None:
    for x, y in places:
        tell(client, "AddItem", {"x": x, "y": y, "z": 7}, {"id": WALL})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_things_of_a_tile_lie_in_the_order_of_their_kinds(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        tell(client, "Tile", SPOT, [])
        for item in (BAG, COIN, TOP, BOTTOM, GROUND):
            tell(client, "AddItem", SPOT, {"id": item})
        return run(
            client,
            f"""
            local ids = {{}}
            for i, thing in ipairs({TILE}:getThings()) do ids[i] = thing:getId() end
            return table.concat(ids, " "), {TILE}:getThingCount(), {TILE}:getGround():getId(), {TILE}:isWalkable()
            """,
        )

    # Of what has no place of its own, the last one that came lies on top.
    order = f"{GROUND} {BOTTOM} {TOP} {COIN} {BAG}"
    assert in_game(tmp_path, body, dialect=dialect) == [order, 5, GROUND, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_thing_knows_where_it_is_until_it_is_removed(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        return run(
            client,
            f"""
            local bag = Item.create({BAG})
            local before = bag:getTile()
            g_map.addThing(bag, {{x = 104, y = 102, z = 7}}, -1)
            local at, stack = bag:getPosition(), bag:getStackPos()
            local removed = g_map.removeThing(bag)
            return before, at.x, at.y, at.z, stack, removed, {TILE}:getThingCount()
            """,
        )

    assert in_game(tmp_path, body, dialect=dialect) == [None, 104, 102, 7, 1, True, 1]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_spectators_are_those_around_a_place(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        for number, place in enumerate(((102, 100, 7), (100, 100, 6), (140, 100, 7))):
            tell(client, "Creature", {"id": MONSTER + number, "name": f"Rat {number}", "health": 100})
            x, y, z = place
            tell(client, "Creature", {"id": MONSTER + number, "position": {"x": x, "y": y, "z": z}})
        return run(
            client,
            """
            local function names(list)
                local found = {}
                for _, creature in ipairs(list) do found[#found + 1] = creature:getName() end
                table.sort(found)
                return table.concat(found, ", ")
            end
            local here = {x = 100, y = 100, z = 7}
            return names(g_map.getSpectators(here, false)), g_map.getCreatureById(1073741824 + 1):getName()
            """,
        )

    assert in_game(tmp_path, body, dialect=dialect) == ["Rat 0, Tester", "Rat 0"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_path_goes_around_walls(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        wall(client, (101, 99), (101, 100), (101, 101))
        return run(
            client,
            """
            local path, result = g_map.findPath({x = 100, y = 100, z = 7}, {x = 102, y = 100, z = 7}, 1000, 0)
            local x, y = 100, 100
            local steps = {[0] = {0, -1}, {1, 0}, {0, 1}, {-1, 0}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}}
            for _, direction in ipairs(path) do
                x, y = x + steps[direction][1], y + steps[direction][2]
                assert(g_map.getTile({x = x, y = y, z = 7}):isWalkable())
            end
            return result, x, y, #path
            """,
        )

    assert in_game(tmp_path, body, dialect=dialect) == [0, 102, 100, 6]


@pytest.mark.parametrize(
    ("goal", "result"), [("x = 100, y = 100, z = 7", 1), ("x = 100, y = 100, z = 6", 2), ("x = 104, y = 102, z = 7", 4)]
)
def test_a_path_that_cannot_be_tells_why(tmp_path: Path, goal: str, result: int) -> None:
    def body(client: Client) -> Any:
        wall(client, *((x, y) for x in (103, 104, 105) for y in (101, 102, 103)))
        return run(
            client,
            f"local path, why = g_map.findPath({{x = 100, y = 100, z = 7}}, {{{goal}}}, 1000, 0) return #path, why",
        )

    assert in_game(tmp_path, body) == [0, result]


def test_a_path_prefers_ground_that_is_quick_to_cross(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        for x in (101, 102):
            tell(client, "Tile", {"x": x, "y": 100, "z": 7}, [{"id": SLOW}])
        return run(
            client,
            """
            local path = g_map.findPath({x = 100, y = 100, z = 7}, {x = 103, y = 100, z = 7}, 1000, 0)
            return path[1]
            """,
        )

    assert in_game(tmp_path, body) != 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_walking_far_is_sent_as_a_path(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        walking = run(client, "return g_game.getLocalPlayer():autoWalk({x = 104, y = 103, z = 7})")
        client.advance(50)
        return walking, [each for each in sent(client) if "AutoWalk" in str(each)]

    walking, packets = in_game(tmp_path, body, dialect=dialect)
    assert walking is True
    assert len(packets) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_walls_stand_in_the_line_of_sight(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        wall(client, (102, 100))
        return run(
            client,
            """
            local function look(x) return g_map.isLookPossible({x = x, y = 100, z = 7}) end
            return look(101), look(102)
            """,
        )

    assert in_game(tmp_path, body, dialect=dialect) == [True, False]


# 1000 * ground 150 / speed 220 is 681; mehah rounds up to the server's beats of 50.
@pytest.mark.parametrize(("dialect", "expected"), [("mehah", 700), ("edubart", 681)])
def test_a_step_takes_as_long_as_ground_and_speed_make_it(tmp_path: Path, dialect: Dialect, expected: int) -> None:
    def body(client: Client) -> None:
        run(client, "player = g_game.getLocalPlayer() note('onPositionChange', player)")
        tell(client, "PlayerPosition", {"x": 101, "y": 100, "z": 7})
        assert run(client, "return player:getPosition().x, player:isWalking()") == [101, True]
        duration = run(client, "return player:getStepDuration()")
        assert duration == expected
        client.advance(duration + 100)
        assert run(client, "return player:isWalking()") is False
        assert [text.split()[0] for text in run(client, "return noted()")] == ["onPositionChange"]

    in_game(tmp_path, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_cleaning_the_map_leaves_nothing_on_it(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        assert run(client, f"return g_map.getCreatureById({PLAYER}) ~= nil and {TILE} ~= nil") is True
        run(client, "g_map.clean()")
        return run(client, f"return {TILE}, #g_map.getTiles(7)")

    assert in_game(tmp_path, body, dialect=dialect) == [None, 0]


def test_a_minimap_survives_in_its_file(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        client.control("game_things", 0, 120, [{"id": GROUND, "is": ["ground", "minimap_color"], "minimap_color": 24}])
        tell(client, "Tile", HERE, [{"id": GROUND}])
        client.advance(20)
        return run(
            client,
            """
            g_minimap.saveOtmm("/minimap.otmm")
            local size = #g_resources.readFileContents("/minimap.otmm")
            g_minimap.clean()
            local loaded, missing = g_minimap.loadOtmm("/minimap.otmm"), g_minimap.loadOtmm("/none.otmm")
            g_minimap.saveOtmm("/again.otmm")
            return loaded, missing, #g_resources.readFileContents("/again.otmm") == size, size > 20
            """,
        )

    assert in_game(tmp_path, body) == [True, False, True, True]
