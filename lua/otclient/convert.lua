--- Casts between what scripts pass and what the engine's functions take and give, one for each type of a signature.
---
--- In the engine points are {x, y}, sizes {width, height}, rects {x, y, width, height} and colors {r, g, b, a}:
--- the same tables as scripts see, never shared with them.

local context = ...
local raw = context.raw
local stack = context.use("otclient/stack")
local api = context.use("otclient/api")
local type, tonumber, tostring, format = raw.type, raw.tonumber, raw.tostring, raw.string.format
local floor = raw.math.floor
local find, match, sub = raw.string.find, raw.string.match, raw.string.sub

return function(object)
    local convert = {
        --- Type of a parameter to its cast.
        take = {},
        --- Type of a result to its cast.
        give = {},
        --- How the engine writes that something is an object of a class: `pointer .. "UIWidget>"`.
        pointer = "std::shared_ptr<",
        --- How wide and high a size is that is not given.
        no_size = 0,
        --- What is raised when a method is called without an object; nil where that is a warning.
        no_object = nil,
    }
    local take, give = convert.take, convert.give

    --- Raises what the engine raises when a bound function fails.
    ---@param text string
    function convert.fail(text)
        raw.error("C++ call failed: " .. stack.traceback(text, 2), 0)
    end

    --- Raises that a value can't be cast, in the engine's words.
    ---@param cpp_type string as the engine calls it
    function convert.refuse(value, cpp_type)
        convert.fail(format("LUA ERROR: attempt to cast a '%s' lua value to '%s'", type(value), cpp_type))
    end
    local refuse = convert.refuse

    -- The engine reads a number as text before it finds that this is no such value: then it is one.
    local function refuse_text(value, cpp_type)
        return refuse(type(value) == "number" and tostring(value) or value, cpp_type)
    end

    function take.bool(value)
        return value ~= nil and value ~= false
    end

    function take.any(value)
        return value
    end

    -- What C++ makes of a number in an integer of so many bits: cut, then wrapped.
    local function whole(number)
        if number ~= number then
            return 0
        end
        return number < 0 and -floor(-number) or floor(number)
    end

    -- As lua_tointeger: strings that are numbers count, anything else is 0.
    local function integer(value, cpp_type)
        local number = type(value) == "number" and value or (type(value) == "string" and tonumber(value)) or nil
        if number then
            return whole(number)
        elseif value == nil then
            return 0
        end
        return refuse(value, cpp_type)
    end

    local function wrapped(cpp_type, bits, signed)
        local modulus, half = 2 ^ bits, 2 ^ (bits - 1)
        return function(value)
            local number = integer(value, cpp_type)
            if number >= 0 and number < half then
                return number
            end
            number = number % modulus
            return signed and number >= half and number - modulus or number
        end
    end

    take.int8 = wrapped("signed char", 8, true)
    take.uint8 = wrapped("unsigned char", 8, false)
    take.int16 = wrapped("short", 16, true)
    take.uint16 = wrapped("unsigned short", 16, false)
    take.int = wrapped("int", 32, true)
    take.uint32 = wrapped("unsigned int", 32, false)

    function take.int64(value)
        return integer(value, "long")
    end

    function take.uint64(value)
        return integer(value, "unsigned long")
    end

    function take.double(value)
        local number = type(value) == "number" and value or (type(value) == "string" and tonumber(value)) or nil
        if number then
            return number
        elseif value == nil then
            return 0
        end
        return refuse(value, "double")
    end

    function take.string(value)
        local kind = type(value)
        if kind == "string" then
            return value
        elseif kind == "number" then
            return tostring(value)
        end
        return ""
    end

    function take.table(value)
        return type(value) == "table" and value or {}
    end

    take["function"] = function(value)
        if type(value) == "function" then
            return value
        elseif value == nil then
            return nil
        end
        return refuse(value, "std::function<void ()>")
    end

    local function part(value)
        return whole(tonumber(value) or 0)
    end

    --- Whole numbers of a text separated by blanks; nil when there is anything else, or another count of them.
    local function numbers(text, count)
        local list, at = {}, 1
        for index = 1, count do
            local from, to = find(text, "^%s*[-+]?%d+", at)
            if not from then
                return nil
            end
            list[index] = tonumber(match(sub(text, from, to), "[-+]?%d+"))
            at = to + 1
        end
        return at > #text and list or nil
    end
    convert.numbers = numbers

    function take.Point(value)
        if type(value) == "table" then
            return { x = part(value.x), y = part(value.y) }
        elseif value == nil then
            return { x = 0, y = 0 }
        end
        local list = (type(value) == "string" or type(value) == "number") and numbers(tostring(value), 2)
        return list and { x = list[1], y = list[2] } or refuse_text(value, "TPoint<int>")
    end

    function take.Size(value)
        if type(value) == "table" then
            return { width = part(value.width), height = part(value.height) }
        elseif value == nil then
            return { width = convert.no_size, height = convert.no_size }
        end
        local list = (type(value) == "string" or type(value) == "number") and numbers(tostring(value), 2)
        return list and { width = list[1], height = list[2] } or refuse_text(value, "TSize<int>")
    end

    function take.Rect(value)
        if type(value) == "table" then
            return { x = part(value.x), y = part(value.y), width = part(value.width), height = part(value.height) }
        elseif value == nil then
            return { x = 0, y = 0, width = 0, height = 0 }
        end
        local list = (type(value) == "string" or type(value) == "number") and numbers(tostring(value), 4)
        return list and { x = list[1], y = list[2], width = list[3], height = list[4] }
            or refuse_text(value, "TRect<int>")
    end

    function take.Position(value)
        if type(value) == "table" then
            return { x = part(value.x), y = part(value.y), z = part(value.z) }
        end
        return { x = 65535, y = 65535, z = 255 }
    end

    --- Parses a color: `#rgb`, `#rrggbb`, `#rrggbbaa`, a name. Set by color.lua.
    ---@type fun(text: string): table|nil
    function convert.color(_)
        return nil
    end

    function take.Color(value)
        if type(value) == "table" then
            return {
                r = part(value.r) % 256,
                g = part(value.g) % 256,
                b = part(value.b) % 256,
                a = part(value.a) % 256,
            }
        elseif value == nil then
            return { r = 255, g = 255, b = 255, a = 255 }
        end
        local is_text = type(value) == "string" or type(value) == "number"
        return is_text and convert.color(tostring(value)) or refuse_text(value, "Color")
    end

    -- A node of OTML is given to scripts as a plain table; see otml.lua, which sets both.
    function take.OTMLNode(value)
        return value
    end

    --- What an object of a class is taken as: its record. Of another class it becomes nil.
    local function taker_of_class(name)
        return function(value)
            if value == nil then
                return nil
            end
            local record = object.record(value)
            if not record then
                return refuse(value, convert.pointer .. name .. ">")
            end
            return record.kinds[name] and record or nil
        end
    end

    local function list_of(cast)
        return function(list)
            local copy = {}
            for index, value in raw.ipairs(type(list) == "table" and list or {}) do
                copy[index] = cast(value)
            end
            return copy
        end
    end

    --- The cast of a parameter.
    ---@param kind string a type of a signature
    function convert.taker(kind)
        local cast = take[kind]
        if not cast then
            local item = match(kind, "^(.*)%[%]$")
            if item then
                cast = list_of(convert.taker(item))
            elseif find(kind, "^map<") then
                cast = take.table
            elseif find(kind, "::", 1, true) then
                -- An enum, by the name that the engine gives it.
                cast = wrapped(kind, 32, true)
            else
                cast = taker_of_class(kind)
            end
            take[kind] = cast
        end
        return cast
    end

    local function give_object(record)
        return record and record.object
    end

    local function map_of(cast)
        return function(map)
            local copy = {}
            for key, value in raw.pairs(map or {}) do
                copy[key] = cast(value)
            end
            return copy
        end
    end

    --- The cast of a result; nil when it is given as it is.
    ---@param kind string a type of a signature
    function convert.giver(kind)
        local cast = give[kind]
        if cast == nil then
            local item = match(kind, "^(.*)%[%]$")
            local mapped = match(kind, "^map<[^,]+,%s*(.*)>$")
            if item or mapped then
                local inner = convert.giver(item or mapped)
                cast = inner and (item and list_of or map_of)(inner) or false
            else
                -- A class may be declared after the functions that give its objects.
                cast = (object.classes[kind] or api.parents[kind]) and give_object or false
            end
            give[kind] = cast
        end
        return cast or nil
    end

    -- What a function gives that was not called, as `self` was nil: the type's zero.
    local ZERO = { bool = false, string = "", double = 0, uint64 = 0, int64 = 0 }
    for _, kind in raw.ipairs({ "int8", "uint8", "int16", "uint16", "int", "uint32" }) do
        ZERO[kind] = 0
    end

    --- Makes the value that a type has when nothing set it.
    ---@param kind string
    function convert.zero(kind)
        local zero = ZERO[kind]
        if zero ~= nil then
            return zero
        elseif kind == "Point" then
            return { x = 0, y = 0 }
        elseif kind == "Size" then
            return { width = -1, height = -1 }
        elseif kind == "Rect" then
            return { x = 0, y = 0, width = 0, height = 0 }
        elseif kind == "Color" then
            return { r = 255, g = 255, b = 255, a = 255 }
        elseif kind == "table" or find(kind, "[]", 1, true) or find(kind, "^map<") then
            return {}
        end
    end

    return convert
end
