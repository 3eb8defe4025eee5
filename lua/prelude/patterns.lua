--- find, match, gmatch and gsub for code that is not trusted: the native core's matcher under the room's deadline.
---
--- Results and errors are LuaJIT's own. What is wrong with the arguments LuaJIT's functions say themselves, by tail
--- calls that leave the plugin as their caller. A callback of gsub may yield here, which it may not in LuaJIT.

local context = ...
local ffi, core, raw = context.ffi, context.core, context.raw
local budget = context.use("budget")
local error, tonumber, tostring, type = raw.error, raw.tonumber, raw.tostring, raw.type
local byte, find, sub = raw.string.byte, raw.string.find, raw.string.sub
local ceil, floor = raw.math.ceil, raw.math.floor
local raw_find, raw_match, raw_gmatch, raw_gsub = find, raw.string.match, raw.string.gmatch, raw.string.gsub
-- The real globals have it only while the prelude is loaded.
local buffers = require("string.buffer")

local NONE, FOUND, DEADLINE = core.TIB_PATTERN_NONE, core.TIB_PATTERN_FOUND, core.TIB_PATTERN_DEADLINE
local PATTERN, EITHER, PLAIN = core.TIB_SEARCH_PATTERN, core.TIB_SEARCH_EITHER, core.TIB_SEARCH_PLAIN
local UNANCHORED, LENIENT = core.TIB_SEARCH_UNANCHORED, core.TIB_SEARCH_LENIENT
local OPEN = core.TIB_CAPTURE_OPEN

-- Steps of one search: some tenths of a second, for rooms whose deadline is further away than that.
local STEPS = 100000000

local MESSAGES = {
    [core.TIB_PATTERN_ENDS_IN_ESCAPE] = "malformed pattern (ends with '%')",
    [core.TIB_PATTERN_NO_BRACKET] = "malformed pattern (missing ']')",
    [core.TIB_PATTERN_NO_SET] = "missing '[' after '%f' in pattern",
    [core.TIB_PATTERN_UNBALANCED] = "unbalanced pattern",
    [core.TIB_PATTERN_NOTHING_TO_CLOSE] = "invalid pattern capture",
    [core.TIB_PATTERN_OPEN_CAPTURE] = "unfinished capture",
    [core.TIB_PATTERN_CAPTURE_INDEX] = "invalid capture index",
    [core.TIB_PATTERN_TOO_MANY_CAPTURES] = "too many captures",
    [core.TIB_PATTERN_TOO_COMPLEX] = "pattern too complex",
    [core.TIB_PATTERN_TOO_LONG] = "pattern too expensive: it is longer than " .. core.TIB_PATTERN_LONGEST .. " bytes",
    [core.TIB_PATTERN_STEPS] = "pattern too expensive: one search took more than "
        .. STEPS
        .. " steps; anchor it with ^, use fewer of * + - or search shorter strings",
}

-- Bytes that are copied, or compared with each other, without a word to anyone.
local SMALL = 4096

local patterns = {}

-- One for the whole state: nothing that a plugin could do runs between a search and the reading of what it found.
local search = ffi.new("tib_match")
search.limit = STEPS
local first_of, last_of = search.first, search.last

--- Names the cell that a search looks at.
---@param cell ffi.cdata* tib_deadline *
function patterns.bind(cell)
    search.deadline = cell
end

-- Compiled as a whole, and without a branch: all cases of all patterns run through one trace. (A trace can't return
-- to plugin code from a tail call, nor from a branch that was compiled later.)
local function seek(subject, pattern, from, how)
    local found = core.tib_pattern_search(search, subject, #subject, pattern, #pattern, from, how)
    return found, search.count, search.start, search.stop, first_of[0], last_of[0], first_of[1], last_of[1]
end

local function capture_at(index)
    return first_of[index], last_of[index]
end

-- What to do about a search that came to no end; the error is the plugin's at `level`. Returns when the time was an
-- earlier handler's of the same chain: search again.
local function resolve(found, level)
    if found ~= DEADLINE then
        error(MESSAGES[found], level + 1)
    end
    budget.check()
end

-- A text, a position (its last is negative), or with `index` all captures from there on.
local function value(subject, first, last)
    if last < 0 then
        return first
    end
    return sub(subject, first, last)
end

local function values(subject, index, count)
    local one = value(subject, capture_at(index))
    if index + 1 == count then
        return one
    end
    return one, values(subject, index + 1, count)
end

--- Arguments ---------------------------------------------------------------------------------------------

-- Strings, and numbers as strings; nil for anything else.
local function text(subject)
    local kind = type(subject)
    if kind == "string" then
        return subject
    end
    return kind == "number" and tostring(subject) or nil
end

-- Numbers, and strings that are numbers; `default` for nil; false for anything else.
local function number(init, default)
    if init == nil then
        return default
    elseif type(init) == "string" then
        return tonumber(init) or false
    end
    return type(init) == "number" and init
end

-- From where string.find and string.match search, from 0.
local function offset(init, length)
    if not (init > -2147483649 and init < 2147483648) then
        init = -2147483648
    end
    local from
    if init < 0 then
        from = ceil(init)
        from = from < 0 and from + length or -1
    else
        from = floor(init) - 1
    end
    return from < 0 and 0 or from > length and length or from
end

-- How often string.gsub replaces at most: the lower 32 bits of what is a number of 64.
local function limit(max)
    if not (max > -9223372036854775809 and max < 9223372036854775808) then
        return 0
    end
    max = (max < 0 and ceil(max) or floor(max)) % 4294967296
    return max < 2147483648 and max or max - 4294967296
end

--- find, match, gmatch -----------------------------------------------------------------------------------

function patterns.find(...)
    local subject, pattern, init, plain = ...
    local from = 0
    if type(subject) ~= "string" or type(pattern) ~= "string" or init ~= nil and init ~= 1 then
        subject, pattern, init = text(subject), text(pattern), number(init, 1)
        if not (subject and pattern and init) then
            return raw_find(...)
        end
        from = offset(init, #subject)
    end
    if plain and #subject * #pattern < SMALL then
        return raw_find(...)
    end
    local how = plain and PLAIN or EITHER
    local found, count, start, stop, first, last, second, third = seek(subject, pattern, from, how)
    while found > FOUND do
        resolve(found, 2)
        found, count, start, stop, first, last, second, third = seek(subject, pattern, from, how)
    end
    if found == NONE then
        return nil
    elseif count == 0 then
        return start + 1, stop
    elseif count == 1 then
        return start + 1, stop, value(subject, first, last)
    elseif count == 2 then
        return start + 1, stop, value(subject, first, last), value(subject, second, third)
    end
    return start + 1, stop, values(subject, 0, count)
end

function patterns.match(...)
    local subject, pattern, init = ...
    local from = 0
    if type(subject) ~= "string" or type(pattern) ~= "string" or init ~= nil and init ~= 1 then
        subject, pattern, init = text(subject), text(pattern), number(init, 1)
        if not (subject and pattern and init) then
            return raw_match(...)
        end
        from = offset(init, #subject)
    end
    local found, count, start, stop, first, last, second, third = seek(subject, pattern, from, PATTERN)
    while found > FOUND do
        resolve(found, 2)
        found, count, start, stop, first, last, second, third = seek(subject, pattern, from, PATTERN)
    end
    if found == NONE then
        return nil
    elseif count == 0 then
        return sub(subject, start + 1, stop)
    elseif count == 1 then
        return value(subject, first, last)
    elseif count == 2 then
        return value(subject, first, last), value(subject, second, third)
    end
    return values(subject, 0, count)
end

function patterns.gmatch(...)
    local subject, pattern = ...
    subject, pattern = text(subject), text(pattern)
    if not (subject and pattern) then
        return raw_gmatch(...)
    end
    local from = 0
    return function()
        local found, count, start, stop, first, last, second, third = seek(subject, pattern, from, UNANCHORED)
        while found > FOUND do
            resolve(found, 2)
            found, count, start, stop, first, last, second, third = seek(subject, pattern, from, UNANCHORED)
        end
        if found == NONE then
            return
        end
        from = stop > start and stop or stop + 1
        if count == 0 then
            return sub(subject, start + 1, stop)
        elseif count == 1 then
            return value(subject, first, last)
        elseif count == 2 then
            return value(subject, first, last), value(subject, second, third)
        end
        return values(subject, 0, count)
    end
end

--- gsub --------------------------------------------------------------------------------------------------

-- A replacement as a list of texts and of numbers of captures. The last ones are kept, up to MOST.
local MOST = 64
local templates, kept = {}, 0

local function parse(replacement)
    local parts, from = {}, 1
    while true do
        local at = find(replacement, "%", from, true)
        if not at then
            break
        end
        if at > from then
            parts[#parts + 1] = sub(replacement, from, at - 1)
        end
        -- LuaJIT reads the zero behind the text when the text ends in a %.
        local escaped = byte(replacement, at + 1) or 0
        local digit = escaped >= 48 and escaped <= 57
        parts[#parts + 1] = digit and escaped - 48 or raw.string.char(escaped)
        from = at + 2
    end
    if from <= #replacement then
        parts[#parts + 1] = sub(replacement, from)
    end
    return parts
end

local function template(replacement)
    local parts = templates[replacement]
    if not parts then
        if kept >= MOST then
            templates, kept = {}, 0
        end
        parts = parse(replacement)
        templates[replacement] = parts
        kept = kept + 1
    end
    return parts
end

-- Capture number `index` of the match, from 1; the whole match where the pattern has no captures.
local function numbered(subject, index, count, start, stop, level)
    if index > count then
        if index > 1 then
            error(MESSAGES[core.TIB_PATTERN_CAPTURE_INDEX], level + 1)
        end
        return sub(subject, start + 1, stop)
    end
    local first, last = capture_at(index - 1)
    if last == OPEN then
        error(MESSAGES[core.TIB_PATTERN_OPEN_CAPTURE], level + 1)
    end
    return value(subject, first, last)
end

-- Copying is work too, and a compiled loop runs no hook.
local function put(out, piece)
    out:put(piece)
    if type(piece) == "string" and #piece > SMALL then
        budget.check()
    end
end

local function put_template(out, parts, subject, count, start, stop)
    for index = 1, #parts do
        local part = parts[index]
        if part == 0 then
            part = sub(subject, start + 1, stop)
        elseif type(part) == "number" then
            part = numbered(subject, part, count, start, stop, 4)
        end
        put(out, part)
    end
end

-- From where to search on behind a match; an empty one does not match again at its place.
local function behind(start, stop)
    return stop > start and stop or start + 1
end

-- Puts everything up to the last match; returns how many there were and where the rest begins. No plugin code runs in
-- it, so that it is compiled.
local function replace_texts(out, subject, pattern, by, max)
    local parts, anchored, length = template(by), byte(pattern, 1) == 94, #subject
    local single = #parts == 1 and type(parts[1]) == "string" and parts[1]
    local replacements, from, written = 0, 0, 0
    while replacements < max and from <= length do
        local found, count, start, stop = seek(subject, pattern, from, LENIENT)
        while found > FOUND do
            resolve(found, 3)
            found, count, start, stop = seek(subject, pattern, from, LENIENT)
        end
        if found == NONE then
            break
        end
        replacements = replacements + 1
        out:put(sub(subject, written + 1, start))
        if single then
            put(out, single)
        else
            put_template(out, parts, subject, count, start, stop)
        end
        written, from = stop, behind(start, stop)
        if anchored then
            break
        end
    end
    return replacements, written
end

-- The same with what a table or a function says.
local function replace_values(out, subject, pattern, by, kind, max)
    local anchored, length, how = byte(pattern, 1) == 94, #subject, kind == "function" and PATTERN or LENIENT
    local replacements, from, written = 0, 0, 0
    while replacements < max and from <= length do
        local found, count, start, stop, first, last = seek(subject, pattern, from, how)
        while found > FOUND do
            resolve(found, 3)
            found, count, start, stop, first, last = seek(subject, pattern, from, how)
        end
        if found == NONE then
            break
        end
        replacements = replacements + 1
        local result
        if kind == "table" then
            result = by[numbered(subject, 1, count, start, stop, 3)]
        elseif count == 0 then
            result = by(sub(subject, start + 1, stop))
        elseif count == 1 then
            result = by(value(subject, first, last))
        else
            result = by(values(subject, 0, count))
        end
        if result then
            local is = type(result)
            if is ~= "string" and is ~= "number" then
                error("invalid replacement value (a " .. is .. ")", 3)
            end
            out:put(sub(subject, written + 1, start))
            put(out, result)
            written = stop
        end
        from = behind(start, stop)
        if anchored then
            break
        end
    end
    return replacements, written
end

-- A buffer is kept for the next call while it is small. A call that ends in an error loses its own.
local spare = buffers.new()

function patterns.gsub(...)
    local subject, pattern, by, max = ...
    local kind = type(by)
    if type(subject) == "string" and type(pattern) == "string" and max == nil then
        max = #subject + 1
    else
        subject, pattern = text(subject), text(pattern)
        max = number(max, subject and #subject + 1)
        if not (subject and pattern and max) then
            return raw_gsub(...)
        end
        max = limit(max)
    end
    if kind ~= "string" and kind ~= "function" and kind ~= "table" then
        if kind ~= "number" then
            return raw_gsub(...)
        end
        by, kind = tostring(by), "string"
    end
    local out = spare or buffers.new()
    spare = nil
    local replacements, written
    if kind == "string" then
        replacements, written = replace_texts(out, subject, pattern, by, max)
    else
        replacements, written = replace_values(out, subject, pattern, by, kind, max)
    end
    if replacements == 0 then
        spare = out
        return subject, 0
    end
    out:put(sub(subject, written + 1))
    local result = out:get()
    if #result <= SMALL then
        spare = out
    end
    return result, replacements
end

return patterns
