--- What players are told by the server, and what scripts are asked about them.

local context = ...
local raw = context.raw

---@param server table
---@param players table
return function(server, players)
    local tfs, env, arguments = server.tfs, server.env, server.arguments

    --- Shows a text.
    ---@param player table
    ---@param kind number MESSAGE_*
    ---@param text string
    ---@param extra table|nil { channel, x, y, z, value, color, second_value, second_color }
    function players.text(player, kind, text, extra)
        local fields = { type = kind or 0, text = text }
        for key, value in raw.pairs(extra or {}) do
            fields[key] = value
        end
        server.parts.clients.send(player, "text", fields)
    end

    --- What the server says to a RETURNVALUE_*.
    function players.return_message(code)
        return server.parts.game.return_message(code)
    end

    --- Tells why something can't be.
    ---@param player table
    ---@param reason number|string RETURNVALUE_* or the text itself
    function players.cancel(player, reason)
        local text = raw.type(reason) == "number" and players.return_message(reason) or reason
        local kind = tfs and (env.MESSAGE_STATUS_SMALL or env.MESSAGE_FAILURE) or env.MESSAGE_FAILURE
        players.text(player, kind or 0, text)
    end

    --- Tells what a corpse holds.
    function players.loot_message(player, text)
        players.text(player, env.MESSAGE_LOOT, text)
        local party = player.party
        if party then
            for _, other in raw.ipairs(server.parts.parties.everyone(party)) do
                if other ~= player then
                    players.text(other, env.MESSAGE_LOOT, text)
                end
            end
        end
    end

    --- Asks the scripts how much of something a player gets or loses.
    ---@param player table
    ---@param name string onGainExperience, …
    ---@param value number what it is without them
    ---@param ... any what they get after the player
    ---@return number
    function players.ask(player, name, value, ...)
        local events = server.parts.events
        local callback = "playerO" .. raw.string.sub(name, 2)
        local first = not tfs and name == "onGainExperience"
        if first then
            events.callback(callback, player, ...)
        end
        local ok, answer = events.meta("Player", name, player, ...)
        if ok then
            value = arguments.u64(answer)
            if value >= 2 ^ 64 then
                -- What is too much for the server's numbers is nothing.
                value = 0
            end
        end
        if not tfs and not first then
            events.callback(callback, player, ...)
        end
        return value
    end

    --- Something said in a channel, or a message of one.
    function players.channel_message(player, author, level, kind, text, channel)
        server.parts.clients.send(player, "say", {
            name = author, level = level or 0, type = kind, text = text, channel = channel,
        })
    end

    --- Something said to it alone.
    function players.private_message(player, speaker, kind, text)
        server.parts.clients.send(player, "say", {
            name = speaker and speaker.name or "",
            level = speaker and speaker.level or 0,
            type = kind,
            text = text,
        })
    end

    --- A message that a client shows once: a number of the tutorial, a window, a mark on the map, …
    function players.tell(player, kind, fields)
        server.parts.clients.send(player, kind, fields or {})
    end

    --- A moment of which Canary's clients take a picture, where their players want that.
    ---@param what string of SCREENSHOT_TYPE_*
    function players.picture(player, what)
        if not server.tfs then
            players.tell(player, "screenshot", { type = server.parts.enums.get("SCREENSHOT_TYPE_" .. what) })
        end
    end
end
