--- Globals of Lua itself that modules of OTClient use and the room's sandbox lacks, or has with other semantics:
--- chunks get the environment of the module that is being loaded, levels of the stack skip the engine's functions.

local context = ...
local raw = context.raw
local stack = context.use("otclient/stack")
local furnish_package = context.use("otclient/globals_package")
local furnish_bit32 = context.use("otclient/globals_bit32")
local find_level, getinfo, getfenv, setfenv = stack.find, raw.debug.getinfo, raw.getfenv, raw.setfenv
local error, match, select, sub, tostring, type =
    raw.error, raw.string.match, raw.select, raw.string.sub, raw.tostring, raw.type

-- What a function of the engine looks like, as upstream it is one of C.
local function info_of_c(fn)
    return {
        what = "C",
        source = "=[C]",
        short_src = "[C]",
        currentline = -1,
        linedefined = -1,
        lastlinedefined = -1,
        namewhat = "",
        nups = 0,
        nparams = 0,
        isvararg = true,
        func = fn,
    }
end

local function debug_library()
    local library = {}

    function library.getinfo(subject, what, more)
        if type(subject) == "thread" then
            if type(what) == "function" then
                subject, what = what, more
            else
                return getinfo(subject, what, more)
            end
        end
        if type(subject) == "function" then
            return stack.is_engine(subject) and info_of_c(subject) or getinfo(subject, what)
        elseif subject == 0 then
            return info_of_c(library.getinfo)
        elseif type(subject) ~= "number" then
            return getinfo(subject, what)
        elseif subject < 0 then
            return nil
        end
        local level, engine = find_level(subject)
        if not level then
            return nil
        elseif engine then
            return info_of_c(nil)
        end
        return (getinfo(level, what))
    end

    function library.traceback(subject, level, more)
        if type(subject) == "thread" then
            return raw.debug.traceback(subject, level, more)
        end
        local at = find_level(type(level) == "number" and level or 1)
        return (stack.traceback(subject, at or 1))
    end

    return library
end

local function environment_functions(engine)
    local function is_script(fn)
        local info = getinfo(fn, "S")
        return info.what ~= "C" and not stack.is_engine(fn)
    end

    local function at_level(level, name)
        if level < 0 then
            error("bad argument #1 to '" .. name .. "' (level must be non-negative)", 3)
        end
        local at, of_engine = find_level(level, 3)
        if not at then
            error("bad argument #1 to '" .. name .. "' (invalid level)", 3)
        end
        return not of_engine and getinfo(at, "f").func or nil
    end

    local function get(subject)
        if subject == nil then
            subject = 1
        end
        if type(subject) ~= "function" then
            local level = raw.tonumber(subject)
            if not level then
                error("bad argument #1 to 'getfenv' (number expected, got " .. type(subject) .. ")", 2)
            elseif level == 0 then
                return engine.thread_env
            end
            subject = at_level(level, "getfenv")
        end
        return subject and is_script(subject) and getfenv(subject) or engine.env
    end

    local function set(subject, env)
        if type(env) ~= "table" then
            local given = env == nil and "no value" or type(env)
            error("bad argument #2 to 'setfenv' (table expected, got " .. given .. ")", 2)
        end
        if type(subject) ~= "function" then
            local level = raw.tonumber(subject)
            if not level then
                error("bad argument #1 to 'setfenv' (number expected, got " .. type(subject) .. ")", 2)
            elseif level == 0 then
                engine.thread_env = env
                return
            end
            subject = at_level(level, "setfenv")
        end
        if not subject or not is_script(subject) then
            error("'setfenv' cannot change environment of given object", 2)
        end
        return (setfenv(subject, env))
    end

    return get, set
end

-- A chunk may not pass for one of the engine.
local function chunk_name(name, source)
    if name == nil then
        name = type(source) == "string" and source or "=(load)"
    end
    name = tostring(name)
    return match(name, "^=tibicen/") and "=(" .. sub(name, 2) .. ")" or name
end

local function compile_functions(engine)
    local function compile(source, name, _, ...)
        local env = select("#", ...) > 0 and type((...)) == "table" and (...) or engine.thread_env
        if type(source) == "number" then
            source = tostring(source)
        elseif type(source) ~= "string" and type(source) ~= "function" then
            error("bad argument #1 to 'load' (function expected, got " .. type(source) .. ")", 2)
        end
        return raw.load(source, chunk_name(name, source), "t", env)
    end

    local function compile_string(source, name)
        if type(source) ~= "string" and type(source) ~= "number" then
            local given = source == nil and "no value" or type(source)
            error("bad argument #1 to 'loadstring' (string expected, got " .. given .. ")", 2)
        end
        return raw.load(tostring(source), chunk_name(name, source), "t", engine.thread_env)
    end

    return compile, compile_string
end

-- Standard output and error go to the host's log: they are a window that nobody sees.
local function output(engine)
    local stream = {}
    function stream.write(self, ...)
        local text = ""
        for index = 1, select("#", ...) do
            text = text .. tostring((select(index, ...)))
        end
        engine.host("log", "output", text)
        return self
    end
    function stream.flush()
        return true
    end
    stream.close, stream.setvbuf = stream.flush, stream.flush
    return stream
end

local function get_metatable(engine)
    local object = engine.object
    return function(value)
        local record = object.record(value)
        if record then
            return object.metatables[record.class]
        end
        return raw.getmetatable(value)
    end
end

return function(engine)
    local env = engine.env
    -- Nobody but the host's owner runs modules here, so nothing has to be guarded against what they catch.
    env.pcall, env.xpcall = raw.pcall, raw.xpcall
    env.coroutine.resume = raw.coroutine.resume
    env.table.sort = raw.table.sort
    env.debug = debug_library()
    env.getfenv, env.setfenv = environment_functions(engine)
    env.load, env.loadstring = compile_functions(engine)
    env.getmetatable = get_metatable(engine)

    local environment = engine.settings.environment or {}
    function env.os.getenv(name)
        return environment[tostring(name)]
    end

    local stream = output(engine)
    env.io = { stderr = stream, stdout = stream }
    function env.io.write(...)
        return stream:write(...)
    end
    function env.print(...)
        local text = ""
        for index = 1, select("#", ...) do
            text = text .. (index > 1 and "\t" or "") .. tostring((select(index, ...)))
        end
        engine.host("log", "output", text)
    end

    function env.collectgarbage(option, value)
        if option == nil or option == "collect" or option == "count" or option == "step" then
            return raw.collectgarbage(option or "collect", value)
        end
        -- How memory is collected is the host's business.
        return 0
    end

    env.jit = {
        arch = raw.jit.arch,
        os = raw.jit.os,
        version = raw.jit.version,
        version_num = raw.jit.version_num,
    }
    if engine.edubart then
        env.bit32 = furnish_bit32()
    end
    furnish_package(engine)

    engine:class("LuaObject", {
        getClassName = function(record)
            return record.class_name
        end,
        getFieldsTable = function(record)
            return record.fields
        end,
    })
    return {}
end
