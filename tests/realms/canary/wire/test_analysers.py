"""What clients of 13.10 count for their players: kills, loot, supplies; and the moments they take pictures of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.realms.canary.wire.clients import Game, fields_of, names_of
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire_worlds import BAG, COIN, HOME

from tibicen.testing.small_server import GROUND, Item
from tibicen.vm import stack

RUNE = 3155
X, Y, Z = HOME
_RUNE: Item = {"name": "blast rune", "useable": True, "stackable": True, "pickupable": True, "movable": True}
_SCRIPT = f"""
Game.createMonsterType("Bird"):outfit({{ lookType = 21, lookHead = 5, lookAddons = 1 }})
Game.createMonsterType("Chest"):outfit({{ lookTypeEx = 2400 }})
local rune = Spell("rune")
rune:name("Blast")
rune:runeId({RUNE})
rune:allowFarUse(true)
rune:charges(1)
rune:isAggressive(false)
rune.onCastSpell = function() return true end
rune:register()
"""
_TOLD = {"kill_tracker", "loot_tracker", "supply_used", "screenshot"}


@pytest.fixture(params=(1100, 1310))
def game(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Game]:
    scripts = {"kinds.lua": _SCRIPT}
    items = {RUNE: _RUNE}
    made = stack.run(lambda: Game(tmp_path, dialect="canary", version=request.param, items=items, scripts=scripts))
    yield made
    stack.run(lambda: made.__exit__(None, None, None))


@on_stack
def test_what_is_counted(game: Game) -> None:
    ann = game.enter("Ann")
    ann.take()
    game.lua(f"""
        local ann = Player("Ann")
        local bag, coins = Game.createItem({BAG}, 1), Game.createItem({COIN}, 60)
        bag:addItem({COIN}, 3)
        local at = ann:getPosition()
        ann:updateKillTracker(Game.createMonster("Bird", at, false, true), bag)
        ann:updateKillTracker(Game.createMonster("Chest", at, false, true), Game.createItem({BAG}, 1))
        -- What was in the corpse when it was told.
        bag:getItem(0):remove()
        ann:sendLootStats(coins, 12)
        ann:sendLootStats(coins, 0)
        ann:updateSupplyTracker(coins)
        ann:takeScreenshot(SCREENSHOT_TYPE_TREASUREFOUND)
        ann:takeScreenshot(SCREENSHOT_TYPE_NONE)
    """)
    told = [each for each in ann.take() if each.name in _TOLD]
    if game.version == 1100:
        assert told == []
        return
    bird, chest, loot, used, picture = (each.fields for each in told)
    assert names_of(told) == ["kill_tracker", "kill_tracker", "loot_tracker", "supply_used", "screenshot"]
    look = bird["outfit"]
    assert (bird["name"], look["look"], look["head"], look["addons"]) == ("Bird", 21, 5, 1)
    assert [(each["id"], each["count"]) for each in bird["loot"]] == [(COIN, 3)]
    # The message has no room for looks of items.
    assert (chest["name"], chest["outfit"]["look"], chest["loot"]) == ("Chest", 21, [])
    assert (loot["item"]["id"], loot["item"]["count"], loot["name"]) == (COIN, 12, "gold coin")
    assert used == {"id": COIN}
    assert picture == {"kind": 11}


@on_stack
def test_moments_of_which_a_picture_is_taken(game: Game) -> None:
    if game.version == 1100:
        return
    ann = game.enter("Ann")
    ann.take()

    def taken(script: str) -> list[int]:
        game.lua(f"local ann = Player('Ann') {script}")
        return [each.fields["kind"] for each in ann.take() if each.name == "screenshot"]

    assert taken("ann:addExperience(ann:getExperience() + 10000)") == [7]
    assert taken("ann:addSkillTries(SKILL_SWORD, 60)") == [12]
    assert taken("ann:addManaSpent(3000)") == [12]
    game.lua("Game.registerAchievement(1, 'First', 'Done.', false, 1, 1)")
    assert taken("ann:addAchievement('First')") == [1]
    assert taken("ann:addAchievement('First')") == []


@on_stack
def test_a_rune_that_is_used_up_is_counted(game: Game) -> None:
    if game.version == 1100:
        return
    ann = game.enter("Ann")
    game.lua(f"Game.createItem({RUNE}, 2, Position({X + 1}, {Y}, {Z}))")
    game.pass_time(2000)
    ann.take()
    told = ann.do("use_with", position=(X + 1, Y, Z), id=RUNE, stack=1, to=(X, Y, Z), to_id=GROUND, to_stack=0)
    assert fields_of(told, "supply_used") == {"id": RUNE}


@on_stack
def test_what_is_told_without_a_connection_holds_no_items(game: Game) -> None:
    game.server.control("client_enter", "Cid", {})
    game.lua(f"""
        local cid = Player("Cid")
        local bag = Game.createItem({BAG}, 1)
        bag:addItem({COIN}, 3)
        cid:updateKillTracker(Game.createMonster("Bird", cid:getPosition(), false, true), bag)
        cid:sendLootStats(bag:getItem(0), 3)
    """)
    told = [each for each in game.server.control("client_told", "Cid", 0)[0] if each["kind"] in ("kill", "loot_stats")]
    assert [each["kind"] for each in told] == ["kill", "loot_stats"] and told[1]["id"] == COIN
    assert all("things" not in each for each in told)
