--- Events of the window, handed to the widget that receives them: what a mouse or keyboard grab points to, else the
--- root. Also who is hovered, which the mouse is not alone in changing.
---
--- What a widget does with an event is the handler of its C++ class (`ui.class_handlers`), which for most is to raise
--- it for scripts: `ui.handle(w, "onMousePress", pos, button)`.

local context = ...
local raw = context.raw
local api = context.use("otclient/api")
local band = raw.bit.band

local STATE_HOVER, STATE_DISABLED, STATE_HIDDEN = 4, 16, 4096

return function(engine)
    local ui, window = engine.parts.ui, engine.parts.window

    --- Class to event to its handler, for classes whose own code hears of events before or instead of scripts.
    ---@type table<string, table<string, fun(w: table, ...): any>>
    ui.class_handlers = ui.class_handlers or {}
    --- Kind of an event of the window to what it does; filled by mouse.lua and keyboard.lua.
    ui.input_handlers = {}

    -- Class to all of its handlers, its ancestors' included.
    local known = {}

    -- What no class handles scripts may.
    local function raise(event)
        return function(w, ...)
            local answer = engine:emit(w, event, ...)
            return answer ~= nil and answer ~= false
        end
    end

    local base = ui.class_handlers.UIWidget or {}
    ui.class_handlers.UIWidget = base
    for _, event in raw.ipairs({
        "onKeyText",
        "onKeyDown",
        "onKeyPress",
        "onKeyUp",
        "onMousePress",
        "onMouseRelease",
        "onMouseMove",
        "onMouseWheel",
        "onClick",
        "onDoubleClick",
        "onDragEnter",
        "onDragLeave",
        "onDragMove",
        "onDrop",
        "onHoverChange",
        "onTextHoverChange",
    }) do
        base[event] = base[event] or raise(event)
    end

    local function handler(class, event)
        local of_class = known[class]
        if not of_class then
            of_class = {}
            known[class] = of_class
        end
        local fn = of_class[event]
        if not fn then
            local name = class
            while name and not fn do
                local own = ui.class_handlers[name]
                fn = own and own[event]
                name = api.parents[name]
            end
            of_class[event] = fn
        end
        return fn
    end

    --- Lets a widget handle an event, as its class does.
    ---@param w table
    ---@param event string onKeyDown, onMousePress, …
    ---@return boolean taken
    function ui.handle(w, event, ...)
        return handler(w.class_name, event)(w, ...)
    end

    --- What a widget's text has under a point, for widgets that listen to it (text-click, text-hover); "" for nothing.
    ---@type fun(w: table, x: integer, y: integer): string
    local function text_at(w, x, y)
        return ui.text_at and ui.text_at(w, x, y) or ""
    end
    ui.text_under = text_at

    --- Takes an event of the window.
    ---@param event table
    function ui.input_event(event)
        local handle = ui.input_handlers[event.kind]
        if handle and ui.root then
            engine.parts.app.as_input(handle, event)
        end
    end

    -- Hovering -------------------------------------------------------------------------------------------------

    local hover_due, text_hover_due, hovered_text = false, false, ""

    local function listens_to_text(w)
        return w.text_events ~= nil and ui.listens_to_text and ui.listens_to_text(w)
    end

    local function hover(w, hovered)
        ui.update_state(w, STATE_HOVER)
        ui.handle(w, "onHoverChange", hovered)
    end

    local function update_hovered()
        if not ui.root then
            return
        end
        hover_due = false
        local found = ui.child_at(ui.root, window.mouse_x, window.mouse_y, false)
        if found and found.html_node then
            ui.update_hovered_html()
        end
        if found and band(found.states, STATE_DISABLED) ~= 0 then
            found = nil
        end
        local old = ui.hovered
        if found == old then
            return
        end
        ui.hovered = found
        if old then
            hover(old, false)
            if hovered_text ~= "" and listens_to_text(old) then
                ui.handle(old, "onTextHoverChange", hovered_text, false)
                hovered_text = ""
            end
        end
        if found then
            hover(found, true)
        end
    end

    --- Looks who is under the mouse: at once, or when the frame ends (in edubart with the next events).
    ---@param at_once boolean|nil
    function ui.update_hovered(at_once)
        if at_once then
            update_hovered()
        elseif not hover_due then
            hover_due = true
            local dispatcher = engine.parts.dispatcher
            if engine.edubart then
                dispatcher.add(update_hovered)
            else
                dispatcher.defer(update_hovered)
            end
        end
    end

    local function update_hovered_text()
        local w = ui.hovered
        if not ui.root or not w then
            return
        end
        text_hover_due = false
        if not listens_to_text(w) then
            return
        end
        local old, text = hovered_text, text_at(w, window.mouse_x, window.mouse_y)
        if text == old then
            return
        end
        hovered_text = text
        if old ~= "" then
            ui.handle(w, "onTextHoverChange", old, false)
        end
        if text ~= "" then
            ui.handle(w, "onTextHoverChange", text, true)
        end
    end

    --- Looks which word of the hovered widget is under the mouse.
    ---@param at_once boolean|nil
    function ui.update_hovered_text(at_once)
        if engine.edubart or not ui.hovered then
            return
        elseif at_once then
            update_hovered_text()
        elseif not text_hover_due then
            text_hover_due = true
            engine.parts.dispatcher.defer(update_hovered_text)
        end
    end

    --- A widget came to be seen, or ceases to be: under the mouse that changes who is hovered.
    function ui.widget_appeared(w)
        if ui.contains_point(w, window.mouse_x, window.mouse_y) then
            ui.update_hovered()
            ui.update_hovered_text()
        end
    end
    ui.widget_disappeared = ui.widget_appeared

    --- A widget is being destroyed: nobody holds it any longer.
    function ui.widget_destroyed(w)
        if ui.keyboard_receiver == w then
            ui.keyboard_receiver = ui.root
        end
        if ui.mouse_receiver == w then
            ui.mouse_receiver = ui.root
        end
        if ui.hovered == w then
            ui.update_hovered()
            ui.update_hovered_text()
        end
        if ui.pressed == w then
            ui.update_pressed(nil, 0, 0, true)
        end
        if ui.dragging == w then
            ui.update_dragging(nil)
        end
        if w.html_node then
            ui.forget_html(w)
        end
    end

    --- The root is there: it receives all input that nobody grabs.
    function ui.receive_input(root)
        ui.mouse_receiver, ui.keyboard_receiver = root, root
    end

    --- Whether a widget is to be seen, as it is in its place of the tree.
    function ui.is_shown(w)
        return band(w.states, STATE_HIDDEN) == 0
    end

    engine:singleton("g_ui", {
        getDraggingWidget = function()
            return ui.dragging
        end,
        getPressedWidget = function()
            return ui.pressed
        end,
        isMouseGrabbed = function()
            return ui.mouse_receiver ~= ui.root
        end,
        isKeyboardGrabbed = function()
            return ui.keyboard_receiver ~= ui.root
        end,
    })
end
