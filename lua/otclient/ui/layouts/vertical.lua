--- Vertical boxes: children below each other, as wide as the parent.

local context = ...
local raw = context.raw
local floor, max, band = raw.math.floor, raw.math.max, raw.bit.band

local ALIGN_LEFT = 1

local function half(number)
    return number >= 0 and floor(number / 2) or -floor(-number / 2)
end

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart

    local function solve(layout, parent)
        local children = parent.children
        local up, spacing = layout.align_end, layout.spacing
        local left = parent.rect_x + parent.padding_left
        local width = parent.rect_w - parent.padding_left - parent.padding_right
        local offset_x, offset_y = parent.virtual_x, parent.virtual_y
        local y = parent.rect_y + parent.padding_top
        if up then
            y = parent.rect_y + parent.rect_h - parent.padding_bottom - 1
        end
        local preferred = 0
        -- edubart forgets the direction between two widgets.
        local between = up and not edubart and -spacing or spacing
        local from, to, step = 1, #children, 1
        if up then
            from, to, step = to, 1, -1
        end
        for index = from, to, step do
            local widget = children[index]
            if widget and widget.visible then
                local x
                local child_width, child_height = widget.rect_w, widget.rect_h
                local gap = up and -(widget.margin_bottom + child_height) or widget.margin_top
                y = y + gap
                preferred = preferred + gap
                local margin_left, margin_right = widget.margin_left, widget.margin_right
                if widget.fixed_size then
                    if band(widget.text_align, ALIGN_LEFT) ~= 0 then
                        x = left + margin_left
                    else
                        x = max(left + half(width - (margin_left + child_width + margin_right)), left)
                    end
                else
                    child_width = width - (margin_left + margin_right)
                    x = left + half(width - child_width)
                end
                ui.set_rect(widget, x - offset_x, y - offset_y, child_width, child_height)
                gap = (up and -widget.margin_top or (widget.rect_h + widget.margin_bottom)) + between
                y = y + gap
                preferred = preferred + gap
            end
        end
        preferred = preferred - spacing + parent.padding_top + parent.padding_bottom
        if layout.fit_children and preferred ~= parent.rect_h then
            ui.layout_defer(function()
                ui.resize(parent, parent.rect_w, preferred)
            end)
        end
    end

    ui.layout_kind("UIVerticalLayout", { solve = solve, init = ui.box_init, apply = ui.box_applier("align-bottom") })

    engine:class("UIVerticalLayout", {
        setAlignBottom = ui.box_set_align_end,
        isAlignBottom = function(layout)
            return layout.align_end
        end,
    }, {
        create = function(parent)
            return ui.new_layout("UIVerticalLayout", parent)
        end,
    })
end
