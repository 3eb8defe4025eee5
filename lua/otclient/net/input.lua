--- Messages that came.

local context = ...
local ffi, core, raw = context.ffi, context.core, context.raw
local cast, copy, text_of = ffi.cast, ffi.copy, ffi.string
local tonumber, format = raw.tonumber, raw.string.format
local u16, u32, u64 = ffi.typeof("uint16_t *"), ffi.typeof("uint32_t *"), ffi.typeof("uint64_t *")

return function(engine, buffer)
    local input = {}
    local reach, reset, create, buffer_text = buffer.reach, buffer.reset, buffer.create, buffer.text
    local LARGEST, WRAP = buffer.LARGEST, buffer.LARGEST

    local function check(message, count)
        local position = message.position
        if position - message.header + count > message.size or position + count > LARGEST then
            engine:fail("InputMessage eof reached")
        end
        reach(message, position + count)
    end

    local function advance(message, count)
        local position = message.position
        check(message, count)
        message.position = position + count
        return message.buffer + position
    end

    local function get_u8(message)
        return advance(message, 1)[0]
    end

    local function get_u16(message)
        return cast(u16, advance(message, 2))[0]
    end

    local function get_u32(message)
        return cast(u32, advance(message, 4))[0]
    end

    local function get_u64(message)
        return tonumber(cast(u64, advance(message, 8))[0])
    end

    local function get_string(message)
        local length = get_u16(message)
        return text_of(advance(message, length), length)
    end

    function input.get_position(message)
        return { x = get_u16(message), y = get_u16(message), z = get_u8(message) }
    end

    local function peek(get, count)
        return function(message)
            local value = get(message)
            message.position = message.position - count
            return value
        end
    end

    local function unread(message)
        return message.size - (message.position - message.header)
    end

    engine:class("InputMessage", {
        setBuffer = function(message, bytes)
            reset(message)
            if #bytes > LARGEST then
                engine:fail("InputMessage max buffer size reached")
            end
            reach(message, message.position + #bytes)
            copy(message.buffer + message.position, bytes, #bytes)
            -- The position is behind what was given: nothing can be read of it.
            message.position = (message.position + #bytes) % WRAP
            message.size = #bytes % WRAP
        end,
        getBuffer = buffer_text,
        skipBytes = function(message, count)
            message.position = (message.position + count) % WRAP
        end,
        getU8 = get_u8,
        getU16 = get_u16,
        getU32 = get_u32,
        getU64 = get_u64,
        getString = get_string,
        peekU8 = peek(get_u8, 1),
        peekU16 = peek(get_u16, 2),
        peekU32 = peek(get_u32, 4),
        peekU64 = peek(get_u64, 8),
        decryptRsa = function(message, size)
            check(message, size)
            if size > 0 and size == engine.host("crypt.rsa_size") then
                local at = message.buffer + message.position
                local decrypted = engine.host("crypt.rsa_decrypt", text_of(at, size))
                if decrypted then
                    copy(at, decrypted, size)
                end
            end
            return get_u8(message) == 0
        end,
        getReadSize = function(message)
            return message.position - message.header
        end,
        getUnreadSize = unread,
        getMessageSize = function(message)
            return message.size
        end,
        eof = function(message)
            return message.position - message.header >= message.size
        end,
    }, {
        create = function()
            return create("InputMessage")
        end,
    })

    --- Makes an empty message that a protocol reads into.
    function input.new()
        return create("InputMessage")
    end

    --- Empties a message and moves its start to the front of a header of `size` bytes.
    function input.expect(message, size)
        reset(message)
        message.header = message.room - size
        message.position = message.header
    end

    --- Adds bytes that came behind the position.
    function input.fill(message, data)
        reach(message, message.position + #data)
        copy(message.buffer + message.position, data, #data)
        message.size = (message.size + #data) % WRAP
    end

    --- The packet's size, from its header.
    input.read_size = get_u16
    input.read_u32 = get_u32

    --- Whether the checksum at the position is that of what follows.
    function input.checksum_fits(message)
        local given = get_u32(message)
        return given == core.tib_adler32(1, message.buffer + message.position, unread(message))
    end

    --- Decrypts what is unread, and cuts off its padding; nil and why where that can't be.
    ---@return boolean|nil ok
    ---@return string|nil problem
    function input.decrypt(message, schedule)
        local encrypted = unread(message)
        if encrypted % 8 ~= 0 then
            return nil, "invalid encrypted network message"
        end
        core.tib_xtea_decrypt(schedule, message.buffer + message.position, encrypted)
        if buffer.counts_blocks() then
            message.size = message.room - message.header + encrypted - get_u8(message) - 1
            return true
        end
        local surplus = (get_u16(message) + 2) % WRAP - encrypted
        if surplus > 0 or -surplus > encrypted then
            return nil, "invalid decrypted network message"
        end
        message.size = message.size + surplus
        return true
    end

    --- What is unread, as text; and puts other bytes in its place, for what came compressed.
    function input.rest(message)
        return text_of(message.buffer + message.position, unread(message))
    end

    function input.replace_rest(message, data)
        input.fill(message, data)
        message.size = message.room - message.header + #data
    end

    --- The header in hex, as the log shows it.
    function input.header_hex(message)
        local out = {}
        for index = 0, message.room - message.header - 1 do
            out[#out + 1] = format("%02X ", message.buffer[message.header + index])
        end
        return raw.table.concat(out)
    end

    return input
end
