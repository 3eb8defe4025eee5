--- Code inside of styles: `@event` functions, `&field` and `!property` expressions.

local context = ...
local raw = context.raw
local error, pcall, rawget, tostring = raw.error, raw.pcall, raw.rawget, raw.tostring
local find = raw.string.find

return function(engine)
    local ui = engine.parts.ui

    -- Environment, then chunk name, then text, to the compiled chunk: styles are applied many times.
    local chunks = raw.setmetatable({}, { __mode = "k" })

    local function compiled(text, origin)
        local env = engine.thread_env
        local of_env = chunks[env]
        if not of_env then
            of_env = {}
            chunks[env] = of_env
        end
        local of_origin = of_env[origin]
        if not of_origin then
            of_origin = {}
            of_env[origin] = of_origin
        end
        local chunk = of_origin[text]
        if not chunk then
            local problem
            chunk, problem = engine:compile(text, origin)
            if not chunk then
                error("LUA ERROR: " .. raw.debug.traceback(problem, 2), 0)
            end
            of_origin[text] = chunk
        end
        return chunk, env
    end

    -- As in the engine what a chunk computes passes through a global of its environment.
    local function result(text, origin, name)
        local chunk, env = compiled(text, origin)
        local ok, problem = engine:safe_call(chunk)
        if not ok then
            error("LUA ERROR:\n" .. tostring(problem), 0)
        end
        local value = rawget(env, name)
        env[name] = nil
        return value
    end

    --- The function of an `@event`: a function's text, or the body of one.
    ---@param text string
    ---@param origin string chunk name
    function ui.load_function(text, origin)
        if text == "" then
            return nil
        elseif find(text, "^function") then
            return result("__func = " .. text, origin, "__func")
        end
        return result("__func = function(self)\n" .. text .. "\nend", origin, "__func")
    end

    --- The value of an expression.
    ---@param text string
    ---@param origin string chunk name
    function ui.evaluate(text, origin)
        if text ~= "" then
            return result("__exp = (" .. text .. ")", origin, "__exp")
        end
    end

    --- Raises out of a bound function what was raised inside of it, in the engine's words.
    function ui.bound(fn)
        return function(...)
            local ok, value = pcall(fn, ...)
            if not ok then
                engine:fail(tostring(value))
            end
            return value
        end
    end

    -- The logger may add where it was called from.
    local function traced(level)
        return function(text)
            local logger = engine.parts.logger
            if logger and logger.trace then
                logger.trace(level, text)
            else
                engine:log(level, text)
            end
        end
    end
    ui.trace_error = traced("error")
    ui.trace_warning = traced("warning")
end
