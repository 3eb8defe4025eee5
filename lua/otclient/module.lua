--- Module: one folder of scripts with an .otmod file; how it is loaded, unloaded, and what depends on it.

local context = ...
local raw = context.raw
local match, sub = raw.string.match, raw.string.sub

-- As std::filesystem's replace_extension(): the last dot of the file's name ends it, unless the name begins with it.
local function without_extension(path)
    local folder, name = match(path, "^(.*/)([^/]*)$")
    if not folder then
        folder, name = "", path
    end
    if name == "." or name == ".." then
        return path
    end
    return folder .. (match(name, "^(.+)%.[^.]*$") or name)
end

--- A path relative to the folder of a node's source.
local function beside(path, source)
    if sub(path, 1, 1) == "/" then
        return path
    end
    local folder = match(source, "^(.*/)[^/]*$")
    if not folder then
        raw.error("Invalid source path '" .. source .. "' for file '" .. path .. "'", 0)
    end
    return folder .. path
end

return function(engine, modules)
    local class = {}
    local otml, object, scripts = engine.parts.otml, engine.object, engine.parts.scripts
    local env = engine.env

    --- Makes the record of a module that is not discovered yet.
    function class.new(name)
        local module = object.new("Module")
        module.name = name
        module.sandbox = raw.setmetatable({}, { __index = env })
        module.loaded = false
        module.dependencies, module.scripts, module.load_later, module.devices = {}, {}, {}, {}
        return module
    end

    local function add_values(list, node)
        for _, child in raw.ipairs(node and otml.children(node) or {}) do
            list[#list + 1] = otml.text(child)
        end
    end

    local function add_folder(module, path)
        path = match(path, "^(.-)/?%*$")
        local resources = engine.parts.resources
        local known = {}
        for _, script in raw.ipairs(module.scripts) do
            known[script] = true
        end
        for _, file in raw.ipairs(resources.list(path, true, false, true)) do
            if resources.is_type(file, "lua") then
                file = without_extension(file)
                if not known[file] then
                    known[file] = true
                    module.scripts[#module.scripts + 1] = file
                end
            end
        end
    end

    local function add_scripts(module, node)
        for _, child in raw.ipairs(node and otml.children(node) or {}) do
            local path = beside(otml.text(child), node.source)
            if engine.edubart then
                module.scripts[#module.scripts + 1] = path
            else
                path = without_extension(path)
                if sub(path, -1) == "*" then
                    add_folder(module, path)
                else
                    module.scripts[#module.scripts + 1] = path
                end
            end
        end
    end

    local function code_of(node, tag)
        local child = otml.get(node, tag)
        return child and { text = otml.text(child), source = "@" .. child.source .. ":[" .. tag .. "]" } or nil
    end

    --- Takes over what a module's file says. Lists grow: upstream does not forget what was there before.
    function class.discover(module, node)
        module.file = match(node.source, "^(.*):%d+$")
        module.description = otml.value_or(node, "description", "string", "none")
        module.author = otml.value_or(node, "author", "string", "none")
        module.website = otml.value_or(node, "website", "string", "none")
        module.version = otml.value_or(node, "version", "string", "none")
        module.enabled = engine.edubart or otml.value_or(node, "enabled", "bool", true)
        module.auto_load = otml.value_or(node, "autoload", "bool", false)
        module.reloadable = otml.value_or(node, "reloadable", "bool", true)
        module.sandboxed = otml.value_or(node, "sandboxed", "bool", false)
        module.auto_load_priority = otml.value_or(node, "autoload-priority", "int", 9999)
        if not engine.edubart then
            add_values(module.devices, otml.get(node, "devices"))
        end
        add_values(module.dependencies, otml.get(node, "dependencies"))
        add_scripts(module, otml.get(node, "scripts"))
        add_values(module.load_later, otml.get(node, "load-later"))
        module.on_load = code_of(node, "@onLoad") or module.on_load
        module.on_unload = code_of(node, "@onUnload") or module.on_unload
    end

    local function depends_on(module, name, recursive, seen)
        for _, dependency in raw.ipairs(module.dependencies) do
            if dependency == name then
                return true
            end
        end
        if recursive then
            seen = seen or {}
            if seen[module] then
                return false
            end
            seen[module] = true
            for _, dependency in raw.ipairs(module.dependencies) do
                local other = modules.find(dependency)
                if other and depends_on(other, name, true, seen) then
                    return true
                end
            end
        end
        return false
    end

    local function load_dependencies(module)
        for _, name in raw.ipairs(module.dependencies) do
            if name == module.name then
                return "cannot depend on itself"
            end
            local other = modules.find(name)
            if not other then
                return "dependency '" .. name .. "' was not found"
            elseif depends_on(other, module.name, true) then
                return "dependency '" .. name .. "' is recursively depending on itself"
            elseif not other.loaded and not class.load(other) then
                return "dependency '" .. name .. "' has failed to load"
            end
        end
    end

    local function run_scripts(module)
        if module.sandboxed then
            engine.thread_env = module.sandbox
        end
        for _, script in raw.ipairs(module.scripts) do
            local ok, problem = scripts.run(script)
            if not ok then
                return problem
            end
        end
        if module.on_load and module.on_load.text ~= "" then
            local code = module.on_load
            local _, problem = scripts.run_text(code.text, code.source, module.sandboxed and module.sandbox or nil)
            return problem
        end
    end

    -- An error is what upstream throws; whatever else is raised passes through, with the globals put back.
    local function load_now(module)
        return load_dependencies(module) or run_scripts(module)
    end

    local function supported(module)
        if #module.devices == 0 then
            return true
        end
        for _, device in raw.ipairs(module.devices) do
            local kind, system = match(device, "^([^:]*):*([^:]*)")
            if (kind == "desktop" or kind == "") and (system == "linux" or system == "") then
                return true
            end
        end
        return false
    end

    --- Loads a module, unless it is loaded.
    ---@return boolean
    function class.load(module)
        if module.loaded or not module.enabled or not supported(module) then
            return true
        end
        local outer, package = engine.current_module, env.package.loaded
        engine.current_module, modules.shown = module, module
        modules.tell("on_before_load", module)
        package[module.name] = module.sandbox
        local ok, problem = raw.pcall(load_now, module)
        if module.sandboxed or not ok then
            engine.thread_env = env
        end
        if problem then
            package[module.name] = nil
            engine.current_module, modules.shown = outer, nil
            modules.tell("on_loaded", module, false)
            if not ok then
                raw.error(problem, 0)
            end
            engine:log("error", "Unable to load module '" .. module.name .. "': " .. problem)
            return false
        end
        module.loaded = true
        engine:log("debug", "Loaded module '" .. module.name .. "'" .. (engine.edubart and "" or " (0.00s)"))
        modules.reorder(module)
        for _, name in raw.ipairs(module.load_later) do
            local other = modules.find(name)
            if not other then
                engine:log("error", "Unable to find module '" .. name .. "' required by '" .. module.name .. "'")
            elseif not other.loaded then
                class.load(other)
            end
        end
        engine.current_module, modules.shown = outer, nil
        modules.tell("on_loaded", module, true)
        return true
    end

    local function run_unload(module)
        if module.sandboxed then
            engine.thread_env = module.sandbox
        end
        local code = module.on_unload
        if code and code.text ~= "" then
            local _, problem = scripts.run_text(code.text, code.source)
            return problem
        end
    end

    --- Unloads a module; its sandbox is emptied.
    function class.unload(module)
        if not module.loaded then
            return
        end
        local outer = engine.current_module
        engine.current_module = module
        local ok, problem = raw.pcall(run_unload, module)
        engine.current_module = outer
        if module.sandboxed or not ok then
            engine.thread_env = env
        end
        if not ok then
            raw.error(problem, 0)
        elseif problem then
            engine:log("error", "Unable to unload module '" .. module.name .. "': " .. problem)
        end
        modules.tell("on_terminated", module)
        for key in raw.next, module.sandbox do
            module.sandbox[key] = nil
        end
        env.package.loaded[module.name] = nil
        module.loaded = false
        modules.reorder(module)
        modules.tell("on_unloaded", module)
    end

    --- Unloads and loads a module.
    ---@return boolean
    function class.reload(module)
        class.unload(module)
        return class.load(module)
    end

    --- Whether a module that is loaded declares to need this one.
    function class.is_needed(module)
        for _, other in raw.ipairs(modules.all()) do
            if other.loaded and depends_on(other, module.name) then
                return true
            end
        end
        return false
    end

    --- Whether a module is loaded and may be unloaded.
    function class.can_unload(module)
        return module.loaded and module.reloadable and not class.is_needed(module)
    end

    local function field(name)
        return function(module)
            return module[name]
        end
    end

    engine:class("Module", {
        load = class.load,
        unload = class.unload,
        reload = class.reload,
        canReload = function(module)
            return module.reloadable and not class.is_needed(module)
        end,
        canUnload = class.can_unload,
        isLoaded = field("loaded"),
        isReloadble = field("reloadable"),
        isSandboxed = field("sandboxed"),
        isAutoLoad = field("auto_load"),
        getAutoLoadPriority = field("auto_load_priority"),
        getName = field("name"),
        getDescription = field("description"),
        getAuthor = field("author"),
        getWebsite = field("website"),
        getVersion = field("version"),
        getSandbox = field("sandbox"),
    })
    return class
end
