--- json.encode(value), json.decode(text), json.array(table): an empty table is an object unless marked as array.

local context = ...
local raw = context.raw
local border, check = context.use("border"), context.use("check")

return function(room)
    local json = {}

    function json.encode(value)
        return room.host("json.encode", value)
    end

    function json.decode(text)
        check.argument("json.decode", 1, text, "string")
        return room.host("json.decode", text)
    end

    function json.array(list)
        list = list or {}
        check.argument("json.array", 1, list, "table")
        if raw.debug.getmetatable(list) == border.array_mark then
            return list
        end
        return raw.setmetatable(list, border.array_mark)
    end

    return json
end
