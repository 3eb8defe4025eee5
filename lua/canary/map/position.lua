--- Positions as scripts hold them: tables with Position's metatable, cut to the bits that the servers keep of them.

local context = ...
local raw = context.raw
local setmetatable, type = raw.setmetatable, raw.type
local floor, format = raw.math.floor, raw.string.format

-- Letters of the C++ types that TFS names in its reports.
local LETTERS = { [65536] = "t", [256] = "h" }

return function(server, map)
    local tfs, number, i32, field = server.tfs, server.arguments.number, server.arguments.i32, server.arguments.field
    local metatable

    -- A whole number without a sign: Canary makes 0 of what is negative; TFS wraps it and says so.
    local function cut(value, modulus, at)
        if type(value) == "number" and value >= 0 and value < modulus and value % 1 == 0 then
            return value
        end
        local given = number(value)
        if given ~= given then
            return 0
        end
        local whole = given < 0 and -floor(-given) or floor(given)
        if given < 0 and not tfs then
            return 0
        elseif tfs and (given < 0 or given > modulus - 1) then
            local text = format("Argument %d has out-of-range value for %s: %.17g", at, LETTERS[modulus], given)
            server.parts.report.warn(text, "getNumber")
        end
        return whole % modulus
    end
    map.cut = cut

    --- What scripts are given for a place.
    ---@param x number
    ---@param y number
    ---@param z number
    ---@param stackpos number|nil
    ---@return table position
    function map.push_position(x, y, z, stackpos)
        return setmetatable({ x = x, y = y, z = z, stackpos = stackpos or 0 }, metatable)
    end

    --- A place of what a script passed; what has no fields is an error there, as in the servers.
    ---@param value any
    ---@return number x
    ---@return number y
    ---@return number z
    ---@return number stackpos
    function map.take_position(value)
        local stackpos = field(value, "stackpos")
        return cut(value.x, 65536, -1), cut(value.y, 65536, -1), cut(value.z, 256, -1),
            stackpos == nil and 0 or i32(stackpos)
    end

    --- Sets the metatable of positions, once their class is declared.
    function map.set_position_metatable(value)
        metatable = value
    end
end
