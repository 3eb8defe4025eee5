--- Shows some widgets of a client that has started as it always does; `tibicen ui` calls what it offers.

Preview = {}

local function at(path)
    local found = { g_ui.getRootWidget() }
    for index in path:gmatch("%d+") do
        found[#found + 1] = found[#found]:getChildByIndex(tonumber(index))
    end
    return found
end

local function area(widgets)
    local widget = widgets[#widgets]
    return widget:getWidth() * widget:getHeight()
end

--- Shows the widget of a file, and hides all others.
---@param path string virtual
---@return boolean shown
function Preview.file(path)
    local widget = g_ui.displayUI(path)
    for _, child in ipairs(widget and g_ui.getRootWidget():getChildren() or {}) do
        child:setVisible(child == widget)
    end
    return widget ~= nil
end

--- Shows widgets with all that they are in, the largest in front, and hides what else is directly in the root.
---@param paths string[] places among the children, from the root on: `3.1.2`
---@return boolean shown
function Preview.reveal(paths)
    local shown, kept = {}, {}
    for _, path in ipairs(paths) do
        shown[#shown + 1] = at(path)
        kept[shown[#shown][2]] = true
    end
    for _, child in ipairs(g_ui.getRootWidget():getChildren()) do
        if not kept[child] then
            child:hide()
        end
    end
    table.sort(shown, function(one, other)
        return area(one) < area(other)
    end)
    for _, widgets in ipairs(shown) do
        for index = 2, #widgets do
            widgets[index]:show()
        end
        widgets[#widgets]:raise()
    end
    return #shown > 0
end
