--- Messages of a client, as bytes: each is read and becomes a deed.

local context = ...
local raw = context.raw
local byte, sub, floor = raw.string.byte, raw.string.sub, raw.math.floor

local Reader = {}
Reader.__index = Reader

local function reader(bytes)
    return raw.setmetatable({ bytes = bytes, at = 1 }, Reader)
end

function Reader:u8()
    local value = byte(self.bytes, self.at) or 0
    self.at = self.at + 1
    return value
end

function Reader:u16()
    local low = self:u8()
    return low + self:u8() * 256
end

function Reader:u32()
    local low = self:u16()
    return low + self:u16() * 65536
end

function Reader:text()
    local length = self:u16()
    local value = sub(self.bytes, self.at, self.at + length - 1)
    self.at = self.at + length
    return value
end

function Reader:position()
    local x, y = self:u16(), self:u16()
    return { x = x, y = y, z = self:u8() }
end

-- Bytes of a message that names an imbuement by four of them.
local WIDE_IMBUEMENT = 6

return function(server, clients)
    local env = server.env

    -- Numbers of ways to talk differ between the servers; their names do not.
    local function names_receiver(kind)
        return kind == env.TALKTYPE_PRIVATE_TO or kind == env.TALKTYPE_PRIVATE_RED_TO
    end
    local function names_channel(kind)
        return kind == env.TALKTYPE_CHANNEL_Y or kind == env.TALKTYPE_CHANNEL_R1 or kind == env.TALKTYPE_CHANNEL_O
    end

    -- North, east, south, west and the corners, as directions of the server. A way (0x64) needs a connection: see wire.
    local WALKS = { [0x65] = 0, [0x66] = 1, [0x67] = 2, [0x68] = 3, [0x6A] = 7, [0x6B] = 5, [0x6C] = 4, [0x6D] = 6 }
    local messages = {}

    messages[0x14] = function(player, deeds)
        deeds.logout(player)
    end
    messages[0x32] = function(player, deeds, message)
        local opcode = message:u8()
        deeds.extended_opcode(player, opcode, message:text())
    end
    for opcode, direction in raw.pairs(WALKS) do
        messages[opcode] = function(player, deeds)
            deeds.walk(player, direction)
        end
    end
    for direction = 0, 3 do
        messages[0x6F + direction] = function(player, deeds)
            deeds.turn(player, direction)
        end
    end
    messages[0x78] = function(player, deeds, message)
        local from, id, stack = message:position(), message:u16(), message:u8()
        local to, count = message:position(), message:u8()
        if from.x ~= to.x or from.y ~= to.y or from.z ~= to.z then
            deeds.move(player, from, id, stack, to, count)
        end
    end
    messages[0x79] = function(player, deeds, message)
        local id = message:u16()
        deeds.look_in_shop(player, id, message:u8())
    end
    messages[0x7A] = function(player, deeds, message)
        local id, count = message:u16(), message:u8()
        local amount = message:u16()
        local ignore_cap = message:u8() ~= 0
        deeds.buy(player, id, count, amount, ignore_cap, message:u8() ~= 0)
    end
    messages[0x7B] = function(player, deeds, message)
        local id, count, amount = message:u16(), message:u8(), message:u16()
        deeds.sell(player, id, count, amount, message:u8() ~= 0)
    end
    messages[0x7C] = function(player, deeds)
        deeds.close_shop(player)
    end
    messages[0x7D] = function(player, deeds, message)
        local from, id, stack = message:position(), message:u16(), message:u8()
        deeds.request_trade(player, from, id, stack, message:u32())
    end
    messages[0x7E] = function(player, deeds, message)
        local counter = message:u8() == 1
        deeds.look_in_trade(player, counter, message:u8())
    end
    messages[0x7F] = function(player, deeds)
        deeds.accept_trade(player)
    end
    messages[0x80] = function(player, deeds)
        deeds.close_trade(player)
    end
    messages[0x82] = function(player, deeds, message)
        local from, id, stack = message:position(), message:u16(), message:u8()
        deeds.use(player, from, id, stack, message:u8())
    end
    messages[0x83] = function(player, deeds, message)
        local from, id, stack = message:position(), message:u16(), message:u8()
        local to, to_id = message:position(), message:u16()
        deeds.use_with(player, from, id, stack, to, to_id, message:u8())
    end
    messages[0x84] = function(player, deeds, message)
        local from, id, stack = message:position(), message:u16(), message:u8()
        deeds.use_with_creature(player, from, id, stack, message:u32())
    end
    messages[0x85] = function(player, deeds, message)
        local from, id = message:position(), message:u16()
        deeds.rotate(player, from, id, message:u8())
    end
    messages[0xCB] = function(player, deeds, message)
        deeds.browse_field(player, message:position())
    end
    messages[0x89] = function(player, deeds, message)
        local window = message:u32()
        deeds.write_text(player, window, message:text())
    end
    messages[0x8C] = function(player, deeds, message)
        local from = message:position()
        local id = message:u16()
        deeds.look(player, from, id, message:u8())
    end
    messages[0x8D] = function(player, deeds, message)
        deeds.look_at_creature(player, message:u32())
    end
    messages[0x96] = function(player, deeds, message)
        local kind = message:u8()
        local receiver = names_receiver(kind) and message:text() or ""
        local channel = names_channel(kind) and message:u16() or 0
        deeds.say(player, kind, message:text(), receiver, channel)
    end
    messages[0xA1] = function(player, deeds, message)
        deeds.attack(player, message:u32())
    end
    messages[0xA2] = function(player, deeds, message)
        deeds.follow(player, message:u32())
    end
    messages[0xBE] = function(player, deeds)
        deeds.stop(player)
    end
    messages[0xF9] = function(player, deeds, message)
        local window, button = message:u32(), message:u8()
        deeds.answer_modal(player, window, button, message:u8())
    end

    if not server.tfs then
        messages[0xD5] = function(player, deeds, message)
            -- Newer clients have four bytes for the imbuement.
            local slot, imbuement = message:u8(), message:u16()
            if #message.bytes < WIDE_IMBUEMENT or message:u16() == 0 then
                deeds.apply_imbuement(player, slot, imbuement)
            end
        end
        messages[0xD6] = function(player, deeds, message)
            deeds.clear_imbuement(player, message:u8())
        end
        messages[0xD7] = function(player, deeds)
            deeds.close_imbuing(player)
        end
        messages[0xB0] = function(player, deeds, message)
            local slot = message:u8()
            deeds.ask_boss_slot(player, slot, message:u32())
        end
        messages[0xBA] = function(player, deeds, message)
            local slot, action, upgrade = message:u8(), message:u8(), message:u8() ~= 0
            deeds.ask_task(player, slot, action, upgrade, message:u16())
        end
        messages[0xEB] = function(player, deeds, message)
            local slot, action = message:u8(), message:u8()
            deeds.ask_prey(player, slot, action, action == 4 and message:u16() or message:u8())
        end
        messages[0xE4] = function(player, deeds, message)
            local charm, action = message:u8(), message:u8()
            deeds.ask_charm(player, action, charm, message:u16())
        end
    end

    --- Does what a client's message asks for. What no deed answers goes to the scripts that take bytes of clients.
    ---@param player table record
    ---@param bytes string the message, its opcode first
    ---@return boolean whether anybody knew it
    function clients.message(player, bytes)
        local message = reader(bytes)
        local opcode = message:u8()
        local handler = messages[opcode]
        if handler then
            handler(player, clients.deeds, message)
            return true
        end
        return clients.deeds.other(player, opcode, sub(bytes, 2))
    end

    --- Bytes of text in hexadecimal.
    function clients.from_hex(text)
        return (
            raw.string.gsub(text, "%x%x", function(pair)
                return raw.string.char(floor(raw.tonumber(pair, 16)))
            end)
        )
    end
end
