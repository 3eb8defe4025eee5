--- A reload of many files in slices, between which the server goes on: a lib may have thousands of users. Each file by
--- itself is loaded anew or goes on as it was, in its place, as in a reload at once.

local context = ...
local raw = context.raw

-- Of a file that makes so many KiB, or whose main chunk took so many milliseconds, no garbage is collected while it is
-- loaded anew: a sweep of all that is dead could fall into it. It is done in the turns of the world that follow.
local HEAVY, HEAVY_MS = 256, 1
-- More KiB than these are not put off.
local MOST_OWED = 8 * 1024
-- How many steps of the collector there are between two looks at the clock; each makes up for a KiB.
local STEPS = 16

return function(server, scripts)
    local owed = 0
    -- How many KiB a slice of a file made, at most.
    local weights = {}

    local function is_heavy(file)
        return file and (file.ms >= HEAVY_MS or (weights[file.path] or 0) >= HEAVY) and owed < MOST_OWED
    end

    -- Runs a slice, of a heavy file without collecting garbage.
    local function resume(file, ...)
        local heavy, before = is_heavy(file), raw.collectgarbage("count")
        if heavy then
            raw.collectgarbage("stop")
        end
        local ok, problem = raw.coroutine.resume(...)
        local made = raw.collectgarbage("count") - before
        if heavy then
            owed = owed + made
            raw.collectgarbage("restart")
        end
        if file then
            weights[file.path] = raw.math.max(made, weights[file.path] or 0)
        end
        return ok, problem
    end

    --- Collects garbage that was put off, for some milliseconds.
    ---@param ms number
    function scripts.make_up(ms)
        local until_then = raw.os.clock() + ms / 1000
        while owed > 0 and raw.os.clock() < until_then do
            for _ = 1, STEPS do
                if raw.collectgarbage("step", 0) then
                    owed = 0
                    return
                end
            end
            owed = owed - STEPS
        end
    end

    -- When the slice that runs ends; nil when what runs is not in slices.
    local ends
    -- What is under way: a coroutine, and of which file it is.
    local work, whose
    local rows = {}

    local function tell(row)
        rows[#rows + 1] = row
    end

    --- Whether nothing but files has run since the slice began.
    function scripts.is_in_slice()
        return ends ~= nil
    end

    --- To be called where the server may go on before the rest is done.
    function scripts.pause()
        if ends and raw.os.clock() >= ends then
            raw.coroutine.yield()
        end
    end

    --- Reloads a file and those that used it for some milliseconds; to be called again with it until all is done.
    ---@param path string
    ---@param ms number
    ---@return table answer { done, rows }: rows as of reload_file, each told once
    function server.controls.reload_slice(path, ms)
        if not work or whose ~= path then
            -- With one of another file that is not done nobody wanted to go on.
            whose, work, rows = path, raw.coroutine.create(scripts.reload), {}
        end
        scripts.classes.unsure()
        ends = raw.os.clock() + ms / 1000
        local ok, problem = resume(scripts.files[server.parts.report.path_of(path)], work, path, tell)
        ends = nil
        local told, done = rows, not ok or raw.coroutine.status(work) == "dead"
        rows = {}
        if done then
            work = nil
        end
        if not ok then
            raw.error(problem, 0)
        end
        return { done = done, rows = told }
    end
end
