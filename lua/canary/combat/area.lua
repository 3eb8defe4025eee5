--- Areas: which tiles around a place a combat reaches, by the direction from the caster.

local context = ...
local raw = context.raw
local floor, max, min, type = raw.math.floor, raw.math.max, raw.math.min, raw.type

local NORTH, EAST, SOUTH, WEST, SOUTHWEST, SOUTHEAST, NORTHWEST, NORTHEAST = 0, 1, 2, 3, 4, 5, 6, 7

-- Numbers in it say from which radius on a place is in.
local CIRCLE = {
    "0000008000000",
    "0000887880000",
    "0008766678000",
    "0087655567800",
    "0876544456780",
    "0865432345680",
    "8765421245678",
    "0865432345680",
    "0876544456780",
    "0087655567800",
    "0008766678000",
    "0000887880000",
    "0000008000000",
}
-- The same for rings (TFS): the places of one number alone.
local RING = {
    "0000077700000",
    "0000766670000",
    "0007655567000",
    "0076544456700",
    "0765433345670",
    "7654320234567",
    "7654301034567",
    "7654320234567",
    "0765433345670",
    "0076544456700",
    "0007655567000",
    "0000766670000",
    "0000077700000",
}

return function(server, combat)
    local tfs, map = server.tfs, server.parts.map

    -- A matrix: { rows, cols, x, y, [row * cols + col] = true }, the centre at x, y, all from 0.
    local function matrix(rows, cols)
        return { rows = rows, cols = cols, x = 0, y = 0 }
    end

    local function from_list(list, rows)
        local cols = rows == 0 and 0 or floor(#list / rows)
        local made = matrix(rows, cols)
        for at = 0, #list - 1 do
            local value = list[at + 1]
            if value == 1 or value == 3 then
                made[at] = true
            end
            if value == 2 or value == 3 then
                made.x, made.y = at % cols, floor(at / cols)
            end
        end
        return made
    end

    -- Turning, by how each server does it ------------------------------------------------------------------------

    -- TFS turns the matrix itself, so that its size follows.
    local function turned_tfs(source, quarter)
        local rows, cols = source.rows, source.cols
        local across = quarter ~= 2
        local made = matrix(across and cols or rows, across and rows or cols)
        local function place(x, y)
            if quarter == 1 then
                return rows - 1 - y, x
            elseif quarter == 2 then
                return cols - 1 - x, rows - 1 - y
            end
            return y, cols - 1 - x
        end
        for y = 0, rows - 1 do
            for x = 0, cols - 1 do
                if source[y * cols + x] then
                    local nx, ny = place(x, y)
                    made[ny * made.cols + nx] = true
                end
            end
        end
        made.x, made.y = place(source.x, source.y)
        return made
    end

    -- Canary turns around the centre, in a square of twice the longer side.
    local COS, SIN = { 0, -1, 0 }, { 1, 0, -1 }
    local function turned_canary(source, quarter)
        local size = max(source.rows, source.cols) * 2
        local made = matrix(size, size)
        local centre = floor(size / 2) - 1
        made.x, made.y = centre, centre
        for y = 0, source.rows - 1 do
            for x = 0, source.cols - 1 do
                local dx, dy = x - source.x, y - source.y
                local nx, ny = dx * COS[quarter] - dy * SIN[quarter], dx * SIN[quarter] + dy * COS[quarter]
                nx, ny = nx + centre, ny + centre
                if source[y * source.cols + x] and nx >= 0 and ny >= 0 and nx < size and ny < size then
                    made[ny * size + nx] = true
                end
            end
        end
        return made
    end

    local function mirrored(source, size)
        local made = matrix(size, size)
        for y = 0, source.rows - 1 do
            for x = 0, source.cols - 1 do
                if source[y * source.cols + x] then
                    made[y * size + source.cols - 1 - x] = true
                end
            end
        end
        made.x, made.y = source.rows - 1 - source.x, source.y
        return made
    end

    local function flipped(source, size)
        local made = matrix(size, size)
        for y = 0, source.rows - 1 do
            for x = 0, source.cols - 1 do
                if source[y * source.cols + x] and y < source.cols then
                    made[(source.cols - 1 - y) * size + x] = true
                end
            end
        end
        made.x, made.y = source.x, source.cols - 1 - source.y
        return made
    end

    local turned = tfs and turned_tfs or turned_canary

    -- Scripts draw the same areas over and over: one is kept for all, for as long as an area has it.
    local shapes = raw.setmetatable({}, { __mode = "v" })

    local function set_straight(area, list, rows)
        local drawn = rows .. ":" .. raw.table.concat(list, ",")
        local shape = shapes[drawn]
        if not shape then
            local north = from_list(list, rows)
            shape = {
                [NORTH] = north,
                [EAST] = turned(north, 1),
                [SOUTH] = turned(north, 2),
                [WEST] = turned(north, 3),
            }
            shapes[drawn] = shape
        end
        area.straight = shape
    end

    local function set_slanted(area, list, rows)
        if #list == 0 then
            return
        end
        area.slanted = true
        local first = from_list(list, rows)
        area[NORTHWEST] = first
        if tfs then
            area[NORTHEAST], area[SOUTHEAST], area[SOUTHWEST] = turned(first, 1), turned(first, 2), turned(first, 3)
            return
        end
        local size = max(first.rows, first.cols) * 2
        area[NORTHEAST], area[SOUTHWEST] = mirrored(first, size), flipped(first, size)
        -- The server mirrors what it flipped, with the size that it has by then.
        area[SOUTHEAST] = mirrored(area[SOUTHWEST], size)
    end

    local function from_picture(picture, test)
        local list = {}
        for row = 1, #picture do
            for col = 1, #picture[row] do
                local value = raw.tonumber(raw.string.sub(picture[row], col, col))
                list[#list + 1] = value == 1 and 3 or (value > 0 and test(value) and 1 or 0)
            end
        end
        local area = {}
        set_straight(area, list, #picture)
        return area
    end

    --- An area of a radius around its centre.
    ---@param radius number
    function combat.circle(radius)
        return from_picture(CIRCLE, function(value)
            return value <= radius
        end)
    end

    --- A ring around its centre (TFS).
    function combat.ring(ring)
        return from_picture(RING, function(value)
            return value == ring
        end)
    end

    --- A beam, or a wave that gets wider every `spread` places.
    ---@param length number
    ---@param spread number
    function combat.beam(length, spread)
        local cols = spread ~= 0 and floor(length / spread) * 2 + 1 or 1
        local wide, list = cols, {}
        for y = 1, length do
            local first, last = cols - wide + 1, wide
            for x = 1, cols do
                if y == length and x == floor(cols / 2) + 1 then
                    list[#list + 1] = 3
                else
                    list[#list + 1] = x >= first and x <= last and 1 or 0
                end
            end
            if spread > 0 and y % spread == 0 then
                wide = wide - 1
            end
        end
        local area = {}
        set_straight(area, list, length)
        return area
    end

    -- Tiles ------------------------------------------------------------------------------------------------------

    local function direction_of(area, dx, dy)
        if area.slanted and dx ~= 0 and dy ~= 0 then
            if dx < 0 then
                return dy < 0 and NORTHWEST or SOUTHWEST
            end
            return dy < 0 and NORTHEAST or SOUTHEAST
        elseif dx ~= 0 then
            return dx < 0 and WEST or EAST
        end
        return dy < 0 and NORTH or SOUTH
    end

    --- The tiles that an area covers, row by row; those that there were not are made.
    ---@param cx number where the caster is
    ---@param cy number
    ---@param x number where the area is
    ---@param y number
    ---@param z number
    ---@param area table|nil one tile without it
    ---@return table tiles
    function combat.tiles(cx, cy, x, y, z, area)
        local tiles = {}
        if z >= map.LAYERS then
            return tiles
        elseif not area then
            tiles[1] = map.make_tile(x, y, z)
            return tiles
        end
        local direction = direction_of(area, x - cx, y - cy)
        local grid = area[direction] or area.straight and area.straight[direction]
        if not grid then
            return tiles
        end
        -- Lines of sight begin one step from the target towards the caster.
        local sx, sy = map.next_place(x, y, map.direction_to(x, y, cx, cy))
        local count = 0
        for row = 0, grid.rows - 1 do
            for col = 0, grid.cols - 1 do
                if grid[row * grid.cols + col] then
                    local tx, ty = (x - grid.x + col) % 65536, (y - grid.y + row) % 65536
                    local there = not tfs and map.tile(tx, ty, z) or nil
                    if not (there and map.has_flag(there, map.STATE.FLOORCHANGE))
                        and map.is_sight_clear(sx, sy, z, tx, ty, z, true) then
                        count = count + 1
                        tiles[count] = map.make_tile(tx, ty, z)
                    end
                end
            end
        end
        return tiles
    end

    -- createCombatArea ---------------------------------------------------------------------------------------------

    local areas, next_area = {}, 1

    --- The area of a number that createCombatArea gave.
    function combat.area(id)
        return areas[id]
    end

    --- Whether a file is being loaded just now: some functions work only then.
    function combat.is_loading()
        local running = server.parts.report.running()
        if not running then
            return true
        end
        local scripts = server.parts.scripts
        return raw.type(scripts) == "table" and scripts.loading() == running
    end

    local function read(value)
        if type(value) ~= "table" then
            return nil
        end
        local list, rows = {}, 0
        for _, row in raw.next, value do
            if type(row) ~= "table" then
                return nil
            end
            for _, cell in raw.next, row do
                if type(cell) ~= "number" then
                    return nil
                end
                list[#list + 1] = max(0, min(4294967295, floor(cell)))
            end
            rows = rows + 1
        end
        return rows > 0 and list or nil, rows
    end

    local function create(...)
        if not combat.is_loading() then
            server:report("This function can only be used while loading the script.")
            return false
        end
        local straight, slanted = ...
        local area = {}
        local id = next_area
        next_area = next_area + 1
        areas[id] = area
        local file = server.parts.scripts.owner and server.parts.scripts.owner()
        if file and server.parts.scripts.own then
            server.parts.scripts.own(function()
                areas[id] = nil
            end, function()
                areas[id] = area
            end)
        end
        if raw.select("#", ...) >= 2 then
            local list, rows = read(slanted)
            if not list then
                server:report("Invalid extended area table.")
                return false
            end
            set_slanted(area, list, rows)
        end
        local list, rows = read(straight)
        if not list then
            server:report("Invalid area table.")
            return false
        end
        set_straight(area, list, rows)
        return id
    end

    server:globals({ createCombatArea = create })
end
