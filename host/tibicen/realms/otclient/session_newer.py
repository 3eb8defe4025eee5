"""What servers of newer versions tell besides, and only mehah understands: stores, prey, markets, the cyclopedia."""

from __future__ import annotations

from typing import Any

from tibicen.realms.otclient.assets import PROTOBUF_SINCE
from tibicen.realms.otclient.session_steps import (
    BAG,
    CYCLOPEDIA_SINCE,
    GOLD,
    NOW,
    OUTFIT,
    PLAYER,
    Step,
    calls,
)

__all__ = ["NEWER"]

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


def _mehah(since: int, *events: tuple[Any, ...]) -> tuple[Step, ...]:
    return tuple(
        Step(f"g_game.{name}", arguments, since=since, dialects="mehah")
        for name, *rest in events
        for arguments in [tuple(rest)]
    )


def _tab(name: str) -> tuple[Step, ...]:
    """The user looks at a page of the cyclopedia: the server sends what it shows."""
    return (calls("game_cyclopedia", f"show({name!r})", since=CYCLOPEDIA_SINCE, dialects="mehah"),)


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
        calls("game_cyclopedia", "hide()", since=CYCLOPEDIA_SINCE, dialects="mehah"),
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
        calls("game_blessing", "show()", since=PROTOBUF_SINCE, dialects="mehah"),
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
