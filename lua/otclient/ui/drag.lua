--- Dragging: a pressed widget that may be dragged is, once the mouse is a little way from where it was pressed.

local STATE_DRAGGING = 2048
-- Pixels that the mouse goes first.
local THRESHOLD = 4

return function(engine)
    local ui = engine.parts.ui

    local function point(x, y)
        return { x = x, y = y }
    end

    --- Changes who is dragged. Who was is dropped: on the first widget below that takes it.
    ---@param w table|nil
    ---@param x integer|nil without a place nobody is asked
    ---@param y integer|nil
    ---@return boolean accepted
    function ui.update_dragging(w, x, y)
        x, y = x or 0, y or 0
        local accepted, old = false, ui.dragging
        ui.dragging = nil
        if old then
            local dropped
            if x ~= 0 or y ~= 0 then
                local children = ui.children_at(ui.root, x, y)
                for index = 1, #children do
                    if ui.handle(children[index], "onDrop", old.object, point(x, y)) then
                        dropped = children[index]
                        break
                    end
                end
            end
            accepted = ui.handle(old, "onDragLeave", dropped and dropped.object, point(x, y))
            ui.update_state(old, STATE_DRAGGING)
        end
        if w and ui.handle(w, "onDragEnter", point(x, y)) then
            ui.dragging = w
            ui.update_state(w, STATE_DRAGGING)
            accepted = true
        end
        return accepted
    end

    --- Begins to drag who is pressed, when the mouse has gone far enough.
    ---@param event table a move of the mouse
    function ui.start_dragging(event)
        local pressed = ui.pressed
        if not pressed or not pressed.draggable or ui.dragging == pressed then
            return
        end
        local dx, dy = event.x - pressed.last_click_x, event.y - pressed.last_click_y
        if dx * dx + dy * dy >= THRESHOLD * THRESHOLD then
            ui.update_dragging(pressed, event.x - event.dx, event.y - event.dy)
        end
    end
end
