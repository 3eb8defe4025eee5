--- Scripts of chat channels, and of the bytes that modules answer.

local context = ...
local raw = context.raw
local ipairs, lower, tonumber = raw.ipairs, raw.string.lower, raw.tonumber

local CHANNEL_EVENTS = { "canJoin", "onJoin", "onLeave", "onSpeak" }

return function(server, events, base)
    local registry = server.registry
    local channels = registry.places("chat channel")
    local bytes = registry.places("module byte")
    events.places = events.places or {}
    events.places.channel, events.places.byte = { channels }, { bytes }

    -- The functions that a file left behind, taken from the globals as the servers do.
    local function take(record, names, interface, script)
        for _, name in ipairs(names) do
            local fn = server.parts.scripts.take_global(name)
            if fn then
                record[name] = {
                    class_name = record.class_name,
                    callback = fn,
                    interface = interface,
                    script = script .. ":" .. name,
                    label = record.class_name .. " " .. name,
                    file = record.file,
                    event = name,
                    name = record.name,
                }
            end
        end
    end

    --- Enters a channel of chatchannels.xml; for what its script left in the globals.
    function events.enter_channel(attributes, script)
        local record = base.make("ChatChannel", {
            id = tonumber(attributes.id) or 0,
            name = attributes.name or "",
            public = attributes.public == "1" or lower(attributes.public or "") == "true",
        })
        if script then
            take(record, CHANNEL_EVENTS, "Chat Interface", script)
        end
        registry.add(channels, record.id, record)
        return record
    end

    --- The channel of an id; nil when there is none.
    function events.channel(id)
        return channels:first(id)
    end

    --- All channels, by their ids.
    function events.channels()
        return (channels:sorted())
    end

    local function ask(channel, name, ...)
        local record = channel[name]
        if not record then
            return true
        end
        return base.yes(events.call_with(record, ...))
    end

    --- Whether a player may join a channel.
    function events.can_join(channel, player)
        return ask(channel, "canJoin", player)
    end

    --- A player joined; false when the script refuses.
    function events.joined(channel, player)
        return ask(channel, "onJoin", player)
    end

    --- A player left.
    function events.left(channel, player)
        return ask(channel, "onLeave", player)
    end

    --- Whether what a player says is heard, and how it is said then: a script may answer with another way.
    ---@return boolean heard, number kind
    function events.spoke(channel, player, kind, text)
        local record = channel.onSpeak
        if not record then
            return true, kind
        end
        local ok, answer = events.call_with(record, player, kind, text)
        if not ok then
            return false, kind
        elseif raw.type(answer) == "boolean" then
            return answer, kind
        elseif raw.type(answer) == "number" then
            return true, answer
        end
        return false, kind
    end

    --- Enters a module for a byte that clients send.
    function events.enter_byte(attributes, script)
        local byte = tonumber(attributes.byte)
        if not byte then
            server:log("error", "Missing byte for module typed recvbyte.")
            return nil
        end
        local record = base.make("Module", { name = "byte " .. byte, byte = byte, delay = tonumber(attributes.delay) })
        take(record, { "onRecvbyte" }, "Modules Interface", script)
        if not record.onRecvbyte then
            return nil
        end
        record.callback, record.event, record.label = record.onRecvbyte.callback, "onRecvbyte", "Module onRecvbyte"
        registry.add(bytes, byte, record)
        return record
    end

    --- A client sent a byte that modules know.
    ---@param player table
    ---@param byte number
    ---@param message table record of the NetworkMessage that follows it
    ---@return boolean whether there is a module for it
    function events.received(player, byte, message)
        local record = bytes:first(byte)
        if not record then
            return false
        end
        local delays = player.module_delays or {}
        player.module_delays = delays
        if delays[byte] and delays[byte] > server.now then
            return false
        end
        delays[byte] = record.delay and server.now + record.delay or nil
        events.call_with(record.onRecvbyte, player, message, byte)
        return true
    end
end
