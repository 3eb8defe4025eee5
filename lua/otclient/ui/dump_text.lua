--- Texts and fonts as plain data: glyphs in runs of one line and one color, where the layout has put them.

local context = ...
local raw = context.raw
local band, byte, char, gsub, sub = raw.bit.band, raw.string.byte, raw.string.char, raw.string.gsub, raw.string.sub
local floor = raw.math.floor

local ALIGN_RIGHT, ALIGN_BOTTOM, ALIGN_HORIZONTAL_CENTER, ALIGN_VERTICAL_CENTER = 2, 8, 16, 32
local ALIGN_LEFT_CENTER = 33
local GRAY = { r = 160, g = 160, b = 160, a = 255 }

local function half(number)
    return number >= 0 and floor(number / 2) or -floor(-number / 2)
end

local function plain_color(color)
    return { color.r, color.g, color.b, color.a }
end

-- A byte as UTF-8 has the character of that code in Latin 1: texts are bytes, each of which is a glyph.
local function utf8_of(letter)
    local code = byte(letter)
    return char(code < 192 and 194 or 195, code < 192 and code or code - 64)
end

local function latin(text)
    return (gsub(text, "[\128-\255]", utf8_of))
end

--- Makes what tells of texts.
---@param engine table
---@param file_of fun(source: string): string the path of a picture's file
return function(engine, file_of)
    local ui = engine.parts.ui
    local fonts = engine.parts.fonts

    local scratch_xs, scratch_ys = {}, {}

    -- A color within a text: none is the widget's, and what is no color is white.
    local function inner_color(color, base)
        if raw.type(color) == "string" then
            return engine.convert.color(color) or ui.WHITE
        end
        return color or base
    end

    -- The glyphs of a text as runs, each of one line and one color.
    ---@param colors table[]|nil {at, color}, offsets from 0
    local function runs_of(text, xs, ys, dx, dy, base, colors)
        local color = base
        local runs, from, length = {}, nil, #text
        local next_color = colors and 1 or nil
        local function flush(before)
            if from and color.a > 0 then
                runs[#runs + 1] = {
                    text = latin(sub(text, from, before)),
                    x = xs[from] + dx,
                    y = ys[from] + dy,
                    color = plain_color(color),
                }
            end
            from = nil
        end
        for at = 1, length do
            while next_color and colors[next_color] and at - 1 >= colors[next_color].at do
                flush(at - 1)
                color = inner_color(colors[next_color].color, base)
                next_color = next_color + 1
            end
            if byte(text, at) < 32 then
                flush(at - 1)
            elseif not from then
                from = at
            end
        end
        flush(length)
        return runs
    end

    --- A text in an area, with its glyphs where its alignment has them.
    local function set_text(font, text, x, y, width, height, align, color, colors)
        local text_width, text_height = fonts.positions(font, text, align, scratch_xs, scratch_ys)
        local dx, dy = 0, 0
        if band(align, ALIGN_BOTTOM) ~= 0 then
            dy = height - text_height
        elseif band(align, ALIGN_VERTICAL_CENTER) ~= 0 then
            dy = half(height - text_height)
        end
        if band(align, ALIGN_RIGHT) ~= 0 then
            dx = width - text_width
        elseif band(align, ALIGN_HORIZONTAL_CENTER) ~= 0 then
            dx = half(width - text_width)
        end
        return { rect = { x, y, width, height }, runs = runs_of(text, scratch_xs, scratch_ys, dx, dy, color, colors) }
    end

    local function edit_text_of(w)
        local glyphs = w.glyphs
        if w.draw_text == "" then
            local font = w.placeholder_font or fonts.default
            local color = w.placeholder_color or GRAY
            if not w.placeholder or w.placeholder == "" or color.a == 0 or not font then
                return nil
            end
            local width = w.rect_w - w.padding_left - w.padding_right
            local height = w.rect_h - w.padding_top - w.padding_bottom
            local align = w.placeholder_align or ALIGN_LEFT_CENTER
            return set_text(font, w.placeholder, w.area_x, w.area_y, width, height, align, color), font
        elseif not glyphs or w.color.a == 0 then
            return nil
        end
        local dx, dy = glyphs.dx - glyphs.scroll_x, glyphs.dy - glyphs.scroll_y
        return {
            rect = { glyphs.left, glyphs.top, glyphs.width, glyphs.height },
            runs = runs_of(glyphs.text, w.glyph_xs, w.glyph_ys, dx, dy, w.color, w.draw_colors),
        },
            glyphs.font
    end

    local function plain_text_of(w)
        local text, font = w.draw_text, w.font
        if text == "" or w.color.a == 0 or not font then
            return nil
        end
        local x, y, width, height, scale = w.rect_x, w.rect_y, w.rect_w, w.rect_h, w.font_scale
        local offset_x, offset_y = w.text_offset_x, w.text_offset_y
        if scale ~= 1 and scale > 0 then
            -- Edges are scaled down, and what is drawn is scaled up again.
            local right, bottom = floor((x + width - 1) / scale), floor((y + height - 1) / scale)
            x, y = floor(x / scale), floor(y / scale)
            width, height = right - x + 1, bottom - y + 1
            offset_x, offset_y = floor(offset_x / scale), floor(offset_y / scale)
        end
        local colors = w.draw_colors
        if colors and #colors == 0 then
            colors = nil
        end
        local set = set_text(font, text, x + offset_x, y + offset_y, width, height, w.text_align, w.color, colors)
        set.scale = scale > 0 and scale or 1
        return set, font
    end

    local function list_of(map)
        local list = {}
        for code = 0, 255 do
            list[code + 1] = map[code]
        end
        return list
    end

    local function font_of(font)
        local source = font.source or {}
        local advances = font.advances or fonts.load_glyphs(font)
        local plain = {
            kind = "bitmap",
            source = source.path or "",
            height = font.height,
            first = font.first,
            spacing = font.spacing_x,
            widths = list_of(font.widths),
            advances = list_of(advances),
        }
        if font.offsets_x then
            plain.kind = "ttf"
            plain.heights, plain.xs, plain.ys = list_of(font.heights), list_of(font.offsets_x), list_of(font.offsets_y)
            plain.pixels, plain.stroke = source.pixels, source.stroke
            plain.stroke_color = source.stroke_color and plain_color(source.stroke_color) or nil
        else
            plain.source = source.path and file_of(source.path) or ""
            plain.cell = { source.cell_width or 0, source.cell_height or 0 }
        end
        return plain
    end

    --- What is drawn of a widget's text; nil when nothing is.
    ---@param w table
    ---@return table|nil text
    ---@return table|nil font
    local function text_of(w)
        if w.is_text_edit then
            return edit_text_of(w)
        end
        return plain_text_of(w)
    end

    return text_of, font_of
end
