--- Pages of the bestiary that a client asks for (Canary).

local context = ...
local raw = context.raw
local byte = raw.string.byte

return function(server, wire, asked)
    if server.tfs then
        return
    end
    local read = wire.read

    asked[0xE1] = function(view)
        wire.tell_bestiary(view)
    end
    asked[0xE2] = function(view, data)
        if byte(data, 2) ~= 1 then
            return wire.tell_monsters(view, read.text(data, 3))
        end
        local wanted = {}
        for at = 5, raw.math.min(#data - 1, 3 + 2 * read.u16(data, 3)), 2 do
            wanted[read.u16(data, at)] = true
        end
        wire.tell_monsters(view, nil, wanted)
    end
    asked[0xE3] = function(view, data)
        wire.tell_monster(view, read.u16(data, 2))
    end
end
