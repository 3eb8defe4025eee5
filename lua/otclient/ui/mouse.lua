--- The mouse: who is pressed, clicked and scrolled over, and g_mouse with its cursors.

local context = ...
local raw = context.raw
local band = raw.bit.band

local LEFT = 1
local STATE_PRESSED, STATE_DISABLED = 8, 16
local REASON_MOUSE = 0
-- Milliseconds between two presses that make a double click.
local DOUBLE_CLICK = 200

return function(engine)
    local ui, window = engine.parts.ui, engine.parts.window
    local handlers, base = ui.input_handlers, ui.class_handlers.UIWidget

    local function point(x, y)
        return { x = x, y = y }
    end

    -- Widgets that an event at a point is for, the topmost first, up to one that isn't seen through.
    local function reached_edubart(w, x, y, list)
        local stopped = false
        if ui.contains_padding_point(w, x, y) then
            local children = w.children
            for index = #children, 1, -1 do
                local child = children[index]
                if child.enabled and child.visible and ui.contains_point(child, x, y) then
                    if reached_edubart(child, x, y, list) then
                        stopped = true
                        break
                    end
                end
            end
        end
        list[#list + 1] = w
        return stopped or not w.phantom
    end

    local function reached_mehah(w, x, y, list, checks)
        if w.clipping and not ui.contains_padding_point(w, x, y) then
            return false
        end
        local stopped = false
        local children = w.children
        for index = #children, 1, -1 do
            local child = children[index]
            if child.enabled and child.visible and reached_mehah(child, x, y, list, true) then
                stopped = true
                break
            end
        end
        if not checks or ui.contains_point(w, x, y) then
            list[#list + 1] = w
            if (not w.phantom and not w.html_node) or w.draggable then
                stopped = true
            end
        end
        return stopped
    end

    --- Widgets that an event of the mouse is for, in the order in which they may take it.
    ---@return table[]
    function ui.mouse_targets(w, x, y)
        local list = {}
        if engine.edubart then
            reached_edubart(w, x, y, list)
        else
            reached_mehah(w, x, y, list, false)
        end
        return list
    end

    local function moved_over(w, x, y, list)
        if ui.contains_padding_point(w, x, y) then
            local children = w.children
            for index = 1, #children do
                local child = children[index]
                if child.visible and child.enabled and ui.contains_point(child, x, y) then
                    moved_over(child, x, y, list)
                end
            end
        end
        list[#list + 1] = w
    end

    local function is_enabled(w)
        return band(w.states, STATE_DISABLED) == 0
    end

    --- Changes who is pressed. Who was, and still is under the mouse, is clicked.
    ---@param w table|nil
    ---@param clicks boolean
    function ui.update_pressed(w, x, y, clicks)
        local old = ui.pressed
        ui.pressed = w
        if clicks and old and is_enabled(old) and ui.contains_point(old, x, y) then
            ui.handle(old, "onClick", point(x, y))
        end
        if w then
            ui.update_state(w, STATE_PRESSED)
        end
        if old then
            ui.update_state(old, STATE_PRESSED)
        end
    end

    local function press_left(event, targets)
        local receiver = ui.mouse_receiver
        if event.button ~= LEFT or not ui.is_shown(receiver) then
            return
        end
        local pressed = ui.child_at(receiver, event.x, event.y, false)
        local on_html = pressed and pressed.html_node
        if pressed and not is_enabled(pressed) then
            pressed = nil
        end
        if on_html then
            ui.update_pressed_html(pressed and { raw.unpack(targets) } or {}, event.x, event.y, true)
        else
            ui.update_pressed(pressed, event.x, event.y, true)
        end
    end

    function handlers.press(event)
        local targets = not engine.edubart and ui.mouse_targets(ui.mouse_receiver, event.x, event.y)
        press_left(event, targets)
        targets = targets or ui.mouse_targets(ui.mouse_receiver, event.x, event.y)
        for index = 1, #targets do
            local w = targets[index]
            ui.recursive_focus(w, REASON_MOUSE)
            if ui.handle(w, "onMousePress", point(event.x, event.y), event.button) then
                break
            end
        end
    end

    -- Release is first of all for who was pressed.
    local function pressed_first(targets)
        local pressed = ui.pressed
        if not pressed then
            return targets
        end
        local list = { pressed }
        for index = 1, #targets do
            if targets[index] ~= pressed then
                list[#list + 1] = targets[index]
            end
        end
        return list
    end

    function handlers.release(event)
        local accepted = false
        if ui.dragging and event.button == LEFT then
            accepted = ui.update_dragging(nil, event.x, event.y)
        end
        if not accepted then
            local targets = pressed_first(ui.mouse_targets(ui.mouse_receiver, event.x, event.y))
            for index = 1, #targets do
                if ui.handle(targets[index], "onMouseRelease", point(event.x, event.y), event.button) then
                    break
                end
            end
        end
        if ui.pressed and event.button == LEFT then
            if ui.pressed.html_node then
                ui.update_pressed_html({}, event.x, event.y, not accepted)
            else
                ui.update_pressed(nil, event.x, event.y, not accepted)
            end
        end
    end

    function handlers.move(event)
        local x, y = event.x, event.y
        ui.start_dragging(event)
        ui.update_hovered(true)
        ui.update_hovered_text(true)
        local function taken(w, handler)
            return ui.handle(w, handler, point(x, y), point(event.dx, event.dy))
        end
        if ui.dragging and taken(ui.dragging, "onDragMove") then
            return
        end
        if ui.pressed and taken(ui.pressed, "onMouseMove") then
            return
        end
        local targets = {}
        moved_over(ui.mouse_receiver, x, y, targets)
        for index = 1, #targets do
            if taken(targets[index], "onMouseMove") then
                break
            end
        end
    end

    function handlers.wheel(event)
        local targets = ui.mouse_targets(ui.root, event.x, event.y)
        for index = 1, #targets do
            if ui.handle(targets[index], "onMouseWheel", point(event.x, event.y), event.direction) then
                break
            end
        end
    end

    local raise_press = base.onMousePress
    --- A second press soon after the first is a double click too, which may take the event.
    function base.onMousePress(w, pos, button)
        if button == LEFT then
            if w.click_time and engine.now - w.click_time <= DOUBLE_CLICK then
                if ui.handle(w, "onDoubleClick", point(pos.x, pos.y)) then
                    return true
                end
                w.click_time = nil
            else
                w.click_time = engine.now
            end
            w.last_click_x, w.last_click_y = pos.x, pos.y
        end
        return raise_press(w, pos, button)
    end

    local raise_click = base.onClick
    --- A click on a word that listens is for the word first.
    function base.onClick(w, pos)
        if w.text_events and ui.listens_to_text_clicks and ui.listens_to_text_clicks(w) then
            local text = ui.text_under(w, pos.x, pos.y)
            if text ~= "" then
                engine:emit(w, "onTextClick", text, point(pos.x, pos.y))
            end
        end
        return raise_click(w, pos)
    end

    engine:class("UIWidget", {
        grabMouse = function(w)
            if not w.destroyed then
                ui.mouse_receiver = w
            end
        end,
        ungrabMouse = function(w)
            if ui.mouse_receiver == w then
                ui.mouse_receiver = ui.root
            end
        end,
    })

    -- g_mouse --------------------------------------------------------------------------------------------------

    -- Names of cursors to what they are; those that are pushed, the last of which is shown.
    local cursors, count, stack = {}, 0, {}

    -- Whether a file is a picture that a cursor can be; if not the log is told.
    local function is_cursor(file)
        local resources = engine.parts.resources
        local path = resources.guess(file, "png")
        local source = resources.resolve(path)
        local size = resources.kind(source) == "file" and engine.host("images.size", source)
        if not size then
            local _, problem = resources.read(source)
            if problem then
                engine:log("error", "unable to load image '" .. path .. "': " .. problem)
            end
            ui.trace_error("unable to load cursor image file " .. file)
        elseif size[1] ~= 32 or size[2] ~= 32 then
            engine:log("error", "the cursor image must have 32x32 dimension")
            size = nil
        end
        return size ~= nil and size ~= false
    end

    local function add_cursor(name, file)
        if is_cursor(file) then
            cursors[name] = { id = count, file = file }
            count = count + 1
        else
            engine:log("error", "unable to load cursor " .. name)
        end
    end

    local function load_cursors(filename)
        local otml = engine.parts.otml
        local document = otml.load(engine.parts.resources.guess(filename, "otml"))
        for _, node in raw.ipairs(otml.children(otml.at(document, "Cursors"))) do
            ui.values.Point(otml.at(node, "hot-spot"))
            add_cursor(node.tag, ui.values.path(otml.at(node, "image")))
        end
    end

    local function drop(index)
        raw.table.remove(stack, index)
        window.cursor = stack[1] and stack[#stack].name
    end

    engine:singleton("g_mouse", {
        loadCursors = function(filename)
            local ok, problem = raw.pcall(load_cursors, filename)
            if not ok then
                engine:log("error", "unable to load cursors file: " .. raw.tostring(problem))
            end
        end,
        addCursor = add_cursor,
        pushCursor = function(name)
            local cursor = cursors[name]
            if not cursor then
                return false
            end
            local ownership = engine.parts.ownership
            stack[#stack + 1] = { id = cursor.id, name = name, owner = ownership and ownership.current() }
            window.cursor = name
            return true
        end,
        popCursor = function(name)
            if not stack[1] then
                return
            end
            if name == "" or not cursors[name] then
                drop(#stack)
                return
            end
            for index = #stack, 1, -1 do
                if stack[index].id == cursors[name].id then
                    drop(index)
                    return
                end
            end
        end,
        isCursorChanged = function()
            return stack[1] ~= nil
        end,
        isPressed = function(button)
            return window.is_button_pressed(button)
        end,
    })

    --- Cursors that are pushed, the shown one last: `name`, and `owner`, the module that pushed it.
    ---@return table[]
    function ui.pushed_cursors()
        return { raw.unpack(stack) }
    end

    --- Takes a cursor from the stack.
    function ui.drop_cursor(cursor)
        for index = #stack, 1, -1 do
            if stack[index] == cursor then
                drop(index)
            end
        end
    end
end
