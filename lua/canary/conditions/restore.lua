--- Conditions that give health, mana and soul points back, bit by bit.

local context = ...
local raw = context.raw

-- Canary: days of daily rewards in a row from which resting in a protection zone heals, and heals twice as fast.
local REST_HEALTH, REST_MANA, REST_DOUBLE_HEALTH, REST_DOUBLE_MANA = 2, 3, 5, 6

return function(server, conditions)
    local tfs, base = server.tfs, conditions.base
    local PROTECTION = server.parts.enums.get("ZONE_PROTECTION")
    local enum = server.parts.enums.get
    local HEALED, HEALED_OTHERS = enum("MESSAGE_HEALED"), enum("MESSAGE_HEALED_OTHERS")
    local HEALTH_COLOR = enum(tfs and "TEXTCOLOR_MAYABLUE" or "TEXTCOLOR_PASTELRED")
    local MANA_COLOR = enum("TEXTCOLOR_MAYABLUE")

    -- Told to the player and, in the third person, to those who see.
    local function tell(player, own, others, value, color)
        local world = conditions.world
        local tile = player.tile
        world.text(player, HEALED, own, tile, value, color)
        for _, watcher in raw.ipairs(world.watchers(tile, false)) do
            if watcher ~= player then
                world.text(watcher, HEALED_OTHERS, player.name .. others, tile, value, color)
            end
        end
    end

    local function heal(condition, creature, gain)
        local world = conditions.world
        local before = creature.health
        world.change_health(creature, gain)
        local real = creature.health - before
        if condition.buff and real > 0 and creature.class_name == "Player" then
            local text = "healed for " .. real .. (real ~= 1 and " hitpoints." or " hitpoint.")
            tell(creature, "You were " .. text, " was " .. text, real, HEALTH_COLOR)
        end
    end

    local function refill(condition, creature, gain)
        local world = conditions.world
        if tfs and creature.class_name ~= "Player" then
            return
        end
        local before = creature.mana or 0
        world.change_mana(creature, gain)
        local real = (creature.mana or 0) - before
        if tfs and condition.buff and real > 0 then
            local text = "gained " .. real .. " mana."
            tell(creature, "You " .. text, " " .. text, real, MANA_COLOR)
        end
    end

    -- How long until the next gain: spells of Canary are as fast as the configuration makes them.
    local function wait(condition, creature, ticks)
        if not tfs and condition.buff and creature.class_name == "Player" then
            local rate = server.parts.config.number("RATE_SPELL_COOLDOWN")
            return rate > 0 and ticks / rate or ticks
        end
        return ticks
    end

    conditions.kind("regeneration", {
        made = function(condition)
            condition.health_ticks, condition.mana_ticks = 1000, 1000
            condition.health_gain, condition.mana_gain = 0, 0
            condition.health_time, condition.mana_time = 0, 0
        end,
        start = function(condition, creature)
            base.start(condition)
            return true
        end,
        finish = function(_, creature)
        end,
        merge = function(condition, creature, added)
            if base.replaces(condition, added) then
                conditions.set_ticks(condition, added.ticks)
                condition.health_ticks, condition.mana_ticks = added.health_ticks, added.mana_ticks
                condition.health_gain, condition.mana_gain = added.health_gain, added.mana_gain
            end
        end,
        execute = function(condition, creature, interval)
            condition.health_time = condition.health_time + interval
            condition.mana_time = condition.mana_time + interval
            local resting = conditions.world.zone(creature) == PROTECTION
            local streak = resting and not tfs and creature.class_name == "Player"
                and conditions.world.reward_streak(creature) or 0
            if (not resting or streak >= REST_HEALTH)
                and condition.health_time >= wait(condition, creature, condition.health_ticks) then
                condition.health_time = 0
                local twice = resting and streak >= REST_DOUBLE_HEALTH
                heal(condition, creature, condition.health_gain * (twice and 2 or 1))
            end
            if (not resting or streak >= REST_MANA)
                and condition.mana_time >= wait(condition, creature, condition.mana_ticks) then
                condition.mana_time = 0
                local twice = resting and streak >= REST_DOUBLE_MANA
                refill(condition, creature, condition.mana_gain * (twice and 2 or 1))
            end
            return base.execute(condition, creature, interval)
        end,
        set_param = function(condition, name, value)
            local known = base.set_param(condition, name, value)
            local unsigned = value % 4294967296
            if name == "HEALTHGAIN" then
                condition.health_gain = unsigned
            elseif name == "HEALTHTICKS" then
                condition.health_ticks = unsigned
            elseif name == "MANAGAIN" then
                condition.mana_gain = unsigned
            elseif name == "MANATICKS" then
                condition.mana_ticks = unsigned
            else
                return known
            end
            return true
        end,
        get_param = function(condition, name)
            if name == "HEALTHGAIN" then
                return condition.health_gain
            elseif name == "HEALTHTICKS" then
                return condition.health_ticks
            elseif name == "MANAGAIN" then
                return condition.mana_gain
            elseif name == "MANATICKS" then
                return condition.mana_ticks
            end
            return base.get_param(condition, name)
        end,
        icons = conditions.kinds.generic.icons,
    })

    conditions.kind("soul", {
        made = function(condition)
            condition.soul_ticks, condition.soul_gain, condition.soul_time = 0, 0, 0
        end,
        merge = function(condition, _, added)
            if base.replaces(condition, added) then
                conditions.set_ticks(condition, added.ticks)
                condition.soul_ticks, condition.soul_gain = added.soul_ticks, added.soul_gain
            end
        end,
        execute = function(condition, creature, interval)
            condition.soul_time = condition.soul_time + interval
            if creature.class_name == "Player" and conditions.world.zone(creature) ~= PROTECTION
                and condition.soul_time >= condition.soul_ticks then
                condition.soul_time = 0
                conditions.world.change_soul(creature, condition.soul_gain)
            end
            return base.execute(condition, creature, interval)
        end,
        set_param = function(condition, name, value)
            local known = base.set_param(condition, name, value)
            if name == "SOULGAIN" then
                condition.soul_gain = value % 4294967296
            elseif name == "SOULTICKS" then
                condition.soul_ticks = value % 4294967296
            else
                return known
            end
            return true
        end,
        get_param = function(condition, name)
            if name == "SOULGAIN" then
                return condition.soul_gain
            elseif name == "SOULTICKS" then
                return condition.soul_ticks
            end
            return base.get_param(condition, name)
        end,
        icons = conditions.kinds.generic.icons,
    })
end
