"""What plugins hear of a server's world is what they hear of it when its clients come by a bridge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.conftest import run_in_host_thread as run
from tests.protocol.wire_ends import until
from tests.realms.canary.wire.heard import SOURCE, Heard, Player, listen
from tests.realms.canary.wire.test_things import BACK, BACKPACK, LEFT
from tests.realms.canary.wire_worlds import COIN, HOME, SWORD

from tibicen.protocol.world_view import NEEDS
from tibicen.realms.canary.server import Dialect

X, Y, Z = HOME
SAY = 1
OWN_OPCODE = 0x0B


def slot(number: int, item: int) -> dict[str, Any]:
    return {"position": (0xFFFF, number, 0), "id": item, "stack": 0}


async def first_half(stage: Heard, version: int) -> tuple[Player, Player]:
    ann = await stage.enter("Ann", version)
    bob = await stage.enter("Bob", version)
    bag = BACKPACK[stage.tfs]
    bob.client.send("say", type=SAY, text="hello \xe9")
    ann.client.send("walk_east")
    await stage.settle()
    stage.lua(f"""
        local ann, bob = Player("Ann"), Player("Bob")
        ann:addItem({bag}, 1, true, 1, {BACK})
        ann:addItem({SWORD}, 1, true, 1, {LEFT})
        Game.createItem({COIN}, 5, Position({X}, {Y + 2}, {Z}))
        bob:addHealth(-50)
        bob:sendTextMessage(MESSAGE_EVENT_ADVANCE, "careful")
    """)
    await stage.settle()
    ann.client.send("use", **slot(BACK, bag), container=0)
    await stage.settle()
    stage.lua(f'local bag = Player("Ann"):getSlotItem({BACK}) bag:addItem({COIN}, 3) bag:addItem({SWORD}, 1)')
    await stage.settle()
    ann.client.send("request_trade", **slot(LEFT, SWORD), creature=bob.client.player)
    await stage.settle()
    return ann, bob


async def second_half(stage: Heard, ann: Player, bob: Player) -> None:
    stage.lua(f'local bag = Player("Ann"):getSlotItem({BACK}) bag:getItem(0):remove() bag:addItem({COIN}, 9)')
    ann.client.send("close_trade")
    await stage.settle()
    ann.client.send("close_container", container=0)
    # Out of view, and back.
    stage.lua(f'Player("Bob"):teleportTo(Position({X + 30}, {Y}, {Z}))')
    await stage.settle()
    stage.lua(f'Player("Bob"):teleportTo(Position({X + 1}, {Y + 1}, {Z})) Player("Bob"):addHealth(20)')
    bob.client.send("say", type=SAY, text="back")
    await stage.settle()
    bob.client.send("walk_south")
    stage.lua(f'Player("Ann"):teleportTo(Position({X + 2}, {Y + 1}, {Z}))')
    await stage.settle()


WORLDS = pytest.mark.parametrize(("dialect", "version"), [("tfs", 1098), ("canary", 1310)])


@WORLDS
def test_both_tell_the_same(tmp_path: Path, dialect: Dialect, version: int) -> None:
    async def scenario() -> None:
        async with Heard(tmp_path, dialect) as stage:
            heard = listen(stage.plugins, *NEEDS)
            ann, bob = await first_half(stage, version)
            await second_half(stage, ann, bob)
            bob.client.send("leave_game")
            await until(lambda: bob.over)
            await stage.settle()
            # Sessions of both have the same numbers here: clients come one after the other.
            assert set(heard) == {"bridge", SOURCE} and set(heard[SOURCE]) == {1, 2}
            for session in (1, 2):
                assert heard[SOURCE][session] == heard["bridge"][session]
            told = {name for events in heard[SOURCE].values() for name, _ in events}
            assert told == set(NEEDS)
            assert ann.failures == bob.failures == []
            assert stage.plugins.failures == [] and stage.world.counts["views_lost"] == 0

    run(scenario)


@WORLDS
def test_who_begins_in_the_middle_knows_all_the_same(tmp_path: Path, dialect: Dialect, version: int) -> None:
    """The bridge has read the session from its beginning, the server begins half-way."""

    async def scenario() -> None:
        async with Heard(tmp_path, dialect, apart=True) as stage:
            before = listen(stage.others, *NEEDS)
            ann, bob = await first_half(stage, version)
            known = {session: len(events) for session, events in before["bridge"].items()}
            # Chat needs nothing of what came before; then there is somebody who needs all.
            heard = listen(stage.plugins, "world.said")
            await stage.settle()
            later = listen(stage.plugins, *NEEDS)
            await stage.settle()
            assert heard == later == {}
            await second_half(stage, ann, bob)
            for session in (1, 2):
                assert later[SOURCE][session] == before["bridge"][session][known[session] :]
            for session in (1, 2):
                mine, theirs = stage.world.exchange.view(session), stage.bridge.view(session)
                mine.chat.clear(), theirs.chat.clear()
                summaries = [mine.summary(), theirs.summary()]
                for each in summaries:
                    each["creatures"].sort(key=lambda known: known["creature"])
                assert summaries[0] == summaries[1] and mine.unread == 0
                assert mine.map.tiles.keys() == theirs.map.tiles.keys()
                for place, tile in theirs.map.tiles.items():
                    assert mine.map.tiles[place].things == tile.things

    run(scenario)


def test_what_a_script_makes_up_costs_the_view_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Heard(tmp_path) as stage:
            heard = listen(stage.plugins, *NEEDS)
            await stage.enter("Ann", bridged=False)
            stage.lua(f"""
                local message = NetworkMessage()
                message:addByte({OWN_OPCODE})
                message:addString("of our own")
                local ann = Player("Ann")
                message:sendToPlayer(ann)
                ann:sendTextMessage(MESSAGE_EVENT_ADVANCE, "behind it")
            """)
            await until(lambda: any(name == "world.told" for name, _ in heard[SOURCE][1]))
            assert stage.world.views._watched[1].view.unread == 1

    run(scenario)
