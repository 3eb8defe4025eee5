--- The tree of widgets: children are added, removed and moved.

local context = ...
local raw = context.raw
local format, insert, remove = raw.string.format, raw.table.insert, raw.table.remove

return function(engine)
    local ui = engine.parts.ui
    local object = engine.object
    local edubart = engine.edubart

    local function has_child(w, child)
        return child ~= nil and child.parent == w
    end
    ui.has_child = has_child

    --- The place of a child in the list itself.
    local function place_of(w, child)
        local children = w.children
        local index = child.child_index
        if children[index] == child then
            return index
        end
        for place = 1, #children do
            if children[place] == child then
                return place
            end
        end
    end
    ui.place_of = place_of

    local function number_children(w, from, to)
        local children = w.children
        for index = from, to or #children do
            children[index].child_index = index
        end
    end

    -- As soon as there are children there is a layout: anchors, if nothing else was said.
    local function default_layout(w)
        if not w.layout then
            w.layout = ui.new_layout("UIAnchorLayout", w)
        end
        return w.layout
    end

    --- Adds a child at the end.
    function ui.add_child(w, child)
        if not child then
            return ui.trace_warning("attempt to add a null child into a UIWidget")
        elseif child.destroyed then
            local verb = edubart and "attemp" or "attempt"
            return ui.trace_warning(verb .. " to add a destroyed child into a UIWidget")
        elseif has_child(w, child) then
            return ui.trace_warning("attempt to add a child again into a UIWidget")
        end
        local children = w.children
        local last = children[#children]
        children[#children + 1] = child
        child.child_index = #children
        w.children_by_id[child.id] = child
        ui.set_parent(child, w, true)
        if edubart then
            child.child_index = #children
        end
        ui.layout_add_widget(default_layout(w), child)
        if w.html_node and child.html_node then
            ui.html_adopt(w, child)
        end
        ui.update_states(child)
        -- The child can be reached as a field of its parent.
        if child.custom_id and not (w.fields and w.fields[child.id] ~= nil) then
            object.set(w, child.id, child.object)
        end
        if last then
            ui.update_state(last, 256)
            ui.update_state(last, 512)
        end
        ui.widget_appeared(child)
    end

    --- Adds a child at a place; 0 and below count from the end.
    function ui.insert_child(w, index, child)
        if not child then
            return ui.trace_warning("attempt to insert a null child into a UIWidget")
        elseif has_child(w, child) then
            return ui.trace_warning("attempt to insert a child again into a UIWidget")
        end
        local children = w.children
        local count = #children
        index = index <= 0 and count + index or index - 1
        index = raw.math.max(0, raw.math.min(index, count))
        if not edubart and child.child_index == index + 1 then
            -- The engine takes that for no change, whoever's child it is.
            return
        end
        insert(children, index + 1, child)
        w.children_by_id[child.id] = child
        number_children(w, index + 1)
        ui.set_parent(child, w, true)
        if edubart then
            child.child_index = index + 1
        end
        ui.layout_add_widget(default_layout(w), child)
        if w.html_node and child.html_node then
            ui.html_adopt(w, child)
        end
        ui.update_states(child)
        ui.update_children_index_states(w)
        ui.widget_appeared(child)
    end

    --- Takes a child out.
    function ui.remove_child(w, child)
        if not has_child(w, child) then
            return ui.trace_error("attempt to remove an unknown child from a UIWidget")
        end
        local focus_another = false
        if w.focused_child == child then
            ui.focus_child(w, nil, 2)
            focus_another = true
        end
        if ui.is_child_locked(w, child) then
            ui.unlock_child(w, child)
        end
        local place = place_of(w, child)
        if place then
            remove(w.children, place)
        end
        w.children_by_id[child.id] = nil
        if edubart then
            number_children(w, place or 1)
        elseif child.child_index > 0 then
            -- When it has been added elsewhere already the index is that of the new place.
            number_children(w, child.child_index)
        end
        child.child_index = -1
        child.parent = nil
        if w.layout then
            ui.layout_remove_widget(w.layout, child)
        end
        if w.html_node and child.html_node then
            ui.html_release(w, child)
        end
        if child.custom_id and w.fields and w.fields[child.id] ~= nil then
            object.set(w, child.id, nil)
        end
        ui.update_states(child)
        ui.update_children_index_states(w)
        if w.auto_focus ~= 0 and focus_another and not w.focused_child then
            ui.focus_previous_child(w, 2, true)
        end
        ui.widget_disappeared(child)
    end

    --- Gives a widget another parent, or none.
    ---@param listed boolean|nil whether the parent has it among its children already
    function ui.set_parent(w, parent, listed)
        local old = w.parent
        if old == parent then
            return
        end
        if old then
            ui.remove_child(old, w)
        end
        w.parent = nil
        if parent then
            if listed then
                w.parent = parent
            else
                ui.add_child(parent, w)
            end
        end
    end

    --- Puts a child before all others.
    function ui.lower_child(w, child)
        if w.destroyed or not child or not edubart and w.children[1] == child then
            return
        end
        local place = has_child(w, child) and place_of(w, child)
        if not place then
            return ui.trace_error("cannot find child")
        end
        remove(w.children, place)
        insert(w.children, 1, child)
        number_children(w, 1)
        ui.update_children_index_states(w)
    end

    --- Puts a child behind all others.
    function ui.raise_child(w, child)
        if w.destroyed or not child then
            return
        end
        local place = has_child(w, child) and place_of(w, child)
        if not place then
            return ui.trace_error("cannot find child")
        end
        remove(w.children, place)
        w.children[#w.children + 1] = child
        number_children(w, place)
        ui.update_children_index_states(w)
    end

    --- Moves a child to a place.
    function ui.move_child(w, child, index)
        if w.destroyed or not child or not edubart and child.child_index == index then
            return
        end
        if index < 1 or index > #w.children then
            return ui.trace_error(format("moving %s to index %d on %s", child.id, index, w.id))
        end
        local place = has_child(w, child) and place_of(w, child)
        if not place then
            return ui.trace_error("cannot find child")
        end
        remove(w.children, place)
        insert(w.children, index, child)
        number_children(w, raw.math.min(place, index), raw.math.max(place, index))
        ui.update_children_index_states(w)
        ui.update_layout(w)
    end

    local function reorder_children(w, children)
        if #children ~= #w.children then
            return engine:log("error", "Invalid parameter for reorderChildren")
        end
        w.children = children
        if w.html_node then
            ui.refresh_html(w, false)
        end
        ui.update_children_index_states(w)
        ui.update_layout(w)
    end

    local function in_parent(fn)
        return function(w)
            if not w.destroyed and w.parent then
                fn(w.parent, w)
            end
        end
    end

    engine:class("UIWidget", {
        addChild = ui.add_child,
        insertChild = ui.insert_child,
        removeChild = ui.remove_child,
        lowerChild = ui.lower_child,
        raiseChild = ui.raise_child,
        moveChildToIndex = ui.move_child,
        setParent = function(w, parent)
            ui.set_parent(w, parent)
        end,
        lower = in_parent(ui.lower_child),
        raise = in_parent(ui.raise_child),
    })
    if not edubart then
        engine:class("UIWidget", {
            reorderChildren = reorder_children,
            removeChildByIndex = function(w, index)
                local child = ui.child_by_index(w, index)
                if child then
                    ui.remove_child(w, child)
                end
            end,
        })
    end
end
