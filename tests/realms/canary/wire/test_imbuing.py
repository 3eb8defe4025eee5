"""The window in which items are imbued, and the list of what is worn: Canary's, for clients of 11.00 and 13.10."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.wire.clients import Client, Game, fields_of, names_of
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire_worlds import BAG, COIN, HOME

from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import Message
from tibicen.vm import stack

X, Y, Z = HOME
HELMET, CLAW, SCROLL = 2457, 9636, 51739
_ITEMS: dict[int, Any] = {
    HELMET: {"name": "helmet", "slotType": "head", "classification": 2},
    CLAW: {"name": "fiery heart", "stackable": True},
    SCROLL: {"name": "scroll"},
}
_XML = f"""<imbuements>
<base id="1" name="Basic" price="50" protectionPrice="7" percent="90" removecost="20" duration="100" />
<category id="11" name="Axe" agressive="1" /><category id="17" name="Capacity" agressive="0" />
<category id="6" name="Fire" agressive="1" />
<imbuement name="Chop" base="1" subgroup=" (Edge)" category="11" iconid="4" premium="1">
<attribute key="description" value="Cuts deeper." /><attribute key="item" value="{CLAW}" count="25" />
<attribute key="effect" type="skill" value="axe" bonus="4" /></imbuement>
<imbuement name="Feather" base="1" category="17" iconid="9"><attribute key="scroll" value="{SCROLL}" />
<attribute key="item" value="{CLAW}" count="2" />
<attribute key="effect" type="capacity" value="10" /></imbuement>
<imbuement name="Hide" base="1" category="6" iconid="2" storage="77" /></imbuements>"""
_SLOTS = """<item id="2457" name="helmet"><attribute key="slotType" value="head" />
<attribute key="imbuementslot" value="3"><attribute key="skillboost axe" value="3" />
<attribute key="increase capacity" value="3" /><attribute key="elemental protection fire" value="3" /></attribute>
<attribute key="script" value="moveevent"><attribute key="slot" value="head" /></attribute></item>"""


def _game(root: Path, version: int) -> Game:
    game = Game(
        root,
        dialect="canary",
        version=version,
        items=_ITEMS,
        files={"data/XML/imbuements.xml": _XML},
    )
    path = root / "data" / "items" / "items.xml"
    text = path.read_text()
    start = text.index('<item id="2457"')
    end = text.index("</item>", start) + len("</item>")
    path.write_text(text[:start] + _SLOTS + text[end:])
    game.server.run(b"Game.reload(RELOAD_TYPE_ITEMS)")
    game.items = ItemTable.of_names({"stackable": [COIN, CLAW], "container": [BAG, 1988, 2854], "classified": [HELMET]})
    return game


@pytest.fixture(params=(1100, 1310))
def game(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Game]:
    made = stack.run(lambda: _game(tmp_path, request.param))
    yield made
    stack.run(lambda: made.__exit__(None, None, None))


def _ann(game: Game, *, money: int = 1000, claws: int = 60) -> Client:
    ann = game.enter("Ann")
    game.lua(f"""
        ann = Player("Ann")
        helmet = ann:addItem({HELMET}, 1, true, 1, CONST_SLOT_HEAD)
        ann:setBankBalance({money})
        ann:addItem(2854, 1, true, 1, CONST_SLOT_BACKPACK)
        ann:addItem({CLAW}, {claws})
    """)
    ann.take()
    return ann


def _open(game: Game, ann: Client) -> dict[str, Any]:
    game.lua("ann:openImbuementWindow(1, helmet)")
    return fields_of(ann.take(), "imbuement_window")


def _named(messages: list[Message], name: str) -> list[dict[str, Any]]:
    return [each.fields for each in messages if each.name == name]


@on_stack
def test_the_window_offers_what_the_item_takes(game: Game) -> None:
    ann = _ann(game)
    window = _open(game, ann)
    assert (window["id"], window["slots"]) == (HELMET, [{"used": 0}] * 3)
    assert window["needed"] == [{"id": CLAW, "count": 60}]
    # What has a storage is hidden, whatever its value, unless config.lua lets it be seen.
    chop, feather = window["available"]
    assert chop == {
        "imbuement": 1,
        "name": "Basic Chop",
        "text": "Cuts deeper.",
        "group": "Axe (Edge)",
        "icon": 4,
        "seconds": 100,
        "premium": 1,
        "materials": [{"id": CLAW, "name": "fiery heart", "count": 25}],
        "price": 50,
        "chance": 90,
        "protection_price": 7,
    }
    assert feather["imbuement"] == 2


@on_stack
def test_an_imbuement_is_paid_for_and_can_be_taken_out_again(game: Game) -> None:
    ann = _ann(game, money=75, claws=10)
    game.lua(f"ann:addItemStash({CLAW}, 20) ann:addItem({COIN}, 5)")
    _open(game, ann)
    told = ann.do("apply_imbuement", slot=1, imbuement=1)
    window = fields_of(told, "imbuement_window")
    empty, chop, _ = window["slots"]
    assert empty == {"used": 0}
    assert (chop["imbuement"]["name"], chop["seconds"], chop["remove_cost"]) == ("Basic Chop", 100, 20)
    assert [each["name"] for each in window["available"]] == ["Basic Feather"]
    assert window["needed"] == [{"id": CLAW, "count": 5}]
    assert "Using 15x fiery heart from your stash." in [each["text"] for each in _named(told, "text_message")]
    if game.version == 1310:
        assert [(each["kind"], each["amount"]) for each in _named(told, "resource_balance")] == [(0, 30), (1, 0)]
    look = "return { ann:getEffectiveSkillLevel(SKILL_AXE), ann:getBankBalance(), ann:getMoney() }"
    assert game.lua(look) == [14, 30, 0]
    # Not twice, and each click a quarter of a second after the last one.
    game.pass_time(100)
    told = ann.do("apply_imbuement", slot=2, imbuement=2)
    assert fields_of(told, "text_message")["text"] == "You are exhausted."
    game.pass_time(250)
    told = ann.do("apply_imbuement", slot=2, imbuement=1)
    assert fields_of(told, "dialog")["text"] == "This item already has this imbuement type."
    game.pass_time(250)
    assert fields_of(ann.do("clear_imbuement", slot=1), "imbuement_window")["slots"][1] == {"used": 0}
    assert game.lua(look) == [10, 10, 0]


@on_stack
def test_what_is_missing_is_told(game: Game) -> None:
    ann = _ann(game, money=49, claws=24)
    _open(game, ann)

    def told(**fields: Any) -> Any:
        game.pass_time(300)
        ann.take()
        return fields_of(ann.do("apply_imbuement", **fields), "dialog")

    assert told(slot=0, imbuement=1)["text"] == "You don't have all necessary items."
    assert told(slot=0, imbuement=2)["text"] == "You don't have 50 gold coins."
    assert told(slot=9, imbuement=2)["text"] == "Invalid slot selection."
    game.lua("ann:setBankBalance(1000) helmet:moveTo(ann:getPosition())")
    assert told(slot=0, imbuement=2)["text"].startswith("An error has occurred")
    game.pass_time(300)
    ann.take()
    assert fields_of(ann.do("clear_imbuement", slot=0), "dialog")["kind"] == 1
    assert game.lua("return ann:getBankBalance()") == 1000


@on_stack
def test_nothing_is_moved_while_the_window_is_open(game: Game) -> None:
    ann = _ann(game)
    _open(game, ann)
    inventory = {"position": (65535, 1, 0), "id": HELMET, "stack": 0, "to": (X, Y, Z), "count": 1}
    lies = f"return ann:getSlotItem(CONST_SLOT_HEAD) == nil and ann:getItemCount({HELMET}) == 0"
    ann.do("move", **inventory)
    assert game.lua(lies) is False
    game.lua("ann:closeImbuementWindow()")
    assert "close_imbuement" in names_of(ann.take())
    ann.do("close_imbuement")
    ann.do("move", **inventory)
    game.pass_time(1000)
    assert game.lua(lies) is True


@on_stack
def test_these_clients_choose_no_item_in_the_window(game: Game) -> None:
    ann = _ann(game)
    for code in ("ann:openImbuementWindow()", "ann:openImbuementWindow(2)", "ann:openImbuementWindow(1)"):
        game.lua(code)
        told = ann.take()
        assert fields_of(told, "text_message")["text"] == "Select an imbuable item to open the imbuement window."
        assert "imbuement_window" not in names_of(told)


@on_stack
def test_the_list_of_what_is_worn(game: Game) -> None:
    ann = _ann(game)
    _open(game, ann)
    ann.do("apply_imbuement", slot=0, imbuement=2)
    ann.do("close_imbuement")
    if game.version == 1100:
        assert "imbuement_durations" not in names_of(ann.do("imbuement_durations", open=1))
        return
    told = fields_of(ann.do("imbuement_durations", open=1), "imbuement_durations")
    helmet = next(each for each in told["items"] if each["item"]["id"] == HELMET)
    feather = {"used": 1, "name": "Basic Feather", "icon": 9, "seconds": 100, "running": 1}
    assert (helmet["slot"], helmet["slots"]) == (1, [feather, {"used": 0}, {"used": 0}])
    ann.take()
    game.pass_time(3000)
    later = _named(ann.take(), "imbuement_durations")
    assert 2 <= len(later) <= 4
    assert later[-1]["items"][0]["slots"][0]["seconds"] in (97, 98)
    ann.do("imbuement_durations", open=0)
    ann.take()
    game.pass_time(3000)
    assert _named(ann.take(), "imbuement_durations") == []
