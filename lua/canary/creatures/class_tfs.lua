--- Creature: what TFS alone has.

local context = ...
local raw = context.raw

---@param server table
---@param creatures table
---@param bind table
return function(server, creatures, bind)
    local userdata, arguments = server.userdata, server.arguments
    local NOT_FOUND = "Creature not found"
    local function of(fn)
        return bind.of("Creature", fn)
    end

    userdata.methods("Creature", {
        isMovementBlocked = bind.flag("Creature", "movement_blocked"),
        setMovementBlocked = of(function(creature, state)
            creature.movement_blocked = arguments.boolean(state)
            creatures.stop_walk(creature)
            return true
        end),
        canSeeGhostMode = of(function(creature, value)
            if not bind.creature(value) then
                server:report(NOT_FOUND)
                return false
            end
            return creatures.sees_ghosts(creature)
        end),
        canSeeInvisibility = of(creatures.sees_invisible),
        hasParent = of(function(creature)
            return creature.tile ~= nil
        end),
        getZone = of(function(creature)
            return server.parts.map.zone_type(creature.tile)
        end),
        hasIcon = of(function(creature, icon)
            return creature.icons[arguments.enum8(icon)] ~= nil
        end),
        setIcon = of(function(creature, icon, value)
            icon = arguments.enum8(icon)
            local last = server.parts.enums.get("CREATURE_ICON_LAST") or 16
            if icon > last then
                server:report("Invalid Creature Icon Id")
                return false
            end
            creature.icons[icon] = bind.u16(value, 3)
            return true
        end),
        getIcon = of(function(creature, icon)
            return creature.icons[arguments.enum8(icon)] or 0
        end),
        removeIcon = of(function(creature, icon)
            icon = arguments.enum8(icon)
            local had = creature.icons[icon] ~= nil
            creature.icons[icon] = nil
            return had
        end),
        getStorageValue = of(function(creature, key)
            return creature.storage[bind.u32(key, 2)]
        end),
        setStorageValue = of(function(creature, key, value)
            key = bind.u32(key, 2)
            if creatures.is_reserved(key) then
                server:report("Accessing reserved range: " .. raw.string.format("%d", key))
                return false
            end
            creatures.set_storage(creature, key, value ~= nil and arguments.i32(value) or nil)
            return true
        end),
    })
end
