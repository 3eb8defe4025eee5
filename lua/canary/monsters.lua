--- Monsters: their types, what they leave, whom they attack and how.

local context = ...

-- In this order: each adds to the monsters, and may use what those before it added.
local PARTS = {
    "types",
    "record",
    "loot",
    "spells",
    "type_class",
    "xml",
    "forge",
    "targets",
    "mind",
    "class",
    "spawns",
    "charms",
}

return function(server)
    local monsters = {}
    local bind = server.parts.vocations.bind
    for at = 1, #PARTS do
        context.use("canary/monsters/" .. PARTS[at])(server, monsters, bind)
    end
    return monsters
end
