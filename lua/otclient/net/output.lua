--- Messages that are sent.

local context = ...
local ffi, core, raw = context.ffi, context.core, context.raw
local cast, copy, fill, text_of = ffi.cast, ffi.copy, ffi.fill, ffi.string
local floor, format = raw.math.floor, raw.string.format
local u16, u32, u64 = ffi.typeof("uint16_t *"), ffi.typeof("uint32_t *"), ffi.typeof("uint64_t *")
local int64 = ffi.typeof("int64_t")

return function(engine, buffer)
    local output = {}
    local reach, reset, create, buffer_text = buffer.reach, buffer.reset, buffer.create, buffer.text
    local visible, LARGEST, WRAP = buffer.visible, buffer.LARGEST, buffer.LARGEST

    local function room_for(message, count)
        if message.position + count > LARGEST then
            engine:fail("OutputMessage max buffer size reached")
        end
        reach(message, message.position + count)
    end

    local function wrote(message, count)
        message.position = (message.position + count) % WRAP
        message.size = (message.size + count) % WRAP
    end

    local function add_u8(message, value)
        room_for(message, 1)
        message.buffer[message.position] = value
        wrote(message, 1)
    end

    local function add_u16(message, value)
        room_for(message, 2)
        cast(u16, message.buffer + message.position)[0] = value
        wrote(message, 2)
    end

    local function add_u32(message, value)
        room_for(message, 4)
        cast(u32, message.buffer + message.position)[0] = value
        wrote(message, 4)
    end

    local function add_u64(message, value)
        room_for(message, 8)
        -- What C++ makes of a number that is too large; of one below 0 its two's complement.
        if value >= 2 ^ 64 then
            value = 0
        end
        cast(u64, message.buffer + message.position)[0] = value < 0 and cast(int64, value) or value
        wrote(message, 8)
    end

    local function add_bytes(message, text)
        room_for(message, #text)
        copy(message.buffer + message.position, text, #text)
        wrote(message, #text)
    end

    local function checked_string(text)
        text = visible(text)
        if #text > LARGEST then
            engine:fail(format("string length > %d", LARGEST))
        end
        return text
    end

    local function add_string(message, text)
        text = checked_string(text)
        room_for(message, #text + 2)
        add_u16(message, #text % WRAP)
        add_bytes(message, text)
    end

    local function add_padding(message, count, byte)
        if count <= 0 then
            return
        end
        room_for(message, count)
        fill(message.buffer + message.position, count, byte or 0)
        wrote(message, count)
    end

    -- In front of the header: the position of the end stays where it is.
    local function prepend(message, count)
        message.header = message.header - count
        message.size = (message.size + count) % WRAP
        return message.buffer + message.header
    end

    local function write_size(message)
        local size = message.size
        cast(u16, prepend(message, 2))[0] = size
    end

    local function rsa_encrypt(message)
        local size = engine.host("crypt.rsa_size")
        if message.size < size then
            engine:fail("insufficient bytes in buffer to encrypt")
        end
        local from = message.position - size
        local at = message.buffer + from
        local encrypted = from >= 0 and engine.host("crypt.rsa_encrypt", text_of(at, size))
        if not encrypted then
            engine:fail("rsa encryption failed")
        end
        copy(at, encrypted, size)
    end

    engine:class("OutputMessage", {
        setBuffer = function(message, bytes)
            reset(message)
            add_bytes(message, bytes)
        end,
        getBuffer = buffer_text,
        reset = reset,
        addU8 = add_u8,
        addU16 = add_u16,
        addU32 = add_u32,
        addU64 = add_u64,
        addString = add_string,
        addBytes = function(message, text)
            add_bytes(message, visible(text))
        end,
        addRawString = function(message, text)
            add_bytes(message, checked_string(text))
        end,
        addPaddingBytes = add_padding,
        encryptRsa = rsa_encrypt,
        getMessageSize = function(message)
            return message.size
        end,
        setMessageSize = function(message, size)
            message.size = size
        end,
        getWritePos = function(message)
            return message.position
        end,
        setWritePos = function(message, position)
            reach(message, position)
            message.position = position
        end,
    }, {
        create = function()
            return create("OutputMessage")
        end,
    })

    --- Makes an empty message, for what the engine itself sends.
    function output.new()
        return create("OutputMessage")
    end

    output.add_u8, output.add_string, output.add_bytes = add_u8, add_string, add_bytes

    function output.add_position(message, position)
        add_u16(message, position.x)
        add_u16(message, position.y)
        add_u8(message, position.z)
    end

    --- Makes ready what a protocol sends: padding, encryption and header.
    ---@param options table `schedule` of XTEA, `sequence` number, `checksum`
    ---@return string
    function output.seal(message, options)
        local counts_blocks = buffer.counts_blocks()
        if counts_blocks then
            local padding = 8 - message.size % 8 - 1
            add_padding(message, padding)
            -- As in the real client, which moves the end along with the header.
            prepend(message, 1)[0] = padding
            message.position = message.position - 1
        end
        if options.schedule then
            if not counts_blocks then
                write_size(message)
            end
            local size = message.size
            if size % 8 ~= 0 then
                add_padding(message, 8 - size % 8)
                size = message.size
            end
            local from = counts_blocks and message.header or message.room - 2
            core.tib_xtea_encrypt(options.schedule, message.buffer + from, size)
        end
        if options.sequence then
            cast(u32, prepend(message, 4))[0] = options.sequence
        elseif options.checksum then
            local checksum = core.tib_adler32(1, message.buffer + message.header, message.size)
            cast(u32, prepend(message, 4))[0] = checksum
        end
        if counts_blocks then
            local blocks = floor((message.size - 4) / 8)
            cast(u16, prepend(message, 2))[0] = blocks
        else
            write_size(message)
        end
        local sealed = buffer_text(message)
        reset(message)
        return sealed
    end

    return output
end
