--- What the servers make of a script's arguments: numbers of texts, zeros of what is no number, and no complaint.

local context = ...
local raw = context.raw
local type, tonumber, tostring, floor = raw.type, raw.tonumber, raw.tostring, raw.math.floor

local arguments = {}

--- As lua_tonumber: a number, a text that is one, or 0.
function arguments.number(value)
    local kind = type(value)
    if kind == "number" then
        return value
    elseif kind == "string" then
        return tonumber(value) or 0
    end
    return 0
end
local number = arguments.number

-- A whole number of 32 or 64 bits with a sign, as the processor makes it of a double: the fraction goes, and what does
-- not fit, or is no number, becomes the lowest there is. C++ leaves this open; the servers are built for x86-64.
local function whole32(value)
    if value > -2147483649 and value < 2147483648 then
        return value < 0 and -floor(-value) or floor(value)
    end
    return -2147483648
end

local function whole64(value)
    if value >= -9223372036854775808 and value < 9223372036854775808 then
        return value < 0 and -floor(-value) or floor(value)
    end
    return -9223372036854775808
end

-- Those of 8 and 16 bits go by way of 32, those of 32 without a sign by way of 64.
local function unsigned(bits)
    local modulus, whole = 2 ^ bits, bits < 32 and whole32 or whole64
    return function(value, default)
        if value == nil and default ~= nil then
            return default
        end
        local given = number(value)
        return given < 0 and 0 or whole(given) % modulus
    end
end

local function signed(bits)
    local modulus, half = 2 ^ bits, 2 ^ (bits - 1)
    return function(value, default)
        if value == nil and default ~= nil then
            return default
        end
        local cut = whole32(number(value))
        if cut >= -half and cut < half then
            return cut
        end
        cut = cut % modulus
        return cut >= half and cut - modulus or cut
    end
end

--- Whole numbers of so many bits. What is negative becomes 0 where there is no sign (Canary says so; TFS wraps it:
--- see server.lua). The second argument stands in for what was not given.
arguments.u8, arguments.u16, arguments.u32 = unsigned(8), unsigned(16), unsigned(32)
arguments.i8, arguments.i16, arguments.i32 = signed(8), signed(16), signed(32)

-- The members of enumerations: the servers cut them as whole numbers with a sign, and what is negative wraps.
local function member(bits)
    local modulus = 2 ^ bits
    return function(value, default)
        if value == nil and default ~= nil then
            return default
        end
        return whole64(number(value)) % modulus
    end
end
arguments.enum8, arguments.enum16, arguments.enum32 = member(8), member(16), member(32)

function arguments.u64(value, default)
    if value == nil and default ~= nil then
        return default
    end
    local given = number(value)
    if given < 0 or given >= 18446744073709551616 then
        return 0
    end
    -- From the upper half on there is no fraction. What is no number has the highest bit.
    return given < 9223372036854775808 and floor(given) or given == given and given or 9223372036854775808
end

function arguments.i64(value, default)
    if value == nil and default ~= nil then
        return default
    end
    return whole64(number(value))
end

-- What TFS calls the whole numbers of C++ in its reports.
local LETTERS = { u8 = "h", i8 = "a", u16 = "t", i16 = "s", u32 = "j", i32 = "i", u64 = "m", i64 = "l" }

--- The same functions for TFS, where what is negative wraps, and what is no number counts as not given.
---@param report function gets the letter of a type, the number that it does not hold, and the argument
---@return table arguments
function arguments.wrapping(report)
    local own = {}
    for name, fn in raw.pairs(arguments) do
        own[name] = fn
    end
    local function given(value)
        return type(value) == "number" or type(value) == "string" and tonumber(value) ~= nil
    end
    local function whole_number(kind, lowest, highest, cut)
        local letter = LETTERS[kind]
        own[kind] = function(value, default)
            if default ~= nil and not given(value) then
                return default
            end
            local found = number(value)
            if found < lowest or found > highest then
                report(letter, found, value)
            end
            return cut(found)
        end
    end
    for _, bits in raw.ipairs({ 8, 16, 32, 64 }) do
        local modulus, whole = 2 ^ bits, bits < 32 and whole32 or whole64
        local cut = arguments["u" .. bits]
        whole_number("u" .. bits, 0, modulus - 1, function(value)
            if value >= 0 then
                return cut(value)
            end
            return whole(value) % modulus
        end)
        whole_number("i" .. bits, -modulus / 2, modulus / 2 - 1, arguments["i" .. bits])
    end
    for _, bits in raw.ipairs({ 8, 16, 32 }) do
        local cut = arguments["enum" .. bits]
        own["enum" .. bits] = function(value, default)
            if default ~= nil and not given(value) then
                return default
            end
            return cut(value)
        end
    end
    -- Where there is something that stands in, only true and false count.
    function own.boolean(value, default)
        if default ~= nil and type(value) ~= "boolean" then
            return default
        end
        return value ~= nil and value ~= false
    end
    function own.given(read, default, at, ...)
        local value = (raw.select(at, ...))
        if not given(value) then
            return default
        end
        return read(value)
    end
    function own.flag(default, at, ...)
        return own.boolean((raw.select(at, ...)), default)
    end
    return own
end

--- What was passed last: of some functions the argument that counts, and the answer of those that push nothing and
--- yet say that they gave back one value.
---@return any
function arguments.last(...)
    local count = raw.select("#", ...)
    if count > 0 then
        return (raw.select(count, ...))
    end
    return nil
end

--- As lua_getfield: what can't have fields is an error, in the words of Lua for what has no name.
---@return any
function arguments.field(value, key)
    local kind = type(value)
    if kind ~= "table" and kind ~= "userdata" and kind ~= "string" then
        raw.error("attempt to index a " .. kind .. " value", 0)
    end
    return value[key]
end

--- As lua_toboolean.
function arguments.boolean(value, default)
    if value == nil and default ~= nil then
        return default
    end
    return value ~= nil and value ~= false
end

--- As lua_tolstring: texts and numbers, else the empty text.
function arguments.string(value, default)
    local kind = type(value)
    if kind == "string" then
        return value
    elseif kind == "number" then
        return tostring(value)
    elseif value == nil and default ~= nil then
        return default
    end
    return ""
end

--- As lua_isstring.
function arguments.is_string(value)
    local kind = type(value)
    return kind == "string" or kind == "number"
end

--- An argument that may be left out: Canary takes nil for one that was given, TFS for one that was not.
---@param read function how it is read
---@param default any when it was not given
---@param at number which of the arguments that follow
---@return any
function arguments.given(read, default, at, ...)
    if raw.select("#", ...) < at then
        return default
    end
    return read((raw.select(at, ...)))
end

--- A truth value that may be left out.
---@param default boolean when it was not given
---@param at number which of the arguments that follow
---@return boolean
function arguments.flag(default, at, ...)
    if raw.select("#", ...) < at then
        return default
    end
    local value = (raw.select(at, ...))
    return value ~= nil and value ~= false
end

return arguments
