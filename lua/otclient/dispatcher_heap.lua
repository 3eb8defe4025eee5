--- Events of later times, as a binary heap: which of two events of one time comes first depends on how the heap is
--- built, so this is the one of the C++ library.

return function()
    -- From 0, as the arithmetic of children and parents is.
    local queue, heap, size = {}, {}, 0

    local function sift_up(at, event)
        local ticks = event.ticks
        while at > 0 do
            local parent = (at - 1 - (at - 1) % 2) / 2
            if heap[parent].ticks <= ticks then
                break
            end
            heap[at] = heap[parent]
            at = parent
        end
        heap[at] = event
    end

    function queue.push(event)
        size = size + 1
        sift_up(size - 1, event)
    end

    local function pop()
        local first, last = heap[0], heap[size - 1]
        size = size - 1
        heap[size] = nil
        if size > 0 then
            local at, child = 0, 0
            while child < (size - 1 - (size - 1) % 2) / 2 do
                child = 2 * (child + 1)
                if heap[child].ticks > heap[child - 1].ticks then
                    child = child - 1
                end
                heap[at] = heap[child]
                at = child
            end
            if size % 2 == 0 and child == (size - 2) / 2 then
                child = 2 * (child + 1)
                heap[at] = heap[child - 1]
                at = child - 1
            end
            sift_up(at, last)
        end
        return first
    end

    --- Everything is there at once.
    function queue.merge() end

    --- Runs what is due, at most as many events as there are now.
    ---@param now integer
    ---@param execute fun(event: table)
    ---@param next_cycle fun(event: table): boolean whether it runs again
    function queue.run(now, execute, next_cycle)
        for _ = 1, size do
            if size == 0 or heap[0].ticks > now then
                return
            end
            local event = pop()
            execute(event)
            if next_cycle(event) then
                queue.push(event)
            end
        end
    end

    --- Calls a function with each event.
    function queue.each(visit)
        for at = 0, size - 1 do
            visit(heap[at])
        end
    end

    return queue
end
