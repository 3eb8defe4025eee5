--- Functions of a module that hang on objects which others have, too: slots of signals (`onX`) and of keys that are
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

--- Looks through everything once.
---@param owner string
---@param owners table see owners.lua
---@param journal table see journal.lua
---@param root table the root widget
---@param owner_of_widget fun(w: table): string|nil
---@return table[] signals, table[] keys lists of { name, close }
function slots.scan(owner, owners, journal, root, owner_of_widget)
    local signals, keys = {}, {}
    -- Functions of libraries hang on many widgets.
    local of = {}

    local function is_own(fn)
        local known = of[fn]
        if known == nil then
            known = owners.of(fn) or false
            of[fn] = known
        end
        return known == owner
    end

    -- Whether a field has anything of the module, at most one list deep in `lists` lists.
    local function has_own(value, lists)
        if type(value) == "function" then
            return is_own(value)
        elseif type(value) == "table" and lists > 0 then
            for _, entry in next, value do
                if has_own(entry, lists - 1) then
                    return true
                end
            end
        end
        return false
    end

    local function add(list, target, key, fn, name)
        list[#list + 1] = {
            name = format("%s, connected to %s", name, owners.place(fn)),
            close = function()
                disconnect(target, key, fn)
            end,
        }
    end

    local function in_field(list, target, key, name)
        local value = rawget(target, key)
        if type(value) == "function" then
            if is_own(value) then
                add(list, target, key, value, name)
            end
        elseif type(value) == "table" then
            for index = 1, #value do
                if type(value[index]) == "function" and is_own(value[index]) then
                    add(list, target, key, value[index], name)
                end
            end
        end
    end

    local function in_fields(fields, name_of)
        local found
        for key, value in next, fields do
            if type(key) == "string" and (type(value) == "function" or type(value) == "table") then
                local is_signal = find(key, "^on%u") ~= nil
                if (is_signal or find(key, "^bound%u")) and has_own(value, is_signal and 1 or 2) then
                    found = found or {}
                    found[key] = is_signal
                end
            end
        end
        for _, key in raw.ipairs(found and slots.sorted_keys(found) or {}) do
            local value = fields[key]
            if found[key] then
                in_field(signals, fields, key, name_of() .. "." .. key)
            else
                for _, combo in raw.ipairs(slots.sorted_keys(value)) do
                    in_field(keys, value, combo, format("%s of %s", raw.tostring(combo), name_of()))
                end
            end
        end
    end

    journal.each(function(target, label, kind)
        if kind == "function" then
            in_fields(target, function()
                return label
            end)
        end
    end)
    local function visit(w)
        -- What is on a module's own widgets goes with them.
        if w.fields and owner_of_widget(w) ~= owner then
            in_fields(w.fields, function()
                return slots.path(w)
            end)
        end
        local children = w.children
        for index = 1, #children do
            visit(children[index])
        end
    end
    visit(root)
    return signals, keys
end

return slots
