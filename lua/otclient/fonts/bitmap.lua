--- Fonts whose glyphs are cells of an image (`.otfont`). The image is looked into when a text is first measured.

return function(engine, fonts)
    local edubart = engine.edubart

    -- Codes that no cell stands for have the engine's size that nobody set, -1.
    local function unset()
        local widths = {}
        for code = 0, 255 do
            widths[code] = -1
        end
        return widths
    end

    -- What a font is when its image can't be read.
    local function without_image(font)
        font.widths = unset()
        font.advances = {}
        for code = 0, 255 do
            font.advances[code] = edubart and -1 or 0
        end
    end

    --- Fills `widths` and `advances` of a font, by code from 0 to 255.
    local function load(font)
        local source = font.source
        local first = font.first
        local widths = unset()
        if source.fixed_width then
            if not engine.parts.images.size(source.path) then
                return without_image(font)
            end
            for code = first, 255 do
                widths[code] = source.fixed_width
            end
        else
            local measured = engine.parts.images.glyph_widths(
                source.path,
                first,
                source.cell_width,
                source.cell_height,
                font.height
            )
            if not measured then
                return without_image(font)
            end
            for index = 1, #measured do
                widths[first + index - 1] = measured[index]
            end
        end
        widths[32] = source.space_width
        if edubart then
            widths[160] = source.space_width
        end
        widths[127] = 1
        widths[10] = 1
        font.widths = widths
        if edubart then
            font.advances = widths
            return
        end
        local advances = {}
        for code = 0, 255 do
            advances[code] = code >= first and widths[code] or 0
        end
        font.advances = advances
    end

    --- Makes a font of what its file says. Raises the engine's refusal when something is missing.
    ---@param node table OTML: `Font`
    ---@return table font
    function fonts.load_bitmap(node)
        local values = engine.parts.ui.values
        local otml = engine.parts.otml
        local function size(tag, width, height)
            local child = otml.get(node, tag)
            local value = child and values.Size(child)
            return value and value.width or width, value and value.height or height
        end
        local function int(tag, default)
            local child = otml.get(node, tag)
            return child and values.int(child) or default
        end
        local font = fonts.new(values.string(otml.at(node, "name")))
        local texture = otml.at(node, "texture")
        local path = engine.parts.ui.resolve(values.string(texture), texture.source)
        local cell = values.Size(otml.at(node, "glyph-size"))
        local fixed = otml.get(node, "fixed-glyph-width")
        font.height = values.int(otml.at(node, "height"))
        font.y_offset = int("y-offset", 0)
        font.first = int("first-glyph", 32)
        font.spacing_x, font.spacing_y = size("spacing", 0, 0)
        font.source = {
            path = path,
            cell_width = cell.width,
            cell_height = cell.height,
            space_width = int("space-width", cell.width),
            fixed_width = fixed and values.int(fixed) or nil,
        }
        font.load = load
        if not engine.parts.images.exists(path) then
            without_image(font)
        end
        return font
    end
end
