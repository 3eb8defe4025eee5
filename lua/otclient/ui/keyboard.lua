--- Keys: which are down, when they repeat, and who in the tree hears of them.
---
--- Key events go down the path of focused children and are answered from its end: what the deepest widget doesn't
--- take is its parent's. `fire_keys_press` repeats held keys from the virtual clock, widgets take repeats only after
--- their own delay; text repeats as the X server repeats it.

local context = ...
local raw = context.raw
local bit = raw.bit
local band, bor, bnot = bit.band, bit.bor, bit.bnot

local KEY_NUM_LOCK, KEY_CTRL, KEY_SHIFT, KEY_ALT = 18, 21, 22, 23
local KEY_NUMPAD0, KEY_NUMPAD9 = 141, 150
local KEY_CAPS_LOCK = 20
local CTRL, ALT, SHIFT = 1, 2, 4
local MODIFIERS = { [KEY_CTRL] = CTRL, [KEY_ALT] = ALT, [KEY_SHIFT] = SHIFT }
local STATE_FOCUS = 2

-- Milliseconds between two presses of a held key, and between two looks at which keys are held.
local REPEAT_INTERVAL = 30
local LOOK_INTERVAL, LOOK_INTERVAL_EDUBART = 2, 10

-- How an X server repeats: after 660 ms, 25 times a second.
local SERVER_DELAY, SERVER_INTERVAL = 660, 40

return function(engine)
    local ui, window = engine.parts.ui, engine.parts.window
    -- Key code to { first =, last = } of those that are down; codes in order of number.
    local keys, down = {}, {}
    local delays = {}
    local looked = 0
    -- Modifiers and Caps Lock as the server knows them, which forgets none when the engine lets go of all keys.
    local held, caps = 0, false
    -- The key that the server repeats: { item, next = when }.
    local repeated

    local function deliver(kind, code, ticks)
        window.deliver({ kind = kind, key = code, modifiers = window.modifiers, ticks = ticks or 0 })
    end

    local function insert(code)
        local at = #down + 1
        while at > 1 and down[at - 1] > code do
            down[at] = down[at - 1]
            at = at - 1
        end
        down[at] = code
    end

    local function remove(code)
        for index = 1, #down do
            if down[index] == code then
                raw.table.remove(down, index)
                return
            end
        end
    end

    local function key_down(code)
        local modifier = MODIFIERS[code]
        if modifier then
            window.modifiers = bor(window.modifiers, modifier)
        elseif code ~= 0 and not keys[code] then
            keys[code] = { first = engine.now, last = engine.now }
            insert(code)
            deliver("key_down", code)
            deliver("key_press", code)
        end
    end

    local function key_up(code)
        local modifier = MODIFIERS[code]
        if modifier then
            window.modifiers = band(window.modifiers, bnot(modifier))
            return
        elseif code == KEY_NUM_LOCK then
            for numpad = KEY_NUMPAD0, KEY_NUMPAD9 do
                if keys[numpad] then
                    key_up(numpad)
                end
            end
        end
        if code ~= 0 and keys[code] then
            keys[code] = nil
            remove(code)
            deliver("key_up", code)
        end
    end

    -- Text of a key by what is held. With Ctrl or Alt there is none, nor of what controls.
    local function type_text(item)
        if not item.text or band(held, bor(CTRL, ALT)) ~= 0 then
            return
        end
        local shifted = band(held, SHIFT) ~= 0
        if caps and item.letter then
            shifted = not shifted
        end
        local text = shifted and item.shifted or item.text
        if text ~= "" and raw.string.byte(text) >= 32 then
            window.deliver({ kind = "key_text", text = text, modifiers = window.modifiers })
        end
    end

    -- What the server repeated up to a time.
    local function repeat_until(now)
        while repeated and repeated.next <= now do
            key_down(repeated.item.code)
            type_text(repeated.item)
            repeated.next = repeated.next + SERVER_INTERVAL
        end
    end

    --- A key of the keyboard went down or up.
    ---@param item table `at` which time, `code` of the engine, `down`; of keys that write `text`, `shifted`, `letter`
    function ui.key_event(item)
        local code, modifier = item.code, MODIFIERS[item.code]
        repeat_until(item.at)
        if item.down then
            key_down(code)
            type_text(item)
            if modifier then
                held = bor(held, modifier)
            else
                if code == KEY_CAPS_LOCK then
                    caps = not caps
                end
                repeated = { item = item, next = item.at + SERVER_DELAY }
            end
        else
            key_up(code)
            if modifier then
                held = band(held, bnot(modifier))
            elseif repeated and repeated.item.code == code then
                repeated = nil
            end
        end
    end

    --- Presses held keys again, when it is time.
    function ui.fire_keys_press()
        local now = engine.now
        repeat_until(now)
        if now - looked < (engine.edubart and LOOK_INTERVAL_EDUBART or LOOK_INTERVAL) or not down[1] then
            return
        end
        looked = now
        for _, code in raw.ipairs({ raw.unpack(down) }) do
            local key = keys[code]
            if key and now - key.last >= (delays[code] or REPEAT_INTERVAL) then
                deliver("key_press", code, now - key.first)
                key.last = now
            end
        end
    end

    --- Lets go of all keys.
    function ui.release_keys()
        for _, code in raw.ipairs({ raw.unpack(down) }) do
            key_up(code)
        end
    end

    --- Whether a key is down, by the engine's code.
    function ui.is_key_pressed(code)
        return keys[code] ~= nil
    end

    --- Sets the milliseconds between two presses of a held key.
    function ui.set_key_delay(code, delay)
        delays[code] = delay
    end

    -- Who hears of it ------------------------------------------------------------------------------------------

    -- Focused children that may hear of keys, as they are before the first of them answers.
    local function listeners(w)
        local first, list
        local children = w.children
        for index = 1, #children do
            local child = children[index]
            if band(child.states, STATE_FOCUS) ~= 0 and child.enabled and child.visible then
                if not first then
                    first = child
                else
                    list = list or { first }
                    list[#list + 1] = child
                end
            end
        end
        return first, list
    end

    local function propagate(w, event, first_argument, second, third)
        local first, list = listeners(w)
        if list then
            for index = 1, #list do
                if propagate(list[index], event, first_argument, second, third) then
                    return true
                end
            end
        elseif first and propagate(first, event, first_argument, second, third) then
            return true
        end
        -- Of the third, the time that a key is held, no other event has any.
        if third and third ~= 0 and third < w.auto_repeat_delay then
            return false
        end
        if third then
            return ui.handle(w, event, first_argument, second, third)
        elseif second then
            return ui.handle(w, event, first_argument, second)
        end
        return ui.handle(w, event, first_argument)
    end

    local function to_receiver(event, ...)
        local receiver = ui.keyboard_receiver
        if receiver then
            propagate(receiver, event, ...)
        end
    end

    ui.input_handlers.key_text = function(event)
        to_receiver("onKeyText", event.text)
    end
    ui.input_handlers.key_down = function(event)
        to_receiver("onKeyDown", event.key, event.modifiers)
    end
    ui.input_handlers.key_press = function(event)
        to_receiver("onKeyPress", event.key, event.modifiers, event.ticks)
    end
    ui.input_handlers.key_up = function(event)
        to_receiver("onKeyUp", event.key, event.modifiers)
    end

    engine:class("UIWidget", {
        grabKeyboard = function(w)
            if not w.destroyed then
                ui.keyboard_receiver = w
            end
        end,
        ungrabKeyboard = function(w)
            if ui.keyboard_receiver == w then
                ui.keyboard_receiver = ui.root
            end
        end,
    })
end
