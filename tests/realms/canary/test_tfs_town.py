"""A walk in a real town: TFS's own map, monsters and npcs, where a checkout of it is there (TIBICEN_TFS)."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tibicen.realms.canary.checkout import Checkout
from tibicen.realms.canary.server import Server
from tibicen.vm import stack

VARIABLE = "TIBICEN_TFS"
JORVIK, TEMPLE, AT_DEPOT, DEPOT, AT_RIONA = 4, (496, 172, 7), (410, 207, 7), (410, 208, 7), (433, 234, 7)
SWORD, BACKPACK, GOLD = 2376, 1988, 2148
# Tiles that a client walks by one click.
HOP = 8

# The way between two places of a floor, in hops: where a creature can walk that stays on the floor.
_WAY = """
    local from, to = Position({0}, {1}, {2}), Position({3}, {4}, {5})
    local function free(x, y)
        local tile = Tile(x, y, from.z)
        return tile and tile:getGround() and not tile:hasProperty(CONST_PROP_BLOCKSOLID)
            and not tile:hasFlag(TILESTATE_FLOORCHANGE) and not tile:hasFlag(TILESTATE_TELEPORT)
    end
    local before, list, at = {{}}, {{ {{ to.x, to.y }} }}, 1
    before[to.x * 65536 + to.y] = list[1]
    while list[at] and not before[from.x * 65536 + from.y] do
        local here = list[at]
        at = at + 1
        for _, by in ipairs({{ {{ 1, 0 }}, {{ -1, 0 }}, {{ 0, 1 }}, {{ 0, -1 }} }}) do
            local x, y = here[1] + by[1], here[2] + by[2]
            if not before[x * 65536 + y] and free(x, y) then
                before[x * 65536 + y], list[#list + 1] = here, {{ x, y }}
            end
        end
    end
    local way, x, y = {{}}, from.x, from.y
    while x ~= to.x or y ~= to.y do
        x, y = unpack(before[x * 65536 + y])
        way[#way + 1] = x * 65536 + y
    end
    return way
"""


class _Hero:
    def __init__(self, server: Server) -> None:
        self._server = server
        fields = {"level": 30, "vocation": 4, "health": 500, "healthmax": 500, "town_id": JORVIK, "skill_sword": 60}
        server.control("client_enter", "Hero", fields)
        server.advance(1000)

    def lua(self, code: str) -> Any:
        return self._server.run(f"local hero = Player('Hero') {code}".encode())

    def does(self, what: str, *arguments: Any) -> None:
        self._server.control(f"kit_{what}", "Hero", *arguments)
        self._server.advance(1000)

    def told(self) -> list[str]:
        texts = [str(each) for each in self._server.control("kit_told", "Hero") or ()]
        self._server.control("kit_forget", "Hero")
        return texts

    def at(self) -> tuple[int, ...]:
        return tuple(map(int, self.lua("local at = hero:getPosition() return { at.x, at.y, at.z }")))

    def walk(self, to: tuple[int, int, int]) -> int:
        """Walks there by clicks; how many tiles that is."""
        way = [divmod(int(key), 65536) for key in self._server.run(_WAY.format(*self.at(), *to).encode())]
        for x, y in [*way[HOP - 1 :: HOP], way[-1]]:
            if self.at() != (x, y, to[2]):
                self._server.control("kit_step", "Hero", [x, y, to[2]])
            # Steps along a diagonal take three times as long.
            for _ in range(20):
                if self.at() != (x, y, to[2]):
                    self._server.advance(500)
        assert self.at() == to
        return len(way)

    def inside(self) -> list[str]:
        text = self.lua(
            "local list, open = {}, hero:getContainerById(0)"
            " for _, it in ipairs(open and open:getItems() or {}) do"
            " list[#list + 1] = it:getCount() .. ' ' .. it:getName() end return table.concat(list, ', ')"
        )
        return [each for each in str(text).split(", ") if each]


def _rat_dies(server: Server, hero: _Hero) -> list[str]:
    """Fights a rat beside the hero; what the hero was told."""
    hero.lua("rat = Game.createMonster('Rat', hero:getPosition(), true, true) hero:setTarget(rat)")
    for _ in range(120):
        if hero.lua("return rat:isRemoved()"):
            return hero.told()
        hero.lua("grave = rat:getPosition()")
        server.advance(500)
    raise AssertionError("the rat lives")


def _evening(server: Server) -> None:
    # Who lives on the map is known by name, with the id of a server that has just started.
    assert server.run(b"return { Npc('the oracle'):getId(), Creature('Demon'):getId() }") == [0x2000000E, 0x21000000]
    server.control("mount", "testkit")
    hero = _Hero(server)
    assert hero.at() == TEMPLE
    assert any(line.startswith("Welcome to ") for line in hero.told())

    assert hero.walk(AT_DEPOT) > 100
    # What the tile before the locker says.
    assert hero.told()[-1] == "Your depot contains 0 items."
    hero.does("use", list(DEPOT))
    assert "1 depot chest" in hero.inside(), hero.inside()
    hero.does("use", list(DEPOT))

    hero.lua(f"hero:addItem({SWORD}, 1, false, 1, CONST_SLOT_LEFT)")
    experience = hero.lua("return hero:getExperience()")
    told = _rat_dies(server, hero)
    gained = hero.lua("return hero:getExperience()") - experience
    assert any(re.fullmatch(r"A rat loses \d+ hitpoints? due to your attack\.", line) for line in told), told
    # The script tells the number before the server cuts it off.
    [shown] = [each[1] for line in told if (each := re.fullmatch(r"You gained ([\d.]+) experience points\.", line))]
    assert gained == int(float(shown)) and gained >= 5
    assert any(line.startswith("Loot of a rat: ") for line in told), told

    place = [int(each) for each in hero.lua("return { grave.x, grave.y, grave.z }")]
    hero.does("use", place)
    server.advance(3000)
    loot = next(line for line in told if line.startswith("Loot of a rat: ")).removeprefix("Loot of a rat: ")
    assert (hero.inside() == []) == (loot.rstrip(".") == "nothing")

    hero.walk(AT_RIONA)
    hero.lua(f"hero:addItem({GOLD}, 30)")
    hero.told()
    for line in ("hi", "buy backpack", "yes", "buy backpack", "yes", "bye"):
        hero.does("say" if line == "hi" else "tell_npc", line)
        server.advance(2000)
    # As the npc library words it, with what the hero said aloud.
    assert hero.told() == [
        "hi",
        "Greetings, Hero.",
        "Do you want to buy 1 backpack for 20 gold coins?",
        "Here you are.",
        "Do you want to buy 1 backpack for 20 gold coins?",
        "You don't have enough money.",
        "Goodbye, Hero.",
    ]
    assert hero.lua("return hero:getMoney()") == 10
    assert hero.lua(f"return hero:getItemCount({BACKPACK})") == 1
    assert server.errors() == []


def test_an_evening_in_jorvik(tmp_path: Path) -> None:
    told = os.environ.get(VARIABLE)
    if not told:
        pytest.skip(f"{VARIABLE} names no checkout of TFS")
    checkout = Checkout.open(Path(told), "tfs")

    def run() -> None:
        server = checkout.server(write_dir=tmp_path, name="town")
        with contextlib.closing(server):
            checkout.start(server)
            _evening(server)

    stack.run(run)
