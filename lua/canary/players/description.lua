--- What is seen of a creature when one looks at it.

---@param server table
---@param players table
return function(server, players)
    local tfs = server.tfs

    local function pronoun(player)
        if not tfs and player.pronoun ~= 0 then
            local PRONOUNS = { "They", "She", "He", "Ze" }
            return PRONOUNS[player.pronoun] or "They", player.pronoun == 1 and "are" or "is"
        end
        return player.sex == 0 and "She" or "He", "is"
    end

    local function what(player)
        if player.group.access then
            return player.group.name
        elseif player.vocation.id ~= 0 then
            return player.vocation.description
        end
    end

    local function party_text(player, subject)
        local party = player.party
        local members, invited = #party.members + 1, #party.invited
        return " " .. subject .. " " .. members .. (members == 1 and " member and " or " members and ") .. invited
            .. (invited == 1 and " pending invitation." or " pending invitations.")
    end

    local function guild_text(player, subject)
        local guild = player.guild
        local count = guild.member_count or #guild.members
        if count >= 1000 then
            return ""
        end
        local nick = player.guild_nick ~= "" and " (" .. player.guild_nick .. ")" or ""
        return " " .. subject .. " " .. player.guild_rank.name .. " of the " .. guild.name .. nick .. ", which has "
            .. count .. (count == 1 and " member, " or " members, ") .. #guild.members .. " of them online."
    end

    --- What is seen of a player.
    ---@param player table
    ---@param distance number -1 for itself
    ---@return string
    function players.description(player, distance)
        local own = distance == -1
        local who, verb = pronoun(player)
        local text
        if own then
            text = "yourself."
            local is = what(player)
            text = text .. (is and " You are " .. is .. "." or " You have no vocation.")
        else
            text = player.name .. (player.group.access and "" or " (Level " .. player.level .. ")") .. ". " .. who
            local is = what(player)
            text = text .. (is and " " .. verb .. " " .. is .. "." or " has no vocation.")
        end
        if not tfs and player.loyalty_title and player.loyalty_title ~= "" then
            text = text .. " " .. (own and "You are" or who .. " " .. verb) .. " a " .. player.loyalty_title .. "."
        end
        if not tfs and players.is_vip(player) then
            text = text .. " " .. (own and "You are" or who .. " " .. verb) .. " VIP."
        end
        if player.party then
            text = text .. party_text(player, own and "Your party has" or who .. " " .. verb .. " in a party with")
        end
        if player.guild and player.guild_rank then
            text = text .. guild_text(player, own and "You are" or who .. " " .. verb)
        end
        return text
    end

    --- Whether it is a VIP (Canary).
    function players.is_vip(player)
        return server.parts.config.boolean("VIP_SYSTEM_ENABLED")
            and player.premium_ends_at > server.parts.scheduler.time()
    end

    --- What is seen of a creature.
    ---@param creature table
    ---@param distance number
    function server.parts.creatures.description(creature, distance)
        if creature.class_name == "Player" then
            return players.description(creature, distance)
        end
        return (creature.name_description or creature.name) .. "."
    end
end
