--- Types and parameters of conditions by name, and which kind a type is of. The servers number them differently.

local context = ...
local raw = context.raw
local sub = raw.string.sub

-- Kind of each type, by name without CONDITION_; some types exist on one server only.
local KINDS = {
    POISON = "damage",
    FIRE = "damage",
    ENERGY = "damage",
    DROWN = "damage",
    FREEZING = "damage",
    DAZZLED = "damage",
    CURSED = "damage",
    BLEEDING = "damage",
    HASTE = "speed",
    PARALYZE = "speed",
    INVISIBLE = "invisible",
    OUTFIT = "outfit",
    LIGHT = "light",
    REGENERATION = "regeneration",
    SOUL = "soul",
    ATTRIBUTES = "attributes",
    LESSERHEX = "attributes",
    INTENSEHEX = "attributes",
    GREATERHEX = "attributes",
    MENTOROTHER = "attributes",
    SPELLCOOLDOWN = "spell_cooldown",
    SPELLGROUPCOOLDOWN = "group_cooldown",
    INFIGHT = "generic",
    MUTED = "generic",
    CHANNELMUTEDTICKS = "generic",
    YELLTICKS = "generic",
    PACIFIED = "generic",
    EXHAUST_COMBAT = "generic",
    EXHAUST_HEAL = "generic",
}
local CANARY = {
    MANASHIELD = "mana_shield",
    FEARED = "feared",
    SERENE = "serene",
    ROOTED = "generic",
    DRUNK = "generic",
    EXHAUST = "generic",
    POWERLESS = "generic",
    BAKRAGORE = "generic",
    GOSHNARTAINT = "generic",
}
local TFS = {
    MANASHIELD = "generic",
    EXHAUST_WEAPON = "generic",
    ROOT = "generic",
    DRUNK = "drunk",
    MANASHIELD_BREAKABLE = "mana_shield",
}

-- Bits of TFS (const.h names them ICON_*); scripts know them by getIcons alone.
local ICONS = {
    "Poison", "Burn", "Energy", "Drunk", "ManaShield", "Paralyze", "Haste", "Swords", "Drowning", "Freezing",
    "Dazzled", "Cursed", "PartyBuff", "RedSwords", "Pigeon", "Bleeding", "LesserHex", "IntenseHex",
    "GreaterHex", "Rooted", "Feared", "GoshnarTaint1", "GoshnarTaint2", "GoshnarTaint3", "GoshnarTaint4",
    "GoshnarTaint5", "NewManaShield", "Agony", "Powerless", "MentorOther",
}

return function(server, conditions)
    --- A time that is never reached.
    conditions.NEVER = 9223372036854775807
    --- Milliseconds between two thinks of a creature.
    conditions.INTERVAL = 1000

    --- CONDITION_PARAM_* by number to its name.
    conditions.params = {}
    --- Types by name to number, and by number to name.
    conditions.types, conditions.names = {}, {}
    --- Icons by name: a bit each.
    conditions.ICONS = {}
    --- Icons by name: their number.
    conditions.ICON_NUMBERS = {}

    for at = 1, #ICONS do
        conditions.ICONS[ICONS[at]] = 2 ^ (at - 1)
        conditions.ICON_NUMBERS[ICONS[at]] = at - 1
    end

    local own = server.tfs and TFS or CANARY
    local kind_names = {}
    for name, value in raw.pairs(server.parts.enums.all) do
        if sub(name, 1, 16) == "CONDITION_PARAM_" then
            conditions.params[value] = sub(name, 17)
        elseif sub(name, 1, 10) == "CONDITION_" then
            local short = sub(name, 11)
            conditions.types[short] = value
            if short ~= "NONE" and short ~= "COUNT" then
                conditions.names[value] = short
                kind_names[value] = own[short] or KINDS[short]
            end
        end
    end

    --- The kind of a type of condition; nil when none can be made of it.
    ---@param type number
    function conditions.kind_of(type)
        return conditions.kinds[kind_names[type]]
    end

    --- Whether a condition of a type may be asked to stay for ever.
    function conditions.keeps_always(type)
        return type == conditions.types.BAKRAGORE
    end

    --- What kind of damage a type of condition does (COMBAT_*).
    conditions.damage_types = {}
    --- What type of condition goes with a kind of damage.
    conditions.of_damage = {}
    local enum = server.parts.enums.get
    for name, damage in raw.pairs({
        FIRE = "COMBAT_FIREDAMAGE",
        ENERGY = "COMBAT_ENERGYDAMAGE",
        BLEEDING = "COMBAT_PHYSICALDAMAGE",
        DROWN = "COMBAT_DROWNDAMAGE",
        POISON = "COMBAT_EARTHDAMAGE",
        FREEZING = "COMBAT_ICEDAMAGE",
        DAZZLED = "COMBAT_HOLYDAMAGE",
        CURSED = "COMBAT_DEATHDAMAGE",
    }) do
        local type, combat = conditions.types[name], enum(damage)
        if type and combat then
            conditions.damage_types[type], conditions.of_damage[combat] = combat, type
        end
    end
end
