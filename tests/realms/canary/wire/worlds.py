"""What is in the worlds of these tests: kinds of items, scripts, outfits and channels."""

from __future__ import annotations

from collections.abc import Mapping

from tests.realms.canary.wire_worlds import BAG, COIN, PING, SWORD

from tibicen.realms.canary.server import Dialect
from tibicen.testing.small_server import Item

LETTER, TORCH, ROPE, HELMET, STONE, CANDLE = 2597, 2920, 2120, 2457, 1285, 2047
CHANNEL = 5

KINDS: Mapping[int, Item] = {
    LETTER: {"name": "letter", "writeable": True, "maxTextLen": 40, "pickupable": True, "movable": True},
    TORCH: {"name": "torch", "pickupable": True, "movable": True},
    ROPE: {"name": "rope", "useable": True, "pickupable": True, "movable": True},
    HELMET: {"name": "helmet", "slotType": "head", "armor": 3},
    STONE: {"name": "stone", "block_solid": True},
    CANDLE: {"name": "candles", "animation": True, "stackable": True},
    1987: {"name": "bag", "kind": "container", "containerSize": 8},
    # TFS's money.
    2148: {"name": "gold coin", "stackable": True, "worth": 1},
}

_USES = f"""
local torch = Action()
function torch.onUse(player, item, from, target, to, hotkey)
    player:say("It burns.", TALKTYPE_MONSTER_SAY)
    return true
end
torch:id({TORCH})
torch:register()
local rope = Action()
function rope.onUse(player, item, from, target, to, hotkey)
    local name = target and target:getName() or "nothing"
    player:say("On " .. name .. ".", TALKTYPE_MONSTER_SAY)
    return true
end
rope:id({ROPE})
rope:register()
local windows = CreatureEvent("Windows")
function windows.onModalWindow(player, window, button, choice)
    player:say(table.concat({{ window, button, choice }}, " "), TALKTYPE_MONSTER_SAY)
    return true
end
windows:register()
local coming = CreatureEvent("Coming")
function coming.onLogin(player)
    player:registerEvent("Windows")
    return true
end
coming:register()
"""

_LOOKS = {
    "tfs": """
function Player:onLook(thing, position, distance)
    self:sendTextMessage(MESSAGE_INFO_DESCR, "look " .. thing:getName() .. " " .. distance)
end
function Player:onLookInBattleList(creature, distance)
    self:sendTextMessage(MESSAGE_INFO_DESCR, "battle " .. creature:getName() .. " " .. distance)
end
function Player:onLookInTrade(partner, item, distance)
    self:sendTextMessage(MESSAGE_INFO_DESCR, "trade " .. item:getName())
end
function Player:onBrowseField(position)
    return not closed
end
function Player:onNetworkMessage(byte, message)
    self:sendTextMessage(MESSAGE_INFO_DESCR, "byte " .. byte .. " " .. message:len())
end
""",
    "canary": """
function Player:onLook(thing, position, distance)
    self:sendTextMessage(MESSAGE_LOOK, "look " .. thing:getName() .. " " .. distance)
end
function Player:onLookInBattleList(creature, distance)
    self:sendTextMessage(MESSAGE_LOOK, "battle " .. creature:getName() .. " " .. distance)
end
function Player:onLookInTrade(partner, item, distance)
    self:sendTextMessage(MESSAGE_LOOK, "trade " .. item:getName())
end
function Player:onRequestQuestLog()
    self:sendTextMessage(MESSAGE_LOOK, "quests")
end
function Player:onRequestQuestLine(quest)
    self:sendTextMessage(MESSAGE_LOOK, "quest " .. quest)
end
function Player:onBrowseField(position)
    return not closed
end
""",
}

_METHODS = {
    "tfs": ("onLook", "onLookInBattleList", "onLookInTrade", "onNetworkMessage", "onBrowseField"),
    "canary": (
        "onLook",
        "onLookInBattleList",
        "onLookInTrade",
        "onRequestQuestLog",
        "onRequestQuestLine",
        "onBrowseField",
    ),
}

_CHANNELS = f"""<channels>
<channel id="{CHANNEL}" name="Help" public="1" />
<channel id="{CHANNEL + 1}" name="Circle" public="0" />
</channels>"""

_OUTFITS = """<outfits>
<outfit type="0" looktype="136" name="Citizen" premium="no" unlocked="yes" enabled="yes" />
<outfit type="0" looktype="137" name="Hunter" premium="no" unlocked="yes" enabled="yes" />
<outfit type="1" looktype="128" name="Citizen" premium="no" unlocked="yes" enabled="yes" />
</outfits>"""

_MOUNTS = """<mounts><mount id="1" clientid="368" name="Widow Queen" speed="20" premium="no" /></mounts>"""


_SMITH_XML = """<npc name="Smith" walkinterval="0" floorchange="0"><health now="100" max="100" />
<look type="128" /></npc>"""
_SMITH = f"""
local kind = Game.createNpcType("Smith")
kind:name("Smith")
kind:health(100)
kind:maxHealth(100)
kind:outfit({{ lookType = 128 }})
kind:onBuyItem(function(npc, player, id, sub, amount, ignore, in_backpacks, cost)
    player:removeMoney(cost)
    player:addItem(id, amount)
end)
local shop = Shop()
shop:setId({SWORD})
shop:setNameItem("sword")
shop:setBuyPrice(20)
shop:setSellPrice(5)
kind:addShopItem(shop)
"""


def _events(dialect: str) -> str:
    rows = "".join(f'<event class="Player" method="{name}" enabled="1" />' for name in _METHODS[dialect])
    return f"<events>{rows}</events>"


SCRIPTS: Mapping[Dialect, Mapping[str, str]] = {
    "tfs": {"ping.lua": PING, "uses.lua": _USES},
    "canary": {"ping.lua": PING, "uses.lua": _USES, "smith.lua": _SMITH},
}
FILES: Mapping[Dialect, Mapping[str, str]] = {
    dialect: {
        "data/events/events.xml": _events(dialect),
        "data/events/scripts/player.lua": _LOOKS[dialect],
        "data/chatchannels/chatchannels.xml": _CHANNELS,
        "data/XML/outfits.xml": _OUTFITS,
        "data/XML/mounts.xml": _MOUNTS,
        "data/npc/Smith.xml": _SMITH_XML,
    }
    for dialect in ("tfs", "canary")
}

__all__ = [
    "BAG",
    "CANDLE",
    "CHANNEL",
    "COIN",
    "FILES",
    "HELMET",
    "KINDS",
    "LETTER",
    "ROPE",
    "SCRIPTS",
    "STONE",
    "SWORD",
    "TORCH",
]
