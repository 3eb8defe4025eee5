--- Spells: what players say and the runes they use; who may cast what, and what it costs.
---
--- A spell is a record: `kind` (1 instant, 2 rune), `name`, `words` or `rune_id`, `level`, `mana`, `group`, ….

local context = ...

-- In this order: each adds to spells, and may use what those before it added.
local PARTS = { "record", "rules", "instant", "rune", "lists", "class", "xml" }

return function(server)
    local spells = {}
    for at = 1, #PARTS do
        context.use("canary/spells/" .. PARTS[at])(server, spells)
    end

    --- Enters a weapon that weapons.xml names (TFS).
    function spells.register_weapon_xml(node, file, script)
        local register = server.parts.combat.register_weapon_xml
        if register then
            register(node, file, script)
        end
    end
    return spells
end
