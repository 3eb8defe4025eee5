--- Mounts the Canary realm into a room: the scripts of one server, which share globals, and the world they act in.

local context = ...
local raw = context.raw
local make_server = context.use("canary/server")

-- In this order: a part may use at once what those before it offer, and later what any offers.
local PARTS = {
    "report",
    "globals",
    "enums",
    "config",
    "scheduler",
    "random",
    "storage",
    "network",
    "item_types",
    "items",
    "map",
    "vocations",
    "conditions",
    "combat",
    "creatures",
    "monsters",
    "npcs",
    "players",
    "parties",
    "houses",
    "spells",
    "events",
    "game",
    "trade",
    "scripts",
    "clients",
}

return function(room, options)
    -- A world with hundreds of players runs more code than LuaJIT has room for by itself: it would throw all of it away
    -- and begin anew, again and again.
    raw.jit.opt.start("maxtrace=8000", "maxmcode=32768")
    local server = make_server(room, options.settings)
    for _, part in raw.ipairs(PARTS) do
        server.parts[part] = context.use("canary/" .. part)(server) or true
    end
    --- What parts offer to each other: names by part.
    function server.controls.offered()
        local names = {}
        for _, part in raw.ipairs(PARTS) do
            names[part] = {}
            for name in raw.pairs(raw.type(server.parts[part]) == "table" and server.parts[part] or {}) do
                raw.table.insert(names[part], name)
            end
        end
        return names
    end

    --- Lets go of everything, so that `collect` can free it bit by bit: a large state takes long to close.
    function server.controls.abandon()
        local collect = server.controls.collect
        -- An object with a finalizer is kept for it with all that it leads to, and that is marked at once.
        for _, metatable in raw.pairs(server.userdata.metatables) do
            metatable.__gc = nil
        end
        -- Scripts have put functions into Lua's own tables, of which texts hold one for ever.
        for _, place in raw.ipairs({ server.parts, room.env.string, server.env, server }) do
            for name in raw.pairs(place) do
                place[name] = nil
            end
        end
        server.controls = { collect = collect }
        context.forget("canary")
        -- Machine code knows the objects that it was made for.
        raw.jit.flush()
    end

    -- The collection that is under way does not see all that was let go of, and what has a finalizer goes one later.
    local cycles = 4

    --- Frees what nobody holds, for some milliseconds.
    ---@param ms number
    ---@return boolean whether all of it is free
    function server.controls.collect(ms)
        local ends = raw.os.clock() + ms / 1000
        while cycles > 0 and raw.os.clock() < ends do
            if raw.collectgarbage("step", 16) then
                cycles = cycles - 1
            end
        end
        return cycles == 0
    end

    return room.keep(function(control, ...)
        local fn = server.controls[control]
        if not fn then
            raw.error("the server has no control " .. raw.tostring(control), 0)
        end
        return fn(...)
    end)
end
