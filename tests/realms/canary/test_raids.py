"""Raids of Canary, scripts beside monsters of TFS, and variants of monsters in zones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.realms.canary.fights import field
from tests.realms.canary.servers import with_server
from tests.realms.canary.worlds import GROUPS, VOCATIONS, items_otb

from tibicen.realms.canary.server import Server

_RAIDS = """<raids>
    <raid name="Wolves" file="wolves.xml" interval2="600000" margin="0" />
    <raid name="Empty" file="empty.xml" interval2="600000" margin="0" />
</raids>"""
_WOLVES = """<raid>
    <announce delay="3000" type="event" message="They come!" />
    <singlespawn delay="1000" name="Wolf" x="1001" y="1003" z="7" />
    <areaspawn delay="5000" radius="2" centerx="1000" centery="1000" centerz="7">
        <monster name="Wolf" amount="2" />
    </areaspawn>
    <script delay="7000" script="end.lua" />
</raid>"""


def test_a_raid_happens_by_its_delays(tmp_path: Path) -> None:
    with field("canary") as kit:
        root = kit.checkout.path / "data-canary" / "raids"
        (root / "scripts").mkdir(parents=True)
        (root / "raids.xml").write_text(_RAIDS)
        (root / "wolves.xml").write_text(_WOLVES)
        (root / "empty.xml").write_text("<raid />")
        (root / "scripts" / "end.lua").write_text("function onRaid() ended = true return true end")

        def wolves() -> Any:
            return kit.run("""
                local count = 0
                for _, it in ipairs(Game.getSpectators(Position(1000, 1000, 7), false, false, 9, 9, 9, 9)) do
                    count = count + (it:getName() == "Wolf" and 1 or 0)
                end
                return count
            """)

        kit.run("""
            local wolf = MonsterType("Wolf")
            wolf:eventType(MONSTERS_EVENT_ON_SPAWN)
            wolf:onSpawn(function() spawned = (spawned or 0) + 1 end)
        """)
        # Scripts have no names for these two.
        assert kit.run('return Game.startRaid("no such")') == 70
        assert kit.run('return Game.startRaid("wolves")') == 0
        assert kit.run('return Game.startRaid("wolves")') == 71
        assert wolves() == 0
        kit.advance(1500)
        assert wolves() == 1
        assert "They come!" not in kit.run('return server.told("Ann")')
        kit.advance(2000)
        assert "They come!" in kit.run('return server.told("Ann")')
        kit.advance(2000)
        assert wolves() == 3
        assert kit.run("return ended") is None
        kit.advance(2000)
        assert kit.run("return ended") is True
        # What came alone was asked; none of its kind is the forge's any more.
        assert kit.run("return { spawned, MonsterType('Wolf'):isForgeCreature() }") == [1, False]
        assert kit.control("webhooks")[0]["message"] == ":space_invader: They come!"
        assert ("info", "Broadcasted message: They come!") in kit.log
        assert kit.run('return Game.startRaid("empty")') == 0
        assert kit.run('return Game.startRaid("wolves")') == 0


def test_a_script_beside_a_monster_of_tfs(tmp_path: Path) -> None:
    files = {
        "data/XML/vocations.xml": VOCATIONS,
        "data/XML/groups.xml": GROUPS,
        "data/monster/monsters.xml": '<monsters><monster name="Bat" file="bat.xml" /></monsters>',
        "data/monster/bat.xml": """<monster name="Bat" script="bat.lua" race="blood" speed="0">
            <health now="20" max="20" /><look type="21" /></monster>""",
        "data/monster/scripts/bat.lua": "function onThink() thoughts = (thoughts or 0) + 1 end",
    }

    def body(server: Server) -> Any:
        server.control("load_all")
        server.run(b"""
            for x = 100, 103 do
                Game.createTile(Position(x, 100, 7))
                Game.createItem(3000, 1, Position(x, 100, 7))
            end
        """)
        server.run(b"Game.createMonster('Bat', Position(100, 100, 7), false, true)")
        server.control("client_enter", "Ann", {"posx": 102, "posy": 100, "posz": 7})
        before = server.run(b"return thoughts")
        server.advance(3000)
        return [before, server.run(b"return thoughts ~= nil")]

    things = tmp_path / "items.otb"
    things.write_bytes(items_otb())
    (tmp_path / "data" / "items").mkdir(parents=True)
    (tmp_path / "data" / "items" / "items.xml").write_text('<items><item id="3000" name="grass" /></items>')
    assert with_server(tmp_path, body, files, dialect="tfs", things=things) == [None, True]


def test_conditions_are_made_of_whole_numbers() -> None:
    with field("canary") as kit:
        same = "return Condition(1.7):getType() == Condition(1):getType() and Condition('2.9'):getType() == 2"
        assert kit.run(same) is True
        assert kit.run("return Condition(nil) == nil") is True
