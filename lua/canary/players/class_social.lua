--- Player: what it is told, who it belongs to, what it has learned and is blessed with.

local context = ...
local raw = context.raw
local lower, max = raw.string.lower, raw.math.max

-- Canary has so many.
local BLESSINGS = 10

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments, tfs, env = server.userdata, server.arguments, server.tfs, server.env
    local function of(fn)
        return bind.of("Player", fn)
    end

    local function in_channel(player, id)
        return server.parts.events.chat.has(id, player)
    end

    local function send_text(player, ...)
        local kind, text, third, value, color, second_value, second_color = ...
        local count = raw.select("#", ...)
        local extra
        if count == 3 then
            local channel = bind.u16(third, 4)
            if not in_channel(player, channel) then
                return false
            end
            extra = { channel = channel }
        elseif count >= 5 then
            local x, y, z = server.parts.map.take_position(third)
            extra = { x = x, y = y, z = z, value = arguments.i32(value), color = arguments.enum8(color) }
            if count >= 7 then
                extra.second_value, extra.second_color = arguments.i32(second_value), arguments.enum8(second_color)
            end
        end
        players.text(player, arguments.enum8(kind), arguments.string(text), extra)
        return true
    end

    local function spell_of(value)
        local spells = server.parts.spells
        return spells.instant_by_name and spells.instant_by_name(value)
    end

    local function can_learn(player, value)
        local name = arguments.string(value)
        local spell = spell_of(name)
        if not spell then
            server:report("Spell \"" .. name .. "\" not found")
            return false
        elseif players.has_flag(player, "ignorespellcheck") then
            return true
        end
        local vocations = spell.vocations
        local fits = vocations ~= nil and vocations[player.vocation.id] ~= nil
        if tfs and (vocations == nil or raw.next(vocations) == nil) then
            fits = true
        end
        return fits and player.level >= (spell.level or 0)
            and players.effective_magic_level(player) >= (spell.magic_level or 0)
    end

    --- Whether a spell has been learned.
    function players.has_learned(player, name)
        if players.has_flag(player, "cannotusespells") then
            return false
        elseif players.has_flag(player, "ignorespellcheck") then
            return true
        end
        local key = lower(name)
        for _, known in raw.ipairs(player.spells) do
            if lower(known) == key then
                return true
            end
        end
        return false
    end

    local function learn(player, value)
        local name = arguments.string(value)
        if not players.has_learned(player, name) then
            player.spells[#player.spells + 1] = name
        end
        return true
    end

    local function forget(player, value)
        local name = arguments.string(value)
        for at = #player.spells, 1, -1 do
            if player.spells[at] == name then
                raw.table.remove(player.spells, at)
            end
        end
        return true
    end

    userdata.methods("Player", {
        sendTextMessage = of(send_text),
        sendChannelMessage = of(function(player, author, text, kind, channel)
            players.channel_message(player, arguments.string(author), 0, arguments.enum8(kind), arguments.string(text),
                bind.u16(channel, 5))
            return true
        end),
        sendPrivateMessage = of(function(player, ...)
            local speaker, text = ...
            players.private_message(player, userdata.get(speaker, "Player"),
                arguments.given(arguments.enum8, env.TALKTYPE_PRIVATE_FROM, 3, ...), arguments.string(text))
            return true
        end),
        channelSay = of(function(player, speaker, kind, text, channel)
            local creature = bind.creature(speaker)
            players.channel_message(player, creature and creature.name or "", creature and creature.level or 0,
                arguments.enum8(kind), arguments.string(text), bind.u16(channel, 5))
            return true
        end),
        openChannel = of(function(player, channel)
            server.parts.events.chat.join(player, bind.u16(channel, 2))
            return true
        end),
        sendTutorial = of(function(player, id)
            players.tell(player, "tutorial", { id = arguments.u8(id) })
            return true
        end),
        addMapMark = of(function(player, position, kind, text)
            local x, y, z = server.parts.map.take_position(position)
            players.tell(player, "map_mark",
                { x = x, y = y, z = z, type = arguments.u8(kind), text = arguments.string(text) })
            return true
        end),
        popupFYI = of(function(player, text)
            players.tell(player, "fyi", { text = arguments.string(text) })
            return true
        end),
        getGuild = of(function(player)
            return userdata.push(player.guild)
        end),
        setGuild = of(function(player, value)
            server.parts.vocations.join_guild(player, userdata.get(value, "Guild"))
            return true
        end),
        getGuildLevel = of(function(player)
            return player.guild and player.guild_rank and player.guild_rank.level or nil
        end),
        setGuildLevel = of(function(player, level)
            if not player.guild then
                return nil
            end
            local rank = server.parts.vocations.rank_of_level(player.guild, bind.u8(level, 2))
            if not rank then
                return not tfs and false or nil
            end
            player.guild_rank = rank
            return true
        end),
        getGuildNick = bind.field("Player", "guild_nick"),
        setGuildNick = bind.setter("Player", "guild_nick", arguments.string),
        getParty = of(function(player)
            return userdata.push(player.party)
        end),
        canLearnSpell = of(can_learn),
        learnSpell = of(learn),
        forgetSpell = of(forget),
        hasLearnedSpell = of(function(player, name)
            return players.has_learned(player, arguments.string(name))
        end),
        getInstantSpells = of(function(player)
            local spells = server.parts.spells
            return spells.instants_of and spells.instants_of(player) or {}
        end),
        canCast = of(function(player, value)
            local spells = server.parts.spells
            local spell = userdata.get(value, "Spell")
            -- Canary asks for an object of a class that it does not have.
            if not spell or not tfs then
                return nil
            end
            return spells.can_cast(player, spell)
        end),
    })

    if tfs then
        -- Blessings are the bits of a set of 6, from 1 on: any other is an error there.
        local function blessing(value)
            local index = bind.u8(value, 2)
            if index < 1 or index > 6 then
                raw.error("C++ exception", 0)
            end
            return index
        end
        userdata.methods("Player", {
            hasBlessing = of(function(player, value)
                return (player.blessings[blessing(value)] or 0) ~= 0
            end),
            addBlessing = of(function(player, value)
                local index = blessing(value)
                if (player.blessings[index] or 0) ~= 0 then
                    return false
                end
                player.blessings[index] = 1
                return true
            end),
            removeBlessing = of(function(player, value)
                local index = blessing(value)
                if (player.blessings[index] or 0) == 0 then
                    return false
                end
                player.blessings[index] = nil
                return true
            end),
        })
        return
    end

    userdata.methods("Player", {
        hasBlessing = of(function(player, value)
            return (player.blessings[arguments.u8(value)] or 0) ~= 0
        end),
        addBlessing = of(function(player, value, count)
            local index = arguments.u8(value)
            local now = player.blessings[index] or 0
            if now ~= 255 then
                player.blessings[index] = (now + arguments.u8(count)) % 256
            end
            return true
        end),
        removeBlessing = of(function(player, value, count)
            local index = arguments.u8(value)
            local now = player.blessings[index] or 0
            if now == 0 then
                return false
            end
            player.blessings[index] = (now - arguments.u8(count)) % 256
            return true
        end),
        getBlessingCount = of(function(player, value, stored)
            local index = max(1, arguments.u8(value))
            if arguments.boolean(stored) then
                local key = raw.string.format("player.%d.summary.blessings.%d.amount", player.guid, index)
                return arguments.u8(server.parts.storage.kv_get(key))
            elseif index > BLESSINGS then
                server:log("error", "[getBlessingCount] - index outside range 0-10.")
                return 0
            end
            return player.blessings[index] or 0
        end),
        sendBlessStatus = function(self)
            local player = userdata.get(self, "Player")
            if not player then
                server:report("Player not found")
                return
            end
            players.tell(player, "blessings", {})
            return true
        end,
    })
end
