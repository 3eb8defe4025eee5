--- Houses: their tiles, doors and beds, who owns them and whom they let in.

local context = ...

local PARTS = { "record", "access", "owner", "stored", "rent", "trade", "class" }

return function(server)
    local houses = {}
    for at = 1, #PARTS do
        context.use("canary/houses/" .. PARTS[at])(server, houses)
    end
    return houses
end
