--- How much weapons do.

local context = ...
local raw = context.raw
local ceil, floor, max = raw.math.ceil, raw.math.floor, raw.math.max

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum, whole, round = parts.enums.get, combat.whole, combat.round
    local AMMUNITION, SKILL_DISTANCE = enum("WEAPON_AMMO"), enum("SKILL_DISTANCE")

    local function normal(low, high)
        return parts.random.normal(low, high)
    end

    --- The most damage of a blow: of monsters.
    function combat.max_melee(skill, attack)
        return ceil(skill * (attack * 0.05) + attack * 0.5)
    end

    --- The most damage of a blow: of players.
    ---@param level number
    ---@param skill number
    ---@param attack number
    ---@param factor number see combat.attack_factor
    function combat.max_weapon(level, skill, attack, factor)
        local by_level = floor(level / 5)
        if tfs then
            return round(by_level + (skill / 4 + 1) * (attack / 3) * 1.03 / factor)
        elseif attack <= 0 then
            return 0
        end
        return round(0.085 * factor * attack * skill + by_level)
    end
    local max_weapon = combat.max_weapon

    local function vocation(player, key)
        return player.vocation and player.vocation[key] or 1
    end

    -- Melee ----------------------------------------------------------------------------------------------------------

    local melee, distance, wand = {}, {}, {}

    function melee.damage(weapon, player, _, item, only_max)
        local skill, factor = combat.weapon_skill(player, item), combat.attack_factor(player)
        local attack = max(0, parts.items.attack(item))
        local all = tfs and attack or attack + weapon.element_damage
        local most = whole(max_weapon(player.level, skill, all, factor) * vocation(player, "melee_damage"))
        if only_max then
            return -most
        end
        local least = not tfs and attack > 0 and floor(player.level / 5) or 0
        return -normal(least, most)
    end

    function melee.element(weapon, player, _, item)
        if weapon.element_type == combat.NONE then
            return 0
        end
        local skill, factor = combat.weapon_skill(player, item), combat.attack_factor(player)
        local most = max_weapon(player.level, skill, weapon.element_damage, factor)
        local least = tfs and 0 or floor(player.level / 5)
        return -normal(least, whole(most * vocation(player, "melee_damage")))
    end

    -- Distance -------------------------------------------------------------------------------------------------------

    local function bow_attack(player, item)
        if item.type.weapon_type ~= AMMUNITION then
            return 0
        end
        local bow = combat.weapon(player, true)
        return bow and parts.items.attack(bow) or 0
    end

    local function distance_tfs(_, player, target, item, only_max)
        local attack = parts.items.attack(item) + bow_attack(player, item)
        local skill, factor = world.skill(player, SKILL_DISTANCE), combat.attack_factor(player)
        local most = whole(max_weapon(player.level, skill, attack, factor) * vocation(player, "distance_damage"))
        if only_max then
            return -most
        end
        local least = 0
        if target then
            least = ceil(player.level * (target.class_name == "Player" and 0.1 or 0.2))
        end
        return -normal(least, most)
    end

    local function distance_canary(_, player, target, item, only_max)
        local attack, has_element = parts.items.attack(item), false
        if item.type.weapon_type == AMMUNITION then
            local bow = combat.weapon(player, true)
            if bow then
                local abilities = item.type.abilities
                local extra = abilities and abilities.element_damage or 0
                attack, has_element = attack + extra + parts.items.attack(bow), extra ~= 0
            end
        end
        local skill, factor = world.skill(player, SKILL_DISTANCE), combat.attack_factor(player)
        local least = floor(player.level / 5)
        local most = round(0.09 * factor * skill * attack + least)
        if only_max then
            return -most
        elseif target and target.class_name == "Player" then
            least = floor(least / (has_element and 4 or 2))
        elseif has_element then
            least, most = floor(least / 2), floor(most / 2)
        end
        return -normal(least, most * whole(vocation(player, "distance_damage")))
    end

    distance.damage = tfs and distance_tfs or distance_canary

    function distance.element(weapon, player, target, item)
        if weapon.element_type == combat.NONE then
            return 0
        end
        local attack = weapon.element_damage + bow_attack(player, item)
        if not tfs and item.type.weapon_type == AMMUNITION then
            attack = attack + parts.items.attack(item)
        end
        local skill, factor = world.skill(player, SKILL_DISTANCE), combat.attack_factor(player)
        local least, most
        if tfs then
            least = target and ceil(player.level * (target.class_name == "Player" and 0.1 or 0.2)) or 0
            most = max_weapon(player.level, skill, attack, factor)
        else
            least = floor(player.level / 5)
            most = whole(round(0.09 * factor * skill * attack + least) / 2)
            if target then
                least = floor(least / (target.class_name == "Player" and 4 or 2))
            end
        end
        return -normal(least, whole(most * vocation(player, "distance_damage")))
    end

    -- Wands ----------------------------------------------------------------------------------------------------------

    function wand.damage(weapon, _, _, _, only_max)
        return only_max and -weapon.max or -normal(weapon.min, weapon.max)
    end

    function wand.element()
        return 0
    end

    local kinds = { melee = melee, distance = distance, wand = wand }

    --- The damage of a weapon, negative: the most, or by chance.
    function combat.weapon_damage(weapon, player, target, item, only_max)
        return kinds[weapon.kind].damage(weapon, player, target, item, only_max)
    end

    --- The damage of its element, negative.
    function combat.element_damage(weapon, player, target, item)
        return kinds[weapon.kind].element(weapon, player, target, item)
    end

    --- The element of a weapon (COMBAT_*), and how strong it is.
    function combat.element_of(weapon)
        return weapon.kind ~= "wand" and weapon.element_type or combat.NONE
    end

    function combat.element_value(weapon)
        return weapon.kind ~= "wand" and weapon.element_damage or 0
    end
end
