--- Colors as texts: names, `#rrggbb`, `#rrggbbaa`, and what CSS knows of them in the newer engine.

local context = ...
local raw = context.raw
local css = context.use("otclient/color_names")
local find, format, gmatch, gsub, lower, match, sub =
    raw.string.find,
    raw.string.format,
    raw.string.gmatch,
    raw.string.gsub,
    raw.string.lower,
    raw.string.match,
    raw.string.sub
local floor, tonumber = raw.math.floor, raw.tonumber

-- Names that both engines know, as #rrggbbaa.
local NAMES = {
    alpha = "00000000",
    white = "ffffffff",
    black = "000000ff",
    red = "ff0000ff",
    darkRed = "800000ff",
    green = "00ff00ff",
    darkGreen = "008000ff",
    blue = "0000ffff",
    darkBlue = "000080ff",
    pink = "ff00ffff",
    darkPink = "800080ff",
    yellow = "ffff00ff",
    darkYellow = "808000ff",
    teal = "00ffffff",
    darkTeal = "008080ff",
    gray = "a0a0a0ff",
    darkGray = "808080ff",
    lightGray = "c0c0c0ff",
    orange = "ff8c00ff",
}

local function bounded(number)
    return number < 0 and 0 or number > 255 and 255 or number
end

-- To the nearest, halves away from 0.
local function rounded(number)
    return number < 0 and -floor(0.5 - number) or floor(number + 0.5)
end

-- A number at the beginning of a text, as strtod reads it.
local function leading(text)
    local digits = match(text, "^[-+]?%d+%.?%d*[eE][-+]?%d+")
        or match(text, "^[-+]?%d+%.?%d*")
        or match(text, "^[-+]?%.%d+")
    return digits and tonumber(digits) or 0
end

local function whole(text)
    local digits = match(text, "^[-+]?%d+")
    return digits and bounded(tonumber(digits)) or raw.error("C++ std::exception: stoi", 0)
end

local function part(text)
    return sub(text, -1) == "%" and bounded(rounded(leading(text) * 255 / 100)) or whole(text)
end

local function transparency(text)
    if sub(text, -1) ~= "%" and find(text, "[.eE]") then
        local share = leading(text)
        return rounded((share < 0 and 0 or share > 1 and 1 or share) * 255)
    end
    return part(text)
end

local function share(text)
    local value = leading(text)
    if sub(text, -1) == "%" then
        value = value / 100
    end
    return value < 0 and 0 or value > 1 and 1 or value
end

local function of_hue(p, q, t)
    t = t < 0 and t + 1 or t > 1 and t - 1 or t
    if t < 1 / 6 then
        return p + (q - p) * 6 * t
    elseif t < 1 / 2 then
        return q
    elseif t < 2 / 3 then
        return p + (q - p) * (2 / 3 - t) * 6
    end
    return p
end

local function of_hsl(hue, saturation, light)
    hue = hue % 360 / 360
    local q = light < 0.5 and light * (1 + saturation) or light + saturation - light * saturation
    local p = 2 * light - q
    local function channel(shift)
        return bounded(rounded((saturation == 0 and light or of_hue(p, q, hue + shift)) * 255))
    end
    return channel(1 / 3), channel(0), channel(-1 / 3)
end

-- What stands before the closing bracket: of a text with blanks in it up to the bracket, else the first word. As
-- upstream reads streams, a word that ends the text makes it fail, and so does anything but blanks behind.
local function until_bracket(word, rest)
    if find(word, ")", 1, true) then
        return rest ~= "" and not find(rest, "%S") and word or nil
    end
    local tail, behind = match(rest, "^([^)]*)%)(.*)$")
    return tail and not find(behind, "%S") and word .. tail .. ")" or nil
end

-- rgb(1, 2, 3), rgba(…), hsl(…), hsla(…); nil when it is none of them.
local function functional(word, rest)
    local text = until_bracket(word, rest)
    if not text then
        return nil
    end
    local name, inner = match(gsub(text, "%s", ""), "^(%l+)%((.+)%)")
    local parts = {}
    for item in gmatch((inner or "") .. ",", "([^,]*),") do
        parts[#parts + 1] = item
    end
    local with_alpha = name == "rgba" or name == "hsla"
    if not name or #parts ~= (with_alpha and 4 or 3) then
        return nil
    end
    local red, green, blue
    if name == "rgb" or name == "rgba" then
        red, green, blue = part(parts[1]), part(parts[2]), part(parts[3])
    elseif name == "hsl" or name == "hsla" then
        red, green, blue = of_hsl(leading(parts[1]), share(parts[2]), share(parts[3]))
    else
        return nil
    end
    return { r = red, g = green, b = blue, a = with_alpha and transparency(parts[4]) or 255 }
end

return function(engine)
    local color = {}

    -- Two hexadecimal digits; what is none is 0 in one engine, refused in the other.
    local function pair(text, at)
        local digits = match(sub(text, at, at + 1), "^%x%x?")
        if digits then
            return tonumber(digits, 16)
        elseif engine.edubart then
            return 0
        end
        engine:fail("Invalid hexadecimal input")
    end

    local function of_digits(digits)
        local size = #digits
        if size == 6 or size == 8 then
            return {
                r = pair(digits, 1),
                g = pair(digits, 3),
                b = pair(digits, 5),
                a = size == 8 and pair(digits, 7) or 255,
            }
        end
    end

    --- Parses a color.
    ---@param text string
    ---@return table|nil {r, g, b, a}; nil when it is none
    function color.parse(text)
        if sub(text, 1, 1) == "#" then
            local digits, rest = match(text, "^#%s*(%S*)(.*)$")
            return rest == "" and of_digits(digits) or nil
        end
        local word, rest = match(text, "^%s*(%S*)(.*)$")
        if not engine.edubart and (find(word, "^rgba?%(") or find(word, "^hsla?%(")) then
            return functional(word, rest)
        elseif rest ~= "" then
            return nil
        end
        local digits = NAMES[word]
        if digits then
            return of_digits(digits)
        elseif engine.edubart then
            return nil
        end
        word = lower(word)
        if word == "transparent" then
            return { r = 0, g = 0, b = 0, a = 0 }
        end
        local value = css[word]
        return value and { r = floor(value / 65536), g = floor(value / 256) % 256, b = value % 256, a = 255 } or nil
    end

    --- A color as text, `#rrggbbaa`.
    ---@param value table
    function color.text(value)
        return format("#%02x%02x%02x%02x", value.r, value.g, value.b, value.a)
    end

    engine.convert.color = color.parse

    local numbers = engine.convert.numbers
    engine:globals({
        topoint = function(text)
            local list = numbers(text, 2)
            return list and { x = list[1], y = list[2] } or { x = 0, y = 0 }
        end,
        tosize = function(text)
            local list = numbers(text, 2)
            return list and { width = list[1], height = list[2] } or { width = -1, height = -1 }
        end,
        torect = function(text)
            local list = numbers(text, 4)
            return list and { x = list[1], y = list[2], width = list[3], height = list[4] }
                or { x = 0, y = 0, width = 0, height = 0 }
        end,
        tocolor = function(text)
            return color.parse(text) or { r = 255, g = 255, b = 255, a = 255 }
        end,
        pointtostring = function(point)
            return format("%d %d", point.x, point.y)
        end,
        sizetostring = function(size)
            return format("%d %d", size.width, size.height)
        end,
        recttostring = function(rect)
            return format("%d %d %d %d", rect.x, rect.y, rect.width, rect.height)
        end,
        colortostring = color.text,
    })
    return color
end
