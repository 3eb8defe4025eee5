--- Rects of widgets: position and size, their limits, and what follows from a change at the end of the frame.

local context = ...
local raw = context.raw
local max, min = raw.math.max, raw.math.min
local INT_MAX = 2147483647

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart
    local handlers = ui.class_handlers.UIWidget

    local function rect(x, y, width, height)
        return { x = x, y = y, width = width, height = height }
    end

    --- Brings the own layout up to date; that of the parent follows later.
    function ui.update_layout(w)
        if w.destroyed then
            return
        end
        if w.layout then
            ui.layout_update(w.layout)
        end
        local parent = w.parent
        if parent and parent.layout then
            ui.layout_update_later(parent.layout)
        end
    end

    function ui.update_parent_layout(w)
        if not w.destroyed then
            ui.update_layout(w.parent or w)
        end
    end

    -- Several changes of a frame are told as one: from where the first began.
    local function geometry_changed(w)
        w.geometry_scheduled = false
        local x, y, width, height = w.rect_x, w.rect_y, w.rect_w, w.rect_h
        local old_x, old_y, old_width, old_height = w.old_x, w.old_y, w.old_w, w.old_h
        if x == old_x and y == old_y and width == old_width and height == old_height then
            return
        end
        if edubart then
            ui.handle(w, "onGeometryChange", old_x, old_y, old_width, old_height)
            return
        end
        local window = engine.parts.window
        if ui.contains_point(w, window.mouse_x, window.mouse_y) then
            ui.update_hovered()
        end
        if old_width ~= width then
            engine:emit(w, "onWidthChange", width, old_width)
        end
        if old_height ~= height then
            engine:emit(w, "onHeightChange", height, old_height)
        end
        if engine:listens(w, "onResize") then
            engine:emit(w, "onResize", rect(old_x, old_y, old_width, old_height), rect(x, y, width, height))
        end
        ui.handle(w, "onGeometryChange", old_x, old_y, old_width, old_height, x, y, width, height)
    end

    --- What follows from a change of the rect, at the end of the frame: texts that wrap, children that stick out,
    --- and the event.
    function handlers.onGeometryChange(w, old_x, old_y, old_width, old_height, x, y, width, height)
        if edubart then
            x, y, width, height = w.rect_x, w.rect_y, w.rect_w, w.rect_h
        end
        if w.text_wrap and (old_width ~= width or old_height ~= height) then
            ui.update_text(w)
        end
        local children = w.children
        local index = 1
        while index <= #children do
            local child = children[index]
            if raw.bit.band(child.states, 4096) == 0 and not ui.is_anchored(child) then
                ui.bind_rect_to_parent(child)
            end
            index = index + 1
        end
        if engine:listens(w, "onGeometryChange") then
            local old = rect(old_x, old_y, old_width, old_height)
            local new = rect(x, y, width, height)
            if edubart then
                engine:emit(w, "onGeometryChange", old, new)
            else
                engine:emit(w, "onGeometryChange", new, old)
            end
        end
    end

    --- Gives a widget a rect, within its limits.
    ---@return boolean changed
    function ui.set_rect(w, x, y, width, height)
        if w.limited then
            local least_w, least_h, most_w, most_h = w.min_width, w.min_height, w.max_width, w.max_height
            width = min(most_w >= 0 and most_w or INT_MAX, max(least_w >= 0 and least_w or 0, width))
            height = min(most_h >= 0 and most_h or INT_MAX, max(least_h >= 0 and least_h or 0, height))
        end
        local old_x, old_y, old_w, old_h = w.rect_x, w.rect_y, w.rect_w, w.rect_h
        if x == old_x and y == old_y and width == old_w and height == old_h then
            return false
        end
        w.rect_x, w.rect_y, w.rect_w, w.rect_h = x, y, width, height
        ui.update_layout(w)
        if not w.geometry_scheduled then
            w.geometry_scheduled = true
            w.old_x, w.old_y, w.old_w, w.old_h = old_x, old_y, old_w, old_h
            ui.later(geometry_changed, w)
        end
        if edubart then
            local window = engine.parts.window
            if ui.contains_point(w, window.mouse_x, window.mouse_y) then
                ui.update_hovered()
            end
        end
        return true
    end
    local set_rect = ui.set_rect

    function ui.resize(w, width, height)
        return set_rect(w, w.rect_x, w.rect_y, width, height)
    end

    -- Forces the rect to be taken anew, with all that follows.
    local function moved(w)
        local x, y, width, height = w.rect_x, w.rect_y, w.rect_w, w.rect_h
        w.rect_x, w.rect_y, w.rect_w, w.rect_h = 0, 0, 0, 0
        set_rect(w, x, y, width, height)
        w.moving = false
    end

    --- Moves a widget; in mehah at once, though what follows waits for the end of the frame.
    function ui.move(w, x, y)
        if edubart then
            set_rect(w, x, y, w.rect_w, w.rect_h)
            return
        end
        if w.rect_x == x and w.rect_y == y then
            return
        end
        if not w.moving then
            w.moving = true
            ui.later(moved, w)
        end
        w.rect_x, w.rect_y = x, y
    end
    --- Moves a rect into that of the parent's inside.
    function ui.bind_rect_to_parent(w)
        if w.destroyed then
            return
        end
        local x, y, width, height = w.rect_x, w.rect_y, w.rect_w, w.rect_h
        local parent = w.parent
        if parent then
            local left, top = parent.rect_x + parent.padding_left, parent.rect_y + parent.padding_top
            local inner_w = parent.rect_w - parent.padding_left - parent.padding_right
            local inner_h = parent.rect_h - parent.padding_top - parent.padding_bottom
            if (width ~= 0 or height ~= 0) and (inner_w ~= 0 or inner_h ~= 0) then
                if x + width > left + inner_w then
                    x = left + inner_w - width
                end
                if y + height > top + inner_h then
                    y = top + inner_h - height
                end
                x, y = max(x, left), max(y, top)
            end
        end
        set_rect(w, x, y, width, height)
    end
end
