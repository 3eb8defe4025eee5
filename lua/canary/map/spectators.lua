--- Who sees a place: creatures by sector, across floors as clients show them.

local context = ...
local raw = context.raw
local abs, floor, max, min = raw.math.abs, raw.math.floor, raw.math.max, raw.math.min

local VIEW_X, VIEW_Y = 11, 11

return function(server, map)
    local SIZE = map.SECTOR_SIZE
    map.VIEW_X, map.VIEW_Y = VIEW_X, VIEW_Y

    local function floors(z)
        if z > 7 then
            return max(z - 2, 0), min(z + 2, 15)
        elseif z == 6 then
            return 0, 8
        elseif z == 7 then
            return 0, 9
        end
        return 0, 7
    end

    -- The creatures that see a place, looked up.
    local function look(x, y, z, multifloor, kind, left, right, up, down)
        local found, count = {}, 0
        local low, high = z, z
        if multifloor then
            low, high = floors(z)
        end
        local west, east, north, south = x - left, x + right, y - up, y + down
        -- What is higher up is seen further to the south-east.
        local x1, y1 = min(65535, max(0, west + z - high)), min(65535, max(0, north + z - high))
        local x2, y2 = min(65535, max(0, east + z - low)), min(65535, max(0, south + z - low))
        local list_name = kind or "creatures"
        for sy = floor(y1 / SIZE) * SIZE, floor(y2 / SIZE) * SIZE, SIZE do
            for sx = floor(x1 / SIZE) * SIZE, floor(x2 / SIZE) * SIZE, SIZE do
                local sector = map.sector(sx, sy)
                local list = sector and sector[list_name]
                for at = 1, list and #list or 0 do
                    local creature = list[at]
                    local tile = creature.tile
                    local cz = tile.z
                    if cz >= low and cz <= high then
                        local shift = z - cz
                        local cx, cy = tile.x - shift, tile.y - shift
                        if cx >= west and cx <= east and cy >= north and cy <= south then
                            count = count + 1
                            found[count] = creature
                        end
                    end
                end
            end
        end
        return found
    end

    -- Canary remembers what was looked up until a creature moves, by place: the widest ranges asked for, and lists by
    -- kind, on all floors and on one. What is remembered shows: within a wider range that was asked for before, *all*
    -- creatures are found that were found then.
    local remembered = {}

    --- A creature came, left or moved: what was looked up counts no more.
    function map.forget_spectators()
        if raw.next(remembered) then
            remembered = {}
        end
    end

    local function copy_of(list)
        local copy = {}
        for at = 1, #list do
            copy[at] = list[at]
        end
        return copy
    end

    local CLASSES = { players = "Player", monsters = "Monster", npcs = "Npc" }

    local function fitting(list, kind, x, y, z, multifloor, left, right, up, down)
        if not kind then
            return list
        end
        local found, class = {}, CLASSES[kind]
        for at = 1, #list do
            local creature = list[at]
            local tile = creature.tile
            -- The ranges are compared the other way round, as the server does.
            if creature.class_name == class and x - tile.x >= -left and y - tile.y >= -up and x - tile.x <= right
                and y - tile.y <= down and (multifloor or tile.z == z) then
                found[#found + 1] = creature
            end
        end
        return found
    end

    local function known(cache, kind, x, y, z, multifloor, left, right, up, down, narrower)
        for _, name in raw.ipairs({ kind or "creatures", kind and "creatures" or nil }) do
            local lists = cache[name]
            local list = lists and ((multifloor or not lists.floor) and lists.all or lists.floor)
            if list then
                if not narrower and (multifloor or lists.floor) and name == (kind or "creatures") then
                    return list
                end
                return fitting(list, kind, x, y, z, multifloor, left, right, up, down)
            end
        end
    end

    -- The list is one that is remembered, or that nobody else has: not to be changed.
    local function find_canary(x, y, z, multifloor, kind, left, right, up, down)
        local key = (z * 65536 + y) * 65536 + x
        local cache = remembered[key]
        if cache and left <= cache.left and right <= cache.right and up <= cache.up and down <= cache.down then
            local narrower = left ~= cache.left or right ~= cache.right or up ~= cache.up or down ~= cache.down
            local found = known(cache, kind, x, y, z, multifloor, left, right, up, down, narrower)
            if found then
                return found
            end
        elseif cache then
            left, right = max(left, cache.left), max(right, cache.right)
            up, down = max(up, cache.up), max(down, cache.down)
        end
        cache = cache or {}
        cache.left, cache.right, cache.up, cache.down = left, right, up, down
        remembered[key] = cache
        local found = look(x, y, z, multifloor, kind, left, right, up, down)
        local name = kind or "creatures"
        cache[name] = cache[name] or {}
        cache[name][multifloor and "all" or "floor"] = found
        return found
    end
    local find = server.tfs and look or find_canary

    --- The creatures that see a place. A range of 0 is that of clients.
    ---@param x number
    ---@param y number
    ---@param z number
    ---@param multifloor boolean|nil
    ---@param kind string|nil "players", "monsters" or "npcs"; all creatures unless given
    ---@param min_x number|nil
    ---@param max_x number|nil
    ---@param min_y number|nil
    ---@param max_y number|nil
    ---@return table[] creatures
    function map.spectators(x, y, z, multifloor, kind, min_x, max_x, min_y, max_y)
        if z >= map.LAYERS then
            return {}
        end
        local left, right = (min_x or 0) == 0 and VIEW_X or min_x, (max_x or 0) == 0 and VIEW_X or max_x
        local up, down = (min_y or 0) == 0 and VIEW_Y or min_y, (max_y or 0) == 0 and VIEW_Y or max_y
        local found = find(x, y, z, multifloor, kind, left, right, up, down)
        return server.tfs and found or copy_of(found)
    end

    --- The players that see a place, on any floor. The list is not to be changed.
    function map.players_seeing(x, y, z)
        if z >= map.LAYERS then
            return {}
        end
        return find(x, y, z, true, "players", VIEW_X, VIEW_X, VIEW_Y, VIEW_Y)
    end

    -- Whether clients on a tile see a place, on any floor.
    local function is_seen(tile, x, y, z)
        local low, high = floors(z)
        local shift = z - tile.z
        return tile.z >= low and tile.z <= high and abs(tile.x - shift - x) <= VIEW_X
            and abs(tile.y - shift - y) <= VIEW_Y
    end

    --- Those who see one of two places, none twice.
    function map.spectators_of_both(x, y, z, x2, y2, z2)
        local found = look(x, y, z, true, nil, VIEW_X, VIEW_X, VIEW_Y, VIEW_Y)
        local others = look(x2, y2, z2, true, nil, VIEW_X, VIEW_X, VIEW_Y, VIEW_Y)
        local count = #found
        for at = 1, #others do
            if not is_seen(others[at].tile, x, y, z) then
                count = count + 1
                found[count] = others[at]
            end
        end
        return found
    end
end
