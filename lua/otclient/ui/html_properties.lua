--- Properties of html widgets that decide about the flow (mehah): display, position, offsets, overflow.

local context = ...
local raw = context.raw
local lower = raw.string.lower

-- DisplayType.
local NONE, INLINE = 0, 2
local DISPLAYS = {}
for index, name in
    raw.ipairs({
        "none",
        "block",
        "inline",
        "inline-block",
        "flex",
        "inline-flex",
        "grid",
        "inline-grid",
        "table",
        "table-row-group",
        "table-header-group",
        "table-footer-group",
        "table-row",
        "table-cell",
        "table-column-group",
        "table-column",
        "table-caption",
        "list-item",
        "run-in",
        "contents",
        "initial",
        "inherit",
    })
do
    DISPLAYS[name] = index - 1
end

return function(engine)
    if engine.edubart then
        return
    end
    local ui = engine.parts.ui
    ui.defaults.display = INLINE

    --- Sets how a widget takes part in the flow; with none it is hidden.
    function ui.set_display(w, display)
        local old = w.display
        if old == display then
            return
        end
        w.display = display
        if display == NONE then
            ui.set_visible(w, false)
        elseif old == NONE then
            ui.set_visible(w, true)
        end
        ui.schedule_html(w, "html_place")
    end

    local function set_placement(w, placement)
        w.placement = lower(placement)
        ui.schedule_html(w, "html_place")
    end

    local function set_offset(w, side, value)
        w.offsets = w.offsets or {}
        w.offsets[side] = value
        ui.schedule_html(w, "html_size")
        ui.schedule_html(w, "html_place")
    end

    local function offset_setter(side)
        return function(w, value)
            set_offset(w, side, value)
            ui.update_layout(w)
        end
    end

    engine:class("UIWidget", {
        setDisplay = ui.set_display,
        getDisplay = function(w)
            return w.display
        end,
        setConditionIf = function(w, on)
            if on and w.display ~= NONE then
                return
            elseif not on then
                w.shown_display = w.display
            end
            ui.set_display(w, on and (w.shown_display or INLINE) or NONE)
        end,
        setPlacement = set_placement,
        setTop = offset_setter("top"),
        setBottom = offset_setter("bottom"),
        setLeft = offset_setter("left"),
        setRight = offset_setter("right"),
    })

    local function word(node)
        return lower(ui.trim(ui.values.string(node)))
    end

    local function keep(field)
        return {
            word,
            function(w, value)
                w[field] = value
                ui.schedule_html(w, "html_place")
            end,
        }
    end

    local sides = {}
    for _, side in raw.ipairs({ "top", "bottom", "left", "right" }) do
        sides[side] = {
            "dimension",
            function(w, dimension)
                set_offset(w, side, dimension.unit ~= "auto" and dimension.value or nil)
            end,
        }
    end
    ui.declare_style("base", sides)

    ui.declare_style("base", {
        ["flex-direction"] = {
            word,
            function(w, direction)
                w.flex_column = direction == "column" or direction == "column-reverse"
                ui.refresh_html(w, true)
            end,
        },
        display = {
            function(node)
                local name = word(node)
                return DISPLAYS[name] or ui.throw(node, "Invalid display value '" .. name .. "'")
            end,
            ui.set_display,
        },
        position = keep("position"),
        float = keep("float"),
        overflow = {
            word,
            function(w, overflow)
                w.overflow = overflow
                w.clipping = overflow == "clip" or overflow == "scroll" or overflow == "hidden"
            end,
        },
    })
end
