--- Quests are the scripts': Canary's are asked here, TFS's by their handlers of bytes.

local context = ...

return function(server, wire, asked)
    if server.tfs then
        return
    end

    local function ask(player, name, ...)
        server.parts.events.meta("Player", name, player, ...)
        server.parts.events.callback("playerO" .. context.raw.string.sub(name, 2), player, ...)
    end

    asked[0xF0] = function(view)
        ask(view.player, "onRequestQuestLog")
    end
    asked[0xF1] = function(view, data)
        ask(view.player, "onRequestQuestLine", wire.read.u16(data, 2))
    end
end
