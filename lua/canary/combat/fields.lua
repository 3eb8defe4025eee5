--- What a combat leaves on tiles: fields and walls, effects, missiles.

local context = ...
local raw = context.raw

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum, map = parts.enums.get, server.parts.map
    local POFF = enum("CONST_ME_POFF")

    local function id(name)
        return enum("ITEM_" .. name) or -1
    end

    -- What combats make of the fields that scripts name.
    local MADE = {
        [id("FIREFIELD_PERSISTENT_FULL")] = id("FIREFIELD_PVP_FULL"),
        [id("FIREFIELD_PERSISTENT_MEDIUM")] = id("FIREFIELD_PVP_MEDIUM"),
        [id("FIREFIELD_PERSISTENT_SMALL")] = id("FIREFIELD_PVP_SMALL"),
        [id("ENERGYFIELD_PERSISTENT")] = id("ENERGYFIELD_PVP"),
        [id("POISONFIELD_PERSISTENT")] = id("POISONFIELD_PVP"),
        [id("MAGICWALL_PERSISTENT")] = id("MAGICWALL"),
        [id("WILDGROWTH_PERSISTENT")] = id("WILDGROWTH"),
    }
    -- The same where players can't hurt each other.
    local HARMLESS = {
        [id("FIREFIELD_PVP_FULL")] = id("FIREFIELD_NOPVP"),
        [id("POISONFIELD_PVP")] = id("POISONFIELD_NOPVP"),
        [id("ENERGYFIELD_PVP")] = id("ENERGYFIELD_NOPVP"),
        [id("MAGICWALL")] = tfs and enum("ITEM_MAGICWALL_NOPVP") or id("MAGICWALL_SAFE"),
        [id("WILDGROWTH")] = tfs and enum("ITEM_WILDGROWTH_NOPVP") or id("WILDGROWTH_SAFE"),
    }
    -- Whoever makes one of these is in a fight.
    local HOSTILE = {}
    for _, name in raw.ipairs({ "FIREFIELD_PVP_FULL", "POISONFIELD_PVP", "ENERGYFIELD_PVP" }) do
        HOSTILE[id(name)] = true
    end
    if not tfs then
        HOSTILE[id("MAGICWALL")], HOSTILE[id("WILDGROWTH")] = true, true
    end

    local function field_id(wanted, caster, tile)
        local item_id = MADE[wanted] or wanted
        local player = caster and (caster.master and caster.master or caster)
        if not player or player.class_name ~= "Player" then
            return item_id
        end
        if world.is_no_pvp() or map.has_flag(tile, map.STATE.NOPVPZONE) then
            return HARMLESS[item_id] or item_id
        elseif HOSTILE[item_id] then
            combat.add_fight_ticks(player)
        end
        return item_id
    end

    local function leave_field(params, caster, tile)
        local item = parts.items.create(field_id(params.item_id, caster, tile), 1)
        if not item then
            return
        end
        if caster then
            parts.items.set_attribute(item, "owner", caster.id)
        end
        item.created = server.now
        if parts.items.add(tile, item) == 0 then
            parts.items.moved_on(item)
        end
    end

    --- Leaves what a combat leaves on a tile, and calls its callback.
    ---@param caster table|nil
    ---@param tile table
    ---@param params table
    function combat.tile_effects(caster, tile, params)
        if params.item_id ~= 0 then
            leave_field(params, caster, tile)
        end
        combat.on_tile(params, caster, tile)
        world.effect_at(tile.x, tile.y, tile.z, params.effect)
        map.send_sound(tile.x, tile.y, tile.z, params.cast_sound, params.impact_sound, caster)
    end

    local BY_WEAPON = {}
    for weapon, missile in raw.pairs({ AXE = "WHIRLWINDAXE", SWORD = "WHIRLWINDSWORD", CLUB = "WHIRLWINDCLUB" }) do
        BY_WEAPON[enum("WEAPON_" .. weapon)] = enum("CONST_ANI_" .. missile)
    end
    local WEAPONTYPE = enum("CONST_ANI_WEAPONTYPE")
    local FIST, MISSILE, CAKE = enum("WEAPON_FIST"), enum("WEAPON_MISSILE"), enum("CONST_ANI_CAKE")

    --- Lets a missile fly.
    ---@param caster table|nil
    ---@param from table { x, y, z }
    ---@param to table { x, y, z }
    ---@param effect number CONST_ANI_*
    function combat.missile(caster, from, to, effect)
        if effect == WEAPONTYPE then
            if not caster or caster.class_name ~= "Player" then
                return
            end
            local type = combat.weapon_type_of(caster)
            effect = BY_WEAPON[type] or 0
            if not tfs and type == FIST then
                effect = CAKE
            elseif not tfs and type == MISSILE then
                effect = combat.weapon(caster).type.shoot_type
            end
        end
        if effect ~= 0 then
            map.send_distance_effect(from.x, from.y, from.z, to.x, to.y, to.z, effect)
        end
    end

    --- Where a creature is, as a place.
    function combat.place_of(creature)
        local x, y, z = world.position(creature)
        return { x = x, y = y, z = z }
    end

    --- Shows what a combat shows from the caster to a place.
    function combat.post_effects(caster, from, to, params)
        if caster and params.distance_effect ~= 0 then
            combat.missile(caster, from, to, params.distance_effect)
        end
        map.send_sound(to.x, to.y, to.z, params.cast_sound, params.impact_sound, caster)
    end

    --- A missile that hits nothing.
    function combat.miss(caster, to, params)
        combat.post_effects(caster, combat.place_of(caster), to, params)
        world.effect_at(to.x, to.y, to.z, POFF)
    end
end
