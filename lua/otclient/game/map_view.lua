--- What a map widget shows: the place in its middle, how many tiles around it, and which place is at a point.

local context = ...
local raw = context.raw
local ceil, floor, max, min = raw.math.ceil, raw.math.floor, raw.math.max, raw.math.min
local insert = raw.table.insert

local SPRITE = 32

local function truncated(number)
    return number < 0 and ceil(number) or floor(number)
end

return function(engine, game)
    local position = game.position
    local view = {}
    game.map_view = view
    game.map_views = {}

    --- Makes the view of a map widget: 15 by 11 tiles.
    ---@return table
    function view.new()
        local record = {
            width = 15,
            height = 11,
            camera = game.NOWHERE,
            offset_x = 0,
            offset_y = 0,
            limited = true,
            locked_floor = -1,
            rect = { x = 0, y = 0, width = 1, height = 1 },
            tile_size = SPRITE,
        }
        insert(game.map_views, record)
        return record
    end

    function view.drop(record)
        for index, other in raw.ipairs(game.map_views) do
            if other == record then
                raw.table.remove(game.map_views, index)
                break
            end
        end
    end

    --- Follows a creature; nil leaves the view where it is.
    function view.follow(record, creature)
        if engine.edubart then
            record.creature = creature
            return
        elseif creature == record.creature then
            return
        elseif not creature then
            local last = record.creature and game.thing.position(record.creature) or game.map.central
            return view.set_camera(record, last)
        end
        if record.creature then
            record.creature.camera = false
        end
        record.creature = creature
        creature.camera = true
    end

    function view.set_camera(record, pos)
        if record.creature then
            record.creature.camera = false
        end
        record.creature = nil
        record.camera = pos
    end

    --- The place in the middle.
    ---@return table
    function view.camera(record)
        return record.creature and game.thing.position(record.creature) or record.camera
    end

    --- Shows so many tiles; odd numbers, and in mehah no more than the client is aware of.
    function view.set_dimension(record, width, height)
        if width == record.width and height == record.height then
            return
        elseif width % 2 ~= 1 or height % 2 ~= 1 then
            engine:log("error", "visible dimension must be odd")
            return
        elseif width < 3 and height < 3 then
            engine:log("error", "reach max zoom in")
            return
        end
        local range = game.map.aware
        if not engine.edubart and record.limited and (width > range.left * 2 or height > range.top * 2) then
            return
        end
        record.width, record.height = width, height
        local most, size = max(width, height), SPRITE
        while not engine.edubart and most > 100 do
            most, size = floor(most / 2), size / 2
        end
        record.tile_size = truncated(size)
    end

    --- How far from its middle a view sees.
    function view.range(record)
        local left = min(game.map.aware.left, floor((record.width + 3) / 2) - 1)
        local top = min(game.map.aware.top, floor((record.height + 3) / 2) - 1)
        return { left = left, top = top, right = left + 1, bottom = top + 1 }
    end

    --- A size, as large as fits into another at the same ratio.
    ---@return integer width, integer height
    function view.fit(width, height, into_width, into_height)
        if width == 0 or height == 0 then
            return into_width, into_height
        end
        local by_height = truncated(into_height * width / height)
        if by_height <= into_width then
            return by_height, into_height
        end
        return into_width, truncated(into_width * height / width)
    end

    -- The part of the drawing that is shown, in pixels of the drawing.
    local function source(record, width, height)
        local tile = record.tile_size
        -- The drawing has three tiles more than are seen; one of them is before the first.
        local x, y = tile, tile
        if record.creature then
            x = x + truncated(record.creature.offset_x * tile / SPRITE)
            y = y + truncated(record.creature.offset_y * tile / SPRITE)
        else
            x, y = x + truncated(record.offset_x * tile / SPRITE), y + truncated(record.offset_y * tile / SPRITE)
        end
        local all_width, all_height = record.width * tile, record.height * tile
        local shown_width, shown_height = view.fit(width, height, all_width, all_height)
        x = x + truncated((all_width - shown_width) / 2)
        y = y + truncated((all_height - shown_height) / 2)
        return x, y, shown_width, shown_height
    end

    --- The place at a point of the window; nil beside the map.
    ---@return table|nil
    function view.position_at(record, x, y)
        local rect, camera = record.rect, view.camera(record)
        local inside = x >= rect.x and y >= rect.y and x < rect.x + rect.width and y < rect.y + rect.height
        if not inside or not position.valid(camera) then
            return nil
        end
        local from_x, from_y, width, height = source(record, rect.width, rect.height)
        local tile = record.tile_size
        local pixel_x = truncated((x - rect.x) * (width / rect.width)) + from_x
        local pixel_y = truncated((y - rect.y) * (height / rect.height)) + from_y
        local draw_width, draw_height = record.width + 3, record.height + 3
        local dx = truncated(draw_width / 2) - 1 - draw_width + truncated(pixel_x / tile) + 2
        local dy = truncated(draw_height / 2) - 1 - draw_height + truncated(pixel_y / tile) + 2
        if dx + camera.x < 0 and dy + camera.y < 0 then
            return nil
        end
        local pos = { x = camera.x + dx, y = camera.y + dy, z = camera.z }
        return position.valid(pos) and pos or nil
    end

    --- Moves the view by pixels; whole tiles move its middle.
    function view.move(record, x, y)
        record.offset_x, record.offset_y = record.offset_x + x, record.offset_y + y
        local dx, dy = truncated(record.offset_x / SPRITE), truncated(record.offset_y / SPRITE)
        record.offset_x, record.offset_y = record.offset_x - dx * SPRITE, record.offset_y - dy * SPRITE
        if dx ~= 0 or dy ~= 0 then
            record.camera = { x = record.camera.x + dx, y = record.camera.y + dy, z = record.camera.z }
        end
    end

    -- Whether a tile hides what is on the floors above the camera.
    local function hides(tile, free)
        for _, entry in raw.ipairs(tile.things) do
            if game.thing.is_common(entry) then
                return false
            end
            local is = game.thing.is
            local wall = is(entry, "on_bottom") and (free or is(entry, "block_projectile"))
            if not is(entry, "dont_hide") and (is(entry, "ground") or wall) then
                return true
            end
        end
        return false
    end

    local function first_above(pos, first)
        local seen = game.map.tile(pos)
        local open = seen ~= nil and game.tile.look_possible(seen)
        local upper, covered = position.floor(pos, -1), position.covered_up(pos)
        while upper and covered and upper.z >= first do
            local above, over = game.map.tile(upper), game.map.tile(covered)
            if above and hides(above, not open) then
                return upper.z + 1
            elseif over and hides(over, open) then
                return covered.z + 1
            end
            upper, covered = position.floor(upper, -1), position.covered_up(covered)
        end
        return first
    end

    --- The highest floor that is shown.
    ---@return integer
    function view.first_floor(record)
        local camera, config = view.camera(record), game.config
        if record.locked_floor ~= -1 then
            return record.locked_floor
        elseif not position.valid(camera) then
            return config.sea_floor
        end
        local first = 0
        if camera.z > config.sea_floor then
            first = max(camera.z - config.aware_underground_floor_range, config.underground_floor_range)
        end
        for dx = -1, 1 do
            for dy = -1, 1 do
                local pos = position.translated(camera, dx, dy)
                local middle, straight = dx == 0 and dy == 0, (dx == 0) ~= (dy == 0)
                local tile = game.map.tile(pos)
                local open = tile ~= nil and game.tile.look_possible(tile)
                if first < camera.z and (middle or (straight and open)) then
                    first = first_above(pos, first)
                end
            end
        end
        return first
    end

    --- The tile that a click at a place means: the highest that is shown there.
    ---@return table|nil
    function view.top_tile(record, pos)
        local camera = view.camera(record)
        local first = view.first_floor(record)
        local at = first < pos.z and position.covered_up(pos, pos.z - first) or pos
        for _ = first, max(first, game.config.map_max_z) do
            local tile = game.map.tile(at)
            local here = not engine.edubart and at.z == camera.z
            if tile and (here or game.tile.clickable(tile)) then
                return tile
            end
            at = position.covered_down(at)
            if not at or at.z > max(camera.z, game.config.sea_floor) then
                return nil
            end
        end
    end
end
