--- TrueType fonts, in mehah: the host asks FreeType for what the engine asks it for.

local context = ...
local raw = context.raw
local find, format, lower, match, sub =
    raw.string.find, raw.string.format, raw.string.lower, raw.string.match, raw.string.sub
local floor, max, min = raw.math.floor, raw.math.max, raw.math.min

local FIRST, LAST = 32, 255

return function(engine, fonts)
    --- The name that a font gets of its file, its size and its stroke.
    ---@param file string
    ---@param size integer pixels
    ---@param stroke_width integer
    ---@param stroke_color table
    ---@return string
    function fonts.ttf_name(file, size, stroke_width, stroke_color)
        local name = match(file, "^(.*)%.[^.]*$") or file
        name = match(name, "([^/\\]*)$") .. "_" .. size
        if stroke_width > 0 then
            local color = stroke_color
            name = name .. format("_s%d_%02x%02x%02x%02x", stroke_width, color.r, color.g, color.b, color.a)
        end
        return name
    end

    -- Where the file of a font is; nil when it is nowhere.
    local function find_file(file)
        local resources = engine.parts.resources
        local name = file
        if not find(lower(file), "%.[ot]tf$") then
            name = file .. ".ttf"
        end
        local places = { name }
        if sub(name, 1, 1) ~= "/" then
            places = { name, "/data/fonts/ttf/" .. name, "data/fonts/ttf/" .. name }
        end
        for _, place in raw.ipairs(places) do
            local path = resources.resolve(place)
            if resources.kind(path) == "file" then
                return path
            end
        end
    end

    --- Puts the figures of glyphs in their places: how far each one reaches above and below makes the line's height.
    ---@param font table
    ---@param face table {ascender, height, glyphs = {advance, width, height, left, top, …} from code 32 on}
    local function fill(font, face)
        local ascender, line_height, glyphs = face[1], face[2], face[3]
        local widths, heights, advances, xs, ys = {}, {}, {}, {}, {}
        for code = 0, 255 do
            widths[code], heights[code], advances[code], xs[code], ys[code] = 0, 0, 0, 0, 0
        end
        local highest, lowest = 0, 0
        for code = FIRST, LAST do
            local at = (code - FIRST) * 5
            local advance, width, height = glyphs[at + 1], glyphs[at + 2], glyphs[at + 3]
            local left, top = glyphs[at + 4], glyphs[at + 5]
            widths[code], heights[code] = width, height
            if height > 0 then
                xs[code], ys[code] = left, ascender - top
                highest = min(highest, ascender - top)
                lowest = max(lowest, ascender - top + height)
            end
            if advance > 0 then
                advances[code] = advance
            elseif width > 0 then
                advances[code] = width + max(0, left)
            end
        end
        local down = highest < 0 and -highest or 0
        for code = FIRST, LAST do
            if heights[code] > 0 then
                ys[code] = ys[code] + down
            end
        end
        font.height = max(line_height, lowest - highest)
        font.y_offset = down
        if advances[32] <= 0 then
            advances[32] = floor(font.source.pixels / 3)
        end
        widths[32], heights[32], xs[32], ys[32] = 0, 0, 0, 0
        widths[127], advances[127] = 1, 1
        widths[10], heights[10], advances[10] = 1, font.height, 0
        font.widths, font.heights, font.advances = widths, heights, advances
        font.offsets_x, font.offsets_y = xs, ys
    end

    -- A client has many fonts and uses few: the figures come when the first of these fields is looked at.
    local FIGURES = {
        height = true,
        y_offset = true,
        widths = true,
        heights = true,
        advances = true,
        offsets_x = true,
        offsets_y = true,
    }
    local unread = {
        __index = function(font, key)
            if FIGURES[key] then
                raw.setmetatable(font, nil)
                local source = font.source
                fill(font, engine.host("fonts.figures", source.path, source.pixels, source.stroke))
                return font[key]
            end
        end,
    }

    --- Makes a font of a TrueType file; nil when it can't be, which is told to the log.
    ---@param file string with or without its ending; looked for in /data/fonts/ttf too
    ---@param size integer
    ---@param stroke_width integer
    ---@param stroke_color table
    ---@return table|nil font
    local function load(file, size, stroke_width, stroke_color)
        local path = find_file(file)
        if not path then
            engine:log(
                "error",
                format("TTF font file not found: %s (searched in /data/fonts/ and other locations)", file)
            )
            return nil
        end
        if not engine.host("fonts.opens", path) then
            engine:log("error", "Failed to load TTF font: " .. file)
            return nil
        end
        local font = fonts.new(fonts.ttf_name(file, size, stroke_width, stroke_color))
        font.first = FIRST
        font.height, font.y_offset = nil, nil
        font.source = { path = path, pixels = size, stroke = stroke_width, stroke_color = stroke_color }
        raw.setmetatable(font, unread)
        return font
    end

    --- Makes a font of a TrueType file and keeps it.
    ---@param file string
    ---@param size integer
    ---@param stroke_width integer|nil
    ---@param stroke_color table|nil
    ---@return string name empty when it can't be had
    function fonts.import_ttf(file, size, stroke_width, stroke_color)
        local font = load(file, size, stroke_width or 0, stroke_color or { r = 0, g = 0, b = 0, a = 255 })
        if not font then
            engine:log("error", "Failed to load TTF font: " .. file)
            return ""
        end
        fonts.keep(font)
        if not fonts.default then
            fonts.default = font
        end
        return font.name
    end
end
