--- The store of styles: by name, each with what it is made of laid over its base.

local context = ...
local raw = context.raw
local error = raw.error
local lower, sub = raw.string.lower, raw.string.sub

return function(engine)
    local ui = engine.parts.ui
    local child_of, merge = ui.child_of, ui.merge

    --- Name to style: a node. In mehah under the lower-case name, too.
    local styles = {}
    ui.styles = styles

    function ui.clear_styles()
        for name in raw.next, styles do
            styles[name] = nil
        end
    end

    --- The style of a name; those of classes of the engine (`UI…`) come to be when they are asked for.
    function ui.get_style(name)
        local style = styles[name]
        if not style and sub(name, 1, 2) == "UI" then
            style = {
                tag = name,
                unique = false,
                source = "",
                { tag = "__class", value = name, unique = true, source = "" },
            }
            styles[name] = style
            if not engine.edubart then
                styles[lower(name)] = style
            end
        end
        return style
    end

    --- Takes a style out of a node `Name < Base`.
    function ui.import_style(node)
        local parts = ui.split(node.tag, "<")
        if #parts ~= 2 then
            ui.throw(node, "not a valid style declaration")
        end
        local name, base = ui.trim(parts[1]), ui.trim(parts[2])
        local unique = sub(name, 1, 1) == "#"
        if unique then
            name = sub(name, 2)
            local mark = { tag = "__unique", value = "true", unique = true, source = "" }
            node = merge(node, { tag = name, source = node.source, mark })
        end
        local old = styles[name]
        local old_unique = old and child_of(old, "__unique")
        if not old or not (old_unique and old_unique.value == "true") or unique then
            local original = ui.get_style(base)
            if not original then
                error("base style '" .. base .. "', is not defined", 0)
            end
            local style = merge(original, node)
            style.tag = name
            style.base_style, style.over_node = original, node
            styles[name] = style
            if not engine.edubart then
                styles[lower(name)] = style
            end
        end
    end
end
