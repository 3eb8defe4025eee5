--- What files add to the servers' classes and tables (`function Player:addBlessing() … end`), so that it can be taken
--- back: a lib that wraps a method and is loaded anew wraps the server's own again, not itself.

local context = ...
local raw = context.raw
local ipairs, pairs, rawget, rawset, type = raw.ipairs, raw.pairs, raw.rawget, raw.rawset, raw.type

local NOTHING = { place = {}, before = {} }

return function(server)
    -- Globals by which scripts get at the tables.
    local watched = { rawgetmetatable = true, _G = true }
    local classes = { watched = watched }

    -- Lua's libraries and the servers' tables that are no classes.
    local LIBRARIES = {}
    for _, name in ipairs({ "Game", "db", "configManager", "string", "table", "math", "os", "kv", "logger" }) do
        LIBRARIES[name], watched[name] = true, true
    end
    for name in pairs(server.userdata.classes) do
        watched[name] = true
    end

    -- The tables behind a global by which a script may change them: { name, table } each.
    local function tables_behind(global)
        local found = {}
        if global == "rawgetmetatable" or global == "_G" then
            for name, metatable in pairs(server.userdata.metatables) do
                found[#found + 1] = { "metatable of " .. name, metatable }
            end
        end
        for name in pairs(global == "_G" and watched or { [global] = true }) do
            local place = server.userdata.classes[name] or LIBRARIES[name] and rawget(server.env, name)
            if type(place) == "table" then
                found[#found + 1] = { name, place }
            end
        end
        return found
    end

    --- Remembers what the tables behind a global hold, before a file that reads it can change them.
    ---@param touched table what is remembered for the file so far
    ---@param global string one of `watched`
    function classes.touch(touched, global)
        for _, each in ipairs(tables_behind(global)) do
            local name, place = each[1], each[2]
            if not touched[name] then
                local before = {}
                for key, value in pairs(place) do
                    before[key] = value
                end
                touched[name] = { place = place, before = before }
            end
        end
        touched[global] = touched[global] or NOTHING
    end

    --- What changed in tables since they were touched: { place, name, key, old, new } each.
    ---@return table|nil
    function classes.changes(touched)
        local found
        for name, each in pairs(touched) do
            local before = each.before
            for key, value in pairs(each.place) do
                if before[key] ~= value then
                    found = found or {}
                    found[#found + 1] = { place = each.place, name = name, key = key, old = before[key], new = value }
                end
            end
        end
        return found
    end

    --- Takes changes back, as far as nobody changed the same since.
    function classes.take_back(changes)
        for _, change in ipairs(changes) do
            if rawget(change.place, change.key) == change.new then
                rawset(change.place, change.key, change.old)
            end
        end
    end

    --- Makes changes again.
    function classes.make_again(changes)
        for _, change in ipairs(changes) do
            rawset(change.place, change.key, change.new)
        end
    end

    --- The words that a file holds which uses a change while it loads: the class's, and the method's. Whoever has a
    --- player at hand has it later, and then finds the new method anyway.
    ---@return string[][]
    function classes.words(changes)
        local words = {}
        for _, change in ipairs(changes) do
            local class = raw.string.match(change.name, "^metatable of (.*)$")
            if class then
                words[#words + 1] = { class .. "(" }
            elseif type(change.key) == "string" then
                words[#words + 1] = { change.name, change.key }
            end
        end
        return words
    end

    return classes
end
