--- How widgets look, kept for scripts to ask about: colors, background, icon, opacity, rotation, order of drawing.

local context = ...
local raw = context.raw
local max, min = raw.math.max, raw.math.min

return function(engine)
    local ui = engine.parts.ui
    local defaults = ui.defaults
    local edubart = engine.edubart
    local methods, styles = {}, {}

    --- Declares the parts of a rect that is one of a widget's properties.
    --- As in the engine the offset moves an edge and not the rect: the other edge stays.
    ---@param name string Background, Icon, Image
    ---@param field string prefix of the record's fields
    ---@param tag string prefix of the style's properties
    ---@param into table methods
    ---@param into_styles table
    function ui.declare_rect(name, field, tag, into, into_styles)
        local x, y, width, height = field .. "_x", field .. "_y", field .. "_w", field .. "_h"
        defaults[x], defaults[y], defaults[width], defaults[height] = 0, 0, 0, 0
        local function getter(of)
            return function(w)
                return w[of]
            end
        end
        local function set_x(w, value)
            w[width] = w[width] + w[x] - value
            w[x] = value
        end
        local function set_y(w, value)
            w[height] = w[height] + w[y] - value
            w[y] = value
        end
        local setters = {
            OffsetX = { "int", set_x },
            OffsetY = { "int", set_y },
            Offset = {
                "Point",
                function(w, pos)
                    w[x], w[y] = pos.x, pos.y
                end,
            },
            Width = {
                "int",
                function(w, value)
                    w[width] = value
                end,
            },
            Height = {
                "int",
                function(w, value)
                    w[height] = value
                end,
            },
            Size = {
                "Size",
                function(w, size)
                    w[width], w[height] = size.width, size.height
                end,
            },
            Rect = {
                "Rect",
                function(w, rect)
                    w[x], w[y], w[width], w[height] = rect.x, rect.y, rect.width, rect.height
                end,
            },
        }
        local tags = {
            OffsetX = "-offset-x",
            OffsetY = "-offset-y",
            Offset = "-offset",
            Width = "-width",
            Height = "-height",
            Size = "-size",
            Rect = "-rect",
        }
        for part, entry in raw.pairs(setters) do
            into["set" .. name .. part] = entry[2]
            into_styles[tag .. tags[part]] = entry
        end
        into["get" .. name .. "OffsetX"] = getter(x)
        into["get" .. name .. "OffsetY"] = getter(y)
        into["get" .. name .. "Width"] = getter(width)
        into["get" .. name .. "Height"] = getter(height)
        into["get" .. name .. "Offset"] = function(w)
            return { x = w[x], y = w[y] }
        end
        into["get" .. name .. "Size"] = function(w)
            return { width = w[width], height = w[height] }
        end
        into["get" .. name .. "Rect"] = function(w)
            return { x = w[x], y = w[y], width = w[width], height = w[height] }
        end
    end

    --- Declares a color that is one of a widget's properties.
    function ui.declare_color(name, field, tag, default, into, into_styles)
        defaults[field] = default
        local function set(w, color)
            w[field] = color
        end
        into["set" .. name] = set
        into["get" .. name] = function(w)
            return ui.copy_color(w[field])
        end
        into_styles[tag] = { "Color", set }
    end

    local WHITE = { r = 255, g = 255, b = 255, a = 255 }
    ui.WHITE = WHITE

    ui.declare_rect("Background", "background", "background", methods, styles)
    -- The engine's own slip: what is called the vertical offset is the horizontal one.
    methods.setBackgroundOffsetY = methods.setBackgroundOffsetX
    styles["background-offset-y"] = { "int", methods.setBackgroundOffsetX }
    ui.declare_color(
        "BackgroundColor",
        "background_color",
        "background-color",
        { r = 0, g = 0, b = 0, a = 0 },
        methods,
        styles
    )
    styles.background = styles["background-color"]

    -- Text keeps the parts of it that have colors of their own, and hears of a new color.
    ui.declare_color("Color", "color", "color", WHITE, methods, styles)
    local function set_color(w, color)
        if ui.text_color_changed then
            ui.text_color_changed(w, color)
        end
        w.color = color
    end
    methods.setColor = set_color
    styles.color = { "Color", set_color }

    -- The icon --------------------------------------------------------------------------------------------------

    ui.declare_rect("Icon", "icon_rect", "icon", methods, styles)
    ui.declare_color("IconColor", "icon_color", "icon-color", WHITE, methods, styles)
    defaults.icon_align = 0
    defaults.icon_offset_x, defaults.icon_offset_y = 0, 0
    defaults.icon_clip_x, defaults.icon_clip_y, defaults.icon_clip_w, defaults.icon_clip_h = 0, 0, 0, 0

    -- Set is the offset of the icon, while what can be asked for is that of its rect.
    function methods.setIconOffsetX(w, x)
        w.icon_offset_x = x
    end

    function methods.setIconOffsetY(w, y)
        w.icon_offset_y = y
    end

    function methods.setIconOffset(w, pos)
        w.icon_offset_x, w.icon_offset_y = pos.x, pos.y
    end
    styles["icon-offset-x"] = { "int", methods.setIconOffsetX }
    styles["icon-offset-y"] = { "int", methods.setIconOffsetY }
    styles["icon-offset"] = { "Point", methods.setIconOffset }

    function methods.setIconClip(w, clip)
        w.icon_clip_x, w.icon_clip_y, w.icon_clip_w, w.icon_clip_h = clip.x, clip.y, clip.width, clip.height
    end

    function methods.getIconClip(w)
        return { x = w.icon_clip_x, y = w.icon_clip_y, width = w.icon_clip_w, height = w.icon_clip_h }
    end
    styles["icon-clip"] = { "Rect", methods.setIconClip }

    function methods.setIconAlign(w, align)
        w.icon_align = align
    end

    function methods.getIconAlign(w)
        return w.icon_align
    end
    styles["icon-align"] = { "alignment", methods.setIconAlign }

    local function load_icon(w, path)
        w.icon = path ~= "" and path or nil
        if w.icon then
            local width, height = engine.parts.images.size(path)
            if width and not (w.icon_clip_w > 0 and w.icon_clip_h > 0) then
                w.icon_clip_x, w.icon_clip_y, w.icon_clip_w, w.icon_clip_h = 0, 0, width, height
            end
        end
    end

    local function set_icon(w, path)
        if edubart then
            return load_icon(w, path)
        end
        engine.parts.dispatcher.add(function()
            if not w.destroyed then
                load_icon(w, path)
            end
        end)
    end
    methods.setIcon = set_icon
    styles.icon = { "path", set_icon }
    styles["icon-source"] = { "path", set_icon }

    -- The rest --------------------------------------------------------------------------------------------------

    defaults.opacity = 1
    function methods.setOpacity(w, opacity)
        w.opacity = max(0, min(1, ui.single(opacity)))
    end

    function methods.getOpacity(w)
        return w.opacity
    end
    styles.opacity = { "float", methods.setOpacity }

    defaults.rotation = 0
    function methods.setRotation(w, degrees)
        w.rotation = ui.single(degrees)
    end

    function methods.getRotation(w)
        return w.rotation
    end
    methods.rotate = methods.setRotation
    styles.rotation = { "float", methods.setRotation }

    local single = context.ffi.new("float[1]")

    --- A number as it comes out of a C++ float.
    function ui.single(number)
        single[0] = number
        return raw.tonumber(single[0])
    end

    engine:class("UIWidget", methods)
    ui.declare_style("base", styles)
    if edubart then
        return
    end

    local function draw_order(field)
        return function(w, order)
            w[field] = order
        end
    end
    local orders, order_styles = {}, {}
    for _, name in raw.ipairs({ "Background", "Image", "Icon", "Text", "Border" }) do
        local tag = raw.string.lower(name)
        local set = draw_order(tag .. "_draw_order")
        orders["set" .. name .. "DrawOrder"] = set
        order_styles[tag .. "-draw-order"] = { "int", set }
    end

    -- A shader's name; the engine looks it up with the next events.
    local function set_shader(w, name)
        if name == "" then
            w.shader = nil
            return
        end
        engine.parts.dispatcher.add(function()
            w.shader = ui.has_shader and ui.has_shader(name) and name or nil
        end)
    end
    order_styles.shader = { "string", set_shader }
    ui.set_shader = set_shader
    engine:class("UIWidget", orders)
    ui.declare_style("base", order_styles)
end
