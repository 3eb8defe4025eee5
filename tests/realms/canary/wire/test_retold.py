"""Who begins to look over a client's shoulder is told what that client knows, whatever it has been through."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.realms.canary.wire.clients import Client, Game
from tests.realms.canary.wire.conftest import Pair
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire.test_in_step import Actor, X, Y, build
from tests.realms.canary.wire.test_things import BACK, BACKPACK, slot

from tibicen.protocol.items import ItemTable
from tibicen.protocol.readers import Described
from tibicen.protocol.world_view import WorldView
from tibicen.realms.canary.wire.views import raw

DEEDS = 60


def retold(game: Game, client: Client, items: ItemTable) -> WorldView:
    """The view of who is told of a client, and of nothing that it was told before."""
    game.tell()
    asked: Any = game.server.control("wire_watch", [client.number])
    frames, _, known, kinds = asked
    assert items.table is not None
    for client_id, flags in kinds:
        items.table[client_id] = flags  # type: ignore[index, call-overload]
    assert client.number not in list(frames)[::2]
    for number, (messages, names) in known:
        if number != client.number:
            continue
        view, reader = WorldView(), Described(client.protocol.version, items)
        view.knows((creature, raw(name).decode("latin-1")) for creature, name in names)
        for message in messages:
            list(view.take(reader.read("server", raw(message)), *reader.view))
        assert view.unread == 0
        return view
    raise AssertionError("nothing was told of it")


def thing_of(thing: dict[str, Any]) -> dict[str, Any]:
    return {"creature": thing["creature"]} if "creature" in thing else thing


def compare(view: WorldView, client: Client) -> None:
    known = client.view
    assert view.map.center == known.at and view.player["creature"] == known.own
    tiles = {place: [thing_of(thing) for thing in things] for place, things in known.tiles.items()}
    assert {place: tile.things for place, tile in view.map.tiles.items()} == tiles
    for creature, shown in view.creatures.items():
        assert (shown["name"], shown["position"]) == (known.creatures[creature]["name"], known.where(creature))
    assert {number: each["items"] for number, each in view.containers.items()} == known.windows
    assert view.inventory == known.slots
    figures = {name: known.stats[name] for name in ("health", "mana", "level")}
    assert figures.items() <= view.player.items()
    # Creatures out of sight, which may come back without their names.
    assert {number: each["name"] for number, each in known.creatures.items()}.items() >= view._names.items()


@on_stack
def test_it_is_what_the_client_knows(pair: Pair) -> None:
    game, random, items = pair.game, Random(3), ItemTable({})
    build(game)
    for number, client in enumerate((pair.ann, pair.bob)):
        game.lua(f"Player('{client.name}'):teleportTo(Position({X + number}, {Y}, 7))")
        bag = BACKPACK[pair.tfs]
        game.lua(f"Player('{client.name}'):addItem({bag}, 1, true, 1, {BACK})")
        client.do("use", position=slot(BACK), id=bag, stack=0, container=0)
    actors = [Actor(game, client, random) for client in (pair.ann, pair.bob)]
    for deed in range(DEEDS):
        random.choice(actors).act()
        if random.random() < 0.5:
            game.pass_time(random.choice((50, 150, 700)))
        if deed % 4 == 3:
            for client in (pair.ann, pair.bob):
                compare(retold(game, client, items), client)
