--- Loads and runs Lua: files by the rules of `dofile`, and the expressions and handlers of styles.

local context = ...
local raw = context.raw
local stack = context.use("otclient/stack")
local error, find, rawset, sub, type = raw.error, raw.string.find, raw.rawset, raw.string.sub, raw.type

return function(engine)
    local scripts = {}
    local env = engine.env

    --- Compiles text with the globals that chunks have just now.
    ---@return function|nil, string|nil problem in the engine's words
    function scripts.compile(text, name)
        local fn, problem = engine:compile(text, name)
        if not fn then
            return nil, "LUA ERROR: " .. stack.traceback(problem, 2)
        end
        return fn
    end

    --- Reads and compiles a file. A relative path begins in the folder of the nearest function of a script.
    ---@param path string
    ---@return function|nil, string|nil problem
    function scripts.load(path)
        if sub(path, 1, 1) ~= "/" then
            path = stack.directory() .. "/" .. path
        end
        local resources = engine.parts.resources
        path = resources.guess(path, "lua")
        local text, problem = resources.read(resources.resolve(path))
        if not text then
            return nil, problem
        end
        return scripts.compile(text, "@" .. path)
    end

    -- Calls a chunk; what it raises is logged as upstream, and told in the words of upstream's exception.
    local function call(fn)
        local ok, problem = engine:safe_call(fn)
        if not ok then
            return false, "LUA ERROR:\n" .. problem
        end
        return true
    end

    --- Runs a file.
    ---@param path string
    ---@return boolean ok, string|nil problem
    function scripts.run(path)
        local fn, problem = scripts.load(path)
        if not fn then
            return false, problem
        end
        return call(fn)
    end

    --- Runs text.
    ---@param text string
    ---@param name string chunk name
    ---@param chunk_env table|nil globals in place of those that chunks have just now
    ---@return boolean ok, string|nil problem
    function scripts.run_text(text, name, chunk_env)
        local fn, problem = scripts.compile(text, name)
        if not fn then
            return false, problem
        elseif chunk_env then
            raw.setfenv(fn, chunk_env)
        end
        return call(fn)
    end

    --- Compiles the code of a handler, as `@onClick: …` has it.
    ---@param text string
    ---@param source string chunk name
    ---@return function|nil, string|nil problem
    function scripts.func(text, source)
        if text == "" then
            return nil
        end
        local is_function = sub(text, 1, 8) == "function"
        local code = is_function and "return " .. text or "return function(self)\n" .. text .. "\nend"
        local fn, problem = engine:compile(code, source)
        if not fn and is_function and not find(text, "^function%s*%(") then
            -- Upstream assigns: `__func = function() … end more()` may go on after the function.
            fn, problem = engine:compile("local f = " .. text .. "\nreturn f", source)
        end
        if not fn then
            return nil, "LUA ERROR: " .. stack.traceback(problem, 2)
        end
        local ok, result = engine:safe_call(fn)
        if not ok then
            return nil, "LUA ERROR:\n" .. result
        end
        return result
    end

    --- The value of an expression, as `!text: …` has it.
    ---@param text string
    ---@param source string chunk name
    ---@return any value, string|nil problem nil and what is wrong
    function scripts.expression(text, source)
        if text == "" then
            return nil
        end
        local fn, problem = engine:compile("return (" .. text .. ")", source)
        if not fn then
            return nil, "LUA ERROR: " .. stack.traceback(problem, 2)
        end
        local ok, result = engine:safe_call(fn)
        if not ok then
            return nil, "LUA ERROR:\n" .. result
        end
        return result
    end

    --- The folder of the nearest function of a script on the stack.
    scripts.current_dir = stack.directory

    local function path_of(value)
        return type(value) == "number" and raw.tostring(value) or type(value) == "string" and value or ""
    end

    local function given_back(...)
        return ...
    end

    rawset(env, "dofile", function(path)
        local chunk, problem = scripts.load(path_of(path))
        if not chunk then
            error(problem, 0)
        end
        -- No tail call: a chunk has to find who called `dofile` two levels up, as behind a C function.
        return given_back(chunk())
    end)

    rawset(env, "loadfile", function(path)
        local fn, problem = scripts.load(path_of(path))
        if not fn then
            error(problem, 0)
        end
        return fn
    end)

    local function load_files(directory, recursive, contains)
        local resources = engine.parts.resources
        for _, name in raw.ipairs(resources.list(directory)) do
            local path = directory .. "/" .. name
            if recursive and resources.kind(resources.resolve(path)) == "directory" then
                load_files(path, true, contains)
            elseif resources.is_type(name, "lua") and (contains == "" or find(name, contains, 1, true)) then
                local chunk, problem = scripts.load(path)
                if not chunk then
                    error(problem, 0)
                end
                chunk()
            end
        end
    end

    rawset(env, "dofiles", function(directory, recursive, contains)
        load_files(path_of(directory), recursive ~= nil and recursive ~= false, path_of(contains))
    end)

    return scripts
end
