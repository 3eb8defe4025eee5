--- How players get better: experience and levels, skills, the magic level; and how they lose it.

local context = ...
local raw = context.raw
local floor, max, min = raw.math.floor, raw.math.max, raw.math.min

---@param server table
---@param players table
return function(server, players)
    local tfs, env = server.tfs, server.env
    local SKILL_NAMES = {
        [0] = "fist fighting", "club fighting", "sword fighting", "axe fighting", "distance fighting", "shielding",
        "fishing",
    }

    local function round(value)
        return floor(value + 0.5)
    end

    -- Percents that clients show: Canary keeps hundredths of one, TFS hundredths as whole numbers.
    local function percent(count, of_next)
        if of_next == 0 then
            return 0
        end
        if tfs then
            local result = floor(count * 10000 / of_next)
            return result > 10000 and 0 or result
        end
        local result = round(count * 100 / of_next * 100) / 100
        return result > 100 and 0 or result
    end
    players.percent = percent

    local function level_percent(player)
        local now, next_level = players.experience_for(player.level), players.experience_for(player.level + 1)
        if next_level <= now then
            player.level_percent = 0
        else
            local value = percent(player.experience - now, next_level - now)
            player.level_percent = tfs and floor(value / 100) or floor(value)
        end
    end

    local function magic_percent(player)
        local vocations = server.parts.vocations
        local now = vocations.mana_spent(player.vocation, player.magic_level)
        local next_level = vocations.mana_spent(player.vocation, player.magic_level + 1)
        player.magic_percent = next_level > now and percent(player.mana_spent, next_level) or 0
    end

    --- Works out what clients show of a player's progress.
    function players.update_percents(player)
        level_percent(player)
        magic_percent(player)
        local vocations = server.parts.vocations
        for skill = 0, 6 do
            local own = player.skills[skill]
            own.percent = percent(own.tries, vocations.skill_tries(player.vocation, skill, own.level + 1))
        end
    end

    -- What a level adds: below 9 Canary gives all the same.
    local function gains(player, level)
        if not tfs and player.vocation.id ~= 0 and level <= 8 then
            return server.parts.vocations.get(0)
        end
        return player.vocation
    end

    local function level_changed(player, before)
        player.health, player.mana = players.full_health(player), players.full_mana(player)
        players.update_base_speed(player)
        server.parts.creatures.change_speed(player, 0)
        if player.party then
            server.parts.parties.update_sharing(player.party)
        end
        if player.level > before then
            server.parts.events.advance(player, env.SKILL_LEVEL, before, player.level)
            players.text(player, env.MESSAGE_EVENT_ADVANCE,
                "You advanced from Level " .. before .. " to Level " .. player.level .. ".")
            players.picture(player, "LEVELUP")
        else
            players.text(player, env.MESSAGE_EVENT_ADVANCE,
                "You were downgraded from Level " .. before .. " to Level " .. player.level .. ".")
        end
    end

    --- Full health after a level: Canary leaves out what conditions add.
    function players.full_health(player)
        return tfs and players.max_health(player) or player.max_health
    end
    function players.full_mana(player)
        return tfs and players.max_mana(player) or player.max_mana
    end

    -- Others are told what the player is told, in Canary even that it is they who lost it.
    local function experience_text(player, kind, others_kind, verb, amount, color, note, suffix)
        local text = amount .. " experience point" .. (amount ~= 1 and "s." or ".")
        local bonus = verb == "gained" and players.is_vip(player) and server.parts.config.number("VIP_BONUS_EXP") or 0
        if bonus > 0 then
            text = text .. " (VIP bonus " .. min(100, bonus) .. "%)"
        end
        text = text .. (note or "")
        local x, y, z = server.parts.creatures.position(player)
        local extra = { x = x, y = y, z = z, value = amount, color = color }
        local own = "You " .. verb .. " " .. text
        players.text(player, kind, own .. (suffix or ""), extra)
        for _, seer in raw.ipairs(server.parts.map.spectators(x, y, z, false, "players")) do
            if seer ~= player then
                local what = verb == "lost" and not tfs and own or text
                players.text(seer, others_kind, player.name .. " " .. verb .. " " .. what, extra)
            end
        end
    end

    --- Gives experience; scripts may change how much.
    ---@param player table
    ---@param source table|nil whose death brought it
    ---@param amount number
    ---@param send_text boolean|nil
    function players.add_experience(player, source, amount, send_text)
        local now, next_level = players.experience_for(player.level), players.experience_for(player.level + 1)
        if now >= next_level then
            player.level_percent = 0
            return
        end
        -- What is below 0 is huge without its sign, as scripts see it, and the sum wraps.
        local shown = amount < 0 and amount + 2 ^ 64 or amount
        local answer = players.ask(player, "onGainExperience", shown, source, shown, shown, tfs and send_text or nil)
        amount = answer == shown and amount or answer
        if amount == 0 then
            return
        end
        -- What a place's hazards add to the death of a monster.
        local hazard = not tfs and source and source.hazard and players.hazard_points(player) or 0
        if hazard > 0 then
            local bonus = 1.75 * hazard * server.parts.config.number("HAZARD_EXP_BONUS_MULTIPLIER")
            amount = floor(amount + amount * bonus / 100)
        end
        local note
        if not tfs and source and source.class_name == "Monster" and players.has_animus(player, source.type.name) then
            local factor, single = players.animus_multiplier(player), server.parts.combat.single
            amount = floor(single(single(amount) * factor))
            note = raw.string.format(" (animus mastery bonus %.1f%%)", single(single(factor - 1) * 100))
        end
        player.experience = player.experience + amount
        if send_text and not tfs then
            experience_text(player, env.MESSAGE_EXPERIENCE, env.MESSAGE_EXPERIENCE_OTHERS, "gained", amount,
                env.TEXTCOLOR_WHITE_EXP, note, hazard > 0 and " (Hazard)" or nil)
        end
        local before = player.level
        while player.experience >= next_level do
            player.level = player.level + 1
            local gain = gains(player, player.level)
            player.max_health = player.max_health + gain.gain_health
            player.health = player.health + gain.gain_health
            player.max_mana = player.max_mana + gain.gain_mana
            player.mana = player.mana + gain.gain_mana
            player.capacity = player.capacity + gain.gain_cap
            now, next_level = next_level, players.experience_for(player.level + 1)
            if now >= next_level then
                break
            end
        end
        if player.level ~= before then
            level_changed(player, before)
        end
        level_percent(player)
    end

    -- Takes levels that the experience is no longer enough for.
    local function lose_levels(player, as_gained)
        local before = player.level
        while player.level > 1 and player.experience < players.experience_for(player.level) do
            player.level = player.level - 1
            local gain = as_gained and gains(player, player.level) or player.vocation
            player.max_health = max(0, player.max_health - gain.gain_health)
            player.max_mana = max(0, player.max_mana - gain.gain_mana)
            player.capacity = max(0, player.capacity - gain.gain_cap)
        end
        return before
    end
    players.lose_levels = lose_levels

    --- Takes experience.
    ---@param player table
    ---@param amount number
    ---@param send_text boolean|nil
    function players.remove_experience(player, amount, send_text)
        if player.experience == 0 or amount == 0 then
            return
        end
        amount = players.ask(player, "onLoseExperience", amount, amount)
        if amount == 0 then
            return
        end
        local before = player.experience
        player.experience = max(0, before - amount)
        if send_text then
            experience_text(player, env.MESSAGE_EXPERIENCE, env.MESSAGE_EXPERIENCE_OTHERS, "lost",
                before - player.experience, env.TEXTCOLOR_RED)
        end
        local old = lose_levels(player, true)
        if old ~= player.level then
            level_changed(player, old)
        end
        level_percent(player)
    end

    --- What a skill is called.
    function players.skill_name(skill)
        return SKILL_NAMES[skill] or (skill == env.SKILL_MAGLEVEL and "magic level") or "unknown"
    end

    local skill_name = players.skill_name

    --- Adds tries to a skill.
    function players.add_skill_tries(player, skill, tries)
        local vocations = server.parts.vocations
        local own = player.skills[skill]
        if not own then
            return false
        end
        local now = vocations.skill_tries(player.vocation, skill, own.level)
        local next_level = vocations.skill_tries(player.vocation, skill, own.level + 1)
        if now >= next_level then
            return false
        end
        tries = players.ask(player, "onGainSkillTries", tries, skill, tries)
        if tries == 0 then
            return false
        end
        while own.tries + tries >= next_level do
            tries = tries - (next_level - own.tries)
            own.level, own.tries, own.percent = own.level + 1, 0, 0
            players.text(player, env.MESSAGE_EVENT_ADVANCE,
                "You advanced to " .. skill_name(skill) .. " level " .. own.level .. ".")
            players.picture(player, "SKILLUP")
            server.parts.events.advance(player, skill, own.level - 1, own.level)
            now = next_level
            next_level = vocations.skill_tries(player.vocation, skill, own.level + 1)
            if now >= next_level then
                tries = 0
                break
            end
        end
        own.tries = own.tries + tries
        own.percent = next_level > now and percent(own.tries, next_level) or 0
        return true
    end

    --- Takes tries of a skill.
    function players.remove_skill_tries(player, skill, tries, notify)
        local vocations = server.parts.vocations
        local own = player.skills[skill]
        local before = own.level
        while tries > own.tries do
            tries = tries - own.tries
            if own.level <= 10 then
                own.level, own.tries, tries = 10, 0, 0
                break
            end
            own.tries = vocations.skill_tries(player.vocation, skill, own.level)
            own.level = own.level - 1
        end
        own.tries = max(0, own.tries - tries)
        own.percent = percent(own.tries, vocations.skill_tries(player.vocation, skill, own.level))
        if notify and own.level ~= before then
            players.text(player, env.MESSAGE_EVENT_ADVANCE,
                "You were downgraded to " .. skill_name(skill) .. " level " .. own.level .. ".")
        end
    end

    --- Adds mana spent, which makes the magic level rise.
    function players.add_mana_spent(player, amount)
        if players.has_flag(player, "notgainmana") then
            return false
        end
        local vocations = server.parts.vocations
        local now = vocations.mana_spent(player.vocation, player.magic_level)
        local next_level = vocations.mana_spent(player.vocation, player.magic_level + 1)
        if now >= next_level then
            return false
        end
        -- Canary's scripts are asked about a copy here, after those of its events.
        amount = players.ask(player, "onGainSkillTries", amount, env.SKILL_MAGLEVEL, amount)
        if amount == 0 then
            return false
        end
        while player.mana_spent + amount >= next_level do
            amount = amount - (next_level - player.mana_spent)
            player.magic_level, player.mana_spent = player.magic_level + 1, 0
            players.text(player, env.MESSAGE_EVENT_ADVANCE,
                "You advanced to magic level " .. player.magic_level .. ".")
            players.picture(player, "SKILLUP")
            server.parts.events.advance(player, env.SKILL_MAGLEVEL, player.magic_level - 1, player.magic_level)
            now = next_level
            next_level = vocations.mana_spent(player.vocation, player.magic_level + 1)
            if now >= next_level then
                return true
            end
        end
        player.mana_spent = player.mana_spent + amount
        magic_percent(player)
        return true
    end

    --- Takes mana spent.
    ---@param amount number one below 0 is as large as TFS takes it for, and wraps
    function players.remove_mana_spent(player, amount, notify)
        if amount == 0 then
            return
        end
        local before = player.magic_level
        while (amount < 0 or amount > player.mana_spent) and player.magic_level > 0 do
            amount = amount - player.mana_spent
            player.mana_spent = server.parts.vocations.mana_spent(player.vocation, player.magic_level)
            player.magic_level = player.magic_level - 1
        end
        player.mana_spent = player.mana_spent - amount
        magic_percent(player)
        if notify and player.magic_level ~= before then
            players.text(player, env.MESSAGE_EVENT_ADVANCE,
                "You were downgraded to magic level " .. player.magic_level .. ".")
        end
    end

    --- What dies brings experience: to the party, or to the player alone.
    function players.on_gain_experience(player, amount, target)
        if players.has_flag(player, "notgainexperience") then
            return
        end
        local party = player.party
        if target and target.class_name ~= "Player" and party and party.shared_active and party.shared_enabled then
            server.parts.parties.share_experience(party, amount, target)
            return
        end
        players.gain_experience(player, amount, target)
    end

    --- Experience of a kill.
    function players.gain_experience(player, amount, source)
        if players.has_flag(player, "notgainexperience") or amount == 0 or player.stamina == 0 then
            return
        end
        players.add_experience(player, source, amount, true)
    end
end
