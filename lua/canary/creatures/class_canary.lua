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
    local function last(fn)
        return bind.last("Creature", NOT_FOUND, fn)
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

    --- Gives a creature an icon of some name.
    function creatures.set_icon(creature, key, category, icon, count)
        local entry = icon_at(creature, key)
        if not entry then
            local at = 1
            entry = { key = key }
            while creature.icons[at] and creature.icons[at].key < key do
                at = at + 1
            end
            raw.table.insert(creature.icons, at, entry)
        end
        entry.category, entry.icon, entry.count = category, icon, count
    end

    --- Takes an icon from a creature.
    function creatures.remove_icon(creature, key)
        local _, at = icon_at(creature, key)
        if at then
            raw.table.remove(creature.icons, at)
        end
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
            creatures.set_speed(creature, arguments.i32(speed) % 65536)
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
        setIcon = strict(function(creature, key, category, icon, count)
            local kind = arguments.enum8(category) == MODIFICATIONS and MODIFICATIONS or 1
            creatures.set_icon(creature, arguments.string(key), kind, arguments.enum8(icon), arguments.u16(count, 0))
            return true
        end),
        getIcon = strict(function(creature, key)
            local icon = icon_at(creature, arguments.string(key))
            return icon and icon.icon ~= 0 and shown(icon) or nil
        end),
        getIcons = strict(function(creature)
            local icons = {}
            for _, icon in raw.ipairs(creature.icons) do
                if icon.icon ~= 0 then
                    icons[icon.category] = shown(icon)
                end
            end
            return icons
        end),
        removeIcon = strict(function(creature, key)
            creatures.remove_icon(creature, arguments.string(key))
            return true
        end),
        clearIcons = strict(function(creature)
            creature.icons = {}
            return true
        end),
        -- Neither of these two pushes anything: what was passed last is left as the answer.
        attachEffectById = last(function(creature, ...)
            local id, temporary = ...
            if not arguments.boolean(temporary) then
                creature.effects = creature.effects or {}
                creature.effects[#creature.effects + 1] = arguments.u16(id)
            end
            creatures.tell_seers(creature, "attached_effect", { id = creature.id, effect = arguments.u16(id) })
            return bind.passed(creature, ...)
        end),
        detachEffectById = last(function(creature, ...)
            local wanted = arguments.u16((...))
            for at, effect in raw.ipairs(creature.effects or {}) do
                if effect == wanted then
                    raw.table.remove(creature.effects, at)
                    break
                end
            end
            return bind.passed(creature, ...)
        end),
        getAttachedEffects = last(function(creature)
            local list = {}
            for at, effect in raw.ipairs(creature.effects or {}) do
                list[at] = effect
            end
            return list
        end),
        getShader = last(function(creature)
            return creature.shader or ""
        end),
        setShader = last(function(creature, name)
            creature.shader = arguments.string(name)
            return true
        end),
    })
end
