--- Layouts of widgets, and the anchors that a widget has in its parent's.

local context = ...
local raw = context.raw
local gsub, lower, sub = raw.string.gsub, raw.string.lower, raw.string.sub

local NONE = 0
local EDGES = {
    top = 1,
    bottom = 2,
    left = 3,
    right = 4,
    verticalcenter = 5,
    horizontalcenter = 6,
}

return function(engine)
    local ui = engine.parts.ui

    --- The number of an edge's name; 0 for an unknown one.
    function ui.anchor_edge(name)
        return EDGES[gsub(lower(name), "%s", "")] or NONE
    end

    --- The parent's layout, when it is one of anchors.
    function ui.anchored_layout(w)
        local layout = w.parent and w.parent.layout
        return layout and layout.kinds.UIAnchorLayout and layout or nil
    end
    local anchored_layout = ui.anchored_layout

    --- Whether a widget has anchors. The engine asks the layout of the grandparent, which knows of none.
    function ui.is_anchored(w)
        local layout = w.parent and anchored_layout(w.parent)
        return layout ~= nil and ui.anchors_has(layout, w)
    end

    -- Gives the layout to `fn`, or tells that there is none.
    local function with_layout(w, fn, ...)
        if w.destroyed then
            return
        end
        local layout = anchored_layout(w)
        if layout then
            fn(layout, w, ...)
        else
            local text = "cannot add anchors to widget '%s': the parent doesn't use anchors layout"
            ui.trace_error(raw.string.format(text, w.id))
        end
    end

    --- Ties an edge of a widget to an edge of another.
    function ui.add_anchor(w, edge, hooked_id, hooked_edge)
        with_layout(w, ui.anchors_add, edge, hooked_id, hooked_edge)
    end
    local add_anchor = ui.add_anchor

    function ui.remove_anchor(w, edge)
        add_anchor(w, edge, "none", NONE)
    end

    function ui.center_in(w, hooked_id)
        with_layout(w, ui.anchors_center_in, hooked_id)
    end

    function ui.fill(w, hooked_id)
        with_layout(w, ui.anchors_fill, hooked_id)
    end

    --- Gives a widget a layout in place of the one that it has.
    function ui.set_layout(w, layout)
        if not layout then
            raw.error("attempt to set a nil layout to a widget", 0)
        end
        local old = w.layout
        if old then
            ui.layout_disable_updates(old)
        end
        layout.parent = w
        ui.layout_disable_updates(layout)
        for _, child in raw.ipairs(w.children) do
            if old then
                ui.layout_remove_widget(old, child)
            end
            ui.layout_add_widget(layout, child)
        end
        if old then
            ui.layout_enable_updates(old)
            old.parent = nil
            ui.layout_update(old)
        end
        ui.layout_enable_updates(layout)
        w.layout = layout
    end

    engine:class("UIWidget", {
        setLayout = ui.bound(ui.set_layout),
        getAnchoredLayout = anchored_layout,
        addAnchor = add_anchor,
        removeAnchor = ui.remove_anchor,
        centerIn = ui.center_in,
        fill = ui.fill,
        breakAnchors = function(w)
            local layout = not w.destroyed and anchored_layout(w)
            if layout then
                ui.anchors_remove(layout, w)
            end
        end,
    })
    if not engine.edubart then
        engine:class("UIWidget", {
            hasAnchoredLayout = function(w)
                return anchored_layout(w) ~= nil
            end,
            getAnchors = function(w)
                local layout, edges = anchored_layout(w), {}
                for index, anchor in raw.ipairs(layout and ui.anchors_of(layout, w) or {}) do
                    edges[index] = anchor.edge
                end
                return edges
            end,
            getAnchorType = function(w, edge)
                local layout = anchored_layout(w)
                for _, anchor in raw.ipairs(layout and ui.anchors_of(layout, w) or {}) do
                    if anchor.edge == edge then
                        return anchor.hooked_edge
                    end
                end
                return NONE
            end,
        })
    end

    -- Styles --------------------------------------------------------------------------------------------------

    ui.declare_style("base", {
        layout = {
            function(node)
                local kind = ui.values.string(node)
                local class
                if kind == "" then
                    local type_node = ui.child_of(node, "type")
                    kind = type_node and ui.values.string(type_node) or ""
                end
                if kind ~= "" then
                    class = ui.layout_class(kind)
                    if not class then
                        ui.throw(node, "cannot determine layout type")
                    end
                end
                return class or false
            end,
            function(w, class, node)
                if class then
                    ui.set_layout(w, ui.new_layout(class, w))
                end
                if #node > 0 and w.layout then
                    ui.layout_apply_style(w.layout, node)
                end
            end,
        },
    })

    -- What an anchor says: an action, or which edges; what is wrong with it is told when it is applied.
    local function anchor_of(node)
        local what, value = sub(node.tag, 9), ui.values.string(node)
        if what == "fill" then
            return { apply = ui.fill, id = value }
        elseif what == "centerIn" then
            return { apply = ui.center_in, id = value }
        end
        local edge = ui.anchor_edge(what)
        if value == "none" then
            return { apply = ui.remove_anchor, id = edge }
        end
        local parts = ui.split(value, ".")
        if #parts ~= 2 then
            return { problem = "invalid anchor description" }
        end
        local hooked_edge = ui.anchor_edge(parts[2])
        if edge == NONE then
            return { problem = "invalid anchor edge" }
        elseif hooked_edge == NONE then
            return { problem = "invalid anchor target edge" }
        end
        return { apply = add_anchor, id = edge, hooked_id = parts[1], hooked_edge = hooked_edge }
    end

    ui.declare_style_prefix("anchors.", anchor_of, function(w, anchor, node)
        if not w.parent then
            if w.first_on_style then
                ui.throw(node, "cannot create anchor, there is no parent widget!")
            end
            return
        elseif not anchored_layout(w) then
            ui.throw(node, "cannot create anchor, the parent widget doesn't use anchor layout!")
        elseif anchor.problem then
            ui.throw(node, anchor.problem)
        end
        anchor.apply(w, anchor.id, anchor.hooked_id, anchor.hooked_edge)
    end)
end
