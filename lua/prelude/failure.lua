--- Turns whatever a plugin threw into a status and a text, without running any code of the plugin.

local context = ...
local raw = context.raw
local border, budget = context.use("border"), context.use("budget")
local traceback, type = raw.debug.traceback, raw.type

local failure = {
    --- What the entries answer with; tibicen.vm.lua_state has the same numbers.
    status = { paused = 0, value = 1, packed = 2, error = 3, cpu = 4, memory = 5, marshal = 6, report = 7 },
}
local status = failure.status

-- Bytes of a plugin's message that are kept: there must be room for its traceback, and a reader for it.
local LONGEST = 4096

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
    if #text > LONGEST then
        text = raw.string.sub(text, 1, LONGEST) .. "... (" .. #text .. " bytes)"
    end
    return traceback(text .. "\n", 2)
end

-- Where the function begins that the host called, or the file that it loaded; for errors that know no line.
local function beginning(culprit)
    if type(culprit) == "function" then
        local info = raw.debug.getinfo(culprit, "S")
        return raw.string.sub(info.source, 1, 1) == "@" and info.short_src .. ":" .. info.linedefined or nil
    end
    return culprit and culprit .. ":0"
end

-- LuaJIT asks no message handler when memory has run out, so there is no line.
local function out_of_memory(culprit)
    -- What was thrown away by the error is not collected on its own, and without room there is no text.
    raw.collectgarbage("collect")
    local place = beginning(culprit)
    return place and place .. ": not enough memory" or "not enough memory"
end

-- The newest message that was blamed on nobody: a tail call (`return bus.publish(…)`) leaves no frame of the plugin.
local homeless

local function find_home(text, culprit)
    local message = homeless
    homeless = nil
    local place = message and raw.string.sub(text, 1, #message) == message and beginning(culprit)
    if not place then
        return text
    end
    return place .. ": " .. message .. " (in the function that begins here)" .. raw.string.sub(text, #message + 1)
end

--- What to answer after a protected call failed.
---@param culprit function|string|nil what the host called, or the name of the chunk that it loaded
---@return number status, string text
function failure.of(text, culprit)
    local kind = last
    last = status.error
    if text == "not enough memory" then
        return status.memory, out_of_memory(culprit)
    elseif type(text) ~= "string" then
        return status.error, "(error object is a " .. type(text) .. " value)"
    end
    return kind, homeless and find_home(text, culprit) or text
end

--- Raises a plain error at the plugin's own line: the first frame that is not the prelude's.
function failure.blame(message)
    local level = 2
    while true do
        local info = raw.debug.getinfo(level, "Sl")
        if not info then
            homeless = message
            raw.error(message, 0)
        elseif raw.string.sub(info.source, 1, 1) == "@" then
            raw.error(info.short_src .. ":" .. info.currentline .. ": " .. message, 0)
        end
        level = level + 1
    end
end

return failure
