"""Weapons: what they do in a player's hands, and what their scripts say."""

from __future__ import annotations

import pytest
from tests.realms.canary.fights import SWORD, WAND, field
from tests.realms.canary.servers import DIALECTS

from tibicen.realms.canary.server import Dialect


@pytest.mark.parametrize("dialect", DIALECTS)
def test_melee_takes_turns(dialect: Dialect) -> None:
    code = f"""
        wolf = beast("Wolf", 1001, 1000)
        ann:addItem({SWORD}, 1, true, 1, CONST_SLOT_LEFT)
        ann:setTarget(wolf)
        before = wolf:getHealth()
    """
    with field(dialect, skill_sword=80) as kit:
        kit.run(code)
        kit.advance(20000)
        lost = kit.run("return before - wolf:getHealth()")
        # At most ten hits of a sword of 40 in such hands.
        assert 0 < lost < 10 * 400
        assert kit.run("return ann:hasCondition(CONDITION_INFIGHT)") is True


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_wand_costs_mana_and_reaches_far(dialect: Dialect) -> None:
    code = f"""
        local wand = Weapon(WEAPON_WAND)
        wand:id({WAND})
        wand:mana(7)
        wand:damage(30, 30)
        wand:element("fire")
        wand:register()
        wolf = beast("Wolf", 1003, 1000)
        ann:addItem({WAND}, 1, true, 1, CONST_SLOT_LEFT)
        ann:setTarget(wolf)
        before, mana = wolf:getHealth(), ann:getMana()
    """
    with field(dialect) as kit:
        kit.run(code)
        kit.advance(5000)
        lost, spent = kit.run("return { before - wolf:getHealth(), mana - ann:getMana() }")
        assert lost > 0
        assert lost % 30 == 0
        assert spent >= lost // 30 * 7 - 15


@pytest.mark.parametrize("dialect", DIALECTS)
def test_scripts_take_over(dialect: Dialect) -> None:
    code = f"""
        uses = 0
        local blade = Weapon(WEAPON_SWORD)
        blade:id({SWORD})
        blade.onUseWeapon = function(player, variant)
            uses = uses + 1
            return variant:getNumber() == wolf:getId()
        end
        registered = blade:register()
        wolf = beast("Wolf", 1001, 1000)
        ann:addItem({SWORD}, 1, true, 1, CONST_SLOT_LEFT)
        ann:setTarget(wolf)
        before = wolf:getHealth()
    """
    with field(dialect) as kit:
        kit.run(code)
        kit.advance(5000)
        assert kit.run("return { registered, before - wolf:getHealth() }") == [True, 0]
        assert kit.run("return uses") >= 2
