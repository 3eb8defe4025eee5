--- What is to come, soonest first; of what is due at one time, what was entered first.

local context = ...
local raw = context.raw
local floor = raw.math.floor

---@return table heap
return function()
    local heap, size, entered, dropped = {}, 0, 0, 0
    local queue = {}

    local function before(a, b)
        return a.time < b.time or (a.time == b.time and a.order < b.order)
    end

    local function lift(entry, at)
        while at > 1 do
            local parent = floor(at / 2)
            if not before(entry, heap[parent]) then
                break
            end
            heap[at] = heap[parent]
            at = parent
        end
        heap[at] = entry
    end

    local function sink(entry, at)
        while true do
            local child = at * 2
            if child > size then
                break
            end
            if child < size and before(heap[child + 1], heap[child]) then
                child = child + 1
            end
            if not before(heap[child], entry) then
                break
            end
            heap[at] = heap[child]
            at = child
        end
        heap[at] = entry
    end

    local function take()
        local first = heap[1]
        local last = heap[size]
        heap[size], size = nil, size - 1
        if size > 0 then
            sink(last, 1)
        end
        return first
    end

    -- What was dropped stays until its time comes, unless there is more of it than of the rest.
    local function sweep()
        local kept = 0
        for at = 1, size do
            local entry = heap[at]
            heap[at] = nil
            if not entry.gone then
                kept = kept + 1
                heap[kept] = entry
            end
        end
        size, dropped = kept, 0
        for at = floor(size / 2), 1, -1 do
            sink(heap[at], at)
        end
    end

    --- Enters what is due at a time.
    function queue.push(time, fn, argument)
        entered = entered + 1
        local entry = { time = time, order = entered, fn = fn, argument = argument }
        size = size + 1
        lift(entry, size)
        return entry
    end

    --- Takes an entry back. Idempotent.
    function queue.drop(entry)
        if not entry.gone then
            entry.gone, entry.fn, entry.argument = true, nil, nil
            dropped = dropped + 1
            if dropped > 1000 and dropped > size / 2 then
                sweep()
            end
        end
    end

    --- The next entry that is due until a time, which is taken out.
    function queue.pop(until_then)
        while size > 0 and heap[1].time <= until_then do
            local entry = take()
            if not entry.gone then
                -- It has left: dropping it now must not count.
                entry.gone = true
                return entry
            end
            dropped = dropped > 0 and dropped - 1 or 0
        end
    end

    function queue.next_time()
        while size > 0 and heap[1].gone do
            take()
            dropped = dropped > 0 and dropped - 1 or 0
        end
        return size > 0 and heap[1].time or nil
    end

    return queue
end
