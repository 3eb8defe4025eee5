--- timers.every(ms, fn), timers.after(ms, fn), timers.cancel(timer)

local context = ...
local raw = context.raw
local check, failure = context.use("check"), context.use("failure")

return function(room)
    local timers = {}

    local function start(what, ms, fn, repeats)
        check.argument(what, 1, ms, "number")
        check.argument(what, 2, fn, "function")
        local callback = room.keep(fn, "timer every " .. ms .. " ms")
        return check.handle(room, "release", room.host("timers.start", ms, callback, repeats))
    end

    function timers.every(ms, fn)
        return start("timers.every", ms, fn, true)
    end

    function timers.after(ms, fn)
        local callback
        local function once()
            room.forget(callback)
            return fn()
        end
        check.argument("timers.after", 1, ms, "number")
        check.argument("timers.after", 2, fn, "function")
        callback = room.keep(once, "timer after " .. ms .. " ms")
        return check.handle(room, "release", room.host("timers.start", ms, callback, false))
    end

    function timers.cancel(timer)
        check.argument("timers.cancel", 1, timer, "table")
        if raw.type(timer.cancel) ~= "function" then
            failure.blame("timers.cancel: argument 1 must be what timers.every or timers.after gave")
        end
        timer.cancel()
    end

    return timers
end
