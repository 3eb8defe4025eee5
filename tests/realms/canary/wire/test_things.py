"""What players do with things: moving, using, wearing, windows of containers, texts."""

from __future__ import annotations

from typing import Any

from tests.realms.canary.wire.clients import Client, fields_of, names_of
from tests.realms.canary.wire.conftest import Pair
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire.worlds import BAG, CANDLE, COIN, HELMET, LETTER, ROPE, SWORD, TORCH

from tibicen.protocol.versions import Message

BACKPACK = {True: 1988, False: 2854}
HEAD, BACK, RIGHT, LEFT = 1, 3, 5, 6
ELSEWHERE, WINDOW = 0xFFFF, 0x40


def slot(number: int) -> tuple[int, int, int]:
    return ELSEWHERE, number, 0


def inside(window: int, index: int) -> tuple[int, int, int]:
    return ELSEWHERE, WINDOW | window, index


def equip(pair: Pair, *things: tuple[int, int]) -> int:
    """Gives Ann a backpack with these things, the first in front; the backpack's id."""
    kind = BACKPACK[pair.tfs]
    adds = "".join(f"bag:addItem({item}, {count})" for item, count in reversed(things))
    pair.game.lua(f"local bag = Player('{pair.ann.name}'):addItem({kind}, 1, true, 1, {BACK}) {adds}")
    pair.ann.take()
    return kind


def later(pair: Pair, message: str, **fields: Any) -> list[Message]:
    """What comes of a message of Ann's, once she may act again."""
    pair.game.pass_time(1500)
    pair.ann.take()
    return pair.ann.do(message, **fields)


def open_backpack(pair: Pair, *things: tuple[int, int]) -> dict[str, Any]:
    kind = equip(pair, *things)
    return fields_of(pair.ann.do("use", position=slot(BACK), id=kind, stack=0, container=0), "open_container")


def ids(client: Client, window: int) -> list[tuple[int, int]]:
    return [(item["id"], item.get("count", 1)) for item in client.view.windows[window]]


@on_stack
def test_a_window_of_a_container(pair: Pair) -> None:
    ann = pair.ann
    opened = open_backpack(pair, (COIN, 50), (SWORD, 1), (BAG, 1))
    assert (opened["capacity"], opened["parent"], opened["size"], opened["first"]) == (20, 0, 3, 0)
    assert ids(ann, 0) == [(COIN, 50), (SWORD, 1), (BAG, 1)]
    # What is taken from a stack comes to the front, or to one that it is thrown on.
    told = later(pair, "move", position=inside(0, 0), id=COIN, stack=0, to=inside(0, 19), count=5)
    assert names_of(told)[:2] == ["container_update", "container_add"]
    assert sorted(ids(ann, 0)) == sorted([(COIN, 5), (COIN, 45), (SWORD, 1), (BAG, 1)])
    where = {item: at for at, item in enumerate(ids(ann, 0))}
    later(pair, "move", position=inside(0, where[COIN, 5]), id=COIN, stack=0, to=inside(0, where[COIN, 45]), count=5)
    assert sorted(ids(ann, 0)) == sorted([(COIN, 50), (SWORD, 1), (BAG, 1)])
    # A bag in it, in a window of its own; up again; closed.
    index = ids(ann, 0).index((BAG, 1))
    opened = fields_of(
        later(pair, "use", position=inside(0, index), id=BAG, stack=index, container=1), "open_container"
    )
    assert (opened["container"], opened["parent"], opened["capacity"]) == (1, 1, 8)
    index = ids(ann, 0).index((SWORD, 1))
    later(pair, "move", position=inside(0, index), id=SWORD, stack=index, to=inside(1, 0), count=1)
    assert ids(ann, 1) == [(SWORD, 1)]
    assert (SWORD, 1) not in ids(ann, 0)
    opened = fields_of(ann.do("up_container", container=1), "open_container")
    assert (opened["container"], opened["parent"], opened["size"]) == (1, 0, 2)
    assert fields_of(ann.do("refresh_container", container=1), "open_container")["size"] == 2
    assert fields_of(ann.do("close_container", container=1), "close_container") == {"container": 1}
    # Used once more, a container that is open is closed.
    told = later(pair, "use", position=slot(BACK), id=BACKPACK[pair.tfs], stack=0, container=0)
    assert names_of(told) == ["close_container"]


@on_stack
def test_seeking_in_a_long_container(pair: Pair) -> None:
    open_backpack(pair, (SWORD, 1), (BAG, 1))
    # Not where its pages begin, nor behind its end.
    for index in (1, 20, 400):
        assert pair.ann.do("seek_in_container", container=0, index=index) == []


@on_stack
def test_to_the_floor_and_back(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    open_backpack(pair, (COIN, 50))
    x, y, z = ann.view.at
    place = (x, y + 1, z)
    told = names_of(later(pair, "move", position=inside(0, 0), id=COIN, stack=0, to=place, count=20))
    assert told[:2] == ["add_thing", "container_update"]
    assert fields_of(bob.take(), "add_thing")["thing"]["count"] == 20
    later(pair, "move", position=inside(0, 0), id=COIN, stack=0, to=place, count=10)
    changed = fields_of(bob.take(), "change_thing")
    assert (changed["place"]["stack"], changed["thing"]["count"]) == (1, 30)
    later(pair, "move", position=place, id=COIN, stack=1, to=inside(0, 0), count=30)
    assert fields_of(bob.take(), "remove_thing")["place"]["stack"] == 1
    assert ids(ann, 0) == [(COIN, 50)]
    # Nothing is there any more.
    ann.take()
    told = later(pair, "move", position=place, id=COIN, stack=1, to=inside(0, 0), count=30)
    assert names_of(told) == ["text_message"]


@on_stack
def test_over_there(pair: Pair) -> None:
    ann, game = pair.ann, pair.game
    x, y, z = ann.view.at
    game.lua(f"Game.createItem({COIN}, 3, Position({x + 4}, {y}, {z}))")
    ann.take()
    # Too far away: the player walks there first.
    later(pair, "move", position=(x + 4, y, z), id=COIN, stack=1, to=(x, y, z), count=3)
    game.pass_time(6000)
    assert ann.view.at[0] > x
    assert [thing["id"] for thing in ann.view.tiles[x, y, z] if "creature" not in thing] == [4526, COIN]
    game.lua(f"Tile(Position({x}, {y}, {z})):getItemById({COIN}):remove()")


@on_stack
def test_pushing_another_player(pair: Pair) -> None:
    ann, bob, game = pair.ann, pair.bob, pair.game
    for client, x in ((ann, 110), (bob, 111)):
        game.lua(f"Player('{client.name}'):teleportTo(Position({x}, 111, 7))")
    ann.take()
    later(pair, "move", position=(111, 111, 7), id=99, stack=1, to=(112, 111, 7), count=1)
    game.pass_time(3000)
    assert bob.view.at == (112, 111, 7)
    assert ann.view.where(bob.view.own) == (112, 111, 7)


@on_stack
def test_wearing(pair: Pair) -> None:
    ann = pair.ann
    open_backpack(pair, (SWORD, 1), (HELMET, 1))
    ann.take()
    told = later(pair, "move", position=inside(0, 0), id=SWORD, stack=0, to=slot(LEFT), count=1)
    assert names_of(told)[:2] == ["inventory_set", "container_remove"]
    assert ann.view.slots[LEFT]["id"] == SWORD
    told = later(pair, "move", position=slot(LEFT), id=SWORD, stack=0, to=inside(0, 0), count=1)
    assert names_of(told)[:2] == ["inventory_clear", "container_add"]
    # By a hotkey: on, and off again.
    for item, place in ((SWORD, LEFT), (HELMET, HEAD)):
        ann.do("equip", id=item)
        assert ann.view.slots[place]["id"] == item
        ann.do("equip", id=item)
        assert place not in ann.view.slots
        assert (item, 1) in ids(ann, 0)
    # What is not there can't be put on, nor a sword on the head.
    assert ann.do("equip", id=LETTER) == []
    index = ids(ann, 0).index((SWORD, 1))
    told = later(pair, "move", position=inside(0, index), id=SWORD, stack=index, to=slot(HEAD), count=1)
    assert names_of(told) == ["text_message"]


@on_stack
def test_using(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    open_backpack(pair, (TORCH, 1), (ROPE, 1))
    ann.take(), bob.take()
    told = later(pair, "use", position=inside(0, 0), id=TORCH, stack=0, container=1)
    assert fields_of(told, "talk")["text"] == "It burns."
    assert fields_of(bob.take(), "talk")["name"] == ann.name
    pair.game.pass_time(2000)
    x, y, z = ann.view.at
    told = later(pair, "use_with", position=inside(0, 1), id=ROPE, stack=1, to=(x, y + 1, z), to_id=4526, to_stack=0)
    assert fields_of(told, "talk")["text"] == "On grass."
    pair.game.pass_time(2000)
    told = later(pair, "use_on_creature", position=inside(0, 1), id=ROPE, stack=1, creature=bob.view.own)
    assert fields_of(told, "talk")["text"] == f"On {bob.name}."
    pair.game.pass_time(2000)
    # The wrong kind of use, another id than what is there, and what is not there at all.
    for told in (
        later(pair, "use", position=inside(0, 1), id=ROPE, stack=1, container=1),
        later(pair, "use", position=inside(0, 0), id=SWORD, stack=0, container=1),
        later(pair, "use", position=inside(0, 9), id=SWORD, stack=9, container=1),
    ):
        assert names_of(told) == ["text_message"]
    told = later(pair, "use_with", position=inside(0, 1), id=ROPE, stack=1, to=(x + 1, y, z + 3), to_id=1, to_stack=0)
    assert names_of(told) == ["text_message"]


@on_stack
def test_writing(pair: Pair) -> None:
    ann = pair.ann
    open_backpack(pair, (LETTER, 1))
    window = fields_of(later(pair, "use", position=inside(0, 0), id=LETTER, stack=0, container=1), "text_window")
    assert (window["item"]["id"], window["longest"], window["text"]) == (LETTER, 40, "")
    bag = f"Player('{ann.name}'):getSlotItem({BACK})"
    for number, text in ((window["window"] + 1, "wrong window"), (window["window"], "x" * 41)):
        ann.do("text_window", window=number, text=text)
        assert pair.game.lua(f"return {bag}:getItem(0):getAttribute('text')") == ""
    window = fields_of(later(pair, "use", position=inside(0, 0), id=LETTER, stack=0, container=1), "text_window")
    ann.do("text_window", window=window["window"], text="written")
    assert pair.game.lua(f"return {bag}:getItem(0):getAttribute('text')") == "written"
    pair.game.pass_time(2000)
    window = fields_of(later(pair, "use", position=inside(0, 0), id=LETTER, stack=0, container=1), "text_window")
    assert (window["text"], window["writer"]) == ("written", ann.name)


@on_stack
def test_what_is_broken_of_what_is_shown(pair: Pair) -> None:
    """A container that is taken away is closed in the windows of all who have it open."""
    ann, game = pair.ann, pair.game
    x, y, z = ann.view.at
    game.lua(f"Game.createItem({BAG}, 1, Position({x}, {y + 1}, {z}))")
    ann.take()
    assert names_of(later(pair, "use", position=(x, y + 1, z), id=BAG, stack=1, container=2)) == ["open_container"]
    game.lua(f"Tile(Position({x}, {y + 1}, {z})):getItemById({BAG}):remove()")
    game.pass_time(200)
    assert 2 not in ann.view.windows


@on_stack
def test_things_that_move_by_themselves_carry_their_phase(pair: Pair) -> None:
    ann = pair.ann
    x, y, z = ann.view.at
    pair.game.lua(
        f"Game.createItem({CANDLE}, 3, Position({x + 1}, {y}, {z})) Game.createItem({COIN}, 3, "
        f"Position({x + 1}, {y}, {z}))"
    )
    coins, candles = (each.fields["thing"] for each in ann.take() if each.name == "add_thing")
    # 254: the client begins at any picture it likes. What comes behind is still read in step.
    assert (candles["id"], candles["count"], candles["phase"]) == (CANDLE, 3, 254)
    assert (coins["id"], coins["count"]) == (COIN, 3) and "phase" not in coins
    if not pair.tfs:
        # TFS's own messages know one version's items only; Canary's scripts say for whom they write.
        pair.game.lua(f"""
            local message = NetworkMessage()
            message:addByte(0x78) message:addByte(6)
            message:addItem(Tile(Position({x + 1}, {y}, {z})):getItemById({CANDLE}), Player("{ann.name}"))
            message:sendToPlayer(Player("{ann.name}"))
        """)
        assert fields_of(ann.take(), "inventory_set")["item"] == candles
    for item in (COIN, CANDLE):
        pair.game.lua(f"Tile(Position({x + 1}, {y}, {z})):getItemById({item}):remove()")


@on_stack
def test_a_part_of_a_stack_onto_a_stack_that_is_nearly_full(pair: Pair) -> None:
    ann = pair.ann
    open_backpack(pair, (COIN, 79))
    x, y, z = ann.view.at
    pair.game.lua(f"Game.createItem({COIN}, 77, Position({x}, {y + 1}, {z}))")
    later(pair, "move", position=(x, y + 1, z), id=COIN, stack=1, to=inside(0, 0), count=49)
    # As many as before: 100 and 28 in the bag, 28 on the floor, and those are not the same ones.
    assert sorted(count for _, count in ids(ann, 0)) == [28, 100]
    pair.game.lua(f"Tile(Position({x}, {y + 1}, {z})):getItemById({COIN}):remove(8)")
    pair.game.pass_time(200)
    assert sorted(count for _, count in ids(ann, 0)) == [28, 100]
    assert ann.view.tiles[x, y + 1, z][1]["count"] == 20
    pair.game.lua(f"Tile(Position({x}, {y + 1}, {z})):getItemById({COIN}):remove()")
