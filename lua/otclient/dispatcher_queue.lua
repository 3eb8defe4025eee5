--- Events of later times, by time; those of one time in the order in which they came. What is added during a poll
--- waits for the next one.

local context = ...
local insert, move = context.raw.table.insert, context.raw.table.move

return function()
    local queue, list, added = {}, {}, {}

    function queue.push(event)
        added[#added + 1] = event
    end

    -- Where the first event that is later than `ticks` is.
    local function behind(ticks)
        local low, high = 1, #list + 1
        while low < high do
            local middle = (low + high - (low + high) % 2) / 2
            if list[middle].ticks > ticks then
                high = middle
            else
                low = middle + 1
            end
        end
        return low
    end

    --- Takes over what was added since.
    function queue.merge()
        for index = 1, #added do
            local event = added[index]
            insert(list, behind(event.ticks), event)
        end
        if #added > 0 then
            added = {}
        end
    end

    --- Runs what is due.
    ---@param now integer
    ---@param execute fun(event: table)
    ---@param next_cycle fun(event: table): boolean whether it runs again
    function queue.run(now, execute, next_cycle)
        local due, size = 0, #list
        while due < size and list[due + 1].ticks <= now do
            due = due + 1
            local event = list[due]
            execute(event)
            if next_cycle(event) then
                added[#added + 1] = event
            end
        end
        if due > 0 then
            move(list, due + 1, size + due, 1)
        end
    end

    --- Calls a function with each event.
    function queue.each(visit)
        for index = 1, #list do
            visit(list[index])
        end
        for index = 1, #added do
            visit(added[index])
        end
    end

    return queue
end
