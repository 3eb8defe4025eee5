--- What all conditions have in common, and the plain kind that only lasts.

local context = ...
local raw = context.raw
local max = raw.math.max
local set = raw.table.insert

return function(server, conditions)
    local kinds, tfs = conditions.kinds, server.tfs

    --- Milliseconds since 1970 in the world.
    function conditions.time()
        return server.parts.scheduler.milliseconds()
    end
    local time = conditions.time

    --- Sets how long a condition lasts from now on.
    ---@param condition table
    ---@param ticks number
    function conditions.set_ticks(condition, ticks)
        condition.ticks = ticks
        condition.end_time = ticks + time()
    end
    local set_ticks = conditions.set_ticks

    local base = {}
    conditions.base = base

    function base.start(condition)
        if condition.ticks > 0 then
            condition.end_time = condition.ticks + time()
        end
        return true
    end

    --- Lets time pass; false when the condition is over.
    function base.execute(condition, creature, interval)
        if condition.ticks == -1 then
            return true
        end
        condition.ticks = max(0, condition.ticks - interval)
        if condition.end_time < time() then
            return false
        end
        if not tfs and condition.tick_sound ~= 0 then
            conditions.world.sound(creature, condition.tick_sound)
        end
        return true
    end

    --- Whether another condition of the type would replace this one.
    function base.replaces(condition, added)
        if condition.type ~= added.type then
            return false
        elseif condition.ticks == -1 and added.ticks > 0 then
            return false
        elseif added.ticks >= 0 and condition.end_time > time() + added.ticks then
            return false
        end
        return true
    end

    local SET = {
        TICKS = function(condition, value)
            condition.ticks = value
        end,
        BUFF_SPELL = function(condition, value)
            condition.buff = value ~= 0
        end,
        SUBID = function(condition, value)
            condition.sub_id = value % 4294967296
        end,
    }
    if tfs then
        function SET.AGGRESSIVE(condition, value)
            condition.aggressive = value ~= 0
        end
    else
        function SET.OWNER(condition, value)
            condition.owner = value % 4294967296
        end
        function SET.DRAIN_BODY(condition, value)
            condition.drain = value % 256
        end
        function SET.SOUND_TICK(condition, value)
            condition.tick_sound = value % 65536
        end
        function SET.SOUND_ADD(condition, value)
            condition.add_sound = value % 65536
        end
    end

    function base.set_param(condition, name, value)
        local setter = SET[name]
        if not setter then
            return false
        end
        setter(condition, value)
        return true
    end

    --- The value of a parameter; nil for one that the condition doesn't tell (TFS).
    function base.get_param(condition, name)
        if name == "TICKS" then
            return condition.ticks
        elseif name == "BUFF_SPELL" then
            return condition.buff and 1 or 0
        elseif name == "SUBID" then
            return condition.sub_id
        end
    end

    --- Whether a condition is saved with its player.
    ---@param condition table
    function conditions.is_persistent(condition)
        if condition.persistent then
            return true
        elseif condition.ticks == -1 then
            return false
        end
        return condition.id == -1 or condition.id == 0 or (tfs and condition.type == conditions.types.MUTED) or false
    end

    --- Whether a condition ends when its player dies.
    ---@param condition table
    function conditions.ends_with_death(condition)
        local types = conditions.types
        if tfs then
            return conditions.is_persistent(condition)
        elseif condition.persistent or condition.ticks == -1 then
            return false
        end
        local type = condition.type
        return type ~= types.SPELLCOOLDOWN and type ~= types.SPELLGROUPCOOLDOWN and type ~= types.MUTED
            and type ~= types.GOSHNARTAINT
    end

    --- A kind that does as the base does where it says nothing of its own.
    ---@param name string
    ---@param own table
    function conditions.kind(name, own)
        for key, fn in raw.pairs(base) do
            if own[key] == nil then
                own[key] = fn
            end
        end
        own.name = name
        own.finish = own.finish or function() end
        kinds[name] = own
        return own
    end

    --- Takes over the time of another condition, and makes its noise; false when this one stays as it is.
    function conditions.renew(condition, creature, added)
        if not base.replaces(condition, added) then
            return false
        end
        set_ticks(condition, added.ticks)
        if not tfs and creature and condition.add_sound ~= 0 then
            conditions.world.sound(creature, condition.add_sound)
        end
        return true
    end

    local ICONS = {
        INFIGHT = "Swords",
        DRUNK = "Drunk",
        ROOTED = "Rooted",
        LESSERHEX = "LesserHex",
        INTENSEHEX = "IntenseHex",
        GREATERHEX = "GreaterHex",
        POWERLESS = "Powerless",
        MENTOROTHER = "MentorOther",
    }
    if tfs then
        ICONS = { INFIGHT = "Swords", MANASHIELD = "ManaShield", ROOT = "Rooted" }
    end

    conditions.kind("generic", {
        merge = conditions.renew,
        icons = function(condition, list)
            local name = conditions.names[condition.type]
            if ICONS[name] then
                set(list, ICONS[name])
            elseif name == "GOSHNARTAINT" and condition.sub_id >= 1 and condition.sub_id <= 5 then
                set(list, "GoshnarTaint" .. condition.sub_id)
            end
        end,
    })
end
