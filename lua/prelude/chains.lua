--- Hook chains: the handlers that stand next to each other in one VM, called in one crossing.
---
--- Each chain is generated Lua that calls its handlers one after the other without a protected call around
--- each: `at` tells which one failed, and the rest of the chain goes on behind it.

local context = ...
local raw = context.raw
local border, budget, failure = context.use("border"), context.use("budget"), context.use("failure")
local xpcall, type, unpack = raw.xpcall, raw.type, raw.unpack
local running, handler, status = budget.running, failure.handler, failure.status
local unpack_list = border.unpack_list

-- Up to this index a handler is fetched by one instruction; those behind it make another segment.
local SEGMENT = 255

local chains = {}

--- A handler of a filter returns this to end the chain; its value waits in `stopped`.
-- No table: all plugins of a state hold it, and none of them may change it for the others.
local STOP = raw.newproxy(true)
raw.getmetatable(STOP).__metatable = "stop"
local stopped

---@param value any what the filter ends with; nil leaves the value as it is
function chains.stop(value)
    stopped = value
    return STOP
end

local STEP = {
    notify = "at = %d h[%d](%s)\n",
    query = "at = %d r = h[%d](%s) if r ~= nil then return r end\n",
    gather = "at = %d r = h[%d](%s) if r ~= nil then n = n + 1 out[n] = r who[n] = base + %d end\n",
    -- What may not cross leaves the segment, so that nobody behind it gets to see it.
    filter = "at = %d r = h[%d](%s)\n"
        .. "if r ~= nil and r ~= a1 then n = type(r)\n"
        .. 'if n == "string" then if #r > SHORT then return r end\n'
        .. 'elseif n ~= "number" and n ~= "boolean" then return r end\n'
        .. "a1 = r out.value = r out.at = base + %d end\n",
}

local HEAD = {
    gather = "local out, who, base = out.list, out.who, out.base n = #out\n",
    filter = "local base = out.base\n",
}

-- A text up to this length can always cross; what is longer is looked at before another handler gets it.
local SHORT = 65536

-- What all failures of one event may tell, in bytes; each that comes after is told in a few words.
local MOST_TOLD, FEW_WORDS = 1048576, 300

-- Which handler of a segment runs, and how many are in the segments before it. `at` is an upvalue that every segment
-- shares: noting it costs one instruction. The budget reads their sum.
local at, base = 0, 0
raw.setmetatable(running, {
    __index = function()
        return base + at
    end,
})
local function place()
    return at
end

local generated = {}

-- One template per kind, number of arguments and number of handlers.
local function template(kind, arity, count)
    local key = kind .. arity .. ":" .. count
    if generated[key] then
        return generated[key]
    end
    local arguments = {}
    for index = 1, arity do
        arguments[index] = "a" .. index
    end
    local list = raw.table.concat(arguments, ", ")
    local lines = { "local handlers, type, SHORT = ...\nlocal at = 0\n" }
    lines[2] = "return function(out" .. (arity > 0 and ", " or "") .. list .. ")\nat = 0\nlocal h, r, n = handlers\n"
    lines[3] = HEAD[kind]
    for index = 1, count do
        lines[#lines + 1] = raw.string.format(STEP[kind], index, index, list, index)
    end
    lines[#lines + 1] = "return nil\nend"
    generated[key] = raw.assert(raw.load(raw.table.concat(lines), "=tibicen/chain", "t", {}))
    return generated[key]
end

local live = {}

--- Builds a chain.
---@param kind string notify, filter, query or gather
---@param arity number arguments of the hook
---@param handlers function[] in order
---@param ids number[] their callback ids, for reports
function chains.build(chain_id, kind, arity, handlers, ids)
    local segments = {}
    for first = 1, #handlers, SEGMENT do
        local last = raw.math.min(first + SEGMENT - 1, #handlers)
        local run = template(kind, arity, last - first + 1)({ unpack(handlers, first, last) }, type, SHORT)
        -- `at` is the first upvalue that a segment names.
        raw.debug.upvaluejoin(run, 1, place, 1)
        segments[#segments + 1] = { run = run, first = first, last = last }
    end
    live[chain_id] = {
        kind = kind,
        arity = arity,
        handlers = handlers,
        ids = ids,
        segments = segments,
        -- By far the most common: nothing is collected, so nothing is allocated.
        only = kind == "notify" and arity <= 3 and #segments == 1 and segments[1].run or nil,
    }
end

function chains.drop(chain_id)
    live[chain_id] = nil
end

-- The failure of the handler that `base` and `at` say.
local function note(report, chain, text)
    local kind, message = failure.of(text, chain.handlers[base + at])
    report.told = (report.told or 0) + #message
    if report.told > MOST_TOLD then
        message = raw.string.sub(message, 1, FEW_WORDS)
    end
    report.errors = report.errors or {}
    report.errors[#report.errors + 1] = { chain.ids[base + at], kind, message }
end

-- Whether a value crosses for sure; any other has to be looked at first.
local function crosses(value)
    local kind = type(value)
    return kind == "string" and #value <= SHORT or kind == "number" or kind == "boolean" or kind == "nil"
end

-- Takes an answer by the chain's kind, or raises why it can't cross; true ends the chain.
local TAKE = {}

function TAKE.notify() end

function TAKE.gather(out, answer)
    if answer ~= nil then
        local count = #out.list + 1
        out.list[count], out.who[count] = answer, base + at
    end
end

function TAKE.query(out, answer)
    if answer == nil then
        return false
    end
    -- Nobody is called behind this one, so it may lie where it is.
    out.length = not crosses(answer) and border.pack(answer) or nil
    out.value, out.at = answer, base + at
    return true
end

function TAKE.filter(out, answer)
    local ends = answer == STOP
    if ends then
        answer, stopped = stopped, nil
    end
    local value = answer
    if value == nil then
        value = out.value
    end
    out.frozen = not crosses(value) and border.freeze(value) or nil
    out.value, out.at = value, base + at
    out.stopped = ends and base + at or nil
    return ends
end

local function now()
    return raw.tonumber(context.core.tib_clock_ns())
end

local function refuse(chain, out, report, text)
    note(report, chain, text)
    if chain.kind == "filter" and out.frozen then
        out.value = border.thaw(out.frozen)
    end
end

local function call_each(chain, from, to, out, report, args, times)
    local take, filters = TAKE[chain.kind], chain.kind == "filter"
    for index = from, to do
        at = index
        if filters then
            args[1] = out.value
        end
        local began = times and now()
        local ok, answer = xpcall(chain.handlers[index], handler, unpack(args, 1, chain.arity))
        if times then
            times[index] = now() - began
        end
        if not ok then
            refuse(chain, out, report, answer)
        elseif take(out, answer) then
            return true
        end
    end
    return false
end

-- One protected call a handler: behind a failure, and where a table is filtered, which a failing handler
-- may have left half-changed. The call around all of them is for answers that can't cross.
local function run_each(chain, from, to, out, report, args, times)
    base = 0
    while true do
        at = from
        local ok, ended = xpcall(call_each, handler, chain, from, to, out, report, args, times)
        if ok then
            return ended
        end
        refuse(chain, out, report, ended)
        from = at + 1
    end
end

-- Where a segment was left: the answer, or the failure, of the handler that left it, then those behind it.
local function run_rest(chain, last, out, report, ok, answer, ...)
    local ended = answer
    if ok then
        ok, ended = xpcall(TAKE[chain.kind], handler, out, answer)
    end
    if not ok then
        refuse(chain, out, report, ended)
    elseif ended then
        return true
    end
    return run_each(chain, base + at + 1, last, out, report, { ... })
end

local function run(chain, out, report, ...)
    local filters = chain.kind == "filter"
    for _, segment in raw.ipairs(chain.segments) do
        local ended
        base = segment.first - 1
        if filters and not crosses(out.value) then
            ended = run_each(chain, segment.first, segment.last, out, report, { ... })
        else
            local ok, answer
            out.base = base
            if filters and base > 0 then
                ok, answer = xpcall(segment.run, handler, out, out.value, raw.select(2, ...))
            else
                ok, answer = xpcall(segment.run, handler, out, ...)
            end
            if not ok or answer ~= nil then
                ended = run_rest(chain, segment.last, out, report, ok, answer, ...)
            end
        end
        if ended then
            return
        end
    end
end

-- Answers that each can cross may be too much together: then the longest are refused until the rest is not.
local function longest(sizes)
    local found
    for index, size in raw.ipairs(sizes) do
        if not found or size > sizes[found] then
            found = index
        end
    end
    return found
end

-- Which of the answers can't cross, each by itself and as its handler's failure; the others stand.
local function sift(chain, out, report)
    local kept, who, sizes = {}, {}, {}
    base = 0
    for index, answer in raw.ipairs(out.list) do
        at = out.who[index]
        local ok, size = xpcall(border.pack, handler, answer)
        if ok then
            kept[#kept + 1], who[#who + 1], sizes[#sizes + 1] = answer, at, size
        else
            note(report, chain, size)
        end
    end
    while true do
        local value = #kept > 0 and kept or nil
        local ok, length = xpcall(border.pack_list, handler, 3, value, nil, report.errors)
        if ok then
            return length
        end
        local victim = longest(sizes) or raw.error(length, 0)
        at = who[victim]
        note(report, chain, length)
        for _, list in raw.ipairs({ kept, who, sizes }) do
            raw.table.remove(list, victim)
        end
    end
end

local function finish_gather(chain, out, report)
    if not report.errors then
        if #out.list == 0 then
            return
        end
        local ok, length = xpcall(border.pack, handler, out.list)
        if ok then
            return status.packed, length
        end
    end
    return status.report, sift(chain, out, report)
end

local function finish(chain, out, report)
    if chain.kind == "gather" then
        return finish_gather(chain, out, report)
    end
    local value, by = out.value, nil
    if chain.kind == "query" then
        by = chain.ids[out.at]
    elseif chain.kind == "filter" then
        by = chain.ids[out.stopped]
        if out.frozen == out.began_frozen and (out.frozen or value == out.began) then
            value = nil
        end
    end
    if report.errors or out.stopped then
        local ok, length = xpcall(border.pack_list, handler, 3, value, by, report.errors)
        if not ok then
            base, at = 0, out.at or raw.error(length, 0)
            note(report, chain, length)
            length = border.pack_list(3, nil, nil, report.errors)
        end
        return status.report, length
    elseif value == nil then
        return
    elseif type(value) == "boolean" then
        return status.value, value, by
    elseif out.frozen then
        return status.packed, border.put_back(out.frozen), by
    end
    return status.packed, out.length or border.pack(value), by
end

local function start(chain, first)
    local out = {}
    if chain.kind == "gather" then
        out.list, out.who = {}, {}
    elseif chain.kind == "filter" then
        out.value, out.began = first, first
        if not crosses(first) then
            out.frozen = border.freeze(first)
            out.began_frozen = out.frozen
        end
    end
    return out, {}
end

local function dispatch(chain, ...)
    local outer_base, outer_at = base, at
    local out, report = start(chain, (...))
    run(chain, out, report, ...)
    local kind, value, by = finish(chain, out, report)
    base, at = outer_base, outer_at
    return kind, value, by
end

local function dispatch_only(chain, a, b, c)
    local outer_base, outer_at = base, at
    base = 0
    local ok, text = xpcall(chain.only, handler, nil, a, b, c)
    local kind, length
    if not ok then
        local report = {}
        run_rest(chain, #chain.handlers, nil, report, ok, text, a, b, c)
        kind, length = status.report, border.pack_list(3, nil, nil, report.errors)
    end
    base, at = outer_base, outer_at
    return kind, length
end

--- Runs a chain with the arguments that lie in the inbox.
function chains.dispatch(chain_id, length)
    local chain = live[chain_id]
    if chain.only then
        return dispatch_only(chain, unpack_list(length))
    end
    return dispatch(chain, unpack_list(length))
end

local function measure(chain, ...)
    local outer_base, outer_at = base, at
    local times = {}
    local out, report = start(chain, (...))
    run_each(chain, 1, #chain.handlers, out, report, { ... }, times)
    chain.times = times
    local kind, value, by = finish(chain, out, report)
    base, at = outer_base, outer_at
    return kind, value, by
end

--- Like `dispatch`, and keeps what each handler took for `times`.
function chains.dispatch_timed(chain_id, length)
    return measure(live[chain_id], unpack_list(length))
end

--- What the handlers took in the last timed run, in nanoseconds; -1 for one that was not called.
---@return number status, number length
function chains.times(chain_id)
    local chain, list = live[chain_id], {}
    for index = 1, #chain.handlers do
        list[index] = chain.times[index] or -1
    end
    chain.times = nil
    return status.packed, border.pack(list)
end

--- What a handler of a filter was given, and what came of it, when it was called from outside (see packets.lua): takes
--- that up, and calls those behind it.
---@param index number which handler
---@param began table the value as it was before any of them
---@param value table the one that this handler was given
function chains.go_on(chain, index, began, value, ok, answer)
    base, at = 0, index
    local out, report = start(chain, began)
    out.value = value
    if ok then
        -- Whether that ends the chain, or why it can't cross.
        ok, answer = xpcall(TAKE[chain.kind], handler, out, answer)
    end
    if not ok then
        refuse(chain, out, report, answer)
    end
    if not (ok and answer) then
        run_each(chain, index + 1, #chain.handlers, out, report, { value })
    end
    return finish(chain, out, report)
end

function chains.of(chain_id)
    return live[chain_id]
end

--- Notes that handler `index` runs, `before` others ran in the same crossing: what `running.at` gives is their sum.
function chains.stand(before, index)
    base, at = before, index
end

function chains.position()
    return base, at
end

--- The callback of the handler that runs just now in a chain.
function chains.current(chain_id)
    local ids = live[chain_id].ids
    return ids[(base + at - 1) % #ids + 1]
end

return chains
