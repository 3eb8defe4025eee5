--- Widgets: what each has from the start, and its simple properties.

local context = ...
local raw = context.raw
local setmetatable = raw.setmetatable

return function(engine)
    local ui = engine.parts.ui
    local object = engine.object
    local set_field = object.set

    local defaults = ui.defaults
    for name, value in raw.pairs({
        states = 0,
        visible = true,
        enabled = true,
        focusable = true,
        phantom = false,
        draggable = false,
        fixed_size = false,
        clipping = false,
        destroyed = false,
        custom_id = false,
        first_on_style = true,
        loading_style = false,
        auto_focus = 2,
        last_focus_reason = 2,
        auto_repeat_delay = 500,
        rect_x = 0,
        rect_y = 0,
        rect_w = 0,
        rect_h = 0,
        virtual_x = 0,
        virtual_y = 0,
        min_width = -1,
        min_height = -1,
        max_width = -1,
        max_height = -1,
        last_click_x = 0,
        last_click_y = 0,
        child_index = -1,
    }) do
        defaults[name] = value
    end
    local metatable = { __index = defaults }

    --- Does something at the end of the frame; in edubart with the next events.
    if engine.edubart then
        function ui.later(fn, w)
            engine.parts.dispatcher.add(function()
                fn(w)
            end)
        end
    else
        function ui.later(fn, w)
            engine.parts.dispatcher.defer(function()
                fn(w)
            end)
        end
    end

    local last_id = 0

    --- Makes a widget.
    ---@param class_name string
    ---@return table record
    function ui.new(class_name)
        local w = setmetatable(object.new(class_name), metatable)
        last_id = last_id + 1
        w.id = "widget" .. last_id
        w.children = {}
        w.children_by_id = {}
        if not engine.edubart then
            w.source = ui.source_of_new()
        end
        local hooks = ui.on_new
        for index = 1, #hooks do
            hooks[index](w)
        end
        return w
    end

    --- The static `create` of a class of widgets.
    function ui.creator(class_name)
        return function()
            return ui.new(class_name)
        end
    end

    --- Gives a widget an id; its parent has it as a field from then on (edubart: had it since it was added).
    if engine.edubart then
        function ui.set_id(w, id)
            if id ~= w.id then
                w.id = id
                engine:emit(w, "onIdChange", id)
            end
        end
    else
        function ui.set_id(w, id)
            if id == w.id then
                return
            end
            w.custom_id = true
            local parent = w.parent
            if parent then
                set_field(parent, w.id, nil)
                set_field(parent, id, w.object)
                parent.children_by_id[w.id] = nil
                parent.children_by_id[id] = w
            end
            w.id = id
            engine:emit(w, "onIdChange", id)
        end
    end

    local function get(field)
        return function(w)
            return w[field]
        end
    end

    local function set(field)
        return function(w, value)
            w[field] = value
        end
    end

    engine:class("UIWidget", {
        setId = ui.set_id,
        getId = get("id"),
        setPhantom = set("phantom"),
        isPhantom = get("phantom"),
        setDraggable = set("draggable"),
        isDraggable = get("draggable"),
        setClipping = set("clipping"),
        isFixedSize = get("fixed_size"),
        isClipping = function(w)
            return w.clipping or (w.html_node ~= nil and (w.overflow == "clip" or w.overflow == "scroll"))
        end,
        isFocusable = get("focusable"),
        isDestroyed = get("destroyed"),
        isExplicitlyEnabled = get("enabled"),
        isExplicitlyVisible = get("visible"),
        getParent = get("parent"),
        getLayout = get("layout"),
        getFocusedChild = get("focused_child"),
        getLastFocusReason = get("last_focus_reason"),
        setLastFocusReason = set("last_focus_reason"),
        getAutoFocusPolicy = get("auto_focus"),
        setAutoFocusPolicy = set("auto_focus"),
        getAutoRepeatDelay = get("auto_repeat_delay"),
        setAutoRepeatDelay = set("auto_repeat_delay"),
        getLastClickPosition = function(w)
            return { x = w.last_click_x, y = w.last_click_y }
        end,
        getVirtualOffset = function(w)
            return { x = w.virtual_x, y = w.virtual_y }
        end,
        getRootParent = function(w)
            while w.parent do
                w = w.parent
            end
            return w
        end,
    }, { create = ui.creator("UIWidget") })

    if not engine.edubart then
        engine:class("UIWidget", {
            setWidgetId = ui.set_id,
            getSource = get("source"),
            isFirstOnStyle = get("first_on_style"),
        })
    end

    ui.declare_style("base", {
        ["auto-focus"] = {
            function(node)
                local policy = raw.string.lower(ui.trim(ui.values.string(node)))
                return policy == "first" and 1 or policy == "last" and 2 or 0
            end,
            set("auto_focus"),
        },
        phantom = { "bool", set("phantom") },
        draggable = { "bool", set("draggable") },
        clipping = { "bool", set("clipping") },
    })
    if not engine.edubart then
        ui.declare_style("base", {
            ["pointer-events"] = {
                function(node)
                    return ui.values.string(node) == "none"
                end,
                set("phantom"),
            },
        })
    end
end
