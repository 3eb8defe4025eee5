"""Spells: words and runes, who may cast them, what they cost and what is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.canary.fights import RUNE, field, told
from tests.realms.canary.servers import DIALECTS, lua

from tibicen.realms.canary.server import Dialect
from tibicen.testing.server_kit import ServerKit

SPELLS = """
    seen, answer = nil, true
    local function make(name, words, fill)
        local spell = Spell("instant")
        spell:name(name)
        spell:words(words)
        spell:group("support")
        spell:cooldown(2000)
        spell:groupCooldown(1000)
        spell:mana(20)
        spell:soul(1)
        spell:isAggressive(false)
        spell:needLearn(false)
        spell:vocation("sorcerer;true")
        spell.onCastSpell = function(creature, variant)
            local at = variant:getPosition()
            seen = { name, variant:getNumber(), variant:getString(), at.x, at.y }
            return answer
        end
        fill(spell)
        ann:learnSpell(name)
        return spell:register()
    end
    ids = 0
    for name, fill in pairs({
        plain = function() end,
        ahead = function(spell) spell:needDirection(true) end,
        self = function(spell) spell:isSelfTarget(true) end,
        target = function(spell) spell:needTarget(true) end,
        param = function(spell) spell:hasParams(true) end,
        whom = function(spell) spell:hasParams(true) spell:hasPlayerNameParam(true) end,
        high = function(spell) spell:level(99) end,
        dear = function(spell) spell:mana(9999) end,
        fight = function(spell) spell:isAggressive(true) spell:group("attack") end,
    }) do
        ids = ids + 1
        make(name, "uto " .. name, function(spell) spell:id(ids) fill(spell) end)
    end
    function cast(words)
        seen = nil
        local mana, soul = ann:getMana(), ann:getSoul()
        server.say(ann, words)
        return { seen and seen[1] or false, mana - ann:getMana(), soul - ann:getSoul() }
    end
"""


def magic(dialect: Dialect) -> ServerKit:
    kit = field(dialect)
    kit.run(SPELLS)
    return kit


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_cast_costs_and_is_heard(dialect: Dialect) -> None:
    with magic(dialect) as kit:
        told(kit, "Bob")
        assert kit.run('return cast("UTO Plain")') == ["plain", 20, 1]
        assert told(kit, "Bob") == ["uto plain"]
        assert kit.errors() == []


def test_words_of_spells_are_said_as_such_in_canary() -> None:
    with magic("canary") as kit:
        kit.run('server.forget("Bob") cast("uto plain")')
        kinds = kit.run("""
            local kinds = {}
            for _, each in ipairs(server.messages("Bob")) do
                if each.kind == "say" then kinds[#kinds + 1] = each.type end
            end
            return kinds
        """)
        assert kinds == [9]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_spells_and_groups_wait(dialect: Dialect) -> None:
    with magic(dialect) as kit:
        kit.run('cast("uto plain")')
        assert kit.run('return cast("uto ahead")') == [False, 0, 0]
        kit.advance(1100)
        assert kit.run('return cast("uto ahead")') == ["ahead", 20, 1]
        assert kit.run('return cast("uto fight")') == ["fight", 20, 1]
        kit.advance(1100)
        assert kit.run('return cast("uto plain")')[0] == "plain"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("words", ["uto high", "uto dear", "uto target", "uto whom nobody", "uto"])
def test_what_fails_costs_nothing(dialect: Dialect, words: str) -> None:
    with magic(dialect) as kit:
        told(kit, "Ann")
        assert kit.run(f'return cast("{words}")') == [False, 0, 0]
        assert len(told(kit, "Ann")) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("answer", ["false", "nil"])
def test_the_script_decides(dialect: Dialect, answer: str) -> None:
    with magic(dialect) as kit:
        assert kit.run(f'answer = {answer} return cast("uto plain")') == ["plain", 0, 0]
        assert told(kit, "Bob") == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_failing_script_is_told_of(dialect: Dialect) -> None:
    code = """
        local spell = Spell("instant")
        spell:name("bad")
        spell:words("exura bad")
        spell.onCastSpell = function() error("it broke") end
        spell:register()
        ann:learnSpell("bad")
        server.say(ann, "exura bad")
    """
    with magic(dialect) as kit:
        kit.run(code)
        assert len(kit.errors()) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_at_what_spells_are_cast(dialect: Dialect) -> None:
    with magic(dialect) as kit:
        kit.run("ann:setDirection(DIRECTION_WEST)")
        for words, expected in (
            ("uto ahead", [0, "", 999, 1000]),
            ('uto param "some thing', [0, "some thing", 0, 0]),
            ('uto whom "bob"', [0, "Bob", 0, 0]),
        ):
            assert kit.run(f"cast('{words}') return {{ seen[2], seen[3], seen[4], seen[5] }}") == expected
            kit.advance(3000)
        assert kit.run('cast("uto self") return seen[2] == ann:getId()') is True
        kit.advance(3000)
        assert kit.run('ann:setTarget(bob) cast("uto target") return seen[2] == bob:getId()') is True


@pytest.mark.parametrize("dialect", DIALECTS)
def test_words_stand_once(dialect: Dialect) -> None:
    code = """
        local function make()
            local spell = Spell("instant")
            spell:name("twin")
            spell:words("exana twin")
            spell.onCastSpell = function() return true end
            return spell:register()
        end
        local made = Spell("instant")
        return { make(), make(), made:register(), Spell("exana twin") == Spell("twin"), Spell("no such") == nil }
    """
    with magic(dialect) as kit:
        assert kit.run(code) == [True, False, False, True, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_runes_are_used_up(dialect: Dialect) -> None:
    code = f"""
        local spell = Spell("rune")
        spell:name("blast")
        spell:runeId({RUNE})
        spell:charges(1)
        spell:needTarget(true)
        spell:allowFarUse(true)
        spell:magicLevel(4)
        local got
        spell.onCastSpell = function(creature, variant, hotkey)
            got = {{ creature == ann, variant:getNumber(), hotkey }}
            return true
        end
        spell:register()
        local wolf = beast("Wolf", 1003, 1003)
        local rune = ann:addItem({RUNE}, 5)
        server.use(ann, rune, wolf:getPosition())
        local first = got
        got = nil
        server.advance(3000)
        server.use(ann, rune, {{ 998, 998, 7 }})
        return {{ first[1], first[2] == wolf:getId(), first[3], rune:getCount(), got == nil, Spell({RUNE}):name() }}
    """
    with magic(dialect) as kit:
        assert kit.run(code) == [True, True, False, 4, True, "blast"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_spells_of_a_player(dialect: Dialect) -> None:
    code = """
        local names = {}
        for _, spell in ipairs(ann:getInstantSpells()) do
            names[#names + 1] = spell.name
        end
        return { table.concat(names, " "), #bob:getInstantSpells() }
    """
    with magic(dialect) as kit:
        assert kit.run(code) == ["ahead dear fight high param plain self target whom", 0]


def test_spells_xml(tmp_path: Path) -> None:
    files = {
        "data/spells/spells.xml": '<spells><instant name="Old" words="exura old" mana="15" lvl="9" aggressive="0"'
        ' prem="1" script="old.lua"><vocation name="Druid" /></instant><instant name="fire" words="x" /></spells>',
        "data/spells/scripts/old.lua": "function onCastSpell(creature, variant) return true end",
        "data/XML/vocations.xml": '<vocations><vocation id="2" name="Druid" fromvoc="2" /></vocations>',
    }
    code = """
        local spell = Spell("Old")
        return {
            spell:words() == "exura old", spell:mana(), spell:level(), spell:isAggressive(), spell:isPremium(),
            spell:group(), Spell("fire") == nil, rawget(_G, "onCastSpell") == nil,
        }
    """
    assert lua(tmp_path, code, files, dialect="tfs") == [True, 15, 9, False, True, 2, True, True]
