"""How a client comes into the game, goes on in another one's place, and leaves."""

from __future__ import annotations

from itertools import pairwise

from tests.realms.canary.wire.clients import Game, fields_of, names_of
from tests.realms.canary.wire.conftest import Pair
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire.worlds import CHANNEL

FIRST = ["extended_opcode", "login_success", "pending_state", "enter_world", "full_map", "effect"]
SECOND = ["stats", "skills", "icons", "world_light", "creature_light", "basic_data", "fight_modes"]
MINUTE = 60_000
LOGIN_EFFECT, LOGOUT_EFFECT = 11, 3


def in_game(game: Game, name: str) -> bool:
    return bool(game.lua(f"return Player('{name}') ~= nil"))


@on_stack
def test_what_comes_first(pair: Pair) -> None:
    game = pair.game
    client = game.enter("Eve", id=900)
    names = names_of(client.take())
    # The order of TFS 1.4.2: the map before all else, then what is worn, then figures.
    assert names[: len(FIRST)] == FIRST
    slots = [name for name in names if name.startswith("inventory_") or name in SECOND]
    assert slots[:10] == ["inventory_clear"] * 10
    order = [names.index(name) for name in SECOND]
    assert all(one < other for one, other in pairwise(order))
    assert ("inventory" in names) is pair.tfs
    came = pair.ann.take()
    assert names_of(came) == ["add_thing", "effect"]
    assert came[1].fields["effect"] == LOGIN_EFFECT
    client.do("leave_game")
    assert client.over
    came = pair.ann.take()
    assert names_of(came) == ["remove_thing", "effect"]
    assert came[1].fields["effect"] == LOGOUT_EFFECT


@on_stack
def test_only_otclient_is_told_of_extended_opcodes(pair: Pair) -> None:
    client = pair.game.enter("Eve", id=900, system=2)
    assert names_of(client.take())[0] == "login_success"
    client.do("leave_game")


@on_stack
def test_a_second_login_takes_the_place_of_the_first(pair: Pair) -> None:
    game, ann, bob = pair.game, pair.ann, pair.bob
    ann.do("open_channel", channel=CHANNEL)
    game.lua(f"Player('{ann.name}'):teleportTo(Position(112, 110, 7))")
    bob.take()
    second, answer = game.try_to_enter(ann.name)
    assert answer == {"id": ann.view.own, "level": 20, "replaced": ann.number}
    # The same creature, where it was: nobody else sees any of it.
    assert second.view.own == ann.view.own
    assert second.view.at == (112, 110, 7)
    assert "effect" not in names_of(second.take())
    assert bob.take() == []
    # What the first one sends is nothing any more.
    assert ann.raw(b"\x66") == ""
    second.do("walk_east")
    game.pass_time(3000)
    assert second.view.at == (113, 110, 7)
    # Its channels are closed: they were the first client's.
    bob.do("open_channel", channel=CHANNEL)
    second.take()
    bob.do("say", type=7, channel=CHANNEL, text="anybody?")
    assert "talk" not in names_of(second.take())
    assert game.server.control("wire_lost", ann.number) is False
    assert in_game(game, ann.name)
    game.clients.remove(ann)


@on_stack
def test_a_connection_that_breaks_off(pair: Pair) -> None:
    game, ann, bob = pair.game, pair.ann, pair.bob
    ann.do("auto_walk", directions=[1, 1])
    assert game.leave(ann) is True
    for _ in range(5):
        game.pass_time(10_000)
        game.server.control("wire_pings")
        bob.do("ping")
    assert in_game(game, ann.name)
    again = game.enter(ann.name)
    assert again.view.own == ann.view.own
    assert again.view.at == bob.view.where(ann.view.own)
    game.leave(again)
    for _ in range(7):
        game.pass_time(10_000)
        game.server.control("wire_pings")
        bob.do("ping")
    assert not in_game(game, ann.name)


@on_stack
def test_a_fight_keeps_who_broke_off(pair: Pair) -> None:
    game, ann, bob = pair.game, pair.ann, pair.bob
    game.lua(f"Player('{ann.name}'):teleportTo(Position(112, 110, 7))")
    game.lua(
        f"""local fight = Condition(CONDITION_INFIGHT, CONDITIONID_DEFAULT)
        fight:setParameter(CONDITION_PARAM_TICKS, 90000)
        Player('{ann.name}'):addCondition(fight)"""
    )
    # Asked for, it is refused, and the client goes on.
    assert "text_message" in names_of(ann.do("leave_game"))
    assert not ann.over
    game.leave(ann)
    for minute, there in ((70_000, True), (30_000, False)):
        game.pass_time(minute)
        bob.do("ping")
        game.server.control("wire_pings")
        assert in_game(game, ann.name) is there


@on_stack
def test_silence(pair: Pair) -> None:
    game, ann, bob = pair.game, pair.ann, pair.bob
    silent = []
    for _ in range(13):
        bob.do("ping")
        silent = game.server.control("wire_pings") or []
        game.tell()
        game.pass_time(5000)
    assert list(silent) == [ann.number]
    assert names_of(ann.take()).count("ping") >= 11
    # The character goes with the connection then.
    game.leave(ann)
    game.server.control("wire_pings")
    assert not in_game(game, ann.name)


@on_stack
def test_death(pair: Pair) -> None:
    game, ann, bob = pair.game, pair.ann, pair.bob
    game.lua(f"local p = Player('{bob.name}') p:teleportTo(Position(112, 110, 7)) p:addHealth(-p:getHealth())")
    game.pass_time(1500)
    came = bob.take()
    assert "death" in names_of(came)
    assert fields_of(came, "death")["penalty"] in (0, 100)
    game.pass_time(500)
    ann.take()
