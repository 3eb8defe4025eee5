--- What is told of spells: which a player can cast, and who can use a rune.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")
local ipairs, setmetatable = raw.ipairs, raw.setmetatable

return function(server, spells)
    local parts, tfs, userdata = server.parts, server.tfs, server.userdata
    local world = parts.combat.world

    local function knows(spell, player)
        if not tfs and parts.config.boolean("LEARN_SPELLS") then
            return parts.players.has_learned(player, spell.name)
        elseif spell.learnable then
            return parts.players.has_learned(player, spell.name)
        end
        return spells.has_vocation(spell, player)
    end

    -- Whether a player could cast an instant spell at all.
    local function is_able(spell, player)
        if world.has_flag(player, "CannotUseSpells") then
            return false
        end
        return world.has_flag(player, "IgnoreSpellCheck") or knows(spell, player)
    end

    --- Whether a player can cast a spell, as Player:canCast says it.
    ---@param player table
    ---@param spell table
    ---@return boolean|nil
    function spells.can_cast(player, spell)
        -- Canary asks for a class that no script has anything of.
        if not tfs then
            return nil
        end
        return is_able(spell, player)
    end

    --- The instant spells that a player can cast, as scripts get them.
    ---@param player table
    ---@return table[]
    function spells.instants_of(player)
        local list = {}
        for _, spell in ipairs((spells.instants:sorted())) do
            if is_able(spell, player) then
                list[#list + 1] = setmetatable({
                    name = spell.name,
                    words = spell.words,
                    level = spell.level,
                    mlevel = spell.magic_level,
                    mana = spell.mana,
                    manapercent = spell.mana_percent,
                    params = tfs and (spell.has_params and 1 or 0) or nil,
                }, userdata.metatables.Spell)
            end
        end
        return list
    end

    --- The runes that a player can use (TFS).
    ---@param player table
    ---@return userdata[]
    function spells.runes_of(player)
        local list = {}
        for _, spell in ipairs((spells.runes:sorted())) do
            local may = not world.has_flag(player, "CannotUseSpells")
            if may and (world.has_flag(player, "IgnoreSpellCheck") or spells.has_vocation(spell, player)) then
                list[#list + 1] = userdata.push(spell)
            end
        end
        return list
    end

    --- Numbers of a spell's vocations, in order.
    ---@param spell table
    ---@return number[]
    function spells.vocation_ids(spell)
        return sorted_keys(spell.vocations)
    end

    --- Name of a vocation.
    function spells.vocation_name(id)
        local vocation = parts.vocations.get(id)
        return vocation and vocation.name or ""
    end

    --- Names of the vocations that a rune's description tells of.
    ---@param item_id number
    ---@return string[]
    function spells.rune_users(item_id)
        local spell, names = spells.rune(item_id), {}
        for _, id in ipairs(spell and spells.vocation_ids(spell) or {}) do
            if spell.vocations[id] then
                names[#names + 1] = spells.vocation_name(id)
            end
        end
        return names
    end
end
