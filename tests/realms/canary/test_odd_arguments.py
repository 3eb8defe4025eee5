"""What the servers make of arguments that nobody should pass: recorded from the real ones."""

from __future__ import annotations

from typing import Any

from tests.realms.canary.fights import field, told

from tibicen.realms.canary.server import Dialect

_PACK = """
    -- What a call answers, with how many values.
    function answers(...) return { select("#", ...), tostring((...)) } end
"""


def _answers(dialect: Dialect, *calls: str) -> list[Any]:
    with field(dialect) as kit:
        kit.run(_PACK)
        return [kit.run(f"return answers({call})") for call in calls]


def test_what_a_condition_does_not_know_is_nil_and_not_nothing() -> None:
    answers = _answers(
        "tfs",
        "Condition(CONDITION_HASTE):getParameter()",
        "Condition(CONDITION_FIRE):getParameter(12345)",
        "Condition(CONDITION_FIRE):getParameter(CONDITION_PARAM_TICKS)",
    )
    assert answers == [[1, "nil"], [1, "nil"], [1, "0"]]


def test_numbers_of_parameters_are_cut() -> None:
    answers = _answers(
        "tfs",
        "Combat():getParameter(2.7)",
        "Combat():getParameter(2^40)",
        'Combat():setCallback(2.7, "no such function")',
    )
    assert answers == [[1, "0"], [1, "0"], [1, "false"]]


def test_a_second_group_that_is_nil_is_none() -> None:
    call = 'Spell("instant"):group(1, nil, 1)'
    assert _answers("tfs", call) == [[1, "false"]]
    # Canary reads the first for both.
    assert _answers("canary", call) == [[1, "true"]]


def test_any_value_but_false_and_nil_is_true() -> None:
    code = """
        local spell = Spell("instant")
        spell:hasParams(0)
        local list = { spell:hasParams() }
        spell:hasParams(nil)
        list[2] = spell:hasParams()
        return list
    """
    for dialect in ("canary", "tfs"):
        with field(dialect) as kit:
            assert kit.run(code) == [True, False]


def test_a_text_is_an_outfit_without_anything() -> None:
    code = """
        local wolf = beast("Wolf", 1001, 1001)
        wolf:setOutfit({ lookType = 27 })
        local list = { wolf:getOutfit().lookType, wolf:setOutfit("abc"), wolf:getOutfit().lookType }
        list[4] = select(2, pcall(wolf.setOutfit, wolf, 5)):match("attempt.*")
        return list
    """
    with field("tfs") as kit:
        assert kit.run(code) == [27, True, 0, "attempt to index a number value"]


def test_icons_of_tfs_are_bytes() -> None:
    code = """
        local wolf = beast("Wolf", 1001, 1001)
        return { wolf:setIcon(-1, 4), wolf:setIcon(3e9, 4), wolf:getIcon(0) }
    """
    with field("tfs") as kit:
        assert kit.run(code) == [False, True, 4]


def test_spells_of_monsters_take_outfits_of_each_kind() -> None:
    answers = _answers(
        "tfs",
        "MonsterSpell():setOutfit()",
        "MonsterSpell():setOutfit({ lookType = 30 })",
        "MonsterSpell():setOutfit(2148)",
        'MonsterSpell():setOutfit("Wolf")',
    )
    assert answers == [[1, "true"]] * 4


def test_a_monster_may_target_whom_it_can_see_on_its_floor() -> None:
    code = """
        local wolf, other = beast("Wolf", 1001, 1001), beast("Wolf", 999, 999)
        local list = { wolf:isTarget(wolf), wolf:isTarget(other), wolf:isTarget(ann) }
        MonsterType("Wolf"):isAttackable(false)
        list[4] = wolf:isTarget(other)
        return list
    """
    for dialect in ("canary", "tfs"):
        with field(dialect) as kit:
            assert kit.run(code) == [True, True, True, False]


def test_health_that_a_script_takes_is_told() -> None:
    for dialect in ("canary", "tfs"):
        with field(dialect) as kit:
            kit.run("ann:addHealth(-5)")
            assert [text for text in told(kit, "Ann") if "lose" in text] == ["You lose 5 hitpoints."]


def test_what_the_processor_makes_of_numbers_that_do_not_fit() -> None:
    code = """
        local list = { ann:setVocation(3e9), ann:getVocation():getId() }
        ann:setStamina(3e9)
        list[3] = ann:getStamina()
        ann:removeOfflineTrainingTime(3e9)
        list[4] = ann:getOfflineTrainingTime()
        local spent = bob:getManaSpent()
        bob:removeManaSpent(-1)
        list[5] = bob:getManaSpent() - spent
        return list
    """
    with field("tfs") as kit:
        assert kit.run(code) == [True, 0, 0, 0, 1]


def test_a_player_without_light_has_the_colour_of_none() -> None:
    code = """
        ann:setLight(100, 0)
        local list = { { ann:getLight() } }
        ann:setLight(100, 3)
        list[2] = { ann:getLight() }
        return list
    """
    for dialect in ("canary", "tfs"):
        with field(dialect) as kit:
            assert kit.run(code) == [[0, 215], [3, 100]]


def test_whether_a_spell_has_parameters_is_a_number_in_lists_of_tfs() -> None:
    script = """
        local spell = Spell("instant")
        function spell.onCastSpell() return true end
        spell:name("Odd")
        spell:words("odd")
        spell:hasParams(true)
        spell:vocation("sorcerer;true")
        spell:register()
    """
    code = """
        for _, each in ipairs(ann:getInstantSpells()) do
            if each.name == "Odd" then return each.params end
        end
    """
    with field("tfs") as kit:
        kit.load_text(script, "odd.lua")
        assert kit.run(code) == 1


def test_what_canary_makes_of_a_monsters_figures() -> None:
    code = """
        local wolf = beast("Wolf", 1001, 1001)
        local list = {}
        wolf:setName("Bane")
        wolf:setName()
        list[1] = wolf:getName()
        list[2] = wolf:changeTargetDistance(nil)
        wolf:setSpeed(-1)
        list[3] = wolf:getSpeed()
        list[4] = Loot():setUnique()
        list[5] = MonsterSpell():castSound()
        local defense = wolf:getDefense()
        wolf:addDefense(2 ^ 31 - 1)
        wolf:addDefense(2 ^ 31 - 1)
        wolf:addDefense(2)
        list[6] = wolf:getDefense() - defense
        wolf:addHealth(3e9)
        list[7] = wolf:getHealth()
        return list
    """
    with field("canary") as kit:
        assert kit.run(code) == ["Wolf", True, 65535, False, 0, 0, 0]


def test_what_kinds_of_monsters_and_npcs_of_canary_are_at_first() -> None:
    code = """
        local kind, npc = Game.createMonsterType("Odd"), Game.createNpcType("Odd")
        local list = { { kind:light() }, { npc:light() }, npc:baseSpeed(), npc:speechBubble() }
        kind:respawnTypeIsUnderground(2.7)
        list[5] = kind:respawnTypeIsUnderground()
        kind:faction(-1)
        list[6] = kind:faction()
        -- What has no number among the races is not in the bestiary.
        list[7] = #MonsterType.getMonstersByRace(0)
        kind:raceId(9)
        list[8] = #MonsterType.getMonstersByRace(0)
        local spell = Spell("instant")
        spell:monkSpellType(2.7)
        list[9] = spell:monkSpellType()
        return list
    """
    with field("canary") as kit:
        assert kit.run(code) == [[0, 215], [0, 215], 55, 1, 1, 4294967295, 0, 1, 2]


def test_what_was_passed_last_is_the_answer_of_canarys_that_push_nothing() -> None:
    code = """
        local party = Party(ann)
        return { ann:setStorageValue(0, 4), ann:setStamina(300, 7, "x"), ann:sendUpdateContainer(1, 2),
            party:addInvite(7), party:addMember(7, "y"), ann:setStorageValue() == ann, party:setLeader() == party,
            ann:removeTaskHuntingPoints(0), ann:getForgeDustLevel() }
    """
    with field("canary") as kit:
        assert kit.run(code) == [4, "x", 2, 7, "y", True, True, True, 100]


def test_speeds_factions_and_bubbles_are_cut() -> None:
    with field("canary") as kit:
        assert kit.run("ann:setSpeed(-1) ann:setFaction(-1) return { ann:getBaseSpeed(), ann:getFaction() }") == [
            65535,
            4294967295,
        ]


def test_parties_of_canary_share_experience_from_the_beginning() -> None:
    code = "return { Party(ann):isSharedExperienceActive(), ann:getParty():isSharedExperienceEnabled() }"
    for dialect, shared in (("canary", [True, False]), ("tfs", [False, False])):
        with field(dialect) as kit:
            assert kit.run(code) == shared
    with field("canary") as kit:
        path = kit.checkout.path / "config.lua"
        path.write_text(path.read_text() + "\npartyAutoShareExperience = false\n")
        kit.run("Game.reload(RELOAD_TYPE_CONFIG)")
        assert kit.run(code) == [False, False]
