--- Which code of a plugin takes the time: stacks, taken by the count hook of budget.lua while a profile runs.
---
--- A stack weighs what has run inside the VM since the one before it; what the host does in between counts nothing.

local context = ...
local core, raw = context.core, context.raw
local budget = context.use("budget")
local getinfo, sub, tonumber = raw.debug.getinfo, raw.string.sub, raw.tonumber
local concat, gsub = raw.table.concat, raw.string.gsub

local profiler = {}

-- Lua instructions between two looks at the clock while a profile runs.
local INTERVAL = 1000
local DEEPEST = 48
local MOST_STACKS = 500
local MOST_BYTES = 192 * 1024
local LONGEST_NAME = 80
local LONGEST_FILE = 200

-- The profile under way: its room and its stacks by text.
local profile
-- What the outermost call into the VM is, and how long calls have run.
local label_of, first, second
local depth, entered, ran, sampled = 0, 0, 0, 0

local function now()
    return tonumber(core.tib_clock_ns())
end

local function clean(text, longest)
    return (gsub(sub(text, 1, longest), "[%c]", "?"))
end

local function frame(info, anonymous)
    local file = info.source
    file = sub(file, 1, 1) == "@" and sub(file, 2) or info.short_src
    local name = info.what == "main" and "main chunk" or not anonymous and info.name or ""
    local line = info.currentline or 0
    return clean(name, LONGEST_NAME) .. "\t" .. clean(file, LONGEST_FILE) .. "\t" .. info.linedefined .. "\t" .. line
end

-- A function that the prelude called has the name that it has there, which says nothing to its author.
local function ours(level)
    local caller = getinfo(level, "S")
    while caller and caller.what == "C" do
        level = level + 1
        caller = getinfo(level, "S")
    end
    return not caller or sub(caller.source, 1, 9) == "=tibicen/"
end

local function stack(label)
    local frames, level = {}, 2
    while true do
        local info = getinfo(level, "Sln")
        if not info or info.source == "=tibicen/entries" and frames[1] then
            break
        elseif info.what ~= "C" and sub(info.source, 1, 9) ~= "=tibicen/" then
            if #frames == DEEPEST then
                frames[#frames + 1] = "...\t\t0\t0"
                break
            end
            -- One level more than here.
            frames[#frames + 1] = frame(info, ours(level + 2))
        end
        level = level + 1
    end
    for low = 1, raw.math.floor(#frames / 2) do
        local high = #frames + 1 - low
        frames[low], frames[high] = frames[high], frames[low]
    end
    return clean(label, LONGEST_FILE) .. "\n" .. concat(frames, "\n")
end

local function add(text, ns)
    local found = profile.stacks[text]
    if not found then
        if profile.count >= MOST_STACKS or profile.bytes + #text > MOST_BYTES then
            profile.dropped_ns = profile.dropped_ns + ns
            return
        end
        found = { ns = 0, samples = 0 }
        profile.stacks[text] = found
        profile.count, profile.bytes = profile.count + 1, profile.bytes + #text
    end
    found.ns = found.ns + ns
    found.samples = found.samples + 1
end

local function sample()
    if depth == 0 then
        return
    end
    local at = ran + now() - entered
    local elapsed = at - sampled
    if elapsed < profile.interval then
        return
    end
    sampled = at
    local label = label_of(profile.room, first, second)
    if label then
        add(stack(label), elapsed)
    else
        profile.others_ns = profile.others_ns + elapsed
    end
end

local function guarded()
    -- A plugin without room for a stack runs on; the time goes to the next one that fits.
    if not raw.pcall(sample) then
        profile.failed = profile.failed + 1
    end
end

local function left(outer_label, outer_first, outer_second, ...)
    depth = depth - 1
    if depth <= 0 then
        depth, ran = 0, ran + now() - entered
    end
    label_of, first, second = outer_label, outer_first, outer_second
    return ...
end

--- An entry that notes what it was called for.
---@param entry function
---@param label function(room, ...) what to call it, by the entry's arguments; nil when it isn't the room's
local function around(entry, label)
    return function(...)
        local outer_label, outer_first, outer_second = label_of, first, second
        label_of = label
        first, second = ...
        if depth == 0 then
            entered = now()
        end
        depth = depth + 1
        return left(outer_label, outer_first, outer_second, entry(...))
    end
end

--- Begins a profile of one room.
---@param interval number nanoseconds between two stacks
---@param entries table<number, function[]> pairs of an entry and what names its calls
---@return function ... the entries that the host has to use while the profile runs
function profiler.start(room, interval, entries)
    profile = {
        room = room.id,
        interval = interval,
        stacks = {},
        count = 0,
        bytes = 0,
        dropped_ns = 0,
        others_ns = 0,
        failed = 0,
        -- Compiled code asks no hook, so a trusted plugin is interpreted while it is profiled.
        jit = room.trusted and raw.jit.status() or false,
    }
    depth, ran, sampled = 0, 0, 0
    if profile.jit then
        raw.jit.off()
        raw.jit.flush()
    end
    budget.sample(guarded, INTERVAL)
    local wrapped = {}
    for index, pair in raw.ipairs(entries) do
        wrapped[index] = around(pair[1], pair[2])
    end
    return raw.unpack(wrapped)
end

--- Ends the profile.
---@return table|nil result nil when none runs
function profiler.stop()
    local ended = profile
    if not ended then
        return nil
    end
    budget.sample(nil)
    profile = nil
    if ended.jit then
        raw.jit.on()
    end
    local list = {}
    for text, found in raw.next, ended.stacks do
        list[#list + 1] = { text, found.ns, found.samples }
    end
    return { list, ran, ended.dropped_ns, ended.others_ns, ended.failed, ended.jit }
end

return profiler
