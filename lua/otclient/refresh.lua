--- Pictures and fonts that have changed on the disk: they are looked at again, and widgets that show them are laid out
--- anew.

local context = ...
local raw = context.raw
local match = raw.string.match

return function(engine, restyle)
    local ui, images, fonts = engine.parts.ui, engine.parts.images, engine.parts.fonts

    local function is_named(path, name, ending)
        return name == path or name .. "." .. ending == path
    end

    local function each_widget(fits, change)
        local count = 0
        for _, w in raw.ipairs(restyle.all_widgets()) do
            if not w.destroyed and fits(w) then
                change(w)
                count = count + 1
            end
        end
        return count
    end

    -- A widget that has its size of the picture gets that of the new one.
    local function show_again(w)
        local width, height = w.image_width, w.image_height
        local follows = w.sized_by_image and w.rect_w == width and w.rect_h == height
        ui.set_image_source(w, w.image_source, false)
        if follows and w.has_image then
            ui.resize(w, w.image_width, w.image_height)
        end
    end

    local function lay_text_again(font)
        return each_widget(function(w)
            return w.font == font
        end, ui.update_text)
    end

    local function refresh_image(path)
        images.forget(path)
        local count = each_widget(function(w)
            return w.image_source ~= "" and is_named(path, w.image_source, "png")
        end, show_again)
        for _, font in raw.next, fonts.by_name do
            if font.file and font.source and is_named(path, font.source.path, "png") then
                font.widths, font.advances = nil, nil
                count = count + lay_text_again(font)
            end
        end
        return count
    end

    -- Puts a font in the place of another.
    local function replace(old, new)
        for _, field in raw.ipairs({ "default", "default_widget" }) do
            if fonts[field] == old then
                fonts[field] = new
            end
        end
        return each_widget(function(w)
            return w.font == old
        end, function(w)
            w.font = new
            ui.update_text(w)
        end)
    end

    local function fonts_of(path)
        local list = {}
        for _, font in raw.next, fonts.by_name do
            if font.file == path or not font.file and font.source and font.source.path == path then
                list[#list + 1] = font
            end
        end
        raw.table.sort(list, function(a, b)
            return a.name < b.name
        end)
        return list
    end

    local function read_again(font, path)
        if font.file then
            return fonts.import(path)
        end
        local source = font.source
        return fonts.import_ttf(path, source.pixels, source.stroke, source.stroke_color) ~= ""
    end

    local function refresh_font(path)
        local count, old = 0, fonts_of(path)
        if #old == 0 then
            return 0
        end
        for _, font in raw.ipairs(old) do
            if not read_again(font, path) then
                return nil, "the font can't be read; the old one stays"
            end
            local new = fonts.by_name[font.name]
            if new ~= font then
                count = count + replace(font, new)
            end
        end
        return count
    end

    local KINDS = { png = refresh_image, otfont = refresh_font, ttf = refresh_font, otf = refresh_font }

    --- Looks at a picture or a font again.
    ---@param path string virtual, with its ending
    ---@return table report `ok`, `problem`, `widgets` that were laid out anew
    function engine.controls.refresh(path)
        local kind = KINDS[match(path, "%.(%w+)$") or ""]
        local count, problem = 0, nil
        if kind then
            count, problem = kind(path)
        end
        return { ok = problem == nil, problem = problem, widgets = count or 0 }
    end
end
