--- Timers of one client: few, so a list that is looked through does.

local context = ...
local raw = context.raw

return function()
    local waiting = {}
    local soonest = raw.math.huge
    local timers = {}

    function timers.add(due, fn)
        local timer = { due = due, fn = fn }
        waiting[#waiting + 1] = timer
        if due < soonest then
            soonest = due
        end
        return timer
    end

    function timers.remove(timer)
        timer.fn = nil
    end

    --- Calls what is due, in the order of their times.
    function timers.run(now)
        if soonest > now then
            return
        end
        local due, later = {}, {}
        soonest = raw.math.huge
        for index = 1, #waiting do
            local timer = waiting[index]
            if timer.due <= now then
                due[#due + 1] = timer
            else
                later[#later + 1] = timer
                soonest = raw.math.min(soonest, timer.due)
            end
        end
        waiting = later
        raw.table.sort(due, function(one, other)
            return one.due < other.due
        end)
        for index = 1, #due do
            if due[index].fn then
                due[index].fn()
            end
        end
    end

    return timers
end
