--- The class Zone (Canary).

local context = ...
local raw = context.raw

return function(server, map)
    if server.tfs then
        return
    end
    local userdata, arguments, zones = server.userdata, server.arguments, map.zones
    local push, get, take = userdata.push, userdata.get, map.take_position

    userdata.class("Zone", nil, function(_, name)
        return push(zones.named(server.arguments.string(name)))
    end)
    userdata.metamethod("Zone", "__eq", function(a, b)
        local first, second = get(a, "Zone"), get(b, "Zone")
        if not first or not second then
            server:report("Zone not found")
            return false
        end
        return first.name == second.name
    end)

    -- A method of a zone; what has none behind it is reported.
    local function method(fn)
        return function(self, ...)
            local zone = get(self, "Zone")
            if not zone then
                server:report("Zone not found")
                return false
            end
            return fn(zone, ...)
        end
    end

    -- A method that pushes nothing without a zone: what was passed last is left as the answer.
    local function passing(fn)
        return function(...)
            local zone = get((...), "Zone")
            if not zone then
                server:report("Zone not found")
                return arguments.last(...)
            end
            return fn(zone, raw.select(2, ...))
        end
    end

    local function box(from, to)
        local fx, fy, fz = take(from)
        local tx, ty, tz = take(to)
        return { x = fx, y = fy, z = fz }, { x = tx, y = ty, z = tz }
    end

    local function things(kind, name)
        return method(function(zone)
            local list = {}
            for _, thing in raw.ipairs(zone.things[kind]) do
                if not name or thing.class_name == name then
                    list[#list + 1] = push(thing)
                end
            end
            return list
        end)
    end

    local function copy_of(zone, name)
        local list = {}
        for _, creature in raw.ipairs(zone.things.creatures) do
            if creature.class_name == name then
                list[#list + 1] = creature
            end
        end
        return list
    end

    local function remove_creatures(name)
        return function(self)
            local zone = get(self, "Zone")
            if not zone then
                server:report("Zone not found")
                return false
            end
            for _, creature in raw.ipairs(copy_of(zone, name)) do
                server.parts.creatures.remove(creature)
            end
            return self
        end
    end

    -- Where a player is taken that has to leave; anyone else is taken nowhere.
    local function way_out(zone, player)
        if zone.remove_to then
            return zone.remove_to
        end
        local tile = map.temple_tile(player)
        return tile and { x = tile.x, y = tile.y, z = tile.z } or { x = 0, y = 0, z = 0 }
    end

    userdata.methods("Zone", {
        getName = method(function(zone)
            return zone.name
        end),
        addArea = method(function(zone, from, to)
            zones.add_area(zone, box(from, to))
            return true
        end),
        subtractArea = method(function(zone, from, to)
            zones.subtract_area(zone, box(from, to))
            return true
        end),
        -- The server asks for the way out of nobody, which is none.
        getRemoveDestination = passing(function()
            return map.push_position(0, 0, 0)
        end),
        setRemoveDestination = passing(function(zone, ...)
            local x, y, z = take((...))
            zone.remove_to = (x ~= 0 or y ~= 0 or z ~= 0) and { x = x, y = y, z = z } or nil
            return arguments.last(push(zone), ...)
        end),
        getPositions = method(zones.positions),
        getCreatures = things("creatures"),
        getPlayers = things("creatures", "Player"),
        getMonsters = things("creatures", "Monster"),
        getNpcs = things("creatures", "Npc"),
        getItems = things("items"),
        removePlayers = function(self)
            local zone = get(self, "Zone")
            if not zone then
                server:report("Zone not found")
                return false
            end
            for _, player in raw.ipairs(copy_of(zone, "Player")) do
                local place = way_out(zone, player)
                map.teleport(player, place.x, place.y, place.z)
            end
            return self
        end,
        removeMonsters = remove_creatures("Monster"),
        removeNpcs = remove_creatures("Npc"),
        refresh = passing(function(zone, ...)
            zones.refresh(zone)
            return arguments.last(push(zone), ...)
        end),
        setMonsterVariant = method(function(zone, variant)
            variant = server.arguments.string(variant)
            if variant == "" then
                return false
            end
            zone.monster_variant = variant
            server.parts.monsters.set_zone_variant(zone, variant)
            for _, monster in raw.ipairs(copy_of(zone, "Monster")) do
                server.parts.creatures.remove(monster)
            end
            return true
        end),
        getByPosition = function(position)
            local tile = map.tile(take(position))
            return tile and map.push_zones(tile) or nil
        end,
        getByName = function(name)
            return push(zones.by_name[server.arguments.string(name)])
        end,
        getAll = function()
            local list = {}
            for at, zone in raw.ipairs(zones.list) do
                list[at] = push(zone)
            end
            return list
        end,
    })
end
