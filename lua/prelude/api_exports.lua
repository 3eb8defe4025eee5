--- exports.NAME = fn: what other plugins, in Lua or Python, may call.

local context = ...
local raw = context.raw
local check, failure = context.use("check"), context.use("failure")

return function(room)
    local functions, ids = {}, {}

    return raw.setmetatable({}, {
        __index = functions,
        __newindex = function(_, name, fn)
            check.argument("exports", 1, name, "string")
            if fn ~= nil and raw.type(fn) ~= "function" then
                failure.blame("exports." .. name .. " must be a function, not " .. raw.type(fn))
            end
            if ids[name] then
                room.host("release", ids[name])
                ids[name] = nil
            end
            functions[name] = fn
            if fn then
                ids[name] = room.host("exports.add", name, room.keep(fn, "export " .. name))
            end
        end,
        __metatable = "exports",
    })
end
