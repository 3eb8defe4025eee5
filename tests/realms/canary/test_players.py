"""Players: what they are made of, what they keep, how they come, go and die."""

from __future__ import annotations

import struct

import pytest
from tests.realms.canary.fights import field, told
from tests.realms.canary.servers import DIALECTS

from tibicen.realms.canary.server import Dialect


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_player_is_found_by_its_name_id_and_number(dialect: Dialect) -> None:
    with field(dialect) as kit:
        assert kit.run("""
            return Player("ANN") == ann and Player(ann:getId()) == ann and Player(ann:getGuid()) == ann
                and Creature("ann") == ann and Player("nobody") == nil and ann ~= bob
        """)
        assert kit.run("return ann:isPlayer() and ann:getVocation():getId()") == 1
        assert kit.run("return #Game.getPlayers()") == 2


@pytest.mark.parametrize("dialect", DIALECTS)
def test_mana_that_is_set_below_nothing_looks_huge(dialect: Dialect) -> None:
    with field(dialect) as kit:
        low, most, after = kit.run("""
            ann:setMaxMana(-5)
            local low, most = ann:getMana(), ann:getMaxMana()
            ann:setMaxMana(90)
            ann:addMana(12)
            return { low, most, ann:getMana() }
        """)
        assert (low, most, after) == (4294967291, 0, 7)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_storage_values_stay_and_go(dialect: Dialect) -> None:
    with field(dialect) as kit:
        values = kit.run("""
            ann:setStorageValue(77, 12)
            local before = ann:getStorageValue(77)
            ann:setStorageValue(77, -1)
            return { before, ann:getStorageValue(77) or -1, bob:getStorageValue(77) or -1 }
        """)
        assert list(values) == [12, -1, -1]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_script_that_refuses_a_logout_keeps_the_player(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.load_text("""
            local event = CreatureEvent("Stay")
            stays = true
            event.onLogout = function(player)
                left = player:getName()
                return not stays
            end
            event:register()
        """)
        assert kit.control("logout", "Ann") is False
        assert kit.run("return left") == "Ann"
        assert kit.run("return Player('Ann') ~= nil")
        kit.run("stays = false")
        assert kit.control("logout", "Ann") is True
        assert kit.run("return Player('Ann') == nil")
        kit.control("login", {"name": "Ann", "posx": 1000, "posy": 1000, "posz": 7})
        assert kit.run("return Player('Ann'):getPosition().x") == 1000


@pytest.mark.parametrize("dialect", DIALECTS)
def test_who_dies_loses_experience_and_leaves(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.load_text("""
            local event = CreatureEvent("Fall")
            event.onDeath = function(creature, corpse, killer)
                dead = { creature:getName(), killer and killer:getName() or "nobody" }
                return true
            end
            event:register()
        """)
        before = kit.run("ann:registerEvent('Fall') return ann:getExperience()")
        kit.run("""
            local wolf = beast("Wolf", 1000, 999)
            local hit = doTargetCombatHealth or doTargetCombat
            hit(wolf:getId(), ann, COMBAT_FIREDAMAGE, -100000, -100000, 0)
        """)
        kit.advance(1000)
        assert list(kit.run("return dead")) == ["Ann", "Wolf"]
        assert kit.run("return Player('Ann') == nil")
        kit.control("login", {"name": "Ann"})
        assert kit.run("return Player('Ann'):getExperience()") < before


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_window_that_is_answered_tells_the_script(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.load_text("""
            local event = CreatureEvent("Asked")
            event:type("modalwindow")
            event:onModalWindow(function(player, window, button, choice)
                answer = { player:getName(), window, button, choice }
            end)
            event:register()
        """)
        assert kit.run("""
            ann:registerEvent("Asked")
            local window = ModalWindow(9, "Title", "Text")
            window:addButton(1, "Yes")
            window:addButton(2, "No")
            window:addChoice(3, "Some")
            return window:getButtonCount() == 2 and window:getChoiceCount() == 1
                and window:sendToPlayer(ann) and window:sendToPlayer(ann)
        """)
        message = b"\xf9" + struct.pack("<IBB", 9, 2, 3)
        kit.control("client_do", "Ann", {"op": "raw", "hex": message.hex()})
        assert list(kit.run("return answer")) == ["Ann", 9, 2, 3]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_removed_monster_has_no_methods_that_tell_anything(dialect: Dialect) -> None:
    with field(dialect) as kit:
        assert kit.run("""
            local wolf = beast("Wolf", 1000, 999)
            local id = wolf:getId()
            local there = Creature(id) == wolf and not wolf:isRemoved()
            wolf:remove()
            return there and wolf:isRemoved() == nil and Creature(id) == nil
        """)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_texts_come_to_the_client(dialect: Dialect) -> None:
    with field(dialect) as kit:
        told(kit, "Ann")
        kit.run('ann:sendTextMessage(MESSAGE_EVENT_ADVANCE, "Well done.")')
        assert "Well done." in told(kit, "Ann")
