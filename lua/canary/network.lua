--- Messages that scripts put together for clients and read from them, byte by byte: the class NetworkMessage.

local context = ...
local raw = context.raw
local bytes = context.use("canary/network/bytes")
local make_encoder = context.use("canary/network/items")
local byte, char, concat = raw.string.byte, raw.string.char, raw.table.concat
local floor = raw.math.floor

local LIMITS = { canary = 65500, tfs = 24590 }
-- What the servers keep free before and behind the message.
local HEAD, FRAME = 8, 14
local LONGEST_TEXT = 8192
local PRECISION = { canary = 4, tfs = 2 }
local MIDDLE = 2147483647

return function(server)
    local network = {}
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local limit = LIMITS[server.dialect]
    local methods = {}

    -- A message has its bytes (`[0]` the first), a place where the next is written or read, and a length.

    --- A message with some bytes, to be read from its beginning.
    ---@param data string|nil
    ---@return table message
    function network.message(data)
        local message = { class_name = "NetworkMessage", buffer = {}, position = 0, length = 0 }
        if data then
            for at = 1, #data do
                message.buffer[at - 1] = byte(data, at)
            end
            message.length = #data
        end
        return message
    end

    --- The bytes of a message.
    ---@param message table
    ---@return string
    function network.bytes(message)
        local out = {}
        for at = 0, message.length - 1 do
            out[at + 1] = char(message.buffer[at] or 0)
        end
        return concat(out)
    end

    local function can_add(message, size)
        return size + message.position + HEAD < limit - FRAME
    end

    --- Adds bytes at the place of a message; nothing when there is no room for them all.
    ---@param message table
    ---@param data string
    function network.add(message, data)
        local size = #data
        if not can_add(message, size) then
            return
        end
        local buffer, position = message.buffer, message.position
        for at = 1, size do
            buffer[position + at - 1] = byte(data, at)
        end
        message.position = position + size
        message.length = message.length + size
    end
    local add = network.add

    local function can_read(message, size)
        if tfs and size >= limit - (message.position + HEAD) then
            return false
        end
        return message.position + size <= message.length
    end

    local function take(message, size)
        if not can_read(message, size) then
            return nil
        end
        local out, buffer, position = {}, message.buffer, message.position
        for at = 1, size do
            out[at] = char(buffer[position + at - 1] or 0)
        end
        message.position = position + size
        return concat(out)
    end

    local function read(message, size)
        local data = take(message, size)
        return data and bytes.read(data, 1, size) or 0
    end

    -- TFS talks UTF-8 to its scripts and Latin-1 to its clients; what does not fit is left out.
    local function to_latin(text)
        local out, at = {}, 1
        while at <= #text do
            local first = byte(text, at)
            local second = byte(text, at + 1)
            if first < 128 then
                out[#out + 1] = char(first)
                at = at + 1
            elseif (first == 0xC2 or first == 0xC3) and second and second >= 128 and second < 192 then
                out[#out + 1] = char((first - 0xC0) * 64 + second - 128)
                at = at + 2
            else
                at = at + 1
                while byte(text, at) and byte(text, at) >= 128 and byte(text, at) < 192 and first >= 0xC0 do
                    at = at + 1
                end
            end
        end
        return concat(out)
    end

    local function to_utf8(text)
        return (raw.string.gsub(text, "[\128-\255]", function(one)
            local value = byte(one)
            return char(0xC0 + floor(value / 64), 128 + value % 64)
        end))
    end

    --- Adds a text with its length before it.
    function network.add_text(message, text)
        if tfs then
            text = to_latin(text)
            if #text > LONGEST_TEXT then
                return
            end
        end
        if can_add(message, #text + 2) then
            add(message, bytes.write(#text, 2))
            add(message, text)
        end
    end

    local function read_text(message)
        local size = read(message, 2)
        local text = take(message, size)
        if not text and not tfs then
            server:log("error", raw.string.format(
                "[getString] not enough data to read string of length: %d. Called line 114:40 in static int "
                    .. "NetworkMessageFunctions::luaNetworkMessageGetString(lua_State*)",
                size
            ))
        end
        return tfs and to_utf8(text or "") or text or ""
    end

    local function message_of(object)
        return userdata.get(object, "NetworkMessage")
    end

    userdata.class("NetworkMessage", nil, function()
        return userdata.push(network.message())
    end)
    userdata.metamethod("NetworkMessage", "__eq")
    if tfs then
        -- There is nothing to be freed; scripts may look for it.
        userdata.metamethod("NetworkMessage", "__gc", raw.type)
    end

    -- Writing ------------------------------------------------------------------------------------------------------

    local function writer(name, convert, size)
        methods[name] = function(object, value)
            local number = convert(value)
            local message = message_of(object)
            if not message then
                return nil
            end
            add(message, bytes.write(number, size))
            return true
        end
    end
    writer("addByte", arguments.u8, 1)
    writer("addU16", arguments.u16, 2)
    writer("addU32", arguments.u32, 4)
    -- What is negative (TFS) has more bits as a whole number without a sign than a double holds.
    writer("addU64", function(value)
        local whole = arguments.u64(value)
        return tfs and arguments.number(value) < 0 and arguments.i64(value) or whole
    end, 8)
    if not tfs then
        writer("add8", arguments.i8, 1)
        writer("add16", arguments.i16, 2)
        writer("add32", arguments.i32, 4)
        writer("add64", arguments.i64, 8)
    end

    function methods.addString(object, text)
        text = arguments.string(text)
        local message = message_of(object)
        if not message then
            return nil
        end
        network.add_text(message, text)
        return true
    end

    function methods.addPosition(object, position)
        local x, y, z = server.parts.map.take_position(position)
        local message = message_of(object)
        if not message then
            return nil
        end
        add(message, bytes.write(x, 2) .. bytes.write(y, 2) .. bytes.write(z, 1))
        return true
    end

    function methods.addDouble(object, value)
        local number = arguments.number(value)
        local message = message_of(object)
        if not message then
            return nil
        end
        local precision = PRECISION[server.dialect]
        add(message, char(precision))
        local scaled = floor(number * 10 ^ precision + MIDDLE)
        -- As C++ turns what is no number, or without end, into bits.
        add(message, bytes.write(scaled - scaled == 0 and scaled or 0, 4))
        return true
    end

    function methods.reset(object)
        local message = message_of(object)
        if not message then
            return nil
        end
        message.position, message.length = 0, 0
        -- What was written stays in the buffer and counts no more; TFS writes over it as well.
        return true
    end

    function methods.skipBytes(object, count)
        count = arguments.i16(count)
        local message = message_of(object)
        if not message then
            return nil
        end
        -- The place is one of 65,536, with the head before it.
        message.position = (message.position + count + HEAD) % 65536 - HEAD
        return true
    end

    -- Reading ------------------------------------------------------------------------------------------------------

    local function reader(name, get)
        methods[name] = function(object)
            local message = message_of(object)
            if not message then
                return nil
            end
            return get(message)
        end
    end
    for name, size in raw.pairs({ getByte = 1, getU16 = 2, getU32 = 4, getU64 = 8 }) do
        reader(name, function(message)
            if not tfs and size == 1 and not can_read(message, size) then
                server:log("error", raw.string.format(
                    "[getByte] Not enough data to read a byte. Current position: %d, Length: %d. Called line 70:37 in "
                        .. "static int NetworkMessageFunctions::luaNetworkMessageGetByte(lua_State*)",
                    message.position + HEAD, message.length
                ))
            end
            return read(message, size)
        end)
    end
    reader("getString", read_text)
    reader("getPosition", function(message)
        local x, y, z = read(message, 2), read(message, 2), read(message, 1)
        return server.parts.map.push_position(x, y, z)
    end)

    -- Clients ------------------------------------------------------------------------------------------------------

    function methods.delete(object)
        local message = message_of(object)
        if message then
            userdata.drop(message)
        end
    end

    function methods.sendToPlayer(object, ...)
        local message = message_of(object)
        if not message then
            return nil
        end
        local player = server.parts.vocations.bind.player((...))
        if not player then
            server:report("Player not found")
            if tfs then
                return nil
            end
            -- The server gives back what is uppermost: the last argument.
            return arguments.last(object, ...)
        end
        server.parts.clients.send(player, "raw", { bytes = network.bytes(message) })
        return true
    end

    if tfs then
        function methods.seek(object, position)
            local message = message_of(object)
            if not message or raw.type(position) ~= "number" then
                return nil
            end
            position = arguments.u16(position)
            if position >= limit - HEAD then
                return false
            end
            message.position = position
            return true
        end

        reader("tell", function(message)
            return message.position
        end)
        reader("len", function(message)
            return message.length
        end)

        function methods.addItem(object, value)
            local item = userdata.get(value, "Item")
            if not item then
                server:report("Item not found")
                return nil
            end
            local message = message_of(object)
            if not message then
                return nil
            end
            network.add_item(message, item)
            return true
        end

        function methods.addItemId(object, id)
            local message = message_of(object)
            local kind_id, unknown = server.parts.item_types.id_from(id)
            if not message or unknown then
                return nil
            end
            add(message, bytes.write(server.parts.item_types.of(kind_id).client_id, 2))
            return true
        end
    else
        reader("getUnreadBytes", function(message)
            local unread = message.length - (message.position > 0 and message.position or 0)
            return unread > 0 and unread or 0
        end)

        function methods.addItem(object, value, player_object)
            local item = userdata.get(value, "Item")
            if not item then
                server:report("Item not found")
                return nil
            end
            local player = userdata.get(player_object, "Player")
            if not player then
                server:report("Player not found")
                return nil
            end
            local message = message_of(object)
            if not message then
                return nil
            end
            network.add_item(message, item, player)
            return true
        end
    end

    userdata.methods("NetworkMessage", methods)
    make_encoder(server, network)
    return network
end
