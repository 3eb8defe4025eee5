--- What a plugin finds in its globals: private copies of harmless libraries and guarded versions of the rest.

local context = ...
local raw = context.raw
local budget = context.use("budget")
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

local function guarded_collectgarbage(option)
    option = option or "collect"
    if option == "count" or option == "collect" or option == "step" then
        return raw.collectgarbage(option)
    end
    raw_error("collectgarbage takes 'count', 'collect' or 'step' here; the rest is the host's", 2)
end

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
    env.string = copy_of("string", { dump = true })
    env.coroutine = copy_of("coroutine")
    env.coroutine.resume = guarded_resume
    env.os = { clock = raw.os.clock, date = raw.os.date, difftime = raw.os.difftime, time = raw.os.time }
    env.pcall = guarded_pcall
    env.xpcall = guarded_xpcall
    env.collectgarbage = guarded_collectgarbage

    local own
    env.getfenv, env.setfenv, own = environments(room)
    room.environments = own

    function env.load(chunk, name, _, chunk_env)
        if type(chunk_env) == "table" then
            own[chunk_env] = true
        end
        return sandbox.compile(room, source_of(chunk), name or "=(load)", chunk_env or env)
    end

    function env.loadstring(source, name)
        return sandbox.compile(room, source, name or source, env)
    end
end

-- ("x"):rep() finds its functions here. In a VM of its own a plugin may extend it (function string:split()),
-- in a shared one it is nobody's.
local methods = copy_of("string", { dump = true })
local string_meta = raw.debug.getmetatable("")
string_meta.__index = methods

--- Lets string methods see what the plugin adds to its own `string` table.
function sandbox.adopt_strings(room)
    string_meta.__index = room.env.string
end

return sandbox
