--- The few functions of a VM that Python calls. All take numbers and return nothing, or a status and a value.

local context = ...
local raw = context.raw
local border, budget, failure = context.use("border"), context.use("budget"), context.use("failure")
local sandbox, chains, packets = context.use("sandbox"), context.use("chains"), context.use("packets")
local profiler = context.use("profiler")
context.use("texts")
local status, handler, xpcall, type = failure.status, failure.handler, raw.xpcall, raw.type
local host_call = context.host_call

local rooms = {}
local callbacks = {}
local next_callback = 0

-- How many calls of the host are under way, and whether a call into this VM from inside one of them used up the time
-- that is the outer one's too. That one must not go on, whatever it does with the error of the inner.
local asking, spent, known_failures = 0, false, 0

local function finish(culprit, ok, first, second)
    if not ok then
        local kind, text = failure.of(first, culprit)
        if kind == status.cpu and asking > 0 then
            spent = true
        end
        return kind, text
    elseif first ~= nil then
        return first, second
    end
end

local function answer(value)
    local kind = type(value)
    if value == nil then
        return
    elseif kind == "boolean" then
        return status.value, value
    end
    return status.packed, border.pack(value)
end

local function ask(room_id, operation, length)
    -- A call that was stopped in here has not counted down; that is no concern of the next one.
    local failures = budget.failures()
    if failures ~= known_failures then
        known_failures, asking, spent = failures, 0, false
    end
    asking = asking + 1
    context.asked = context.asked + 1
    local ok, result = raw.pcall(host_call, room_id, operation, length)
    asking = asking - 1
    if spent then
        spent = asking > 0
        raw.error(budget.exceeded, 0)
    elseif not ok then
        -- No object of Python's gets into the hands of a plugin, not even as an error.
        raw.error(type(result) == "string" and result or "the host could not answer " .. operation, 0)
    end
    return result
end

--- Calls the host for a room; raises the host's refusal at the plugin's line.
---@param read fun(length: number): any reads what the host answered out of the inbox
local function caller(room_id, read)
    return function(operation, ...)
        local packed, length = raw.pcall(border.pack_list, raw.select("#", ...), ...)
        if not packed then
            if length == budget.exceeded then
                raw.error(length, 0)
            end
            failure.blame(operation .. ": " .. (border.refusal(length) or border.describe(length)))
        end
        local result = ask(room_id, operation, length)
        if result >= 0 then
            return read(result)
        elseif result < -1 then
            failure.blame(border.text(-result - 2))
        end
    end
end

--- One plugin generation inside this VM.
local function open(room_id, length)
    local options = border.unpack(length)
    local room = {
        id = room_id,
        name = options.name,
        trusted = options.trusted,
        env = {},
        callbacks = {},
        host = caller(room_id, border.unpack),
    }
    --- As `host`, for what answers with a list of texts; they are not made Lua strings.
    ---@param into table of texts.lua
    function room.host_texts(into, ...)
        local function take(size)
            into:take(size)
        end
        return caller(room_id, take)(...)
    end
    --- Keeps a function of the plugin and returns the number that the host knows it by.
    ---@param label string|nil what it is, for profiles: "hook player.login"
    function room.keep(fn, label)
        next_callback = next_callback + 1
        callbacks[next_callback] = fn
        room.callbacks[next_callback] = label or "callback"
        return next_callback
    end
    function room.forget(id)
        callbacks[id] = nil
        room.callbacks[id] = nil
    end
    function room.callback(id)
        return callbacks[id]
    end
    rooms[room_id] = room
    sandbox.furnish(room)
    if options.own_vm then
        sandbox.adopt_strings(room)
    end
    if options.realm then
        return answer(context.use(options.realm)(room, options))
    end
end

-- What runs just now, for errors that know no line: a function, or the name of a chunk.
local begun

-- A protected call that sets `begun`; what was begun around it is restored.
local function attempt(fn, ...)
    local outer = begun
    local ok, first, second = xpcall(fn, handler, ...)
    local culprit = begun
    begun = outer
    return finish(culprit, ok, first, second)
end

local function load_chunk(room_id, length)
    local chunk_name, source = border.unpack_list(length)
    begun = chunk_name
    local room = rooms[room_id]
    local fn, problem = sandbox.compile(room, source, "@" .. chunk_name, room.env)
    if not fn then
        raw.error(problem, 0)
    end
    return answer(fn())
end

local function target(room_id, callback_id)
    return callbacks[callback_id] or raw.error("callback " .. callback_id .. " of room " .. room_id .. " is gone", 0)
end

local function call(room_id, callback_id, length)
    local fn = target(room_id, callback_id)
    if length == 0 then
        return answer(fn())
    end
    return answer(fn(border.unpack_list(length)))
end

-- Globals are looked up without metamethods: a name means what the plugin assigned, nothing else.
local function global(room_id, name)
    local value = raw.rawget(rooms[room_id].env, name)
    return type(value) == "function" and value or nil
end

local function call_named(room_id, name, ...)
    local fn = global(room_id, name) or raw.error("no global function '" .. border.describe(name) .. "'", 0)
    begun = fn
    return answer(fn(...))
end

local function call_global(room_id, length)
    return call_named(room_id, border.unpack_list(length))
end

local function build_chain(chain_id, length)
    local kind, arity, ids = border.unpack_list(length)
    local handlers = {}
    for index, id in raw.ipairs(ids) do
        handlers[index] = target(0, id)
    end
    chains.build(chain_id, kind, arity, handlers, ids)
end

-- Runs a chain; what answers with who ended it, too, see chains.lua.
local function through(run)
    return function(chain_id, length)
        local ok, first, second, ended_by = xpcall(run, handler, chain_id, length)
        if not ok then
            return finish(nil, ok, first)
        elseif first ~= nil then
            return first, second, ended_by
        end
    end
end

-- Shows packets to a chain, see packets.lua.
local function show(...)
    local ok, kind, value, by, done = xpcall(packets.dispatch, handler, ...)
    if not ok then
        kind, value = finish(nil, ok, kind)
        return kind, value, nil, packets.begun()
    elseif kind ~= nil then
        return kind, value, by, done
    end
end

local entries
entries = {
    function(in_address, out_address, out_size, deadline_address)
        border.bind(in_address, out_address, out_size)
        budget.bind(deadline_address)
    end,
    function(room_id, length)
        return finish(nil, xpcall(open, handler, room_id, length))
    end,
    function(room_id, length)
        return attempt(load_chunk, room_id, length)
    end,
    function(room_id, callback_id, length)
        return finish(callbacks[callback_id], xpcall(call, handler, room_id, callback_id, length))
    end,
    function(room_id, length)
        return attempt(call_global, room_id, length)
    end,
    function(room_id, length)
        local found = global(room_id, border.text(length))
        return status.value, found ~= nil
    end,
    function(chain_id, length)
        return finish(nil, xpcall(build_chain, handler, chain_id, length))
    end,
    through(chains.dispatch),
    chains.drop,
    function(room_id)
        local room = rooms[room_id]
        if not room then
            return
        end
        for id in raw.pairs(room.callbacks) do
            callbacks[id] = nil
        end
        rooms[room_id] = nil
    end,
    function()
        raw.collectgarbage("collect")
        raw.collectgarbage("collect")
    end,
    budget.slice,
    function(room_id, callback_id)
        local room = rooms[room_id]
        if room then
            room.forget(callback_id)
        end
    end,
    through(chains.dispatch_timed),
    function(chain_id)
        return finish(nil, xpcall(chains.times, handler, chain_id))
    end,
    function(room_id, interval)
        local function of(label)
            return function(profiled, called)
                return called == profiled and label or nil
            end
        end
        local function of_call(profiled, called, callback_id)
            return called == profiled and rooms[called].callbacks[callback_id] or nil
        end
        local function of_chain(profiled, chain_id)
            return rooms[profiled].callbacks[chains.current(chain_id)]
        end
        return profiler.start(rooms[room_id], interval, {
            { entries[3], of("life-cycle load") },
            { entries[4], of_call },
            { entries[5], of("life-cycle") },
            { entries[8], of_chain },
            { entries[14], of_chain },
            { entries[18], of_chain },
        })
    end,
    function()
        return finish(nil, xpcall(function()
            return answer(profiler.stop())
        end, handler))
    end,
    show,
}

-- There is no emergency collection when the quota is reached, so a cycle starts well before memory has doubled.
raw.collectgarbage("setpause", 125)

border.on_full(function(needed)
    return host_call(0, "border.grow", needed)
end)

return entries
