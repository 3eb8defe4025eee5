--- The record of a weapon, and which item has which.

local context = ...
local raw = context.raw

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum = parts.enums.get
    local PHYSICAL = enum("COMBAT_PHYSICALDAMAGE")
    local KIND = {}
    for name, kind in raw.pairs({
        SWORD = "melee",
        AXE = "melee",
        CLUB = "melee",
        DISTANCE = "distance",
        AMMO = "distance",
        MISSILE = "distance",
        WAND = "wand",
    }) do
        local type = enum("WEAPON_" .. name)
        if type then
            KIND[type] = kind
        end
    end
    combat.WIELD = { LEVEL = 1, MAGLV = 2, VOCREQ = 4, PREMIUM = 8 }

    local places = server.registry.places("weapon")
    combat.weapon_places = places

    --- What kind of weapon a type is: melee, distance or wand; nil for none.
    ---@param type number WEAPON_*
    function combat.weapon_kind(type)
        return KIND[type]
    end

    --- Makes a weapon.
    ---@param kind string melee, distance or wand
    ---@param type number|nil WEAPON_*
    function combat.make_weapon(kind, type)
        local params = combat.params_of({ origin = enum("ORIGIN_SPELL") })
        if kind ~= "wand" then
            params.type, params.blocked_by_armor = PHYSICAL, true
            params.blocked_by_shield = kind == "melee"
        end
        return {
            class_name = "Weapon",
            kind = kind,
            weapon_type = type or 0,
            id = 0,
            params = params,
            level = 0,
            magic_level = 0,
            mana = 0,
            mana_percent = 0,
            health = 0,
            health_percent = 0,
            soul = 0,
            break_chance = 0,
            enabled = true,
            premium = false,
            unproperly = false,
            wield_info = 0,
            vocation_string = "",
            vocations = {},
            min = 0,
            max = 0,
            element_type = combat.NONE,
            element_damage = 0,
        }
    end

    --- Takes from a kind of item what a weapon of it does.
    function combat.configure_weapon(weapon, item_type)
        local abilities = item_type.abilities
        if weapon.kind == "wand" then
            weapon.params.distance_effect = item_type.shoot_type
            if not tfs then
                item_type.combat_type = weapon.params.type
                item_type.max_hit_chance = combat.whole((weapon.min + weapon.max) / 2)
            end
        else
            if weapon.kind == "distance" then
                weapon.params.distance_effect = item_type.shoot_type
            end
            if abilities then
                weapon.element_type = abilities.element_type or combat.NONE
                weapon.element_damage = abilities.element_damage or 0
                weapon.params.use_charges = true
            end
        end
        weapon.id = item_type.id
    end

    --- Enters a weapon for its item; the last that is entered for an item is its weapon.
    function combat.register_weapon(weapon)
        server.registry.add(places, weapon.id, weapon)
        return true
    end

    -- Weapons that no script made: Canary's items.xml has some, and TFS has one for each item that is one.
    local by_item = {}

    local function own(item_type)
        if not tfs then
            return parts.items.built_in_weapon(item_type)
        end
        local kind = KIND[item_type.weapon_type]
        if not kind or kind == "wand" or (kind == "distance"
            and item_type.weapon_type == enum("WEAPON_DISTANCE") and item_type.ammo_type ~= 0) then
            return nil
        end
        local weapon = by_item[item_type.id]
        if not weapon then
            weapon = combat.make_weapon(kind, item_type.weapon_type)
            combat.configure_weapon(weapon, item_type)
            by_item[item_type.id] = weapon
        end
        return weapon
    end

    --- The weapon of an item; nil when it is none.
    ---@param item table|nil
    ---@return table|nil
    function combat.weapon_of(item)
        if not item then
            return nil
        end
        local at, found = 1, nil
        while true do
            local next_one = places:get(item.id, at)
            if not next_one then
                break
            end
            found, at = next_one, at + 1
            if found.from_xml then
                break
            end
        end
        return found or own(item.type)
    end

    local function cost(own_value, percent, most)
        if own_value ~= 0 then
            return own_value
        end
        return percent ~= 0 and raw.math.floor(most * percent / 100) or 0
    end

    --- What mana and health a use costs.
    function combat.weapon_costs(weapon, player)
        return cost(weapon.mana, weapon.mana_percent, world.max_mana(player)),
            cost(weapon.health, weapon.health_percent, world.max_health(player))
    end

    local function affordable(weapon, player)
        local mana, health = combat.weapon_costs(weapon, player)
        return player.mana >= mana and player.health >= health and player.soul >= weapon.soul
            and not (weapon.premium and not world.is_premium(player))
    end

    local function has_vocation(weapon, player)
        local vocation = player.vocation and player.vocation.id or 0
        return raw.next(weapon.vocations) == nil or weapon.vocations[vocation] == true
    end

    --- How much of its damage a weapon does in a player's hands, in percent: 0 when it can't be used.
    ---@param weapon table
    ---@param player table
    ---@param target table
    ---@param range number
    function combat.weapon_check(weapon, player, target, range)
        local x, y, z = world.position(player)
        local tx, ty, tz = world.position(target)
        if z ~= tz or raw.math.max(raw.math.abs(x - tx), raw.math.abs(y - ty)) > range then
            return 0
        elseif world.has_flag(player, "IgnoreWeaponCheck") then
            return 100
        elseif not weapon.enabled or not affordable(weapon, player) or not has_vocation(weapon, player) then
            return 0
        end
        local share = 100
        if player.level < weapon.level then
            share = weapon.unproperly and raw.math.floor(share / 2) or 0
        end
        if world.magic_level(player) < weapon.magic_level then
            share = weapon.unproperly and raw.math.floor(share / 2) or 0
        end
        return share
    end

    --- Whether a player could shoot with something at all.
    function combat.weapon_fits(weapon, player)
        if world.has_flag(player, "IgnoreWeaponCheck") then
            return true
        end
        return weapon.enabled and affordable(weapon, player) and has_vocation(weapon, player)
            and player.level >= weapon.level and world.magic_level(player) >= weapon.magic_level
    end
end
