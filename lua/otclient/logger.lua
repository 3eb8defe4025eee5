--- g_logger: lines go to the host's log and, in an event of their own, to who asked for them.

local context = ...
local raw = context.raw
local sub, tostring = raw.string.sub, raw.tostring

local KEPT = 1000

local PREFIXES = { warning = "WARNING: ", error = "ERROR: ", fatal = "FATAL ERROR: " }

return function(engine)
    local logger = {}
    local names = engine.edubart and { [0] = "debug", "info", "warning", "error", "fatal" }
        or { [0] = "fine", "debug", "info", "warning", "error", "fatal" }
    local numbers = {}
    for number = 0, #names do
        numbers[names[number]] = number
    end
    -- As released builds of both: of mehah's what is below `info` is left out.
    local lowest = engine.edubart and 0 or numbers.info
    local level_set = engine.edubart and 0 or numbers.debug
    local on_log, file, stopped
    local history, oldest, newest = {}, 1, 0

    local function heard(number, text, when)
        if on_log then
            engine.parts.dispatcher.call(on_log, number, text, when)
        end
    end

    local function keep(number, text, when)
        newest = newest + 1
        history[newest] = { number, text, when }
        if newest - oldest >= KEPT then
            history[oldest] = nil
            oldest = oldest + 1
        end
    end

    --- Writes a line. After a fatal one the client is stopped.
    ---@param level string debug, info, warning, error or fatal
    ---@param text string
    function logger.write(level, text)
        local number = numbers[level] or numbers.info
        if number < lowest or number < level_set or stopped then
            return
        end
        engine.host("log", level, text)
        local line = (PREFIXES[level] or "") .. text
        if file then
            engine.host("files.append", file, line .. "\n")
        end
        local when = raw.os.time()
        keep(number, line, when)
        if on_log then
            engine.parts.dispatcher.add(function()
                heard(number, line, when)
            end)
        end
        if level == "fatal" then
            stopped = true
            engine.parts.app.stop()
            engine.fatal = "FATAL ERROR: " .. text
            raw.error(engine.fatal, 0)
        end
    end

    local functions = {
        log = function(number, text)
            logger.write(names[number] or "info", text)
        end,
        fireOldMessages = function()
            for index = oldest, newest do
                local entry = history[index]
                heard(entry[1], entry[2], entry[3])
            end
        end,
        setLogFile = function(path)
            local problem = engine.host("files.open_log", path)
            file = not problem and path or nil
            if problem then
                logger.write("error", "Unable to save log to '" .. path .. "'")
            end
        end,
        setOnLog = function(fn)
            on_log = fn
        end,
        setLevel = function(number)
            level_set = number
        end,
        getLevel = function()
            return level_set
        end,
    }
    for _, level in raw.ipairs({ "debug", "info", "warning", "error", "fatal" }) do
        functions[level] = function(text)
            logger.write(level, text)
        end
    end
    engine:singleton("g_logger", functions)

    --- A line in words: `{} is {}` upstream, `%s` here.
    ---@param level string
    ---@param format string
    function logger.format(level, format, ...)
        logger.write(level, raw.string.format(format, ...))
    end
    --- The first line of a text, for reports.
    function logger.first_line(text)
        text = tostring(text)
        local at = raw.string.find(text, "\n", 1, true)
        return at and sub(text, 1, at - 1) or text
    end
    return logger
end
