"""What is made once for all clients of a version are the bytes that each would be told by itself: the same crowd does
the same in two worlds, and in one of them every client is told apart."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from tests.realms.canary.wire.clients import Client, Game
from tests.realms.canary.wire.conftest import WIRES
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire.test_in_step import FLOORS, X, Y, build
from tests.realms.canary.wire.worlds import COIN, FILES, KINDS, SCRIPTS, SWORD

from tibicen.realms.canary.server import Dialect

NAMES = ("Ann", "Bob", "Cid", "Dan", "Eve", "Fay", "Gil", "Hal", "Ida", "Jon", "Kim", "Lea", "Max")
ROUNDS = 120
SEEDS = (3, 4)
SIDES = ("north", "east", "south", "west", "north_east", "south_west")


class Crowd:
    """Clients who come at different times, go, and do several things each round, all drawn from one seed."""

    def __init__(self, game: Game, seed: int) -> None:
        self.game = game
        self.random = Random(seed)
        self.told: dict[str, bytearray] = {}
        self.clients: list[Client] = []
        self.names = list(NAMES)
        build(game)
        for _ in range(9):
            self.come()

    def come(self) -> None:
        if self.names:
            name = self.names.pop()
            client = self.game.enter(name, id=5000 + NAMES.index(name), sex=self.random.randrange(2))
            self.told[name] = client.told
            self.clients.append(client)
            self.jump(client)

    def go(self, client: Client) -> None:
        if len(self.clients) > 6:
            self.clients.remove(client)
            self.game.server.control("logout", client.name, True)

    def script(self, client: Client, code: str) -> None:
        """Runs Lua with the client's player as `p`, and tells nobody of it yet."""
        self.game.server.run(f"local p = Player('{client.name}') {code}".encode())

    def jump(self, client: Client) -> None:
        # Mostly onto the same few fields, of which each is full with ten.
        x, y = X + self.random.randint(-2, 2), Y + self.random.randint(-1, 1)
        z = self.random.choice((7, 7, 7, *FLOORS))
        self.script(client, f"local to = Position({x}, {y}, {z}) if Tile(to) then p:teleportTo(to, true) end")

    def gather(self, client: Client) -> None:
        for each in self.clients:
            self.script(each, f"p:teleportTo(Position({X}, {Y}, 7), true)")

    def walk(self, client: Client) -> None:
        side = self.random.choice(SIDES)
        client.raw(client.protocol.encode("client", f"walk_{side}", {}, client.state))

    def turn(self, client: Client) -> None:
        side = self.random.choice(SIDES[:4])
        client.raw(client.protocol.encode("client", f"turn_{side}", {}, client.state))

    def say(self, client: Client) -> None:
        fields = {"type": 1, "text": f"la {self.random.randint(1, 9)}"}
        client.raw(client.protocol.encode("client", "say", fields, client.state))

    def lay(self, client: Client) -> None:
        item, count = self.random.choice(((COIN, self.random.randint(1, 60)), (SWORD, 1)))
        self.script(client, f"Game.createItem({item}, {count}, p:getPosition())")

    def clean(self, client: Client) -> None:
        self.script(client, "local t = p:getTile() for _, i in ipairs(t:getItems() or {}) do i:remove() break end")

    def vanish(self, client: Client) -> None:
        self.script(client, "p:setGhostMode(not p:isInGhostMode())")

    def dress(self, client: Client) -> None:
        self.script(client, f"local o = p:getOutfit() o.lookHead = {self.random.randint(0, 100)} p:setOutfit(o)")

    def hurt(self, client: Client) -> None:
        self.script(client, f"p:addHealth(150 - p:getHealth() - {self.random.randint(0, 99)})")

    def shine(self, client: Client) -> None:
        self.script(client, f"p:setLight(215, {self.random.randint(0, 7)})" if self.tfs else "p:setSpeed(200)")

    def join(self, client: Client) -> None:
        other = self.random.choice(self.clients)
        data = client.protocol.encode("client", "party_invite", {"creature": other.view.own}, client.state)
        client.raw(data)
        other.raw(client.protocol.encode("client", "party_join", {"creature": client.view.own}, other.state))

    @property
    def tfs(self) -> bool:
        return self.game.server.dialect == "tfs"

    def run(self) -> dict[str, bytes]:
        often = [self.walk] * 8 + [self.turn, self.say, self.lay, self.clean, self.dress, self.hurt, self.jump]
        seldom = [self.vanish, self.shine, self.join, self.gather, self.go]
        for _ in range(ROUNDS):
            for _ in range(self.random.randint(1, 6)):
                client = self.random.choice(self.clients)
                self.random.choice(often if self.random.random() < 0.9 else seldom)(client)
            if self.random.random() < 0.05:
                self.come()
            self.game.pass_time(self.random.choice((50, 50, 100, 300)))
        return {name: bytes(told) for name, told in self.told.items()}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("wire", WIRES)
@on_stack
def test_all_are_told_what_each_would_be_told_apart(tmp_path: Path, wire: str, seed: int) -> None:
    dialect, version = WIRES[wire]
    told = [_told(tmp_path / str(apart), dialect, version, seed, apart) for apart in (False, True)]
    assert told[0].keys() == told[1].keys()
    assert len(told[0]) > 9
    for name, shared in told[0].items():
        assert shared == told[1][name], name
    # Walks, steps onto full fields, and whoever comes into sight.
    assert min(sum(each.count(bytes([opcode])) for each in told[0].values()) for opcode in (0x6A, 0x6C, 0x6D)) > 200


def _told(root: Path, dialect: Dialect, version: int, seed: int, apart: bool) -> dict[str, bytes]:
    root.mkdir()
    files, scripts = FILES[dialect], SCRIPTS[dialect]
    with Game(root, dialect=dialect, version=version, items=KINDS, scripts=scripts, files=files, apart=apart) as game:
        return Crowd(game, seed).run()
