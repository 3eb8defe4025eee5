--- The clients of players: what each is told, and what it asks for.
---
--- There is no network. What the server would send is kept in a list a player, newest last; what a client would send is
--- done at once by the controls `client_do`, `client_enter` and `client_leave`.

local context = ...
local raw = context.raw

-- Messages of a player that are kept: the newest.
local KEPT = 10000

return function(server)
    local clients = {}
    -- Weak: a player who is gone takes what it was told along, unless its control asks by name.
    local told = raw.setmetatable({}, { __mode = "k" })

    --- Tells a player's client something.
    ---@param player table record of a player
    ---@param kind string text, say, raw, effect, …
    ---@param fields table kept as it is, with `kind` in it; what its `things` hold (items of a message to one player
    --- alone) is for the wire, since nobody outside can be given them
    function clients.send(player, kind, fields)
        local list = told[player]
        if not list then
            list = { first = 1, last = 0 }
            told[player] = list
        end
        fields.kind, fields.things = kind, nil
        list.last = list.last + 1
        list[list.last] = fields
        if list.last - list.first >= KEPT then
            list[list.first] = nil
            list.first = list.first + 1
        end
    end

    --- What a player was told.
    ---@param player table
    ---@param since number|nil count of the last message that the caller has seen
    ---@return table messages
    ---@return number count of messages so far
    function clients.told(player, since)
        local list = told[player]
        local result = {}
        if not list then
            return result, 0
        end
        for at = raw.math.max(list.first, (since or 0) + 1), list.last do
            result[#result + 1] = list[at]
        end
        return result, list.last
    end

    --- Forgets what a player was told.
    function clients.forget(player)
        told[player] = nil
    end

    context.use("canary/clients/deeds")(server, clients)
    context.use("canary/clients/packets")(server, clients)
    context.use("canary/clients/controls")(server, clients)
    return clients
end
