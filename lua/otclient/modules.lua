--- g_modules: which modules there are, and in which order they are loaded and unloaded. One module is `module.lua`.

local context = ...
local raw = context.raw
local bind_module = context.use("otclient/module")
local insert, remove = raw.table.insert, raw.table.remove

-- Rounds in which reloadModules unloads what nothing depends on any more.
local ROUNDS = 10

return function(engine)
    local modules = {
        --- Who is told of modules: on_before_load(module), on_loaded(module, ok), on_terminated(module),
        --- on_unloaded(module).
        hooks = {},
        --- What getCurrentModule answers: upstream forgets the outer module once an inner one was loaded.
        shown = nil,
    }
    local otml, resources = engine.parts.otml, nil
    -- Loaded ones first, the latest in front; then the others.
    local list = {}
    local auto_load = {}

    --- Tells who asked to be told.
    ---@param event string
    function modules.tell(event, ...)
        local hook = modules.hooks[event]
        if hook then
            hook(...)
        end
    end

    --- A module by its name.
    ---@param name string
    ---@return table|nil record
    function modules.find(name)
        for index = 1, #list do
            if list[index].name == name then
                return list[index]
            end
        end
    end

    --- All modules, in the engine's order.
    ---@return table[]
    function modules.all()
        local copy = {}
        for index = 1, #list do
            copy[index] = list[index]
        end
        return copy
    end

    --- Puts a module where the loaded, or the unloaded ones are.
    function modules.reorder(module)
        for index = 1, #list do
            if list[index] == module then
                remove(list, index)
                break
            end
        end
        insert(list, module.loaded and 1 or #list + 1, module)
    end

    --- Drops a module that is not loaded, as if it had never been discovered.
    function modules.forget(module)
        for index = 1, #list do
            if list[index] == module then
                remove(list, index)
                break
            end
        end
        for index = #auto_load, 1, -1 do
            if auto_load[index].module == module then
                remove(auto_load, index)
            end
        end
    end

    local class = bind_module(engine, modules)
    modules.load, modules.unload, modules.reload = class.load, class.unload, class.reload

    local function discover_file(file)
        local document = otml.load(file)
        local node = otml.at(document, "Module")
        local name = otml.value_at(node, "name")
        local module = modules.find(name)
        local is_new = not module
        if is_new then
            module = class.new(name)
        end
        -- What fails half-way leaves a known module half-discovered, as upstream.
        class.discover(module, node)
        if is_new then
            list[#list + 1] = module
        end
        return module
    end

    --- Reads a module's file.
    ---@param file string
    ---@return table|nil record
    function modules.discover(file)
        local ok, result = raw.pcall(discover_file, file)
        if not ok then
            engine:log("error", "Unable to discover module from file '" .. file .. "': " .. result)
            return nil
        end
        return result
    end

    local function discover_all()
        auto_load = {}
        resources = engine.parts.resources
        for _, folder in raw.ipairs(resources.list("/")) do
            for _, file in raw.ipairs(resources.list("/" .. folder)) do
                local module = resources.is_type(file, "otmod") and modules.discover("/" .. folder .. "/" .. file)
                if module and module.auto_load then
                    local at = #auto_load + 1
                    while at > 1 and auto_load[at - 1].priority > module.auto_load_priority do
                        at = at - 1
                    end
                    insert(auto_load, at, { priority = module.auto_load_priority, module = module })
                end
            end
        end
    end

    local function reload_all()
        local again = {}
        for _ = 1, ROUNDS do
            for _, module in raw.ipairs(modules.all()) do
                if module.loaded and class.can_unload(module) then
                    class.unload(module)
                    insert(again, 1, module)
                end
            end
        end
        for _, module in raw.ipairs(again) do
            class.load(module)
        end
    end

    --- Unloads all modules, as the engine does when it ends.
    function modules.unload_all()
        for _, module in raw.ipairs(modules.all()) do
            class.unload(module)
        end
    end

    engine:singleton("g_modules", {
        discoverModules = discover_all,
        autoLoadModules = function(highest)
            for _, entry in raw.ipairs(auto_load) do
                if entry.priority > highest then
                    break
                end
                class.load(entry.module)
            end
        end,
        discoverModule = modules.discover,
        ensureModuleLoaded = function(name)
            local module = modules.find(name)
            if not module or not class.load(module) then
                engine:log("fatal", "Unable to load '" .. name .. "' module")
            end
        end,
        unloadModules = modules.unload_all,
        reloadModules = reload_all,
        getModule = modules.find,
        getModules = modules.all,
        getCurrentModule = function()
            return modules.shown
        end,
    })
    return modules
end
