"""Creatures: what they say, where they stand, what they think, whom they follow."""

from __future__ import annotations

import pytest
from tests.realms.canary.fights import field
from tests.realms.canary.servers import DIALECTS

from tibicen.realms.canary.server import Dialect


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_said_is_heard_by_who_is_near(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.run('ann:say("hello", TALKTYPE_SAY)')
        texts = kit.run("""
            local list = {}
            for _, message in ipairs(server.messages("Bob")) do
                if message.text == "hello" then
                    list[#list + 1] = message.name
                end
            end
            return list
        """)
        assert list(texts) == ["Ann"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_who_is_sent_elsewhere_is_there_and_faces_where_it_went(dialect: Dialect) -> None:
    with field(dialect) as kit:
        x, y, direction = kit.run(
            """
            ann:teleportTo(Position(1003, 1003, 7), TFS)
            local at = ann:getPosition()
            return { at.x, at.y, ann:getDirection() }
        """.replace("TFS", str(dialect == "tfs").lower())
        )
        assert (x, y) == (1003, 1003)
        assert direction == kit.run("return DIRECTION_EAST")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_health_is_bounded_and_falls_to_death(dialect: Dialect) -> None:
    with field(dialect) as kit:
        full, hurt = kit.run("""
            wolf = beast("Wolf", 1000, 999)
            wolf:addHealth(100)
            local full = wolf:getHealth() == wolf:getMaxHealth()
            wolf:addHealth(-20)
            return { full, wolf:getMaxHealth() - wolf:getHealth() }
        """)
        assert (full, hurt) == (True, 20)
        kit.run("wolf:addHealth(-1000000) id = wolf:getId()")
        kit.advance(100)
        assert kit.run("return Creature(id) == nil")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_masters_and_summons_know_each_other(dialect: Dialect) -> None:
    with field(dialect) as kit:
        assert kit.run("""
            local wolf = beast("Wolf", 1000, 999)
            wolf:setMaster(ann)
            local known = wolf:getMaster() == ann and #ann:getSummons() == 1 and ann:getSummons()[1] == wolf
            wolf:setMaster(nil)
            return known and wolf:getMaster() == nil and #ann:getSummons() == 0
        """)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_creatures_think_once_a_second(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.load_text("""
            thoughts = 0
            local event = CreatureEvent("Ponder")
            event:type("think")
            event:onThink(function(creature, interval)
                thoughts = thoughts + 1
                return true
            end)
            event:register()
        """)
        kit.run('ann:registerEvent("Ponder")')
        kit.advance(3000)
        assert kit.run("return thoughts") == 3
        kit.run('ann:unregisterEvent("Ponder")')
        kit.advance(3000)
        assert kit.run("return thoughts") == 3


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_first_no_keeps_a_creature_alive(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.load_text("""
            asked = {}
            for at = 1, 2 do
                local event = CreatureEvent("Save" .. at)
                event:type("preparedeath")
                event:onPrepareDeath(function(creature)
                    asked[#asked + 1] = at
                    creature:addHealth(50)
                    return false
                end)
                event:register()
            end
        """)
        kit.run("""
            wolf = beast("Wolf", 1000, 999)
            wolf:registerEvent("Save1")
            wolf:registerEvent("Save2")
            local hit = doTargetCombatHealth or doTargetCombat
            hit(ann:getId(), wolf, COMBAT_PHYSICALDAMAGE, -100000, -100000, 0)
        """)
        kit.advance(100)
        assert list(kit.run("return asked")) == [1]
        assert kit.run("return not wolf:isRemoved() and wolf:getHealth() > 0")
