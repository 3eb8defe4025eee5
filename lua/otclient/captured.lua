--- Calls a function, and notes what is logged as errors meanwhile.

local context = ...
local raw = context.raw

---@param engine table
---@param fn function
---@return any result, string[] errors
return function(engine, fn, ...)
    local logger, errors = engine.parts.logger, {}
    local write = logger.write
    function logger.write(level, text)
        if level == "error" or level == "fatal" then
            errors[#errors + 1] = text
        end
        return write(level, text)
    end
    local ok, result = raw.pcall(fn, ...)
    logger.write = write
    if not ok then
        raw.error(result, 0)
    end
    return result, errors
end
