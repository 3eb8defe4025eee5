--- What conditions and combat ask of the rest of the server: creatures, players, monsters, map and clients.

local context = ...
local raw = context.raw
local lower, max, min = raw.string.lower, raw.math.max, raw.math.min

-- Canary: conditions that go on hurting a player in a protection zone.
local BURNING = { "ENERGY", "FIRE", "POISON", "BLEEDING", "AGONY", "CURSED", "DAZZLED" }

return function(server, combat)
    local parts, tfs = server.parts, server.tfs
    local enum = parts.enums.get
    local conditions = parts.conditions
    local world = {}
    combat.world, conditions.world = world, world

    local NO_SKULL, POFF = enum("SKULL_NONE"), enum("CONST_ME_POFF")
    local GREEN_SKULL, YELLOW_SKULL = enum("SKULL_GREEN"), enum("SKULL_YELLOW")
    local PVP, NO_PVP, ENFORCED = enum("WORLD_TYPE_PVP"), enum("WORLD_TYPE_NO_PVP"), enum("WORLD_TYPE_PVP_ENFORCED")
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

    function world.sound(creature, sound, second)
        if creature and sound ~= 0 then
            local x, y, z = position(creature)
            parts.map.send_sound(x, y, z, sound, second, creature)
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
        world.send_stats(creature)
    end

    function world.change_mana(creature, change)
        if creature.class_name == "Player" and tfs and world.has_flag(creature, "HasInfiniteMana") then
            return
        end
        parts.creatures.change_mana(creature, change)
        world.send_stats(creature)
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

    -- Players ----------------------------------------------------------------------------------------------------

    --- Whether a player's group gives it a flag, by its name in the server.
    function world.has_flag(player, name)
        return player.class_name == "Player" and parts.players.has_flag(player, lower(name)) or false
    end

    function world.is_premium(player)
        return parts.players.is_premium(player)
    end

    function world.may_fight(player)
        local vocation = player.vocation
        if not vocation then
            return true
        elseif tfs then
            return vocation.allow_pvp
        end
        return vocation.can_combat
    end

    function world.has_no_vocation(player)
        return not player.vocation or player.vocation.id == 0
    end

    function world.secure_mode(player)
        return player.secure_mode == true
    end

    --- The skull that one player sees at another.
    function world.skull_of(player, other)
        local skull = other.skull or NO_SKULL
        if (tfs and world.type() ~= PVP) or other.class_name ~= "Player" or skull ~= NO_SKULL then
            return skull
        elseif not tfs and parts.players.in_war and parts.players.in_war(other, player) then
            return GREEN_SKULL
        elseif combat.has_attacked(other, player) then
            return YELLOW_SKULL
        end
        return player.party ~= nil and player.party == other.party and GREEN_SKULL or skull
    end

    function world.skill(player, skill)
        return parts.players.skill_level(player, skill)
    end

    function world.base_skill(player, skill)
        return parts.players.base_skill(player, skill)
    end

    function world.magic_level(player)
        return parts.players.magic_level(player)
    end

    --- What a player's maximum or magic level is, by STAT_*.
    function world.stat(player, stat)
        local stats = conditions.STATS
        if stat == stats.MAXHITPOINTS then
            return world.max_health(player)
        elseif stat == stats.MAXMANAPOINTS then
            return world.max_mana(player)
        elseif stat == stats.CAPACITY then
            return player.capacity or 0
        end
        return parts.players.base_magic_level and parts.players.base_magic_level(player) or player.magic_level or 0
    end

    function world.add_skill(player, skill, change)
        parts.players.add_var_skill(player, skill, change)
    end

    function world.add_special_skill(player, skill, change)
        parts.players.add_special_skill(player, skill, change)
    end

    function world.special_skill(player, skill)
        local list = player.special_skills
        return max(0, list and list[skill] or 0)
    end

    function world.add_stat(player, stat, change)
        parts.players.add_var_stat(player, stat, change)
        if stat == conditions.STATS.MAXHITPOINTS then
            player.health = min(player.health, world.max_health(player))
        elseif stat == conditions.STATS.MAXMANAPOINTS then
            player.mana = min(player.mana, world.max_mana(player))
        end
    end

    function world.change_soul(player, change)
        parts.players.change_soul(player, change)
    end

    function world.send_stats(creature)
        if creature.class_name == "Player" and parts.players.send_stats then
            parts.players.send_stats(creature)
        end
    end

    function world.send_skills(player)
        if parts.players.send_skills then
            parts.players.send_skills(player)
        end
    end

    --- Whether a player stands below all others on its tile, and so may act where several stand (Canary).
    function world.is_first_on_stack(player)
        local below = player.tile and player.tile.creatures[#player.tile.creatures]
        if not below or below.class_name ~= "Player" then
            return false
        end
        return below.ghost == true
            or (below == player and not conditions.get_type(player, conditions.types.SPELLCOOLDOWN))
    end

    --- Sends a text to a player, with a number that clients show over a place.
    function world.text(player, kind, text, tile, value, color, second, second_color)
        parts.clients.send(player, "text", {
            type = kind,
            text = text,
            position = tile and { x = tile.x, y = tile.y, z = tile.z } or nil,
            value = value,
            color = color,
            second_value = second,
            second_color = second_color,
        })
    end

    --- Tells a player why something can't be done (RETURNVALUE_* or a text).
    function world.cancel(player, reason)
        parts.players.cancel(player, reason)
    end

    function world.send_icons(player)
        parts.clients.send(player, "icons", { icons = conditions.icons_of(player) })
    end

    --- Called when a player has come into a condition.
    function world.condition_began(player, type)
        if type == conditions.types.OUTFIT and parts.players.dismount then
            parts.players.dismount(player)
        end
        world.send_icons(player)
    end

    --- Called when a condition of a player is over.
    function world.condition_over(player, type)
        local types = conditions.types
        if type == types.INFIGHT and (tfs or not conditions.get_type(player, types.INFIGHT)) then
            combat.fight_over(player)
        end
        world.send_icons(player)
    end

    --- Milliseconds until a player may act again.
    function world.action_delay(player)
        return max(0, (player.next_action or 0) - server.now)
    end

    function world.remove_item(item)
        parts.items.remove(item)
    end

    --- How many days in a row a player fetched its reward (Canary).
    function world.reward_streak(player)
        local streak = parts.players.reward_streak
        return streak and streak(player) or 0
    end

    function world.party_members(player)
        local party = player.party
        return party and party.members or nil
    end

    function world.burns_in_protection(player)
        for at = 1, #BURNING do
            local type = conditions.types[BURNING[at]]
            if type and conditions.get_type(player, type) then
                return true
            end
        end
        return false
    end

    -- Scripts that have a say --------------------------------------------------------------------------------------

    local function ask(name, event, ...)
        local events = parts.events
        local fn = events[name]
        if fn then
            return fn(...)
        end
        return events.callback_value and events.callback_value(event, ...) or 0
    end

    --- What scripts say to combat on a tile: RETURNVALUE_*.
    function world.on_area_combat(caster, tile, aggressive)
        return ask("area_combat", "creatureOnAreaCombat", caster, tile, aggressive) or 0
    end

    --- What scripts say to combat with a creature: RETURNVALUE_*.
    function world.on_target_combat(attacker, target)
        return ask("target_combat", "creatureOnTargetCombat", attacker, target) or 0
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
