"""The wheel of destiny: what points bring, what scripts are told, and what it does in fights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.test_players_store import MAP, schema_of
from tests.realms.canary.worlds import with_world

from tibicen.realms.canary.server import Server

KNIGHT, PALADIN, SORCERER, DRUID, MONK = 1, 2, 3, 4, 5
MOST = (
    *(200, 150, 100, 100, 150, 200, 150, 100, 75, 75, 100, 150, 100, 75, 50, 50, 75, 100),
    *(100, 75, 50, 50, 75, 100, 150, 100, 75, 75, 100, 150, 200, 150, 100, 100, 150, 200),
)
GREEN, RED = (1, 2, 3, 7, 8, 9, 13, 14, 15), (4, 5, 6, 10, 11, 12, 16, 17, 18)
BLUE, PURPLE = (19, 20, 21, 25, 26, 27, 31, 32, 33), (22, 23, 24, 28, 29, 30, 34, 35, 36)
_TABLE = "CREATE TABLE player_wheeldata (player_id int, slot blob, PRIMARY KEY (player_id));"
_SETUP = """
    ann = Player("Old Ann")
    function spell(name, fields)
        local made = Spell("instant")
        made:name(name)
        made:words(name:lower())
        made:id(fields.id or 1)
        made:level(1)
        made:mana(fields.mana or 0)
        made:cooldown(fields.cooldown or 1000)
        made:group("attack")
        made:groupCooldown(1000)
        made:isSelfTarget(true)
        made:vocation("*;true")
        made:onCastSpell(fields.cast or function() return true end)
        made:register()
    end
    function figures()
        return { ann:getMaxHealth() - ann:getBaseMaxHealth(), ann:getMaxMana() - ann:getBaseMaxMana(),
            ann:getMagicLevel() - ann:getBaseMagicLevel(),
            ann:getEffectiveSkillLevel(SKILL_AXE) - ann:getSkillLevel(SKILL_AXE),
            ann:getEffectiveSkillLevel(SKILL_LIFE_LEECH_AMOUNT), ann:getEffectiveSkillLevel(SKILL_MANA_LEECH_AMOUNT) }
    end
    function enter_fight()
        local condition = Condition(CONDITION_INFIGHT)
        condition:setParameter(CONDITION_PARAM_TICKS, 60000)
        ann:addCondition(condition)
    end
"""


def _full(*slots: int) -> dict[int, int]:
    return {slot: MOST[slot - 1] for slot in slots}


def _blob(points: Mapping[int, int]) -> bytes:
    return b"".join(bytes((slot,)) + points.get(slot, 0).to_bytes(2, "little") for slot in range(1, 37))


def _played(
    root: Path, kind: int, points: Mapping[int, int], body: Callable[[Server], None], *, level: int = 400
) -> None:
    """Runs a test in a world where Old Ann, who is paid for and promoted, has such points."""

    def run(server: Server) -> None:
        server.control("login", {**columns, "name": "Old Ann"})
        server.run(_SETUP.encode())
        body(server)

    columns = {"level": level, "vocation": kind and kind + 10, "health": 1000, "healthmax": 1000}
    columns |= {"mana": 500, "manamax": 500, "maglevel": 5}

    more = _TABLE + f"INSERT INTO player_wheeldata VALUES (7, x'{_blob(points).hex()}');"
    vocations = "".join(
        f'<vocation id="{number}" clientid="{number}" baseid="{number % 10}" name="V{number}" description="a v"'
        f' fromvoc="{number % 10}" gaincap="10" gainhp="5" gainmana="5" />'
        for number in (0, *range(1, 6), *range(11, 16))
    )
    files = {
        "schema.sql": schema_of("canary") + more,
        "data/XML/vocations.xml": f"<vocations>{vocations}</vocations>",
        "config.lua": "freePremium = true\n",
    }
    with_world(root, MAP, run, dialect="canary", files=files)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        # 500 points of it bring health, 350 mana.
        (KNIGHT, [1500, 350, 0, 1, 75, 25]),
        (PALADIN, [1000, 1050, 0, 0, 75, 25]),
        (SORCERER, [500, 2100, 1, 0, 75, 25]),
        (DRUID, [500, 2100, 1, 0, 75, 25]),
        (MONK, [1000, 700, 0, 0, 75, 25]),
    ],
)
def test_what_a_full_quarter_brings(tmp_path: Path, kind: int, expected: list[int]) -> None:
    def body(server: Server) -> None:
        assert server.run(b"return figures()") == expected
        assert server.run(b'return ann:revelationStageWOD("Gift of Life")') == 3

    _played(tmp_path, kind, _full(*GREEN), body)


def test_slots_that_are_not_full_bring_points_alone(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        assert server.run(b"return figures()") == [3 * 99, 74, 0, 0, 0, 0]
        assert server.run(
            b"return { ann:upgradeSpellsWOD('Groundshaker'), ann:revelationStageWOD('Gift of Life') }"
        ) == [
            0,
            0,
        ]

    _played(tmp_path, KNIGHT, {8: 99, 9: 74}, body)


@pytest.mark.parametrize(("level", "kind"), [(50, KNIGHT), (400, 0)])
def test_who_has_no_wheel(tmp_path: Path, level: int, kind: int) -> None:
    def body(server: Server) -> None:
        assert server.run(b"return figures()")[:4] == [0, 0, 0, 0]
        # The points are kept for better days.
        server.control("logout", "Old Ann", True)
        assert _stored(server) == _blob({1: 5})

    _played(tmp_path, kind, {1: 5}, body, level=level)


def _stored(server: Server) -> bytes:
    text: Any = server.run(b"""
        local id = db.storeQuery("SELECT slot FROM player_wheeldata WHERE player_id = 7")
        return (Result.getStream(id, "slot"))
    """)
    return text if isinstance(text, bytes) else str(text).encode("latin-1")


def test_stages_and_grades_as_scripts_read_them(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        assert server.run(b"""
            for _, name in ipairs({ "Divine Dazzle", "Swift Foot", "Divine Grenade" }) do
                spell(name, {})
            end
            return { ann:revelationStageWOD("Divine Grenade"), ann:upgradeSpellsWOD("Divine Grenade"),
                ann:revelationStageWOD("Divine Empowerment"), ann:upgradeSpellsWOD("Divine Empowerment"),
                ann:instantSkillWOD("Divine Empowerment"), ann:instantSkillWOD("Ballistic Mastery") }
        """) == [3, 3, 1, 2, True, False]
        # Two slots of it: one grade each.
        assert server.run(b"""
            return { ann:upgradeSpellsWOD("Divine Dazzle"), ann:getWheelSpellAdditionalTarget("Divine Dazzle"),
                ann:getWheelSpellAdditionalDuration("Divine Dazzle"), ann:getWheelSpellAdditionalArea("Divine Dazzle") }
        """) == [2, 0, 4, False]
        assert server.run(b"""
            ann:upgradeSpellsWOD("Divine Dazzle", false)
            return { ann:upgradeSpellsWOD("Divine Dazzle"), ann:getWheelSpellAdditionalTarget("Divine Dazzle") }
        """) == [1, 1]
        assert server.run(b"""
            local knew = ann:hasLearnedSpell("Divine Grenade")
            ann:upgradeSpellsWOD()
            return { knew, ann:hasLearnedSpell("Divine Grenade"), ann:revelationStageWOD("Divine Grenade") }
        """) == [True, False, 0]

    _played(tmp_path, PALADIN, {**_full(*RED), 26: 100, 31: 150}, body)


def test_what_scripts_set_themselves(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        assert server.run(b"""
            ann:instantSkillWOD("Battle Healing", true)
            ann:revelationStageWOD("Twin Burst", 1)
            ann:revelationStageWOD("Twin Burst", 1)
            local on = { ann:instantSkillWOD("Battle Healing"), ann:revelationStageWOD("Twin Burst") }
            ann:instantSkillWOD("Battle Healing", false)
            ann:revelationStageWOD("Twin Burst", 0)
            ann:upgradeSpellsWOD("Magic Shield", true)
            return { on, ann:instantSkillWOD("Battle Healing"), ann:revelationStageWOD("Twin Burst"),
                ann:upgradeSpellsWOD("Magic Shield"), ann:instantSkillWOD("nonsense"), ann:avatarTimer() }
        """) == [[True, 2], False, 0, 1, False, 0]
        assert server.run(
            b"return { ann:wheelUnlockScroll('basic'), ann:wheelUnlockScroll('basic'), ann:wheelUnlockScroll('none') }"
        ) == [True, False, False]

    _played(tmp_path, DRUID, {}, body)


def test_spells_cost_less_and_come_again_sooner(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.run(b"""
            spell("Fierce Berserk", { id = 11, mana = 100, cooldown = 6000 })
            spell("Groundshaker", { id = 12, mana = 50, cooldown = 8000 })
            ann:addMana(1000)
        """)
        # By the first grade of Fierce Berserk 30 less, and Groundshaker's second 2 seconds off.
        server.control("client_do", "Old Ann", {"op": "say", "text": "fierce berserk"})
        mana = server.run(b"return ann:getMaxMana() - ann:getMana()")
        assert mana == 70
        server.advance(1200)
        server.control("client_do", "Old Ann", {"op": "say", "text": "groundshaker"})
        assert server.run(b"return ann:getMaxMana() - ann:getMana()") == 120
        server.advance(5900)
        server.control("client_do", "Old Ann", {"op": "say", "text": "groundshaker"})
        assert server.run(b"return ann:getMaxMana() - ann:getMana()") == 120
        server.advance(300)
        server.control("client_do", "Old Ann", {"op": "say", "text": "groundshaker"})
        assert server.run(b"return ann:getMaxMana() - ann:getMana()") == 170

    _played(tmp_path, KNIGHT, {16: 50, 8: 100, 24: 100}, body)


_FIGHT = """
    local kind = Game.createMonsterType("Wolf")
    kind:maxHealth(100000)
    kind:health(100000)
    kind:isAttackable(true)
    wolf = Game.createMonster("Wolf", ann:getPosition(), true, true)
    function hurt(caster, target, value, type)
        local least = 100000
        for _ = 1, 6 do
            target:addHealth(1000000)
            local before = target:getHealth()
            local made = Combat()
            made:setParameter(COMBAT_PARAM_TYPE, type or COMBAT_FIREDAMAGE)
            made:setFormula(COMBAT_FORMULA_DAMAGE, -value, 0, -value, 0)
            made:execute(caster, Variant(target:getId()))
            least = math.min(least, before - target:getHealth())
        end
        return least
    end
"""


def test_damage_and_healing_of_revelations(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.run(_FIGHT.encode())
        # Two quarters of the third stage: 20 each.
        assert server.run(b"return hurt(ann, wolf, 100)") == 140
        assert (
            server.run(b"""
            ann:addHealth(-800)
            local before = ann:getHealth()
            doTargetCombatHealth(ann:getId(), ann, COMBAT_HEALING, 100, 100, CONST_ME_NONE)
            return ann:getHealth() - before
        """)
            == 140
        )

    _played(tmp_path, KNIGHT, _full(*GREEN, *RED), body)


def test_an_avatar_strikes_critically_and_softens(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.run(_FIGHT.encode())
        critical = (
            b"return { ann:getEffectiveSkillLevel(SKILL_CRITICAL_HIT_CHANCE),"
            b" ann:getEffectiveSkillLevel(SKILL_CRITICAL_HIT_DAMAGE) }"
        )
        assert server.run(critical) == [0, 0]
        before = server.run(b"return hurt(wolf, ann, 200)")
        server.run(b"ann:avatarTimer(systemTime() + 5000)")
        assert server.run(critical) == [10000, 1500]
        # A seventh and a bit of it.
        assert server.run(b"return hurt(wolf, ann, 200)") == before - -(-before * 15 // 100)
        server.advance(6000)
        assert server.run(critical) == [0, 0]

    _played(tmp_path, KNIGHT, _full(*PURPLE), body)


def test_battle_instinct_by_those_who_are_near(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.run(_FIGHT.encode())
        skill = (
            b"enter_fight() ann:onThinkWheelOfDestiny(true)"
            b" return ann:getEffectiveSkillLevel(SKILL_SHIELD) - ann:getSkillLevel(SKILL_SHIELD)"
        )
        assert server.run(skill) == 0
        server.run(b"for _ = 1, 5 do Game.createMonster('Wolf', ann:getPosition(), true, true) end")
        # Six beside it: two more than four.
        assert server.run(skill) == 12
        server.run(b"ann:removeCondition(CONDITION_INFIGHT) ann:onThinkWheelOfDestiny()")
        assert server.run(b"return ann:getEffectiveSkillLevel(SKILL_SHIELD) - ann:getSkillLevel(SKILL_SHIELD)") == 0

    _played(tmp_path, KNIGHT, _full(1), body)


def test_the_gift_of_life_comes_once(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.run(_FIGHT.encode())
        found = server.run(b"""
            local most = ann:getMaxHealth()
            function blow()
                ann:addHealth(100 - ann:getHealth())
                doTargetCombatHealth(wolf:getId(), ann, COMBAT_AGONYDAMAGE, -200, -200, CONST_ME_NONE)
                return ann:getHealth()
            end
            return { most, blow(), ann:getStorageValue(43200) }
        """)
        most, left, pause = found
        # A fifth of its health comes back, with 4 by the stage; of the blow what was left of it before is taken.
        assert left == 100 + most * 20 // 100 + 4 - 100
        assert pause == 108000
        assert server.run(b"return blow()") == 0

    _played(tmp_path, DRUID, {1: 200, 2: 50}, body)


def test_the_points_are_kept(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.run(b"ann:upgradeSpellsWOD('Heal Friend', true)")
        server.control("logout", "Old Ann", True)
        assert _stored(server) == _blob({1: 200, 8: 30})
        server.control("login", {"name": "Old Ann", "level": 400, "vocation": 14})
        assert server.run(b'ann = Player("Old Ann") ' + b"return figures()")[0] == 230

    _played(tmp_path, DRUID, {1: 200, 8: 30}, body)
