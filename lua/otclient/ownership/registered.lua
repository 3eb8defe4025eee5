--- Who bound a key whose callback is another's: a module that calls another's function which binds keys, while it is
--- loaded, binds them anew each time it is loaded, and they go with it.

local context = ...
local raw = context.raw
local slots = context.use("otclient/ownership/slots")
local next, setmetatable, type = raw.next, raw.setmetatable, raw.type
local WEAK = { __mode = "k" }

---@param engine table
---@param owners table see owners.lua
---@return table registered
return function(engine, owners)
    local registered = {}
    -- Objects with a field of bound keys; there are few.
    local objects = setmetatable({}, WEAK)
    -- Table of bound keys to key to function to the module that bound it.
    local by = setmetatable({}, WEAK)

    function engine.object.on_table(record, key)
        if slots.kind_of(key) == "keybinds" then
            objects[record] = true
        end
    end

    local function each(visit)
        for record in next, objects do
            for key, bound in next, record.fields or {} do
                if slots.kind_of(key) == "keybinds" and type(bound) == "table" then
                    for combo in next, bound do
                        slots.each_in(bound, combo, visit)
                    end
                end
            end
        end
    end

    --- What is bound by now.
    ---@return table<table, table<any, table<function, boolean>>>
    function registered.image()
        local image = {}
        each(function(bound, combo, fn)
            local combos = image[bound] or {}
            image[bound] = combos
            combos[combo] = combos[combo] or {}
            combos[combo][fn] = true
        end)
        return image
    end

    --- Notes what was bound since as a module's, unless it is one's that was loaded within.
    ---@param image table see `image`
    ---@param name string
    function registered.note(image, name)
        each(function(bound, combo, fn)
            local before = image[bound] and image[bound][combo]
            if not (before and before[fn]) and owners.of(fn) ~= name then
                local combos = by[bound] or {}
                by[bound] = combos
                combos[combo] = combos[combo] or setmetatable({}, WEAK)
                combos[combo][fn] = combos[combo][fn] or name
            end
        end)
    end

    --- The module that bound a key while it was loaded, when that isn't the one whose the function is.
    ---@return string|nil
    function registered.by(bound, combo, fn)
        local combos = by[bound]
        local names = combos and combos[combo]
        return names and names[fn]
    end

    --- A key isn't bound any more.
    function registered.forget(bound, combo, fn)
        local combos = by[bound]
        if combos and combos[combo] then
            combos[combo][fn] = nil
        end
    end

    return registered
end
