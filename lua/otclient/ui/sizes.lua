--- What scripts and styles do with rects of widgets: sizes and positions, their limits, the rects around and inside.

local context = ...
local raw = context.raw
local max, min = raw.math.max, raw.math.min
local gsub, lower, match, sub = raw.string.gsub, raw.string.lower, raw.string.match, raw.string.sub

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart
    local move, resize, set_rect = ui.move, ui.resize, ui.set_rect

    local function rect(x, y, width, height)
        return { x = x, y = y, width = width, height = height }
    end

    -- Widths and heights as texts (mehah): `12`, `12px`, `50%`, `auto`, `fit-content`. Units other than pixels count
    -- in html alone.
    local dimensions = {}

    --- The unit and value of a text.
    ---@return table dimension { unit, value, text }
    function ui.dimension(text)
        local dimension = dimensions[text]
        if not dimension then
            local plain = lower(ui.trim(text))
            local unit, number = "px", plain
            if plain == "auto" or plain == "fit-content" then
                unit = plain
            elseif match(plain, "px$") or match(plain, "em$") then
                unit, number = sub(plain, -2), sub(plain, 1, -3)
            elseif match(plain, "%%$") then
                unit, number = "%", gsub(plain, "%%$", "")
            end
            local value = (ui.values.to_number(number) + 32768) % 65536 - 32768
            dimension = { unit = unit, value = value, text = plain }
            dimensions[text] = dimension
        end
        return dimension
    end

    function ui.values.dimension(node)
        return ui.dimension(ui.values.string(node))
    end

    local function set_width(w, dimension)
        w.width_dimension = dimension
        if w.html_node then
            ui.html_dimension(w, true, dimension)
        elseif dimension.unit == "px" or dimension.unit == "em" then
            resize(w, dimension.value, w.rect_h)
        end
    end

    local function set_height(w, dimension)
        w.height_dimension = dimension
        if w.html_node then
            ui.html_dimension(w, false, dimension)
        elseif dimension.unit == "px" or dimension.unit == "em" then
            resize(w, w.rect_w, dimension.value)
        end
    end

    local function limit(field)
        return function(w, value)
            w[field] = value
            w.limited = w.min_width ~= -1 or w.min_height ~= -1 or w.max_width ~= -1 or w.max_height ~= -1
            set_rect(w, w.rect_x, w.rect_y, w.rect_w, w.rect_h)
        end
    end

    local function limit_size(width_field, height_field)
        local set_height_limit = limit(height_field)
        return function(w, size)
            w[width_field] = size.width
            set_height_limit(w, size.height)
        end
    end

    local function padding_rect(w)
        return rect(
            w.rect_x + w.padding_left,
            w.rect_y + w.padding_top,
            w.rect_w - w.padding_left - w.padding_right,
            w.rect_h - w.padding_top - w.padding_bottom
        )
    end

    local function margin_rect(w)
        return rect(
            w.rect_x - w.margin_left,
            w.rect_y - w.margin_top,
            w.rect_w + w.margin_left + w.margin_right,
            w.rect_h + w.margin_top + w.margin_bottom
        )
    end

    local function valid(of)
        return of.width > 0 and of.height > 0
    end

    --- The rect around all children that are shown, and at least as large as the inside.
    function ui.children_rect(w)
        local all
        for _, child in raw.ipairs(w.children) do
            if child.visible and child.rect_w > 0 and child.rect_h > 0 then
                local of = margin_rect(child)
                if not all or not valid(all) then
                    all = of
                else
                    local x, y = min(all.x, of.x), min(all.y, of.y)
                    local right = max(all.x + all.width, of.x + of.width)
                    local bottom = max(all.y + all.height, of.y + of.height)
                    all = rect(x, y, right - x, bottom - y)
                end
            end
        end
        local inside = padding_rect(w)
        if not all or not valid(all) then
            return inside
        end
        all.width, all.height = max(all.width, inside.width), max(all.height, inside.height)
        return all
    end

    local function intersects(of, other)
        return not (
            other.x + other.width - 1 < of.x
            or other.x > of.x + of.width - 1
            or other.y + other.height - 1 < of.y
            or other.y > of.y + of.height - 1
        )
    end

    local function whole_rect(w)
        return rect(w.rect_x, w.rect_y, w.rect_w, w.rect_h)
    end

    local function get(field)
        return function(w)
            return w[field]
        end
    end

    local function set_x(w, x)
        move(w, x, w.rect_y)
    end

    local function set_y(w, y)
        move(w, w.rect_x, y)
    end

    local function set_position(w, pos)
        move(w, pos.x, pos.y)
    end

    local function set_size(w, size)
        resize(w, size.width, size.height)
    end

    local function set_rect_of(w, of)
        return set_rect(w, of.x, of.y, of.width, of.height)
    end

    engine:class("UIWidget", {
        setX = set_x,
        setY = set_y,
        setPosition = set_position,
        setSize = set_size,
        setRect = set_rect_of,
        move = move,
        resize = function(w, width, height)
            resize(w, width, height)
        end,
        setWidth = edubart and function(w, width)
            resize(w, width, w.rect_h)
        end or function(w, text)
            set_width(w, ui.dimension(text))
        end,
        setHeight = edubart and function(w, height)
            resize(w, w.rect_w, height)
        end or function(w, text)
            set_height(w, ui.dimension(text))
        end,
        getX = get("rect_x"),
        getY = get("rect_y"),
        getWidth = get("rect_w"),
        getHeight = get("rect_h"),
        getPosition = function(w)
            return { x = w.rect_x, y = w.rect_y }
        end,
        getSize = function(w)
            return { width = w.rect_w, height = w.rect_h }
        end,
        getRect = whole_rect,
        getPaddingRect = padding_rect,
        getMarginRect = margin_rect,
        getChildrenRect = ui.children_rect,
        bindRectToParent = ui.bind_rect_to_parent,
        updateLayout = ui.update_layout,
        updateParentLayout = ui.update_parent_layout,
        setFixedSize = function(w, fixed)
            w.fixed_size = fixed
            ui.update_parent_layout(w)
        end,
        setVirtualOffset = function(w, offset)
            w.virtual_x, w.virtual_y = offset.x, offset.y
            if w.layout then
                ui.layout_update(w.layout)
            end
        end,
    })
    ui.declare_style("base", {
        x = { "int", set_x },
        y = { "int", set_y },
        pos = { "Point", set_position },
        size = {
            "Size",
            function(w, size)
                if w.html_node then
                    return ui.STOP
                end
                resize(w, size.width, size.height)
            end,
        },
        rect = { "Rect", set_rect_of },
        width = edubart and {
            "int",
            function(w, width)
                resize(w, width, w.rect_h)
            end,
        } or { "dimension", set_width },
        height = edubart and {
            "int",
            function(w, height)
                resize(w, w.rect_w, height)
            end,
        } or { "dimension", set_height },
        ["fixed-size"] = {
            "bool",
            function(w, fixed)
                w.fixed_size = fixed
                ui.update_parent_layout(w)
            end,
        },
    })
    if edubart then
        return
    end

    local methods = {
        getCenter = function(w)
            local x, y = w.rect_x + w.rect_x + w.rect_w - 1, w.rect_y + w.rect_y + w.rect_h - 1
            return { x = ui.cut(x / 2), y = ui.cut(y / 2) }
        end,
        getMinSize = function(w)
            return { width = w.min_width, height = w.min_height }
        end,
        getMaxSize = function(w)
            return { width = w.max_width, height = w.max_height }
        end,
        setMinSize = limit_size("min_width", "min_height"),
        setMaxSize = limit_size("max_width", "max_height"),
        intersects = function(w, other)
            return intersects(whole_rect(w), other)
        end,
        intersectsMargin = function(w, other)
            return intersects(margin_rect(w), other)
        end,
        intersectsPadding = function(w, other)
            return intersects(padding_rect(w), other)
        end,
        disableUpdateTemporarily = function(w)
            local layout = w.layout
            if w.updates_disabled or not layout then
                return
            end
            w.updates_disabled = true
            ui.layout_disable_updates(layout)
            ui.later(function()
                if w.layout then
                    ui.layout_enable_updates(w.layout)
                    ui.update_layout(w)
                end
                w.updates_disabled = false
            end, w)
        end,
    }
    local styles = {
        ["min-size"] = { "Size", methods.setMinSize },
        ["max-size"] = { "Size", methods.setMaxSize },
    }
    for name, field in raw.pairs({
        MinWidth = "min_width",
        MinHeight = "min_height",
        MaxWidth = "max_width",
        MaxHeight = "max_height",
    }) do
        methods["set" .. name] = limit(field)
        methods["get" .. name] = get(field)
        styles[gsub(field, "_", "-")] = { "pixels", limit(field) }
    end
    engine:class("UIWidget", methods)
    ui.declare_style("base", styles)
end
