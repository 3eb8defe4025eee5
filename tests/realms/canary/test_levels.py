"""Levels, skills and magic: what they take, what they bring, and what death takes of them."""

from __future__ import annotations

import pytest
from tests.realms.canary.fights import field, told
from tests.realms.canary.servers import DIALECTS

from tibicen.realms.canary.server import Dialect


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("level", "experience"), [(1, 0), (2, 100), (8, 4200), (100, 15694800), (5000, 2080836474500)])
def test_the_experience_of_levels(dialect: Dialect, level: int, experience: int) -> None:
    with field(dialect) as kit:
        lua = """
            return Game.getExperienceForLevel({level})
        """
        expected = ((level - 6) * level + 17) * level - 12
        assert kit.run(lua.replace("{level}", str(level))) == expected // 6 * 100
        if level != 5000:
            assert expected // 6 * 100 == experience


def test_the_experience_of_a_level_without_a_sign_wraps() -> None:
    with field("tfs") as kit:
        level = 2**32 - 3
        wrapped = ((((level - 6) * level + 17) * level - 12) % 2**64) // 6 * 100 % 2**64
        assert kit.run("return Game.getExperienceForLevel(-3)") == pytest.approx(wrapped, rel=1e-12)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_level_brings_what_the_vocation_gains(dialect: Dialect) -> None:
    with field(dialect) as kit:
        level, health, mana = kit.run("""
            local vocation = ann:getVocation()
            local health, mana, level = ann:getMaxHealth(), ann:getMaxMana(), ann:getLevel()
            ann:addExperience(Game.getExperienceForLevel(level + 2) - ann:getExperience())
            return {
                ann:getLevel() - level,
                ann:getMaxHealth() - health - 2 * vocation:getHealthGain(),
                ann:getMaxMana() - mana - 2 * vocation:getManaGain(),
            }
        """)
        assert (level, health, mana) == (2, 0, 0)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_experience_below_nothing_wraps(dialect: Dialect) -> None:
    with field(dialect) as kit:
        gained = kit.run("""
            local before = ann:getExperience()
            -- Without a sign this is huge, and the sum wraps.
            ann:addExperience(-5)
            ann:addExperience(50)
            return ann:getExperience() - before
        """)
        assert gained == 45


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tries_make_skills_and_magic_better(dialect: Dialect) -> None:
    with field(dialect) as kit:
        skill, magic = kit.run("""
            local vocation = ann:getVocation()
            local skill, magic = ann:getSkillLevel(SKILL_SWORD), ann:getBaseMagicLevel()
            ann:addSkillTries(SKILL_SWORD, vocation:getRequiredSkillTries(SKILL_SWORD, skill + 1))
            ann:addManaSpent(vocation:getRequiredManaSpent(magic + 1))
            return { ann:getSkillLevel(SKILL_SWORD) - skill, ann:getBaseMagicLevel() - magic }
        """)
        assert (skill, magic) == (1, 1)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_level_is_told_to_the_events_of_the_player(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.load_text("""
            rises = {}
            for at = 1, 2 do
                local event = CreatureEvent("Rise" .. at)
                event:type("advance")
                event:onAdvance(function(player, skill, old, new)
                    rises[#rises + 1] = at .. ":" .. old .. "-" .. new
                    return true
                end)
                event:register()
            end
        """)
        rises = kit.run("""
            ann:registerEvent("Rise1")
            ann:registerEvent("Rise2")
            ann:addExperience(Game.getExperienceForLevel(53) - ann:getExperience())
            return rises
        """)
        assert list(rises) == ["1:50-53", "2:50-53"]


def test_a_monster_that_is_mastered_is_worth_more() -> None:
    code = """
        local wolf = beast("Wolf", 1001, 1001)
        MonsterType("Wolf"):experience(1000)
        ann:addAnimusMastery("wolf")
        before = ann:getExperience()
        doTargetCombatHealth(ann, wolf, COMBAT_LIFEDRAIN, -9000, -9000, 0)
    """
    with field("canary") as kit:
        kit.run(code)
        kit.advance(1000)
        assert kit.run("return ann:getExperience() - before") == 1020
        assert "You gained 1020 experience points. (animus mastery bonus 2.0%)" in told(kit, "Ann")
