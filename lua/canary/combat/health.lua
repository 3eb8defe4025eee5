--- Changing health: scripts are asked, all around are told, mana shields take what they can.

local context = ...
local raw = context.raw
local abs, max, min = raw.math.abs, raw.math.max, raw.math.min

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum, conditions = parts.enums.get, parts.conditions
    local whole, round, NO_TYPE = combat.whole, combat.round, combat.NONE
    local ORIGIN_NONE, ORIGIN_CONDITION = enum("ORIGIN_NONE"), enum("ORIGIN_CONDITION")
    local HEALING, UNDEFINED = enum("COMBAT_HEALING"), enum("COMBAT_UNDEFINEDDAMAGE")
    local BLACK, NO_SKULL = enum("SKULL_BLACK"), enum("SKULL_NONE")
    local POFF, LOSEENERGY = enum("CONST_ME_POFF"), enum("CONST_ME_LOSEENERGY")
    local CRITICAL, FATAL = enum("CONST_ME_CRITICAL_DAMAGE"), enum("CONST_ME_FATAL")

    local function player_of(creature)
        return creature and creature.class_name == "Player" and creature or nil
    end

    -- Those whom all avoid may only touch others of their kind.
    local function is_outcast(attacker, target)
        local player, other = player_of(attacker), player_of(target)
        return player ~= nil and other ~= nil and player.skull == BLACK and world.skull_of(player, other) == NO_SKULL
    end
    combat.is_outcast = is_outcast

    -- Whether scripts took the change over: it is begun anew with what they made of it.
    local function asked(kind, attacker, target, damage)
        if damage.origin == ORIGIN_NONE or not parts.events.has(target, kind) then
            return false
        end
        local change = kind == "onHealthChange" and parts.events.health_change or parts.events.mana_change
        change(target, attacker, damage)
        return true
    end

    local function heal(attacker, target, damage)
        if target.health <= 0 or is_outcast(attacker, target) then
            return false
        elseif asked("onHealthChange", attacker, target, damage) then
            damage.origin = ORIGIN_NONE
            return combat.change_health(attacker, target, damage)
        end
        if not tfs then
            combat.wheel_healing(attacker, target, damage)
        end
        local before = target.health
        parts.creatures.gain_health(target, attacker, damage.primary.value)
        local real = target.health - before
        if real > 0 and not target.ghost then
            combat.tell_healing(attacker, target, real)
        end
        return true
    end

    -- Mana shields -------------------------------------------------------------------------------------------------

    local function shielded(attacker, target, damage, watchers, amount)
        combat.drain_mana(target, attacker, amount)
        world.effect(target, LOSEENERGY)
        combat.tell_shield(watchers, attacker, target, amount, damage)
        damage.primary.value = damage.primary.value - amount
        if damage.primary.value < 0 then
            damage.secondary.value = max(0, damage.secondary.value + damage.primary.value)
            damage.primary.value = 0
        end
    end

    -- Scripts may change what a shield of mana takes; nil when nothing is left of it.
    local function shield_events(attacker, target, damage, amount)
        if asked("onManaChange", attacker, target, damage) then
            local sum = damage.primary.value + damage.secondary.value
            return sum ~= 0 and min(target.mana, sum) or nil
        end
        return amount
    end

    local function shield_tfs(attacker, target, damage, watchers)
        local types = conditions.types
        if not player_of(target) or damage.primary.type == UNDEFINED
            or not (conditions.has(target, types.MANASHIELD) or conditions.has(target, types.MANASHIELD_BREAKABLE)) then
            return true
        end
        local amount = min(target.mana, damage.primary.value + damage.secondary.value)
        amount = shield_events(attacker, target, damage, amount)
        if not amount then
            return false
        end
        if parts.config.boolean("MANASHIELD_BREAKABLE") then
            local condition = conditions.get_type(target, types.MANASHIELD_BREAKABLE)
            if condition and conditions.shield_damage(condition, target, amount) ~= 0 then
                -- The server takes the comparison for the rest.
                amount = amount - 1
                conditions.remove_type(target, types.MANASHIELD_BREAKABLE)
            end
        end
        if amount ~= 0 then
            shielded(attacker, target, damage, watchers, amount)
            if target.mana == 0 then
                conditions.remove_type(target, types.MANASHIELD_BREAKABLE)
            end
        end
        return true
    end

    local function shield_canary(attacker, target, damage, watchers)
        local MANASHIELD = conditions.types.MANASHIELD
        if damage.primary.type == UNDEFINED or not conditions.has(target, MANASHIELD) then
            return true
        end
        local amount = min(target.mana or 0, damage.primary.value + damage.secondary.value)
        local shield = target.mana_shield or 0
        if shield > amount then
            target.mana_shield = shield - amount
            shield = target.mana_shield
        elseif shield > 0 then
            amount, shield = shield, 0
            conditions.remove_type(target, MANASHIELD)
        end
        if amount ~= 0 then
            amount = shield_events(attacker, target, damage, amount)
            if not amount then
                return false
            end
            shielded(attacker, target, damage, watchers, amount)
            if (target.mana or 0) == 0 and shield > 0 then
                conditions.remove_type(target, MANASHIELD)
            end
        end
        return true
    end

    -- Hurting ------------------------------------------------------------------------------------------------------

    local function show(target, damage)
        local shown = { value = damage.primary.value, second = damage.secondary.value }
        shown.color, shown.second_color = combat.NO_COLOR, combat.NO_COLOR
        local effect
        if damage.primary.value ~= 0 then
            shown.color, effect = combat.look(damage.primary.type, target)
            world.effect(target, effect)
        end
        if damage.secondary.value ~= 0 then
            shown.second_color, effect = combat.look(damage.secondary.type, target)
            world.effect(target, effect)
        end
        return shown
    end

    local function tell(watchers, attacker, target, real, damage)
        local shown = show(target, damage)
        -- TFS asks for the second colour, which nothing has set when there is no second damage: it always tells.
        if tfs or shown.color ~= combat.NO_COLOR or shown.second_color ~= combat.NO_COLOR then
            combat.tell_damage(watchers, attacker, target, real, damage, shown)
        end
    end

    -- No more than there is.
    local function capped(damage, health)
        if damage.primary.value >= health then
            damage.primary.value, damage.secondary.value = health, 0
        elseif damage.secondary.value ~= 0 then
            damage.secondary.value = min(damage.secondary.value, health - damage.primary.value)
        end
    end

    local function show_health(target)
        parts.creatures.tell_seers(target, "health", {
            id = target.id,
            percent = parts.creatures.health_percent(target),
        })
    end

    local function hurt_tfs(attacker, target, damage)
        combat.make_positive(damage)
        if damage.primary.value + damage.secondary.value == 0 then
            return true
        end
        local watchers = world.watchers(target.tile, true)
        if not shield_tfs(attacker, target, damage, watchers) then
            return true
        elseif damage.primary.value + damage.secondary.value == 0 then
            return true
        elseif asked("onHealthChange", attacker, target, damage) then
            damage.origin = ORIGIN_NONE
            return combat.change_health(attacker, target, damage)
        end
        local health = target.health
        capped(damage, health)
        local real = damage.primary.value + damage.secondary.value
        if real == 0 then
            return true
        end
        tell(watchers, attacker, target, real, damage)
        if real >= health and not parts.events.prepare_death(target, attacker) then
            return false
        end
        combat.drain_health(target, attacker, real)
        show_health(target)
        return true
    end

    local function by_buffs(damage, factor)
        damage.primary.value = whole(damage.primary.value * factor)
        damage.secondary.value = whole(damage.secondary.value * factor)
    end

    local function pvp_factor(attacker, target)
        local difference = target.level - attacker.level
        local most = parts.config.number("PVP_MAX_LEVEL_DIFFERENCE")
        local size = min(abs(difference), most)
        local levels
        if difference < 0 then
            levels = 1 + size * parts.config.number("PVP_RATE_DAMAGE_TAKEN_PER_LEVEL") / 100
        else
            levels = 1 - size * parts.config.number("PVP_RATE_DAMAGE_REDUCTION_PER_LEVEL") / 100
        end
        local received = target.vocation and target.vocation.pvp_received or 1
        local dealt = attacker.vocation and attacker.vocation.pvp_dealt or 1
        return received * dealt * levels
    end

    local function hurt_canary(attacker, target, damage, of_event)
        if asked("onHealthChange", attacker, target, damage) then
            damage.origin = ORIGIN_NONE
            return combat.change_health(attacker, target, damage)
        end
        combat.wheel_damage(attacker, target, damage)
        combat.make_positive(damage)
        if not of_event and parts.events.drain_health then
            parts.events.drain_health(target, attacker, damage)
        end
        if damage.origin ~= ORIGIN_NONE and damage.primary.type ~= HEALING then
            if attacker then
                by_buffs(damage, world.buff(attacker, 1) / 100)
            end
            by_buffs(damage, world.buff(target, 2) / 100)
        end
        if damage.primary.value + damage.secondary.value == 0 then
            return true
        end
        local watchers = world.watchers(target.tile, true)
        if combat.hazard(attacker, target, damage, watchers) then
            return true
        end
        if damage.fatal then
            world.effect(target, FATAL)
        elseif damage.critical then
            world.effect(target, CRITICAL)
        end
        local sum = damage.primary.value + damage.secondary.value
        if not damage.extension and combat.charm_defence(attacker, target, sum) then
            return true
        elseif not shield_canary(attacker, target, damage, watchers) then
            return true
        elseif damage.primary.value + damage.secondary.value == 0 then
            return true
        end
        local player, other = player_of(attacker), player_of(target)
        if player and other then
            local factor = pvp_factor(player, other)
            damage.primary.value = round(damage.primary.value * factor)
            damage.secondary.value = round(damage.secondary.value * factor)
        end
        local health = target.health
        local real = min(health, damage.primary.value + damage.secondary.value)
        if real == 0 then
            return true
        elseif real >= health and not parts.events.prepare_death(target, attacker, real) then
            return false
        end
        if other then
            parts.players.gift_of_life(other, damage.primary.value + damage.secondary.value)
        end
        health = target.health
        capped(damage, health)
        combat.drain_health(target, attacker, real)
        show_health(target)
        tell(watchers, attacker, target, real, damage)
        if player and not damage.extension and damage.origin ~= ORIGIN_CONDITION then
            combat.charm_attack(player, target)
            combat.leech(player, target, damage, real)
        end
        return true
    end

    --- Changes a creature's health by a damage record: positive heals, negative hurts. Nothing keeps it off any more.
    ---@param attacker table|nil
    ---@param target table
    ---@param damage table
    ---@param of_event boolean|nil
    ---@return boolean
    function combat.change_health(attacker, target, damage, of_event)
        if not damage.secondary then
            damage.secondary = { type = NO_TYPE, value = 0 }
        end
        if damage.primary.value > 0 then
            return heal(attacker, target, damage)
        elseif not world.is_attackable(target) then
            if not target.ghost then
                world.effect(target, POFF)
            end
            return true
        elseif is_outcast(attacker, target) then
            return false
        elseif tfs then
            return hurt_tfs(attacker, target, damage)
        end
        return hurt_canary(attacker, target, damage, of_event)
    end
end
