"""Preys, hunting tasks, charms and bosses over the wire: Canary's, for clients of 11.00 and 13.10."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.wire.clients import Client, Game, fields_of, names_of
from tests.realms.canary.wire.stacks import on_stack

from tibicen.protocol.versions import Message
from tibicen.vm import stack

_MONSTERS = """
for race = 1, 40 do
    local kind = Game.createMonsterType("Beast " .. race)
    kind:raceId(race)
    kind:experience(10)
    kind:BestiaryStars((race - 1) % 4 + 1)
    kind:Bestiaryclass("Bird")
    kind:Bestiaryrace(3)
    kind:BestiaryFirstUnlock(2)
    kind:BestiarySecondUnlock(4)
    kind:BestiarytoKill(5)
    kind:BestiaryCharmsPoints(15)
    kind:outfit(race == 7 and { lookTypeEx = 2400 } or { lookType = 21, lookHead = race })
end
"""
_BOSSES = """
for at, name in ipairs({ "Ape King", "Bat King", "Cat King" }) do
    local kind = Game.createMonsterType(name)
    kind:bossRaceId(200 + at)
    kind:bossRace(1, "Archfoe")
end
"""
ACTIVE, LIST = 2, 5


@pytest.fixture(params=(1100, 1310))
def game(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Game]:
    scripts = {"beasts.lua": _MONSTERS, "bosses.lua": _BOSSES}
    made = stack.run(lambda: Game(tmp_path, dialect="canary", version=request.param, scripts=scripts))
    yield made
    stack.run(lambda: made.__exit__(None, None, None))


def _slots(messages: list[Message], name: str) -> list[dict[str, Any]]:
    return [each.fields for each in messages if each.name == name]


def _enter(game: Game) -> tuple[Client, list[Message]]:
    ann = game.enter("Ann")
    return ann, ann.take()


@on_stack
def test_what_is_told_at_the_beginning(game: Game) -> None:
    _, told = _enter(game)
    preys = _slots(told, "prey")
    # The first slot is free, the second is for who pays, the third is bought.
    assert [(each["slot"], each["state"]) for each in preys] == [(0, 3), (1, 0), (2, 0)]
    assert len(preys[0]["monsters"]) == 9
    assert fields_of(told, "basic_data")["prey"] == 1
    prices = fields_of(told, "prey_prices")
    assert prices["reroll"] == 20 * 200
    if game.version == 1100:
        assert preys[0]["free_minutes"] == 1200 and "task" not in names_of(told)
        return
    assert preys[0]["free_seconds"] == 72000
    assert (prices["bonus_reroll"], prices["selection"], prices["task_cancel"]) == (1, 5, 4000)
    tasks, table = _slots(told, "task"), fields_of(told, "task_table")
    assert [each["state"] for each in tasks] == [2, 0, 0] and len(tasks[0]["races"]) == 9
    assert len(table["races"]) == 40 and table["races"][4] == {"race": 5, "difficulty": 1}
    easy, hard = table["options"][0], table["options"][14]
    assert (easy["kills"], easy["points"], easy["upgraded_kills"]) == (25, 10, 50)
    assert (hard["difficulty"], hard["stars"], hard["kills"]) == (3, 5, 400)


@on_stack
def test_a_prey_is_chosen_and_its_time_is_told(game: Game) -> None:
    ann, told = _enter(game)
    # Any of those that were drawn.
    drawn = _slots(told, "prey")[0]["monsters"][3]
    active = fields_of(ann.do("prey_action", slot=0, action=2, index=3), "prey")
    assert (active["state"], active["monster"]["name"], active["left"]) == (ACTIVE, drawn["name"], 7200)
    game.lua("Player('Ann'):removePreyStamina(60)")
    assert fields_of(ann.take(), "prey_time") == {"slot": 0, "left": 7140}
    assert "must buy it on store" in fields_of(ann.do("prey_action", slot=1, action=1), "dialog")["text"]
    # A bonus without a monster: the next draw keeps it.
    game.lua("Player('Ann'):setBankBalance(4000)")
    changed = fields_of(ann.do("prey_action", slot=0, action=0), "prey")
    assert (changed["state"], changed["bonus"], changed["percent"]) == (4, active["bonus"], active["percent"])
    assert len(changed["monsters"]) == 9


@on_stack
def test_the_list_of_all(game: Game) -> None:
    if game.version == 1100:
        return
    ann, _ = _enter(game)
    game.lua("Player('Ann'):addPreyCards(10)")
    listed = fields_of(ann.do("prey_action", slot=0, action=3), "prey")
    assert (listed["state"], listed["races"]) == (LIST, list(range(1, 41)))
    chosen = fields_of(ann.do("prey_action", slot=0, action=4, race=7), "prey")
    assert (chosen["monster"]["look"], chosen["monster"]["look_item"]) == (0, 2400)
    assert fields_of(ann.do("prey_action", slot=0, action=5, index=2), "prey")["option"] == 2


@on_stack
def test_a_task_and_a_charm(game: Game) -> None:
    if game.version == 1100:
        return
    ann, told = _enter(game)
    race = _slots(told, "task")[0]["races"][0]["race"]
    task = fields_of(ann.do("task_action", slot=0, action=3, upgrade=1, race=race), "task")
    assert (task["state"], task["race"], task["upgrade"], task["kills"]) == (4, race, 0, 0)
    game.lua("""
        local charm = Game.createBestiaryCharm(4)
        charm:category(CHARM_MAJOR)
        charm:type(CHARM_OFFENSIVE)
        charm:points({ 10, 20, 30 })
        Player("Ann"):addCharmPoints(10)
    """)
    ann.do("buy_charm", charm=4, action=0, race=0)
    assert game.lua("return Player('Ann'):getCharmTier(4)") == 1


@on_stack
def test_bosses(game: Game) -> None:
    if game.version == 1100:
        return
    ann, _ = _enter(game)
    boosted = game.lua("return MonsterType(Game.getBoostedBoss()):raceId()")
    first, second = (race for race in (201, 202, 203) if race != boosted)
    game.lua(f"""
        ann = Player("Ann")
        for _, race in ipairs({{ {first}, {second}, {boosted} }}) do
            ann:addBosstiaryKill(MonsterType(race):name(), 60)
        end
        ann:setBossPoints(300)
        ann:kv():scoped("boss.cooldown"):set("{first}", 1700000000)
    """)
    listed = fields_of(ann.do("bosstiary_list"), "bosstiary")["bosses"]
    assert [each["boss"] for each in listed] == [201, 202, 203] and listed[0]["kills"] == 60
    ann.do("bosstiary_slot", slot=1, boss=boosted)
    game.pass_time(300)
    ann.do("bosstiary_slot", slot=1, boss=first)
    ann.take()
    slots = fields_of(ann.do("bosstiary_slots"), "bosstiary_slots")
    assert (slots["points"], slots["bonus"], slots["next_points"]) == (300, 52, 310)
    assert (slots["first_boss"], slots["first"]["loot_bonus"], slots["first"]["price"]) == (first, 77, 0)
    assert (slots["second_unlocked"], slots["second_boss"], slots["today_boss"]) == (0, 1500, boosted)
    assert slots["bosses"] == [{"boss": second, "race": 1}]
    assert game.lua("return { ann:getSlotBossId(1), ann:getBossBonus(1), ann:getSlotBossId(2) }") == [first, 77, 0]
    # The first is taken out for nothing, the next for 100,000.
    game.pass_time(300)
    ann.do("bosstiary_slot", slot=1, boss=0)
    game.pass_time(300)
    ann.do("bosstiary_slot", slot=1, boss=second)
    game.pass_time(300)
    ann.do("bosstiary_slot", slot=1, boss=0)
    assert game.lua("return ann:getSlotBossId(1)") == second
    game.lua("ann:setBankBalance(100000)")
    game.pass_time(300)
    ann.do("bosstiary_slot", slot=1, boss=0)
    assert game.lua("return { ann:getSlotBossId(1), ann:getBankBalance() }") == [0, 0]
    game.lua("ann:sendBosstiaryCooldownTimer()")
    assert fields_of(ann.take(), "boss_cooldowns")["bosses"] == [{"boss": first, "timestamp": 1700000000}]


@on_stack
def test_the_bestiary_and_its_charms(game: Game) -> None:
    if game.version == 1100:
        return
    ann, _ = _enter(game)
    game.lua("""
        local charm = Game.createBestiaryCharm(4)
        charm:name("Zap")
        charm:description("It strikes.")
        charm:category(CHARM_MAJOR)
        charm:points({ 10, 20, 30 })
        ann = Player("Ann")
        ann:addBestiaryKill("Beast 1", 1)
        local loot = Loot()
        loot:setId(3031)
        loot:setChance(90000)
        loot:setMaxCount(3)
        local rare = Loot()
        rare:setId(2400)
        rare:setChance(1000)
        local kind = MonsterType("Beast 1")
        kind:addLoot(loot)
        kind:addLoot(rare)
        kind:maxHealth(77)
        kind:addElement(COMBAT_FIREDAMAGE, 30)
    """)
    assert fields_of(ann.take(), "bestiary_changed") == {"race": 1}
    told = ann.do("bestiary_classes")
    classes = fields_of(told, "bestiary_classes")["classes"]
    assert len(classes) == 21 and classes[2] == {"name": "Bird", "total": 40, "unlocked": 1}
    assert fields_of(told, "charms")["charms"] == [
        {"charm": 4, "name": "Zap", "text": "It strikes.", "zero": 0, "price": 10, "unlocked": 0, "assigned": 0}
    ]
    birds = fields_of(ann.do("bestiary_creatures", search=0, **{"class": "Bird"}), "bestiary_creatures")["creatures"]
    assert birds[:2] == [{"race": 1, "progress": 1, "occurrence": 0}, {"race": 2, "progress": 0}]
    found = ann.do("bestiary_creatures", search=1, races=[2, 1])
    assert fields_of(found, "bestiary_creatures")["creatures"] == birds[:1]
    known = fields_of(ann.do("bestiary_monster", race=1), "bestiary_monster")
    assert (known["progress"], known["kills"], [each["id"] for each in known["loot"]]) == (1, 1, [0, 0])
    game.lua("ann:addBestiaryKill('Beast 1', 4)")
    ann.do("buy_charm", charm=4, action=0, race=0)
    told = ann.do("buy_charm", charm=4, action=1, race=1)
    charms = fields_of(told, "charms")
    assert (charms["points"], charms["charms"][0]["race"], charms["charms"][0]["remove_cost"]) == (5, 1, 2000)
    assert charms["races"] == [1]
    known = fields_of(ann.do("bestiary_monster", race=1), "bestiary_monster")
    assert (known["progress"], known["health"], known["charm"], known["remove_cost"]) == (4, 77, 4, 2000)
    assert [(each["id"], each["difficulty"]) for each in known["loot"]] == [(3031, 0), (2400, 2)]
    assert known["elements"][1] == {"element": 1, "value": 70}
    # What isn't there is not answered.
    assert "bestiary_monster" not in names_of(ann.do("bestiary_monster", race=999))
