--- bus.publish(subject, data), bus.subscribe(pattern, fn): `*` stands for one word of a subject, `>` for the rest.

local context = ...
local check = context.use("check")

return function(room)
    local bus = {}

    function bus.publish(subject, data)
        check.argument("bus.publish", 1, subject, "string")
        room.host("bus.publish", subject, data)
    end

    function bus.subscribe(pattern, fn)
        check.argument("bus.subscribe", 1, pattern, "string")
        check.argument("bus.subscribe", 2, fn, "function")
        local callback = room.keep(fn, "subscription " .. pattern)
        return check.handle(room, "release", room.host("bus.subscribe", pattern, callback))
    end

    return bus
end
