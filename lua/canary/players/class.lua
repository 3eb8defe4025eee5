--- Player: how scripts find one. Its methods are in the files beside.

local context = ...
local raw = context.raw
local lower, sub = raw.string.lower, raw.string.sub

local LONGEST_NAME = 30

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, tfs, env = server.userdata, server.tfs, server.env
    local KIND = tfs and 5 or 4
    local FIRST_ID, LAST_ID = 0x10000000, tfs and 0x20000000 or 0x50000000

    --- The player of a name, or of its beginning with a ~ behind it.
    ---@param name string
    ---@return table|nil player
    ---@return number|nil problem RETURNVALUE_*
    function players.by_wildcard(name)
        local not_online = env.RETURNVALUE_PLAYERWITHTHISNAMEISNOTONLINE
        if name == "" or #name > LONGEST_NAME then
            return nil, not_online
        end
        local creatures = server.parts.creatures
        if sub(name, -1) ~= "~" then
            local found = creatures.by_name(name)
            if found and found.class_name == "Player" then
                return found
            end
            return nil, not_online
        end
        local start, found = lower(sub(name, 1, -2)), nil
        for _, player in raw.ipairs(creatures.list("Player")) do
            if sub(lower(player.name), 1, #start) == start then
                if found then
                    return nil, env.RETURNVALUE_NAMEISTOOAMBIGUOUS
                end
                found = player
            end
        end
        if not found then
            return nil, not_online
        end
        return found
    end

    userdata.class("Player", "Creature", function(_, value)
        local kind = raw.type(value)
        local found
        if kind == "number" then
            local id = bind.u32(value, 2)
            if id >= FIRST_ID and id <= LAST_ID then
                found = server.parts.creatures.by_id(id)
            else
                found = players.by_guid(id)
            end
        elseif kind == "string" then
            local problem
            found, problem = players.by_wildcard(value)
            if not found then
                return nil, problem
            end
        elseif kind == "userdata" then
            found = userdata.get(value, "Player")
        end
        return userdata.push(found)
    end, KIND)
    userdata.metamethod("Player", "__eq")

    local PARTS = { "class_state", "class_progress", "class_things", "class_social", "class_outfits" }
    PARTS[#PARTS + 1] = tfs and "class_tfs" or "class_canary"
    if not tfs then
        PARTS[#PARTS + 1] = "class_hunting"
        PARTS[#PARTS + 1] = "class_charms"
        PARTS[#PARTS + 1] = "class_coins"
        PARTS[#PARTS + 1] = "class_wheel"
        PARTS[#PARTS + 1] = "class_fame"
        PARTS[#PARTS + 1] = "class_titles"
    end
    for at = 1, #PARTS do
        context.use("canary/players/" .. PARTS[at])(server, players, bind)
    end
end
