"""Imbued items: what they do for who wears them, how long that lasts, and what scrolls may be used on (Canary)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.realms.canary.item_files import BAG, COIN, CRYSTAL, HELMET, KEG, PLATINUM, ROPE, SCROLL, SWORD, write_items
from tests.realms.canary.servers import with_server
from tests.realms.canary.test_items import FIELD
from tests.realms.canary.worlds import GROUPS, VOCATIONS

from tibicen.realms.canary.server import Server

_XML = "data/XML/imbuements.xml"


def _imbuement(name: str, base: int, category: int, scroll: int, effect: str) -> str:
    return f"""<imbuement name="{name}" base="{base}" category="{category}" iconid="1">
        <attribute key="scroll" value="{scroll}" /><attribute key="effect" {effect} /></imbuement>"""


_IMBUEMENTS = f"""<imbuements>
    <base id="1" name="Basic" duration="10" /><base id="3" name="Powerful" duration="3600" />
    <category id="0" name="Elemental Damage" agressive="1" /><category id="6" name="Fire" />
    <category id="11" name="Axe" agressive="1" /><category id="17" name="Capacity" agressive="0" />
    <category id="19" name="Paralysis" agressive="1" />
    {_imbuement("Nobody", 2, 11, SCROLL, 'type="speed" value="9"')}
    {_imbuement("Chop", 1, 11, SCROLL, 'type="skill" value="axe" bonus="4"')}
    {_imbuement("Featherweight", 3, 17, KEG, 'type="capacity" value="10"')}
    {_imbuement("Dragon Hide", 3, 6, CRYSTAL, 'type="reduction" combat="fire" value="15"')}
    {_imbuement("Scorch", 3, 0, PLATINUM, 'type="damage" combat="fire" value="80"')}
    {_imbuement("Vibrancy", 3, 19, COIN, 'type="paralysis" chance="100" pvpDeflect="1"')}
</imbuements>"""

_SETUP = (
    FIELD
    + f"""
    ann, bob = Player("Ann"), Player("Bob")
    function imbued(player, id, slot, ...)
        local item = player:addItem(id, 1, true, 1, slot)
        for _, scroll in ipairs({{ ... }}) do
            player:applyImbuementScroll(item, player:addItem(scroll))
        end
        return item
    end
    function lost(target, caster, type, amount)
        local before = target:getHealth()
        doTargetCombatHealth(caster, target, type, -amount, -amount, CONST_ME_NONE)
        return before - target:getHealth()
    end
    ann:addItem({BAG})
    HELMET, SWORD, BOOTS = {HELMET}, {SWORD}, {ROPE}
    AXE, CAPACITY, FIRE, SCORCH, VIBRANCY = {SCROLL}, {KEG}, {CRYSTAL}, {PLATINUM}, {COIN}
"""
)


def _slots(slot: str, *kinds: str) -> str:
    inner = "".join(f'<attribute key="{kind}" value="3" />' for kind in kinds)
    return f"""<attribute key="imbuementslot" value="{len(kinds)}">{inner}</attribute>
        <attribute key="script" value="moveevent"><attribute key="slot" value="{slot}" /></attribute>"""


def _played(root: Path, code: str, *, then: tuple[tuple[int, str], ...] = ()) -> list[Any]:
    """What code returns, and what is returned after some time each, with Ann and Bob in the game."""

    def body(server: Server) -> list[Any]:
        server.run((FIELD + "place() place(1)").encode())
        for at, name in enumerate(("Ann", "Bob")):
            fields = {"posx": 100 + at, "posy": 100, "posz": 7, "cap": 400, "level": 50, "health": 1000}
            server.control("client_enter", name, {**fields, "healthmax": 1000, "skill_axe": 10})
        server.run(_SETUP.encode())
        found = [server.run(code.encode())]
        for ms, more in then:
            server.advance(ms)
            found.append(server.run(more.encode()))
        return found

    things = write_items(root, otb=False)
    items = root / "data" / "items" / "items.xml"
    xml = items.read_text()
    for name, more in (
        ('name="helmet">', _slots("head", "skillboost axe", "increase capacity", "elemental protection fire")),
        ('name="sword">', _slots("hand", "elemental damage")),
        ('plural="ropes and hooks">', _slots("feet", "vibrancy") + '<attribute key="slotType" value="feet" />'),
    ):
        assert name in xml
        xml = xml.replace(name, name + more)
    items.write_text(xml)
    files = {"data/XML/vocations.xml": VOCATIONS, "data/XML/groups.xml": GROUPS, _XML: _IMBUEMENTS}
    return list(with_server(root, body, files, things=things))


def test_what_is_worn_adds_to_skill_and_capacity_and_goes_with_the_item(tmp_path: Path) -> None:
    code = """
        local function figures()
            return ann:getEffectiveSkillLevel(SKILL_AXE) .. " " .. ann:getCapacity()
        end
        local before = figures()
        local item = imbued(ann, HELMET, CONST_SLOT_HEAD, AXE, CAPACITY)
        local worn = figures()
        item:moveTo(ann:getPosition())
        local lain = figures()
        item:moveTo(ann, 0)
        local again = figures()
        ann:clearAllImbuements(item)
        return { before, worn, lain, again, figures(), ann:getItemCount(AXE) }
    """
    bare, full = "10 40000", "14 44000"
    assert _played(tmp_path, code) == [[bare, full, bare, full, bare, 0]]


def test_scrolls_are_for_items_that_take_them_and_once_for_each_kind(tmp_path: Path) -> None:
    code = """
        local item = imbued(ann, HELMET, CONST_SLOT_HEAD, AXE, AXE, SCORCH)
        local list = {}
        for slot = 500, 502 do
            list[#list + 1] = item:getCustomAttribute(slot) or "-"
        end
        return { list, ann:getItemCount(AXE), ann:getItemCount(SCORCH) }
    """
    # Number 2, for ten seconds: the first of the file counts, though its base is not there.
    assert _played(tmp_path, code) == [[[10 * 256 + 2, "-", "-"], 1, 1]]


def test_worn_items_absorb_their_element(tmp_path: Path) -> None:
    code = """
        imbued(ann, HELMET, CONST_SLOT_HEAD, FIRE)
        local fire, ice = lost(ann, 0, COMBAT_FIREDAMAGE, 100), lost(ann, 0, COMBAT_ICEDAMAGE, 100)
        return { fire, ice }
    """
    # Of 100, everybody softens 1 first.
    assert _played(tmp_path, code) == [[84, 99]]


def test_the_element_takes_its_share_as_floats_do(tmp_path: Path) -> None:
    code = """
        imbued(bob, SWORD, CONST_SLOT_LEFT, SCORCH)
        local kinds = {}
        local event = CreatureEvent("Watch")
        event:type("healthchange")
        event:onHealthChange(function(creature, attacker, first, first_type, second, second_type)
            kinds[#kinds + 1] = { first, first_type == COMBAT_PHYSICALDAMAGE, second, second_type == COMBAT_FIREDAMAGE }
            return 0, first_type, 0, second_type
        end)
        event:register()
        local wolf = Game.createMonsterType("Wolf")
        wolf:maxHealth(1000)
        wolf:health(1000)
        local beast = Game.createMonster("Wolf", Position(101, 100, 7), true, true)
        beast:registerEvent("Watch")
        doTargetCombatHealth(bob, beast, COMBAT_PHYSICALDAMAGE, -50, -50, CONST_ME_NONE)
        doTargetCombatHealth(bob, beast, COMBAT_ICEDAMAGE, -50, -50, CONST_ME_NONE)
        return kinds
    """
    # 0.8 of 50; and 1 less 0.8 in single precision is a little less than 0.2.
    found = _played(tmp_path, code)[0]
    assert found[0] == [-9, True, -40, True]
    assert found[1][1] is False
    assert found[1][2] == 0


def test_time_goes_on_in_fights_alone_and_takes_what_was_given(tmp_path: Path) -> None:
    figures = """
        local item = ann:getSlotItem(CONST_SLOT_HEAD)
        local function seconds(slot)
            return math.floor(item:getCustomAttribute(slot) / 256)
        end
        return { seconds(500), seconds(501), ann:getEffectiveSkillLevel(SKILL_AXE) }
    """
    fight = """
        local condition = Condition(CONDITION_INFIGHT)
        condition:setParameter(CONDITION_PARAM_TICKS, 60000)
        ann:addCondition(condition)
    """
    start = "imbued(ann, HELMET, CONST_SLOT_HEAD, AXE, CAPACITY)" + figures
    found = _played(tmp_path, start, then=((4000, fight + figures), (3000, figures), (8000, figures)))
    assert found == [[10, 3600, 14], [10, 3596, 14], [7, 3593, 14], [0, 3585, 10]]


def test_boots_end_a_paralysis_and_throw_back_that_of_players(tmp_path: Path) -> None:
    code = """
        imbued(ann, BOOTS, CONST_SLOT_FEET, VIBRANCY)
        local condition = Condition(CONDITION_PARALYZE)
        condition:setParameter(CONDITION_PARAM_TICKS, 20000)
        condition:setParameter(CONDITION_PARAM_SPEED, -50)
        ann:addCondition(condition)
        local first = ann:hasCondition(CONDITION_PARALYZE)
        condition:setParameter(CONDITION_PARAM_OWNER, bob:getId())
        ann:addCondition(condition)
        return { first, ann:hasCondition(CONDITION_PARALYZE), bob:hasCondition(CONDITION_PARALYZE) }
    """
    assert _played(tmp_path, code) == [[True, False, True]]


def test_a_new_file_is_read_by_reload(tmp_path: Path) -> None:
    def body(server: Server) -> list[Any]:
        before = server.run(b"return Imbuement(1):getName()")
        (tmp_path / _XML).write_text(_IMBUEMENTS.replace("Chop", "Hew"))
        return [before, *server.run(b"return { Game.reload(RELOAD_TYPE_IMBUEMENTS), Imbuement(2):getName() }")]

    files = {_XML: _IMBUEMENTS.replace('base="2"', 'base="1"')}
    assert with_server(tmp_path, body, files) == ["Nobody", True, "Hew"]
