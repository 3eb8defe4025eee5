--- The classes Teleport and Podium.

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

    local function method(fn)
        return function(object, ...)
            local podium = userdata.get(object, "Podium")
            if not podium then
                return nil
            end
            return fn(podium, ...)
        end
    end

    -- Changes the podium, which those see who are near.
    local function setter(fn)
        return method(function(podium, ...)
            fn(podium, ...)
            items.tell_change(podium)
            return true
        end)
    end

    local function flags_of(podium)
        podium.podium_flags = podium.podium_flags or { [PLATFORM] = true }
        return podium.podium_flags
    end

    userdata.methods("Podium", {
        getOutfit = method(function(podium)
            local creatures = server.parts.creatures
            return creatures.shown_outfit(podium.outfit or creatures.outfit({}))
        end),
        setOutfit = setter(function(podium, outfit)
            podium.outfit = server.parts.creatures.take_outfit(outfit)
        end),
        hasFlag = method(function(podium, flag)
            return flags_of(podium)[arguments.enum8(flag)] == true
        end),
        setFlag = setter(function(podium, flag, value)
            flags_of(podium)[arguments.enum8(flag)] = arguments.boolean(value)
        end),
        getDirection = method(function(podium)
            return podium.direction or SOUTH
        end),
        setDirection = setter(function(podium, direction)
            podium.direction = arguments.enum8(direction)
        end),
    })
end
