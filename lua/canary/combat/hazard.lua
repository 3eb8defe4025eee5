--- Canary's hazard system: what players dare in a place makes its monsters stronger, and their deaths worth more.

local context = ...
local raw = context.raw
local ceil, format, gsub, ipairs = raw.math.ceil, raw.string.format, raw.string.gsub, raw.ipairs
local min = raw.math.min

return function(server, combat)
    if server.tfs then
        return
    end
    local parts, world = server.parts, combat.world
    local enum, config = parts.enums.get, parts.config
    local HEALING, DODGE = enum("COMBAT_HEALING"), enum("CONST_ME_DODGE")
    local OTHERS, FAILURE = enum("MESSAGE_DAMAGE_OTHERS"), enum("MESSAGE_FAILURE")
    local HALF, WHOLE = 5000, 10000

    -- The least that anybody of the party has.
    local function points_of(player)
        local points, party = parts.players.hazard_points(player), player.party
        if party then
            for _, member in ipairs(party.members) do
                points = min(points, parts.players.hazard_points(member))
            end
            points = min(points, parts.players.hazard_points(party.leader))
        end
        return points
    end

    -- Adds so many hundredths of a percent to a damage, or takes them.
    local function change(damage, share, sign)
        for _, part in ipairs({ damage.primary, damage.secondary }) do
            part.value = part.value + sign * ceil(part.value * share / WHOLE)
        end
    end

    local function stage(points, multiplier)
        return points * config.number(multiplier) % 65536
    end

    local function received(player, monster, damage, points)
        local chance = parts.random.normal(1, WHOLE)
        local last = player.last_hazard_critical
        if monster.hazard_crit and not damage.critical and chance <= config.number("HAZARD_CRITICAL_CHANCE")
            and not (last and last + config.number("HAZARD_CRITICAL_INTERVAL") > server.now) then
            damage.critical, damage.extension, damage.ex_string = true, true, "(Hazard)"
            change(damage, HALF + stage(points - 1, "HAZARD_CRITICAL_MULTIPLIER"), 1)
            player.last_hazard_critical = server.now
        end
        local more = monster.hazard_damage and stage(points, "HAZARD_DAMAGE_MULTIPLIER") or 0
        if more ~= 0 then
            damage.extension, damage.ex_string = true, "(Hazard)"
            change(damage, more, 1)
        end
    end

    -- Whether the monster dodged it.
    local function dealt(monster, damage, points)
        if monster.hazard_dodge
            and parts.random.normal(1, WHOLE) <= stage(points, "HAZARD_DODGE_MULTIPLIER") then
            return true
        end
        local less = monster.hazard_defense and stage(points, "HAZARD_DEFENSE_MULTIPLIER") or 0
        if less ~= 0 then
            damage.ex_string = "(hazard -" .. raw.tostring(less / 100) .. "%)"
            change(damage, less, -1)
        end
        return false
    end

    local function tell_dodge(attacker, target, watchers)
        local who = gsub(target.name_description, "^%l", raw.string.upper) .. " has dodged"
        for _, watcher in ipairs(watchers) do
            if watcher.class_name == "Player" and watcher.tile and watcher.tile.z == target.tile.z then
                if watcher == attacker then
                    world.text(watcher, FAILURE, who .. " your attack.")
                    world.text(watcher, OTHERS, who .. " your attack. (Hazard)")
                else
                    world.text(watcher, OTHERS, format("%s an attack by %s. (Hazard)", who, attacker.name))
                end
            end
        end
        world.effect(target, DODGE)
    end

    --- Changes a damage between a player and a monster of a place of hazards.
    ---@param attacker table|nil
    ---@param target table
    ---@param damage table its values positive
    ---@param watchers table[]
    ---@return boolean whether nothing comes of it
    function combat.hazard(attacker, target, damage, watchers)
        local of_player = attacker and attacker.class_name == "Player"
        local player, monster = target, attacker
        if of_player then
            player, monster = attacker, target
        end
        if not monster or monster.class_name ~= "Monster" or player.class_name ~= "Player" then
            return false
        end
        if monster.hazard and damage.primary.value ~= 0 and damage.primary.type ~= HEALING
            and config.boolean("TOGGLE_HAZARDSYSTEM") then
            local points = points_of(player)
            if points == 0 then
                return false
            elseif not of_player then
                received(player, monster, damage, points)
            elseif dealt(monster, damage, points) then
                tell_dodge(attacker, target, watchers)
                return true
            end
        end
        return false
    end
end
