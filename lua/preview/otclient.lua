--- Shows one module or one file of widgets in a client that has the libraries and the styles, but no other module.
--- Runs behind lua/start/otclient.lua; `tibicen ui` calls what it offers.

local GAP = 10
local PANEL_WIDTH = 200

Preview = {}

local function children()
    local known = {}
    for _, child in ipairs(g_ui.getRootWidget():getChildren()) do
        known[child] = true
    end
    return known
end

local function area(widget)
    return widget:getWidth() * widget:getHeight()
end

--- Loads a module. Most hide their windows until the player asks for them: where nothing is shown, all are, the largest
--- in front.
---@param name string
---@return boolean shown whether it loaded and made a widget
function Preview.module(name)
    local before = children()
    local module = g_modules.getModule(name)
    if not module or not module:load() then
        return false
    end
    local made, shown = {}, false
    for _, child in ipairs(g_ui.getRootWidget():getChildren()) do
        if not before[child] then
            made[#made + 1] = child
            shown = shown or child:isVisible()
        end
    end
    if not shown then
        table.sort(made, function(one, other)
            return area(one) < area(other)
        end)
        for _, child in ipairs(made) do
            child:show()
            child:raise()
        end
    end
    return #made > 0
end

-- What gets its size from the panel that it is made for is shown as wide as such panels are.
local function give_size(widget)
    if widget:getWidth() <= 0 then
        widget:setWidth(PANEL_WIDTH)
    end
    if widget:getHeight() <= 0 then
        widget:setHeight(g_ui.getRootWidget():getHeight())
    end
end

--- Shows the widget of a file; one that fails leaves nothing behind.
---@param path string virtual
---@return boolean shown
function Preview.file(path)
    local before = children()
    local widget = g_ui.displayUI(path)
    if widget then
        give_size(widget)
        widget:show()
        return true
    end
    for child in pairs(children()) do
        if not before[child] then
            child:destroy()
        end
    end
    return false
end

--- Takes over the styles of files.
---@param paths string[] virtual
function Preview.import(paths)
    for _, path in ipairs(paths) do
        g_ui.importStyle(path)
    end
end

--- Shows one widget of each style with its name beside it, in columns.
---@param path string virtual
---@param names string[]
---@return boolean shown
function Preview.styles(path, names)
    g_ui.importStyle(path)
    local root = g_ui.getRootWidget()
    local x, y, widest, any = GAP, GAP, 0, false
    for _, name in ipairs(names) do
        local widget = g_ui.createWidget(name, root)
        if widget then
            any = true
            local label = g_ui.createWidget("UIWidget", root)
            label:setTextAutoResize(true)
            label:setText(name)
            local height = math.max(widget:getHeight(), label:getHeight())
            if y > GAP and y + height > root:getHeight() - GAP then
                x, y, widest = x + widest + GAP, GAP, 0
            end
            widget:breakAnchors()
            widget:setPosition({ x = x, y = y })
            widget:setVisible(true)
            label:setPosition({ x = x + widget:getWidth() + GAP / 2, y = y })
            y = y + height + GAP
            widest = math.max(widest, widget:getWidth() + GAP / 2 + label:getWidth())
        end
    end
    return any
end
