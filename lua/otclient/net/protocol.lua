--- Protocols: messages over a connection, with checksum and encryption.

local context = ...
local ffi, core, raw = context.ffi, context.core, context.raw

return function(engine, net)
    local protocols = {}
    local output, input, connections = net.output, net.input, net.connections

    local function create(class)
        local protocol = engine.object.new(class)
        protocol.key = { 0, 0, 0, 0 }
        protocol.checksum, protocol.encrypted, protocol.sequenced = false, false, false
        protocol.packet_number, protocol.disconnected, protocol.proxied = 0, false, false
        return protocol
    end

    local function schedule_of(protocol)
        if not protocol.schedule then
            protocol.schedule = ffi.new("tib_xtea")
            core.tib_xtea_init(protocol.schedule, ffi.new("uint32_t[4]", protocol.key))
        end
        return protocol.schedule
    end

    --- Ends the connection of a protocol.
    function protocols.disconnect(protocol)
        protocol.disconnected = true
        if protocol.proxied then
            return
        end
        local connection = protocol.connection
        if connection then
            protocol.connection = nil
            connections.close(connection)
        end
    end

    -- The engine's own part in a protocol, where it has one: that of the game (see game/wire.lua).
    local function driven(protocol, name, ...)
        local driver = protocol.driver
        if driver then
            driver[name](protocol, ...)
        end
    end

    local function on_connect(protocol)
        engine:emit(protocol, "onConnect")
        driven(protocol, "connected")
    end

    local function on_error(protocol, text, code)
        engine:emit(protocol, "onError", text, code)
        driven(protocol, "failed", text, code)
        protocols.disconnect(protocol)
    end

    local function is_connected(protocol)
        if protocol.proxied then
            return not protocol.disconnected
        end
        return protocol.connection ~= nil and protocol.connection.connected
    end

    -- The error as the log shows it, with where scripts were.
    local function trace_error(text)
        engine:log("error", raw.debug.traceback(text, 2))
    end

    local function decompressed(message)
        local data = engine.host("net.inflate", input.rest(message))
        if not data then
            trace_error("failed to decompress message")
        elseif data == "" then
            trace_error("invalid size of decompressed message - 0")
        else
            input.replace_rest(message, data)
            return true
        end
    end

    local function received(protocol, data)
        if not is_connected(protocol) then
            return trace_error("received data while disconnected")
        end
        local message = protocol.input
        input.fill(message, data)
        local compressed = false
        if protocol.sequenced then
            compressed = input.read_u32(message) >= 2 ^ 31
        elseif protocol.checksum and not input.checksum_fits(message) then
            if engine.edubart then
                return trace_error("got a network message with invalid checksum")
            end
            local text = "got a network message with invalid checksum, header: %s, size: %d"
            return trace_error(raw.string.format(text, input.header_hex(message), message.size))
        end
        if protocol.encrypted then
            local ok, problem = input.decrypt(message, schedule_of(protocol))
            if not ok then
                trace_error(problem)
                return trace_error("failed to decrypt message")
            end
        end
        if compressed and not decompressed(message) then
            return
        end
        engine:emit(protocol, "onRecv", message.object)
        driven(protocol, "received", message)
    end

    local function received_header(protocol, data)
        input.fill(protocol.input, data)
        local size = input.read_size(protocol.input)
        if net.counts_blocks() then
            size = (size * 8 + 4) % 65536
        end
        if size == 0 and not engine.edubart then
            return engine:log("error", "invalid packet size = 0")
        end
        if protocol.connection then
            connections.read(protocol.connection, size, function(rest)
                received(protocol, rest)
            end)
        end
    end

    --- Waits for the next message.
    function protocols.recv(protocol)
        if protocol.proxied then
            return
        end
        protocol.input = protocol.input or input.new()
        local header = 2 + (protocol.checksum and 4 or 0)
        if net.counts_blocks() then
            header = header + 1
        elseif protocol.encrypted then
            header = header + 2
        end
        input.expect(protocol.input, header)
        if protocol.connection then
            connections.read(protocol.connection, 2, function(data)
                received_header(protocol, data)
            end)
        end
    end

    --- Sends a message, which is empty afterwards.
    function protocols.send(protocol, message)
        local sequence
        if protocol.sequenced then
            sequence = protocol.packet_number
            protocol.packet_number = sequence + 1
        end
        local data = output.seal(message, {
            schedule = protocol.encrypted and schedule_of(protocol) or nil,
            sequence = sequence,
            checksum = protocol.checksum,
        })
        if protocol.connection and not protocol.proxied then
            connections.write(protocol.connection, data)
        end
    end

    --- Connects; scripts hear of it by onConnect or onError.
    function protocols.connect(protocol, host, port)
        if not engine.edubart and net.proxy.takes(host) then
            protocol.disconnected, protocol.proxied = false, true
            return on_connect(protocol)
        end
        local connection = connections.new()
        protocol.connection = connection
        connections.connect(connection, host, port, function()
            -- In mehah's client one that was disconnected once stays so.
            if engine.edubart or not protocol.disconnected then
                on_connect(protocol)
            end
        end, function(text, code)
            on_error(protocol, text, code)
        end)
    end

    engine:class("Protocol", {
        connect = protocols.connect,
        disconnect = protocols.disconnect,
        isConnected = is_connected,
        isConnecting = function(protocol)
            return not protocol.proxied and protocol.connection ~= nil and protocol.connection.connecting
        end,
        getConnection = function(protocol)
            return protocol.connection
        end,
        setConnection = function(protocol, connection)
            protocol.connection = connection
        end,
        send = function(protocol, message)
            if message then
                protocols.send(protocol, message)
            end
        end,
        recv = protocols.recv,
        setXteaKey = function(protocol, a, b, c, d)
            protocol.key, protocol.schedule = { a, b, c, d }, nil
        end,
        getXteaKey = function(protocol)
            return protocol.key
        end,
        generateXteaKey = function(protocol)
            protocol.key, protocol.schedule = engine.host("net.key"), nil
        end,
        enableXteaEncryption = function(protocol)
            protocol.encrypted = true
        end,
        enableChecksum = function(protocol)
            protocol.checksum = true
        end,
        enabledSequencedPackets = function(protocol)
            protocol.sequenced = true
        end,
    }, {
        create = function()
            return create("Protocol")
        end,
    })

    local EXTENDED_OPCODE = 50

    --- An extended opcode from the server: the first, 0, tells that the client may send them, too.
    ---@param opcode number
    ---@param buffer string
    function protocols.extended_opcode(protocol, opcode, buffer)
        protocol.extended_seen = (protocol.extended_seen or 0) + 1
        if opcode == 0 then
            protocol.extended = true
        elseif opcode ~= 2 then
            -- 2 answers a ping.
            engine:emit(protocol, "onExtendedOpcode", opcode, buffer)
        end
    end

    engine:class("ProtocolGame", {
        sendExtendedOpcode = function(protocol, opcode, buffer)
            if not protocol.extended then
                local text = "Unable to send extended opcode %d, extended opcodes are not enabled"
                engine:log("error", raw.string.format(text, opcode))
                if protocol.driver then
                    protocol.driver.extended_refused(protocol)
                end
                return
            end
            if protocol.driver then
                protocol.driver.extended_sent(protocol, opcode, #buffer)
            end
            local message = output.new()
            output.add_u8(message, EXTENDED_OPCODE)
            output.add_u8(message, opcode)
            -- All bytes, unlike what scripts add to messages as text: see the recorded clients.
            output.add_bytes(message, raw.string.char(#buffer % 256, raw.math.floor(#buffer / 256) % 256) .. buffer)
            protocols.send(protocol, message)
        end,
        addPosition = function(_, message, position)
            output.add_position(message, position)
        end,
        getPosition = function(_, message)
            return input.get_position(message)
        end,
    }, {
        create = function()
            return create("ProtocolGame")
        end,
    })

    if not engine.edubart then
        return protocols
    end

    -- Text over a connection, up to the empty line that ends a head.
    engine:class("ProtocolHttp", {
        connect = function(protocol, host, port)
            local connection = connections.new()
            protocol.connection = connection
            connections.connect(connection, host, port, function()
                on_connect(protocol)
            end, function(text, code)
                on_error(protocol, text, code)
            end)
        end,
        disconnect = protocols.disconnect,
        send = function(protocol, text)
            if protocol.connection then
                connections.write(protocol.connection, text)
            end
        end,
        recv = function(protocol)
            if protocol.connection then
                connections.read(protocol.connection, "\r\n\r\n", function(data)
                    engine:emit(protocol, "onRecv", data)
                end)
            end
        end,
    }, {
        create = function()
            return create("ProtocolHttp")
        end,
    })

    return protocols
end
