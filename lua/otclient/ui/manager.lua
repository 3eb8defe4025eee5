--- g_ui: styles from files, and widgets made of them.

local context = ...
local raw = context.raw
local error, find, pcall, tostring = raw.error, raw.string.find, raw.pcall, raw.tostring
local match = raw.string.match

-- What the client runs on, for which there may be styles of their own: see platform.lua.
local DEVICES = { { "device", "desktop" }, { "os", "linux" } }

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart

    -- Path to its text and the document in it: styles keep what they found in a document's nodes. Also what the
    -- document is for, as modules' names to true: `styles` alone, or `widgets`.
    local documents = {}
    ui.documents = documents

    --- The document of a file; raises what is wrong with it.
    local function document(path, use)
        local resources = engine.parts.resources
        local source = resources.resolve(path)
        local text, problem = resources.read(source)
        if not text then
            error(problem, 0)
        end
        local known = documents[source]
        if not known or known.text ~= text then
            local root = engine.parts.otml.parse(text, source)
            local styles, widgets = known and known.styles or {}, known and known.widgets or {}
            known = { text = text, root = root, styles = styles, widgets = widgets }
            documents[source] = known
        end
        local ownership = engine.parts.ownership
        known[use][ownership and ownership.current and ownership.current() or ""] = true
        return known.root
    end

    local function file_of(name)
        return engine.parts.resources.guess(name, "otui")
    end

    local function is_style(node)
        return find(node.tag, "<", 1, true) ~= nil
    end

    --- Takes the styles of a file.
    ---@return boolean ok
    function ui.import_styles(name, of_device)
        local file = file_of(name)
        local ok, problem = pcall(function()
            local root = document(file, "styles")
            for index = 1, #root do
                if not root[index].null then
                    ui.import_style(root[index])
                end
            end
        end)
        if not ok then
            engine:log("error", "Failed to import UI styles from '" .. file .. "': " .. tostring(problem))
            return false
        end
        if of_device then
            local short = match(name, "^[^.]*")
            for _, device in raw.ipairs(DEVICES) do
                ui.import_styles(device[2] .. "." .. short, false)
            end
        end
        return true
    end

    -- Where the widgets of this call of scripts are made; see sources.lua.
    local sources

    -- Makes widgets for one call of scripts.
    local function making(fn, ...)
        local outer = sources
        sources = not edubart and ui.sources_of_call() or nil
        local ok, result = pcall(fn, ...)
        sources = outer
        return ok, result
    end

    -- What makes a widget: the class that the style names, as it is known to scripts just now.
    local function new_of_class(class_name)
        local class = engine.thread_env[class_name]
        local create = class ~= nil and class.create
        local self
        if create then
            ui.making, ui.making_by = sources, create
            self = engine:signal_call(create)
            ui.making = nil
        end
        local w = engine.object.record(self)
        if not w then
            error("unable to create widget of type '" .. class_name .. "'", 0)
        end
        return w
    end

    --- Makes the widget that a node describes, with all below it; raises what is wrong with it.
    ---@param node table
    ---@param parent table|nil record
    ---@param inside boolean|nil whether it is a part of a widget that is being made
    ---@return table record
    function ui.create_from_node(node, parent, inside)
        local style = ui.get_style(node.tag)
        if not style then
            error("'" .. node.tag .. "' is not a defined style", 0)
        end
        local merged = ui.merged(style, node)
        local class_name = merged.class_name
        if not class_name then
            local class_node = ui.child_of(merged, "__class")
            if not class_node then
                ui.throw(merged, "child node with tag '__class' not found")
            end
            class_name = ui.values.string(class_node)
            merged.class_name = class_name
        end
        local w = new_of_class(class_name)
        if not inside and ui.mark_owner then
            ui.mark_owner(w, parent)
        end
        if parent then
            local index = parent.insert_index
            if index then
                ui.insert_child(parent, index, w)
                parent.insert_index = nil
            else
                ui.add_child(parent, w)
            end
        end
        engine:emit(w, "onCreate")
        ui.set_style_node(w, merged)
        for index = 1, #merged do
            local child = merged[index]
            if not child.unique and not child.null then
                w.widgets_made = true
                ui.create_from_node(child, w, true)
            end
        end
        engine:emit(w, "onSetup")
        return w
    end
    local create_from_node = ui.create_from_node

    -- Style name to a node that is nothing but it.
    local plain_nodes = {}

    --- Makes a widget of a style; nil, and a line in the log, when that fails.
    function ui.create_widget(style_name, parent)
        local node = plain_nodes[style_name]
        if not node then
            node = { tag = style_name, source = "", unique = false }
            plain_nodes[style_name] = node
        end
        local ok, result = making(create_from_node, node, parent)
        if ok then
            return result
        end
        engine:log("error", "failed to create widget from style '" .. style_name .. "': " .. tostring(result))
    end

    -- Takes the styles of a document, and gives its one node that is a widget.
    local function main_node(root)
        local main
        for index = 1, #root do
            local node = root[index]
            if not node.null then
                if is_style(node) then
                    ui.import_style(node)
                else
                    if main then
                        error("cannot have multiple main widgets in otui files", 0)
                    end
                    main = node
                end
            end
        end
        return main
    end

    -- As main_node, but the widget is made as soon as it is met.
    local function create_in_order(root, parent)
        local made
        for index = 1, #root do
            local node = root[index]
            if not node.null then
                if is_style(node) then
                    ui.import_style(node)
                else
                    if made then
                        error("cannot have multiple main widgets in otui files", 0)
                    end
                    made = create_from_node(node, parent)
                end
            end
        end
        return made
    end

    -- A device may have its own form of a file: name.desktop.otui.
    local function device_node(name, main)
        local resources = engine.parts.resources
        local short = match(name, "^[^.]*")
        for _, device in raw.ipairs(DEVICES) do
            local file = file_of(short .. "." .. device[2])
            if resources.kind(resources.resolve(file)) == "file" then
                local ok, node = pcall(function()
                    local root = document(file, "widgets")
                    engine:log("info", "found " .. device[1] .. " style '" .. device[2] .. "' for '" .. short .. "'")
                    return main_node(root)
                end)
                main = ok and node or main
            end
        end
        return main
    end

    --- Makes the widget of a file; nil, and a line in the log, when that fails.
    function ui.load(name, parent)
        local shown = edubart and file_of(name) or name
        local ok, result = making(function()
            local root = document(file_of(name), "widgets")
            if edubart then
                return create_in_order(root, parent)
            end
            local node = device_node(name, main_node(root))
            return node and create_from_node(node, parent) or nil
        end)
        if ok then
            return result
        end
        engine:log("error", "failed to load UI from '" .. shown .. "': " .. tostring(result))
    end

    local function load_string(text, parent)
        local ok, result = making(function()
            return create_in_order(engine.parts.otml.parse(text, "(string)"), parent)
        end)
        if ok then
            return result
        end
        engine:log("error", "failed to load UI from string: " .. tostring(result))
    end

    local debug_boxes = false
    engine:singleton("g_ui", {
        clearStyles = ui.clear_styles,
        importStyle = ui.import_styles,
        getStyle = ui.get_style,
        getStyleClass = function(name)
            local style = ui.get_style(name)
            local class = style and ui.child_of(style, "__class")
            return class and ui.values.string(class) or ""
        end,
        getStyleName = function(name)
            local style = ui.get_style(name)
            return style and style.tag or ""
        end,
        loadUI = ui.load,
        displayUI = function(name)
            return ui.load(name, ui.root)
        end,
        loadUIFromString = load_string,
        createWidget = ui.create_widget,
        createWidgetFromOTML = function(node, parent)
            local ok, result = making(create_from_node, node, parent)
            if not ok then
                engine:fail(tostring(result))
            end
            return result
        end,
        getRootWidget = function()
            return ui.root
        end,
        setDebugBoxesDrawing = function(drawn)
            debug_boxes = drawn
        end,
        isDrawingDebugBoxes = function()
            return debug_boxes
        end,
    })

    local root = ui.new("UIWidget")
    root.position = "relative"
    ui.set_id(root, "root")
    ui.root = root
    ui.receive_input(root)
    local window = engine.parts.window
    ui.resize(root, window.width, window.height)
end
