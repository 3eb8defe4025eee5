--- The Lua face of the native core: messages, XTEA, Adler-32 and frames, on the same C functions as Python's.
--- For the prelude and the realms; plugins never see it. Bytes come and go as Lua strings.

local context = ...
local ffi, core, raw = context.ffi, context.core, context.raw
local error, tonumber, new_string = raw.error, raw.tonumber, ffi.string

local native = {}

local SENTENCES = {
    [core.TIB_TRUNCATED] = "it ends before it is whole",
    [core.TIB_FULL] = "the buffer is full",
    [core.TIB_TOO_LONG] = "it is longer than the wire format or the limit allows",
    [core.TIB_NOT_A_NUMBER] = "the number can't be expressed as a wire double",
    [core.TIB_BAD_LENGTH] = "a length field contradicts the frame",
    [core.TIB_BAD_CHECKSUM] = "the checksum is wrong",
    [core.TIB_BAD_BLOCK] = "the encrypted part is not a multiple of 8 bytes",
    [core.TIB_BAD_PADDING] = "the padding is longer than the frame",
    [core.TIB_EMPTY] = "the frame is empty",
}

local function check(number, what)
    if number ~= core.TIB_OK then
        error(what .. ": " .. (SENTENCES[number] or "error " .. number), 0)
    end
end

--- Reading -----------------------------------------------------------------------------------------------

local Reader = {}
Reader.__index = Reader

--- A reader over the bytes of a string; the first read past the end raises, and so does every one after it.
---@param data string
function native.reader(data)
    local reader = ffi.new("tib_reader")
    core.tib_reader_init(reader, data, #data)
    -- The string is kept: the C side only points into it.
    return raw.setmetatable({ data = data, reader = reader }, Reader)
end

for _, width in raw.ipairs({ "u8", "u16", "u32", "u64", "double" }) do
    Reader[width] = function(self)
        local value = core["tib_read_" .. width](self.reader)
        check(self.reader.error, width)
        return tonumber(value)
    end
end

function Reader:string()
    local span = core.tib_read_string(self.reader)
    check(self.reader.error, "string")
    return new_string(span.data, span.length)
end

---@return number x, number y, number z
function Reader:position()
    local place = core.tib_read_position(self.reader)
    check(self.reader.error, "position")
    return place.x, place.y, place.z
end

function Reader:skip(length)
    core.tib_skip(self.reader, length)
    check(self.reader.error, "skip")
end

function Reader:remaining()
    return tonumber(core.tib_reader_remaining(self.reader))
end

--- Writing -----------------------------------------------------------------------------------------------

local Writer = {}
Writer.__index = Writer

---@param capacity number bytes
function native.writer(capacity)
    local buffer, writer = ffi.new("uint8_t[?]", capacity), ffi.new("tib_writer")
    core.tib_writer_init(writer, buffer, capacity)
    return raw.setmetatable({ buffer = buffer, writer = writer }, Writer)
end

for _, width in raw.ipairs({ "u8", "u16", "u32", "u64" }) do
    Writer[width] = function(self, value)
        core["tib_write_" .. width](self.writer, value)
        check(self.writer.error, width)
    end
end

function Writer:double(value, precision)
    core.tib_write_double(self.writer, value, precision or 3)
    check(self.writer.error, "double")
end

function Writer:string(value)
    core.tib_write_string(self.writer, value, #value)
    check(self.writer.error, "string")
end

function Writer:position(x, y, z)
    core.tib_write_position(self.writer, x, y, z)
    check(self.writer.error, "position")
end

function Writer:bytes()
    return new_string(self.buffer, self.writer.position)
end

--- Crypto and frames -------------------------------------------------------------------------------------

---@param key number[] the four u32 of the key
function native.xtea(key)
    local schedule = ffi.new("tib_xtea")
    core.tib_xtea_init(schedule, ffi.new("uint32_t[4]", key))
    return schedule
end

local function crypt(work)
    return function(schedule, data)
        local buffer = ffi.new("uint8_t[?]", #data)
        ffi.copy(buffer, data, #data)
        check(work(schedule, buffer, #data), "XTEA")
        return new_string(buffer, #data)
    end
end

native.encrypt = crypt(core.tib_xtea_encrypt)
native.decrypt = crypt(core.tib_xtea_decrypt)

function native.adler32(data)
    return core.tib_adler32(1, data, #data)
end

---@param stack number TIB_STACK_*
---@param number number sequence number; bit 31: compressed
function native.seal(stack, schedule, number, messages, flags)
    local buffer = ffi.new("uint8_t[?]", core.TIB_HEADROOM + #messages + core.TIB_TAILROOM)
    ffi.copy(buffer + core.TIB_HEADROOM, messages, #messages)
    local offset, length = ffi.new("size_t[1]"), ffi.new("size_t[1]")
    check(core.tib_frame_seal(stack, schedule, flags or 0, number, buffer, #messages, offset, length), "frame")
    return new_string(buffer + tonumber(offset[0]), tonumber(length[0]))
end

---@return string messages, number sequence, boolean compressed
function native.open(stack, schedule, frame, flags)
    local buffer, opened = ffi.new("uint8_t[?]", #frame), ffi.new("tib_frame")
    ffi.copy(buffer, frame, #frame)
    check(core.tib_frame_open(stack, schedule, flags or 0, buffer, #frame, opened), "frame")
    local messages = new_string(buffer + tonumber(opened.offset), tonumber(opened.length))
    return messages, opened.sequence, opened.compressed
end

return native
