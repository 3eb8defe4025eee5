--- The list of those whom a player wants to know to be in the game.

local context = ...
local byte = context.raw.string.byte

return function(server, wire, asked)
    local read = wire.read

    asked[0xDC] = function(view, data)
        server.parts.players.add_vip(view.player, read.text(data, 2))
    end
    asked[0xDD] = function(view, data)
        server.parts.players.remove_vip(view.player, read.u32(data, 2))
    end
    asked[0xDE] = function(view, data)
        local description = read.text(data, 6)
        local at = 8 + #description
        local icon, notify = read.u32(data, at), byte(data, at + 4) ~= 0
        server.parts.players.edit_vip(view.player, read.u32(data, 2), description, icon, notify)
    end
end
