"""Combat: what is hit and how much, who may hurt whom, callbacks and events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.fights import FIELD, field
from tests.realms.canary.servers import DIALECTS
from tests.realms.canary.worlds import area, otbm, tile, with_world

from tibicen.realms.canary.server import Dialect, Server


@pytest.mark.parametrize("dialect", DIALECTS)
def test_damage_and_healing(dialect: Dialect) -> None:
    code = """
        local wolf = beast("Wolf", 1001, 1001)
        local fire = combat(COMBAT_FIREDAMAGE, -50, 0, -50, 0)
        local hurt = lost(wolf, function() fire:execute(ann, Variant(wolf:getId())) end)
        ann:addHealth(-300)
        local health = ann:getHealth()
        local heal = combat(COMBAT_HEALING, 80, 0, 80, 0)
        heal:setParameter(COMBAT_PARAM_AGGRESSIVE, 0)
        heal:execute(ann, Variant(ann:getId()))
        return { hurt, ann:getHealth() - health, ann:hasCondition(CONDITION_INFIGHT) }
    """
    with field(dialect) as kit:
        assert kit.run(code) == [50, 80, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_players_do_half_to_each_other(dialect: Dialect) -> None:
    code = """
        return lost(bob, function() combat(COMBAT_DEATHDAMAGE, -100, 0, -100, 0):execute(ann, Variant(bob:getId())) end)
    """
    with field(dialect) as kit:
        found = kit.run(code)
        # Canary's vocations soften it a bit more.
        assert found == 50 if dialect == "tfs" else 40 < found <= 50


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_area_turns_with_the_caster(dialect: Dialect) -> None:
    code = """
        local hits, at = {}, { [DIRECTION_NORTH] = Position(1000, 999, 7), [DIRECTION_EAST] = Position(1001, 1000, 7) }
        local north, east = beast("Wolf", 1001, 997), beast("Wolf", 1003, 1001)
        local wave = combat(COMBAT_ENERGYDAMAGE, -10, 0, -10, 0)
        wave:setArea(createCombatArea({ { 1, 1, 1 }, { 0, 1, 0 }, { 0, 3, 0 } }))
        for _, direction in ipairs({ DIRECTION_NORTH, DIRECTION_EAST }) do
            ann:setDirection(direction)
            wave:execute(ann, Variant(at[direction]))
            hits[#hits + 1] = 5000 - north:getHealth()
            hits[#hits + 1] = 5000 - east:getHealth()
        end
        return hits
    """
    with field(dialect) as kit:
        assert kit.run(code) == [10, 0, 10, 10]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_callbacks_are_taken_out_of_the_globals(dialect: Dialect) -> None:
    code = """
        local seen = {}
        function onGetFormulaValues(player, level, magic)
            seen[1], seen[2] = level, magic
            return -30, -30
        end
        function onTargetCreature(creature, target)
            seen[3] = target:getName()
        end
        local made = combat(COMBAT_ICEDAMAGE)
        seen[4] = made:setCallback(CALLBACK_PARAM_LEVELMAGICVALUE, "onGetFormulaValues")
        made:setCallback(CALLBACK_PARAM_TARGETCREATURE, "onTargetCreature")
        seen[5] = rawget(_G, "onGetFormulaValues") == nil and rawget(_G, "onTargetCreature") == nil
        seen[6] = made:setCallback(CALLBACK_PARAM_TARGETTILE, "nothingOfThisName")
        local wolf = beast("Wolf", 1001, 1001)
        seen[7] = lost(wolf, function() made:execute(ann, Variant(wolf:getId())) end)
        return seen
    """
    with field(dialect) as kit:
        assert kit.run(code) == [50, 10, "Wolf", True, True, False, 30]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_scripts_change_damage(dialect: Dialect) -> None:
    event = """
        local event = CreatureEvent("Soft")
        function event.onHealthChange(creature, attacker, primary, type, secondary, other, origin)
            seen = { attacker == ann, type == COMBAT_EARTHDAMAGE, secondary, origin }
            return primary / 2, type, secondary, other
        end
        event:register()
    """
    code = """
        local wolf = beast("Wolf", 1001, 1001)
        wolf:registerEvent("Soft")
        local hurt = lost(wolf, function()
            local made = combat(COMBAT_EARTHDAMAGE, -40, 0, -40, 0)
            made:setOrigin(ORIGIN_SPELL)
            made:execute(ann, Variant(wolf:getId()))
        end)
        return { hurt, seen[1], seen[2], seen[3], seen[4] == ORIGIN_SPELL }
    """
    with field(dialect) as kit:
        kit.load_text(event)
        assert kit.run(code) == [20, True, True, 0, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_fight_in_a_protection_zone(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local ann, bob = Player("Ann"), Player("Bob")
        local made = Combat()
        made:setParameter(COMBAT_PARAM_TYPE, COMBAT_DEATHDAMAGE)
        made:setFormula(COMBAT_FORMULA_DAMAGE, -20, 0, -20, 0)
        local health = bob:getHealth()
        made:execute(ann, Variant(bob:getPosition()))
        local safe = health - bob:getHealth()
        bob:teleportTo(Position(1000, 1001, 7))
        made:execute(ann, Variant(bob:getPosition()))
        return { safe, health - bob:getHealth() > 0 }
    """

    def fight(server: Server) -> Any:
        for name, x in (("Ann", 1000), ("Bob", 1001)):
            columns = {"level": 50, "health": 500, "healthmax": 500, "posx": x, "posy": 1000, "posz": 7}
            server.control("client_enter", name, columns)
        return server.run(code.encode())

    # Bob stands where nobody fights; Ann, and the place south of her, are outside.
    ground = area(1000, 1000, 7, [tile(0, 0), tile(1, 0, flags=1), tile(0, 1), tile(1, 1)])
    assert with_world(tmp_path, otbm([ground]), fight, dialect=dialect) == [0, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_conditions_effects_and_fields(dialect: Dialect) -> None:
    code = f"""
        local wolf = beast("Wolf", 1001, 1001)
        local made = combat(COMBAT_FIREDAMAGE, -5, 0, -5, 0)
        made:setParameter(COMBAT_PARAM_EFFECT, CONST_ME_FIREAREA)
        made:setParameter(COMBAT_PARAM_DISTANCEEFFECT, CONST_ANI_FIRE)
        made:setParameter(COMBAT_PARAM_CREATEITEM, {FIELD})
        local slow = Condition(CONDITION_PARALYZE)
        slow:setTicks(9000)
        slow:setFormula(-0.3, 0, -0.3, 0)
        made:addCondition(slow)
        server.forget(bob)
        made:execute(ann, Variant(wolf:getPosition()))
        local effects = {{}}
        for _, kind in ipairs({{ "effect", "distance_effect" }}) do
            effects[#effects + 1] = #server.messages(bob, kind)
        end
        local field = Tile(wolf:getPosition()):getItemById({FIELD})
        return {{ wolf:hasCondition(CONDITION_PARALYZE), field ~= nil, effects[1] > 0 }}
    """
    with field(dialect) as kit:
        assert kit.run(code) == [True, True, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_mana(dialect: Dialect) -> None:
    code = """
        local drain = combat(COMBAT_MANADRAIN, -60, 0, -60, 0)
        local mana = bob:getMana()
        drain:execute(ann, Variant(bob:getId()))
        local after = mana - bob:getMana()
        local shield = Condition(CONDITION_MANASHIELD)
        shield:setTicks(9000)
        if CONDITION_PARAM_MANASHIELD then
            shield:setParameter(CONDITION_PARAM_MANASHIELD, 100)
        end
        bob:addCondition(shield)
        local health = bob:getHealth()
        mana = bob:getMana()
        combat(COMBAT_DEATHDAMAGE, -20, 0, -20, 0):execute(ann, Variant(bob:getId()))
        return { after > 0, health - bob:getHealth(), bob:getMana() < mana or CONDITION_PARAM_MANASHIELD ~= nil }
    """
    with field(dialect) as kit:
        assert kit.run(code) == [True, 0, True]
