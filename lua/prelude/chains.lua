--- Hook chains: the handlers that stand next to each other in one VM, called in one crossing.
---
--- Each chain is generated Lua that calls its handlers one after the other without a protected call around
--- each: `at` tells which one failed, and the rest of the chain goes on behind it.

local context = ...
local raw = context.raw
local border, budget, failure = context.use("border"), context.use("budget"), context.use("failure")
local xpcall, type, unpack = raw.xpcall, raw.type, raw.unpack
local running, handler, status = budget.running, failure.handler, failure.status

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
    gather = "at = %d r = h[%d](%s) if r ~= nil then out[#out + 1] = r end\n",
    filter = "at = %d r = h[%d](%s)\n" .. "if r ~= nil then if r == STOP then return r end a1 = r out.value = r end\n",
}

-- Which handler of a segment runs. An upvalue that every segment shares: noting it costs one instruction, where a
-- field of `running` would cost two. The budget goes on reading `running.at`.
local at = 0
running.at = nil
raw.setmetatable(running, {
    __index = function()
        return at
    end,
})
local function place()
    return at
end

local generated = {}

-- One template per kind, number of arguments and number of handlers; `running.base` says where the segment begins.
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
    local lines = { "local handlers, STOP = ...\nlocal at = 0\n" }
    lines[2] = "return function(out" .. (arity > 0 and ", " or "") .. list .. ")\nat = 0\nlocal h, r = handlers\n"
    for index = 1, count do
        lines[#lines + 1] = raw.string.format(STEP[kind], index, index, list)
    end
    lines[#lines + 1] = kind == "filter" and "return nil\nend" or "end"
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
        local run = template(kind, arity, last - first + 1)({ unpack(handlers, first, last) }, STOP)
        -- `at` is the first upvalue that a segment names.
        raw.debug.upvaluejoin(run, 1, place, 1)
        segments[#segments + 1] = { run = run, first = first, last = last }
    end
    live[chain_id] = { kind = kind, arity = arity, handlers = handlers, ids = ids, segments = segments }
end

function chains.drop(chain_id)
    live[chain_id] = nil
end

local function note(report, chain, text)
    local kind, message = failure.of(text, chain.handlers[running.base + at])
    report.errors = report.errors or {}
    report.errors[#report.errors + 1] = { chain.ids[running.base + at], kind, message }
end

-- Takes an answer by the chain's kind; true ends the chain.
local function take(chain, out, answer)
    if answer == nil or chain.kind == "notify" then
        return false
    elseif chain.kind == "gather" then
        out[#out + 1] = answer
        return false
    elseif answer == STOP then
        out.stopped = chain.ids[running.base + at]
        if stopped ~= nil then
            out.value = stopped
        end
        stopped = nil
        return true
    end
    out.value = answer
    if chain.kind == "query" then
        out.by = chain.ids[running.base + at]
        return true
    end
    return false
end

local function now()
    return raw.tonumber(context.core.tib_clock_ns())
end

-- One protected call a handler: behind a failure, and where a table is filtered, which a failing handler
-- may have left half-changed.
local function run_each(chain, from, to, out, report, args, times)
    local guarded = chain.kind == "filter" and type(out.value) == "table"
    running.base = 0
    for index = from, to do
        at = index
        if chain.kind == "filter" then
            args[1] = out.value
            guarded = type(out.value) == "table"
        end
        local frozen = guarded and border.freeze(out.value)
        local began = times and now()
        local ok, answer = xpcall(chain.handlers[index], handler, unpack(args, 1, chain.arity))
        if times then
            times[index] = now() - began
        end
        if not ok then
            note(report, chain, answer)
            if frozen then
                out.value = border.thaw(frozen)
            end
        elseif take(chain, out, answer) then
            return true
        end
    end
    return false
end

local function run(chain, out, report, ...)
    local from = 1
    for _, segment in raw.ipairs(chain.segments) do
        local ended
        running.base = segment.first - 1
        if chain.kind == "filter" and type(out.value) == "table" then
            ended = run_each(chain, from, segment.last, out, report, { ... })
        else
            local ok, answer
            if chain.kind == "filter" and from > 1 then
                ok, answer = xpcall(segment.run, handler, out, out.value, raw.select(2, ...))
            else
                ok, answer = xpcall(segment.run, handler, out, ...)
            end
            if ok then
                ended = answer ~= nil and take(chain, out, answer)
            else
                note(report, chain, answer)
                ended = run_each(chain, running.base + at + 1, segment.last, out, report, { ... })
            end
        end
        if ended then
            return
        end
        from = segment.last + 1
    end
end

local function prepare(chain, ...)
    local out, report = {}, {}
    if chain.kind == "filter" then
        out.value = (...)
    end
    run(chain, out, report, ...)
    return out, report
end

local function finish(chain, out, report, original)
    local kind = chain.kind
    local value
    if kind == "gather" then
        value = #out > 0 and out or nil
    else
        value = out.value
        if kind == "filter" and not out.stopped and value == original and type(value) ~= "table" then
            value = nil
        end
    end
    if report.errors or out.stopped then
        return status.report, border.pack_list(3, value, out.stopped or out.by, report.errors)
    elseif value == nil then
        return
    elseif type(value) == "boolean" then
        return status.value, value, out.by
    end
    return status.packed, border.pack(value), out.by
end

local function dispatch(chain, ...)
    local base, before = running.base, at
    if chain.kind == "notify" and not chain.segments[2] then
        -- By far the most common: nothing is collected, so nothing is allocated.
        running.base = 0
        local ok, text = xpcall(chain.segments[1].run, handler, nil, ...)
        if ok then
            running.base, at = base, before
            return
        end
        local report = {}
        note(report, chain, text)
        run_each(chain, running.base + at + 1, #chain.handlers, {}, report, { ... })
        running.base, at = base, before
        return status.report, border.pack_list(3, nil, nil, report.errors)
    end
    local out, report = prepare(chain, ...)
    running.base, at = base, before
    return finish(chain, out, report, (...))
end

--- Runs a chain with the arguments that lie in the inbox.
function chains.dispatch(chain_id, length)
    local chain = live[chain_id]
    if length == 0 then
        return dispatch(chain)
    end
    return dispatch(chain, border.unpack_list(length))
end

local function measure(chain, ...)
    local base, before = running.base, at
    local out, report, times = {}, {}, {}
    if chain.kind == "filter" then
        out.value = (...)
    end
    run_each(chain, 1, #chain.handlers, out, report, { ... }, times)
    chain.times = times
    running.base, at = base, before
    return finish(chain, out, report, (...))
end

--- Like `dispatch`, and keeps what each handler took for `times`.
function chains.dispatch_timed(chain_id, length)
    local chain = live[chain_id]
    if length == 0 then
        return measure(chain)
    end
    return measure(chain, border.unpack_list(length))
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

--- The callback of the handler that runs just now in a chain.
function chains.current(chain_id)
    return live[chain_id].ids[running.base + at]
end

return chains
