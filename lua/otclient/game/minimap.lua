--- What the client remembers of the world (g_minimap): color, speed and walkability of each tile that it has seen, in
--- blocks of 64 by 64, and the file that keeps them.

local context = ...
local raw = context.raw
local byte, char, format = raw.string.byte, raw.string.char, raw.string.format
local ceil, floor, min = raw.math.ceil, raw.math.floor, raw.math.min
local concat = raw.table.concat

local BLOCK = 64
local TILES = BLOCK * BLOCK
local BLOCKS_A_ROW = 65536 / BLOCK
local SEEN, NOT_PATHABLE, NOT_WALKABLE = 1, 2, 4
local SIGNATURE, VERSION = 0x4D4D544F, 1
local UNKNOWN = { flags = 0, color = 255, speed = 10 }

return function(engine, game)
    local tile = game.tile
    local minimap = {}
    game.minimap = minimap
    -- By floor: blocks by index, and their indices in the order in which they came.
    local floors = {}

    local function block_index(x, y)
        return floor(y / BLOCK) * BLOCKS_A_ROW + floor(x / BLOCK)
    end

    local function block_of(z, index)
        local level = floors[z]
        if not level then
            level = { blocks = {}, order = {} }
            floors[z] = level
        end
        local block = level.blocks[index]
        if not block then
            block = { tiles = {}, seen = false }
            level.blocks[index] = block
            level.order[#level.order + 1] = index
        end
        return block
    end

    local function tile_index(x, y)
        return (y % BLOCK) * BLOCK + x % BLOCK
    end

    --- What is remembered of a place.
    ---@return table flags, color, speed
    function minimap.tile(pos)
        local level = floors[pos.z]
        local block = level and level.blocks[block_index(pos.x, pos.y)]
        return block and block.tiles[tile_index(pos.x, pos.y)] or UNKNOWN
    end

    --- Remembers a tile as it is now.
    ---@param record table|nil nil where there is none
    function minimap.update_tile(pos, record)
        local known = { flags = NOT_WALKABLE + NOT_PATHABLE, color = 255, speed = 10 }
        if record then
            known.color = tile.color(record)
            known.flags = SEEN
                + (tile.walkable(record, true) and 0 or NOT_WALKABLE)
                + (tile.pathable(record) and 0 or NOT_PATHABLE)
            known.speed = min(ceil(tile.ground_speed(record) / 10), 255)
        elseif engine.edubart then
            known.flags = 0
        end
        if known.flags ~= 0 or known.color ~= 255 or known.speed ~= 10 then
            local block = block_of(pos.z, block_index(pos.x, pos.y))
            block.tiles[tile_index(pos.x, pos.y)] = known
            block.seen = true
        end
    end

    function minimap.clean()
        floors = {}
    end

    -- The picture of it --------------------------------------------------------------------------------------------

    local function truncated(number)
        return number < 0 and ceil(number) or floor(number)
    end

    -- The part of the world that a rect shows: its corner, and how many tiles.
    local function view(rect, center, scale)
        local width, height = truncated(rect.width / scale), ceil(rect.height / scale)
        return center.x - truncated((width - 1) / 2), center.y - truncated((height - 1) / 2), width, height
    end

    --- The point of a rect at which a place is shown; nil where the rect is empty or shows another floor.
    function minimap.point_of(pos, rect, center, scale)
        if rect.width < 1 or rect.height < 1 or pos.z ~= center.z then
            return nil
        end
        local x, y, width, height = view(rect, center, scale)
        local off_x = truncated((truncated(width * scale) - rect.width) / 2)
        local off_y = truncated((truncated(height * scale) - rect.height) / 2)
        local half = truncated(truncated(scale) / 2)
        return {
            x = truncated((pos.x - x) * scale) + rect.x - off_x + half,
            y = truncated((pos.y - y) * scale) + rect.y - off_y + half,
        }
    end

    --- The place that a rect shows at a point; nil of an empty rect.
    function minimap.position_at(point, rect, center, scale)
        if rect.width < 1 or rect.height < 1 then
            return nil
        end
        local x, y, width, height = view(rect, center, scale)
        local off_x = truncated((truncated(width * scale) - rect.width) / 2)
        local off_y = truncated((truncated(height * scale) - rect.height) / 2)
        return {
            x = truncated((point.x - rect.x + off_x) / scale) + x,
            y = truncated((point.y - rect.y + off_y) / scale) + y,
            z = center.z,
        }
    end

    --- The rect in which a place is shown, as large as a sprite.
    function minimap.rect_of(pos, rect, center, scale)
        local point = minimap.point_of(pos, rect, center, scale)
        if not point then
            return nil
        end
        local size = truncated(game.config.sprite_size * scale)
        return {
            x = point.x - truncated((size - 1) / 2),
            y = point.y - truncated((size - 1) / 2),
            width = size,
            height = size,
        }
    end

    -- The file -----------------------------------------------------------------------------------------------------

    local function u16(number)
        return char(number % 256, floor(number / 256) % 256)
    end

    local function bytes_of(block)
        local parts = {}
        for index = 0, TILES - 1 do
            local known = block.tiles[index] or UNKNOWN
            parts[index + 1] = char(known.flags, known.color, known.speed)
        end
        return concat(parts)
    end

    local function read_block(block, bytes)
        for index = 0, TILES - 1 do
            local flags, color, speed = byte(bytes, index * 3 + 1, index * 3 + 3)
            if flags ~= 0 or color ~= 255 or speed ~= 10 then
                block.tiles[index] = { flags = flags, color = color, speed = speed }
            end
        end
        block.seen = true
    end

    local function save(file)
        local description = "OTMM 1.0"
        local header = u16(SIGNATURE % 65536) .. u16(floor(SIGNATURE / 65536))
        local start = 12 + 2 + #description
        local parts = { header, u16(start), u16(VERSION), u16(0), u16(0), u16(#description), description }
        for z = 0, game.config.map_max_z do
            local level = floors[z] or { order = {}, blocks = {} }
            for _, index in raw.ipairs(level.order) do
                local block = level.blocks[index]
                if block.seen then
                    local packed = engine.host("zlib.compress", bytes_of(block), 3)
                    parts[#parts + 1] = u16(index % BLOCKS_A_ROW * BLOCK)
                    parts[#parts + 1] = u16(floor(index / BLOCKS_A_ROW) * BLOCK)
                    parts[#parts + 1] = char(z) .. u16(#packed) .. packed
                end
            end
        end
        parts[#parts + 1] = u16(65535) .. u16(65535) .. char(255)
        engine.parts.resources.write(file, concat(parts))
    end

    local function load(file)
        local data = game.read_file(file)
        local reader = game.reader(data)
        if reader.u32() ~= SIGNATURE then
            raw.error("invalid OTMM file", 0)
        end
        local start = reader.u16()
        if reader.u16() ~= VERSION then
            raw.error("OTMM version not supported", 0)
        end
        reader = game.reader(raw.string.sub(data, start + 1))
        while true do
            local x, y, z = reader.u16(), reader.u16(), reader.u8()
            if z > game.config.map_max_z then
                return
            end
            local packed = reader.bytes(reader.u16())
            local bytes = engine.host("zlib.decompress", packed, TILES * 3)
            if not bytes or #bytes ~= TILES * 3 then
                return
            end
            read_block(block_of(z, block_index(x, y)), bytes)
        end
    end

    local function attempt(what, action, file)
        local ok, problem = raw.pcall(action, file)
        if not ok then
            local reason = raw.string.match(raw.tostring(problem), "^[^\n]*C%+%+ call failed: ([^\n]*)")
                or raw.string.match(raw.tostring(problem), "^([^\n]*)")
            engine:log("error", format("failed to %s OTMM minimap: %s", what, reason))
        end
        return ok
    end

    engine:singleton("g_minimap", {
        clean = minimap.clean,
        -- The engine never wrote this one.
        saveImage = function() end,
        loadOtmm = function(file)
            return attempt("load", load, file)
        end,
        saveOtmm = function(file)
            attempt("save", save, file)
        end,
    })
end
