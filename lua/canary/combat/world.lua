--- What conditions and combat ask of the rest of the server: creatures, players, monsters, map and clients.

local context = ...
local raw = context.raw

return function(server, combat)
    local parts, tfs = server.parts, server.tfs
    local enum = parts.enums.get
    local conditions = parts.conditions
    local world = {}
    combat.world, conditions.world = world, world

    local POFF, NO_PVP, ENFORCED = enum("CONST_ME_POFF"), enum("WORLD_TYPE_NO_PVP"), enum("WORLD_TYPE_PVP_ENFORCED")
    local WORLDS = { ["no-pvp"] = NO_PVP, ["pvp-enforced"] = ENFORCED }

    -- Places -----------------------------------------------------------------------------------------------------

    --- Where a creature is; where it last was when it is nowhere.
    function world.position(creature)
        return parts.creatures.position(creature)
    end
    local position = world.position

    --- The zone that a creature is in (ZONE_*).
    function world.zone(creature)
        return creature.tile and parts.map.zone_type(creature.tile) or enum("ZONE_NORMAL")
    end

    function world.effect(creature, effect)
        if effect ~= 0 then
            local x, y, z = position(creature)
            parts.map.send_effect(x, y, z, effect)
        end
    end

    function world.effect_at(x, y, z, effect)
        if effect ~= 0 then
            parts.map.send_effect(x, y, z, effect)
        end
    end

    --- Plays one sound or two where a creature is: its own, or another's whose doing it is.
    function world.sound(creature, sound, second, actor)
        if creature then
            local x, y, z = position(creature)
            parts.map.send_sound(x, y, z, sound, second, actor or creature)
        end
    end

    --- Players who see a place, on its floor alone or on all.
    function world.watchers(tile, multifloor)
        return tile and parts.map.spectators(tile.x, tile.y, tile.z, multifloor, "players") or {}
    end

    --- Element of the field that a creature stands in; nil without one.
    function world.field_type(creature)
        local tile = creature.tile
        local field = tile and parts.map.field_item and parts.map.field_item(tile)
        return field and parts.map.field_element(field) or nil
    end

    --- What kind of world it is (WORLD_TYPE_*).
    function world.type()
        local kind = parts.map.world_type and parts.map.world_type()
        if raw.type(kind) == "string" then
            return WORLDS[kind] or enum("WORLD_TYPE_PVP")
        end
        return kind or enum("WORLD_TYPE_PVP")
    end

    function world.is_no_pvp()
        return world.type() == NO_PVP
    end

    function world.is_pvp_enforced()
        return world.type() == ENFORCED
    end

    -- Creatures --------------------------------------------------------------------------------------------------

    function world.base_speed(creature)
        return creature.base_speed
    end

    function world.change_speed(creature, delta)
        parts.creatures.change_speed(creature, delta)
    end

    function world.change_health(creature, change)
        parts.creatures.change_health(creature, change)
    end

    function world.change_mana(creature, change)
        if creature.class_name == "Player" and tfs and world.has_flag(creature, "HasInfiniteMana") then
            return
        end
        parts.creatures.change_mana(creature, change)
    end

    function world.max_health(creature)
        return parts.creatures.max_health(creature)
    end

    function world.max_mana(creature)
        return parts.creatures.max_mana(creature)
    end

    --- Puts another outfit on a creature, or its own again.
    function world.change_outfit(creature, outfit)
        local own = outfit and parts.creatures.outfit(outfit) or creature.default_outfit
        parts.creatures.change_outfit(creature, own)
    end

    function world.take_outfit(value, ...)
        if raw.type(value) == "table" then
            return parts.creatures.take_outfit(value)
        end
        local keys = { "lookTypeEx", "lookType", "lookHead", "lookBody", "lookLegs", "lookFeet", "lookAddons",
            "lookMount", "lookMountHead", "lookMountBody", "lookMountLegs", "lookMountFeet", "lookFamiliarsType",
            "lookWing", "lookAura", "lookEffect", "lookShader" }
        local outfit = { lookTypeEx = server.arguments.u16(value) }
        for at = 2, #keys do
            local given = raw.select(at - 1, ...)
            outfit[keys[at]] = given ~= nil and server.arguments.u16(given) or nil
        end
        return parts.creatures.outfit(outfit)
    end

    function world.monster_outfit(name)
        local kind = parts.monsters.type_of and parts.monsters.type_of(name)
        return kind and parts.creatures.outfit(kind.outfit or {}) or nil
    end

    function world.look_type_known(look)
        return parts.vocations.known_look(look)
    end

    function world.change_visible(creature, visible)
        local tile = creature.tile
        if not tile then
            return
        end
        for _, watcher in raw.ipairs(world.watchers(tile, true)) do
            if watcher ~= creature then
                local outfit = visible and creature.outfit or parts.creatures.outfit({})
                parts.clients.send(watcher, "outfit", { id = creature.id, outfit = outfit })
            end
        end
    end

    function world.light(creature)
        return creature.light_level or 0, creature.light_color or 0
    end

    --- Sets the light of a creature; nil: back to its own.
    function world.set_light(creature, level, color)
        if level then
            creature.light_level, creature.light_color = level, color
        else
            local kind = creature.type
            creature.light_level = kind and kind.light_level or 0
            creature.light_color = kind and kind.light_color or 0
        end
        parts.creatures.tell_seers(creature, "light", {
            id = creature.id,
            level = creature.light_level,
            color = creature.light_color,
        })
    end

    function world.walk_delay(creature)
        return parts.creatures.walk_delay(creature)
    end

    function world.is_walking(creature)
        return creature.walk ~= nil and #creature.walk >= 2
    end

    function world.stop_walk(creature)
        parts.creatures.stop_walk(creature)
    end

    --- Whether a frightened creature could step to a place.
    function world.can_flee_to(creature, x, y, z)
        local map = parts.map
        local tile = map.tile(x, y, z)
        if not tile or map.top_visible_creature(tile, creature) then
            return false
        end
        local field = map.field_item and map.field_item(tile)
        if field and not field.type.block_solid and map.field_damage(field) ~= 0 then
            return false
        end
        return map.query_add(tile, creature, 0, enum("FLAG_PATHFINDING") or 0) == 0
    end

    function world.walk_to(creature, x, y, z)
        local way = parts.map.find_path(creature, x, y, z, { min_target_dist = 0, max_target_dist = 30 })
        if not way or #way == 0 then
            return false
        end
        parts.creatures.auto_walk(creature, way)
        return true
    end

    --- Whether anything may be done to a creature at all.
    function world.is_attackable(creature)
        if creature.class_name == "Player" then
            return not world.has_flag(creature, "CannotBeAttacked")
        elseif creature.class_name == "Npc" then
            return creature.attackable == true
        end
        local kind = creature.type
        return not kind or kind.attackable ~= false
    end

    --- A creature by its id, or (Canary) a player by its number in the database.
    function world.owner(id)
        if not tfs and parts.players.by_guid then
            local player = parts.players.by_guid(id)
            if player then
                return player
            end
        end
        return parts.creatures.by_id(id)
    end

    function world.immune_to_condition(creature, type)
        return parts.creatures.is_immune(creature, type)
    end

    function world.immune_to_damage(creature, type)
        if creature.class_name == "Player" then
            if world.has_flag(creature, "CannotBeAttacked") then
                return true
            end
            local immunities = creature.damage_immunities
            return immunities ~= nil and immunities[type] == true
        elseif creature.class_name == "Monster" then
            return parts.monsters.is_immune_to_damage(creature, type)
        end
        return creature.attackable ~= true
    end

    world.suppressed = conditions.suppressed

    function world.update_idle(monster)
        if parts.monsters.update_idle then
            parts.monsters.update_idle(monster)
        end
    end

    function world.faction(creature)
        if creature.class_name == "Player" then
            return creature.faction or 1
        end
        return creature.faction or (creature.type and creature.type.faction) or 0
    end

    function world.is_enemy(monster, other)
        local enemies = monster.type and monster.type.enemy_factions
        return enemies ~= nil and enemies[world.faction(other)] == true
    end

    -- Buffs of Canary --------------------------------------------------------------------------------------------

    local function table_of(creature, key)
        local list = creature[key]
        if not list then
            list = {}
            creature[key] = list
        end
        return list
    end

    --- How much of something is done or received, in percent.
    function world.buff(creature, place)
        local list = creature.buffs
        return list and list[place] or 100
    end

    function world.add_buff(creature, place, change)
        local list = table_of(creature, "buffs")
        list[place] = (list[place] or 100) + change
    end

    function world.absorb(creature, element)
        local list = creature.absorbs
        return list and list[element] or 0
    end

    function world.add_absorb(creature, element, change)
        local list = table_of(creature, "absorbs")
        list[element] = (list[element] or 0) + change
    end

    function world.increase(creature, element)
        local list = creature.increases
        return list and list[element] or 0
    end

    function world.add_increase(creature, element, change)
        local list = table_of(creature, "increases")
        list[element] = (list[element] or 0) + change
    end

    -- Scripts that have a say --------------------------------------------------------------------------------------

    --- What scripts say to combat on a tile: RETURNVALUE_*.
    function world.on_area_combat(caster, tile, aggressive)
        return parts.events.area_combat(caster, tile, aggressive) or 0
    end

    --- What scripts say to combat with a creature: RETURNVALUE_*.
    function world.on_target_combat(attacker, target)
        return parts.events.target_combat(attacker, target) or 0
    end

    --- Does the damage of a condition; false when nothing came of it.
    function world.condition_damage(creature, attacker, value, type, how)
        local damage = combat.damage_of(type, value, how.origin)
        if not world.is_attackable(creature) or combat.can_fight(attacker, creature, true) ~= 0 then
            if not creature.ghost and (tfs or creature.class_name ~= "Npc") then
                world.effect(creature, POFF)
            end
            return false
        end
        if combat.block(damage, attacker, creature, { field = how.field, of_condition = not how.first }) then
            return false
        end
        world.sound(creature, how.sound or 0)
        return combat.change_health(attacker, creature, damage)
    end
end
