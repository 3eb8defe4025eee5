--- Towns: a userdata class in Canary; in TFS plain tables, whose class the library `data/lib/core/town.lua` makes.

local context = ...
local raw = context.raw

return function(server, map)
    local userdata, arguments = server.userdata, server.arguments
    local towns = { list = {}, by_id = {} }
    map.towns = towns

    --- Makes a town known, or changes one.
    ---@param id number
    ---@param name string
    ---@param x number
    ---@param y number
    ---@param z number
    function towns.set(id, name, x, y, z)
        local town = towns.by_id[id]
        if not town then
            town = { class_name = "Town", id = id }
            towns.by_id[id] = town
            local list = towns.list
            list[#list + 1] = town
            raw.table.sort(list, function(a, b)
                return a.id < b.id
            end)
        end
        town.name, town.x, town.y, town.z = name, x, y, z
        return town
    end

    --- The town of a name, whatever its letters' size.
    function towns.by_name(name)
        name = raw.string.lower(name)
        for _, town in raw.ipairs(towns.list) do
            if raw.string.lower(town.name) == name then
                return town
            end
        end
    end

    --- What scripts get for a town; nil for nil.
    function map.push_town(town)
        if not town then
            return nil
        elseif not server.tfs then
            return userdata.push(town)
        end
        local value = { id = town.id, name = town.name, templePosition = map.push_position(town.x, town.y, town.z) }
        return raw.setmetatable(value, raw.rawget(server.env, "Town"))
    end

    --- The tile of a player's temple.
    function map.temple_tile(player)
        local town = player.town
        if raw.type(town) == "number" then
            town = towns.by_id[town]
        end
        return town and map.tile(town.x, town.y, town.z) or nil
    end

    if server.tfs then
        return
    end
    userdata.class("Town", nil, function(_, value)
        local town
        if raw.type(value) == "number" then
            town = towns.by_id[arguments.u32(value)]
        elseif raw.type(value) == "string" then
            town = towns.by_name(value)
        end
        return userdata.push(town)
    end)
    userdata.metamethod("Town", "__eq")

    local function field(key)
        return function(self)
            local town = userdata.get(self, "Town")
            return town and town[key]
        end
    end
    userdata.methods("Town", {
        getId = field("id"),
        getName = field("name"),
        getTemplePosition = function(self)
            local town = userdata.get(self, "Town")
            return town and map.push_position(town.x, town.y, town.z) or nil
        end,
    })
end
