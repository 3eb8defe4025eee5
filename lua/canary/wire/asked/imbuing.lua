--- Imbuements of what is worn, as a list that the client keeps open; the window itself is among the deeds (Canary).

local context = ...
local byte = context.raw.string.byte

return function(server, _, asked)
    if not server.tfs then
        asked[0x60] = function(view, data)
            view.tracks_imbuements = byte(data, 2) ~= 0
        end
    end
end
