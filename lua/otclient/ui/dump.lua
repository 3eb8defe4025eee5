--- The laid-out tree as plain data, for whoever draws it: the control `tree`.
---
--- Widgets are a list in which parents stand before their children, since what crosses to the host is not to be nested
--- without end. Rects are {x, y, width, height}, colors {r, g, b, a}; what is as usual is left out.

local context = ...
local raw = context.raw
local band = raw.bit.band
local content_of = context.use("otclient/ui/dump_content")
local floor, max, rawget = raw.math.floor, raw.math.max, raw.rawget

local ALIGN_RIGHT, ALIGN_BOTTOM, ALIGN_HORIZONTAL_CENTER, ALIGN_VERTICAL_CENTER = 2, 8, 16, 32

-- What is drawn first, by class; without a class that is named here the host's own order holds.
local ORDERS = {
    { "UITextEdit", { "background", "border", "image", "icon", "text" } },
    { "UIItem", { "background", "image", "content", "border", "icon", "text" } },
}

local function half(number)
    return number >= 0 and floor(number / 2) or -floor(-number / 2)
end

local function plain_color(color)
    return { color.r, color.g, color.b, color.a }
end

local function seen(color)
    return color.a > 0
end

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart

    local function file_of(source)
        local resources = engine.parts.resources
        return resources.guess(resources.resolve(source), "png")
    end

    local text_of, font_of = context.use("otclient/ui/dump_text")(engine, file_of)

    -- A widget's rect, moved and resized by one of its properties.
    local function part_rect(w, x, y, width, height)
        if width <= 0 or height <= 0 then
            width, height = w.rect_w, w.rect_h
        end
        return { w.rect_x + x, w.rect_y + y, width, height }
    end

    local function inner_rect(w)
        return {
            w.rect_x + w.padding_left,
            w.rect_y + w.padding_top,
            w.rect_w - w.padding_left - w.padding_right,
            w.rect_h - w.padding_top - w.padding_bottom,
        }
    end

    local function background_of(w)
        if not seen(w.background_color) then
            return nil
        end
        if w.kinds.UIProgressRect then
            if not w.shows_progress then
                return nil
            end
            return { color = plain_color(w.background_color), rect = inner_rect(w), done = w.percent }
        end
        return {
            color = plain_color(w.background_color),
            rect = part_rect(w, w.background_x, w.background_y, w.background_w, w.background_h),
        }
    end

    local BORDERS = { "image_border_top", "image_border_right", "image_border_bottom", "image_border_left" }

    -- A border that a style has set counts, even one of no width.
    local function image_border_of(w)
        for index = 1, 4 do
            if rawget(w, BORDERS[index]) then
                return { w.image_border_top, w.image_border_right, w.image_border_bottom, w.image_border_left }
            end
        end
    end

    local function clip_of(x, y, width, height)
        return width > 0 and height > 0 and { x, y, width, height } or nil
    end

    local function image_of(w)
        if w.image_source == "" or not seen(w.image_color) then
            return nil
        end
        local border = image_border_of(w)
        return {
            source = file_of(w.image_source),
            rect = part_rect(w, w.image_rect_x, w.image_rect_y, w.image_rect_w, w.image_rect_h),
            clip = clip_of(w.image_clip_x, w.image_clip_y, w.image_clip_w, w.image_clip_h),
            border = border,
            color = plain_color(w.image_color),
            repeated = w.image_repeated and not (edubart and w.image_fixed_ratio),
            fixed_ratio = w.image_fixed_ratio and not border,
            smooth = not edubart or w.image_smooth,
        }
    end

    -- Where something of a size is in a widget's rect.
    local function aligned(w, width, height, align)
        local x, y = w.rect_x, w.rect_y
        if align == 0 or band(align, ALIGN_HORIZONTAL_CENTER) ~= 0 then
            x = half(2 * x + w.rect_w - 1) - half(width - 1)
        elseif band(align, ALIGN_RIGHT) ~= 0 then
            x = x + w.rect_w - width
        end
        if align == 0 or band(align, ALIGN_VERTICAL_CENTER) ~= 0 then
            y = half(2 * y + w.rect_h - 1) - half(height - 1)
        elseif band(align, ALIGN_BOTTOM) ~= 0 then
            y = y + w.rect_h - height
        end
        return { x, y, width, height }
    end

    local function icon_of(w)
        if not w.icon or w.icon == "" or not seen(w.icon_color) then
            return nil
        end
        local rect
        if w.icon_rect_w > 0 and w.icon_rect_h > 0 then
            rect = part_rect(w, w.icon_rect_x, w.icon_rect_y, w.icon_rect_w, w.icon_rect_h)
        else
            rect = aligned(w, w.icon_clip_w, w.icon_clip_h, w.icon_align)
        end
        rect[1], rect[2] = rect[1] + w.icon_offset_x, rect[2] + w.icon_offset_y
        return {
            source = file_of(w.icon),
            rect = rect,
            clip = clip_of(w.icon_clip_x, w.icon_clip_y, w.icon_clip_w, w.icon_clip_h),
            color = plain_color(w.icon_color),
        }
    end

    local function border_of(w)
        local top, right, bottom, left =
            w.border_width_top, w.border_width_right, w.border_width_bottom, w.border_width_left
        if top <= 0 and right <= 0 and bottom <= 0 and left <= 0 then
            return nil
        end
        return {
            widths = { max(top, 0), max(right, 0), max(bottom, 0), max(left, 0) },
            colors = {
                plain_color(w.border_color_top),
                plain_color(w.border_color_right),
                plain_color(w.border_color_bottom),
                plain_color(w.border_color_left),
            },
        }
    end

    -- The tree --------------------------------------------------------------------------------------------------

    local function order_of(w)
        for index = 1, #ORDERS do
            if w.kinds[ORDERS[index][1]] then
                return ORDERS[index][2]
            end
        end
    end

    local function describe(w, parent, used)
        local plain = {
            parent = parent,
            class_name = w.class_name,
            id = w.id,
            style = w.style and w.style.tag or "",
            source = w.source,
            style_source = w.style and w.style.source or "",
            rect = { w.rect_x, w.rect_y, w.rect_w, w.rect_h },
            visible = w.visible and w.display ~= "none",
            enabled = w.enabled,
            clipping = w.clipping or w.html_node ~= nil and (w.overflow == "clip" or w.overflow == "scroll"),
            overflows = w.html_node ~= nil and w.overflow == "visible",
            opacity = w.opacity,
            rotation = w.rotation,
            order = order_of(w),
            background = background_of(w),
            image = image_of(w),
            icon = icon_of(w),
            border = border_of(w),
            content = content_of(w),
        }
        if plain.clipping then
            plain.inner = inner_rect(w)
        end
        local text, font = text_of(w)
        if text and #text.runs > 0 then
            text.font = font.name
            used[font.name] = font
            plain.texts = { text }
        end
        return plain
    end

    --- The whole tree: `{width, height, fonts, widgets}`, fonts by name.
    ---@return table
    function ui.dump()
        local widgets, used, plain_fonts = {}, {}, {}
        local function add(w, parent)
            local place = #widgets + 1
            widgets[place] = describe(w, parent, used)
            local children = w.children
            for index = 1, #children do
                add(children[index], place)
            end
        end
        local root = ui.root
        add(root, 0)
        for name, font in raw.pairs(used) do
            plain_fonts[name] = font_of(font)
        end
        return { width = max(root.rect_w, 1), height = max(root.rect_h, 1), fonts = plain_fonts, widgets = widgets }
    end

    engine.controls.tree = ui.dump
end
