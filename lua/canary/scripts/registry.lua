--- What files register, by key, in the order of their files: of two under one key the first stands, as in the servers,
--- and when it goes, the next one takes its place. A file that is loaded anew gets its old place back.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")

-- Whether `a` comes before `b`: by their files, then in the order of one file.
local function before(a, b)
    local first, second = a.file and a.file.order or 0, b.file and b.file.order or 0
    if first ~= second then
        return first < second
    end
    return a.sequence < b.sequence
end

local Places = {}
Places.__index = Places

--- A record is a table with `class_name`, `file` and `sequence`; a list of them has none.
function Places:add(key, record)
    local there = self.at[key]
    if there == nil then
        self.at[key] = record
        self.count = self.count + 1
    elseif there.class_name then
        self.at[key] = before(record, there) and { record, there } or { there, record }
    else
        local at = #there + 1
        while at > 1 and before(record, there[at - 1]) do
            at = at - 1
        end
        raw.table.insert(there, at, record)
    end
    self:note(key)
end

function Places:remove(key, record)
    local there = self.at[key]
    if there == record then
        self.at[key] = nil
        self.count = self.count - 1
    elseif there and not there.class_name then
        for at = 1, #there do
            if there[at] == record then
                raw.table.remove(there, at)
                break
            end
        end
        if #there == 1 then
            self.at[key] = there[1]
        end
    end
    self:note(key)
end

-- Something else stands under a key now, or may do so.
function Places:note(key)
    self.version = self.version + 1
    for at = 1, #self.watchers do
        local changed = self.watchers[at]
        changed[#changed + 1] = key
    end
end

--- A function that finds what stands under a key by another name of it. Of several of one name it finds that with the
--- least key.
---@param name_of fun(record: table, key: any): string
---@return fun(name: string): table|nil
function Places:index(name_of)
    -- Names are looked up often while files load: only what changed since is read anew.
    local keys, names, changed, places = {}, {}, {}, self
    self.watchers[#self.watchers + 1] = changed
    local function leave(key)
        local list = keys[names[key]]
        for at = 1, #list do
            if list[at] == key then
                raw.table.remove(list, at)
                break
            end
        end
        names[key] = nil
    end
    local function enter(key, name)
        local list = keys[name]
        if not list then
            list = {}
            keys[name] = list
        end
        local at = #list + 1
        while at > 1 and key < list[at - 1] do
            at = at - 1
        end
        raw.table.insert(list, at, key)
        names[key] = name
    end
    return function(name)
        for at = 1, #changed do
            local key = changed[at]
            changed[at] = nil
            if names[key] then
                leave(key)
            end
            local record = places:first(key)
            if record then
                enter(key, name_of(record, key))
            end
        end
        local list = keys[name]
        return list and places:first(list[1]) or nil
    end
end

--- The record that stands under a key; nil when there is none.
function Places:first(key)
    local there = self.at[key]
    if there and not there.class_name then
        return there[1]
    end
    return there
end

--- The next record under a key; for those of which several stand (one a slot).
---@param index number from 1
function Places:get(key, index)
    local there = self.at[key]
    if there == nil then
        return nil
    elseif there.class_name then
        return index == 1 and there or nil
    end
    return there[index]
end

--- The records that stand, in the order of their keys. Don't change it.
function Places:sorted()
    if self.listed ~= self.version then
        local keys, list = sorted_keys(self.at), {}
        for index, key in raw.ipairs(keys) do
            list[index] = self:first(key)
        end
        self.list, self.keys, self.listed = list, keys, self.version
    end
    return self.list, self.keys
end

--- The records that stand, in the order of their files. Don't change it.
function Places:ordered()
    if self.ranked ~= self.version then
        local list = {}
        for key in raw.pairs(self.at) do
            list[#list + 1] = self:first(key)
        end
        raw.table.sort(list, before)
        self.ranking, self.ranked = list, self.version
    end
    return self.ranking
end

---@param server table
return function(server)
    local registry = { all = {} }
    local sequence = 0

    --- Makes a place for one kind of registrations.
    ---@param kind string
    function registry.places(kind)
        local places = raw.setmetatable({ kind = kind, at = {}, count = 0, version = 0, watchers = {} }, Places)
        registry.all[#registry.all + 1] = places
        return places
    end

    --- Marks a record as of the file that is being loaded, or whose callback is running.
    function registry.own(record)
        local scripts = server.parts.scripts
        local owner = scripts and scripts.owner()
        sequence = sequence + 1
        record.file, record.sequence = owner, sequence
        return record
    end

    --- Enters a record under a key. It leaves with its file.
    function registry.add(places, key, record)
        places:add(key, record)
        local entries = record.file and record.file.entries
        if entries then
            local size = #entries
            entries[size + 1], entries[size + 2], entries[size + 3] = places, key, record
        end
    end

    --- Takes out all that a file entered.
    function registry.withdraw(entries)
        for at = #entries - 2, 1, -3 do
            local places, key = entries[at], entries[at + 1]
            if places.undo then
                places.undo()
            else
                places:remove(key, entries[at + 2])
            end
        end
    end

    --- Enters again what `withdraw` took out.
    function registry.restore(entries)
        for at = 1, #entries, 3 do
            local places, key = entries[at], entries[at + 1]
            if places.redo then
                places.redo()
            else
                places:add(key, entries[at + 2])
            end
        end
    end

    return registry
end
