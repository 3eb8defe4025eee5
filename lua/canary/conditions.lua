--- Conditions: what a creature is in for a time. A condition is a record of one of some *kinds*, which differ in what
--- they do when they begin, at every think of the creature, and when they end.

local context = ...
local raw = context.raw

-- In this order: each adds kinds or functions, and may use what those before it added.
local PARTS = {
    "names",
    "base",
    "attributes",
    "restore",
    "damage",
    "speed",
    "appearance",
    "cooldowns",
    "states",
    "feared",
    "holder",
    "class",
}

return function(server)
    local conditions = {
        --- Kinds by name, each a table of functions: start, execute, finish, merge, set_param, get_param, icons, copy,
        --- write, read.
        kinds = {},
    }
    for at = 1, #PARTS do
        context.use("canary/conditions/" .. PARTS[at])(server, conditions)
    end

    local kind_of = conditions.kind_of
    local COPIED = {
        "damages",
        "skills",
        "skills_percent",
        "stats",
        "stats_percent",
        "special",
        "buffs",
        "buffs_percent",
        "absorbs",
        "absorbs_percent",
        "increases",
        "increases_percent",
        "outfit",
    }

    --- Makes a condition; nil for a type that there is none of.
    ---@param id number CONDITIONID_*
    ---@param type number CONDITION_*
    ---@param ticks number milliseconds, -1 for ever
    ---@param param number|nil speed, light or drunkenness
    ---@param buff boolean|nil
    ---@param sub_id number|nil
    ---@param extra boolean|nil Canary: whether it is kept always; TFS: whether it is aggressive
    ---@return table|nil condition
    function conditions.make(id, type, ticks, param, buff, sub_id, extra)
        local kind = kind_of(type)
        if not kind then
            return nil
        end
        if kind == conditions.kinds.damage then
            ticks = 0
        end
        local condition = {
            class_name = "Condition",
            kind = kind,
            type = type,
            id = id,
            sub_id = sub_id or 0,
            ticks = ticks or 0,
            end_time = ticks == -1 and conditions.NEVER or 0,
            buff = buff or false,
            owner = 0,
        }
        if server.tfs then
            condition.aggressive = extra or false
        else
            condition.persistent = extra and conditions.keeps_always(type) or false
            condition.tick_sound, condition.add_sound, condition.drain = 0, 0, 0
        end
        if kind.made then
            kind.made(condition, param or 0)
        end
        return condition
    end

    --- A condition of its own that is like another.
    ---@param condition table
    ---@return table
    function conditions.clone(condition)
        local copy = {}
        for key, value in raw.pairs(condition) do
            copy[key] = value
        end
        for at = 1, #COPIED do
            local list = copy[COPIED[at]]
            if list then
                local new = {}
                for key, value in raw.pairs(list) do
                    new[key] = value
                end
                copy[COPIED[at]] = new
            end
        end
        if copy.damages then
            -- Each has a time of its own that runs down.
            for at = copy.first, copy.last do
                local entry = copy.damages[at]
                copy.damages[at] = { interval = entry.interval, left = entry.left, value = entry.value }
            end
        end
        return copy
    end

    --- Sets a parameter (CONDITION_PARAM_*).
    ---@param condition table
    ---@param param number
    ---@param value number
    ---@return boolean whether the condition knows it
    function conditions.set_param(condition, param, value)
        return condition.kind.set_param(condition, conditions.params[param], value)
    end

    --- Says who brought a condition.
    ---@param condition table
    ---@param id number of a creature
    function conditions.set_owner(condition, id)
        condition.owner = id
    end

    --- What a client is shown while the condition lasts: names on Canary, a mask on TFS.
    ---@param condition table
    ---@return table|number
    function conditions.icons(condition)
        local list = {}
        if condition.buff then
            list[1] = "PartyBuff"
        end
        if condition.kind.icons then
            condition.kind.icons(condition, list)
        end
        if not server.tfs then
            return list
        end
        local mask = 0
        for at = 1, #list do
            mask = mask + conditions.ICONS[list[at]]
        end
        return mask
    end

    return conditions
end
