--- Chance, told by a seed: the same seed makes the same world. Two streams, as in the servers: what happens in the
--- world, and `math.random` of the scripts, which may seed it themselves.

local context = ...
local raw = context.raw
local bxor, lshift, rshift = raw.bit.bxor, raw.bit.lshift, raw.bit.rshift
local floor, log, sqrt = raw.math.floor, raw.math.log, raw.math.sqrt

return function(server)
    local random = {}
    local x, y, z, w
    local spare

    --- Begins the stream anew.
    ---@param seed number
    function random.seed(seed)
        x = bxor(123456789, seed % 4294967296)
        y = bxor(362436069, floor(seed / 4294967296) % 4294967296)
        z, w, spare = 521288629, 88675123, nil
        raw.math.randomseed(seed)
        for _ = 1, 20 do
            random.bits()
        end
    end

    --- 32 random bits, as a signed number.
    function random.bits()
        local t = bxor(x, lshift(x, 11))
        x, y, z = y, z, w
        w = bxor(w, rshift(w, 19), t, rshift(t, 8))
        return w
    end
    local bits = random.bits

    --- From 0 to less than 1.
    function random.unit()
        return (rshift(bits(), 5) % 134217728 * 67108864 + rshift(bits(), 6) % 67108864) / 9007199254740992
    end
    local unit = random.unit

    --- A whole number from `low` to `high`, each as likely.
    ---@param low number
    ---@param high number
    function random.uniform(low, high)
        if low > high then
            low, high = high, low
        end
        if low == high then
            return low
        end
        return low + floor(unit() * (high - low + 1))
    end

    -- Mean 0, deviation 1 (polar method).
    local function gauss()
        if spare then
            local value = spare
            spare = nil
            return value
        end
        while true do
            local u, v = unit() * 2 - 1, unit() * 2 - 1
            local square = u * u + v * v
            if square > 0 and square < 1 then
                local scale = sqrt(-2 * log(square) / square)
                spare = v * scale
                return u * scale
            end
        end
    end

    --- A whole number from `low` to `high`, those in the middle more likely: the servers' damage.
    ---@param low number
    ---@param high number
    function random.normal(low, high)
        if low > high then
            low, high = high, low
        end
        local part
        repeat
            part = 0.5 + gauss() * 0.25
        until part >= 0 and part <= 1
        local add = part * (high - low)
        -- As lround: half away from zero; there is nothing below zero here.
        return low + floor(add + 0.5)
    end

    --- Whether something of this probability happens.
    ---@param probability number|nil 0 to 1; a half unless given
    function random.chance(probability)
        return unit() < (probability or 0.5)
    end

    --- The same under the names of the servers.
    random.uniform_random, random.normal_random, random.boolean_random = random.uniform, random.normal, random.chance

    server.controls.seed = random.seed
    random.seed(server.settings.seed or 1)
    return random
end
