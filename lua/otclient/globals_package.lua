--- `package` and `require`: modules are found in `package.loaded`, preloaded, or by the loaders that scripts add.

local context = ...
local raw = context.raw
local error, tostring, type = raw.error, raw.tostring, raw.type

-- In package.loaded while a module is being loaded.
local LOADING = {}

return function(engine)
    local env = engine.env
    local package = { loaded = {}, preload = {}, path = "", cpath = "", config = "/\n;\n?\n!\n-" }
    env.package = package
    for _, name in raw.ipairs({ "bit", "coroutine", "debug", "io", "jit", "math", "os", "string", "table" }) do
        package.loaded[name] = env[name]
    end
    package.loaded._G, package.loaded.package = env, package

    local function of_folder()
        -- Upstream looks through package.path and package.cpath, which lie outside of what a client sees.
        return ""
    end

    package.loaders = {
        function(name)
            return package.preload[name] or "\n\tno field package.preload['" .. tostring(name) .. "']"
        end,
        of_folder,
        of_folder,
        of_folder,
        function(name)
            local fn, problem = engine.parts.scripts.load(name)
            return fn or "\n\t" .. problem
        end,
    }

    function package.seeall(module)
        local meta = raw.getmetatable(module)
        if not meta then
            meta = {}
            raw.setmetatable(module, meta)
        end
        meta.__index = env
    end

    local function loader_of(name)
        if type(package.loaders) ~= "table" then
            error("'package.loaders' must be a table", 3)
        end
        local tried = ""
        for index = 1, raw.math.huge do
            local search = package.loaders[index]
            if search == nil then
                error("module '" .. name .. "' not found:" .. tried, 3)
            end
            local found = search(name)
            if type(found) == "function" then
                return found
            elseif type(found) == "string" then
                tried = tried .. found
            end
        end
    end

    function env.require(name)
        if type(name) ~= "string" then
            error("bad argument #1 to 'require' (string expected, got " .. type(name) .. ")", 2)
        end
        local loaded = package.loaded
        local known = loaded[name]
        if known == LOADING then
            error("loop or previous error loading module '" .. name .. "'", 2)
        elseif known then
            return known
        end
        local load = loader_of(name)
        loaded[name] = LOADING
        local result = load(name)
        if result ~= nil then
            loaded[name] = result
        elseif loaded[name] == LOADING then
            loaded[name] = true
        end
        return loaded[name]
    end
end
