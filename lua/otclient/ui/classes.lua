--- Classes of widgets whose own behaviour is in what they show: each can be made, as any widget. Parts that give one
--- more than that declare its `create` again.

local context = ...
local raw = context.raw
local api = context.use("otclient/api")

return function(engine)
    local ui = engine.parts.ui
    local parents = api.parents

    local function is_widget(name)
        while name do
            if name == "UIWidget" then
                return true
            end
            name = parents[name]
        end
        return false
    end

    local names = {}
    for name in raw.pairs(parents) do
        local only = api.only[name .. ".create"]
        if is_widget(name) and api.signatures[name .. ".create"] and (only == nil or only == engine.dialect) then
            names[#names + 1] = name
        end
    end
    raw.table.sort(names)
    for _, name in raw.ipairs(names) do
        local class = engine.object.classes[name]
        if not class or raw.rawget(class, "create") == nil then
            engine:class(name, {}, { create = ui.creator(name) })
        end
    end
end
