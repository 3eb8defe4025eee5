--- Reads protobuf messages without their schema: fields by number, each a list of what it holds.

local context = ...
local raw = context.raw
local byte, sub = raw.string.byte, raw.string.sub
local error, floor = raw.error, raw.math.floor

local DAMAGED = "Couldn't parse a protobuf message."
local VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5

local protobuf = {}

-- A number, and where it ends.
local function varint(data, at)
    local value, factor = 0, 1
    while true do
        local part = byte(data, at)
        if not part then
            error(DAMAGED, 0)
        end
        at = at + 1
        if part < 128 then
            return value + part * factor, at
        end
        value = value + (part - 128) * factor
        factor = factor * 128
    end
end

--- The fields of a message; raises where it is damaged.
---@param data string
---@return table<integer, any[]> numbers, and texts of strings and inner messages
function protobuf.fields(data)
    local fields, at, length = {}, 1, #data
    while at <= length do
        local key, value
        key, at = varint(data, at)
        local number, kind = floor(key / 8), key % 8
        if kind == VARINT then
            value, at = varint(data, at)
        elseif kind == BYTES then
            local size
            size, at = varint(data, at)
            if at + size - 1 > length then
                error(DAMAGED, 0)
            end
            value = sub(data, at, at + size - 1)
            at = at + size
        elseif kind == FIXED_32 or kind == FIXED_64 then
            -- None of the client's files has such fields; they are passed over.
            at = at + (kind == FIXED_32 and 4 or 8)
        else
            error(DAMAGED, 0)
        end
        if value ~= nil then
            local list = fields[number]
            if list then
                list[#list + 1] = value
            else
                fields[number] = { value }
            end
        end
    end
    return fields
end

--- The last value of a field, as protobuf has it; `default` without one.
function protobuf.last(fields, number, default)
    local list = fields[number]
    if list then
        return list[#list]
    end
    return default
end

--- Numbers of a repeated field, packed or not.
---@return integer[]
function protobuf.numbers(fields, number)
    local numbers = {}
    for _, value in raw.ipairs(fields[number] or {}) do
        if raw.type(value) == "number" then
            numbers[#numbers + 1] = value
        else
            local at = 1
            while at <= #value do
                numbers[#numbers + 1], at = varint(value, at)
            end
        end
    end
    return numbers
end

return protobuf
