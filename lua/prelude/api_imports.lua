--- imports.PLUGIN.NAME(...): calls what another plugin exports. A plugin or name that isn't there is nil.

local context = ...
local raw = context.raw

return function(room)
    local function functions_of(plugin)
        return raw.setmetatable({}, {
            __index = function(_, name)
                if not room.host("imports.has", plugin, name) then
                    return nil
                end
                return function(...)
                    return room.host("imports.call", plugin, name, ...)
                end
            end,
            __metatable = "imports",
        })
    end

    return raw.setmetatable({}, {
        __index = function(_, plugin)
            return room.host("imports.has", plugin) and functions_of(plugin) or nil
        end,
        __metatable = "imports",
    })
end
