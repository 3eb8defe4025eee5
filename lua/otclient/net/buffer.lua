--- What messages that are sent and those that came have in common: bytes with a header that grows to the front, and a
--- position that scripts may move. Positions and sizes are 16 bits wide and wrap.

local context = ...
local ffi, raw = context.ffi, context.raw
local copy, new, text_of = ffi.copy, ffi.new, ffi.string
local find, sub = raw.string.find, raw.string.sub
local bytes_of = ffi.typeof("uint8_t[?]")

local FIRST = 512

return function(engine)
    local buffer = {
        --- Bytes that a message holds at most, and where its positions wrap.
        LARGEST = 65536,
    }

    --- Whether the packet's size counts blocks of 8 bytes: from version 14.05 on.
    function buffer.counts_blocks()
        return not engine.edubart and engine.parts.net.client_version() >= 1405
    end

    --- Makes sure that there is memory for so many bytes. (The real buffer is 64 KiB; few messages need so much.) What
    --- was never written is 0.
    function buffer.reach(message, size)
        if size <= message.capacity then
            return
        end
        local capacity = message.capacity
        while capacity < size do
            capacity = capacity * 2
        end
        local bytes = new(bytes_of, capacity)
        copy(bytes, message.buffer, message.capacity)
        message.buffer, message.capacity = bytes, capacity
    end

    --- Empties a message.
    function buffer.reset(message)
        local room = buffer.counts_blocks() and 7 or 8
        message.room, message.header, message.position, message.size = room, room, room, 0
    end

    --- Makes an empty message.
    ---@param class string
    function buffer.create(class)
        local message = engine.object.new(class)
        message.buffer, message.capacity = new(bytes_of, FIRST), FIRST
        buffer.reset(message)
        return message
    end

    --- All bytes of a message, with its header.
    function buffer.text(message)
        buffer.reach(message, message.header + message.size)
        return text_of(message.buffer + message.header, message.size)
    end

    --- What mehah's client sees of a string where it takes what C calls one: it ends at the first NUL.
    function buffer.visible(text)
        if not engine.edubart then
            local at = find(text, "\0", 1, true)
            return at and sub(text, 1, at - 1) or text
        end
        return text
    end

    return buffer
end
