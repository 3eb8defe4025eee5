--- The controls of clients: the host has players come in, act and leave, and asks what they were told.

local context = ...
local raw = context.raw

return function(server, clients)
    local function player_named(name)
        local player = server.parts.creatures.by_name(name)
        if not player or player.class_name ~= "Player" then
            raw.error("no player " .. name .. " is in the game", 0)
        end
        return player
    end

    -- Those who came in through here, by name: what one was told is asked for after it has left, too.
    local entered = {}

    --- A new character, who comes into the game at once.
    ---@param name string
    ---@param fields table columns of the table `players` that differ from those of a new one
    function server.controls.client_enter(name, fields)
        local player, problem = server.parts.players.enter(name, fields or {})
        if not player then
            raw.error(name .. " can't come into the game: " .. raw.tostring(problem), 0)
        end
        entered[name] = player
    end

    --- A player is gone, whatever the scripts say to that.
    function server.controls.client_leave(name)
        local player = entered[name]
        entered[name] = nil
        if player and server.parts.creatures.by_name(name) == player then
            server.parts.players.leave(player, true)
        end
    end

    --- A client does something: `{op = "say", text, type}`, `{op = "raw", hex}` or `{op = "logout"}`.
    function server.controls.client_do(name, command)
        local player = player_named(name)
        local deeds = clients.deeds
        if command.op == "say" then
            deeds.say(player, command.type or 1, command.text, command.receiver or "", command.channel or 0)
        elseif command.op == "raw" then
            clients.message(player, clients.from_hex(command.hex))
        elseif command.op == "logout" then
            deeds.logout(player)
        else
            raw.error("a client can't do " .. raw.tostring(command.op), 0)
        end
    end

    --- What a player was told, as messages `{kind, …}` in order, and how many there were so far.
    function server.controls.client_told(name, since)
        local player = entered[name] or player_named(name)
        return { clients.told(player, since) }
    end

    --- Brings in what only some hosts need: `duplicates`, `exercise` or `testkit`.
    function server.controls.mount(name)
        context.use("canary/" .. name)(server)
    end
end
