--- Which modules need which, found out while they run, and reloading: those that need a module are unloaded before it
--- and loaded behind it. When what was reloaded fails to load, what it was before is loaded again.

local context = ...
local raw = context.raw
local make_guests = context.use("otclient/ownership/guests")
local getinfo = raw.debug.getinfo
local rawget, rawset = raw.rawget, raw.rawset

-- What a module's file says, which a failed reload puts back.
local DECLARED = {
    "description",
    "author",
    "website",
    "version",
    "enabled",
    "auto_load",
    "auto_load_priority",
    "reloadable",
    "sandboxed",
    "dependencies",
    "scripts",
    "load_later",
    "devices",
    "on_load",
    "on_unload",
}
local LISTS = { "dependencies", "scripts", "load_later", "devices" }
-- Bytes of a file that is kept as it was read; larger ones are data, not code.
local LONGEST = 1048576

---@param engine table
---@param owners table see owners.lua
---@param found table see found.lua
---@return table reload
return function(engine, owners, found)
    local reload = {}
    local modules, resources = engine.parts.modules, engine.parts.resources
    local guests = make_guests(engine, found.owner_of_widget)
    -- Module's name to those that it used as `modules.X`, "load" while it was loaded, else "run"; or only "declared".
    local uses = {}
    -- Module's name to those that it looked for while it was loaded, and that were not there.
    local missed = {}
    -- Whether modules are loaded again: then they don't find what wasn't there when they were loaded first.
    local again = false
    -- Module's name to path to text of its files, as it was loaded; and of those that are read in place of the files.
    local texts, kept = {}, {}
    local loading = {}

    local function note(user, name, how)
        uses[user] = uses[user] or {}
        uses[user][name] = how
    end

    local function note_use(user, name, exists)
        local while_loading = engine.current_module and engine.current_module.name == user
        if exists then
            local known = uses[user] and uses[user][name]
            if while_loading then
                note(user, name, "load")
            elseif not known then
                note(user, name, "run")
            end
        elseif while_loading and not again then
            missed[user] = missed[user] or {}
            missed[user][name] = true
        end
    end

    local function is_hidden(user, name)
        local loads = engine.current_module and engine.current_module.name == user
        return loads and missed[user] ~= nil and missed[user][name] == true
    end

    -- In place of `modules`, which is package.loaded.
    local function make_proxy(loaded)
        return raw.setmetatable({}, {
            __index = function(_, name)
                local value = loaded[name]
                local info = getinfo(2, "f")
                local user = info and owners.plain(info.func)
                if user and user ~= true and user ~= name and modules.find(name) then
                    if again and is_hidden(user, name) then
                        return nil
                    end
                    note_use(user, name, value ~= nil)
                end
                return value
            end,
            __newindex = loaded,
        })
    end

    -- Who goes through all modules sees them, too: there is no __pairs in this Lua.
    local function pairs_of(proxy, loaded)
        return function(list)
            if raw.type(list) ~= "table" then
                raw.error("bad argument #1 to 'pairs' (table expected, got " .. raw.type(list) .. ")", 2)
            elseif list == proxy then
                list = loaded
            end
            return raw.next, list, nil
        end
    end

    local function watch_uses()
        local env = engine.env
        local loaded = env.package.loaded
        if rawget(env, "modules") == loaded then
            local proxy = make_proxy(loaded)
            rawset(env, "modules", proxy)
            rawset(env, "pairs", pairs_of(proxy, loaded))
        end
    end

    -- Of a file outside of all modules it is noted which modules read it while they were loaded; of one that no module
    -- read, that the start did.
    local outside, at_start = {}, {}

    local function note_text(path, name, owner, text)
        local own = name and (loading[name] or owner and texts[name])
        if own and #text <= LONGEST then
            own[path] = text
        end
        if not owner then
            if name then
                outside[path] = outside[path] or {}
                outside[path][name] = true
            elseif not outside[path] and not engine.parts.window.running then
                at_start[path] = true
            end
        end
    end

    -- Files are read again only when they were not replaced by what a module was before.
    local read = resources.read
    function resources.read(path)
        local owner = owners.of_source("@" .. path)
        local name = owner or engine.current_module and engine.current_module.name
        local replaced = name and kept[name] and kept[name][path]
        local text, problem = replaced, nil
        if not replaced then
            text, problem = read(path)
        end
        if text then
            note_text(path, name, owner, text)
        end
        return text, problem
    end

    --- Reads a file as it is on the disk now.
    ---@param path string
    ---@return string|nil text, string|nil problem
    function reload.read_now(path)
        return read(path)
    end

    --- Takes a file as it is now for what its module has read.
    ---@param path string
    ---@param text string
    function reload.note_text(path, text)
        for _, files in raw.next, { texts, kept } do
            for _, own in raw.next, files do
                if own[path] then
                    own[path] = text
                end
            end
        end
    end

    --- Modules that have read a file, in the order in which they were loaded; then, whether the start did.
    ---@param path string
    ---@return string[] names, boolean at_start
    function reload.readers(path)
        local names = {}
        for _, module in raw.ipairs(reload.in_order()) do
            local name = module.name
            if texts[name] and texts[name][path] or outside[path] and outside[path][name] then
                names[#names + 1] = name
            end
        end
        return names, at_start[path] == true
    end

    --- Files that are not on the disk any more as modules have read them.
    ---@return string[]
    function reload.stale()
        local paths, seen = {}, {}
        for _, module in raw.ipairs(reload.in_order()) do
            for path, text in raw.next, texts[module.name] or {} do
                if not seen[path] and read(path) ~= text then
                    seen[path] = true
                    paths[#paths + 1] = path
                end
            end
        end
        raw.table.sort(paths)
        return paths
    end

    --- A module begins to load.
    function reload.begin(module)
        loading[module.name] = {}
        uses[module.name] = nil
        if not again then
            missed[module.name] = nil
        end
        for _, name in raw.ipairs(module.dependencies) do
            note(module.name, name, "declared")
        end
    end

    --- A module was loaded, or was not.
    function reload.finish(module, ok)
        if ok then
            texts[module.name] = loading[module.name]
        end
        loading[module.name] = nil
        watch_uses()
    end

    --- Loaded modules in the order in which they were loaded.
    ---@return table[]
    function reload.in_order()
        local list = {}
        for _, module in raw.ipairs(modules.all()) do
            if module.loaded then
                raw.table.insert(list, 1, module)
            end
        end
        return list
    end

    -- A library declares what it needs, but others registered things with it, which it would forget.
    local function needs(user, name)
        local use = uses[user] and uses[user][name]
        return use == "load" or use == "declared" and not owners.lends(user)
    end

    --- Modules that have to be loaded again when others are, with them.
    ---@param names string[]
    ---@return table<string, boolean> taken, table[] loaded all loaded modules in their order
    function reload.closure(names)
        local list = reload.in_order()
        local hosts, taken, changed = guests(list), {}, true
        for _, name in raw.ipairs(names) do
            taken[name] = true
        end
        while changed do
            changed = false
            for _, module in raw.ipairs(list) do
                if not taken[module.name] and module.reloadable then
                    for needed in raw.next, taken do
                        if needs(module.name, needed) or (hosts[module.name] and hosts[module.name][needed]) then
                            taken[module.name] = true
                            changed = true
                            break
                        end
                    end
                end
            end
        end
        return taken, list
    end

    --- Modules that need another: used it while they were loaded, or put widgets into its own; and those that need
    --- them. In the order in which they were loaded.
    ---@param name string
    ---@return string[]
    function reload.dependants(name)
        local taken, list = reload.closure({ name })
        local names = {}
        for _, module in raw.ipairs(list) do
            if taken[module.name] and module.name ~= name then
                names[#names + 1] = module.name
            end
        end
        return names
    end

    --- What a module used of others: name to "load", "run" or "declared".
    function reload.uses(name)
        return uses[name] or {}
    end

    --- What a module's file says, to put it back by `restore`, with its files' texts.
    function reload.declared(module)
        local saved = { texts = texts[module.name] }
        for _, field in raw.ipairs(DECLARED) do
            saved[field] = module[field]
        end
        return saved
    end

    --- Makes a module what it was, whatever its files say now.
    function reload.restore(module, saved)
        for _, field in raw.ipairs(DECLARED) do
            module[field] = saved[field]
        end
        kept[module.name] = saved.texts
    end

    --- Reads a module's file again, from the start.
    ---@return boolean
    function reload.discover(module)
        kept[module.name] = nil
        for _, field in raw.ipairs(LISTS) do
            module[field] = {}
        end
        module.on_load, module.on_unload = nil, nil
        local other = modules.discover(module.file)
        if other and other ~= module then
            engine:log("error", module.file .. ": module '" .. module.name .. "' is called '" .. other.name .. "' now")
            modules.forget(other)
        end
        return other == module
    end

    --- Loads a module that was loaded before: it finds the same others as then.
    function reload.load_again(module)
        again = true
        local ok, result = raw.pcall(modules.load, module)
        again = false
        if not ok then
            raw.error(result, 0)
        end
        return result
    end

    return reload
end
