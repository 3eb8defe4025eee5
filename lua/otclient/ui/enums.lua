--- Arguments that are enumerations: what is no number is refused by the enumeration's own name.

local context = ...
local raw = context.raw
local rawget, rawset, select, tonumber, type = raw.rawget, raw.rawset, raw.select, raw.tonumber, raw.type

-- Method to the names of its arguments' enumerations, by place.
local ENUMS = {
    addAnchor = { "Fw::AnchorEdge", nil, "Fw::AnchorEdge" },
    removeAnchor = { "Fw::AnchorEdge" },
    getAnchorType = { "Fw::AnchorEdge" },
    focusChild = { nil, "Fw::FocusReason" },
    focusNextChild = { "Fw::FocusReason" },
    focusPreviousChild = { "Fw::FocusReason" },
    setLastFocusReason = { "Fw::FocusReason" },
    setAutoFocusPolicy = { "Fw::AutoFocusPolicy" },
    setTextAlign = { "Fw::AlignmentFlag" },
    setIconAlign = { "Fw::AlignmentFlag" },
    getChildByState = { "Fw::WidgetState" },
    recursiveGetChildByState = { "Fw::WidgetState" },
    recursiveGetChildrenByState = { "Fw::WidgetState" },
}

return function(engine)
    local class = engine.object.classes.UIWidget

    local function check(value, name)
        if name and value ~= nil and type(value) ~= "number" and not tonumber(value) then
            engine.convert.refuse(value, name)
        end
    end

    for method, names in raw.pairs(ENUMS) do
        local bound = rawget(class, method)
        if bound then
            local first, second, third = names[1], names[2], names[3]
            rawset(class, method, function(self, ...)
                check((...), first)
                check(select(2, ...), second)
                check(select(3, ...), third)
                return bound(self, ...)
            end)
        end
    end
end
