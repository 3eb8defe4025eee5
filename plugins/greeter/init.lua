-- Welcomes players. Shows: settings, hooks, an export, the bus, state handed from version to version.

local seen = 0

local function welcome(name)
    return settings.greeting .. ", " .. name .. "!"
end

hooks.on("player.login", function(player)
    seen = seen + 1
    local text = welcome(player.name)
    if seen % settings.every == 0 then
        text = text .. " You are number " .. seen .. "."
    end
    bus.publish("chat.say", { to = player.id, from = "greeter", text = text })
end)

-- Other plugins, in Lua or Python, may ask for a welcome of their own.
exports.welcome = welcome

-- What this returns goes to on_migrate of the next version.
function on_snapshot()
    return { seen = seen }
end

function on_migrate(old)
    seen = old and old.seen or 0
end
