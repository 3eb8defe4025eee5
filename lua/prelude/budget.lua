--- The CPU budget: a count hook that compares a clock with the deadline cell that the host arms.
---
--- The hook only sees interpreted code, so plugin code is kept off the JIT (see sandbox.lua). An error
--- that it raises is the same table every time, which pcall, xpcall and coroutines of a plugin pass on.

local context = ...
local ffi, core, raw = context.ffi, context.core, context.raw
local error = raw.error

local budget = {
    --- Raised when the deadline has passed; no plugin code ever holds it.
    exceeded = {},
    --- `running.at`: which handler of a chain runs just now, so that each gets a deadline of its own.
    running = {},
}

-- One that is never armed, until the host binds its own: the hook may look before that. The pointer does not keep it.
budget.unarmed = ffi.new("tib_deadline[2]")
local cell = ffi.cast("tib_deadline *", budget.unarmed)
local slice_ns = 0
local seen = 0

---@param address number of the tib_deadline cell
function budget.bind(address)
    cell = ffi.cast("tib_deadline *", ffi.cast("uintptr_t", address))
end

--- The cell itself, for C functions that look at it.
function budget.cell()
    return cell
end

---@param nanoseconds number what one handler of a chain may use
function budget.slice(nanoseconds)
    slice_ns = nanoseconds
end

--- Whether the deadline has passed during this call, whatever became of the error.
function budget.tripped()
    return cell.tripped ~= 0
end

--- A number that changes when a call of the host into the state has failed.
function budget.failures()
    return cell[1].tripped
end

function budget.disarm()
    core.tib_deadline_disarm(cell)
end

-- Called at every look at the clock while a profile runs.
local sampler

local running = budget.running
local function check()
    if sampler then
        sampler()
    end
    local at = running.at
    if at ~= seen then
        -- Another handler of a chain has begun: its share starts here, whatever the earlier ones used.
        seen = at
        if seen > 0 and slice_ns > 0 then
            core.tib_deadline_arm(cell, slice_ns)
            -- But none gets more than what is left of the plugin's share of this second: the cell beside.
            local ceiling = cell[1].deadline_ns
            if ceiling ~= 0 and cell[0].deadline_ns > ceiling then
                cell[0].deadline_ns = ceiling
            end
            return
        end
    end
    if core.tib_deadline_passed(cell) then
        error(budget.exceeded, 0)
    end
end

--- For functions in which much time may pass without an instruction; raises when the deadline has passed.
budget.check = check

local function watch(interval)
    if interval > 0 then
        raw.debug.sethook(check, "", interval)
    else
        raw.debug.sethook()
    end
end

--- Has `fn` called every `interval` instructions of interpreted code, or no longer.
---@param fn function|nil
---@param interval number|nil
function budget.sample(fn, interval)
    sampler = fn
    watch(fn and interval or context.hook_interval)
end

if context.hook_interval > 0 then
    watch(context.hook_interval)
end

return budget
