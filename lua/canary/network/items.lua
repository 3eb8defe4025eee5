--- Items as clients are told them. Canary speaks to each client as its version wants; without one told, the old way.

local context = ...
local raw = context.raw
local bytes, podium_look = context.use("canary/network/bytes"), context.use("canary/network/podium")
local write, floor, min = bytes.write, raw.math.floor, raw.math.min

-- Colours of fluids in TFS's clients, by what the fluid is in the server.
local FLUIDS = { [0] = 0, 1, 5, 3, 6, 8, 9, 2 }
local QUIVER = 8
-- Canary's clients from this version on read items the new way.
local NEW_VERSION, OLD_VERSION = 1200, 1100

return function(server, network)
    local add = network.add

    local function number(item, name)
        return server.parts.items.number(item, name)
    end

    local function ammunition(container)
        local count = 0
        for at = 1, #container.items do
            count = count + container.items[at].count
        end
        return count
    end

    local function add_tfs(message, item)
        local kind = item.type
        add(message, write(kind.client_id, 2))
        if kind.stackable then
            add(message, write(min(255, item.count), 1))
        elseif kind.is_splash or kind.is_fluid_container then
            add(message, write(FLUIDS[number(item, "fluidtype") % 8], 1))
        elseif kind.classification > 0 then
            add(message, "\0")
        end
        if kind.show_client_charges then
            add(message, write(number(item, "charges"), 4) .. "\0")
        elseif kind.show_client_duration then
            add(message, write(floor(server.parts.items.duration(item) / 1000), 4) .. "\0")
        end
        if kind.is_container then
            add(message, "\0")
            if item.items and kind.weapon_type == QUIVER then
                add(message, "\1" .. write(ammunition(item), 4))
            else
                add(message, "\0")
            end
        end
        if kind.is_podium then
            add(message, podium_look(item))
        end
    end

    local function add_old(message, item, kind, version)
        if version >= 910 then
            if kind.animation then
                add(message, "\254")
            elseif kind.animation_async then
                add(message, "\255")
            end
        end
    end

    local function add_new(message, item, kind)
        if kind.is_container and item.items then
            add(message, "\0")
        end
        if kind.is_podium then
            add(message, write(0, 2) .. write(0, 2) .. write(0, 2) .. "\2\1")
        end
        if kind.classification > 0 then
            add(message, write(server.parts.items.tier(item), 1))
        end
        if kind.expire or kind.expire_stop or kind.show_client_duration then
            local left = floor(server.parts.items.duration(item) / 1000)
            if not server.parts.items.has_attribute(item, "duration") then
                left = kind.decay_time
            end
            add(message, write(left, 4) .. (left == kind.decay_time and "\1" or "\0"))
        end
        if kind.show_client_charges then
            local charges = server.parts.items.sub_type(item)
            local fresh = charges == 0 or charges == kind.charges
            add(message, write(charges == 0 and kind.charges or charges, 4) .. (fresh and "\1" or "\0"))
        end
        if kind.wrap_kit then
            local into = server.parts.items.custom(item, "unWrapId")
            add(message, write(raw.type(into) == "number" and into or 0, 2))
        end
    end

    local function add_canary(message, item, player)
        local kind = item.type
        local version = player and player.client_version or OLD_VERSION
        add(message, write(kind.id, 2))
        if version < NEW_VERSION and version >= 1000 then
            add(message, "\255")
        end
        if kind.stackable then
            add(message, write(min(255, item.count), 1))
        end
        if kind.is_splash or kind.is_fluid_container then
            add(message, write(number(item, "fluidtype"), 1))
        end
        if version < NEW_VERSION then
            add_old(message, item, kind, version)
        else
            add_new(message, item, kind)
        end
    end

    --- Adds an item to a message, as the client of a player reads it.
    ---@param message table
    ---@param item table
    ---@param player table|nil
    network.add_item = server.tfs and add_tfs or add_canary
end
