--- Parties: players who go together and may share experience.

local context = ...
local raw = context.raw
local abs, ceil, insert, remove = raw.math.abs, raw.math.ceil, raw.table.insert, raw.table.remove

-- How far apart those who share experience may be.
local RANGE, FLOORS = 30, 1

return function(server)
    local parties = {}
    local tfs, env = server.tfs, server.env
    local bind = server.parts.vocations.bind

    local function kind_of_message()
        return env.MESSAGE_INFO_DESCR or env.MESSAGE_PARTY_MANAGEMENT or env.MESSAGE_PARTY or 0
    end

    local function tell(player, text)
        server.parts.players.text(player, kind_of_message(), text)
    end

    parties.tell = tell

    local function place(list, player)
        for at = 1, #list do
            if list[at] == player then
                return at
            end
        end
    end
    local function take_out(list, player)
        local at = place(list, player)
        if at then
            remove(list, at)
        end
        return at ~= nil
    end

    --- All of a party, the leader last.
    function parties.everyone(party)
        local list = {}
        for at, member in raw.ipairs(party.members) do
            list[at] = member
        end
        list[#list + 1] = party.leader
        return list
    end

    local function broadcast(party, text, invited_too)
        for _, player in raw.ipairs(parties.everyone(party)) do
            tell(player, text)
        end
        for _, player in raw.ipairs(invited_too and party.invited or {}) do
            tell(player, text)
        end
    end

    -- Scripts of both kinds may forbid it.
    local function allowed(name, party, player)
        local events = server.parts.events
        local yes = events.ask_meta("Party", name, true, party, player)
        if not tfs then
            yes = events.check_callback("partyO" .. raw.string.sub(name, 2), party, player) and yes
        end
        return yes
    end

    --- Makes a party of one.
    ---@param leader table
    ---@return table party { leader, members, invited, shared_active, shared_enabled, ticks }
    function parties.make(leader)
        local party = {
            class_name = "Party", leader = leader, members = {}, invited = {}, shared_active = false,
            shared_enabled = false, ticks = {},
        }
        leader.party = party
        if not tfs and server.parts.config.boolean("PARTY_AUTO_SHARE_EXPERIENCE") then
            parties.set_sharing(party, leader, true)
        end
        return party
    end

    local function is_empty(party)
        return #party.members == 0 and #party.invited == 0
    end

    --- Ends a party.
    function parties.disband(party)
        if not party.leader or not allowed("onDisband", party) then
            return
        end
        local leader, members, invited = party.leader, party.members, party.invited
        party.members, party.invited = {}, {}
        leader.party = nil
        tell(leader, "Your party has been disbanded.")
        for _, player in raw.ipairs(invited) do
            take_out(player.party_invitations or {}, party)
        end
        for _, member in raw.ipairs(members) do
            member.party = nil
            tell(member, "Your party has been disbanded.")
        end
        party.leader = nil
        server.userdata.drop(party)
    end

    --- A player leaves.
    ---@param forced boolean|nil whatever scripts say
    ---@return boolean
    function parties.leave(party, player, forced)
        if player.party ~= party and party.leader ~= player then
            return false
        end
        if not allowed("onLeave", party, player) and not forced then
            return false
        end
        local missing = false
        if party.leader == player then
            if #party.members == 0 or (#party.members == 1 and #party.invited == 0) then
                missing = true
            else
                parties.pass(party, party.members[1], true)
            end
        end
        take_out(party.members, player)
        player.party = nil
        if missing then
            player.party = party.leader == player and party or nil
        end
        tell(player, "You have left the party.")
        party.ticks[player.id] = nil
        parties.update_sharing(party)
        for _, other in raw.ipairs(parties.everyone(party)) do
            if other ~= player or not missing then
                tell(other, player.name .. " has left the party.")
            end
        end
        if missing and party.leader == player then
            tell(player, player.name .. " has left the party.")
        end
        if missing or is_empty(party) then
            parties.disband(party)
        end
        player.party = nil
        return true
    end

    --- Makes a member the leader.
    function parties.pass(party, player, forced)
        if not player or party.leader == player or player.party ~= party then
            return false
        end
        if tfs and not allowed("onPassLeadership", party, player) and not forced then
            return false
        end
        take_out(party.members, player)
        broadcast(party, player.name .. " is now the leader of the party.", true)
        insert(party.members, 1, party.leader)
        party.leader = player
        parties.update_sharing(party)
        tell(player, "You are now the leader of the party.")
        return true
    end

    --- A player joins.
    function parties.join(party, player)
        if not allowed("onJoin", party, player) then
            return false
        end
        if tfs and #party.members == 0 then
            parties.forget_invitations(party.leader)
        end
        if not tfs then
            if not take_out(party.invited, player) then
                return false
            end
        end
        party.members[#party.members + 1] = player
        player.party = party
        broadcast(party, player.name .. " has joined the party.")
        take_out(party.invited, player)
        parties.forget_invitations(player)
        parties.update_sharing(party)
        local name = party.leader.name
        tell(player, "You have joined " .. name .. "'" .. (raw.string.sub(name, -1) == "s" and "" or "s")
            .. " party. Open the party channel to communicate with your companions.")
        return true
    end

    local function his(player)
        return player.sex == 0 and "her" or "his"
    end

    --- Invites a player.
    function parties.invite(party, player)
        if place(party.invited, player) then
            return false
        end
        local leader = party.leader
        if is_empty(party) then
            tell(leader, player.name .. " has been invited. Open the party channel to communicate with your members.")
        else
            tell(leader, player.name .. " has been invited.")
        end
        party.invited[#party.invited + 1] = player
        player.party_invitations = player.party_invitations or {}
        player.party_invitations[#player.party_invitations + 1] = party
        tell(player, leader.name .. " has invited you to " .. his(leader) .. " party.")
        return true
    end

    --- Whether a player has been invited to a party.
    ---@param party table|nil
    function parties.is_invited(party, player)
        return party ~= nil and place(party.invited, player) ~= nil
    end

    --- A player asks another one into its party, or into a new one.
    ---@return boolean
    function parties.ask_to_join(player, other)
        if other.party then
            tell(player, other.name .. " is already in a party.")
            return false
        end
        local party = player.party or parties.make(player)
        if party.leader ~= player then
            return false
        elseif tfs and not allowed("onInvite", party, other) then
            if is_empty(party) then
                player.party, party.leader = nil, nil
                server.userdata.drop(party)
            end
            return false
        end
        return parties.invite(party, other)
    end

    --- Takes an invitation back, without a word.
    function parties.remove_invite(party, player)
        if not take_out(party.invited, player) then
            return false
        end
        take_out(player.party_invitations or {}, party)
        if is_empty(party) then
            parties.disband(party)
        end
        return true
    end

    --- The leader takes an invitation back.
    function parties.revoke(party, player)
        if tfs and not allowed("onRevokeInvitation", party, player) then
            return
        end
        if not place(party.invited, player) then
            return
        end
        tell(player, party.leader.name .. " has revoked " .. his(party.leader) .. " invitation.")
        tell(party.leader, "Invitation for " .. player.name .. " has been revoked.")
        parties.remove_invite(party, player)
    end

    --- A player has no invitations any more.
    function parties.forget_invitations(player)
        local list = player.party_invitations or {}
        player.party_invitations = {}
        for _, party in raw.ipairs(list) do
            if party.leader then
                parties.remove_invite(party, player)
            end
        end
    end

    -- Shared experience --------------------------------------------------------------------------------------------

    local STATUS = {
        ok = "Shared Experience is now active.",
        far = "Shared Experience has been activated, but some members of your party are too far away.",
        levels = "Shared Experience has been activated, but the level spread of your party is too wide.",
        inactive = "Shared Experience has been activated, but some members of your party are inactive.",
        alone = "Shared Experience has been activated, but you are alone in your party.",
    }

    local function status_of(party, player)
        if #party.members == 0 then
            return "alone"
        end
        local highest = 0
        for _, each in raw.ipairs(parties.everyone(party)) do
            highest = raw.math.max(highest, each.level)
        end
        if player.level < ceil(highest * 2 / 3) then
            return "levels"
        end
        local creatures = server.parts.creatures
        local x, y, z = creatures.position(party.leader)
        local px, py, pz = creatures.position(player)
        if abs(x - px) > RANGE or abs(y - py) > RANGE or abs(z - pz) > FLOORS then
            return "far"
        end
        if not server.parts.players.has_flag(player, "notgaininfight") then
            local last = party.ticks[player.id]
            if not last or server.now - last > server.parts.config.number("PZ_LOCKED") then
                return "inactive"
            end
        end
        return "ok"
    end

    local function status(party)
        local all = parties.everyone(party)
        insert(all, 1, remove(all))
        for _, player in raw.ipairs(all) do
            local each = status_of(party, player)
            if each ~= "ok" then
                return each
            end
        end
        return "ok"
    end

    --- Whether a member gets its share (TFS asks of each).
    function parties.shares_with(party, player)
        return status_of(party, player) == "ok"
    end

    --- Looks whether experience can be shared now.
    function parties.update_sharing(party)
        if party.shared_active and party.leader then
            party.shared_enabled = status(party) == "ok"
        end
    end

    --- Has a party share experience, or not.
    function parties.set_sharing(party, player, active)
        if not player or party.leader ~= player then
            return false
        end
        if party.shared_active == active then
            return true
        end
        party.shared_active = active
        if active then
            local now = status(party)
            party.shared_enabled = now == "ok"
            tell(party.leader, STATUS[now])
        else
            tell(party.leader, "Shared Experience has been deactivated.")
        end
        return true
    end

    --- Gives each member its share.
    function parties.share_experience(party, amount, source)
        local events = server.parts.events
        local share = amount
        local ok, value = events.meta("Party", "onShareExperience", party, amount)
        if ok then
            share = server.arguments.u64(value)
        end
        if not tfs then
            events.callback("partyOnShareExperience", party, share)
        end
        for _, player in raw.ipairs(parties.everyone(party)) do
            server.parts.players.gain_experience(player, share, source)
        end
    end

    --- A member has fought or healed.
    ---@param party table
    ---@param player table
    ---@param points number
    function parties.update_ticks(party, player, points)
        if points ~= 0 and not server.parts.players.has_flag(player, "notgaininfight") then
            party.ticks[player.id] = server.now
            parties.update_sharing(party)
        end
    end

    context.use("canary/parties/class")(server, parties, bind)
    return parties
end
