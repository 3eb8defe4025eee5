--- Attributes of elements: what corelib binds to a controller's data, and what is the engine's.

local context = ...
local raw = context.raw
local nodes = context.use("otclient/ui/html/node")
local find, gmatch = raw.string.find, raw.string.gmatch

local IMAGE_ATTRIBUTES = { src = "image-source" }
for name in
    gmatch(
        "offset-x offset-y offset width height size rect clip fixed-ratio repeated smooth color border-top "
            .. "border-right border-bottom border-left border auto-resize individual-animation",
        "%S+"
    )
do
    IMAGE_ATTRIBUTES[name] = "image-" .. name
end

---@param styles table see styles.lua
return function(engine, styles)
    local ui = engine.parts.ui
    local attributes = {}

    --- The style of the widget that an element becomes.
    function attributes.style_name(node)
        local tag = node.tag
        if tag == "select" then
            return "QtComboBox"
        elseif tag == "hr" then
            return "HorizontalSeparator"
        elseif tag == "input" then
            local kind = node.attributes.type
            return (kind == "checkbox" or kind == "radio") and "QtCheckBox" or "TextEdit"
        elseif tag == "textarea" then
            return "MultilineTextEdit"
        end
        return tag
    end

    local function add_to_group(w, node, groups)
        local name = node.attributes.name
        if not name or name == "" then
            return
        end
        if not groups[name] then
            local class = engine.thread_env.UIRadioGroup
            groups[name] = class and engine:signal_call(class.create) or nil
        end
        local group = engine.object.record(groups[name])
        if group then
            engine:emit(group, "addWidget", w.object)
        end
    end

    local function translated(w, node, name)
        if name == "*style" then
            name = "*mergeStyle"
        elseif name == "*if" then
            name = "*condition-if"
        end
        local style = w.style and w.style.tag
        if style ~= "CheckBox" and style ~= "ComboBox" and (name == "value" or name == "*value") then
            name = name == "value" and "text" or "*text"
        end
        return node.tag == "img" and IMAGE_ATTRIBUTES[name] or name
    end

    local function apply_attribute(w, node, document, name, value)
        if name == "layout" then
            ui.merge_style(w, styles.node_of_layout(value))
        elseif name == "class" then
            for _, class in raw.ipairs(node.classes) do
                local style = ui.get_style(class)
                if style then
                    ui.merge_style(w, style)
                end
            end
        else
            local inherits, source = styles.is_inheritable(name), nodes.source(node)
            engine:emit(w, "__applyOrBindHtmlAttribute", name, value, inherits, document.module, source)
        end
    end

    -- Attributes that have been heeded before, or never are. Events (`onclick`) are read by `onCreateByHTML`.
    local HEEDED = { anchor = true, style = true, id = true }

    --- Hands the attributes of an element to its widget.
    function attributes.apply(w, node, document)
        if node.tag == "input" and node.attributes.type == "radio" then
            add_to_group(w, node, document.groups)
        end
        for _, key in raw.ipairs({ raw.unpack(node.names) }) do
            local value = node.attributes[key]
            local name = value ~= nil and translated(w, node, key)
            if name and not find(name, "^on") and not find(name, "^%*for") and not HEEDED[name] then
                apply_attribute(w, node, document, name, value)
            end
        end
    end

    return attributes
end
