--- Whether a player may cast a spell, what it is told when not, and what a cast costs.

local context = ...
local raw = context.raw
local next, max, trunc = raw.next, raw.math.max, raw.math.floor

return function(server, spells)
    local parts, tfs = server.parts, server.tfs
    local enum, combat, conditions = parts.enums.get, parts.combat, parts.conditions
    local world, types = combat.world, conditions.types
    local DEFAULT_ID, POFF = enum("CONDITIONID_DEFAULT"), enum("CONST_ME_POFF")
    local GAMEMASTER = enum("GROUP_TYPE_GAMEMASTER") or 4
    local WEAPONS = {}
    for _, name in raw.ipairs({ "SWORD", "CLUB", "AXE", not tfs and "FIST" or nil }) do
        local kind = enum("WEAPON_" .. name)
        if kind then
            WEAPONS[kind] = true
        end
    end

    --- Tells a player why a spell failed; answers false.
    ---@param player table
    ---@param reason string name of a return value
    ---@param quiet boolean|nil without a puff
    function spells.refuse(player, reason, quiet)
        world.cancel(player, raw.type(reason) == "number" and reason or enum("RETURNVALUE_" .. reason))
        if not quiet then
            world.effect(player, POFF)
        end
        return false
    end
    local refuse = spells.refuse

    --- Whether a vocation has a spell: of a spell without any, all have it.
    function spells.has_vocation(spell, player)
        local vocations = spell.vocations
        return next(vocations) == nil or vocations[player.vocation and player.vocation.id or 0] ~= nil
    end

    -- Aggressive spells are not for all times and places.
    local function aggression(spell, player)
        if not spell.aggressive and not (tfs and spell.pz_lock) then
            return true
        elseif (spell.range < 1 or not player.target) and player.skull == enum("SKULL_BLACK") then
            return refuse(player, "NOTPOSSIBLE", true)
        elseif conditions.has(player, types.PACIFIED) then
            return refuse(player, "YOUAREEXHAUSTED")
        elseif not world.has_flag(player, "IgnoreProtectionZone") and world.zone(player) == enum("ZONE_PROTECTION") then
            return refuse(player, "ACTIONNOTPERMITTEDINPROTECTIONZONE", true)
        end
        return true
    end

    local function is_cooling(spell, player)
        return conditions.has(player, types.SPELLGROUPCOOLDOWN, spell.group)
            or conditions.has(player, types.SPELLCOOLDOWN, spell.id)
            or (spell.second_group ~= spells.NO_GROUP
                and conditions.has(player, types.SPELLGROUPCOOLDOWN, spell.second_group))
    end

    local function ability(spell, player)
        if player.level < spell.level then
            return refuse(player, "NOTENOUGHLEVEL")
        elseif world.magic_level(player) < spell.magic_level then
            return refuse(player, "NOTENOUGHMAGICLEVEL")
        elseif player.mana < spells.mana_of(spell, player) and not world.has_flag(player, "HasInfiniteMana") then
            return refuse(player, "NOTENOUGHMANA")
        elseif player.soul < spell.soul and not world.has_flag(player, "HasInfiniteSoul") then
            return refuse(player, "NOTENOUGHSOUL")
        end
        return true
    end

    local function is_game_master(player)
        local group = player.group
        return not tfs and group ~= nil and (group.id or 0) >= GAMEMASTER
    end

    -- Canary can be told that all words have to be learned, whatever the vocation.
    local function knowledge(spell, player)
        local is_instant = spell.kind == spells.INSTANT
        if not tfs and parts.config.boolean("LEARN_SPELLS") then
            if is_instant and not parts.players.has_learned(player, spell.name) then
                return refuse(player, "YOUNEEDTOLEARNTHISSPELL")
            end
            return true
        elseif is_instant and spell.learnable then
            if not parts.players.has_learned(player, spell.name) then
                return refuse(player, "YOUNEEDTOLEARNTHISSPELL")
            end
        elseif not spells.has_vocation(spell, player) and not is_game_master(player) then
            return refuse(player, "YOURVOCATIONCANNOTUSETHISSPELL")
        end
        return true
    end

    local function allowed_by_scripts(spell, player)
        local events = parts.events
        if not tfs or not events.ask_meta then
            return true
        end
        return events.ask_meta("Player", "onSpellCheck", true, player, raw.setmetatable({
            name = spell.name,
            level = spell.level,
            mlevel = spell.magic_level,
            mana = spell.mana,
            manapercent = spell.mana_percent,
        }, server.userdata.metatables.Spell))
    end

    --- Whether a player may cast a spell now; it is told when not.
    ---@param spell table
    ---@param player table
    ---@return boolean
    function spells.check(spell, player)
        if world.has_flag(player, "CannotUseSpells") then
            return false
        elseif world.has_flag(player, "IgnoreSpellCheck") then
            return true
        elseif not tfs and conditions.has(player, types.FEARED) then
            world.text(player, enum("MESSAGE_FAILURE"), "You are feared.")
            return false
        elseif not spell.enabled or not allowed_by_scripts(spell, player) or not aggression(spell, player) then
            return false
        elseif is_cooling(spell, player) then
            return refuse(player, "YOUAREEXHAUSTED", spell.kind ~= spells.INSTANT)
        elseif not ability(spell, player) or not knowledge(spell, player) then
            return false
        elseif spell.need_weapon and not WEAPONS[combat.weapon_type_of(player)] then
            return refuse(player, "YOUNEEDAWEAPONTOUSETHISSPELL")
        elseif spell.premium and not world.is_premium(player) then
            return refuse(player, "YOUNEEDPREMIUMACCOUNT")
        elseif not tfs and not spell.need_target and world.is_no_pvp() and not world.is_first_on_stack(player) then
            return refuse(player, "NOTPOSSIBLE", true)
        end
        return true
    end

    -- Whether a place is on the caster's floor.
    local function same_floor(player, place)
        local _, _, z = world.position(player)
        if z > place.z then
            return refuse(player, "FIRSTGOUPSTAIRS")
        elseif z < place.z then
            return refuse(player, "FIRSTGODOWNSTAIRS")
        end
        return true
    end

    local function is_solid(tile)
        return parts.map.has_flag(tile, parts.map.STATE.BLOCKSOLID)
    end

    --- Whether words may be cast at a place.
    function spells.check_place(spell, player, place)
        if place.x == 65535 then
            return true
        elseif not same_floor(player, place) then
            return false
        end
        local map = parts.map
        local tile = map.tile(place.x, place.y, place.z) or map.make_tile(place.x, place.y, place.z)
        if (spell.blocking_creature and map.bottom_visible_creature(tile, player))
            or (spell.blocking_solid and is_solid(tile)) then
            return refuse(player, "NOTENOUGHROOM")
        end
        return true
    end

    -- Players in secure mode don't shoot at players without a skull.
    local function is_secured(player, target)
        return world.secure_mode(player) and target.class_name == "Player" and target ~= player
            and world.skull_of(player, target) == enum("SKULL_NONE") and not combat.in_pvp_zone(player, target)
    end

    --- Whether a rune may be used at a place.
    function spells.check_rune(spell, player, place)
        if not spells.check(spell, player) then
            return false
        elseif place.x == 65535 then
            return true
        elseif not same_floor(player, place) then
            return false
        end
        local map, x, y, z = parts.map, world.position(player)
        local tile = map.tile(place.x, place.y, place.z)
        if not tile then
            return refuse(player, "NOTPOSSIBLE")
        elseif spell.range ~= -1
            and not map.can_throw(x, y, z, place.x, place.y, place.z, true, true, spell.range, spell.range) then
            return refuse(player, "DESTINATIONOUTOFREACH")
        end
        local code = combat.can_reach(player, tile, spell.aggressive)
        if code ~= 0 then
            return refuse(player, code)
        end
        local target = map.bottom_visible_creature(tile, player)
        local is_blocked = spell.blocking_solid and is_solid(tile) and (tfs or not target)
        if is_blocked or (spell.blocking_creature and target) then
            return refuse(player, "NOTENOUGHROOM")
        elseif spell.need_target and not target then
            return refuse(player, "CANONLYUSETHISRUNEONCREATURES")
        elseif spell.aggressive and spell.need_target and is_secured(player, target) then
            return refuse(player, "TURNSECUREMODETOATTACKUNMARKEDPLAYERS")
        end
        return true
    end

    --- Whether a spell reaches from one creature to another.
    function spells.reaches(spell, creature, target)
        local x, y, z = world.position(creature)
        local tx, ty, tz = world.position(target)
        local range = spell.range ~= -1 and spell.range or nil
        if not range and tfs then
            return z == tz and parts.map.can_throw(x, y, z, tx, ty, tz, spell.walls, true, 7, 5)
        end
        return z == tz and parts.map.can_throw(x, y, z, tx, ty, tz, spell.walls, spell.walls, range, range)
    end

    -- After a cast -------------------------------------------------------------------------------------------------

    local function cool(player, type, ms, sub_id)
        if not tfs then
            local rate = parts.config.number("RATE_SPELL_COOLDOWN")
            ms = trunc(ms / (rate > 1e-7 and rate or 0.1))
        end
        if ms > 0 then
            conditions.add(player, conditions.make(DEFAULT_ID, type, ms, 0, false, sub_id))
        end
    end

    -- Who casts one has to wait for the other, too: for bursts as long as for itself, for beams as for its group.
    local TWINS = { ["Terra Burst"] = "Ice Burst", ["Ice Burst"] = "Terra Burst",
        ["Great Death Beam"] = "Great Energy Beam", ["Great Energy Beam"] = "Great Death Beam" }
    local OF_BEAMS = { ["Great Death Beam"] = true, ["Great Energy Beam"] = true }

    --- How long a spell and its second group have to wait with what the wheel of destiny has for them (Canary): the
    --- spell half of its own time at least.
    ---@return number ms
    ---@return number second_ms
    function spells.shortened(spell, player)
        local function boost(key)
            return parts.players.spell_boost(player, spell.name, key)
        end
        local own, second = spell.cooldown - boost("cooldown"), spell.second_cooldown - boost("second_cooldown")
        return max(own, trunc(spell.cooldown / 2)), second
    end

    --- A spell and its groups have to wait.
    function spells.cool_down(spell, player)
        local own, second = spell.cooldown, spell.second_cooldown
        if player.wheel then
            own, second = spells.shortened(spell, player)
        end
        cool(player, types.SPELLCOOLDOWN, own, spell.id)
        cool(player, types.SPELLGROUPCOOLDOWN, spell.group_cooldown, spell.group)
        cool(player, types.SPELLGROUPCOOLDOWN, second, spell.second_group)
        local twin = player.wheel and spells.instant_by_name(TWINS[spell.name] or "")
        if twin then
            cool(player, types.SPELLCOOLDOWN, OF_BEAMS[spell.name] and second or own, twin.id)
        end
    end

    --- What follows a cast: pauses, the fight, and what it costs.
    function spells.finish(spell, player)
        if not world.has_flag(player, "HasNoExhaustion") then
            spells.cool_down(spell, player)
        end
        if spell.aggressive then
            combat.add_fight_ticks(player)
        end
        if spell.cast_sound ~= 0 then
            world.sound(player, spell.cast_sound, spell.impact_sound)
        end
        local mana = spells.mana_of(spell, player)
        if mana > 0 then
            parts.players.add_mana_spent(player, mana)
            world.change_mana(player, -mana)
        end
        if spell.soul > 0 and not world.has_flag(player, "HasInfiniteSoul") then
            world.change_soul(player, -spell.soul)
        end
    end

    --- Locks a player out of protection zones for a spell that says so (Canary).
    function spells.lock(spell, player)
        local kind = world.type()
        if not tfs and spell.pz_lock
            and (kind == enum("WORLD_TYPE_PVP") or kind == enum("WORLD_TYPE_PVP_ENFORCED")) then
            combat.add_fight_ticks(player, true)
        end
    end

    --- Whether a powerless player can't cast a spell (Canary).
    function spells.is_powerless(spell, player)
        return not tfs and spell.group == enum("SPELLGROUP_ATTACK") and types.POWERLESS ~= nil
            and conditions.has(player, types.POWERLESS)
    end
end
