--- Functions of modules that hang on objects which others have, too: slots of signals (`onX`) and of keys that are
--- bound (`boundKeyDownCombos`), on classes, singletons and widgets.

local context = ...
local raw = context.raw
local find, format = raw.string.find, raw.string.format
local next, rawget, rawset, type = raw.next, raw.rawget, raw.rawset, raw.type
local remove = raw.table.remove

local slots = {}

--- Keys of a table in an order that is always the same.
---@return any[]
function slots.sorted_keys(list)
    local keys = {}
    for key in next, list do
        keys[#keys + 1] = key
    end
    raw.table.sort(keys, function(a, b)
        if type(a) == type(b) and (type(a) == "number" or type(a) == "string") then
            return a < b
        end
        return type(a) < type(b)
    end)
    return keys
end

-- Field to what is in it: "slots", "keybinds", or false for anything else.
local kinds = {}

--- What functions in a field of that name are.
---@param key any
---@return string|false kind
function slots.kind_of(key)
    local kind = kinds[key]
    if kind == nil then
        kind = false
        if type(key) == "string" then
            kind = find(key, "^on%u") and "slots" or find(key, "^bound%u") and "keybinds" or false
            kinds[key] = kind
        end
    end
    return kind
end

-- Takes a function out of a field, as corelib's `disconnect` does.
local function disconnect(target, key, fn)
    local value = rawget(target, key)
    if value == fn then
        rawset(target, key, nil)
    elseif type(value) == "table" then
        for index = #value, 1, -1 do
            if value[index] == fn then
                remove(value, index)
            end
        end
        if #value < 2 then
            rawset(target, key, value[1])
        end
    end
end

--- The ids of a widget and of what it is in.
---@return string
function slots.path(w)
    local names = {}
    while w do
        raw.table.insert(names, 1, w.id)
        w = w.parent
    end
    return raw.table.concat(names, "/")
end

--- Calls a function with each function in a field: a function, or a list of them.
---@param target table
---@param key any
---@param visit fun(target: table, key: any, fn: function)
function slots.each_in(target, key, visit)
    local value = rawget(target, key)
    if type(value) == "function" then
        visit(target, key, value)
    elseif type(value) == "table" then
        for index = 1, #value do
            if type(value[index]) == "function" then
                visit(target, key, value[index])
            end
        end
    end
end

-- Keys of fields that have anything, nil when there are none.
local function keys_of(fields)
    local found
    for key, value in next, fields do
        local kind = type(value)
        if (kind == "function" or kind == "table") and slots.kind_of(key) then
            found = found or {}
            found[#found + 1] = key
        end
    end
    if found and found[2] then
        raw.table.sort(found)
    end
    return found
end

--- Looks through the classes, the singletons and all widgets once.
---@param look table what is looked at: `wanted`, the module whose things count, `owner_of(fn)`,
--- `registrar_of(target, key, fn)`, `forget` which takes the same, `place(fn)`, `each_table(visit)`, and `roots`, the
--- outermost widgets
---@param add fun(kind: string, owner: string|nil, code: string|nil, name: (fun(): string), close: fun())
function slots.survey(look, add)
    local owner_of, registrar_of, wanted = look.owner_of, look.registrar_of, look.wanted
    -- What is looked at just now: a widget, or a table and its name.
    local widget, label, inside

    local function here(w, name)
        return w and slots.path(w) or name
    end

    local function visit_slot(target, key, fn)
        local owner = owner_of(fn)
        if wanted and owner ~= wanted then
            return
        end
        -- What is on a module's own widgets goes with them.
        if widget and (owner == inside or not owner and inside) then
            return
        end
        local w, name = widget, label
        add("slots", owner, owner, function()
            return format("%s.%s, connected to %s", here(w, name), key, look.place(fn))
        end, function()
            disconnect(target, key, fn)
        end)
    end

    local function visit_key(target, combo, fn)
        local code = owner_of(fn)
        local owner = registrar_of(target, combo, fn) or code
        if wanted and owner ~= wanted and code ~= wanted then
            return
        end
        if widget and (owner == inside or not owner and inside) then
            return
        end
        local w, name = widget, label
        add("keybinds", owner, code, function()
            return format("%s of %s, connected to %s", raw.tostring(combo), here(w, name), look.place(fn))
        end, function()
            disconnect(target, combo, fn)
            look.forget(target, combo, fn)
        end)
    end

    local function in_fields(fields)
        local keys = keys_of(fields)
        for index = 1, keys and #keys or 0 do
            local key = keys[index]
            if slots.kind_of(key) == "slots" then
                slots.each_in(fields, key, visit_slot)
            elseif type(fields[key]) == "table" then
                local bound = fields[key]
                for _, combo in raw.ipairs(slots.sorted_keys(bound)) do
                    slots.each_in(bound, combo, visit_key)
                end
            end
        end
    end

    look.each_table(function(target, name, kind)
        if kind == "function" then
            label = name
            in_fields(target)
        end
    end)

    local function visit(w, owner)
        owner = w.owner or owner
        if w.fields then
            widget, inside = w, owner
            in_fields(w.fields)
        end
        local children = w.children
        for index = 1, #children do
            visit(children[index], owner)
        end
    end
    for index = 1, #look.roots do
        visit(look.roots[index], nil)
    end
end

return slots
