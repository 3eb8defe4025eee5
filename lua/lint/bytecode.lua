--- Reads the bytecode of compiled Lua (string.dump, LuaJIT 2.1): its functions with their instructions, constants and
--- lines. Far faster than asking for each instruction through jit.util.

local ffi = require("ffi")
local bit = require("bit")

local band, rshift, lshift = bit.band, bit.rshift, bit.lshift

-- In the order of their numbers.
local NAMES = "ISLT ISGE ISLE ISGT ISEQV ISNEV ISEQS ISNES ISEQN ISNEN ISEQP ISNEP ISTC ISFC IST ISF ISTYPE ISNUM "
    .. "MOV NOT UNM LEN ADDVN SUBVN MULVN DIVVN MODVN ADDNV SUBNV MULNV DIVNV MODNV ADDVV SUBVV MULVV DIVVV MODVV "
    .. "POW CAT KSTR KCDATA KSHORT KNUM KPRI KNIL UGET USETV USETS USETN USETP UCLO FNEW TNEW TDUP GGET GSET "
    .. "TGETV TGETS TGETB TGETR TSETV TSETS TSETB TSETM TSETR CALLM CALL CALLMT CALLT ITERC ITERN VARG ISNEXT "
    .. "RETM RET RET0 RET1"

local bytecode = { op = {} }
do
    local number = 0
    for name in NAMES:gmatch("%S+") do
        bytecode.op[name] = number
        number = number + 1
    end
end

local STRIPPED, FR2 = 2, 8
local double = ffi.new("union { double number; uint32_t half[2]; }")
local uint32s, uint16s = ffi.typeof("const uint32_t *"), ffi.typeof("const uint16_t *")

--- The bytes of a dump from `at` on are a number in groups of seven bits.
local function uleb(bytes, at)
    local value, shift = 0, 0
    while true do
        local each = bytes[at]
        at = at + 1
        value = value + band(each, 127) * 2 ^ shift
        if each < 128 then
            return value, at
        end
        shift = shift + 7
    end
end

local function constant(bytes, at)
    local kind
    kind, at = uleb(bytes, at)
    if kind >= 5 then
        return ffi.string(bytes + at, kind - 5), at + kind - 5
    elseif kind == 3 then
        return uleb(bytes, at)
    elseif kind == 4 then
        local low, high
        low, at = uleb(bytes, at)
        high, at = uleb(bytes, at)
        double.half[0], double.half[1] = low, high
        return tonumber(double.number), at
    end
    return kind == 2, at
end

local function template(bytes, at)
    local size, pairs_count, key
    size, at = uleb(bytes, at)
    pairs_count, at = uleb(bytes, at)
    local keys, values = {}, {}
    for _ = 1, size do
        values[#values + 1], at = constant(bytes, at)
    end
    for _ = 1, pairs_count do
        key, at = constant(bytes, at)
        keys[#keys + 1] = key
        values[#values + 1], at = constant(bytes, at)
    end
    return { keys = keys, values = values }, at
end

-- Constants that instructions count from the end: texts, templates of tables, functions.
local function objects(bytes, at, count, open)
    local list = {}
    for index = count - 1, 0, -1 do
        local kind
        kind, at = uleb(bytes, at)
        if kind >= 5 then
            list[index] = ffi.string(bytes + at, kind - 5)
            at = at + kind - 5
        elseif kind == 0 then
            list[index] = table.remove(open)
        elseif kind == 1 then
            list[index], at = template(bytes, at)
        else
            for _ = 1, kind == 4 and 4 or 2 do
                _, at = uleb(bytes, at)
            end
        end
    end
    return list, at
end

local function numbers(bytes, at, count)
    local list = {}
    for index = 0, count - 1 do
        local is_double = band(bytes[at], 1) == 1
        local low = rshift(bytes[at], 1)
        -- The first group has six bits of the number.
        local group = bytes[at]
        at = at + 1
        if group >= 128 then
            low = band(rshift(group, 1), 63)
            local shift = 6
            repeat
                group = bytes[at]
                at = at + 1
                low = low + band(group, 127) * 2 ^ shift
                shift = shift + 7
            until group < 128
        end
        if is_double then
            local high
            high, at = uleb(bytes, at)
            double.half[0], double.half[1] = low, high
            list[index] = tonumber(double.number)
        else
            list[index] = low >= 2 ^ 31 and low - 2 ^ 32 or low
        end
    end
    return list, at
end

local function read_function(bytes, at, open)
    local fn = { parameters = bytes[at + 1] }
    local upvalues = bytes[at + 3]
    at = at + 4
    local object_count, number_count, debug_size
    object_count, at = uleb(bytes, at)
    number_count, at = uleb(bytes, at)
    fn.count, at = uleb(bytes, at)
    debug_size, at = uleb(bytes, at)
    fn.line, fn.lines = 0, 0
    if debug_size > 0 then
        fn.line, at = uleb(bytes, at)
        fn.lines, at = uleb(bytes, at)
    end
    fn.code = at
    at = at + fn.count * 4
    fn.upvalues = {}
    for index = 0, upvalues - 1 do
        fn.upvalues[index] = bytes[at] + lshift(bytes[at + 1], 8)
        at = at + 2
    end
    fn.objects, at = objects(bytes, at, object_count, open)
    fn.numbers, at = numbers(bytes, at, number_count)
    fn.line_info = at
    return fn
end

--- All functions of a dump; the last is the file itself.
---@param dump string what string.dump gave, not stripped
---@return table main with `objects` (functions among them), `numbers`, `upvalues`, `count` of instructions
---@return userdata bytes of the dump, which `code` and `line_info` of a function point into
function bytecode.read(dump)
    local bytes = ffi.cast("const uint8_t *", dump)
    local flags, at = uleb(bytes, 4)
    assert(band(flags, STRIPPED) == 0 and band(flags, FR2) == FR2, "bytecode of another kind")
    local name_length, after = uleb(bytes, at)
    at = after + name_length
    local open = {}
    while true do
        local length
        length, at = uleb(bytes, at)
        if length == 0 then
            return open[#open], bytes
        end
        -- It takes functions inside it from there.
        local fn = read_function(bytes, at, open)
        open[#open + 1] = fn
        at = at + length
    end
end

--- The instructions of a function, from 0.
function bytecode.code(fn, bytes)
    return ffi.cast(uint32s, bytes + fn.code)
end

--- The line of an instruction.
function bytecode.line(fn, bytes, index)
    local at = bytes + fn.line_info
    if fn.lines < 256 then
        return fn.line + at[index]
    elseif fn.lines < 65536 then
        return fn.line + ffi.cast(uint16s, at)[index]
    end
    return fn.line + ffi.cast(uint32s, at)[index]
end

return bytecode
