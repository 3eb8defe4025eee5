--- db.asyncQuery and db.asyncStoreQuery: what is asked for runs after what runs just now, in the order of asking.

local context = ...
local raw = context.raw
local select = raw.select

return function(server, storage)
    local arguments = server.arguments
    local first, last, due = 1, 0, false
    local tasks = {}

    local function tell(task, answer)
        server.parts.report.call({
            interface = "Main Interface",
            script = "(Unknown scriptfile)",
            label = task.store and "db.asyncStoreQuery" or "db.asyncQuery",
            file = task.file,
        }, task.callback, answer)
    end

    local function run(task)
        if task.store then
            local result = storage.query(task.query)
            if task.has_callback then
                tell(task, result and storage.add_result(result) or false)
            end
        else
            local done = storage.execute(task.query)
            if task.has_callback then
                tell(task, done)
            end
        end
    end

    --- Runs all that was asked for.
    ---@return boolean
    function storage.finish_async()
        due = false
        while first <= last do
            local task = tasks[first]
            tasks[first] = nil
            first = first + 1
            run(task)
        end
        return true
    end

    local function ask(store)
        return function(...)
            local count = select("#", ...)
            local running = server.parts.report.running()
            last = last + 1
            -- With more than one argument the last is what is called, and the one before it the statement.
            tasks[last] = {
                query = count > 0 and arguments.string((select(count > 1 and count - 1 or 1, ...))) or "",
                callback = count > 1 and (select(count, ...)) or nil,
                has_callback = count > 1,
                store = store,
                file = running and running.file,
            }
            if not due then
                due = true
                server.parts.scheduler.after(0, storage.finish_async)
            end
        end
    end

    server:table("db", { asyncQuery = ask(false), asyncStoreQuery = ask(true) })
end
