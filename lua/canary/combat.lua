--- Combat: who may hurt or heal whom, how much comes of it, and what all around are told of it; weapons.
---
--- Damage is a record: `primary` and `secondary` ({ type = COMBAT_*, value }, negative for what hurts), `origin`
--- (ORIGIN_*), and what is found on the way: `critical`, `fatal`, `block_type`, `affected`, ….
--- How a combat is done is a record of parameters: `type`, `effect`, `distance_effect`, `blocked_by_armor`,
--- `blocked_by_shield`, `aggressive`, `item_id`, `conditions`, `dispel`, callbacks, ….

local context = ...

-- In this order: each adds to combat, and may use what those before it added.
local PARTS = {
    "basics",
    "world",
    "world_players",
    "elements",
    "rules",
    "area",
    "fight",
    "equipment",
    "messages",
    "block",
    "hazard",
    "charms",
    "wheel",
    "health",
    "mana",
    "callbacks",
    "formula",
    "fields",
    "target_tfs",
    "target_canary",
    "extensions",
    "chain",
    "variant",
    "class",
    "globals",
    "weapons",
}

return function(server)
    local combat = {}
    for at = 1, #PARTS do
        context.use("canary/combat/" .. PARTS[at])(server, combat)
    end

    --- Does a damage to a creature as a combat of no other rules would.
    ---@param attacker table|nil
    ---@param target table
    ---@param damage table
    function combat.damage(attacker, target, damage)
        combat.target(attacker, target, damage, combat.params_of({ type = damage.primary.type }))
    end
    return combat
end
