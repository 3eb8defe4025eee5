--- Whole numbers of 64 bits without a sign, as lists of four parts of 16 bits, the lowest first: what doubles can't
--- hold exactly, and what wraps where the server's numbers do.

local context = ...
local raw = context.raw
local floor = raw.math.floor

local PART, COUNT = 65536, 4
local wrapped = {}

--- From a whole number below 2^53; one below 0 wraps.
function wrapped.of(value)
    local parts = {}
    for at = 1, COUNT do
        parts[at] = value % PART
        value = floor(value / PART)
    end
    return parts
end

function wrapped.add(a, b)
    local parts, carry = {}, 0
    for at = 1, COUNT do
        local sum = a[at] + b[at] + carry
        parts[at], carry = sum % PART, floor(sum / PART)
    end
    return parts
end

function wrapped.times(a, b)
    local parts = { 0, 0, 0, 0 }
    for at = 1, COUNT do
        local carry = 0
        for to = at, COUNT do
            local sum = parts[to] + a[at] * b[to - at + 1] + carry
            parts[to], carry = sum % PART, floor(sum / PART)
        end
    end
    return parts
end

--- Divides by a small number.
function wrapped.over(a, divisor)
    local parts, rest = {}, 0
    for at = COUNT, 1, -1 do
        local value = rest * PART + a[at]
        parts[at], rest = floor(value / divisor), value % divisor
    end
    return parts
end

--- As scripts are given it.
function wrapped.number(a)
    return ((a[4] * PART + a[3]) * PART + a[2]) * PART + a[1]
end

return wrapped
