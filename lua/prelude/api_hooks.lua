--- hooks.on(name, fn, {first = true | last = true}), hooks.stop(value)

local context = ...
local chains, check = context.use("chains"), context.use("check")

return function(room)
    local hooks = { stop = chains.stop }

    function hooks.on(name, fn, options)
        check.argument("hooks.on", 1, name, "string")
        check.argument("hooks.on", 2, fn, "function")
        if options ~= nil then
            check.argument("hooks.on", 3, options, "table")
        end
        local callback = room.keep(fn, "hook " .. name)
        local id = room.host("hooks.on", name, callback, options and options.first, options and options.last)
        return check.handle(room, "release", id)
    end

    return hooks
end
