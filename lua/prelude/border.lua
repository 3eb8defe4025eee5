--- What crosses between Lua and Python: plain data as MessagePack through two buffers that both sides see.
---
--- Only numbers travel in lupa's own calls. A Lua string pushed from outside a protected call ends the
--- process when the memory quota is reached; a number needs no memory.

local context = ...
local ffi, core, raw = context.ffi, context.core, context.raw
local bit, math_floor = raw.bit, raw.math.floor
local type, next, rawget, rawset = raw.type, raw.next, raw.rawget, raw.rawset
local error, setmetatable = raw.error, raw.setmetatable
local byte, sub = raw.string.byte, raw.string.sub
local band, rshift = bit.band, bit.rshift
local tostring, format, copy, new_string = raw.tostring, raw.string.format, ffi.copy, ffi.string

local MAX_DEPTH = 64
-- Values of one message. The same small table many times over is some bytes here, but an object each in the host.
local MOST_VALUES = 1000000
local HANDLE = 1
local EXACT = 9007199254740992

local border = {}

local inbox, outbox, outbox_size
local grow
local number_cell = ffi.new("union { double number; uint32_t half[2]; }")

---@param in_address number
---@param out_address number
---@param out_size number bytes
function border.bind(in_address, out_address, out_size)
    inbox = ffi.cast("uint8_t *", ffi.cast("uintptr_t", in_address))
    outbox = ffi.cast("uint8_t *", ffi.cast("uintptr_t", out_address))
    outbox_size = out_size
end

---@param fn fun(needed: number): number,number asks the host for a larger outbox; 0 refuses
function border.on_full(fn)
    grow = fn
end

-- An error of this module is a table, so that it can't be mistaken for a plugin's.
local CrossingError = {}
local function refuse(reason)
    error(setmetatable({ reason = reason }, CrossingError), 0)
end

---@param err any
---@return string|nil reason when `err` is a refused crossing
function border.refusal(err)
    -- Not by getmetatable: it answers whatever a plugin wrote into __metatable.
    if type(err) == "table" and raw.debug.getmetatable(err) == CrossingError then
        return err.reason
    end
end

--- Handles -----------------------------------------------------------------------------------------------

local handle_ids = setmetatable({}, { __mode = "k" })
local handles = setmetatable({}, { __mode = "v" })

local function handle_of(id)
    local handle = handles[id]
    if handle then
        return handle
    end
    handle = raw.newproxy(true)
    local meta = raw.getmetatable(handle)
    meta.__metatable = "handle"
    meta.__tostring = function()
        return "handle: " .. id
    end
    handles[id] = handle
    handle_ids[handle] = id
    return handle
end

--- Encoding ----------------------------------------------------------------------------------------------

--- A table marked by json.array() crosses as a list even when it is empty.
--- Plugins that share a state share this metatable, so none of them may get at it.
border.array_mark = { __metatable = "array" }

local function room_for(at, size)
    if at + size <= outbox_size then
        return
    end
    local address, new_size = grow(at + size)
    if address == 0 then
        refuse("the message is larger than the " .. new_size .. " bytes that may cross at once")
    end
    local larger = ffi.cast("uint8_t *", ffi.cast("uintptr_t", address))
    copy(larger, outbox, at)
    outbox, outbox_size = larger, new_size
end

local function put_u32(at, value)
    outbox[at] = band(rshift(value, 24), 255)
    outbox[at + 1] = band(rshift(value, 16), 255)
    outbox[at + 2] = band(rshift(value, 8), 255)
    outbox[at + 3] = band(value, 255)
    return at + 4
end

local function put_number(at, value)
    room_for(at, 9)
    if value == math_floor(value) then
        if value >= 0 then
            if value < 128 then
                outbox[at] = value
                return at + 1
            elseif value < 65536 then
                outbox[at], outbox[at + 1], outbox[at + 2] = 0xcd, rshift(value, 8), band(value, 255)
                return at + 3
            elseif value < 4294967296 then
                outbox[at] = 0xce
                return put_u32(at + 1, value)
            elseif value <= EXACT then
                outbox[at] = 0xcf
                return put_u32(put_u32(at + 1, math_floor(value / 4294967296)), value % 4294967296)
            end
        elseif value >= -32 then
            outbox[at] = 256 + value
            return at + 1
        elseif value >= -2147483648 then
            outbox[at] = 0xd2
            return put_u32(at + 1, value)
        elseif value >= -EXACT then
            outbox[at] = 0xd3
            return put_u32(put_u32(at + 1, math_floor(value / 4294967296)), value % 4294967296)
        end
    end
    number_cell.number = value
    outbox[at] = 0xcb
    return put_u32(put_u32(at + 1, number_cell.half[1]), number_cell.half[0])
end

local function put_string(at, value)
    local length = #value
    room_for(at, length + 5)
    local text = core.tib_utf8_valid(value, length)
    if text and length < 32 then
        outbox[at] = 0xa0 + length
        at = at + 1
    elseif length < 256 then
        outbox[at], outbox[at + 1] = text and 0xd9 or 0xc4, length
        at = at + 2
    elseif length < 65536 then
        outbox[at], outbox[at + 1], outbox[at + 2] = text and 0xda or 0xc5, rshift(length, 8), band(length, 255)
        at = at + 3
    else
        outbox[at] = text and 0xdb or 0xc6
        at = put_u32(at + 1, length)
    end
    copy(outbox + at, value, length)
    return at + length
end

local function put_count(at, count, small, large)
    room_for(at, 5)
    if count < 16 then
        outbox[at] = small + count
        return at + 1
    elseif count < 65536 then
        outbox[at], outbox[at + 1], outbox[at + 2] = large, rshift(count, 8), band(count, 255)
        return at + 3
    end
    outbox[at] = large + 1
    return put_u32(at + 1, count)
end

-- A table is a list when its keys are exactly 1..n; anything else, holes too, is a map and loses nothing.
local function shape(value)
    local length, count = #value, 0
    local list = true
    for key in next, value do
        count = count + 1
        if list and not (type(key) == "number" and key >= 1 and key <= length and key == math_floor(key)) then
            list = false
        end
    end
    if count == 0 then
        return raw.getmetatable(value) == "array", 0
    end
    return list and count == length, count
end

--- The key under which a record keeps its `fields` as MessagePack until somebody asks for them (see packets.lua).
--- Plugins don't get hold of it.
border.waiting = raw.newproxy()
local waiting = border.waiting

local put_value
local values = 0

local function put_table(at, value, depth)
    if depth > MAX_DEPTH then
        refuse("nested deeper than " .. MAX_DEPTH .. " levels, or a cycle")
    end
    if rawget(value, waiting) then
        border.make_fields(value)
    end
    local list, count = shape(value)
    values = values + count
    if values > MOST_VALUES then
        refuse("more than " .. MOST_VALUES .. " values in one message")
    end
    if list then
        at = put_count(at, count, 0x90, 0xdc)
        for index = 1, count do
            at = put_value(at, rawget(value, index), depth)
        end
        return at
    end
    at = put_count(at, count, 0x80, 0xde)
    for key, item in next, value do
        local kind = type(key)
        if kind == "string" then
            at = put_string(at, key)
        elseif kind == "number" then
            at = put_number(at, key)
        else
            refuse("a " .. kind .. " can't be a key of a map that crosses; use a string or a number")
        end
        at = put_value(at, item, depth)
    end
    return at
end

function put_value(at, value, depth)
    local kind = type(value)
    if kind == "string" then
        return put_string(at, value)
    elseif kind == "number" then
        return put_number(at, value)
    elseif kind == "table" then
        return put_table(at, value, depth + 1)
    elseif kind == "nil" or kind == "boolean" then
        room_for(at, 1)
        outbox[at] = kind == "nil" and 0xc0 or value and 0xc3 or 0xc2
        return at + 1
    elseif kind == "userdata" and handle_ids[value] then
        local id = handle_ids[value]
        room_for(at, 10)
        outbox[at], outbox[at + 1] = 0xd7, HANDLE
        return put_u32(put_u32(at + 2, math_floor(id / 4294967296)), id % 4294967296)
    end
    return refuse("a " .. kind .. " can't cross; only nil, booleans, numbers, strings and tables can")
end

--- Writes one value to the outbox.
---@return number length in bytes
function border.pack(value)
    values = 0
    return put_value(0, value, 0)
end

--- Writes a list of exactly `count` values, nils included.
---@return number length in bytes
function border.pack_list(count, ...)
    values = 0
    local at = put_count(0, count, 0x90, 0xdc)
    if count == 1 then
        return put_value(at, (...), 0)
    end
    for index = 1, count do
        at = put_value(at, (raw.select(index, ...)), 0)
    end
    return at
end

--- A private copy of a plain value as bytes, for putting it back after a handler failed half-way.
---@return string
function border.freeze(value)
    values = 0
    -- Before the outbox is looked at: writing may have replaced it by a larger one.
    local length = put_value(0, value, 0)
    return new_string(outbox, length)
end

--- Writes what border.freeze returned to the outbox.
---@return number length in bytes
function border.put_back(text)
    room_for(0, #text)
    copy(outbox, text, #text)
    return #text
end

--- Decoding ----------------------------------------------------------------------------------------------

local function u16(text, at)
    local high, low = byte(text, at, at + 1)
    return high * 256 + low
end

local function u32(text, at)
    local a, b, c, d = byte(text, at, at + 3)
    return ((a * 256 + b) * 256 + c) * 256 + d
end

-- Powers of two and the like survive beyond 2^53; what would be rounded is refused, never altered.
local function exact(high, low)
    local value = high * 4294967296 + low
    local rounded = math_floor(value / 4294967296) ~= high or value % 4294967296 ~= low
    if value >= EXACT and (value == EXACT and low > 0 or rounded) then
        refuse("an integer beyond 2^53 can't be held exactly by a Lua number; send it as a string")
    end
    return value
end

local get_value

local function check_depth(depth)
    if depth > MAX_DEPTH then
        refuse("nested deeper than " .. MAX_DEPTH .. " levels")
    end
end

local function get_list(text, at, count, depth)
    check_depth(depth)
    local list = {}
    for index = 1, count do
        list[index], at = get_value(text, at, depth)
    end
    return list, at
end

local function get_map(text, at, count, depth)
    check_depth(depth)
    local map = {}
    for _ = 1, count do
        local key, item
        key, at = get_value(text, at, depth)
        item, at = get_value(text, at, depth)
        if key == nil or key ~= key then
            refuse("nil and NaN can't be keys of a Lua table")
        end
        map[key] = item
    end
    return map, at
end

local readers = {
    [0xc0] = function(_, at)
        return nil, at
    end,
    [0xc2] = function(_, at)
        return false, at
    end,
    [0xc3] = function(_, at)
        return true, at
    end,
    [0xca] = function()
        return refuse("a 32-bit float never crosses")
    end,
    [0xcb] = function(text, at)
        number_cell.half[1] = u32(text, at)
        number_cell.half[0] = u32(text, at + 4)
        return number_cell.number, at + 8
    end,
    [0xcc] = function(text, at)
        return byte(text, at), at + 1
    end,
    [0xcd] = function(text, at)
        return u16(text, at), at + 2
    end,
    [0xce] = function(text, at)
        return u32(text, at), at + 4
    end,
    [0xcf] = function(text, at)
        return exact(u32(text, at), u32(text, at + 4)), at + 8
    end,
    [0xd0] = function(text, at)
        local value = byte(text, at)
        return value < 128 and value or value - 256, at + 1
    end,
    [0xd1] = function(text, at)
        local value = u16(text, at)
        return value < 32768 and value or value - 65536, at + 2
    end,
    [0xd2] = function(text, at)
        local value = u32(text, at)
        return value < 2147483648 and value or value - 4294967296, at + 4
    end,
    [0xd3] = function(text, at)
        local high, low = u32(text, at), u32(text, at + 4)
        if high < 2147483648 then
            return exact(high, low), at + 8
        end
        -- Two's complement: negate the bits, so that the magnitude is checked as a positive number.
        high, low = 4294967295 - high, 4294967295 - low + 1
        if low == 4294967296 then
            high, low = high + 1, 0
        end
        return -exact(high, low), at + 8
    end,
    [0xd7] = function(text, at)
        if byte(text, at) ~= HANDLE then
            refuse("an extension type that is not a handle can't cross")
        end
        return handle_of(u32(text, at + 1) * 4294967296 + u32(text, at + 5)), at + 9
    end,
}

local function sized(head, width, read)
    readers[head] = function(text, at, depth)
        local length = width == 1 and byte(text, at) or width == 2 and u16(text, at) or u32(text, at)
        return read(text, at + width, length, depth)
    end
end

local function get_string(text, at, length)
    return sub(text, at, at + length - 1), at + length
end
for head, width in raw.pairs({ [0xd9] = 1, [0xda] = 2, [0xdb] = 4, [0xc4] = 1, [0xc5] = 2, [0xc6] = 4 }) do
    sized(head, width, get_string)
end
sized(0xdc, 2, get_list)
sized(0xdd, 4, get_list)
sized(0xde, 2, get_map)
sized(0xdf, 4, get_map)

function get_value(text, at, depth)
    local head = byte(text, at)
    at = at + 1
    if head < 0x80 then
        return head, at
    elseif head >= 0xe0 then
        return head - 256, at
    elseif head >= 0xa0 and head < 0xc0 then
        return get_string(text, at, head - 0xa0)
    end
    if head < 0x90 then
        return get_map(text, at, head - 0x80, depth + 1)
    elseif head < 0xa0 then
        return get_list(text, at, head - 0x90, depth + 1)
    end
    local reader = readers[head]
    if not reader then
        return refuse(format("a value of type 0x%02x can't cross", head))
    end
    return reader(text, at, depth + 1)
end

-- Bytes in front of a text that is a whole message.
local HEADS = { [0xd9] = 2, [0xda] = 3, [0xdb] = 5, [0xc4] = 2, [0xc5] = 3, [0xc6] = 5 }

--- Reads one value of `length` bytes from the inbox.
function border.unpack(length)
    local head = HEADS[inbox[0]]
    if head then
        -- A file as a rule: it need not become a Lua string twice.
        return new_string(inbox + head, length - head)
    end
    return (get_value(new_string(inbox, length), 1, 0))
end

--- Reads the list in the inbox and returns its items, nils included, as many values.
function border.unpack_list(length)
    local text = new_string(inbox, length)
    local head = byte(text, 1)
    local count, at
    if head == 0xdc then
        count, at = u16(text, 2), 4
    else
        count, at = head - 0x90, 2
    end
    if count == 0 then
        return
    elseif count == 1 then
        return (get_value(text, at, 0))
    elseif count == 2 then
        local first, second
        first, at = get_value(text, at, 0)
        second = get_value(text, at, 0)
        return first, second
    end
    local items = {}
    for index = 1, count do
        items[index], at = get_value(text, at, 0)
    end
    return raw.unpack(items, 1, count)
end

--- Reads what border.freeze returned.
function border.thaw(text)
    return (get_value(text, 1, 0))
end

--- Makes a record's `fields` of what waits.
---@return table fields
function border.make_fields(record)
    local fields = rawget(record, "fields")
    if fields == nil then
        fields = get_value(rawget(record, waiting), 1, 0)
    end
    rawset(record, waiting, nil)
    rawset(record, "fields", fields)
    return fields
end

--- Copies what is in the inbox to a place of its own.
---@param target userdata bytes, at least as many
function border.copy_inbox(target, length)
    copy(target, inbox, length)
end

--- The raw bytes in the inbox: source text, error messages.
function border.text(length)
    return new_string(inbox, length)
end

-- Kept for error messages of callers: plain data of any kind as a short text that runs no metamethod.
function border.describe(value)
    local kind = type(value)
    if kind == "string" then
        return value
    elseif kind == "number" or kind == "boolean" or kind == "nil" then
        return tostring(value)
    end
    return "(a " .. kind .. " value)"
end

return border
