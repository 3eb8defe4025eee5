-- What servers' libraries have for extended opcodes: messages between scripts and modules, beside the game's own.
local EXTENDED_OPCODE = 0x32

function Player.sendExtendedOpcode(self, opcode, buffer)
    local message = NetworkMessage()
    message:addByte(EXTENDED_OPCODE)
    message:addByte(opcode)
    message:addString(buffer)
    message:sendToPlayer(self)
end
