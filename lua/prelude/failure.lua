--- Turns whatever a plugin threw into a status and a text, without running any code of the plugin.

local context = ...
local raw = context.raw
local border, budget = context.use("border"), context.use("budget")
local traceback, type = raw.debug.traceback, raw.type

local failure = {
    --- What the entries answer with; tibicen.vm.lua_state has the same numbers.
    status = { value = 1, packed = 2, error = 3, cpu = 4, memory = 5, marshal = 6, report = 7 },
}
local status = failure.status

local last = status.error

--- Message handler of every protected call into a plugin.
---@return string text message, an empty line, traceback
function failure.handler(err)
    if err == budget.exceeded then
        budget.disarm()
        last = status.cpu
        return traceback("ran past its CPU budget\n", 2)
    end
    local refusal = border.refusal(err)
    if refusal then
        last = status.marshal
        return traceback(refusal .. "\n", 2)
    end
    last = status.error
    local text = type(err) == "string" and err or "(error object is a " .. type(err) .. " value)"
    return traceback(text .. "\n", 2)
end

--- What to answer after a protected call failed.
---@return number status, string text
function failure.of(text)
    local kind = last
    last = status.error
    if text == "not enough memory" then
        return status.memory, text
    elseif type(text) ~= "string" then
        return status.error, "(error object is a " .. type(text) .. " value)"
    end
    return kind, text
end

--- Raises a plain error at the plugin's own line: the first frame that is not the prelude's.
function failure.blame(message)
    local level = 2
    while true do
        local info = raw.debug.getinfo(level, "Sl")
        if not info then
            raw.error(message, 0)
        elseif raw.string.sub(info.source, 1, 1) == "@" then
            raw.error(info.short_src .. ":" .. info.currentline .. ": " .. message, 0)
        end
        level = level + 1
    end
end

return failure
