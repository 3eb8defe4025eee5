--- Texts of widgets: what is shown of them, how large that is, and widgets that follow the size of their text.

local context = ...
local raw = context.raw
local ceil, floor = raw.math.ceil, raw.math.floor
local find, match, sub, upper = raw.string.find, raw.string.match, raw.string.sub, raw.string.upper

local ALIGN_CENTER = 48

local function cut(number)
    return number >= 0 and floor(number) or ceil(number)
end

-- A text as mehah takes it: it ends where a C string would.
local function c_string(text)
    local at = find(text, "\0", 1, true)
    return at and sub(text, 1, at - 1) or text
end

return function(engine)
    local ui = engine.parts.ui
    local fonts = engine.parts.fonts
    local edubart = engine.edubart
    local measure = fonts.measure

    for name, value in raw.pairs({
        text = "",
        draw_text = "",
        text_align = ALIGN_CENTER,
        text_offset_x = 0,
        text_offset_y = 0,
        text_wrap = false,
        text_resize_x = false,
        text_resize_y = false,
        upper_case = false,
        font_scale = 1,
        text_width = -1,
        text_height = -1,
        overflow_length = 0,
        overflow_character = "...",
        is_text_edit = false,
    }) do
        ui.defaults[name] = value
    end

    ui.on_new[#ui.on_new + 1] = function(w)
        w.font = fonts.for_widgets()
    end

    -- The rect is the text's where the widget has none, or is to follow it.
    local function fit(w, width, height)
        width = width + w.padding_left + w.padding_right + w.text_offset_x
        height = height + w.padding_top + w.padding_bottom + w.text_offset_y
        local scale = w.font_scale
        if scale > 1 then
            width, height = cut(ui.single(width * scale)), cut(ui.single(height * scale))
        end
        local to_width, to_height = w.rect_w, w.rect_h
        if to_width <= 0 or (w.text_resize_x and not w.text_wrap) then
            to_width = width
        end
        if to_height <= 0 or w.text_resize_y then
            to_height = height
        end
        ui.set_rect(w, w.rect_x, w.rect_y, to_width, to_height)
    end
    --- Gives a widget the size of its text where it is to follow it, or has none.
    ui.fit_to_text = fit

    -- What mehah shows of a text that is too long.
    local function shortened(w)
        local text, longest = w.text, w.overflow_length
        if longest > 0 and #text > longest then
            local kept = longest - #w.overflow_character
            -- A character that is longer than what may be shown leaves the text as long as it is.
            return (kept >= 0 and sub(text, 1, kept) or text) .. w.overflow_character
        end
        return text
    end

    local function copied(colors)
        if not colors then
            return nil
        end
        local copy = {}
        for index = 1, #colors do
            copy[index] = { at = colors[index].at, color = colors[index].color }
        end
        return copy
    end

    local function update_mehah(w)
        if w.text_events and ui.find_text_events and ui.listens_to_events(w) and #w.text_events == 0 then
            ui.find_text_events(w)
        end
        local font = w.font
        local text = shortened(w)
        w.draw_colors = copied(w.text_colors)
        if w.text_wrap and w.rect_w > 0 and w.rect_h > 0 and font then
            text = fonts.wrap(font, text, w.rect_w - w.text_offset_x, nil, w.draw_colors)
        end
        w.draw_text = text
        local width, height = w.text_width, w.text_height
        if font then
            width, height = measure(font, text)
            w.text_width, w.text_height = width, height
        end
        if w.text_resize_x or w.text_resize_y or w.rect_w <= 0 or w.rect_h <= 0 then
            fit(w, width, height)
        end
    end

    local function update_edubart(w)
        local text = w.text
        if w.text_wrap and w.rect_w > 0 and w.rect_h > 0 then
            text = fonts.wrap(w.font, text, w.rect_w - w.text_offset_x)
        end
        w.draw_text = text
        if w.text_resize_x or w.text_resize_y or w.rect_w <= 0 or w.rect_h <= 0 then
            fit(w, measure(w.font, text))
        end
    end

    local update = edubart and update_edubart or update_mehah

    --- Works out anew what is shown of a widget's text.
    ---@param w table
    function ui.update_text(w)
        if w.is_text_edit then
            return ui.edit_update_text(w)
        end
        return update(w)
    end
    local update_text = ui.update_text

    --- Width and height of what is shown of a widget's text.
    ---@return integer width
    ---@return integer height
    function ui.text_size(w)
        if edubart then
            return measure(w.font, w.draw_text)
        end
        return w.text_width, w.text_height
    end

    function ui.resize_to_text(w)
        local width, height = ui.text_size(w)
        width = width + w.padding_left + w.padding_right + w.text_offset_x
        height = height + w.padding_top + w.padding_bottom + w.text_offset_y
        if w.font_scale > 1 then
            width, height = cut(ui.single(width * w.font_scale)), cut(ui.single(height * w.font_scale))
        end
        ui.set_rect(w, w.rect_x, w.rect_y, width, height)
    end

    --- Sets a text, unless the widget has it already.
    ---@param w table
    ---@param text string
    ---@param silent boolean|nil scripts don't hear of it
    function ui.set_text(w, text, silent)
        if not edubart then
            text = c_string(text)
        end
        if w.upper_case then
            text = upper(text)
        end
        local old = w.text
        if old == text and not (w.text_colors and #w.text_colors > 0) then
            return
        end
        w.text_colors, w.draw_colors = nil, nil
        if w.text_events then
            w.text_events = {}
        end
        w.text = text
        if w.html_node and ui.html_text_changed and not w.is_text_edit then
            ui.html_text_changed(w)
        else
            update_text(w)
        end
        if not silent then
            engine:emit(w, "onTextChange", w.text, old)
        end
    end
    local set_text = ui.set_text

    -- Makes a setter that does nothing in mehah where nothing changes.
    local function property(field)
        return function(w, value)
            if edubart or w[field] ~= value then
                w[field] = value
                update_text(w)
            end
        end
    end

    local set_align, set_wrap = property("text_align"), property("text_wrap")
    local set_resize_x, set_resize_y = property("text_resize_x"), property("text_resize_y")
    ui.set_text_align = set_align

    local function set_offset(w, offset)
        if edubart or w.text_offset_x ~= offset.x or w.text_offset_y ~= offset.y then
            w.text_offset_x, w.text_offset_y = offset.x, offset.y
            update_text(w)
        end
    end

    local function set_auto_resize(w, resize)
        if edubart or w.text_resize_x ~= resize or w.text_resize_y ~= resize then
            w.text_resize_x, w.text_resize_y = resize, resize
            update_text(w)
        end
    end

    local function set_upper_case(w, upper_case)
        w.upper_case = upper_case
        set_text(w, w.text)
    end

    local function html_font_changed(w)
        if w.html_node and ui.html_font_changed then
            ui.html_font_changed(w)
        end
    end

    --- Gives a widget a font; one that there is not is told to the log, and becomes the default one.
    ---@param w table
    ---@param name string
    function ui.set_font(w, name)
        w.font = fonts.get(name) or w.font
        w.ttf = nil
        update_text(w)
        engine:emit(w, "onFontChange", name)
        html_font_changed(w)
    end
    local set_font = ui.set_font

    -- The scale that a style gives to a text edit is taken back at once.
    local function style_scale(w, scale)
        if not w.is_text_edit then
            ui.set_font_scale(w, scale)
        end
    end

    function ui.set_font_scale(w, scale)
        w.font_scale = ui.single(scale)
        update_text(w)
    end

    --- Gives a widget a TrueType font, which is loaded when it was not yet.
    ---@param w table
    ---@param file string
    ---@param size integer
    ---@param stroke_width integer
    ---@param stroke_color table
    function ui.set_ttf_font(w, file, size, stroke_width, stroke_color)
        local name = fonts.ttf_name(file, size, stroke_width, stroke_color)
        if not fonts.exists(name) and fonts.import_ttf(file, size, stroke_width, stroke_color) == "" then
            engine:log("error", "Failed to load TTF font: " .. file)
            return
        end
        w.ttf = { file = file, size = size }
        w.font = fonts.get(name)
        update_text(w)
        engine:emit(w, "onFontChange", file)
        html_font_changed(w)
    end
    local set_ttf_font = ui.set_ttf_font

    local function set_stroke(w, width, color)
        if w.ttf and w.ttf.file ~= "" and w.ttf.size > 0 then
            return set_ttf_font(w, w.ttf.file, w.ttf.size, width, color)
        end
        -- A font that was not asked for by its file is asked for by what its name seems to say.
        local name = w.font and w.font.name or ""
        local stroke = find(name, "_s", 1, true)
        local base, size = match(stroke and sub(name, 1, stroke - 1) or name, "^(.*)_%s*([-+]?%d+)[^_]*$")
        if base and base ~= "" then
            set_ttf_font(w, base, raw.tonumber(size), width, color)
        end
    end

    engine:class("UIWidget", {
        resizeToText = ui.resize_to_text,
        clearText = function(w)
            set_text(w, "")
        end,
        setText = set_text,
        getText = function(w)
            return w.text
        end,
        getDrawText = function(w)
            return w.draw_text
        end,
        setTextAlign = set_align,
        getTextAlign = function(w)
            return w.text_align
        end,
        setTextOffset = set_offset,
        getTextOffset = function(w)
            return { x = w.text_offset_x, y = w.text_offset_y }
        end,
        setTextWrap = set_wrap,
        setTextAutoResize = set_auto_resize,
        setTextHorizontalAutoResize = set_resize_x,
        setTextVerticalAutoResize = set_resize_y,
        setFont = set_font,
        getFont = function(w)
            return w.font and w.font.name or ""
        end,
        getTextSize = function(w)
            local width, height = ui.text_size(w)
            return { width = width, height = height }
        end,
    })
    local function wraps(w)
        return w.text_wrap
    end
    if edubart then
        engine:class("UIWidget", { getTextWrap = wraps })
    else
        local set_overflow_length, set_overflow_character = property("overflow_length"), property("overflow_character")
        engine:class("UIWidget", {
            isTextWrap = wraps,
            setFontScale = ui.set_font_scale,
            setTTFFont = set_ttf_font,
            setStroke = set_stroke,
            setTextOverflowLength = set_overflow_length,
            setTextOverflowCharacter = set_overflow_character,
        })
        ui.declare_style("text", {
            ["font-scale"] = { "float", style_scale },
            ["font-size"] = {
                "int",
                function(w, size)
                    style_scale(w, size / 10)
                end,
            },
            ["text-overflow-length"] = { "int", set_overflow_length },
            ["text-overflow-character"] = { "string", set_overflow_character },
        })
    end

    ui.declare_style("text", {
        text = {
            "string",
            function(w, text)
                set_text(w, text)
            end,
        },
        ["text-align"] = { "alignment", set_align },
        ["text-offset"] = { "Point", set_offset },
        ["text-wrap"] = { "bool", set_wrap },
        ["text-auto-resize"] = { "bool", set_auto_resize },
        ["text-horizontal-auto-resize"] = { "bool", set_resize_x },
        ["text-vertical-auto-resize"] = { "bool", set_resize_y },
        ["text-only-upper-case"] = { "bool", set_upper_case },
        font = { "string", set_font },
    })
end
