--- Destruction of widgets, from the leaves inwards.

local context = ...
local raw = context.raw
local format, remove = raw.string.format, raw.table.remove

return function(engine)
    local ui = engine.parts.ui

    local function internal_destroy(w)
        w.destroyed = true
        w.visible = false
        w.enabled = false
        w.focused_child = nil
        if w.layout then
            w.layout.parent = nil
            w.layout = nil
        end
        w.parent = nil
        w.locked_children = nil
        w.children_by_id = {}
        local children = w.children
        for index = 1, #children do
            internal_destroy(children[index])
        end
        w.children = {}
        local hooks = w.on_destroy
        if hooks then
            w.on_destroy = nil
            for index = 1, #hooks do
                hooks[index](w)
            end
        end
        engine:emit(w, "onDestroy")
        w.fields = nil
        ui.widget_destroyed(w)
        if w.html_node then
            ui.html_destroyed(w)
        end
    end

    --- Destroys a widget with all that is in it.
    function ui.destroy(w)
        if w.destroyed then
            local text = format("attempt to destroy widget '%s' two times", w.id)
            if not engine.edubart then
                text = format("attempt to destroy widget '%s' (%s) two times", w.id, w.source)
            end
            engine:log("warning", text)
        end
        w.destroyed = true
        if w.parent then
            ui.remove_child(w.parent, w)
        end
        internal_destroy(w)
    end

    function ui.destroy_children(w)
        local layout = w.layout
        if layout then
            ui.layout_disable_updates(layout)
        end
        w.focused_child = nil
        w.locked_children = nil
        w.children_by_id = {}
        local children = w.children
        -- For the ledger: who fills a widget anew goes on with what it had in it.
        w.emptied_by = #children > 0 and engine.current_module or w.emptied_by
        while #children > 0 do
            local child = remove(children, 1)
            child.parent = nil
            if w.layout then
                ui.layout_remove_widget(w.layout, child)
            end
            ui.destroy(child)
            child.child_index = -1
            if child.custom_id and w.fields and w.fields[child.id] ~= nil then
                w.fields[child.id] = nil
            end
        end
        if layout then
            ui.layout_enable_updates(layout)
        end
    end

    local function remove_children(w)
        local layout = w.layout
        if layout then
            ui.layout_disable_updates(layout)
        end
        w.focused_child = nil
        w.locked_children = nil
        while w.children[1] do
            ui.remove_child(w, w.children[1])
        end
        if layout then
            ui.layout_enable_updates(layout)
        end
    end

    engine:class("UIWidget", {
        destroy = ui.destroy,
        destroyChildren = ui.destroy_children,
    })
    if not engine.edubart then
        engine:class("UIWidget", {
            removeChildren = remove_children,
            hideChildren = function(w)
                for _, child in raw.ipairs(w.children) do
                    ui.set_visible(child, false)
                end
            end,
            showChildren = function(w)
                for _, child in raw.ipairs(w.children) do
                    ui.set_visible(child, true)
                end
            end,
        })
    end
end
