--- Numbers as bytes, the lowest first, and back.

local context = ...
local raw = context.raw
local byte, char = raw.string.byte, raw.string.char
local floor, frexp, ldexp, huge = raw.math.floor, raw.math.frexp, raw.math.ldexp, raw.math.huge

local bytes = {}

--- A whole number as so many bytes. A negative one as its complement; what does not fit is cut off.
---@param value number
---@param count number
function bytes.write(value, count)
    local low = value % 4294967296
    local high = count > 4 and floor(value / 4294967296) % 4294967296 or 0
    local a, b, c, d = low % 256, floor(low / 256) % 256, floor(low / 65536) % 256, floor(low / 16777216)
    if count == 1 then
        return char(a)
    elseif count == 2 then
        return char(a, b)
    elseif count == 4 then
        return char(a, b, c, d)
    end
    return char(a, b, c, d, high % 256, floor(high / 256) % 256, floor(high / 65536) % 256, floor(high / 16777216))
end

--- The number that so many bytes of a text are, from a place on.
---@param text string
---@param at number
---@param count number
---@return number
function bytes.read(text, at, count)
    local value, scale = 0, 1
    for index = at, at + count - 1 do
        value = value + (byte(text, index) or 0) * scale
        scale = scale * 256
    end
    return value
end

--- The same with a sign.
function bytes.read_signed(text, at, count)
    local value = bytes.read(text, at, count)
    local half = 2 ^ (count * 8 - 1)
    return value >= half and value - 2 * half or value
end

--- A number as the eight bytes of a double.
---@param value number
function bytes.write_double(value)
    local sign = (value < 0 or 1 / value < 0) and 1 or 0
    if value ~= value then
        return bytes.write(0, 4) .. bytes.write(0x7FF80000, 4)
    elseif value < 0 then
        value = -value
    end
    local fraction, exponent = 0, 0
    if value == huge then
        exponent = 2047
    elseif value ~= 0 then
        fraction, exponent = frexp(value)
        exponent = exponent + 1022
        if exponent <= 0 then
            fraction, exponent = ldexp(fraction, exponent + 52), 0
        else
            fraction = (fraction * 2 - 1) * 2 ^ 52
        end
    end
    local high = floor(fraction / 4294967296)
    return bytes.write(fraction % 4294967296, 4) .. bytes.write(sign * 2147483648 + exponent * 1048576 + high, 4)
end

--- The double that eight bytes of a text are.
function bytes.read_double(text, at)
    local low, high = bytes.read(text, at, 4), bytes.read(text, at + 4, 4)
    local sign = high >= 2147483648 and -1 or 1
    local exponent = floor(high / 1048576) % 2048
    local fraction = high % 1048576 * 4294967296 + low
    if exponent == 2047 then
        return fraction == 0 and sign * huge or 0 / 0
    elseif exponent == 0 then
        return sign * ldexp(fraction, -1074)
    end
    return sign * ldexp(1 + fraction / 2 ^ 52, exponent - 1023)
end

return bytes
