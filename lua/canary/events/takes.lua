--- What callbacks take, by the names of their kinds: words that canary/exercise/arguments.lua makes values of.

local context = ...
local raw = context.raw

local MONSTER = {
    onThink = { "monster", "interval" },
    onAppear = { "monster", "creature" },
    onDisappear = { "monster", "creature" },
    onMove = { "monster", "creature", "position", "position" },
    onSay = { "monster", "creature", "talktype", "text" },
    onPlayerAttack = { "monster", "player" },
    onSpawn = { "monster", "position" },
}
local NPC = {
    onThink = { "npc", "interval" },
    onAppear = { "npc", "creature" },
    onDisappear = { "npc", "creature" },
    onMove = { "npc", "creature", "position", "position" },
    onSay = { "npc", "player", "talktype", "talk" },
    onBuyItem = { "npc", "player", "number", "number", "number", "boolean", "boolean", "number" },
    onSellItem = { "npc", "player", "number", "number", "number", "boolean", "string", "number" },
    onCheckItem = { "npc", "player", "number", "number" },
    onCloseChannel = { "npc", "player" },
}
local SPELL = { onCastSpell = { "creature", "variant", "boolean" } }
local WEAPON = { onUseWeapon = { "player", "variant" } }

local BY_NAME = {
    -- Actions, talkactions and the like.
    onUse = { "player", "item", "position", "thing", "position", "boolean" },
    onSay = { "player", "words", "param", "talktype" },
    onLogin = { "player" },
    onLogout = { "player" },
    onReconnect = { "player" },
    onThink = { "creature", "interval" },
    onPrepareDeath = { "creature", "killer", "number" },
    onDeath = { "creature", "corpse", "killer", "killer", "boolean", "boolean" },
    onKill = { "player", "target", "boolean" },
    onAdvance = { "player", "skill", "number", "number" },
    onModalWindow = { "player", "number", "number", "number" },
    onTextEdit = { "player", "item", "text" },
    onHealthChange = { "creature", "attacker", "number", "combat", "number", "combat", "origin" },
    onManaChange = { "creature", "attacker", "number", "combat", "number", "combat", "origin" },
    onExtendedOpcode = { "player", "number", "text" },
    onStepIn = { "creature", "item", "position", "position" },
    onStepOut = { "creature", "item", "position", "position" },
    onEquip = { "player", "item", "slot", "boolean" },
    onDeEquip = { "player", "item", "slot", "boolean" },
    onAddItem = { "item", "item", "position" },
    onRemoveItem = { "item", "item", "position" },
    onRecvbyte = { "player", "message", "number" },
    onTime = { "interval" },
    onRecord = { "number", "number" },
    onPeriodChange = { "number", "number" },
    onStartup = {},
    onShutdown = {},
    onSave = {},
    canJoin = { "player" },
    onJoin = { "player" },
    onLeave = { "player" },
    onSpeak = { "player", "talktype", "text" },
    onCastSpell = { "creature", "variant", "boolean" },
    onUseWeapon = { "player", "variant" },
    onRaid = {},
    -- Methods of classes (events.xml).
    ["Creature.onChangeOutfit"] = { "player", "outfit" },
    ["Creature.onAreaCombat"] = { "creature", "tile", "boolean" },
    ["Creature.onTargetCombat"] = { "creature", "target" },
    ["Creature.onDrainHealth"] = { "creature", "attacker", "combat", "number", "combat", "number", "number", "number" },
    ["Creature.onHear"] = { "creature", "player", "text", "talktype" },
    ["Creature.onUpdateStorage"] = { "creature", "number", "number", "number", "boolean" },
    ["Party.onJoin"] = { "party", "player" },
    ["Party.onLeave"] = { "party", "player" },
    ["Party.onDisband"] = { "party" },
    ["Party.onInvite"] = { "party", "player" },
    ["Party.onRevokeInvitation"] = { "party", "player" },
    ["Party.onPassLeadership"] = { "party", "player" },
    ["Party.onShareExperience"] = { "party", "number", "number" },
    ["Player.onBrowseField"] = { "player", "position" },
    ["Player.onLook"] = { "player", "item", "position", "number" },
    ["Player.onLookInBattleList"] = { "player", "creature", "number" },
    ["Player.onLookInTrade"] = { "player", "player", "item", "number" },
    ["Player.onLookInShop"] = { "player", "item_type", "number", "string" },
    ["Player.onLookInMarket"] = { "player", "item_type" },
    ["Player.onMoveItem"] = { "player", "item", "number", "position", "position", "cylinder", "cylinder" },
    ["Player.onItemMoved"] = { "player", "item", "number", "position", "position", "cylinder", "cylinder" },
    ["Player.onMoveCreature"] = { "player", "target", "position", "position" },
    ["Player.onReportRuleViolation"] = { "player", "string", "number", "number", "string", "string" },
    ["Player.onReportBug"] = { "player", "string", "position", "number" },
    ["Player.onTurn"] = { "player", "number" },
    ["Player.onTradeRequest"] = { "player", "player", "item" },
    ["Player.onTradeAccept"] = { "player", "player", "item", "item" },
    ["Player.onTradeCompleted"] = { "player", "player", "item", "item", "boolean" },
    ["Player.onGainExperience"] = { "player", "target", "number", "number", "boolean" },
    ["Player.onLoseExperience"] = { "player", "number" },
    ["Player.onGainSkillTries"] = { "player", "skill", "number", "boolean" },
    ["Player.onWrapItem"] = { "player", "item" },
    ["Player.onInventoryUpdate"] = { "player", "item", "slot", "boolean" },
    ["Player.onRotateItem"] = { "player", "item", "position" },
    ["Player.onRequestQuestLog"] = { "player" },
    ["Player.onRequestQuestLine"] = { "player", "number" },
    ["Player.onStorageUpdate"] = { "player", "number", "number", "number", "number" },
    ["Player.onCombat"] = { "player", "target", "item", "damage" },
    ["Player.onChangeZone"] = { "player", "number" },
    ["Player.onRemoveCount"] = { "player", "item" },
    ["Player.onSpellCheck"] = { "player", "nil" },
    ["Player.onNetworkMessage"] = { "player", "number", "message" },
    ["Player.onUpdateInventory"] = { "player", "item", "slot", "boolean" },
    ["Player.onAccountManager"] = { "player", "text" },
    ["Monster.onDropLoot"] = { "monster", "corpse" },
    ["Monster.onSpawn"] = { "monster", "position", "boolean", "boolean" },
    -- Callbacks of EventCallback.
    creatureOnChangeOutfit = { "player", "outfit" },
    creatureOnAreaCombat = { "creature", "tile", "boolean" },
    creatureOnTargetCombat = { "creature", "target" },
    creatureOnDrainHealth = { "creature", "attacker", "combat", "number", "combat", "number", "number", "number" },
    creatureOnCombat = { "creature", "target", "damage" },
    partyOnJoin = { "party", "player" },
    partyOnLeave = { "party", "player" },
    partyOnDisband = { "party" },
    partyOnShareExperience = { "party", "number" },
    playerOnBrowseField = { "player", "position" },
    playerOnLook = { "player", "item", "position", "number" },
    playerOnLookInBattleList = { "player", "creature", "number" },
    playerOnLookInTrade = { "player", "player", "item", "number" },
    playerOnLookInShop = { "player", "item_type", "number" },
    playerOnMoveItem = { "player", "item", "number", "position", "position", "cylinder", "cylinder" },
    playerOnItemMoved = { "player", "item", "number", "position", "position", "cylinder", "cylinder" },
    playerOnChangeZone = { "player", "number" },
    playerOnChangeHazard = { "player", "boolean" },
    playerOnMoveCreature = { "player", "target", "position", "position" },
    playerOnReportRuleViolation = { "player", "string", "number", "number", "string", "string" },
    playerOnReportBug = { "player", "string", "position", "number" },
    playerOnTurn = { "player", "number" },
    playerOnTradeRequest = { "player", "player", "item" },
    playerOnTradeAccept = { "player", "player", "item", "item" },
    playerOnGainExperience = { "player", "target", "number", "number" },
    playerOnLoseExperience = { "player", "number" },
    playerOnGainSkillTries = { "player", "skill", "number" },
    playerOnRequestQuestLog = { "player" },
    playerOnRequestQuestLine = { "player", "number" },
    playerOnStorageUpdate = { "player", "number", "number", "number", "number" },
    playerOnRemoveCount = { "player", "item" },
    playerOnCombat = { "player", "target", "item", "damage" },
    playerOnInventoryUpdate = { "player", "item", "slot", "boolean" },
    playerOnRotateItem = { "player", "item", "position" },
    playerOnWalk = { "player", "number" },
    playerOnThink = { "player", "interval" },
    monsterOnDropLoot = { "monster", "corpse" },
    monsterPostDropLoot = { "monster", "corpse" },
    zoneBeforeCreatureEnter = { "zone", "creature" },
    zoneBeforeCreatureLeave = { "zone", "creature" },
    zoneAfterCreatureEnter = { "zone", "creature" },
    zoneAfterCreatureLeave = { "zone", "creature" },
    mapOnLoad = { "string" },
}

local BY_CLASS = { MonsterType = MONSTER, NpcType = NPC, Spell = SPELL, Weapon = WEAPON }
local NOTHING = {}
local THINK_OF_SERVER = { "interval" }

local takes = {}

--- What the callback of a record takes, first to last.
---@param record table
---@param kind string|nil of the place where it is registered, when the record names no event
---@return string[]
function takes.of(record, kind)
    local event = record.type or record.event or kind
    if record.class_name == "NpcCallback" and event == "onSay" then
        return NPC.onSay
    elseif record.takes then
        return record.takes
    elseif record.class_name == "EventMethod" then
        return BY_NAME[record.name] or NOTHING
    elseif record.class_name == "GlobalEvent" and event == "onThink" then
        return THINK_OF_SERVER
    end
    local by_class = BY_CLASS[raw.tostring(record.class_name)]
    return by_class and by_class[event] or BY_NAME[event] or BY_NAME[record.name or ""] or NOTHING
end

return takes
