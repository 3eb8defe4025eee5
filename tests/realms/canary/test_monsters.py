"""Monsters: their types, what they drop, whom they go for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.canary.fights import SWORD, field
from tests.realms.canary.servers import DIALECTS, with_server

from tibicen.realms.canary.server import Dialect, Server

RAT = """<?xml version="1.0" encoding="UTF-8"?>
<monster name="Rat" nameDescription="a rat" race="blood" experience="5" speed="134">
    <health now="{health}" max="{health}" />
    <look type="21" corpse="5964" />
    <flags><flag hostile="1" /><flag pushable="1" /><flag staticattack="90" /></flags>
    <attacks><attack name="melee" interval="2000" min="0" max="-8" /></attacks>
    <defenses armor="1" defense="5" />
    <elements><element holyPercent="20" /></elements>
    <immunities><immunity fire="1" /></immunities>
    <voices interval="5000" chance="10"><voice sentence="Meep!" /></voices>
</monster>"""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_type_tells_what_it_was_told(dialect: Dialect) -> None:
    with field(dialect) as kit:
        values = kit.run("""
            local kind = MonsterType("wolf")
            kind:experience(77)
            kind:armor(7)
            kind:defense(12)
            return { kind:name(), kind:maxHealth(), kind:experience(), kind:armor(),
                kind:defense(), kind:isAttackable() }
        """)
        assert list(values) == ["Wolf", 5000, 77, 7, 12, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_monster_goes_for_who_comes_near(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.run("""
            local kind = MonsterType("Wolf")
            kind:isHostile(true)
            kind:changeTargetSpeed(0)
            wolf = beast("Wolf", 997, 997)
        """)
        kit.advance(5000)
        assert kit.run("return wolf:getTarget() ~= nil")
        away = kit.run("""
            local at, to = wolf:getPosition(), wolf:getTarget():getPosition()
            return math.max(math.abs(at.x - to.x), math.abs(at.y - to.y))
        """)
        assert away <= 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dead_monster_leaves_what_it_had_and_brings_experience(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.run(f"""
            local kind = MonsterType("Wolf")
            kind:experience(500)
            local loot = Loot()
            loot:setId({SWORD})
            loot:setChance(100000)
            kind:addLoot(loot)
            wolf = beast("Wolf", 1000, 999)
            before = ann:getExperience()
            local hit = doTargetCombatHealth or doTargetCombat
            hit(ann:getId(), wolf, COMBAT_PHYSICALDAMAGE, -100000, -100000, 0)
        """)
        kit.advance(200)
        assert kit.run("return ann:getExperience() - before") >= 500
        assert kit.run("return #MonsterType('Wolf'):getLoot()") == 1


def test_types_of_tfs_come_from_files_when_they_are_asked_for(tmp_path: Path) -> None:
    def body(server: Server) -> list[object]:
        server.control("load_all")
        before = server.run(b"return at_load")
        seen = list(
            server.run(b"""
            local kind = MonsterType("rat")
            return { kind:name(), kind:maxHealth(), kind:experience() }
        """)
        )
        path = tmp_path / "data" / "monster" / "rat.xml"
        path.write_text(RAT.format(health=99))
        server.control("reload_kind", server.run(b"return RELOAD_TYPE_MONSTERS"))
        return [before, *seen, server.run(b"return MonsterType('Rat'):maxHealth()")]

    files = {
        "data/monster/monsters.xml": '<monsters><monster name="Rat" file="rat.xml" /></monsters>',
        "data/monster/rat.xml": RAT.format(health=20),
        "data/scripts/early.lua": "at_load = MonsterType('Rat') == nil",
    }
    assert with_server(tmp_path, body, files, dialect="tfs") == [True, "Rat", 20, 5, 99]


def test_a_file_that_is_loaded_anew_makes_its_type_anew(tmp_path: Path) -> None:
    source = """
        local kind = Game.createMonsterType("Boar")
        kind:maxHealth({health})
        kind:health({health})
    """

    def body(server: Server) -> list[object]:
        server.control("load_all")
        first = server.run(b"return MonsterType('Boar'):maxHealth()")
        path = tmp_path / "data-pack" / "monster" / "boar.lua"
        path.write_text(source.replace("{health}", "80"))
        server.control("reload_file", "data-pack/monster/boar.lua")
        second = server.run(b"return MonsterType('Boar'):maxHealth()")
        path.write_text(source.replace("{health}", "90") + "error('no')")
        server.control("reload_file", "data-pack/monster/boar.lua")
        return [first, second, server.run(b"return MonsterType('Boar'):maxHealth()")]

    files = {"data-pack/monster/boar.lua": source.replace("{health}", "70")}
    assert with_server(tmp_path, body, files) == [70, 80, 80]
