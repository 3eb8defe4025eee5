--- TFS's weapons.xml.

local context = ...
local raw = context.raw
local ipairs, lower, tonumber = raw.ipairs, raw.string.lower, raw.tonumber

return function(server, combat)
    if not server.tfs then
        return
    end
    local parts, WIELD, bor = server.parts, combat.WIELD, raw.bit.bor
    local enum = parts.enums.get
    local ACTIONS = { removecount = true, removecharge = true, move = true }
    local NUMBERS = { mana = "mana", manapercent = "mana_percent", soul = "soul", min = "min", max = "max" }

    local function number(value)
        local text = raw.string.match(value or "", "^%s*([+-]?%d+)")
        return text and tonumber(text) or 0
    end

    local function truth(value)
        local first = raw.string.sub(value or "", 1, 1)
        return first == "1" or first == "t" or first == "T" or first == "y" or first == "Y"
    end

    local function list_of(names)
        local text = ""
        for at, name in ipairs(names) do
            local between = at == 1 and "" or (at == #names and " and " or ", ")
            text = text .. between .. lower(name) .. "s"
        end
        return text
    end

    local function read_vocations(weapon, node)
        local shown = {}
        for _, child in ipairs(node.children) do
            local name = child.attributes.name
            local id = name and parts.vocations.id_of(name)
            if id and id ~= -1 and id ~= 65535 then
                weapon.vocations[id] = true
                local promoted = parts.vocations.promotion and parts.vocations.promotion(id)
                local next_id = promoted and (raw.type(promoted) == "table" and promoted.id or promoted) or 0
                if next_id ~= 0 then
                    weapon.vocations[next_id] = true
                end
                if child.attributes.showInDescription == nil or truth(child.attributes.showInDescription) then
                    shown[#shown + 1] = name
                end
            end
        end
        weapon.vocation_string = list_of(shown)
    end

    local function read_element(weapon, name)
        local element = enum("COMBAT_" .. raw.string.upper(name) .. "DAMAGE")
        if element then
            weapon.params.type = element
        else
            server:log("warning", "[Warning - WeaponWand::configureEvent] Type \"" .. name .. "\" does not exist.")
        end
    end

    --- Enters a weapon that weapons.xml names.
    ---@param node table
    ---@param file table record of the script, or of the file itself
    ---@param script string|nil path of the script
    function combat.register_weapon_xml(node, file, script)
        local kind = lower(node.tag)
        if kind ~= "melee" and kind ~= "distance" and kind ~= "wand" then
            return
        end
        local attributes = node.attributes
        if not attributes.id then
            server:log("error", "[Error - Weapon::configureEvent] Weapon without id.")
            server:log("warning", "[Warning - BaseEvents::loadFromXml] Failed to configure event")
            return
        end
        local weapon = combat.make_weapon(kind)
        weapon.interface, weapon.from_xml = file.interface, true
        server.registry.own(weapon)
        weapon.id = number(attributes.id) % 65536
        weapon.level = number(attributes.level)
        weapon.magic_level = number(attributes.maglv or attributes.maglevel)
        for key, field in raw.pairs(NUMBERS) do
            if attributes[key] then
                weapon[field] = number(attributes[key])
            end
        end
        weapon.premium = truth(attributes.prem)
        weapon.break_chance = raw.math.min(100, number(attributes.breakchance))
        weapon.enabled = attributes.enabled == nil or truth(attributes.enabled)
        weapon.unproperly = truth(attributes.unproperly)
        if attributes.action then
            local action = lower(attributes.action)
            if ACTIONS[action] then
                weapon.action = action
            else
                server:log("warning", "[Warning - Weapon::configureEvent] Unknown action " .. attributes.action)
            end
        end
        if attributes.type and kind == "wand" then
            read_element(weapon, lower(attributes.type))
        end
        read_vocations(weapon, node)
        local info = bor(weapon.level > 0 and WIELD.LEVEL or 0, weapon.magic_level > 0 and WIELD.MAGLV or 0,
            weapon.vocation_string ~= "" and WIELD.VOCREQ or 0, weapon.premium and WIELD.PREMIUM or 0)
        local item_type = parts.item_types.of(weapon.id)
        if info ~= 0 and item_type.id ~= 0 then
            item_type.wield_info, item_type.vocation_string = info, weapon.vocation_string
            item_type.min_level, item_type.min_magic_level = weapon.level, weapon.magic_level
        end
        local id = weapon.id
        combat.configure_weapon(weapon, item_type)
        weapon.id = id
        local fn = script and parts.scripts.take_global("onUseWeapon")
        if script and not fn then
            server:log("warning", "[Warning - Event::loadScript] Event onUseWeapon not found. " .. script)
            return
        elseif fn then
            weapon.callback, weapon.loaded, weapon.event = fn, true, "onUseWeapon"
            weapon.script, weapon.label = script .. ":onUseWeapon", "Weapon onUseWeapon"
        end
        if combat.weapon_places:first(id) then
            server:log("warning", "[Warning - Weapons::registerEvent] Duplicate registered item with id: " .. id)
        end
        combat.register_weapon(weapon)
    end
end
