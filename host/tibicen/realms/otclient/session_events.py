"""What a server tells a client in the session of `session.py`: one of each kind of event, with arguments as they are.

Items are {"$item": number, "count": …}, creatures {"$creature": number}, the player {"$player": True}; see
lua/otclient/game/controls.lua.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tibicen.realms.otclient.assets import PROTOBUF_SINCE

__all__ = ["PLAYER", "Step", "steps_for"]

PLAYER = 0x10000001
"""The player's own number."""

MONSTER, NPC, OTHER = 0x40000001, 0x80000001, 0x10000002
HERE = {"x": 100, "y": 100, "z": 7}
NEXT = {"x": 101, "y": 100, "z": 7}
FAR = {"x": 200, "y": 220, "z": 7}
GOLD: dict[str, Any] = {"$item": 3031, "count": 50}
BAG = {"$item": 2853}
OUTFIT = {
    "type": 128,
    "auxType": 0,
    "head": 78,
    "body": 69,
    "legs": 58,
    "feet": 76,
    "addons": 0,
    "mount": 0,
    "familiar": 0,
    "wings": 0,
    "effects": 0,
    "auras": 0,
    "shaders": "",
}
SAY, YELL, NPC_FROM, LOOK, STATUS, CHANNEL = 1, 3, 10, 20, 28, 7
NOW = 1_700_000_000
CYCLOPEDIA_SINCE = 1310

GENERAL_STATS = (
    "xperiencee",
    "level",
    "levelPercent",
    "baseExpGain",
    "lowLevelExpBonus",
    "XpBoostPercent",
    "staminaExpBonus",
    "XpBoostBonusRemainingTime",
    "health",
    "maxHealth",
    "mana",
    "maxMana",
    "soul",
    "staminaMinutes",
    "regenerationCondition",
    "offlineTrainingTime",
    "speed",
    "baseSpeed",
    "capacity",
    "baseCapacity",
    "freeCapacity",
    "magicLevel",
    "baseMagicLevel",
    "loyaltyMagicLevel",
    "magicLevelPercent",
)


class Step(NamedTuple):
    """One event."""

    name: str
    """`Talk` for an event that the model takes in, `g_game.onTalk` for one that goes straight to scripts, `do` for what
    the user does: a chunk."""
    arguments: tuple[Any, ...] = ()
    since: int = 0
    """The first version whose servers send it."""
    until: int = 65535
    dialects: str = "mehah edubart"


def steps_for(version: int, dialect: str) -> Iterator[Step]:
    """The events of a session, in order, from the player's appearance on the map to the last before it leaves."""
    told = (*_player(version, dialect), *_talk(), *_things(dialect), *_windows(dialect))
    for step in (*OPENED, *WORLD, *told, *DEEDS, *NEWER, *LATE):
        if step.since <= version <= step.until and dialect in step.dialects:
            yield step


def _ground(x: int, y: int) -> Step:
    return Step("Tile", ({"x": x, "y": y, "z": 7}, [{"id": 100}]))


OPENED = tuple(
    Step("do", (f"if modules.{module} then modules.{module}.toggle() end",), dialects=dialects)
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


def _mehah(since: int, *events: tuple[Any, ...]) -> tuple[Step, ...]:
    return tuple(
        Step(f"g_game.{name}", arguments, since=since, dialects="mehah")
        for name, *rest in events
        for arguments in [tuple(rest)]
    )


def _tab(name: str) -> tuple[Step, ...]:
    """The user looks at a page of the cyclopedia: the server sends what it shows."""
    return (Step("do", (f"modules.game_cyclopedia.show({name!r})",), since=CYCLOPEDIA_SINCE, dialects="mehah"),)


def _store() -> tuple[Step, ...]:
    category = {"name": "Premium", "parent": "", "state": 0, "icons": ["Category.png"], "subCategories": []}
    offer = {
        "name": "30 days",
        "description": "More time.",
        "id": 1,
        "price": 250,
        "state": 0,
        "stateNewUntil": 0,
        "basePrice": 250,
        "disabled": False,
        "reasonIdDisable": 0,
        "configurable": False,
        "type": 0,
        "icon": "Premium_30.png",
        "tryOnType": 0,
        "collection": "",
        "popularityScore": 1,
        "productsCapacity": 1,
        "subOffers": [
            {
                "id": 1,
                "count": 1,
                "price": 250,
                "coinType": 0,
                "disabled": False,
                "state": 0,
                "name": "30 days",
                "description": "",
                "icons": [],
                "parent": "",
                "basePrice": 0,
                "validUntil": 0,
            }
        ],
    }
    products = {
        "categoryName": "Premium",
        "redirectId": 0,
        "menuFilter": [],
        "disableReasons": [],
        "offers": [offer],
        "banners": [{"image": "Banner.png", "bannerType": 4, "offerId": 1, "unknownByte1": 0, "unknownByte2": 0}],
        "bannerDelay": 10,
        "tooManyResults": False,
    }
    home_offer = {key: value for key, value in offer.items() if key != "subOffers"}
    home = {**products, "categoryName": "Home", "offers": [{**home_offer, "coinType": 0, "disabledReasonIndex": 0}]}
    return _mehah(
        1100,
        ("onStoreInit", "https://example.org/", 25),
        ("onParseStoreGetCategories", [category]),
        ("onParseStoreGetCoin", 300, 100),
        ("onParseStoreCreateHome", home),
        ("onParseStoreCreateProducts", products),
        ("onParseStoreOfferDescriptions", 1, "More of it."),
        ("onParseStoreGetHistory", 0, 1, [[NOW, 0, -250, 1, "30 days"]]),
        ("onParseStoreGetPurchaseStatus", "You bought it."),
        ("onParseStoreError", "Not today.", 0),
    )


def _prey() -> tuple[Step, ...]:
    looks = {**OUTFIT, "type": 21}
    return _mehah(
        1100,
        ("onPreyLocked", 2, 0, 0, 0),
        ("onPreyInactive", 0, 3600, 1),
        ("onPreyActive", 0, "Rat", looks, 1, 10, 3, 7200, 3600, 0, 0),
        ("onPreySelection", 1, ["Rat", "Troll", "Ghoul"] * 3, [looks] * 9, 3600, 1),
        ("onPreySelectionChangeMonster", 1, ["Rat", "Troll", "Ghoul"] * 3, [looks] * 9, 1, 10, 3, 3600, 1),
        ("onPreyFreeRerolls", 0, 60),
        ("onPreyTimeLeft", 0, 7100),
        ("onPreyRerollPrice", 200, 1, 5),
    )


def _market() -> tuple[Step, ...]:
    offer = [0, 5, 1, 3031, 100, 0, NOW, 3031, 0]
    descriptions = ["8.00 oz", "It is gold."]
    statistics = [[NOW, 0, 3, 300, 120, 80]]
    return (
        Step("g_game.onMarketEnter", ([[3031, 0, 100]], 3, -1, -1), since=PROTOBUF_SINCE, dialects="mehah"),
        Step("g_game.onMarketEnter", ([[3031, 100]], 3, 5000, 1), since=940, until=1280, dialects="mehah"),
        *_mehah(
            940,
            ("onMarketDetail", 3031, descriptions, statistics, statistics, 0),
            ("onMarketReadOffer", 0, 5, 1, 3031, "Other", 100, 0, NOW, 3031, 0),
            ("onMarketBrowse", [offer], ["Other"]),
        ),
    )


def _cyclopedia() -> tuple[Step, ...]:
    general = dict.fromkeys(GENERAL_STATS, 10)
    boss = {
        "bossRace": 0,
        "killCount": 5,
        "lootBonus": 10,
        "killBonus": 1,
        "bossRaceRepeat": 0,
        "removePrice": 100,
        "inactive": 0,
    }
    slots = {
        "playerPoints": 10,
        "totalPointsNextBonus": 20,
        "currentBonus": 1,
        "nextBonus": 2,
        "isSlotOneUnlocked": True,
        "bossIdSlotOne": 0,
        "isSlotTwoUnlocked": False,
        "bossIdSlotTwo": 0,
        "isTodaySlotUnlocked": True,
        "boostedBossId": 900,
        "todaySlotData": boss,
        "bossesUnlocked": True,
        "bossesUnlockedData": [{"bossId": 900, "bossRace": 0}],
    }
    monster = {
        "id": 56,
        "class": "Mammal",
        "currentLevel": 4,
        "AnimusMasteryPoints": 0,
        "AnimusMasteryBonus": 0,
        "killCounter": 100,
        "thirdDifficulty": 10,
        "secondUnlock": 50,
        "lastProgressKillCount": 100,
        "difficulty": 1,
        "ocorrence": 0,
        "loot": [{"itemId": 3031, "diffculty": 0, "specialEvent": 0, "name": "gold coin", "amount": 1}],
        "charmValue": 5,
        "attackMode": 0,
        "maxHealth": 20,
        "experience": 5,
        "speed": 134,
        "armor": 1,
        "mitigation": 0.1,
        "combat": [100, 100, 100, 100, 100, 100, 100, 100],
        "location": "Everywhere.",
    }
    charm = {
        "id": 0,
        "name": "Wound",
        "description": "It hurts.",
        "unlockPrice": 600,
        "unlocked": True,
        "asignedStatus": False,
        "raceId": 0,
        "removeRuneCost": 0,
        "availableCharmSlots": 2,
        "tier": 1,
    }
    summary: dict[str, Any] = {key: [] for key in ("inventory", "store", "stash", "depot", "inbox")}
    summary["inventory"] = [{"itemId": 3031, "tier": 0, "amount": 50}]
    colors = {f"look{place}{part}": 1 for place in ("", "Mount") for part in ("Head", "Body", "Legs", "Feet")}
    return (
        *_tab("items"),
        *_mehah(CYCLOPEDIA_SINCE, ("onParseItemDetail", 3031, [["Weight", "0.10 oz"]])),
        *_tab("bestiary"),
        *_mehah(
            CYCLOPEDIA_SINCE,
            ("onParseBestiaryRaces", [{"race": 1, "bestClass": "Mammal", "count": 1, "unlockedCount": 1}]),
            (
                "onParseBestiaryOverview",
                "Mammal",
                [{"id": 56, "currentLevel": 4, "occurrence": 0, "creatureAnimusMasteryBonus": 0}],
                0,
            ),
            ("onUpdateBestiaryMonsterData", monster),
        ),
        *_tab("charms"),
        *_mehah(
            CYCLOPEDIA_SINCE,
            ("onUpdateBestiaryCharmsData", {"points": 100, "charms": [charm], "finishedMonsters": [56]}),
        ),
        *_tab("bosstiary"),
        *_mehah(
            CYCLOPEDIA_SINCE,
            ("onParseSendBosstiary", [{"raceId": 900, "category": 0, "kills": 5, "isTrackerActived": 0}]),
        ),
        *_tab("bossSlot"),
        *_mehah(CYCLOPEDIA_SINCE, ("onParseBosstiarySlots", slots)),
        *_mehah(CYCLOPEDIA_SINCE, ("onParseCyclopediaTracker", 0, [[56, 100, 10, 50, 100, 4]])),
        *_tab("character"),
        *_mehah(
            CYCLOPEDIA_SINCE,
            ("onParseCyclopediaCharacterGeneralStats", general, [[10, 10, 25]] * 8, [[0, 5]]),
            ("onParseCyclopediaCharacterBadges", 1, 1, 1, "Scout", [[1, "Badge"]]),
            ("onUpdateCyclopediaCharacterItemSummary", summary),
            (
                "onParseCyclopediaCharacterAppearances",
                colors,
                [{"lookType": 128, "name": "Citizen", "addons": 0, "type": 0, "isCurrent": 1000}],
                [{"mountId": 368, "name": "Racer", "type": 0, "isCurrent": 0}],
                [{"lookType": 991, "name": "Grovebeast", "type": 0, "isCurrent": 0}],
            ),
            ("onCyclopediaCharacterRecentDeaths", [{"timestamp": NOW, "cause": "Killed by a rat."}]),
            ("onCyclopediaCharacterRecentKills", [{"timestamp": NOW, "description": "Other", "status": 0}]),
            ("onParseCyclopediaStoreSummary", 0, 0, [["Wisdom", 1]], 1, 2, 0, False, 0, [1001], [[2853, "bag", 1]]),
        ),
        *_mehah(
            PROTOBUF_SINCE,
            ("onBossCooldown", [{"bossRaceId": 900, "cooldownTime": NOW}]),
            ("onKillTracker", "Rat", {**OUTFIT, "type": 21}, [GOLD]),
            ("onLootStats", GOLD, "gold coin"),
            ("onSupplyTracker", 3031),
            ("onImpactTracker", 1, 25, 0, ""),
            (
                "onPartyAnalyzer",
                NOW,
                PLAYER,
                0,
                [{"memberID": PLAYER, "highlight": 1, "loot": 10, "supply": 5, "damage": 100, "healing": 20}],
                [{"memberID": PLAYER, "memberName": "Tester"}],
            ),
        ),
        Step("do", ("modules.game_cyclopedia.hide()",), since=CYCLOPEDIA_SINCE, dialects="mehah"),
    )


def _services() -> tuple[Step, ...]:
    reward = {"itemId": 3031, "name": "gold coin", "weight": 10}
    day = {"redeemMode": 1, "itemsToSelect": 2, "selectableItems": [reward], "bundleItems": []}
    rewards = {
        "days": 7,
        "freeRewards": [day] * 7,
        "premiumRewards": [day] * 7,
        "bonuses": [{"name": "Health regeneration", "id": 2}],
        "maxUnlockableDragons": 1,
    }
    imbuement = {
        "id": 1,
        "name": "Basic Strike",
        "description": "Hits harder.",
        "group": "Strike",
        "imageId": 1,
        "duration": 72000,
        "premiumOnly": False,
        "sources": [{"item": GOLD, "description": "gold coin"}],
        "cost": 5000,
        "successRate": 90,
        "protectionCost": 10000,
    }
    tracked = {"slot": 1, "totalSlots": 1, "item": BAG, "slots": []}
    prices = [{"tier": tier, "price": 25000 * tier} for tier in range(1, 4)]
    forge = {
        "classPrices": [{"classId": 1, "tiers": prices}],
        "fusionGrades": [{"tier": 1, "exaltedCores": 1}],
        "convergenceFusionPrices": prices,
        "convergenceTransferPrices": prices,
        "dustPercent": 60,
        "dustToSliver": 20,
        "sliverToCore": 50,
        "dustPercentUpgrade": 75,
        "maxDustLevel": 100,
        "maxDustCap": 225,
        "normalDustFusion": 100,
        "convergenceDustFusion": 130,
        "normalDustTransfer": 100,
        "convergenceDustTransfer": 160,
        "fusionChanceBase": 50,
        "fusionChanceImproved": 15,
        "fusionReduceTierLoss": 50,
        "hasConvergence": True,
    }
    opened = {
        "fusionItems": [{"id": 2901, "tier": 0, "count": 2}],
        "convergenceFusion": [],
        "transfers": [],
        "convergenceTransfers": [],
        "dustLevel": 100,
    }
    blessings = {
        "totalBless": 8,
        "blesses": [{"blessBitwise": 2**bit, "playerBlessCount": 1, "store": 0} for bit in range(1, 9)],
        "premium": 1,
        "promotion": 1,
        "pvpMinXpLoss": 1,
        "pvpMaxXpLoss": 2,
        "pveExpLoss": 1,
        "equipPvpLoss": 1,
        "equipPveLoss": 1,
        "skull": 0,
        "aol": 0,
        "logs": [{"timestamp": NOW, "colorMessage": 0, "historyMessage": "Blessed."}],
    }
    return (
        Step("do", ("modules.game_blessing.show()",), since=PROTOBUF_SINCE, dialects="mehah"),
        *_mehah(PROTOBUF_SINCE, ("onUpdateBlessDialog", blessings)),
        *_services_of(rewards, tracked, forge, opened, imbuement),
    )


def _services_of(rewards: Any, tracked: Any, forge: Any, opened: Any, imbuement: Any) -> tuple[Step, ...]:
    highscore = [1, "Tester", "", 1, "World", 8, 1, 4200]
    return _mehah(
        PROTOBUF_SINCE,
        ("onDailyRewardCollectionState", 1),
        ("onDailyReward", rewards),
        ("onOpenRewardWall", 0, NOW, 1, 0, "", 0, 3600, 1),
        ("onRewardHistory", [[NOW, True, "Claimed.", 1]]),
        ("onRestingAreaState", 1, 1, "Within a resting area."),
        ("onQuickLootContainers", True, [[1, 2853, 0]]),
        ("onSupplyStashEnter", [[3031, 100], [2853, 2]]),
        ("onUpdateImbuementTracker", [tracked]),
        ("onPassiveData", 0, 100, False),
        ("onQuestTracker", 5, [[0, 11, "The first quest", "Begin", "Do this."]]),
        ("onUpdateQuestTracker", 0, 11, "The first quest", "Begin", "Do that."),
        ("onChangeWorldTime", 12, 30),
        ("forgeData", forge),
        ("onOpenForge", opened),
        ("onBrowseForgeHistory", 0, 0, 1, [{"createdAt": NOW, "actionType": 0, "description": "Fused.", "bonus": 0}]),
        ("onCloseForgeCloseWindows",),
        ("onImbuementScroll", [imbuement], [GOLD]),
        ("onCloseImbuementWindow",),
        (
            "onProcessHighscores",
            "Server",
            "World",
            0,
            0,
            [[0xFFFFFFFF, "(all)"], [1, "Sorcerer"]],
            [[0, "Experience Points"]],
            1,
            1,
            [highscore],
            NOW,
        ),
    )


NEWER = (*_store(), *_prey(), *_market(), *_cyclopedia(), *_services())
"""What servers of newer versions send besides, and only mehah understands."""

LATE = (
    Step("GMActions", ([1, 2],), until=820),
    Step("PlayerHelpers", (3,), since=950),
    Step("LoginAdvice", ("Take care.",)),
    Step("g_game.onServerError", (1, "Nothing serious."), since=1100, dialects="mehah"),
    Step("Screenshot", (1,), since=PROTOBUF_SINCE, dialects="mehah"),
    Step("PlayerHealth", (0, 185)),
    Step("Death", (0, 100)),
)
