--- Time. It stands still until the control `advance` moves it; what is due on the way runs in order, and each sees its
--- own time. addEvent and stopEvent are here.

local context = ...
local raw = context.raw
local make_heap = context.use("canary/scheduler/heap")
local floor, select, type, unpack = raw.math.floor, raw.select, raw.type, raw.unpack

-- The servers run no event of a script sooner.
local SOONEST = 100
-- Kinds of userdata that are not safe to keep (LuaData_t): Item to Npc.
local LAST_UNSAFE = { canary = 6, tfs = 7 }
local LAST_ITEM = { canary = 3, tfs = 4 }
local KEY_TYPE = 116

return function(server)
    local scheduler = {}
    local arguments = server.arguments
    local heap = make_heap()
    -- Events of scripts by the number that scripts know: the order of addEvent calls.
    local events, next_event = {}, 1
    local tfs = server.tfs

    --- Calls a function of the engine after some milliseconds.
    ---@param ms number
    ---@param fn function
    ---@return table entry for `cancel`
    function scheduler.after(ms, fn)
        return heap.push(server.now + (ms > 0 and ms or 0), fn)
    end

    --- Calls a function of the engine every so many milliseconds, until it returns false.
    ---@param ms number
    ---@param fn function
    ---@return table entry for `cancel`
    function scheduler.every(ms, fn)
        local entry = {}
        local function again()
            if not entry.gone and fn() ~= false and not entry.gone then
                entry.inner = scheduler.after(ms, again)
            end
        end
        entry.inner = scheduler.after(ms, again)
        return entry
    end

    --- Takes back what `after` or `every` began. Idempotent.
    function scheduler.cancel(entry)
        while entry do
            entry.gone, entry.fn = true, nil
            entry = entry.inner
        end
    end

    --- Whole seconds since 1970 in the world.
    function scheduler.time()
        return server.settings.time + floor(server.now / 1000)
    end

    --- Milliseconds since 1970 in the world.
    function scheduler.milliseconds()
        return server.settings.time * 1000 + floor(server.now)
    end

    -- addEvent -------------------------------------------------------------------------------------------------

    local function unsafe_kind(value)
        if type(value) ~= "userdata" then
            return nil
        end
        local record = server.userdata.record(value)
        local metatable = record and server.userdata.metatables[record.class_name]
        local kind = metatable and metatable[KEY_TYPE] or 0
        return kind > 0 and kind <= LAST_UNSAFE[server.dialect] and kind or nil
    end

    local function warn_of(places)
        local text = #places > 1 and "Arguments " or "Argument "
        for index, place in raw.ipairs(places) do
            if index > 1 then
                text = text .. (index == #places and " and " or ", ")
            end
            text = text .. "#" .. place
        end
        server.parts.report.warn(text .. (#places > 1 and " are unsafe" or " is unsafe"), "luaAddEvent")
    end

    -- Userdata may be gone when the event runs: what is passed instead is the thing's number.
    local function make_safe(list, count)
        local config = server.parts.config
        local warns, converts = config.boolean("WARN_UNSAFE_SCRIPTS"), config.boolean("CONVERT_UNSAFE_SCRIPTS")
        if not warns and not converts then
            return
        end
        local places
        for index = 1, count do
            if unsafe_kind(list[index]) then
                places = places or {}
                places[#places + 1] = index + 2
            end
        end
        if not places then
            return
        end
        if warns then
            warn_of(places)
        end
        if converts then
            for _, place in raw.ipairs(places) do
                local value = list[place - 2]
                local item = unsafe_kind(value) <= LAST_ITEM[server.dialect]
                local convert = item and server.env.Item.getUniqueId or server.env.Creature.getId
                list[place - 2] = convert(value)
            end
        end
    end

    local function run(event)
        events[event.id] = nil
        server.parts.report.call(event, event.callback, unpack(event.list, 1, event.count))
    end

    local function add(callback, delay, ...)
        local count = select("#", ...)
        local list = { ... }
        make_safe(list, count)
        local running = server.parts.report.running()
        local event = {
            id = next_event,
            callback = callback,
            list = list,
            count = count,
            interface = "Main Interface",
            script = "(Unknown scriptfile)",
            label = "addEvent",
            timer = true,
            file = running and running.file,
        }
        local ms = arguments.u32(delay)
        event.entry = heap.push(server.now + (ms > SOONEST and ms or SOONEST), run, event)
        events[next_event] = event
        next_event = next_event + 1
        if event.file then
            server.parts.scripts.own_event(event)
        end
        return event.id
    end

    local function add_event(...)
        local callback, delay = ...
        local report = server.parts.report
        if tfs and select("#", ...) < 2 then
            report.warn("Not enough parameters: " .. select("#", ...) .. ".", "luaAddEvent")
            return false
        elseif not tfs and select("#", ...) < 2 then
            -- Canary dies of it.
            raw.error("addEvent takes a function and a delay", 2)
        elseif type(callback) ~= "function" then
            report.warn("callback parameter should be a function.", "luaAddEvent")
            return false
        elseif tfs and type(delay) ~= "number" then
            report.warn("delay parameter should be a number.", "luaAddEvent")
            return false
        end
        return add(...)
    end

    --- Takes back an event of a script.
    ---@param id number
    ---@return boolean whether it was still to come
    function scheduler.stop(id)
        local event = events[id]
        if not event then
            return false
        end
        events[id] = nil
        heap.drop(event.entry)
        return true
    end

    --- How many events of scripts are still to come.
    function scheduler.pending()
        local count = 0
        for _ in raw.pairs(events) do
            count = count + 1
        end
        return count
    end

    server:globals({
        addEvent = add_event,
        stopEvent = function(id)
            return scheduler.stop(arguments.u32(id))
        end,
    })

    --- Lets time pass.
    ---@param ms number
    function scheduler.advance(ms)
        local until_then = server.now + ms
        while true do
            local entry = heap.pop(until_then)
            if not entry then
                break
            end
            if entry.time > server.now then
                server.now = entry.time
            end
            entry.fn(entry.argument)
        end
        server.now = until_then
    end

    function server.controls.advance(ms)
        scheduler.advance(ms)
        return server.now
    end

    --- Milliseconds until the next thing happens; nil when nothing is to come.
    function server.controls.next_due()
        local time = heap.next_time()
        return time and time - server.now or nil
    end

    return scheduler
end
