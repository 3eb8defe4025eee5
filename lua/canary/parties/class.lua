--- Party: what scripts do with one.

local context = ...
local raw = context.raw

---@param server table
---@param parties table
---@param bind table
return function(server, parties, bind)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local NO_PARTY, NO_PLAYER = "Party not found", "Player not found"

    userdata.class("Party", nil, function(_, value)
        local player = userdata.get(value, "Player")
        if not player or player.party then
            return nil
        end
        return userdata.push(parties.make(player))
    end)
    userdata.metamethod("Party", "__eq")

    local function of(fn)
        return bind.of("Party", fn)
    end
    -- Of a party and a player. Canary pushes nothing without a player: what was passed last is left as the answer.
    local function with_player(fn)
        return of(function(party, ...)
            local player = bind.player((...))
            if not player then
                if tfs then
                    server:report(NO_PLAYER)
                    return false
                end
                return bind.passed(party, ...)
            end
            return fn(party, player, raw.select(2, ...))
        end)
    end

    local methods = {
        disband = of(function(party)
            parties.disband(party)
            return true
        end),
        getLeader = of(function(party)
            return userdata.push(party.leader)
        end),
        setLeader = with_player(function(party, player)
            return parties.pass(party, player)
        end),
        getMembers = of(function(party)
            return bind.list(party.members)
        end),
        getMemberCount = of(function(party)
            return #party.members
        end),
        getInvitees = of(function(party)
            return bind.list(party.invited)
        end),
        getInviteeCount = of(function(party)
            return #party.invited
        end),
        addInvite = with_player(parties.invite),
        removeInvite = with_player(parties.remove_invite),
        addMember = with_player(parties.join),
        removeMember = with_player(function(party, player)
            return parties.leave(party, player)
        end),
        isSharedExperienceActive = bind.flag("Party", "shared_active"),
        isSharedExperienceEnabled = bind.flag("Party", "shared_enabled"),
        shareExperience = of(function(party, amount)
            parties.share_experience(party, bind.u64(amount, 2))
            return true
        end),
        setSharedExperience = of(function(party, active)
            return parties.set_sharing(party, party.leader, arguments.boolean(active))
        end),
    }
    if tfs then
        methods.isMemberSharingExp = with_player(parties.shares_with)
    else
        methods.getUniqueVocationsCount = bind.strict("Party", NO_PARTY, function(party)
            local seen, count = {}, 0
            for _, player in raw.ipairs(parties.everyone(party)) do
                local base = player.vocation.base_id
                if not seen[base] then
                    seen[base], count = true, count + 1
                end
            end
            return count
        end, nil)
    end
    userdata.methods("Party", methods)
end
