--- Mounts Tibicen's own API into a room: one global table per noun.

local context = ...
local raw = context.raw

local NOUNS = { "hooks", "timers", "log", "settings", "exports", "imports", "kv", "bus", "json", "plugin" }

return function(room, options)
    local controls = {}
    for _, noun in raw.ipairs(NOUNS) do
        room.env[noun] = context.use("api_" .. noun)(room, options.settings, controls)
    end
    --- What on_health says, with the reason it gives beside a `false`; nil when all is well.
    function controls.health()
        local well, reason = raw.rawget(room.env, "on_health")()
        if raw.type(well) == "string" then
            return well
        elseif well == false then
            return raw.type(reason) == "string" and reason or ""
        end
    end
    context.use("api_require")(room)
    context.use("packets").furnish(room.env)
    room.env.print = room.env.log.info
    -- The host reaches the API's own functions (a setting changed, ...) through this one callback.
    return room.keep(function(control, ...)
        return controls[control](...)
    end)
end
