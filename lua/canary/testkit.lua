--- What tests of scripts use: a world of a few lines, players with hands, and what they were told. For tests in Lua it
--- is the table `server`, beside `describe`, `it` and `expect`; for those in Python the controls `kit_…`. The control
--- `mount` brings it in.

local context = ...
local raw = context.raw
local make_testing = context.use("testing/describe")
local format, ipairs, pairs, type = raw.string.format, raw.ipairs, raw.pairs, raw.type

local HOUR = 3600000

return function(server)
    local env, userdata = server.env, server.userdata
    local kit = {}

    -- Who and where --------------------------------------------------------------------------------------------------

    -- A creature by what scripts hold, its name or its id.
    local function creature_of(who)
        local creatures = server.parts.creatures
        local record = userdata.record(who)
        if not record and type(who) == "string" then
            record = creatures.by_name(who)
        elseif not record and type(who) == "number" then
            record = creatures.by_id(who)
        end
        if not record or record.removed then
            raw.error("there is no " .. raw.tostring(who) .. " in the world", 3)
        end
        return record
    end

    local function player_of(who)
        local record = creature_of(who)
        if record.class_name ~= "Player" then
            raw.error(raw.tostring(who) .. " is no player", 3)
        end
        return record
    end

    -- { x, y, z } of a position, a list of three, or where a creature or item is.
    local function place_of(where)
        local record = userdata.record(where)
        if record then
            local x, y, z = server.parts.map.position_of(record)
            return { x = x, y = y, z = z }
        elseif type(where) == "table" then
            return { x = where.x or where[1], y = where.y or where[2], z = where.z or where[3] or 7 }
        end
        raw.error("no place: " .. raw.tostring(where), 3)
    end

    kit.creature_of, kit.player_of, kit.place_of = creature_of, player_of, place_of

    context.use("canary/testkit/world")(server, kit)
    context.use("canary/testkit/hands")(server, kit)

    --- Loads a script: by its path in the checkout, or beside the test.
    function kit.load(script)
        server.host("kit.load", script)
    end

    -- Time and what is seen ------------------------------------------------------------------------------------------

    function kit.advance(ms)
        server.controls.advance(ms)
    end

    function kit.hours(count)
        kit.advance(count * HOUR)
    end

    --- What a player was told, in order: messages of any kind, or the texts of one.
    ---@param who any
    ---@param kind string|nil "text", "say", "effect", …
    function kit.messages(who, kind)
        local list = {}
        for _, message in ipairs((server.parts.clients.told(player_of(who)))) do
            if not kind or message.kind == kind then
                list[#list + 1] = message
            end
        end
        return list
    end

    --- The texts that a player was told: messages of the server, and what others said.
    function kit.told(who)
        local texts = {}
        for _, message in ipairs(kit.messages(who)) do
            if message.kind == "text" or message.kind == "say" then
                texts[#texts + 1] = message.text
            end
        end
        return texts
    end

    --- Forgets what a player was told so far.
    function kit.forget(who)
        server.parts.clients.forget(player_of(who))
    end

    --- The effects that a player saw: { effect, x, y, z } each.
    function kit.effects(who)
        return kit.messages(who, "effect")
    end

    --- Ids of what lies on a tile, the ground first.
    function kit.items(at)
        local place = place_of(at)
        local tile = server.parts.map.tile(place.x, place.y, place.z)
        local ids = {}
        if tile then
            ids[1] = tile.ground and tile.ground.id or nil
            for _, item in ipairs(tile.items or {}) do
                ids[#ids + 1] = item.id
            end
        end
        return ids
    end

    context.use("canary/testkit/controls")(server, kit)
    for name, value in pairs(make_testing(server.controls, function(value)
        local record = userdata.record(value)
        return record and format("<%s %s>", record.class_name, raw.tostring(record.name or record.id or "")) or nil
    end)) do
        env[name] = value
    end
    env.server = kit
    return kit
end
