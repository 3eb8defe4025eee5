--- The call stack as scripts know it. Upstream whatever the engine does between two functions of scripts is one C
--- function; here it is some Lua functions of the engine, which must neither be seen nor counted.

local context = ...
local raw = context.raw
local getinfo, traceback = raw.debug.getinfo, raw.debug.traceback
local find, gmatch, match, sub = raw.string.find, raw.string.gmatch, raw.string.match, raw.string.sub
local concat, type = raw.table.concat, raw.type

local stack = {}

local ENGINE = "=tibicen/"

--- Whether a function is the engine's own, which scripts may call but not look into.
---@param fn function
function stack.is_engine(fn)
    return sub(getinfo(fn, "S").source, 1, #ENGINE) == ENGINE
end

local function kind_of(at)
    local info = getinfo(at + 1, "S")
    if not info then
        return nil
    elseif info.what == "C" then
        return "C"
    end
    return sub(info.source, 1, #ENGINE) == ENGINE and "engine" or "script"
end

-- The end of the engine's frames that begin at `at`: C functions between two frames of the engine are its own, those
-- below the last one are not. Nil when the stack ends in it.
local function behind_engine(at)
    local last = at
    while true do
        at = at + 1
        local kind = kind_of(at + 1)
        if kind == "engine" then
            last = at
        elseif kind == "script" then
            return last + 1
        elseif not kind then
            return nil
        end
    end
end

-- Whether a C function was called by the engine, as `xpcall` is.
local function calls_for_engine(at)
    repeat
        at = at + 1
        local kind = kind_of(at + 1)
        if kind == "engine" then
            return true
        end
    until kind ~= "C"
    return false
end

--- Where a level of scripts is on the real stack.
---@param wanted integer counted from 1
---@param from integer|nil real level, as the caller counts, where level 1 is looked for; 2 (who called it) by default
---@return integer|nil level for the caller's `getinfo`; nil past the end
---@return boolean|nil engine true when that level is the engine
function stack.find(wanted, from)
    local at, count = (from or 2) + 1, 1
    while true do
        local kind = kind_of(at)
        if not kind then
            return nil
        elseif kind == "engine" or (kind == "C" and calls_for_engine(at)) then
            local after = behind_engine(at)
            if not after then
                return nil
            elseif count == wanted then
                return at - 1, true
            end
            at = after
        else
            if count == wanted then
                return at - 1, false
            end
            at = at + 1
        end
        count = count + 1
    end
end

-- Replaces what the engine did by `[C]: …`, and leaves out what called the first script.
local function cleaned(text)
    if not find(text, "\n\ttibicen/", 1, true) then
        return text
    end
    local head, frames = match(text, "^(.-\nstack traceback:)(.*)$")
    if not head then
        return text
    end
    local lines, pending, in_engine = { head }, {}, false
    for line in gmatch(frames, "\n([^\n]*)") do
        if sub(line, 1, 9) == "\ttibicen/" then
            in_engine, pending = match(line, "(in function '[^<>]*')$") or in_engine or true, {}
        elseif sub(line, 1, 5) == "\t[C]:" then
            pending[#pending + 1] = line
        else
            if in_engine then
                lines[#lines + 1] = "\t[C]: " .. (in_engine == true and "in function" or in_engine)
                in_engine = false
            end
            for _, skipped in raw.ipairs(pending) do
                lines[#lines + 1] = skipped
            end
            pending = {}
            lines[#lines + 1] = line
        end
    end
    return concat(lines, "\n")
end

--- As debug.traceback, without the engine's frames.
---@param text any a message; anything but a string or nil is given back
---@param level integer as for the caller's debug.traceback
function stack.traceback(text, level)
    if text ~= nil and type(text) ~= "string" then
        return text
    end
    if text == nil then
        -- Given nil, the original gives it back; left out, the trace begins with its title.
        return sub(cleaned(traceback("", (level or 1) + 1)), 2)
    end
    return cleaned(traceback(text, (level or 1) + 1))
end

-- What a chunk's name tells of its folder; names of files begin with @.
local directories = {}

local function directory_of(source)
    local path = match(source, "^@(.*)$")
    if not path then
        return ""
    end
    path = match(path, "^(.*)/[^/]*$") or ""
    return match(path, "^(.*):[^:]*$") or path
end

--- The folder of the nearest function of a script; empty when it comes from no file, or when there is none.
---@return string
function stack.directory()
    local at = 2
    while true do
        local info = getinfo(at, "S")
        if not info then
            return ""
        end
        local source = info.source
        if info.what ~= "C" and sub(source, 1, #ENGINE) ~= ENGINE then
            local directory = directories[source]
            if not directory then
                directory = directory_of(source)
                directories[source] = directory
            end
            return directory
        end
        at = at + 1
    end
end

return stack
