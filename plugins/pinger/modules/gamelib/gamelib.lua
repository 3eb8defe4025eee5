-- Slots of events and of extended opcodes, as OTClient's corelib and gamelib offer them to modules.

function connect(object, slots)
    for event, slot in pairs(slots) do
        local there = object[event]
        if type(there) ~= "table" then
            there = { there }
            object[event] = there
        end
        there[#there + 1] = slot
    end
end

function disconnect(object, slots)
    for event, slot in pairs(slots) do
        local there = object[event]
        for at = type(there) == "table" and #there or 0, 1, -1 do
            if there[at] == slot then
                table.remove(there, at)
            end
        end
    end
end

function scheduleEvent(callback, delay)
    return g_dispatcher.scheduleEvent(callback, delay)
end

function removeEvent(event)
    if event then
        event:cancel()
    end
end

local callbacks = {}

function ProtocolGame.registerExtendedOpcode(opcode, callback)
    if callbacks[opcode] then
        error("extended opcode " .. opcode .. " is taken already")
    end
    callbacks[opcode] = callback
end

function ProtocolGame.unregisterExtendedOpcode(opcode)
    callbacks[opcode] = nil
end

function ProtocolGame:onExtendedOpcode(opcode, buffer)
    if callbacks[opcode] then
        callbacks[opcode](self, opcode, buffer)
    end
end

-- The connection that there is: its number, and when it began. Modules that are reloaded find it as it was.
Session = { number = 0, since = 0 }

connect(g_game, {
    onGameStart = function()
        Session.number, Session.since = Session.number + 1, g_clock.seconds()
    end,
})
