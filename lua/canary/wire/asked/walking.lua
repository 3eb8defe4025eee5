--- Steps, ways, and how a player fights.

local context = ...
local raw = context.raw
local byte, max, min = raw.string.byte, raw.math.max, raw.math.min

-- Directions of a way as the client numbers them: east, north-east, … to south-east; those of the server.
local STEPS = { 1, 7, 0, 6, 3, 4, 2, 5 }

return function(server, _, asked)
    asked[0x64] = function(view, data)
        local way = {}
        for at = 3, #data do
            way[#way + 1] = STEPS[byte(data, at)]
        end
        view.player.walk_task = nil
        if #way > 0 then
            server.parts.creatures.auto_walk(view.player, way)
        end
    end
    asked[0x69] = function(view)
        server.parts.creatures.cancel_walk(view.player)
    end

    asked[0xA0] = function(view, data)
        local player = view.player
        player.fight_mode = max(1, min(3, byte(data, 2)))
        player.chase_mode = byte(data, 3) ~= 0
        player.secure_mode = byte(data, 4) ~= 0
    end
end
