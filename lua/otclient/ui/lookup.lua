--- Looking for widgets in the tree: by id, place, point, state or style.

local context = ...
local raw = context.raw
local band = raw.bit.band

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart

    --- The child with an id; of several mehah knows the last that got it, edubart the first in the list.
    if edubart then
        function ui.child_by_id(w, id)
            local children = w.children
            for index = 1, #children do
                if children[index].id == id then
                    return children[index]
                end
            end
        end
    else
        function ui.child_by_id(w, id)
            return w.children_by_id[id]
        end
    end
    local child_by_id = ui.child_by_id

    function ui.recursive_child_by_id(w, id)
        local found = child_by_id(w, id)
        if found then
            return found
        end
        local children = w.children
        for index = 1, #children do
            found = ui.recursive_child_by_id(children[index], id)
            if found then
                return found
            end
        end
    end

    --- The child at a place; 0 and below count from the end.
    function ui.child_by_index(w, index)
        local children = w.children
        index = index <= 0 and #children + index or index - 1
        return index >= 0 and children[index + 1] or nil
    end

    function ui.child_index(w, child)
        if child == nil then
            return edubart and -1 or w.child_index
        end
        return child.parent == w and child.child_index or -1
    end

    --- The child behind another.
    function ui.child_after(w, child)
        if child then
            local index = child.child_index
            if edubart and child.parent ~= w then
                return nil
            end
            return w.children[index + 1]
        end
    end

    --- The child before another.
    function ui.child_before(w, child)
        if child then
            if edubart and child.parent ~= w then
                return nil
            end
            return child.child_index > 1 and w.children[child.child_index - 1] or nil
        end
    end

    local function collect_children(w, list)
        local children = w.children
        for index = 1, #children do
            collect_children(children[index], list)
            list[#list + 1] = children[index]
        end
        return list
    end

    local function contains(x1, y1, width, height, x, y)
        return x >= x1 and y >= y1 and x < x1 + width and y < y1 + height
    end

    --- Whether a point is in a widget's rect.
    local function contains_point(w, x, y)
        return contains(w.rect_x, w.rect_y, w.rect_w, w.rect_h, x, y)
    end
    ui.contains_point = contains_point

    local function contains_margin_point(w, x, y)
        return contains(
            w.rect_x - w.margin_left,
            w.rect_y - w.margin_top,
            w.rect_w + w.margin_left + w.margin_right,
            w.rect_h + w.margin_top + w.margin_bottom,
            x,
            y
        )
    end

    --- Whether a point is inside of a widget's padding.
    local function contains_padding_point(w, x, y)
        return contains(
            w.rect_x + w.padding_left,
            w.rect_y + w.padding_top,
            w.rect_w - w.padding_left - w.padding_right,
            w.rect_h - w.padding_top - w.padding_bottom,
            x,
            y
        )
    end
    ui.contains_padding_point = contains_padding_point

    -- edubart asks only those children that have the point themselves, mehah leaves out what is cut off.
    local function collect_at(w, x, y, inside, list)
        if (edubart or w.clipping) and not contains_padding_point(w, x, y) then
            return list
        end
        local children = w.children
        for index = #children, 1, -1 do
            local child = children[index]
            if child.visible then
                local hit = inside(child, x, y)
                if hit or not edubart then
                    collect_at(child, x, y, inside, list)
                end
                if hit then
                    list[#list + 1] = child
                end
            end
        end
        return list
    end

    --- All children under a point, the deepest first.
    ---@return table[]
    function ui.children_at(w, x, y)
        return collect_at(w, x, y, contains_point, {})
    end

    local function child_by_pos(w, x, y)
        if contains_padding_point(w, x, y) then
            for index = #w.children, 1, -1 do
                local child = w.children[index]
                if child.visible and contains_point(child, x, y) then
                    return child
                end
            end
        end
    end

    --- The deepest child under a point; phantoms are seen through unless they are wanted.
    local function recursive_child_by_pos(w, x, y, wants_phantom)
        if (edubart or w.clipping) and not contains_padding_point(w, x, y) then
            return nil
        end
        for index = #w.children, 1, -1 do
            local child = w.children[index]
            if child.visible then
                local hit = contains_point(child, x, y)
                local found = (hit or not edubart) and recursive_child_by_pos(child, x, y, wants_phantom)
                if found then
                    return found
                elseif hit and (wants_phantom or not child.phantom) then
                    return child
                end
            end
        end
    end
    ui.child_at = recursive_child_by_pos

    local function has_state(w, state)
        return state ~= -1 and band(w.states, state) ~= 0
    end

    local function recursive_child_by_state(w, state, wants_phantom)
        for index = #w.children, 1, -1 do
            local child = w.children[index]
            if has_state(child, state) then
                local found = recursive_child_by_state(child, state, wants_phantom)
                if found then
                    return found
                elseif wants_phantom or not child.phantom then
                    return child
                end
            end
        end
    end

    local function collect_by_state(w, state, list)
        for index = #w.children, 1, -1 do
            local child = w.children[index]
            if has_state(child, state) then
                collect_by_state(child, state, list)
                list[#list + 1] = child
            end
        end
        return list
    end

    local function style_name(w)
        return w.style and w.style.tag or ""
    end

    local function collect_by_style(w, name, list)
        for _, child in raw.ipairs(w.children) do
            if style_name(child) == name then
                list[#list + 1] = child
            end
            collect_by_style(child, name, list)
        end
        return list
    end

    engine:class("UIWidget", {
        hasChild = ui.has_child,
        hasChildren = function(w)
            return #w.children > 0
        end,
        getChildCount = function(w)
            return #w.children
        end,
        getChildren = function(w)
            return w.children
        end,
        getChildIndex = ui.child_index,
        getChildAfter = ui.child_after,
        getChildBefore = ui.child_before,
        getChildById = child_by_id,
        getChildByIndex = ui.child_by_index,
        getFirstChild = function(w)
            return w.children[1]
        end,
        getLastChild = function(w)
            return ui.child_by_index(w, -1)
        end,
        getChildByPos = function(w, pos)
            return child_by_pos(w, pos.x, pos.y)
        end,
        recursiveGetChildById = ui.recursive_child_by_id,
        recursiveGetChildByPos = function(w, pos, wants_phantom)
            return recursive_child_by_pos(w, pos.x, pos.y, wants_phantom)
        end,
        recursiveGetChildren = function(w)
            return collect_children(w, {})
        end,
        recursiveGetChildrenByPos = function(w, pos)
            return ui.children_at(w, pos.x, pos.y)
        end,
        recursiveGetChildrenByMarginPos = function(w, pos)
            return collect_at(w, pos.x, pos.y, contains_margin_point, {})
        end,
        backwardsGetWidgetById = function(w, id)
            while w do
                local found = child_by_id(w, id)
                if found then
                    return found
                end
                w = w.parent
            end
        end,
        containsPoint = function(w, pos)
            return contains_point(w, pos.x, pos.y)
        end,
        containsMarginPoint = function(w, pos)
            return contains_margin_point(w, pos.x, pos.y)
        end,
        containsPaddingPoint = function(w, pos)
            return contains_padding_point(w, pos.x, pos.y)
        end,
    })
    if edubart then
        return
    end
    engine:class("UIWidget", {
        getReverseChildren = function(w)
            local list = {}
            for index = #w.children, 1, -1 do
                list[#list + 1] = w.children[index]
            end
            return list
        end,
        getNextWidget = function(w)
            local parent = w.parent
            return parent and #parent.children > w.child_index and ui.child_by_index(parent, w.child_index + 1) or nil
        end,
        getPrevWidget = function(w)
            return w.parent and w.child_index > 1 and ui.child_by_index(w.parent, w.child_index - 1) or nil
        end,
        getChildByState = function(w, state)
            for index = #w.children, 1, -1 do
                if has_state(w.children[index], state) then
                    return w.children[index]
                end
            end
        end,
        getChildByStyleName = function(w, name)
            for index = #w.children, 1, -1 do
                if style_name(w.children[index]) == name then
                    return w.children[index]
                end
            end
        end,
        recursiveGetChildByState = recursive_child_by_state,
        recursiveGetChildrenByState = function(w, state)
            return collect_by_state(w, state, {})
        end,
        recursiveGetChildrenByStyleName = function(w, name)
            return collect_by_style(w, name, {})
        end,
        getHoveredChild = function(w)
            return ui.hovered and child_by_id(w, ui.hovered.id) or nil
        end,
        isChildHovered = function(w)
            return ui.hovered ~= nil and child_by_id(w, ui.hovered.id) ~= nil
        end,
    })
end
