"""Clients that walk, throw things and vanish at random never lose step: all frames are read to their end, and the map
that each keeps by them is the world's."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from tests.realms.canary.wire.clients import Client, Game
from tests.realms.canary.wire.conftest import Pair
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire.test_things import BACK, BACKPACK, slot
from tests.realms.canary.wire_worlds import COIN, GROUND, SWORD

SEEDS = range(2)
DEEDS = 100
X, Y = 120, 120
AROUND = 6
FLOORS = (6, 7, 8)
MOST = 10

# What lies where, by the functions of scripts: id, count and name of creature, in the order in which clients have it.
LOOK = """
local looker, places = Player("NAME"), {PLACES}
local out = {}
for _, place in ipairs(places) do
    local tile, things = Tile(Position(place[1], place[2], place[3])), {}
    if tile then
        local ground, items, creatures = tile:getGround(), tile:getItems() or {}, tile:getCreatures() or {}
        local down = tile:getDownItemCount()
        if ground then things[#things + 1] = ground:getId() .. ":" .. 1 end
        for at = down + 1, #items do things[#things + 1] = items[at]:getId() .. ":" .. items[at]:getCount() end
        for at = #creatures, 1, -1 do
            local hidden = creatures[at]:isInGhostMode() and creatures[at] ~= looker
            if not hidden then things[#things + 1] = creatures[at]:getName() end
        end
        for at = 1, down do things[#things + 1] = items[at]:getId() .. ":" .. items[at]:getCount() end
    end
    out[#out + 1] = things
end
return out
"""


def lies(game: Game, client: Client, places: list[tuple[int, int, int]]) -> dict[tuple[int, int, int], list[str]]:
    """What the world has at some places, as this client should see it."""
    listed = ",".join(f"{{{x},{y},{z}}}" for x, y, z in places)
    found: Any = game.server.run(LOOK.replace("NAME", client.name).replace("PLACES", listed).encode())
    return {place: [str(thing) for thing in things or ()] for place, things in zip(places, found, strict=True)}


def seen(client: Client, place: tuple[int, int, int]) -> list[str]:
    """The same as the client has it."""
    return [
        str(thing["name"]) if "creature" in thing else f"{thing['id']}:{thing.get('count', 1)}"
        for thing in client.view.tiles.get(place, ())
    ]


def compare(game: Game, client: Client) -> None:
    view = client.view
    places = [
        (x, y, z)
        for z in (*FLOORS, 9)
        for x in range(X - 20, X + 20)
        for y in range(Y - 20, Y + 20)
        if view.sees((x, y, z))
    ]
    for place, expected in lies(game, client, places).items():
        there = seen(client, place)
        own = client.name in expected[MOST:]
        assert there[: MOST - own] == expected[: MOST - own], f"{client.name} at {place}"
        assert client.name not in expected or client.name in there
    held = game.server.run(
        f"local bag, out = Player('{client.name}'):getSlotItem(3), {{}} for at = 0, bag:getSize() - 1 do "
        "out[#out + 1] = bag:getItem(at):getId() .. ':' .. bag:getItem(at):getCount() end return out".encode()
    )
    assert [f"{each['id']}:{each.get('count', 1)}" for each in view.windows[0]] == [
        str(each)
        for each in held or ()  # type: ignore[union-attr]
    ]
    assert view.sizes[0] == len(view.windows[0])
    # Nothing is left of what went out of sight.
    assert all(view.sees(place) for place in view.tiles)
    for creature, known in view.creatures.items():
        where = view.where(creature)
        if where is None:
            continue
        shown = game.server.run(
            f"local c = Creature({creature}) local o = c:getOutfit() "
            "return {c:getHealth() * 100 / c:getMaxHealth(), c:getDirection(), o.lookHead, c:getName()}".encode()
        )
        health, direction, head, name = shown  # type: ignore[misc]
        told = (known["health"], known["direction"], known["outfit"]["head"], known["name"])
        assert told == (-(-health // 1), direction, head, str(name)), f"{client.name} sees {name}"  # type: ignore[operator]


def build(game: Game) -> None:
    game.lua(
        f"""for z = 6, 8, 2 do
            for x = {X - AROUND}, {X + AROUND} do
                for y = {Y - AROUND}, {Y + AROUND} do
                    if (x + 2 * y + z) % 5 ~= 0 then
                        Game.createTile(Position(x, y, z), true)
                        Game.createItem({GROUND}, 1, Position(x, y, z))
                    end
                end
            end
        end"""
    )


class Actor:
    """Does things at random with one client."""

    def __init__(self, game: Game, client: Client, random: Random) -> None:
        self.game, self.client, self.random = game, client, random
        self.deeds = [self.walk] * 6 + [self.way, self.turn, self.throw, self.throw, self.lay, self.lay]
        self.deeds += [self.stow, self.stow, self.split, self.fill, self.unpack]
        self.deeds += [self.jump, self.vanish, self.dress, self.hurt, self.say, self.carry]

    def act(self) -> None:
        self.random.choice(self.deeds)()

    def near(self) -> tuple[int, int, int]:
        x, y, z = self.client.view.at
        return x + self.random.randint(-1, 1), y + self.random.randint(-1, 1), z

    def walk(self) -> None:
        kind = self.random.choice(
            ("north", "east", "south", "west", "north_east", "south_east", "south_west", "north_west")
        )
        self.client.do(f"walk_{kind}")

    def way(self) -> None:
        self.client.do("auto_walk", directions=[self.random.randint(1, 8) for _ in range(4)])

    def turn(self) -> None:
        self.client.do("turn_" + self.random.choice(("north", "east", "south", "west")))

    def lay(self) -> None:
        x, y, z = self.near()
        item, count = self.random.choice(((COIN, self.random.randint(1, 60)), (SWORD, 1)))
        self.game.lua(
            f"if Tile(Position({x}, {y}, {z})) then Game.createItem({item}, {count}, Position({x}, {y}, {z})) end"
        )

    def throw(self) -> None:
        place = self.near()
        things = self.client.view.tiles.get(place, [])
        if not things:
            return
        index = self.random.randrange(len(things))
        thing = things[index]
        to = self.near()
        if to != place:
            self.client.do(
                "move",
                position=place,
                id=99 if "creature" in thing else thing["id"],
                stack=index,
                to=to,
                count=self.random.randint(1, thing.get("count", 1)),
            )

    def jump(self) -> None:
        x, y = X + self.random.randint(-AROUND, AROUND), Y + self.random.randint(-AROUND, AROUND)
        z = self.random.choice(FLOORS)
        self.game.lua(
            f"local to = Position({x}, {y}, {z}) if Tile(to) then Player('{self.client.name}'):teleportTo(to, true) end"
        )

    def vanish(self) -> None:
        name = self.client.name
        self.game.lua(f"local p = Player('{name}') p:setGhostMode(not p:isInGhostMode())")

    def dress(self) -> None:
        head = self.random.randint(0, 100)
        self.game.lua(
            f"local p = Player('{self.client.name}') local o = p:getOutfit() o.lookHead = {head} p:setOutfit(o)"
        )

    def hurt(self) -> None:
        self.game.lua(
            f"local p = Player('{self.client.name}') p:addHealth(150 - p:getHealth() - {self.random.randint(0, 99)})"
        )

    def say(self) -> None:
        self.client.do("say", type=self.random.choice((1, 2, 3)), text="la" * self.random.randint(1, 9))

    def stow(self) -> None:
        place = self.near()
        things = self.client.view.tiles.get(place, [])
        at = next((at for at, each in enumerate(things) if each["id"] in (COIN, SWORD)), None)
        if at is not None:
            self.take(place, things[at], at, (0xFFFF, 0x40, self.random.randint(0, 20)))

    def split(self) -> None:
        held = self.client.view.windows.get(0, [])
        if held:
            at = self.random.randrange(len(held))
            self.take((0xFFFF, 0x40, at), held[at], at, (0xFFFF, 0x40, self.random.randint(0, len(held))))

    def unpack(self) -> None:
        held = self.client.view.windows.get(0, [])
        if held:
            at = self.random.randrange(len(held))
            self.take((0xFFFF, 0x40, at), held[at], at, self.near())

    def take(self, place: tuple[int, int, int], thing: dict[str, Any], at: int, to: tuple[int, int, int]) -> None:
        count = self.random.randint(1, thing.get("count", 1))
        self.client.do("move", position=place, id=thing["id"], stack=at, to=to, count=count)

    def fill(self) -> None:
        item, count = self.random.choice(((COIN, self.random.randint(1, 90)), (SWORD, 1)))
        name = self.client.name
        self.game.lua(f"local bag = Player('{name}'):getSlotItem(3) if bag then bag:addItem({item}, {count}) end")
        if self.random.random() < 0.2:
            self.game.lua(
                f"local bag = Player('{name}'):getSlotItem(3) if bag:getSize() > 3 then bag:getItem(1):remove() end"
            )

    def carry(self) -> None:
        place = self.near()
        things = self.client.view.tiles.get(place, [])
        if things and "creature" not in things[-1]:
            last = next((each for each in things if each["id"] in (COIN, SWORD)), things[-1])
            at = things.index(last)
            self.client.do(
                "move", position=place, id=last["id"], stack=at, to=(0xFFFF, 6, 0), count=last.get("count", 1)
            )


@pytest.mark.parametrize("seed", SEEDS)
@on_stack
def test_in_step(pair: Pair, seed: int) -> None:
    game, random = pair.game, Random(seed)
    build(game)
    for number, client in enumerate((pair.ann, pair.bob)):
        game.lua(f"Player('{client.name}'):teleportTo(Position({X + number}, {Y}, 7))")
        bag = BACKPACK[pair.tfs]
        game.lua(f"Player('{client.name}'):addItem({bag}, 1, true, 1, {BACK})")
        client.do("use", position=slot(BACK), id=bag, stack=0, container=0)
        assert 0 in client.view.windows
    actors = [Actor(game, client, random) for client in (pair.ann, pair.bob)]
    for deed in range(DEEDS):
        random.choice(actors).act()
        if random.random() < 0.5:
            game.pass_time(random.choice((50, 150, 700)))
        if deed % 8 == 7:
            game.pass_time(150)
            for client in (pair.ann, pair.bob):
                compare(game, client)


MOST_KNOWN = 1300
AT_ONCE = 70


@on_stack
def test_more_creatures_than_a_client_keeps(pair: Pair) -> None:
    """The view complains of one that is new though it is known, and of one that is forgotten in sight."""
    game, ann = pair.game, pair.ann
    game.lua(f"Player('{ann.name}'):teleportTo(Position({X}, {Y}, 7))")
    place = f"Position({X} - 7 + at % 14, {Y} - 5 + math.floor(at / 14), 7)"
    for _ in range(MOST_KNOWN // AT_ONCE + 2):
        game.lua(
            f"made = {{}} for at = 0, {AT_ONCE - 1} do made[at] = Game.createNpc('Smith', {place}, false, true) end"
        )
        game.lua(f"for at = 0, {AT_ONCE - 1} do if made[at] then made[at]:remove() end end")
    assert len(ann.view.creatures) == MOST_KNOWN
    ann.take()
    assert ann.view.own in ann.view.creatures
