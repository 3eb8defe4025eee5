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
    local server = make_server(room, options.settings)
    for _, part in raw.ipairs(PARTS) do
        server.parts[part] = context.use("canary/" .. part)(server) or true
    end
    return room.keep(function(control, ...)
        local fn = server.controls[control]
        if not fn then
            raw.error("the server has no control " .. raw.tostring(control), 0)
        end
        return fn(...)
    end)
end
