--- Anchor layouts: edges of a widget are tied to edges of its parent, of a sibling, or of a child by id.

local context = ...
local raw = context.raw
local floor, format, remove = raw.math.floor, raw.string.format, raw.table.remove

-- Fw::AnchorEdge.
local NONE, TOP, BOTTOM, LEFT, RIGHT, VERTICAL_CENTER, HORIZONTAL_CENTER = 0, 1, 2, 3, 4, 5, 6

-- Division of whole numbers as C++ has it: towards zero.
local function half(number)
    return number >= 0 and floor(number / 2) or -floor(-number / 2)
end

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart

    --- The widget that an anchor is tied to; nil when there is none just now.
    local function hooked_widget(anchor, widget, parent)
        local id = anchor.hooked_id
        if id == "parent" then
            return parent
        elseif id == "next" then
            return ui.child_after(parent, widget)
        elseif id == "prev" then
            return ui.child_before(parent, widget)
        end
        return ui.child_by_id(parent, id)
    end

    --- Where the hooked edge is; that of the parent is inside its padding, and moved by its virtual offset.
    local function hooked_point(anchor, hooked, parent)
        if anchor.point then
            return anchor.point(hooked)
        end
        local edge = anchor.hooked_edge
        local x, y, width, height = hooked.rect_x, hooked.rect_y, hooked.rect_w, hooked.rect_h
        if hooked == parent then
            x, y = x + hooked.padding_left, y + hooked.padding_top
            width = width - hooked.padding_left - hooked.padding_right
            height = height - hooked.padding_top - hooked.padding_bottom
            x, y = x - hooked.virtual_x, y - hooked.virtual_y
        end
        if edge == LEFT then
            return x
        elseif edge == RIGHT then
            return x + width - 1
        elseif edge == TOP then
            return y
        elseif edge == BOTTOM then
            return y + height - 1
        elseif edge == HORIZONTAL_CENTER then
            return x + half(width - 1)
        elseif edge == VERTICAL_CENTER then
            return y + half(height - 1)
        end
        return 0
    end

    local function recursive(widget, parent)
        engine:log(
            "error",
            format(
                "child '%s' of parent widget '%s' is recursively anchored to itself, please fix this",
                widget.id,
                parent.id
            )
        )
        return false
    end

    local place

    -- Anchors to siblings are followed first, so that each widget is placed once.
    local function follow(layout, hooked, first)
        local group = layout.group_of[hooked]
        if group and not group.updated then
            place(layout, hooked, group, first)
        end
    end

    --- Places a widget by its anchors.
    ---@return boolean changed
    function place(layout, widget, group, first)
        local parent = layout.parent
        if not parent then
            return false
        elseif first == widget or group.placing then
            -- A circle that does not lead back to where it was entered would never end.
            return recursive(widget, parent)
        end
        first = first or widget
        group.placing = true
        -- The new rect, by its edges.
        local x1, y1 = widget.rect_x, widget.rect_y
        local x2, y2 = x1 + widget.rect_w - 1, y1 + widget.rect_h - 1
        local moved_x, moved_y = false, false
        local anchors = group.anchors
        for index = 1, #anchors do
            local anchor = anchors[index]
            local hooked = anchor.hooked_edge ~= NONE and hooked_widget(anchor, widget, parent)
            if hooked then
                if hooked ~= parent then
                    follow(layout, hooked, first)
                end
                local point = hooked_point(anchor, hooked, parent)
                if widget.html_node then
                    point = point + ui.html_shift(widget, anchor, hooked, parent)
                end
                local edge = anchor.edge
                if edge == LEFT then
                    point = point + widget.margin_left
                    if not moved_x then
                        x2 = x2 + point - x1
                    end
                    x1, moved_x = point, true
                elseif edge == RIGHT then
                    point = point - widget.margin_right
                    if not moved_x then
                        x1 = x1 + point - x2
                    end
                    x2, moved_x = point, true
                elseif edge == TOP then
                    point = point + widget.margin_top
                    if not moved_y then
                        y2 = y2 + point - y1
                    end
                    y1, moved_y = point, true
                elseif edge == BOTTOM then
                    point = point - widget.margin_bottom
                    if not moved_y then
                        y1 = y1 + point - y2
                    end
                    y2, moved_y = point, true
                elseif edge == HORIZONTAL_CENTER then
                    local span = x2 - x1
                    x1 = point + widget.margin_left - widget.margin_right - half(span)
                    x2, moved_x = x1 + span, true
                elseif edge == VERTICAL_CENTER then
                    local span = y2 - y1
                    y1 = point + widget.margin_top - widget.margin_bottom - half(span)
                    y2, moved_y = y1 + span, true
                end
            end
        end
        group.placing = false
        if edubart then
            local changed = ui.set_rect(widget, x1, y1, x2 - x1 + 1, y2 - y1 + 1)
            group.updated = true
            return changed
        end
        group.updated = true
        return ui.set_rect(widget, x1, y1, x2 - x1 + 1, y2 - y1 + 1)
    end

    local function solve(layout)
        local groups = layout.groups
        for index = 1, #groups do
            groups[index].updated = false
        end
        local index = 1
        while index <= #groups do
            local group = groups[index]
            if not group.updated then
                place(layout, group.widget, group, nil)
            end
            index = index + 1
        end
    end

    local function init(layout)
        -- In the order in which widgets got their first anchor.
        layout.groups = {}
        layout.group_of = {}
    end

    local function removed(layout, widget)
        ui.anchors_remove(layout, widget)
    end

    --- Makes another kind of anchor layouts: that of the minimap.
    ui.anchor_kind = { solve = solve, init = init, removed = removed }
    ui.layout_kind("UIAnchorLayout", ui.anchor_kind)

    local function group_for(layout, widget)
        local group = layout.group_of[widget]
        if not group then
            group = { widget = widget, anchors = {}, updated = true, placing = false }
            layout.group_of[widget] = group
            layout.groups[#layout.groups + 1] = group
        end
        return group
    end

    -- Says whether the layout has to be updated: mehah leaves it where the anchor was so already.
    local function put(anchors, edge, hooked_id, hooked_edge)
        for index = 1, #anchors do
            local anchor = anchors[index]
            if anchor.edge == edge then
                local same = anchor.hooked_id == hooked_id and anchor.hooked_edge == hooked_edge
                anchor.hooked_id, anchor.hooked_edge = hooked_id, hooked_edge
                return edubart or not same
            end
        end
        if hooked_id == "none" and not edubart then
            return false
        end
        anchors[#anchors + 1] = { edge = edge, hooked_id = hooked_id, hooked_edge = hooked_edge }
        return true
    end

    --- Ties an edge of a widget; an edge has one anchor at most.
    ---@param layout table
    ---@param widget table|nil
    ---@param edge integer Fw::AnchorEdge
    ---@param hooked_id string parent, prev, next, or the id of a child of the same parent
    ---@param hooked_edge integer
    function ui.anchors_add(layout, widget, edge, hooked_id, hooked_edge)
        if not widget then
            return
        end
        if put(group_for(layout, widget).anchors, edge, hooked_id, hooked_edge) then
            ui.layout_update(layout)
        end
    end
    local anchors_add = ui.anchors_add

    --- Ties an edge of a widget to a point that a function tells of the parent.
    ---@param layout table
    ---@param widget table|nil
    ---@param edge integer
    ---@param hooked_edge integer
    ---@param point fun(parent: table): integer
    function ui.anchors_add_point(layout, widget, edge, hooked_edge, point)
        if not widget then
            return
        end
        local anchors = group_for(layout, widget).anchors
        local at = #anchors + 1
        for index = 1, #anchors do
            if anchors[index].edge == edge then
                at = index
                break
            end
        end
        anchors[at] = { edge = edge, hooked_id = "parent", hooked_edge = hooked_edge, point = point }
        ui.layout_update(layout)
    end

    --- Drops all anchors of a widget.
    ---@param layout table
    ---@param widget table
    function ui.anchors_remove(layout, widget)
        local group = widget and layout.group_of[widget]
        if group then
            layout.group_of[widget] = nil
            local groups = layout.groups
            -- From the end: what goes is mostly what came last.
            for index = #groups, 1, -1 do
                if groups[index] == group then
                    remove(groups, index)
                    break
                end
            end
        end
        if group or edubart then
            ui.layout_update(layout)
        end
    end

    --- Whether a widget was ever tied in a layout, and not set free since.
    ---@return boolean
    function ui.anchors_has(layout, widget)
        return layout.group_of[widget] ~= nil
    end

    --- The anchors of a widget: {edge, hooked_id, hooked_edge}, in the order in which they were set.
    ---@return table[]
    function ui.anchors_of(layout, widget)
        local group = layout.group_of[widget]
        return group and group.anchors or {}
    end

    ---@param layout table
    ---@param widget table|nil
    ---@param hooked_id string
    function ui.anchors_center_in(layout, widget, hooked_id)
        anchors_add(layout, widget, HORIZONTAL_CENTER, hooked_id, HORIZONTAL_CENTER)
        anchors_add(layout, widget, VERTICAL_CENTER, hooked_id, VERTICAL_CENTER)
    end

    ---@param layout table
    ---@param widget table|nil
    ---@param hooked_id string
    function ui.anchors_fill(layout, widget, hooked_id)
        anchors_add(layout, widget, LEFT, hooked_id, LEFT)
        anchors_add(layout, widget, RIGHT, hooked_id, RIGHT)
        anchors_add(layout, widget, TOP, hooked_id, TOP)
        anchors_add(layout, widget, BOTTOM, hooked_id, BOTTOM)
    end

    engine:class("UIAnchorLayout", {
        removeAnchors = ui.anchors_remove,
        centerIn = ui.anchors_center_in,
        fill = ui.anchors_fill,
    }, {
        create = function(parent)
            return ui.new_layout("UIAnchorLayout", parent)
        end,
    })
end
