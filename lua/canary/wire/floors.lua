--- The map as it is told: tiles with what is on them, rows, columns and floors of tiles, and what a client sees of it.

local context = ...
local raw = context.raw
local char, concat = raw.string.char, raw.table.concat
local min, abs = raw.math.min, raw.math.abs

-- Tiles from a player to the edges of its client's map: less to the west and north.
local WEST, EAST, NORTH, SOUTH = 8, 9, 6, 7
local WIDTH, HEIGHT = 18, 14
-- Things of a tile that are told.
local MOST_THINGS = 10
local SURFACE, DEEPEST = 7, 15

return function(server, wire)
    local map = server.parts.map

    local function key_of(x, y, z)
        return (z * 65536 + y) * 65536 + x
    end
    wire.key_of, wire.MOST_THINGS = key_of, MOST_THINGS

    --- Whether a place is on a client's map as it lies now.
    function wire.sees(view, x, y, z)
        if view.z <= SURFACE then
            if z > SURFACE then
                return false
            end
        elseif abs(z - view.z) > 2 then
            return false
        end
        local shift = view.z - z
        local dx, dy = x - view.x - shift, y - view.y - shift
        return dx >= -WEST and dx <= EAST and dy >= -NORTH and dy <= SOUTH
    end

    --- What of a tile is told, in the client's order: ground, things on top, creatures (the newest last), things laid
    --- down.
    ---@return table[] things, at most ten
    function wire.things_of(view, tile)
        local things = { tile.ground }
        local items, creatures = tile.items, tile.creatures
        local down = items and tile.down_count or 0
        if items then
            for at = down + 1, min(#items, down + MOST_THINGS - #things) do
                things[#things + 1] = items[at]
            end
        end
        if creatures then
            local can_see = server.parts.creatures.can_see_creature
            for at = #creatures, 1, -1 do
                local creature = creatures[at]
                -- A client has to be told where its own player is, however full the tile.
                if creature == view.player and #things >= MOST_THINGS then
                    things[MOST_THINGS] = creature
                elseif #things < MOST_THINGS and can_see(view.player, creature) then
                    things[#things + 1] = creature
                end
            end
        end
        for at = 1, min(down, MOST_THINGS - #things) do
            things[#things + 1] = items[at]
        end
        return things
    end

    --- What is kept of a thing that a client was told: a creature's number, an item's bytes.
    function wire.mark_of(view, thing)
        return map.is_creature(thing) and thing.id or wire.item(view, thing)
    end

    --- The bytes of a thing on a tile.
    function wire.thing(view, thing, mark)
        return raw.type(mark) == "number" and wire.creature(view, thing) or mark
    end

    --- What stands in front of a tile's things.
    function wire.before_things(view)
        return view.version >= 910 and view.version < 1281 and "\0\0" or ""
    end

    -- A tile's bytes; what is on it is kept as told. Nil when there is nothing.
    local function tile_bytes(view, tile, key)
        local snapshot = not view.apart and wire.snapshot(view, tile, key)
        if snapshot then
            return wire.snapshot_bytes(view, snapshot, key)
        end
        local things = wire.things_of(view, tile)
        if #things == 0 then
            return nil
        end
        local out, marks = { wire.before_things(view) }, {}
        for at = 1, #things do
            local mark = wire.mark_of(view, things[at])
            marks[at] = mark
            out[at + 1] = wire.thing(view, things[at], mark)
            if raw.type(mark) == "number" then
                view.at[mark] = key
            end
        end
        view.tiles[key] = marks
        return concat(out)
    end

    local function floors_of(z)
        if z <= SURFACE then
            return SURFACE, 0, -1
        end
        return z - 2, min(z + 2, DEEPEST), 1
    end

    local function there(view, x, y, z)
        local tile = x >= 0 and y >= 0 and x < 65536 and y < 65536 and map.tile(x, y, z)
        return tile and tile_bytes(view, tile, key_of(x, y, z)) or nil
    end

    -- A part of the map through all floors that are seen: bytes. Empty tiles are counted, not told. `tell` gives a
    -- tile's bytes, nil when there is nothing.
    local function area(view, tell, x, y, width, height)
        local out, skip = {}, -1
        local first, last, step = floors_of(view.z)
        for z = first, last, step do
            local shift = view.z - z
            for tx = x + shift, x + shift + width - 1 do
                for ty = y + shift, y + shift + height - 1 do
                    local told = tell(view, tx, ty, z)
                    if told then
                        if skip >= 0 then
                            out[#out + 1] = char(skip, 255)
                        end
                        skip = 0
                        out[#out + 1] = told
                    elseif skip == 254 then
                        out[#out + 1] = "\255\255"
                        skip = -1
                    else
                        skip = skip + 1
                    end
                end
            end
        end
        if skip >= 0 then
            out[#out + 1] = char(skip, 255)
        end
        return concat(out)
    end

    local function whole(view, tell)
        return "\100" .. wire.place(view.x, view.y, view.z)
            .. area(view, tell, view.x - WEST, view.y - NORTH, WIDTH, HEIGHT)
    end

    --- The whole map around a client's player.
    function wire.full_map(view)
        view.tiles, view.at, view.shown = {}, {}, {}
        return whole(view, there)
    end

    --- The whole map as a client was told it, for one that begins where that client is.
    ---@param view table
    ---@param fresh table the other's view
    function wire.told_map(view, fresh)
        return whole(fresh, function(_, x, y, z)
            local marks = view.tiles[key_of(x, y, z)]
            if not marks or #marks == 0 then
                return nil
            end
            local out = { wire.before_things(view) }
            for at = 1, #marks do
                local mark = marks[at]
                local creature = raw.type(mark) == "number" and server.parts.creatures.by_id(mark)
                out[at + 1] = creature and wire.creature(fresh, creature) or raw.type(mark) == "string" and mark or ""
            end
            return concat(out)
        end)
    end

    --- The rows and columns that come into sight by a step from `x`, `y` to where the view is now.
    function wire.edges(view, x, y)
        local out = ""
        if y > view.y then
            out = "\101" .. area(view, there, x - WEST, view.y - NORTH, WIDTH, 1)
        elseif y < view.y then
            out = "\103" .. area(view, there, x - WEST, view.y + SOUTH, WIDTH, 1)
        end
        if x < view.x then
            out = out .. "\102" .. area(view, there, view.x + EAST, view.y - NORTH, 1, HEIGHT)
        elseif x > view.x then
            out = out .. "\104" .. area(view, there, view.x - WEST, view.y - NORTH, 1, HEIGHT)
        end
        return out
    end

    --- Forgets what is out of sight now.
    function wire.trim(view)
        for key, marks in raw.pairs(view.tiles) do
            local x = key % 65536
            local rest = (key - x) / 65536
            local y = rest % 65536
            if not wire.sees(view, x, y, (rest - y) / 65536) then
                view.tiles[key] = nil
                for at = 1, #marks do
                    local mark = marks[at]
                    if raw.type(mark) == "number" and view.at[mark] == key then
                        view.at[mark], view.shown[mark] = nil, nil
                    end
                end
            end
        end
    end
end
