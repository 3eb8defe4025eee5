--- Reload by file: a new version's registrations take the places of the old one's; a broken version changes nothing.

local context = ...
local raw = context.raw
local ipairs, pairs, rawget, rawset = raw.ipairs, raw.pairs, raw.rawget, raw.rawset

-- From so many files on a reload of those that used a lib is like a load of all.
local MANY = 50
-- When files that were loaded anew have made so many KiB, machine code is forgotten: it keeps what it was made for, and
-- of their old versions nobody else holds that any more. What is still hot is compiled again.
local FORGETFUL = 8 * 1024
-- How many files are searched for a word at once.
local SEARCHED = 40

return function(server, scripts)
    local registry, classes, owners, ABSENT = scripts.registry, scripts.classes, scripts.owners, scripts.ABSENT
    local NONE = {}

    -- The values that a file's globals have now.
    local function values_of(file)
        local values = {}
        for name in pairs(file.globals or NONE) do
            if owners[name] == file then
                local value = rawget(server.env, name)
                values[name] = value == nil and ABSENT or value
            end
        end
        return values
    end

    -- What the old version took out of the globals (`setup = nil` at its end), the new one finds again.
    local function put_back(file)
        for name, before in pairs(file.globals or NONE) do
            if before ~= ABSENT and owners[name] == file and rawget(server.env, name) == nil then
                rawset(server.env, name, before)
            end
        end
    end

    local function withdraw(file)
        registry.withdraw(file.entries)
        if file.methods then
            classes.take_back(file.methods)
        end
    end

    -- The old version stands again, with the globals that it had.
    local function bring_back(file, values)
        registry.restore(file.entries)
        if file.methods then
            classes.make_again(file.methods)
        end
        for name, value in pairs(values) do
            rawset(server.env, name, value ~= ABSENT and value or nil)
            owners[name] = file
        end
    end

    -- What the old version put off goes on with the old code, unless the server's settings drop it.
    local function drop_events(file)
        if server.settings.pending_events == "drop" and file.events then
            for event in pairs(file.events) do
                server.parts.scheduler.stop(event.id)
            end
        end
    end

    -- A global of the old version goes on as the new one's.
    local function hand_over(name, before, new)
        new.globals = new.globals or {}
        new.globals[name], owners[name] = before, new
    end

    -- Globals that only the old version set as it loaded are gone; those of which it knew a value before are as they
    -- were. What its callbacks set goes on. So does all of it when the new version looked for some before it set that
    -- itself (`if not Handler then`): it may have been content with what it found.
    local function settle_globals(old, new)
        for name, before in pairs(old.globals or NONE) do
            if owners[name] == old and old.state and old.state[name] then
                new.state = new.state or {}
                new.state[name] = true
                hand_over(name, before, new)
            elseif owners[name] == old and new.found_old then
                hand_over(name, before, new)
            elseif owners[name] == old then
                owners[name] = nil
                if before == ABSENT then
                    rawset(server.env, name, nil)
                end
            elseif new.globals and new.globals[name] ~= nil and owners[name] == new then
                new.globals[name] = before
            end
        end
    end

    -- Where a file stands in the list; `at` tells where it stood when it was last looked for.
    local function place_in_list(file)
        local list = scripts.list
        if list[file.at] ~= file then
            for at = 1, #list do
                list[at].at = at
            end
        end
        return file.at
    end

    --- Loads a file anew in its old place.
    ---@param path string
    ---@return boolean ok, table file
    function scripts.reload_one(path)
        local old = scripts.files[path]
        local values = values_of(old)
        withdraw(old)
        put_back(old)
        local ok, new = scripts.load(path, old.chunk, old.interface, old.order)
        if not ok then
            withdraw(new)
            for name, before in pairs(new.globals or NONE) do
                if owners[name] == new then
                    owners[name] = nil
                    rawset(server.env, name, before ~= ABSENT and before or nil)
                end
            end
            bring_back(old, values)
            old.broken = new.problem
            return false, old
        end
        settle_globals(old, new)
        drop_events(old)
        for user in pairs(old.users or NONE) do
            new.users = new.users or {}
            new.users[user] = true
        end
        new.is_lib, new.finish, new.at = old.is_lib, old.finish, old.at
        new.found_old = nil
        scripts.files[path] = new
        scripts.list[place_in_list(old)] = new
        if new.finish then
            new.finish(new)
        end
        return true, new
    end

    -- Paths of a set that are loaded, in the order of loading.
    local function in_order(set)
        local list = {}
        for path in pairs(set) do
            if scripts.files[path] then
                list[#list + 1] = path
            end
        end
        raw.table.sort(list, function(a, b)
            return place_in_list(scripts.files[a]) < place_in_list(scripts.files[b])
        end)
        return list
    end

    -- Files that used at load what a file brings: its globals, what it added to classes, what it is included by.
    -- But for those that are loaded anew anyway.
    local function users_of(path, file, loaded_anyway)
        local found = {}
        for user in pairs(file and file.users or NONE) do
            found[user] = not loaded_anyway[user] or nil
        end
        if file and file.methods and file.is_lib then
            local paths = {}
            for _, other in ipairs(scripts.list) do
                if other ~= file and not loaded_anyway[other.path] and not found[other.path] then
                    paths[#paths + 1] = other.path
                end
            end
            local words = classes.words(file.methods)
            for first = 1, #paths, SEARCHED do
                local some = { raw.unpack(paths, first, raw.math.min(first + SEARCHED - 1, #paths)) }
                for _, user in ipairs(server.host("files.mentions", words, some)) do
                    found[user] = true
                end
                scripts.pause()
            end
        end
        found[path] = nil
        return in_order(found)
    end

    -- Who has to be loaded for a path: itself, or those that ran it by dofile or require.
    local function roots_of(path)
        if scripts.files[path] then
            return { path }
        end
        return in_order(scripts.included_by and scripts.included_by[path] or NONE)
    end

    local function forget_modules(path)
        local packages = server.parts.globals.package.loaded
        for by in pairs(scripts.included_by and scripts.included_by[path] or NONE) do
            local file = scripts.files[by]
            local module = file and file.included and file.included[path]
            if module and module ~= true then
                packages[module] = nil
            end
        end
    end

    local made = 0

    --- To be called after files were loaded anew.
    ---@param more number how many KiB they have made
    function scripts.forget_code(more)
        made = made + raw.math.max(0, more)
        if made >= FORGETFUL then
            made = 0
            raw.jit.flush()
        end
    end

    --- Loads a file anew, and those that used it.
    ---@param path string
    ---@param tell fun(row: table) gets { path, ok, ms, problem } of each, in the order in which they are loaded
    function scripts.reload(path, tell)
        path = server.parts.report.path_of(path)
        local before = raw.collectgarbage("count")
        local done, coming = {}, {}
        local function again(each)
            -- Where the server went on meanwhile, one may be gone.
            if done[each] or not scripts.files[each] then
                return
            end
            done[each], coming[each] = true, true
            local dependents = users_of(each, scripts.files[each], coming)
            local ok, file = scripts.reload_one(each)
            tell({ path = each, ok = ok, ms = file.ms, problem = not ok and file.broken or nil })
            scripts.tidy()
            scripts.pause()
            for _, user in ipairs(ok and dependents or NONE) do
                coming[user] = true
            end
            local function again_all()
                for _, user in ipairs(dependents) do
                    again(user)
                end
            end
            if ok and #dependents >= MANY and not scripts.is_in_slice() then
                scripts.sparing(again_all)
            elseif ok then
                again_all()
            end
        end
        local read, problem = scripts.reload_xml(path)
        if read == nil and not server.tfs then
            read, problem = server.parts.game.schedule.reload(path)
        end
        if read ~= nil then
            tell({ path = path, ok = read, ms = 0, problem = problem })
            return
        end
        forget_modules(path)
        local roots = roots_of(path)
        for _, root in ipairs(roots) do
            again(root)
        end
        scripts.forget_code(raw.collectgarbage("count") - before)
        if #roots == 0 then
            local ok = scripts.load_new(path)
            if ok ~= nil then
                local file = scripts.files[path]
                tell({ path = path, ok = ok, ms = file and file.ms or 0, problem = scripts.last_problem })
            end
        end
    end

    --- Forgets a file that is no more, with all that it registered.
    ---@param path string
    ---@return boolean whether it was loaded
    function scripts.unload(path)
        path = server.parts.report.path_of(path)
        local file = scripts.files[path]
        if not file then
            return false
        end
        withdraw(file)
        scripts.forget_globals(file)
        drop_events(file)
        scripts.files[path] = nil
        raw.table.remove(scripts.list, place_in_list(file))
        return true
    end

    --- What a file registered: kind and key, in order.
    function scripts.registrations(path)
        local file = scripts.files[server.parts.report.path_of(path)]
        local list = {}
        local entries = file and file.entries or {}
        for at = 1, #entries, 3 do
            local places = entries[at]
            if places.kind then
                list[#list + 1] = {
                    kind = places.kind,
                    key = raw.tostring(entries[at + 1]),
                    stands = places:first(entries[at + 1]) == entries[at + 2],
                }
            end
        end
        return list
    end

    --- Loads a file anew, and those that used it, at once.
    ---@param path string
    ---@return table rows { path, ok, ms, problem } each
    function server.controls.reload_file(path)
        local rows = {}
        scripts.reload(path, function(row)
            rows[#rows + 1] = row
        end)
        return rows
    end

    server.controls.unload_file = scripts.unload
    server.controls.registrations = scripts.registrations
    server.controls.load_file = function(path)
        return scripts.load_file(path)
    end

    --- How a file is: whether it is loaded, its place among all; nil when it is not known.
    ---@param path string
    function server.controls.file_state(path)
        local file = scripts.files[server.parts.report.path_of(path)]
        return file and { loaded = file.problem == nil, order = file.order } or nil
    end

    --- The files below a folder that are known, in the order of loading.
    ---@param folder string|nil all, unless given
    function server.controls.files_below(folder)
        local list = {}
        for _, file in ipairs(scripts.list) do
            if not folder or raw.string.sub(file.path, 1, #folder + 1) == folder .. "/" then
                list[#list + 1] = file.path
            end
        end
        return list
    end

    --- How much there is of everything.
    function server.controls.totals()
        local totals = { files = #scripts.list, registrations = 0, globals = 0, by_kind = {}, failed = 0 }
        for _, places in ipairs(registry.all) do
            totals.by_kind[places.kind] = places.count
            totals.registrations = totals.registrations + places.count
        end
        for _ in pairs(owners) do
            totals.globals = totals.globals + 1
        end
        for _, file in ipairs(scripts.list) do
            totals.failed = totals.failed + (file.errors > 0 and 1 or 0)
        end
        totals.pending = server.parts.scheduler.pending()
        return totals
    end
end
