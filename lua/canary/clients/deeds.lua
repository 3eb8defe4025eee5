--- What a player's client may ask for, as functions of the player: talk, use, look, move, trade. Each does what the
--- server does when the client's message comes in.

local context = ...
local raw = context.raw

local PARTS = { "find", "walk", "talk", "use", "look", "move", "equip", "browse", "windows", "trade", "imbue", "hunt" }

return function(server, clients)
    local deeds = {}
    clients.deeds = deeds

    --- Tells a player in a message of a type: its name differs between the servers.
    ---@param player table
    ---@param canary string name of Canary's type
    ---@param tfs string name of TFS's
    ---@param text string
    function clients.text(player, canary, tfs, text)
        local kind = server.parts.enums.get(server.tfs and tfs or canary) or 0
        clients.send(player, "text", { type = kind, text = text })
    end

    --- Tells a player in the small line below what did not work.
    function clients.fail(player, text)
        clients.text(player, "MESSAGE_FAILURE", "MESSAGE_STATUS_SMALL", text)
    end

    --- Tells a player why something is not possible.
    ---@param code string|number `RETURNVALUE_…`, or its number
    function clients.cancel(player, code)
        local number = raw.type(code) == "string" and (server.parts.enums.get(code) or 0) or code
        server.parts.players.cancel(player, number)
    end

    for _, part in raw.ipairs(PARTS) do
        context.use("canary/clients/deeds/" .. part)(server, clients, deeds)
    end

    --- A client's byte that the server itself knows nothing of: scripts may.
    ---@return boolean whether one took it; of TFS whether there is one that takes bytes
    function deeds.other(player, opcode, rest)
        local events, message = server.parts.events, server.parts.network.message(rest)
        if server.tfs then
            return events.meta("Player", "onNetworkMessage", player, opcode, message) ~= nil
        end
        return events.received(player, opcode, message)
    end
end
