--- What scripts register to happen, and when it happens: one file a kind in events/.

local context = ...
local make_base = context.use("canary/events/base")

local KINDS = { "actions", "talk", "creature", "move", "global", "callbacks", "channels", "chat", "game", "fire" }

return function(server)
    local events = { places = {} }
    local base = make_base(server)
    events.base = base
    for _, kind in context.raw.ipairs(KINDS) do
        context.use("canary/events/" .. kind)(server, events, base)
    end
    return events
end
