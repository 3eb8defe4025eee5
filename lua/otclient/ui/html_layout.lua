--- Sizes and places of html widgets (mehah): widths and heights in units, and the flow of blocks and lines.
---
--- Flex boxes, grids and tables flow as blocks do.

local context = ...
local raw = context.raw
local max = raw.math.max
local floor = raw.math.floor

-- DisplayType.
local NONE, INLINE, FLEX, INLINE_FLEX = 0, 2, 4, 5
local IN_LINE = { [INLINE] = true, [3] = true, [INLINE_FLEX] = true, [7] = true }
-- What as wide as its parent is when nothing else is said.
local FILLS = { [1] = true, [FLEX] = true, [6] = true, [8] = true, [17] = true }
local TOP, BOTTOM, LEFT, RIGHT = 1, 2, 3, 4
local EDGE_NAMES = { [TOP] = "top", [BOTTOM] = "bottom", [LEFT] = "left", [RIGHT] = "right" }
local NOWHERE = {}
local PLACEMENTS = {
    ["top-left"] = { LEFT, TOP },
    ["top-right"] = { RIGHT, TOP },
    ["bottom-left"] = { LEFT, BOTTOM },
    ["bottom-right"] = { RIGHT, BOTTOM },
    ["left-center"] = { LEFT, 5 },
    ["center-left"] = { LEFT, 5 },
    ["right-center"] = { RIGHT, 5 },
    ["center-right"] = { RIGHT, 5 },
    ["top-center"] = { TOP, 6 },
    ["center-top"] = { TOP, 6 },
    ["bottom-center"] = { BOTTOM, 6 },
    ["center-bottom"] = { BOTTOM, 6 },
    center = { 5, 6 },
    middle = { 5, 6 },
}

return function(engine)
    if engine.edubart then
        return
    end
    local ui = engine.parts.ui

    local pending, flushing = {}, false
    local update_size, place

    local function flush()
        local index = 1
        while index <= #pending do
            local w = pending[index]
            if not w.destroyed then
                if w.html_size then
                    update_size(w)
                    w.html_size = false
                end
                if w.html_place then
                    place(w)
                    w.html_place = false
                end
            end
            index = index + 1
        end
        pending, flushing = {}, false
    end

    --- Leaves something for the end of the frame: `html_size` or `html_place`.
    function ui.schedule_html(w, task)
        if not w.html_node then
            return
        end
        if not w.html_size and not w.html_place then
            pending[#pending + 1] = w
        end
        w[task] = true
        if not flushing then
            flushing = true
            ui.later(flush, nil)
        end
    end

    --- A change that those around must hear of: parents that fit their content, and siblings.
    function ui.refresh_html(w, siblings)
        local parent = w.parent
        if not w.html_node or not parent then
            return
        end
        local above = parent
        while above and above.html_node do
            if above.fit_width or above.fit_height then
                ui.schedule_html(above, "html_size")
            end
            above = above.parent
        end
        if siblings and parent ~= ui.root then
            for _, child in raw.ipairs(parent.children) do
                ui.schedule_html(child, "html_place")
            end
        end
    end

    --- Sets the width or height of an html widget; padding comes on top of pixels.
    function ui.html_dimension(w, is_width, dimension)
        local unit, value = dimension.unit, dimension.value
        if unit == "px" or unit == "em" then
            if is_width then
                w.fit_width, w.part_width = nil, nil
                ui.resize(w, value + w.padding_left + w.padding_right, w.rect_h)
            else
                w.fit_height, w.part_height = nil, nil
                ui.resize(w, w.rect_w, value + w.padding_top + w.padding_bottom)
            end
        elseif is_width then
            local fills = unit == "auto" and FILLS[w.display] and w.position ~= "absolute"
            w.part_width = fills and 100 or unit == "%" and value or nil
            w.fit_width = not w.part_width or nil
        else
            w.part_height = unit == "%" and value or nil
            w.fit_height = not w.part_height or nil
        end
        ui.schedule_html(w, "html_size")
        ui.refresh_html(w, true)
    end

    -- Whether children stand beside each other whatever they are.
    local function is_row(w)
        return (w.display == FLEX or w.display == INLINE_FLEX) and not w.flex_column
    end

    -- The size of what is in a widget, in lines and blocks one below the other.
    local function content_size(w)
        local width, height, line_w, line_h = 0, 0, 0, 0
        local row = is_row(w)
        for _, child in raw.ipairs(w.children) do
            if child.display ~= NONE and child.position ~= "absolute" then
                if child.html_node and (child.fit_width or child.fit_height) then
                    update_size(child)
                end
                local child_w = child.rect_w + child.margin_left + child.margin_right
                local child_h = child.rect_h + child.margin_top + child.margin_bottom
                if row or IN_LINE[child.display] then
                    line_w, line_h = line_w + child_w, max(line_h, child_h)
                else
                    width, height = max(width, line_w, child_w), height + line_h + child_h
                    line_w, line_h = 0, 0
                end
            end
        end
        return max(width, line_w), height + line_h
    end

    function update_size(w)
        local parent = w.parent
        if not parent or w.anchorable == false then
            return
        end
        local node = w.html_node
        if node and node.kind == "text" then
            w.text_resize_y = true
            w.text_resize_x = parent.fit_width ~= nil
            if not w.text_resize_x then
                ui.resize(w, parent.rect_w, w.rect_h)
            end
            return ui.update_text(w)
        end
        local width, height = w.rect_w, w.rect_h
        if w.part_width then
            local inside = parent.rect_w - parent.padding_left - parent.padding_right
            width = floor(max(0, inside) * w.part_width / 100 + 0.5)
        end
        if w.part_height then
            local inside = parent.rect_h - parent.padding_top - parent.padding_bottom
            height = floor(max(0, inside) * w.part_height / 100 + 0.5)
        end
        ui.resize(w, width, height)
        if (w.fit_width or w.fit_height) and #w.children > 0 then
            local inner_w, inner_h = content_size(w)
            ui.resize(
                w,
                w.fit_width and inner_w + w.padding_left + w.padding_right or w.rect_w,
                w.fit_height and inner_h + w.padding_top + w.padding_bottom or w.rect_h
            )
        end
    end

    -- The child before, that has a place of its own.
    local function before(w)
        local children = w.parent.children
        for index = (ui.place_of(w.parent, w) or 1) - 1, 1, -1 do
            local other = children[index]
            if other.html_node and other.display ~= NONE and other.position ~= "absolute" then
                return other
            end
        end
    end

    -- Edges of an absolute widget to the offsets that it has from its parent's.
    local function place_at_edges(layout, w)
        local offsets = w.offsets or NOWHERE
        if offsets.left or not offsets.right then
            ui.anchors_add(layout, w, LEFT, "parent", LEFT)
        end
        if offsets.right then
            ui.anchors_add(layout, w, RIGHT, "parent", RIGHT)
        end
        if offsets.top or not offsets.bottom then
            ui.anchors_add(layout, w, TOP, "parent", TOP)
        end
        if offsets.bottom then
            ui.anchors_add(layout, w, BOTTOM, "parent", BOTTOM)
        end
    end

    function place(w)
        local layout = ui.anchored_layout(w)
        if not layout or w.anchorable == false then
            return
        end
        ui.anchors_remove(layout, w)
        if w.display == NONE then
            return
        end
        local edges = PLACEMENTS[w.placement]
        if edges then
            for _, edge in raw.ipairs(edges) do
                ui.anchors_add(layout, w, edge, "parent", edge)
            end
            return
        end
        if w.position == "absolute" then
            return place_at_edges(layout, w)
        end
        local other = before(w)
        if other and (is_row(w.parent) or IN_LINE[w.display] and IN_LINE[other.display]) then
            ui.anchors_add(layout, w, LEFT, other.id, RIGHT)
            ui.anchors_add(layout, w, TOP, other.id, TOP)
        else
            ui.anchors_add(layout, w, LEFT, "parent", LEFT)
            if other then
                ui.anchors_add(layout, w, TOP, other.id, BOTTOM)
            else
                ui.anchors_add(layout, w, TOP, "parent", TOP)
            end
        end
    end

    -- An offset counts from the parent's edge, not from inside its padding, and inwards.
    local function offset_of(w, edge, hooked)
        local name = EDGE_NAMES[edge]
        local value = name and w.offsets[name]
        if not value then
            return 0
        end
        local shift = value - hooked["padding_" .. name]
        return (edge == LEFT or edge == TOP) and shift or -shift
    end

    --- How far from where an anchor has it an html widget stands: beside another and not on its last pixel, and with
    --- the margin of the other between them.
    function ui.html_shift(w, anchor, hooked, parent)
        local edge, shift = anchor.edge, 0
        if w.offsets and (w.position == "relative" or w.position == "absolute") then
            shift = offset_of(w, edge, hooked)
        end
        if edge ~= LEFT and edge ~= TOP then
            return shift
        end
        if edge ~= anchor.hooked_edge then
            shift = shift + 1
        end
        if hooked == parent then
            return shift
        elseif edge == LEFT then
            return IN_LINE[hooked.display] and shift + hooked.margin_right or shift
        elseif not IN_LINE[w.display] and hooked.display == 1 then
            if w.margin_bottom > 0 and hooked.margin_bottom > 0 then
                return shift + max(w.margin_top, hooked.margin_bottom) - w.margin_top
            end
            return shift + hooked.margin_bottom
        end
        return shift
    end

    --- A text of an html widget changed.
    function ui.html_text_changed(w)
        ui.update_text(w)
        ui.schedule_html(w, "html_size")
        ui.refresh_html(w, true)
    end
end
