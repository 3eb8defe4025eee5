--- Layouts: what places the children of a widget. This file has what all have in common, and loads the kinds.
---
--- A layout's record has `parent` (the widget's record, nil once it is gone) and `solve`, which places the children.

local context = ...
local raw = context.raw

--- The parts that declare the kinds of layouts; each is given the engine.
local KINDS = {
    "otclient/ui/layouts/anchors",
    "otclient/ui/layouts/box",
    "otclient/ui/layouts/vertical",
    "otclient/ui/layouts/horizontal",
    "otclient/ui/layouts/grid",
}

--- What a style's `layout` or its `type` may say, as class names.
local CLASS_OF = {
    horizontalBox = "UIHorizontalLayout",
    verticalBox = "UIVerticalLayout",
    grid = "UIGridLayout",
    anchor = "UIAnchorLayout",
}

return function(engine)
    local ui = engine.parts.ui
    --- Class to what makes its layouts: `solve(layout, parent)`, `apply(layout, node)`, `removed(layout, w)`, `init`.
    local makers = {}

    --- Declares a kind of layouts.
    ---@param class string
    ---@param maker table
    function ui.layout_kind(class, maker)
        makers[class] = maker
    end

    --- The class of a layout that a style names; nil when there is none such.
    ---@param kind string
    ---@return string|nil
    function ui.layout_class(kind)
        return CLASS_OF[kind]
    end

    --- Makes a layout.
    ---@param class string UIVerticalLayout, …
    ---@param parent table|nil record of the widget whose children it places
    ---@return table layout record
    function ui.new_layout(class, parent)
        local layout = engine.object.new(class)
        local maker = makers[class]
        layout.parent = parent
        layout.update_disabled = 0
        layout.updating = false
        layout.update_scheduled = false
        layout.maker = maker
        layout.solve = maker.solve
        maker.init(layout)
        return layout
    end

    --- Places the children, unless updates are disabled; while the layout is at it, later.
    ---@param layout table
    function ui.layout_update(layout)
        local parent = layout.parent
        if not parent or layout.update_disabled > 0 then
            return
        end
        if layout.updating then
            return ui.layout_update_later(layout)
        end
        layout.updating = true
        layout.solve(layout, parent)
        parent = layout.parent
        if parent then
            engine:emit(parent, "onLayoutUpdate")
        end
        layout.updating = false
    end
    local layout_update = ui.layout_update

    --- Places the children when the engine comes to it.
    ---@param layout table
    function ui.layout_update_later(layout)
        if layout.update_disabled > 0 or layout.update_scheduled or not layout.parent then
            return
        end
        local later = layout.later
        if not later then
            function later()
                layout.update_scheduled = false
                layout_update(layout)
            end
            layout.later = later
        end
        layout.update_scheduled = true
        ui.layout_defer(later)
    end

    --- Runs something where the engine puts what layouts leave for later: at the end of the frame, or as an event.
    ---@param fn function
    function ui.layout_defer(fn)
        local dispatcher = engine.parts.dispatcher
        if engine.edubart then
            dispatcher.add(fn)
        else
            dispatcher.defer(fn)
        end
    end

    ---@param layout table
    ---@param widget table
    function ui.layout_add_widget(layout, _)
        layout_update(layout)
    end

    ---@param layout table
    ---@param widget table
    function ui.layout_remove_widget(layout, widget)
        local removed = layout.maker.removed
        if removed then
            removed(layout, widget)
        else
            layout_update(layout)
        end
    end

    --- Takes what a `layout` block of a style says.
    ---@param layout table
    ---@param node table OTML
    function ui.layout_apply_style(layout, node)
        local apply = layout.maker.apply
        if apply then
            apply(layout, node)
        end
    end

    ---@param layout table
    function ui.layout_disable_updates(layout)
        layout.update_disabled = layout.update_disabled + 1
    end

    ---@param layout table
    function ui.layout_enable_updates(layout)
        if layout.update_disabled > 0 then
            layout.update_disabled = layout.update_disabled - 1
        end
    end

    local function kind_test(class)
        return function(layout)
            return layout.kinds[class] == true
        end
    end

    engine:class("UILayout", {
        update = ui.layout_update,
        updateLater = ui.layout_update_later,
        disableUpdates = ui.layout_disable_updates,
        enableUpdates = ui.layout_enable_updates,
        addWidget = ui.layout_add_widget,
        removeWidget = function(layout, widget)
            if widget then
                ui.layout_remove_widget(layout, widget)
            end
        end,
        applyStyle = function(layout, node)
            if node then
                ui.layout_apply_style(layout, node)
            end
        end,
        setParent = function(layout, parent)
            layout.parent = parent
        end,
        getParentWidget = function(layout)
            return layout.parent
        end,
        isUpdateDisabled = function(layout)
            return layout.update_disabled > 0
        end,
        isUpdating = function(layout)
            return layout.updating
        end,
        isUIAnchorLayout = kind_test("UIAnchorLayout"),
        isUIBoxLayout = kind_test("UIBoxLayout"),
        isUIHorizontalLayout = kind_test("UIHorizontalLayout"),
        isUIVerticalLayout = kind_test("UIVerticalLayout"),
        isUIGridLayout = kind_test("UIGridLayout"),
    })

    for _, kind in raw.ipairs(KINDS) do
        context.use(kind)(engine)
    end
end
