--- log.debug(...), log.info(...), log.warn(...), log.error(...): values are joined by a space, like print.

local context = ...
local raw = context.raw
local LEVELS = { "debug", "info", "warn", "error" }

return function(room)
    local log = {}
    for _, level in raw.ipairs(LEVELS) do
        log[level] = function(...)
            local parts = { ... }
            for index = 1, raw.select("#", ...) do
                parts[index] = raw.tostring(parts[index])
            end
            room.host("log", level, raw.table.concat(parts, " "))
        end
    end
    return log
end
