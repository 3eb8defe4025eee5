--- The library functions whose cost grows with what they are given, for code that is not trusted.
---
--- A C function runs no hook: one call is over within some milliseconds by the memory quota, or is cut into pieces
--- here, and one with much to do looks at the clock first, so that a loop of them ends in time. Whatever can is left to
--- LuaJIT's function by a tail call, so that errors are LuaJIT's own and at the plugin's line.

local context = ...
local raw = context.raw
local budget = context.use("budget")
local check, error, type, select = budget.check, raw.error, raw.type, raw.select
local string, table = raw.string, raw.table
local pcall, tonumber, unpack = raw.pcall, raw.tonumber, raw.unpack
local ceil, floor = raw.math.ceil, raw.math.floor

-- Bytes or items from which on a call looks at the clock: below it is over in a microsecond.
local MANY = 2048

local bounded = {}

--- Strings -----------------------------------------------------------------------------------------------

local function long(subject)
    return type(subject) == "string" and #subject > MANY
end

local function after_check(fn)
    return function(...)
        check()
        return fn(...)
    end
end

local function if_long(fn)
    return function(...)
        if long((...)) then
            check()
        end
        return fn(...)
    end
end

--- Tables ------------------------------------------------------------------------------------------------

-- A call of LuaJIT's function that can't be a tail call; its error is the plugin's.
local function at_caller(ok, ...)
    if not ok then
        local problem = ...
        error(problem, problem == "not enough memory" and 0 or 3)
    end
    return ...
end

-- Numbers and strings that are numbers, as whole numbers; nil for anything else.
local function whole(subject)
    local kind = type(subject)
    if kind ~= "number" and kind ~= "string" then
        return nil
    end
    local number = tonumber(subject)
    return number and (number < 0 and ceil(number) or floor(number))
end

local function concat(...)
    local list, separator, first, last = ...
    if type(list) ~= "table" then
        return table.concat(...)
    end
    local from, to = whole(first == nil and 1 or first), whole(last == nil and #list or last)
    local plain = separator == nil or type(separator) == "string" or type(separator) == "number"
    if not (plain and from and to and to - from >= MANY) then
        return table.concat(...)
    end
    local pieces = {}
    while from <= to do
        local stop = from + MANY - 1
        pieces[#pieces + 1] = at_caller(pcall(table.concat, list, separator, from, stop < to and stop or to))
        from = stop + 1
        check()
    end
    return table.concat(pieces, separator)
end

local function insert(...)
    local list, at, value = ...
    if type(list) == "table" and (value ~= nil or select("#", ...) > 2) then
        local position = whole(at)
        if position and not (position > #list - MANY and position < 2147483648) then
            check()
            -- LuaJIT would move nothing, as many times as it is away from the table.
            if not (position >= 1 and position < 2147483648) then
                error("table.insert: position " .. position .. " is outside of the table", 2)
            end
        end
    end
    return table.insert(...)
end

local function remove(...)
    local list, at = ...
    if type(list) == "table" and type(at) == "number" and #list - at > MANY then
        check()
    end
    return table.remove(...)
end

-- LuaJIT's own is Lua code that gets compiled, and then runs no hook.
local function move(...)
    local source, first, last, to, target = ...
    if target == nil then
        target = source
    end
    local from, stop, at = whole(first), whole(last), whole(to)
    local known = from and stop and at and type(source) == "table" and type(target) == "table"
    if not known or stop - from < MANY or stop ~= stop or from ~= from then
        return table.move(...)
    end
    if at > stop or at <= from or source ~= target then
        for index = 0, stop - from do
            target[at + index] = source[from + index]
        end
    else
        for index = stop - from, 0, -1 do
            target[at + index] = source[from + index]
        end
    end
    return target
end
raw.jit.off(move)

local function unpack_checked(...)
    local list, first, last = ...
    if first ~= nil or last ~= nil or type(list) == "table" and #list > 256 then
        check()
    end
    return unpack(...)
end

--- Names of references -----------------------------------------------------------------------------------

local REFERENCES = { table = true, ["function"] = true, thread = true, userdata = true, cdata = true }

-- Formats by their text: whether there is a %p in it. Up to KEPT of them.
local KEPT = 256
local pointers, kept = {}, 0

local function has_pointer(template)
    local answer = pointers[template]
    if answer == nil then
        answer = string.find(template, "%%[^%a%%]*p") ~= nil
        if kept >= KEPT then
            pointers, kept = {}, 0
        end
        pointers[template] = answer
        kept = kept + 1
    end
    return answer
end

--- tostring and string.format that give a table, function, thread or userdata a number of its own instead of its
--- address; like an address, it stays as long as what it names.
local function naming()
    local names, count = raw.setmetatable({}, { __mode = "k" }), 0

    local function number_of(subject)
        local number = names[subject]
        if not number then
            count = count + 1
            number = string.format("0x%08x", count * 16)
            names[subject] = number
        end
        return number
    end

    local function named(subject)
        local kind = type(subject)
        local meta = raw.debug.getmetatable(subject)
        if kind == "cdata" or meta and raw.rawget(meta, "__tostring") ~= nil then
            return raw.tostring(subject)
        end
        return kind .. ": " .. number_of(subject)
    end

    local function tostring(...)
        local subject = ...
        if REFERENCES[type(subject)] then
            return named(subject)
        end
        return raw.tostring(...)
    end

    -- Puts names in the place of references, and %s in the place of %p.
    local function renamed(template, ...)
        local arguments, count_of, at = { ... }, select("#", ...), 0
        template = string.gsub(template, "%%([^%a%%]*)([%a%%]?)", function(options, letter)
            if letter == "%" and options == "" then
                return nil
            end
            at = at + 1
            local argument = arguments[at]
            local reference = REFERENCES[type(argument)]
            if letter == "p" then
                -- LuaJIT passes over its options too.
                arguments[at] = reference and number_of(argument) or "NULL"
                return "%s"
            elseif letter == "s" and reference then
                arguments[at] = named(argument)
            end
        end)
        return template, unpack(arguments, 1, count_of)
    end

    local function format(...)
        local template, a, b, c = ...
        if type(template) ~= "string" then
            return string.format(...)
        end
        local count_of = select("#", ...) - 1
        local rename = has_pointer(template) or REFERENCES[type(a)] or REFERENCES[type(b)] or REFERENCES[type(c)]
        if count_of > 3 or #template > MANY or long(a) or long(b) or long(c) then
            check()
            for index = 4, rename and 0 or count_of do
                rename = rename or REFERENCES[type((select(index + 1, ...)))]
            end
        end
        if rename then
            return string.format(renamed(...))
        end
        return string.format(...)
    end

    return tostring, format
end

-- A clock that is fine enough to time one instruction tells what is in the caches of others.
local function clock()
    return floor(raw.os.clock() * 1000) / 1000
end

--- Puts the bounded functions into a room's globals.
function bounded.furnish(env)
    local strings, tables = env.string, env.table
    for _, name in raw.ipairs({ "lower", "reverse", "sub", "upper" }) do
        strings[name] = if_long(string[name])
    end
    strings.rep = after_check(string.rep)
    env.tostring, strings.format = naming()
    tables.concat, tables.insert, tables.move, tables.remove = concat, insert, move, remove
    for _, name in raw.ipairs({ "foreach", "foreachi", "maxn" }) do
        tables[name] = after_check(table[name])
    end
    env.tonumber = if_long(raw.tonumber)
    env.unpack = unpack_checked
    env.os.clock, env.os.date = clock, if_long(raw.os.date)
end

return bounded
