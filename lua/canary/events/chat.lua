--- Who is in which chat channel, and what is said there. Beside the channels of chatchannels.xml there are those of a
--- guild and of a party, and the private ones that players open for those whom they invite.

local context = ...
local raw = context.raw
local ipairs = raw.ipairs

local GUILD, PARTY, OWN = 0, 1, 65535
local FIRST_PRIVATE, LAST_PRIVATE = 100, 9999
local MOTD_AFTER = 150
-- What happened to whom, as clients number it.
local JOINED, LEFT, INVITED, EXCLUDED = 0, 1, 2, 3

return function(server, events)
    local chat = {}
    local env = server.env
    events.chat = chat
    -- Of a channel: { player, … } in the order in which they came.
    local members = raw.setmetatable({}, { __mode = "k" })
    local of_guild, of_party = {}, raw.setmetatable({}, { __mode = "k" })
    -- By id: { id, name, owner (player), invited = { player, … } }; the highest id that was ever given.
    local private, last_private = {}, FIRST_PRIVATE - 1

    local function members_of(channel)
        local list = members[channel]
        if not list then
            list = {}
            members[channel] = list
        end
        return list
    end

    local function place_in(list, player)
        for index, other in ipairs(list) do
            if other == player then
                return index
            end
        end
    end

    local function by_group(known, key, id, name)
        if not key then
            return nil
        end
        known[key] = known[key] or { id = id, name = name, public = false }
        return known[key]
    end

    local function lets_in(channel, player)
        return channel.owner == player or place_in(channel.invited, player) ~= nil
    end

    -- The channel that an id means for a player, without asking scripts.
    local function channel_of(player, id)
        if id == GUILD and player.guild then
            return by_group(of_guild, player.guild.id, GUILD, player.guild.name)
        elseif id == PARTY and player.party then
            return by_group(of_party, player.party, PARTY, "Party")
        end
        local channel = private[id]
        return events.channel(id) or (channel and lets_in(channel, player) and channel) or nil
    end

    -- The same; nil when its script does not let the player in.
    local function open_channel(player, id)
        local channel = channel_of(player, id)
        if channel and channel.class_name and not events.can_join(channel, player) then
            return nil
        end
        return channel
    end

    local function own_channel(player)
        for id = FIRST_PRIVATE, last_private do
            if private[id] and private[id].owner == player then
                return private[id]
            end
        end
    end

    --- The channels that a player may join, in the order in which clients list them: { id, name } each.
    function chat.list(player)
        local list = {}
        if not own_channel(player) and server.parts.players.is_premium(player) then
            list[1] = { id = OWN, name = "Private Chat Channel" }
        end
        for _, id in ipairs({ GUILD, PARTY }) do
            if (id == GUILD and player.guild) or (id == PARTY and player.party) then
                list[#list + 1] = channel_of(player, id)
            end
        end
        for _, channel in ipairs(events.channels()) do
            if not (channel.id == GUILD and player.guild or channel.id == PARTY and player.party)
                and events.can_join(channel, player) then
                list[#list + 1] = channel
            end
        end
        for id = FIRST_PRIVATE, last_private do
            if private[id] and lets_in(private[id], player) then
                list[#list + 1] = private[id]
            end
        end
        return list
    end

    --- Whether a player is in a channel.
    function chat.has(id, player)
        local channel = channel_of(player, id)
        return channel ~= nil and place_in(members_of(channel), player) ~= nil
    end

    -- Members of a channel that isn't for all see who comes and goes.
    local function happened(channel, player, event)
        if channel.public then
            return
        end
        for _, member in ipairs(members_of(channel)) do
            server.parts.clients.send(member, "channel_event", { id = channel.id, name = player.name, event = event })
        end
    end

    local function names(list)
        local found = {}
        for at, player in ipairs(list) do
            found[at] = player.name
        end
        return found
    end

    local function shown(channel, public)
        return {
            id = channel.id, name = channel.name, members = public and {} or names(members_of(channel)),
            invited = public and {} or names(channel.invited or {}),
        }
    end

    local function greet(player)
        local guild = player.guild
        if not guild or (guild.motd or "") == "" then
            return
        end
        server.parts.scheduler.after(MOTD_AFTER, function()
            if not player.removed then
                server.parts.players.channel_message(player, "Message of the Day", 0, env.TALKTYPE_CHANNEL_R1,
                    guild.motd, GUILD)
            end
        end)
    end

    --- A player opens a channel, and its client is shown it; false when it may not. One who is in it already is.
    function chat.join(player, id)
        local channel = open_channel(player, id)
        if not channel then
            return false
        end
        local list = members_of(channel)
        if place_in(list, player) then
            return true
        elseif channel.class_name and not events.joined(channel, player) then
            return false
        end
        if id == GUILD then
            greet(player)
        end
        happened(channel, player, JOINED)
        list[#list + 1] = player
        server.parts.clients.send(player, "channel_opened", shown(channel, channel.public))
        return true
    end

    local function take_out(channel, player)
        local list = members_of(channel)
        local index = place_in(list, player)
        if not index then
            return false
        end
        raw.table.remove(list, index)
        happened(channel, player, LEFT)
        if channel.class_name then
            events.left(channel, player)
        end
        return true
    end

    local function close(channel)
        for _, member in ipairs(members_of(channel)) do
            server.parts.clients.send(member, "channel_closed", { id = channel.id })
        end
        private[channel.id], members[channel] = nil, nil
    end

    --- A player closes a channel; a private one goes with its owner.
    function chat.leave(player, id)
        local channel = channel_of(player, id)
        if not channel or not take_out(channel, player) then
            return false
        end
        if channel.owner == player then
            close(channel)
        end
        return true
    end

    --- A player leaves the game.
    function chat.forget(player)
        for _, id in ipairs({ GUILD, PARTY }) do
            chat.leave(player, id)
        end
        for _, channel in ipairs(events.channels()) do
            take_out(channel, player)
        end
        for id = FIRST_PRIVATE, last_private do
            local channel = private[id]
            if channel then
                local at = place_in(channel.invited, player)
                if at then
                    raw.table.remove(channel.invited, at)
                end
                take_out(channel, player)
                if channel.owner == player then
                    close(channel)
                end
            end
        end
    end

    -- Ranks of a guild, and channels of groups, decide how what is said there looks.
    local function look(channel, player, kind)
        if channel.id == GUILD and not channel.class_name then
            local rank = player.guild_rank
            return rank and rank.level > 1 and env.TALKTYPE_CHANNEL_O or env.TALKTYPE_CHANNEL_Y
        elseif not channel.class_name then
            return env.TALKTYPE_CHANNEL_Y
        end
        return kind
    end

    --- A player says something in a channel.
    ---@return boolean whether it was heard
    function chat.talk(player, kind, text, id)
        local channel = open_channel(player, id)
        if not channel then
            return false
        end
        local heard, how = true, look(channel, player, kind)
        if channel.class_name then
            heard, how = events.spoke(channel, player, kind, text)
        end
        if not heard or not place_in(members_of(channel), player) then
            return false
        end
        chat.tell(channel, player, how, text)
        return true
    end

    --- Tells all in a channel.
    ---@param speaker table|nil
    function chat.tell(channel, speaker, kind, text)
        for _, member in ipairs(members_of(channel)) do
            server.parts.clients.send(member, "channel", {
                channel = channel.id,
                name = speaker and speaker.name or "",
                level = speaker and speaker.level or 0,
                type = kind,
                text = text,
            })
        end
    end

    -- Private channels ---------------------------------------------------------------------------------------------

    --- A player opens a channel of its own.
    function chat.open_own(player)
        if not server.parts.players.is_premium(player) or own_channel(player) then
            return false
        end
        local id = FIRST_PRIVATE
        while private[id] and id <= LAST_PRIVATE do
            id = id + 1
        end
        if id > LAST_PRIVATE then
            return false
        end
        local channel = { id = id, name = player.name .. "'s Channel", owner = player, invited = {}, public = false }
        private[id], last_private = channel, raw.math.max(last_private, id)
        members_of(channel)[1] = player
        server.parts.clients.send(player, "own_channel", shown(channel, false))
        return true
    end

    local function tell(player, text)
        local kind = server.tfs and env.MESSAGE_INFO_DESCR or env.MESSAGE_PARTY_MANAGEMENT
        server.parts.players.text(player, kind, text)
    end

    -- The own channel and the other player, when both are there.
    local function both(player, name)
        local channel, other = own_channel(player), server.parts.creatures.by_name(name)
        if channel and other and other ~= player and other.class_name == "Player" then
            return channel, other
        end
    end

    --- A player lets another one into its own channel.
    function chat.invite(player, name)
        local channel, other = both(player, name)
        if not channel or place_in(channel.invited, other) then
            return false
        end
        channel.invited[#channel.invited + 1] = other
        tell(other, player.name .. " invites you to " .. (player.sex == 0 and "her" or "his")
            .. " private chat channel.")
        tell(player, other.name .. " has been invited.")
        happened(channel, other, INVITED)
        return true
    end

    --- A player throws another one out of its own channel.
    function chat.exclude(player, name)
        local channel, other = both(player, name)
        local at = channel and place_in(channel.invited, other)
        if not at then
            return false
        end
        raw.table.remove(channel.invited, at)
        take_out(channel, other)
        tell(player, other.name .. " has been excluded.")
        server.parts.clients.send(other, "channel_closed", { id = channel.id })
        happened(channel, other, EXCLUDED)
        return true
    end

    local arguments = server.arguments
    server:globals({
        sendChannelMessage = function(id, kind, text)
            local channel = events.channel(arguments.u16(id))
            if not channel then
                return false
            end
            chat.tell(channel, nil, arguments.number(kind), arguments.string(text))
            return true
        end,
    })
end
