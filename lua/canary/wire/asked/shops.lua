--- Trade with an npc: amounts are one byte up to 12.80.

local context = ...
local byte = context.raw.string.byte

local WIDE_AMOUNTS = 1281

return function(server, wire, asked)
    local clients, u16 = server.parts.clients, wire.read.u16

    -- What stands behind id and count: the amount, and two marks.
    local function amount_and_marks(view, data)
        if view.version >= WIDE_AMOUNTS then
            return u16(data, 5), byte(data, 7) == 1, byte(data, 8) == 1
        end
        return byte(data, 5), byte(data, 6) ~= 0, byte(data, 7) ~= 0 and #data >= 7
    end

    asked[0x7A] = function(view, data)
        local amount, over_capacity, in_backpacks = amount_and_marks(view, data)
        clients.deeds.buy(view.player, u16(data, 2), byte(data, 4), amount, over_capacity, in_backpacks)
    end
    asked[0x7B] = function(view, data)
        local amount, ignore_equipped = amount_and_marks(view, data)
        clients.deeds.sell(view.player, u16(data, 2), byte(data, 4), amount, ignore_equipped)
    end
end
