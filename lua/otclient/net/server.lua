--- Servers: a port that other clients connect to. Each `acceptNext` takes one of them.

local context = ...
local raw = context.raw

local CANCELED, CANCELED_TEXT = 125, "Operation canceled"

return function(engine, net)
    local server = {}
    local by_id, count = {}, 0

    --- Whether there is one that may have something to say.
    function server.listening()
        return count > 0
    end

    local function forget(record)
        if record.id then
            by_id[record.id] = nil
            count = count - 1
            engine.host("net.close", record.id)
            record.id = nil
        end
    end

    local function tell(record, connection, text, code)
        engine:emit(record, "onAccept", connection.object, text, code)
    end

    --- Somebody connected.
    function server.accepted(id, socket, text, code)
        local record = by_id[id]
        local connection = record and raw.table.remove(record.waiting, 1)
        if connection then
            if socket then
                net.connections.adopt(connection, socket)
            end
            tell(record, connection, text, code)
        end
    end

    engine:class("Server", {
        isOpen = function(record)
            return record.open
        end,
        close = function(record)
            record.open = false
            local waiting = record.waiting
            record.waiting = {}
            forget(record)
            for _, connection in raw.ipairs(waiting) do
                engine.parts.dispatcher.add(function()
                    tell(record, connection, CANCELED_TEXT, CANCELED)
                end)
            end
        end,
        acceptNext = function(record)
            if record.id then
                local connection = net.connections.new()
                connection.connecting = true
                record.waiting[#record.waiting + 1] = connection
                engine.host("net.accept", record.id)
            end
        end,
    }, {
        create = function(port)
            local answer = engine.host("net.listen", port)
            if not answer.id then
                engine:log("error", "Failed to initialize server: " .. answer.problem)
                return nil
            end
            local record = engine.object.new("Server")
            record.open, record.waiting, record.id = true, {}, answer.id
            by_id[answer.id] = record
            count = count + 1
            return record
        end,
    })

    return server
end
