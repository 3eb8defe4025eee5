"""Canary's hazard system: what players dare makes monsters of such places stronger, and worth more."""

from __future__ import annotations

from typing import Any

from tests.realms.canary.fights import field, told

_WOLF = """
    wolf = beast("Wolf", 1001, 1001)
    function bite(amount)
        return lost(ann, function() doTargetCombatHealth(wolf, ann, COMBAT_LIFEDRAIN, -amount, -amount, 0) end)
    end
    function hit(amount)
        return lost(wolf, function() doTargetCombatHealth(ann, wolf, COMBAT_LIFEDRAIN, -amount, -amount, 0) end)
    end
"""


def _figures(code: str, config: str = "") -> Any:
    with field("canary") as kit:
        if config:
            path = kit.checkout.path / "config.lua"
            path.write_text(path.read_text() + config)
            kit.run("Game.reload(RELOAD_TYPE_CONFIG)")
        kit.run(_WOLF)
        return [kit.run(code), told(kit, "Ann")]


def test_damage_grows_with_the_points_of_who_dares_least() -> None:
    code = """
        wolf:hazard(true)
        wolf:hazardDamageBoost(true)
        local list = { bite(100) }
        ann:setHazardSystemPoints(10)
        list[2] = bite(100)
        bob:setHazardSystemPoints(3)
        local party = Party(ann)
        party:addInvite(bob)
        party:addMember(bob)
        list[3] = bite(100)
        wolf:hazard(false)
        list[4] = bite(100)
        return { list, ann:getHazardSystemPoints(), ann:getIcon("hazard").count }
    """
    # 2 percent a point.
    assert _figures(code)[0] == [[100, 120, 106, 100], 10, 10]


def test_a_monster_defends_itself_and_dodges() -> None:
    code = """
        wolf:hazard(true)
        wolf:hazardDefenseBoost(true)
        ann:setHazardSystemPoints(10)
        local less = hit(100)
        wolf:hazardDodge(true)
        ann:setHazardSystemPoints(200)
        return { less, hit(100) }
    """
    figures, texts = _figures(code, "\nhazardDefenseMultiplier = 150\nhazardDodgeMultiplier = 50\n")
    assert figures == [85, 0]
    assert [text for text in texts if "dodged" in text] == [
        "A wolf has dodged your attack.",
        "A wolf has dodged your attack. (Hazard)",
    ]


def test_critical_hits_come_no_sooner_than_they_may() -> None:
    code = """
        wolf:hazard(true)
        wolf:hazardCrit(true)
        ann:setHazardSystemPoints(5)
        return { bite(100), bite(100) }
    """
    assert _figures(code, "\nhazardCriticalChance = 10000\n")[0] == [151, 100]


def test_a_death_is_worth_more() -> None:
    code = """
        local kind = MonsterType("Wolf")
        kind:experience(1000)
        wolf:hazard(true)
        ann:setHazardSystemPoints(2)
        before = ann:getExperience()
        hit(9000)
    """
    with field("canary") as kit:
        kit.run(_WOLF + code)
        kit.advance(1000)
        assert kit.run("return ann:getExperience() - before") == 1070
        texts = told(kit, "Ann")
    assert "You gained 1070 experience points. (Hazard)" in texts
