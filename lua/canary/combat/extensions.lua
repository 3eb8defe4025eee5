--- Canary: critical hits and the like, decided once for all that a combat hits.

return function(server, combat)
    if server.tfs then
        function combat.extend() end
        return
    end
    local parts, world = server.parts, combat.world
    local enum, whole, round = parts.enums.get, combat.whole, combat.round
    local HEALING = enum("COMBAT_HEALING")

    local function times(damage, factor)
        damage.primary.value = whole(damage.primary.value * factor)
        damage.secondary.value = whole(damage.secondary.value * factor)
    end

    -- The chance of an onslaught that a weapon of some tier gives.
    local function is_fatal(player)
        local chance = parts.players.fatal_chance(player)
        return chance > 0 and parts.random.uniform(0, 10000) / 100 < chance
    end

    local function of_player(player, targets, damage)
        local config = parts.config
        local chance = world.skill(player, enum("SKILL_CRITICAL_HIT_CHANCE"))
            + whole(config.number("PLAYER_BASE_CRITICAL_CHANCE") * 10000) + (damage.critical_chance or 0)
        local bonus = world.skill(player, enum("SKILL_CRITICAL_HIT_DAMAGE"))
            + whole(config.number("PLAYER_BASE_CRITICAL_DAMAGE") * 10000) + (damage.critical_damage or 0)
        local critical = chance ~= 0 and parts.random.uniform(1, 10000) <= chance
        local fatal = is_fatal(player)
        local low_blow = not critical and combat.charm_low_blow(player, targets, chance) or nil
        if not critical and not fatal and not low_blow then
            return nil
        end
        local own = {}
        for at = 1, #targets do
            local target = targets[at]
            local changed = #targets == 1 and damage or combat.copy_damage(damage)
            if critical or low_blow and target.class_name == "Monster" and target.type.race_id == low_blow then
                changed.critical = true
                times(changed, 1 + (bonus + combat.charm_savage_blow(player, target)) / 10000)
            end
            if fatal then
                changed.fatal = true
                changed.primary.value = changed.primary.value + round(changed.primary.value * 0.6)
                changed.secondary.value = changed.secondary.value + round(changed.secondary.value * 0.6)
            end
            own[target] = changed
        end
        return #targets > 1 and own or nil
    end

    local function of_monster(monster, damage)
        local kind = monster.type or {}
        local own = (monster.critical_chance or 0) + (kind.crit_chance or 0)
        local chance = own * 100 + (damage.critical_chance or 0)
        local bonus = (monster.critical_damage or 0) * 100 + (damage.critical_damage or 0)
        if chance ~= 0 and parts.random.uniform(1, 10000) <= chance then
            damage.critical = true
            times(damage, 1 + bonus / 10000)
        end
        local factor = monster.type and parts.monsters.rate(kind, "ATTACK") or 1
        local stacks = monster.forge_stack or 0
        if stacks > 0 then
            factor = factor * (1.35 + (stacks - 1) * 0.1)
        end
        times(damage, factor)
    end

    --- Makes a damage critical or stronger as its caster's luck and strength have it.
    ---@param caster table|nil
    ---@param targets table
    ---@param damage table changed when there is one target
    ---@return table|nil own damage of each target, when there are several and it differs
    function combat.extend(caster, targets, damage)
        if damage.extension or not caster or damage.primary.type == HEALING then
            return nil
        elseif caster.class_name == "Player" then
            return of_player(caster, targets, damage)
        elseif caster.class_name == "Monster" then
            of_monster(caster, damage)
        end
        return nil
    end

end
