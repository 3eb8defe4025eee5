--- What creatures carry for a fight: weapons and shields of players, armour and defence of all.

local context = ...
local raw = context.raw
local ceil, max, min = raw.math.ceil, raw.math.max, raw.math.min

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum, whole = parts.enums.get, combat.whole

    local function slot(name)
        return enum("CONST_SLOT_" .. name)
    end
    local function kind(name)
        return enum("WEAPON_" .. name) or -1
    end
    local LEFT, RIGHT, AMMO, FIRST = slot("LEFT"), slot("RIGHT"), slot("AMMO"), slot("HEAD")
    local LAST = tfs and AMMO or slot("LAST")
    local NONE, SWORD, CLUB, AXE = kind("NONE"), kind("SWORD"), kind("CLUB"), kind("AXE")
    local SHIELD, DISTANCE, MISSILE, AMMUNITION = kind("SHIELD"), kind("DISTANCE"), kind("MISSILE"), kind("AMMO")
    local QUIVER, FIST = tfs and kind("QUIVER") or -1, tfs and -1 or kind("FIST")
    local SKILL_FIST, SKILL_SHIELD = enum("SKILL_FIST"), enum("SKILL_SHIELD")
    local ATTACK_MODE, BALANCED_MODE = enum("FIGHTMODE_ATTACK") or 1, enum("FIGHTMODE_BALANCED") or 2

    local function item_in(player, at)
        return player.inventory and player.inventory[at] or nil
    end

    --- Weapon type of an item (WEAPON_*).
    function combat.weapon_type(item)
        return item.type.weapon_type
    end

    -- Ammunition ---------------------------------------------------------------------------------------------------

    local function quiver_of(player)
        local item = item_in(player, RIGHT)
        if not item or not item.items then
            return nil
        elseif tfs then
            return item.type.weapon_type == QUIVER and item or nil
        end
        return item.type.is_quiver and item or nil
    end

    local function ammo_in(container, ammo_type, player)
        for _, item in raw.ipairs(container.items) do
            if item.type.ammo_type == ammo_type then
                local weapon = combat.weapon_of(item)
                if weapon and combat.weapon_fits(weapon, player) then
                    return item
                end
            end
        end
    end

    local function ammo_for(player, ammo_type)
        if tfs then
            local item = item_in(player, AMMO)
            if item and item.type.ammo_type == ammo_type then
                return item
            end
        end
        local quiver = quiver_of(player)
        return quiver and ammo_in(quiver, ammo_type, player) or nil
    end

    local function weapon_in(player, at, no_ammo)
        local item = item_in(player, at)
        if not item then
            return nil
        end
        local type = item.type.weapon_type
        if type == NONE or type == SHIELD or type == AMMUNITION or type == QUIVER then
            return nil
        end
        if not no_ammo and (type == DISTANCE or type == MISSILE) and item.type.ammo_type ~= 0 then
            return ammo_for(player, item.type.ammo_type)
        end
        return item
    end

    --- The item that a player attacks with: of bows the ammunition, unless that is ignored. Nil for bare hands.
    ---@param player table
    ---@param no_ammo boolean|nil
    function combat.weapon(player, no_ammo)
        return weapon_in(player, LEFT, no_ammo) or weapon_in(player, RIGHT, no_ammo)
    end

    --- Weapon type of what a player attacks with (WEAPON_*).
    function combat.weapon_type_of(player)
        local item = combat.weapon(player)
        return item and item.type.weapon_type or NONE
    end

    --- Whether a player has a bow or the like in hand.
    function combat.has_bow(player)
        for at = RIGHT, LEFT do
            local item = item_in(player, at)
            if item and item.type.weapon_type == DISTANCE then
                return true
            end
        end
        return false
    end

    --- The skill that an item is wielded with, as its level.
    function combat.weapon_skill(player, item)
        if not item then
            return world.skill(player, SKILL_FIST)
        end
        local type = item.type.weapon_type
        if type == SWORD then
            return world.skill(player, enum("SKILL_SWORD"))
        elseif type == CLUB then
            return world.skill(player, enum("SKILL_CLUB"))
        elseif type == AXE then
            return world.skill(player, enum("SKILL_AXE"))
        elseif type == DISTANCE or type == MISSILE then
            return world.skill(player, enum("SKILL_DISTANCE"))
        elseif type == FIST then
            return world.skill(player, SKILL_FIST)
        end
        return 0
    end

    local function shield_and_weapon(player)
        local shield, weapon
        for at = RIGHT, LEFT do
            local item = item_in(player, at)
            local type = item and item.type.weapon_type or NONE
            if type == SHIELD or type == QUIVER then
                if not shield or parts.items.defense(item) > parts.items.defense(shield) then
                    shield = item
                end
            elseif type ~= NONE then
                weapon = item
            end
        end
        return shield, weapon
    end

    --- The shield in a player's hands.
    function combat.shield(player)
        for at = RIGHT, LEFT do
            local item = item_in(player, at)
            if item and item.type.weapon_type == SHIELD then
                return item
            end
        end
    end

    -- Factors ------------------------------------------------------------------------------------------------------

    local function by_mode(player, attack, balanced, defense)
        local mode = player.fight_mode or ATTACK_MODE
        return mode == ATTACK_MODE and attack or (mode == BALANCED_MODE and balanced or defense)
    end

    --- How much of its strength a player puts into attacks. TFS divides by it.
    function combat.attack_factor(player)
        if tfs then
            return by_mode(player, 1, 1.2, 2)
        end
        return by_mode(player, 1, 0.75, 0.5)
    end

    --- Milliseconds between two attacks of a player.
    function combat.attack_speed(player)
        local own = player.vocation and player.vocation.attack_speed or 2000
        if tfs then
            local weapon = combat.weapon(player, true)
            local speed = weapon and parts.items.attack_speed(weapon) or 0
            return speed ~= 0 and speed or own
        end
        return own
    end

    local function defense_factor(player)
        local busy = player.last_attack and server.now - player.last_attack < combat.attack_speed(player)
        return busy and by_mode(player, 0.5, 0.75, 1) or 1
    end

    -- Armour and defence -------------------------------------------------------------------------------------------

    local ARMOR_SLOTS = { "HEAD", "NECKLACE", "ARMOR", "LEGS", "FEET", "RING" }
    if not tfs then
        ARMOR_SLOTS[7] = "AMMO"
    end

    local function armor_of_player(player)
        local sum = 0
        for at = 1, #ARMOR_SLOTS do
            local item = item_in(player, slot(ARMOR_SLOTS[at]))
            if item then
                sum = sum + parts.items.armor(item)
            end
        end
        local factor = player.vocation and player.vocation.armor or 1
        return whole(sum * (tfs and factor or whole(factor)))
    end

    local function defense_of_player(player)
        local skill, value = world.skill(player, SKILL_FIST), 7
        local shield, weapon = shield_and_weapon(player)
        if weapon then
            value = parts.items.defense(weapon) + parts.items.extra_defense(weapon)
            skill = combat.weapon_skill(player, weapon)
        end
        if shield then
            value = parts.items.defense(shield) + (weapon and parts.items.extra_defense(weapon) or 0)
            skill = world.skill(player, SKILL_SHIELD)
        end
        if skill == 0 then
            return by_mode(player, 1, 1, 2)
        end
        local scale = 0.15
        if not tfs then
            scale = shield and 0.16 or (weapon and parts.items.defense(weapon) > 0 and 0.146 or 0.15)
        end
        local factor = player.vocation and player.vocation.defense or 1
        return whole((skill / 4 + 2.23) * value * scale * defense_factor(player) * factor)
    end

    local function multiplier(monster)
        if tfs or not monster.type then
            return 1
        end
        return parts.monsters.defense_factor(monster)
    end

    --- How much of each hit armour takes.
    ---@param creature table
    function combat.armor(creature)
        if creature.class_name == "Player" then
            return armor_of_player(creature)
        end
        return whole((creature.type and creature.type.armor or 0) * multiplier(creature))
    end

    --- How much of a hit can be parried.
    ---@param creature table
    function combat.defense(creature)
        if creature.class_name == "Player" then
            return defense_of_player(creature)
        end
        local own = (creature.type and creature.type.defense or 0) + (creature.more_defense or 0)
        return whole(own * multiplier(creature))
    end

    local function mitigation_of_player(player)
        local vocation = player.vocation or {}
        local factor, shield_factor, distance_factor = by_mode(player, 0.8, 1, 1.2), 1, 1
        local value = 0
        local shield, weapon = item_in(player, RIGHT), item_in(player, LEFT)
        if shield then
            if shield.type.is_quiver or shield.type.is_spell_book then
                distance_factor = vocation.mitigation_secondary_shield or 1
            else
                shield_factor = vocation.mitigation_primary_shield or 1
            end
            value = parts.items.defense(shield)
            value = value + (value > 0 and parts.players.perk(player, "Combat Mastery", "defense") or 0)
        end
        if weapon then
            local ammo = weapon.type.ammo_type
            if ammo == 1 or ammo == 2 then
                distance_factor = vocation.mitigation_secondary_shield or 1
            elseif raw.bit.band(weapon.type.slot_position, enum("SLOTP_TWO_HAND") or 2048) ~= 0 then
                value = parts.items.defense(weapon) + parts.items.extra_defense(weapon)
                shield_factor = vocation.mitigation_secondary_shield or 1
            else
                value = value + parts.items.extra_defense(weapon)
                shield_factor = vocation.mitigation_primary_shield or 1
            end
        end
        local skill = world.skill(player, SKILL_SHIELD)
        local sum = skill * (vocation.mitigation_factor or 1) + shield_factor * value
        local own = ceil(sum / 100 * factor * distance_factor * 100) / 100
        return own + own * parts.players.wheel_stat(player, "mitigation") / 100 / 100
    end

    --- How much of any damage is softened, in percent (Canary).
    ---@param creature table
    function combat.mitigation(creature)
        if creature.class_name == "Player" then
            return mitigation_of_player(creature)
        elseif creature.class_name ~= "Monster" then
            return 0
        end
        local factor = multiplier(creature)
        local value = (creature.type and creature.type.mitigation or 0) * factor
        if parts.config.boolean("DISABLE_MONSTER_ARMOR") then
            value = value + ceil((combat.defense(creature) + combat.armor(creature)) / 100) * factor * 2
        end
        return min(value, 30)
    end

    --- Calls a function with each item that a player wears and that works where it is; true from it ends the round.
    ---@param player table
    ---@param visit function
    function combat.each_worn(player, visit)
        local enabled = parts.items.ability_enabled
        for at = FIRST, max(FIRST, LAST) do
            local item = item_in(player, at)
            if item and enabled(player, at) and visit(item, at) then
                return
            end
        end
    end
end
