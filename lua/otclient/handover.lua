--- What a module hands over to the code that takes its place when it is reloaded.
---
--- Most modules need nothing of it: they save what they know in `terminate` (into g_settings or a file of their own)
--- and read it in `init`, and a reload calls both. One that has more to hand over has, in its sandbox, `on_snapshot`,
--- which returns plain data, and `on_migrate`, which gets it in the new version once its `init` has run.

local context = ...
local raw = context.raw
local stack = context.use("otclient/stack")
local format = raw.string.format
local rawget, tostring, type = raw.rawget, raw.tostring, raw.type

-- Tables inside of tables, at most.
local DEEPEST = 64

local function handler(problem)
    return (stack.traceback(tostring(problem), 2))
end

-- A copy of plain data; raises what is not.
local function plain(value, place, depth)
    local kind = type(value)
    if kind == "nil" or kind == "boolean" or kind == "number" or kind == "string" then
        return value
    elseif kind ~= "table" then
        raw.error(format("%s is a %s; a state is made of tables, texts, numbers and booleans", place, kind), 0)
    elseif depth > DEEPEST then
        raw.error(format("%s is too deep, or a table that holds itself", place), 0)
    end
    local copy = {}
    for key, entry in raw.next, value do
        if type(key) ~= "string" and type(key) ~= "number" then
            raw.error(format("%s has a %s for a key; keys are texts and numbers", place, type(key)), 0)
        end
        copy[key] = plain(entry, place .. "." .. tostring(key), depth + 1)
    end
    return copy
end

return function(engine)
    local handover = {}

    -- Only what is the module's own: without a sandbox the name would be everybody's.
    local function own(module, name)
        local fn = module.sandboxed and rawget(module.sandbox, name) or nil
        return type(fn) == "function" and fn or nil
    end

    local function call(module, fn, ...)
        local outer = engine.thread_env
        engine.thread_env = module.sandbox
        local ok, result = raw.xpcall(fn, handler, ...)
        engine.thread_env = outer
        return ok, result
    end

    --- Asks a module for its state.
    ---@param module table record
    ---@return any state, string|nil problem
    function handover.take(module)
        local fn = own(module, "on_snapshot")
        if not fn then
            return nil
        end
        local ok, result = call(module, fn)
        if ok then
            ok, result = raw.pcall(plain, result, "on_snapshot's state", 0)
        end
        if not ok then
            return nil, "on_snapshot of the running version failed, and its state would be lost: " .. result
        end
        return result
    end

    --- Hands a state to a module that was loaded.
    ---@param module table record
    ---@param state any
    ---@return string|nil problem why the module can't go on with it, string|nil note
    function handover.give(module, state)
        local fn = own(module, "on_migrate")
        if not fn then
            return nil, state ~= nil and "its state was dropped: the new version has no on_migrate" or nil
        end
        -- A copy, too: old code may have to take it once more.
        local ok, problem = call(module, fn, plain(state, "state", 0))
        if not ok then
            return "on_migrate failed: " .. problem
        end
    end

    return handover
end
