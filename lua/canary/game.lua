--- Game: what scripts do with the game as a whole.

local context = ...

-- In this order: each adds to the game, and may use what those before it added.
local PARTS = { "messages", "world", "making", "lists", "globals" }

return function(server)
    local game = {}
    local bind = server.parts.vocations.bind
    local parts = PARTS
    for at = 1, #parts do
        context.use("canary/game/" .. parts[at])(server, game, bind)
    end
    if not server.tfs then
        context.use("canary/game/raids")(server, game)
        context.use("canary/game/forge")(server, game)
        context.use("canary/game/schedule")(server, game)
    end
    context.use(server.tfs and "canary/game/tfs" or "canary/game/canary")(server, game, bind)
    local more = server.parts.events.more_callbacks
    for _, part in context.raw.ipairs({ server.parts.monsters, server.parts.npcs }) do
        more[#more + 1] = part.each_callback
    end
    return game
end
