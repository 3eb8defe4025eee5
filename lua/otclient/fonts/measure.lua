--- Sizes of texts: how wide and high a text is in a font, and where each of its glyphs stands.

local context = ...
local raw = context.raw
local byte, floor, band = raw.string.byte, raw.math.floor, raw.bit.band

-- Fw::AlignmentFlag.
local ALIGN_RIGHT, ALIGN_HORIZONTAL_CENTER = 2, 16

return function(engine, fonts)
    local edubart = engine.edubart

    --- Width and height of a text.
    ---@param font table
    ---@param text string
    ---@return integer width
    ---@return integer height
    function fonts.measure(font, text)
        local length = #text
        if length == 0 then
            return 0, edubart and font.height or font.height + font.y_offset
        end
        local advances = font.advances or fonts.load_glyphs(font)
        local spacing = font.spacing_x
        local widest, line, lines = 0, 0, 0
        local code = byte(text, 1)
        for at = 1, length do
            local following = byte(text, at + 1)
            if code == 10 then
                lines = lines + 1
                line = 0
            elseif code >= 32 then
                line = line + advances[code]
                -- No space after the last glyph of a line.
                if following and following ~= 10 then
                    line = line + spacing
                end
                if line > widest then
                    widest = line
                end
            end
            code = following
        end
        return widest, lines * (font.height + font.spacing_y) + font.height + font.y_offset
    end

    --- Where glyphs stand: x and y of each by its index, 1 for the first, in the tables that are given; then the size
    --- of all, as `measure` tells it.
    ---@param font table
    ---@param text string
    ---@param align integer
    ---@param xs integer[]
    ---@param ys integer[]
    ---@return integer width
    ---@return integer height
    function fonts.positions(font, text, align, xs, ys)
        local width, height = fonts.measure(font, text)
        local length = #text
        if length == 0 then
            return width, height
        end
        local advances = font.advances
        local spacing = font.spacing_x
        local right, centered = band(align, ALIGN_RIGHT) ~= 0, band(align, ALIGN_HORIZONTAL_CENTER) ~= 0
        -- What a line that begins at a byte is indented by.
        local function indent(from)
            if not right and not centered then
                return 0
            end
            local line = 0
            for at = from, length do
                local code = byte(text, at)
                if code == 10 then
                    break
                elseif code >= 32 then
                    local following = byte(text, at + 1)
                    line = line + advances[code]
                    if following and following ~= 10 then
                        line = line + spacing
                    end
                end
            end
            local free = width - line
            return right and free or floor(free / 2)
        end
        local x, y = 0, edubart and font.y_offset or 0
        for at = 1, length do
            local code = byte(text, at)
            if code == 10 then
                y = y + font.height + font.spacing_y
                x = indent(at + 1)
            elseif at == 1 then
                x = indent(1)
            end
            if edubart or code >= 32 then
                xs[at], ys[at] = x, y
            end
            if code >= 32 then
                x = x + advances[code] + spacing
            end
        end
        return width, height
    end

    --- The width of one glyph, with the space after it, as wrapping counts it.
    ---@param font table
    ---@param code integer
    function fonts.glyph_width(font, code)
        local advances = font.advances or fonts.load_glyphs(font)
        local advance = advances[code]
        return (advance > 0 and advance or font.widths[code]) + font.spacing_x
    end

    --- The height of a glyph; that of a line in fonts whose glyphs are cells of an image.
    ---@param font table
    ---@param code integer
    function fonts.glyph_height(font, code)
        local heights = font.heights
        if heights then
            return heights[code]
        end
        return font.widths[code] == -1 and -1 or font.height
    end
end
