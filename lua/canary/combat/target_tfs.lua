--- TFS: how a combat is done to a creature and to the creatures of an area.

local context = ...
local raw = context.raw
local abs, ceil = raw.math.abs, raw.math.ceil

return function(server, combat)
    if not server.tfs then
        return
    end
    local parts, world, conditions = server.parts, combat.world, server.parts.conditions
    local enum, round, half = parts.enums.get, combat.round, combat.half
    local BLOCK, NO_TYPE = combat.BLOCK, combat.NONE
    local HEALING, MANADRAIN = enum("COMBAT_HEALING"), enum("COMBAT_MANADRAIN")
    local ORIGIN_CONDITION, ORIGIN_MELEE = enum("ORIGIN_CONDITION"), enum("ORIGIN_MELEE")
    local CRITICAL = enum("CONST_ME_CRITICAL_DAMAGE")
    local RED, BLUE = enum("CONST_ME_MAGIC_RED"), enum("CONST_ME_MAGIC_BLUE")
    local BLACK = enum("SKULL_BLACK")
    local SPECIAL = { CRITICAL_CHANCE = 0, CRITICAL_AMOUNT = 1, LIFE_CHANCE = 2, LIFE_AMOUNT = 3, MANA_CHANCE = 4,
        MANA_AMOUNT = 5 }

    local function player_of(creature)
        return creature and creature.class_name == "Player" and creature or nil
    end

    local function add_conditions(caster, target, params)
        local list = params.conditions
        for at = 1, list and #list or 0 do
            local condition = list[at]
            if caster == target or not world.immune_to_condition(target, condition.type) then
                local copy = conditions.clone(condition)
                if caster then
                    conditions.set_owner(copy, caster.id)
                end
                conditions.add_combat(target, copy)
            end
        end
    end

    local function dispel(target, params)
        if params.dispel == 0 then
            return
        elseif params.dispel == conditions.types.PARALYZE then
            conditions.remove_type(target, params.dispel)
        else
            conditions.remove_combat(target, params.dispel)
        end
    end

    -- A chance and an amount that items give; nil when it doesn't come to it.
    local function special(player, chance_of, amount_of, draw)
        local chance, amount = world.special_skill(player, chance_of), world.special_skill(player, amount_of)
        if chance > 0 and amount > 0 and draw(1, 100) <= chance then
            return amount
        end
    end

    local function leech(player, value, effect, is_mana)
        local back = combat.damage_of(NO_TYPE, value)
        back.leeched = true
        if is_mana then
            combat.change_mana(nil, player, back)
        else
            combat.change_health(nil, player, back)
        end
        local x, y, z = world.position(player)
        parts.map.send_effect(x, y, z, effect, player)
    end

    local function leech_both(player, share)
        if player.health < world.max_health(player) then
            local amount = special(player, SPECIAL.LIFE_CHANCE, SPECIAL.LIFE_AMOUNT, parts.random.normal)
            if amount then
                leech(player, share(amount), RED, false)
            end
        end
        if (player.mana or 0) < world.max_mana(player) then
            local amount = special(player, SPECIAL.MANA_CHANCE, SPECIAL.MANA_AMOUNT, parts.random.normal)
            if amount then
                leech(player, share(amount), BLUE, true)
            end
        end
    end

    local function how_of(params)
        return {
            defense = params.blocked_by_shield,
            armor = params.blocked_by_armor,
            field = params.item_id ~= 0,
            ignore_resistances = params.ignore_resistances,
        }
    end

    local function add_critical(player, damage)
        if damage.critical or damage.primary.type == HEALING or damage.origin == ORIGIN_CONDITION then
            return
        end
        local amount = special(player, SPECIAL.CRITICAL_CHANCE, SPECIAL.CRITICAL_AMOUNT, parts.random.normal)
        if amount then
            damage.primary.value = damage.primary.value + round(damage.primary.value * (amount / 100))
            damage.secondary.value = damage.secondary.value + round(damage.secondary.value * (amount / 100))
            damage.critical = true
        end
    end

    --- Does a damage to a creature, with all that goes with it. Whether it may be done is not asked.
    ---@param caster table|nil
    ---@param target table
    ---@param damage table
    ---@param params table
    function combat.target(caster, target, damage, params)
        if caster and params.distance_effect ~= 0 then
            combat.missile(caster, combat.place_of(caster), combat.place_of(target), params.distance_effect)
        end
        local player = player_of(caster)
        local success
        if damage.primary.type ~= MANADRAIN then
            if combat.block(damage, caster, target, how_of(params)) then
                return
            end
            if player then
                local other = player_of(target)
                if other and other ~= player and other.skull ~= BLACK and damage.primary.type ~= HEALING then
                    damage.primary.value = half(damage.primary.value)
                    damage.secondary.value = half(damage.secondary.value)
                end
                add_critical(player, damage)
            end
            success = combat.change_health(caster, target, damage)
        else
            success = combat.change_mana(caster, target, damage)
        end
        if success then
            local block = damage.block_type or BLOCK.NONE
            if block == BLOCK.NONE or block == BLOCK.ARMOR then
                add_conditions(caster, target, params)
            end
            if damage.critical then
                world.effect(target, CRITICAL)
            end
            if player and not damage.leeched and damage.primary.type ~= HEALING and target ~= caster
                and damage.origin ~= ORIGIN_CONDITION then
                local total = abs(damage.primary.value + damage.secondary.value)
                leech_both(player, function(amount)
                    return round(total * (amount / 10000))
                end)
            end
            dispel(target, params)
        end
        combat.on_target(params, caster, target)
    end
    combat.target_mana = combat.target

    --- Does a combat to one creature, if it may be done.
    ---@param object table
    ---@param caster table|nil
    ---@param target table
    function combat.on_creature(object, caster, target)
        local params = object.params
        local may = not params.aggressive or (caster ~= target and combat.can_fight(caster, target) == 0)
        if params.type ~= NO_TYPE then
            local damage = combat.roll(object, caster, target)
            if caster == target or may then
                world.effect(target, params.effect)
            end
            if may then
                combat.target(caster, target, damage, params)
            end
        elseif may then
            if params.origin ~= ORIGIN_MELEE then
                add_conditions(caster, target, params)
            end
            dispel(target, params)
            if target.tile then
                combat.tile_effects(caster, target.tile, params)
            end
            combat.on_target(params, caster, target)
            if caster and params.distance_effect ~= 0 then
                combat.missile(caster, combat.place_of(caster), combat.place_of(target), params.distance_effect)
            end
        end
        return true
    end

    -- Areas --------------------------------------------------------------------------------------------------------

    -- The creatures of a tile that a combat means.
    local function each_on(tile, caster, params, visit)
        local list = tile.creatures
        if not list or #list == 0 then
            return
        end
        local top = parts.map.top_creature and parts.map.top_creature(tile) or list[1]
        local only = params.target_caster_or_topmost and (caster and caster.tile == tile and caster or top) or nil
        local copy = {}
        for at = 1, #list do
            copy[at] = list[at]
        end
        for at = 1, #copy do
            if not only or copy[at] == only then
                visit(copy[at])
            end
        end
    end

    local function may_hit(caster, creature, params)
        return not params.aggressive or (caster ~= creature and combat.can_fight(caster, creature) == 0)
    end

    local function tiles_of(caster, place, area)
        local cx, cy = place.x, place.y
        if caster then
            cx, cy = world.position(caster)
        end
        return combat.tiles(cx, cy, place.x, place.y, place.z, area)
    end

    --- Does a damage to all creatures of an area.
    ---@param caster table|nil
    ---@param place table { x, y, z }
    ---@param area table|nil
    ---@param damage table
    ---@param params table
    function combat.area_damage(caster, place, area, damage, params)
        local tiles = tiles_of(caster, place, area)
        local player = player_of(caster)
        local more, more_second = 0, 0
        if player and not damage.critical and damage.primary.type ~= HEALING and damage.origin ~= ORIGIN_CONDITION then
            local amount = special(player, SPECIAL.CRITICAL_CHANCE, SPECIAL.CRITICAL_AMOUNT, parts.random.uniform)
            if amount then
                more = round(damage.primary.value * (amount / 10000))
                more_second = round(damage.secondary.value * (amount / 10000))
                damage.critical = true
            end
        end
        combat.post_effects(caster, caster and combat.place_of(caster) or place, place, params)
        local hit = {}
        for at = 1, #tiles do
            local tile = tiles[at]
            if combat.can_reach(caster, tile, params.aggressive) == 0 then
                combat.tile_effects(caster, tile, params)
                each_on(tile, caster, params, function(creature)
                    if may_hit(caster, creature, params) then
                        hit[#hit + 1] = creature
                    end
                end)
            end
        end
        for at = 1, #hit do
            local creature = hit[at]
            if not creature.removed then
                combat.area_hit(caster, creature, damage, params, more, more_second, #hit)
            end
        end
    end

    function combat.area_hit(caster, creature, damage, params, more, more_second, count)
        local player, other = player_of(caster), player_of(creature)
        local copy = combat.copy_damage(damage)
        local halved = false
        if (copy.primary.value < 0 or copy.secondary.value < 0) and player and other and player ~= other
            and other.skull ~= BLACK then
            copy.primary.value, copy.secondary.value = half(copy.primary.value), half(copy.secondary.value)
            halved = true
        end
        if copy.critical then
            copy.primary.value = copy.primary.value + (halved and half(more) or more)
            copy.secondary.value = copy.secondary.value + (halved and half(more_second) or more_second)
            world.effect(creature, CRITICAL)
        end
        local success
        if copy.primary.type ~= MANADRAIN then
            if combat.block(copy, caster, creature, how_of(params)) then
                return
            end
            success = combat.change_health(caster, creature, copy)
        else
            success = combat.change_mana(caster, creature, copy)
        end
        if success then
            add_conditions(caster, creature, params)
            local total = abs(copy.primary.value + copy.secondary.value)
            if player and not damage.leeched and damage.primary.type ~= HEALING
                and damage.origin ~= ORIGIN_CONDITION then
                leech_both(player, function(amount)
                    local part = amount / 10000
                    return ceil(total * (part + (count - 1) * (part / 10)) / count)
                end)
            end
            dispel(creature, params)
        end
        combat.on_target(params, caster, creature)
    end

    --- Does a combat to an area.
    ---@param object table
    ---@param caster table|nil
    ---@param place table { x, y, z }
    function combat.on_place(object, caster, place)
        local params = object.params
        if params.type ~= NO_TYPE then
            combat.area_damage(caster, place, object.area, combat.roll(object, caster, nil), params)
            return true
        end
        local tiles = tiles_of(caster, place, object.area)
        combat.post_effects(caster, caster and combat.place_of(caster) or place, place, params)
        for at = 1, #tiles do
            local tile = tiles[at]
            if combat.can_reach(caster, tile, params.aggressive) == 0 then
                combat.tile_effects(caster, tile, params)
                each_on(tile, caster, params, function(creature)
                    if may_hit(caster, creature, params) then
                        add_conditions(caster, creature, params)
                    end
                    dispel(creature, params)
                    combat.on_target(params, caster, creature)
                end)
            end
        end
        return true
    end
end
