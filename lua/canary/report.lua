--- What goes wrong in scripts: printed as the servers print it, and kept once a place with a count.

local context = ...
local raw = context.raw
local make_registry = context.use("canary/scripts/registry")
local getinfo = raw.debug.getinfo
local format, gsub = raw.string.format, raw.string.gsub
local match, sub = raw.string.match, raw.string.sub
local concat = raw.table.concat
local error, tostring, type, xpcall = raw.error, raw.tostring, raw.type, raw.xpcall

-- Calls of scripts from within calls of scripts that the servers allow.
local DEEPEST = 16
-- Places that are kept, so that a script that fails in new ways for ever takes no memory for ever.
local MOST = 2000
-- How long startup events may take of a step.
local STARTING_MS = 4
-- How long garbage is collected of a step, when some was put off.
local COLLECTING_MS = 2

return function(server)
    local report = {}
    server.registry = make_registry(server)
    -- What runs just now, outermost first: { interface, script, timer, file }.
    local stack, depth = {}, 0
    local errors, by_place, dropped = {}, {}, 0
    -- How many failures there were; each place knows which was its newest.
    local failures = 0
    local failing

    local function is_script(info)
        return sub(info.source, 1, 1) == "@"
    end

    local names = context.use("canary/report/names")(server, is_script)

    local function path_of(source)
        return (gsub(gsub(source, "^@", ""), "^%./", ""))
    end
    report.path_of = path_of

    local traces = context.use("canary/report/traces")(server, is_script, path_of)
    local block = context.use("canary/report/blocks")(server)
    local trace, handler = traces.of, traces.handler
    report.describe = traces.describe

    local function keep(entry)
        local place = concat({ entry.kind, entry.callback, entry.file or "", entry.line or 0, entry.text }, "\0")
        local known = by_place[place]
        failures = failures + 1
        entry.number = failures
        if known then
            known.number = failures
            known.count, known.last = known.count + 1, server.now
            return known
        elseif #errors >= MOST then
            dropped = dropped + 1
            return entry
        end
        entry.count, entry.first, entry.last = 1, server.now, server.now
        by_place[place] = entry
        errors[#errors + 1] = entry
        return entry
    end

    --- Reports a number that is not of the type that the server takes it for (TFS).
    ---@param letter string what C++ calls the type
    ---@param number number
    ---@param value any the argument of the script
    function report.out_of_range(letter, number, value)
        local place = names.place(value)
        if not place then
            return
        end
        local shown = number % 1 == 0 and format("%.0f", number) or format("%.17g", number)
        local text = format("Argument %d has out-of-range value for %s: %s", place, letter, shown)
        report.warn(text, "getNumber")
    end

    --- Reports what a function of the API can't use.
    ---@param text string
    ---@param name string|nil what the server calls the function inside; found out unless given
    ---@param once boolean|nil whether it is logged only the first time that it comes from one place
    function report.warn(text, name, once)
        local level, file, line, api, called = 2, nil, nil, nil, nil
        while true do
            local info = getinfo(level, "Slf")
            if not info then
                break
            elseif is_script(info) then
                file, line = path_of(info.source), info.currentline
                break
            elseif names.is_api(info) then
                api, called = info.func, level
            end
            level = level + 1
        end
        if not name and api then
            name = names.of(api, called)
        end
        local running = stack[depth]
        local entry = keep({
            kind = "warning",
            text = text,
            file = file or (running and running.file and running.file.path) or nil,
            line = line,
            callback = running and running.label or "",
            arguments = {},
        })
        if not once or entry.count == 1 then
            server:log("error", block(running, name or nil, text, trace(text, 2)))
        end
    end

    --- Reports that a callback of a script, or a file, failed.
    ---@param label string what was called
    ---@param problem string|table what its error was
    function report.failed(label, problem)
        if type(problem) ~= "table" then
            local file, line = match(tostring(problem), "^%.?/?([^\n:]*%.lua):(%d+):")
            problem = { text = tostring(problem), trace = tostring(problem), arguments = {}, file = file, line = line }
            problem.line = line and raw.tonumber(line) or nil
        end
        local running = stack[depth]
        keep({
            kind = "error",
            text = (gsub(problem.text, "\nstack traceback.*", "")),
            trace = problem.trace,
            file = problem.file or (running and running.file and running.file.path) or nil,
            line = problem.line,
            callback = label,
            arguments = problem.arguments,
        })
        failing = problem
        server:log("error", block(running, server.tfs and names.caller(label) or nil, problem.trace, nil))
    end

    --- Reports that a file is no Lua, or is not there.
    ---@param path string
    ---@param problem string
    function report.syntax(path, problem)
        local line = match(problem, ":(%d+):")
        keep({
            kind = "error",
            text = problem,
            file = path,
            line = line and raw.tonumber(line) or nil,
            callback = "loading",
            arguments = {},
        })
        failing = { text = problem }
    end

    -- Calls ---------------------------------------------------------------------------------------------------

    --- What runs just now: the file being loaded or the callback being called; nil outside.
    function report.running()
        return stack[depth]
    end

    --- How many calls of scripts are under way.
    function report.depth()
        return depth
    end

    local function left(ok, ...)
        if not ok then
            local running = stack[depth]
            report.failed(running.label or running.script or "", (...))
            stack[depth], depth = nil, depth - 1
            server.parts.report.on_leave(depth)
            return false
        end
        stack[depth], depth = nil, depth - 1
        server.parts.report.on_leave(depth)
        return true, ...
    end

    --- Called with the new depth whenever a call of a script ends.
    function report.on_leave(_) end

    --- Calls a function of a script. What runs is told by a context: `interface` (of which subsystem), `script` (how
    --- the server names it), `timer`, `file` (which file it is of), `label` (how a report names it). A text does, too.
    ---@param running table|string
    ---@return boolean ok, any ...
    function report.call(running, fn, ...)
        if type(running) == "string" then
            local around = stack[depth]
            running = {
                label = running,
                script = running,
                interface = "Scripts Interface",
                file = around and around.file,
            }
        end
        if depth >= DEEPEST then
            server:log("error", (running.label or running.script or "") .. ": Call stack overflow. "
                .. "Too many lua script calls being nested.")
            return false
        end
        depth = depth + 1
        stack[depth] = running
        return left(xpcall(fn, handler, ...))
    end

    --- Runs a function of the engine with a context, errors passing through.
    function report.within(running, fn, ...)
        depth = depth + 1
        stack[depth] = running
        local ok, problem = raw.pcall(fn, ...)
        stack[depth], depth = nil, depth - 1
        if not ok then
            error(problem, 0)
        end
    end

    --- The newest failure: what its text, file and line were.
    function report.last()
        return failing
    end

    --- How many places failed so far.
    function report.count()
        return #errors
    end

    --- The places that failed.
    ---@param since number|nil those that did again after so many failures; all, unless given
    function server.controls.errors(since)
        local list = {}
        for index = 1, #errors do
            if errors[index].number > (since or 0) then
                list[#list + 1] = errors[index]
            end
        end
        return { errors = list, dropped = dropped, failures = failures }
    end

    --- Lets time pass, and tells how often something has failed so far.
    ---@param ms number
    function server.controls.step(ms)
        if not server.parts.scripts.begin_more(STARTING_MS) then
            server.parts.scheduler.advance(ms)
        end
        server.parts.scripts.make_up(COLLECTING_MS)
        return failures
    end

    function server.controls.forget_errors()
        errors, by_place, dropped = {}, {}, 0
    end

    return report
end
