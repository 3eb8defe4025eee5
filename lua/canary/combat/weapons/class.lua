--- The class Weapon of scripts.

local context = ...
local raw = context.raw
local floor, lower, select, type = raw.math.floor, raw.string.lower, raw.select, raw.type

return function(server, combat)
    local userdata, arguments, tfs, parts = server.userdata, server.arguments, server.tfs, server.parts
    local get, number, u8, u16, u32 = userdata.get, arguments.number, arguments.u8, arguments.u16, arguments.u32
    local i32, boolean, text = arguments.i32, arguments.boolean, arguments.string
    local enum, WIELD, bor = parts.enums.get, combat.WIELD, raw.bit.bor

    userdata.class("Weapon", nil, function(_, kind)
        local running = parts.report.running()
        if tfs and running and running.interface ~= "Scripts Interface" then
            parts.report.warn("Weapons can only be registered in the Scripts interface.", "luaCreateWeapon")
            return nil
        end
        local weapon_type = number(kind)
        local name = combat.weapon_kind(weapon_type)
        if not name then
            return nil
        end
        local weapon = combat.make_weapon(name, weapon_type)
        weapon.interface = "Scripts Interface"
        server.registry.own(weapon)
        weapon.script = (weapon.file and weapon.file.script or "(Unknown scriptfile)") .. ":callback"
        return userdata.push(weapon)
    end)

    local function method(fn)
        return function(self, ...)
            local weapon = get(self, "Weapon")
            if not weapon then
                return nil
            end
            return fn(weapon, ...)
        end
    end

    local function setter(key, cast, wield)
        return method(function(weapon, value)
            weapon[key] = cast(value)
            if wield then
                weapon.wield_info = bor(weapon.wield_info, wield)
            end
            return true
        end)
    end

    local function item_type(weapon)
        return parts.item_types.of(weapon.id)
    end

    -- Sets a field of the kind of item that the weapon is.
    local function of_item(key, cast)
        return method(function(weapon, value)
            item_type(weapon)[key] = cast(value)
            return true
        end)
    end

    local ELEMENTS = {}
    for _, name in raw.ipairs({ "earth", "ice", "energy", "fire", "death", "holy" }) do
        ELEMENTS[name] = enum("COMBAT_" .. raw.string.upper(name) .. "DAMAGE")
    end

    local function element_of(value, place)
        local given = number(value)
        if given ~= 0 then
            return given
        end
        local name = text(value)
        local element = ELEMENTS[lower(name)]
        if not element then
            server:log("warning", tfs and "[Warning - weapon:" .. place .. "] Type \"" .. name .. "\" does not exist."
                or "[WeaponFunctions:luaWeapon" .. raw.string.upper(raw.string.sub(place, 1, 1))
                    .. raw.string.sub(place, 2) .. "] - Type " .. name .. " does not exist")
        end
        return element
    end

    local ACTIONS = { removecount = true, removecharge = true, move = true }

    local function register(weapon)
        local kind = item_type(weapon)
        if kind.id ~= 0 then
            kind.weapon_type = weapon.weapon_type
            if weapon.wield_info ~= 0 then
                kind.wield_info, kind.vocation_string = weapon.wield_info, weapon.vocation_string
                kind.min_level, kind.min_magic_level = weapon.level, weapon.magic_level
            end
        end
        combat.configure_weapon(weapon, kind)
        return combat.register_weapon(weapon)
    end

    userdata.methods("Weapon", {
        register = function(self)
            local weapon = get(self, "Weapon")
            if not weapon then
                return nil
            end
            local done = register(weapon)
            if tfs then
                -- The script's object is empty from then on.
                userdata.drop(weapon)
            end
            return done
        end,
        onUseWeapon = method(function(weapon, ...)
            return parts.events.base.set_callback(weapon, arguments.last(...), "onUseWeapon")
        end),
        action = method(function(weapon, name)
            local action = lower(text(name))
            if ACTIONS[action] then
                weapon.action = action
            else
                server:log("error", (tfs and "Error: [Weapon::action] No valid action "
                    or "[WeaponFunctions::luaWeaponAction] - No valid action ") .. text(name))
            end
            return true
        end),
        id = setter("id", u16),
        level = setter("level", u32, WIELD.LEVEL),
        magicLevel = setter("magic_level", u32, WIELD.MAGLV),
        mana = setter("mana", u32),
        manaPercent = setter("mana_percent", u32),
        health = setter("health", i32),
        healthPercent = setter("health_percent", u32),
        soul = setter("soul", u32),
        breakChance = setter("break_chance", function(value)
            return u32(value) % 256
        end),
        premium = setter("premium", boolean, WIELD.PREMIUM),
        wieldUnproperly = setter("unproperly", boolean),
        vocation = method(function(weapon, name, shown, last)
            local id = parts.vocations.id_of(text(name))
            if id and id ~= -1 and id ~= 65535 then
                weapon.vocations[id] = true
            end
            weapon.wield_info = bor(weapon.wield_info, WIELD.VOCREQ)
            if boolean(shown, false) then
                local before = weapon.vocation_string
                local between = before == "" and "" or (boolean(last, false) and " and " or ", ")
                weapon.vocation_string = before .. between .. lower(text(name)) .. "s"
            end
            return true
        end),
        element = method(function(weapon, value)
            weapon.params.type = element_of(value, "element") or weapon.params.type
            return true
        end),
        extraElement = method(function(weapon, damage, value)
            local kind = item_type(weapon)
            local abilities = kind.abilities
            if not abilities then
                abilities = {}
                kind.abilities = abilities
            end
            abilities.element_damage = u16(damage)
            abilities.element_type = element_of(value, "extraElement") or abilities.element_type
            return true
        end),
        attack = of_item("attack", i32),
        defense = method(function(weapon, ...)
            local defense, extra = ...
            item_type(weapon).defense = i32(defense)
            if select("#", ...) > 1 then
                item_type(weapon).extra_defense = i32(extra)
            end
            return true
        end),
        range = of_item("shoot_range", u8),
        charges = method(function(weapon, charges, shown)
            item_type(weapon).charges = tfs and u32(charges) or u8(charges)
            item_type(weapon).show_charges = boolean(shown, true)
            return true
        end),
        duration = method(function(weapon, duration, shown)
            local kind = item_type(weapon)
            if tfs and type(duration) == "table" then
                kind.decay_time, kind.decay_time_max = u32(duration.min), u32(duration.max)
            else
                kind.decay_time = tfs and u32(duration) or u8(duration)
            end
            kind.show_duration = boolean(shown, true)
            return true
        end),
        decayTo = of_item("decay_to", function(value)
            return u16(value, 0)
        end),
        transformEquipTo = of_item("transform_equip_to", u16),
        transformDeEquipTo = of_item("transform_deequip_to", u16),
        shootType = of_item("shoot_type", u8),
        slotType = method(function(weapon, name)
            local kind = item_type(weapon)
            local slot = enum(text(name) == "two-handed" and "SLOTP_TWO_HAND" or "SLOTP_HAND")
                or (text(name) == "two-handed" and 2048 or 48)
            kind.slot_position = tfs and bor(kind.slot_position, slot) or slot
            return true
        end),
        hitChance = of_item("hit_chance", arguments.i8),
        maxHitChance = of_item("max_hit_chance", i32),
        ammoType = method(function(weapon, name)
            if not tfs and weapon.kind ~= "distance" then
                return nil
            end
            local ammo = text(name) == "arrow" and (enum("AMMO_ARROW") or 2) or text(name) == "bolt"
                and (enum("AMMO_BOLT") or 1) or nil
            if not ammo then
                server:log("warning", tfs and "[Warning - weapon:ammoType] Type \"" .. text(name)
                    .. "\" does not exist." or "[WeaponFunctions:luaWeaponAmmoType] - Type " .. text(name)
                    .. " does not exist")
                return nil
            end
            item_type(weapon).ammo_type = ammo
            return true
        end),
        damage = method(function(weapon, ...)
            if not tfs and weapon.kind ~= "wand" then
                return nil
            end
            local low, high = ...
            weapon.min = floor(u32(low))
            weapon.max = select("#", ...) > 1 and floor(u32(high)) or weapon.min
            return true
        end),
    })
end
