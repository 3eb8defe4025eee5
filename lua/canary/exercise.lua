--- Calls every registered callback in a small world, with varied arguments, and tells which fail. The control `mount`
--- brings it in.

local context = ...
local raw = context.raw
local make_world = context.use("canary/exercise/world")
local make_arguments = context.use("canary/exercise/arguments")
local find, ipairs, match, sub = raw.string.find, raw.ipairs, raw.string.match, raw.string.sub

-- Time that passes after each so many callbacks, so that what they put off happens, too.
local EVERY, PASSES = 50, 1000
local VARIANTS = 3

return function(server)
    local entries = {}
    local world, arguments

    -- Every callback that can be called: of all that is registered, that which stands; and of types of creatures.
    local function each_callback(visit)
        local seen, all = {}, {}
        local function once(record, kind, key)
            if record.callback and not seen[record.callback] then
                seen[record.callback] = true
                visit(record, kind, key)
            end
        end
        for _, places in ipairs(server.registry.all) do
            all[#all + 1] = places
        end
        raw.table.sort(all, function(a, b)
            return a.kind < b.kind
        end)
        server.parts.events.each_callback(once)
        for _, places in ipairs(all) do
            local records, keys = places:sorted()
            for index, record in ipairs(records) do
                once(record, places.kind, keys[index])
            end
        end
        server.parts.monsters.each_callback(once)
        server.parts.npcs.each_callback(once)
    end

    --- Builds the world and counts the callbacks.
    ---@return table entries { number, kind, event, name, file, line } each
    function server.controls.exercise_open()
        world = make_world(server)
        arguments = make_arguments(server, world)
        entries = {}
        local list = {}
        each_callback(function(record, kind, key)
            local number = #entries + 1
            entries[number] = { record = record, kind = kind, key = key }
            local info = raw.debug.getinfo(record.callback, "S")
            list[number] = {
                number = number,
                kind = record.class_name or kind,
                event = record.type or record.event or "",
                name = raw.tostring(record.name or key or ""),
                file = record.file and record.file.path or match(info.source, "^@%.?/?(.*)$") or "",
                line = info.linedefined,
            }
        end)
        return list
    end

    -- The innermost frame that is no function of C: of the engine when it is not a script's.
    local function raised_by_engine(problem)
        if find(problem.text, "^tibicen/") or find(problem.text, "^%[string \"=?tibicen/") then
            return true
        end
        return false
    end

    local function failure(problem, variant)
        return {
            variant = variant,
            text = sub((raw.string.gsub(problem.text, "\n.*", "")), 1, 500),
            trace = sub(problem.trace or "", 1, 2000),
            file = problem.file,
            line = problem.line,
            engine = raised_by_engine(problem),
        }
    end

    -- The engine itself may fail, outside of any script: what it did before such a failure stays.
    local function within(fn, ...)
        local ok, value = raw.xpcall(fn, function(problem)
            return { text = raw.tostring(problem), trace = raw.debug.traceback(raw.tostring(problem), 2) }
        end, ...)
        if ok then
            return value, nil
        end
        return nil, { variant = 0, text = sub(value.text, 1, 500), trace = sub(value.trace, 1, 2000), engine = true }
    end

    -- A script for players alone does not know what to do with a monster, and the other way round: that it fails with
    -- one of them, for want of a method, is no mistake of its own.
    local function is_unsuited(entry, failures, variant)
        local failed = failures[variant]
        if not arguments.takes_any_creature(entry) or not find(failed.text, "attempt to call method", 1, true) then
            return false
        elseif variant == 2 then
            return not failures[1]
        end
        return not failures[2]
    end

    local function run(entry)
        local report = server.parts.report
        local record = entry.record
        local failures = {}
        for variant = 1, VARIANTS do
            world.restore()
            local ok = report.call(record, record.callback, arguments.make(entry, variant))
            if not ok then
                failures[variant] = failure(report.last() or { text = "it failed" }, variant)
            end
        end
        for variant = 1, VARIANTS do
            if failures[variant] and not is_unsuited(entry, failures, variant) then
                return failures[variant]
            end
        end
    end

    --- Calls callbacks of a range of numbers, each in all variants until one fails.
    ---@return table failures { number, variant, text, trace, file, line, engine } each
    function server.controls.exercise_run(first, last)
        local failures = {}
        local function note(number, failed)
            if failed then
                failed.number = number
                failures[#failures + 1] = failed
            end
        end
        for number = first, raw.math.min(last, #entries) do
            local failed, broken = within(run, entries[number])
            note(number, broken or failed)
            if number % EVERY == 0 then
                local _, later = within(server.controls.advance, PASSES)
                note(number, later)
            end
        end
        return failures
    end

    --- Whether scripts can know a name: a method of a class, a function of a table, or a global.
    function server.controls.exercise_knows(name)
        if raw.rawget(server.env, name) ~= nil then
            return true
        end
        for _, class in raw.pairs(server.userdata.classes) do
            if class[name] ~= nil then
                return true
            end
        end
        return false
    end
end
