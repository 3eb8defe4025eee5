--- dofile, loadfile, require and package: paths are below the server's folder, as if it ran there.

local context = ...
local raw = context.raw
local tostring, type = raw.tostring, raw.type

return function(server, globals)
    local env = server.env

    local function chunk_of(path, level)
        if type(path) ~= "string" then
            raw.error("bad argument #1 (string expected, got " .. type(path) .. ")", level + 1)
        end
        local source = server.host("files.read", path)
        if not source then
            return nil, "cannot open " .. path .. ": No such file or directory"
        end
        return server.parts.scripts.compile(path, source)
    end

    --- Loads a file with the globals that scripts share.
    function globals.loadfile(path, _, chunk_env)
        local chunk, problem = chunk_of(path, 2)
        if chunk and type(chunk_env) == "table" then
            raw.setfenv(chunk, chunk_env)
        end
        return chunk, problem
    end

    -- Files that were run more than once, compiled: { chunk, stamp }. Some files run hundreds of others when they are
    -- loaded anew, of which one has changed, or none.
    local known, run_before = {}, {}

    local function known_chunk(path)
        local entry = known[path]
        local read = server.host("files.read_since", path, entry and entry.stamp or "")
        if read == false then
            raw.setfenv(entry.chunk, env)
            return entry.chunk
        elseif read == nil then
            return nil, "cannot open " .. path .. ": No such file or directory"
        end
        local chunk, problem = server.parts.scripts.compile(path, read[1])
        known[path] = chunk and { chunk = chunk, stamp = read[2] } or nil
        return chunk, problem
    end

    --- Runs a file.
    function globals.dofile(path)
        local of = run_before[path] and known_chunk or chunk_of
        local chunk, problem = of(path, 2)
        if not chunk then
            raw.error(problem, 0)
        end
        run_before[path] = true
        return server.parts.scripts.include(path, chunk)
    end

    local package = {
        path = "./?.lua;./?/init.lua",
        cpath = "",
        config = "/\n;\n?\n!\n-\n",
        preload = {},
        loaded = {},
        loaders = {},
    }
    for _, name in raw.ipairs({ "bit", "coroutine", "debug", "io", "jit", "math", "os", "string", "table" }) do
        package.loaded[name] = env[name]
    end
    package.loaded._G = env
    package.loaded.package = package
    package.loaded["table.new"] = function()
        return {}
    end
    package.loaded["table.clear"] = function(of)
        for key in raw.pairs(of) do
            of[key] = nil
        end
    end

    local function search(name, paths)
        local tried = {}
        local file = raw.string.gsub(name, "%.", "/")
        for template in raw.string.gmatch(paths, "[^;]+") do
            local path = raw.string.gsub(template, "%?", (raw.string.gsub(file, "%%", "%%%%")))
            if server.host("files.exists", path) then
                return path, tried
            end
            tried[#tried + 1] = "\n\tno file '" .. path .. "'"
        end
        return nil, tried
    end

    package.searchpath = function(name, paths)
        local path, tried = search(tostring(name), tostring(paths))
        return path, not path and raw.table.concat(tried) or nil
    end

    local function require(name)
        if type(name) ~= "string" then
            raw.error("bad argument #1 to 'require' (string expected, got " .. type(name) .. ")", 2)
        end
        local known_module = package.loaded[name]
        if known_module ~= nil then
            server.parts.scripts.depend_on_module(name)
            return known_module
        end
        local loader = package.preload[name]
        local result
        if loader then
            result = loader(name)
        else
            local path, tried = search(name, tostring(package.path))
            if not path then
                raw.error("module '" .. name .. "' not found:\n\tno field package.preload['" .. name .. "']"
                    .. raw.table.concat(tried), 2)
            end
            local chunk, problem = chunk_of(path, 2)
            if not chunk then
                raw.error("error loading module '" .. name .. "' from file '" .. path .. "':\n\t" .. problem, 2)
            end
            result = server.parts.scripts.include(path, chunk, name)
        end
        if result ~= nil then
            package.loaded[name] = result
        elseif package.loaded[name] == nil then
            package.loaded[name] = true
        end
        return package.loaded[name]
    end

    -- The globals as one file sees them are the globals; those of the engine's functions are, too.
    local engine = raw.getfenv(1)

    local function target(subject, level)
        if type(subject) == "function" then
            return subject
        end
        local info = raw.debug.getinfo((subject or 1) + level, "f")
        return info and info.func
    end

    function env.getfenv(subject)
        if subject == 0 then
            return env
        end
        local fn = target(subject, 2)
        local found = fn and raw.getfenv(fn) or env
        if found == engine or server.parts.scripts.is_environment(found) then
            return env
        end
        return found
    end

    function env.setfenv(subject, of)
        local fn = subject ~= 0 and target(subject, 2)
        if not fn or type(of) ~= "table" or raw.getfenv(fn) == engine then
            raw.error("setfenv takes a function of a script and a table", 2)
        end
        return raw.setfenv(fn, of)
    end

    -- Finds, or makes, the table of a module among the globals: "a.b" is the field b of the global a.
    local function module_table(name)
        local place = env
        for part in raw.string.gmatch(name, "[^%.]+") do
            local inner = raw.rawget(place, part)
            if inner == nil then
                inner = {}
                place[part] = inner
            elseif type(inner) ~= "table" then
                return nil
            end
            place = inner
        end
        return place
    end

    --- Has the function that calls it work with a module's table in place of the globals.
    function env.module(name, ...)
        if type(name) ~= "string" then
            raw.error("bad argument #1 to 'module' (string expected, got " .. type(name) .. ")", 2)
        end
        local found = package.loaded[name]
        if type(found) ~= "table" then
            found = module_table(name)
            if not found then
                raw.error("name conflict for module '" .. name .. "'", 2)
            end
            package.loaded[name] = found
        end
        if found._NAME == nil then
            found._M, found._NAME = found, name
            found._PACKAGE = raw.string.match(name, "^(.*%.)[^%.]*$") or ""
        end
        raw.setfenv(target(1, 2), found)
        for at = 1, raw.select("#", ...) do
            local option = (raw.select(at, ...))
            if type(option) == "function" then
                option(found)
            end
        end
    end

    --- Lets what a module's table lacks be found among the globals.
    function package.seeall(of)
        raw.setmetatable(of, { __index = env })
    end

    env.package = package
    env.require = require
    env.dofile = globals.dofile
    env.loadfile = globals.loadfile
    globals.package = package
end
