--- settings.NAME: the value that the owner set, or the manifest's default; changes while the plugin runs.

local context = ...
local raw = context.raw
local failure = context.use("failure")

return function(room, options, controls)
    local values = options.settings or {}

    --- The host has new values; the plugin hears of them through its global on_settings(changed).
    function controls.settings(changed)
        for name, value in raw.pairs(changed) do
            values[name] = value
        end
        local listener = raw.rawget(room.env, "on_settings")
        if raw.type(listener) == "function" then
            listener(changed)
        end
    end

    return raw.setmetatable({}, {
        __index = function(_, name)
            return values[name]
        end,
        __newindex = function(_, name)
            failure.blame("settings." .. raw.tostring(name) .. " is set by the owner (host.yaml), not by the plugin")
        end,
        __metatable = "settings",
    })
end
