--- Player: levels, skills and magic.

local context = ...
local raw = context.raw
local floor = raw.math.floor

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local LAST_SKILL = tfs and 6 or 12
    local function of(fn)
        return bind.of("Player", fn)
    end
    local function field(key)
        return bind.field("Player", key)
    end

    -- TFS reads it without a sign, and says so when there is one.
    local function whole(value)
        if tfs then
            bind.u64(value, 2)
        end
        return arguments.i64(value)
    end

    -- The skill in what a script passed: none but the known.
    local function skill_of(value)
        local skill = arguments.enum8(value)
        return skill <= LAST_SKILL and skill or nil
    end

    local function of_skill(fn)
        return of(function(player, value)
            local skill = skill_of(value)
            if not skill then
                return nil
            end
            return fn(player, skill)
        end)
    end

    userdata.methods("Player", {
        getExperience = field("experience"),
        addExperience = of(function(player, amount, send_text)
            players.add_experience(player, nil, whole(amount), arguments.boolean(send_text, false))
            return true
        end),
        removeExperience = of(function(player, amount, send_text)
            players.remove_experience(player, whole(amount), arguments.boolean(send_text, false))
            return true
        end),
        getLevel = field("level"),
        getMagicLevel = of(players.effective_magic_level),
        getBaseMagicLevel = field("magic_level"),
        getManaSpent = field("mana_spent"),
        addManaSpent = of(function(player, amount)
            players.add_mana_spent(player, bind.u64(amount, 2))
            return true
        end),
        getSkillLevel = of_skill(function(player, skill)
            return player.skills[skill].level
        end),
        getEffectiveSkillLevel = of_skill(players.skill_level),
        getSkillPercent = of_skill(function(player, skill)
            return player.skills[skill].percent
        end),
        getSkillTries = of_skill(function(player, skill)
            return player.skills[skill].tries
        end),
        addSkillTries = of(function(player, value, tries)
            local skill = skill_of(value)
            if skill then
                players.add_skill_tries(player, skill, bind.u64(tries, 3))
            end
            return true
        end),
        addOfflineTrainingTime = of(function(player, ms)
            players.add_offline_time(player, arguments.i32(ms))
            return true
        end),
        getOfflineTrainingTime = field("offline_time"),
        removeOfflineTrainingTime = of(function(player, ms)
            players.remove_offline_time(player, arguments.i32(ms))
            return true
        end),
        addOfflineTrainingTries = of(function(player, skill, tries)
            return players.add_offline_tries(player, arguments.enum8(skill), bind.u64(tries, 3))
        end),
        getOfflineTrainingSkill = field("offline_skill"),
        setOfflineTrainingSkill = of(function(player, skill)
            player.offline_skill = tfs and arguments.i32(skill) or arguments.i8(skill)
            return true
        end),
    })

    if tfs then
        userdata.methods("Player", {
            getLevelPercent = field("level_percent"),
            getMagicLevelPercent = field("magic_percent"),
            removeManaSpent = of(function(player, amount, notify)
                local given = arguments.number(amount)
                local spent = bind.u64(amount, 2)
                players.remove_mana_spent(player, given < 0 and raw.math.ceil(given) or spent,
                    arguments.boolean(notify, true))
                return true
            end),
            removeSkillTries = of(function(player, value, tries, notify)
                local skill = skill_of(value)
                if skill then
                    players.remove_skill_tries(player, skill, bind.u64(tries, 3), arguments.boolean(notify, true))
                end
                return true
            end),
            getSpecialSkill = of(function(player, value)
                local skill = arguments.enum8(value)
                if skill > (server.parts.enums.get("SPECIALSKILL_LAST") or 5) then
                    return nil
                end
                return raw.math.max(0, player.special_skills[skill] or 0)
            end),
            addSpecialSkill = of(function(player, value, change)
                local skill = arguments.enum8(value)
                if skill > (server.parts.enums.get("SPECIALSKILL_LAST") or 5) then
                    return nil
                end
                player.special_skills[skill] = (player.special_skills[skill] or 0) + arguments.i32(change)
                return true
            end),
        })
        return
    end

    userdata.methods("Player", {
        setLevel = of(function(player, value)
            player.level = arguments.u16(value)
            player.experience = players.experience_for(player.level)
            return true
        end),
        setMagicLevel = of(function(player, value, spent)
            player.magic_level = arguments.u16(value)
            player.mana_spent = arguments.u64(spent)
            local next_level = server.parts.vocations.mana_spent(player.vocation, player.magic_level + 1)
            player.magic_percent = player.mana_spent > 0 and players.percent(player.mana_spent, next_level) or 0
            return true
        end),
        setSkillLevel = of(function(player, value, level, tries)
            local skill = skill_of(value)
            local own = skill and player.skills[skill]
            if own then
                own.level, own.tries = arguments.u16(level), arguments.u64(tries)
                local next_level = server.parts.vocations.skill_tries(player.vocation, skill, own.level + 1)
                own.percent = own.tries > 0 and players.percent(own.tries, next_level) or 0
            end
            return true
        end),
        isPromoted = of(players.is_promoted),
        getMagicShieldCapacityFlat = of(function(player)
            return player.magic_shield_flat or 0
        end),
        getMagicShieldCapacityPercent = of(function(player)
            return floor(player.magic_shield_percent or 0)
        end),
    })
end
