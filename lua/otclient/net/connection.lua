--- Connections over real sockets, which the host keeps: they are looked after twice a frame, never in between.

local context = ...
local raw = context.raw
local concat, ipairs = raw.table.concat, raw.ipairs

-- What waits longer than this for the other side is given up.
local PATIENCE_MS = 30000
local TIMED_OUT, TIMED_OUT_TEXT = 110, "Connection timed out"
-- A frame's work ends, however busy the other side is.
local MOST_ROUNDS = 64

return function(engine)
    local connections = {}
    -- By the host's number of the socket; `order` because timeouts come in a fixed order.
    local open, order = {}, {}

    local function register(connection, id)
        connection.id = id
        open[id] = connection
        order[#order + 1] = connection
    end

    local function unregister(connection)
        if connection.id then
            open[connection.id] = nil
            for index, each in ipairs(order) do
                if each == connection then
                    raw.table.remove(order, index)
                    break
                end
            end
            engine.host("net.close", connection.id)
            connection.id = nil
        end
    end

    local function flush(connection)
        if connection.output then
            engine.host("net.write", connection.id, concat(connection.output))
            connection.output = nil
        end
    end

    --- Makes a connection that is not connected yet.
    function connections.new()
        local connection = engine.object.new("Connection")
        connection.connected, connection.connecting = false, false
        return connection
    end

    --- Ends a connection; what was written before is sent first.
    function connections.close(connection)
        if not connection.connected and not connection.connecting then
            return
        end
        if connection.connected and not connection.error then
            flush(connection)
        end
        connection.connecting, connection.connected = false, false
        connection.on_connect, connection.on_error, connection.on_recv = nil, nil, nil
        connection.deadline = nil
        unregister(connection)
    end

    local function fail(connection, text, code)
        connection.error, connection.deadline = code, nil
        local on_error = connection.on_error
        if on_error then
            on_error(text, code)
        end
        connections.close(connection)
    end

    --- Begins to connect.
    ---@param host string
    ---@param port number
    ---@param on_connect function
    ---@param on_error fun(text: string, code: number)
    function connections.connect(connection, host, port, on_connect, on_error)
        connection.connected, connection.connecting, connection.error = false, true, nil
        connection.on_connect, connection.on_error = on_connect, on_error
        connection.deadline = engine.now + PATIENCE_MS
        if not engine.host("net.permits", host, port) then
            engine:log("error", "this client may not connect to " .. host .. ":" .. port)
        end
        register(connection, engine.host("net.connect", host, port))
    end

    --- Takes over a socket that a server accepted.
    function connections.adopt(connection, id)
        connection.connected, connection.connecting = true, false
        register(connection, id)
    end

    --- Sends bytes, with all else of this frame.
    ---@param data string
    function connections.write(connection, data)
        if connection.connected then
            local output = connection.output
            if output then
                output[#output + 1] = data
            else
                connection.output = { data }
            end
        end
    end

    --- Waits for bytes: so many, or all up to a text.
    ---@param wanted number|string
    ---@param on_recv fun(data: string)
    function connections.read(connection, wanted, on_recv)
        if connection.connected then
            connection.on_recv = on_recv
            connection.deadline = engine.now + PATIENCE_MS
            if wanted == 0 then
                connection.wants_nothing = true
            else
                engine.host("net.read", connection.id, wanted)
            end
        end
    end

    --- Milliseconds since something was received; -1 when not connected.
    function connections.idle(connection)
        return connection.connected and engine.now - (connection.activity or engine.now) or -1
    end

    local function connected(connection)
        connection.deadline, connection.activity = nil, engine.now
        connection.connected = true
        if connection.on_connect then
            connection.on_connect()
        end
        -- Only now: a script that is called sees a connection that is both.
        connection.connecting = false
    end

    local function received(connection, data)
        connection.deadline, connection.activity = nil, engine.now
        if connection.connected and connection.on_recv then
            connection.on_recv(data)
        end
    end

    local function take(event)
        local id, kind = event[1], event[2]
        local connection = open[id]
        if connection then
            if kind == "connected" then
                connected(connection)
            elseif kind == "data" then
                received(connection, event[3])
            elseif kind == "error" then
                fail(connection, event[3], event[4])
            end
        elseif kind == "accepted" then
            engine.parts.net.server.accepted(id, event[3], event[4], event[5])
        end
    end

    local function time_out()
        for _, connection in ipairs({ raw.unpack(order) }) do
            if connection.deadline and engine.now >= connection.deadline then
                fail(connection, TIMED_OUT_TEXT, TIMED_OUT)
            end
        end
    end

    local function flush_all()
        for index = 1, #order do
            flush(order[index])
        end
    end

    -- Who waits for no bytes at all gets them at the next look, too.
    local function serve_nothing()
        local served = false
        for _, connection in ipairs({ raw.unpack(order) }) do
            if connection.wants_nothing then
                connection.wants_nothing, served = nil, true
                received(connection, "")
            end
        end
        return served
    end

    --- Looks after all connections; for a frame, before and after events are run.
    function connections.poll()
        if not order[1] and not engine.parts.net.server.listening() then
            return
        end
        time_out()
        for _ = 1, MOST_ROUNDS do
            flush_all()
            local events = engine.host("net.poll")
            if not serve_nothing() and not events[1] then
                return
            end
            for _, event in ipairs(events) do
                take(event)
            end
        end
    end

    engine:class("Connection", {
        getIp = function(connection)
            local ip = connection.id and engine.host("net.peer", connection.id)
            if not ip then
                engine:log("error", "Getting remote ip")
                return 0
            end
            return ip
        end,
    })

    return connections
end
