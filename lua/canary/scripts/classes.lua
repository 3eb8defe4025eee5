--- What files add to the servers' classes and tables (`function Player:addBlessing() … end`), so that it can be taken
--- back: a lib that wraps a method and is loaded anew wraps the server's own again, not itself.

local context = ...
local raw = context.raw
local ipairs, pairs, rawget, rawset, type = raw.ipairs, raw.pairs, raw.rawget, raw.rawset, raw.type

local NOTHING = { place = {}, before = {}, size = 0 }

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

    -- What tables held when they were last looked at, by name: { place, before, size, turn }. Thousands of files read
    -- the same few classes, so a table is not remembered anew for each: `before` is up to date while nothing ran since.
    local known = {}
    local turn, depth = 0, 0

    local function copy(place, into)
        local size = 0
        for key, value in pairs(place) do
            into[key], size = value, size + 1
        end
        return into, size
    end

    local function remember(name, place)
        if depth > 1 then
            -- The file around has its own idea of what was there before.
            local before, size = copy(place, {})
            return { place = place, before = before, size = size }
        end
        local found = known[name]
        if not found or found.place ~= place then
            found = { place = place, before = {} }
            known[name] = found
        end
        if found.turn ~= turn then
            local before = found.before
            for key in pairs(before) do
                before[key] = nil
            end
            found.size, found.turn = raw.select(2, copy(place, before)), turn
        end
        return found
    end

    local function touch_one(touched, name, place)
        if type(place) == "table" and not touched[name] then
            touched[name] = remember(name, place)
        end
    end

    local function place_of(name)
        return server.userdata.classes[name] or LIBRARIES[name] and rawget(server.env, name)
    end

    --- To be called before a file loads.
    ---@return table touched what is remembered for it; `changes` must get it in the end
    function classes.begin()
        depth = depth + 1
        return {}
    end

    --- Tables may have changed outside of a file that loads.
    function classes.unsure()
        turn = turn + 1
    end

    --- Remembers what the tables behind a global hold, before a file that reads it can change them.
    ---@param touched table what is remembered for the file so far
    ---@param global string one of `watched`
    function classes.touch(touched, global)
        if global == "rawgetmetatable" or global == "_G" then
            for name, metatable in pairs(server.userdata.metatables) do
                touch_one(touched, "metatable of " .. name, metatable)
            end
        end
        if global == "_G" then
            for name in pairs(watched) do
                touch_one(touched, name, place_of(name))
            end
        else
            touch_one(touched, global, place_of(global))
        end
        touched[global] = touched[global] or NOTHING
    end

    --- What changed in tables since they were touched: { place, name, key, old, new } each.
    ---@return table|nil
    function classes.changes(touched)
        depth, turn = depth - 1, turn + 1
        local found
        for name, each in pairs(touched) do
            local place, before, size = each.place, each.before, 0
            for key, value in pairs(place) do
                size = size + 1
                local old = before[key]
                if old ~= value then
                    found = found or {}
                    found[#found + 1] = { place = place, name = name, key = key, old = old, new = value }
                    before[key], each.size = value, each.size + (old == nil and 1 or 0)
                end
            end
            -- What was taken out of a table is still in what is remembered of it.
            each.turn = size == each.size and turn or nil
        end
        return found
    end

    --- Takes changes back, as far as nobody changed the same since.
    function classes.take_back(changes)
        classes.unsure()
        for _, change in ipairs(changes) do
            if rawget(change.place, change.key) == change.new then
                rawset(change.place, change.key, change.old)
            end
        end
    end

    --- Makes changes again.
    function classes.make_again(changes)
        classes.unsure()
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
