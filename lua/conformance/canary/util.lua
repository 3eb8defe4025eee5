--- What probes call to record, on top of `t.record` alone. It is a library of the server's scripts, before the probes.

U = {}

--- An error's first line, without the place that it names.
local function clean(message)
    return (tostring(message):gsub("^[^\n]*%.lua:%d+: ", ""):gsub("\n.*", ""))
end
U.clean = clean

local function packed(...)
    return { __n = select("#", ...), ... }
end

--- Records `["ret", …]` with as many values as the function returned, or `["err", message]`. Returns the first value.
function U.call(t, key, fn, ...)
    local result = packed(pcall(fn, ...))
    if result[1] then
        local kept = { __n = result.__n, "ret" }
        for index = 2, result.__n do
            kept[index] = result[index]
        end
        t.record(key, kept)
    else
        t.record(key, { __n = 2, "err", clean(result[2]) })
    end
    return result[2]
end

--- Records a method's answer the same way; `["nomethod"]` where there is none.
function U.m(t, key, object, method, ...)
    local found, fn = pcall(function()
        return object[method]
    end)
    if not found or fn == nil then
        t.record(key, { __n = 1, "nomethod" })
        return
    end
    return U.call(t, key, fn, object, ...)
end

function U.pos(position)
    return { position.x, position.y, position.z }
end

--- A position as seen from the arena's middle.
function U.off(t, position)
    return { __n = 3, position.x - t.arena.x, position.y - t.arena.y, position.z - t.arena.z }
end

function U.at(t, dx, dy)
    return Position(t.arena.x + dx, t.arena.y + dy, t.arena.z)
end

function U.item(item)
    if type(item) ~= "userdata" then
        return tostring(item)
    end
    return {
        id = item:getId(),
        count = item:getCount(),
        sub = item:getSubType(),
        name = item:getName(),
        w = item:getWeight(),
    }
end

U.isCanary = (rawget(_G, "KV") ~= nil) or (rawget(_G, "kv") ~= nil)
