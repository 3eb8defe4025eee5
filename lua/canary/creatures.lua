--- Creatures: who is in the game, what each is like and does, how it lives and dies.

local context = ...

-- In this order: each adds to the creatures, and may use what those before it added.
local PARTS = {
    "state",
    "registry",
    "say",
    "walk",
    "health",
    "death",
    "think",
    "seeing",
    "class",
}

return function(server)
    local creatures = {}
    local bind = server.parts.vocations.bind
    for at = 1, #PARTS do
        context.use("canary/creatures/" .. PARTS[at])(server, creatures, bind)
    end
    return creatures
end
