-- Counts chat lines by speaker. Shows: requires, an import from a Python plugin, the KV store, a module of its own.

local ranking = require("lib.ranking")

-- What was said before this plugin was loaded counts too, but only the first time.
if not kv.get("started") then
    for _, line in ipairs(imports.chatlog.recent(1000)) do
        kv.increment("said:" .. line.from)
    end
    kv.set("started", true)
end

bus.subscribe("chatlog.line", function(_, line)
    kv.increment("said:" .. line.from)
end)

function exports.top(count)
    local totals = {}
    for _, key in ipairs(kv.keys("said:")) do
        totals[#totals + 1] = { name = key:sub(6), lines = kv.get(key) }
    end
    return ranking.first(totals, "lines", count or 3)
end
