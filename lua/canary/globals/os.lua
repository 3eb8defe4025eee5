--- os: the world's clock in place of the host's, in UTC, so that a run is the same anywhere.

local context = ...
local raw = context.raw
local floor, type, tonumber = raw.math.floor, raw.type, raw.tonumber

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

return function(server)
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
            return server.host("files.remove", raw.tostring(path)) and true or nil, raw.tostring(path)
        end,
        rename = function(from, to)
            return server.host("files.rename", raw.tostring(from), raw.tostring(to)) and true or nil,
                raw.tostring(from)
        end,
    }
    if server.tfs then
        os.mtime = function()
            return server.parts.scheduler.milliseconds()
        end
    end
    server.env.os = os
end
