--- Global functions of both servers that know items by their numbers.

local context = ...
local raw = context.raw
local max, min = raw.math.max, raw.math.min

-- Fluids in the order of TFS's clients.
local FLUIDS = {
    "WATER", "MANA", "BEER", "MUD", "BLOOD", "SLIME", "RUM", "LEMONADE", "MILK", "WINE", "LIFE", "URINE", "OIL",
    "FRUITJUICE", "COCONUTMILK", "TEA", "MEAD", "BLACK",
}

return function(server, items)
    --- The server's number of a fluid that a client of TFS names; 0 for one it has none of.
    ---@param number number
    function items.fluid_from_client(number)
        return FLUIDS[number] and server.parts.enums.get("FLUID_" .. FLUIDS[number]) or 0
    end

    local tfs, arguments, item_types = server.tfs, server.arguments, server.parts.item_types

    -- The last argument is the number, whatever comes before it.
    local function thing(...)
        local uid = raw.select("#", ...) > 0 and arguments.u32(arguments.last(...)) or 0
        if uid >= 0x10000000 then
            return server.parts.creatures.by_id(uid)
        end
        return items.by_uid(uid)
    end

    local function container(...)
        local found = thing(...)
        return found and found.items and found or nil
    end

    local function give(add, kind, many, sub_type)
        for at = 1, many do
            local size = kind.stackable and min(sub_type, kind.stack_size) or sub_type
            local item = items.create(kind.id, size)
            if not item then
                server:report("Item not found")
                return false
            end
            sub_type = kind.stackable and sub_type - size or sub_type
            if add(item) ~= 0 then
                return false
            elseif at == many then
                return item.parent and items.uid(item) or false
            end
        end
        return false
    end

    local globals = {
        isValidUID = function(...)
            return thing(...) ~= nil
        end,
        isDepot = function(...)
            local found = container(...)
            return found ~= nil and found.container_kind == "locker"
        end,
        isMovable = function(...)
            local found = thing(...)
            if found and found.health then
                return server.parts.creatures.is_pushable(found)
            end
            return found ~= nil and found.type.movable == true
        end,
        getDepotId = function(...)
            local found = container(...)
            if not found then
                server:report("Container not found")
                return false
            elseif found.container_kind ~= "locker" then
                server:report("Depot not found")
                return false
            end
            return found.depot_id or 0
        end,
        doPlayerAddItem = function(who, id, ...)
            local player = server.parts.vocations.bind.player(who)
            if not player then
                server:report("Player not found")
                return false
            end
            local count = arguments.given(arguments.i32, 1, 1, ...)
            local drop = arguments.flag(true, 2, ...)
            local sub_type = arguments.given(arguments.u16, 1, 3, ...)
            local kind = item_types.of(arguments.u16(id))
            local many = max(1, count)
            if raw.select("#", ...) < 3 then
                many, sub_type = item_types.pieces(kind, count)
            end
            return give(function(item)
                return items.give(player, item, drop)
            end, kind, many, sub_type % 65536)
        end,
    }
    if tfs then
        globals.getSubTypeName = function(sub_type)
            local id = arguments.i32(sub_type)
            return id > 0 and item_types.of(id).name or nil
        end
    else
        globals.doAddContainerItem = function(uid, id, ...)
            local held = container(uid)
            if not held then
                server:report("Container not found")
                return false
            end
            local count = arguments.given(arguments.u32, 1, 1, ...)
            local kind = item_types.of(arguments.u16(id))
            local many, sub_type = item_types.pieces(kind, count)
            return give(function(item)
                return items.add(held, item)
            end, kind, many, kind.stackable and sub_type or min(kind.stack_size, sub_type))
        end
    end
    server:globals(globals)
end
