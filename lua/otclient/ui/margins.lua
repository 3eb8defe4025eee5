--- What surrounds a widget: margins, paddings, and the border, each with four sides.

local context = ...
local raw = context.raw
local lower = raw.string.lower

local SIDES = { "top", "right", "bottom", "left" }

return function(engine)
    local ui = engine.parts.ui
    local defaults = ui.defaults
    local edubart = engine.edubart

    local function capital(side)
        return raw.string.upper(raw.string.sub(side, 1, 1)) .. raw.string.sub(side, 2)
    end

    local methods, styles = {}, {}

    -- Declares what has a number for each side, with what follows from a change.
    local function four_sides(name, follow)
        local title = capital(name)
        local fields = {}
        for index, side in raw.ipairs(SIDES) do
            local field = name .. "_" .. side
            fields[index] = field
            defaults[field] = 0
            local function set(w, value)
                w[field] = value
                follow(w)
            end
            methods["set" .. title .. capital(side)] = set
            methods["get" .. title .. capital(side)] = function(w)
                return w[field]
            end
            styles[name .. "-" .. side] = { "pixels", set }
        end
        local top, right, bottom, left = raw.unpack(fields)
        methods["set" .. title] = function(w, value)
            w[top], w[right], w[bottom], w[left] = value, value, value, value
            follow(w)
        end
        methods["set" .. title .. "Horizontal"] = function(w, value)
            w[right], w[left] = value, value
            follow(w)
        end
        methods["set" .. title .. "Vertical"] = function(w, value)
            w[bottom], w[top] = value, value
            follow(w)
        end
    end

    four_sides("margin", ui.update_parent_layout)
    four_sides("padding", ui.update_layout)

    -- A text with one to four numbers: all; vertical and horizontal; top, horizontal and bottom; or each side.
    local function sides_of(parts)
        if #parts == 1 then
            return parts[1], parts[1], parts[1], parts[1]
        elseif #parts == 2 then
            return parts[1], parts[2], parts[1], parts[2]
        elseif #parts == 3 then
            return parts[1], parts[2], parts[3], parts[2]
        end
        return parts[1], parts[2], parts[3], parts[4]
    end

    local function number_of(text)
        if not edubart then
            return ui.values.to_number(text)
        end
        local number = ui.values.whole(text)
        if not number then
            raw.error("failed to cast value of type 'std::string' to type 'int'", 0)
        end
        return number
    end

    local function four_numbers(node)
        local parts = ui.split(ui.values.string(node))
        if #parts == 0 or #parts > 4 then
            return false
        end
        local top, right, bottom, left = sides_of(parts)
        return { number_of(top), number_of(right), number_of(bottom), number_of(left) }
    end

    local function set_four(name)
        local top, right, bottom, left =
            methods["set" .. name .. "Top"],
            methods["set" .. name .. "Right"],
            methods["set" .. name .. "Bottom"],
            methods["set" .. name .. "Left"]
        return function(w, numbers)
            if numbers then
                top(w, numbers[1])
                right(w, numbers[2])
                bottom(w, numbers[3])
                left(w, numbers[4])
            end
        end
    end

    styles.padding = { four_numbers, set_four("Padding") }
    styles.margin = { four_numbers, set_four("Margin") }

    if not edubart then
        -- Of a margin to the sides may be said that it takes what is left.
        local function is_auto(text)
            return lower(ui.trim(text)) == "auto"
        end

        local function number_or_auto(text)
            return not is_auto(text) and ui.values.to_number(text) or "auto"
        end

        local function side_or_auto(node)
            return number_or_auto(ui.values.string(node))
        end

        local function set_side(side)
            local set, field, auto = methods["setMargin" .. capital(side)], "margin_" .. side, "margin_auto_" .. side
            return function(w, value)
                w[auto] = value == "auto"
                if value == "auto" then
                    w[field] = 0
                    ui.update_parent_layout(w)
                else
                    set(w, value)
                end
            end
        end
        local set_right, set_left = set_side("right"), set_side("left")
        styles["margin-right"] = { side_or_auto, set_right }
        styles["margin-left"] = { side_or_auto, set_left }
        styles.margin = {
            function(node)
                local parts = ui.split(ui.values.string(node))
                if #parts == 0 then
                    return false
                end
                local top, right, bottom, left = sides_of(parts)
                top, bottom = number_or_auto(top), number_or_auto(bottom)
                return {
                    top == "auto" and 0 or top,
                    number_or_auto(right),
                    bottom == "auto" and 0 or bottom,
                    number_or_auto(left),
                }
            end,
            function(w, numbers)
                if numbers then
                    methods.setMarginTop(w, numbers[1])
                    methods.setMarginBottom(w, numbers[3])
                    set_right(w, numbers[2])
                    set_left(w, numbers[4])
                end
            end,
        }
    end

    -- The border ----------------------------------------------------------------------------------------------

    local BLACK = { r = 0, g = 0, b = 0, a = 255 }

    local function set_border_width(w, width)
        w.border_width_top, w.border_width_right = width, width
        w.border_width_bottom, w.border_width_left = width, width
        ui.update_layout(w)
    end

    local function set_border_color(w, color)
        w.border_color_top, w.border_color_right = color, color
        w.border_color_bottom, w.border_color_left = color, color
        ui.update_layout(w)
    end

    methods.setBorderWidth = set_border_width
    methods.setBorderColor = set_border_color
    styles["border-width"] = { "pixels", set_border_width }
    styles["border-color"] = { "Color", set_border_color }
    for _, side in raw.ipairs(SIDES) do
        local width_field, color_field = "border_width_" .. side, "border_color_" .. side
        defaults[width_field], defaults[color_field] = 0, BLACK
        local function set_width(w, width)
            w[width_field] = width
        end
        local function set_color(w, color)
            w[color_field] = color
        end
        methods["setBorderWidth" .. capital(side)] = set_width
        methods["setBorderColor" .. capital(side)] = set_color
        methods["getBorder" .. capital(side) .. "Width"] = function(w)
            return w[width_field]
        end
        methods["getBorder" .. capital(side) .. "Color"] = function(w)
            return ui.copy_color(w[color_field])
        end
        styles["border-width-" .. side] = { "pixels", set_width }
        styles["border-color-" .. side] = { "Color", set_color }
        if not edubart then
            styles["border-" .. side .. "-width"] = { "pixels", set_width }
        end
    end
    styles.border = {
        function(node)
            local parts = ui.split(ui.values.string(node))
            if #parts ~= 2 then
                ui.throw(node, "border param must have its width followed by its color")
            end
            local width = number_of(parts[1])
            local color = engine.convert.color(parts[2])
            if not color then
                raw.error("failed to cast value of type 'std::string' to type 'Color'", 0)
            end
            return { width, color }
        end,
        function(w, border)
            set_border_width(w, border[1])
            set_border_color(w, border[2])
        end,
    }

    --- A color as scripts may change it.
    function ui.copy_color(color)
        return { r = color.r, g = color.g, b = color.b, a = color.a }
    end

    engine:class("UIWidget", methods)
    ui.declare_style("base", styles)
end
