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
    context.use(server.tfs and "canary/game/tfs" or "canary/game/canary")(server, game, bind)
    return game
end
