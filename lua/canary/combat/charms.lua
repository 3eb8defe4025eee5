--- Charms in fights (Canary): what a player does to the kinds of monsters that its charms are set on, and they to it.
---
--- As iobestiary.cpp has it, but for one thing: there the first Carnage of anybody raises what the element charms of
--- all can do until the server ends; here they stay at twice the level.

local context = ...
local raw = context.raw
local IDS = context.use("canary/monsters/charm_ids")
local ceil, ipairs, lower, min = raw.math.ceil, raw.ipairs, raw.string.lower, raw.math.min

-- How much at most: so many times the level, of a Carnage, and a share of the target's health.
local LEVELS, CARNAGE_LEVELS, HEALTH_SHARE = 2, 6, 0.08
local CONDITION_MS, CLEANSED_MS, HELD_MS = 10000, 11000, 30000
local BESIDE = { { -1, 0 }, { 1, 0 }, { 0, -1 }, { 0, 1 } }
-- Conditions that Cleanse ends, and how the player is told that they are over.
local CLEANSED = {
    POISON = "poisoned", FIRE = "burning", ENERGY = "electrified", FREEZING = "freezing", CURSED = "cursed",
    DAZZLED = "dazzled", BLEEDING = "bleeding", PARALYZE = "paralyzed", ROOTED = "rooted", FEARED = "feared",
}
local ELEMENTS = { WOUND = true, ENFLAME = true, POISON = true, FREEZE = true, ZAP = true, CURSE = true, DIVINE = true }

return function(server, combat)
    if server.tfs then
        return
    end
    local parts, world, conditions = server.parts, combat.world, server.parts.conditions
    local enum = parts.enums.get
    local OFFENSIVE, DEFENSIVE = enum("CHARM_OFFENSIVE"), enum("CHARM_DEFENSIVE")
    local NEUTRAL, BLOOD = enum("COMBAT_NEUTRALDAMAGE"), enum("CONST_ME_DRAWBLOOD")
    local names = {}
    for name, id in raw.pairs(IDS) do
        names[id] = name
    end

    local function player_of(creature)
        return creature and creature.class_name == "Player" and creature or nil
    end
    local function monster_of(creature)
        return creature and creature.class_name == "Monster" and creature or nil
    end

    local function paced(type, a, b)
        local condition = conditions.make(enum("CONDITIONID_COMBAT"), type, CONDITION_MS, 0)
        conditions.set_formula(condition, a, b, a, b)
        return condition
    end

    -- What a charm does -----------------------------------------------------------------------------------------------

    local function strike(charm, player, target, type, value)
        local damage = combat.damage_of(type, value)
        damage.extension, damage.ex_string = true, ""
        if charm.log_message then
            damage.ex_string = "(" .. lower(charm.name) .. " charm)"
        end
        combat.target(player, target, damage, combat.params_of({
            type = type, effect = charm.effect, impact_sound = charm.impact_sound, cast_sound = charm.cast_sound,
        }))
    end

    local function carnage(charm, player, monster)
        local x, y, z = world.position(monster)
        local value = min(ceil(world.max_health(monster) * (charm.percent / 100)), player.level * CARNAGE_LEVELS)
        for _, step in ipairs(BESIDE) do
            local tile = parts.map.tile(x + step[1], y + step[2], z)
            if tile then
                parts.map.send_effect(tile.x, tile.y, tile.z, BLOOD)
                local top = parts.map.top_creature(tile)
                if monster_of(top) then
                    strike(charm, player, top, charm.damage_type, -value)
                end
            end
        end
    end

    local function attack(charm, name, player, target)
        local most, share = world.max_health(target), charm.percent / 100
        local value
        if ELEMENTS[name] then
            value = min(player.level * LEVELS, ceil(most * share))
        elseif name == "OVERPOWER" then
            value = min(ceil(most * HEALTH_SHARE), ceil(world.max_health(player) * share))
        elseif name == "OVERFLUX" then
            value = min(ceil(most * HEALTH_SHARE), ceil(parts.players.max_mana(player) * share))
        elseif name == "CRIPPLE" then
            conditions.add(target, paced(conditions.types.PARALYZE, -1, 0))
        end
        if value then
            strike(charm, player, target, charm.damage_type, -value)
        end
    end

    local function defend(charm, name, player, target, real)
        if name == "PARRY" then
            -- What was blocked is negative there: the server gives it back with its sign turned.
            strike(charm, player, target, NEUTRAL, -real)
        elseif name == "DODGE" then
            world.effect(target, charm.effect)
        elseif name == "ADRENALINE" then
            conditions.add(player, paced(conditions.types.HASTE, 2.5, 40))
        elseif name == "NUMB" then
            conditions.add(target, paced(conditions.types.PARALYZE, -1, 0))
        end
    end

    -- Does what a player's charm does to a monster.
    local function trigger(charm, player, target, real)
        local name = names[charm.id]
        if charm.type == OFFENSIVE then
            if name == "CARNAGE" then
                carnage(charm, player, target)
            else
                attack(charm, name, player, target)
            end
        elseif charm.type == DEFENSIVE then
            defend(charm, name, player, target, real)
        elseif name == "FATAL" then
            target.held_until = server.now + HELD_MS
        end
        if charm.cancel_message ~= "" then
            parts.players.cancel(player, charm.cancel_message)
        end
    end

    local function happens(player, charm)
        return parts.players.charm_chance(player, charm) >= parts.random.normal(1, 10000) / 100
    end

    -- Where fights ask for charms -------------------------------------------------------------------------------------

    --- A player's charms after a hit.
    function combat.charm_attack(player, target)
        if not player.used_charms or not monster_of(target) then
            return
        end
        local major, minor = parts.players.charms_against(player, target.type)
        for _, charm in ipairs({ major or false, minor or false }) do
            if charm then
                local modifier = names[charm.id] ~= "CRIPPLE" and player.charm_chance or 0
                local chance = combat.whole(parts.players.charm_chance(player, charm) + modifier)
                local drawn = parts.random.uniform(1, 100)
                if charm.type == OFFENSIVE and chance >= drawn then
                    trigger(charm, player, target)
                end
            end
        end
    end

    --- Parry, when a monster has hit a player.
    ---@param real number what is left of the hit, negative
    function combat.charm_parry(attacker, target, real)
        if not player_of(target) or not target.used_charms or not monster_of(attacker) then
            return
        end
        local major = parts.players.charms_against(target, attacker.type)
        if major and names[major.id] == "PARRY" and major.type == DEFENSIVE and happens(target, major) then
            trigger(major, target, attacker, real)
        end
    end

    local function defends(player, attacker, charm, real)
        if charm and names[charm.id] ~= "CLEANSE" and charm.type == DEFENSIVE and happens(player, charm) then
            trigger(charm, player, attacker, real)
            return names[charm.id] == "DODGE"
        end
        return false
    end

    --- A player's charms before a monster's blow takes health.
    ---@param real number
    ---@return boolean whether nothing comes of the blow
    function combat.charm_defence(attacker, target, real)
        if not player_of(target) or not target.used_charms or not monster_of(attacker) then
            return false
        end
        local major, minor = parts.players.charms_against(target, attacker.type)
        defends(target, attacker, minor, real)
        return defends(target, attacker, major, real)
    end

    --- The same before a monster takes mana.
    function combat.charm_mana_defence(attacker, target, change)
        if not player_of(target) or not target.used_charms or not monster_of(attacker) then
            return false
        end
        local major, minor = parts.players.charms_against(target, attacker.type)
        return defends(target, attacker, major, change) or defends(target, attacker, minor, change)
    end

    -- How much a charm that is set on a monster gives; nil for one that is not.
    local function set_on(player, monster, name)
        local charm = player.charms and parts.players.charm_on(player, name, monster.type)
        return charm and parts.players.charm_chance(player, charm), charm
    end

    --- What Vamp and Void add to a player's leech, in hundredths of a percent.
    ---@param name string VAMP or VOID
    function combat.charm_leech(player, target, name)
        return monster_of(target) and (set_on(player, target, name) or 0) * 100 or 0
    end

    --- Void Inversion: mana that a monster would take is given.
    ---@return boolean
    function combat.charm_inversion(attacker, target)
        local chance = player_of(target) and monster_of(attacker) and set_on(target, attacker, "VOIDINVERSION")
        return chance ~= nil and chance ~= false and (attacker.type.race_id or 0) ~= 0
            and chance > parts.random.normal(0, 100)
    end

    --- Fatal Hold: a monster that was hit doesn't flee for half a minute.
    function combat.charm_hold(player, target)
        local chance, charm = set_on(player, target, "FATAL")
        if chance and (target.type.race_id or 0) ~= 0 and chance > parts.random.normal(0, 100) then
            trigger(charm, player, target)
        end
    end

    --- Low Blow: whether it makes a hit critical that was not.
    ---@param chance number the player's own, in hundredths of a percent
    function combat.charm_low_blow(player, targets, chance)
        local id = player.charms and parts.players.charm_race(player, IDS.LOW) or 0
        local charm = id ~= 0 and parts.monsters.charm(IDS.LOW)
        if not charm then
            return nil
        end
        chance = combat.whole(chance + parts.players.charm_chance(player, charm) * 100)
        for _, target in ipairs(targets) do
            if monster_of(target) and target.type.race_id == id then
                local critical = chance ~= 0 and parts.random.uniform(1, 10000) <= chance
                return critical and id or nil
            end
        end
    end

    --- Savage Blow: what it adds to the damage of a critical hit, in hundredths of a percent.
    function combat.charm_savage_blow(player, target)
        local chance = monster_of(target) and (target.type.race_id or 0) ~= 0 and set_on(player, target, "SAVAGE")
        return chance and combat.whole(chance * 100) or 0
    end

    --- What a player is told of a critical hit behind it.
    function combat.charm_remark(player, target)
        if not player_of(player) or not player.charms or not monster_of(target) or (target.type.race_id or 0) == 0 then
            return ""
        elseif set_on(player, target, "LOW") then
            return " (low blow charm)"
        end
        return set_on(player, target, "SAVAGE") and " (savage blow charm)" or ""
    end

    --- Cleanse: ends one of a player's conditions before a monster brings another.
    ---@return boolean
    function combat.charm_cleanse(caster, target)
        if not player_of(target) or not target.charms or not monster_of(caster) then
            return false
        end
        local list = {}
        for _, condition in ipairs(target.conditions or {}) do
            if CLEANSED[conditions.names[condition.type]] then
                list[#list + 1] = condition.type
            end
        end
        local chance, charm = set_on(target, caster, "CLEANSE")
        if #list == 0 or not chance or (caster.type.race_id or 0) == 0
            or chance < parts.random.normal(0, 10000) / 100 then
            return false
        end
        local type = list[parts.random.uniform(0, #list - 1) + 1]
        conditions.remove_type(target, type)
        target.cleansed = target.cleansed or {}
        target.cleansed[type] = server.now + CLEANSED_MS
        if charm.cancel_message ~= "" then
            local text = "You are no longer " .. CLEANSED[conditions.names[type]] .. ". (cleanse charm)"
            parts.players.text(target, enum("MESSAGE_PARTY"), text)
        end
        return true
    end

    --- Whether Cleanse has ended a condition of this type so lately that it doesn't come back.
    function combat.is_cleansed(player, type)
        local till = player.cleansed and player.cleansed[type]
        return till ~= nil and server.now <= till
    end

    --- Carnage: a monster that a player has killed takes others along.
    function combat.charm_carnage(player, monster)
        local major = player.used_charms and parts.players.charms_against(player, monster.type)
        if major and names[major.id] == "CARNAGE" and happens(player, major) then
            trigger(major, player, monster)
        end
    end
end
