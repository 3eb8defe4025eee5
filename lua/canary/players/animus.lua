--- Animus masteries (Canary): monsters that a player knows so well that their deaths bring more experience.

local context = ...
local raw = context.raw
local bytes = context.use("canary/network/bytes")
local floor, ipairs, lower, max, min = raw.math.floor, raw.ipairs, raw.string.lower, raw.math.max, raw.math.min

---@param server table
---@param players table
return function(server, players)
    local function place_of(player, name)
        name = lower(name)
        for at, known in ipairs(player.animus or {}) do
            if known == name then
                return at
            end
        end
    end

    --- Whether a player has the mastery of a monster.
    ---@param player table
    ---@param name string
    function players.has_animus(player, name)
        return place_of(player, name) ~= nil
    end

    --- Gives a player the mastery of a monster.
    function players.add_animus(player, name)
        if not place_of(player, name) then
            player.animus = player.animus or {}
            player.animus[#player.animus + 1] = lower(name)
        end
    end

    --- Takes it again.
    function players.remove_animus(player, name)
        local at = place_of(player, name)
        if at then
            raw.table.remove(player.animus, at)
        end
    end

    --- By how much a player's masteries multiply the experience of a monster that is among them.
    function players.animus_multiplier(player)
        local config, single = server.parts.config, server.parts.combat.single
        local step = max(1, min(65535, config.number("ANIMUS_MASTERY_MONSTERS_TO_INCREASE_XP_MULTIPLIER")))
        local steps = floor(#(player.animus or {}) / step)
        local more = single(steps * single(config.number("ANIMUS_MASTERY_MONSTERS_XP_MULTIPLIER")))
        local percent = single(single(config.number("ANIMUS_MASTERY_MONSTER_XP_MULTIPLIER")) + more)
        local most = single(config.number("ANIMUS_MASTERY_MAX_MONSTER_XP_MULTIPLIER"))
        return min(most, single(1 + single(percent / 100)))
    end

    --- A player's masteries as the database keeps them.
    ---@return string
    function players.written_animus(player)
        local out = {}
        for at, name in ipairs(player.animus or {}) do
            out[at] = bytes.write(#name, 2) .. name
        end
        return raw.table.concat(out)
    end

    --- And back.
    ---@param text string|nil
    ---@return string[]
    function players.read_animus(text)
        local list, at = {}, 1
        while text and at + 1 <= #text do
            local length = bytes.read(text, at, 2)
            if at + 1 + length > #text then
                break
            end
            list[#list + 1] = raw.string.sub(text, at + 2, at + 1 + length)
            at = at + 2 + length
        end
        return list
    end
end
