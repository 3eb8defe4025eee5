"""Preys and hunting tasks of Canary's players: what they bring, how they are chosen, and that they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.realms.canary.fights import field, told
from tests.realms.canary.test_players_store import in_world, schema_of

from tibicen.realms.canary.server import Server
from tibicen.testing.server_kit import ServerKit

_WOLF, _STRANGE = 12, 41
# Forty kinds of monsters, ten of each number of stars; the last can't be a prey.
_SETUP = f"""
    for race = 1, 40 do
        local kind = race == {_WOLF} and MonsterType("Wolf") or Game.createMonsterType("Beast " .. race)
        kind:raceId(race)
        kind:experience(10)
        kind:BestiaryStars((race - 1) % 4 + 1)
        kind:BestiarytoKill(5)
    end
    local strange = Game.createMonsterType("Strange")
    strange:raceId({_STRANGE})
    strange:experience(10)
    strange:isPreyable(false)
    wolf = beast("Wolf", 1001, 1000)
    function hit(value)
        combat(COMBAT_FIREDAMAGE, -value, 0, -value, 0):execute(ann, Variant(wolf:getId()))
    end
    function bite(value)
        combat(COMBAT_FIREDAMAGE, -value, 0, -value, 0):execute(wolf, Variant(ann:getId()))
    end
    -- The least of some blows: one may be critical.
    function least(creature, blow)
        local least = 1000
        for _ = 1, 6 do
            least = math.min(least, lost(creature, blow))
        end
        return least
    end
    ann:addPreyCards(100)
"""
_BONUSES = {"damage": 0, "defense": 1, "experience": 2, "loot": 3}


@pytest.fixture
def kit() -> Iterator[ServerKit]:
    with field("canary", level=100, health=1000) as kit:
        kit.run(_SETUP)
        yield kit


def _do(kit: ServerKit, *message: int) -> str:
    """Sends a message of Ann's client; the dialog that answers it, or nothing."""
    kit.run('server.forget("Ann")')
    kit.control("client_do", "Ann", {"op": "raw", "hex": bytes(message).hex()})
    code = 'local list = server.messages("Ann", "dialog") return list[1] and list[1].text or ""'
    return str(kit.run(code))


def _prey(kit: ServerKit, slot: int, action: int, value: int = 0) -> str:
    return _do(kit, 0xEB, slot, action, value % 256, value // 256)


def _task(kit: ServerKit, slot: int, action: int, race: int = 0, *, upgrade: bool = False) -> str:
    return _do(kit, 0xBA, slot, action, upgrade, race % 256, race // 256)


def _shown(kit: ServerKit, kind: str, key: str) -> object:
    """What the last message of a slot said."""
    code = f'local list = server.messages("Ann", "{kind}") return list[#list].slot.{key}'
    return kit.run(code)


def _hunt_wolves(kit: ServerKit, bonus: str) -> int:
    """Has Ann hunt wolves for a bonus; its percentage."""
    assert _prey(kit, 0, 3) == "" and _prey(kit, 0, 4, _WOLF) == ""
    for _ in range(60):
        if _shown(kit, "prey", "bonus") == _BONUSES[bonus]:
            return int(str(_shown(kit, "prey", "percent")))
        kit.run("ann:addPreyCards(1)")
        assert _prey(kit, 0, 1) == ""
    raise AssertionError(bonus)


def test_the_bonus_of_damage_and_of_defence(kit: ServerKit) -> None:
    assert kit.run("return least(wolf, function() hit(200) end)") == 200
    percent = _hunt_wolves(kit, "damage")
    assert 7 <= percent <= 25
    assert kit.run("return least(wolf, function() hit(200) end)") == 200 + 2 * percent
    before = kit.run("return least(ann, function() bite(200) end)")
    percent = _hunt_wolves_again(kit, "defense")
    assert kit.run("return least(ann, function() bite(200) end)") == before - before * percent // 100
    assert kit.run(f"return {{ ann:isMonsterPrey({_WOLF}), ann:isMonsterPrey(13) }}") == [True, False]


def _hunt_wolves_again(kit: ServerKit, bonus: str) -> int:
    kit.run("ann:removePreyStamina(255)")
    assert _prey(kit, 0, 3) == ""
    return _hunt_wolves(kit, bonus)


def test_what_scripts_are_told_of_experience_and_loot(kit: ServerKit) -> None:
    told_of = f"return {{ ann:getPreyExperiencePercentage({_WOLF}), ann:getPreyLootPercentage({_WOLF}) }}"
    assert kit.run(told_of) == [100, 0]
    percent = _hunt_wolves(kit, "experience")
    assert 16 <= percent <= 40 and kit.run(told_of) == [100 + percent, 0]
    percent = _hunt_wolves_again(kit, "loot")
    assert kit.run(told_of) == [100, percent]


def test_time_runs_out_and_is_renewed_for_cards(kit: ServerKit) -> None:
    _hunt_wolves(kit, "damage")
    pass_all = "server.forget('Ann') for _ = 1, 29 do ann:removePreyStamina(250) end"
    kit.run("ann:removePreyStamina(60)")
    assert kit.run("return server.messages('Ann', 'prey_time')[1].left") == 7140
    assert _prey(kit, 0, 5, 2) == ""
    cards = kit.run("return ann:getPreyCards()")
    kit.run(pass_all)
    assert "Your prey bonus time has been succesfully reseted." in told(kit, "Ann")
    assert kit.run(f"return {{ ann:getPreyCards(), ann:isMonsterPrey({_WOLF}) }}") == [cards - 5, True]
    assert _prey(kit, 0, 5, 0) == ""
    kit.run(pass_all)
    assert "Your prey bonus has expired." in told(kit, "Ann")
    assert kit.run(f"return ann:isMonsterPrey({_WOLF})") is False


def test_nine_are_drawn_and_no_two_slots_share_one(kit: ServerKit) -> None:
    kit.run("ann:preyThirdSlot(true)")
    first = _races(kit)
    assert _prey(kit, 0, 0) == "You don't have enought money to reroll the prey slot."
    kit.run("ann:setBankBalance(20000)")
    assert _prey(kit, 0, 0) == ""
    second = _races(kit)
    assert kit.run("return ann:getBankBalance()") == 0
    assert len(first) == len(set(first)) == len(second) == len(set(second)) == 9
    assert not set(first) & set(second) and _STRANGE not in first + second
    # Of each number of stars there are some.
    assert {(race - 1) % 4 for race in first} == {0, 1, 2, 3}
    assert _prey(kit, 0, 2, 4) == ""
    assert _shown(kit, "prey", "race") == second[4] and _shown(kit, "prey", "state") == 2


def _races(kit: ServerKit) -> list[int]:
    code = 'local list = server.messages("Ann", "prey") return list[#list].slot.races'
    return [int(each) for each in kit.run(code)]


def test_what_the_window_of_preys_refuses(kit: ServerKit) -> None:
    unlock = "To unlock this prey slot first you must buy it on store."
    assert [_prey(kit, slot, 1) for slot in (2, 7)] == [unlock, unlock]
    assert _prey(kit, 0, 1) == "You don't have any active monster on this prey slot."
    assert _prey(kit, 0, 4, _WOLF).startswith("There was an error")
    assert _prey(kit, 0, 2, 9).startswith("There was an error")
    _prey(kit, 0, 3)
    assert _prey(kit, 0, 4, _STRANGE).startswith("This creature can't be select on prey")
    assert _prey(kit, 0, 4, _WOLF) == ""
    assert _prey(kit, 0, 2, 0) == "You already have an active monster on this prey slot."
    kit.run("ann:preyThirdSlot(true)")
    _prey(kit, 2, 3)
    assert _prey(kit, 2, 4, _WOLF) == "This creature is already selected on another slot."
    kit.run("ann:preyThirdSlot(false)")
    assert kit.run("return ann:preyThirdSlot()") is False


def test_a_task_is_hunted_for_points(kit: ServerKit) -> None:
    assert _task(kit, 0, 5) == "You cannot claim your task reward with an empty task hunting slot."
    assert _task(kit, 0, 2) == "" and _task(kit, 0, 3, _WOLF, upgrade=True) == ""
    # Not finished yet in the bestiary: once the task only. Four stars are hard: 25 * 16 kills.
    assert _shown(kit, "task", "upgrade") is False
    assert _task(kit, 0, 5).startswith("There was an error while processing you task hunting reward")
    kit.run("""
        server.forget("Ann")
        for _ = 1, 400 do
            local prey = Game.createMonster("Wolf", Position(1001, 1001, 7), false, true)
            prey:addHealth(-4999)
            combat(COMBAT_FIREDAMAGE, -50, 0, -50, 0):execute(ann, Variant(prey:getId()))
        end
    """)
    kit.advance(100)
    assert "You succesfully finished your hunting task. Your reward is ready to be claimed!" in told(kit, "Ann")
    assert _task(kit, 0, 5) == "Congratulations! You have earned 160 Hunting Task points."
    assert kit.run("return ann:getTaskHuntingPoints()") == 160
    assert _task(kit, 0, 2).startswith("You need to wait 1200 minutes")


def test_tasks_are_given_up_for_gold_and_stars_for_cards(kit: ServerKit) -> None:
    assert _task(kit, 2, 0) == "To unlock this task hunting slot first you must buy it on store."
    _task(kit, 0, 2)
    _task(kit, 0, 3, _WOLF)
    assert _task(kit, 0, 4) == "You don't have enought money to cancel your current task hunting."
    cards = kit.run("return ann:getPreyCards()")
    for _ in range(8):
        assert _task(kit, 0, 1) == ""
    assert _shown(kit, "task", "rarity") == 5
    assert kit.run("return ann:getPreyCards()") == cards - 8
    kit.run("ann:setBankBalance(20000)")
    assert _task(kit, 0, 4) == "" and _shown(kit, "task", "race") == 0
    assert kit.run("return ann:getBankBalance()") == 0


def test_preys_and_tasks_are_kept(tmp_path: Path) -> None:
    shown = b"""
        local player = Player("Old Ann")
        return { player:getPreyLootPercentage(12), player:isMonsterPrey(13), player:preyThirdSlot(),
            player:taskHuntingThirdSlot() }
    """

    def body(server: Server) -> None:
        server.control("login", {"name": "Old Ann"})
        assert server.run(shown) == [28, False, False, False]
        server.run(b"""
            local player = Player("Old Ann")
            player:removePreyStamina(60)
            player:preyThirdSlot(true)
            player:taskHuntingThirdSlot(true)
        """)
        assert server.control("logout", "Old Ann", True) is True
        server.control("login", {"name": "Old Ann"})
        assert server.run(shown) == [28, False, True, True]
        rows = server.run(b"""
            local id = db.storeQuery("SELECT * FROM player_prey WHERE player_id = 7 AND slot = 0")
            local function number(name) return Result.getNumber(id, name) end
            return { number("bonus_time"), number("raceid"), number("free_reroll"),
                (Result.getStream(id, "monster_list")) }
        """)
        assert rows == [7140, 12, 5, "\x01\x00\x02\x01"]

    more = (
        "CREATE TABLE player_prey (player_id int, slot int, state int, raceid varchar(250), option int, bonus_type int,"
        " bonus_rarity int, bonus_percentage varchar(250), bonus_time varchar(250), free_reroll bigint,"
        " monster_list blob, PRIMARY KEY (player_id, slot));"
        "CREATE TABLE player_taskhunt (player_id int, slot int, state int, raceid varchar(250), upgrade int,"
        " rarity int, kills varchar(250), disabled_time bigint, free_reroll bigint, monster_list blob);"
        "INSERT INTO player_prey VALUES (7, 0, 2, '12', 0, 3, 6, '28', '7200', 5, x'01000201');"
    )
    in_world(tmp_path, "canary", body, schema=schema_of("canary") + more)


def test_bosses_in_slots_are_kept_and_are_not_of_the_bestiary(tmp_path: Path) -> None:
    shown = b"""
        local player = Player("Old Ann")
        return { player:getSlotBossId(1), player:getSlotBossId(2), Game.getBestiaryList(true) }
    """

    def body(server: Server) -> None:
        server.run(b"""
            local king = Game.createMonsterType("King")
            king:bossRaceId(77)
            king:bossRace(1, "Archfoe")
            Game.createMonsterType("Subject"):raceId(78)
        """)
        server.control("login", {"name": "Old Ann"})
        # The only boss is that of the day: it is in no slot.
        assert server.run(shown) == [55, 0, ["Subject"]]
        server.run(b'Player("Old Ann"):setRemoveBossTime(4)')
        server.control("logout", "Old Ann", True)
        server.control("login", {"name": "Old Ann"})
        assert server.run(shown)[:2] == [55, 0]
        assert (
            server.run(b"""
            local id = db.storeQuery("SELECT * FROM player_bosstiary WHERE player_id = 7")
            return Result.getNumber(id, "removeTimes")
        """)
            == 4
        )

    more = (
        "CREATE TABLE player_bosstiary (player_id int, bossIdSlotOne int, bossIdSlotTwo int, removeTimes int,"
        " tracker blob NOT NULL); INSERT INTO player_bosstiary VALUES (7, 55, 77, 2, '');"
    )
    in_world(tmp_path, "canary", body, schema=schema_of("canary") + more)
