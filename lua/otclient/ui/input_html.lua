--- The mouse over widgets of HTML: several of them, one inside of the other, are hovered and pressed at once.

local context = ...
local raw = context.raw
local band = raw.bit.band

local STATE_HOVER, STATE_PRESSED, STATE_DISABLED = 4, 8, 16

return function(engine)
    local ui, window = engine.parts.ui, engine.parts.window
    local hovered, pressed = {}, {}

    local function is_enabled(w)
        return band(w.states, STATE_DISABLED) == 0
    end

    local function place_in(list, w)
        for index = 1, #list do
            if list[index] == w then
                return index
            end
        end
    end

    --- Changes who is pressed: widgets that lie upon each other, the topmost first.
    ---@param list table[] empty when the mouse was released
    ---@param clicks boolean whether those that were pressed are clicked
    function ui.update_pressed_html(list, x, y, clicks)
        local old = pressed
        pressed = list
        ui.pressed = list[1]
        for index = 1, #list do
            if is_enabled(list[index]) then
                ui.update_state(list[index], STATE_PRESSED, true)
            end
        end
        for index = #old, 1, -1 do
            local w = old[index]
            if clicks and is_enabled(w) and ui.contains_point(w, x, y) then
                ui.handle(w, "onClick", { x = x, y = y })
            end
            ui.update_state(w, STATE_PRESSED, false)
        end
    end

    local function hover(w, on)
        ui.update_state(w, STATE_HOVER, on)
        ui.handle(w, "onHoverChange", on)
    end

    --- Changes who is hovered, when the topmost widget under the mouse is one of HTML.
    function ui.update_hovered_html()
        local list = ui.mouse_targets(ui.mouse_receiver, window.mouse_x, window.mouse_y)
        local old = hovered
        for index = #old, 1, -1 do
            if not place_in(list, old[index]) then
                hover(old[index], false)
            end
        end
        for index = 1, #list do
            local w = list[index]
            if is_enabled(w) and not place_in(old, w) then
                hover(w, true)
            end
        end
        hovered = list
    end

    --- A widget of HTML is being destroyed.
    function ui.forget_html(w)
        for _, list in raw.ipairs({ pressed, hovered }) do
            local place = place_in(list, w)
            if place then
                raw.table.remove(list, place)
            end
        end
    end
end
