--- First chunk of every VM. Takes what only the host may touch, wires the prelude together, and leaves
--- the state's real globals without a way out. Plugin code never runs in these globals: each room has its own.
---
--- Called once by tibicen.vm.lua_state with the bytecode of every prelude module.

local host_call, library_path, header, hook_interval = ...
local modules = {}
for index = 5, select("#", ...), 2 do
    modules[select(index, ...)] = select(index + 1, ...)
end

local ffi = require("ffi")
ffi.cdef(header)

-- Captured before any plugin exists: the prelude never looks a name up where a plugin could have written it.
local raw = {
    assert = assert,
    collectgarbage = collectgarbage,
    error = error,
    getfenv = getfenv,
    getmetatable = getmetatable,
    ipairs = ipairs,
    load = load,
    newproxy = newproxy,
    next = next,
    pairs = pairs,
    pcall = pcall,
    rawequal = rawequal,
    rawget = rawget,
    rawset = rawset,
    select = select,
    setfenv = setfenv,
    setmetatable = setmetatable,
    tonumber = tonumber,
    tostring = tostring,
    type = type,
    unpack = unpack,
    xpcall = xpcall,
}
for _, library in ipairs({ "bit", "coroutine", "debug", "jit", "math", "os", "string", "table" }) do
    local copy = {}
    for name, value in pairs(_G[library]) do
        copy[name] = value
    end
    raw[library] = copy
end

local context = {
    ffi = ffi,
    core = ffi.load(library_path),
    raw = raw,
    host_call = host_call,
    hook_interval = hook_interval,
    -- How many calls of the host there were.
    asked = 0,
    -- lupa looks up _G.debug at every call; keeping the word interned spares that look-up an allocation,
    -- which outside a protected call and with the memory quota reached would end the process.
    interned = { "debug", "traceback" },
}
local loaded = {}

--- Loads a prelude module once and returns what it returns.
---@param name string file name without ending
function context.use(name)
    if loaded[name] == nil then
        local bytecode = modules[name] or raw.error("no prelude module '" .. name .. "'", 2)
        loaded[name] = raw.assert(raw.load(bytecode, "=tibicen/" .. name, "b"))(context)
    end
    return loaded[name]
end

--- Forgets the modules of a folder, with what they keep; those that are in use go on.
---@param folder string
function context.forget(folder)
    for name in raw.pairs(loaded) do
        if raw.string.sub(name, 1, #folder + 1) == folder .. "/" then
            loaded[name] = nil
        end
    end
end

local entries = context.use("entries")

-- The real globals lose every door. (`python` is lupa's own; `package` holds loaded.ffi, preload and loadlib.)
for name in raw.pairs(_G) do
    if name ~= "_G" then
        _G[name] = nil
    end
end
raw.getmetatable("").__metatable = "protected"

return raw.unpack(entries)
