--- kv.get(key, default), kv.set(key, value), kv.delete(key), kv.keys(prefix), kv.increment(key, by)
--- Plain data that outlives reloads and restarts; every plugin has a namespace of its own.

local context = ...
local check = context.use("check")

return function(room)
    local kv = {}

    function kv.get(key, default)
        check.argument("kv.get", 1, key, "string")
        local value = room.host("kv.get", key)
        if value == nil then
            return default
        end
        return value
    end

    function kv.set(key, value)
        check.argument("kv.set", 1, key, "string")
        room.host("kv.set", key, value)
    end

    function kv.delete(key)
        check.argument("kv.delete", 1, key, "string")
        return room.host("kv.delete", key)
    end

    function kv.keys(prefix)
        return room.host("kv.keys", prefix or "")
    end

    function kv.increment(key, by)
        check.argument("kv.increment", 1, key, "string")
        by = by == nil and 1 or by
        check.argument("kv.increment", 2, by, "number")
        return room.host("kv.increment", key, by)
    end

    return kv
end
