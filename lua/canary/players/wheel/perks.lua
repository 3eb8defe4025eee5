--- What the wheel of destiny does while its player fights: what depends on who is near and what is worn, avatars, and
--- the gift of life (Canary's player_wheel.cpp).
---
--- `wheel.major`: melee, shield, distance, critical, physical and holy (percent that monsters are weaker against),
--- mastery (critical), defense, damage. `wheel.magic`: levels by COMBAT_*. `wheel.timers` in milliseconds since 1970.

local context = ...
local raw = context.raw
local floor, ipairs, max, next = raw.math.floor, raw.ipairs, raw.math.max, raw.next

local LOOK_AGAIN, NEAR = 2000, 1
local BOLT, ARROW = 1, 2
local GIFT_KEY = 43200
-- By stage.
local GIFT_SECONDS, GIFT_PERCENT = { 108000, 72000, 36000 }, { 20, 25, 30 }
local MASTERY_CRITICAL, MASTERY_DEFENSE = { 400, 800, 1200 }, { 10, 20, 30 }
local EMPOWERED = { 8, 10, 12 }
local AVATAR_ABSORB, AVATAR_CRITICAL, CERTAIN = { 5, 10, 15 }, { 500, 1000, 1500 }, 10000
local AVATARS = { "Avatar of Light", "Avatar of Steel", "Avatar of Nature", "Avatar of Storm", "Avatar of Balance" }
local FOREGONE = {
    ["Battle Instinct"] = { "shield", "melee" },
    ["Ballistic Mastery"] = { "critical", "physical", "holy" },
}
-- What a gift of life takes off the pauses of spells.
local SHORTER = 60000

---@param server table
---@param players table
return function(server, players)
    if server.tfs then
        return
    end
    local parts = server.parts
    local enum = parts.enums.get
    local HOLY, HEALING = enum("COMBAT_HOLYDAMAGE"), enum("COMBAT_HEALING")
    local LEFT, TWO_HAND = enum("CONST_SLOT_LEFT"), enum("SLOTP_TWO_HAND") or 2048

    local function now()
        return parts.scheduler.milliseconds()
    end

    --- What was turned off brings nothing any more.
    function players.forget_perk(player, name)
        local wheel = player.wheel
        for _, key in ipairs(FOREGONE[name] or {}) do
            wheel.major[key] = nil
        end
        if name == "Focus Mastery" then
            wheel.timers.focus = nil
        end
    end

    --- What fights have brought for something of the wheel; 0 without it.
    ---@param name string of the perk
    ---@param key string of `major`
    function players.perk(player, name, key)
        local wheel = player.wheel
        if not wheel or not next(wheel.major) then
            return 0
        end
        return players.has_wheel(player, name) and wheel.major[key] or 0
    end

    local FIST, DISTANCE, SHIELD = enum("SKILL_FIST"), enum("SKILL_DISTANCE"), enum("SKILL_SHIELD")
    local CHANCE, DAMAGE = enum("SKILL_CRITICAL_HIT_CHANCE"), enum("SKILL_CRITICAL_HIT_DAMAGE")
    local LIFE, MANA = enum("SKILL_LIFE_LEECH_AMOUNT"), enum("SKILL_MANA_LEECH_AMOUNT")

    --- A skill with what the wheel adds to it.
    ---@param skill number SKILL_*
    ---@param level number without it
    function players.skill_of_wheel(player, skill, level)
        local function stat(name)
            return players.wheel_stat(player, name)
        end
        if skill == FIST then
            return level + stat("fist")
        elseif skill < DISTANCE then
            -- The melee of Battle Instinct is worked out, but nothing asks for it.
            return level + stat("melee")
        elseif skill == DISTANCE then
            return level + stat("distance") + players.perk(player, "Positional Tactics", "distance")
        elseif skill == SHIELD then
            return level + players.perk(player, "Battle Instinct", "shield")
        elseif skill == LIFE or skill == MANA then
            return level + stat(skill == LIFE and "life_leech" or "mana_leech")
        elseif skill == DAMAGE then
            return level + players.perk(player, "Combat Mastery", "mastery")
                + players.perk(player, "Ballistic Mastery", "critical") + players.avatar_critical(player)
        elseif skill == CHANCE and players.avatar_chance(player) > 0 then
            return players.avatar_chance(player)
        end
        return level
    end

    -- Looking around -----------------------------------------------------------------------------------------------

    local function monsters_near(player)
        local tile, count = player.tile, 0
        for x = tile.x - NEAR, tile.x + NEAR do
            for y = tile.y - NEAR, tile.y + NEAR do
                local other = parts.map.tile(x, y, tile.z)
                for _, creature in ipairs(other and other.creatures or {}) do
                    local mine = creature.master and creature.master.class_name == "Player"
                    count = count + (creature.class_name == "Monster" and not mine and 1 or 0)
                end
            end
        end
        return count
    end

    local checks = {}

    checks["Battle Instinct"] = function(player, major)
        local more = max(0, monsters_near(player) - 4)
        major.melee, major.shield = more, 6 * more
    end

    checks["Positional Tactics"] = function(player, major, wheel)
        local alone = monsters_near(player) == 0
        major.distance = alone and 3 or 0
        wheel.magic[HOLY], wheel.magic[HEALING] = alone and 0 or 3, alone and 0 or 3
    end

    checks["Ballistic Mastery"] = function(player, major)
        local weapon = player.inventory[LEFT]
        local ammo = weapon and weapon.type.ammo_type
        major.critical = ammo == BOLT and 1000 or 0
        major.physical, major.holy = ammo == ARROW and 2 or 0, ammo == ARROW and 2 or 0
    end

    checks["Combat Mastery"] = function(player, major)
        local stage, weapon = players.wheel_stage(player, "Combat Mastery"), parts.combat.weapon(player)
        local two_hands = weapon and raw.bit.band(weapon.type.slot_position or 0, TWO_HAND) ~= 0
        major.mastery = two_hands and MASTERY_CRITICAL[stage] or 0
        major.defense = two_hands and 0 or MASTERY_DEFENSE[stage]
    end

    checks["Divine Empowerment"] = function(player, major)
        local id, owned = enum("ITEM_DIVINE_EMPOWERMENT"), false
        for _, item in ipairs(player.tile.items or {}) do
            owned = owned or item.id == id and parts.items.number(item, "owner") == player.guid
        end
        major.damage = owned and EMPOWERED[players.wheel_stage(player, "Divine Empowerment")] or 0
    end

    local ORDER =
        { "Battle Instinct", "Positional Tactics", "Ballistic Mastery", "Combat Mastery", "Divine Empowerment" }

    --- Looks at what is around a player, and what it wears.
    ---@param player table
    ---@param force boolean|nil looks even when it doesn't fight, or has just looked
    function players.think_of_wheel(player, force)
        local wheel = player.wheel
        if not wheel or not player.tile then
            return
        end
        local moment = now()
        local left = max(0, player.storage[GIFT_KEY] or 0)
        if left > 0 and (wheel.timers.gift or 0) <= moment then
            player.storage[GIFT_KEY] = left > 1 and left - 1 or nil
            wheel.timers.gift = moment + 1000
        end
        local conditions = parts.conditions
        local safe = parts.map.zone_type(player.tile) == enum("ZONE_PROTECTION")
        if safe or not conditions.has(player, conditions.types.INFIGHT) then
            wheel.major = {}
            if not force then
                return
            end
        end
        for _, name in ipairs(ORDER) do
            if players.has_wheel(player, name) and (force or (wheel.timers[name] or 0) < moment) then
                wheel.timers[name] = moment + LOOK_AGAIN
                checks[name](player, wheel.major, wheel)
            end
        end
    end

    -- Avatars ------------------------------------------------------------------------------------------------------

    local function avatar_stage(player)
        local wheel = player.wheel
        if not wheel or (wheel.timers.avatar or 0) <= now() then
            return 0
        end
        for _, name in ipairs(AVATARS) do
            if wheel.stages[name] then
                return wheel.stages[name]
            end
        end
        return 0
    end

    --- What an avatar adds to the damage of critical hits, in hundredths of a percent.
    function players.avatar_critical(player)
        return AVATAR_CRITICAL[avatar_stage(player)] or 0
    end

    --- The chance of critical hits that an avatar has; 0 without one.
    function players.avatar_chance(player)
        return avatar_stage(player) > 0 and CERTAIN or 0
    end

    --- What an avatar keeps off, in percent.
    function players.avatar_absorb(player)
        return AVATAR_ABSORB[avatar_stage(player)] or 0
    end

    -- Gift of life -------------------------------------------------------------------------------------------------

    --- A blow that would kill a player is survived, if it has the gift and the blow is not all too hard.
    ---@param player table
    ---@param damage number
    function players.gift_of_life(player, damage)
        local stage = players.wheel_stage(player, "Gift of Life")
        if stage == 0 or (player.storage[GIFT_KEY] or 0) > 0 or damage < player.health then
            return
        end
        local most = players.max_health(player)
        if floor((damage - player.health) * 100 / most) > GIFT_PERCENT[stage] then
            return
        end
        players.text(player, enum("MESSAGE_EVENT_ADVANCE"),
            "That was close! Fortunately, your were saved by the Gift of Life.")
        parts.combat.world.effect(player, enum("CONST_ME_WATER_DROP"))
        local healing = floor(most * GIFT_PERCENT[stage] / 100)
        parts.combat.change_health(player, player, parts.combat.damage_of(HEALING, healing))
        players.clear_cooldowns(player, SHORTER)
        player.storage[GIFT_KEY], player.storage_changed = GIFT_SECONDS[stage], true
        player.wheel.timers.gift = now() + 1000
    end

    --- A player who has challenged a monster is healed, if it has Battle Healing.
    function players.heal_by_battle(player)
        if players.has_wheel(player, "Battle Healing") then
            local percent = floor(player.health * 100 / players.max_health(player))
            local amount = players.skill_level(player, SHIELD) * 0.2 * (percent <= 30 and 3 or percent <= 60 and 2 or 1)
            parts.combat.change_health(player, player, parts.combat.damage_of(HEALING, floor(amount)))
        end
    end
end
