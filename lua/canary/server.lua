--- One server: what its parts have in common. Each part (`scheduler.lua`, `items.lua`, …) is a function that takes the
--- server and declares what scripts see.

local context = ...
local raw = context.raw
local make_userdata, arguments = context.use("canary/userdata"), context.use("canary/arguments")
local rawset = raw.rawset

local Server = {}
Server.__index = Server

--- Makes the server of a room.
---@param room table see prelude/entries.lua
---@param settings table what the host passes: `dialect`, `seed`, …
local function make(room, settings)
    local server
    local function out_of_range(...)
        server.parts.report.out_of_range(...)
    end
    server = raw.setmetatable({
        room = room,
        --- The globals, which all scripts share.
        env = room.env,
        --- Calls the host: `server.host("files.read", path)`; raises its refusal.
        host = room.host,
        settings = settings,
        --- canary or tfs: whose behaviour is shown where the two differ.
        dialect = settings.dialect,
        tfs = settings.dialect == "tfs",
        --- Milliseconds since the server began; moves with the control `advance` alone.
        now = 0,
        --- Functions that the host calls by name: `server.control("advance", 1000)`.
        controls = {},
        --- What parts offer to each other, by part: server.parts.map.tile(x, y, z).
        parts = {},
        userdata = make_userdata(room.env, settings.dialect == "tfs"),
        arguments = settings.dialect == "tfs" and arguments.wrapping(out_of_range) or arguments,
    }, Server)
    return server
end

--- Sets global functions and values.
function Server:globals(values)
    for name, value in raw.pairs(values) do
        rawset(self.env, name, value)
    end
end

--- Makes a global table of functions that is no class (Game, db, configManager, …), or adds to it.
function Server:table(name, functions)
    local place = raw.rawget(self.env, name)
    if not place then
        place = {}
        rawset(self.env, name, place)
    end
    for key, fn in raw.pairs(functions) do
        place[key] = fn
    end
    return place
end

-- Calls of scripts -------------------------------------------------------------------------------------------

--- Calls a callback of a script. An error is reported with the callback's name, file and line, and counted.
---@param label string|table what is called: "Action onUse of /scripts/actions/x.lua", or see report.lua
---@return boolean ok
---@return any ... what it returned
function Server:call(label, fn, ...)
    return self.parts.report.call(label, fn, ...)
end

--- Reports what a function of the API can't use, as the servers do: logged with where it was called; nothing is raised.
---@param text string
function Server:report(text)
    self.parts.report.warn(text)
end

--- Compiles text with the globals that scripts share.
---@param source string
---@param name string chunk name, `@data/scripts/x.lua`
---@param env table|nil
---@return function|nil, string|nil problem
function Server:compile(source, name, env)
    return raw.load(source, name, "t", env or self.env)
end

--- Writes to the log.
---@param level string trace, debug, info, warn or error
---@param text string
function Server:log(level, text)
    self.host("log", level, text)
end

return make
