--- Methods of classes, made of a record's fields: what most methods of creatures, vocations, types, … are.

local context = ...
local raw = context.raw
local floor, format, type, tonumber = raw.math.floor, raw.string.format, raw.type, raw.tonumber

-- How TFS names the C++ types in its reports.
local LETTERS = { [8] = "h", [16] = "t", [32] = "j", [64] = "m" }

--- Makes the binder of a server.
---@param server table
return function(server)
    local get, arguments = server.userdata.get, server.arguments
    local bind = {}

    --- A method: `fn(record, …)` for an object of the class, nil for anything else.
    ---@param class string
    ---@param fn function
    function bind.of(class, fn)
        return function(self, ...)
            local record = get(self, class)
            if not record then
                return nil
            end
            return fn(record, ...)
        end
    end

    --- A method that reports when there is no object, and answers false.
    ---@param class string
    ---@param problem string
    ---@param fn function
    ---@param otherwise any what is answered without one
    function bind.strict(class, problem, fn, otherwise)
        return function(self, ...)
            local record = get(self, class)
            if not record then
                server:report(problem)
                return otherwise
            end
            return fn(record, ...)
        end
    end

    --- A method that reports when there is no object, and answers nothing at all: not even nil.
    ---@param class string
    ---@param problem string
    ---@param fn function
    function bind.none(class, problem, fn)
        return function(self, ...)
            local record = get(self, class)
            if not record then
                server:report(problem)
                return
            end
            return fn(record, ...)
        end
    end

    --- A method of Canary's that pushes nothing when it has reported that there is no object: what was passed last is
    --- left as the answer.
    ---@param class string
    ---@param problem string
    ---@param fn function
    function bind.last(class, problem, fn)
        return function(...)
            local record = get((...), class)
            if not record then
                server:report(problem)
                return arguments.last(...)
            end
            return fn(record, raw.select(2, ...))
        end
    end

    --- What is left as the answer of a method that pushes nothing: what was passed last, else the object itself.
    ---@param record table
    function bind.passed(record, ...)
        return arguments.last(server.userdata.push(record), ...)
    end

    --- A method that tells a field.
    function bind.field(class, key)
        return function(self)
            local record = get(self, class)
            if not record then
                return nil
            end
            return record[key]
        end
    end

    --- A method that tells whether a field is set.
    function bind.flag(class, key)
        return function(self)
            local record = get(self, class)
            if not record then
                return nil
            end
            return record[key] == true
        end
    end

    --- A method that sets a field and says true.
    ---@param cast function|nil arguments.u16, …; a truth value unless given
    function bind.setter(class, key, cast)
        cast = cast or arguments.boolean
        return function(self, value)
            local record = get(self, class)
            if not record then
                return nil
            end
            record[key] = cast(value)
            return true
        end
    end

    --- As `setter`, but what a record without the field says anyway is not written: for records of which there are
    --- thousands, with what they say by default behind them.
    function bind.lean_setter(class, key, cast)
        cast = cast or arguments.boolean
        return function(self, value)
            local record = get(self, class)
            if not record then
                return nil
            end
            value = cast(value)
            if record[key] ~= value then
                record[key] = value
            end
            return true
        end
    end

    --- A method that tells a field without an argument and sets it with one, as those of monster types do. What a
    --- record without the field says anyway is not written.
    function bind.both(class, key, cast)
        cast = cast or arguments.boolean
        return function(self, ...)
            local record = get(self, class)
            if not record then
                return nil
            end
            if raw.select("#", ...) == 0 then
                return record[key]
            end
            local value = cast((...))
            if record[key] ~= value then
                record[key] = value
            end
            return true
        end
    end

    -- Numbers --------------------------------------------------------------------------------------------------

    -- Whole numbers without a sign: Canary makes 0 of what is negative; TFS wraps it and says so.
    local function unsigned(bits)
        local cast, modulus = arguments["u" .. bits], 2 ^ bits
        if not server.tfs then
            return function(value, _, default)
                return cast(value, default)
            end
        end
        return function(value, place, default)
            local kind = type(value)
            if kind == "number" and value >= 0 and value < modulus and value % 1 == 0 then
                return value
            end
            local number = kind == "number" and value or (kind == "string" and tonumber(value)) or nil
            if not number then
                return default or 0
            elseif number ~= number then
                return 0
            elseif number < 0 or number > modulus - 1 then
                server.parts.report.warn(
                    format("Argument %d has out-of-range value for %s: %.17g", place or 2, LETTERS[bits], number),
                    "getNumber"
                )
            end
            local most = bits < 32 and 2 ^ 31 or 2 ^ 63
            if number <= -most - 1 or number >= most then
                -- What the processor makes of a double that is out of range has none of the lower bits set.
                return bits < 64 and 0 or floor(number) % modulus
            end
            return (number < 0 and -floor(-number) or floor(number)) % modulus
        end
    end

    --- Whole numbers as the server reads them: `bind.u16(value, place, default)`.
    bind.u8, bind.u16, bind.u32, bind.u64 = unsigned(8), unsigned(16), unsigned(32), unsigned(64)

    --- Whether a value is strictly a number.
    function bind.is_number(value)
        return type(value) == "number"
    end

    --- Rounds to what a C++ float holds.
    ---@param value number
    function bind.float(value)
        if value == 0 or value ~= value or value == raw.math.huge or value == -raw.math.huge then
            return value
        end
        local mantissa, exponent = raw.math.frexp(value)
        local scaled = mantissa * 16777216
        local low = floor(scaled)
        local rest = scaled - low
        if rest > 0.5 or (rest == 0.5 and low % 2 == 1) then
            low = low + 1
        end
        return raw.math.ldexp(low / 16777216, exponent)
    end

    --- What a conversion of a double to uint64 gives: 0 where it holds too much.
    function bind.whole(value)
        if value ~= value or value >= 18446744073709551616 or value <= -9223372036854775808 then
            return 0
        end
        return value < 0 and -floor(-value) or floor(value)
    end

    --- The creature that a script names: an object or an id.
    ---@return table|nil record
    function bind.creature(value)
        if type(value) == "userdata" then
            return get(value, "Creature")
        elseif value == nil then
            return nil
        end
        return server.parts.creatures.by_id(bind.u32(value, 1))
    end

    --- The player that a script names: an object or an id (Canary: or a name).
    ---@return table|nil record
    function bind.player(value)
        if type(value) == "userdata" then
            return get(value, "Player")
        end
        local creatures, found = server.parts.creatures, nil
        if server.tfs or type(value) == "number" then
            found = creatures.by_id(bind.u32(value, 1))
        elseif type(value) == "string" then
            found = creatures.by_name(value)
        else
            server:log("warning", "Lua::getPlayer: Invalid argument.")
        end
        return found and found.class_name == "Player" and found or nil
    end

    --- A list of records as scripts get it.
    function bind.list(records, name)
        local list = {}
        for index = 1, #records do
            list[index] = server.userdata.push(records[index], name)
        end
        return list
    end

    return bind
end
