--- Changing mana as combat does it, and leeching (Canary).

local context = ...
local raw = context.raw
local max, min = raw.math.max, raw.math.min

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum = parts.enums.get
    local ORIGIN_NONE, ORIGIN_SPELL = enum("ORIGIN_NONE"), enum("ORIGIN_SPELL")
    local MANADRAIN, HEALING, POFF = enum("COMBAT_MANADRAIN"), enum("COMBAT_HEALING"), enum("CONST_ME_POFF")

    local function asked(attacker, target, damage)
        if damage.origin == ORIGIN_NONE or not parts.events.has(target, "onManaChange") then
            return false
        end
        parts.events.mana_change(target, attacker, damage)
        damage.origin = ORIGIN_NONE
        return true
    end

    local function give(attacker, target, damage, change)
        if combat.is_outcast(attacker, target) then
            return false
        elseif asked(attacker, target, damage) then
            return combat.change_mana(attacker, target, damage)
        end
        local before = target.mana or 0
        world.change_mana(target, change)
        local real = (target.mana or 0) - before
        if real > 0 and not target.ghost then
            combat.tell_mana(attacker, target, real)
        end
        return true
    end

    local function take(attacker, target, damage, change)
        if not world.is_attackable(target) then
            if not target.ghost then
                world.effect(target, POFF)
            end
            return false
        elseif combat.is_outcast(attacker, target) then
            return false
        end
        local loss = min(target.mana or 0, -change)
        local block
        block, loss = combat.block_hit(target, attacker, MANADRAIN, loss, {})
        if block ~= combat.BLOCK.NONE then
            world.effect(target, POFF)
            return false
        elseif loss <= 0 then
            return true
        elseif asked(attacker, target, damage) then
            return combat.change_mana(attacker, target, damage)
        elseif not tfs and combat.charm_mana_defence(attacker, target, change) then
            return false
        end
        combat.drain_mana(target, attacker, loss)
        combat.tell_mana_loss(attacker, target, loss)
        return true
    end

    local function invert(part)
        if part and part.type == MANADRAIN then
            part.value = -part.value
        end
    end

    --- Changes a creature's mana by a damage record: positive gives, negative takes.
    ---@param attacker table|nil
    ---@param target table
    ---@param damage table
    ---@return boolean
    function combat.change_mana(attacker, target, damage)
        if tfs and target.class_name ~= "Player" then
            return true
        end
        local change = damage.primary.value + (damage.secondary and damage.secondary.value or 0)
        if not tfs and change < 0 and combat.charm_inversion(attacker, target) then
            invert(damage.primary)
            invert(damage.secondary)
            change = damage.primary.value + (damage.secondary and damage.secondary.value or 0)
        end
        if change > 0 then
            return give(attacker, target, damage, change)
        end
        return take(attacker, target, damage, change)
    end

    local function share(real, skill, targets)
        local value = real * (skill / 10000) * (0.1 * targets + 0.9) / targets
        return max(0, min(real, combat.round(value)))
    end

    --- Gives a player a share of the damage done as health and mana (Canary).
    function combat.leech(player, target, damage, real)
        local life = world.skill(player, enum("SKILL_LIFE_LEECH_AMOUNT")) + (damage.life_leech or 0)
            + combat.charm_leech(player, target, "VAMP") + combat.drain_body_leech(target, "life")
        local mana = world.skill(player, enum("SKILL_MANA_LEECH_AMOUNT")) + (damage.mana_leech or 0)
            + combat.charm_leech(player, target, "VOID") + combat.drain_body_leech(target, "mana")
        local targets = max(1, damage.affected or 1)
        if life ~= 0 then
            local back = combat.damage_of(HEALING, share(real, life, targets), ORIGIN_SPELL)
            combat.target(nil, player, back, combat.params_of())
        end
        if mana ~= 0 then
            local back = combat.damage_of(MANADRAIN, share(real, mana, targets), ORIGIN_SPELL)
            combat.target_mana(nil, player, back, combat.params_of())
        end
    end
end
