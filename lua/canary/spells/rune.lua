--- Runes: items that cast a spell when they are used.

local context = ...
local raw = context.raw
local max = raw.math.max

return function(server, spells)
    local parts, tfs = server.parts, server.tfs
    local enum, combat = parts.enums.get, parts.combat
    local world, VARIANT = combat.world, combat.VARIANT
    local OK = enum("RETURNVALUE_NOERROR")

    --- Whether a player may use a rune at a place: a return value.
    ---@param spell table
    ---@param player table
    ---@param to table { x, y, z }
    ---@return number
    function spells.can_use_rune(spell, player, to)
        if world.has_flag(player, "CannotUseSpells") then
            return enum("RETURNVALUE_CANNOTUSETHISOBJECT")
        end
        local events = parts.events
        local code = spell.far and events.can_reach_far(player, to, spell.walls, spell.floor)
            or not spell.far and events.can_reach(player, to) or OK
        if code ~= OK or to.x ~= 65535 then
            return code
        elseif spell.need_target then
            return enum("RETURNVALUE_CANONLYUSETHISRUNEONCREATURES")
        elseif not spell.self_target then
            return enum("RETURNVALUE_NOTENOUGHROOM")
        end
        return OK
    end

    local function is_creature(thing)
        local name = thing and thing.class_name
        return name == "Player" or name == "Monster" or name == "Npc"
    end

    -- At what a rune is cast.
    local function variant_of(spell, player, target, to)
        if not spell.need_target then
            return { type = VARIANT.POSITION, pos = { x = to.x, y = to.y, z = to.z }, rune_name = spell.name }
        end
        if not is_creature(target) then
            local tile = parts.map.tile(to.x, to.y, to.z)
            target = tile and parts.map.bottom_visible_creature(tile, player)
        end
        if not target and tfs then
            return { type = VARIANT.NONE }
        end
        return { type = VARIANT.NUMBER, number = target and target.id or 0, rune_name = spell.name }
    end

    --- A player uses a rune.
    ---@param spell table
    ---@param player table
    ---@param item table
    ---@param _ table where the rune lies
    ---@param target table|nil
    ---@param to table { x, y, z }
    ---@param hotkey boolean
    ---@return boolean
    function spells.use_rune(spell, player, item, _, target, to, hotkey)
        if not spells.check_rune(spell, player, to) or not spell.loaded or spells.is_powerless(spell, player) then
            return false
        end
        local variant = variant_of(spell, player, target, to)
        if not spells.run(spell, player, variant, hotkey == true) then
            return false
        end
        spells.finish(spell, player)
        if tfs and spell.pz_lock and variant.type == VARIANT.NUMBER then
            local hit = parts.creatures.by_id(variant.number)
            if hit then
                combat.on_attack(player, hit)
            end
        end
        if spell.charges > 0 and item and item.parent and parts.config.boolean("REMOVE_RUNE_CHARGES") then
            parts.items.transform(item, item.type.id, max(0, (item.count or 1) - 1))
            if not tfs then
                parts.players.tell(player, "supply_used", { id = item.id })
            end
        end
        spells.lock(spell, player)
        return true
    end
end
