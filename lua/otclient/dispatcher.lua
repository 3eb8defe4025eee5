--- g_dispatcher: events of the next poll, of a later time, and of the end of a frame, in the order of each engine.

local context = ...
local raw = context.raw
local make_queue, make_heap = context.use("otclient/dispatcher_queue"), context.use("otclient/dispatcher_heap")
local error, pcall, tostring = raw.error, raw.pcall, raw.tostring

-- edubart's limit of rounds in which events may add events to the same poll.
local ROUNDS = 50
-- Ours for the end of mehah's frames, which in the real client may never be over: layouts that don't settle.
local DEFERRED_ROUNDS = 500

return function(engine)
    local dispatcher = {}
    local object = engine.object
    -- A queue with two ends: events[head] … events[tail].
    local events, head, tail = {}, 1, 0
    local deferred, polled = {}, {}
    -- Events that mehah's poll has taken out of the queue and runs just now.
    local taken = {}
    -- Events that still have to run in this round of edubart's poll: pushing to the front makes it longer.
    local round = 0
    local scheduled = engine.edubart and make_heap() or make_queue()

    --- Calls a function of scripts as the engine's callbacks do; an error is logged and goes no further.
    ---@param fn function
    function dispatcher.call(fn, ...)
        local ok, problem = engine:safe_call(fn, ...)
        if not ok then
            engine:log("error", "lua function callback failed: LUA ERROR:\n" .. tostring(problem))
        end
    end

    -- What the engine itself put into the queues is called without the wrapping for scripts.
    local function run(event)
        if event.object then
            dispatcher.call(event.callback)
            return
        end
        local ok, problem = pcall(event.callback)
        if not ok then
            if engine.stopped then
                error(problem, 0)
            end
            engine:log("error", "an event of the engine failed: " .. tostring(problem))
        end
    end

    local function execute(event)
        if event.max_cycles then
            if not event.canceled and event.callback and (event.max_cycles == 0 or event.cycles < event.max_cycles) then
                run(event)
                event.executed = true
            else
                event.callback = nil
            end
            event.cycles = event.cycles + 1
        else
            if not event.canceled and not event.executed and event.callback then
                run(event)
                event.executed = true
            end
            event.callback = nil
        end
    end

    local function next_cycle(event)
        if event.callback and not event.canceled and (event.max_cycles == 0 or event.cycles < event.max_cycles) then
            event.ticks = event.ticks + event.delay
            return true
        end
        event.callback = nil
        return false
    end

    local function push(event)
        tail = tail + 1
        events[tail] = event
        return event
    end

    local function fresh(callback, front)
        local event = object.new("Event")
        event.callback, event.canceled, event.executed = callback, false, false
        if front then
            head = head - 1
            events[head] = event
            round = round + 1
        else
            push(event)
        end
        return event
    end

    local function later(callback, delay, max_cycles)
        local event = object.new("ScheduledEvent")
        event.callback, event.canceled, event.executed = callback, false, false
        event.ticks, event.delay, event.max_cycles, event.cycles = engine.now + delay, delay, max_cycles, 0
        scheduled.push(event)
        return event
    end

    --- Runs a function of the engine in the next poll.
    ---@param fn function
    function dispatcher.add(fn)
        return push({ callback = fn })
    end

    --- Runs a function of the engine later; `event.canceled = true` prevents it.
    ---@param fn function
    ---@param delay integer milliseconds
    ---@param cycle boolean|nil again and again
    function dispatcher.schedule(fn, delay, cycle)
        local event = {
            callback = fn,
            ticks = engine.now + delay,
            delay = delay,
            max_cycles = cycle and 0 or 1,
            cycles = 0,
        }
        scheduled.push(event)
        return event
    end

    --- Runs a function of the engine at the end of the frame, after all events. edubart has no such queue: there it
    --- is an event as any other.
    ---@param fn function
    function dispatcher.defer(fn)
        if engine.edubart then
            push({ callback = fn })
        else
            deferred[#deferred + 1] = { callback = fn }
        end
    end

    --- Calls a function before and after each poll of events, as connections are.
    ---@param fn function
    function dispatcher.on_poll(fn)
        polled[#polled + 1] = fn
    end

    -- Takes the events that are there by now, and leaves the queue to those that they add.
    local function poll_mehah()
        scheduled.merge()
        local list, from, to = events, head, tail
        events, head, tail = {}, 1, 0
        taken = list
        for index = from, to do
            execute(list[index])
        end
        taken = {}
        scheduled.run(engine.now, execute, next_cycle)
        local rounds = 0
        while #deferred > 0 do
            if rounds == DEFERRED_ROUNDS then
                engine:log(
                    "error",
                    "events at the end of the frame go on adding others, as layouts do that never settle; "
                        .. "the rest waits for the next frame"
                )
                break
            end
            rounds = rounds + 1
            list, deferred = deferred, {}
            for index = 1, #list do
                execute(list[index])
            end
        end
    end

    local function poll_edubart()
        scheduled.run(engine.now, execute, next_cycle)
        local rounds = 0
        round = tail - head + 1
        while round > 0 and rounds <= ROUNDS do
            local done = 0
            while done < round do
                local event = events[head]
                events[head] = nil
                head = head + 1
                execute(event)
                done = done + 1
            end
            round = tail - head + 1
            rounds = rounds + 1
        end
    end

    local function around()
        for index = 1, #polled do
            polled[index]()
        end
    end

    --- Events of scripts that have yet to run.
    ---@return table[] records
    function dispatcher.pending()
        local list = {}
        local function visit(event)
            if event.object and event.callback and not event.canceled then
                list[#list + 1] = event
            end
        end
        for _, event in raw.pairs(taken) do
            visit(event)
        end
        for index = head, tail do
            visit(events[index])
        end
        scheduled.each(visit)
        for index = 1, #deferred do
            visit(deferred[index])
        end
        return list
    end

    --- Polls as the main loop does once a frame.
    function dispatcher.poll()
        around()
        if engine.edubart then
            poll_edubart()
        else
            poll_mehah()
        end
        around()
    end

    engine:class("Event", {
        cancel = function(event)
            event.canceled, event.callback = true, nil
        end,
        execute = execute,
        isCanceled = function(event)
            return event.canceled
        end,
        isExecuted = function(event)
            return event.executed
        end,
    })
    engine:class("ScheduledEvent", {
        nextCycle = next_cycle,
        ticks = function(event)
            return event.ticks
        end,
        remainingTicks = function(event)
            return event.ticks - engine.now
        end,
        delay = function(event)
            return event.delay
        end,
        cyclesExecuted = function(event)
            return event.cycles
        end,
        maxCycles = function(event)
            return event.max_cycles
        end,
    })

    local function defer_script(fn)
        deferred[#deferred + 1] = { callback = fn, object = true }
    end
    engine:singleton("g_dispatcher", {
        addEvent = fresh,
        addEventEx = function(_, callback)
            return fresh(callback)
        end,
        scheduleEvent = function(callback, delay)
            return later(callback, delay, 1)
        end,
        scheduleEventEx = function(_, callback, delay)
            return later(callback, delay, 1)
        end,
        cycleEvent = function(callback, delay)
            return later(callback, delay, 0)
        end,
        cycleEventEx = function(_, callback, delay)
            return later(callback, delay, 0)
        end,
        deferEvent = defer_script,
        deferEventEx = function(_, callback)
            defer_script(callback)
        end,
    })
    return dispatcher
end
