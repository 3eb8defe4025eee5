"""Game: texts of answers, versions, achievements, the bestiary, the forge, states of the game."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.realms.canary.fights import GRASS, ITEMS, field
from tests.realms.canary.servers import DIALECTS, lua

from tibicen.realms.canary.server import Dialect
from tibicen.testing.server_kit import ServerKit


@pytest.mark.parametrize(
    ("dialect", "code", "text"),
    [
        # Those that scripts have no names for.
        ("canary", 29, "You cannot put more items in this container."),
        ("canary", 70, "No such raid exists."),
        ("canary", 71, "Another raid is already executing."),
        ("canary", 86, "You already claimed your reward."),
        ("tfs", 68, "You cannot move this item into your Store inbox as it was not bought in the Store."),
        ("tfs", 69, "This item cannot be moved there."),
        ("tfs", 71, "This quiver only holds arrows and bolts.\nYou cannot put any other items in it."),
        ("canary", -1, "Unknown error."),
        ("tfs", 72, "Sorry, not possible."),
    ],
)
def test_texts_of_answers(tmp_path: Path, dialect: Dialect, code: int, text: str) -> None:
    assert lua(tmp_path, f"return Game.getReturnMessage({code})", dialect=dialect) == text


def test_versions_of_clients(tmp_path: Path) -> None:
    code = "local version = Game.getClientVersion() return { version.min, version.max, version.string }"
    assert lua(tmp_path / "canary", code, dialect="canary") == [1525, 1525, "15.25"]
    assert lua(tmp_path / "tfs", code, dialect="tfs") == [1310, 1311, "13.10"]


def test_achievements_that_are_none(tmp_path: Path) -> None:
    code = """
        Game.registerAchievement(3, "First", "one", false, 1, 2)
        Game.registerAchievement(4, "First", "two", false, 1, 2)
        local listed = #Game.getAchievements()
        local answer = Game.getAchievementInfoById(9)
        local after = Game.getAchievements()
        return { answer, Game.getAchievementInfoByName("Second"), listed, #after, after[3].id, after[3].name,
            Game.getAchievementInfoByName("First").id, #Game.getPublicAchievements() }
    """
    # Whatever was asked for is listed from then on; the first of a name keeps it.
    assert lua(tmp_path, code) == [9, "Second", 2, 3, 9, "", 3, 3]


def test_talk_actions_are_listed_by_their_words(tmp_path: Path) -> None:
    files = {
        "data/scripts/talk.lua": """
        local talk = TalkAction("/first", "/second")
        function talk.onSay() return true end
        talk:groupType("god")
        talk:register()
    """
    }
    code = """
        local words, talk = next(Game.getTalkActions())
        return { words, talk:getName(), talk:getGroupType() }
    """
    assert lua(tmp_path, code, files) == ["/first, /second", "/first, /second", 6]


_RACES = """
    for race, name in pairs({ "Rat", "Bat" }) do
        local kind = Game.createMonsterType(name)
        kind:maxHealth(100)
        kind:health(100)
        kind:raceId(race)
        kind:Bestiaryclass(race == 1 and "Mammal" or "Bird")
        kind:Bestiaryrace(race + 4)
        kind:isForgeCreature(true)
        local loot = Loot()
        loot:setId(3031)
        kind:addLoot(loot)
    end
    Game.createMonsterType("Beggar")
"""


@pytest.fixture
def kit() -> Iterator[ServerKit]:
    with field("canary") as made:
        made.load_text(_RACES, "races.lua")
        yield made


def test_the_bestiary_counts_its_own_list_among_the_arguments(kit: ServerKit) -> None:
    lists = """
        local function shown(...) return table.concat(Game.getBestiaryList(...), " ") end
        return { shown(), shown(false), shown(true, "Bird"), shown(nil, 5), shown(nil, "Fish") }
    """
    assert kit.run(lists) == ["1 2", "Rat Bat", "Bat", "Rat", ""]


def test_influenced_monsters(kit: ServerKit) -> None:
    code = """
        MonsterType("Beggar"):raceId(3)
        -- What has no loot can't be forged; whether it drops any is nothing to the forge.
        local rat, other = beast("Rat", 1001, 1000), beast("Beggar", 1001, 1001)
        rat:setDropLoot(false)
        local made = { Game.addInfluencedMonster(rat, 3), rat:getForgeStack(), rat:getMonsterForgeClassification(),
            Game.getInfluencedMonsters()[1] == rat:getId(), Game.addInfluencedMonster(rat),
            Game.addInfluencedMonster(other), select("#", Game.addInfluencedMonster(7)) }
        made[#made + 1] = Game.removeInfluencedMonster(rat:getId())
        made[#made + 1] = #Game.getInfluencedMonsters()
        return made
    """
    assert kit.run(code) == [True, 3, 1, True, False, False, 0, 0, 0]


def test_each_stack_makes_a_monster_stronger(kit: ServerKit) -> None:
    code = """
        rat = beast("Rat", 1001, 1000)
        rat:setHealth(40)
        local function figures() return rat:getHealth() .. "/" .. rat:getMaxHealth() end
        Game.addInfluencedMonster(rat, 3)
        local list = { figures() }
        rat:setForgeStack(1)
        list[2] = figures()
        rat:clearFiendishStatus()
        list[3] = figures()
        return list
    """
    # 35 percent and 15 for each stack, of what it has by then.
    assert kit.run(code) == ["180/180", "270/270", "100/100"]


def test_the_world_forges_its_monsters_by_itself() -> None:
    with ServerKit(dialect="canary", items=ITEMS) as kit:
        kit.load_text(_RACES, "races.lua")
        kit.world("\n".join(["g" * 5] * 5), {"g": GRASS}, (998, 998, 7))
        kit.control("begin")
        code = """
            for at = 998, 1002 do Game.createMonster("Rat", Position(at, 1000, 7), false, true) end
            Game.createMonster("Beggar", Position(1000, 1002, 7), false, true)
            function forged() return { #Game.getFiendishMonsters(), #Game.getInfluencedMonsters() } end
            return forged()
        """
        assert kit.run(code) == [0, 0]
        kit.advance(seconds=11)
        # The settings allow three of the one kind and three hundred of the other.
        assert kit.run("return forged()") == [3, 2]


def test_the_settings_multiply_what_monsters_can_take(kit: ServerKit) -> None:
    path = kit.checkout.path / "config.lua"
    path.write_text(path.read_text() + "\nrateMonsterHealth = 1.5\nrateBossHealth = 3\n")
    code = """
        Game.reload(RELOAD_TYPE_CONFIG)
        MonsterType("Bat"):bossRace(1, "Bane")
        local list = {}
        for at, name in ipairs({ "Rat", "Bat" }) do
            local made = beast(name, 1000 + at, 1000)
            list[at] = made:getHealth() .. "/" .. made:getMaxHealth()
        end
        return list
    """
    assert kit.run(code) == ["150/150", "300/300"]


def test_fiendish_monsters_are_picked_among_those_that_were_looked_for(kit: ServerKit) -> None:
    code = """
        rat = beast("Rat", 1001, 1000)
        local before = Game.makeFiendishMonster(rat:getId())
        local made = Game.makeFiendishMonster(rat:getId(), true)
        return { before, made == rat:getId(), rat:getForgeStack(), rat:getMonsterForgeClassification(),
            #Game.getFiendishMonsters(), rat:getTimeToChangeFiendish() - os.time() }
    """
    assert kit.run(code) == [0, True, 15, 2, 1, 3600]
    # After its hour it is one of many again, and with nobody else there is no other.
    kit.advance(hours=1, seconds=1)
    assert kit.run("return { rat:getForgeStack(), #Game.getFiendishMonsters() }") == [0, 0]


def test_what_the_game_forges_is_shown_and_ends_as_a_monster_of_a_script_does(kit: ServerKit) -> None:
    code = """
        rat = beast("Rat", 1001, 1000)
        Game.makeFiendishMonster(rat:getId(), true)
        rat:setHealth(40)
        return rat:getIcon("forge").icon
    """
    assert kit.run(code) == 5
    kit.advance(hours=1, seconds=1)
    assert kit.run('return { rat:getIcon("forge") == nil, rat:getHealth(), rat:getMaxHealth() }') == [True, 100, 100]


_STATES = """
    for _, name in ipairs({ "Save", "Shutdown" }) do
        local event = GlobalEvent(name)
        event:type(name:lower())
        local function note() happened = (happened or "") .. name .. " " return true end
        if name == "Save" then event:onSave(note) else event:onShutdown(note) end
        event:register()
    end
"""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_states_of_the_game(dialect: Dialect) -> None:
    with field(dialect) as kit:
        kit.load_text(_STATES, "states.lua")
        assert kit.run("Game.setGameState(GAME_STATE_CLOSING) return #Game.getPlayers()") == 2
        with pytest.raises(Exception, match="The game is just going down"):
            kit.player("Cid", at=(1000, 1000, 7))
        assert kit.run("Game.setGameState(GAME_STATE_CLOSED) return { #Game.getPlayers(), happened }") == [0, "Save "]
        with pytest.raises(Exception, match="Server is currently closed"):
            kit.player("Cid", at=(1000, 1000, 7))
        kit.run("Game.setGameState(GAME_STATE_NORMAL)")
        kit.player("Cid", at=(1000, 1000, 7))
        code = "Game.setGameState(GAME_STATE_SHUTDOWN) return { #Game.getPlayers(), happened }"
        assert kit.run(code) == [0, "Save Save Shutdown "]
        # It can't be taken back.
        assert kit.run("Game.setGameState(GAME_STATE_NORMAL) return Game.getGameState() == GAME_STATE_SHUTDOWN")
