--- Which modules need which, found out while they run, and reloading: those that need a module are unloaded before it
--- and loaded behind it. When what was reloaded fails to load, what it was before is loaded again.

local context = ...
local raw = context.raw
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

---@param engine table
---@param owners table see owners.lua
---@param found table see found.lua
---@return table reload
return function(engine, owners, found)
    local reload = {}
    local modules, resources = engine.parts.modules, engine.parts.resources
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

    -- Files are read again only when they were not replaced by what a module was before.
    local read = resources.read
    function resources.read(path)
        local owner = owners.of_source("@" .. path)
        local replaced = owner and kept[owner]
        if replaced and replaced[path] then
            return replaced[path]
        end
        local text, problem = read(path)
        local own = owner and loading[owner]
        if own and text then
            own[path] = text
        end
        return text, problem
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

    -- Loaded modules in the order in which they were loaded.
    local function loaded_in_order()
        local list = {}
        for _, module in raw.ipairs(modules.all()) do
            if module.loaded then
                raw.table.insert(list, 1, module)
            end
        end
        return list
    end

    -- Modules with widgets inside of another's: name to the others' names.
    local function guests()
        local hosts = {}
        local function visit(w, owner)
            local own = w.owner or owner
            if owner and own ~= owner then
                hosts[own] = hosts[own] or {}
                hosts[own][owner] = true
            end
            local children = w.children
            for index = 1, #children do
                visit(children[index], own)
            end
        end
        visit(engine.parts.ui.root, nil)
        return hosts
    end

    -- A library declares what it needs, but others registered things with it, which it would forget.
    local function needs(user, name)
        local use = uses[user] and uses[user][name]
        return use == "load" or use == "declared" and not owners.lends(user)
    end

    -- Modules that have to be loaded again when `name` is, with it.
    local function closure(name)
        local hosts, taken, changed = guests(), { [name] = true }, true
        local list = loaded_in_order()
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
        local taken, list = closure(name)
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

    local function declared(module)
        local saved = {}
        for _, field in raw.ipairs(DECLARED) do
            saved[field] = module[field]
        end
        return saved
    end

    local function restore(module, saved)
        for _, field in raw.ipairs(DECLARED) do
            module[field] = saved[field]
        end
    end

    -- Reads a module's file again, from the start.
    local function discover(module)
        for _, field in raw.ipairs(LISTS) do
            module[field] = {}
        end
        module.on_load, module.on_unload = nil, nil
        return modules.discover(module.file) ~= nil
    end

    local function load_as_before(module)
        again = true
        local ok, result = raw.pcall(modules.load, module)
        again = false
        if not ok then
            raw.error(result, 0)
        end
        return result
    end

    local function load_target(module, report)
        local saved = declared(module)
        kept[module.name] = nil
        if discover(module) and load_as_before(module) then
            return true
        end
        local old = texts[module.name]
        restore(module, saved)
        report.failed[#report.failed + 1] = module.name
        kept[module.name] = old
        report.restored = load_as_before(module)
        return report.restored
    end

    --- Reloads a module, and those that need it.
    ---@param name string
    ---@param closed table<string, string[]> what unloading a module had to close
    ---@return table report `ok`, `restored` (its old code was loaded), `reloaded` and `failed` names, `closed` by name
    function reload.reload(name, closed)
        local module = modules.find(name)
        local report = { ok = false, restored = false, reloaded = {}, failed = {}, closed = {} }
        if not module or not module.loaded then
            report.problem = module and "module '" .. name .. "' is not loaded" or "there is no module '" .. name .. "'"
            return report
        end
        local taken, list = closure(name)
        for index = #list, 1, -1 do
            local other = list[index]
            if taken[other.name] and other ~= module then
                modules.unload(other)
                report.closed[other.name] = closed[other.name]
            end
        end
        modules.unload(module)
        report.closed[name] = closed[name]
        report.ok = load_target(module, report) and not report.restored
        for _, other in raw.ipairs(list) do
            if taken[other.name] then
                if other.loaded or (other ~= module and load_as_before(other)) then
                    report.reloaded[#report.reloaded + 1] = other.name
                elseif other ~= module then
                    report.failed[#report.failed + 1] = other.name
                end
            end
        end
        return report
    end

    return reload
end
