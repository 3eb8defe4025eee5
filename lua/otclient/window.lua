--- The window that isn't there: g_window as the state that a window of X11 would be in, without a window manager.
---
--- What a window system answers later comes at the next poll, as it would: `resize` and `move` ask for a change, the
--- poll brings it. Input comes the same way: the host puts it into the queue, the poll hands it out.

local context = ...
local raw = context.raw
local floor = raw.math.floor

-- The screen that the window is on.
local DISPLAY_WIDTH, DISPLAY_HEIGHT = 1024, 768
-- Smaller than this no window gets; what setMinimumSize tells is for window managers only.
local MINIMUM_WIDTH, MINIMUM_HEIGHT = 600, 480

local LEFT, RIGHT, MIDDLE = 1, 2, 3
local WHEEL_UP, WHEEL_DOWN = 1, 2
-- A button of X to one of the engine's.
local BUTTONS = { LEFT, MIDDLE, RIGHT }
local WHEELS = { [4] = WHEEL_UP, [5] = WHEEL_DOWN }

return function(engine)
    local window = {
        x = 0,
        y = 0,
        width = MINIMUM_WIDTH,
        height = MINIMUM_HEIGHT,
        unmaximized = { x = 0, y = 0, width = MINIMUM_WIDTH, height = MINIMUM_HEIGHT },
        display_width = DISPLAY_WIDTH,
        display_height = DISPLAY_HEIGHT,
        density = 1,
        title = "",
        clipboard = "",
        visible = false,
        focused = false,
        fullscreen = false,
        maximized = false,
        mouse_x = 0,
        mouse_y = 0,
        --- What of Ctrl (1), Alt (2) and Shift (4) is held.
        modifiers = 0,
        --- Buttons of the mouse that are down, by number.
        buttons = {},
        --- What the host sent and the next poll hands out; see `controls.input`.
        queue = {},
        --- Whether frames run: from then on what the window hands out becomes events of the dispatcher.
        running = false,
    }
    -- What the window system was asked for and tells at the next poll.
    local asked
    -- What the main thread does before its next poll; see `on_main_thread`.
    local waiting = {}
    local polling = false

    -- In mehah scripts run on another thread than the window, which hears of their wishes one frame later.
    local function on_main_thread(task)
        if engine.edubart or not window.running then
            task()
        else
            waiting[#waiting + 1] = task
        end
    end

    local function ask(key, value)
        asked = asked or {}
        asked[key] = value
    end

    --- Hands an event to the user interface.
    ---@param event table `kind`, and what belongs to it; see ui/input.lua
    function window.deliver(event)
        local ui = engine.parts.ui
        if engine.edubart or not window.running then
            ui.input_event(event)
        else
            engine.parts.dispatcher.add(function()
                ui.input_event(event)
            end)
        end
    end

    local function resize_root(width, height)
        local ui = engine.parts.ui
        ui.resize(ui.root, floor(width / window.density), floor(height / window.density))
    end

    local function resized()
        local width, height = window.width, window.height
        local function apply()
            resize_root(width, height)
        end
        if engine.edubart or not window.running then
            apply()
        else
            engine.parts.dispatcher.add(apply)
        end
    end

    -- The window's place and size, as the window system tells them.
    local function configured(news)
        local changed = false
        if news.width and (news.width ~= window.width or news.height ~= window.height) then
            window.width, window.height = news.width, news.height
            changed = true
        end
        if window.visible and (news.x or news.width) then
            window.maximized = false
            window.x, window.y = news.x or window.x, news.y or window.y
        end
        if not window.maximized and not window.fullscreen then
            window.unmaximized = { x = window.x, y = window.y, width = window.width, height = window.height }
        end
        return changed
    end

    local function button_changed(button, down)
        local wheel = WHEELS[button]
        if wheel then
            return down and { kind = "wheel", button = MIDDLE, direction = wheel } or nil
        end
        local named = BUTTONS[button]
        if not named then
            return nil
        end
        window.buttons[named] = down or nil
        return { kind = down and "press" or "release", button = named }
    end

    local function handle(item)
        local kind, event = item.kind, nil
        if kind == "move" then
            -- From pixels of the window to those of a scaled user interface.
            local x, y = floor(item.x / window.density), floor(item.y / window.density)
            if x ~= window.mouse_x or y ~= window.mouse_y then
                event = { kind = "move", dx = x - window.mouse_x, dy = y - window.mouse_y }
                window.mouse_x, window.mouse_y = x, y
            end
        elseif kind == "button" then
            event = button_changed(item.button, item.down)
        elseif kind == "key" then
            engine.parts.ui.key_event(item)
        elseif kind == "focus" then
            window.focused = item.focused
            window.release_all()
        elseif kind == "close" then
            engine.parts.dispatcher.add(engine.parts.app.close)
        end
        if event then
            event.x, event.y, event.modifiers = window.mouse_x, window.mouse_y, window.modifiers
            window.deliver(event)
        end
    end

    --- Lets go of all keys and buttons, as when another window gets the focus.
    function window.release_all()
        engine.parts.ui.release_keys()
        window.modifiers = 0
        window.buttons = {}
    end

    --- Hears from the window system: done by each frame before its events, and by scripts.
    function window.poll()
        if polling then
            return
        end
        polling = true
        local tasks = waiting
        waiting = {}
        for index = 1, #tasks do
            tasks[index]()
        end
        local news, changed = asked, false
        asked = nil
        if news then
            if news.hide then
                window.release_all()
            end
            changed = configured(news) or news.show == true
        end
        local queue = window.queue
        if queue[1] then
            window.queue = {}
            for index = 1, #queue do
                handle(queue[index])
            end
        end
        if changed then
            resized()
        end
        engine.parts.ui.fire_keys_press()
        polling = false
    end

    --- Shows the window, which resizes what is in it.
    function window.show()
        on_main_thread(function()
            if not window.visible then
                ask("show", true)
                ask("hide", nil)
            end
            window.visible, window.focused = true, true
        end)
    end

    engine:singleton("g_window", {
        move = function(pos)
            on_main_thread(function()
                window.x, window.y = pos.x, pos.y
                if window.visible then
                    ask("x", pos.x)
                    ask("y", pos.y)
                end
            end)
        end,
        resize = function(size)
            on_main_thread(function()
                if size.width >= MINIMUM_WIDTH and size.height >= MINIMUM_HEIGHT then
                    ask("width", size.width)
                    ask("height", size.height)
                end
            end)
        end,
        show = window.show,
        hide = function()
            on_main_thread(function()
                if window.visible then
                    ask("hide", true)
                    ask("show", nil)
                end
                window.visible = false
            end)
        end,
        maximize = function()
            on_main_thread(function()
                window.maximized = true
            end)
        end,
        poll = window.poll,
        setTitle = function(title)
            window.title = title
        end,
        setMinimumSize = function(size)
            window.minimum = size
        end,
        setFullscreen = function(fullscreen)
            on_main_thread(function()
                window.fullscreen = fullscreen
            end)
        end,
        setClipboardText = function(text)
            window.clipboard = text
        end,
        getClipboardText = function()
            return window.clipboard
        end,
        getPlatformType = function()
            return "X11-GLX"
        end,
        getDisplaySize = function()
            return { width = window.display_width, height = window.display_height }
        end,
        getDisplayWidth = function()
            return window.display_width
        end,
        getDisplayHeight = function()
            return window.display_height
        end,
        getDisplayDensity = function()
            return window.density
        end,
        getUnmaximizedSize = function()
            return { width = window.unmaximized.width, height = window.unmaximized.height }
        end,
        getUnmaximizedPos = function()
            return { x = window.unmaximized.x, y = window.unmaximized.y }
        end,
        getSize = function()
            return { width = window.width, height = window.height }
        end,
        getWidth = function()
            return window.width
        end,
        getHeight = function()
            return window.height
        end,
        getPosition = function()
            return { x = window.x, y = window.y }
        end,
        getX = function()
            return window.x
        end,
        getY = function()
            return window.y
        end,
        getMousePosition = function()
            return { x = window.mouse_x, y = window.mouse_y }
        end,
        getKeyboardModifiers = function()
            return window.modifiers
        end,
        isKeyPressed = function(key)
            return engine.parts.ui.is_key_pressed(key)
        end,
        isMouseButtonPressed = function(button)
            return window.is_button_pressed(button)
        end,
        isVisible = function()
            return window.visible
        end,
        isFullscreen = function()
            return window.fullscreen
        end,
        isMaximized = function()
            return window.maximized
        end,
        hasFocus = function()
            return window.focused
        end,
        setKeyDelay = function(key, delay)
            engine.parts.ui.set_key_delay(key, delay)
        end,
    })

    engine:singleton("g_app", {
        -- A larger user interface has fewer pixels of its own.
        setHUDScale = function(scale)
            window.density = scale
            resize_root(window.width, window.height)
        end,
    })

    --- Whether a button of the mouse is down; of no button (0): whether any is, in mehah.
    function window.is_button_pressed(button)
        if button == 0 then
            return not engine.edubart and raw.next(window.buttons) ~= nil
        end
        return window.buttons[button] == true
    end

    --- Takes what a user does: a list of tables with `kind` "move" (x, y), "button" (button 1 to 5 of X, down), "key"
    --- (code, down, text, shifted), "focus" (focused), "close". It is handed out by the next frame.
    function engine.controls.input(events)
        local queue = window.queue
        for _, event in raw.ipairs(events) do
            event.at = engine.now
            queue[#queue + 1] = event
        end
    end

    --- Resizes the window as its user would.
    function engine.controls.resize(width, height)
        ask("width", width)
        ask("height", height)
    end

    --- What the window is like: title, place, size, mouse.
    function engine.controls.window()
        return {
            title = window.title,
            x = window.x,
            y = window.y,
            width = window.width,
            height = window.height,
            visible = window.visible,
            fullscreen = window.fullscreen,
            maximized = window.maximized,
            clipboard = window.clipboard,
            mouse_x = window.mouse_x,
            mouse_y = window.mouse_y,
        }
    end

    return window
end
