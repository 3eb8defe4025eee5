--- Player: Canary's achievements, titles, badges, masteries; the wheel of destiny as far as scripts set it.

local context = ...
local raw = context.raw
local max = raw.math.max

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments = server.userdata, server.arguments
    local binders = players.binders
    local of, none, left = binders.of, binders.none, binders.left

    local function achievement_of(value)
        local game = server.parts.game
        if raw.type(value) == "number" then
            return game.achievement(arguments.u16(value))
        end
        return game.achievement_named(arguments.string(value))
    end

    local function own(player, key)
        local list = player[key]
        if not list then
            list = {}
            player[key] = list
        end
        return list
    end

    -- Achievements are kept with the keys and values of the player.
    local function place(player, rest)
        return raw.string.format("player.%d.achievements.", player.guid) .. rest
    end

    local function is_unlocked(player, achievement)
        return server.parts.storage.kv_get(place(player, "unlocked." .. achievement.name)) ~= nil
    end

    local function points(player)
        return arguments.u16(server.parts.storage.kv_get(place(player, "points")))
    end

    local function set_points(player, count)
        server.parts.storage.kv_set(place(player, "points"), max(0, count) % 65536)
    end

    local function add_achievement(player, value, ...)
        local achievement = achievement_of(value)
        if not achievement or is_unlocked(player, achievement) then
            return false
        end
        if arguments.flag(true, 1, ...) then
            players.text(player, server.env.MESSAGE_EVENT_ADVANCE,
                "Congratulations! You earned the achievement " .. achievement.name .. ".")
        end
        set_points(player, points(player) + achievement.points)
        server.parts.storage.kv_set(place(player, "unlocked." .. achievement.name), server.parts.scheduler.time())
        return true
    end

    local function remove_achievement(player, value)
        local achievement = achievement_of(value)
        if not achievement or not is_unlocked(player, achievement) then
            return false
        end
        server.parts.storage.kv_remove(place(player, "unlocked." .. achievement.name))
        set_points(player, points(player) - achievement.points)
        return true
    end

    local function change_points(sign)
        return left(function(player, amount)
            set_points(player, points(player) + sign * arguments.u16(amount))
            return true
        end)
    end

    -- What the wheel adds to a spell, asked by its name.
    local function of_spell(fn)
        return none(function(player, value)
            local name = arguments.string(value)
            if name == "" then
                server:report("Spell name is empty")
                return
            elseif not server.parts.spells.instant_by_name(name) then
                server:report("Spell not found")
                return
            end
            return fn(player, name)
        end)
    end

    userdata.methods("Player", {
        hasAchievement = left(function(player, value)
            local achievement = achievement_of(value)
            return achievement ~= nil and is_unlocked(player, achievement)
        end),
        addAchievement = left(add_achievement),
        removeAchievement = left(remove_achievement),
        getAchievementPoints = left(points),
        addAchievementPoints = change_points(1),
        removeAchievementPoints = change_points(-1),
        addBadge = left(function(player, id)
            own(player, "badges")[arguments.u8(id)] = true
            return true
        end),
        addAnimusMastery = left(function(player, ...)
            players.add_animus(player, arguments.string((...)))
            return bind.passed(player, ...)
        end),
        removeAnimusMastery = left(function(player, ...)
            players.remove_animus(player, arguments.string((...)))
            return bind.passed(player, ...)
        end),
        hasAnimusMastery = left(function(player, name)
            return players.has_animus(player, arguments.string(name))
        end),
        createTransactionSummary = left(function(player, ...)
            local kind, _, id = ...
            if arguments.u8(kind) == 0 then
                server:report("Variant not found")
                return bind.passed(player, ...)
            end
            local list = own(player, "transactions")
            list[#list + 1] = {
                type = arguments.u8(kind),
                amount = arguments.given(arguments.u16, 1, 2, ...),
                id = arguments.string(id),
            }
            return true
        end),
        instantSkillWOD = of(function(player, name, ...)
            local list, key = own(player, "wheel_instants"), arguments.string(name)
            if raw.select("#", ...) == 0 then
                return list[key] == true
            end
            list[key] = arguments.boolean((...)) or nil
            return true
        end),
        upgradeSpellsWOD = of(function(player, ...)
            local name, add = ...
            local count = raw.select("#", ...)
            if count == 0 then
                player.wheel_spells = {}
                return bind.passed(player)
            end
            local list, key = own(player, "wheel_spells"), arguments.string(name)
            if count == 1 then
                return list[key] or 0
            end
            list[key] = max(0, (list[key] or 0) + (arguments.boolean(add) and 1 or -1))
            return true
        end),
        revelationStageWOD = of(function(player, ...)
            local name, value = ...
            local count = raw.select("#", ...)
            if count == 0 then
                player.wheel_spells = {}
                return bind.passed(player)
            end
            local list, key = own(player, "wheel_stages"), arguments.string(name)
            if count == 1 then
                return list[key] or 0
            end
            list[key] = arguments.u8(value)
            return true
        end),
        onThinkWheelOfDestiny = of(function()
            return true
        end),
        avatarTimer = of(function(player, ...)
            if raw.select("#", ...) == 0 then
                return player.avatar_timer or 0
            end
            player.avatar_timer = arguments.i64((...))
            return true
        end),
        wheelUnlockScroll = none(function(player, name)
            local key = arguments.string(name)
            if key == "" then
                server:report("Scroll name is empty")
                return
            end
            local list = own(player, "wheel_scrolls")
            local new = list[key] == nil
            list[key] = true
            return new
        end),
        getWheelSpellAdditionalArea = of_spell(function(player, name)
            return (own(player, "wheel_spells")[name] or 0) > 1
        end),
        getWheelSpellAdditionalTarget = of_spell(function(player, name)
            return own(player, "wheel_targets")[name] or 0
        end),
        getWheelSpellAdditionalDuration = of_spell(function(player, name)
            return own(player, "wheel_durations")[name] or 0
        end),
    })
end
