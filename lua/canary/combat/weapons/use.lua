--- Using weapons: striking, shooting and missing, what is used up, and what is learned.

local context = ...
local raw = context.raw
local abs, floor, lower, max, min = raw.math.abs, raw.math.floor, raw.string.lower, raw.math.max, raw.math.min

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum, whole = parts.enums.get, combat.whole
    local BLOCK = combat.BLOCK

    local function origin(name)
        return enum("ORIGIN_" .. name) or enum("ORIGIN_SPELL")
    end
    local function type_of(name)
        return enum("WEAPON_" .. name) or -1
    end
    local PHYSICAL = enum("COMBAT_PHYSICALDAMAGE")
    local AMMUNITION, DISTANCE, MISSILE = type_of("AMMO"), type_of("DISTANCE"), type_of("MISSILE")
    local FIST, WAND = tfs and -1 or type_of("FIST"), type_of("WAND")
    local SKILLS = {}
    for weapon, skill in raw.pairs({ SWORD = "SWORD", CLUB = "CLUB", AXE = "AXE", FIST = "FIST" }) do
        SKILLS[type_of(weapon)] = enum("SKILL_" .. skill)
    end
    local FIST_ATTACK = 7

    -- What is used up -------------------------------------------------------------------------------------------------

    local function decrement(player, item)
        if not tfs then
            parts.players.tell(player, "supply_used", { id = item.id })
        end
        if item.count > 1 then
            parts.items.transform(item, item.id, item.count - 1)
        else
            parts.items.remove(item)
        end
    end

    local BEGINNERS = { arrow = true, bolt = true, spear = true }
    local BEGINNER_WANDS = { ["wand of vortex"] = true, ["snakebite rod"] = true }

    local function use_up(weapon, player, item, tile)
        local config = parts.config
        local kept = not tfs and BEGINNERS[lower(parts.items.name(item))]
            and not config.boolean("REMOVE_BEGINNING_WEAPON_AMMO")
        if not kept and weapon.break_chance ~= 0 and parts.random.uniform(1, 100) <= weapon.break_chance then
            return decrement(player, item)
        elseif weapon.action == "removecount" then
            if not kept and config.boolean("REMOVE_WEAPON_AMMO") then
                decrement(player, item)
            end
        elseif weapon.action == "removecharge" then
            local charges = parts.items.number(item, "charges")
            if charges ~= 0 and config.boolean("REMOVE_WEAPON_CHARGES") then
                -- Canary takes the comparison for the number: one use is the last.
                parts.items.transform(item, item.id, tfs and charges - 1 or 0)
            end
        elseif weapon.action == "move" and tile and item.parent then
            parts.items.move_item(item.parent, tile, item, { count = 1, flags = enum("FLAG_NOLIMIT") or 1 })
        end
        return player
    end

    local function trained(weapon, player, item)
        local gains = player.gains_skill
        if weapon.kind == "melee" then
            local skill = SKILLS[item.type.weapon_type]
            return skill, gains and player.last_block ~= BLOCK.IMMUNITY and 1 or 0
        elseif weapon.kind == "distance" then
            if not gains then
                return enum("SKILL_DISTANCE"), 0
            elseif (player.last_block or BLOCK.NONE) == BLOCK.NONE then
                return enum("SKILL_DISTANCE"), 2
            end
            local parried = player.last_block == BLOCK.DEFENSE or player.last_block == BLOCK.ARMOR
            return enum("SKILL_DISTANCE"), parried and 1 or 0
        end
    end

    local function used(weapon, player, item, tile)
        if not world.has_flag(player, "NotGainSkill") then
            local skill, points = trained(weapon, player, item)
            if skill and points > 0 then
                parts.players.add_skill_tries(player, skill, points)
            end
        end
        local mana, health = combat.weapon_costs(weapon, player)
        if mana ~= 0 then
            parts.players.add_mana_spent(player, mana)
            world.change_mana(player, -mana)
            if not tfs and parts.config.boolean("REFUND_BEGINNING_WEAPON_MANA")
                and BEGINNER_WANDS[lower(parts.items.name(item))] then
                world.change_mana(player, mana)
            end
        end
        if health ~= 0 then
            world.change_health(player, -health)
        end
        if weapon.soul > 0 and not world.has_flag(player, "HasInfiniteSoul") then
            world.change_soul(player, -weapon.soul)
        end
        use_up(weapon, player, item, tile)
    end

    -- Striking --------------------------------------------------------------------------------------------------------

    local function call(weapon, player, variant)
        return parts.report.call(weapon, weapon.callback, server.userdata.push(player), combat.push_variant(variant))
    end

    local function origin_of(item)
        local type = item.type.weapon_type
        if type == AMMUNITION or type == DISTANCE or type == MISSILE then
            return origin("RANGED")
        elseif tfs and type == WAND then
            return origin("WAND")
        elseif type == FIST then
            return origin("FIST")
        end
        return origin("MELEE")
    end

    local function split(weapon, player, target, item, damage, share)
        local total = whole(combat.weapon_damage(weapon, player, target, item) * share / 100)
        if tfs then
            damage.primary.value = total
            damage.secondary.value = combat.element_damage(weapon, player, target, item)
            return
        end
        local element, attack = combat.element_value(weapon), parts.items.attack(item)
        damage.primary.value = total
        if element > 0 then
            damage.primary.value = whole(total * (attack / (attack + element)))
            damage.secondary.value = whole(total * (element / (attack + element)))
        end
    end

    local function strike(weapon, player, item, target, share)
        if weapon.callback then
            call(weapon, player, { type = combat.VARIANT.NUMBER, number = target.id })
        else
            local damage = combat.damage_of(weapon.params.type, 0, origin_of(item))
            damage.secondary.type = combat.element_of(weapon)
            split(weapon, player, target, item, damage, share)
            combat.target(player, target, damage, weapon.params)
        end
        used(weapon, player, item, target.tile)
    end

    local function strike_tile(weapon, player, item, tile)
        local place = { x = tile.x, y = tile.y, z = tile.z }
        if weapon.callback then
            call(weapon, player, { type = combat.VARIANT.TARGETPOSITION, pos = place })
        else
            combat.miss(player, place, weapon.params)
        end
        used(weapon, player, item, tile)
    end

    -- Shooting --------------------------------------------------------------------------------------------------------

    -- By the most chance that there is and the distance: skill that counts, factor, and what is added.
    local CHANCES = {
        [75] = {
            { 74, 1, 1 }, { 28, 2.4, 8 }, { 45, 1.55, 6 }, { 58, 1.25, 3 }, { 74, 1, 1 }, { 90, 0.8, 3 },
            { 104, 0.7, 2 },
        },
        [90] = {
            { 74, 1.2, 1 }, { 28, 3.2, 0 }, { 45, 2, 0 }, { 58, 1.55, 0 }, { 74, 1.2, 1 }, { 90, 1, 0 }, { 90, 1, 0 },
        },
        [100] = {
            { 73, 1.35, 1 }, { 30, 3.2, 4 }, { 48, 2.05, 2 }, { 65, 1.5, 2 }, { 73, 1.35, 1 }, { 87, 1.2, -4 },
            { 90, 1.1, 1 },
        },
    }

    local function hit_chance(item_type, player, distance)
        if item_type.hit_chance ~= 0 then
            return item_type.hit_chance
        end
        local most = item_type.max_hit_chance
        if most == -1 then
            most = item_type.ammo_type ~= 0 and 90 or 75
        end
        local row = CHANCES[most]
        if not row then
            return most
        end
        local cell = row[distance]
        if not cell then
            return item_type.hit_chance
        end
        local skill = world.skill(player, enum("SKILL_DISTANCE"))
        return floor(min(skill, cell[1]) * cell[2]) + cell[3]
    end

    local function distance_of(player, target)
        local x, y = world.position(player)
        local tx, ty = world.position(target)
        return max(abs(x - tx), abs(y - ty))
    end

    -- Where a shot that misses comes down.
    local function stray(player, target)
        if distance_of(player, target) <= 1 then
            return target.tile
        end
        local around = {}
        for dy = -1, 1 do
            for dx = -1, 1 do
                around[#around + 1] = { dx, dy }
            end
        end
        for at = #around, 2, -1 do
            local other = parts.random.uniform(1, at)
            around[at], around[other] = around[other], around[at]
        end
        local x, y, z = world.position(target)
        for at = 1, #around do
            local tile = parts.map.tile(x + around[at][1], y + around[at][2], z)
            if tile and tile.ground and not parts.map.has_flag(tile, parts.map.STATE.IMMOVABLEBLOCKSOLID) then
                return tile
            end
        end
        return target.tile
    end

    local function shoot(weapon, player, item, target)
        local share
        local bow = item.type.weapon_type == AMMUNITION and combat.weapon(player, true) or nil
        if bow then
            local main = combat.weapon_of(bow) or weapon
            share = combat.weapon_check(main, player, target, parts.items.shoot_range(bow))
        else
            share = combat.weapon_check(weapon, player, target, parts.items.shoot_range(item))
        end
        if share == 0 then
            return false
        end
        local chance = hit_chance(item.type, player, distance_of(player, target))
        if bow then
            chance = chance + parts.items.hit_chance(bow)
        end
        if chance >= parts.random.uniform(1, 100) then
            strike(weapon, player, item, target, share)
        else
            strike_tile(weapon, player, item, stray(player, target))
        end
        return true
    end

    --- Uses a weapon against a creature.
    ---@param weapon table
    ---@param player table
    ---@param item table
    ---@param target table
    ---@return boolean whether it could be used
    function combat.use_weapon(weapon, player, item, target)
        if weapon.kind == "distance" then
            return shoot(weapon, player, item, target)
        end
        local share = combat.weapon_check(weapon, player, target, parts.items.shoot_range(item))
        if share == 0 then
            return false
        end
        strike(weapon, player, item, target, share)
        return true
    end

    --- Strikes with bare hands.
    function combat.use_fist(player, target)
        local _, _, z = world.position(player)
        local _, _, tz = world.position(target)
        if distance_of(player, target) > 1 or z ~= tz then
            return false
        end
        local skill = world.skill(player, enum("SKILL_FIST"))
        local most = combat.max_weapon(player.level, skill, FIST_ATTACK, combat.attack_factor(player))
        local params = combat.params_of({ type = PHYSICAL, blocked_by_armor = true, blocked_by_shield = true })
        local damage = combat.damage_of(PHYSICAL, -parts.random.normal(0, most), origin("MELEE"))
        combat.target(player, target, damage, params)
        if player.gains_skill and not world.has_flag(player, "NotGainSkill") then
            parts.players.add_skill_tries(player, enum("SKILL_FIST"), 1)
        end
        return true
    end

    --- Lets a player strike whom it attacks with what it holds. When it is time is asked by the caller.
    ---@param player table
    ---@param target table
    ---@return boolean whether it struck
    ---@return number|nil delay milliseconds until it may try again, where that is not the time of its weapon
    function combat.player_attack(player, target)
        if not target.tile then
            return false
        end
        local item = combat.weapon(player)
        local weapon = combat.weapon_of(item)
        if weapon then
            local delay = weapon.kind == "distance" and world.action_delay(player) or 0
            if delay > 0 and not parts.config.boolean("CLASSIC_ATTACK_SPEED") then
                return false, delay
            end
            return combat.use_weapon(weapon, player, item, target)
        elseif not tfs and combat.has_bow(player) then
            return false
        end
        return combat.use_fist(player, target)
    end
end
