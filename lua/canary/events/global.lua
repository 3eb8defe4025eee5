--- GlobalEvent: what happens at startup and shutdown, every so often, at a time of day, at a record of players.

local context = ...
local raw = context.raw
local floor, lower = raw.math.floor, raw.string.lower

local SERVER_TYPES = {
    startup = "onStartup",
    shutdown = "onShutdown",
    record = "onRecord",
    save = "onSave",
}
local DAY_MS = 86400000
-- The servers look no sooner than this for what is due.
local SOONEST = 50

return function(server, events, base)
    local registry, userdata, arguments = server.registry, server.userdata, server.arguments
    local tfs = server.tfs
    local thinkers = registry.places("global think")
    local timers = registry.places("global time")
    local others = registry.places("global")
    local types = {}
    for word, kind in raw.pairs(SERVER_TYPES) do
        types[word] = kind
    end
    if tfs then
        types.timer = "onTime"
    else
        types.periodchange, types.onthink = "onPeriodChange", "onThink of the server"
    end

    --- Makes the record of a global event.
    function events.make_global(name)
        return base.make("GlobalEvent", { name = name, interval = 0, next = 0 })
    end

    userdata.class("GlobalEvent", nil, function(_, name)
        if not base.allowed("GlobalEvents", "luaCreateGlobalEvent") then
            return nil
        end
        return userdata.push(events.make_global(arguments.string(name)))
    end)

    local function method(fn)
        return base.method("GlobalEvent", nil, fn)
    end

    -- Time --------------------------------------------------------------------------------------------------------

    local function think(event)
        if event.gone or thinkers:first(event.name) ~= event then
            return false
        end
        if not base.ask(event, event.interval) then
            server:log(
                "error",
                tfs and "[Error - GlobalEvents::think] Failed to execute event: " .. event.name
                    or "[GlobalEvents::think] - Failed to execute event: " .. event.name
            )
        end
        event.next = event.next + event.interval
        return true
    end

    local function tick(event)
        if event.gone or timers:first(event.name) ~= event then
            return false
        elseif not base.ask(event, event.interval) then
            -- One that says no is not called again.
            event.stopped = true
            return false
        end
        event.next = event.next + DAY_MS
        return true
    end

    --- Runs an event of a time of day now (TFS); nil when there is none of that name.
    ---@param name string
    ---@return boolean|nil
    function events.start_timer(name)
        local event = timers:first(name)
        return event and base.ask(event, event.interval) or (event and false or nil)
    end

    -- Runs an event whenever it is due, as long as it stands: one that waits behind another of its name goes on
    -- waiting.
    local function keep_time(event, run)
        local function due()
            event.clock = nil
            if event.removed or event.stopped then
                return
            end
            run(event)
            if event.next <= server.now then
                event.next = server.now + raw.math.max(event.interval, SOONEST)
            end
            event.clock = server.parts.scheduler.after(event.next - server.now, due)
        end
        local first = server.now + SOONEST
        if event.next < first then
            event.next = first
        end
        event.clock = server.parts.scheduler.after(event.next - server.now, due)
    end

    local function stop(event)
        event.removed = true
        server.parts.scheduler.cancel(event.clock)
        event.clock = nil
    end

    --- Registers a global event; whether its name was still free.
    function events.register_global(event)
        local kind = event.type
        local places = kind == "onTime" and timers or kind and others or thinkers
        local free = not places:first(event.name)
        registry.add(places, event.name, event)
        if places ~= others then
            local run = places == timers and tick or think
            keep_time(event, run)
            server.parts.scripts.own(function()
                stop(event)
            end, function()
                event.removed = nil
                event.next = raw.math.max(event.next, server.now + event.interval)
                keep_time(event, run)
            end)
        end
        if not free then
            server:log(
                "warning",
                tfs and "[Warning - GlobalEvents::configureEvent] Duplicate registered globalevent with name: "
                        .. event.name
                    or "Duplicate registered globalevent with name: " .. event.name
            )
        end
        return free
    end

    local function complain(what, event, text)
        server:log(
            "error",
            tfs and '[Error - GlobalEvent::configureEvent] Invalid ' .. what .. ' "' .. text
                    .. '" for globalevent with name: ' .. event.name
                or "[GlobalEventFunctions::luaGlobalEventTime] - Invalid " .. what .. (what == "hour" and " " or ": ")
                    .. text .. " for globalevent with name: " .. event.name
        )
        return false
    end

    -- Leading digits of a text, as atoi reads them.
    local function number_of(text)
        return raw.tonumber(raw.string.match(text or "", "^%s*([%+%-]?%d+)")) or 0
    end

    --- Sets the time of day of an event.
    ---@param text string "18:30:00"
    ---@return boolean whether it is one
    function events.set_time(event, text)
        local parts = {}
        for part in raw.string.gmatch(text .. ":", "([^:]*):") do
            parts[#parts + 1] = part
        end
        local hour, minute, second = number_of(parts[1]), number_of(parts[2]), number_of(parts[3])
        if hour < 0 or hour > 23 then
            return complain("hour", event, text)
        end
        event.interval = hour * 65536
        if minute < 0 or minute > 59 then
            return complain("minute", event, text)
        elseif second < 0 or second > 59 then
            return complain(tfs and "second" or "minute", event, text)
        end
        local now = server.parts.scheduler.time()
        local left = hour * 3600 + minute * 60 + second - now % 86400
        if left < 0 then
            left = left + 86400
        end
        event.next, event.type = floor(server.now) + left * 1000, "onTime"
        return true
    end

    userdata.methods("GlobalEvent", {
        type = method(function(event, word)
            local text = arguments.string(word)
            local kind = types[lower(text)]
            if kind then
                event.type = kind
            else
                server:log(
                    "error",
                    tfs and "[Error - CreatureEvent::configureLuaEvent] Invalid type for global event: " .. text
                        or "[GlobalEventFunctions::luaGlobalEventType] - Invalid type for global event: {}"
                )
            end
            return true
        end),
        register = method(function(event)
            if not event.loaded then
                return false
            elseif not event.type and event.interval == 0 then
                server:log(
                    "error",
                    (tfs and "[Error - LuaScriptInterface::luaGlobalEventRegister]" or "luaGlobalEventRegister -")
                        .. " No interval for globalevent with name " .. event.name
                )
                return false
            end
            return events.register_global(event)
        end),
        time = method(function(event, text)
            return events.set_time(event, arguments.string(text))
        end),
        interval = method(function(event, interval)
            event.interval = arguments.u32(interval)
            event.next = server.now + event.interval
            return true
        end),
    })
    local callbacks = { "onThink", "onTime", "onStartup", "onShutdown", "onRecord", "onSave" }
    if not tfs then
        callbacks[#callbacks + 1] = "onPeriodChange"
    end
    local methods = {}
    for _, callback in raw.ipairs(callbacks) do
        methods[callback] = method(function(event, ...)
            return base.set_callback(event, arguments.last(...), callback)
        end)
    end
    userdata.methods("GlobalEvent", methods)

    --- Fires the events of a type, in the order of their names: onStartup, onShutdown, onSave, onRecord,
    --- onPeriodChange.
    ---@param kind string
    function events.global(kind, ...)
        for _, event in raw.ipairs(events.global_list(kind)) do
            base.run(event, ...)
        end
    end

    --- The events of such a type, in the order of their names.
    function events.global_list(kind)
        local list = {}
        for _, event in raw.ipairs((others:sorted())) do
            if event.type == kind then
                list[#list + 1] = event
            end
        end
        return list
    end

    --- Fires one of them.
    events.run_global = base.run

    events.places = events.places or {}
    events.places.global = { others, thinkers, timers }
end
