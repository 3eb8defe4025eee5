--- A player's death: what it loses, where it comes back, and what its killer has done.

local context = ...
local raw = context.raw
local ceil, floor, max = raw.math.ceil, raw.math.floor, raw.math.max

---@param server table
---@param players table
return function(server, players)
    local tfs, env = server.tfs, server.env

    local function blessings_of(player)
        local count = 0
        for index = tfs and 1 or 2, tfs and 6 or 8 do
            if (player.blessings[index] or 0) ~= 0 then
                count = count + 1
            end
        end
        return count
    end

    --- The share of what it has that it loses when it dies.
    ---@return number
    function players.lost_share(player)
        local configured = server.parts.config.number("DEATH_LOSE_PERCENT")
        local blessings = blessings_of(player)
        if configured ~= -1 then
            if players.is_promoted(player) then
                configured = configured - 3
            end
            return max(0, configured - blessings) / 100
        end
        local level = player.level
        local lost = 10
        local reduction = blessings * 8 / 100
        if level >= (tfs and 25 or 24) then
            local exact = level + player.level_percent / 100
            lost = (exact + 50) * 50 * (exact * exact - 5 * exact + 8) / player.experience
        elseif not tfs and reduction >= 0.40 then
            reduction = 0.50
        end
        if players.is_promoted(player) then
            reduction = reduction + 0.30
        end
        return lost * (1 - reduction) / 100
    end

    -- The more levels of players it was against, the less is lost.
    local function fairness(player, killer)
        local now, levels = server.parts.scheduler.milliseconds(), 0
        local window = tfs and server.parts.config.number("PZ_LOCKED") or 300000
        local by_players, by_others = 0, 0
        for _, entry in raw.ipairs(player.damage) do
            if now - entry.ticks <= window then
                local other = server.parts.creatures.by_id(entry.id)
                if other and other.class_name == "Player" then
                    levels, by_players = levels + other.level, by_players + entry.total
                else
                    by_others = by_others + entry.total
                end
            end
        end
        local last = killer and (killer.master or killer)
        local pvp = last ~= nil and last.class_name == "Player"
        if not tfs and by_players + by_others > 0 then
            pvp = pvp or by_players / (by_players + by_others) >= 0.05
        elseif not tfs then
            pvp = false
        end
        if pvp and levels > player.level then
            return max(20, floor(player.level / levels * 100 + 0.5)), pvp
        end
        return 100, pvp
    end

    local function lose_skills(player, share)
        local vocations = server.parts.vocations
        for skill = 0, 6 do
            local own = player.skills[skill]
            local sum = own.tries
            for level = 11, own.level do
                sum = sum + vocations.skill_tries(player.vocation, skill, level)
            end
            players.remove_skill_tries(player, skill, floor(sum * share), false)
        end
    end

    local function lose_magic(player, share)
        local sum = player.mana_spent
        for level = 1, player.magic_level do
            sum = sum + server.parts.vocations.mana_spent(player.vocation, level)
        end
        players.remove_mana_spent(player, floor(sum * share), false)
    end

    local function lose_experience(player, lost)
        if lost == 0 then
            return
        end
        if player.vocation.id == 0 or player.level > 7 then
            player.experience = player.experience - lost
        end
        local before = players.lose_levels(player, false)
        if before ~= player.level then
            players.text(player, env.MESSAGE_EVENT_ADVANCE,
                "You were downgraded from Level " .. before .. " to Level " .. player.level .. ".")
        end
        players.update_percents(player)
    end

    local function lose_blessings(player, pvp)
        if tfs then
            -- The twist of fate keeps the others when a player has killed.
            local twist = player.blessings[6]
            if twist and pvp then
                player.blessings[6] = nil
            else
                player.blessings = { [6] = twist }
            end
            return
        end
        local least = server.parts.config.number("ADVENTURERSBLESSING_LEVEL")
        if player.level < least and player.vocation.id > 0 then
            players.text(player, env.MESSAGE_EVENT_ADVANCE,
                "You still have adventurer's blessings for being level lower than " .. least .. "!")
            return
        end
        local any = blessings_of(player) > 0
        local marked = player.skull == env.SKULL_RED or player.skull == env.SKULL_BLACK
        if not marked and pvp and (player.blessings[1] or 0) > 0 then
            player.blessings[1] = player.blessings[1] - 1
        else
            for index = 2, 8 do
                player.blessings[index] = max(0, (player.blessings[index] or 0) - 1)
            end
        end
        if not any then
            players.text(player, env.MESSAGE_EVENT_ADVANCE, "You weren't protected with any blessings.")
        end
    end

    local function lose(player, killer)
        local reduction, pvp = fairness(player, killer)
        local share = players.lost_share(player) * (reduction / 100)
        if not tfs then
            share = share * (1 - players.charm_bless(player, killer))
        end
        lose_magic(player, share)
        if tfs then
            lose_skills(player, share)
        end
        local lost = players.experience_lost(player, share)
        if not tfs then
            players.text(player, env.MESSAGE_EVENT_ADVANCE, "You are dead.")
            lose_skills(player, share)
            players.text(player, env.MESSAGE_EVENT_ADVANCE, "You lost " .. lost .. " experience.")
        end
        lose_experience(player, lost)
        if not tfs then
            players.text(player, env.MESSAGE_EVENT_ADVANCE, "You died during " .. (pvp and "PvP." or "PvE."))
        end
        lose_blessings(player, pvp)
        players.tell(player, "relogin", { reduction = reduction })
        player.last_logout = server.parts.scheduler.time()
        if player.skull == env.SKULL_BLACK then
            player.health, player.mana = 40, 0
        else
            player.health, player.mana = player.max_health, player.max_mana
        end
    end

    --- Experience that a share comes to, as scripts leave it.
    function players.experience_lost(player, share)
        local lost = player.experience * share
        lost = tfs and floor(lost) or ceil(lost)
        return players.ask(player, "onLoseExperience", lost, lost)
    end

    --- A player has died.
    ---@param player table
    ---@param killer table|nil who hit last
    function players.death(player, killer)
        local town = player.town
        if town then
            player.login_position = { x = town.x, y = town.y, z = town.z }
        end
        local conditions = server.parts.conditions
        if player.skill_loss then
            lose(player, killer)
            conditions.died(player, true)
            if not tfs then
                player.dead = true
                server.parts.creatures.remove(player, false)
            end
            return
        end
        player.skill_loss = true
        conditions.died(player, false)
        player.health = player.max_health
        if town then
            server.parts.map.teleport(player, town.x, town.y, town.z, true)
        end
    end

    local MALE_CORPSE, FEMALE_CORPSE = tfs and 3058 or 4240, tfs and 3065 or 4247

    --- The corpse of a player.
    function players.corpse(player, last_hit, most)
        local id = player.sex == 0 and FEMALE_CORPSE or MALE_CORPSE
        local corpse = server.parts.items.create(id, 1)
        if corpse then
            local who = player.sex == 0 and "She" or "He"
            local by = last_hit or most
            local text = "You recognize " .. player.name .. ". "
            if by then
                text = text .. who .. " was killed by " .. (by.name_description or by.name) .. "."
                if last_hit and most and last_hit ~= most then
                    text = "You recognize " .. player.name .. ". " .. who .. " was killed by "
                        .. most.name_description .. ", " .. last_hit.name_description .. "."
                end
            else
                text = text .. who .. " was killed by something evil."
            end
            corpse.attributes = corpse.attributes or {}
            corpse.attributes.description = text
        end
        return corpse
    end

    --- What a player drops is for scripts (data/scripts/…/drop_loot.lua) to say.
    function players.drop_loot() end

    --- A player has killed: in both servers its onKill events are called.
    ---@return boolean unjustified
    function players.killed(player, target, last_hit)
        if players.has_flag(player, "notgenerateloot") then
            target.drop_loot = false
        end
        server.parts.creatures.fire_kill(player, target, last_hit)
        if target.class_name ~= "Player" or target == player then
            return false
        end
        local unjustified = player.attacked[target.guid] == true and target.attacked[player.guid] ~= true
            and not players.has_flag(player, "notgaininfight") and not players.is_partner(player, target)
            and target.skull == (env.SKULL_NONE or 0)
        if unjustified then
            player.kills[#player.kills + 1] =
                { target = target.guid, time = server.parts.scheduler.time(), unavenged = true }
        end
        if last_hit then
            player.pz_locked = true
        end
        return unjustified
    end

    --- A player has its share in a death (Canary): its counts of killed monsters rise.
    function players.has_killed(player, target)
        player.attacked[target.guid or 0] = nil
        if target.class_name == "Monster" then
            players.count_kill(player, target)
        end
    end

    --- Whether two are in one party.
    function players.is_partner(player, other)
        return player.party ~= nil and player.party == other.party
    end

    --- The experience that a player's death brings: only where players are forced to fight.
    function players.gained_experience(player, attacker)
        if server.parts.game.world_type() ~= env.WORLD_TYPE_PVP_ENFORCED then
            return 0
        end
        if attacker.class_name ~= "Player" or attacker == player then
            return 0
        end
        local base = player.experience * (tfs and 0.05 or 0.05)
        return floor(base * server.parts.creatures.damage_ratio(player, attacker))
    end
end
