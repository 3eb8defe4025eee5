--- Maps from `.otbm` files: an index at once, tiles by sector when one of them is asked for.

local context = ...
local raw = context.raw
local pairs, type = raw.pairs, raw.type

-- What a file tells of an item that is no attribute.
local NO_ATTRIBUTE = {
    id = true, count = true, items = true, destination = true, depot_id = true, decaying = true, uniqueid = true,
}

local MOVABLE_TFS = "[Warning - IOMap::loadMap] Moveable item with ID: %d, in house: %d, at position "
    .. "[x: %d, y: %d, z: %d]."
local MOVABLE_CANARY = "[IOMap::loadMap] - Movable item with ID: %d, in house: %d, at position: x %d, y %d, z %d"

return function(server, map)
    local tfs = server.tfs
    local waypoints, unique = {}, {}
    map.waypoints = waypoints

    -- Items -----------------------------------------------------------------------------------------------------

    local function adorn(item, told)
        local items = server.parts.items
        if told.count and told.count > 0 then
            items.set_sub_type(item, told.count)
        end
        for key, value in pairs(told) do
            if not NO_ATTRIBUTE[key] then
                items.set_attribute(item, key, value)
            end
        end
        if told.uniqueid then
            items.set_unique(item, told.uniqueid)
        end
        if told.destination and item.class_name == "Teleport" then
            local place = told.destination
            item.destination = { x = place[1], y = place[2], z = place[3] }
        end
        if told.depot_id then
            item.depot_id = told.depot_id
        end
        for _, inside in raw.ipairs(item.items and told.items or {}) do
            local made = map.item_of_file(inside)
            if made then
                items.container_append(item, made)
            end
        end
    end

    --- An item as a file tells it.
    ---@param told number|table
    ---@return table|nil item
    function map.item_of_file(told)
        local plain = type(told) == "number"
        local item = server.parts.items.create(plain and told or told.id, 0)
        if not item then
            return nil
        end
        if not plain then
            adorn(item, told)
        end
        if item.count == 0 then
            item.count = 1
        end
        item.loaded_from_map = true
        return item
    end

    -- Tiles -----------------------------------------------------------------------------------------------------

    local function settle(tile, item)
        map.internal_add(tile, item)
        server.parts.items.start_decay(item)
    end

    -- Houses are not furnished by the map.
    local function belongs(tile, item)
        if not tile.house then
            return true
        elseif not tfs and (item.type.is_bed or item.type.is_trash_holder) then
            return false
        elseif item.type.movable then
            local form = tfs and MOVABLE_TFS or MOVABLE_CANARY
            server:log(
                "warning",
                raw.string.format(form, item.id, tile.house.id, tile.x, tile.y, tile.z)
            )
            return false
        end
        return true
    end

    -- The ground is the last one that comes before anything else (TFS), or at all (Canary).
    local function furnish(tile, told)
        local ground, made = nil, tfs and tile.house ~= nil
        local rest = {}
        for at = 6, #told do
            local item = map.item_of_file(told[at])
            if item and belongs(tile, item) then
                if map.is_ground(item) and not (tfs and made) then
                    ground = item
                    made = tfs and tile.house ~= nil
                else
                    made = true
                    rest[#rest + 1] = item
                end
            end
        end
        if ground then
            settle(tile, ground)
        end
        for _, item in raw.ipairs(rest) do
            settle(tile, item)
        end
    end

    local function build(told)
        local x, y, z = told[1], told[2], told[3]
        if z >= map.LAYERS or (not tfs and #told == 5 and told[5] == 0) then
            return
        end
        local tile = map.loaded_tile(x, y, z)
        local fresh = not tile
        if fresh then
            tile = map.new_tile(x, y, z)
            map.place_tile(tile)
        end
        if told[5] ~= 0 then
            server.parts.houses.add_tile(told[5], tile)
        end
        furnish(tile, told)
        tile.flags = raw.bit.bor(tile.flags, told[4])
        if fresh then
            map.tile_made(tile)
        end
    end

    --- Reads the tiles of a floor of a sector from the files.
    ---@param number number as in map.expect_floor
    function map.read_floor(number)
        for _, told in raw.ipairs(server.host("map.read", number)) do
            build(told)
        end
    end

    -- Maps ------------------------------------------------------------------------------------------------------

    local function each_place(list, fn)
        for at = 1, #list, 3 do
            fn(list[at], list[at + 1], list[at + 2])
        end
    end

    local function take_zones(opened)
        for id, places in pairs(opened.zones) do
            local zone = map.zones.of_id(raw.tonumber(id))
            each_place(places, function(x, y, z)
                map.zones.add_place(zone, x, y, z)
            end)
        end
    end

    --- Opens a map: towns, waypoints, houses and zones are known at once, tiles come when they are asked for.
    ---@param path string
    ---@param x number|nil added to all places
    ---@param y number|nil
    ---@param z number|nil
    ---@return table|nil files names of the files beside it, by kind; nil when there is no such map
    function map.open(path, x, y, z)
        local opened = server.host("map.open", path, map.SECTOR_SIZE, x or 0, y or 0, z or 0)
        if not opened then
            server:log("error", "Map " .. path .. " can't be found")
            return nil
        end
        map.width, map.height = opened.width, opened.height
        for _, town in raw.ipairs(opened.towns) do
            map.towns.set(town.id, town.name, town.x, town.y, town.z)
        end
        for _, point in raw.ipairs(opened.waypoints) do
            waypoints[point.name] = { x = point.x, y = point.y, z = point.z }
        end
        for id, places in pairs(opened.houses) do
            server.parts.houses.expect(raw.tonumber(id), places)
        end
        for id, place in pairs(opened.unique) do
            unique[raw.tonumber(id)] = place
        end
        take_zones(opened)
        for _, number in raw.ipairs(opened.sectors) do
            map.expect_floor(number)
        end
        return opened.files
    end

    --- Reads the sector with the item of a unique id, if a map has one.
    ---@return boolean whether there is one
    function map.load_unique(id)
        local place = unique[id]
        if not place then
            return false
        end
        unique[id] = nil
        map.tile(place[1], place[2], place[3])
        return true
    end

    local function beside(path, files, kind, ending)
        if files[kind] then
            return files[kind]
        end
        return (raw.string.gsub(path, "%.otbm$", "")) .. ending
    end

    local function load_zones(path)
        local document = server.host("files.xml", path)
        for _, node in raw.ipairs(document and document.children or {}) do
            map.zones.add(node.attributes.name or "", raw.tonumber(node.attributes.zoneid) or 0)
        end
    end

    local function load_spawns(path)
        local spawns = server.host("map.spawns", path)
        if spawns then
            server.parts.monsters.add_spawns(spawns)
            server.parts.monsters.expect_spawns(spawns)
        end
    end

    --- Loads a map with what lies beside it: houses, spawns, zones.
    ---@param path string
    ---@param options table|nil `houses`, `spawns`, `zones`: false leaves them out; `x`, `y`, `z`: an offset
    ---@return boolean
    function map.load(path, options)
        options = options or {}
        local files = map.open(path, options.x, options.y, options.z)
        if not files then
            return false
        end
        if options.houses ~= false then
            server.parts.houses.load(beside(path, files, "house", "-house.xml"))
        end
        if not tfs and options.zones ~= false then
            load_zones(beside(path, files, "zone", "-zones.xml"))
        end
        if options.spawns ~= false then
            load_spawns(beside(path, files, "spawn", tfs and "-spawn.xml" or "-monster.xml"))
            if not tfs then
                load_spawns(beside(path, files, "npc", "-npc.xml"))
            end
        end
        return true
    end

    function server.controls.read_map()
        map.read_all()
    end

    function server.controls.load_map(path, options)
        return map.load(path, options)
    end

    --- What a place holds, for tests and tools: ids in the order of the tile.
    function server.controls.tile(x, y, z)
        local tile = map.tile(x, y, z)
        if not tile then
            return nil
        end
        local ids, creatures = {}, {}
        for at, item in raw.ipairs(map.items_in_order(tile)) do
            ids[at] = item.id
        end
        for at, creature in raw.ipairs(tile.creatures or {}) do
            creatures[at] = creature.name
        end
        return { items = ids, creatures = creatures, flags = tile.flags, house = tile.house and tile.house.id }
    end
end
