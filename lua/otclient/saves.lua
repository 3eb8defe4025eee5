--- What the host asks and tells when files of a client have changed on the disk: which modules there are, who read a
--- file, whether it can be read at all; modules that are new, and that are gone.

local context = ...
local raw = context.raw
local capture = context.use("otclient/captured")
local match = raw.string.match

return function(engine)
    local ownership, modules, restyle = engine.parts.ownership, engine.parts.modules, engine.parts.restyle
    local reload, controls = ownership.reload, engine.controls
    if not reload then
        return {}
    end
    local saves = {}

    local function captured(...)
        return capture(engine, ...)
    end

    -- Names of modules whose last load failed.
    local failed = {}

    local told = modules.hooks.on_loaded
    function modules.hooks.on_loaded(module, ok)
        if told then
            told(module, ok)
        end
        failed[module.name] = not ok or nil
    end

    -- The libraries that init.lua begins with: all that is loaded before the first module that has a sandbox.
    local function libraries()
        local names = {}
        for _, module in raw.ipairs(reload.in_order()) do
            if module.sandboxed then
                break
            end
            names[module.name] = true
        end
        return names
    end

    --- All modules: the loaded ones in the order in which they were loaded, then the others.
    function controls.live_modules()
        local list, of_libraries, all = {}, libraries(), reload.in_order()
        for _, module in raw.ipairs(modules.all()) do
            if not module.loaded then
                all[#all + 1] = module
            end
        end
        for index, module in raw.ipairs(all) do
            list[index] = {
                name = module.name,
                file = module.file,
                loaded = module.loaded,
                failed = failed[module.name] == true,
                library = of_libraries[module.name] == true,
                auto_load = module.auto_load == true,
            }
        end
        return list
    end

    local function name_in(root)
        for index = 1, #root do
            if root[index].tag == "Module" then
                local name = engine.parts.otml.get(root[index], "name")
                return name and name.value
            end
        end
    end

    local function name_in_file(path)
        local text = reload.read_now(path)
        local ok, root = raw.pcall(engine.parts.otml.parse, text or "", path)
        return ok and name_in(root) or nil
    end

    --- Whether a file can be read as what it is.
    ---@param path string
    ---@return table answer `problem`, if there is one; `name` of the module in an .otmod
    function controls.examine(path)
        local text, problem = reload.read_now(path)
        local kind = match(path, "%.(%w+)$")
        if not text then
            return { problem = problem }
        elseif kind == "lua" then
            local fn
            fn, problem = engine:compile(text, "@" .. path)
            return { problem = not fn and problem or nil }
        elseif kind == "otui" or kind == "otmod" or kind == "otml" then
            local ok, root = raw.pcall(engine.parts.otml.parse, text, path)
            return { problem = not ok and root or nil, name = ok and kind == "otmod" and name_in(root) or nil }
        end
        return {}
    end

    --- Who read a file, and what it is to the engine.
    function controls.readers(path)
        local names, at_start = reload.readers(path)
        local use = restyle.use_of(path)
        return {
            modules = names,
            at_start = at_start,
            use = use or restyle.is_among_styles(path) and "styles" or nil,
            known = use ~= nil,
        }
    end

    --- Files that are not on the disk as they were read.
    function controls.stale()
        local paths = reload.stale()
        for _, path in raw.ipairs(restyle.stale()) do
            paths[#paths + 1] = path
        end
        return paths
    end

    local function discover(file)
        local known = name_in_file(file)
        local other = known and modules.find(known)
        if other and other.file ~= file and engine.parts.resources.kind(other.file) == "file" then
            return nil, { file .. ":1: the name '" .. known .. "' is taken by the module in " .. other.file }
        end
        if other and other.file == file then
            -- What its file said before doesn't count any more.
            local ok, errors = captured(reload.discover, other)
            return ok and other or nil, errors
        end
        return captured(modules.discover, file)
    end

    --- Takes in files of modules that are new, or were not loaded so far; all are known before the first is loaded.
    ---@param wanted table[] `file`; `always`: whether it is loaded even where it doesn't ask for that
    ---@return table[] reports of each `name`, `ok`, `loaded`, `errors`
    function controls.appear(wanted)
        local reports, found = {}, {}
        for index, each in raw.ipairs(wanted) do
            local module, errors = discover(each.file)
            found[index] = module or false
            reports[index] = { name = module and module.name, ok = module ~= nil, errors = errors }
        end
        for index, each in raw.ipairs(wanted) do
            local module, report = found[index], reports[index]
            if module and not module.loaded and (each.always or module.auto_load) then
                report.ok, report.errors = captured(modules.load, module)
            end
            report.loaded = module and module.loaded or false
        end
        return reports
    end

    --- Lays a folder over all that the client sees.
    ---@param path string of the disk
    function controls.add_search_path(path)
        return engine.parts.resources.add_search_path(path, true)
    end

    --- Unloads a module whose files are gone, and forgets it; who needed it is loaded again, without it.
    ---@param name string
    ---@return table report `reloaded` and `failed` names
    function controls.vanish(name)
        local module = modules.find(name)
        local report = { reloaded = {}, failed = {}, errors = {} }
        if not module then
            return report
        end
        local taken, list = reload.closure({ name })
        local wanted = {}
        for index = #list, 1, -1 do
            if taken[list[index].name] then
                if list[index] ~= module then
                    raw.table.insert(wanted, 1, list[index])
                end
                modules.unload(list[index])
            end
        end
        modules.unload(module)
        modules.forget(module)
        failed[name] = nil
        for _, other in raw.ipairs(wanted) do
            local ok, errors = captured(modules.load, other)
            raw.table.insert(ok and report.reloaded or report.failed, other.name)
            for _, text in raw.ipairs(ok and {} or errors) do
                raw.table.insert(report.errors, text)
            end
        end
        return report
    end

    --- Gives settings values, which they also have when their file is read.
    ---@param values table<string, string|string[]>
    function controls.preset(values)
        engine.parts.config.preset(values)
    end

    --- Saves the settings.
    function controls.save_settings()
        return engine.parts.config.save()
    end

    return saves
end
