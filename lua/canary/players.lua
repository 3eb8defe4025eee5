--- Players: who they are, how they get better, what they are told, how they come and go.

local context = ...

-- In this order: each adds to the players, and may use what those before it added.
local PARTS = {
    "record",
    "animus",
    "levels",
    "offline",
    "messages",
    "things",
    "browse",
    "depots",
    "session",
    "death",
    "attack",
    "mounts",
    "relations",
    "vips",
    "luck",
    "charms",
    "preys",
    "tasks",
    "wheel",
    "wheel/perks",
    "bestiary",
    "bosses",
    "description",
    "class",
    "modal",
    "class_batches",
    "imbuing",
}

return function(server)
    local players = {}
    local bind = server.parts.vocations.bind
    for at = 1, #PARTS do
        context.use("canary/players/" .. PARTS[at])(server, players, bind)
    end
    --- Reads mounts and outfits anew.
    function players.reload()
        server.parts.vocations.reload_appearances()
        return true
    end

    return players
end
