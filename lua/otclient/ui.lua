--- The user interface: widgets, their tree, styles, layouts and texts, without drawing.

local context = ...
local raw = context.raw

-- In this order: a part may use at once what those before it offer, and later what any offers.
local PARTS = {
    "values",
    "script",
    "input",
    "input_html",
    "mouse",
    "drag",
    "keyboard",
    "style_nodes",
    "style",
    "style_store",
    "style_states",
    "sources",
    "widget",
    "layouts/layout",
    "text",
    "text_fonts",
    "text_events",
    "textedit",
    "tree",
    "destroy",
    "lookup",
    "focus",
    "states",
    "geometry",
    "sizes",
    "margins",
    "anchors",
    "base_style",
    "image_style",
    "qr_code",
    "manager",
    "enums",
    "html_layout",
    "html_properties",
    "html",
    "classes",
    "dump",
}

return function(engine)
    -- One table that the parts share: each adds its functions, and state such as the root widget.
    local ui = {
        --- What a widget's record answers for a field that nothing set.
        defaults = {},
        --- Called with the record of each new widget.
        on_new = {},
    }
    engine.parts.ui = ui
    for _, part in raw.ipairs(PARTS) do
        context.use("otclient/ui/" .. part)(engine)
    end
    return ui
end
