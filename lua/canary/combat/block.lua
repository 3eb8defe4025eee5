--- Keeping hits off: immunity, defence, armour, elements, what is worn, mitigation, and what is thrown back.

local context = ...
local raw = context.raw
local abs, ceil, floor, max = raw.math.abs, raw.math.ceil, raw.math.floor, raw.math.max

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum, whole, round, half = parts.enums.get, combat.whole, combat.round, combat.half
    local BLOCK, NO_TYPE = combat.BLOCK, combat.NONE
    local HEALING, PHYSICAL = enum("COMBAT_HEALING"), enum("COMBAT_PHYSICALDAMAGE")
    local HOLY = enum("COMBAT_HOLYDAMAGE")
    local MANADRAIN, LIFEDRAIN, AGONY = enum("COMBAT_MANADRAIN"), enum("COMBAT_LIFEDRAIN"), enum("COMBAT_AGONYDAMAGE")

    -- Item abilities -------------------------------------------------------------------------------------------------

    -- A share in percent that a worn item has for an element.
    local function ability(item, list_name, type)
        local abilities = item.type.abilities
        local list = abilities and abilities[list_name]
        return list and list[combat.element_index(type)] or 0
    end

    local function use_charge(item)
        local charges = parts.items.number(item, "charges")
        if charges ~= 0 then
            parts.items.transform(item, item.id, charges - 1)
        end
    end
    combat.use_charge = use_charge

    local function boosted(attacker, type, damage)
        combat.each_worn(attacker, function(item)
            local percent = ability(item, "boost", type)
            if percent ~= 0 then
                damage = damage + round(damage * (percent / 100))
            end
        end)
        return damage
    end

    -- Kinds of creatures ----------------------------------------------------------------------------------------------

    local function parried(target, damage, how)
        local defended = false
        if (target.block_count or 0) > 0 then
            target.block_count = target.block_count - 1
            defended = true
        end
        local block, armor_too = BLOCK.NONE, how.armor
        if how.defense and defended and target.use_defense ~= false then
            local defense = combat.defense(target)
            damage = damage - parts.random.uniform(half(defense), defense)
            if damage <= 0 then
                damage, block, armor_too = 0, BLOCK.DEFENSE, false
            end
        end
        if armor_too then
            local armor = combat.armor(target)
            if armor > 3 then
                damage = damage - parts.random.uniform(floor(armor / 2), armor - (armor % 2 + 1))
            elseif armor > 0 then
                damage = damage - 1
            end
            if damage <= 0 then
                damage, block = 0, BLOCK.ARMOR
            end
        end
        if defended and block ~= BLOCK.NONE then
            combat.on_block(target)
        end
        return block, damage
    end

    local function hit_tfs(target, attacker, type, damage, how)
        local block = BLOCK.NONE
        if world.immune_to_damage(target, type) then
            damage, block = 0, BLOCK.IMMUNITY
        elseif type ~= HEALING and (how.defense or how.armor) then
            block, damage = parried(target, damage, how)
        end
        if attacker then
            if attacker.class_name == "Player" then
                damage = boosted(attacker, type, damage)
            end
            if damage <= 0 then
                damage, block = 0, BLOCK.ARMOR
            end
            if type ~= HEALING then
                combat.on_attack(attacker, target)
                combat.on_attack_blocked(attacker, block)
                if attacker.master and attacker.master.class_name == "Player" then
                    combat.on_attack(attacker.master, target)
                end
            end
        end
        if type ~= HEALING then
            combat.on_attacked(target)
        end
        return block, damage
    end

    -- Canary: what spells made a creature keep off, or an attacker do more of.
    local function changed_by_spells(target, attacker, type, damage)
        if type == HEALING or damage == 0 then
            return damage
        end
        local percent = world.absorb(target, type)
        if percent ~= 0 then
            damage = damage - round(damage * percent / 100)
        end
        local flat = target.absorbs_flat and target.absorbs_flat[type] or 0
        if flat ~= 0 then
            damage = max(0, damage + flat)
        end
        local more = attacker and world.increase(attacker, type) or 0
        return more ~= 0 and damage + round(damage * more / 100) or damage
    end

    local function hit_canary(target, attacker, type, damage, how)
        damage = changed_by_spells(target, attacker, type, damage)
        local bare = target.class_name == "Monster" and parts.config.boolean("DISABLE_MONSTER_ARMOR")
        local block = BLOCK.NONE
        if world.immune_to_damage(target, type) then
            damage, block = 0, BLOCK.IMMUNITY
        elseif not bare and (how.defense or how.armor) then
            block, damage = parried(target, damage, how)
        end
        if attacker then
            combat.on_attack(attacker, target)
            combat.on_attack_blocked(attacker, block)
        end
        if damage ~= 0 and type ~= MANADRAIN and type ~= LIFEDRAIN and type ~= AGONY then
            damage = whole(damage - damage * combat.mitigation(target) / 100)
            if damage <= 0 then
                damage, block = 0, BLOCK.ARMOR
            end
        end
        combat.on_attacked(target)
        return block, damage
    end

    local hit = tfs and hit_tfs or hit_canary

    local function worn_tfs(player, attacker, type, damage, how)
        local chance, percent = 0, 0
        combat.each_worn(player, function(item)
            local absorb = ability(item, "absorb", type)
            if absorb ~= 0 then
                damage = damage - ceil(damage * (absorb / 100))
                use_charge(item)
            end
            chance = raw.math.min(100, chance + ability(item, "reflect_chance", type))
            percent = percent + ability(item, "reflect_percent", type)
            local field = how.field and ability(item, "field_absorb", type) or 0
            if field ~= 0 then
                damage = damage - ceil(damage * (field / 100))
                use_charge(item)
            end
        end)
        if attacker and chance > 0 and percent ~= 0 and parts.random.uniform(1, 100) <= chance then
            local back = combat.damage_of(type, -round(damage * (percent / 100)), enum("ORIGIN_REFLECT") or 6)
            combat.change_health(player, attacker, back)
        end
        return damage
    end

    local function worn_canary(player, type, damage, how)
        combat.each_worn(player, function(item)
            damage = parts.items.imbued_absorb(item, type, damage)
            local percent = ability(item, "absorb", type)
            if how.field then
                percent = percent + ability(item, "field_absorb", type)
            end
            if percent ~= 0 then
                damage = damage - round(damage * (percent / 100))
                use_charge(item)
            end
        end)
        return damage
    end

    local function block_of_player(player, attacker, type, damage, how)
        local block
        block, damage = hit(player, attacker, type, damage, how)
        if attacker and (not tfs or type ~= HEALING) then
            parts.clients.send(player, "creature_square", { id = attacker.id, color = 0 })
        end
        if block ~= BLOCK.NONE then
            return block, damage
        elseif damage <= 0 then
            return tfs and BLOCK.ARMOR or block, 0
        end
        if not tfs then
            damage = worn_canary(player, type, damage, how)
            damage = damage - ceil(damage * parts.players.avatar_absorb(player) / 100)
        elseif not how.ignore_resistances then
            damage = worn_tfs(player, attacker, type, damage, how)
        end
        if damage <= 0 then
            return BLOCK.ARMOR, 0
        end
        return block, damage
    end

    local function block_of_monster(monster, attacker, type, damage, how)
        local block
        block, damage = hit(monster, attacker, type, damage, how)
        if damage ~= 0 then
            local elements = monster.type and monster.type.elements
            local change = elements and elements[type] or 0
            if not tfs and attacker and attacker.class_name == "Player" and (type == PHYSICAL or type == HOLY) then
                local key = type == HOLY and "holy" or "physical"
                change = change - parts.players.perk(attacker, "Ballistic Mastery", key)
            end
            if change ~= 0 then
                damage = round(damage * ((100 - change) / 100))
                if damage <= 0 then
                    damage, block = 0, BLOCK.ARMOR
                end
            end
        end
        return block, damage
    end

    --- What is left of one hit.
    ---@param target table
    ---@param attacker table|nil
    ---@param type number COMBAT_*
    ---@param damage number positive
    ---@param how table `defense`, `armor`, `field`, `ignore_resistances`
    ---@return number block_type
    ---@return number damage
    function combat.block_hit(target, attacker, type, damage, how)
        if target.class_name == "Player" then
            return block_of_player(target, attacker, type, damage, how)
        elseif target.class_name == "Monster" then
            return block_of_monster(target, attacker, type, damage, how)
        end
        return hit(target, attacker, type, damage, how)
    end
    local block_hit = combat.block_hit

    local EMPTY = {}

    -- Both parts of a damage ------------------------------------------------------------------------------------------

    local function block_tfs(damage, attacker, target, how)
        local second_how = { field = how.field, ignore_resistances = how.ignore_resistances }
        local first, second = BLOCK.NONE, BLOCK.NONE
        local part = damage.primary
        if part.type ~= NO_TYPE then
            first, part.value = block_hit(target, attacker, part.type, abs(part.value), how)
            if part.type ~= HEALING then
                part.value = -part.value
            end
            combat.show_block(first, part.type, target)
        end
        part = damage.secondary
        if part.type ~= NO_TYPE then
            second, part.value = block_hit(target, attacker, part.type, abs(part.value), second_how)
            if part.type ~= HEALING then
                part.value = -part.value
            end
            combat.show_block(second, part.type, target)
        end
        damage.block_type = first
        return first ~= BLOCK.NONE and second ~= BLOCK.NONE
    end

    -- What a creature throws back: a share and a number (Canary).
    local function reflection(target, type)
        local percent, flat = 0, 0
        if target.class_name == "Monster" then
            local list = target.type and target.type.reflects
            percent = (list and list[type] or 0) + (target.reflects and target.reflects[type] or 0)
        elseif target.class_name == "Player" then
            combat.each_worn(target, function(item)
                local share, number = ability(item, "reflect_percent", type), ability(item, "reflect_flat", type)
                percent, flat = percent + share, flat + number
                if share ~= 0 or number ~= 0 then
                    use_charge(item)
                end
            end)
        end
        return percent, flat
    end

    local function distance(a, b)
        local ax, ay = world.position(a)
        local bx, by = world.position(b)
        return max(abs(ax - bx), abs(ay - by))
    end

    local function reflected(damage, attacker, target, part)
        local percent, flat = reflection(target, part.type)
        if percent <= 0 and flat <= 0 then
            return nil
        elseif target.class_name ~= "Monster" and part.type == PHYSICAL and percent <= 0
            and distance(target, attacker) >= 2 then
            return nil
        end
        local limit = ceil(world.max_health(attacker) * 0.01)
        local value = max(-limit, -flat + ceil(damage.primary.value * percent / 100))
        local back = combat.damage_of(part.type, value)
        if target.class_name == "Player" then
            back.primary.type = enum("COMBAT_NEUTRALDAMAGE")
        end
        back.extension, back.ex_string = true, " (damage reflection)"
        return back
    end

    local function heals(target, attacker, part)
        local list = attacker and target.class_name == "Monster" and target.type and target.type.healings
        local percent = list and list[part.type] or 0
        return percent > 0 and ceil(part.value * (percent / 100)) or 0
    end

    local function block_part(damage, part, attacker, target, how)
        part.value = -part.value
        local healed = heals(target, attacker, part)
        if attacker then
            part.value = whole(part.value * (world.buff(attacker, 1) / 100))
        end
        part.value = whole(part.value * (world.buff(target, 2) / 100))
        if not how.of_condition then
            part.value = max(0, part.value)
        end
        local block
        block, part.value = block_hit(target, attacker, part.type, part.value, how)
        part.value = -part.value
        combat.show_block(block, part.type, target)
        local back
        if not damage.extension and attacker then
            if part == damage.primary and part.type ~= HEALING then
                combat.charm_parry(attacker, target, part.value + damage.secondary.value)
            end
            back = reflected(damage, attacker, target, part)
        end
        return block, healed, back
    end

    local function block_canary(damage, attacker, target, how)
        if damage.primary.value > 0 or damage.primary.type == AGONY then
            return false
        end
        if target.class_name == "Player" then
            local chance = parts.players.dodge_chance(target)
            if chance > 0 and parts.random.uniform(0, 10000) < chance then
                combat.show_block(BLOCK.DODGE, damage.primary.type, target)
                world.text(target, enum("MESSAGE_ATTENTION"), "You dodged an attack.")
                return true
            end
        end
        local first, second, healed, back = BLOCK.NONE, BLOCK.NONE, 0, nil
        if damage.primary.type ~= NO_TYPE then
            first, healed, back = block_part(damage, damage.primary, attacker, target, how)
        end
        if damage.secondary.type ~= NO_TYPE then
            local more, other
            second, more, other = block_part(damage, damage.secondary, attacker, target,
                { field = how.field, of_condition = how.of_condition })
            healed, back = healed + more, back or other
        end
        if damage.primary.type == HEALING then
            damage.primary.value = whole(damage.primary.value * (world.buff(target, 3) / 100))
        end
        if back then
            combat.target(target, attacker, back, combat.params_of({ type = damage.primary.type }))
        end
        if healed > 0 then
            combat.change_health(nil, target, combat.damage_of(HEALING, healed))
        end
        return first ~= BLOCK.NONE and second ~= BLOCK.NONE
    end

    --- Lets a target keep a damage off as far as it can; what is left is in the record then.
    ---@param damage table
    ---@param attacker table|nil
    ---@param target table
    ---@param how table|nil `defense`, `armor`, `field`, `of_condition`, `ignore_resistances`
    ---@return boolean whether nothing is left
    function combat.block(damage, attacker, target, how)
        if damage.primary.type == NO_TYPE and damage.secondary.type == NO_TYPE then
            return true
        elseif target.class_name == "Player" and target.ghost then
            return true
        end
        return (tfs and block_tfs or block_canary)(damage, attacker, target, how or EMPTY)
    end
end
