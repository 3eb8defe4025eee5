--- kv and KV (Canary): values by keys, scopes of keys, and what of them is in the table `kv_store`.
---
--- Values are kept as copies: texts, booleans, numbers, arrays ({ "a", values }) and maps ({ "m", keys, values }).

local context = ...
local raw = context.raw
local find, sub, type, select = raw.string.find, raw.string.sub, raw.type, raw.select

return function(server, storage)
    if server.tfs then
        --- TFS has no such store.
        function storage.save_kv()
            return true
        end
        return
    end
    local userdata, arguments = server.userdata, server.arguments
    -- Key to { value, deleted, time }; those that the table does not have so.
    local entries, changed = {}, {}

    local function copied_array(value)
        local values = {}
        for place = 1, #value do
            local copy = storage.kv_copy(value[place])
            if copy == nil then
                server:log("warning", "[getValueWrapper] invalid param type")
                return nil
            end
            values[place] = copy
        end
        return { "a", values }
    end

    local function copied_map(value)
        local keys, values = {}, {}
        for key, each in raw.pairs(value) do
            local copy = storage.kv_copy(each)
            if copy == nil then
                server:log("warning", "[getValueWrapper] invalid param type")
                return nil
            elseif type(key) == "number" then
                -- The server turns the key into a text, and then can't find its place any more.
                raw.error("invalid key to 'next'", 0)
            end
            keys[#keys + 1], values[#values + 1] = arguments.string(key), copy
        end
        return { "m", keys, values }
    end

    --- A value as it is kept; nil for what can't be.
    function storage.kv_copy(value)
        local kind = type(value)
        if kind == "boolean" or kind == "number" or kind == "string" then
            return value
        elseif kind == "table" then
            return #value > 0 and copied_array(value) or #value == 0 and copied_map(value) or nil
        elseif kind ~= "nil" then
            server:log("warning", "[getValueWrapper] invalid param type")
        end
        return nil
    end

    --- What scripts are given for a value that is kept.
    function storage.kv_value(kept)
        if type(kept) ~= "table" then
            return kept
        end
        local value = {}
        if kept[1] == "a" then
            for place, each in raw.ipairs(kept[2]) do
                value[place] = storage.kv_value(each)
            end
        else
            for place, key in raw.ipairs(kept[2]) do
                value[key] = storage.kv_value(kept[3][place])
            end
        end
        return value
    end

    local function set(key, kept)
        entries[key] = { value = kept, deleted = kept == nil, time = server.parts.scheduler.milliseconds() }
        changed[key] = true
    end

    --- Forgets the values that were read and not changed.
    function storage.forget_kv()
        for key in raw.pairs(entries) do
            if not changed[key] then
                entries[key] = nil
            end
        end
    end

    --- The value under a key, as scripts see it; nil for none.
    ---@param key string
    ---@param from_table boolean|nil what the table has, whatever was set since
    function storage.kv_get(key, from_table)
        local entry = entries[key]
        if not entry or from_table then
            local found = storage.ask("kv.load", key, storage.now())
            if not found then
                return nil
            end
            entry = { value = found[1], deleted = false, time = found[2] }
            entries[key] = entry
        end
        if entry.deleted then
            return nil
        end
        return storage.kv_value(entry.value)
    end

    --- Sets the value under a key; whether it is of a kind that can be kept.
    ---@param key string
    ---@param value any
    function storage.kv_set(key, value)
        local kept = storage.kv_copy(value)
        if kept == nil then
            return false
        end
        set(key, kept)
        return true
    end

    --- Takes away the value under a key.
    ---@param key string
    function storage.kv_remove(key)
        set(key, nil)
    end

    --- The keys that begin so, without that beginning, in order.
    ---@param prefix string
    ---@return string[]
    function storage.kv_keys(prefix)
        local seen, list = {}, {}
        local function add(key)
            if not seen[key] then
                seen[key] = true
                list[#list + 1] = key
            end
        end
        for key, entry in raw.pairs(entries) do
            if not entry.deleted and sub(key, 1, #prefix) == prefix then
                add(sub(key, #prefix + 1))
            end
        end
        for _, key in raw.ipairs(storage.ask("kv.keys", prefix, storage.now())) do
            add(key)
        end
        raw.table.sort(list)
        return list
    end

    --- Writes what was set since the last time.
    ---@return boolean whether there is nothing more to write
    function storage.save_kv()
        local list = {}
        for key in raw.pairs(changed) do
            list[#list + 1] = key
        end
        if #list == 0 then
            return true
        end
        raw.table.sort(list)
        local rows = {}
        for at, key in raw.ipairs(list) do
            local entry = entries[key]
            rows[at] = { key, entry.time, false, false }
            if not entry.deleted then
                rows[at][3], rows[at][4] = true, entry.value
            end
        end
        local problem = storage.ask("kv.save", rows, storage.now())
        if problem then
            server:log("error", "[saveAll] Error occurred saving keys and values: " .. problem)
            return false
        end
        changed = {}
        return true
    end

    -- Functions of the table kv, and methods of a scope ---------------------------------------------------------

    local function scope_of(object)
        local record = userdata.get(object, "KV")
        return record and record.prefix or ""
    end

    local function argument(from_end, ...)
        local place = select("#", ...) - from_end + 1
        if place < 1 then
            return nil
        end
        return (select(place, ...))
    end

    --- What scripts hold for a scope.
    ---@param scope string
    function storage.kv_scope(scope)
        return userdata.push({ class_name = "KV", prefix = scope .. "." })
    end

    local functions = {
        scoped = function(...)
            return storage.kv_scope(scope_of((...)) .. arguments.string(argument(1, ...)))
        end,
        set = function(...)
            local key = arguments.string(argument(2, ...))
            if not storage.kv_set(scope_of((...)) .. key, argument(1, ...)) then
                server:log("warning", "[luaKVSet] invalid param type")
                return false
            end
            return true
        end,
        get = function(...)
            local key, from_table = argument(1, ...), false
            if type(key) == "boolean" then
                key, from_table = argument(2, ...), key
            end
            return storage.kv_get(scope_of((...)) .. arguments.string(key), from_table)
        end,
        remove = function(...)
            set(scope_of((...)) .. arguments.string(argument(1, ...)), nil)
            return nil
        end,
        keys = function(...)
            local scope = scope_of((...))
            if scope ~= "" then
                return storage.kv_keys(scope)
            end
            local prefix = argument(1, ...)
            return storage.kv_keys(arguments.is_string(prefix) and arguments.string(prefix) or "")
        end,
    }
    server:table("kv", functions)
    userdata.class("KV")
    userdata.methods("KV", functions)
    userdata.metamethod("KV", "__gc", function(self)
        local record = userdata.get(self, "KV")
        if record then
            userdata.drop(record)
        end
    end)

    --- What is kept for a player.
    ---@param player table
    function storage.player_kv(player)
        return storage.kv_scope("player." .. raw.string.format("%d", player.guid))
    end

    --- Keys and values as they are, for tests: { [key] = value }.
    function server.controls.kv(prefix)
        local found = {}
        for _, key in raw.ipairs(storage.kv_keys("")) do
            if not prefix or find(key, prefix, 1, true) == 1 then
                found[key] = storage.kv_get(key)
            end
        end
        return found
    end
end
