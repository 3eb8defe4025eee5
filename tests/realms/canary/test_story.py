"""One evening in a small world: from the temple to the depot, a rat on the way, and bread from the baker."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.checkouts import write
from tests.realms.canary.worlds import area, item, otbm, tile

from tibicen.realms.canary.checkout import Checkout
from tibicen.realms.canary.server import Dialect, Server
from tibicen.testing.small_server import ITEMS_FILE, write_small_server
from tibicen.vm import stack

GRASS, WALL, CORPSE, CHEESE, SWORD, BREAD = 4526, 1050, 2813, 2696, 2376, 2689
COIN = {"canary": 3031, "tfs": 2148}
BACKPACK = {"canary": 2854, "tfs": 1988}
LOCKER = {"canary": 3497, "tfs": 2589}
TEMPLE, AT_DEPOT, DEPOT, RAT, BAKER = (1000, 1000, 7), (1008, 1000, 7), (1009, 1000, 7), (1000, 1007, 7), (992, 1000, 7)

_RAT = {
    "tfs": {
        "data/monster/monsters.xml": '<monsters><monster name="Rat" file="rat.xml" /></monsters>',
        "data/monster/rat.xml": f"""<monster name="Rat" nameDescription="a rat" race="blood" experience="5" speed="134">
            <health now="20" max="20" /><look type="21" corpse="{CORPSE}" />
            <flags><flag attackable="1" /><flag hostile="1" /></flags>
            <attacks><attack name="melee" interval="2000" min="0" max="-8" /></attacks>
            </monster>""",
        "data/npc/Bo.xml": """<npc name="Bo" script="bo.lua" walkinterval="0">
            <health now="100" max="100" /><look type="128" /></npc>""",
        "data/npc/scripts/bo.lua": "onCreatureSay = function(cid, _, text) sells(Npc(), Player(cid), text) end",
        "data/npc/lib/npc.lua": "",
    },
    "canary": {
        "data-canary/monster/rat.lua": f"""
            local kind = Game.createMonsterType("Rat")
            kind:nameDescription("a rat")
            kind:experience(5)
            kind:maxHealth(20)
            kind:health(20)
            kind:baseSpeed(67)
            kind:outfit({{ lookType = 21 }})
            kind:corpseId({CORPSE})
            kind:isHostile(true)
            kind:isAttackable(true)
            local bite = MonsterSpell()
            bite:setType("melee")
            bite:setInterval(2000)
            bite:setCombatValue(0, -8)
            kind:addAttack(bite)
        """,
        "data-canary/npc/bo.lua": """
            local kind = Game.createNpcType("Bo")
            kind:name("Bo")
            kind:health(100)
            kind:maxHealth(100)
            kind:outfit({ lookType = 128 })
            kind:eventType(NPCS_EVENT_SAY)
            kind:onSay(function(npc, player, _, text) sells(npc, player, text) end)
        """,
        "data/core.lua": 'CORE_DIRECTORY = "data"\nDATA_DIRECTORY = "data-canary"\n',
        "data/npclib/load.lua": "",
        "data/modules/modules.xml": "<modules />",
    },
}

_BAKER = """
    local asked = {}
    function sells(npc, player, text)
        local id = player:getId()
        local function answer(line)
            player:sendTextMessage(MESSAGE_LOOK_OR_INFO, npc:getName() .. ": " .. line)
        end
        if text == "hi" then
            answer("Welcome, " .. player:getName() .. ".")
        elseif text == "buy bread" then
            asked[id] = true
            answer("Bread for 4 gold?")
        elseif text == "yes" and asked[id] then
            asked[id] = nil
            if not player:removeMoney(4) then
                answer("You don't have enough money.")
                return
            end
            player:addItem(BREAD, 1)
            answer("Here you are.")
        end
    end
"""


def _map(dialect: Dialect) -> bytes:
    """A field with a wall between the temple and the depot, and a way around it."""
    wall = {(1004, y) for y in range(998, 1010)}
    things = {(x, y): item(WALL) for x, y in wall} | {DEPOT[:2]: item(LOCKER[dialect])}
    tiles = [
        tile(x - 980, y - 980, *([things[(x, y)]] if (x, y) in things else []), ground=GRASS)
        for x in range(985, 1016)
        for y in range(985, 1016)
    ]
    return otbm([area(980, 980, 7, tiles)], towns=[(1, "Home", *TEMPLE)])


def _spawns(dialect: Dialect) -> dict[str, str]:
    def spawn(kind: str, name: str, at: tuple[int, int, int]) -> str:
        x, y, z = at
        one = f'<{kind} name="{name}" x="0" y="0" z="{z}" spawntime="60" />'
        return f'centerx="{x}" centery="{y}" centerz="{z}" radius="5">{one}'

    rat, baker = spawn("monster", "Rat", RAT), spawn("npc", "Bo", BAKER)
    if dialect == "tfs":
        both = f"<spawns><spawn {rat}</spawn><spawn {baker}</spawn></spawns>"
        return {"data/world/story-spawn.xml": both, "data/world/story-house.xml": "<houses />"}
    folder = "data-canary/world"
    return {
        f"{folder}/story-monster.xml": f"<monsters><monster {rat}</monster></monsters>",
        f"{folder}/story-npc.xml": f"<npcs><npc {baker}</npc></npcs>",
        f"{folder}/story-house.xml": "<houses />",
        f"{folder}/story-zones.xml": "<zones />",
    }


def _write(root: Path, dialect: Dialect) -> Checkout:
    coin = {"name": "gold coin", "article": "a", "plural": "gold coins", "weight": 10, "stackable": True, "worth": 1}
    write_small_server(
        root,
        dialect,
        {
            WALL: {"name": "wall", "block_solid": True, "movable": False, "pickupable": False},
            CORPSE: {"name": "dead rat", "article": "a", "kind": "container", "containerSize": 5, "pickupable": False},
            CHEESE: {"name": "cheese", "weight": 400},
            SWORD: {"name": "sword", "article": "a", "weight": 3500, "attack": 14, "weaponType": "sword"},
            BREAD: {"name": "bread", "weight": 500},
            COIN[dialect]: coin,
            LOCKER[dialect]: {"name": "locker", "article": "a", "kind": "container", "type": "depot", "movable": False},
            {"canary": 3502, "tfs": 2594}[dialect]: {"name": "depot chest", "kind": "container", "containerSize": 20},
            {"canary": 12902, "tfs": 14404}[dialect]: {"name": "inbox", "kind": "container", "containerSize": 30},
            {"canary": 12903, "tfs": 14405}[dialect]: {"name": "market"},
        },
    )
    loot = f"function Monster:onDropLoot(corpse) corpse:addItem({COIN[dialect]}, 5) corpse:addItem({CHEESE}, 1) end"
    look = "MESSAGE_LOOK" if dialect == "canary" else "MESSAGE_INFO_DESCR"
    baker = _BAKER.replace("MESSAGE_LOOK_OR_INFO", look).replace("BREAD", str(BREAD))
    pack = "data" if dialect == "tfs" else "data-canary"
    write(
        root,
        {
            "data/global.lua": "",
            "data/events/events.xml": '<events><event class="Monster" method="onDropLoot" enabled="1" /></events>',
            "data/events/scripts/monster.lua": loot,
            "data/chatchannels/chatchannels.xml": "<channels />",
            "data/scripts/lib/baker.lua": baker,
            f"{pack}/scripts/empty.lua": "",
            **_RAT[dialect],
            **_spawns(dialect),
        },
    )
    with (root / "config.lua").open("a") as config:
        config.write('mapName = "story"\nrateExp = 1\n')
    (root / pack / "world").mkdir(parents=True, exist_ok=True)
    (root / pack / "world" / "story.otbm").write_bytes(_map(dialect))
    return Checkout.open(root, dialect)


class _Hero:
    """A scripted player."""

    def __init__(self, server: Server) -> None:
        self._server = server
        fields = {"level": 20, "vocation": 4, "health": 400, "healthmax": 400, "town_id": 1, "skill_sword": 40}
        server.control("client_enter", "Hero", fields)

    def told(self) -> list[str]:
        """What it was told since the last time."""
        texts = [str(each) for each in self._server.control("kit_told", "Hero") or ()]
        self._server.control("kit_forget", "Hero")
        return texts

    def lua(self, code: str) -> Any:
        return self._server.run(f"local hero = Player('Hero') {code}".encode())

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self._server.control("kit_creature", "Hero")
        return state

    def at(self) -> tuple[int, int, int]:
        state = self.state()
        return int(state["x"]), int(state["y"]), int(state["z"])

    def does(self, what: str, *arguments: Any) -> None:
        self._server.control(f"kit_{what}", "Hero", *arguments)
        self._server.advance(1000)

    def inside(self) -> list[str]:
        """What lies in the container that is open, as `count name`."""
        text = self.lua(
            "local list, open = {}, hero:getContainerById(0) if not open then return 'closed' end"
            " for at = 0, open:getSize() - 1 do local it = open:getItem(at)"
            " list[#list + 1] = it:getCount() .. ' ' .. it:getName() end"
            " return table.concat(list, ', ')"
        )
        return [each for each in str(text).split(", ") if each]


def _fight(server: Server, hero: _Hero) -> tuple[int, int, int]:
    """Fights the rat to its death; where that was."""
    found = hero.lua("for _, it in ipairs(Game.getSpectators(hero:getPosition())) do if it:getName() == 'Rat' then "
                     "rat = it return it:getName() end end")  # fmt: skip
    assert found == "Rat"
    hero.lua("hero:setTarget(rat)")
    where = ""
    for _ in range(240):
        now = hero.lua("if not rat or rat:isRemoved() then return 'dead' end local at = rat:getPosition() "
                       "return at.x .. ' ' .. at.y .. ' ' .. at.z")  # fmt: skip
        if now == "dead":
            x, y, z = map(int, where.split())
            return x, y, z
        where = str(now)
        server.advance(250)
    raise AssertionError("the rat lives")


@pytest.mark.parametrize("dialect", ["canary", "tfs"])
def test_an_evening(tmp_path: Path, dialect: Dialect) -> None:
    checkout = _write(tmp_path / "server", dialect)
    written = tmp_path / "written"
    written.mkdir()

    def body(server: Server) -> None:
        rows: Any = server.control("prepare")
        assert [row for row in rows if not row["ok"]] == []
        server.control("begin")
        server.control("mount", "testkit")
        hero = _Hero(server)
        server.advance(1000)
        assert hero.at() == TEMPLE
        hero.told()

        # Around the wall to the depot, whose locker is the hero's own.
        hero.does("step", list(AT_DEPOT))
        assert hero.at() == AT_DEPOT
        hero.does("use", list(DEPOT))
        assert {"1 inbox", "1 market", "1 depot chest"} <= set(hero.inside())
        hero.does("use", list(DEPOT))
        assert hero.inside() == ["closed"]
        assert hero.told() == []

        # The rat comes when somebody is near, and fights back.
        hero.lua(f"hero:addItem({SWORD}, 1, false, 1, CONST_SLOT_LEFT)")
        hero.lua(f"hero:addItem({BACKPACK[dialect]}, 1, false, 1, CONST_SLOT_BACKPACK)")
        hero.does("step", [1003, 998, 7])
        before = hero.state()
        place = _fight(server, hero)
        told = hero.told()
        assert any(line.startswith("A rat loses ") and line.endswith("attack.") for line in told), told
        assert hero.state()["experience"] - before["experience"] == 5
        if dialect == "canary":
            assert "You gained 5 experience points." in told

        # Its corpse is the hero's to open, and nobody else's.
        server.control("client_enter", "Thief", {"town_id": 1})
        thief_at = [place[0], place[1], place[2]]
        server.run(f"Player('Thief'):teleportTo(Position({place[0]}, {place[1]}, {place[2]}))".encode())
        server.control("kit_use", "Thief", thief_at)
        server.advance(500)
        assert [str(each) for each in server.control("kit_told", "Thief")][-1] == "You are not the owner."
        hero.does("use", list(place))
        server.advance(3000)
        assert sorted(hero.inside()) == ["1 cheese", "5 gold coin"]
        hero.lua(
            "local open = hero:getContainerById(0) local all = open:getItems()"
            " for _, it in ipairs(all) do it:moveTo(hero) end"
        )
        assert hero.lua("return hero:getMoney()") == 5
        assert hero.lua(f"return hero:getItemCount({CHEESE})") == 1

        # Bread for what the rat had.
        hero.told()
        hero.does("step", [BAKER[0] + 1, BAKER[1], BAKER[2]])
        for line in ("hi", "buy bread", "yes", "buy bread", "yes"):
            hero.does("say", line)
        answers = [line for line in hero.told() if line.startswith("Bo: ")]
        assert answers == [
            "Bo: Welcome, Hero.",
            "Bo: Bread for 4 gold?",
            "Bo: Here you are.",
            "Bo: Bread for 4 gold?",
            "Bo: You don't have enough money.",
        ]
        assert hero.lua("return hero:getMoney()") == 1
        assert hero.lua(f"return hero:getItemCount({BREAD})") == 1
        assert server.errors() == []

    def run() -> None:
        things = checkout.path / ITEMS_FILE
        server = checkout.server(write_dir=written, things=None if dialect == "tfs" else things, name="story")
        with contextlib.closing(server):
            body(server)

    stack.run(run)


@pytest.mark.parametrize("dialect", ["canary", "tfs"])
def test_who_lives_on_the_map_is_known_before_anybody_comes_near(tmp_path: Path, dialect: Dialect) -> None:
    checkout = _write(tmp_path / "server", dialect)
    first_npc, first_monster = (0x80000000, 0x50000001) if dialect == "canary" else (0x20000001, 0x21000000)
    code = b"""
        local made = Game.createMonster("Rat", Position(990, 990, 7))
        local count, baker, rat = Game.getMonsterCount(), Npc("bo"), Monster(...)
        return { count, Game.getNpcCount(), baker:getId(), rat:getId(), made:getId(), Creature("rat"):getId(),
            rat:getPosition().y, Game.getMonsterCount() }
    """.replace(b"...", str(first_monster).encode())

    def run() -> Any:
        server = checkout.server(things=None if dialect == "tfs" else checkout.path / ITEMS_FILE, name="story")
        with contextlib.closing(server):
            server.control("prepare")
            server.control("begin")
            return server.run(code)

    # Of several of a name TFS knows the first, Canary the last that came.
    named = first_monster + (dialect == "canary")
    assert stack.run(run) == [2, 1, first_npc, first_monster, first_monster + 1, named, RAT[1], 2]
