--- What players say: first talkactions hear it, then spells, then others.

local context = ...
local raw = context.raw
local sub, upper = raw.string.sub, raw.string.upper

local LONGEST = 255
local VIEW_X, VIEW_Y = 8, 6
local YELL_PAUSE = 30000

return function(server, clients, deeds)
    local tfs, env = server.tfs, server.env

    local function around(player, range_x, range_y)
        local x, y, z = server.parts.creatures.position(player)
        return server.parts.map.spectators(x, y, z, false, nil, range_x, range_x, range_y, range_y)
    end

    local function whisper(player, text)
        local creatures = server.parts.creatures
        local hearers = around(player, VIEW_X, VIEW_Y)
        local x, y, z = creatures.position(player)
        for _, hearer in raw.ipairs(hearers) do
            if hearer.class_name == "Player" then
                local is_near = clients.near(player.tile, hearer.tile)
                creatures.send_say(hearer, player, env.TALKTYPE_WHISPER, is_near and text or "pspsps", x, y, z)
            end
        end
        for _, hearer in raw.ipairs(hearers) do
            creatures.heard(hearer, player, env.TALKTYPE_WHISPER, text)
        end
    end

    local function refuses_to_yell(player)
        local config = server.parts.config
        if not tfs then
            return player.level == 1 and "You may not yell as long as you are on level 1." or nil
        end
        local least = config.number("YELL_MINIMUM_LEVEL")
        if player.level >= least then
            return nil
        elseif config.boolean("YELL_ALLOW_PREMIUM") then
            if server.parts.players.is_premium(player) then
                return nil
            end
            return "You may not yell unless you have reached level " .. least .. " or have a premium account."
        end
        return "You may not yell unless you have reached level " .. least .. "."
    end

    local function yell(player, text)
        local conditions = server.parts.conditions
        local problem = refuses_to_yell(player)
        if problem and not tfs then
            return clients.fail(player, problem)
        elseif conditions.has(player, env.CONDITION_YELLTICKS) then
            return clients.cancel(player, "RETURNVALUE_YOUAREEXHAUSTED")
        elseif problem then
            return clients.fail(player, problem)
        end
        if tfs and not (player.group and player.group.access)
            or not tfs and (player.account_type or 1) < env.ACCOUNT_TYPE_GAMEMASTER then
            local pause = conditions.make(env.CONDITIONID_DEFAULT, env.CONDITION_YELLTICKS, YELL_PAUSE, 0)
            conditions.add(player, pause)
        end
        server.parts.creatures.say(player, env.TALKTYPE_YELL, upper(text), false)
    end

    local function speak_to(player, kind, receiver, text)
        local creatures = server.parts.creatures
        local other = creatures.by_name(receiver)
        if not other or other.class_name ~= "Player" then
            return clients.fail(player, "A player with this name is not online.")
        end
        local red = kind == env.TALKTYPE_PRIVATE_RED_TO and (player.account_type or 1) >= env.ACCOUNT_TYPE_GAMEMASTER
        local comes_as = red and env.TALKTYPE_PRIVATE_RED_FROM or env.TALKTYPE_PRIVATE_FROM
        clients.send(other, "say", { name = player.name, level = player.level, type = comes_as, text = text })
        creatures.heard(other, player, comes_as, text)
        clients.fail(player, "Message sent to " .. other.name .. ".")
    end

    local function speak_to_npcs(player, text)
        for _, hearer in raw.ipairs(around(player)) do
            if hearer.class_name == "Npc" then
                server.parts.creatures.heard(hearer, player, env.TALKTYPE_PRIVATE_PN, text)
            end
        end
    end

    -- Words of a spell, and whatever else the servers do not pass on.
    local function taken(player, kind, text)
        if server.parts.events.say(player, kind, text) then
            return true
        end
        local spells = server.parts.spells
        local result, words = spells.say(player, text)
        if result == "failed" then
            return true
        elseif result == "cast" then
            if tfs then
                local emotes = server.parts.config.boolean("EMOTE_SPELLS")
                local shown = emotes and env.TALKTYPE_MONSTER_SAY or env.TALKTYPE_SPELL
                server.parts.creatures.say(player, shown, words or text, false)
            elseif spells.show_words then
                spells.show_words(player, kind, words or text)
            else
                server.parts.creatures.say(player, kind, words or text, false)
            end
            return true
        end
        return false
    end

    local function say_aloud(player, kind, text, receiver, channel)
        if kind == env.TALKTYPE_SAY then
            server.parts.creatures.say(player, kind, text, false)
        elseif kind == env.TALKTYPE_WHISPER then
            whisper(player, text)
        elseif kind == env.TALKTYPE_YELL then
            yell(player, text)
        elseif kind == env.TALKTYPE_PRIVATE_TO or kind == env.TALKTYPE_PRIVATE_RED_TO then
            speak_to(player, kind, receiver, text)
        elseif kind == env.TALKTYPE_CHANNEL_O or kind == env.TALKTYPE_CHANNEL_Y or kind == env.TALKTYPE_CHANNEL_R1 then
            local chat = server.parts.events.chat or server.parts.chat
            if chat and chat.talk then
                chat.talk(player, kind, text, channel)
            end
        elseif kind == env.TALKTYPE_PRIVATE_PN then
            speak_to_npcs(player, text)
        end
    end

    --- A player says something.
    ---@param player table
    ---@param kind number TALKTYPE_SAY, …
    ---@param text string
    ---@param receiver string name of whom it is said to alone
    ---@param channel number
    function deeds.say(player, kind, text, receiver, channel)
        if #text > LONGEST or taken(player, kind, text) then
            return
        end
        if tfs and kind == env.TALKTYPE_PRIVATE_PN then
            return speak_to_npcs(player, text)
        end
        if sub(text, 1, 1) == "/" and player.group and player.group.access then
            return
        end
        say_aloud(player, kind, text, receiver, channel)
    end
end
