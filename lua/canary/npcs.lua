--- Npcs: who talks and trades. Canary's are of types that scripts make; each of TFS's is a file of its own with a
--- script.

local context = ...

return function(server)
    local npcs = {}
    local bind = server.parts.vocations.bind
    -- In this order: each adds to the npcs, and may use what those before it added.
    local parts = { "life", "class", "shop" }
    parts[#parts + 1] = server.tfs and "tfs" or "types"
    if server.tfs then
        parts[#parts + 1] = "tfs_functions"
    else
        parts[#parts + 1] = "class_canary"
        parts[#parts + 1] = "trade_canary"
        parts[#parts + 1] = "sell_canary"
    end
    for at = 1, #parts do
        context.use("canary/npcs/" .. parts[at])(server, npcs, bind)
    end
    return npcs
end
