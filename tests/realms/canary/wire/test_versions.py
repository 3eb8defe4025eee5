"""The same evening for clients of different versions: each message in the layout of its version, read to the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.wire.clients import Game, fields_of, names_of
from tests.realms.canary.wire_worlds import BAG, COIN, HOME, SWORD

from tibicen.protocol.captures import Capture, items_beside
from tibicen.protocol.items import ItemTable
from tibicen.protocol.verify import inspect
from tibicen.protocol.versions import Message

X, Y, Z = HOME
VERSIONS = (1098, 1310)
FOLDER = Path(os.environ.get("TIBICEN_CAPTURES") or Path(__file__).resolve().parents[5] / "shared" / "captures")
HERE = {"x": X, "y": Y, "z": Z}

QUIVER, RING, CLOCK, HELMET, VIAL, PODIUM = 2401, 2402, 2403, 2404, 2405, 2406
KINDS: dict[int, Any] = {
    QUIVER: {"name": "quiver", "kind": "container", "containerSize": 4, "weaponType": "quiver"},
    RING: {"name": "ring", "charges": 50, "client_charges": True},
    CLOCK: {"name": "clock", "duration": 600, "client_duration": True},
    HELMET: {"name": "helmet", "classification": 2},
    VIAL: {"name": "vial", "kind": "fluid"},
    PODIUM: {"name": "podium", "kind": "podium"},
}
FLAGS = {
    "stackable": [COIN],
    "container": [BAG, QUIVER, 1988, 2854],
    "charges": [RING],
    "duration": [CLOCK],
    "classified": [HELMET],
    "fluid": [VIAL],
    "podium": [PODIUM],
}
KEEPER = f"""
function onCreatureSay(cid, type, message)
    openShopWindow(cid, {{
        {{ id = {SWORD}, buy = 20, sell = 5, name = "sword" }},
        {{ id = {COIN}, buy = 1, sell = 1, name = "coin" }},
    }}, function(player, id, kind, amount) bought = {{ id, amount }} end,
        function(player, id, kind, amount) sold = {{ id, amount }} end)
end
"""
NPC = """<npc name="Keeper" script="keeper.lua" walkinterval="0" floorchange="0"><health now="100" max="100" />
<look type="128" /></npc>"""
RAT = """
local kind = Game.createMonsterType("Rat")
kind:health(20)
kind:maxHealth(20)
kind:outfit({ lookType = 21 })
kind:isAttackable(true)
"""
OUTFITS = """<outfits><outfit type="0" looktype="136" name="Citizen" premium="no" unlocked="yes" enabled="yes" />
<outfit type="1" looktype="128" name="Citizen" premium="no" unlocked="yes" enabled="yes" />
<outfit type="1" looktype="129" name="Hunter" premium="no" unlocked="yes" enabled="yes" /></outfits>"""
FILES = {
    "data/npc/Keeper.xml": NPC,
    "data/npc/scripts/keeper.lua": KEEPER,
    "data/npc/lib/npc.lua": "",
    "data/XML/outfits.xml": OUTFITS,
}


@pytest.fixture(params=VERSIONS)
def game(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Game]:
    with Game(tmp_path, version=request.param, items=KINDS, files=FILES, scripts={"rat.lua": RAT}) as game:
        game.items = ItemTable.of_names(FLAGS)
        yield game


def item(number: int, version: int, **fields: Any) -> dict[str, Any]:
    """An item as a client of a version reads it."""
    return {"id": number, **({"mark": 255} if version == 1098 else {}), **fields}


def put(game: Game, number: int, dx: int, dy: int, count: int = 1) -> None:
    game.lua(f"Game.createItem({number}, {count}, Position({X + dx}, {Y + dy}, {Z}))")


def first(messages: list[Message], name: str) -> dict[str, Any]:
    return next(each.fields for each in messages if each.name == name)


def test_coming_in(game: Game) -> None:
    ann = game.enter("Ann")
    told = ann.take()
    names = names_of(told)
    assert names[:5] == ["extended_opcode", "login_success", "pending_state", "enter_world", "full_map"]
    assert {"stats", "skills", "icons", "world_light", "creature_light", "basic_data", "fight_modes"} <= set(names)
    stats, skills = first(told, "stats"), first(told, "skills")
    assert (stats["health"], stats["max_mana"], stats["level"], stats["stamina"]) == (185, 90, 20, 2520)
    assert [each["level"] for each in skills["skills"]] == [10] * 7
    if game.version == 1310:
        assert (skills["capacity"], stats["max_mana_shield"]) == (47000, 0)
        own = next(each for tile in ann.view.tiles.values() for each in tile if each.get("creature") == ann.view.own)
        assert (own["vocation"], own["icons"], own["inspection"]) == (1, [], 0)


def test_a_podium_shows_what_scripts_put_on_it(game: Game) -> None:
    put(game, PODIUM, 1, 0)
    ann = game.enter("Ann")
    ann.take()
    game.lua(f"""
        local podium = Tile(Position({X + 1}, {Y}, {Z})):getItemById({PODIUM})
        podium:setOutfit({{ lookType = 128, lookHead = 7, lookFeet = 9, lookMount = 368, lookMountBody = 5 }})
        podium:setFlag(PODIUM_SHOW_OUTFIT, true)
        podium:setFlag(PODIUM_SHOW_MOUNT, true)
        podium:setFlag(PODIUM_SHOW_PLATFORM, false)
        podium:setDirection(DIRECTION_WEST)
        local outfit = podium:getOutfit()
        assert(outfit.lookMountBody == 5 and outfit.lookFeet == 9 and podium:getDirection() == DIRECTION_WEST)
    """)
    game.pass_time(200)
    if game.version == 1310:
        shown = fields_of(ann.take(), "change_thing")["thing"]["podium"]
        assert (shown["look"], shown["head"], shown["feet"], shown["addons"]) == (128, 7, 9, 0)
        assert (shown["mount"], shown["mount_body"], shown["direction"], shown["visible"]) == (368, 5, 3, 0)


def test_parts_of_a_skill(game: Game) -> None:
    ann = game.enter("Ann")
    game.lua("Player('Ann'):addSkillTries(SKILL_SWORD, 25) Player('Ann'):addManaSpent(160)")
    game.pass_time(200)
    told = ann.take()
    sword = [each.fields for each in told if each.name == "skills"][-1]["skills"][2]
    assert sword["percent"] == (50 if game.version == 1098 else 5000)
    if game.version == 1098:
        stats = [each.fields for each in told if each.name == "stats"][-1]
        assert 0 < stats["magic_level_percent"] < 100


def test_items_of_all_kinds(game: Game) -> None:
    ann = game.enter("Ann")
    put(game, COIN, 1, 0, 7)
    put(game, BAG, 0, 1)
    ann.take()
    told = {
        COIN: item(COIN, game.version, count=7),
        BAG: item(BAG, game.version, **({} if game.version == 1098 else {"quick_loot": 0, "quiver": 0})),
    }
    assert ann.view.tiles[X + 1, Y, Z][-1] == told[COIN]
    assert ann.view.tiles[X, Y + 1, Z][-1] == told[BAG]
    kinds: tuple[tuple[int, dict[str, int]], ...] = (
        (QUIVER, {"quick_loot": 0, "quiver": 1, "ammunition": 0}),
        (RING, {"charges": 50, "brand_new": 0}),
        (CLOCK, {"duration": 600, "brand_new": 0}),
        (HELMET, {"tier": 0}),
    )
    for at, (number, extra) in enumerate(kinds):
        put(game, number, at, 2, 50 if number == RING else 1)
        assert ann.view.tiles[X + at, Y + 2, Z][-1] == item(
            number, game.version, **(extra if game.version > 1098 else {})
        )


def test_walking_turning_and_talking(game: Game) -> None:
    ann, bob = game.enter("Ann"), game.enter("Bob")
    ann.take()
    x, y, _ = bob.view.at
    assert names_of(bob.do("walk_south")) == ["move_creature", "map_south"]
    assert bob.view.at == ann.view.where(bob.view.own) == (x, y + 1, Z)
    bob.take(), ann.take()
    bob.do("turn_north")
    assert first(ann.take(), "change_thing")["thing"]["direction"] == 0
    bob.do("say", type=1, text="hello \xe9")
    talk = fields_of(ann.take(), "talk")
    assert (talk["name"], talk["text"], talk["level"]) == ("Bob", "hello \xe9", 20)
    bob.do("say", type=5, receiver="Ann", text="psst")
    assert fields_of(ann.take(), "talk")["text"] == "psst"
    assert names_of(bob.do("ping")) == ["ping_back"]


def test_looking_using_and_moving(game: Game) -> None:
    ann = game.enter("Ann")
    put(game, BAG, 1, 0)
    put(game, COIN, 0, 1, 9)
    bag = {"position": (X + 1, Y, Z), "id": BAG, "stack": 1}
    ann.do("look", **bag)
    opened = fields_of(ann.do("use", **bag, container=0), "open_container")
    assert (opened["name"], opened["capacity"], opened["items"]) == ("bag", 8, [])
    coins = {"position": (X, Y + 1, Z), "id": COIN, "stack": 1}
    ann.do("move", **coins, to=(0xFFFF, 64, 0), count=5)
    game.pass_time(200)
    assert first(ann.take(), "container_add")["item"] == item(COIN, game.version, count=5)
    ann.do("move", **coins, to=(0xFFFF, 64, 0), count=2)
    game.pass_time(200)
    assert first(ann.take(), "container_update")["item"]["count"] == 7
    ann.do("move", position=(0xFFFF, 64, 0), id=COIN, stack=0, to=(X, Y, Z), count=7)
    game.pass_time(200)
    assert "container_remove" in names_of(ann.take())
    assert names_of(ann.do("close_container", container=0)) == ["close_container"]


def test_fighting_and_dying(game: Game) -> None:
    ann = game.enter("Ann")
    rat = int(game.lua(f"rat = Game.createMonster('Rat', Position({X + 1}, {Y}, {Z}), false, true) return rat:getId()"))
    assert ann.view.creatures[rat]["name"] == "Rat"
    ann.do("attack", creature=rat)
    game.lua(f"Position({X + 1}, {Y}, {Z}):sendMagicEffect(3)")
    game.lua(f"Position({X}, {Y}, {Z}):sendDistanceEffect(Position({X + 1}, {Y}, {Z}), 4)")
    told = ann.take()
    if game.version == 1098:
        assert 3 in [each.fields["effect"] for each in told if each.name == "effect"]
        assert first(told, "missile")["missile"] == 4
    else:
        effects = [each.fields["entries"] for each in told if each.name == "effect"]
        assert [{"kind": 3, "effect": 3}, {"kind": 0}] in effects
        assert [{"kind": 4, "missile": 4, "dx": 1, "dy": 0}, {"kind": 0}] in effects
    game.lua("rat:addHealth(-10)")
    game.pass_time(200)
    # Ann has struck by then, too.
    left = int(game.lua("return math.ceil(rat:getHealth() * 100 / rat:getMaxHealth())"))
    assert ann.view.creatures[rat]["health"] == left <= 50
    game.lua("rat:remove()")
    assert ann.view.where(rat) is None
    game.lua("Player('Ann'):addHealth(-1000)")
    game.pass_time(200)
    assert "death" in names_of(ann.take())


def test_trading(game: Game) -> None:
    ann, bob = game.enter("Ann"), game.enter("Bob")
    game.lua("Player('Ann'):addItem(1988) Player('Bob'):addItem(1988)")
    put(game, SWORD, 0, 1)
    put(game, COIN, 1, 1, 3)
    ann.do("request_trade", position=(X, Y + 1, Z), id=SWORD, stack=1, creature=bob.view.own)
    game.pass_time(200)
    assert first(ann.take(), "own_trade")["items"] == [item(SWORD, game.version)]
    # What is offered is shown to the other once that one offers something, too.
    assert "counter_trade" not in names_of(bob.take())
    bob.do("request_trade", position=(X + 1, Y + 1, Z), id=COIN, stack=1, creature=ann.view.own)
    game.pass_time(200)
    assert first(bob.take(), "counter_trade")["name"] == "Ann"
    assert first(ann.take(), "counter_trade")["items"] == [item(COIN, game.version, count=3)]
    ann.do("accept_trade")
    bob.do("accept_trade")
    game.pass_time(200)
    assert "close_trade" in names_of(ann.take())
    assert game.lua(f"return Player('Bob'):getItemCount({SWORD})") == 1


def test_the_shop_of_an_npc(game: Game) -> None:
    ann = game.enter("Ann")
    game.lua(f"Game.createNpc('Keeper', Position({X + 1}, {Y}, {Z})) Player('Ann'):addItem(1988):addItem({COIN}, 50)")
    ann.take()
    ann.do("say", type=1, text="trade")
    game.pass_time(1500)
    told = ann.take()
    shop = first(told, "shop")
    assert shop["npc"] == "Keeper"
    assert {(each["id"], each["buy"], each["sell"]) for each in shop["items"]} == {(SWORD, 20, 5), (COIN, 1, 1)}
    assert first(told, "player_goods")["goods"] == [{"id": COIN, "count": 50}]
    if game.version == 1310:
        assert [each.fields["kind"] for each in told if each.name == "resource_balance"] == [0, 1]
    ann.do("buy", id=SWORD, count=0, amount=3, ignore_capacity=0, in_backpacks=0)
    assert list(game.lua("return bought")) == [SWORD, 3]
    ann.do("sell", id=COIN, count=0, amount=40, ignore_equipped=0)
    assert list(game.lua("return sold")) == [COIN, 40]
    game.lua(f"Player('Ann'):removeItem({COIN}, 20)")
    game.pass_time(200)
    assert first(ann.take(), "player_goods")["goods"] == [{"id": COIN, "count": 30}]
    ann.do("close_shop")


def test_outfits(game: Game) -> None:
    ann, bob = game.enter("Ann", sex=1), game.enter("Bob")
    window = fields_of(ann.do("request_outfit"), "outfit_window")
    assert [each["name"] for each in window["outfits"]] == ["Citizen", "Hunter"]
    look = {"look": 129, "head": 1, "body": 2, "legs": 3, "feet": 4, "addons": 0}
    mount = {"mount": 0}
    if game.version == 1310:
        mount |= {f"mount_{part}": 0 for part in ("head", "body", "legs", "feet")}
        ann.do("set_outfit", window=0, **look, **mount, familiar=0, randomize=0)
    else:
        ann.do("set_outfit", **look, **mount)
    game.pass_time(200)
    seen = fields_of(bob.take(), "creature_outfit")
    assert (seen["creature"], seen["outfit"]) == (ann.view.own, {**look, "mount": 0})


def test_the_list_of_friends(game: Game) -> None:
    ann, bob = game.enter("Ann"), game.enter("Bob")
    added = fields_of(ann.do("vip_add", name="Bob"), "vip_add")
    assert (added["name"], added["state"]) == ("Bob", 1)
    assert added.get("groups", []) == []
    bob.do("leave_game")
    game.pass_time(200)
    assert first(ann.take(), "vip_state")["state"] == 0


def test_going(game: Game) -> None:
    ann = game.enter("Ann")
    ann.take()
    ann.do("leave_game")
    game.pass_time(200)
    names = names_of(ann.take())
    assert ("session_end" in names) == (game.version == 1310)
    assert ann.over


def test_others_summons(game: Game) -> None:
    ann, bob = game.enter("Ann"), game.enter("Bob")
    game.lua(f"rat = Game.createMonster('Rat', Position({X + 40}, {Y}, {Z}), false, true) rat:setMaster(Player('Ann'))")
    game.lua(f"rat:teleportTo(Position({X}, {Y + 1}, {Z}))")
    rats = [next(each for each in client.view.creatures.values() if each["name"] == "Rat") for client in (ann, bob)]
    if game.version == 1310:
        assert [(each["type"], each["summoner"]) for each in rats] == [(3, ann.view.own)] * 2
    else:
        assert [each["type"] for each in rats] == [3, 4]


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no captures here; TIBICEN_CAPTURES names their folder")
@pytest.mark.parametrize(("version", "recording"), [(1098, "tfs1098-mehah.jsonl.xz"), (1310, "tfs1310-mehah.jsonl.xz")])
def test_what_comes_first_is_what_the_real_server_sends(version: int, recording: str, tmp_path: Path) -> None:
    capture = Capture(FOLDER / recording)
    frames = (each for each in inspect(capture, items_beside(capture)) if each.way == "server")
    theirs = names_of(next(each.messages for each in frames if each.messages[0].name != "challenge"))
    with Game(tmp_path, version=version, items=KINDS, files=FILES) as game:
        ours = names_of(game.enter("Ann").take())
    # How it fights, a client is told so that it need not keep it itself.
    assert set(ours) - set(theirs) == {"fight_modes"}
    # Scripts of TFS send texts, the time, the preset and the music. Its character carries something, a teleport shows,
    # and 13.10 opens and closes each place for a container once, and says that others may walk through.
    of_scripts = {"text_message", "effect", "inventory_set"}
    if version == 1310:
        of_scripts |= {"world_time", "hotkey_preset", "anthem", "open_container", "close_container", "creature_blocks"}
    assert set(theirs) - set(ours) - of_scripts == set()
    order = ["login_success", "pending_state", "enter_world", "full_map"]
    for names in (ours, theirs):
        assert [name for name in names if name in order] == order


def test_windows_and_marks(game: Game) -> None:
    ann = game.enter("Ann")
    ann.take()
    game.lua(
        f"local p = Player('Ann') p:showTextDialog({SWORD}, 'written') p:popupFYI('box') p:sendTutorial(3)"
        f" p:addMapMark(Position({X}, {Y}, {Z}), 2, 'mark')"
        " local w = ModalWindow(7, 'title', 'text') w:addButton(1, 'Ok') w:addChoice(2, 'One') w:sendToPlayer(p)"
        " p:sendTextMessage(MESSAGE_DAMAGE_DEALT, 'hit', p:getPosition(), 5, TEXTCOLOR_RED, 2, TEXTCOLOR_BLUE)"
        " p:sendTextMessage(MESSAGE_HEALED, 'heal', p:getPosition(), 9, TEXTCOLOR_RED)"
    )
    told = ann.take()
    window = first(told, "text_window")
    assert (window["item"]["id"], window["text"]) == (SWORD, "written")
    assert window.get("traded", 0) == 0
    assert first(told, "information")["text"] == "box"
    assert first(told, "tutorial")["tutorial"] == 3
    mark = first(told, "map_marker")
    assert (mark["position"], mark["mark"], mark["text"]) == ((X, Y, Z), 2, "mark")
    modal = first(told, "modal_window")
    assert (modal["window"], modal["buttons"]) == (7, [{"label": "Ok", "button": 1}])
    hit, heal = [each.fields for each in told if each.name == "text_message"]
    assert (hit["amount"], hit["second_amount"], hit["text"]) == (5, 2, "hit")
    assert (heal["amount"], heal["text"]) == (9, "heal")
    ann.do("text_window", window=window["window"], text="anew")
    ann.do("modal_answer", window=7, button=1, choice=2)
