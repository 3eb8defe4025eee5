--- logger and Spdlog: the log of Canary, with texts that have places for values as fmt has them; metrics.

local context = ...
local raw = context.raw
local find, match, rep, sub = raw.string.find, raw.string.match, raw.string.rep, raw.string.sub
local select, tonumber, tostring, type = raw.select, raw.tonumber, raw.tostring, raw.type

-- What spdlog calls the levels.
local LEVELS = { info = "info", warn = "warning", error = "error", debug = "debug", trace = "trace" }
local RANKS = { trace = 0, debug = 1, info = 2, warning = 3, error = 4, critical = 5 }

return function(server, storage)
    if server.tfs then
        return
    end
    local userdata, arguments = server.userdata, server.arguments

    local function shown(value)
        local kind = type(value)
        if kind == "userdata" then
            local record = userdata.record(value)
            local metatable = record and userdata.metatables[record.class_name]
            return metatable and metatable[116] ~= 0 and record.class_name or "Unknown"
        end
        return (kind == "table" or kind == "function") and kind or tostring(value)
    end

    -- Values come as texts, so that only what shapes texts may stand in a place.
    local function shaped(text, spec)
        local fill, align, rest = " ", "<", spec
        local own_fill, own_align = match(rest, "^([^{}])([<>^])")
        if own_fill then
            fill, align, rest = own_fill, own_align, sub(rest, 3)
        elseif find(rest, "^[<>^]") then
            align, rest = sub(rest, 1, 1), sub(rest, 2)
        end
        local width, precision
        width, rest = match(rest, "^(%d*)(.*)$")
        precision, rest = match(rest, "^%.?(%d*)(.*)$")
        if rest ~= "" and rest ~= "s" then
            return nil
        end
        if precision ~= "" then
            text = sub(text, 1, tonumber(precision))
        end
        local missing = (tonumber(width) or 0) - #text
        if missing > 0 then
            local before = align == ">" and missing or align == "^" and raw.math.floor(missing / 2) or 0
            text = rep(fill, before) .. text .. rep(fill, missing - before)
        end
        return text
    end

    --- A text with values in its places: `{}`, `{0}`, `{:>8}`; `{{` is a brace.
    ---@param format string
    ---@param values string[]
    ---@return string|nil text
    ---@return string|nil problem
    function storage.formatted(format, values)
        local out, at, next_value, counted = {}, 1, 1, nil
        while true do
            local brace = find(format, "[{}]", at)
            if not brace then
                out[#out + 1] = sub(format, at)
                return raw.table.concat(out)
            end
            out[#out + 1] = sub(format, at, brace - 1)
            local here, following = sub(format, brace, brace), sub(format, brace + 1, brace + 1)
            if here == following then
                out[#out + 1] = here
                at = brace + 2
            elseif here == "}" then
                return nil, "unmatched '}' in format string"
            else
                local index, spec, after = match(format, "^{(%d*):?([^{}]*)}()", brace)
                if not index or (spec ~= "" and not find(format, "^{%d*:", brace)) then
                    local closed = find(format, "}", brace, true)
                    return nil, closed and "invalid format string" or "missing '}' in format string"
                elseif counted ~= nil and counted ~= (index == "") then
                    return nil, index == "" and "cannot switch from manual to automatic argument indexing"
                        or "cannot switch from automatic to manual argument indexing"
                end
                counted = index == ""
                local value = values[counted and next_value or tonumber(index) + 1]
                next_value = next_value + 1
                if value == nil then
                    return nil, "argument not found"
                end
                local text = shaped(value, spec)
                if not text then
                    return nil, "invalid format specifier"
                end
                out[#out + 1] = text
                at = after
            end
        end
    end

    -- These functions push nothing and yet say that they did: what comes back is what was on top, at least themselves.
    local last = arguments.last

    -- Whether nothing can go wrong with a format: it has plain places, and a value for each.
    local function is_sound(format, count)
        local rest, places = raw.string.gsub(format, "{}", "")
        return places <= count and not find(rest, "[{}]")
    end

    -- What is below the level of config.lua is left out.
    local function is_logged(level)
        local least = RANKS[raw.string.lower(server.parts.config.text("LOGLEVEL"))] or RANKS.info
        return RANKS[level] >= least
    end

    local function log_function(level)
        local function log(...)
            local format = (...)
            if not arguments.is_string(format) then
                server:report("First parameter needs to be a string")
                return last(log, ...)
            end
            local logged = is_logged(level)
            if not logged and is_sound(arguments.string(format), select("#", ...) - 1) then
                return last(log, ...)
            end
            local values = {}
            for place = 2, select("#", ...) do
                values[place - 1] = shown((select(place, ...)))
            end
            local text, problem = storage.formatted(arguments.string(format), values)
            if problem then
                server:report("Format error, " .. problem)
            end
            if logged then
                server:log(level, text or "")
            end
            return last(log, ...)
        end
        return log
    end

    local function plain_function(level)
        return function(...)
            local text = (...)
            if not arguments.is_string(text) then
                return nil
            end
            if is_logged(level) then
                server:log(level, arguments.string(text))
            end
            return last(...)
        end
    end

    for name, level in raw.pairs(LEVELS) do
        server:table("logger", { [name] = log_function(level) })
        if name ~= "trace" then
            server:table("Spdlog", { [name] = plain_function(level) })
        end
    end

    -- Metrics --------------------------------------------------------------------------------------------------

    local counters = {}

    local function name_of(name, attributes)
        local parts = {}
        for key, value in raw.pairs(type(attributes) == "table" and attributes or {}) do
            parts[#parts + 1] = arguments.string(key) .. "=" .. arguments.string(value)
        end
        raw.table.sort(parts)
        return #parts == 0 and name or name .. "{" .. raw.table.concat(parts, ",") .. "}"
    end

    local function add_counter(...)
        local name, value, attributes = ...
        local key = name_of(arguments.string(name), attributes)
        counters[key] = (counters[key] or 0) + arguments.number(value)
        return last(add_counter, ...)
    end
    server:table("metrics", { addCounter = add_counter })

    --- What scripts counted: { ["name{attribute=value}"] = sum }.
    function server.controls.metrics()
        return counters
    end
end
