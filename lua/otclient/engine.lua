--- The engine of one client: what its parts have in common. Each part (`dispatcher.lua`, `widget.lua`, …) is a
--- function that takes the engine and declares what scripts see.

local context = ...
local raw = context.raw
local api = context.use("otclient/api")
local make_object, make_convert = context.use("otclient/object"), context.use("otclient/convert")
local make_bind = context.use("otclient/bind")
local stack = context.use("otclient/stack")
local type, xpcall, rawget, rawset, select = raw.type, raw.xpcall, raw.rawget, raw.rawset, raw.select
local find, match = raw.string.find, raw.string.match

local Engine = {}
Engine.__index = Engine

--- Makes the engine of a room.
---@param room table see prelude/entries.lua
---@param settings table what the host passes: `dialect`, …
local function make(room, settings)
    local object = make_object()
    local engine = raw.setmetatable({
        room = room,
        --- The globals of the client, which scripts of all modules share.
        env = room.env,
        --- Calls the host: `engine.host("files.read", path)`; raises its refusal.
        host = room.host,
        settings = settings,
        --- mehah or edubart: whose behaviour is shown where the two differ.
        dialect = settings.dialect,
        edubart = settings.dialect == "edubart",
        --- The globals that chunks are compiled with just now: a module's, while it loads.
        thread_env = room.env,
        --- The module that is being loaded or unloaded, as its record; nil outside.
        current_module = nil,
        --- Milliseconds since the client began. Time stands still between two calls of the control `advance`.
        now = 0,
        --- Functions that the host calls by name: `client.control("frame")`.
        controls = {},
        --- What parts offer to each other, by part: engine.parts.dispatcher.defer(fn).
        parts = {},
        object = object,
        convert = make_convert(object),
    }, Engine)
    if engine.edubart then
        local convert = engine.convert
        convert.pointer, convert.no_size = "stdext::shared_object_ptr<", -1
        convert.no_object = "LUA ERROR:\nfailed to call a member function because the passed object is nil"
    end
    engine.bind = make_bind(engine.convert, function(text)
        engine:log("warning", text)
    end)
    return engine
end

local function signature_of(self, path)
    local signature = self.edubart and api.edubart[path] or api.signatures[path] or api.ignored[path]
    if signature == nil then
        raw.error("lua/otclient: " .. path .. " is not declared as implemented in manifests/api/otclient.yaml", 0)
    end
    return signature
end

local function in_dialect(self, path)
    local only = api.only[path]
    return only == nil or only == self.dialect
end

local function parent_of(self, class)
    return self.edubart and api.edubart_parents[class] or api.parents[class]
end

--- Declares a class, or adds to it. Methods are called with a colon and get the object's record first, statics with a
--- dot. What the dialect lacks is left out.
---@param name string
---@param methods table<string, function>
---@param statics table<string, function>|nil
---@return table class the global table
function Engine:class(name, methods, statics)
    local class = self.object.classes[name]
    if not in_dialect(self, name) then
        return class or {}
    elseif not class then
        local parent = parent_of(self, name)
        if parent and not self.object.classes[parent] then
            self:class(parent, {})
        end
        class = self.object.class(name, parent)
        local meta = self.object.metatables[class]
        if self.edubart then
            -- Classes of this engine do not know their names.
            class.__name, class.__baseName, meta.__name, meta.__baseName = nil, nil, nil, nil
        end
        rawset(self.env, name, class)
        rawset(self.env, name .. "_mt", meta)
        rawset(self.env, name .. "_fieldmethods", meta.fieldmethods)
    end
    for key, fn in raw.pairs(methods) do
        local path = name .. ":" .. key
        if in_dialect(self, path) then
            rawset(class, key, self.bind.wrap(signature_of(self, path), fn, name))
        end
    end
    for key, fn in raw.pairs(statics or {}) do
        local path = name .. "." .. key
        if in_dialect(self, path) then
            rawset(class, key, self.bind.wrap(signature_of(self, path), fn))
        end
    end
    return class
end

--- Declares a singleton such as g_game, or adds to it.
---@param name string
---@param functions table<string, function>
---@return table singleton the global table
function Engine:singleton(name, functions)
    if not in_dialect(self, name) then
        return {}
    end
    local single = rawget(self.env, name)
    if not single then
        single = {}
        rawset(self.env, name, single)
    end
    for key, fn in raw.pairs(functions) do
        local path = name .. "." .. key
        if in_dialect(self, path) then
            single[key] = self.bind.wrap(signature_of(self, path), fn)
        end
    end
    return single
end

--- Declares global functions.
function Engine:globals(functions)
    for name, fn in raw.pairs(functions) do
        if in_dialect(self, name) then
            rawset(self.env, name, self.bind.wrap(signature_of(self, name), fn))
        end
    end
end

--- Declares what the API takes and ignores; called once all parts have declared theirs.
function Engine:declare_ignored()
    for path in raw.pairs(api.ignored) do
        local separator, member = match(path, "[%.:]"), match(path, "[%.:](.+)$")
        local owner = match(path, "^([%w_]+)[%.:]")
        if in_dialect(self, path) and (not owner or in_dialect(self, owner)) then
            local is_class = owner and (separator == ":" or api.parents[owner] or self.object.classes[owner])
            local target = not owner and self.env or is_class and self:class(owner, {}) or self:singleton(owner, {})
            local name = member or path
            if rawget(target, name) == nil then
                rawset(target, name, self.bind.ignore(signature_of(self, path), separator == ":" and owner or nil))
            end
        end
    end
end

--- Raises what a bound function of the engine raises when it fails: "C++ call failed: …".
function Engine:fail(text)
    self.convert.fail(text)
end

-- Calls of scripts -------------------------------------------------------------------------------------------

local function handler(err)
    local text = type(err) == "string" and err or raw.tostring(err)
    if find(text, "stack traceback:", 1, true) then
        return text
    end
    return (stack.traceback(text, 2))
end

local function called(self, ok, ...)
    if not ok then
        if self.fatal then
            -- The real client is gone by now: nothing that called goes on.
            raw.error(self.fatal, 0)
        elseif not self.edubart then
            self:log("error", "Lua exception: " .. raw.tostring((...)))
        end
    end
    return ok, ...
end

--- Calls a function of scripts; an error is logged as the engine does.
---@return boolean ok
---@return any ... what it returned, or the error's text
function Engine:safe_call(fn, ...)
    return called(self, xpcall(fn, handler, ...))
end

local TOO_MANY = "LUA ERROR: function call didn't return the expected number of results"

-- How many results there are, and the last of them, which is the one that the engine takes.
local function last_of(ok, ...)
    local count = select("#", ...)
    if count > 1 then
        return ok, (select(count, ...)), count
    end
    return ok, (...), count
end

--- Calls a signal: a function, or a table of slots, of which the first that answers true ends the round.
--- An error ends it too.
---@return any what the function returned; for a table whether a slot ended the round; nil after an error
function Engine:signal_call(slots, ...)
    local failed
    if type(slots) == "function" then
        local ok, result = last_of(self:safe_call(slots, ...))
        if ok then
            return result
        end
        failed = "LUA ERROR:\n" .. raw.tostring(result)
    elseif type(slots) == "table" then
        for _, slot in raw.next, slots do
            if type(slot) ~= "function" then
                failed = "LUA ERROR: attempt to call a non function"
                break
            end
            local ok, result, count = last_of(self:safe_call(slot, ...))
            if not ok then
                failed = "LUA ERROR:\n" .. raw.tostring(result)
                break
            elseif count > 1 then
                failed = TOO_MANY
                break
            elseif result ~= nil and result ~= false then
                return true
            end
        end
        if not failed then
            return false
        end
    else
        failed = "LUA ERROR: attempt to call a non function value"
    end
    self:log("error", "protected lua call failed: " .. raw.tostring(failed))
end

--- Raises an event of an object: what scripts set as `obj.onX`, or its class's, called with the object first.
--- Arguments are what scripts see: objects as `record.object`.
---@param record table
---@param event string
---@return any what the slot answered; nil where there is none
function Engine:emit(record, event, ...)
    local slots = self.object.get(record, event)
    if slots ~= nil then
        return self:signal_call(slots, record.object, ...)
    end
end

--- Whether anything listens to an event of an object.
function Engine:listens(record, event)
    return self.object.get(record, event) ~= nil
end

--- Raises an event of a singleton or of a class table: `g_game.onX`, without a self.
---@param name string the global: g_game, g_app, …
function Engine:emit_global(name, event, ...)
    local single = self.thread_env[name]
    local slots = type(single) == "table" and single[event] or nil
    if slots ~= nil then
        return self:signal_call(slots, ...)
    end
end

--- Compiles text with the globals that chunks have just now.
---@param source string
---@param name string chunk name; `@/virtual/path.lua` for files
---@return function|nil, string|nil problem
function Engine:compile(source, name)
    return raw.load(source, name, "t", self.thread_env)
end

--- Writes to the log, as g_logger does.
---@param level string debug, info, warning, error or fatal
---@param text string
function Engine:log(level, text)
    local logger = self.parts.logger
    if logger then
        logger.write(level, text)
    else
        self.host("log", level, text)
    end
end

return make
