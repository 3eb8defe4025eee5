--- One client of a load test as its script sees it: `g_game`, `LocalPlayer`, `connect`, `scheduleEvent`, `wait`.

local context = ...
local raw = context.raw
local make_game = context.use("swarm/game")
local make_timers = context.use("swarm/timers")
local setmetatable, tostring, type = raw.setmetatable, raw.tostring, raw.type
local traceback = raw.debug.traceback

local DIRECTIONS = {
    North = 0, East = 1, South = 2, West = 3, NorthEast = 4, SouthEast = 5, SouthWest = 6, NorthWest = 7,
}

---@param out table see main.lua
---@param info table number, clients, version, account, character, player, place
return function(room, out, info, now)
    local client = { now = now, number = info.number }
    local env = setmetatable({}, { __index = room.env })
    client.env = env
    env._G = env
    local resume = room.env.coroutine.resume
    local timers = make_timers()
    -- Coroutines under way, the script's own among them: it is over when none is, nothing is due and nobody listens.
    local main

    local function fail(thread, problem)
        out.failed[#out.failed + 1] = { info.number, tostring(problem), traceback(thread) }
        client.stopped = true
    end

    local function go_on(thread, ...)
        local ok, ms = resume(thread, ...)
        if not ok then
            fail(thread, ms)
        elseif raw.coroutine.status(thread) ~= "dead" then
            timers.add(client.now + (type(ms) == "number" and ms or 0), function()
                go_on(thread)
            end)
        elseif thread == main then
            out.over[#out.over + 1] = info.number
        end
    end

    --- Runs a function that may `wait`.
    function client.run(fn, ...)
        local thread = raw.coroutine.create(fn)
        go_on(thread, ...)
        return thread
    end

    function client.begin(fn)
        main = raw.coroutine.create(fn)
        go_on(main)
    end

    function client.send(name, fields)
        out.sends[#out.sends + 1] = { info.number, name, fields or {} }
    end

    function client.advance(time)
        client.now = time
        if not client.stopped then
            timers.run(time)
        end
    end

    -- Signals ------------------------------------------------------------------------------------------------------

    local listeners = {}

    --- Calls who is connected to a signal of an object, each in a coroutine of its own.
    function client.signal(object, name, ...)
        local of = listeners[object]
        local all = of and of[name]
        for index = 1, all and #all or 0 do
            client.run(all[index], ...)
        end
    end

    function env.connect(object, handlers)
        if type(object) ~= "table" or type(handlers) ~= "table" then
            raw.error("connect(object, {signal = function}) is expected", 2)
        end
        local of = listeners[object] or {}
        listeners[object] = of
        for name, fn in raw.pairs(handlers) do
            of[name] = of[name] or {}
            out.listens[#out.listens + 1] = name
            raw.table.insert(of[name], fn)
        end
    end

    function env.disconnect(object, handlers)
        for name, fn in raw.pairs(handlers) do
            local all = listeners[object] and listeners[object][name] or {}
            for index = #all, 1, -1 do
                if all[index] == fn then
                    raw.table.remove(all, index)
                end
            end
        end
    end

    -- Time ---------------------------------------------------------------------------------------------------------

    --- Lets time pass, in milliseconds. In handlers, too: others go on meanwhile.
    function env.wait(ms)
        if type(ms) ~= "number" or ms < 0 then
            raw.error("wait takes milliseconds", 2)
        end
        raw.coroutine.yield(ms)
    end
    function env.scheduleEvent(fn, ms)
        return timers.add(client.now + (ms or 0), function()
            client.run(fn)
        end)
    end
    env.addEvent = env.scheduleEvent
    function env.cycleEvent(fn, ms)
        local event = {}
        local function again()
            client.run(fn)
            if not event.removed then
                event.timer = timers.add(client.now + raw.math.max(1, ms), again)
            end
        end
        event.timer = timers.add(client.now + raw.math.max(1, ms), again)
        return event
    end
    function env.removeEvent(event)
        if event then
            event.removed = true
            timers.remove(event.timer or event)
        end
    end
    env.g_clock = {
        millis = function()
            return client.now
        end,
    }

    -- What there is ------------------------------------------------------------------------------------------------

    for name, value in raw.pairs(DIRECTIONS) do
        env[name] = value
    end
    --- Which of how many clients this is, from 1.
    env.number, env.clients = info.number, info.clients
    function env.print(...)
        local words = {}
        for index = 1, raw.select("#", ...) do
            words[index] = tostring((raw.select(index, ...)))
        end
        out.said[#out.said + 1] = { info.number, raw.table.concat(words, "\t") }
    end
    make_game(client, info)
    return client
end
