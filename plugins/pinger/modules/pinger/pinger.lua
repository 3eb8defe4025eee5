-- Sends a ping every two seconds and shows what the server's script answers. Edit it, save, and see the next one.
local OPCODE = 210
local EVERY_MS = 2000

local nextPing

local function ping()
    nextPing = scheduleEvent(ping, EVERY_MS)
    g_game.getProtocolGame():sendExtendedOpcode(OPCODE, "ping")
end

local function start()
    nextPing = scheduleEvent(ping, EVERY_MS)
end

local function stop()
    removeEvent(nextPing)
    nextPing = nil
end

local function onPong(protocol, opcode, buffer)
    local seconds = math.floor(g_clock.seconds() - Session.since)
    g_logger.info(string.format("ping: %s (connection %d, up %d s)", buffer, Session.number, seconds))
end

function init()
    ProtocolGame.registerExtendedOpcode(OPCODE, onPong)
    connect(g_game, { onGameStart = start, onGameEnd = stop })
    if g_game.isOnline() then
        start()
    end
end

function terminate()
    stop()
    disconnect(g_game, { onGameStart = start, onGameEnd = stop })
    ProtocolGame.unregisterExtendedOpcode(OPCODE)
end
