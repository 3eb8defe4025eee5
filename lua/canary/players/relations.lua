--- Players among each other and their surroundings: wars, skulls as others see them, who stands on top, depots.

local context = ...
local raw = context.raw
local ipairs = raw.ipairs

-- So near a depot one is told of new mail.
local DEPOT_RANGE = 1

---@param server table
---@param players table
return function(server, players)
    local tfs, env = server.tfs, server.env

    local function has_war_with(player, guild)
        for _, id in ipairs(player.guild_wars or {}) do
            if id == guild.id then
                return true
            end
        end
        return false
    end

    --- Whether the guilds of two players are at war.
    function players.in_war(player, other)
        local own, their = player.guild, other.guild
        if not own or not their then
            return false
        end
        return has_war_with(player, their) and has_war_with(other, own)
    end

    --- The skull that a player sees at another one.
    function players.skull_of(player, other)
        if server.parts.game.world_type() ~= env.WORLD_TYPE_PVP then
            return env.SKULL_NONE
        end
        local skull = other.skull or env.SKULL_NONE
        if other.class_name ~= "Player" or skull ~= env.SKULL_NONE then
            return skull
        elseif players.has_attacked(other, player) then
            return env.SKULL_YELLOW
        elseif player.party and player.party == other.party then
            return env.SKULL_GREEN
        end
        return skull
    end

    --- Whether a player stands above the others of its tile.
    function players.is_first_on_stack(player)
        local tile = player.tile
        for _, creature in ipairs(tile and tile.creatures or {}) do
            if creature.class_name == "Player" and not creature.ghost then
                return creature == player
            end
        end
        return false
    end

    --- Whether a depot is beside a player.
    function players.near_depot(player)
        local map = server.parts.map
        local x, y, z = server.parts.creatures.position(player)
        for to_x = x - DEPOT_RANGE, x + DEPOT_RANGE do
            for to_y = y - DEPOT_RANGE, y + DEPOT_RANGE do
                local tile = map.tile(to_x, to_y, z)
                if tile and map.has_flag(tile, env.TILESTATE_DEPOT) then
                    return true
                end
            end
        end
        return false
    end

    --- The name that belongs to a number in the database.
    function players.name_by_guid(guid)
        local there = players.by_guid(guid)
        if there then
            return there.name
        end
        local found = server.parts.storage.find_player(guid)
        return found and found.name or nil
    end

    --- Something came to what a player wears and carries, or went from it.
    function players.inventory_changed(player, item)
        if player.trade_state and player.trade_item then
            server.parts.trade.changed(player, item)
        end
    end

    if not tfs then
        --- How many days in a row it fetched its reward.
        function players.reward_streak(player)
            return player.reward_streak or 0
        end
    end
end
