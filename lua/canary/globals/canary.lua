--- What Canary's scripts write to: its log, its counters, its web hook.

local context = ...
local raw = context.raw
local byte, find, match, sub = raw.string.byte, raw.string.find, raw.string.match, raw.string.sub
local select, tostring, type = raw.select, raw.tostring, raw.type

local KINDS = { [0] = "Unknown", "Item", "Container", "Teleport", "Player", "Monster", "Npc", "Tile" }
local KEY_TYPE = 116
-- Messages of web hooks that are kept for tests.
local KEPT = 100

return function(server)
    if server.tfs then
        return
    end
    local arguments = server.arguments

    local function shown(value)
        local kind = type(value)
        if kind == "string" or kind == "number" then
            return tostring(value)
        elseif kind == "boolean" then
            return value and "true" or "false"
        elseif kind == "userdata" then
            local name = server.userdata.class_of(value)
            local metatable = server.userdata.metatables[name]
            return KINDS[metatable and metatable[KEY_TYPE] or 0] or name or "Unknown"
        end
        return kind
    end

    local OPEN, CLOSE = 123, 125

    -- A field of a format: which argument, and how wide. What is passed is all texts.
    local function field(text, at, next_argument, ...)
        local stop = find(text, "}", at, true)
        if not stop then
            return nil, "invalid format string"
        end
        local index, spec = match(sub(text, at + 1, stop - 1), "^(%d*):?(.*)$")
        if not index or (spec ~= "" and not match(spec, "^.?[<>^]?%d*%.?%d*s?$")) then
            return nil, "invalid format specifier"
        end
        local number = index == "" and next_argument or raw.tonumber(index) + 1
        if number > select("#", ...) then
            return nil, "argument not found"
        end
        local value = shown((select(number, ...)))
        local fill, align, width = match(spec, "^(.-)([<>^]?)(%d+)")
        local missing = width and raw.tonumber(width) - #value or 0
        if missing > 0 then
            fill = fill ~= "" and fill or " "
            if align == ">" then
                value = raw.string.rep(fill, missing) .. value
            elseif align == "^" then
                local left = raw.math.floor(missing / 2)
                value = raw.string.rep(fill, left) .. value .. raw.string.rep(fill, missing - left)
            else
                value = value .. raw.string.rep(fill, missing)
            end
        end
        return value, nil, stop, index == "" and next_argument + 1 or next_argument
    end

    --- A text as the server's logger makes it of a format and what goes in; nil and why when it can't be.
    local function format(text, ...)
        if not find(text, "[{}]") then
            return text
        end
        local pieces, at, next_argument = {}, 1, 1
        while at <= #text do
            local brace = find(text, "[{}]", at)
            pieces[#pieces + 1] = sub(text, at, (brace or #text + 1) - 1)
            if not brace then
                break
            end
            local what = byte(text, brace)
            if byte(text, brace + 1) == what then
                pieces[#pieces + 1] = sub(text, brace, brace)
                at = brace + 2
            elseif what == CLOSE then
                return nil, "unmatched '}' in format string"
            elseif what == OPEN then
                local value, problem, stop, following = field(text, brace, next_argument, ...)
                if not value then
                    return nil, problem
                end
                pieces[#pieces + 1] = value
                at, next_argument = stop + 1, following
            end
        end
        return raw.table.concat(pieces)
    end

    -- The last of what was passed is left as the answer.
    local function answer(...)
        local count = select("#", ...)
        if count == 0 then
            return nil
        end
        return (select(count, ...))
    end

    -- What the server's log leaves out, by its level in config.lua.
    local LEVELS = { trace = 0, debug = 1, info = 2, warning = 3, error = 4, critical = 5 }

    local function is_shown(level)
        local lowest = LEVELS[raw.string.lower(server.parts.config.text("LOGLEVEL"))] or LEVELS.info
        return LEVELS[level] >= lowest
    end

    local function logger(level)
        return function(...)
            local text = ...
            if not arguments.is_string(text) then
                server:report("First parameter needs to be a string")
                return answer(...)
            end
            local made, problem = format(tostring(text), select(2, ...))
            if not made then
                server:report("Format error, " .. problem)
                made = ""
            end
            if is_shown(level) then
                server:log(level, made)
            end
            return answer(...)
        end
    end

    local function plain(level)
        return function(...)
            local text = ...
            if not arguments.is_string(text) then
                return nil
            end
            if is_shown(level) then
                server:log(level, tostring(text))
            end
            return answer(...)
        end
    end

    server:table("logger", {
        info = logger("info"),
        warn = logger("warning"),
        error = logger("error"),
        debug = logger("debug"),
        trace = logger("trace"),
    })
    server:table("Spdlog", {
        info = plain("info"),
        warn = plain("warning"),
        error = plain("error"),
        debug = plain("debug"),
    })

    local counters = {}
    server:table("metrics", {
        addCounter = function(...)
            local name, value = ...
            name = arguments.string(name)
            counters[name] = (counters[name] or 0) + arguments.number(value)
            return answer(...)
        end,
    })

    --- What scripts counted, by name.
    function server.controls.counters()
        return counters
    end

    local sent = {}
    server:table("Webhook", {
        sendMessage = function(...)
            local title, text = arguments.string((...)), arguments.string((select(2, ...)))
            if #sent >= KEPT then
                raw.table.remove(sent, 1)
            end
            local single = arguments.string(answer(...)) == title
            sent[#sent + 1] = { title = not single and title or nil, text = single and title or text }
            return nil
        end,
    })

    --- Messages of scripts to web hooks: none leaves the host.
    function server.controls.webhooks()
        return sent
    end
end
