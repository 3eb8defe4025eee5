--- Functions on types and tables that the servers add to Lua.

local context = ...
local raw = context.raw
local type = raw.type

-- Keys in the metatables of the servers.
local KEY_HASH, KEY_PARENTS = 104, 112

return function(server)
    local env, arguments = server.env, server.arguments
    local metatable_of = raw.debug.getmetatable

    -- isType(derived, base): both are objects.
    local function is_type(derived, base)
        local a, b = metatable_of(derived), metatable_of(base)
        if type(a) ~= "table" or type(b) ~= "table" then
            raw.error("isType takes two objects", 2)
        end
        -- The servers read the number of parents from the first argument, a userdata, which is none: no step is made
        -- between the classes, so that only objects of one class are of one type.
        return raw.rawget(a, KEY_HASH) == raw.rawget(b, KEY_HASH), raw.rawget(a, KEY_PARENTS) == nil and nil
    end

    server:globals({
        isType = function(...)
            return (is_type(...))
        end,
        rawgetmetatable = function(name)
            return server.userdata.metatables[arguments.string(name)]
        end,
        debugPrint = function(...)
            server:report(arguments.string(arguments.last(...)))
        end,
    })

    if server.tfs then
        env.table.create = function()
            return {}
        end
        env.table.pack = function(...)
            return { n = raw.select("#", ...), ... }
        end
        env.isScriptsInterface = function()
            local running = server.parts.report.running()
            if running and running.interface == "Scripts Interface" then
                return true
            end
            server:report("Event: can only be called inside (data/scripts/)")
            return false
        end
        return
    end

    local function remaining(time)
        local left = time - server.parts.scheduler.time()
        local days = raw.math.floor(left / 86400)
        local hours = raw.math.floor(left % 86400 / 3600)
        local minutes = raw.math.floor(left % 3600 / 60)
        local text = ""
        if days ~= 0 then
            text = days .. (days == 1 and " day " or " days ")
        end
        if hours ~= 0 then
            text = text .. hours .. (hours == 1 and " hour " or " hours ")
        end
        if minutes ~= 0 then
            text = text .. minutes .. (minutes == 1 and " minute" or " minutes")
        end
        return text == "" and "less than a minute" or text
    end

    server:globals({
        createTable = function()
            return {}
        end,
        systemTime = function()
            return server.parts.scheduler.milliseconds()
        end,
        getFormattedTimeRemaining = function(time)
            return remaining(arguments.u32(time))
        end,
        -- What was passed is what comes back.
        reportError = function(...)
            server.parts.report.warn(arguments.string((...)), "luaReportError")
            return arguments.last(...)
        end,
    })
end
