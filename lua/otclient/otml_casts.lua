--- Casts of texts to values, as strict as upstream's: nil is what is no such value.

local context = ...
local raw = context.raw
local find, tonumber = raw.string.find, raw.tonumber

local casts = {}

local LARGEST = 2 ^ 63

function casts.bool(text)
    if text == "true" then
        return true
    elseif text == "false" then
        return false
    end
end

-- Nothing but digits and a minus in front; nothing at all is 0.
function casts.long(text)
    if find(text, "[^-0-9]") or find(text, ".%-") then
        return nil
    end
    local number = tonumber(text) or 0
    return number >= LARGEST and LARGEST or number < -LARGEST and -LARGEST or number
end

function casts.int(text)
    local number = casts.long(text)
    if number then
        number = number % 2 ^ 32
        return number >= 2 ^ 31 and number - 2 ^ 32 or number
    end
end

-- Digits, a minus in front, one point that is neither first nor last.
function casts.double(text)
    if find(text, "[^-0-9.]") or find(text, ".%-") then
        return nil
    elseif find(text, "^%.") or find(text, "%.$") or find(text, "%..*%.") then
        return nil
    end
    return tonumber(text) or 0
end
casts.float = casts.double

function casts.string(text)
    return text
end

return casts
