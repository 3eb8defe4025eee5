"""Trades between players, and shops of npcs."""

from __future__ import annotations

from typing import Any

from tests.realms.canary.wire.clients import fields_of, names_of
from tests.realms.canary.wire.conftest import Pair
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire.test_things import BACK, BACKPACK, HEAD, LEFT, slot
from tests.realms.canary.wire.worlds import BAG, HELMET, SWORD

PLACES = {SWORD: LEFT, HELMET: HEAD}


def carry(pair: Pair, name: str, *items: int) -> None:
    """Gives a player a backpack, and things that it wears or has in its hands."""
    kind = BACKPACK[pair.tfs]
    for item, place in ((kind, BACK), *((item, PLACES[item]) for item in items)):
        pair.game.lua(f"Player('{name}'):addItem({item}, 1, true, 1, {place})")
    pair.game.pass_time(200)
    pair.ann.take(), pair.bob.take()


def offer(pair: Pair, item: int, *, back: bool = False) -> list[Any]:
    client, other = (pair.bob, pair.ann) if back else (pair.ann, pair.bob)
    return client.do("request_trade", position=slot(PLACES[item]), id=item, stack=0, creature=other.view.own)


@on_stack
def test_two_things_change_hands(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    carry(pair, ann.name, SWORD)
    carry(pair, bob.name, HELMET)
    ann.take(), bob.take()
    told = fields_of(offer(pair, SWORD), "own_trade")
    assert (told["name"], [item["id"] for item in told["items"]]) == (ann.name, [SWORD])
    assert fields_of(bob.take(), "text_message")["text"] == f"{ann.name} wants to trade with you."
    offer(pair, HELMET, back=True)
    mine, theirs = fields_of(bob.take(), "own_trade"), fields_of(ann.take(), "counter_trade")
    assert mine["items"] == theirs["items"] == [{"id": HELMET, "mark": 255}]
    assert fields_of(ann.do("look_in_trade", counter_offer=1, index=0), "text_message")["text"] == "trade helmet"
    assert fields_of(ann.do("look_in_trade", counter_offer=0, index=0), "text_message")["text"] == "trade sword"
    # There is no second thing.
    assert ann.do("look_in_trade", counter_offer=1, index=1) == []
    ann.do("accept_trade")
    assert ann.view.slots[LEFT]["id"] == SWORD
    bob.do("accept_trade")
    assert "close_trade" in names_of(ann.take())
    assert "close_trade" in names_of(bob.take())
    has = "return {{Player('{0}'):getItemCount({1}), Player('{0}'):getItemCount({2})}}"
    assert pair.game.lua(has.format(ann.name, SWORD, HELMET)) == [0, 1]
    assert pair.game.lua(has.format(bob.name, SWORD, HELMET)) == [1, 0]


@on_stack
def test_a_trade_that_is_called_off(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    carry(pair, ann.name, SWORD)
    offer(pair, SWORD)
    bob.take(), ann.take()
    told = bob.do("close_trade")
    assert sorted(names_of(told)) == ["close_trade", "text_message"]
    assert sorted(names_of(ann.take())) == ["close_trade", "text_message"]
    # Once more, and what is offered is put away.
    offer(pair, SWORD)
    ann.take()
    pair.game.pass_time(2000)
    ann.do("move", position=slot(LEFT), id=SWORD, stack=0, to=(ann.view.at[0], ann.view.at[1] + 1, 7), count=1)
    assert "close_trade" in names_of(ann.take())
    x, y, z = ann.view.at
    pair.game.lua(f"Tile(Position({x}, {y + 1}, {z})):getItemById({SWORD}):remove()")


@on_stack
def test_what_can_not_be_traded(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    carry(pair, ann.name, SWORD)
    ann.take()
    wrong = ann.do("request_trade", position=slot(LEFT), id=BAG, stack=0, creature=bob.view.own)
    itself = ann.do("request_trade", position=slot(LEFT), id=SWORD, stack=0, creature=ann.view.own)
    nobody = ann.do("request_trade", position=slot(LEFT), id=SWORD, stack=0, creature=77)
    nothing = ann.do("request_trade", position=slot(1), id=SWORD, stack=0, creature=bob.view.own)
    for told in (wrong, itself, nobody, nothing):
        assert names_of(told) == ["text_message"]
    assert bob.take() == []
    assert ann.do("accept_trade") == []
    assert names_of(ann.do("close_trade")) == ["text_message", "close_trade"]


def open_shop(pair: Pair) -> None:
    """Ann stands before an npc that sells swords for 20 and buys them for 5."""
    goods = f"{{{{id = {SWORD}, buy = 20, sell = 5, subType = 0, name = 'sword'}}}}"
    if pair.tfs:
        pair.game.lua(
            f"""local npc = Game.createNpc("Smith", Position(100, 103, 7), true, true)
            local player = Player('{pair.ann.name}')
            npc:openShopWindow(player, {goods}, function(player, id, sub, amount)
                if player:removeMoney(20 * amount) then player:addItem(id, amount) end
            end, function(player, id, sub, amount)
                if player:removeItem(id, amount) then player:addMoney(5 * amount) end
            end)"""
        )
    else:
        pair.game.lua(
            f"Game.createNpc('Smith', Position(100, 103, 7), true, true):openShopWindow(Player('{pair.ann.name}'))"
        )


@on_stack
def test_a_shop(pair: Pair) -> None:
    ann = pair.ann
    carry(pair, ann.name)
    pair.game.lua(f"Player('{ann.name}'):addMoney(50)")
    ann.take()
    open_shop(pair)
    pair.game.pass_time(200)
    told = ann.take()
    shop = fields_of(told, "shop")
    assert (shop["npc"], [(item["id"], item["buy"], item["sell"]) for item in shop["items"]]) == (
        "Smith",
        [(SWORD, 20, 5)],
    )
    assert names_of(told).index("shop") < names_of(told).index("player_goods")
    assert fields_of(told, "player_goods") == {"money": 50, "goods": []}
    told = ann.do("buy", id=SWORD, count=0, amount=2, ignore_capacity=0, in_backpacks=0)
    goods = [each.fields for each in told if each.name == "player_goods"][-1]
    assert goods == {"money": 10, "goods": [{"id": SWORD, "count": 2}]}
    # Too dear; not sold here; none at all.
    for id_, amount in ((SWORD, 5), (BAG, 1), (SWORD, 0)):
        told = ann.do("buy", id=id_, count=0, amount=amount, ignore_capacity=0, in_backpacks=0)
        assert "player_goods" not in names_of(told)
    told = ann.do("sell", id=SWORD, count=0, amount=1, ignore_equipped=0)
    goods = [each.fields for each in told if each.name == "player_goods"][-1]
    assert goods == {"money": 15, "goods": [{"id": SWORD, "count": 1}]}
    assert names_of(ann.do("close_shop"))[-1] == "close_shop"
    assert ann.do("sell", id=SWORD, count=0, amount=1, ignore_equipped=0) == []
    pair.game.lua("Npc('Smith'):remove()")
