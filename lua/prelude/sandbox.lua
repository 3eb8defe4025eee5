--- What a plugin finds in its globals: private copies of harmless libraries and guarded versions of the rest.

local context = ...
local raw = context.raw
local budget, bounded, patterns = context.use("budget"), context.use("bounded"), context.use("patterns")
local exceeded = budget.exceeded
local raw_pcall, raw_xpcall, raw_error, raw_load = raw.pcall, raw.xpcall, raw.error, raw.load
local type, getinfo = raw.type, raw.debug.getinfo
local resume = raw.coroutine.resume

local sandbox = {}

-- A budget error can't be swallowed: whoever catches it throws it again, also when LuaJIT has made a plain
-- "error in error handling" of it.
local function pass_on(ok, ...)
    if not ok and ((...) == exceeded or budget.tripped()) then
        raw_error(exceeded, 0)
    end
    return ok, ...
end

local function guarded_pcall(fn, ...)
    return pass_on(raw_pcall(fn, ...))
end

local function guarded_xpcall(fn, handler, ...)
    return pass_on(raw_xpcall(fn, function(err)
        if err == exceeded then
            return err
        end
        return handler(err)
    end, ...))
end

local function guarded_resume(thread, ...)
    return pass_on(resume(thread, ...))
end

local function copy_of(library, except)
    local copy = {}
    for name, value in raw.pairs(raw[library]) do
        if not (except and except[name]) then
            copy[name] = value
        end
    end
    return copy
end

-- In C, sorting what is arranged for it takes quadratic time without one look at the clock.
local function less(a, b)
    return a < b
end
raw.jit.off(less)

local function guarded_sort(list, before)
    return raw.table.sort(list, before or less)
end

local function guarded_collectgarbage(option)
    option = option or "collect"
    if option == "count" or option == "collect" or option == "step" then
        if option ~= "count" then
            budget.check()
        end
        return raw.collectgarbage(option)
    end
    raw_error("collectgarbage takes 'count', 'collect' or 'step' here; the rest is the host's", 2)
end

-- Bytes of source that a plugin may load at a time: the parser looks at no clock, and takes 5 ms for so many.
local LONGEST = 262144

-- Whole source text, from a string or a reader function; bytecode is refused by the loader's text mode.
local function source_of(chunk)
    if type(chunk) ~= "function" then
        return chunk
    end
    local pieces = {}
    while true do
        local piece = chunk()
        if piece == nil or piece == "" then
            return raw.table.concat(pieces)
        elseif type(piece) ~= "string" then
            raw_error("reader function must return a string", 3)
        end
        pieces[#pieces + 1] = piece
    end
end

--- Loads text into `env`, off the JIT unless the room is trusted.
---@return function|nil, string|nil
function sandbox.compile(room, source, chunk_name, env)
    local fn, problem = raw_load(source, chunk_name, "t", env)
    if not fn then
        return nil, problem
    end
    if not room.trusted then
        raw.jit.off(fn, true)
    end
    return fn
end

-- Only functions whose environment the plugin made itself may be looked into or given another one.
local function environments(room)
    local own = raw.setmetatable({ [room.env] = true }, { __mode = "k" })

    local function target(subject, level)
        if type(subject) == "function" then
            return subject
        end
        subject = subject == nil and 1 or subject
        if type(subject) ~= "number" or subject < 1 then
            return nil
        end
        local info = getinfo(subject + level, "f")
        return info and info.func
    end

    local function getfenv(subject)
        local fn = target(subject, 2)
        local env = fn and raw.getfenv(fn)
        return env and own[env] and env or room.env
    end

    local function setfenv(subject, env)
        local fn = target(subject, 2)
        if not fn or type(env) ~= "table" then
            raw_error("setfenv takes a function of this plugin and a table", 2)
        elseif not own[raw.getfenv(fn)] then
            raw_error("setfenv: that function is not this plugin's", 2)
        end
        own[env] = true
        return raw.setfenv(fn, env)
    end

    return getfenv, setfenv, own
end

local COPIED = {
    "assert",
    "error",
    "getmetatable",
    "ipairs",
    "next",
    "pairs",
    "rawequal",
    "rawget",
    "rawset",
    "select",
    "setmetatable",
    "tonumber",
    "tostring",
    "type",
    "unpack",
}

-- ("x"):rep() finds its functions here. In a VM of its own a plugin may extend it (function string:split()),
-- in a shared one it is nobody's.
local methods = copy_of("string", { dump = true })
local string_meta = raw.debug.getmetatable("")
string_meta.__index = methods

-- In place of what runs for long without an instruction, or tells addresses.
local function contain(env)
    patterns.bind(budget.cell())
    bounded.furnish(env)
    for _, name in raw.ipairs({ "find", "gmatch", "gsub", "match" }) do
        env.string[name] = patterns[name]
    end
end

-- A state with one room that is not trusted has only such string methods.
local methods_contained = false

--- Fills `room.env` with the globals of a fresh plugin.
function sandbox.furnish(room)
    local env = room.env
    for _, name in raw.ipairs(COPIED) do
        env[name] = raw[name]
    end
    env._G = env
    env._VERSION = "Lua 5.1"
    env.bit = copy_of("bit")
    env.math = copy_of("math")
    env.table = copy_of("table")
    env.table.sort = guarded_sort
    env.string = copy_of("string", { dump = true })
    env.coroutine = copy_of("coroutine")
    env.coroutine.resume = guarded_resume
    env.os = { clock = raw.os.clock, date = raw.os.date, difftime = raw.os.difftime, time = raw.os.time }
    env.pcall = guarded_pcall
    env.xpcall = guarded_xpcall
    env.collectgarbage = guarded_collectgarbage
    if not room.trusted then
        contain(env)
        if not methods_contained then
            methods_contained = true
            contain({ string = methods, table = {}, os = {} })
        end
    end

    local own
    env.getfenv, env.setfenv, own = environments(room)
    room.environments = own

    local function compiled(source, name, chunk_env)
        if not room.trusted and type(source) == "string" and #source > LONGEST then
            return nil, "source of " .. #source .. " bytes is too long to be loaded at once; load at most " .. LONGEST
        end
        budget.check()
        return sandbox.compile(room, source, name, chunk_env)
    end

    function env.load(chunk, name, _, chunk_env)
        if chunk_env == nil then
            chunk_env = env
        elseif type(chunk_env) ~= "table" then
            -- LuaJIT would pass over it and give the chunk the state's real globals.
            raw_error("load: an environment is a table, not " .. type(chunk_env), 2)
        end
        own[chunk_env] = true
        return compiled(source_of(chunk), name or "=(load)", chunk_env)
    end

    function env.loadstring(source, name)
        -- The parser would call a reader function in a protected call of its own, which a budget error ends in.
        if type(source) ~= "string" then
            raw_error("loadstring takes a string, not " .. type(source) .. "; load takes a function", 2)
        end
        return compiled(source, name or source, env)
    end
end

--- Lets string methods see what the plugin adds to its own `string` table.
function sandbox.adopt_strings(room)
    string_meta.__index = room.env.string
end

return sandbox
