"""Conditions: adding and merging, what they do in time, and how they end."""

from __future__ import annotations

import pytest
from tests.realms.canary.fights import field
from tests.realms.canary.servers import DIALECTS

from tibicen.realms.canary.server import Dialect


@pytest.mark.parametrize("dialect", DIALECTS)
def test_damage_over_time(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.run("""
            wolf = beast("Wolf", 999, 999)
            local fire = Condition(CONDITION_FIRE)
            fire:setParameter(CONDITION_PARAM_DELAYED, 1)
            fire:addDamage(3, 2000, -10)
            wolf:addCondition(fire)
        """)
        lost = "return 5000 - wolf:getHealth()"
        assert kit.run(lost) == 0
        kit.advance(2100)
        assert kit.run(lost) == 10
        kit.advance(10000)
        assert kit.run("return { 5000 - wolf:getHealth(), wolf:hasCondition(CONDITION_FIRE) }") == [30, False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_without_delay_the_first_hit_is_at_once(dialect: Dialect) -> None:
    code = """
        local wolf = beast("Wolf", 999, 999)
        local poison = Condition(CONDITION_POISON)
        poison:addDamage(2, 4000, -7)
        wolf:addCondition(poison)
        return 5000 - wolf:getHealth()
    """
    with field(dialect) as kit:
        # TFS waits for the first think.
        assert kit.run(code) == (7 if dialect == "canary" else 0)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_regeneration(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.run("""
            ann:addHealth(-500)
            health, mana = ann:getHealth(), ann:getMana()
            local food = Condition(CONDITION_REGENERATION, CONDITIONID_COMBAT)
            food:setParameter(CONDITION_PARAM_SUBID, 9)
            food:setParameter(CONDITION_PARAM_TICKS, 60000)
            food:setParameter(CONDITION_PARAM_HEALTHGAIN, 12)
            food:setParameter(CONDITION_PARAM_HEALTHTICKS, 3000)
            ann:addCondition(food)
        """)
        kit.advance(9100)
        assert kit.run("return { ann:getHealth() - health, ann:getMana() - mana }") == [36, 0]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_speed(dialect: Dialect) -> None:
    code = """
        local base = bob:getSpeed()
        local haste = Condition(CONDITION_HASTE)
        haste:setParameter(CONDITION_PARAM_TICKS, 4000)
        haste:setParameter(CONDITION_PARAM_SPEED, 70)
        bob:addCondition(haste)
        local faster = bob:getSpeed() - base
        server.advance(6000)
        return { faster, bob:getSpeed() - base, bob:hasCondition(CONDITION_HASTE) }
    """
    with field(dialect) as kit:
        assert kit.run(code) == [70, 0, False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_skills_and_what_a_player_can_have_most(dialect: Dialect) -> None:
    code = """
        local blessed = Condition(CONDITION_ATTRIBUTES)
        blessed:setParameter(CONDITION_PARAM_TICKS, 3000)
        blessed:setParameter(CONDITION_PARAM_SKILL_SWORD, 6)
        blessed:setParameter(CONDITION_PARAM_STAT_MAXHITPOINTS, 200)
        bob:addCondition(blessed)
        local skill, most = bob:getEffectiveSkillLevel(SKILL_SWORD), bob:getMaxHealth()
        server.advance(5000)
        return { skill, most, bob:getEffectiveSkillLevel(SKILL_SWORD), bob:getMaxHealth() }
    """
    with field(dialect) as kit:
        assert kit.run(code) == [16, 1200, 10, 1000]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_longer_one_stays_and_sub_ids_are_apart(dialect: Dialect) -> None:
    code = """
        local function muted(ms)
            local made = Condition(CONDITION_MUTED)
            made:setTicks(ms)
            return made
        end
        local ticks = {}
        for _, ms in ipairs({ 5000, 9000, 3000 }) do
            ann:addCondition(muted(ms))
            ticks[#ticks + 1] = ann:getCondition(CONDITION_MUTED):getTicks()
        end
        for id = 1, 2 do
            local made = Condition(CONDITION_ATTRIBUTES)
            made:setParameter(CONDITION_PARAM_SUBID, id)
            made:setTicks(1000)
            ann:addCondition(made)
        end
        ann:removeCondition(CONDITION_ATTRIBUTES, CONDITIONID_COMBAT, 1)
        return {
            ticks[1], ticks[2], ticks[3],
            ann:hasCondition(CONDITION_ATTRIBUTES, 1), ann:hasCondition(CONDITION_ATTRIBUTES, 2),
        }
    """
    with field(dialect) as kit:
        assert kit.run(code) == [5000, 9000, 9000, False, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_outfit_and_light_are_lent(dialect: Dialect) -> None:
    code = """
        local look = ann:getOutfit().lookType
        local disguise = Condition(CONDITION_OUTFIT)
        disguise:setTicks(2000)
        disguise:setOutfit({ lookType = 21 })
        ann:addCondition(disguise)
        local before = ann:getOutfit().lookType
        server.advance(3000)
        return { before, ann:getOutfit().lookType == look }
    """
    with field(dialect) as kit:
        assert kit.run(code) == [21, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_icons_are_told(dialect: Dialect) -> None:
    code = """
        server.forget(ann)
        local drunk = Condition(CONDITION_DRUNK)
        drunk:setTicks(5000)
        ann:addCondition(drunk)
        return #server.messages(ann, "icons")
    """
    with field(dialect) as kit:
        assert kit.run(code) > 0
