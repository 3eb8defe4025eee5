--- Canary: how a combat is done to a creature and to the creatures of an area.

return function(server, combat)
    if server.tfs then
        return
    end
    local parts, world, conditions = server.parts, combat.world, server.parts.conditions
    local enum, whole, half, single_precision = parts.enums.get, combat.whole, combat.half, combat.single
    local NO_TYPE, PHYSICAL = combat.NONE, enum("COMBAT_PHYSICALDAMAGE")
    local LEFT, AMMUNITION = enum("CONST_SLOT_LEFT"), enum("WEAPON_AMMO")
    local HEALING, MANADRAIN = enum("COMBAT_HEALING"), enum("COMBAT_MANADRAIN")
    local ORIGIN_MELEE, ORIGIN_FIST, ORIGIN_RANGED = enum("ORIGIN_MELEE"), enum("ORIGIN_FIST"), enum("ORIGIN_RANGED")
    local BLACK = enum("SKULL_BLACK")
    local FEARED = conditions.types.FEARED
    local NOTPOSSIBLE, POFF = enum("RETURNVALUE_NOTPOSSIBLE"), enum("CONST_ME_POFF")

    local function player_of(creature)
        return creature and creature.class_name == "Player" and creature or nil
    end

    local function add_conditions(caster, target, params, damage)
        if params.origin == ORIGIN_MELEE and damage and damage.primary.value == 0 and damage.secondary.value == 0 then
            return
        elseif combat.charm_cleanse(caster, target) then
            return
        end
        local list = params.conditions
        for at = 1, list and #list or 0 do
            local condition = list[at]
            if target.class_name == "Player" then
                if condition.type == FEARED and not conditions.can_be_feared(target)
                    or combat.is_cleansed(target, condition.type) then
                    return
                end
            end
            if caster == target or not world.immune_to_condition(target, condition.type) then
                local copy = conditions.clone(condition)
                if caster then
                    conditions.set_owner(copy, caster.id)
                    copy.from = combat.place_of(caster)
                end
                conditions.add_combat(target, copy, player_of(caster) ~= nil)
            end
        end
    end

    local function dispel(target, params)
        if params.dispel ~= 0 then
            conditions.remove_combat(target, params.dispel)
        end
    end

    -- The element of a weapon's imbuement takes its share of physical damage.
    local function imbue(player, weapon, damage)
        local left = player.inventory and player.inventory[LEFT]
        local item = weapon and combat.weapon_type(weapon) == AMMUNITION and left or weapon
        local imbuement = item and parts.items.imbued_element(item)
        if not imbuement or damage.primary.type ~= PHYSICAL or damage.secondary.type == HEALING then
            return
        end
        local value, share = damage.primary.value, single_precision(imbuement.element_damage / 100)
        damage.secondary.type = imbuement.combat_type
        damage.secondary.value = whole(single_precision(value * share))
        damage.primary.value = whole(single_precision(value * single_precision(1 - share)))
    end

    -- What one kind of combat does to one creature. The damage is copied: each creature gets the whole of it.
    local does = {}

    function does.health(caster, target, params, given)
        local damage = combat.copy_damage(given)
        local player, other = player_of(caster), player_of(target)
        parts.events.callback("creatureOnCombat", caster, target, damage)
        if player then
            local weapon = combat.weapon(player)
            imbue(player, weapon, damage)
            parts.events.player_combat(player, target, weapon, damage)
            parts.events.callback("playerOnCombat", player, target, weapon, damage)
            if other and other.skull ~= BLACK then
                if damage.primary.type ~= HEALING then
                    damage.primary.value = half(damage.primary.value)
                end
                if damage.secondary.type ~= HEALING then
                    damage.secondary.value = half(damage.secondary.value)
                end
            end
            if damage.primary.type == HEALING then
                damage.primary.value = whole(damage.primary.value * (world.buff(player, 4) / 100))
                if other then
                    damage.primary.value = whole(damage.primary.value * (world.buff(other, 3) / 100))
                end
            elseif damage.origin == ORIGIN_FIST or damage.origin == ORIGIN_RANGED then
                local factor = world.buff(player, 0) / 100
                damage.primary.value = whole(damage.primary.value * factor)
                damage.secondary.value = whole(damage.secondary.value * factor)
            end
            damage.damage_multiplier = (damage.damage_multiplier or 0)
                + parts.players.perk(player, "Divine Empowerment", "damage")
        end
        local blocked = combat.block(damage, caster, target, {
            defense = params.blocked_by_shield,
            armor = params.blocked_by_armor,
            field = params.item_id ~= 0,
        })
        if blocked then
            return
        end
        if player and target.class_name == "Monster" then
            parts.players.apply_prey(player, target.type.race_id or 0, damage, "damage")
            parts.monsters.call(target, "onPlayerAttack", server.userdata.push(player))
        end
        if other and caster and caster.class_name == "Monster" then
            parts.players.apply_prey(other, caster.type.race_id or 0, damage, "defense")
        end
        if combat.change_health(caster, target, damage) then
            add_conditions(caster, target, params, damage)
            dispel(target, params)
            if player and target.class_name == "Monster" then
                combat.charm_hold(player, target)
            end
        end
    end

    function does.mana(caster, target, params, given)
        local damage = combat.copy_damage(given)
        if damage.primary.value < 0 and player_of(caster) and player_of(target) and target.skull ~= BLACK then
            damage.primary.value = half(damage.primary.value)
        end
        if combat.change_mana(caster, target, damage) then
            add_conditions(caster, target, params)
            dispel(target, params)
        end
    end

    function does.condition(caster, target, params)
        add_conditions(caster, target, params)
    end

    function does.dispel(_, target, params)
        dispel(target, params)
    end

    function does.nothing(caster, target, params)
        add_conditions(caster, target, params)
        dispel(target, params)
    end

    -- Single creatures -----------------------------------------------------------------------------------------------

    local function may_hit(caster, target, params)
        return not params.aggressive or (caster ~= target and combat.can_fight(caster, target, params.aggressive) == 0)
    end

    local function sounds(caster, target, params)
        world.sound(target, params.cast_sound, params.impact_sound, caster)
    end

    -- Monsters don't heal players, nor players monsters.
    local function heals_in_vain(caster, target)
        if not caster then
            return false
        end
        local of_player = target.master and target.master.class_name == "Player"
        if caster.master and caster ~= target and target.class_name ~= "Player" then
            return true
        elseif caster.class_name == "Player" then
            return target.class_name == "Monster"
        elseif caster.class_name == "Monster" then
            return target.class_name == "Player" or (of_player and caster ~= target)
        end
        return false
    end

    local function single(kind, caster, target, damage, params, from)
        local may = may_hit(caster, target, params)
        if caster and (caster == target or may) then
            world.effect(target, params.effect)
        end
        if kind == "health" and params.type == HEALING and heals_in_vain(caster, target) then
            return
        end
        if damage then
            combat.extend(caster, { target }, damage, params)
        end
        if not may then
            return
        end
        if caster and params.distance_effect ~= 0 then
            combat.missile(caster, from or combat.place_of(caster), combat.place_of(target), params.distance_effect)
        end
        does[kind](caster, target, params, damage)
        combat.on_target(params, caster, target)
        sounds(caster, target, params)
    end

    --- Does a damage to a creature, with all that goes with it, if it may be done.
    ---@param caster table|nil
    ---@param target table
    ---@param damage table
    ---@param params table
    ---@param from table|nil { x, y, z } where a missile comes from
    function combat.target(caster, target, damage, params, from)
        single("health", caster, target, damage, params, from)
    end

    --- The same for mana.
    function combat.target_mana(caster, target, damage, params, from)
        single("mana", caster, target, damage, params, from)
    end

    --- Brings the conditions of a combat to a creature.
    function combat.target_condition(caster, target, params)
        single("condition", caster, target, nil, params)
    end

    --- Takes from a creature what a combat takes away.
    function combat.target_dispel(caster, target, params)
        single("dispel", caster, target, nil, params)
    end

    --- Does a combat to one creature.
    ---@param object table
    ---@param caster table|nil
    ---@param target table
    ---@param from table|nil { x, y, z }
    ---@param affected number|nil how many it hits in all
    function combat.on_one(object, caster, target, from, affected)
        local params = object.params
        if params.type ~= NO_TYPE then
            local damage = combat.roll(object, caster, target)
            damage.affected = affected or 1
            local kind = damage.primary.type == MANADRAIN and "mana" or "health"
            single(kind, caster, target, damage, params, from)
        elseif may_hit(caster, target, params) then
            does.nothing(caster, target, params)
            if target.tile then
                combat.tile_effects(caster, target.tile, params)
            end
            combat.on_target(params, caster, target)
            if caster and params.distance_effect ~= 0 then
                combat.missile(caster, from or combat.place_of(caster), combat.place_of(target), params.distance_effect)
            end
            sounds(caster, target, params)
        end
        return true
    end

    --- Does a combat to one creature, or along a chain that begins with it.
    function combat.on_creature(object, caster, target)
        if caster and object.params.chain then
            return combat.chain(object, caster, target)
        end
        return combat.on_one(object, caster, target)
    end

    -- Areas ----------------------------------------------------------------------------------------------------------

    local function each_on(tile, caster, params, visit)
        local list = tile.creatures
        if not list or #list == 0 then
            return
        end
        local only
        if params.target_caster_or_topmost then
            local top = parts.map.top_creature and parts.map.top_creature(tile) or list[1]
            only = caster and caster.tile == tile and caster or top
        end
        local copy = {}
        for at = 1, #list do
            copy[at] = list[at]
        end
        for at = 1, #copy do
            local creature = copy[at]
            if (not only or creature == only) and may_hit(caster, creature, params) then
                visit(creature)
            end
        end
    end

    -- Nobody casts over somebody else's head where players can't hurt each other.
    local function is_crowded(caster, tiles)
        if not player_of(caster) or not world.is_no_pvp() then
            return false
        end
        for at = 1, #tiles do
            if tiles[at] == caster.tile then
                return not world.is_first_on_stack(caster)
            end
        end
        return false
    end

    local function over_area(kind, caster, place, area, damage, params)
        local from = caster and combat.place_of(caster) or { x = 0, y = 0, z = 0 }
        local cx, cy = place.x, place.y
        if caster then
            cx, cy = from.x, from.y
        end
        local tiles = combat.tiles(cx, cy, place.x, place.y, place.z, area)
        if is_crowded(caster, tiles) then
            world.cancel(caster, NOTPOSSIBLE)
            world.effect(caster, POFF)
            return
        end
        local affected = {}
        for at = 1, #tiles do
            if combat.can_reach(caster, tiles[at], params.aggressive) == 0 then
                each_on(tiles[at], caster, params, function(creature)
                    affected[#affected + 1] = creature
                end)
            end
        end
        damage = damage or combat.damage_of()
        damage.affected = #affected
        local extended = combat.copy_damage(damage)
        local own = combat.extend(caster, affected, extended, params)
        if #affected == 1 then
            damage = extended
        end
        for at = 1, #tiles do
            local tile = tiles[at]
            if combat.can_reach(caster, tile, params.aggressive) == 0 then
                each_on(tile, caster, params, function(creature)
                    local special = own and own[creature]
                    if special then
                        own[creature] = nil
                    end
                    does[kind](caster, creature, params, special or damage)
                    combat.on_target(params, caster, creature)
                end)
                combat.tile_effects(caster, tile, params)
            end
        end
        combat.post_effects(caster, from, place, params)
    end
    --- Does one kind of combat ("health", "mana", "condition", "dispel", "nothing") to an area.
    combat.over_area = over_area

    --- Does a damage to all creatures of an area.
    function combat.area_damage(caster, place, area, damage, params)
        over_area(damage.primary.type == MANADRAIN and "mana" or "health", caster, place, area, damage, params)
    end

    --- Does a combat to an area.
    ---@param object table
    ---@param caster table|nil
    ---@param place table { x, y, z }
    function combat.on_place(object, caster, place)
        local params = object.params
        if caster and params.chain then
            return combat.chain(object, caster, caster)
        elseif params.type == NO_TYPE then
            over_area("nothing", caster, place, object.area, nil, params)
            return true
        end
        local damage = combat.roll(object, caster, nil)
        combat.area_damage(caster, place, object.area, damage, params)
        return true
    end

end
