--- The classes Teleport and Podium.

local context = ...
local raw = context.raw

local DATA_TELEPORT, DATA_PODIUM = 3, 4

return function(server, items)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs

    userdata.class("Teleport", "Item", function(_, uid)
        local item = items.by_uid(arguments.u32(uid))
        return userdata.push(item and item.class_name == "Teleport" and item or nil)
    end, DATA_TELEPORT)
    userdata.metamethod("Teleport", "__eq")
    userdata.methods("Teleport", {
        getDestination = function(object)
            local teleport = userdata.get(object, "Teleport")
            if not teleport then
                return nil
            end
            local to = teleport.destination
            return server.parts.map.push_position(to.x, to.y, to.z)
        end,
        setDestination = function(object, position)
            local teleport = userdata.get(object, "Teleport")
            if not teleport then
                return nil
            end
            local x, y, z = server.parts.map.take_position(position)
            teleport.destination = { x = x, y = y, z = z }
            return true
        end,
    })
    if not tfs then
        return
    end

    userdata.class("Podium", "Item", function(_, uid)
        local item = items.by_uid(arguments.u32(uid))
        return userdata.push(item and item.class_name == "Podium" and item or nil)
    end, DATA_PODIUM)
    userdata.metamethod("Podium", "__eq")

    -- PODIUM_SHOW_PLATFORM is set from the start.
    local PLATFORM, SOUTH = 0, 2
    local OUTFIT = {
        "lookType",
        "lookTypeEx",
        "lookHead",
        "lookBody",
        "lookLegs",
        "lookFeet",
        "lookAddons",
        "lookMount",
    }

    local function podium_of(object)
        return userdata.get(object, "Podium")
    end

    local function flags_of(podium)
        podium.podium_flags = podium.podium_flags or { [PLATFORM] = true }
        return podium.podium_flags
    end

    userdata.methods("Podium", {
        getOutfit = function(object)
            local podium = podium_of(object)
            if not podium then
                return nil
            end
            local outfit = {}
            for _, key in raw.ipairs(OUTFIT) do
                outfit[key] = podium.outfit and podium.outfit[key] or 0
            end
            return outfit
        end,
        setOutfit = function(object, value)
            local podium = podium_of(object)
            if not podium then
                return nil
            end
            local outfit = {}
            for _, key in raw.ipairs(OUTFIT) do
                outfit[key] = arguments.u16(value[key])
            end
            podium.outfit = outfit
            return true
        end,
        hasFlag = function(object, flag)
            local podium = podium_of(object)
            if not podium then
                return nil
            end
            return flags_of(podium)[arguments.u8(flag)] == true
        end,
        setFlag = function(object, flag, value)
            local podium = podium_of(object)
            if not podium then
                return nil
            end
            flags_of(podium)[arguments.u8(flag)] = arguments.boolean(value)
            return true
        end,
        getDirection = function(object)
            local podium = podium_of(object)
            if not podium then
                return nil
            end
            return podium.direction or SOUTH
        end,
        setDirection = function(object, direction)
            local podium = podium_of(object)
            if not podium then
                return nil
            end
            podium.direction = arguments.u8(direction)
            return true
        end,
    })
end
