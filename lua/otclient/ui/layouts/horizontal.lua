--- Horizontal boxes: children beside each other, as high as the parent.

local context = ...
local raw = context.raw
local floor, max, band = raw.math.floor, raw.math.max, raw.bit.band

local ALIGN_TOP, ALIGN_BOTTOM = 4, 8

local function half(number)
    return number >= 0 and floor(number / 2) or -floor(-number / 2)
end

return function(engine)
    local ui = engine.parts.ui

    local function solve(layout, parent)
        local children = parent.children
        local back, spacing = layout.align_end, layout.spacing
        local top = parent.rect_y + parent.padding_top
        local height = parent.rect_h - parent.padding_top - parent.padding_bottom
        local offset_x, offset_y = parent.virtual_x, parent.virtual_y
        local x = parent.rect_x + parent.padding_left
        if back then
            x = parent.rect_x + parent.rect_w - parent.padding_right - 1
        end
        local preferred = 0
        local from, to, step = 1, #children, 1
        if back then
            from, to, step = to, 1, -1
        end
        for index = from, to, step do
            local widget = children[index]
            if widget and widget.visible then
                local y
                local child_width, child_height = widget.rect_w, widget.rect_h
                local gap = back and -(widget.margin_right + child_width) or widget.margin_left
                x = x + gap
                preferred = preferred + gap
                local margin_top, margin_bottom = widget.margin_top, widget.margin_bottom
                if widget.fixed_size then
                    local align = widget.text_align
                    if band(align, ALIGN_TOP) ~= 0 then
                        y = top + margin_top
                    elseif band(align, ALIGN_BOTTOM) ~= 0 then
                        y = max(top + height - 1 - child_height - margin_bottom, top)
                    else
                        y = max(top + half(height - (margin_top + child_height + margin_bottom)), top)
                    end
                else
                    child_height = height - (margin_top + margin_bottom)
                    y = top + half(height - child_height)
                end
                ui.set_rect(widget, x - offset_x, y - offset_y, child_width, child_height)
                gap = (back and -widget.margin_left or (widget.rect_w + widget.margin_right)) + spacing
                x = x + gap
                preferred = preferred + gap
            end
        end
        preferred = preferred - spacing + parent.padding_left + parent.padding_right
        if layout.fit_children and preferred ~= parent.rect_w then
            ui.layout_defer(function()
                ui.resize(parent, preferred, parent.rect_h)
            end)
        end
    end

    ui.layout_kind("UIHorizontalLayout", { solve = solve, init = ui.box_init, apply = ui.box_applier("align-right") })

    engine:class("UIHorizontalLayout", {
        setAlignRight = ui.box_set_align_end,
    }, {
        create = function(parent)
            return ui.new_layout("UIHorizontalLayout", parent)
        end,
    })
end
