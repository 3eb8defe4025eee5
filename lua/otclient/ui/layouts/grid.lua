--- Grids: children in cells of one size.

local context = ...
local raw = context.raw
local ceil, floor = raw.math.ceil, raw.math.floor

local function divided(number, by)
    local result = number / by
    return result >= 0 and floor(result) or ceil(result)
end

return function(engine)
    local ui = engine.parts.ui
    local values = ui.values
    local edubart = engine.edubart

    local function init(layout)
        layout.cell_width, layout.cell_height = 16, 16
        layout.cell_spacing = 0
        layout.columns = 1
        layout.lines = 0
        layout.auto_spacing, layout.fit_children, layout.flow = false, false, false
    end

    -- mehah keeps numbers in few bits.
    local function kept(number, modulus)
        return edubart and number or number % modulus
    end

    local function solve(layout, parent)
        local children = parent.children
        local cell_width, cell_height = layout.cell_width, layout.cell_height
        local left, top = parent.rect_x + parent.padding_left, parent.rect_y + parent.padding_top
        local width = parent.rect_w - parent.padding_left - parent.padding_right
        local offset_x, offset_y = parent.virtual_x, parent.virtual_y
        local columns, spacing = layout.columns, layout.cell_spacing
        if layout.flow and cell_width > 0 then
            columns = divided(width + spacing, cell_width + spacing)
            if columns > 0 then
                layout.columns = kept(columns, 256)
                layout.lines = kept(ceil(#children / columns), 65536)
            end
        end
        if columns <= 0 then
            columns = 1
        end
        if layout.auto_spacing and columns > 1 then
            spacing = divided(width - columns * cell_width, columns - 1)
        end
        local index, preferred = 0, 0
        for at = 1, #children do
            local widget = children[at]
            if widget and widget.visible then
                local line, column = floor(index / columns), index % columns
                local x, y = column * (cell_width + spacing), line * (cell_height + spacing)
                preferred = y + cell_height
                ui.set_rect(
                    widget,
                    left + x - offset_x + widget.margin_left,
                    top + y - offset_y + widget.margin_top,
                    cell_width - widget.margin_left - widget.margin_right,
                    cell_height - widget.margin_top - widget.margin_bottom
                )
                index = index + 1
                if layout.lines > 0 and index >= layout.columns * layout.lines then
                    break
                end
            end
        end
        preferred = preferred + parent.padding_top + parent.padding_bottom
        if layout.fit_children and preferred ~= parent.rect_h then
            ui.layout_defer(function()
                ui.resize(parent, parent.rect_w, preferred)
            end)
        end
    end

    local set = {
        setCellSize = function(layout, size)
            layout.cell_width, layout.cell_height = size.width, size.height
            ui.layout_update(layout)
        end,
        setCellWidth = function(layout, width)
            layout.cell_width = width
            ui.layout_update(layout)
        end,
        setCellHeight = function(layout, height)
            layout.cell_height = height
            ui.layout_update(layout)
        end,
        setCellSpacing = function(layout, spacing)
            layout.cell_spacing = kept(spacing, 256)
            ui.layout_update(layout)
        end,
        setNumColumns = function(layout, columns)
            layout.columns = kept(columns, 256)
            ui.layout_update(layout)
        end,
        setNumLines = function(layout, lines)
            layout.lines = kept(lines, 65536)
            ui.layout_update(layout)
        end,
        setFlow = function(layout, flow)
            layout.flow = flow
            ui.layout_update(layout)
        end,
    }

    --- Tag of a style to what sets it and the cast of its value.
    local STYLE = {
        ["cell-size"] = { set.setCellSize, "Size" },
        ["cell-width"] = { set.setCellWidth, "int" },
        ["cell-height"] = { set.setCellHeight, "int" },
        ["cell-spacing"] = { set.setCellSpacing, "int" },
        ["num-columns"] = { set.setNumColumns, "int" },
        ["num-lines"] = { set.setNumLines, "int" },
        ["flow"] = { set.setFlow, "bool" },
        ["fit-children"] = {
            function(layout, fit)
                layout.fit_children = fit
                ui.layout_update(layout)
            end,
            "bool",
        },
        ["auto-spacing"] = {
            function(layout, auto)
                layout.auto_spacing = auto
                ui.layout_update(layout)
            end,
            "bool",
        },
    }

    local function apply(layout, node)
        for _, child in raw.ipairs(node) do
            local known = not child.null and STYLE[child.tag]
            if known then
                known[1](layout, values[known[2]](child))
            end
        end
    end

    ui.layout_kind("UIGridLayout", { solve = solve, init = init, apply = apply })

    set.getCellSize = function(layout)
        return { width = layout.cell_width, height = layout.cell_height }
    end
    set.getCellSpacing = function(layout)
        return layout.cell_spacing
    end
    set.getNumColumns = function(layout)
        return layout.columns
    end
    set.getNumLines = function(layout)
        return layout.lines
    end
    set.isUIGridLayout = function()
        return true
    end
    engine:class("UIGridLayout", set, {
        create = function(parent)
            return ui.new_layout("UIGridLayout", parent)
        end,
    })
end
