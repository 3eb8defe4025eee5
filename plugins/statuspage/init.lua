-- Shapes the answer to status requests. Shows: a filter, a query and a gather hook, and state in three places:
-- who is online is handed over at a reload, the record is in the KV store, settings are the owner's.

local online = {}
local count = 0

hooks.on("player.login", function(player)
    if not online[player.name] then
        count = count + 1
    end
    online[player.name] = player.level or 1
    if count > kv.get("record", 0) then
        kv.set("record", count)
    end
end)

hooks.on("player.logout", function(player)
    if online[player.name] then
        online[player.name] = nil
        count = count - 1
    end
end)

hooks.on("status.info", function(info)
    info.server.servername = settings.servername
    info.players = { online = count, max = settings.max_players, peak = kv.get("record", 0) }
    return info
end)

hooks.on("status.player_online", function(name)
    return online[name] ~= nil or nil
end)

hooks.on("status.players", function()
    local list = {}
    for name, level in pairs(online) do
        list[#list + 1] = { name = name, level = level }
    end
    return list
end)

function on_snapshot()
    return { online = online }
end

function on_migrate(old)
    online = old and old.online or {}
    for _ in pairs(online) do
        count = count + 1
    end
end
