--- Reloading modules, all or none of those that need each other: they are unloaded with those that need them, and
--- loaded again in the same order. What fails is put back as it was before, from the texts of its old files.

local context = ...
local raw = context.raw
local capture = context.use("otclient/captured")
local format = raw.string.format
local insert = raw.table.insert

---@param engine table
---@param reload table see reload.lua
---@param started table see started.lua
---@return table together
return function(engine, reload, started)
    local together = {}
    local modules = engine.parts.modules

    local function captured(...)
        return capture(engine, ...)
    end

    local function new_report()
        return {
            ok = false,
            --- Whether old code was loaded again.
            restored = false,
            --- Modules that are loaded again, in order; with their old code, too.
            reloaded = {},
            --- Modules whose new code was refused, or that could not be loaded again.
            failed = {},
            --- Module's name to what unloading it had to close.
            closed = {},
            --- Module's name to why it failed.
            problems = {},
            --- Module's name to errors that kept it from nothing.
            notes = {},
        }
    end

    local function fail(report, name, problems)
        if not report.problems[name] then
            insert(report.failed, name)
        end
        report.problems[name] = problems
    end

    local function needs_of(targets)
        local of = {}
        for name in raw.next, targets do
            of[name] = reload.closure({ name })
        end
        return of
    end

    local function names_of(targets)
        local names = {}
        for name in raw.next, targets do
            insert(names, name)
        end
        return names
    end

    -- Asks all that will be unloaded for their states. One that fails to say keeps those from being reloaded which it
    -- would have to go with.
    local function snapshots(run)
        local handover = engine.parts.handover
        while true do
            run.taken, run.list = reload.closure(names_of(run.targets))
            run.states = {}
            local broken
            for _, module in raw.ipairs(run.list) do
                if run.taken[module.name] then
                    local state, problem = handover.take(module)
                    if problem then
                        broken = { module.name, problem }
                        break
                    end
                    run.states[module.name] = state
                end
            end
            if not broken then
                return
            end
            local of = needs_of(run.targets)
            for name in raw.next, of do
                if of[name][broken[1]] then
                    local text = name == broken[1] and broken[2] or broken[1] .. ": " .. broken[2]
                    fail(run.report, name, { text })
                    run.targets[name] = nil
                end
            end
        end
    end

    local function unload(run, taken)
        for index = #run.list, 1, -1 do
            local module = run.list[index]
            if taken[module.name] and module.loaded then
                modules.unload(module)
                run.report.closed[module.name] = run.closed[module.name]
            end
        end
    end

    -- Loads a module and hands its state over; what went wrong, if it is not loaded then.
    local function load(run, module)
        local name = module.name
        local ok, errors = true, {}
        if not module.loaded then
            ok, errors = captured(reload.load_again, module)
        end
        if ok and not run.given[name] then
            run.given[name] = true
            local problem, note = engine.parts.handover.give(module, run.states[name])
            if problem then
                modules.unload(module)
                return { problem }
            end
            insert(errors, note)
        end
        if ok then
            run.report.notes[name] = #errors > 0 and errors or nil
            return nil
        end
        run.report.notes[name] = nil
        return #errors > 0 and errors or { "it was not loaded" }
    end

    -- The old code again.
    local function put_back(run, module)
        run.given[module.name] = nil
        reload.restore(module, run.saved[module.name])
        local problems = load(run, module)
        run.report.restored = run.report.restored or not problems
        return problems
    end

    local function load_target(run, module, discovered)
        local problems = discovered or load(run, module)
        if not problems then
            return
        end
        fail(run.report, module.name, problems)
        run.targets[module.name] = nil
        local again = put_back(run, module)
        if again then
            insert(problems, format("its old code could not be loaded again: %s", again[1]))
        end
    end

    -- Those that the new code of a module keeps from being loaded are loaded with its old code.
    local function undo(run, broken)
        local culprits, taken = {}, {}
        for name, members in raw.next, run.of do
            for _, entry in raw.ipairs(broken) do
                if run.targets[name] and members[entry[1]] then
                    culprits[name] = true
                    fail(run.report, name, { format("%s failed with it: %s", entry[1], entry[2][1]) })
                end
            end
        end
        if not raw.next(culprits) then
            return broken
        end
        for member in raw.next, (reload.closure(names_of(culprits))) do
            taken[member] = true
        end
        for _, entry in raw.ipairs(broken) do
            taken[entry[1]] = true
        end
        unload(run, taken)
        local left = {}
        for _, module in raw.ipairs(run.list) do
            if taken[module.name] then
                local problems
                run.given[module.name] = nil
                if culprits[module.name] then
                    run.targets[module.name] = nil
                    problems = put_back(run, module)
                else
                    problems = load(run, module)
                end
                if problems then
                    insert(left, { module.name, problems })
                end
            end
        end
        return left
    end

    local function load_all(run)
        local discovered = {}
        for _, module in raw.ipairs(run.list) do
            if run.targets[module.name] then
                run.saved[module.name] = reload.declared(module)
                local ok, errors = captured(reload.discover, module)
                discovered[module.name] = not ok and errors or nil
            end
        end
        local broken = {}
        for _, module in raw.ipairs(run.list) do
            local name = module.name
            if run.targets[name] then
                load_target(run, module, discovered[name])
            elseif run.taken[name] then
                local problems = load(run, module)
                if problems then
                    insert(broken, { name, problems })
                end
            end
        end
        if #broken > 0 then
            broken = undo(run, broken)
        end
        for _, entry in raw.ipairs(broken) do
            fail(run.report, entry[1], entry[2])
        end
    end

    --- Reloads modules, and those that need them.
    ---@param names string[]
    ---@param closed table<string, string[]> what unloading a module had to close
    ---@return table report see `new_report`; `problem` is the first
    function together.reload(names, closed)
        local report = new_report()
        local run = { report = report, closed = closed, targets = {}, saved = {}, given = {} }
        for _, name in raw.ipairs(names) do
            local module = modules.find(name)
            if module and module.loaded then
                run.targets[name] = true
            else
                fail(report, name, {
                    module and "module '" .. name .. "' is not loaded" or "there is no module '" .. name .. "'",
                })
            end
        end
        snapshots(run)
        if raw.next(run.targets) then
            run.of = needs_of(run.targets)
            unload(run, run.taken)
            started.begin()
            local ok, problem = raw.pcall(load_all, run)
            started.finish()
            if not ok then
                raw.error(problem, 0)
            end
        end
        for _, module in raw.ipairs(run.list) do
            if run.taken[module.name] and module.loaded then
                insert(report.reloaded, module.name)
            end
        end
        raw.table.sort(report.failed)
        report.ok = #report.failed == 0
        report.problem = report.failed[1] and report.problems[report.failed[1]][1]
        return report
    end

    return together
end
