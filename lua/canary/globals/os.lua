--- os: the world's clock in place of the host's, in UTC, so that a run is the same anywhere.

local context = ...
local raw = context.raw
local floor, type, tonumber = raw.math.floor, raw.type, raw.tonumber

-- What C's system() returns for a program that ends with 1, and for one that is not there (a shell's 127).
local FAILED, NOT_FOUND = 256, 32512

-- Days from 1970-01-01 to a day of the (proleptic) Gregorian calendar; months may be out of range.
local function days(year, month, day)
    year = year + floor((month - 1) / 12)
    month = (month - 1) % 12 + 1
    if month <= 2 then
        year = year - 1
    end
    local era = floor(year / 400)
    local of_era = year - era * 400
    local of_year = floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5) + day - 1
    local of_cycle = of_era * 365 + floor(of_era / 4) - floor(of_era / 100) + of_year
    return era * 146097 + of_cycle - 719468
end

return function(server, globals)
    local function field(of, name, default)
        local value = tonumber(of[name])
        if value == nil then
            if default == nil then
                raw.error("field '" .. name .. "' missing in date table", 3)
            end
            return default
        end
        return value
    end

    local function time(of)
        if of == nil then
            return server.parts.scheduler.time()
        elseif type(of) ~= "table" then
            raw.error("bad argument #1 to 'time' (table expected, got " .. type(of) .. ")", 2)
        end
        local day = days(field(of, "year"), field(of, "month"), field(of, "day"))
        return day * 86400 + field(of, "hour", 12) * 3600 + field(of, "min", 0) * 60 + field(of, "sec", 0)
    end

    local function date(format, at)
        format = format or "%c"
        if raw.string.sub(format, 1, 1) ~= "!" then
            format = "!" .. format
        end
        return raw.os.date(format, at or server.parts.scheduler.time())
    end

    local temporary = 0

    -- Changes a file that a script wrote: true, or what C says of one that is not there.
    local function changed(operation, path, ...)
        path = raw.tostring(path)
        if server.host(operation, path, ...) then
            return true
        end
        return nil, path .. ": No such file or directory", 2
    end

    -- As on a machine without programs, but for `mkdir`, which scripts need before they write: folders are made with
    -- the first file in them.
    local function execute(command)
        if command == nil then
            return 0
        elseif type(command) ~= "string" and type(command) ~= "number" then
            raw.error("bad argument #1 to 'execute' (string expected, got " .. type(command) .. ")", 2)
        end
        local folder = raw.string.match(command, '^mkdir "([^"]+)"$')
            or raw.string.match(command, "^mkdir ([^%s\"'`$;&|<>*?~()]+)$")
        if folder then
            return server.host("files.writable", folder) and 0 or FAILED
        end
        server:log("warning", "os.execute runs no programs here: " .. command)
        return NOT_FOUND
    end

    local os = {
        time = time,
        date = date,
        difftime = raw.os.difftime,
        -- Seconds that the server has been running: what a script measures with it is the world's time.
        clock = function()
            return server.now / 1000
        end,
        -- No variable of the host's is a script's.
        getenv = function() end,
        setlocale = function(locale)
            return (locale == nil or locale == "" or locale == "C") and "C" or nil
        end,
        remove = function(path)
            return changed("files.remove", path)
        end,
        rename = function(from, to)
            return changed("files.rename", from, raw.tostring(to))
        end,
        execute = execute,
        exit = function()
            raw.error("os.exit: a script can't end the server that it runs in; Game.setGameState shuts a world down", 2)
        end,
        -- A file of its own, empty, where scripts may write.
        tmpname = function()
            temporary = temporary + 1
            local path = raw.string.format("tmp/lua_%06d", temporary)
            if not server.host("files.write", path, "", false) then
                raw.error("unable to generate a unique filename", 2)
            end
            return path
        end,
    }
    if server.tfs then
        os.mtime = function()
            return server.parts.scheduler.milliseconds()
        end
    end
    server.env.os = os
    --- Seconds since 1970 of `{ year, month, day, hour, min, sec }` in the world's time, which is UTC.
    globals.time = time
end
