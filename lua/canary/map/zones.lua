--- Zones (Canary): named sets of places, who and what is in them, and what is told when a creature crosses into one.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")
local floor, max, min = raw.math.floor, raw.math.max, raw.math.min

return function(server, map)
    local zones = { list = {}, by_name = {}, by_id = {} }
    map.zones = zones
    -- Zones that may have places in a square of the map, by its number.
    local CELL = 64
    local cells = {}

    local function key_of(x, y, z)
        return (z * 65536 + y) * 65536 + x
    end

    local function place_of(key)
        local x = key % 65536
        local rest = (key - x) / 65536
        return x, rest % 65536, floor(rest / 65536)
    end

    local function cell_of(x, y)
        return floor(y / CELL) * 65536 + floor(x / CELL)
    end

    local function new_zone(name, id)
        return {
            class_name = "Zone",
            name = name,
            id = id,
            -- Boxes that were added and taken away, in order; and single places, of a map.
            boxes = {},
            single = {},
            -- Files whose scripts named it.
            users = {},
            things = { creatures = {}, items = {} },
        }
    end

    local function contains(list, item)
        for at = 1, list and #list or 0 do
            if list[at] == item then
                return at
            end
        end
    end

    local function note_cell(cell, zone)
        local list = cells[cell]
        if not list then
            list = {}
            cells[cell] = list
        end
        if not contains(list, zone) then
            list[#list + 1] = zone
        end
    end

    --- Whether a place is in a zone.
    ---@param zone table
    function zones.contains(zone, x, y, z)
        local boxes = zone.boxes
        for at = #boxes, 1, -1 do
            local box = boxes[at]
            if x >= box.x1 and x <= box.x2 and y >= box.y1 and y <= box.y2 and z >= box.z1 and z <= box.z2 then
                return box.add
            end
        end
        return zone.single[key_of(x, y, z)] == true
    end

    --- Adds one place to a zone.
    function zones.add_place(zone, x, y, z)
        zone.single[key_of(x, y, z)] = true
        note_cell(cell_of(x, y), zone)
    end

    --- Makes a zone of a name; nil when there is one already, or it is the word that Canary keeps for itself.
    ---@param name string
    ---@param id number|nil of a map's zone
    function zones.add(name, id)
        id = id or 0
        if name == "default" then
            server:log("error", "Zone name default is reserved")
            return nil
        end
        local zone = id ~= 0 and zones.by_id[id] or nil
        if not zone and zones.by_name[name] then
            server:log("error", "Zone " .. name .. " already exists")
            return nil
        end
        zone = zone or new_zone(name, id)
        zone.name = name
        zones.by_name[name] = zone
        if not contains(zones.list, zone) then
            zones.list[#zones.list + 1] = zone
        end
        if id ~= 0 then
            zones.by_id[id] = zone
        end
        return zone
    end

    local function forget(zone)
        if zones.by_name[zone.name] == zone then
            zones.by_name[zone.name] = nil
            raw.table.remove(zones.list, contains(zones.list, zone))
        end
    end

    local function know(zone)
        if not zones.by_name[zone.name] then
            zones.by_name[zone.name] = zone
            zones.list[#zones.list + 1] = zone
        end
    end

    --- The zone that a script means by a name. One that only it has named goes when the script is loaded anew.
    ---@param name string
    ---@return table|nil
    function zones.named(name)
        local zone = zones.by_name[name] or zones.add(name)
        local file = zone and zone.id == 0 and server.parts.scripts.owner()
        if not file or zone.users[file] then
            return zone
        end
        zone.users[file] = true
        server.parts.scripts.own(function()
            zone.users[file] = nil
            if raw.next(zone.users) == nil then
                forget(zone)
            end
        end, function()
            zone.users[file] = true
            know(zone)
        end)
        return zone
    end

    --- The zone of a map's number; made when there is none, without a name until zones.xml gives it one.
    function zones.of_id(id)
        local zone = zones.by_id[id]
        if not zone then
            zone = new_zone("", id)
            zones.by_id[id] = zone
        end
        return zone
    end

    -- What is in zones ------------------------------------------------------------------------------------------

    local function list_for(zone, thing)
        return map.is_creature(thing) and zone.things.creatures or zone.things.items
    end

    local function gain(zone, thing)
        local list = list_for(zone, thing)
        if not contains(list, thing) then
            list[#list + 1] = thing
        end
    end

    local function lose(zone, thing)
        local list = list_for(zone, thing)
        local at = contains(list, thing)
        if at then
            raw.table.remove(list, at)
        end
    end

    --- A thing has come onto a tile.
    function map.zones_gain(tile, thing)
        local list = tile.zones
        for at = 1, list and #list or 0 do
            gain(list[at], thing)
        end
    end

    --- A thing has left a tile.
    function map.zones_lose(tile, thing)
        local list = tile.zones
        for at = 1, list and #list or 0 do
            lose(list[at], thing)
        end
    end

    local function gain_all(zone, tile)
        for at = 1, tile.items and #tile.items or 0 do
            gain(zone, tile.items[at])
        end
        for at = 1, tile.creatures and #tile.creatures or 0 do
            gain(zone, tile.creatures[at])
        end
    end

    --- Tells a tile which zones it is in.
    function map.join_zones(tile)
        local x, y, z = tile.x, tile.y, tile.z
        local near = cells[cell_of(x, y)]
        local list
        for at = 1, near and #near or 0 do
            local zone = near[at]
            if zone.name ~= "" and zones.contains(zone, x, y, z) then
                list = list or {}
                list[#list + 1] = zone
                gain_all(zone, tile)
            end
        end
        tile.zones = list
    end

    -- The tiles of a box that are known already. Whole sectors without any are passed over.
    local function each_tile(box, fn)
        local size = map.SECTOR_SIZE
        for sy = floor(box.y1 / size) * size, box.y2, size do
            for sx = floor(box.x1 / size) * size, box.x2, size do
                if map.sector(sx, sy) then
                    for z = box.z1, min(box.z2, map.LAYERS - 1) do
                        for y = max(box.y1, sy), min(box.y2, sy + size - 1) do
                            for x = max(box.x1, sx), min(box.x2, sx + size - 1) do
                                local tile = map.loaded_tile(x, y, z)
                                if tile then
                                    fn(tile)
                                end
                            end
                        end
                    end
                end
            end
        end
    end

    --- Looks again which creatures and items are in a zone.
    function zones.refresh(zone)
        zone.things = { creatures = {}, items = {} }
        for _, box in raw.ipairs(zone.boxes) do
            each_tile(box, map.join_zones)
        end
        for key in raw.pairs(zone.single) do
            local tile = map.loaded_tile(place_of(key))
            if tile then
                map.join_zones(tile)
            end
        end
    end

    local function change(zone, from, to, add)
        local box = {
            add = add,
            -- Canary counts up from the first corner: one that lies beyond the second makes a line.
            x1 = from.x,
            x2 = max(from.x, to.x),
            y1 = from.y,
            y2 = max(from.y, to.y),
            z1 = from.z,
            z2 = max(from.z, to.z),
        }
        local function put()
            zone.boxes[#zone.boxes + 1] = box
            if add then
                for cy = floor(box.y1 / CELL), floor(box.y2 / CELL) do
                    for cx = floor(box.x1 / CELL), floor(box.x2 / CELL) do
                        note_cell(cy * 65536 + cx, zone)
                    end
                end
            end
            zones.refresh(zone)
        end
        put()
        -- It goes when the script that gave it is loaded anew.
        server.parts.scripts.own(function()
            raw.table.remove(zone.boxes, contains(zone.boxes, box))
            zones.refresh(zone)
            each_tile(box, map.join_zones)
        end, put)
    end

    --- Adds a box of places to a zone.
    function zones.add_area(zone, from, to)
        change(zone, from, to, true)
    end

    --- Takes a box of places from a zone.
    function zones.subtract_area(zone, from, to)
        change(zone, from, to, false)
    end

    --- The places of a zone, as scripts get them.
    function zones.positions(zone)
        local list, known = {}, {}
        local function take(x, y, z)
            local key = key_of(x, y, z)
            if not known[key] and zones.contains(zone, x, y, z) then
                known[key] = true
                list[#list + 1] = map.push_position(x, y, z)
            end
        end
        for _, box in raw.ipairs(zone.boxes) do
            for x = box.x1, box.add and box.x2 or -1 do
                for y = box.y1, box.y2 do
                    for z = box.z1, box.z2 do
                        take(x, y, z)
                    end
                end
            end
        end
        for _, key in raw.ipairs(sorted_keys(zone.single)) do
            take(place_of(key))
        end
        return list
    end

    --- The zones of a tile, as scripts get them.
    function map.push_zones(tile)
        local list = {}
        for at, zone in raw.ipairs(tile.zones or {}) do
            list[at] = server.userdata.push(zone)
        end
        return list
    end

    --- The zones of a place.
    function map.zones_at(x, y, z)
        local tile = map.tile(x, y, z)
        return tile and tile.zones or {}
    end

    -- Crossing --------------------------------------------------------------------------------------------------

    local function without(list, other)
        local rest = {}
        for at = 1, list and #list or 0 do
            if not contains(other, list[at]) then
                rest[#rest + 1] = list[at]
            end
        end
        return rest
    end

    -- Whether no script of a kind says no.
    local function allowed(name, zone, creature)
        local callback = server.parts.events.callback
        if not callback then
            return true
        end
        return callback(name, zone, creature) ~= false
    end

    --- Whether scripts let a creature go from the zones of one tile to those of another.
    ---@param old table|nil
    ---@param new table|nil
    function map.before_zone_change(creature, old, new)
        local from, to = old and old.zones, new and new.zones
        if from == to then
            return true
        end
        for _, zone in raw.ipairs(without(from, to)) do
            if not allowed("zoneBeforeCreatureLeave", zone, creature) then
                return false
            end
        end
        for _, zone in raw.ipairs(without(to, from)) do
            if not allowed("zoneBeforeCreatureEnter", zone, creature) then
                return false
            end
        end
        return true
    end

    --- Tells zones and scripts that a creature has crossed.
    function map.after_zone_change(creature, old, new)
        local from, to = old and old.zones, new and new.zones
        if from == to then
            return
        end
        local left, entered = without(from, to), without(to, from)
        for _, zone in raw.ipairs(left) do
            lose(zone, creature)
        end
        for _, zone in raw.ipairs(entered) do
            gain(zone, creature)
        end
        for _, zone in raw.ipairs(left) do
            allowed("zoneAfterCreatureLeave", zone, creature)
        end
        for _, zone in raw.ipairs(entered) do
            allowed("zoneAfterCreatureEnter", zone, creature)
        end
    end
end
