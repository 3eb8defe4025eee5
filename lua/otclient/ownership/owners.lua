--- Whose code something is: functions belong to the module below whose folder their file lies.
---
--- A closure that a library makes for others (`scheduleEvent(function() callback() end)`) belongs to whom it works
--- for: modules that are not sandboxed lend their code, so that the functions and objects a closure of theirs holds
--- are looked at first.

local context = ...
local raw = context.raw
local getinfo, getupvalue = raw.debug.getinfo, raw.debug.getupvalue
local gsub, match, sub = raw.string.gsub, raw.string.match, raw.string.sub
local next, rawget, type = raw.next, raw.rawget, raw.type

local ENGINE = "=tibicen/"
-- How far a closure of a library is looked into.
local DEPTH = 3
-- Entries of a table that are looked at for its owner.
local ENTRIES = 64

---@param engine table
---@return table owners
return function(engine)
    local owners = {}
    -- Folder to the name of the module whose it is.
    local folders = {}
    -- Globals of a sandboxed module to its name.
    local sandboxes = raw.setmetatable({}, { __mode = "k" })
    -- Source of a chunk to a module's name, or false.
    local by_source = {}
    -- Function to its module's name, or false; to true when it is the engine's.
    local by_function = raw.setmetatable({}, { __mode = "k" })
    -- Names of modules whose code others call as their own.
    local lent = {}

    --- Tells of a module.
    ---@param name string
    ---@param folder string as in the paths of its files
    ---@param sandbox table|nil its globals, when it has some of its own
    function owners.add(name, folder, sandbox)
        if folders[folder] ~= name then
            folders[folder] = name
            by_source = {}
            by_function = raw.setmetatable({}, { __mode = "k" })
        end
        lent[name] = not sandbox or nil
        if sandbox then
            sandboxes[sandbox] = name
        end
    end

    --- The module that a chunk's source belongs to: `@/game_x/ui/x.lua`.
    ---@return string|false
    function owners.of_source(source)
        local owner = by_source[source]
        if owner == nil then
            owner = false
            -- The same file is found below the client's folder, too: `/modules/game_x/x.otui`.
            local path = gsub(source, "^@?/modules/", "@/")
            local folder = match(gsub(path, "^@?/mods/", "@/"), "^@?(/.*)/")
            while folder and folder ~= "" do
                if folders[folder] then
                    owner = folders[folder]
                    break
                end
                folder = match(folder, "^(.*)/")
            end
            by_source[source] = owner
        end
        return owner
    end

    -- By its file or its globals; true for what is the engine's own.
    local function plain(fn)
        local owner = by_function[fn]
        if owner == nil then
            local info = getinfo(fn, "S")
            if info.what == "C" or sub(info.source, 1, #ENGINE) == ENGINE then
                owner = true
            else
                -- A chunk that was made of text tells no file.
                owner = owners.of_source(info.source) or sandboxes[raw.getfenv(fn)] or false
            end
            by_function[fn] = owner
        end
        return owner
    end
    owners.plain = plain

    --- Whether a module's code is called by others as their own.
    function owners.lends(name)
        return lent[name] == true
    end

    local of

    -- An object of a script's class, as a Controller is. Plain tables of a library are its own lists of what all
    -- modules registered.
    local function is_object(value)
        local meta = raw.getmetatable(value)
        return type(meta) == "table" and type(rawget(meta, "__index")) == "table" and meta.__index ~= engine.env
    end

    -- The first in the alphabet, as a table has no order.
    local function of_table(value, depth)
        local found
        local key, entry = next(value)
        for _ = 1, ENTRIES do
            if key == nil then
                break
            end
            if type(entry) == "function" then
                local owner = of(entry, depth)
                if owner and not lent[owner] and (not found or owner < found) then
                    found = owner
                end
            end
            key, entry = next(value, key)
        end
        return found
    end

    function of(fn, depth)
        local owner = plain(fn)
        if owner == true or not owner then
            return nil
        elseif not lent[owner] or depth == 0 then
            return owner
        end
        for index = 1, 60 do
            local name, value = getupvalue(fn, index)
            if not name then
                break
            end
            local kind, held = type(value), nil
            if kind == "function" then
                held = of(value, depth - 1)
            elseif kind == "table" and is_object(value) then
                held = of_table(value, depth - 1)
            end
            if held and held ~= owner and not lent[held] then
                return held
            end
        end
        return owner
    end

    --- The module that a function works for.
    ---@param fn function
    ---@return string|nil
    function owners.of(fn)
        return of(fn, DEPTH)
    end

    --- Where a function is written.
    ---@param fn function
    ---@return string `/game_x/x.lua:12`
    function owners.place(fn)
        local info = getinfo(fn, "S")
        return (match(info.source, "^@(.*)$") or info.short_src) .. ":" .. info.linedefined
    end

    --- The module whose code runs just now: while it loads the one that loads, later the nearest that doesn't lend its
    --- code. What the engine and signals call begins anew.
    ---@param nearest_only boolean|nil whether the nearest counts while another is loaded, too
    ---@return string|nil
    function owners.current(nearest_only)
        local signalcall = rawget(engine.env, "signalcall")
        local nearest, outermost
        -- Frames of the engine at the top are the function that was called.
        local level, begun = 3, false
        while true do
            local info = getinfo(level, "f")
            if not info then
                break
            end
            local owner = plain(info.func)
            if owner == true or info.func == signalcall then
                if begun then
                    break
                end
            else
                begun = true
                if owner then
                    outermost = owner
                    if not nearest and not lent[owner] then
                        nearest = owner
                    end
                end
            end
            level = level + 1
        end
        local loading = engine.current_module
        -- What others make while a module is unloaded is not the module's, which goes.
        if loading and not nearest_only and not loading.loaded and loading.name == outermost then
            return outermost
        end
        return nearest or outermost
    end

    return owners
end
