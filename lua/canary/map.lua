--- The map: tiles with what lies and stands on them, who sees whom, ways and lines of sight, zones and towns.

local context = ...

-- In this order: each adds to the map, and may use what those before it added.
local PARTS = {
    "position",
    "kinds",
    "store",
    "spectators",
    "effects",
    "things",
    "looking",
    "query",
    "query_player",
    "destination",
    "sight",
    "path",
    "special",
    "creatures",
    "placing",
    "zones",
    "towns",
    "world",
    "load",
    "tile_class",
    "position_class",
    "zone_class",
}

return function(server)
    local map = {}
    for at = 1, #PARTS do
        context.use("canary/map/" .. PARTS[at])(server, map)
    end
    return map
end
