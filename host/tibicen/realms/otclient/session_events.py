"""What a server tells a client in the session of `session.py`: one of each kind of event, with arguments as they are.

Items are {"$item": number, "count": …}, creatures {"$creature": number}, the player {"$player": True}; see
lua/otclient/game/controls.lua.
"""

from __future__ import annotations

from collections.abc import Iterator

from tibicen.realms.otclient.assets import PROTOBUF_SINCE
from tibicen.realms.otclient.session_newer import NEWER
from tibicen.realms.otclient.session_steps import (
    BAG,
    CHANNEL,
    FAR,
    GOLD,
    HERE,
    LOOK,
    MONSTER,
    NEXT,
    NPC,
    NPC_FROM,
    OTHER,
    OUTFIT,
    PLAYER,
    SAY,
    STATUS,
    YELL,
    Step,
    calls,
)

__all__ = ["steps_for"]


def steps_for(version: int, dialect: str) -> Iterator[Step]:
    """The events of a session, in order, from the player's appearance on the map to the last before it leaves."""
    told = (*_player(version, dialect), *_talk(), *_things(dialect), *_windows(dialect))
    for step in (*OPENED, *WORLD, *told, *DEEDS, *NEWER, *LATE):
        if step.since <= version <= step.until and dialect in step.dialects:
            yield step


def _ground(x: int, y: int) -> Step:
    return Step("Tile", ({"x": x, "y": y, "z": 7}, [{"id": 100}]))


OPENED = tuple(
    calls(module, "toggle()", dialects=dialects)
    for module, dialects in (
        ("game_battle", "mehah"),
        ("game_skills", "mehah"),
        ("game_viplist", "mehah"),
        ("game_battle", "edubart"),
        ("game_battle", "edubart"),
        ("game_skills", "edubart"),
        ("game_viplist", "edubart"),
    )
)
"""Windows that the user opens, and in edubart, where they are open from the start, closes."""

DEEDS = tuple(
    Step("do", (chunk,))
    for chunk in (
        "g_game.talk('hello')",
        "g_game.turn(2)",
        f"g_game.attack(g_map.getCreatureById({MONSTER}))",
        f"g_game.follow(g_map.getCreatureById({NPC}))",
        "g_game.look(g_game.getLocalPlayer())",
        "g_game.use(g_game.getLocalPlayer():getInventoryItem(3))",
        "g_game.setChaseMode(1)",
        "g_game.requestOutfit()",
        "g_game.walk(0)",
        "g_game.getLocalPlayer():autoWalk({x = 98, y = 98, z = 7})",
        "g_game.cancelAttackAndFollow()",
    )
)
"""What the user does with the keyboard and mouse, as modules have it."""

WORLD = (
    Step("MapCenter", (HERE,)),
    *(_ground(x, y) for x in range(97, 105) for y in range(97, 104)),
    Step("AddItem", (NEXT, {"id": 2853})),
    Step("Creature", ({"id": PLAYER, "kind": "player", "name": "Tester", "health": 100, "outfit": OUTFIT},)),
    Step("Creature", ({"id": PLAYER, "speed": 220, "position": HERE, "skull": 1, "shield": 2},)),
    Step("Creature", ({"id": MONSTER, "name": "rat", "health": 100, "speed": 134, "outfit": {"type": 21}},)),
    Step("Creature", ({"id": MONSTER, "position": {"x": 103, "y": 100, "z": 7}, "direction": 3},)),
    Step("Creature", ({"id": NPC, "kind": "npc", "name": "Sam", "health": 100, "icon": 1, "outfit": {"type": 131}},)),
    Step("Creature", ({"id": NPC, "position": {"x": 99, "y": 99, "z": 7}},)),
    Step("Creature", ({"id": OTHER, "kind": "player", "name": "Other", "health": 80, "outfit": {"type": 136}},)),
    Step("Creature", ({"id": OTHER, "position": {"x": 98, "y": 101, "z": 7}, "emblem": 1},)),
    Step("g_game.onMapKnown", dialects="mehah"),
    Step("g_game.onMapDescription", dialects="mehah"),
    Step("WorldLight", (250, 215)),
    Step("MoveCreature", (MONSTER, {"x": 102, "y": 100, "z": 7})),
    Step("CreatureSquare", (MONSTER, 180)),
    Step("PlayerPosition", (NEXT,)),
    Step("Effect", (4, NEXT)),
    Step("Missile", (3, NEXT, HERE)),
    Step("AnimatedText", (NEXT, 180, "25")),
    Step("Creature", ({"id": MONSTER, "health": 40},)),
    Step("WalkCancel", (1,)),
    Step("RemoveCreature", (OTHER,)),
)


def _player(version: int, dialect: str) -> Iterator[Step]:
    """What the server tells of the player."""
    yield Step("PlayerHealth", (150, 185))
    yield Step("PlayerMana", (40, 90))
    yield Step("PlayerExperience", (4200,))
    yield Step("PlayerLevel", (8, 30))
    yield Step("PlayerMagicLevel", (3, 55))
    yield Step("PlayerBaseMagicLevel", (3,), since=910)
    yield Step("PlayerSoul", (100,))
    yield Step("PlayerStamina", (2520,))
    yield Step("PlayerFreeCapacity", (320,))
    yield Step("PlayerTotalCapacity", (470,), since=910)
    yield Step("PlayerRegeneration", (300,), since=910)
    yield Step("PlayerOfflineTraining", (720,), since=960)
    for skill in range(7):
        yield Step("PlayerSkill", (skill, 10 + skill, 25, 10 + skill))
    yield Step("PlayerVocation", (1,))
    yield Step("PlayerPremium", (True,))
    # mehah's action bar calls a function that it lacks when it is told of spells.
    yield Step("PlayerSpells", ([1, 2, 3],), since=870, dialects="edubart")
    yield Step("PlayerBlessings", (1,))
    yield Step("PlayerStates", (4,))
    yield Step("PlayerStates", (0,))
    yield Step("Creature", ({"id": PLAYER, "base_speed": 220},), since=1059)
    yield Step("Creature", ({"id": PLAYER, "outfit": {**OUTFIT, "type": 129}},))
    yield Step("PlayerHealth", (90, 185))
    yield Step("PlayerManaShield", (30, 60), since=PROTOBUF_SINCE, dialects="mehah")
    for kind, value in ((0, 15000), (1, 250), (10, 5), (70, 20), (90, 300)):
        yield Step("PlayerResource", (kind, value), since=1096, dialects="mehah")
    yield Step("PlayerExperienceRate", (0, 100), since=1097, dialects="mehah")
    yield Step("PlayerImbuements", (1.5, 2.5, 10, 50, 0), since=1412, dialects="mehah")
    yield Step("PlayerAttackInfo", (45, 0), since=1412, dialects="mehah")
    yield Step("PlayerConvertedDamage", (0.25, 1), since=1412, dialects="mehah")
    yield Step("PlayerDefenseInfo", (20, 12, 1.25, 0, 0), since=1412, dialects="mehah")
    yield Step("PlayerForgeBonuses", (0.5, 0.25, 0), since=1412, dialects="mehah")
    yield Step("PlayerFlatDamage", (3,), since=1412, dialects="mehah")
    yield Step("PlayerHarmony", (2,), since=1500, dialects="mehah")
    yield Step("PlayerModes", (1, 0, True, 0))
    yield Step("g_game.onBlessingsChange", (1, 2), since=1200, dialects="mehah")


def _talk() -> Iterator[Step]:
    """What is said and written."""
    yield Step("TextMessage", (STATUS, "Welcome to the world."))
    yield Step("TextMessage", (LOOK, "You see a bag.\nIt weighs 8.00 oz."))
    for mode, name, channel, place in (
        (SAY, "Tester", 0, NEXT),
        (YELL, "Other", 0, FAR),
        (NPC_FROM, "Sam", 0, NEXT),
    ):
        yield Step("Talk", (name, 8, mode, "Hello there.", channel, place))
    yield Step("ChannelList", ([[1, "Guild"], [3, "World Chat"]],))
    yield Step("OpenChannel", (3, "World Chat"))
    yield Step("Talk", ("Other", 12, CHANNEL, "Anyone here?", 3, None))
    yield Step("OpenPrivateChannel", ("Other",))
    yield Step("OpenOwnPrivateChannel", (50, "My channel"))
    yield Step("CloseChannel", (3,))
    yield Step("g_game.onChannelEvent", (50, "Other", 0), since=910)
    yield Step("VipAdd", (7, "Friend", 0, "a friend", 2, False, []))
    yield Step("VipStateChange", (7, 1))
    yield Step("VipGroupChange", ([[1, "Enemies", True]], 4), since=PROTOBUF_SINCE, dialects="mehah")
    yield Step("Ping")
    yield Step("TutorialHint", (1,))
    yield Step("AddAutomapFlag", (NEXT, 3, "here"))
    yield Step("RemoveAutomapFlag", (NEXT, 3, "here"))


def _things(dialect: str) -> Iterator[Step]:
    """Containers, slots, trades."""
    items = [{"id": 3031, "count": 50}, {"id": 2853}]
    container = {"id": 0, "item": 2853, "name": "Bag", "capacity": 8, "items": items}
    yield Step("OpenContainer", (container,))
    yield Step("ContainerAddItem", (0, {"id": 3035, "count": 2}, 0))
    yield Step("ContainerUpdateItem", (0, 0, {"id": 3035, "count": 7}))
    yield Step("ContainerRemoveItem", (0, 1))
    yield Step("OpenContainer", ({**container, "name": "Inner bag", "has_parent": True, "items": []},))
    yield Step("OpenContainer", ({**container, "id": 1, "name": "Other bag"},))
    yield Step("CloseContainer", (1,))
    for slot in range(1, 11):
        yield Step("InventoryChange", (slot, {"id": 2853 if slot == 3 else 2900 + slot}))
    yield Step("InventoryChange", (4, None))
    offers = [[GOLD, "gold coin", 10, 1, 1], [BAG, "bag", 800, 5, 2]]
    yield Step("OpenNpcTrade", (offers,))
    yield Step("PlayerGoods", (1000, [[GOLD, 50], [BAG, 1]]))
    yield Step("CloseNpcTrade")
    yield Step("OwnTrade", ("Tester", [GOLD]))
    yield Step("CounterTrade", ("Other", [BAG, GOLD]))
    yield Step("CloseTrade")
    yield Step("g_game.onSpellCooldown", (1, 2000), since=870)
    yield Step("g_game.onSpellGroupCooldown", (1, 2000), since=870)
    yield Step("g_game.onMultiUseCooldown", (1000,), since=900, dialects="mehah")
    if dialect == "mehah":
        yield Step("g_game.updateInventoryItems")
        yield Step("g_game.onItemInfo", ([[GOLD, "gold"]],))


def _windows(dialect: str) -> Iterator[Step]:
    """Windows that the server opens."""
    yield Step("EditText", (1, 2853, 100, "Dear diary", "Tester", "today"))
    yield Step("EditList", (2, 1, "guests"))
    yield Step("QuestLog", ([[1, "The first quest", False], [2, "The second quest", True]],))
    missions = [["Begin", "Do this.", 11], ["End", "Do that.", 12]]
    yield Step("QuestLine", (1, missions if dialect == "mehah" else [mission[:2] for mission in missions]))
    yield Step("ModalDialog", (1, "Choose", "What now?", [[1, "Yes"], [2, "No"]], 1, 2, [[1, "A"], [2, "B"]], False))
    window = {
        "outfit": OUTFIT,
        "outfits": [[128, "Citizen", 3, 0], [129, "Hunter", 0, 0]],
        "mounts": [[368, "Racer", 0]],
    }
    if dialect == "edubart":
        window = {"outfit": OUTFIT, "outfits": [[128, "Citizen", 3], [129, "Hunter", 0]], "mounts": [[368, "Racer"]]}
    yield Step("OpenOutfitWindow", (window,))
    yield Step("UnjustifiedPoints", ({"killsDay": 10, "killsDayRemaining": 3, "skullTime": 0},), since=1053)
    yield Step("OpenPvpSituations", (1,), since=1053)
    yield Step("RuleViolationChannel", (4,), until=820)


LATE = (
    Step("GMActions", ([1, 2],), until=820),
    Step("PlayerHelpers", (3,), since=950),
    Step("LoginAdvice", ("Take care.",)),
    Step("g_game.onServerError", (1, "Nothing serious."), since=1100, dialects="mehah"),
    Step("Screenshot", (1,), since=PROTOBUF_SINCE, dialects="mehah"),
    Step("PlayerHealth", (0, 185)),
    Step("Death", (0, 100)),
)
