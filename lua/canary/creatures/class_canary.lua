--- Creature: what Canary alone has.

local context = ...
local raw = context.raw

---@param server table
---@param creatures table
---@param bind table
return function(server, creatures, bind)
    local userdata, arguments = server.userdata, server.arguments
    local NOT_FOUND = "Creature not found"
    local MODIFICATIONS = 0
    local function of(fn)
        return bind.of("Creature", fn)
    end
    local function strict(fn)
        return bind.strict("Creature", NOT_FOUND, fn, false)
    end

    local function shown(icon)
        return { category = icon.category, icon = icon.icon, count = icon.count }
    end

    -- Icons have names; they are told in the order of those.
    local function icon_at(creature, key)
        for at, icon in raw.ipairs(creature.icons) do
            if icon.key == key then
                return icon, at
            end
        end
    end

    local function set_icon(creature, key, category, icon, count)
        key = arguments.string(key)
        local entry = icon_at(creature, key)
        if not entry then
            entry = { key = key }
            creature.icons[#creature.icons + 1] = entry
        end
        entry.category = arguments.u8(category) == MODIFICATIONS and MODIFICATIONS or 1
        entry.icon, entry.count = arguments.u8(icon), arguments.u16(count, 0)
        return true
    end

    userdata.methods("Creature", {
        getTypeName = of(function(creature)
            return creature.type_name or creature.name
        end),
        reload = of(function()
            return true
        end),
        setSpeed = function(self, speed)
            local creature = bind.creature(self)
            if not creature then
                server:report(NOT_FOUND)
                return false
            end
            creatures.set_speed(creature, arguments.i32(speed))
            return true
        end,
        isMoveLocked = bind.flag("Creature", "move_locked"),
        isDirectionLocked = bind.flag("Creature", "direction_locked"),
        setMoveLocked = bind.setter("Creature", "move_locked"),
        setDirectionLocked = bind.setter("Creature", "direction_locked"),
        hasBeenSummoned = of(function(creature)
            return creature.summoned == true
        end),
        getZoneType = of(function(creature)
            return creature.tile and server.parts.map.zone_type(creature.tile) or 0
        end),
        getZones = of(function(creature)
            local x, y, z = creatures.position(creature)
            return bind.list(server.parts.map.zones_at(x, y, z))
        end),
        setIcon = strict(set_icon),
        getIcon = strict(function(creature, key)
            local icon = icon_at(creature, arguments.string(key))
            return icon and icon.icon ~= 0 and shown(icon) or nil
        end),
        getIcons = strict(function(creature)
            local icons = {}
            for _, icon in raw.ipairs(creature.icons) do
                icons[icon.category] = shown(icon)
            end
            return icons
        end),
        removeIcon = strict(function(creature, key)
            local _, at = icon_at(creature, arguments.string(key))
            if at then
                raw.table.remove(creature.icons, at)
            end
            return true
        end),
        clearIcons = strict(function(creature)
            creature.icons = {}
            return true
        end),
        attachEffectById = strict(function(creature, id, temporary)
            if not arguments.boolean(temporary, false) then
                creature.effects = creature.effects or {}
                creature.effects[#creature.effects + 1] = arguments.u16(id)
            end
            creatures.tell_seers(creature, "attached_effect", { id = creature.id, effect = arguments.u16(id) })
            return temporary
        end),
        detachEffectById = strict(function(creature, id)
            local wanted = arguments.u16(id)
            for at, effect in raw.ipairs(creature.effects or {}) do
                if effect == wanted then
                    raw.table.remove(creature.effects, at)
                    break
                end
            end
            return id
        end),
        getAttachedEffects = strict(function(creature)
            local list = {}
            for at, effect in raw.ipairs(creature.effects or {}) do
                list[at] = effect
            end
            return list
        end),
        getShader = strict(function(creature)
            return creature.shader or ""
        end),
        setShader = strict(function(creature, name)
            creature.shader = arguments.string(name)
            return true
        end),
    })
end
