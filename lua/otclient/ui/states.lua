--- States of widgets, as styles and scripts know them: active, focus, hover, first, hidden, …

local context = ...
local raw = context.raw
local bit = raw.bit
local band, bnot, bor = bit.band, bit.bnot, bit.bor

local ACTIVE, FOCUS, HOVER, PRESSED, DISABLED, CHECKED, ON = 1, 2, 4, 8, 16, 32, 64
local FIRST, MIDDLE, LAST, ALTERNATE, DRAGGING, HIDDEN, MOBILE = 128, 256, 512, 1024, 2048, 4096, 8192

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart
    local handlers = ui.class_handlers.UIWidget

    --- Sets a state, and the style with it.
    ---@return boolean changed
    function ui.set_state(w, state, on)
        local states = w.states
        local changed = on and bor(states, state) or band(states, bnot(state))
        if changed == states then
            return false
        end
        w.states = changed
        ui.update_style(w)
        return true
    end
    local set_state = ui.set_state

    -- What each state should be just now; those that are set by hand have none.
    local now = {}

    now[ACTIVE] = function(w)
        repeat
            local parent = w.parent
            if not w.enabled or parent and parent.focused_child ~= w then
                return false
            end
            w = parent
        until not w
        return true
    end
    now[FOCUS] = function(w)
        return w.parent ~= nil and w.parent.focused_child == w
    end
    now[HOVER] = function(w)
        return ui.hovered == w and band(w.states, DISABLED) == 0
    end
    now[PRESSED] = function(w)
        return ui.pressed == w
    end
    now[DISABLED] = function(w)
        repeat
            if not w.enabled then
                return true
            end
            w = w.parent
        until not w
        return false
    end
    now[FIRST] = function(w)
        return w.parent ~= nil and w.child_index == 1
    end
    now[LAST] = function(w)
        return w.parent ~= nil and w.child_index == #w.parent.children
    end
    now[MIDDLE] = function(w)
        -- In mehah a widget without a parent is in the middle.
        return (not edubart or w.parent ~= nil) and not now[FIRST](w) and not now[LAST](w)
    end
    now[ALTERNATE] = function(w)
        return w.parent ~= nil and w.child_index % 2 == 1 and w.child_index > 0
    end
    now[DRAGGING] = function(w)
        return ui.dragging == w
    end
    now[HIDDEN] = function(w)
        repeat
            if not w.visible then
                return true
            end
            w = w.parent
        until not w
        return false
    end
    if not edubart then
        now[MOBILE] = function()
            return false
        end
    end

    -- States of a widget that its children share in.
    local INHERITED = { [ACTIVE] = true, [DISABLED] = true, [HIDDEN] = true }

    --- Makes a state what it should be.
    ---@param wanted boolean|nil for hovered and pressed html widgets, of which several can be at once
    function ui.update_state(w, state, wanted)
        local of = now[state]
        if w.destroyed or not of then
            return
        end
        local on
        if w.html_node and (state == HOVER or state == PRESSED) then
            on = wanted == true
        else
            on = of(w)
        end
        if INHERITED[state] and on ~= (band(w.states, state) ~= 0) then
            local children = w.children
            local index = 1
            while index <= #children do
                ui.update_state(children[index], state)
                index = index + 1
            end
        end
        if set_state(w, state, on) then
            if state == DISABLED and not on and band(w.states, HOVER) ~= 0 then
                ui.update_hovered()
            elseif state == HIDDEN then
                ui.handle(w, "onVisibilityChange", not on)
            end
        end
    end
    local update_state = ui.update_state

    local ALL = { ACTIVE, FOCUS, HOVER, PRESSED, DISABLED, FIRST, MIDDLE, LAST, ALTERNATE, DRAGGING, HIDDEN, MOBILE }

    function ui.update_states(w)
        if not w.destroyed then
            for index = 1, #ALL do
                update_state(w, ALL[index])
            end
        end
    end

    local function update_index_states(w)
        local children = w.children
        local index = 1
        while index <= #children do
            local child = children[index]
            update_state(child, FIRST)
            update_state(child, MIDDLE)
            update_state(child, LAST)
            update_state(child, ALTERNATE)
            index = index + 1
        end
        w.index_states_scheduled = false
    end

    --- After children moved; mehah does it once at the end of the frame.
    function ui.update_children_index_states(w)
        if w.destroyed then
            return
        elseif edubart then
            update_index_states(w)
        elseif not w.index_states_scheduled then
            w.index_states_scheduled = true
            ui.later(update_index_states, w)
        end
    end

    function ui.set_enabled(w, enabled)
        if w.enabled == enabled then
            return
        end
        w.enabled = enabled
        update_state(w, DISABLED)
        update_state(w, ACTIVE)
        if not edubart then
            engine:emit(w, "onEnabled", enabled)
        end
    end

    function ui.set_visible(w, visible)
        if w.visible == visible then
            return
        end
        w.visible = visible
        if not visible and band(w.states, FOCUS) ~= 0 and w.parent then
            ui.focus_previous_child(w.parent, 2, true)
        end
        ui.update_parent_layout(w)
        update_state(w, ACTIVE)
        update_state(w, HIDDEN)
        if visible then
            ui.widget_appeared(w)
        else
            ui.widget_disappeared(w)
        end
        if w.html_node then
            ui.refresh_html(w, true)
        end
    end

    function ui.set_checked(w, checked)
        if set_state(w, CHECKED, checked) then
            engine:emit(w, "onCheckChange", checked)
        end
    end

    function ui.set_on(w, on)
        set_state(w, ON, on)
    end

    function handlers.onVisibilityChange(w, visible)
        if not ui.is_anchored(w) then
            ui.bind_rect_to_parent(w)
        end
        engine:emit(w, "onVisibilityChange", visible)
    end

    local function has(state)
        return function(w)
            return band(w.states, state) ~= 0
        end
    end

    local function lacks(state)
        return function(w)
            return band(w.states, state) == 0
        end
    end

    local function setting(fn, value)
        return function(w)
            fn(w, value)
        end
    end

    engine:class("UIWidget", {
        isActive = has(ACTIVE),
        isEnabled = lacks(DISABLED),
        isDisabled = has(DISABLED),
        isFocused = has(FOCUS),
        isHovered = function(w, or_child)
            if band(w.states, HOVER) ~= 0 then
                return true
            end
            return not edubart and or_child and ui.hovered ~= nil and ui.child_by_id(w, ui.hovered.id) ~= nil
        end,
        isPressed = has(PRESSED),
        isFirst = has(FIRST),
        isMiddle = has(MIDDLE),
        isLast = has(LAST),
        isAlternate = has(ALTERNATE),
        isChecked = has(CHECKED),
        isOn = has(ON),
        isDragging = has(DRAGGING),
        isVisible = lacks(HIDDEN),
        isHidden = has(HIDDEN),
        setEnabled = ui.set_enabled,
        setVisible = ui.set_visible,
        setChecked = ui.set_checked,
        setOn = ui.set_on,
        enable = setting(ui.set_enabled, true),
        disable = setting(ui.set_enabled, false),
        show = setting(ui.set_visible, true),
        hide = setting(ui.set_visible, false),
    })
    ui.declare_style("base", {
        enabled = { "bool", ui.set_enabled },
        visible = { "bool", ui.set_visible },
        checked = { "bool", ui.set_checked },
        on = { "bool", ui.set_on },
    })
    if edubart then
        return
    end
    engine:class("UIWidget", {
        setDisabled = function(w, disabled)
            ui.set_enabled(w, not disabled)
        end,
        isEffectivelyVisible = function(w)
            return band(w.states, HIDDEN) == 0 or w.display ~= 0
        end,
    })
    ui.declare_style("base", {
        visibility = {
            function(node)
                return ui.values.string(node) == "visible"
            end,
            ui.set_visible,
        },
    })
end
