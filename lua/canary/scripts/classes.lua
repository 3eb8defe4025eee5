--- What files add to the servers' classes and tables (`function Player:addBlessing() … end`), so that it can be taken
--- back: a lib that wraps a method and is loaded anew wraps the server's own again, not itself.

local context = ...
local raw = context.raw
local find, gmatch = raw.string.find, raw.string.gmatch
local pairs, rawget, rawset, type = raw.pairs, raw.rawget, raw.rawset, raw.type

return function(server)
    local classes = {}

    -- Lua's libraries and the servers' tables that are no classes.
    local LIBRARIES = {}
    for _, name in raw.ipairs({ "Game", "db", "configManager", "string", "table", "math", "os", "kv", "logger" }) do
        LIBRARIES[name] = true
    end

    -- Tables that scripts extend: the API's, and Lua's libraries.
    local function each_table(visit)
        for name, class in pairs(server.userdata.classes) do
            visit(name, class)
        end
        for name in pairs(LIBRARIES) do
            local place = rawget(server.env, name)
            if type(place) == "table" then
                visit(name, place)
            end
        end
        for name, metatable in pairs(server.userdata.metatables) do
            visit("metatable of " .. name, metatable)
        end
    end

    local function names_class(source, pattern)
        for name in gmatch(source, pattern) do
            if LIBRARIES[name] or server.userdata.classes[name] then
                return true
            end
        end
        return false
    end

    --- Whether a source looks as if it changed a class: a look at the text is enough to leave out most files.
    function classes.may_change(source)
        return find(source, "rawgetmetatable", 1, true) ~= nil
            or names_class(source, "function%s+([%a_][%w_]*)[%.:]")
            or names_class(source, "\n%s*([%a_][%w_]*)%.[%a_][%w_]*%s*=[^=]")
            or names_class(source, "^([%a_][%w_]*)%.[%a_][%w_]*%s*=[^=]")
            -- What a file runs may change them, too.
            or find(source, "dofile", 1, true) ~= nil
            or find(source, "require%s*%(?[\"']") ~= nil
    end

    --- What the tables hold now.
    function classes.snapshot()
        local taken = {}
        each_table(function(name, place)
            local copy = {}
            for key, value in pairs(place) do
                copy[key] = value
            end
            taken[name] = copy
        end)
        return taken
    end

    --- What changed since a snapshot: { place, name, key, old, new } each.
    ---@return table|nil
    function classes.changes(before)
        local found
        each_table(function(name, place)
            local old = before[name] or {}
            for key, value in pairs(place) do
                if old[key] ~= value then
                    found = found or {}
                    found[#found + 1] = { place = place, name = name, key = key, old = old[key], new = value }
                end
            end
        end)
        return found
    end

    --- Takes changes back, as far as nobody changed the same since.
    function classes.take_back(changes)
        for _, change in raw.ipairs(changes) do
            if rawget(change.place, change.key) == change.new then
                rawset(change.place, change.key, change.old)
            end
        end
    end

    --- Makes changes again.
    function classes.make_again(changes)
        for _, change in raw.ipairs(changes) do
            rawset(change.place, change.key, change.new)
        end
    end

    --- The words that a file holds which uses a change while it loads: the class's, and the method's. Whoever has a
    --- player at hand has it later, and then finds the new method anyway.
    ---@return string[][]
    function classes.words(changes)
        local words = {}
        for _, change in raw.ipairs(changes) do
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
