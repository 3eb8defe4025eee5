--- What modules wrote into tables that all share: globals, functions of classes and singletons, styles.
---
--- Nobody tells of such a write. Between two modules' turns the tables are compared with how they were, and what
--- changed is whose turn it was; so it can be put back, as long as nobody else changed it since.

local context = ...
local raw = context.raw
local next, rawget, rawset, type = raw.next, raw.rawget, raw.rawset, raw.type
local find = raw.string.find
local slots = context.use("otclient/ownership/slots")

---@param engine table
---@param owners table see owners.lua
---@return table journal
return function(engine, owners)
    local journal = {}
    -- { table, label, kind, image, count }, in a fixed order.
    local watched, known = {}, {}
    -- Module's name to its writes, in order: { watch, key, before, after }.
    local written = {}
    -- Module's name to watch to keys that others wrote over: loaded again, it writes beneath them.
    local under = {}

    local function copy(source)
        local image, count = {}, 0
        for key, value in next, source do
            image[key] = value
            count = count + 1
        end
        return image, count
    end

    --- Watches a table from now on.
    ---@param target table
    ---@param label string what it is called
    ---@param kind string what an entry of it is: "global", "function" or "style"
    function journal.watch(target, label, kind)
        if known[target] then
            return
        end
        local image, count = copy(target)
        local watch = { table = target, label = label, kind = kind, image = image, count = count }
        known[target] = watch
        watched[#watched + 1] = watch
    end

    local function is_slot(watch, key)
        return watch.kind == "function" and slots.kind_of(key) == "slots"
    end

    -- Functions and styles tell themselves whose they are, when they come out of turn.
    local function owner_of(owner, watch, after)
        if type(after) == "function" then
            local own = owners.plain(after)
            if own and own ~= true and not owners.lends(own) then
                return own
            end
        elseif not owner and watch.kind == "style" and after then
            return owners.of_source(after.source) or nil
        end
        return owner
    end

    -- Another's entry that put a value there.
    local function entry_with(watch, key, value, owner)
        for name, list in next, written do
            for index = #list, 1, -1 do
                local entry = list[index]
                if name ~= owner and entry.watch == watch and entry.key == key and entry.after == value then
                    return entry
                end
            end
        end
    end

    local function write(owner, watch, key, before, after)
        owner = owner_of(owner, watch, after)
        if not owner then
            return
        end
        local list = written[owner]
        if not list then
            list = {}
            written[owner] = list
        end
        local keys = under[owner] and under[owner][watch]
        if keys and keys[key] then
            keys[key] = nil
            local over = after ~= nil and entry_with(watch, key, before, owner)
            if over then
                rawset(watch.table, key, before)
                before, over.before = over.before, after
            end
        end
        list[#list + 1] = { watch = watch, key = key, before = before, after = after }
    end

    local function compare(watch, owner)
        local image, count, changed = watch.image, 0, false
        for key, value in next, watch.table do
            count = count + 1
            local before = image[key]
            if before ~= value then
                changed = true
                write(owner, watch, key, before, value)
            end
        end
        if count ~= watch.count or changed then
            for key, before in next, image do
                if rawget(watch.table, key) == nil then
                    write(owner, watch, key, before, nil)
                end
            end
            watch.image, watch.count = copy(watch.table)
        end
    end

    --- Notes what changed since the last time as a module's; as nobody's when there is none.
    ---@param owner string|nil
    function journal.note(owner)
        for index = 1, #watched do
            compare(watched[index], owner)
        end
    end

    -- Slots of a signal are dealt with one by one, see slots.lua; but for one that took the place of others. A list of
    -- which but one was disconnected becomes that one.
    local function is_signal(entry)
        local before, after = entry.before, entry.after
        if not is_slot(entry.watch, entry.key) then
            return false
        elseif type(before) == "table" and type(after) == "function" then
            return before[1] == nil or before[1] == after
        end
        return type(after) ~= "function" or before == nil
    end

    -- Styles of the engine's own classes come to be when they are asked for, and are nobody's.
    local function is_own(entry)
        return entry.watch.kind == "style" and (entry.after or entry.before).source == ""
    end

    local function is_left(entry)
        return rawget(entry.watch.table, entry.key) == entry.after and not is_signal(entry) and not is_own(entry)
    end

    --- What of a module's writes is still there.
    ---@param owner string
    ---@return table[] entries `watch`, `key`, `before`, `after`
    function journal.left(owner)
        local left = {}
        for _, entry in raw.ipairs(written[owner] or {}) do
            if is_left(entry) and entry.before ~= entry.after then
                left[#left + 1] = entry
            end
        end
        return left
    end

    local function remember_under(owner, watch, key)
        under[owner] = under[owner] or {}
        under[owner][watch] = under[owner][watch] or {}
        under[owner][watch][key] = true
    end

    -- What was written over an entry must not bring it back some day.
    local function forget_entry(entry, owner)
        local watch, key = entry.watch, entry.key
        for name, list in next, written do
            for index = 1, #list do
                local later = list[index]
                if later.watch == watch and later.key == key and later.before == entry.after then
                    later.before = entry.before
                    if name ~= owner and not is_slot(watch, key) then
                        remember_under(owner, watch, key)
                    end
                end
            end
        end
    end

    --- Takes back what a module wrote, the last first.
    ---@param owner string
    ---@return table[] entries that were taken back
    function journal.take_back(owner)
        local list, taken = written[owner] or {}, {}
        for index = #list, 1, -1 do
            local entry = list[index]
            if is_left(entry) and entry.before ~= entry.after then
                rawset(entry.watch.table, entry.key, entry.before)
                raw.table.insert(taken, 1, entry)
            elseif entry.after ~= nil then
                forget_entry(entry, owner)
            end
        end
        written[owner] = nil
        local seen = {}
        for _, entry in raw.ipairs(taken) do
            local watch = entry.watch
            if not seen[watch] then
                seen[watch] = true
                watch.image, watch.count = copy(watch.table)
            end
        end
        return taken
    end

    --- Takes things that were put in the places of others for what was written.
    ---@param target table one that is watched
    ---@param replaced table<any, any> old to new
    function journal.replaced(target, replaced)
        local watch = known[target]
        if not watch then
            return
        end
        for key, value in next, watch.image do
            watch.image[key] = replaced[value] or value
        end
        for _, list in next, written do
            for index = 1, #list do
                local entry = list[index]
                if entry.watch == watch then
                    entry.before = replaced[entry.before] or entry.before
                    entry.after = replaced[entry.after] or entry.after
                end
            end
        end
    end

    --- Watches the globals, the classes and the singletons that there are by now.
    function journal.watch_shared()
        journal.watch(engine.env, "_G", "global")
        local names = {}
        for name, value in next, engine.env do
            if type(name) == "string" and type(value) == "table" and find(name, "^g_") then
                names[#names + 1] = name
            end
        end
        for name in next, engine.object.classes do
            names[#names + 1] = name
        end
        raw.table.sort(names)
        for _, name in raw.ipairs(names) do
            journal.watch(engine.object.classes[name] or engine.env[name], name, "function")
        end
    end

    --- Calls a function with each table that is watched, its label and its kind.
    function journal.each(visit)
        for index = 1, #watched do
            visit(watched[index].table, watched[index].label, watched[index].kind)
        end
    end

    return journal
end
