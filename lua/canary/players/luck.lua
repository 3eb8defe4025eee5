--- Player: what its gear adds by chance and by element: dodging and fatal blows of tiers (Canary), magic levels.

local context = ...
local raw = context.raw
local floor = raw.math.floor

---@param server table
---@param players table
return function(server, players)
    local tfs, parts = server.tfs, server.parts
    local LEFT, ARMOR, FEET = 6, 4, 8

    --- Magic levels that a player has more for an element.
    ---@param player table
    ---@param element number COMBAT_*
    ---@return number
    function players.special_magic_level(player, element)
        local combat, sum = parts.combat, 0
        combat.each_worn(player, function(item)
            local abilities = item.type.abilities
            local list = abilities and (tfs and abilities.magic_level or abilities.specialized)
            local more = list and list[combat.element_index(element)] or 0
            if tfs or more > 0 then
                sum = sum + more
            end
        end)
        return sum + (player.wheel and player.wheel.magic[element] or 0)
    end

    if tfs then
        return
    end

    local function tier_chance(player, slot, name)
        local item = player.inventory[slot]
        return item and parts.items.tier_chance(item, name) or 0
    end

    --- How likely a player is to dodge a blow, in 1/100 percent.
    function players.dodge_chance(player)
        local chance = floor(tier_chance(player, ARMOR, "RUSE") * 100)
        return chance + floor(chance * tier_chance(player, FEET, "AMPLIFICATION") / 100)
    end

    --- How likely a player's blow is to be fatal, in percent.
    function players.fatal_chance(player)
        local chance = tier_chance(player, LEFT, "ONSLAUGHT")
        return chance * (1 + tier_chance(player, FEET, "AMPLIFICATION") / 100)
    end
end
