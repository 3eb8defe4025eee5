--- `bit32` of Lua 5.2, which one of the engines brings: as `bit`, with results that are never negative.

local context = ...
local bit = context.raw.bit
local select, error = context.raw.select, context.raw.error
local floor = context.raw.math.floor

local WRAP = 2 ^ 32

local function unsigned(number)
    return number % WRAP
end

local function fold(operation, start)
    return function(...)
        local result = start
        for index = 1, select("#", ...) do
            result = operation(result, (select(index, ...)))
        end
        return unsigned(result)
    end
end

local function shift_left(value, by)
    if by <= -32 or by >= 32 then
        return 0
    elseif by < 0 then
        return floor(unsigned(value) / 2 ^ -by)
    end
    return unsigned(unsigned(value) * 2 ^ by)
end

local function field(at, width)
    width = width or 1
    if at < 0 or width < 1 or at + width > 32 then
        error("trying to access non-existent bits", 3)
    end
    return 2 ^ width - 1
end

return function()
    local bit32 = {
        band = fold(bit.band, -1),
        bor = fold(bit.bor, 0),
        bxor = fold(bit.bxor, 0),
        lshift = shift_left,
    }
    function bit32.bnot(value)
        return unsigned(bit.bnot(value))
    end
    function bit32.btest(...)
        return bit32.band(...) ~= 0
    end
    function bit32.rshift(value, by)
        return shift_left(value, -by)
    end
    function bit32.arshift(value, by)
        if by < 0 then
            return shift_left(value, -by)
        end
        return unsigned(bit.arshift(value, by > 31 and 31 or by))
    end
    function bit32.lrotate(value, by)
        return unsigned(bit.rol(value, by % 32))
    end
    function bit32.rrotate(value, by)
        return unsigned(bit.ror(value, by % 32))
    end
    function bit32.extract(value, at, width)
        return bit32.band(shift_left(value, -at), field(at, width))
    end
    function bit32.replace(value, part, at, width)
        local mask = field(at, width)
        return bit32.bor(
            bit32.band(value, bit32.bnot(shift_left(mask, at))),
            shift_left(bit32.band(part, mask), at)
        )
    end
    return bit32
end
