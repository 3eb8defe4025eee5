--- The image of a widget: which, which part of it, and where; a widget without a size takes that of its image.

local context = ...
local raw = context.raw

return function(engine)
    local ui = engine.parts.ui
    local defaults = ui.defaults
    local edubart = engine.edubart
    local methods, styles = {}, {}

    ui.declare_rect("Image", "image_rect", "image", methods, styles)
    ui.declare_color("ImageColor", "image_color", "image-color", ui.WHITE, methods, styles)

    defaults.image_source = ""
    defaults.image_width, defaults.image_height = 0, 0
    defaults.image_clip_x, defaults.image_clip_y, defaults.image_clip_w, defaults.image_clip_h = 0, 0, 0, 0

    --- Gives a widget an image, of which only the size is known.
    ---@param source string a virtual path, or "" for none
    ---@param base64 boolean whether the source is the picture itself; such a one is not read
    function ui.set_image_source(w, source, base64)
        w.has_image = false
        w.image_width, w.image_height = 0, 0
        if source == "" then
            w.image_source = ""
            return
        elseif base64 then
            return
        end
        w.image_source = source
        local width, height = engine.parts.images.size(source)
        if width then
            ui.show_image(w, width, height)
        end
    end

    --- Gives a widget an image of a size.
    function ui.show_image(w, width, height)
        w.has_image = true
        w.image_width, w.image_height = width, height
        local own_w, own_h = w.rect_w, w.rect_h
        if own_w <= 0 or own_h <= 0 or w.image_auto_resize then
            w.sized_by_image = true
            ui.resize(
                w,
                (own_w <= 0 or w.image_auto_resize) and width or own_w,
                (own_h <= 0 or w.image_auto_resize) and height or own_h
            )
        end
    end

    function methods.setImageSource(w, source, base64)
        ui.set_image_source(w, source, base64)
    end

    function methods.getImageTextureWidth(w)
        return w.image_width
    end

    function methods.getImageTextureHeight(w)
        return w.image_height
    end

    function methods.setImageClip(w, clip)
        w.image_clip_x, w.image_clip_y, w.image_clip_w, w.image_clip_h = clip.x, clip.y, clip.width, clip.height
    end

    function methods.getImageClip(w)
        return { x = w.image_clip_x, y = w.image_clip_y, width = w.image_clip_w, height = w.image_clip_h }
    end
    styles["image-clip"] = { "Rect", methods.setImageClip }

    if edubart then
        styles["image-source"] = {
            "path",
            function(w, path)
                ui.set_image_source(w, path, false)
            end,
        }
    else
        styles["image-source"] = {
            function(node)
                local parts = ui.split(ui.values.string(node), ":")
                local base64 = #parts > 1 and parts[1] == "base64"
                local value = parts[2] or parts[1] or "none"
                if value == "none" then
                    return { "", base64 }
                end
                return { ui.resolve(value, node.source), base64 }
            end,
            function(w, source)
                ui.set_image_source(w, source[1], source[2])
            end,
        }
        function methods.getImageSource(w)
            return w.image_source
        end
    end

    local function flag(name, field, tag, readable)
        defaults[field] = false
        local function set(w, value)
            w[field] = value
        end
        methods["set" .. name] = set
        if readable then
            methods["is" .. name] = function(w)
                return w[field]
            end
        end
        return { [tag] = { "bool", set } }
    end

    -- mehah reads whether to smooth before anything else of an image.
    local smooth = flag("ImageSmooth", "image_smooth", "image-smooth", true)
    ui.declare_style(edubart and "image" or "image_first", smooth)
    for _, entry in raw.ipairs({
        flag("ImageFixedRatio", "image_fixed_ratio", "image-fixed-ratio", true),
        flag("ImageRepeated", "image_repeated", "image-repeated", false),
        flag("ImageAutoResize", "image_auto_resize", "image-auto-resize", true),
    }) do
        for tag, style in raw.pairs(entry) do
            styles[tag] = style
        end
    end
    if not edubart then
        styles["image-individual-animation"] = {
            "bool",
            function(w, individual)
                w.image_individual_animation = individual
            end,
        }
    end

    for _, side in raw.ipairs({ "Top", "Right", "Bottom", "Left" }) do
        local tag = "image-border-" .. raw.string.lower(side)
        local field = "image_border_" .. raw.string.lower(side)
        defaults[field] = 0
        local function set(w, border)
            w[field] = border
        end
        methods["setImageBorder" .. side] = set
        methods["getImageBorder" .. side] = function(w)
            return w[field]
        end
        styles[tag] = { "int", set }
    end

    function methods.setImageBorder(w, border)
        w.image_border_top, w.image_border_right = border, border
        w.image_border_bottom, w.image_border_left = border, border
    end
    styles["image-border"] = { "int", methods.setImageBorder }

    engine:class("UIWidget", methods)
    ui.declare_style("image", styles)
end
