--- Weapons: which items are some, what they do, who may use them and what using them costs.

local context = ...

local PARTS = { "record", "damage", "use", "class", "xml" }

return function(server, combat)
    for at = 1, #PARTS do
        context.use("canary/combat/weapons/" .. PARTS[at])(server, combat)
    end
end
