--- Damage over time: a list of hits, one after another, or the same hit at intervals for as long as it lasts.

local context = ...
local raw = context.raw
local abs, ceil, floor, max = raw.math.abs, raw.math.ceil, raw.math.floor, raw.math.max

-- What the icons of the types are called.
local ICONS = {
    FIRE = "Burn",
    ENERGY = "Energy",
    DROWN = "Drowning",
    POISON = "Poison",
    FREEZING = "Freezing",
    DAZZLED = "Dazzled",
    CURSED = "Cursed",
    BLEEDING = "Bleeding",
}

local function round(value)
    return value < 0 and -floor(-value + 0.5) or floor(value + 0.5)
end

return function(server, conditions)
    local tfs, base, world = server.tfs, conditions.base, nil
    local POFF = server.parts.enums.get("CONST_ME_POFF")
    local ORIGIN_CONDITION = server.parts.enums.get("ORIGIN_CONDITION")

    local function empty(condition)
        return condition.first > condition.last
    end

    local function take_first(condition)
        condition.damages[condition.first] = nil
        condition.first = condition.first + 1
    end

    local function clear(condition)
        condition.damages, condition.first, condition.last = {}, 1, 0
    end

    --- How much a condition does in all.
    ---@param condition table
    function conditions.total_damage(condition)
        if empty(condition) then
            local span = condition.max_damage - condition.min_damage
            return abs(condition.min_damage + (span < 0 and -floor(-span / 2) or floor(span / 2)))
        end
        local sum = 0
        for at = condition.first, condition.last do
            sum = sum + condition.damages[at].value
        end
        return abs(sum)
    end

    local set_param

    --- Adds hits of some value, so many milliseconds apart; -1 rounds: for ever.
    ---@param condition table
    ---@param rounds number
    ---@param time number
    ---@param value number negative for damage
    function conditions.add_damage(condition, rounds, time, value)
        time = max(time, conditions.INTERVAL)
        if rounds == -1 then
            condition.period_damage = value
            set_param(condition, "TICKINTERVAL", time)
            set_param(condition, "TICKS", -1)
            return true
        elseif condition.period_damage > 0 then
            return false
        end
        local list = condition.damages
        for _ = 1, rounds do
            condition.last = condition.last + 1
            list[condition.last] = { interval = time, left = time, value = value }
            if condition.ticks ~= -1 then
                conditions.set_ticks(condition, condition.ticks + time)
            end
        end
        return true
    end

    --- Hits that begin with `start` and grow less by one until all together they come to the amount.
    ---@param amount number
    ---@param start number
    ---@return number[]
    function conditions.falling(amount, start)
        local list, sum = {}, 0
        amount = abs(amount)
        for value = start, 1, -1 do
            local so_far = floor((start + 1 - value) * amount / start)
            local again
            repeat
                sum = sum + value
                list[#list + 1] = value
                again = abs(1 - (sum + value) / so_far) < abs(1 - sum / so_far)
            until not again
        end
        return list
    end

    -- Makes the list of hits where only an amount was told.
    local function prepare(condition)
        if condition.period_damage ~= 0 or not empty(condition) then
            return true
        end
        clear(condition)
        conditions.set_ticks(condition, 0)
        local amount = server.parts.random.uniform(condition.min_damage, condition.max_damage)
        if amount ~= 0 then
            if condition.start_damage > condition.max_damage then
                condition.start_damage = condition.max_damage
            elseif condition.start_damage == 0 then
                condition.start_damage = max(1, ceil(amount / 20))
            end
            local list = conditions.falling(amount, condition.start_damage)
            for at = 1, #list do
                conditions.add_damage(condition, 1, condition.tick_interval, -list[at])
            end
        end
        return not empty(condition)
    end

    local function hit(condition, creature, value, first)
        world = conditions.world
        local attacker = condition.owner ~= 0 and world.owner(condition.owner) or nil
        if tfs then
            if world.suppressed(creature, condition.type) or world.immune_to_condition(creature, condition.type) then
                return false
            end
        elseif world.suppressed(creature, condition.type, attacker ~= nil and attacker.class_name == "Player") then
            return true
        end
        local by_player = attacker and attacker.class_name == "Player"
        if condition.field and creature.class_name == "Player" and by_player then
            value = round(value / 2)
        end
        return world.condition_damage(creature, attacker, value, conditions.damage_types[condition.type], {
            field = condition.field or false,
            first = first,
            origin = ORIGIN_CONDITION,
            effect = POFF,
            sound = condition.tick_sound,
        })
    end

    local function next_hit(condition)
        if condition.period_damage ~= 0 then
            return condition.period_damage
        elseif not empty(condition) then
            local value = condition.damages[condition.first].value
            if condition.ticks ~= -1 then
                take_first(condition)
            end
            return value
        end
    end

    -- Standing in the field that it came from, a condition doesn't run out.
    local function runs_out(condition, creature)
        local runs = condition.ticks ~= -1
        local field = conditions.world.field_type(creature)
        if field then
            return field ~= conditions.damage_types[condition.type]
        end
        return runs
    end

    set_param = function(condition, name, value)
        local known = base.set_param(condition, name, value)
        if name == "OWNER" then
            condition.owner = value % 4294967296
            return true
        elseif name == "FORCEUPDATE" then
            condition.force_update = value ~= 0
            return true
        elseif name == "DELAYED" then
            condition.delayed = value ~= 0
            return true
        elseif name == "MAXVALUE" then
            condition.max_damage = abs(value)
        elseif name == "MINVALUE" then
            condition.min_damage = abs(value)
        elseif name == "STARTVALUE" then
            condition.start_damage = abs(value)
        elseif name == "TICKINTERVAL" then
            condition.tick_interval = abs(value)
        elseif name == "PERIODICDAMAGE" then
            condition.period_damage = value
        elseif name == "FIELD" then
            condition.field = value ~= 0
        elseif tfs then
            return false
        end
        return known
    end

    local TOLD = {
        OWNER = "owner",
        MAXVALUE = "max_damage",
        MINVALUE = "min_damage",
        STARTVALUE = "start_damage",
        TICKINTERVAL = "tick_interval",
        PERIODICDAMAGE = "period_damage",
    }
    local FLAGS = { FORCEUPDATE = "force_update", DELAYED = "delayed", FIELD = "field" }

    conditions.kind("damage", {
        made = function(condition)
            clear(condition)
            condition.max_damage, condition.min_damage, condition.start_damage = 0, 0, 0
            condition.period_damage, condition.period_time, condition.tick_interval = 0, 0, 2000
            condition.initial_damage = 0
        end,
        start = function(condition, creature)
            base.start(condition)
            if tfs then
                if not condition.delayed and not hit(condition, creature, condition.initial_damage, true) then
                    return false
                end
                return prepare(condition)
            elseif not prepare(condition) then
                return false
            end
            if not condition.delayed then
                local value = next_hit(condition)
                if value then
                    return hit(condition, creature, value, true)
                end
            end
            return true
        end,
        execute = function(condition, creature, interval)
            if condition.period_damage ~= 0 then
                condition.period_time = condition.period_time + interval
                if condition.period_time >= condition.tick_interval then
                    condition.period_time = 0
                    hit(condition, creature, condition.period_damage)
                end
            elseif not empty(condition) then
                local entry = condition.damages[condition.first]
                local remove = runs_out(condition, creature)
                entry.left = entry.left - interval
                if entry.left <= 0 then
                    if remove then
                        take_first(condition)
                    else
                        entry.left = entry.interval
                    end
                    hit(condition, creature, entry.value)
                end
                if not remove then
                    if condition.ticks > 0 then
                        condition.end_time = condition.end_time + interval
                    end
                    interval = 0
                end
            end
            return base.execute(condition, creature, interval)
        end,
        merge = function(condition, creature, added)
            if added.type ~= condition.type then
                return
            elseif not added.force_update then
                if condition.ticks == -1 and added.ticks > 0 then
                    return
                elseif conditions.total_damage(added) <= conditions.total_damage(condition) then
                    return
                end
            end
            conditions.set_ticks(condition, added.ticks)
            condition.owner = added.owner
            condition.max_damage, condition.min_damage = added.max_damage, added.min_damage
            condition.start_damage, condition.tick_interval = added.start_damage, added.tick_interval
            condition.period_damage = added.period_damage
            local left = condition.tick_interval
            if not empty(condition) then
                left = condition.damages[condition.first].left
            end
            condition.damages, condition.first = conditions.clone(added).damages, added.first
            condition.last = added.last
            if not prepare(condition) then
                return
            end
            if not empty(condition) then
                condition.damages[condition.first].left = left
            end
            if not condition.delayed then
                local value = next_hit(condition)
                if value then
                    hit(condition, creature, value, true)
                end
            end
        end,
        set_param = set_param,
        get_param = function(condition, name)
            if TOLD[name] then
                return condition[TOLD[name]]
            elseif FLAGS[name] then
                return condition[FLAGS[name]] and 1 or 0
            end
            return base.get_param(condition, name)
        end,
        icons = function(condition, list)
            list[#list + 1] = ICONS[conditions.names[condition.type]]
        end,
    })
end
