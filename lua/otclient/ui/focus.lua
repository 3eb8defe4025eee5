--- Focus: each widget has at most one child that has it. Also locks, which keep all other children from being used.

local context = ...
local raw = context.raw
local band = raw.bit.band

local ACTIVE, FOCUS, HIDDEN = 1, 2, 4096
local ACTIVE_REASON = 2

return function(engine)
    local ui = engine.parts.ui
    local handlers = ui.class_handlers.UIWidget

    function handlers.onFocusChange(w, focused, reason)
        engine:emit(w, "onFocusChange", focused, reason)
    end

    function handlers.onChildFocusChange(w, focused, unfocused, reason)
        engine:emit(w, "onChildFocusChange", focused and focused.object, unfocused and unfocused.object, reason)
    end

    --- Gives the focus of a widget to one of its children, or to none.
    function ui.focus_child(w, child, reason)
        if w.destroyed or child == w.focused_child then
            return
        elseif child and not ui.has_child(w, child) then
            return engine:log("error", "attempt to focus an unknown child in a UIWidget")
        end
        local old = w.focused_child
        w.focused_child = child
        if child then
            child.last_focus_reason = reason
            ui.update_state(child, FOCUS)
            ui.update_state(child, ACTIVE)
            ui.handle(child, "onFocusChange", true, reason)
        end
        if old then
            old.last_focus_reason = reason
            ui.update_state(old, FOCUS)
            ui.update_state(old, ACTIVE)
            ui.handle(old, "onFocusChange", false, reason)
        end
        ui.handle(w, "onChildFocusChange", child, old, reason)
    end

    local function can_focus(child)
        return child.focusable and child.enabled and band(child.states, HIDDEN) == 0
    end

    -- The next child that can be focused, in steps of 1 or -1; past the end it begins again when `rotate` is set.
    local function next_focus(w, step, rotate)
        local children, focused = w.children, w.focused_child
        local count = #children
        local at = step == 1 and 1 or count
        local remaining = count
        if focused then
            at = ui.place_of(w, focused)
            if not at then
                at, remaining = step == 1 and 1 or count, rotate and count or 0
            else
                at = at + step
                remaining = rotate and count - 1 or step == 1 and count - at + 1 or at
            end
        end
        for _ = 1, remaining do
            at = at > count and 1 or at < 1 and count or at
            if can_focus(children[at]) then
                return children[at]
            end
            at = at + step
        end
    end

    local function move_focus(step)
        return function(w, reason, rotate)
            if not w.destroyed then
                local child = next_focus(w, step, rotate)
                if child and child ~= w.focused_child then
                    ui.focus_child(w, child, reason)
                end
            end
        end
    end
    ui.focus_next_child = move_focus(1)
    ui.focus_previous_child = move_focus(-1)

    --- Asks the parent for its focus.
    function ui.focus(w)
        if not w.destroyed and w.focusable and w.parent then
            ui.focus_child(w.parent, w, ACTIVE_REASON)
        end
    end

    --- Asks for focus all the way up.
    function ui.recursive_focus(w, reason)
        while not w.destroyed and w.parent do
            if w.focusable then
                ui.focus_child(w.parent, w, reason)
                if not w.parent then
                    return
                end
            end
            w = w.parent
        end
    end

    function ui.set_focusable(w, focusable)
        if w.focusable == focusable then
            return
        end
        w.focusable = focusable
        local parent = w.parent
        if parent then
            if not focusable and band(w.states, FOCUS) ~= 0 then
                ui.focus_previous_child(parent, ACTIVE_REASON, true)
            elseif focusable and not parent.focused_child and parent.auto_focus ~= 0 then
                ui.focus(w)
            end
        end
    end

    -- Locks -------------------------------------------------------------------------------------------------

    local function locked_place(w, child)
        for index, other in raw.ipairs(w.locked_children or {}) do
            if other == child then
                return index
            end
        end
    end

    function ui.is_child_locked(w, child)
        return w.locked_children ~= nil and locked_place(w, child) ~= nil
    end

    --- Disables all other children.
    function ui.lock_child(w, child)
        if w.destroyed or not child then
            return
        elseif not ui.has_child(w, child) then
            return ui.trace_error("cannot find child")
        end
        if ui.is_child_locked(w, child) then
            ui.unlock_child(w, child)
        end
        for _, other in raw.ipairs(w.children) do
            ui.set_enabled(other, other == child)
        end
        w.locked_children = w.locked_children or {}
        raw.table.insert(w.locked_children, 1, child)
        if child.focusable then
            ui.focus_child(w, child, ACTIVE_REASON)
        end
    end

    function ui.unlock_child(w, child)
        if w.destroyed or not child then
            return
        elseif not ui.has_child(w, child) then
            return ui.trace_error("cannot find child")
        end
        local place = locked_place(w, child)
        if not place then
            return
        end
        raw.table.remove(w.locked_children, place)
        local locked = w.locked_children[1]
        for _, other in raw.ipairs(w.children) do
            ui.set_enabled(other, not locked or other == locked)
        end
        if locked and locked.focusable then
            ui.focus_child(w, locked, ACTIVE_REASON)
        end
    end

    engine:class("UIWidget", {
        focusChild = ui.focus_child,
        focusNextChild = ui.focus_next_child,
        focusPreviousChild = ui.focus_previous_child,
        focus = ui.focus,
        setFocusable = ui.set_focusable,
        isChildLocked = ui.is_child_locked,
        lockChild = ui.lock_child,
        unlockChild = ui.unlock_child,
        lock = function(w)
            if not w.destroyed and w.parent then
                ui.lock_child(w.parent, w)
            end
        end,
        unlock = function(w)
            if not w.destroyed and w.parent then
                ui.unlock_child(w.parent, w)
            end
        end,
    })
    ui.declare_style("base", { focusable = { "bool", ui.set_focusable } })
end
