--- How much a combat does: from numbers, levels and skills, weapons, or what a script works out.

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum, whole, round = parts.enums.get, combat.whole, combat.round
    local LEVELMAGIC, SKILL, DAMAGE = enum("COMBAT_FORMULA_LEVELMAGIC"), enum("COMBAT_FORMULA_SKILL"),
        enum("COMBAT_FORMULA_DAMAGE")
    local AMMUNITION = enum("WEAPON_AMMO")
    -- What a bare hand counts for.
    local FIST_ATTACK = 7

    local function normal(low, high)
        return parts.random.normal(low, high)
    end

    local function level_formula(player, type)
        local special = parts.players.special_magic_level(player, type)
        return player.level * 2 + (world.magic_level(player) + special) * 3
    end

    -- What a script's formula is told of the weapon.
    local function skill_values(player, damage, params)
        local tool = combat.weapon(player)
        local weapon = combat.weapon_of(tool)
        local attack, bow = FIST_ATTACK, nil
        if weapon then
            attack = parts.items.attack(tool)
            if tool.type.weapon_type == AMMUNITION then
                bow = combat.weapon(player, true)
                attack = attack + (bow and parts.items.attack(bow) or 0)
            end
        end
        if tfs then
            if weapon then
                damage.secondary.type = combat.element_of(weapon)
                damage.secondary.value = combat.element_damage(weapon, player, nil, tool)
            end
            return combat.weapon_skill(player, bow or tool), attack, combat.attack_factor(player), 0, false
        elseif not weapon then
            return 0, attack, 0, 0, false
        end
        local element = combat.element_of(weapon)
        damage.secondary.type = element
        local share, split = 0, element ~= combat.NONE
        if split then
            share = combat.element_value(weapon)
            attack = attack + share
        end
        if params.use_charges then
            combat.use_charge(tool)
        end
        return combat.weapon_skill(player, bow or tool), attack, combat.attack_factor(player), share, split
    end

    local function of_script(callback, player, damage, params)
        if not callback.skill then
            local special = parts.players.special_magic_level(player, damage.primary.type)
            local magic = world.magic_level(player) + special
            local low, high = combat.ask_formula(callback, player, player.level, magic)
            if low then
                damage.primary.value = normal(low, high)
            end
            return
        end
        local skill, attack, factor, share, split = skill_values(player, damage, params)
        local low, high = combat.ask_formula(callback, player, skill, attack, factor)
        if not low then
            return
        end
        local value = normal(low, high)
        if tfs then
            damage.primary.value = value
        elseif split then
            local part = share / attack
            damage.secondary.value = round(value * part)
            damage.primary.value = round(value * (1 - part))
        else
            damage.primary.value = value
            damage.secondary.type, damage.secondary.value = combat.NONE, 0
        end
    end

    local function of_weapon(object, player, target, damage)
        local tool = combat.weapon(player)
        local weapon = combat.weapon_of(tool)
        if not weapon then
            damage.primary.value = normal(whole(object.min_b), whole(object.max_b))
            return
        end
        local most = combat.weapon_damage(weapon, player, target, tool, true)
        damage.primary.value = normal(whole(object.min_b), whole(most * object.max_a + object.max_b))
        damage.secondary.type = combat.element_of(weapon)
        damage.secondary.value = combat.element_damage(weapon, player, target, tool)
        if not tfs and object.params.use_charges then
            combat.use_charge(tool)
        end
    end

    --- The damage that a combat does this time.
    ---@param object table record of a Combat
    ---@param caster table|nil
    ---@param target table|nil
    ---@return table damage
    function combat.roll(object, caster, target)
        local params = object.params
        local damage = combat.damage_of(params.type, 0, params.origin)
        damage.instant_name, damage.rune_name = object.instant_name, object.rune_name
        if not tfs then
            combat.wheel_of_spell(caster, damage)
        end
        if object.formula == DAMAGE then
            damage.primary.value = normal(whole(object.min_a), whole(object.max_a))
        elseif caster then
            if (caster.combat_min or 0) ~= 0 or (caster.combat_max or 0) ~= 0 then
                damage.primary.value = normal(caster.combat_min or 0, caster.combat_max or 0)
            elseif caster.class_name == "Player" then
                if params.value_callback then
                    of_script(params.value_callback, caster, damage, params)
                elseif object.formula == LEVELMAGIC then
                    local level = level_formula(caster, damage.primary.type)
                    damage.primary.value = normal(whole(level * object.min_a + object.min_b),
                        whole(level * object.max_a + object.max_b))
                elseif object.formula == SKILL then
                    of_weapon(object, caster, target, damage)
                end
            end
        end
        return damage
    end
end
