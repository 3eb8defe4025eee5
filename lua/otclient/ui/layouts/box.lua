--- What vertical and horizontal boxes have in common.

local context = ...
local raw = context.raw

return function(engine)
    local ui = engine.parts.ui
    local values, otml = ui.values, engine.parts.otml
    local edubart = engine.edubart

    -- mehah keeps the spacing in 8 bits.
    local function kept(spacing)
        if edubart then
            return spacing
        end
        return (spacing + 128) % 256 - 128
    end

    function ui.box_init(layout)
        layout.spacing = 0
        layout.fit_children = false
        layout.align_end = false
    end

    function ui.box_set_spacing(layout, spacing)
        layout.spacing = kept(spacing)
        ui.layout_update(layout)
    end

    function ui.box_set_fit_children(layout, fit)
        layout.fit_children = fit
        ui.layout_update(layout)
    end

    function ui.box_set_align_end(layout, align)
        layout.align_end = align
        ui.layout_update(layout)
    end

    --- Takes a style's block: first what all boxes have, then the alignment.
    ---@param align_tag string align-bottom or align-right
    ---@return fun(layout: table, node: table)
    function ui.box_applier(align_tag)
        return function(layout, node)
            for _, child in raw.ipairs(otml.children(node)) do
                if child.tag == "spacing" then
                    ui.box_set_spacing(layout, values.int(child))
                elseif child.tag == "fit-children" then
                    ui.box_set_fit_children(layout, values.bool(child))
                end
            end
            for _, child in raw.ipairs(otml.children(node)) do
                if child.tag == align_tag then
                    ui.box_set_align_end(layout, values.bool(child))
                end
            end
        end
    end

    engine:class("UIBoxLayout", {
        setSpacing = ui.box_set_spacing,
        setFitChildren = ui.box_set_fit_children,
    })
end
