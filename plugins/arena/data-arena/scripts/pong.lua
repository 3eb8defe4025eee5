-- Answers pings of the module plugins/pinger/modules/pinger. Edit it, save, and see the next one.
local OPCODE = 210

local pong = CreatureEvent("Pong")
pong:type("extendedopcode")
pong:onExtendedOpcode(function(player, opcode, buffer)
    if opcode == OPCODE then
        player:sendExtendedOpcode(OPCODE, "pong to " .. player:getName())
    end
    return true
end)
pong:register()

local login = CreatureEvent("PongLogin")
login:type("login")
login:onLogin(function(player)
    player:registerEvent("Pong")
    return true
end)
login:register()
