"""Steps, ways, turns, whom a player attacks and follows, and how."""

from __future__ import annotations

import pytest
from tests.realms.canary.wire.clients import fields_of, names_of
from tests.realms.canary.wire.conftest import Pair
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire_worlds import GROUND

from tibicen.vm import stack

STEPS = {
    "walk_north": (0, -1),
    "walk_north_east": (1, -1),
    "walk_east": (1, 0),
    "walk_south_east": (1, 1),
    "walk_south": (0, 1),
    "walk_south_west": (-1, 1),
    "walk_west": (-1, 0),
    "walk_north_west": (-1, -1),
}
ROWS = {(0, -1): "map_north", (0, 1): "map_south", (1, 0): "map_east", (-1, 0): "map_west"}
NOW = 10


@pytest.fixture
def far(pair: Pair) -> Pair:
    """Both where nothing hinders them."""

    def go() -> None:
        for client, y in ((pair.ann, 110), (pair.bob, 113)):
            pair.game.lua(f"Player('{client.name}'):teleportTo(Position(110, {y}, 7))")
        pair.ann.take(), pair.bob.take()

    stack.run(go)
    return pair


@on_stack
def test_a_step_in_each_direction(far: Pair) -> None:
    ann, bob = far.ann, far.bob
    for name, (dx, dy) in STEPS.items():
        x, y, z = ann.view.at
        ann.do(name)
        far.game.pass_time(3000)
        assert ann.view.at == (x + dx, y + dy, z)
        assert bob.view.where(ann.view.own) == ann.view.at
        rows = [ROWS[each] for each in ((0, dy), (dx, 0)) if each in ROWS]
        assert names_of(ann.take())[: 1 + len(rows)] == ["move_creature", *rows]
        assert names_of(bob.take())[0] == "move_creature"


@on_stack
def test_a_way_and_its_end(far: Pair) -> None:
    ann = far.ann
    x, y, z = ann.view.at
    ann.do("auto_walk", directions=[1, 1, 7])
    far.game.pass_time(5000)
    assert ann.view.at == (x + 2, y + 1, z)
    ann.take()
    ann.do("auto_walk", directions=[3, 3, 3, 3])
    far.game.pass_time(2 * NOW)
    ann.do("stop")
    far.game.pass_time(5000)
    # The step that was due is taken; then the client is told that it goes no further, as by TFS.
    assert names_of(ann.take()) == ["move_creature", "map_north", "cancel_walk"]
    assert ann.view.at == (x + 2, y, z)


@on_stack
def test_what_is_in_the_way(far: Pair) -> None:
    ann = far.ann
    x, y, z = ann.view.at
    far.game.lua(f"Game.createItem(1285, 1, Position({x + 1}, {y}, {z}))")
    ann.take()
    ann.do("walk_east")
    far.game.pass_time(3000)
    came = ann.take()
    assert names_of(came) == ["text_message", "cancel_walk"]
    assert fields_of(came, "text_message")["text"] == "There is not enough room." if far.tfs else True
    assert ann.view.at == (x, y, z)
    far.game.lua(f"Tile(Position({x + 1}, {y}, {z})):getThing(1):remove()")


@on_stack
def test_turns(far: Pair) -> None:
    ann, bob = far.ann, far.bob
    for direction, name in enumerate(("turn_north", "turn_east", "turn_south", "turn_west")):
        ann.do(name)
        assert bob.view.creatures[ann.view.own]["direction"] == direction
        assert ann.view.creatures[ann.view.own]["direction"] == direction
    assert names_of(bob.take()).count("change_thing") == 4


@on_stack
def test_attacking_and_following(far: Pair) -> None:
    ann, bob, game = far.ann, far.bob, far.game
    ann.do("fight_modes", fight=1, chase=1, secure=0, pvp=0)
    player = f"Player('{ann.name}')"
    assert game.lua(f"return {{{player}:getFightMode(), {player}:hasChaseMode(), {player}:hasSecureMode()}}") == [
        1,
        True,
        False,
    ]
    ann.do("follow", creature=bob.view.own, sequence=1)
    assert game.lua(f"return {player}:getFollowCreature():getName()") == bob.name
    bob.do("walk_east")
    game.pass_time(4000)
    x, y, _ = bob.view.at
    assert max(abs(ann.view.at[0] - x), abs(ann.view.at[1] - y)) == 1
    ann.take()
    assert "cancel_target" in names_of(ann.do("follow", creature=0, sequence=2))
    assert "cancel_target" in names_of(ann.do("attack", creature=12345, sequence=3))
    ann.do("attack", creature=bob.view.own, sequence=4)
    assert game.lua(f"return {player}:getTarget() and {player}:getTarget():getName()") == bob.name
    assert "cancel_target" in names_of(ann.do("cancel_attack_and_follow"))
    assert game.lua(f"return {player}:getTarget() == nil") is True
    game.lua(f"{player}:removeCondition(CONDITION_INFIGHT)")


@on_stack
def test_far_away_is_another_map(far: Pair) -> None:
    ann, bob, game = far.ann, far.bob, far.game
    game.lua(f"Player('{ann.name}'):teleportTo(Position(140, 140, 7))")
    assert [name for name in names_of(ann.take()) if name in ("remove_thing", "full_map", "map_east")] == [
        "remove_thing",
        "full_map",
    ]
    assert ann.view.at == (140, 140, 7)
    assert names_of(bob.take()) == ["remove_thing"]
    assert ann.view.own in bob.view.creatures
    game.lua(f"Player('{ann.name}'):teleportTo(Position(111, 110, 7))")
    came = bob.take()
    assert names_of(came)[0] == "add_thing"
    # It is known: its name is not told again.
    assert came[0].fields["thing"]["id"] == 98


@on_stack
def test_another_floor_is_another_map(far: Pair) -> None:
    ann, bob, game = far.ann, far.bob, far.game
    x, y, _ = ann.view.at
    for z in (6, 8, 10):
        game.lua(f"Game.createTile(Position({x}, {y}, {z}), true)")
        game.lua(f"Game.createItem({GROUND}, 1, Position({x}, {y}, {z}))")
    ann.take(), bob.take()
    # From the surface all above it is seen and nothing below; from below two floors up and down.
    for z, ann_sees, bob_sees in ((6, True, True), (8, True, False), (10, False, False)):
        game.lua(f"Player('{ann.name}'):teleportTo(Position({x}, {y}, {z}))")
        assert ann.view.at == (x, y, z)
        assert (bob.view.where(ann.view.own) == (x, y, z)) is bob_sees
        assert (ann.view.where(bob.view.own) is not None) is ann_sees
    game.lua(f"Player('{ann.name}'):teleportTo(Position({x}, {y}, 8))")
    x, y, z = bob.view.at
    bob.do("walk_east")
    game.pass_time(3000)
    assert ann.view.where(bob.view.own) == bob.view.at == (x + 1, y, z)
    game.lua(f"Player('{ann.name}'):teleportTo(Position({x}, {y}, 7))")
    assert bob.view.where(ann.view.own) == (x, y, 7)
